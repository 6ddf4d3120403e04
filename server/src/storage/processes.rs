//! Processes that work on this database, and the keys that records may be sealed with.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, Statement,
};
use uuid::Uuid;

use super::entity::{processes, sealing_keys};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::domain::process::{LIVE, Process};
use processes::{ActiveModel, Column, Entity, Model};

/// Who announces itself decides by what the others said, so they take turns. SQLite has one writer anyway.
///
/// # Errors
/// When the database does not answer.
pub async fn take_turn(tx: &Tx) -> Result<()> {
    let db = tx.connection();
    if db.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended('processes', 7))";
        db.execute_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    }
    Ok(())
}

/// Those that were heard of lately, oldest first.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn live(db: &impl ConnectionTrait, now: Millis) -> Result<Vec<Process>> {
    let rows = Entity::find().filter(heard(now)).order_by_asc(Column::Id).all(db).await?;
    rows.into_iter().map(Process::try_from).collect()
}

/// # Errors
/// When the database does not answer.
pub async fn announce(tx: &mut Tx, process: &Process) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(process.id),
        name: Set(process.name.clone()),
        keys: Set(process.keys.clone().into()),
        sealing: Set(process.sealing.into()),
        sealing_since: Set(process.sealing_since),
        seen_at: Set(process.seen_at),
    })
    .on_conflict(
        OnConflict::column(Column::Id)
            .update_columns([Column::Keys, Column::Sealing, Column::SealingSince, Column::SeenAt])
            .to_owned(),
    )
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn leave(tx: &mut Tx, process: Uuid) -> Result<()> {
    Entity::delete_by_id(process).exec(tx.connection()).await?;
    Ok(())
}

/// Forgets processes that ended without saying so.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_dead(tx: &mut Tx, now: Millis) -> Result<()> {
    Entity::delete_many().filter(heard(now).not()).exec(tx.connection()).await?;
    Ok(())
}

/// Also a time that is far ahead is none of now: some clock was wrong.
fn heard(now: Millis) -> Condition {
    Condition::all().add(Column::SeenAt.gt(now - LIVE)).add(Column::SeenAt.lt(now + LIVE))
}

/// A key that records may be sealed with. Without its row there is no such record.
pub struct SealingKey {
    pub key: u32,
    /// Opens with this key and no other of its id.
    pub proof: Vec<u8>,
}

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn sealing_keys(db: &impl ConnectionTrait) -> Result<Vec<SealingKey>> {
    let rows = sealing_keys::Entity::find().order_by_asc(sealing_keys::Column::KeyId).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let key = u32::try_from(row.key_id)
                .map_err(|_| StorageError::Inconsistent { table: "sealing_keys", what: "an impossible id" })?;
            Ok(SealingKey { key, proof: row.proof })
        })
        .collect()
}

/// Before the first record is sealed with it.
///
/// # Errors
/// When the database does not answer.
pub async fn add_sealing_key(tx: &mut Tx, key: &SealingKey, now: Millis) -> Result<()> {
    sealing_keys::Entity::insert(sealing_keys::ActiveModel {
        key_id: Set(key.key.into()),
        proof: Set(key.proof.clone()),
        first_used_at: Set(now),
    })
    .on_conflict(OnConflict::column(sealing_keys::Column::KeyId).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// Nothing is sealed with it, and nobody will.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_sealing_key(tx: &mut Tx, key: u32) -> Result<()> {
    sealing_keys::Entity::delete_by_id(i64::from(key)).exec(tx.connection()).await?;
    Ok(())
}

impl TryFrom<Model> for Process {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let wrong = |what| StorageError::Inconsistent { table: "processes", what };
        Ok(Self {
            id: row.id,
            name: row.name,
            keys: serde_json::from_value(row.keys).map_err(|_| wrong("keys that are no list"))?,
            sealing: u32::try_from(row.sealing).map_err(|_| wrong("an impossible key id"))?,
            sealing_since: row.sealing_since,
            seen_at: row.seen_at,
        })
    }
}
