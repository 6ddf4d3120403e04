//! `GET` and `PATCH /api/v1/connections/{connection}/settings`.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::ids::ConnectionId;
use app::problems::ProblemCode;
use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::problem::{DangerBody, FieldError, Problem};
use super::{body, conditions, schemas};
use crate::clock::rfc3339;
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::scope::Scope;
use crate::domain::settings::edits::Of;
use crate::domain::settings::findings::Finding;
use crate::domain::settings::{Layer, Place, Settings, effective};
use crate::http::query;
use crate::manifest::Integration;
use crate::services::settings::lists::Wanted;
use crate::services::settings::patch::{self, Outcome, Patch};
use crate::services::settings::reveal::{self, Revealed};
use crate::services::settings::save::owner;
use crate::services::settings::scene::Scene;
use crate::state::App;
use crate::storage::settings::layers;

/// Settings in force, and what is wrong with them.
#[derive(Serialize, ToSchema)]
#[schema(as = Settings)]
pub(super) struct SettingsBody {
    #[schema(pattern = "^con_[0-9a-f]{32}$")]
    connection: String,
    integration: String,
    /// Settings version and manifest revision; the `ETag` without its quotes.
    version: String,
    /// What holds where no location says otherwise, by field.
    #[schema(schema_with = schemas::fields)]
    organization: Value,
    /// What is in force at each location, by its id and field.
    #[schema(schema_with = schemas::effective)]
    effective: Map<String, Value>,
    /// Fields that the organization has set for all locations, each with the locations that may differ all the same.
    locks: BTreeMap<String, Vec<String>>,
    #[schema(schema_with = schemas::findings)]
    findings: Vec<Value>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Only this location, by OfficeRnD's id; one that the connection does not have is 404.
    #[param(pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    location: Option<String>,
}

/// What is to be said from now on. A field that is not named stays as it is; `null` is a value.
#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SettingsPatch, example = json!({
    "organization": { "guest_minutes": 60, "client_secret": { "secret": "a new one" } },
    "locations": { "65f0a1b2c3d4e5f700010001": { "guest_minutes": 30 } },
    "reset": { "locations": { "65f0a1b2c3d4e5f700010000": ["guest_minutes"] } }
}))]
pub(super) struct PatchBody {
    /// For all locations, by field. Of a map, table or localized text the rows that are named; `{}` empties it.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    organization: Map<String, Value>,
    /// For one location, by its id and field.
    #[schema(value_type = std::collections::HashMap<String, std::collections::HashMap<String, Value>>)]
    locations: BTreeMap<String, Map<String, Value>>,
    #[serde(deserialize_with = "body::object")]
    reset: ResetBody,
    /// Dangerous fields that are meant, as `confirmation_required` names them.
    confirm: Vec<String>,
}

/// What is inherited again: `field`, or of maps and tables `field.row` or `field.row.column`.
#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SettingsReset)]
struct ResetBody {
    organization: Vec<String>,
    locations: BTreeMap<String, Vec<String>>,
}

/// What came of a change.
#[derive(Serialize, ToSchema)]
#[schema(as = SettingsSaved)]
pub(super) struct SavedBody {
    /// As in the settings; the `ETag` too.
    version: String,
    #[schema(schema_with = schemas::findings)]
    findings: Vec<Value>,
}

/// Read settings
///
/// Effective settings with the layer that says each value. With the scope `secrets:read` the texts of secrets are among
/// them, the answer is `no-store`, and the reading is recorded. `If-None-Match` with the `ETag` of before answers 304.
#[utoipa::path(
    get,
    path = "/connections/{connection}/settings",
    operation_id = "get_settings",
    tag = "settings",
    params(
        ("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c"),
        Asked,
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` that is known already")
    ),
    responses(
        (status = 200, description = "The settings", body = SettingsBody, headers(("ETag" = String))),
        (status = 304, description = "They are as they were", headers(("ETag" = String)))
    ),
    extensions(("x-problem-codes" = json!(["disconnected"]))),
    security(("key" = ["settings:read"]))
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.must_have(Scope::SettingsRead)?;
    let (connection, integration) = subject(&app, &caller, &id).await?;
    let asked = Asked::read(raw.as_deref().unwrap_or_default())?;
    let version = layers::version(app.db.read(), connection.id).await?;
    let version = format!("{version}.{}", integration.revision);
    if conditions::none_matches(&headers, &version) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, conditions::tag(&version))]).into_response());
    }
    let (organization, connection) = owner(&app, connection.id).await?.ok_or_else(Problem::disconnected)?;
    let scene = Scene::load(&app, &integration, &organization, &connection, &Wanted::default()).await?;
    let known = |location: &str| scene.tenant.locations.iter().any(|one| one.id == location);
    if asked.location.as_deref().is_some_and(|location| !known(location)) {
        return Err(Problem::not_found());
    }
    let may_see_secrets = caller.has(Scope::SecretsRead);
    let revealed = if may_see_secrets { reveal::reveal(&app, &scene, &caller.0.name).await? } else { Revealed::new() };
    let kept = if may_see_secrets { "no-store" } else { "private, no-cache" };
    let tag = conditions::tag(&scene.version());
    let findings = scene.all_findings(&app, &scene.stored.layers).await?;
    let body = Json(written(&scene, &revealed, asked.location.as_deref(), &findings));
    Ok(([(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static(kept))], body).into_response())
}

/// Change settings
///
/// Judged as on the settings page, and saved as a whole or not at all. `If-Match` says from which version the change is
/// made. A secret is written as `{"secret": "text"}`, perhaps with `"expires_at": "YYYY-MM-DD"`.
#[utoipa::path(
    patch,
    path = "/connections/{connection}/settings",
    operation_id = "change_settings",
    tag = "settings",
    params(
        ("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c"),
        ("If-Match" = String, Header, description = "The `ETag` of the settings that the change is made from")
    ),
    request_body = PatchBody,
    responses((status = 200, description = "Saved", body = SavedBody, headers(("ETag" = String)))),
    extensions(("x-problem-codes" = json!([
        "confirmation_required", "disconnected", "stale", "invalid_fields", "if_match_required"
    ]))),
    security(("key" = ["settings:write"]))
)]
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    caller.must_have(Scope::SettingsWrite)?;
    let (connection, integration) = subject(&app, &caller, &id).await?;
    let seen = conditions::matches(request.headers())?;
    let body: PatchBody = body::read(request).await?;
    let patch = Patch {
        organization: body.organization,
        locations: body.locations,
        reset_organization: body.reset.organization,
        reset_locations: body.reset.locations,
        confirm: body.confirm,
    };
    let by = caller.0.name.clone();
    let outcome =
        patch::patch(&app, patch::Request { integration, connection: connection.id, patch, seen, by }).await?;
    match outcome {
        Outcome::Saved { version, findings } => {
            let tag = conditions::tag(&version);
            let findings = findings.iter().map(Finding::written).collect();
            Ok(([(header::ETAG, tag)], Json(SavedBody { version, findings })).into_response())
        }
        Outcome::Stale => Err(Problem::of(ProblemCode::Stale)),
        Outcome::Gone => Err(Problem::disconnected()),
        Outcome::Refused(wrong) => {
            let errors = wrong.into_iter().map(|one| FieldError { field: one.field, message: one.message });
            Err(Problem::invalid_fields(errors.collect()))
        }
        Outcome::Confirm(dangers) => {
            let dangers = dangers.into_iter().map(|(field, danger)| DangerBody {
                field,
                text: danger.text,
                count: danger.count,
                before: danger.before,
                after: danger.after,
            });
            Err(Problem::confirmation_required(dangers.collect()))
        }
    }
}

/// The connection and its integration, as long as there are settings.
async fn subject(app: &App, caller: &Caller, id: &str) -> Result<(Connection, Arc<Integration>), Problem> {
    let connection = caller.connection(app, id).await?;
    if connection.state == ConnectionState::Disconnected {
        return Err(Problem::disconnected());
    }
    let integration = app.integrations.get(&connection.integration).ok_or_else(Problem::not_found)?;
    Ok((connection, integration))
}

impl Asked {
    fn read(raw: &str) -> Result<Self, Problem> {
        let parameters = query::parse(raw).map_err(|_| Problem::invalid_request("query"))?;
        if let Some((unknown, _)) = parameters.iter().find(|(name, _)| name != "location") {
            return Err(Problem::invalid_request(unknown));
        }
        let location = query::single(&parameters, "location").map_err(|_| Problem::invalid_request("location"))?;
        Ok(Self { location })
    }
}

fn written(scene: &Scene, revealed: &Revealed, location: Option<&str>, findings: &[Finding]) -> SettingsBody {
    let places = scene.tenant.locations.iter().filter(|one| location.is_none_or(|wanted| wanted == one.id));
    let effective = places.map(|one| (one.id.clone(), at(scene, revealed, Place::Location(one)))).collect();
    let here = |finding: &&Finding| {
        let of = finding.location.as_deref();
        location.is_none() || of.is_none() || of == location
    };
    SettingsBody {
        connection: ConnectionId(scene.connection.id).to_string(),
        integration: scene.integration.slug.clone(),
        version: scene.version(),
        organization: at(scene, revealed, Place::Organization),
        effective,
        locks: scene
            .stored
            .layers
            .locks
            .iter()
            .map(|(field, except)| (field.clone(), except.iter().cloned().collect()))
            .collect(),
        findings: findings.iter().filter(here).map(Finding::written).collect(),
    }
}

/// What is in force at a place, with who said it and when; secrets in clear as far as they are revealed.
fn at(scene: &Scene, revealed: &Revealed, place: Place<'_>) -> Value {
    let settings = Settings::resolve(scene.manifest(), &scene.stored.layers, place);
    let mut written = effective(&settings);
    for field in &settings.fields {
        let of = match (field.source(), place.location()) {
            (Layer::Organization, _) => Of::Organization,
            (Layer::Location, Some(location)) => Of::Location(location.id.clone()),
            _ => continue,
        };
        let said = (of, field.key().to_owned());
        if let Some(mark) = scene.stored.marks.get(&said) {
            let by = mark.by.as_ref().map(schemas::actor);
            written[field.key()]["changed"] = json!({ "at": rfc3339(mark.at), "by": by });
        }
        if let Some(text) = revealed.get(&said).filter(|_| !field.value.is_null()) {
            written[field.key()]["value"]["secret"] = json!(text.expose_secret());
        }
    }
    written
}
