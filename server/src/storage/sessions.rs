//! Visits of admins, the Configure links that opened them, and Sync calls that were answered.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, TryInsertResult,
};
use uuid::Uuid;

use super::entity::{configure_links, desk_sessions, signed_calls};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskSession {
    pub digest: Digest,
    pub connection: Uuid,
    pub member_id: Option<String>,
    pub created_at: Millis,
    pub seen_at: Millis,
    /// The latest it may last, however busy.
    pub expires_at: Millis,
}

/// # Errors
/// When the database does not answer.
pub async fn create(tx: &mut Tx, session: &DeskSession) -> Result<()> {
    desk_sessions::Entity::insert(desk_sessions::ActiveModel {
        digest: Set(session.digest.to_vec()),
        connection_id: Set(session.connection),
        member_id: Set(session.member_id.clone()),
        created_at: Set(session.created_at),
        seen_at: Set(session.seen_at),
        expires_at: Set(session.expires_at),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// The session of this connection with that cookie; another connection's is not found.
///
/// # Errors
/// When the database does not answer.
pub async fn find(db: &impl ConnectionTrait, connection: Uuid, digest: &Digest) -> Result<Option<DeskSession>> {
    let row = desk_sessions::Entity::find_by_id(digest.to_vec())
        .filter(desk_sessions::Column::ConnectionId.eq(connection))
        .one(db)
        .await?;
    Ok(row.map(|row| DeskSession {
        digest: *digest,
        connection: row.connection_id,
        member_id: row.member_id,
        created_at: row.created_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
    }))
}

/// Members who have, or had lately, a visit to this connection.
///
/// # Errors
/// When the database does not answer.
pub async fn members(db: &impl ConnectionTrait, connection: Uuid) -> Result<Vec<String>> {
    let members = desk_sessions::Entity::find()
        .select_only()
        .column(desk_sessions::Column::MemberId)
        .distinct()
        .filter(desk_sessions::Column::ConnectionId.eq(connection))
        .filter(desk_sessions::Column::MemberId.is_not_null())
        .order_by_asc(desk_sessions::Column::MemberId);
    Ok(members.into_tuple().all(db).await?)
}

/// # Errors
/// When the database does not answer.
pub async fn touch(tx: &mut Tx, digest: &Digest, now: Millis) -> Result<()> {
    desk_sessions::Entity::update_many()
        .col_expr(desk_sessions::Column::SeenAt, Expr::value(now))
        .filter(desk_sessions::Column::Digest.eq(digest.to_vec()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Uses a Configure link up. When it was used before, the session that it opened then.
///
/// # Errors
/// When the database does not answer.
pub async fn use_link(tx: &mut Tx, link: &Digest, session: &Digest, expires_at: Millis) -> Result<Option<Digest>> {
    let inserted = configure_links::Entity::insert(configure_links::ActiveModel {
        digest: Set(link.to_vec()),
        session_digest: Set(session.to_vec()),
        expires_at: Set(expires_at),
    })
    .on_conflict(OnConflict::column(configure_links::Column::Digest).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(tx.connection())
    .await?;
    if matches!(inserted, TryInsertResult::Inserted(1..)) {
        return Ok(None);
    }
    let row = configure_links::Entity::find_by_id(link.to_vec()).one(tx.connection()).await?;
    let row = row.ok_or(StorageError::Inconsistent { table: "configure_links", what: "a used link is gone" })?;
    let digest = Digest::try_from(row.session_digest.as_slice())
        .map_err(|_| StorageError::Inconsistent { table: "configure_links", what: "a digest of another length" })?;
    Ok(Some(digest))
}

/// Remembers the answer to a Sync call. When it was answered before, the answer of then.
///
/// # Errors
/// When the database does not answer.
pub async fn answer_once(tx: &mut Tx, connection: Uuid, call: &Digest, expires_at: Millis) -> Result<Option<String>> {
    let inserted = signed_calls::Entity::insert(signed_calls::ActiveModel {
        digest: Set(call.to_vec()),
        connection_id: Set(connection),
        answer: Set(String::new()),
        expires_at: Set(expires_at),
    })
    .on_conflict(OnConflict::column(signed_calls::Column::Digest).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(tx.connection())
    .await?;
    if matches!(inserted, TryInsertResult::Inserted(1..)) {
        return Ok(None);
    }
    let row = signed_calls::Entity::find_by_id(call.to_vec()).one(tx.connection()).await?;
    Ok(Some(row.ok_or(StorageError::Inconsistent { table: "signed_calls", what: "an answered call is gone" })?.answer))
}

/// Completes what [`answer_once`] began, in the same transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_answer(tx: &mut Tx, call: &Digest, answer: &str) -> Result<()> {
    signed_calls::Entity::update_many()
        .col_expr(signed_calls::Column::Answer, Expr::value(answer))
        .filter(signed_calls::Column::Digest.eq(call.to_vec()))
        .exec(tx.connection())
        .await?;
    Ok(())
}
