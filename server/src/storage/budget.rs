//! Requests to the token endpoint, counted for all replicas together.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait as _, DbBackend, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, Statement,
};
use uuid::Uuid;

use super::entity::{token_limits, token_requests};
use super::{Result, Tx};
use crate::clock::{Millis, SECOND};
use token_requests::{ActiveModel, Column, Entity};

/// The window of the limit.
pub const WINDOW: Millis = 60 * SECOND;
/// After this a request without an end was made by a process that died.
const LOST: Millis = 60 * SECOND;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Taken(Uuid),
    /// Every slot is in use; one may be free then.
    Full {
        until: Millis,
    },
}

/// Takes one of `limit` slots of this client. A slot is held from before the request is sent until a
/// window after its answer came, since only OfficeRnD knows when in between it counted the request.
///
/// # Errors
/// When the database does not answer.
pub async fn reserve(tx: &mut Tx, client_id: &str, request: Uuid, limit: u32, now: Millis) -> Result<Slot> {
    let db = tx.connection();
    if db.get_database_backend() == DbBackend::Postgres {
        // Counting and adding must be one act; SQLite has one writer anyway.
        db.execute_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))",
            [client_id.into()],
        ))
        .await?;
    }
    if let Some(blocked) = token_limits::Entity::find_by_id(client_id).one(db).await?
        && blocked.blocked_until > now
    {
        return Ok(Slot::Full { until: blocked.blocked_until });
    }
    let over = Condition::any()
        .add(Column::EndedAt.lte(now - WINDOW))
        .add(Condition::all().add(Column::EndedAt.is_null()).add(Column::SentAt.lte(now - WINDOW - LOST)));
    Entity::delete_many().filter(Column::ClientId.eq(client_id)).filter(over).exec(db).await?;
    let held = Entity::find().filter(Column::ClientId.eq(client_id)).order_by_asc(Column::SentAt).all(db).await?;
    if held.len() >= limit as usize {
        let ends = held.iter().map(|row| row.ended_at.unwrap_or(now) + WINDOW);
        let mut ends: Vec<Millis> = ends.collect();
        ends.sort_unstable();
        // With a lowered limit several must end before one is free.
        let until = ends.get(held.len() - limit as usize).copied().unwrap_or(now + WINDOW);
        return Ok(Slot::Full { until });
    }
    Entity::insert(ActiveModel {
        id: Set(request),
        client_id: Set(client_id.to_owned()),
        sent_at: Set(now),
        ended_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(Slot::Taken(request))
}

/// The answer came, or none will.
///
/// # Errors
/// When the database does not answer.
pub async fn finish(tx: &mut Tx, request: Uuid, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(request))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The request was never sent, so it counts for nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &mut Tx, request: Uuid) -> Result<()> {
    Entity::delete_by_id(request).exec(tx.connection()).await?;
    Ok(())
}

/// OfficeRnD asked this client to wait.
///
/// # Errors
/// When the database does not answer.
pub async fn block(tx: &mut Tx, client_id: &str, until: Millis) -> Result<()> {
    use token_limits::Column as Of;
    token_limits::Entity::insert(token_limits::ActiveModel {
        client_id: Set(client_id.to_owned()),
        blocked_until: Set(until),
    })
    .on_conflict(OnConflict::column(Of::ClientId).update_column(Of::BlockedUntil).to_owned())
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}
