//! Deliveries of events to endpoints: one row an event and endpoint, beside those of hooks and sent by the same sender.

use std::collections::HashSet;

use app::ids::EndpointId;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, FromQueryResult,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};
use uuid::Uuid;

use super::{ActiveModel, Column, DEAD, Entity, ROWS, WAITING};
use crate::clock::Millis;
use crate::storage::events::Numbered;
use crate::storage::{Result, Tx};

/// An event that an endpoint has to hear.
#[derive(Debug, Clone)]
pub struct ToEndpoint<'a> {
    /// Of the row; receivers know the event's.
    pub id: Uuid,
    pub event: &'a Numbered,
    pub endpoint: Uuid,
}

/// Who is served, as lanes and rows have it.
pub fn receiver(endpoint: Uuid) -> String {
    EndpointId(endpoint).to_string()
}

/// Adds deliveries that are due now. What was delivered or given up before is sent again, what waits stays as it is.
///
/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, deliveries: &[ToEndpoint<'_>], now: Millis) -> Result<()> {
    for group in deliveries.chunks(ROWS) {
        let rows = group.iter().map(|delivery| ActiveModel {
            id: Set(delivery.id),
            organization_id: Set(delivery.event.organization_id),
            connection_id: Set(delivery.event.connection_id),
            receiver: Set(receiver(delivery.endpoint)),
            hook: Set(delivery.event.kind.clone()),
            // It is the event's, and stands there.
            body: Set(String::new()),
            state: Set(WAITING.to_owned()),
            created_at: Set(now),
            due_at: Set(Some(now)),
            lease_id: Set(None),
            failures: Set(0),
            trouble: Set(None),
            ended_at: Set(None),
            keep_until: Set(delivery.event.keep_until),
            event_id: Set(Some(delivery.event.id)),
        });
        let again = OnConflict::columns([Column::EventId, Column::Receiver])
            .target_and_where(Expr::col(Column::EventId).is_not_null())
            .update_columns([
                Column::State,
                Column::CreatedAt,
                Column::DueAt,
                Column::LeaseId,
                Column::Failures,
                Column::Trouble,
                Column::EndedAt,
            ])
            .action_and_where(Expr::col((Entity, Column::DueAt)).is_null())
            .to_owned();
        Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Which of these events wait for an endpoint, or are under way to it.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(db: &impl ConnectionTrait, endpoint: Uuid, events: &[Uuid]) -> Result<HashSet<Uuid>> {
    let mut found = HashSet::new();
    for group in events.chunks(ROWS) {
        let query = Entity::find().select_only().column(Column::EventId);
        let query = query.filter(Column::EventId.is_in(group.iter().copied()));
        let query = query.filter(Column::Receiver.eq(receiver(endpoint))).filter(Column::DueAt.is_not_null());
        found.extend(query.into_tuple::<Uuid>().all(db).await?);
    }
    Ok(found)
}

/// Gives up what waits for an endpoint. What is under way ends by itself.
///
/// # Errors
/// When the database does not answer.
pub async fn give_up(tx: &mut Tx, endpoint: Uuid, trouble: &str, now: Millis) -> Result<u64> {
    let waiting = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::Receiver.eq(receiver(endpoint)))
        .and_where(Column::DueAt.is_not_null())
        .and_where(Column::LeaseId.is_null())
        // Whoever holds one of them may be waiting for the endpoint, which is held here.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(DEAD))
        .col_expr(Column::DueAt, Expr::value(Option::<Millis>::None))
        .col_expr(Column::Trouble, Expr::value(Some(trouble)))
        .col_expr(Column::EndedAt, Expr::value(Some(now)))
        .filter(Expr::col(Column::Id).in_subquery(waiting))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected)
}

/// Everything of an endpoint that is gone.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &mut Tx, endpoint: Uuid) -> Result<()> {
    Entity::delete_many().filter(Column::Receiver.eq(receiver(endpoint))).exec(tx.connection()).await?;
    Ok(())
}

/// How an endpoint fares.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Backlog {
    /// `ep_…`.
    pub receiver: String,
    pub waiting: i64,
    pub dead: i64,
    /// When the oldest that waits was written.
    pub oldest: Option<Millis>,
}

/// Of those endpoints for which something waits or was given up.
///
/// # Errors
/// When the database does not answer.
pub async fn backlog(db: &impl ConnectionTrait) -> Result<Vec<Backlog>> {
    // Two halves, each found by a partial index.
    let sql = "SELECT receiver, SUM(w) AS waiting, SUM(d) AS dead, MIN(at) AS oldest FROM (\
         SELECT receiver, 1 AS w, 0 AS d, created_at AS at FROM outbox WHERE due_at IS NOT NULL AND event_id IS NOT NULL \
         UNION ALL \
         SELECT receiver, 0, 1, NULL FROM outbox WHERE state = 'dead' AND event_id IS NOT NULL) one \
         GROUP BY receiver ORDER BY receiver";
    Ok(Backlog::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await?)
}

/// Of one endpoint.
///
/// # Errors
/// When the database does not answer.
pub async fn backlog_of(db: &impl ConnectionTrait, endpoint: Uuid) -> Result<Backlog> {
    let receiver = receiver(endpoint);
    let sql = "SELECT $1 AS receiver, COALESCE(SUM(w), 0) AS waiting, COALESCE(SUM(d), 0) AS dead, MIN(at) AS oldest FROM (\
         SELECT 1 AS w, 0 AS d, created_at AS at FROM outbox WHERE due_at IS NOT NULL AND receiver = $2 \
         UNION ALL \
         SELECT 0, 1, NULL FROM outbox WHERE state = 'dead' AND receiver = $3) one";
    let values = [receiver.clone().into(), receiver.clone().into(), receiver.clone().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let none = Backlog { receiver, waiting: 0, dead: 0, oldest: None };
    Ok(Backlog::find_by_statement(statement).one(db).await?.unwrap_or(none))
}

/// A delivery that was given up, with its event.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct GivenUp {
    pub id: Uuid,
    pub event_id: Uuid,
    pub hook: String,
    pub connection_id: Uuid,
    pub failures: i32,
    pub trouble: Option<String>,
    pub ended_at: Option<Millis>,
}

/// Those of an endpoint, newest first. `before`: when the last one that was read was given up, and its id.
///
/// # Errors
/// When the database does not answer.
pub async fn given_up(
    db: &impl ConnectionTrait,
    endpoint: Uuid,
    before: Option<(Millis, Uuid)>,
    limit: u64,
) -> Result<Vec<GivenUp>> {
    let older = before.map(|(at, id)| {
        let at_once = Condition::all().add(Column::EndedAt.eq(at)).add(Column::Id.lt(id));
        Condition::any().add(Column::EndedAt.lt(at)).add(at_once)
    });
    Ok(Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::EventId,
            Column::Hook,
            Column::ConnectionId,
            Column::Failures,
            Column::Trouble,
            Column::EndedAt,
        ])
        .filter(Column::State.eq(DEAD))
        .filter(Column::Receiver.eq(receiver(endpoint)))
        .filter(Condition::all().add_option(older))
        .order_by_desc(Column::EndedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .into_model::<GivenUp>()
        .all(db)
        .await?)
}
