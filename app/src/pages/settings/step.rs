//! A step of the set-up from Configure, and the review that ends it.

use leptos::prelude::*;

use super::{names, titled};
use crate::components::setting::said;
use crate::components::{DeskPage, fields, sign_in, trouble};
use crate::pages::Page;
use crate::pages::connect::{ready, review_rows, step_status};
use crate::ports::{Asks, ConnectionView, ReviewView, StepView};
use crate::texts::{rich, text, text_with};

pub(super) fn page(connection: &ConnectionView, step: &StepView) -> Page {
    let number = text_with("step-of", &[("number", (step.index + 1).into()), ("count", step.done.len().into())]);
    let help = step.help.as_ref().map(|help| view! { <p>{said(help)}</p> });
    let back = step.back.clone().unwrap_or_default();
    let main = match &step.asks {
        Asks::SignIn(address) => view! {
            {sign_in::on_the_way(step)}
            <div class="actions">{sign_in::link(address)}<a class="btn" href=back>{text("step-back")}</a></div>
        }
        .into_any(),
        Asks::Fields(_) => view! {
            {trouble::notice(step)}
            {step.reopened.then(|| trouble::reopened(&step.integration.name))}
            {fields::form(step)}
            {sign_in::announced(step)}
            <div class="actions">
                <button class="btn btn--primary" type="submit" form="step" name="act" value="next">
                    {text(if step.trouble.is_some() { "step-again" } else { "step-continue" })}
                </button>
                <a class="btn" href=back>{text("step-back")}</a>
            </div>
        }
        .into_any(),
    };
    let heading = said(&step.title);
    let linked = trouble::linked(&connection.set_up, &connection.integration.name);
    let body = view! {
        <DeskPage head=connection narrow=true>
            {linked}
            <div class="page-head"><p class="muted">{number}</p><h1>{heading}</h1>{help}</div>
            {main}
        </DeskPage>
    };
    let title = titled(connection, step.title.text.clone());
    let title = if step.refused { text_with("title-error", &[("page", title.into())]) } else { title };
    Page { title, status: step_status(step), body: body.into_any() }
}

pub(super) fn review(connection: &ConnectionView, review: &ReviewView) -> Page {
    let arguments = names(connection);
    let ready = ready(&connection.integration.name, review);
    let back = review.back.clone();
    let rows = review_rows(Some(connection.organization.name.clone()), review);
    let waits = review.waits_for.is_some();
    let then = (!waits).then(|| view! { <p>{rich("review-then", &arguments)}</p> });
    let (heading, act) = if waits { ("step-review", "step-again") } else { ("review-heading", "connect-next") };
    let body = view! {
        <DeskPage head=connection narrow=true>
            <div class="page-head"><h1>{text(heading)}</h1></div>
            {ready}
            {rows}
            {then}
            <form class="actions" method="post">
                <button class="btn btn--primary" type="submit" name="act" value="next">{text(act)}</button>
                <a class="btn" href=back>{text("step-back")}</a>
            </form>
        </DeskPage>
    };
    Page { title: titled(connection, text("step-review")), status: 200, body: body.into_any() }
}
