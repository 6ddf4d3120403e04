//! Every change of settings: append-only, read newest first.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde_json::Value;
use uuid::Uuid;

use super::actor;
use crate::clock::Millis;
use crate::domain::connection::Connection;
use crate::domain::settings::edits::{Of, Path};
use crate::domain::settings::record::{Changed, LockChanged, Mark, Origin, Revision};
use crate::storage::entity::setting_changes::{ActiveModel, Column, Entity, Model};
use crate::storage::{Result, StorageError, Tx};

const VALUE: &str = "value";
const LOCK: &str = "lock";
/// Fourteen values a row, and SQLite takes 32,766 in one statement.
const ROWS: usize = 1_000;

/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, connection: &Connection, revision: &Revision) -> Result<()> {
    let by = revision.mark.by.as_ref().map(actor::columns);
    let (actor_kind, name) = by.unwrap_or_else(|| ("deskbridge".to_owned(), None));
    let row = |position: usize, kind: &str, path: &Path, old: Option<String>, new: Option<String>| ActiveModel {
        connection_id: Set(connection.id),
        version: Set(revision.version),
        position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        at: Set(revision.mark.at),
        actor_kind: Set(actor_kind.clone()),
        actor: Set(name.clone()),
        origin: Set(revision.origin.slug().to_owned()),
        location_id: Set(match &path.of {
            Of::Organization => None,
            Of::Location(id) => Some(id.clone()),
        }),
        field: Set(path.field.clone()),
        part_row: Set(path.row.clone()),
        part_column: Set(path.column.clone()),
        kind: Set(kind.to_owned()),
        old: Set(old),
        new: Set(new),
    };
    // As text, where a null that is a value differs from nothing.
    let written = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    let list = |value: &Option<Vec<String>>| value.as_ref().map(|ids| Value::from(ids.clone()).to_string());
    let values =
        revision.values.iter().map(|change| (VALUE, change.path.clone(), written(&change.old), written(&change.new)));
    let locks = revision
        .locks
        .iter()
        .map(|lock| (LOCK, Path::field(Of::Organization, &lock.field), list(&lock.old), list(&lock.new)));
    let rows: Vec<ActiveModel> =
        values.chain(locks).enumerate().map(|(i, (kind, path, old, new))| row(i, kind, &path, old, new)).collect();
    for rows in rows.chunks(ROWS) {
        Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Those after a version, newest first.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn after(db: &impl ConnectionTrait, connection: Uuid, version: i64) -> Result<Vec<Revision>> {
    let rows = of(connection).filter(Column::Version.gt(version)).all(db).await?;
    revisions(rows)
}

/// Up to so many before a version, newest first; `i64::MAX` begins with the newest.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn before(db: &impl ConnectionTrait, connection: Uuid, version: i64, limit: u64) -> Result<Vec<Revision>> {
    let versions: Vec<i64> = Entity::find()
        .select_only()
        .column(Column::Version)
        .distinct()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Version.lt(version))
        .order_by_desc(Column::Version)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let Some(oldest) = versions.last() else { return Ok(Vec::new()) };
    let rows = of(connection).filter(Column::Version.gte(*oldest)).filter(Column::Version.lt(version)).all(db).await?;
    revisions(rows)
}

fn of(connection: Uuid) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .order_by_desc(Column::Version)
        .order_by_asc(Column::Position)
}

fn revisions(rows: Vec<Model>) -> Result<Vec<Revision>> {
    let wrong = |what| StorageError::Inconsistent { table: "setting_changes", what };
    let mut found: Vec<Revision> = Vec::new();
    for row in rows {
        if found.last().is_none_or(|last| last.version != row.version) {
            let mark: (Millis, _) = (row.at, actor::read(Some(&row.actor_kind), row.actor));
            found.push(Revision {
                version: row.version,
                mark: Mark { at: mark.0, by: mark.1 },
                origin: Origin::from_slug(&row.origin).ok_or(wrong("an unknown origin"))?,
                values: Vec::new(),
                locks: Vec::new(),
            });
        }
        let Some(revision) = found.last_mut() else { continue };
        let read = |text: Option<String>| match text {
            Some(text) => serde_json::from_str(&text).map(Some).map_err(|_| wrong("a value that is no JSON")),
            None => Ok(None),
        };
        let (old, new): (Option<Value>, Option<Value>) = (read(row.old)?, read(row.new)?);
        if row.kind == LOCK {
            let list = |value: Option<Value>| {
                let read = value.map(serde_json::from_value::<Vec<String>>).transpose();
                read.map_err(|_| wrong("exceptions are no list"))
            };
            revision.locks.push(LockChanged { field: row.field, old: list(old)?, new: list(new)? });
        } else {
            let of = row.location_id.map_or(Of::Organization, Of::Location);
            let path = Path { of, field: row.field, row: row.part_row, column: row.part_column };
            revision.values.push(Changed { path, old, new });
        }
    }
    Ok(found)
}
