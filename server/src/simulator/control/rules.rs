//! Switches, faults and limits.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rules::{Fault, Setting};
use super::super::switches::SWITCHES;
use super::{Answer, App, id_of, missing};

pub(super) async fn switches(State(shared): App) -> Json<Value> {
    let known: Vec<Value> = SWITCHES
        .iter()
        .map(|listed| {
            let values: Vec<Value> =
                listed.values.iter().map(|(value, label)| json!({ "value": value, "label": label })).collect();
            json!({ "key": listed.key, "title": listed.title, "usual": listed.usual(), "values": values })
        })
        .collect();
    Json(json!({ "set": shared.look(|world| world.rules.settings.clone()), "known": known }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSetting {
    value: String,
    organization: Option<String>,
    times: Option<u32>,
}

pub(super) async fn set_switch(State(shared): App, Path(key): Path<String>, Json(new): Json<NewSetting>) -> Answer {
    shared.change(|world| {
        let organization = id_of(world, new.organization)?;
        world.rules.set(Setting { key, value: new.value, organization, times: new.times })?;
        Ok(Json(json!(world.rules.settings)))
    })
}

pub(super) async fn reset_switches(State(shared): App) -> Json<Value> {
    shared.change(|world| {
        world.rules.settings.clear();
        world.rules.faults.clear();
    });
    Json(json!({}))
}

pub(super) async fn faults(State(shared): App) -> Json<Value> {
    Json(shared.look(|world| json!(world.rules.faults)))
}

pub(super) async fn add_fault(State(shared): App, Json(mut fault): Json<Fault>) -> Answer {
    shared.change(|world| {
        fault.organization = id_of(world, fault.organization)?;
        Ok(Json(json!({ "id": world.rules.add_fault(fault)? })))
    })
}

pub(super) async fn clear_faults(State(shared): App) -> Json<Value> {
    shared.change(|world| world.rules.faults.clear());
    Json(json!({}))
}

pub(super) async fn clear_fault(State(shared): App, Path(id): Path<u64>) -> Answer {
    shared.change(|world| {
        let before = world.rules.faults.len();
        world.rules.faults.retain(|fault| fault.id != id);
        if world.rules.faults.len() == before { Err(missing("fault", &id.to_string())) } else { Ok(Json(json!({}))) }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLimits {
    /// 0 takes the limit off.
    token_requests_per_minute: Option<u32>,
    deliver_to_loopback: Option<bool>,
}

pub(super) async fn limits(State(shared): App) -> Json<Value> {
    Json(json!({
        "token_requests_per_minute": shared.token_requests().unwrap_or(0),
        "deliver_to_loopback": shared.delivers_to_loopback(),
    }))
}

pub(super) async fn set_limits(State(shared): App, Json(new): Json<NewLimits>) -> Json<Value> {
    shared.change(|world| {
        world.limits.token_requests = new.token_requests_per_minute.or(world.limits.token_requests);
        world.limits.deliver_to_loopback = new.deliver_to_loopback.or(world.limits.deliver_to_loopback);
    });
    limits(State(shared)).await
}
