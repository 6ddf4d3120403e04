//! The connection's page: state and who must act, the two healths apart, locations, facts, history.

use leptos::prelude::*;

use super::activity::timeline;
use super::{approval, state_names};
use crate::components::setting::said;
use crate::components::{Bridge, DeskPage, Icon, Notice, Sign, Span, StateBadge, state_sign, trouble};
use crate::islands::{CopyField, CopyWords};
use crate::pages::Page;
use crate::paths;
use crate::ports::{ConnectionView, TroubleView};
use crate::state::ConnectionState;
use crate::texts::{connection_key, name, rich, text, text_with};
use crate::time::{self, Zone};

pub(super) fn page(connection: &ConnectionView) -> Page {
    let zone = Zone::of(&connection.locations.today);
    let names = state_names(connection);
    let key = connection_key(connection.state, connection.paused_by_partner);
    let title = text_with(
        "desk-title",
        &[
            ("integration", connection.integration.name.as_str().into()),
            ("organization", connection.organization.name.as_str().into()),
        ],
    );
    let meaning = rich(&format!("{key}.meaning"), &names);
    let (tone, sign) = (connection.state.tone(), state_sign(connection.state));
    let heading = rich(&format!("{key}.heading"), &names);
    let looks = connection.approval.as_ref().map(approval::notice);
    let act = rich(&format!("{key}.act"), &names);
    let act = if looks.is_some() { None } else { Some(view! { <p>{act}</p> }) };
    let set_up = set_up(connection);
    let linked = trouble::linked(&connection.set_up, &connection.integration.name);
    let waits = connection.set_up.waits_for.as_deref();
    let waits = waits.map(|account| trouble::overlap(account, &connection.integration.name));
    let main = view! { {waits}{set_up}{health(connection, &zone)}{places(connection)}{acts(connection)} };
    let side = view! { {facts(connection, &zone)}{timeline(connection, &zone)} };
    let body = view! {
        <DeskPage head=connection>
            <div class="page-head"><h1>{heading}</h1></div>
            {linked}
            <Notice tone sign title=meaning>{act}{looks}</Notice>
            <div class="cols cols--side"><div>{main}</div><div>{side}</div></div>
        </DeskPage>
    };
    Page { title, status: 200, body: body.into_any() }
}

/// Under the settings of the organization: how the connection stands, what can be done with it, what happened.
pub(super) fn below(connection: &ConnectionView) -> AnyView {
    let zone = Zone::of(&connection.locations.today);
    view! {
        <h2 class="below">{text("about-connection")}</h2>
        {health(connection, &zone)}{places(connection)}{acts(connection)}{facts(connection, &zone)}{timeline(connection, &zone)}
    }
    .into_any()
}

/// What is open of the set-up, and where it goes on.
pub(super) fn set_up(connection: &ConnectionView) -> Option<AnyView> {
    let set_up = &connection.set_up;
    let all_done = set_up.steps.iter().all(|(_, done)| *done);
    if set_up.steps.is_empty() || (all_done && set_up.next.is_none()) {
        return None;
    }
    let steps = set_up.steps.iter().map(|(title, done)| {
        let (sign, word) = if *done { (Sign::Ok, "set-up-done") } else { (Sign::SetUp, "set-up-open") };
        view! { <li><Icon sign/><span>{said(title)}" "<span class="muted">{text(word)}</span></span></li> }
    });
    let again = (connection.state != ConnectionState::FinishSetUp && !all_done)
        .then(|| trouble::reopened(&connection.integration.name));
    let next = match &set_up.next {
        Some(next) => {
            view! { <p><a class="btn btn--primary" href=next.clone()>{text("set-up-go-on")}</a></p> }.into_any()
        }
        None => ().into_any(),
    };
    let view = view! {
        <section class="card" aria-labelledby="su">
            <header><h2 id="su">{text("card-set-up")}</h2></header>
            <div class="card__body flow"><ul class="ticks" role="list">{steps.collect_view()}</ul>{again}{next}</div>
        </section>
    };
    Some(view.into_any())
}

/// Connection and synchronization are two facts: one failed run does not make a login bad.
fn health(connection: &ConnectionView, zone: &Zone) -> AnyView {
    let state = connection.state;
    let (bridge, login_tone, login_sign, login) = match state {
        ConnectionState::Reconnect => (Bridge::Broken, "bad", Sign::Error, "login-refused"),
        ConnectionState::FinishSetUp => (Bridge::Building, "ok", Sign::Ok, "login-accepted"),
        _ => (Bridge::Open, "ok", Sign::Ok, "login-accepted"),
    };
    let since = text_with("since", &[("moment", time::date_and_time(connection.state_since, zone).into())]);
    let since = time::element(connection.state_since, since);
    let (sync_tone, sync_sign, sync) =
        if connection.sync_on { ("ok", Sign::Ok, "sync-is-on") } else { ("quiet", Sign::Paused, "sync-is-off") };
    let (events_tone, events_sign, events, events_more) = if connection.events_subscribed {
        ("ok", Sign::Ok, "events-on", None)
    } else {
        ("warn", Sign::Warn, "events-off", Some(text("events-off.text")))
    };
    let events_more = events_more.map(|more| view! { <span class="small muted">{more}</span> });
    let organization = Some(connection.organization.name.clone());
    let integration = connection.integration.name.clone();
    let note = connection.account_name.clone();
    view! {
        <section class="card" aria-labelledby="two">
            <header><h2 id="two">{text("card-state")}</h2></header>
            <div class="card__body flow">
                <Span bridge organization integration note/>
                <dl class="facts facts--across">
                    <div>
                        <dt>{text("fact-connection")}</dt>
                        <dd><StateBadge state/><span class="small muted">{since}</span></dd>
                        <dd><Chip tone=login_tone sign=login_sign key=login/></dd>
                    </div>
                    <div>
                        <dt>{text("fact-synchronization")}</dt>
                        <dd><Chip tone=sync_tone sign=sync_sign key=sync/></dd>
                    </div>
                    <div><dt>{text("fact-last-run")}</dt><dd>{last_run(connection, zone)}</dd>{runs(connection, zone)}</div>
                    <div>
                        <dt>{text("fact-events")}</dt>
                        <dd><Chip tone=events_tone sign=events_sign key=events/>{events_more}</dd>
                    </div>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

/// The last good run, where the last one was not, and the next.
fn runs(connection: &ConnectionView, zone: &Zone) -> AnyView {
    let at = |key: &str, moment: i64| {
        let words = text_with(key, &[("moment", time::date_and_time(moment, zone).into())]);
        view! { <dd class="small muted">{time::element(moment, words)}</dd> }
    };
    let good = connection.last_run.as_ref().is_some_and(|run| run.state == "succeeded");
    let last = connection.last_success_at.filter(|_| !good).map(|moment| at("run-last-good", moment));
    let next = connection.next_run_at.map(|moment| at("run-next", moment));
    view! { {last}{next} }.into_any()
}

fn last_run(connection: &ConnectionView, zone: &Zone) -> AnyView {
    connection
        .last_run
        .as_ref()
        .map_or_else(
            || view! { <span class="muted">{text("run-none")}</span> }.into_any(),
            |run| {
                let (tone, sign, key) = match run.state.as_str() {
                    "running" => ("accent", Sign::Sync, "run-running"),
                    "succeeded" => ("ok", Sign::Ok, "run-succeeded"),
                    "partial" => ("warn", Sign::Some, "run-partial"),
                    "failed" => ("bad", Sign::Error, "run-failed"),
                    "refused" => ("quiet", Sign::Approval, "run-refused"),
                    "superseded" => ("quiet", Sign::Approval, "run-superseded"),
                    "lapsed" => ("warn", Sign::Delayed, "run-lapsed"),
                    "waiting_for_approval" => ("warn", Sign::Approval, "run-waiting-for-approval"),
                    _ => ("quiet", Sign::Delayed, "run-other"),
                };
                let at = run.ended_at.unwrap_or(run.started_at);
                let at = time::element(at, time::date_and_time(at, zone));
                view! { <Chip tone sign key/><span class="small muted">{at}</span> }.into_any()
            },
        )
        .into_any()
}

/// A result: icon and word, no box.
#[component]
fn Chip(tone: &'static str, sign: Sign, key: &'static str) -> impl IntoView {
    view! { <span class="chip" data-tone=tone><Icon sign/>{text(key)}</span> }
}

/// The locations by name, and whether later ones join.
pub(super) fn places(connection: &ConnectionView) -> AnyView {
    let locations = &connection.locations;
    let (title, rule) =
        if locations.all { ("locations-all", "locations-rule") } else { ("locations-some", "locations-fixed") };
    let title = text_with(title, &[("count", locations.today.len().into())]);
    let items = locations.today.iter().map(|location| {
        let unknown = (location.name == location.id)
            .then(|| view! { <span class="muted small">{text("location-unknown")}</span> });
        let trouble = connection.troubles.iter().find(|trouble| trouble.location.id == location.id).map(in_trouble);
        view! { <li><bdi>{location.name.clone()}</bdi>{unknown}{trouble}</li> }
    });
    let items: Vec<_> = items.collect();
    view! {
        <section class="card" aria-labelledby="lo">
            <header><h2 id="lo">{text("locations")}</h2></header>
            <div class="card__body flow-s">
                <ul class="places" role="list"><li><span>{title}</span></li>{items}</ul>
                <p class="help">{text(rule)}</p>
            </div>
        </section>
    }
    .into_any()
}

/// What is wrong at a location, and where the admin can mend it.
fn in_trouble(trouble: &TroubleView) -> AnyView {
    if trouble.by_settings {
        let words = text("trouble-settings");
        return view! { " "<a class="chip" data-tone="warn" href=trouble.href.clone()><Icon sign=Sign::Warn/><span>{words}</span></a> }
            .into_any();
    }
    view! { " "<span class="chip" data-tone="bad"><Icon sign=Sign::Error/><span>{text("trouble-failures")}</span></span> }
        .into_any()
}

fn acts(connection: &ConnectionView) -> AnyView {
    let reconnect = paths::reconnect(connection.id);
    let disconnect = paths::disconnect(connection.id);
    // The act that helps stands out where one is needed.
    let urgent = if connection.state == ConnectionState::Reconnect { "btn btn--primary" } else { "btn" };
    let account = connection.set_up.again.clone().map(|again| {
        view! {
            <div class="act">
                <a class="btn" href=again>{text("act-account")}</a>
                <p class="help">
                    {rich("act-account.text", &[("integration", name(&connection.integration.name))])}
                </p>
            </div>
        }
    });
    view! {
        <section class="card" aria-labelledby="acts">
            <header><h2 id="acts">{text("card-acts")}</h2></header>
            <div class="card__body flow">
                <div class="act">
                    <a class=urgent href=reconnect>{text("act-reconnect")}</a>
                    <p class="help">{text("act-reconnect.text")}</p>
                </div>
                {account}
                <div class="act">
                    <a class="btn" href=disconnect>{text("act-disconnect")}</a>
                    <p class="help">{text("act-disconnect.text")}</p>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// What support asks for.
fn facts(connection: &ConnectionView, zone: &Zone) -> AnyView {
    let words = CopyWords {
        label: text("copy-connection"),
        help: text("copy-connection.help"),
        button: text("copy-connection.button"),
        done: text("copy-connection.done"),
        failed: text("copy-connection.failed"),
    };
    let connected = time::element(connection.connected_at, time::date_and_time(connection.connected_at, zone));
    view! {
        <section class="card" aria-labelledby="fa">
            <header><h2 id="fa">{text("card-facts")}</h2></header>
            <div class="card__body small">
                <dl class="facts facts--rows">
                    <div>
                        <dt>{text("fact-organization")}</dt>
                        <dd><bdi>{connection.organization.name.clone()}</bdi></dd>
                    </div>
                    <div>
                        <dt>{text("fact-address-name")}</dt>
                        <dd><code>{connection.organization.slug.clone()}</code></dd>
                    </div>
                    <div><dt>{text("fact-account")}</dt><dd><bdi>{connection.account_name.clone()}</bdi></dd></div>
                    <div><dt>{text("fact-connected")}</dt><dd>{connected}</dd></div>
                </dl>
            </div>
            <CopyField id="connection".to_owned() value=connection.id.to_string() words/>
        </section>
    }
    .into_any()
}
