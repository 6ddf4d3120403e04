//! Keeps true who waits for whom (`domain/overlap.rs`), in the transaction of whatever may have changed it.

use std::collections::HashSet;

use app::ports::Actor;
use uuid::Uuid;

use super::health;
use crate::clock::Millis;
use crate::domain::connection::Connection;
use crate::domain::event::EventType;
use crate::domain::overlap::{Claim, waiting};
use crate::manifest::Integration;
use crate::services::events;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::{StorageError, Tx, connections, grants, organizations};

/// Call before a connection of the integration is locked: two changes of one organization go one after the other.
///
/// # Errors
/// When the database does not answer.
pub async fn lock(tx: &Tx, integration: &Integration, organization: Uuid) -> Result<(), StorageError> {
    if integration.manifest.connection.one_connection_per_location {
        organizations::lock(tx, organization).await?;
    }
    Ok(())
}

/// Looks at all connections of the integration in this organization, as they are now in this transaction. Returns
/// those that wait.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(
    app: &App,
    tx: &mut Tx,
    integration: &Integration,
    organization: Uuid,
    now: Millis,
) -> Result<HashSet<Uuid>, StorageError> {
    let mine = connections::of_organization(tx.connection(), organization).await?.into_iter();
    let mine: Vec<Connection> =
        mine.filter(|one| one.integration == integration.slug && one.disconnected.is_none()).collect();
    let mut locations = connections::location_ids_of_organization(tx.connection(), organization).await?;
    let claims = mine.iter().map(|connection| Claim {
        connection: connection.id,
        finished_at: connection.finished_at,
        all_locations: connection.all_locations,
        locations: locations.remove(&connection.id).unwrap_or_default().into_iter().collect(),
    });
    let claims: Vec<Claim> = claims.collect();
    let one_each = integration.manifest.connection.one_connection_per_location;
    let waits = if one_each { waiting(claims) } else { Default::default() };
    for connection in &mine {
        let waits_for = waits.get(&connection.id).copied();
        if connection.waits_for == waits_for {
            continue;
        }
        // Only who waits for whom changes under the organization's lock. The rest of the row may be somebody else's at
        // this moment, so it is read again once nobody else can change it.
        let Some(connection) = connections::lock(tx, connection.id).await? else { continue };
        let refused = grants::is_refused(tx.connection(), connection.id).await?;
        let changed = Connection { waits_for, ..connection.clone() };
        health::save(app, tx, &changed, refused, now).await?;
        let first = waits_for.and_then(|first| mine.iter().find(|one| one.id == first));
        let kind = if first.is_some() { "connection.overlaps" } else { "connection.overlap_ended" };
        let detail = first.and_then(|first| first.account_name.clone());
        let happened = Activity { at: now, kind: kind.into(), actor: Actor::Deskbridge, detail };
        activity::record(tx, &connection, app.random.uuid(now), happened).await?;
        if waits_for.is_none() && connection.finished_at.is_some() {
            events::connected(app, tx, &changed, EventType::Connected, now).await?;
        }
    }
    Ok(waits.into_keys().collect())
}

/// The account of the connection that this one waits for, or the organization's name.
///
/// # Errors
/// When the database does not answer.
pub async fn first(app: &App, connection: &Connection) -> Result<Option<String>, StorageError> {
    let Some(first) = connection.waits_for else { return Ok(None) };
    let db = app.db.read();
    let Some(first) = connections::get(db, first).await? else { return Ok(None) };
    match first.account_name {
        Some(account) => Ok(Some(account)),
        None => Ok(organizations::get(db, first.organization).await?.map(|organization| organization.name)),
    }
}
