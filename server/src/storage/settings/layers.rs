//! What the organization and its locations say, field by field, and the version that each change counts up.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::Actor;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::actor;
use super::secrets::{self, Kept};
use crate::clock::Millis;
use crate::domain::connection::Connection;
use crate::domain::settings::Layers;
use crate::domain::settings::edits::Of;
use crate::domain::settings::record::{Changed, LockChanged, Mark};
use crate::storage::entity::{location_settings, setting_locks, setting_versions, settings};
use crate::storage::{Result, StorageError, Tx};

/// All that is stored of a connection's settings, as it was at one version.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    pub version: i64,
    /// A secret stands there as `{"secret": "set"}` with the time at which it was set, never with its text.
    pub layers: Layers,
    /// Who said it, by layer and field.
    pub marks: BTreeMap<(Of, String), Mark>,
    pub secrets: BTreeMap<(Of, String), Kept>,
}

/// # Errors
/// When the database does not answer.
pub async fn load(db: &impl ConnectionTrait, connection: Uuid) -> Result<Stored> {
    let mut stored = Stored { version: version(db, connection).await?, ..Stored::default() };
    for row in settings::Entity::find().filter(settings::Column::ConnectionId.eq(connection)).all(db).await? {
        let by = actor::read(row.actor_kind.as_deref(), row.actor);
        stored.marks.insert((Of::Organization, row.field.clone()), Mark { at: row.updated_at, by });
        stored.layers.organization.insert(row.field, row.value);
    }
    let of_locations = location_settings::Entity::find().filter(location_settings::Column::ConnectionId.eq(connection));
    for row in of_locations.all(db).await? {
        let by = actor::read(row.actor_kind.as_deref(), row.actor);
        let of = Of::Location(row.location_id.clone());
        stored.marks.insert((of, row.field.clone()), Mark { at: row.updated_at, by });
        stored.layers.locations.entry(row.location_id).or_default().insert(row.field, row.value);
    }
    for (place, kept) in secrets::kept(db, connection).await? {
        layer(&mut stored.layers, &place.0).insert(place.1.clone(), marker(&kept));
        stored.marks.insert(place.clone(), kept.mark.clone());
        stored.secrets.insert(place, kept);
    }
    for row in setting_locks::Entity::find().filter(setting_locks::Column::ConnectionId.eq(connection)).all(db).await? {
        let exceptions: BTreeSet<String> = serde_json::from_value(row.exceptions)
            .map_err(|_| StorageError::Inconsistent { table: "setting_locks", what: "exceptions are no list" })?;
        stored.layers.locks.insert(row.field, exceptions);
    }
    Ok(stored)
}

fn layer<'l>(layers: &'l mut Layers, of: &Of) -> &'l mut Map<String, Value> {
    match of {
        Of::Organization => &mut layers.organization,
        Of::Location(id) => layers.locations.entry(id.clone()).or_default(),
    }
}

/// Stands for a secret wherever its text must not.
pub fn marker(kept: &Kept) -> Value {
    let mut marker = json!({ "secret": "set", "set_at": kept.mark.at });
    if let Some(day) = &kept.expires_on {
        marker["expires_at"] = json!(day);
    }
    marker
}

/// 0 before the first change.
///
/// # Errors
/// When the database does not answer.
pub async fn version(db: &impl ConnectionTrait, connection: Uuid) -> Result<i64> {
    let row = setting_versions::Entity::find_by_id(connection).one(db).await?;
    Ok(row.map_or(0, |row| row.version))
}

/// Counts the version up. Whoever calls it has locked the connection.
///
/// # Errors
/// When the database does not answer.
pub async fn next_version(tx: &mut Tx, connection: &Connection, now: Millis) -> Result<i64> {
    use setting_versions::Column as Of;
    let next = version(tx.connection(), connection.id).await? + 1;
    let row =
        setting_versions::ActiveModel { connection_id: Set(connection.id), version: Set(next), updated_at: Set(now) };
    setting_versions::Entity::insert(row)
        .on_conflict(OnConflict::column(Of::ConnectionId).update_columns([Of::Version, Of::UpdatedAt]).to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(next)
}

/// Stores what these fields say in these layers: all of the field, of which a row may be all that has changed.
///
/// # Errors
/// When the database does not answer.
pub async fn save(
    tx: &mut Tx,
    connection: &Connection,
    layers: &Layers,
    changed: &[Changed],
    by: &Actor,
    now: Millis,
) -> Result<()> {
    let fields: BTreeSet<(&Of, &str)> =
        changed.iter().map(|change| (&change.path.of, change.path.field.as_str())).collect();
    let (kind, name) = actor::columns(by);
    for (of, field) in fields {
        let said = match of {
            Of::Organization => layers.organization.get(field),
            Of::Location(id) => layers.locations.get(id).and_then(|own| own.get(field)),
        };
        match (of, said) {
            (Of::Organization, Some(value)) => {
                use settings::Column as Is;
                settings::Entity::insert(settings::ActiveModel {
                    connection_id: Set(connection.id),
                    field: Set(field.to_owned()),
                    value: Set(value.clone()),
                    updated_at: Set(now),
                    actor_kind: Set(Some(kind.clone())),
                    actor: Set(name.clone()),
                })
                .on_conflict(
                    OnConflict::columns([Is::ConnectionId, Is::Field])
                        .update_columns([Is::Value, Is::UpdatedAt, Is::ActorKind, Is::Actor])
                        .to_owned(),
                )
                .exec_without_returning(tx.connection())
                .await?;
            }
            (Of::Organization, None) => {
                settings::Entity::delete_by_id((connection.id, field.to_owned())).exec(tx.connection()).await?;
            }
            (Of::Location(location), Some(value)) => {
                use location_settings::Column as Is;
                location_settings::Entity::insert(location_settings::ActiveModel {
                    connection_id: Set(connection.id),
                    location_id: Set(location.clone()),
                    field: Set(field.to_owned()),
                    value: Set(value.clone()),
                    updated_at: Set(now),
                    actor_kind: Set(Some(kind.clone())),
                    actor: Set(name.clone()),
                })
                .on_conflict(
                    OnConflict::columns([Is::ConnectionId, Is::LocationId, Is::Field])
                        .update_columns([Is::Value, Is::UpdatedAt, Is::ActorKind, Is::Actor])
                        .to_owned(),
                )
                .exec_without_returning(tx.connection())
                .await?;
            }
            (Of::Location(location), None) => {
                let id = (connection.id, location.clone(), field.to_owned());
                location_settings::Entity::delete_by_id(id).exec(tx.connection()).await?;
            }
        }
    }
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn save_locks(tx: &mut Tx, connection: &Connection, changed: &[LockChanged], now: Millis) -> Result<()> {
    use setting_locks::Column as Of;
    for lock in changed {
        match &lock.new {
            Some(exceptions) => {
                setting_locks::Entity::insert(setting_locks::ActiveModel {
                    connection_id: Set(connection.id),
                    field: Set(lock.field.clone()),
                    exceptions: Set(json!(exceptions)),
                    updated_at: Set(now),
                })
                .on_conflict(
                    OnConflict::columns([Of::ConnectionId, Of::Field])
                        .update_columns([Of::Exceptions, Of::UpdatedAt])
                        .to_owned(),
                )
                .exec_without_returning(tx.connection())
                .await?;
            }
            None => {
                let id = (connection.id, lock.field.clone());
                setting_locks::Entity::delete_by_id(id).exec(tx.connection()).await?;
            }
        }
    }
    Ok(())
}
