//! Events and their deliveries.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::deliveries::{Event, deliver_due, enqueue};
use super::super::world::{DeliveryState, new_id};
use super::{Answer, App, Wrong, missing, yes};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEvent {
    organization: String,
    event_type: String,
    object: Option<Value>,
    previous: Option<Value>,
    application: Option<String>,
    integration: Option<String>,
    #[serde(default = "once")]
    times: u32,
    /// False leaves the first attempt to the next round.
    #[serde(default = "yes")]
    now: bool,
}

fn once() -> u32 {
    1
}

pub(super) async fn send_event(State(shared): App, Json(new): Json<NewEvent>) -> Answer {
    let client_id = match &new.application {
        None => None,
        Some(slug) => Some(shared.application(slug).ok_or_else(|| missing("application", slug))?.client_id.clone()),
    };
    let made = shared.change(|world| {
        let organization = world.named(&new.organization).map(|found| found.id.clone());
        let organization = organization.ok_or_else(|| missing("organization", &new.organization))?;
        let object = new.object.unwrap_or_else(|| json!({ "_id": new_id(&shared.random), "name": "Invented" }));
        let event = Event {
            organization,
            event_type: new.event_type,
            object,
            previous: new.previous,
            client_id,
            integration: new.integration,
        };
        let made: Vec<String> = (0..new.times).flat_map(|_| enqueue(&shared, world, &event)).collect();
        Ok::<_, Wrong>(made)
    })?;
    let outcomes = if new.now { deliver_due(&shared, Some(&made)).await } else { Vec::new() };
    Ok(Json(json!({ "made": made, "deliveries": outcomes })))
}

pub(super) async fn deliver(State(shared): App) -> Json<Value> {
    Json(json!({ "deliveries": deliver_due(&shared, None).await }))
}

#[derive(Deserialize)]
pub(super) struct Which {
    organization: Option<String>,
    state: Option<DeliveryState>,
}

pub(super) async fn deliveries(State(shared): App, Query(which): Query<Which>) -> Answer {
    shared.look(|world| {
        let organization = match &which.organization {
            None => None,
            Some(name) => Some(world.named(name).ok_or_else(|| missing("organization", name))?.id.clone()),
        };
        let shown: Vec<Value> = world
            .deliveries
            .iter()
            .filter(|delivery| organization.as_ref().is_none_or(|id| *id == delivery.organization))
            .filter(|delivery| which.state.is_none_or(|state| state == delivery.state))
            .map(|delivery| {
                let mut shown = json!(delivery);
                shown.as_object_mut().map(|members| members.remove("secret"));
                shown
            })
            .collect();
        Ok(Json(shown.into()))
    })
}

pub(super) async fn lose_subscription(State(shared): App, Path(id): Path<String>) -> Answer {
    let lost = shared.change(|world| world.subscriptions.remove(&id));
    lost.map(|_| Json(json!({}))).ok_or_else(|| missing("subscription", &id))
}
