//! The span between the two sides, badges, notices and numbered ways out.

use leptos::prelude::*;

use super::icon::{Icon, Sign};
use crate::state::ConnectionState;
use crate::texts::{self, Value, rich, text};

/// How far the bridge between OfficeRnD and the partner's product stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bridge {
    Building,
    Open,
    Broken,
}

/// Organization, bridge, integration: which two sides this is about.
#[component]
pub fn Span(
    bridge: Bridge,
    /// Unknown before a token has read it.
    organization: Option<String>,
    integration: String,
    /// How the integration stands, in a few words.
    note: String,
) -> impl IntoView {
    let state = match bridge {
        Bridge::Building => "building",
        Bridge::Open => "open",
        Bridge::Broken => "broken",
    };
    let organization = organization.unwrap_or_else(|| text("your-organization"));
    view! {
        <div class="span" data-state=state>
            <div class="span__end"><strong><bdi>{organization}</bdi></strong><span>{text("in-officernd")}</span></div>
            <svg viewBox="0 0 76 28" aria-hidden="true" inner_html=BRIDGE></svg>
            <div class="span__end"><strong><bdi>{integration}</bdi></strong><span>{note}</span></div>
        </div>
    }
}

const BRIDGE: &str = concat!(
    r#"<path class="span__deck" d="M2 6h36"/><path class="span__deck span__far" d="M38 6h36"/>"#,
    r#"<path class="span__pier" d="M14 6v20M38 6v20"/><path class="span__pier span__far" d="M62 6v20"/>"#,
    r#"<path class="span__arch" d="M14 26a12 13 0 0 1 24 0"/><path class="span__arch span__far" d="M38 26a12 13 0 0 1 24 0"/>"#,
    r#"<path class="span__gap" d="m46 1 10 10M56 1 46 11"/>"#,
);

/// The unfinished bridge above a page that only says something.
#[component]
pub fn SpanArt() -> impl IntoView {
    view! { <svg class="span-art" viewBox="0 0 76 28" aria-hidden="true" inner_html=UNFINISHED></svg> }
}

const UNFINISHED: &str = concat!(
    r#"<path d="M2 6h36M14 6v20M38 6v20M14 26a12 13 0 0 1 24 0"/>"#,
    r#"<path class="span__far" d="M62 6v20"/><path class="span__dots" d="M38 6h36"/>"#,
);

/// The icon that stands beside a state's word.
pub fn state_sign(state: ConnectionState) -> Sign {
    match state {
        ConnectionState::Disconnected => Sign::Gone,
        ConnectionState::Reconnect => Sign::Reconnect,
        ConnectionState::FinishSetUp => Sign::SetUp,
        ConnectionState::Paused => Sign::Paused,
        ConnectionState::WaitingForApproval => Sign::Approval,
        ConnectionState::VendorOutage => Sign::Outage,
        ConnectionState::SomeLocations => Sign::Some,
        ConnectionState::Delayed => Sign::Delayed,
        ConnectionState::Connected => Sign::Ok,
    }
}

/// One of the nine state words. Pills are kept for these.
#[component]
pub fn StateBadge(state: ConnectionState) -> impl IntoView {
    view! {
        <span class="badge" data-tone=state.tone()><Icon sign=state_sign(state)/>{texts::state_word(state)}</span>
    }
}

/// Says what is, then what follows from it.
#[component]
pub fn Notice(
    tone: &'static str,
    sign: Sign,
    title: AnyView,
    /// `alert` only where the page is about a failure, `status` after a success.
    #[prop(optional)]
    role: Option<&'static str>,
    /// Names it among others on a page that keeps itself new.
    #[prop(optional, into)]
    key: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="notice" data-tone=tone role=role data-key=key>
            <Icon sign/>
            <div><p class="notice__title">{title}</p>{children()}</div>
        </div>
    }
}

/// A heading and the numbered steps of a message (`key.do-1`, …); one step needs no number.
///
/// `id` is the heading's, unique in its page.
pub fn todo(key: &str, heading: String, id: &'static str, arguments: &[(&str, Value<'_>)]) -> AnyView {
    let mut steps: Vec<_> = texts::parts(key, "do").iter().map(|step| rich(step, arguments)).collect();
    let steps = if steps.len() == 1 {
        view! { <p>{steps.remove(0)}</p> }.into_any()
    } else {
        view! { <ol>{steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol> }.into_any()
    };
    view! { <section class="flow-s" aria-labelledby=id><h2 id=id>{heading}</h2>{steps}</section> }.into_any()
}

/// A table whose headings are these; a heading with `true` stands over numbers.
pub fn headed_table(caption: String, heads: &[(String, bool)], rows: Vec<AnyView>) -> AnyView {
    let heads: Vec<_> = heads
        .iter()
        .map(|(words, number)| {
            let class = if *number { Some("num") } else { None };
            view! { <th role="columnheader" scope="col" class=class>{words.clone()}</th> }
        })
        .collect();
    view! {
        <div class="table-box">
            <table role="table" class="table table--edge">
                <caption class="vh">{caption}</caption>
                <thead role="rowgroup"><tr role="row">{heads}</tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
