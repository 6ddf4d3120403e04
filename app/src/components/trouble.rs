//! What went wrong with a step, in the words of its fields, or that the partner is in trouble.

use leptos::prelude::*;

use super::fields::{anchor, words_of};
use super::icon::{Icon, Sign};
use super::pieces::Notice;
use crate::ports::{Asks, FieldView, Mistake, PartnerTrouble, SetUpView, StepView};
use crate::texts::{name, rich, text_with};

/// That an account was linked a moment ago.
pub fn linked(set_up: &SetUpView, integration: &str) -> Option<AnyView> {
    let account = set_up.account.as_deref().filter(|_| set_up.linked)?;
    let title = rich("linked", &[("account", name(account))]);
    let then = rich("linked.text", &[("integration", name(integration))]);
    Some(view! { <Notice tone="ok" sign=Sign::Ok title role="status"><p>{then}</p></Notice> }.into_any())
}

/// What is wrong, on top of the page; each line leads to its field. Or that the partner does not answer.
pub fn notice(step: &StepView) -> AnyView {
    let integration = [("integration", name(&step.integration.name))];
    if let Some(trouble) = step.trouble {
        let key = trouble_key(trouble);
        let title = rich(key, &integration);
        let what = rich(&format!("{key}.kept"), &integration);
        let again = again(step);
        let (tone, sign) = look(trouble);
        return view! { <Notice tone sign title role="alert"><p>{what}</p>{again}</Notice> }.into_any();
    }
    if !step.refused {
        return ().into_any();
    }
    let said = step.said.iter().map(|said| view! { <li><bdi>{said.clone()}</bdi></li> }.into_any());
    let Asks::Fields(fields) = &step.asks else { return ().into_any() };
    let lines = fields.iter().filter_map(|field| {
        let words = words_of(field)?;
        Some(view! { <li><a href=format!("#{}", anchor(field))>{words}</a></li> }.into_any())
    });
    let lines: Vec<AnyView> = said.chain(lines).collect();
    let heading = heading(step, fields, lines.len());
    view! {
        <section class="error-summary" aria-labelledby="es" role="alert" tabindex="-1" autofocus>
            <h2 id="es"><Icon sign=Sign::Error/>{heading}</h2>
            <ul role="list">{lines}</ul>
        </section>
    }
    .into_any()
}

/// Whose judgement it was: the partner's, or already ours.
fn heading(step: &StepView, fields: &[FieldView], lines: usize) -> String {
    let said = |field: &FieldView| matches!(field.mistake, Some(Mistake::Said(_)));
    if !step.said.is_empty() || fields.iter().any(said) {
        return text_with("step-refused-by-partner", &[("integration", step.integration.name.as_str().into())]);
    }
    text_with("step-refused", &[("count", lines.into())])
}

/// Secrets that had to be thrown away are typed again, also when only the partner was in trouble.
fn again(step: &StepView) -> Option<AnyView> {
    let Asks::Fields(fields) = &step.asks else { return None };
    let lines: Vec<_> = fields
        .iter()
        .filter_map(|field| {
            let words = words_of(field)?;
            Some(view! { <li><a href=format!("#{}", anchor(field))>{words}</a></li> })
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <ul>{lines}</ul> }.into_any())
}

fn trouble_key(trouble: PartnerTrouble) -> &'static str {
    match trouble {
        PartnerTrouble::NoAnswer => "partner-no-answer",
        PartnerTrouble::BadAnswer => "partner-bad-answer",
        PartnerTrouble::Declined => "partner-declined",
        PartnerTrouble::NotSignedIn => "partner-not-signed-in",
        PartnerTrouble::TooLate => "partner-too-late",
    }
}

/// Whose turn it is: the partner's, or the admin's.
fn look(trouble: PartnerTrouble) -> (&'static str, Sign) {
    match trouble {
        PartnerTrouble::NoAnswer | PartnerTrouble::BadAnswer => ("away", Sign::Outage),
        PartnerTrouble::Declined | PartnerTrouble::NotSignedIn | PartnerTrouble::TooLate => ("warn", Sign::Warn),
    }
}

/// Another connection is in the way, and what ends that.
pub fn overlap(account: &str, integration: &str) -> AnyView {
    let arguments = [("account", name(account)), ("integration", name(integration))];
    let title = rich("overlap-title", &arguments);
    let what = rich("overlap-title.text", &arguments);
    view! { <Notice tone="bad" sign=Sign::Error title><p>{what}</p></Notice> }.into_any()
}

/// What was chosen belongs to another account.
pub fn reopened(integration: &str) -> AnyView {
    view! { <p>{rich("set-up-again", &[("integration", name(integration))])}</p> }.into_any()
}
