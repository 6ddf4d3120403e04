//! The simulator's pages: the admin page, the switches, the end of the pop-up. Every form works without script; the
//! script only makes Connect and Configure open in a real pop-up.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::answer::About;
use super::calls::{Call, Overrides, connect, install, perform, sign};
use super::deliveries::{Event, deliver_due, enqueue};
use super::form::{Form, refused, see_page};
use super::html::{STYLE, STYLE_URL, document, with_headers};
use super::page_admin::admin_page;
use super::page_switches::switches_page;
use super::removal::{removal, remove};
use super::rules::{Fault, Setting};
use super::shared::Shared;
use super::switches::{ConnectCode, Endpoint, MissingScope, ReturnPage, SWITCHES};
use super::world::{Stage, new_id};
use crate::clock::MINUTE;

const SCRIPT: &str = include_str!("simulator.js");
const ICON: &str = include_str!("simulator.svg");
pub(super) const RETURN_MOVED: &str = "/connect/external-integration/return/moved";
/// More of one event at once would only be a slow page.
const MOST_EVENTS: u32 = 500;

type App = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(admin))
        .route("/switches", get(switches).post(set_switches))
        .route("/switches/fault", post(add_fault))
        .route("/switches/reset", post(reset))
        .route("/admin/connect", post(press_connect))
        .route("/admin/integrations/{integration}", post(act))
        .route("/admin/event", post(send_event))
        .route("/admin/clock", post(move_clock))
        .route("/style.css", get(style))
        .route("/simulator.js", get(async || ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)))
        .route("/simulator.svg", get(async || ([(header::CONTENT_TYPE, "image/svg+xml")], ICON)))
}

async fn style() -> impl IntoResponse {
    const HEADERS: [(header::HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (HEADERS, STYLE)
}

#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    org: String,
}

async fn admin(State(shared): App, Query(whose): Query<Whose>) -> Response {
    admin_page(&shared, &whose.org)
}

async fn switches(State(shared): App, Query(whose): Query<Whose>) -> Response {
    switches_page(&shared, &whose.org)
}

async fn press_connect(State(shared): App, body: Bytes) -> Response {
    let form = Form::read(&body);
    let (code, missing, clock_ahead) = match form.get("twist") {
        "decline" => (Some(ConnectCode::Absent), None, false),
        "denied" => (Some(ConnectCode::Denied), None, false),
        "late" => (Some(ConnectCode::Expired), None, false),
        "used" => (Some(ConnectCode::Used), None, false),
        "scope" => (None, Some(MissingScope::IntegrationsRead), false),
        "clock" => (None, None, true),
        _ => (None, None, false),
    };
    let url = shared.change(|world| {
        let id = install(&shared, world, form.get("org"), form.get("application"), form.all("loc"))?;
        if clock_ahead {
            let organization = world.named(form.get("org")).map(|found| found.id.clone());
            let (key, value) = ("officernd_clock".to_owned(), "ahead_5_minutes".to_owned());
            world.rules.set(Setting { key, value, organization, times: None })?;
        }
        Ok::<_, String>(connect(&shared, world, &id, code, missing)?.connect_url)
    });
    match url {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(text) => refused(&shared, &text),
    }
}

async fn act(State(shared): App, Path(id): Path<String>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let usual = Overrides::default();
    let slug = shared.look(|world| {
        let integration = world.integrations.get(&id)?;
        Some(world.organization(&integration.organization)?.slug.clone())
    });
    let Some(slug) = slug else { return refused(&shared, "This integration is not known here.") };
    let done = match form.get("act") {
        "configure" => {
            let signed = shared.change(|world| sign(&shared, world, &id, Call::Configure, &usual));
            return match signed {
                Ok(signed) => Redirect::to(&signed.url).into_response(),
                Err(text) => refused(&shared, &text),
            };
        }
        "connect" => {
            return match shared.change(|world| connect(&shared, world, &id, None, None)) {
                Ok(connect) => Redirect::to(&connect.connect_url).into_response(),
                Err(text) => refused(&shared, &text),
            };
        }
        "check" => perform(&shared, &id, Call::Healthcheck, &usual).await.map(drop),
        "sync" => perform(&shared, &id, Call::Sync, &usual).await.map(drop),
        "remove" => remove(&shared, &id, true).await.map(drop),
        other => Err(format!("There is no act {other:?}.")),
    };
    match done {
        Ok(()) => see_page("/", &slug),
        Err(text) => refused(&shared, &text),
    }
}

async fn send_event(State(shared): App, body: Bytes) -> Response {
    let form = Form::read(&body);
    let times = form.number("times").unwrap_or(1).clamp(1, MOST_EVENTS);
    let made = shared.change(|world| {
        let organization = world.named(form.get("org")).map(|found| found.id.clone())?;
        let event_type = form.get("evt").to_owned();
        // Somebody who sends the removal by hand means the newest installation, and it stays installed here.
        let removed = event_type.eq_ignore_ascii_case("integration.removed");
        let newest = world.installed(&organization).last().map(|found| (*found).clone());
        let mut made = Vec::new();
        for _ in 0..times {
            let event = match &newest {
                Some(newest) if removed && newest.stage == Stage::Connected => removal(&shared, world, newest),
                _ => Event {
                    organization: organization.clone(),
                    event_type: event_type.clone(),
                    object: serde_json::json!({ "_id": new_id(&shared.random), "name": "Invented" }),
                    previous: None,
                    client_id: None,
                    integration: None,
                },
            };
            made.extend(enqueue(&shared, world, &event));
        }
        Some(made)
    });
    let Some(made) = made else { return refused(&shared, "This organization is not known here.") };
    deliver_due(&shared, Some(&made)).await;
    see_page("/", form.get("org"))
}

async fn move_clock(State(shared): App, body: Bytes) -> Response {
    let form = Form::read(&body);
    let minutes: i64 = form.number("minutes").unwrap_or(0);
    if !(1..=60 * 24 * 400).contains(&minutes) {
        return refused(&shared, "The clock moves ahead only, by minutes.");
    }
    shared.change(|_| shared.clock.advance(minutes * MINUTE));
    see_page("/", form.get("org"))
}

async fn set_switches(State(shared): App, body: Bytes) -> Response {
    let form = Form::read(&body);
    let times = form.number("times").filter(|times| *times > 0);
    let done = shared.change(|world| {
        let organization = world.named(form.get("org")).map(|found| found.id.clone());
        for listed in SWITCHES {
            let value = form.get(listed.key);
            if !value.is_empty() && value != world.rules.shown(listed.key, organization.as_deref()) {
                let (key, organization) = (listed.key.to_owned(), organization.clone());
                world.rules.set(Setting { key, value: value.to_owned(), organization, times })?;
            }
        }
        if organization.is_none() {
            world.limits.token_requests = form.number("token_requests");
            world.limits.deliver_to_loopback = Some(form.get("deliver_to_loopback") == "yes");
        }
        Ok::<_, String>(())
    });
    match done {
        Ok(()) => see_page("/switches", form.get("org")),
        Err(text) => refused(&shared, &text),
    }
}

async fn add_fault(State(shared): App, body: Bytes) -> Response {
    let form = Form::read(&body);
    let done = shared.change(|world| {
        let fault = Fault {
            id: 0,
            at: form.get("at").to_owned(),
            answer: form.get("answer").to_owned(),
            organization: world.named(form.get("org")).map(|found| found.id.clone()),
            client_id: None,
            times: form.number("times").filter(|times| *times > 0),
            milliseconds: form.number("milliseconds").unwrap_or(0),
            retry_after: form.number("retry_after"),
        };
        world.rules.add_fault(fault)
    });
    match done {
        Ok(_) => see_page("/switches", form.get("org")),
        Err(text) => refused(&shared, &text),
    }
}

async fn reset(State(shared): App, body: Bytes) -> Response {
    shared.change(|world| {
        world.rules.settings.clear();
        world.rules.faults.clear();
    });
    see_page("/switches", Form::read(&body).get("org"))
}

/// Where every pop-up ends, on success and on failure alike.
pub(super) async fn returned(State(shared): App) -> Response {
    let mut response = match shared.change(|world| world.rules.take::<ReturnPage>(None)) {
        ReturnPage::Closes => return_page(true),
        ReturnPage::Stays => return_page(false),
        ReturnPage::Moves => Redirect::to(RETURN_MOVED).into_response(),
    };
    response.extensions_mut().insert(About::new(Endpoint::Return));
    response
}

/// The address that the return page moves on to.
pub(super) async fn return_moved() -> Response {
    let mut response = return_page(true);
    response.extensions_mut().insert(About::new(Endpoint::Return));
    response
}

fn return_page(closes: bool) -> Response {
    const CLOSE: &str = "window.close();";
    let hash = STANDARD.encode(Sha256::digest(CLOSE));
    let style = STYLE_URL.as_str();
    let script = if closes { format!("<script>{CLOSE}</script>") } else { String::new() };
    let page = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SIMULATOR: back at OfficeRnD</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/simulator.svg" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
</head>
<body class="sim">
<header class="hazard"><div class="wrap"><strong>SIMULATOR. This is not OfficeRnD.</strong></div></header>
<main class="wrap page"><h1>Back at OfficeRnD</h1>
<p>OfficeRnD has taken note. This window closes.</p>
<p>If it stays open, close it and look at <a href="/">your integrations</a>.</p></main>
{script}
</body>
</html>
"#
    );
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'sha256-{hash}'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    with_headers(Html(page).into_response(), &policy)
}

/// OfficeRnD asks its admin for consent before the pop-up opens; here Connect is pressed on the admin page.
pub(super) async fn authorize(State(shared): App) -> Response {
    let main = r#"<div class="message-page"><h1>Connect starts on the integrations page</h1>
<p>OfficeRnD asks its administrator for consent and then opens the Connect URL in a pop-up. In the simulator, choose <strong>Connect</strong> for an organization.</p>
<p><a href="/">Go to the integrations</a></p></div>"#;
    let mut response = document("consent", &shared.product_url, main);
    response.extensions_mut().insert(About::new(Endpoint::Authorize));
    response
}
