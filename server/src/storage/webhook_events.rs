//! OfficeRnD's deliveries. Many that arrive together share one commit ([`crate::services::inbox`]).

use std::collections::HashSet;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::entity::connections;
use super::entity::webhook_events::{ActiveModel, Column, Entity, Model};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;

/// A verified delivery.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    pub id: Uuid,
    /// Of subscription, signature and body.
    pub digest: Digest,
    pub organization: Uuid,
    pub connection: Uuid,
    /// None when the body could not be read.
    pub event_type: Option<String>,
    pub body: Vec<u8>,
    pub signed_at: Millis,
    pub received_at: Millis,
    /// None while somebody has to act on it.
    pub processed_at: Option<Millis>,
}

/// Stores what is new; exact repetitions are left out.
///
/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn store(tx: &mut Tx, events: Vec<WebhookEvent>) -> Result<()> {
    let rows = events.into_iter().map(|event| ActiveModel {
        id: Set(event.id),
        digest: Set(event.digest.to_vec()),
        organization_id: Set(event.organization),
        connection_id: Set(event.connection),
        event_type: Set(event.event_type),
        body: Set(event.body),
        signed_at: Set(event.signed_at),
        received_at: Set(event.received_at),
        processed_at: Set(event.processed_at),
    });
    Entity::insert_many(rows)
        .on_conflict(OnConflict::column(Column::Digest).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// Of these deliveries those that were just stored, and are of a connection that has not ended.
///
/// # Errors
/// When the database does not answer.
pub async fn are_news(db: &impl ConnectionTrait, events: &[Uuid]) -> Result<HashSet<Uuid>> {
    let alive = connections::Entity::find()
        .select_only()
        .column(connections::Column::Id)
        .filter(connections::Column::DisconnectedAt.is_null());
    let query = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(events.iter().copied()))
        .filter(Column::ConnectionId.in_subquery(alive.into_query()));
    Ok(query.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// What waits to be processed, oldest first.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn waiting(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<WebhookEvent>> {
    let rows = Entity::find()
        .filter(Column::ProcessedAt.is_null())
        .order_by_asc(Column::ReceivedAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(WebhookEvent::try_from).collect()
}

/// `true` for the one that marks it.
///
/// # Errors
/// When the database does not answer.
pub async fn mark_processed(tx: &mut Tx, connection: Uuid, event: Uuid, now: Millis) -> Result<bool> {
    let marked = Entity::update_many()
        .col_expr(Column::ProcessedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(event))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::ProcessedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(marked.rows_affected == 1)
}

impl TryFrom<Model> for WebhookEvent {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let digest = Digest::try_from(row.digest.as_slice())
            .map_err(|_| StorageError::Inconsistent { table: "webhook_events", what: "a digest of another length" })?;
        Ok(Self {
            id: row.id,
            digest,
            organization: row.organization_id,
            connection: row.connection_id,
            event_type: row.event_type,
            body: row.body,
            signed_at: row.signed_at,
            received_at: row.received_at,
            processed_at: row.processed_at,
        })
    }
}
