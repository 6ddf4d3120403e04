//! `/api/v1`: what the partner system asks of us.

pub mod caller;
mod connections;
mod problem;
mod token;

use axum::Router;
use axum::routing::{get, post};

use crate::state::App;
use problem::Problem;

pub fn router() -> Router<App> {
    Router::new()
        .route("/connections", get(connections::list).fallback(wrong_method))
        .route("/connections/{connection}", get(connections::get).fallback(wrong_method))
        .route("/connections/{connection}/token", post(token::token).fallback(wrong_method))
        .fallback(unknown)
}

/// For every address that the API does not have.
pub async fn unknown() -> Problem {
    Problem::not_found()
}

async fn wrong_method() -> Problem {
    Problem::method_not_allowed()
}

/// As everywhere in the API: RFC 3339 in UTC, with milliseconds.
fn rfc3339(at: crate::clock::Millis) -> Option<String> {
    chrono::DateTime::from_timestamp_millis(at).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}
