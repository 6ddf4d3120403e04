//! `GET /api/v1/connections` and `GET /api/v1/connections/{connection}`.

mod trouble;

use app::ids::{ConnectionId, OrganizationId};
use app::texts;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use self::trouble::{TroubleBody, trouble};
use super::caller::Caller;
use super::pages::Parameters;
use super::problem::Problem;
use super::schemas;
use crate::clock::rfc3339;
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::organization::Organization;
use crate::domain::scope::Scope;
use crate::state::App;
use crate::storage::connections::{self, Filter};
use crate::storage::{StorageError, grants, organizations, settings};

/// Some connections, oldest first.
#[derive(Serialize, ToSchema)]
pub(super) struct ConnectionList {
    data: Vec<ConnectionBody>,
    /// `cursor` of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// One integration joined to one organization for a set of locations.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection, example = json!({
    "id": "con_01a20dabfb5e73a4802d535f1878039c",
    "integration": "tally-desk",
    "officernd_integration_id": "bd8e7c01642a94cc5747aecb",
    "organization": {
        "id": "org_01a20dabfbc072bd9d2f3a41b66fc62f",
        "slug": "studio-17",
        "name": "Studio 17",
        "officernd_id": "65f0a1b2c3d4e5f600000003"
    },
    "state": "connected",
    "state_text": "Connected",
    "since": "2026-11-24T13:08:24.640Z",
    "cause": "none",
    "who_must_act": "nobody",
    "troubles": [],
    "locations": [{
        "id": "65f0a1b2c3d4e5f700030000",
        "name": "Brooklyn",
        "time_zone": "America/New_York",
        "currency": "USD"
    }],
    "account": null,
    "sync": "on",
    "paused_by": null,
    "last_success_at": "2026-11-24T13:21:07.212Z",
    "next_run_at": null,
    "connected_at": "2026-11-24T13:08:24.640Z",
    "expires_at": "2026-12-09T13:08:24.542Z",
    "disconnected_at": null,
    "kept_until": null,
    "updated_at": "2026-11-24T13:21:07.212Z"
}))]
pub(super) struct ConnectionBody {
    /// Stays, also when the organization connects again.
    #[schema(pattern = "^con_[0-9a-f]{32}$")]
    id: String,
    /// The integration's slug.
    integration: String,
    /// OfficeRnD's id of this installation.
    officernd_integration_id: String,
    organization: OrganizationBody,
    #[schema(schema_with = schemas::state)]
    state: &'static str,
    /// The word that people see for the state.
    state_text: String,
    /// Since when it is in this state.
    #[schema(required, format = DateTime)]
    since: Option<String>,
    #[schema(schema_with = schemas::cause)]
    cause: &'static str,
    #[schema(schema_with = schemas::who)]
    who_must_act: &'static str,
    /// Locations that are not as the connection is.
    troubles: Vec<TroubleBody>,
    locations: LocationsBody,
    /// The account on the partner's side, once there is one.
    #[schema(required)]
    account: Option<AccountBody>,
    sync: SyncSwitch,
    /// The key or member of staff that paused it.
    #[schema(required)]
    paused_by: Option<String>,
    /// When the last good run ended. A failure never moves it.
    #[schema(required, format = DateTime)]
    last_success_at: Option<String>,
    /// When Deskbridge starts the next run, where it does.
    #[schema(required, format = DateTime)]
    next_run_at: Option<String>,
    #[schema(required, format = DateTime)]
    connected_at: Option<String>,
    /// When OfficeRnD's permission ends unless it is renewed.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    #[schema(required, format = DateTime)]
    disconnected_at: Option<String>,
    /// After a disconnect: when everything of it is deleted.
    #[schema(required, format = DateTime)]
    kept_until: Option<String>,
    #[schema(required, format = DateTime)]
    updated_at: Option<String>,
}

/// An OfficeRnD customer.
#[derive(Serialize, ToSchema)]
#[schema(as = Organization)]
struct OrganizationBody {
    #[schema(pattern = "^org_[0-9a-f]{32}$")]
    id: String,
    slug: String,
    name: String,
    officernd_id: String,
}

/// `all`, also future ones, or a list.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Locations)]
enum LocationsBody {
    All(AllLocations),
    Some(Vec<LocationBody>),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AllLocations {
    All,
}

/// A place of the organization, as OfficeRnD described it last.
#[derive(Serialize, ToSchema)]
#[schema(as = Location)]
struct LocationBody {
    id: String,
    #[schema(required)]
    name: Option<String>,
    /// Of the time zone database.
    #[schema(required)]
    time_zone: Option<String>,
    /// ISO 4217
    #[schema(required)]
    currency: Option<String>,
}

/// The partner's own account, as `verify` named it last.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
struct AccountBody {
    #[schema(required)]
    id: Option<String>,
    name: String,
}

/// Synchronization, as the administrator switched it in OfficeRnD.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SyncSwitch {
    On,
    Off,
}

/// List connections
///
/// Connections of the key's integrations, in the order in which they were made.
#[utoipa::path(
    get,
    path = "/connections",
    operation_id = "list_connections",
    tag = "connections",
    params(Asked),
    responses((status = 200, description = "A page of connections", body = ConnectionList)),
    security(("key" = ["connections:read"]))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Json<ConnectionList>, Problem> {
    caller.must_have(Scope::ConnectionsRead)?;
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
        after: asked.cursor,
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
    Ok(Json(ConnectionList { data, next }))
}

/// Read a connection
#[utoipa::path(
    get,
    path = "/connections/{connection}",
    operation_id = "get_connection",
    tag = "connections",
    params(("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 200, description = "The connection", body = ConnectionBody)),
    security(("key" = ["connections:read"]))
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ConnectionBody>, Problem> {
    caller.must_have(Scope::ConnectionsRead)?;
    let connection = caller.connection(&app, &id).await?;
    Ok(Json(body_of(&app, &connection).await?))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Only of this integration, by its slug.
    #[param(pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    integration: Option<String>,
    /// Only of this organization: its slug, OfficeRnD's id, or `org_…`.
    #[param(pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    organization: Option<String>,
    /// Only in this state.
    #[param(value_type = Option<String>, schema_with = schemas::state)]
    state: Option<ConnectionState>,
    /// Only those that cover this location, by OfficeRnD's id.
    #[param(pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    location: Option<String>,
    /// Only what has changed since then.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_since: Option<i64>,
    /// `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^con_[0-9a-f]{32}$")]
    cursor: Option<uuid::Uuid>,
    /// How many at most; 50 without it.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 100)]
    limit: u64,
}

impl Asked {
    fn read(raw: &str) -> Result<Self, Problem> {
        const KNOWN: [&str; 7] =
            ["integration", "organization", "state", "location", "updated_since", "cursor", "limit"];
        let parameters = Parameters::read(raw, &KNOWN)?;
        let state = match parameters.value("state")? {
            None => None,
            Some(slug) => Some(ConnectionState::from_slug(&slug).ok_or_else(|| Problem::invalid_request("state"))?),
        };
        let updated_since = match parameters.value("updated_since")? {
            None => None,
            Some(text) => Some(
                chrono::DateTime::parse_from_rfc3339(&text)
                    .map_err(|_| Problem::invalid_request("updated_since"))?
                    .timestamp_millis(),
            ),
        };
        Ok(Self {
            integration: parameters.value("integration")?,
            organization: parameters.value("organization")?,
            state,
            location: parameters.value("location")?,
            updated_since,
            cursor: parameters.parsed::<ConnectionId>("cursor")?.map(|ConnectionId(id)| id),
            limit: parameters.limit()?,
        })
    }
}

/// The same where the organization is not at hand.
pub(super) async fn body_of(app: &App, connection: &Connection) -> Result<ConnectionBody, Problem> {
    let organization =
        organizations::get(app.db.read(), connection.organization).await?.ok_or_else(Problem::not_found)?;
    Ok(describe(app, connection, &organization).await?)
}

/// One connection as the partner system sees it.
async fn describe(
    app: &App,
    connection: &Connection,
    organization: &Organization,
) -> Result<ConnectionBody, StorageError> {
    let db = app.db.read();
    let grant = grants::get(db, connection.id).await?;
    let locations = if connection.all_locations {
        LocationsBody::All(AllLocations::All)
    } else {
        let list = connections::locations(db, connection.id).await?.into_iter();
        let body = list.map(|location| LocationBody {
            id: location.id,
            name: location.name,
            time_zone: location.time_zone,
            currency: location.currency,
        });
        LocationsBody::Some(body.collect())
    };
    let account = match settings::account(db, connection.id).await? {
        Some(account) => Some(AccountBody { id: Some(account.id), name: account.name }),
        None => connection.account_name.clone().map(|name| AccountBody { id: None, name }),
    };
    Ok(ConnectionBody {
        id: ConnectionId(connection.id).to_string(),
        integration: connection.integration.clone(),
        officernd_integration_id: connection.integration_id.clone(),
        organization: OrganizationBody {
            id: OrganizationId(organization.id).to_string(),
            slug: organization.slug.clone(),
            name: organization.name.clone(),
            officernd_id: organization.officernd_id.clone(),
        },
        state: connection.state.slug(),
        state_text: texts::state_word(connection.state),
        since: rfc3339(connection.state_since),
        cause: connection.cause.slug(),
        who_must_act: connection.cause.who().slug(),
        troubles: connection.troubles.iter().map(trouble).collect(),
        locations,
        account,
        sync: if connection.sync_on { SyncSwitch::On } else { SyncSwitch::Off },
        paused_by: connection.progress.paused.as_ref().map(|paused| paused.by.clone()),
        last_success_at: connection.progress.last_success_at.and_then(rfc3339),
        next_run_at: connection.progress.next_run_at.and_then(rfc3339),
        connected_at: rfc3339(connection.connected_at),
        expires_at: grant.and_then(|grant| rfc3339(grant.refresh_expires_at)),
        disconnected_at: connection.disconnected.and_then(|ended| rfc3339(ended.at)),
        kept_until: connection.disconnected.and_then(|ended| rfc3339(ended.purge_at)),
        updated_at: rfc3339(connection.updated_at),
    })
}
