//! Everything that was entered, and the button that connects.

use leptos::prelude::*;

use super::scope::coverage;
use super::{Frame, far_note, progress};
use crate::components::{Bridge, Notice, Sign, facts, todo, trouble};
use crate::pages::Page;
use crate::ports::{AttemptView, ReviewView};
use crate::texts::{name, text, text_with};

pub(super) fn page(attempt: &AttemptView, review: &ReviewView) -> Page {
    let count = attempt.integration.steps.len() + 2;
    let title = text_with(
        "title-step",
        &[("number", count.into()), ("count", count.into()), ("step", text("step-review").into())],
    );
    let frame = Frame {
        title,
        bridge: Bridge::Building,
        note: far_note(review.account.as_deref()),
        progress: progress(attempt, count - 1, false),
    };
    let arguments = [("integration", name(&attempt.integration.name))];
    let organization = attempt.organization.as_ref().map(|organization| organization.name.clone());
    let covered = review.covered.iter().map(|other| coverage(other, &review.locations)).collect_view();
    let main = view! {
        <h1>{text(if review.waits_for.is_some() { "step-review" } else { "review-heading" })}</h1>
        {ready(&attempt.integration.name, review)}
        {covered}
        {rows(organization, review)}
        {review.waits_for.is_none().then(|| todo("review-next", text("review-next"), "next", &arguments))}
        <form id="step" method="post"></form>
    };
    let back = review.back.clone();
    let act = text(if review.waits_for.is_some() { "step-again" } else { "connect-next" });
    let foot = view! {
        <a class="btn" href=back>{text("step-back")}</a>
        <button class="btn btn--primary" type="submit" form="step" name="act" value="next">{act}</button>
    };
    frame.around(attempt, main.into_any(), foot.into_any())
}

/// Whether the button can connect.
pub(crate) fn ready(integration: &str, review: &ReviewView) -> AnyView {
    if let Some(account) = &review.waits_for {
        return trouble::overlap(account, integration);
    }
    let title = text("review-ready").into_any();
    view! { <Notice tone="ok" sign=Sign::Ok title role="status"><p>{text("review-ready.text")}</p></Notice> }.into_any()
}

/// What will be connected, line by line.
pub(crate) fn rows(organization: Option<String>, review: &ReviewView) -> AnyView {
    let organization = organization.map(|organization| {
        view! { <div><dt>{text("fact-organization")}</dt><dd><bdi>{organization}</bdi></dd></div> }
    });
    let account = review.account.clone().map(|account| {
        view! { <div><dt>{text("fact-account")}</dt><dd><bdi>{account}</bdi></dd></div> }
    });
    let count = if review.locations.all { "locations-all" } else { "locations-some" };
    view! {
        <dl class="facts facts--rows">
            {organization}
            <div>
                <dt>{text("locations")}</dt>
                <dd>{text_with(count, &[("count", review.locations.today.len().into())])}</dd>
            </div>
            {account}
            {facts::facts(&review.facts)}
        </dl>
    }
    .into_any()
}
