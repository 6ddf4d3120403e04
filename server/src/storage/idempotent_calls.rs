//! Calls with an `Idempotency-Key`, with the answer that they had.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, TryInsertResult,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::idempotent_calls::{ActiveModel, Column, Entity};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;
use crate::crypto::vault::{Slot, Vault};

/// A call that somebody begins.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Of API key and idempotency key.
    pub id: Uuid,
    pub api_key: Uuid,
    /// Method, address and body.
    pub call: Digest,
    pub leased_until: Millis,
    pub expires_at: Millis,
}

pub enum Held {
    Ours,
    Running {
        until: Millis,
    },
    Answered(SecretString),
    /// By another call.
    Other,
}

/// Takes a call, if nobody has it or whoever had it is gone.
///
/// # Errors
/// When the database does not answer or the answer does not open.
pub async fn begin(tx: &mut Tx, vault: &Vault, new: &Call, now: Millis) -> Result<Held> {
    // What is over makes room first, so that the same statement takes a new key and one whose day has passed.
    Entity::delete_many()
        .filter(Column::Id.eq(new.id))
        .filter(Column::ExpiresAt.lte(now))
        .exec(tx.connection())
        .await?;
    let row = ActiveModel {
        id: Set(new.id),
        api_key_id: Set(new.api_key),
        call_digest: Set(new.call.to_vec()),
        leased_until: Set(new.leased_until),
        expires_at: Set(new.expires_at),
        answer: Set(None),
    };
    let inserted = Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.connection())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(1..)) {
        return Ok(Held::Ours);
    }
    let row = Entity::find_by_id(new.id).lock_exclusive().one(tx.connection()).await?;
    // Given back between the two statements.
    let Some(row) = row else { return Ok(Held::Running { until: now + 1 }) };
    if row.call_digest != new.call {
        return Ok(Held::Other);
    }
    if let Some(answer) = &row.answer {
        return Ok(Held::Answered(vault.open(slot(row.id), answer)?));
    }
    if row.leased_until > now {
        return Ok(Held::Running { until: row.leased_until });
    }
    Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(new.leased_until))
        .filter(Column::Id.eq(new.id))
        .exec(tx.connection())
        .await?;
    Ok(Held::Ours)
}

/// Keeps an answer, unless somebody else has taken the call over.
///
/// # Errors
/// When the database does not answer.
pub async fn answered(tx: &mut Tx, vault: &Vault, id: Uuid, lease: Millis, answer: &SecretString) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Answer, Expr::value(Some(vault.seal(slot(id), answer))))
        .filter(Column::Id.eq(id))
        .filter(Column::LeasedUntil.eq(lease))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The call ended without an answer to keep.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &mut Tx, id: Uuid, lease: Millis) -> Result<()> {
    Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::LeasedUntil.eq(lease)).exec(tx.connection()).await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn delete_over(tx: &mut Tx, now: Millis) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(tx.connection()).await?;
    Ok(())
}

fn slot(id: Uuid) -> Slot {
    Slot { table: "idempotent_calls", column: "answer", row: id, organization: Uuid::nil() }
}
