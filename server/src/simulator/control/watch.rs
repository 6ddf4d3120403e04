//! What can be looked at: state, counters, log, clock.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::journal::mask;
use super::{Answer, App, Wrong};
use crate::clock::SECOND;

#[derive(Deserialize)]
pub(super) struct Reveal {
    #[serde(default)]
    reveal: bool,
    #[serde(default = "hundred")]
    limit: usize,
}

fn hundred() -> usize {
    100
}

/// The whole world; tokens and secrets only with `?reveal=true`, and never as keys otherwise.
pub(super) async fn state(State(shared): App, Query(reveal): Query<Reveal>) -> Answer {
    let mut dump = shared.look(|world| serde_json::to_value(world)).map_err(|error| Wrong::from(error.to_string()))?;
    if !reveal.reveal {
        for key in ["codes", "access_tokens", "refresh_tokens"] {
            let hidden = dump[key].as_object().map(|map| map.values().cloned().collect::<Vec<_>>());
            dump[key] = hidden.into();
        }
        dump = serde_json::from_str(&mask(&dump.to_string())).unwrap_or_default();
    }
    Ok(Json(dump))
}

pub(super) async fn counters(State(shared): App) -> Json<Value> {
    let journal = shared.journal();
    let most: serde_json::Map<String, Value> = shared
        .applications
        .iter()
        .map(|application| (application.client_id.clone(), journal.most_in_a_minute(&application.client_id).into()))
        .collect();
    Json(json!({
        "endpoints": journal.counts(),
        "token_requests": journal.token_requests().collect::<Vec<_>>(),
        "most_token_requests_in_60_seconds": most,
    }))
}

pub(super) async fn log(State(shared): App, Query(reveal): Query<Reveal>) -> Json<Value> {
    let journal = shared.journal();
    let shown: Vec<_> =
        journal.newest(reveal.limit).map(|entry| if reveal.reveal { entry.clone() } else { entry.masked() }).collect();
    Json(json!(shown))
}

pub(super) async fn clear_log(State(shared): App) -> Json<Value> {
    shared.journal().clear();
    Json(json!({}))
}

pub(super) async fn clock(State(shared): App) -> Json<Value> {
    Json(json!({ "now": shared.clock.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockMove {
    seconds: i64,
}

pub(super) async fn move_clock(State(shared): App, Json(by): Json<ClockMove>) -> Json<Value> {
    shared.change(|_| shared.clock.advance(by.seconds.saturating_mul(SECOND)));
    clock(State(shared)).await
}
