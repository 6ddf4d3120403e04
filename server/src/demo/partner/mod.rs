//! A partner system for the demo: it answers the hooks of the sample integrations, hears of events, and shows what it
//! received.
//!
//! It is the other side of `docs/HOOKS.md` and `docs/EVENTS.md`, written as a partner would: it verifies the signature before it
//! believes a word. Where a step leads to a sign-in page of the partner's own, it has one.

mod answers;
mod mood;
mod page;
mod runs;
mod sign_in;

pub(in crate::demo) use self::runs::down;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::mood::Mood;
use self::runs::Runs;
use self::sign_in::{Registered, SignIns};
use crate::clock::{Clock, Millis};
use crate::crypto::hook::HookKey;
use crate::manifest::Integration;
use crate::manifest::kind::Kind;
use crate::random::Random;
use crate::simulator::html::STYLE;

/// More are forgotten, oldest first.
const MOST_RECEIVED: usize = 200;
const MASK: &str = "••••••";

/// A call of a hook. Secrets were masked when it arrived.
#[derive(Clone)]
struct Received {
    at: Millis,
    integration: String,
    hook: String,
    id: String,
    signed: bool,
    body: Value,
    status: u16,
    answer: Value,
}

/// What the partner knows of an integration.
struct Account {
    name: String,
    key: HookKey,
    /// Fields whose values nobody may read here.
    secrets: Vec<String>,
    sign_in: Option<Registered>,
}

struct State {
    product_url: String,
    simulator_url: String,
    clock: Clock,
    accounts: HashMap<String, Account>,
    received: Mutex<VecDeque<Received>>,
    mood: Mutex<Mood>,
    sign_ins: SignIns,
    /// What signs events, by integration.
    event_keys: Mutex<HashMap<String, HookKey>>,
    /// What is done when a run is asked for.
    runs: Runs,
    /// Events that arrived, by id: one can come twice.
    seen: Mutex<VecDeque<String>>,
}

/// The sample partner system, serving until it is stopped.
pub struct SamplePartner {
    state: Arc<State>,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

impl SamplePartner {
    pub fn start(
        listener: TcpListener,
        integrations: &[Arc<Integration>],
        clock: Clock,
        random: Random,
        product_url: &str,
        simulator_url: &str,
    ) -> Self {
        let state = State {
            product_url: product_url.to_owned(),
            simulator_url: simulator_url.to_owned(),
            clock,
            accounts: integrations.iter().filter_map(|integration| account(integration, product_url)).collect(),
            received: Mutex::default(),
            mood: Mutex::default(),
            sign_ins: SignIns::new(random),
            event_keys: Mutex::default(),
            runs: Runs::default(),
            seen: Mutex::default(),
        };
        let state = Arc::new(state);
        let router = router(state.clone());
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        Self { state, stop, serving }
    }

    /// Events of this integration are signed with this secret from now on.
    pub fn hears(&self, integration: &str, secret: &SecretString) {
        if let Ok(key) = HookKey::parse(secret) {
            let mut keys = self.state.event_keys.lock().unwrap_or_else(PoisonError::into_inner);
            keys.insert(integration.to_owned(), key);
        }
    }

    /// It reads settings and reports runs with this key.
    pub fn calls_with(&self, key: SecretString) {
        self.state.runs.calls_with(key);
    }

    /// Whether its servers in the United States answer to runs.
    pub fn set_down_in_us(&self, down: bool) {
        self.state.runs.set_down_in_us(down);
    }

    /// Ends it; what is open is closed.
    pub fn stop(&self) {
        self.stop.cancel();
        self.serving.abort();
    }
}

fn account(integration: &Integration, product_url: &str) -> Option<(String, Account)> {
    let partner = integration.partner.as_ref()?;
    let secrets = integration.manifest.fields().filter(|field| matches!(field.kind, Kind::Secret(_)));
    let secrets = secrets.map(|field| field.key().to_owned()).collect();
    let key = HookKey::parse(&partner.secret).ok()?;
    let sign_in = Registered::of(integration, product_url);
    Some((integration.slug.clone(), Account { name: integration.name.clone(), key, secrets, sign_in }))
}

fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/", get(async |Shared(state): Shared<Arc<State>>| page::page(&state)))
        .route("/style.css", get(async || ([(header::CONTENT_TYPE, "text/css")], STYLE)))
        .route(
            "/sample.svg",
            get(async || ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("../../simulator/simulator.svg"))),
        )
        .route("/mood", post(mood))
        .route("/us", post(us))
        .route("/{integration}/hooks/{hook}", post(hook))
        .route("/{integration}/events", post(event))
        .route("/{integration}/authorize", get(sign_in::ask).post(sign_in::decide))
        .route("/{integration}/token", post(sign_in::token))
        .with_state(state)
}

async fn hook(
    Shared(state): Shared<Arc<State>>,
    Path((integration, hook)): Path<(String, String)>,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let Some(account) = state.accounts.get(&integration) else { return StatusCode::NOT_FOUND.into_response() };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, timestamp, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let signed = account.key.verify(id, timestamp, signature, &raw, state.clock.now_seconds());
    let mut body: Value = serde_json::from_slice(&raw).unwrap_or_default();
    // Only tokens of our own say who signed in.
    let ours = body["oauth"]["access_token"].as_str().is_some_and(|token| state.sign_ins.gave(&integration, token));
    if !ours && body.get("oauth").is_some() {
        body["oauth"] = Value::Null;
    }
    let (status, answer) = match state.mood() {
        _ if !signed => (401, serde_json::json!({ "error": "the signature is not right" })),
        Mood::Answers => {
            synchronize(&state, &hook, &body);
            answers::answer(&integration, &hook, &body)
        }
        Mood::Fails => (503, serde_json::json!({ "error": "out of order" })),
        // Longer than any manifest waits; who asked has left by then.
        Mood::Silent => std::future::pending().await,
    };
    state.keep(Received {
        at: state.clock.now(),
        hook,
        id: id.to_owned(),
        signed,
        // Nothing of what nobody signed is worth keeping.
        body: if signed { masked(body, &account.secrets) } else { Value::Null },
        status,
        answer: masked(answer.clone(), &["base64".to_owned()]),
        integration,
    });
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(answer)).into_response()
}

/// The run is reported later through the API, as the hook's 202 promises.
fn synchronize(state: &Arc<State>, hook: &str, body: &Value) {
    let (Some(connection), Some(run)) = (body["connection"].as_str(), body["run"].as_str()) else { return };
    if hook == "sync" && body["enabled"] == Value::Bool(true) {
        let (state, connection, run) = (state.clone(), connection.to_owned(), run.to_owned());
        tokio::spawn(async move { state.runs.run(&state.product_url, &connection, &run).await });
    }
}

async fn event(
    Shared(state): Shared<Arc<State>>,
    Path(integration): Path<String>,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let Some(account) = state.accounts.get(&integration) else { return StatusCode::NOT_FOUND.into_response() };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, timestamp, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let key = state.event_keys.lock().unwrap_or_else(PoisonError::into_inner).get(&integration).cloned();
    let signed = key.is_some_and(|key| key.verify(id, timestamp, signature, &raw, state.clock.now_seconds()));
    let (status, answer) = match state.mood() {
        _ if !signed => (401, serde_json::json!({ "error": "the signature is not right" })),
        Mood::Answers if state.saw(id) => (200, serde_json::json!({ "again": true })),
        Mood::Answers => (200, serde_json::json!({})),
        Mood::Fails => (503, serde_json::json!({ "error": "out of order" })),
        Mood::Silent => std::future::pending().await,
    };
    let body: Value = if signed { serde_json::from_slice(&raw).unwrap_or_default() } else { Value::Null };
    state.keep(Received {
        at: state.clock.now(),
        hook: body["type"].as_str().unwrap_or("event").to_owned(),
        id: id.to_owned(),
        signed,
        body: masked(body, &account.secrets),
        status,
        answer: answer.clone(),
        integration,
    });
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(answer)).into_response()
}

#[derive(Deserialize)]
struct Wanted {
    mood: Mood,
}

async fn mood(Shared(state): Shared<Arc<State>>, Form(wanted): Form<Wanted>) -> Redirect {
    *state.mood.lock().unwrap_or_else(PoisonError::into_inner) = wanted.mood;
    Redirect::to("/")
}

#[derive(Deserialize)]
struct Us {
    down: bool,
}

async fn us(Shared(state): Shared<Arc<State>>, Form(wanted): Form<Us>) -> Redirect {
    state.runs.set_down_in_us(wanted.down);
    Redirect::to("/")
}

impl State {
    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, received: Received) {
        let mut all = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_front(received);
        all.truncate(MOST_RECEIVED);
    }

    /// Whether an event of this id came before. It is remembered from now on.
    fn saw(&self, id: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.iter().any(|known| known == id) {
            return true;
        }
        seen.push_front(id.to_owned());
        seen.truncate(MOST_RECEIVED);
        false
    }

    /// Newest first.
    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn names(&self) -> String {
        let mut names: Vec<&str> = self.accounts.values().map(|account| account.name.as_str()).collect();
        names.sort_unstable();
        names.join(", ")
    }
}

/// Hides values under these keys wherever they stand, and all of a token answer.
fn masked(value: Value, secrets: &[String]) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| {
                let hidden = !value.is_null() && (key == "oauth" || secrets.contains(&key));
                let value = if hidden { MASK.into() } else { masked(value, secrets) };
                (key, value)
            })
            .collect(),
        Value::Array(list) => list.into_iter().map(|value| masked(value, secrets)).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let body = json!({
            "values": { "client_id": "hl-prod-7", "client_secret": "s-1" },
            "oauth": { "access_token": "s-2" },
            "draft": { "locations": [{ "client_secret": { "secret": "s-3" } }] },
        });
        let shown = masked(body, &["client_secret".to_owned()]);
        assert!(!shown.to_string().contains("s-"), "{shown}");
        assert_eq!(shown["values"]["client_id"], "hl-prod-7");
        assert_eq!(masked(json!({ "oauth": null }), &[]), json!({ "oauth": null }));
    }
}
