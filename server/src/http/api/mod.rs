//! `/api/v1`: what the partner system asks of us.
//!
//! A handler is registered with `routes!`, which takes method and address from its `#[utoipa::path]`: what is not
//! described cannot be called. Its attribute names the scope (`security`) and the problems of its own
//! (`x-problem-codes`); `openapi.rs` adds what all calls share.

mod body;
pub mod caller;
mod checks;
mod conditions;
mod connections;
mod endpoints;
mod events;
mod frame;
mod notes;
pub mod openapi;
mod pages;
mod pause;
mod problem;
mod proxy;
mod reconnect;
mod repeated;
mod runs;
mod schemas;
mod settings;
mod token;

use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::any;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::App;
pub use problem::PAGES as PROBLEM_PAGES;
use problem::Problem;

/// Where all of it is.
pub const PREFIX: &str = "/api/v1";

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::Base::openapi())
        .routes(routes!(connections::list))
        .routes(routes!(connections::get))
        .routes(routes!(pause::pause))
        .routes(routes!(pause::resume))
        .routes(routes!(notes::add))
        .routes(routes!(runs::list, runs::start))
        .routes(routes!(runs::get, runs::report))
        .routes(routes!(events::list))
        .routes(routes!(endpoints::list, endpoints::create))
        .routes(routes!(endpoints::get, endpoints::delete))
        .routes(routes!(endpoints::dead))
        .routes(routes!(endpoints::enable))
        .routes(routes!(endpoints::replay))
        .routes(routes!(endpoints::rotate))
        .routes(routes!(token::token))
        .routes(routes!(reconnect::link))
        .routes(routes!(settings::get, settings::change))
        .route("/connections/{connection}/officernd/{*path}", any(proxy::proxy))
}

pub fn router(app: &App) -> Router<App> {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(frame::readable))
        .layer(from_fn_with_state(app.clone(), frame::frame))
}

/// Whether the frame stands around whatever answers at that address.
pub fn is_framed(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && rest != "/"))
}

/// Whether a call is a write that `Idempotency-Key` makes safe to repeat. A token is no write, and OfficeRnD has its
/// own say about the proxy's.
fn repeats(method: &str, path: &str) -> bool {
    let writes = ["POST", "PUT", "PATCH", "DELETE"].iter().any(|write| write.eq_ignore_ascii_case(method));
    writes && !path.ends_with("/token") && !proxy::is_path(path)
}

/// For the prefix with a slash, which is no address of ours.
pub async fn nowhere(State(app): State<App>) -> Response {
    Problem::not_found().answer(&app.config.public(""))
}

async fn unknown() -> Problem {
    Problem::not_found()
}

async fn wrong_method() -> Problem {
    Problem::method_not_allowed()
}
