//! Addresses that hear of events, with what did not arrive.

use leptos::prelude::*;

use crate::components::entry::{Entry, entry, shown_once};
use crate::components::{Notice, Sign};
use crate::ports::{EndpointLine, EndpointMistake, EndpointSaid, EndpointsView, StaffView};
use crate::texts::{text, text_with};
use crate::time;

/// What just happened: a secret, shown once, or in words.
pub(super) fn said(view: &EndpointsView) -> Option<AnyView> {
    if let Some(secret) = &view.secret {
        return Some(
            view! {
                <section class="card" aria-labelledby="secret">
                    <header><h2 id="secret">{text("endpoints-secret")}</h2></header>
                    {shown_once("secret-text", text("endpoints-secret-label"), text("endpoints-secret-help"), secret.clone())}
                </section>
            }
            .into_any(),
        );
    }
    let (title, words) = match view.said? {
        EndpointSaid::Enabled => (text("endpoints-said-enabled"), text("endpoints-said-enabled.text")),
        EndpointSaid::Deleted => (text("endpoints-said-deleted"), text("endpoints-said-deleted.text")),
        EndpointSaid::Replayed(count) => {
            (text_with("endpoints-said-replayed", &[("count", count.into())]), text("endpoints-said-replayed.text"))
        }
    };
    let title = title.into_any();
    Some(view! { <Notice tone="ok" sign=Sign::Ok title role="status"><p>{words}</p></Notice> }.into_any())
}

pub(super) fn card(view: &EndpointsView, staff: &StaffView) -> AnyView {
    let items = view.endpoints.iter().map(|line| item(line, view, staff)).collect_view();
    let list = if view.endpoints.is_empty() {
        view! { <p class="muted">{text("endpoints-none")}</p> }.into_any()
    } else {
        view! { <ul class="flow" role="list">{items}</ul> }.into_any()
    };
    let form = view.may_change.then(|| form(view));
    view! {
        <section class="card" aria-labelledby="endpoints">
            <header><h2 id="endpoints">{text("endpoints-title")}</h2></header>
            <div class="card__body flow">{list}{form}</div>
        </section>
    }
    .into_any()
}

fn item(line: &EndpointLine, view: &EndpointsView, staff: &StaffView) -> AnyView {
    let state = match (&line.disabled, line.failing_since) {
        (Some(reason), _) => {
            view! { <p><strong>{text("endpoints-disabled")}</strong>" "<bdi>{reason.clone()}</bdi></p> }.into_any()
        }
        (None, Some(since)) => {
            let since = time::date_and_time(since, &staff.zone);
            view! { <p>{text_with("endpoints-failing", &[("since", since.into())])}</p> }.into_any()
        }
        (None, None) => view! { <p>{text("endpoints-well")}</p> }.into_any(),
    };
    let all = line.types.iter().any(|kind| kind == "*");
    let types = if all { text("endpoints-types-all") } else { line.types.join(", ") };
    let counts = text_with("endpoints-counts", &[("waiting", line.waiting.into()), ("dead", line.dead.into())]);
    let given_up = line.given_up.iter().map(|(at, kind, trouble)| {
        let at = at.map(|at| time::date_and_time(at, &staff.zone)).unwrap_or_default();
        let trouble = trouble.clone().unwrap_or_default();
        view! { <li class="small">{at}" "<code>{kind.clone()}</code>" "<bdi>{trouble}</bdi></li> }
    });
    let given_up = (!line.given_up.is_empty()).then(|| {
        view! { <details><summary>{text("endpoints-given-up")}</summary><ul>{given_up.collect_view()}</ul></details> }
    });
    let days_id = format!("days-{}", line.id);
    let press = |act: &'static str, key: &str| {
        view! {
            <button class="btn btn--small" type="submit" name="act" value=act>
                {text(key)}<span class="vh">": "{line.url.clone()}</span>
            </button>
        }
    };
    let change = view.may_change.then(|| {
        let enable = line.disabled.is_some().then(|| press("enable", "endpoints-enable"));
        let rotate = view.may_rotate.then(|| press("rotate", "endpoints-rotate"));
        view! { {enable}{rotate}{press("delete", "endpoints-delete")} }
    });
    let replay = view.may_replay.then(|| {
        view! {
            <label for=days_id.clone()>{text("endpoints-replay-days")}</label>
            <input id=days_id.clone() class="w-10" name="days" type="text" inputmode="numeric" value="1"/>
            {press("replay", "endpoints-replay")}
        }
    });
    let acts = (view.may_change || view.may_replay).then(|| {
        view! {
            <form method="post" class="row">
                <input type="hidden" name="endpoint" value=line.id.clone()/>
                {replay}
                {change}
            </form>
        }
    });
    view! {
        <li class="flow-s">
            <p><strong><bdi>{line.url.clone()}</bdi></strong></p>
            <p class="small muted">{types}" · "<code>{line.id.clone()}</code></p>
            {state}
            <p>{counts}</p>
            {given_up}
            {acts}
        </li>
    }
    .into_any()
}

fn form(view: &EndpointsView) -> AnyView {
    let wrong = |wanted: &[EndpointMistake], key: &str| {
        view.form.mistake.filter(|mistake| wanted.contains(mistake)).map(|_| text(key))
    };
    let url = wrong(&[EndpointMistake::Url], "endpoints-url-wrong")
        .or_else(|| wrong(&[EndpointMistake::Address], "endpoints-address-refused"))
        .or_else(|| wrong(&[EndpointMistake::TooMany], "endpoints-too-many"));
    view! {
        <form class="flow" method="post" novalidate aria-labelledby="endpoints-add">
            <h3 id="endpoints-add">{text("endpoints-add")}</h3>
            {entry(Entry {
                name: "url",
                label: text("endpoints-url"),
                kind: "url",
                value: view.form.url.clone(),
                help: Some(text("endpoints-url-help")),
                mistake: url,
                autocomplete: "off",
                ..Entry::default()
            })}
            {entry(Entry {
                name: "types",
                label: text("endpoints-types"),
                kind: "text",
                value: if view.form.types.is_empty() { "*".to_owned() } else { view.form.types.clone() },
                help: Some(text("endpoints-types-help")),
                mistake: wrong(&[EndpointMistake::Types], "endpoints-types-wrong"),
                autocomplete: "off",
                ..Entry::default()
            })}
            <div class="actions">
                <button class="btn btn--primary" type="submit" name="act" value="add">{text("endpoints-add-do")}</button>
            </div>
        </form>
    }
    .into_any()
}
