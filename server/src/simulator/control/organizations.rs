//! Organizations and their locations.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::edit::{self, LocationChange, NewLocation, NewOrganization, OrganizationChange, Refusal};
use super::{Answer, App, Wrong};

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::Unknown(_) => StatusCode::NOT_FOUND,
            Refusal::Taken(_) => StatusCode::CONFLICT,
            Refusal::Wrong(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self(status, refusal.text())
    }
}

pub(super) async fn organizations(State(shared): App) -> Json<Value> {
    Json(shared.look(|world| json!(world.organizations)))
}

pub(super) async fn create_organization(State(shared): App, Json(new): Json<NewOrganization>) -> Answer {
    Ok(Json(json!(shared.change(|world| edit::create(&shared, world, new))?)))
}

pub(super) async fn change_organization(
    State(shared): App,
    Path(name): Path<String>,
    Json(change): Json<OrganizationChange>,
) -> Answer {
    Ok(Json(json!(shared.change(|world| edit::change(world, &name, &change))?)))
}

pub(super) async fn add_locations(
    State(shared): App,
    Path(name): Path<String>,
    Json(new): Json<Vec<NewLocation>>,
) -> Answer {
    Ok(Json(json!(shared.change(|world| edit::add_locations(&shared, world, &name, new))?)))
}

pub(super) async fn change_location(
    State(shared): App,
    Path((name, location)): Path<(String, String)>,
    Json(change): Json<LocationChange>,
) -> Answer {
    Ok(Json(json!(shared.change(|world| edit::change_location(world, &name, &location, &change))?)))
}
