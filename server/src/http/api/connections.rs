//! `GET /api/v1/connections` and `GET /api/v1/connections/{connection}`.

use app::ids::{ConnectionId, OrganizationId};
use app::texts;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::caller::Caller;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::organization::Organization;
use crate::http::query;
use crate::state::App;
use crate::storage::connections::{self, Filter};
use crate::storage::{StorageError, grants, organizations};

const DEFAULT_LIMIT: u64 = 50;
const MOST: u64 = 100;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    caller.must_have("connections:read")?;
    let asked = Asked::read(raw.as_deref().unwrap_or_default())?;
    let integrations: Vec<String> = caller
        .0
        .integrations
        .iter()
        .filter(|slug| asked.integration.as_ref().is_none_or(|wanted| wanted == *slug))
        .cloned()
        .collect();
    let filter = Filter {
        integrations: &integrations,
        organization: asked.organization.as_deref(),
        state: asked.state,
        location: asked.location.as_deref(),
        updated_since: asked.updated_since,
        after: asked.after,
        limit: asked.limit + 1,
    };
    let mut page = connections::list(app.db.read(), &filter).await?;
    let more = page.len() as u64 > asked.limit;
    page.truncate(usize::try_from(asked.limit).unwrap_or(usize::MAX));
    let next = page.last().filter(|_| more).map(|(connection, _)| ConnectionId(connection.id).to_string());
    let mut data = Vec::with_capacity(page.len());
    for (connection, organization) in &page {
        data.push(describe(&app, connection, organization).await?);
    }
    Ok(Json(json!({ "data": data, "next": next })))
}

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    caller.must_have("connections:read")?;
    let connection = caller.connection(&app, &id).await?;
    let organization =
        organizations::get(app.db.read(), connection.organization).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(describe(&app, &connection, &organization).await?))
}

struct Asked {
    integration: Option<String>,
    organization: Option<String>,
    state: Option<ConnectionState>,
    location: Option<String>,
    updated_since: Option<i64>,
    after: Option<uuid::Uuid>,
    limit: u64,
}

impl Asked {
    fn read(raw: &str) -> Result<Self, Problem> {
        const KNOWN: [&str; 7] =
            ["integration", "organization", "state", "location", "updated_since", "cursor", "limit"];
        let parameters = query::parse(raw).map_err(|_| Problem::invalid_request("query"))?;
        if let Some((unknown, _)) = parameters.iter().find(|(name, _)| !KNOWN.contains(&name.as_str())) {
            return Err(Problem::invalid_request(unknown));
        }
        let value = |name| match query::single(&parameters, name) {
            // Nothing of ours is called that, and PostgreSQL could not even look for NUL.
            Ok(Some(text)) if text.contains(char::is_control) => Err(Problem::invalid_request(name)),
            read => read.map_err(|_| Problem::invalid_request(name)),
        };
        let limit = match value("limit")? {
            None => DEFAULT_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| Problem::invalid_request("limit"))?,
        };
        let state = match value("state")? {
            None => None,
            Some(slug) => Some(ConnectionState::from_slug(&slug).ok_or_else(|| Problem::invalid_request("state"))?),
        };
        let updated_since = match value("updated_since")? {
            None => None,
            Some(text) => Some(
                chrono::DateTime::parse_from_rfc3339(&text)
                    .map_err(|_| Problem::invalid_request("updated_since"))?
                    .timestamp_millis(),
            ),
        };
        let after = match value("cursor")? {
            None => None,
            Some(text) => Some(text.parse::<ConnectionId>().map_err(|_| Problem::invalid_request("cursor"))?.0),
        };
        Ok(Self {
            integration: value("integration")?,
            organization: value("organization")?,
            state,
            location: value("location")?,
            updated_since,
            after,
            limit,
        })
    }
}

/// One connection as the partner system sees it.
async fn describe(app: &App, connection: &Connection, organization: &Organization) -> Result<Value, StorageError> {
    let db = app.db.read();
    let grant = grants::get(db, connection.id).await?;
    let locations = if connection.all_locations {
        json!("all")
    } else {
        let list = connections::locations(db, connection.id).await?;
        list.into_iter()
            .map(|location| json!({ "id": location.id, "name": location.name, "time_zone": location.time_zone, "currency": location.currency }))
            .collect()
    };
    Ok(json!({
        "id": ConnectionId(connection.id).to_string(),
        "integration": connection.integration,
        "officernd_integration_id": connection.integration_id,
        "organization": {
            "id": OrganizationId(organization.id).to_string(),
            "slug": organization.slug,
            "name": organization.name,
            "officernd_id": organization.officernd_id,
        },
        "state": connection.state.slug(),
        "state_text": texts::state_word(connection.state),
        "since": rfc3339(connection.state_since),
        "locations": locations,
        "account": connection.account_name.as_ref().map(|name| json!({ "name": name })),
        "sync": if connection.sync_on { "on" } else { "off" },
        "connected_at": rfc3339(connection.connected_at),
        "expires_at": grant.and_then(|grant| rfc3339(grant.refresh_expires_at)),
        "disconnected_at": connection.disconnected.and_then(|ended| rfc3339(ended.at)),
        "kept_until": connection.disconnected.and_then(|ended| rfc3339(ended.purge_at)),
        "updated_at": rfc3339(connection.updated_at),
    }))
}
