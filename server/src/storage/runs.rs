//! Synchronizations. At most one of a connection is under way.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::entity::runs::{ActiveModel, Column, Entity, Model};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::domain::connection::Connection;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: Uuid,
    pub reason: String,
    pub state: String,
    pub started_at: Millis,
    pub ended_at: Option<Millis>,
}

/// A run that nobody reported on for this long is over: a process died, or the partner system forgot it.
pub const FORGOTTEN_AFTER: Millis = crate::clock::DAY;

/// # Errors
/// When the database does not answer.
pub async fn last(db: &impl ConnectionTrait, connection: Uuid) -> Result<Option<Run>> {
    Ok(Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .order_by_desc(Column::StartedAt)
        .one(db)
        .await?
        .map(Run::from))
}

/// When the last run began that ended well: what has changed since then is still to be synchronized.
///
/// # Errors
/// When the database does not answer.
pub async fn last_success(db: &impl ConnectionTrait, connection: Uuid) -> Result<Option<Millis>> {
    Ok(Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::State.eq("succeeded"))
        .order_by_desc(Column::StartedAt)
        .one(db)
        .await?
        .map(|row| row.started_at))
}

/// Starts a run, or returns the one under way.
///
/// # Errors
/// When the database does not answer.
pub async fn start(tx: &mut Tx, connection: &Connection, id: Uuid, reason: &str, now: Millis) -> Result<Run> {
    let under_way = Entity::find()
        .filter(Column::ConnectionId.eq(connection.id))
        .filter(Column::EndedAt.is_null())
        .filter(Column::StartedAt.gt(now - FORGOTTEN_AFTER))
        .order_by_desc(Column::StartedAt)
        .one(tx.connection())
        .await?;
    if let Some(row) = under_way {
        return Ok(row.into());
    }
    let run = Run { id, reason: reason.to_owned(), state: "running".to_owned(), started_at: now, ended_at: None };
    Entity::insert(ActiveModel {
        id: Set(run.id),
        organization_id: Set(connection.organization),
        connection_id: Set(connection.id),
        reason: Set(run.reason.clone()),
        state: Set(run.state.clone()),
        message: Set(None),
        started_at: Set(run.started_at),
        ended_at: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(run)
}

/// Ends runs that nobody reported on.
///
/// # Errors
/// When the database does not answer.
pub async fn end_forgotten(tx: &mut Tx, now: Millis) -> Result<u64> {
    let ended = Entity::update_many()
        .col_expr(Column::State, Expr::value("failed"))
        .col_expr(Column::Message, Expr::value(Some("nothing was reported for 24 hours")))
        .col_expr(Column::EndedAt, Expr::value(Some(now)))
        .filter(Column::EndedAt.is_null())
        .filter(Column::StartedAt.lte(now - FORGOTTEN_AFTER))
        .exec(tx.connection())
        .await?;
    Ok(ended.rows_affected)
}

impl From<Model> for Run {
    fn from(row: Model) -> Self {
        Self { id: row.id, reason: row.reason, state: row.state, started_at: row.started_at, ended_at: row.ended_at }
    }
}
