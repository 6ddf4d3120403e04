//! What operations ask: alive, ready, measured. Details only on the operations listener.

mod events;
mod tokens;

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use crate::clock::{Millis, SECOND};
use crate::manifest::Hook;
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::outbox::{self, Backlog};

const PATIENCE: Duration = Duration::from_secs(2);

pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready means that the database answers.
pub async fn readyz(State(app): State<App>) -> Response {
    match database(&app).await {
        Ok(()) => "ready\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

/// The listener that only operations reach.
pub fn router(app: App, metrics: Option<PrometheusHandle>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(details))
        .route(
            "/metrics",
            get(async move |State(app): State<App>| {
                let counted = metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default();
                let text =
                    format!("{counted}{}{}{}", backlog(&app).await, of_events(&app).await, of_tokens(&app).await);
                ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
            }),
        )
        .with_state(app)
}

/// What partner systems have not heard, read when it is asked for: every replica says the same. Without an answer
/// of the database the lines are left out, so that nobody reads a backlog of nought.
async fn backlog(app: &App) -> String {
    let db = app.db.read();
    let read = async { Ok::<_, StorageError>((outbox::waiting(db).await?, outbox::dead(db).await?)) };
    let Ok(Ok((waiting, dead))) = tokio::time::timeout(PATIENCE, read).await else { return String::new() };
    let mut labels: BTreeSet<(String, String)> = BTreeSet::new();
    for integration in app.integrations.all() {
        for hook in [Hook::Sync, Hook::Disconnected] {
            if integration.partner.as_ref().is_some_and(|partner| partner.answers(hook)) {
                labels.insert((integration.slug.clone(), hook.as_str().to_owned()));
            }
        }
    }
    labels.extend(waiting.iter().chain(&dead).map(|one| (one.receiver.clone(), one.hook.clone())));
    let now = app.clock.now();
    let count: fn(&Backlog, Millis) -> i64 = |one, _| one.count;
    let age: fn(&Backlog, Millis) -> i64 = |one, now| (now - one.oldest).max(0) / SECOND;
    let mut text = String::new();
    for (name, list, value) in [("waiting", &waiting, count), ("oldest_seconds", &waiting, age), ("dead", &dead, count)]
    {
        text.push_str("# TYPE deskbridge_outbox_");
        text.push_str(name);
        text.push_str(" gauge\n");
        for (integration, hook) in &labels {
            let found = list.iter().find(|one| one.receiver == *integration && one.hook == *hook);
            let value = found.map_or(0, |one| value(one, now));
            let line = format!("deskbridge_outbox_{name}{{integration=\"{integration}\",hook=\"{hook}\"}} {value}\n");
            text.push_str(&line);
        }
    }
    text
}

/// Without an answer of the database these lines are left out, too.
async fn of_tokens(app: &App) -> String {
    tokio::time::timeout(PATIENCE, tokens::lines(app)).await.ok().and_then(Result::ok).unwrap_or_default()
}

async fn of_events(app: &App) -> String {
    tokio::time::timeout(PATIENCE, events::lines(app)).await.ok().and_then(Result::ok).unwrap_or_default()
}

async fn details(State(app): State<App>) -> Response {
    let database = database(&app).await;
    let status = if database.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let integrations: Vec<String> = app.integrations.all().iter().map(|integration| integration.slug.clone()).collect();
    let database = database.map_or_else(|error| error, |()| "ok".to_owned());
    (status, Json(json!({ "database": database, "integrations": integrations, "version": env!("CARGO_PKG_VERSION") })))
        .into_response()
}

async fn database(app: &App) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, app.db.ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}
