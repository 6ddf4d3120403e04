//! What was typed and could not be saved yet: kept sealed for the same person, without secrets where a page shows it
//! again. And what can be taken along: the settings in force as a file.

use std::sync::Arc;

use app::forms::Path as At;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::lists::Wanted;
use super::save::{ASKED, owner};
use super::scene::Scene;
use crate::clock::{DAY, Millis, rfc3339};
use crate::domain::connection::Connection;
use crate::domain::csv::cell;
use crate::domain::settings::entries::Entries;
use crate::domain::settings::findings::Finding;
use crate::domain::settings::{Layer, Parts, Place, Settings, effective};
use crate::manifest::kind::Kind;
use crate::manifest::{Integration, Manifest};
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::settings::drafts::{self, Draft, Why};
use crate::storage::{StorageError, connections};

/// Whoever comes back within a day finds it.
pub(super) const KEPT: Millis = DAY;
/// Questions that lapse in one sweep; the next one finds the rest.
const LAPSE: u64 = 1_000;

/// Takes out what must not wait anywhere in clear view.
pub fn without_secrets(manifest: &Manifest, entries: &Entries) -> Entries {
    let secrets = manifest.fields().filter(|field| matches!(field.kind, Kind::Secret(_)));
    let secrets: Vec<At> = secrets.map(|field| At::field(field.key())).collect();
    let mut entries = entries.clone();
    entries.forget(&secrets);
    entries
}

/// Keeps what was posted under a visit that had ended.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_interrupted(
    app: &App,
    integration: &Integration,
    connection: &Connection,
    member: Option<String>,
    entries: &Entries,
    page: &str,
) -> Result<Uuid, ServiceError> {
    keep(app, integration, connection, member, entries, page, Why::Expired).await
}

/// Keeps what was typed until somebody has decided.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_conflict(
    app: &App,
    integration: &Integration,
    connection: &Connection,
    member: Option<String>,
    entries: &Entries,
    page: &str,
) -> Result<Uuid, ServiceError> {
    keep(app, integration, connection, member, entries, page, Why::Conflict).await
}

async fn keep(
    app: &App,
    integration: &Integration,
    connection: &Connection,
    member: Option<String>,
    entries: &Entries,
    page: &str,
    why: Why,
) -> Result<Uuid, ServiceError> {
    let now = app.clock.now();
    let draft =
        Draft { id: app.random.uuid(now), member, why, page: page.to_owned(), created_at: now, expires_at: now + KEPT };
    let entries = SecretString::from(without_secrets(&integration.manifest, entries).kept());
    let mut tx = app.db.begin().await?;
    drafts::keep(&mut tx, &app.vault, connection, &draft, &entries).await?;
    tx.commit().await?;
    Ok(draft.id)
}

/// What this person was interrupted in, newest first: a visit that ended, or a question that found no answer.
///
/// # Errors
/// When the database does not answer.
pub async fn interrupted(app: &App, connection: &Connection, member: Option<&str>) -> Result<Vec<Draft>, ServiceError> {
    let now = app.clock.now();
    Ok(drafts::interrupted(app.db.read(), connection.id, member, now - ASKED, now).await?)
}

/// Questions that nobody answered in time: what was typed stays for the rest of its day, and its secrets do not.
///
/// # Errors
/// When the database does not answer.
pub async fn let_lapse(app: &App) -> Result<(), ServiceError> {
    let now = app.clock.now();
    // Without its manifest nobody knows which of it are secrets: a process that has it comes by, or its day ends.
    let known: Vec<String> = app.integrations.all().iter().map(|integration| integration.slug.clone()).collect();
    for (connection, draft) in drafts::unanswered(app.db.read(), &known, now - ASKED, now, LAPSE).await? {
        // One holds up no others.
        if let Err(error) = lapse(app, connection, &draft, now).await {
            tracing::error!(connection.id = %connection, %error, "a question that found no answer was not put aside");
        }
    }
    Ok(())
}

async fn lapse(app: &App, connection: Uuid, draft: &Draft, now: Millis) -> Result<(), ServiceError> {
    let db = app.db.read();
    let Some(connection) = connections::get(db, connection).await? else { return Ok(()) };
    let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(()) };
    let found = match drafts::get(db, &app.vault, &connection, draft.member.as_deref(), draft.id, now).await {
        // Its key is gone: nobody will ever read it, and each sweep would find it again.
        Err(StorageError::Sealed(error)) => {
            tracing::warn!(connection.id = %connection.id, %error, "a question that does not open was thrown away");
            return forget(app, connection.id, draft.id).await;
        }
        found => found?,
    };
    // Answered, or thrown away, since it was found.
    let Some((_, text)) = found else { return Ok(()) };
    let Ok(entries) = Entries::of_kept(text.expose_secret()) else {
        return forget(app, connection.id, draft.id).await;
    };
    let entries = SecretString::from(without_secrets(&integration.manifest, &entries).kept());
    let mut tx = app.db.begin().await?;
    drafts::lapse(&mut tx, &app.vault, &connection, draft.id, &entries).await?;
    tx.commit().await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn forget(app: &App, connection: Uuid, draft: Uuid) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    drafts::delete(&mut tx, connection, draft).await?;
    tx.commit().await?;
    Ok(())
}

/// Throws away what this person was interrupted in.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_interrupted(app: &App, connection: &Connection, member: Option<&str>) -> Result<(), ServiceError> {
    for draft in interrupted(app, connection, member).await? {
        forget(app, connection.id, draft.id).await?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl Format {
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

pub struct Export {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Settings in force at each location, with the layer that says each of them. Secrets are only said to be there.
///
/// # Errors
/// When the database does not answer.
pub async fn export(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    format: Format,
) -> Result<Option<Export>, ServiceError> {
    let Some((organization, connection)) = owner(app, connection.id).await? else { return Ok(None) };
    let scene = Scene::load(app, integration, &organization, &connection, &Wanted::default()).await?;
    let findings = scene.all_findings(app, &scene.stored.layers).await?;
    let day = rfc3339(app.clock.now()).unwrap_or_default().chars().take(10).collect::<String>();
    let name = format!("{}-{}-{day}", integration.slug, organization.slug);
    let name: String = name.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect();
    Ok(Some(match format {
        Format::Json => Export {
            name: format!("{name}.json"),
            media_type: "application/json".to_owned(),
            bytes: serde_json::to_vec_pretty(&as_json(&scene, &findings)).unwrap_or_default(),
        },
        Format::Csv => Export {
            name: format!("{name}.csv"),
            media_type: "text/csv; charset=utf-8".to_owned(),
            bytes: as_csv(&scene).into_bytes(),
        },
    }))
}

fn as_json(scene: &Scene, findings: &[Finding]) -> Value {
    let manifest = scene.manifest();
    let by_location: Map<String, Value> = scene
        .tenant
        .locations
        .iter()
        .map(|location| {
            let settings = Settings::resolve(manifest, &scene.stored.layers, Place::Location(location));
            (location.id.clone(), effective(&settings))
        })
        .collect();
    let findings: Vec<Value> = findings.iter().map(Finding::written).collect();
    json!({
        "integration": manifest.slug,
        "revision": manifest.revision,
        "version": scene.stored.version,
        "effective": by_location,
        "findings": findings,
    })
}

/// A line for each value, also of rows and columns.
fn as_csv(scene: &Scene) -> String {
    let manifest = scene.manifest();
    let mut out =
        String::from("\u{feff}location_id,location,field,label,row,row_name,column,value,names,source,in_use\r\n");
    for location in &scene.tenant.locations {
        let settings = Settings::resolve(manifest, &scene.stored.layers, Place::Location(location));
        for field in &settings.fields {
            let mut line = |row: &str, column: &str, value: &Value, source: Layer| {
                let name = |id: &str| {
                    let lists = crate::services::settings::lists::sources_of(field.field);
                    let found = lists
                        .iter()
                        .find_map(|source| scene.tenant.sources.get(*source)?.iter().find(|entity| entity.id == id));
                    found.map(|entity| entity.name.clone())
                };
                let names = match value {
                    Value::Array(list) => {
                        let named = list.iter().filter_map(Value::as_str).filter_map(name);
                        named.collect::<Vec<_>>().join("; ")
                    }
                    Value::String(id) => name(id).unwrap_or_default(),
                    _ => String::new(),
                };
                let (written, is_text) = match value {
                    Value::Null => (String::new(), false),
                    Value::String(text) => (text.clone(), true),
                    Value::Object(_) if matches!(field.field.kind, Kind::Secret(_)) => ("set".to_owned(), false),
                    Value::Array(list) if list.iter().all(Value::is_string) => {
                        (list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "), true)
                    }
                    other => (other.to_string(), false),
                };
                let cells = [
                    (location.id.as_str(), true),
                    (location.name.as_str(), true),
                    (field.key(), true),
                    (field.field.common.label.as_str(), true),
                    (row, true),
                    (&name(row).unwrap_or_default(), true),
                    (column, true),
                    (&written, is_text),
                    (&names, true),
                    (source.name(), true),
                    (if field.is_used() { "yes" } else { "no" }, true),
                ];
                let cells: Vec<String> = cells.iter().map(|(text, is_text)| cell(text, *is_text)).collect();
                out.push_str(&cells.join(","));
                out.push_str("\r\n");
            };
            match &field.parts {
                Parts::Whole(part) => line("", "", &part.value, part.source),
                Parts::Rows(rows) | Parts::Languages(rows) => {
                    rows.iter().for_each(|(row, part)| line(row, "", &part.value, part.source));
                }
                Parts::Cells(rows) => {
                    for (row, cells) in rows {
                        cells.iter().for_each(|(column, part)| line(row, column, &part.value, part.source));
                    }
                }
                Parts::Items(_) => line("", "", &field.value, field.source()),
            }
        }
    }
    out
}
