//! Requests to the token endpoint, counted for all replicas together. A row stands for requests that were reserved
//! together; their slots are held from before they are sent until a window after their answers.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, Statement,
};
use uuid::Uuid;

use super::entity::{token_limits, token_requests};
use super::{Result, Tx};
use crate::clock::{DAY, MINUTE, Millis, SECOND};
use crate::domain::budget::{Ask, Ledger, Limits, Slots};
use token_requests::{ActiveModel, Column, Entity};

/// The window of the limit.
pub const WINDOW: Millis = 60 * SECOND;
/// After this a request without an end was made by a process that died.
const LOST: Millis = 60 * SECOND;
/// A block that ends later was written before the clock was set back.
const LONGEST_BLOCK: Millis = DAY + MINUTE;

/// Takes slots of this client, at most as many as were asked for and at least one, or says when to come again.
///
/// # Errors
/// When the database does not answer.
pub async fn reserve(tx: &mut Tx, client_id: &str, request: Uuid, ask: &Ask, now: Millis) -> Result<Slots> {
    let db = tx.connection();
    if ask.limit.is_some() && db.get_database_backend() == DbBackend::Postgres {
        // Counting and adding must be one act; SQLite has one writer anyway.
        db.execute_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))",
            [client_id.into()],
        ))
        .await?;
    }
    let known = token_limits::Entity::find_by_id(client_id).one(db).await?;
    let mut limits = known.as_ref().map_or_else(Limits::default, limits_of);
    if limits.blocked_until > now && limits.blocked_until <= now + LONGEST_BLOCK {
        return Ok(Slots::Full { until: limits.blocked_until });
    }
    if ask.limit.is_none() {
        return Ok(Slots::Taken { id: None, count: ask.most });
    }
    let before = limits.clone();
    let slots = ask.decide(&mut limits, &ledger(db, client_id, now).await?, now);
    if limits != before {
        save(db, client_id, &limits).await?;
    }
    let count = match slots {
        Ok(count) => count,
        Err(until) => return Ok(Slots::Full { until }),
    };
    insert(db, request, client_id, now, None, count).await?;
    Ok(Slots::Taken { id: Some(request), count })
}

/// What is held now. Rows whose time is over are deleted, and rows from the future, which a clock that was set back
/// has left, are held for a window from now.
async fn ledger(db: &impl ConnectionTrait, client_id: &str, now: Millis) -> Result<Ledger> {
    let mut held = Vec::new();
    let (mut over, mut ahead) = (false, false);
    for row in Entity::find().filter(Column::ClientId.eq(client_id)).all(db).await? {
        let until = match row.ended_at {
            Some(ended) => ended + WINDOW,
            None if row.sent_at + LOST + WINDOW <= now => row.sent_at + LOST + WINDOW,
            None => now + WINDOW,
        };
        ahead |= row.sent_at > now + LOST || until > now + WINDOW + LOST;
        if until <= now {
            over = true;
        } else {
            held.push((Ord::min(until, now + WINDOW), u32::try_from(row.count).unwrap_or(0)));
        }
    }
    let ended = Condition::all().add(Column::ClientId.eq(client_id)).add(
        Condition::any()
            .add(Column::EndedAt.lte(now - WINDOW))
            .add(Condition::all().add(Column::EndedAt.is_null()).add(Column::SentAt.lte(now - WINDOW - LOST))),
    );
    if over {
        Entity::delete_many().filter(ended).exec(db).await?;
    }
    if ahead {
        let future = Condition::any().add(Column::SentAt.gt(now + LOST)).add(Column::EndedAt.gt(now + LOST));
        Entity::update_many()
            .col_expr(Column::SentAt, Expr::value(now))
            .col_expr(Column::EndedAt, Expr::value(Some(now)))
            .filter(Column::ClientId.eq(client_id))
            .filter(future)
            .exec(db)
            .await?;
    }
    Ok(Ledger::new(held))
}

async fn insert(
    db: &impl ConnectionTrait,
    id: Uuid,
    client_id: &str,
    sent_at: Millis,
    ended_at: Option<Millis>,
    count: u32,
) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(id),
        client_id: Set(client_id.to_owned()),
        sent_at: Set(sent_at),
        ended_at: Set(ended_at),
        count: Set(i32::try_from(count).unwrap_or(i32::MAX)),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The only answer of a reservation came, or none will.
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

/// Some requests of a reservation are over: `ended` were answered, the last one at `at`; `unsent` count for nothing.
/// `part` is the id of a new row.
///
/// # Errors
/// When the database does not answer.
pub async fn finish_some(
    tx: &mut Tx,
    client_id: &str,
    request: Uuid,
    part: Uuid,
    (ended, unsent): (u32, u32),
    at: Millis,
) -> Result<()> {
    let db = tx.connection();
    let less = i32::try_from(ended + unsent).unwrap_or(i32::MAX);
    let known = Entity::update_many()
        .col_expr(Column::Count, Expr::col(Column::Count).sub(less))
        .filter(Column::Id.eq(request))
        .exec(db)
        .await?;
    if ended > 0 && known.rows_affected > 0 {
        insert(db, part, client_id, at, Some(at), ended).await?;
    }
    Entity::delete_many().filter(Column::Id.eq(request)).filter(Column::Count.lte(0)).exec(db).await?;
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

/// OfficeRnD asked this client to wait. Its limit is lower than we thought, or others use it too.
///
/// # Errors
/// When the database does not answer.
pub async fn block(tx: &mut Tx, client_id: &str, limit: Option<u32>, until: Millis, now: Millis) -> Result<()> {
    let known = token_limits::Entity::find_by_id(client_id).one(tx.connection()).await?;
    let mut limits = known.as_ref().map_or_else(Limits::default, limits_of);
    limits.limited(limit, until, now);
    save(tx.connection(), client_id, &limits).await
}

/// Whether OfficeRnD refuses the client itself: its id or its secret is wrong.
///
/// # Errors
/// When the database does not answer.
pub async fn client_refused(tx: &mut Tx, client_id: &str, at: Option<Millis>) -> Result<()> {
    let known = token_limits::Entity::find_by_id(client_id).one(tx.connection()).await?;
    let limits = known.as_ref().map_or_else(Limits::default, limits_of);
    save(tx.connection(), client_id, &Limits { client_refused_at: at, ..limits }).await
}

/// # Errors
/// When the database does not answer.
pub async fn limits(db: &impl ConnectionTrait, client_id: &str) -> Result<Limits> {
    Ok(token_limits::Entity::find_by_id(client_id).one(db).await?.as_ref().map_or_else(Limits::default, limits_of))
}

/// Requests that hold a slot now.
///
/// # Errors
/// When the database does not answer.
pub async fn used(db: &impl ConnectionTrait, client_id: &str, now: Millis) -> Result<u32> {
    let rows = Entity::find().filter(Column::ClientId.eq(client_id)).all(db).await?;
    let holds =
        |row: &&token_requests::Model| row.ended_at.map_or(row.sent_at + LOST + WINDOW, |ended| ended + WINDOW) > now;
    Ok(rows.iter().filter(holds).map(|row| u32::try_from(row.count).unwrap_or(0)).sum())
}

fn limits_of(row: &token_limits::Model) -> Limits {
    Limits {
        blocked_until: row.blocked_until,
        lowered_to: row.lowered_to.and_then(|limit| u32::try_from(limit).ok()),
        raise_at: row.raise_at,
        background_at: row.background_at,
        exchange_at: row.exchange_at,
        waiting_until: row.waiting_until,
        client_refused_at: row.client_refused_at,
    }
}

async fn save(db: &impl ConnectionTrait, client_id: &str, limits: &Limits) -> Result<()> {
    use token_limits::Column as Of;
    token_limits::Entity::insert(token_limits::ActiveModel {
        client_id: Set(client_id.to_owned()),
        blocked_until: Set(limits.blocked_until),
        lowered_to: Set(limits.lowered_to.and_then(|limit| i32::try_from(limit).ok())),
        raise_at: Set(limits.raise_at),
        background_at: Set(limits.background_at),
        exchange_at: Set(limits.exchange_at),
        waiting_until: Set(limits.waiting_until),
        client_refused_at: Set(limits.client_refused_at),
    })
    .on_conflict(
        OnConflict::column(Of::ClientId)
            .update_columns([
                Of::BlockedUntil,
                Of::LoweredTo,
                Of::RaiseAt,
                Of::BackgroundAt,
                Of::ExchangeAt,
                Of::WaitingUntil,
                Of::ClientRefusedAt,
            ])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}
