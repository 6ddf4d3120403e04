//! Deliveries that have to arrive: written with what they tell of, leased to whoever sends them, kept a while
//! when they are over.

pub mod endpoints;

use sea_orm::sea_query::{Expr, LockBehavior, LockType, Order, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, FromQueryResult,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Statement,
};
use uuid::Uuid;

use super::entity::outbox::{ActiveModel, Column, Entity};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;

/// Fifteen values a row, and SQLite takes 32,766 in one statement.
const ROWS: usize = 1_000;

const WAITING: &str = "waiting";
const DELIVERED: &str = "delivered";
const DEAD: &str = "dead";

/// Something to deliver. The body stands in the database in clear, so it must hold no secret; those of `sync`
/// and `disconnected` hold none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same in every attempt: `webhook-id`.
    pub id: Uuid,
    pub organization: Uuid,
    pub connection: Uuid,
    /// Slug of the integration.
    pub receiver: String,
    pub hook: String,
    pub body: String,
    pub created_at: Millis,
    /// When it is forgotten, if it is over by then.
    pub keep_until: Millis,
}

/// A message that nobody else sends until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Claimed {
    pub id: Uuid,
    pub connection_id: Uuid,
    pub receiver: String,
    pub hook: String,
    pub body: String,
    pub failures: i32,
    /// What an endpoint is told; none for hooks.
    pub event_id: Option<Uuid>,
}

/// Whom something waits for, and when it is due first.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Due {
    pub receiver: String,
    pub due_at: Millis,
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub id: Uuid,
    pub connection: Uuid,
    pub hook: String,
    pub failures: i32,
    /// One line; never a body or a secret.
    pub trouble: String,
    /// None: it is given up.
    pub again_at: Option<Millis>,
    /// What an endpoint was to be told; none for hooks.
    pub event: Option<Uuid>,
}

/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, messages: &[Message]) -> Result<()> {
    for group in messages.chunks(ROWS) {
        let rows = group.iter().map(|message| ActiveModel {
            id: Set(message.id),
            organization_id: Set(message.organization),
            connection_id: Set(message.connection),
            receiver: Set(message.receiver.clone()),
            hook: Set(message.hook.clone()),
            body: Set(message.body.clone()),
            state: Set(WAITING.to_owned()),
            created_at: Set(message.created_at),
            due_at: Set(Some(message.created_at)),
            lease_id: Set(None),
            failures: Set(0),
            trouble: Set(None),
            ended_at: Set(None),
            keep_until: Set(message.keep_until),
            event_id: Set(None),
        });
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Every receiver for which something waits. Jumps from one to the next in the index, so that a receiver with
/// a million waiting messages costs no more than one with a single one.
///
/// # Errors
/// When the database does not answer.
pub async fn due(db: &impl ConnectionTrait) -> Result<Vec<Due>> {
    const SQL: &str = "WITH RECURSIVE r (receiver) AS (\
        SELECT MIN(receiver) FROM outbox WHERE due_at IS NOT NULL \
        UNION ALL \
        SELECT (SELECT MIN(o.receiver) FROM outbox o WHERE o.due_at IS NOT NULL AND o.receiver > r.receiver) \
        FROM r WHERE r.receiver IS NOT NULL) \
        SELECT r.receiver AS receiver, \
        (SELECT MIN(o.due_at) FROM outbox o WHERE o.due_at IS NOT NULL AND o.receiver = r.receiver) AS due_at \
        FROM r WHERE r.receiver IS NOT NULL";
    Ok(Due::find_by_statement(Statement::from_string(db.get_database_backend(), SQL)).all(db).await?)
}

/// Takes up to `limit` messages that are due; nobody else gets them before `until`.
///
/// # Errors
/// When the database does not answer.
pub async fn claim(
    tx: &mut Tx,
    receiver: &str,
    lease: Uuid,
    now: Millis,
    until: Millis,
    limit: u64,
) -> Result<Vec<Claimed>> {
    let due = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::Receiver.eq(receiver))
        .and_where(Column::DueAt.lte(now))
        .order_by(Column::DueAt, Order::Asc)
        .limit(limit)
        // Another process that claims at this moment takes others. SQLite has one writer and leaves this out.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let claim = Query::update()
        .table(Entity)
        .value(Column::DueAt, until)
        .value(Column::LeaseId, lease)
        .and_where(Expr::col(Column::Id).in_subquery(due))
        .returning(Query::returning().columns([
            Column::Id,
            Column::ConnectionId,
            Column::Receiver,
            Column::Hook,
            Column::Body,
            Column::Failures,
            Column::EventId,
        ]))
        .to_owned();
    let rows = tx.connection().query_all(&claim).await?;
    if rows.len() as u64 > limit {
        return Err(StorageError::Inconsistent { table: "outbox", what: "more messages claimed than asked for" });
    }
    Ok(rows.iter().map(|row| Claimed::from_query_result(row, "")).collect::<std::result::Result<_, _>>()?)
}

/// They arrived. What another process has taken over meanwhile is left to it.
///
/// # Errors
/// When the database does not answer.
pub async fn delivered(tx: &mut Tx, lease: Uuid, messages: &[Uuid], now: Millis) -> Result<()> {
    for group in messages.chunks(ROWS) {
        Entity::update_many()
            .col_expr(Column::State, Expr::value(DELIVERED))
            .col_expr(Column::DueAt, Expr::value(Option::<Millis>::None))
            .col_expr(Column::LeaseId, Expr::value(Option::<Uuid>::None))
            .col_expr(Column::EndedAt, Expr::value(Some(now)))
            .filter(Column::Id.is_in(group.iter().copied()))
            .filter(Column::LeaseId.eq(lease))
            .exec(tx.connection())
            .await?;
    }
    Ok(())
}

/// It did not arrive: again later, or never. `false` when another process has taken it over meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn failed(tx: &mut Tx, lease: Uuid, failure: &Failure, now: Millis) -> Result<bool> {
    let (state, ended_at) = if failure.again_at.is_some() { (WAITING, None) } else { (DEAD, Some(now)) };
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::DueAt, Expr::value(failure.again_at))
        .col_expr(Column::LeaseId, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::Failures, Expr::value(failure.failures))
        .col_expr(Column::Trouble, Expr::value(Some(failure.trouble.as_str())))
        .col_expr(Column::EndedAt, Expr::value(ended_at))
        .filter(Column::Id.eq(failure.id))
        .filter(Column::LeaseId.eq(lease))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// How much waits, or was given up, of one hook of a receiver.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Backlog {
    pub receiver: String,
    pub hook: String,
    pub count: i64,
    /// When the oldest of them was written.
    pub oldest: Millis,
}

/// Hooks that wait to be delivered, also those under way.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<Vec<Backlog>> {
    backlog(db, "due_at IS NOT NULL").await
}

/// Hooks that were given up.
///
/// # Errors
/// When the database does not answer.
pub async fn dead(db: &impl ConnectionTrait) -> Result<Vec<Backlog>> {
    backlog(db, "state = 'dead'").await
}

/// The condition stands in the statement, since a partial index is found by it.
async fn backlog(db: &impl ConnectionTrait, condition: &str) -> Result<Vec<Backlog>> {
    let sql = format!(
        "SELECT receiver, hook, COUNT(*) AS count, MIN(created_at) AS oldest FROM outbox \
         WHERE {condition} AND event_id IS NULL \
         GROUP BY receiver, hook ORDER BY receiver, hook"
    );
    Ok(Backlog::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await?)
}

/// How often each hook arrived for a connection since a time.
///
/// # Errors
/// When the database does not answer.
pub async fn told(db: &impl ConnectionTrait, connection: Uuid, since: Millis) -> Result<Vec<(String, i64)>> {
    let query = Entity::find().select_only().column(Column::Hook).column_as(Column::Id.count(), "count");
    let query = query.filter(Column::ConnectionId.eq(connection)).filter(Column::State.eq(DELIVERED));
    let query = query.filter(Column::EventId.is_null()).filter(Column::EndedAt.gte(since));
    Ok(query.group_by(Column::Hook).into_tuple().all(db).await?)
}

/// Whether the last message of this hook has failed and not arrived since.
///
/// # Errors
/// When the database does not answer.
pub async fn is_untold(db: &impl ConnectionTrait, connection: Uuid, hook: &str) -> Result<bool> {
    let last = Entity::find()
        .select_only()
        .columns([Column::State, Column::Failures])
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Hook.eq(hook))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id);
    let last = last.into_tuple::<(String, i32)>().one(db).await?;
    Ok(last.is_some_and(|(state, failures)| state == DEAD || (state == WAITING && failures > 0)))
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Dead {
    pub id: Uuid,
    pub connection_id: Uuid,
    pub receiver: String,
    pub hook: String,
    pub trouble: Option<String>,
    pub created_at: Millis,
    pub ended_at: Option<Millis>,
    pub event_id: Option<Uuid>,
}

/// Those that were given up, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list_dead(db: &impl ConnectionTrait, receiver: Option<&str>, limit: u64) -> Result<Vec<Dead>> {
    let list = Entity::find().filter(given_up(receiver)).order_by_desc(Column::EndedAt).order_by_desc(Column::Id);
    Ok(list.limit(limit).into_model::<Dead>().all(db).await?)
}

/// Sends what was given up from the start, the oldest first. What is kept only until it is over is still kept no
/// longer than that.
///
/// # Errors
/// When the database does not answer.
pub async fn retry_dead(tx: &mut Tx, receiver: Option<&str>) -> Result<u64> {
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(WAITING))
        .col_expr(Column::DueAt, Expr::col(Column::CreatedAt))
        .col_expr(Column::Failures, Expr::value(0))
        .col_expr(Column::EndedAt, Expr::value(Option::<Millis>::None))
        .filter(given_up(receiver))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected)
}

/// Deletes what was given up.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_dead(tx: &mut Tx, receiver: Option<&str>) -> Result<u64> {
    Ok(Entity::delete_many().filter(given_up(receiver)).exec(tx.connection()).await?.rows_affected)
}

/// Sends one hook again that is over, from the start. Its name; none when there is no such, or it is still under way.
///
/// # Errors
/// When the database does not answer.
pub async fn again(tx: &mut Tx, connection: Uuid, message: Uuid, now: Millis) -> Result<Option<String>> {
    let over = Condition::all()
        .add(Column::Id.eq(message))
        .add(Column::ConnectionId.eq(connection))
        .add(Column::EventId.is_null())
        .add(Column::DueAt.is_null());
    let hook = Entity::find().select_only().column(Column::Hook).filter(over.clone());
    let Some(hook) = hook.into_tuple::<String>().one(tx.connection()).await? else { return Ok(None) };
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(WAITING))
        .col_expr(Column::DueAt, Expr::value(Some(now)))
        .col_expr(Column::Failures, Expr::value(0))
        .col_expr(Column::Trouble, Expr::value(Option::<String>::None))
        .col_expr(Column::EndedAt, Expr::value(Option::<Millis>::None))
        .filter(over)
        .exec(tx.connection())
        .await?;
    Ok((updated.rows_affected == 1).then_some(hook))
}

fn given_up(receiver: Option<&str>) -> Condition {
    Condition::all().add(Column::State.eq(DEAD)).add_option(receiver.map(|receiver| Column::Receiver.eq(receiver)))
}

/// Forgets at most so many of what is over for long enough. Returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_over(tx: &mut Tx, now: Millis, most: u64) -> Result<u64> {
    let some = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DueAt.is_null())
        .filter(Column::KeepUntil.lte(now))
        .order_by_asc(Column::KeepUntil)
        .limit(most)
        // What another process deletes at this moment is left to it.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let some = Entity::delete_many().filter(Column::Id.in_subquery(some.into_query()));
    Ok(some.exec(tx.connection()).await?.rows_affected)
}

/// With a connection that is purged everything of it goes, except what its partner system has not heard yet:
/// that goes as soon as it is over.
///
/// # Errors
/// When the database does not answer.
pub async fn purge(tx: &mut Tx, connection: Uuid, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::KeepUntil, Expr::value(now))
        .filter(Column::ConnectionId.eq(connection))
        .exec(tx.connection())
        .await?;
    Entity::delete_many()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::DueAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}
