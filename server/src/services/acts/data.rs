//! What staff do with the data of an organization: look at names, take them out, delete them at once.

use std::collections::HashSet;

use app::ids::RunId;
use app::ports::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

use super::By;
use crate::clock::{MINUTE, Millis, rfc3339};
use crate::domain::connection::Connection;
use crate::domain::mask;
use crate::domain::organization::Organization;
use crate::services::ServiceError;
use crate::services::settings::waiting::{Format, export as settings_export};
use crate::services::staff::permit::{Permit, acts};
use crate::state::App;
use crate::storage::staff::activity::{self as audit, StaffActivity};
use crate::storage::{StorageError, activity, connections, housekeeping, notes, runs};

/// Names stay readable that long for who asked to see them.
pub const UNMASKED_FOR: Millis = 15 * MINUTE;
/// Of each list, in a file, which says so where there is more; a whole history is read page by page.
const MOST_ENTRIES: usize = 10_000;
const MOST_RUNS: usize = 1_000;

/// Shows this person names and addresses for a while. `false` for a connection that is no more.
///
/// # Errors
/// When the database does not answer; then they stay masked.
pub async fn unmask(app: &App, permit: &Permit<acts::Unmask>, connection: Uuid) -> Result<bool, ServiceError> {
    let now = app.clock.now();
    let by = By::of(permit, "");
    let mut tx = app.db.begin().await?;
    let Some(current) = connections::lock(&tx, connection).await? else { return Ok(false) };
    let happened = by.did("data.unmasked", Some(by.id.simple().to_string()), now);
    activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether this person asked to see them lately: what stands in the record is what counts.
///
/// # Errors
/// When the database does not answer.
pub async fn is_unmasked(app: &App, staff: Uuid, connection: Uuid) -> Result<bool, ServiceError> {
    let since = app.clock.now() - UNMASKED_FOR;
    let who = staff.simple().to_string();
    Ok(activity::happened_since(app.db.read(), connection, "data.unmasked", &who, since).await?)
}

/// The connections whose names and addresses this person asked to see lately.
///
/// # Errors
/// When the database does not answer.
pub async fn unmasked(app: &App, staff: Uuid) -> Result<HashSet<Uuid>, StorageError> {
    let (who, since) = (staff.simple().to_string(), app.clock.now() - UNMASKED_FOR);
    let all = activity::connections_since(app.db.read(), "data.unmasked", &who, since).await?;
    Ok(all.into_iter().collect())
}

/// The partner system is about to be asked about a member or booking.
///
/// # Errors
/// When the database does not answer; then it must not be asked.
pub async fn asked_about(
    app: &App,
    permit: &Permit<acts::Explain>,
    connection: &Connection,
    subject: &str,
) -> Result<(), ServiceError> {
    let (now, by) = (app.clock.now(), By::of(permit, ""));
    let mut tx = app.db.begin().await?;
    let happened = by.did("explain.asked", Some(subject.to_owned()), now);
    activity::record(&mut tx, connection, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(())
}

/// Who would be removed by a run is about to leave as a file.
///
/// # Errors
/// When the database does not answer; then it must not leave.
pub async fn list_taken(
    app: &App,
    permit: &Permit<acts::Export>,
    connection: &Connection,
    run: Uuid,
) -> Result<(), ServiceError> {
    taken(app, permit, connection, RunId(run).to_string()).await
}

/// All runs of a connection are about to leave as a file.
///
/// # Errors
/// When the database does not answer; then they must not leave.
pub async fn runs_taken(app: &App, permit: &Permit<acts::Export>, connection: &Connection) -> Result<(), ServiceError> {
    taken(app, permit, connection, "runs.csv".to_owned()).await
}

async fn taken(
    app: &App,
    permit: &Permit<acts::Export>,
    connection: &Connection,
    what: String,
) -> Result<(), ServiceError> {
    let (now, by) = (app.clock.now(), By::of(permit, ""));
    let mut tx = app.db.begin().await?;
    let happened = by.did("data.exported", Some(what), now);
    activity::record(&mut tx, connection, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(())
}

/// What is kept of an organization, without secrets, as JSON. Each of its connections has it in its record. People are
/// masked in it, but for connections whose names this person `may_unmask` and asked to see lately.
///
/// # Errors
/// When the database does not answer; then nothing was taken out.
pub async fn export(
    app: &App,
    permit: &Permit<acts::Export>,
    organization: &Organization,
    may_unmask: bool,
) -> Result<Vec<u8>, ServiceError> {
    let by = By::of(permit, "");
    let named = if may_unmask { unmasked(app, by.id).await? } else { HashSet::new() };
    let mut list = Vec::new();
    for connection in connections::of_organization(app.db.read(), organization.id).await? {
        let names = named.contains(&connection.id);
        let mut whole = one(app, &connection, names).await?;
        if !names {
            masked(&mut whole);
        }
        list.push(whole);
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    for connection in connections::of_organization(tx.connection(), organization.id).await? {
        activity::record(&mut tx, &connection, app.random.uuid(now), by.did("data.exported", None, now)).await?;
    }
    tx.commit().await?;
    let whole = json!({
        "exported_at": rfc3339(now),
        "organization": {
            "id": app::ids::OrganizationId(organization.id).to_string(),
            "officernd_id": organization.officernd_id,
            "slug": organization.slug,
            "name": organization.name,
        },
        "connections": list,
    });
    Ok(serde_json::to_vec_pretty(&whole).unwrap_or_default())
}

/// As many as fit, and whether those are all.
fn cut<T>(mut list: Vec<T>, most: usize) -> (Vec<T>, bool) {
    let complete = list.len() <= most;
    list.truncate(most);
    (list, complete)
}

async fn one(app: &App, connection: &Connection, names: bool) -> Result<Value, ServiceError> {
    let db = app.db.read();
    let limit = |most: usize| u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let locations = connections::locations(db, connection.id).await?;
    let happened = activity::of_connection(db, connection.id, limit(MOST_ENTRIES)).await?;
    let (happened, all_happened) = cut(happened, MOST_ENTRIES);
    let (runs, all_runs) = cut(runs::list(db, connection.id, None, limit(MOST_RUNS)).await?, MOST_RUNS);
    let (notes, all_notes) = cut(notes::of_connection(db, connection.id, limit(MOST_ENTRIES)).await?, MOST_ENTRIES);
    let settings = match app.integrations.get(&connection.integration) {
        Some(integration) => {
            let file = settings_export(app, &integration, connection, Format::Json).await?;
            file.and_then(|file| serde_json::from_slice(&file.bytes).ok()).unwrap_or(Value::Null)
        }
        None => Value::Null,
    };
    Ok(json!({
        "id": app::ids::ConnectionId(connection.id).to_string(),
        "complete": all_happened && all_runs && all_notes,
        "integration": connection.integration,
        "integration_id": connection.integration_id,
        "state": connection.state.slug(),
        "since": rfc3339(connection.state_since),
        "connected_at": rfc3339(connection.connected_at),
        "account": connection.account_name,
        "locations": locations,
        "settings": settings,
        "runs": runs.iter().map(|run| json!({
            "id": app::ids::RunId(run.id).to_string(),
            "reason": run.reason,
            "state": run.state.slug(),
            "started_at": rfc3339(run.started_at),
            "ended_at": run.ended_at.and_then(rfc3339),
            "message": run.message,
            "would_remove": run.would_remove,
        })).collect::<Vec<_>>(),
        "activity": happened.iter().map(|one| json!({
            "at": rfc3339(one.at),
            "kind": one.kind,
            "by": who(&one.actor, names),
            "detail": one.detail,
        })).collect::<Vec<_>>(),
        "notes": notes.iter().map(|note| json!({
            "at": rfc3339(note.created_at),
            "by": note.author,
            "text": note.text,
        })).collect::<Vec<_>>(),
    }))
}

/// People in the file, as on the pages.
fn masked(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask::text(text),
        Value::Array(list) => list.iter_mut().for_each(masked),
        Value::Object(fields) => {
            for (key, field) in fields {
                if key == "members" {
                    let people = field.as_array_mut().into_iter().flatten();
                    people.filter_map(|person| person.get_mut("name")).for_each(|name| {
                        *name = name.as_str().map_or(Value::Null, |known| mask::name(known).into());
                    });
                }
                masked(field);
            }
        }
        _ => {}
    }
}

fn who(actor: &Actor, names: bool) -> Value {
    let (kind, name) = match actor {
        Actor::Admin(member) => ("admin", member.as_deref().filter(|_| names)),
        Actor::OfficeRnD => ("officernd", None),
        Actor::Key(name) => ("key", Some(name.as_str())),
        Actor::Staff { name, .. } => ("staff", Some(name.as_str())),
        Actor::Deskbridge => ("deskbridge", None),
    };
    json!({ "kind": kind, "name": name })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purged {
    Done,
    /// It still works: it is disconnected first.
    StillConnected,
    Gone,
}

/// Deletes at once what would be deleted when its time is over. What the partner system has not heard yet is still
/// told to it.
///
/// # Errors
/// When the database does not answer; nothing is deleted then.
pub async fn purge(
    app: &App,
    permit: &Permit<acts::Purge>,
    connection: Uuid,
    reason: &str,
) -> Result<Purged, ServiceError> {
    let now = app.clock.now();
    let by = By::of(permit, reason);
    let mut tx = app.db.begin().await?;
    let Some(current) = connections::get(tx.connection(), connection).await? else { return Ok(Purged::Gone) };
    // In the order of the job that does the same: a connect again locks the organization too, and is seen or waits.
    housekeeping::hold(&tx, current.organization).await?;
    let Some(current) = connections::get(tx.connection(), connection).await? else { return Ok(Purged::Gone) };
    if current.disconnected.is_none() {
        return Ok(Purged::StillConnected);
    }
    let stays = housekeeping::purge_one(&mut tx, connection, current.organization, now).await?;
    let subject = app::ids::ConnectionId(connection).to_string();
    let id = app.random.uuid(now);
    if stays {
        // `keep_purges` takes it along when the organization goes one day.
        activity::record(&mut tx, &current, id, by.did(housekeeping::PURGED, Some(subject), now)).await?;
    } else {
        // The record of the organization went with it; that somebody did it stays.
        let (actor, detail) = (by.actor(), by.reason.clone());
        let happened = StaffActivity { at: now, kind: housekeeping::PURGED, actor, subject: Some(subject), detail };
        audit::record(&mut tx, id, happened).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(connection.id = %connection, staff = %by.id, "settings and history were deleted on request");
    Ok(Purged::Done)
}
