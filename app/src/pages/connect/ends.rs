//! The pop-up after its act: set-up still to finish, connected already, declined.

use leptos::prelude::*;

use super::scope::ticks;
use super::{Frame, progress, return_link};
use crate::components::setting::said;
use crate::components::{Bridge, Notice, Sign, help_button, todo, trouble};
use crate::pages::Page;
use crate::ports::{AttemptView, LocationsView, Words};
use crate::texts::{name, rich, text, text_with};

/// The connection exists and waits for steps that are asked elsewhere.
pub(super) fn finish_set_up(
    attempt: &AttemptView,
    locations: &LocationsView,
    open: &[Words],
    waits_for: Option<&str>,
) -> Page {
    let organization = attempt
        .organization
        .as_ref()
        .map_or_else(|| text("your-organization"), |organization| organization.name.clone());
    let arguments = vec![("integration", name(&attempt.integration.name)), ("organization", name(&organization))];
    let frame = Frame {
        title: text("finish-title"),
        bridge: Bridge::Building,
        note: text("finish-far-note"),
        progress: progress(attempt, attempt.integration.steps.len() + 1 - open.len(), false),
    };
    let count = if locations.all { "locations-all" } else { "locations-some" };
    let title = rich("finish-notice", &arguments);
    let steps = open.iter().map(|step| view! { <li>{said(step)}</li> });
    let steps = (!open.is_empty())
        .then(|| view! { <div><dt>{text("finish-open")}</dt><dd><ul>{steps.collect_view()}</ul></dd></div> });
    let notice = match waits_for {
        Some(account) => trouble::overlap(account, &attempt.integration.name),
        None => view! {
            <Notice tone="warn" sign=Sign::SetUp title><p>{text("finish-notice.text")}</p></Notice>
        }
        .into_any(),
    };
    let next = waits_for.is_none().then(|| todo("finish-next", text("finish-next"), "next", &arguments));
    let main = view! {
        <h1>{rich("finish-heading", &arguments)}</h1>
        {notice}
        <dl class="facts facts--rows">
            <div>
                <dt>{text("locations")}</dt>
                <dd>{text_with(count, &[("count", locations.today.len().into())])}</dd>
            </div>
            {steps}
        </dl>
        {next}
    };
    frame.around(attempt, main.into_any(), return_link(attempt))
}

/// The admin pressed Connect before; only the window is still open.
pub(super) fn connected(attempt: &AttemptView) -> Page {
    let arguments = vec![("integration", name(&attempt.integration.name))];
    let frame = Frame {
        title: text("connected-title"),
        bridge: Bridge::Open,
        note: text("connected-far-note"),
        progress: progress(attempt, attempt.integration.steps.len() + 2, false),
    };
    let title = text("connected-notice").into_any();
    let main = view! {
        <h1>{rich("connected-heading", &arguments)}</h1>
        <Notice tone="ok" sign=Sign::Ok title role="status"><p>{text("connected-notice.text")}</p></Notice>
        {todo("connected-next", text("connected-next"), "next", &arguments)}
    };
    frame.around(attempt, main.into_any(), return_link(attempt))
}

/// The admin declined, in OfficeRnD or with Cancel.
pub(super) fn declined(attempt: &AttemptView) -> Page {
    let arguments = vec![("integration", name(&attempt.integration.name))];
    let frame = Frame {
        title: text("declined-title"),
        bridge: Bridge::Broken,
        note: text("not-connected-note"),
        progress: None,
    };
    let main = view! {
        <h1>{text("declined-heading")}</h1>
        <p>{text("declined-text")}</p>
        <section class="flow-s" aria-labelledby="do">
            <h2 id="do">{text("declined-mistake")}</h2>
            <p>{rich("declined-mistake.text", &arguments)}</p>
        </section>
        <section class="flow-s" aria-labelledby="why">
            <h2 id="why">{text("declined-unsure")}</h2>
            <p>{rich("declined-unsure.text", &arguments)}</p>
            {ticks(&attempt.integration.scopes)}
        </section>
    };
    let AttemptView { integration, .. } = attempt;
    let help = help_button(integration.support.as_ref(), &integration.name, None, text("ask-a-question"));
    let foot = view! { {help}{return_link(attempt)} };
    frame.around(attempt, main.into_any(), foot.into_any())
}
