//! Visits of the partner's sign-in page, with what was typed before them. They go with the connection.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::partner_sign_ins::{ActiveModel, Column, Entity, Model};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;
use crate::crypto::vault::{Slot, Vault};
use crate::domain::connection::Connection;
use crate::domain::sign_in::{Opener, SignIn};

/// Of one browser for one connection; who opens more loses the oldest.
const MOST_OPEN: u64 = 8;

/// # Errors
/// When the database does not answer.
pub async fn create(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    sign_in: &SignIn,
    state: &Digest,
    entries: &SecretString,
) -> Result<()> {
    let kept: Vec<Uuid> = of(connection.id, sign_in.opener)
        .select_only()
        .column(Column::Id)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(MOST_OPEN - 1)
        .into_tuple()
        .all(tx.connection())
        .await?;
    Entity::delete_many()
        .filter(Column::ConnectionId.eq(connection.id))
        .filter(Column::OpenerDigest.eq(sign_in.opener.cookie().to_vec()))
        .filter(Column::Id.is_not_in(kept))
        .exec(tx.connection())
        .await?;
    Entity::insert(ActiveModel {
        id: Set(sign_in.id),
        connection_id: Set(connection.id),
        step: Set(sign_in.step.clone()),
        attempt_id: Set(sign_in.opener.attempt()),
        opener_digest: Set(sign_in.opener.cookie().to_vec()),
        state_digest: Set(state.to_vec()),
        entries: Set(vault.seal(slot(connection, sign_in.id), entries)),
        outcome: Set(None),
        created_at: Set(sign_in.created_at),
        expires_at: Set(sign_in.expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn by_state(db: &impl ConnectionTrait, state: &Digest) -> Result<Option<SignIn>> {
    Entity::find().filter(Column::StateDigest.eq(state.to_vec())).one(db).await?.map(SignIn::try_from).transpose()
}

/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn get(db: &impl ConnectionTrait, connection: Uuid, id: Uuid) -> Result<Option<SignIn>> {
    Entity::find_by_id(id).filter(Column::ConnectionId.eq(connection)).one(db).await?.map(SignIn::try_from).transpose()
}

/// The last one of this browser for a step that is not over yet.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn latest(
    db: &impl ConnectionTrait,
    connection: Uuid,
    opener: Opener,
    step: &str,
    now: Millis,
) -> Result<Option<SignIn>> {
    of(connection, opener)
        .filter(Column::Step.eq(step))
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .one(db)
        .await?
        .map(SignIn::try_from)
        .transpose()
}

/// What was sealed with it.
///
/// # Errors
/// When the database does not answer or the record does not open.
pub async fn entries(
    db: &impl ConnectionTrait,
    vault: &Vault,
    connection: &Connection,
    id: Uuid,
) -> Result<Option<SecretString>> {
    let row = Entity::find_by_id(id).filter(Column::ConnectionId.eq(connection.id)).one(db).await?;
    Ok(row.map(|row| vault.open(slot(connection, id), &row.entries)).transpose()?)
}

/// `true` for the one who may go on with it; a state is good for one return.
///
/// # Errors
/// When the database does not answer.
pub async fn use_up(tx: &mut Tx, connection: Uuid, id: Uuid, now: Millis) -> Result<bool> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(id))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::UsedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(used.rows_affected == 1)
}

/// Keeps what was wrong, and what may be shown again. From now on it is a reminder, good until `expires_at`.
///
/// # Errors
/// When the database does not answer.
pub async fn end(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    id: Uuid,
    outcome: serde_json::Value,
    entries: &SecretString,
    expires_at: Millis,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Outcome, Expr::value(Some(outcome)))
        .col_expr(Column::Entries, Expr::value(vault.seal(slot(connection, id), entries)))
        .col_expr(Column::ExpiresAt, Expr::value(expires_at))
        .filter(Column::Id.eq(id))
        .filter(Column::ConnectionId.eq(connection.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The step is done in this browser.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(tx: &mut Tx, connection: Uuid, opener: Opener, step: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::OpenerDigest.eq(opener.cookie().to_vec()))
        .filter(Column::Step.eq(step))
        .exec(tx.connection())
        .await?;
    Ok(())
}

fn of(connection: Uuid, opener: Opener) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::ConnectionId.eq(connection)).filter(Column::OpenerDigest.eq(opener.cookie().to_vec()))
}

fn slot(connection: &Connection, id: Uuid) -> Slot {
    Slot { table: "partner_sign_ins", column: "entries", row: id, organization: connection.organization }
}

impl TryFrom<Model> for SignIn {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let cookie = Digest::try_from(row.opener_digest.as_slice()).map_err(|_| StorageError::Inconsistent {
            table: "partner_sign_ins",
            what: "a digest of another length",
        })?;
        Ok(Self {
            id: row.id,
            connection: row.connection_id,
            step: row.step,
            opener: match row.attempt_id {
                Some(id) => Opener::Attempt { id, cookie },
                None => Opener::Visit { cookie },
            },
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
            outcome: row.outcome,
        })
    }
}
