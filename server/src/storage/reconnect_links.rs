//! Links with which an admin reconnects: one a connection, known by a digest.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::entity::reconnect_links::{ActiveModel, Column, Entity};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub connection: Uuid,
    pub created_at: Millis,
    pub expires_at: Millis,
    pub completed_at: Option<Millis>,
}

/// A new one ends the one before.
///
/// # Errors
/// When the database does not answer.
pub async fn make(tx: &mut Tx, link: &Link, digest: &Digest, made_by: &str) -> Result<()> {
    use Column as Of;
    Entity::insert(ActiveModel {
        connection_id: Set(link.connection),
        digest: Set(digest.to_vec()),
        made_by: Set(made_by.to_owned()),
        created_at: Set(link.created_at),
        expires_at: Set(link.expires_at),
        completed_at: Set(link.completed_at),
    })
    .on_conflict(
        OnConflict::column(Of::ConnectionId)
            .update_columns([Of::Digest, Of::MadeBy, Of::CreatedAt, Of::ExpiresAt, Of::CompletedAt])
            .to_owned(),
    )
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn find(db: &impl ConnectionTrait, digest: &Digest) -> Result<Option<Link>> {
    let row = Entity::find().filter(Column::Digest.eq(digest.to_vec())).one(db).await?;
    Ok(row.map(|row| Link {
        connection: row.connection_id,
        created_at: row.created_at,
        expires_at: row.expires_at,
        completed_at: row.completed_at,
    }))
}

/// `false` when it was completed before, or has ended meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn complete(tx: &mut Tx, digest: &Digest, now: Millis) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::CompletedAt, Expr::value(Some(now)))
        .filter(Column::Digest.eq(digest.to_vec()))
        .filter(Column::CompletedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected == 1)
}
