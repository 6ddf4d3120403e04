//! `/api/v1`: what the partner system asks of us.

pub mod caller;
mod connections;
mod problem;
mod proxy;
mod token;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};

use crate::http::query;
use crate::state::App;
use problem::Problem;

pub fn router() -> Router<App> {
    Router::new()
        .route("/connections", get(connections::list).fallback(wrong_method))
        .route("/connections/{connection}", get(connections::get).fallback(wrong_method))
        .route("/connections/{connection}/token", post(token::token).fallback(wrong_method))
        .route("/connections/{connection}/officernd/{*path}", any(proxy::proxy))
        .fallback(unknown)
        .layer(from_fn(readable))
}

/// A query that cannot be read is refused everywhere, also where nothing of it would be used.
async fn readable(request: Request, next: Next) -> Response {
    match query::parse(request.uri().query().unwrap_or_default()) {
        Ok(_) => next.run(request).await,
        Err(_) => Problem::invalid_request("query").into_response(),
    }
}

/// For every address that the API does not have.
pub async fn unknown() -> Problem {
    Problem::not_found()
}

async fn wrong_method() -> Problem {
    Problem::method_not_allowed()
}
