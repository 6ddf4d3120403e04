//! One of the partner's steps in the pop-up.

use leptos::prelude::*;

use super::around_step;
use crate::components::setting::said;
use crate::components::{fields, sign_in, trouble};
use crate::pages::Page;
use crate::ports::{Asks, PartnerTrouble, StepView};
use crate::texts::text;

pub(super) fn page(step: &StepView) -> Page {
    let status = status(step);
    let help = step.help.as_ref().map(|help| view! { <p>{said(help)}</p> });
    let main = match &step.asks {
        Asks::Fields(_) => {
            view! { {trouble::notice(step)}{help}{fields::form(step)}{sign_in::announced(step)} }.into_any()
        }
        Asks::SignIn(_) => sign_in::on_the_way(step),
    };
    let main = view! { <h1>{said(&step.title)}</h1>{main} };
    let foot = match &step.asks {
        Asks::SignIn(address) => sign_in::link(address),
        Asks::Fields(_) => {
            let before = match &step.back {
                Some(back) => view! { <a class="btn" href=back.clone()>{text("step-back")}</a> }.into_any(),
                None => view! {
                    <button class="btn" type="submit" form="step" name="act" value="cancel" formnovalidate>
                        {text("step-later")}
                    </button>
                }
                .into_any(),
            };
            view! {
                {before}
                <button class="btn btn--primary" type="submit" form="step" name="act" value="next">
                    {text(if step.trouble.is_some() { "step-again" } else { "step-continue" })}
                </button>
            }
            .into_any()
        }
    };
    around_step(step, status, main.into_any(), foot)
}

/// Refused entries are 422, the partner's trouble is 502, a sign-in that is none 400; declining is no error.
pub(crate) fn status(step: &StepView) -> u16 {
    match (step.trouble, step.refused) {
        (Some(PartnerTrouble::NoAnswer | PartnerTrouble::BadAnswer), _) => 502,
        (Some(PartnerTrouble::NotSignedIn | PartnerTrouble::TooLate), _) => 400,
        (Some(PartnerTrouble::Declined), _) => 200,
        (None, true) => 422,
        (None, false) => 200,
    }
}
