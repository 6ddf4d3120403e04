//! `GET /api/v1/events`: what happened, in an order in which nobody misses anything.

use app::ids::{ConnectionId, EventId};
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::checks::Checks;
use super::pages::Parameters;
use super::problem::Problem;
use crate::domain::event::Wanted;
use crate::domain::scope::Scope;
use crate::services::events::{self, After};
use crate::state::App;
use crate::storage::events::{Filter, PAGE_BYTES};

/// Some events, in the order in which everybody reads them.
#[derive(ToSchema)]
#[allow(dead_code, reason = "events stand in the answer byte by byte as endpoints get them")]
pub(super) struct EventPage {
    data: Vec<Event>,
    /// `after` for the next page; null when there is no more for now.
    #[schema(required)]
    next: Option<String>,
}

/// Something that happened.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what `services::events` writes")]
#[schema(example = json!({
    "type": "connection.state_changed",
    "id": "evt_01a20dabfb5e73a4802d535f1878039c",
    "timestamp": "2026-11-24T13:08:24.640Z",
    "data": {
        "integration": "tally-desk",
        "connection": "con_01a20dabfb5e73a4802d535f1878039c",
        "organization": {
            "id": "org_01a20dabfbc072bd9d2f3a41b66fc62f", "slug": "studio-17", "name": "Studio 17",
            "officernd_id": "65f0a1b2c3d4e5f600000003"
        },
        "from": "connected", "to": "delayed", "cause": "late", "who_must_act": "partner",
        "since": "2026-11-24T13:08:24.640Z", "locations": []
    }
}))]
struct Event {
    r#type: String,
    #[schema(pattern = "^evt_[0-9a-f]{32}$")]
    id: String,
    #[schema(format = DateTime)]
    timestamp: String,
    /// Whom it is about, and what the type adds.
    #[schema(additional_properties = true)]
    data: std::collections::BTreeMap<String, Value>,
}

/// Read events
///
/// What happened, oldest first, for 30 days. Poll with the id of the last event that you have seen as `after`: none is
/// ever left out.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "list_events",
    tag = "events",
    params(Asked),
    responses((status = 200, description = "A page of events", body = EventPage)),
    extensions(("x-problem-codes" = json!(["invalid_fields"]))),
    security(("key" = ["events:read"]))
)]
pub(super) async fn list(State(app): State<App>, caller: Caller, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    caller.must_have(Scope::EventsRead)?;
    let asked = Asked::read(raw.as_deref().unwrap_or_default())?;
    let integrations: Vec<String> = caller
        .0
        .integrations
        .iter()
        .filter(|slug| asked.integration.as_ref().is_none_or(|wanted| wanted == *slug))
        .cloned()
        .collect();
    let filter = Filter { integrations: &integrations, connection: asked.connection, wanted: asked.wanted.as_ref() };
    let named = if asked.cursor.is_some() { "cursor" } else { "after" };
    let page = events::read(&app, filter, After(asked.after.or(asked.cursor)), asked.limit + 1).await?;
    // It can be read, and is none of ours.
    let page = page.map_err(|_| Checks::one(named, "api-field-event"))?;
    let (mut data, mut taken, mut last) = (String::new(), 0, None);
    for event in &page {
        let full = taken == asked.limit || (taken > 0 && data.len() + event.body.len() > PAGE_BYTES);
        if full {
            break;
        }
        if taken > 0 {
            data.push(',');
        }
        data.push_str(&event.body);
        (taken, last) = (taken + 1, Some(EventId(event.id).to_string()));
    }
    let more = taken < page.len() as u64;
    let next = last.filter(|_| more).map_or_else(|| "null".to_owned(), |id| format!("\"{id}\""));
    let body = format!("{{\"data\":[{data}],\"next\":{next}}}");
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Only of this integration, by its slug.
    #[param(pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    integration: Option<String>,
    /// Only of this connection.
    #[param(value_type = Option<String>, pattern = "^con_[0-9a-f]{32}$")]
    connection: Option<uuid::Uuid>,
    /// Only of this type or group: `settings.changed`, `connection.*`.
    #[param(rename = "type", value_type = Option<String>, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    wanted: Option<Wanted>,
    /// The last event that you have seen.
    #[param(value_type = Option<String>, pattern = "^evt_[0-9a-f]{32}$")]
    after: Option<uuid::Uuid>,
    /// The same under the name that other lists have for it: `next` of the page before. Not beside `after`.
    #[param(value_type = Option<String>, pattern = "^evt_[0-9a-f]{32}$")]
    cursor: Option<uuid::Uuid>,
    /// How many at most; 50 without it.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100)]
    limit: u64,
}

impl Asked {
    fn read(raw: &str) -> Result<Self, Problem> {
        const KNOWN: [&str; 6] = ["integration", "connection", "type", "after", "cursor", "limit"];
        let parameters = Parameters::read(raw, &KNOWN)?;
        let wanted = match parameters.value("type")? {
            None => None,
            Some(text) => Some(Wanted::parse(&text).map_err(|_| Checks::one("type", "api-field-unknown-type"))?),
        };
        let event = |name| parameters.parsed::<EventId>(name).map(|id| id.map(|EventId(id)| id));
        let (after, cursor) = (event("after")?, event("cursor")?);
        if after.is_some() && cursor.is_some() {
            return Err(Checks::one("cursor", "api-field-after-or-cursor"));
        }
        Ok(Self {
            integration: parameters.value("integration")?,
            connection: parameters.parsed::<ConnectionId>("connection")?.map(|ConnectionId(id)| id),
            wanted,
            after,
            cursor,
            limit: parameters.limit()?,
        })
    }
}
