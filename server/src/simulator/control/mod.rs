//! The control API under `/control`: what integration tests and browser tests use to play OfficeRnD. The table is in
//! the documentation of [`super`].

mod events;
mod integrations;
mod organizations;
mod rules;
mod watch;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde_json::Value;

use super::answer::message;
use super::shared::Shared;
use super::world::World;

type App = State<Arc<Shared>>;

/// A wrong request to the control API, in words for the person who writes the test.
struct Wrong(StatusCode, String);

impl From<String> for Wrong {
    fn from(text: String) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, text)
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        message(self.0, &self.1)
    }
}

fn missing(what: &str, name: &str) -> Wrong {
    Wrong(StatusCode::NOT_FOUND, format!("There is no {what} {name:?}."))
}

type Answer = Result<Json<Value>, Wrong>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/state", get(watch::state))
        .route("/control/organizations", get(organizations::organizations).post(organizations::create_organization))
        .route("/control/organizations/{organization}", put(organizations::change_organization))
        .route("/control/organizations/{organization}/locations", post(organizations::add_locations))
        .route("/control/organizations/{organization}/locations/{location}", put(organizations::change_location))
        .route("/control/integrations", post(integrations::create_integration))
        .route(
            "/control/integrations/{integration}",
            get(integrations::read_integration).delete(integrations::remove_integration),
        )
        .route("/control/integrations/{integration}/connect", post(integrations::connect_again))
        .route("/control/integrations/{integration}/signed-url", post(integrations::signed_url))
        .route("/control/integrations/{integration}/call", post(integrations::make_call))
        .route("/control/integrations/{integration}/rotate-secret", post(integrations::rotate_secret))
        .route("/control/integrations/{integration}/revoke", post(integrations::revoke))
        .route("/control/events", post(events::send_event))
        .route("/control/deliver-due", post(events::deliver))
        .route("/control/deliveries", get(events::deliveries))
        .route("/control/subscriptions/{subscription}", delete(events::lose_subscription))
        .route("/control/switches", get(rules::switches).delete(rules::reset_switches))
        .route("/control/switches/{key}", put(rules::set_switch))
        .route("/control/faults", get(rules::faults).post(rules::add_fault).delete(rules::clear_faults))
        .route("/control/faults/{fault}", delete(rules::clear_fault))
        .route("/control/limits", get(rules::limits).put(rules::set_limits))
        .route("/control/counters", get(watch::counters))
        .route("/control/log", get(watch::log).delete(watch::clear_log))
        .route("/control/clock", get(watch::clock).post(watch::move_clock))
}

/// The id behind a slug or id; none where none was named.
fn id_of(world: &World, name: Option<String>) -> Result<Option<String>, Wrong> {
    let Some(name) = name else { return Ok(None) };
    world.named(&name).map(|found| Some(found.id.clone())).ok_or_else(|| missing("organization", &name))
}

fn yes() -> bool {
    true
}
