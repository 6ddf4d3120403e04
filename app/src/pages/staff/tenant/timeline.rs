//! What happened to a connection: the newest on its page, all of it on a page of its own.

use leptos::prelude::*;

use super::pieces::{card, crumbs, state, whose_plain};
use super::words;
use crate::components::{Icon, Sign, StaffPage, staff_title};
use crate::pages::Page;
use crate::pages::settings::{activity_detail, activity_look};
use crate::paths;
use crate::ports::{ActivityView, Actor, MomentView, StaffView, TenantHead, TenantView, TimelineView};
use crate::role::Section;
use crate::texts::{self, Value, name, rich, text, text_with};
use crate::time;

pub(super) fn newest(who: &StaffView, view: &TenantView) -> AnyView {
    let all = paths::tenant_timeline(view.head.id, "all", "ever", None);
    let all = view! { <a class="small" href=all>{text("tenant-all")}</a> }.into_any();
    let body = view! { <div class="card__body">{list(who, &view.head, &view.moments)}</div> };
    card("tl", text("tenant-timeline"), Some(all), body.into_any())
}

fn list(who: &StaffView, head: &TenantHead, moments: &[MomentView]) -> AnyView {
    if moments.is_empty() {
        return view! { <p class="muted">{text("tenant-nothing-happened")}</p> }.into_any();
    }
    let items: Vec<_> = moments.iter().map(|moment| item(who, head, moment)).collect();
    view! { <ol class="timeline" role="list">{items}</ol> }.into_any()
}

fn item(who: &StaffView, head: &TenantHead, moment: &MomentView) -> AnyView {
    let (tone, sign) = look(moment);
    let what = match moment.run {
        Some(run) => view! { <a href=paths::tenant_run(head.id, run)>{title(head, moment)}</a> }.into_any(),
        None => title(head, moment),
    };
    let detail = detail(moment).map(|detail| view! { <p class="change"><bdi>{detail}</bdi></p> });
    let reason = moment.reason.as_ref().map(|reason| {
        view! { <p class="change">{rich("tenant-reason-was", &[("reason", name(reason))])}</p> }
    });
    let note = moment.note.as_ref().map(|note| {
        view! { <p class="change value--lines"><bdi>{note.text.clone()}</bdi></p> }
    });
    let at = time::date_and_time(moment.at, &who.zone);
    let when = match &moment.actor {
        Some(actor) => rich("activity-when", &[("moment", at.into()), ("actor", by(actor, &head.integration))]),
        None => at.into_any(),
    };
    view! {
        <li data-tone=tone>
            <span class="dot"><Icon sign/></span>
            <div><p>{what}</p>{detail}{reason}{note}<p class="when">{time::element_of(moment.at, when)}</p></div>
        </li>
    }
    .into_any()
}

/// Colleagues have names here.
fn by(actor: &Actor, integration: &str) -> Value<'static> {
    match actor {
        Actor::Staff { name: person, .. } => name(person),
        other => crate::pages::settings::activity_actor(other, integration),
    }
}

fn title(head: &TenantHead, moment: &MomentView) -> AnyView {
    let kind = [("kind", name(&moment.kind))];
    match moment.source {
        "activity" => texts::activity(&moment.kind, &head.integration).into_any(),
        "run" => {
            let (_, _, state) = words::run_state(moment.state.as_deref().unwrap_or_default(), 0, 0);
            let reason = words::run_reason(&moment.kind);
            rich("tenant-moment-run", &[("reason", reason.into()), ("state", state.into())])
        }
        "received" if moment.kind.is_empty() => text("tenant-moment-unreadable").into_any(),
        "received" => rich("tenant-moment-received", &kind),
        "event" => rich("tenant-moment-event", &kind),
        "notice" => {
            let (what, incident) = moment.kind.split_once('.').unwrap_or_default();
            let key = if what == "recovered" { "tenant-moment-notice-over" } else { "tenant-moment-notice" };
            let (_, _, state) = words::delivery(moment.state.as_deref().unwrap_or_default());
            let incident = texts::incident_title(incident, 0, &head.integration);
            rich(key, &[("incident", name(&incident)), ("state", state.into())])
        }
        _ => {
            let (_, _, state) = words::delivery(moment.state.as_deref().unwrap_or_default());
            rich("tenant-moment-hook", &[("kind", name(&moment.kind)), ("state", state.into())])
        }
    }
}

fn detail(moment: &MomentView) -> Option<String> {
    if moment.source == "notice" {
        // Who was told.
        return Some(moment.detail.clone().unwrap_or_else(|| text("alerts-notice-webhook")));
    }
    if moment.source != "activity" {
        return moment.detail.clone();
    }
    activity_detail(&ActivityView {
        at: moment.at,
        kind: moment.kind.clone(),
        actor: Actor::Deskbridge,
        name: None,
        detail: moment.detail.clone(),
    })
}

fn look(moment: &MomentView) -> (&'static str, Sign) {
    match moment.source {
        "activity" => activity_look(&moment.kind),
        "run" => {
            let (tone, sign, _) = words::run_state(moment.state.as_deref().unwrap_or_default(), 0, 0);
            (tone, sign)
        }
        "hook" | "notice" => {
            let (tone, sign, _) = words::delivery(moment.state.as_deref().unwrap_or_default());
            (tone, sign)
        }
        "received" => ("quiet", Sign::Down),
        _ => ("quiet", Sign::Up),
    }
}

const GROUPS: [(&str, &str); 9] = [
    ("all", "tenant-group-all"),
    ("connection", "tenant-group-connection"),
    ("states", "tenant-group-states"),
    ("settings", "tenant-group-settings"),
    ("runs", "tenant-group-runs"),
    ("received", "tenant-group-received"),
    ("sent", "tenant-group-sent"),
    ("staff", "tenant-group-staff"),
    ("notes", "tenant-group-notes"),
];

const WINDOWS: [(&str, &str); 4] = [
    ("day", "tenant-window-day"),
    ("week", "tenant-window-week"),
    ("month", "tenant-window-month"),
    ("ever", "tenant-window-ever"),
];

pub fn page(who: &StaffView, view: &TimelineView) -> Page {
    let id = view.head.id;
    let link = |href: String, current: bool, key: &str| {
        view! { <li><a class="filter" href=href aria-current=current.then_some("true")>{text(key)}</a></li> }.into_any()
    };
    let groups: Vec<_> = GROUPS
        .iter()
        .map(|(slug, key)| link(paths::tenant_timeline(id, slug, view.window, None), *slug == view.group, key))
        .collect();
    let windows: Vec<_> = WINDOWS
        .iter()
        .map(|(slug, key)| link(paths::tenant_timeline(id, view.group, slug, None), *slug == view.window, key))
        .collect();
    let newest = view.is_older.then(|| {
        let href = paths::tenant_timeline(id, view.group, view.window, None);
        view! { <li><a class="btn btn--small" href=href>{text("tenant-newest")}</a></li> }
    });
    let older = view.older.as_deref().map(|mark| {
        let href = paths::tenant_timeline(id, view.group, view.window, Some(mark));
        view! { <li><a class="btn btn--small" href=href>{text("tenant-older")}</a></li> }
    });
    let pager = (view.is_older || view.older.is_some()).then(|| {
        view! { <nav class="pager" aria-label=text("pager")><ul role="list">{newest}{older}</ul></nav> }
    });
    let heading = text("tenant-timeline");
    let whose = whose_plain(&view.head);
    let title = text_with("tenant-page-of", &[("page", heading.clone().into()), ("whose", whose.into())]);
    let inner = view! {
        <nav aria-label=text("tenant-filter-kind")><ul class="filters" role="list">{groups}</ul></nav>
        <nav aria-label=text("tenant-filter-window")><ul class="filters" role="list">{windows}</ul></nav>
        <section class="card"><div class="card__body">{list(who, &view.head, &view.moments)}</div></section>
        {pager}
    };
    let body = view! {
        <StaffPage
            staff=who.clone()
            section=Section::Tenants
            heading=heading.into_any()
            crumbs=crumbs(&view.head, true)
            lead=Some(state(&view.head, who))
        >
            {inner}
        </StaffPage>
    };
    Page { title: staff_title(&title), status: 200, body: body.into_any() }
}
