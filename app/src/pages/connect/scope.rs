//! Two questions only: is it my organization, and which locations? The button connects, or goes on
//! to the partner's steps where there are some.

use leptos::prelude::*;

use super::{Frame, progress};
use crate::components::{Bridge, Icon, Notice, Sign};
use crate::pages::Page;
use crate::ports::{AttemptView, CoveredView, LocationView, LocationsView};
use crate::scopes::{self, Allowed};
use crate::texts::{self, name, rich, text, text_with};

/// More locations than this fold behind a summary, so that the page stays one glance.
const LOCATIONS_IN_VIEW: usize = 6;

pub(super) fn page(
    attempt: &AttemptView,
    locations: &LocationsView,
    covered: &[CoveredView],
    reconnects: bool,
) -> Page {
    let integration = attempt.integration.name.as_str();
    let organization = attempt
        .organization
        .as_ref()
        .map_or_else(|| text("your-organization"), |organization| organization.name.clone());
    let steps = attempt.integration.steps.len();
    let words = Words::of(reconnects, steps > 0);
    let names = [("integration", name(integration)), ("organization", name(&organization))];
    let about = attempt.integration.about.clone().filter(|_| !reconnects);
    let title = if steps > 0 {
        let count = steps + 2;
        text_with("title-step", &[("number", 1.into()), ("count", count.into()), ("step", text("step-scope").into())])
    } else {
        text(words.title)
    };
    let frame =
        Frame { title, bridge: Bridge::Building, note: text(words.note), progress: progress(attempt, 0, false) };
    let main = view! {
        <h1>{rich(words.heading, &names)}</h1>
        <p>{about.map(|about| view! { <bdi>{about}</bdi>" " })}{rich(words.lead, &names)}</p>
        {covered.iter().map(|other| coverage(other, locations)).collect_view()}
        {places(locations)}
        {may(integration, &attempt.integration.scopes)}
        <p class="small muted">{rich(words.after, &names)}</p>
        <form id="step" method="post"></form>
    };
    let foot = view! {
        <button class="btn" type="submit" form="step" name="act" value="cancel">{text("connect-cancel")}</button>
        <button class="btn btn--primary" type="submit" form="step" name="act" value="next">{text(words.button)}</button>
    };
    frame.around(attempt, main.into_any(), foot.into_any())
}

/// Keys of the sentences that depend on what the button does.
struct Words {
    title: &'static str,
    note: &'static str,
    heading: &'static str,
    lead: &'static str,
    after: &'static str,
    button: &'static str,
}

impl Words {
    fn of(reconnects: bool, steps: bool) -> Self {
        let connect = Words {
            title: "connect-title",
            note: "connect-far-note",
            heading: "connect-heading",
            lead: "connect-lead",
            after: "connect-after",
            button: "connect-next",
        };
        let reconnect = Words {
            title: "reconnect-title",
            note: "reconnect-far-note",
            heading: "reconnect-heading",
            lead: "reconnect-lead",
            after: "reconnect-after",
            button: "reconnect-next",
        };
        match (reconnects, steps) {
            (false, false) => connect,
            (false, true) => Words {
                lead: "connect-lead-steps",
                after: "connect-after-steps",
                button: "connect-continue",
                ..connect
            },
            (true, false) => reconnect,
            (true, true) => Words { after: "connect-after-steps", button: "connect-continue", ..reconnect },
        }
    }
}

/// The locations by name. "All" reads as a rule, not as a list.
fn places(locations: &LocationsView) -> AnyView {
    let count = locations.today.len();
    let (title, help) =
        if locations.all { ("locations-all", "locations-all-help") } else { ("locations-some", "locations-some-help") };
    let (seen, folded) =
        locations.today.split_at(if count > LOCATIONS_IN_VIEW + 1 { LOCATIONS_IN_VIEW } else { count });
    let more = text_with("locations-more", &[("count", folded.len().into())]);
    let folded = (!folded.is_empty()).then(|| {
        view! {
            <li>
                <details>
                    <summary>{more}</summary>
                    <ul class="flow-s" role="list">{folded.iter().map(place).collect_view()}</ul>
                </details>
            </li>
        }
    });
    view! {
        <section aria-labelledby="where" class="flow-s">
            <h2 id="where">{text("locations")}</h2>
            <ul class="places" role="list">
                <li>
                    <span>{text_with(title, &[("count", count.into())])}</span>
                    <span class="muted small">{text("locations-chosen-in-officernd")}</span>
                </li>
                {seen.iter().map(place).collect_view()}
                {folded}
            </ul>
            <p class="help">{text_with(help, &[("count", count.into())])}</p>
        </section>
    }
    .into_any()
}

/// One location; an id without a name is one OfficeRnD no longer knows.
fn place(location: &LocationView) -> AnyView {
    let unknown =
        (location.name == location.id).then(|| view! { <span class="muted small">{text("location-unknown")}</span> });
    view! { <li><bdi>{location.name.clone()}</bdi>{unknown}</li> }.into_any()
}

/// Other connections that cover some of these locations already.
pub(super) fn coverage(other: &CoveredView, locations: &LocationsView) -> AnyView {
    let whole = other.all && locations.all;
    let key = if whole { "covered-all" } else { "covered-title" };
    let title = rich(
        key,
        &[
            ("account", name(&other.account)),
            ("connections", other.connections.into()),
            ("count", other.locations.len().into()),
        ],
    );
    let listed: Vec<_> = other
        .locations
        .iter()
        .take(LOCATIONS_IN_VIEW)
        .map(|location| view! { <li><bdi>{location.clone()}</bdi></li> })
        .collect();
    let then = text(if other.excludes { "covered-waits" } else { "covered-text" });
    let listed = (!whole && !listed.is_empty()).then(|| view! { <ul>{listed}</ul> });
    view! {
        <Notice tone="warn" sign=Sign::Warn title>
            {listed}
            <p>{then}</p>
        </Notice>
    }
    .into_any()
}

fn may(integration: &str, scopes: &[String]) -> AnyView {
    view! {
        <section aria-labelledby="can" class="flow-s">
            <h2 id="can">{rich("may-heading", &[("integration", name(integration))])}</h2>
            {ticks(scopes)}
        </section>
    }
    .into_any()
}

/// What the scopes allow, one line each.
pub(super) fn ticks(scopes: &[String]) -> AnyView {
    let Allowed { may, may_not, verbatim } = scopes::allowed(scopes);
    let verbatim = verbatim.into_iter().map(|scope| texts::text_with("may-verbatim", &[("scope", scope.into())]));
    let lines = may.into_iter().chain(verbatim).map(|line| (Sign::Ok, line));
    let lines = lines.chain(may_not.map(|line| (Sign::Cross, line)));
    let lines: Vec<_> = lines.map(|(sign, line)| view! { <li><Icon sign/><span>{line}</span></li> }).collect();
    view! { <ul class="ticks small" role="list">{lines}</ul> }.into_any()
}
