//! What operations ask: alive, ready, measured. Details only on the operations listener.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use crate::state::App;

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
            get(async move || {
                (
                    [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
                    metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default(),
                )
            }),
        )
        .with_state(app)
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
