//! Every address that machines call, on one screen. Pages are in `app::app`.

use app::pages::message::Message;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError, ResponseForProtectionError};

use crate::http::request_log::{self, RequestLog};
use crate::http::{
    api, connect, language, message_page, operations, pages, partner_return, problems, signed, webhooks,
};
use crate::state::App;

/// What `docs/ARCHITECTURE.md` lists; a test compares.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/i/{integration}/connect"),
    ("GET", "/i/{integration}/configure"),
    ("GET", "/i/{integration}/healthcheck"),
    ("GET", "/i/{integration}/sync"),
    ("GET", "/i/{integration}/partner-return"),
    ("POST", "/i/{integration}/webhooks/{connection}"),
    ("GET", "/api/v1/connections"),
    ("GET", "/api/v1/connections/{connection}"),
    ("POST", "/api/v1/connections/{connection}/pause"),
    ("POST", "/api/v1/connections/{connection}/resume"),
    ("POST", "/api/v1/connections/{connection}/notes"),
    ("GET POST", "/api/v1/connections/{connection}/runs"),
    ("GET PATCH", "/api/v1/runs/{run}"),
    ("POST", "/api/v1/connections/{connection}/token"),
    ("GET PATCH", "/api/v1/connections/{connection}/settings"),
    ("POST", "/api/v1/connections/{connection}/reconnect-link"),
    ("ANY", "/api/v1/connections/{connection}/officernd/{*path}"),
    ("GET", "/openapi.json"),
    ("GET", "/problems/{code}"),
    ("GET", "/api/v1/events"),
    ("GET POST", "/api/v1/event-endpoints"),
    ("GET DELETE", "/api/v1/event-endpoints/{endpoint}"),
    ("GET", "/api/v1/event-endpoints/{endpoint}/dead"),
    ("POST", "/api/v1/event-endpoints/{endpoint}/enable"),
    ("POST", "/api/v1/event-endpoints/{endpoint}/replay"),
    ("POST", "/api/v1/event-endpoints/{endpoint}/rotate"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET POST", "/connect/{attempt}"),
    ("GET POST", "/connect/{attempt}/steps/{step}"),
    ("GET POST", "/settings/{connection}"),
    ("GET POST", "/settings/{connection}/locations/{location}"),
    ("GET POST", "/settings/{connection}/confirm/{draft}"),
    ("GET", "/settings/{connection}/history"),
    ("GET POST", "/settings/{connection}/history/{revision}"),
    ("GET POST", "/settings/{connection}/runs/{run}"),
    ("GET POST", "/settings/{connection}/disconnect"),
    ("GET", "/settings/{connection}/reconnect"),
    ("GET POST", "/settings/{connection}/steps/{step}"),
    ("GET POST", "/settings/{connection}/review"),
    ("GET", "/reconnect/{token}"),
    ("GET POST", "/reconnect/{token}/steps/{step}"),
    ("GET POST", "/"),
    ("GET POST", "/tenants"),
    ("GET", "/tenants.csv"),
    ("GET", "/live"),
    ("GET", "/tenants/{organization}"),
    ("GET POST", "/alerts"),
    ("GET POST", "/activity"),
    ("GET POST", "/integrations"),
    ("GET POST", "/integrations/{integration}"),
    ("GET POST", "/staff"),
    ("GET POST", "/account"),
    ("GET POST", "/sign-in"),
    ("GET POST", "/sign-in/code"),
    ("GET POST", "/sign-in/again"),
    ("POST", "/sign-in/provider"),
    ("GET", "/sign-in/return"),
    ("POST", "/sign-out"),
    ("GET POST", "/invitations/{token}"),
    ("GET POST", "/connections/{connection}"),
    ("GET", "/connections/{connection}/activity"),
    ("POST", "/connections/{connection}/runs"),
    ("GET POST", "/connections/{connection}/runs/{run}"),
    ("GET", "/connections/{connection}/settings"),
    ("GET POST", "/connections/{connection}/disconnect"),
    ("GET POST", "/connections/{connection}/purge"),
    ("GET POST", "/connections/{connection}/reconnect-link"),
    ("GET POST", "/connections/{connection}/notes/{note}"),
    ("GET POST", "/connections/{connection}/explain"),
    ("POST", "/tenants/{organization}/export"),
    ("GET POST", "/bulk"),
    ("GET POST", "/bulk/{bulk}"),
];

pub fn router(app: &App) -> Router {
    let machines = Router::new()
        .route("/i/{integration}/connect", get(connect::connect).fallback(connect::wrong_method))
        .route("/i/{integration}/configure", get(signed::configure).fallback(connect::wrong_method))
        .route("/i/{integration}/healthcheck", get(signed::healthcheck).fallback(signed::wrong_method))
        .route("/i/{integration}/sync", get(signed::sync).fallback(signed::wrong_method))
        .route("/i/{integration}/partner-return", get(partner_return::partner_return).fallback(connect::wrong_method))
        .route("/i/{integration}/webhooks/{connection}", post(webhooks::receive).fallback(webhooks::wrong_method))
        .nest(api::PREFIX, api::router(app))
        // A nested router does not answer for its own address with a slash.
        .route("/api/v1/", any(api::nowhere))
        .route("/openapi.json", get(api::openapi::serve))
        .route("/problems/{code}", get(problems::page))
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz));
    let people = pages::router(app)
        .fallback(not_found)
        // A foreign site must not press our buttons; needs no token in the form, so it works without script.
        .layer(csrf(app))
        // Only here: machine answers are smaller than the headers that compressing would add.
        .layer(CompressionLayer::new());
    machines
        .merge(app.site.router())
        .merge(people)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(language::speak))
        .layer(from_fn_with_state(RequestLog::new(app.clock.clone(), app.traces.clone()), request_log::log))
        // Outermost, so that a panic anywhere is one 500 and the process goes on.
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(app.clone())
}

fn csrf(app: &App) -> CsrfLayer<impl ResponseForProtectionError<Body> + use<>> {
    let answering = app.clone();
    let layer = CsrfLayer::new()
        .with_rejection_response(move |_: ProtectionError| message_page(&answering, Message::ForeignForm, None));
    let origin = app.config.public_url.origin().ascii_serialization();
    match layer.clone().add_trusted_origin(&origin) {
        Ok(layer) => layer,
        Err(error) => {
            tracing::warn!(%error, "public_url is no origin that forms could come from");
            layer
        }
    }
}

/// Where an address has no answer of its own for a wrong method.
async fn wrong_method(State(app): State<App>) -> Response {
    message_page(&app, Message::MethodNotAllowed, None)
}

async fn not_found(State(app): State<App>) -> Response {
    message_page(&app, Message::NotFound, None)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    // The panic hook has written the cause to the log.
    (StatusCode::INTERNAL_SERVER_ERROR, "Something broke on our side. It is in our log.\n").into_response()
}
