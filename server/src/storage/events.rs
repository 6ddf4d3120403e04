//! What happened, written in the transaction of what happened, and numbered after its commit, or in it where one writes
//! at a time.
//!
//! An id is made before the commit, so that ids become visible in another order than theirs: who reads in the order
//! of ids would miss some. Positions are given to what is committed, by one transaction at a time, so that whoever
//! sees a position sees all before it.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, Func, LockBehavior, LockType, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, FromQueryResult,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Statement,
};
use uuid::Uuid;

use super::entity::events::{ActiveModel, Column, Entity};
use super::entity::{event_numbering, outbox};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::domain::event::Wanted;

/// Eight values a row, and SQLite takes 32,766 in one statement.
const ROWS: usize = 1_000;
/// A page stops growing here, since bodies of OfficeRnD's events may be large; it holds one at least.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The one row of `event_numbering`.
const NUMBERING: i32 = 1;

/// Something that happened. Its body stands in the database in clear, so it must hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `webhook-id`, and `id` in the body.
    pub id: Uuid,
    pub kind: String,
    /// Slug.
    pub integration: String,
    pub organization: Uuid,
    pub connection: Uuid,
    pub body: String,
    pub created_at: Millis,
    pub keep_until: Millis,
}

/// An event that was given its position, without its body.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Numbered {
    pub id: Uuid,
    pub position: i64,
    pub kind: String,
    pub integration: String,
    pub organization_id: Uuid,
    pub connection_id: Uuid,
    pub created_at: Millis,
    pub keep_until: Millis,
}

/// An event as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: Uuid,
    pub position: i64,
    pub body: String,
}

/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, events: Vec<Event>) -> Result<()> {
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        let rows = events.by_ref().take(ROWS).map(|event| ActiveModel {
            id: Set(event.id),
            position: Set(None),
            kind: Set(event.kind),
            integration: Set(event.integration),
            organization_id: Set(event.organization),
            connection_id: Set(event.connection),
            body: Set(event.body),
            created_at: Set(event.created_at),
            keep_until: Set(event.keep_until),
        });
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Whether something is committed that has no position yet.
///
/// # Errors
/// When the database does not answer.
pub async fn are_unnumbered(db: &impl ConnectionTrait) -> Result<bool> {
    let first = Entity::find().select_only().column(Column::Id).filter(Column::Position.is_null());
    Ok(first.into_tuple::<Uuid>().one(db).await?.is_some())
}

/// Gives positions to up to `limit` events, and waits for whoever does the same. In the order of positions.
///
/// # Errors
/// When the database does not answer.
pub async fn number(tx: &mut Tx, limit: u32) -> Result<Vec<Numbered>> {
    let last = hold(tx).await?;
    let db = tx.connection();
    let sql = format!(
        "UPDATE events SET position = n.place FROM (\
         SELECT id AS event, $1 + ROW_NUMBER() OVER (ORDER BY created_at, id) AS place \
         FROM events WHERE position IS NULL ORDER BY created_at, id LIMIT {limit}) n \
         WHERE id = n.event \
         RETURNING id, position, kind, integration, organization_id, connection_id, created_at, keep_until"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [last.into()]);
    let mut numbered = Numbered::find_by_statement(statement).all(db).await?;
    numbered.sort_unstable_by_key(|event| event.position);
    if let Some(newest) = numbered.last() {
        event_numbering::Entity::update_many()
            .col_expr(event_numbering::Column::Last, Expr::value(newest.position))
            .filter(event_numbering::Column::Id.eq(NUMBERING))
            .exec(db)
            .await?;
    }
    Ok(numbered)
}

/// Nobody gives positions, and makes deliveries of what gets them, before the transaction ends. Returns the last one.
///
/// # Errors
/// When the database does not answer.
pub async fn hold(tx: &Tx) -> Result<i64> {
    let row = event_numbering::Entity::find_by_id(NUMBERING).lock_exclusive().one(tx.connection()).await?;
    Ok(row.map_or(0, |row| row.last))
}

/// The last position that was given.
///
/// # Errors
/// When the database does not answer.
pub async fn last_position(db: &impl ConnectionTrait) -> Result<i64> {
    Ok(event_numbering::Entity::find_by_id(NUMBERING).one(db).await?.map_or(0, |row| row.last))
}

/// Which events are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// Of these integrations only.
    pub integrations: &'a [String],
    pub connection: Option<Uuid>,
    pub wanted: Option<&'a Wanted>,
}

/// Events after one position and up to another, in order: at most `limit`, and none beyond the one with which bodies
/// come to more than [`PAGE_BYTES`].
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: Filter<'_>,
    after: i64,
    up_to: i64,
    limit: u64,
) -> Result<Vec<Listed>> {
    let mut placed: Vec<(Uuid, i64, i64)> = Vec::new();
    let slugs: BTreeSet<&String> = filter.integrations.iter().collect();
    // One after the other, so that each goes by its index. `up_to` keeps what is numbered meanwhile out of all of them.
    for integration in slugs {
        let condition = within(filter, integration).add(Column::Position.gt(after)).add(Column::Position.lte(up_to));
        let query = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Position])
            .expr(Expr::from(Func::char_length(Expr::col(Column::Body))).cast_as("bigint"))
            .filter(condition)
            .order_by_asc(Column::Position)
            .limit(limit);
        placed.extend(query.into_tuple::<(Uuid, i64, i64)>().all(db).await?);
    }
    placed.sort_unstable_by_key(|(_, position, _)| *position);
    placed.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    // A character is a byte at least. Behind a large one there is one more, which says that it goes on.
    let mut before = 0_usize;
    let fits = placed.iter().enumerate().take_while(|(index, (_, _, length))| {
        let fits = *index < 2 || before <= PAGE_BYTES;
        before += usize::try_from(*length).unwrap_or_default();
        fits
    });
    let count = fits.count();
    placed.truncate(count);
    let ids: Vec<Uuid> = placed.iter().map(|(id, _, _)| *id).collect();
    let mut bodies: HashMap<Uuid, String> = bodies(db, &ids).await?.into_iter().collect();
    let listed = |(id, position, _): (Uuid, i64, i64)| Some(Listed { id, position, body: bodies.remove(&id)? });
    Ok(placed.into_iter().filter_map(listed).collect())
}

/// The same without bodies, for one integration.
///
/// # Errors
/// When the database does not answer.
pub async fn numbered(
    db: &impl ConnectionTrait,
    integration: &str,
    since: Millis,
    after: i64,
    limit: u64,
) -> Result<Vec<Numbered>> {
    Ok(without_body()
        .filter(Column::Integration.eq(integration))
        .filter(Column::Position.gt(after))
        .filter(Column::CreatedAt.gte(since))
        .order_by_asc(Column::Position)
        .limit(limit)
        .into_model::<Numbered>()
        .all(db)
        .await?)
}

/// Of one connection, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_connection(
    db: &impl ConnectionTrait,
    connection: Uuid,
    since: Millis,
    limit: u64,
) -> Result<Vec<Numbered>> {
    Ok(without_body()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::CreatedAt.gte(since))
        .filter(Column::Position.is_not_null())
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_model::<Numbered>()
        .all(db)
        .await?)
}

/// One of an integration.
///
/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl ConnectionTrait, integration: &str, id: Uuid) -> Result<Option<Numbered>> {
    let one = without_body().filter(Column::Id.eq(id)).filter(Column::Integration.eq(integration));
    Ok(one.filter(Column::Position.is_not_null()).into_model::<Numbered>().one(db).await?)
}

/// Those of these events that are kept beyond `until`, as they are now, in their order. None of them goes, or is given
/// another end, before the transaction ends.
///
/// # Errors
/// When the database does not answer.
pub async fn hold_kept(tx: &Tx, ids: &[Uuid], until: Millis) -> Result<Vec<Numbered>> {
    let mut kept = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ROWS) {
        let some = without_body().filter(Column::Id.is_in(ids.iter().copied())).filter(Column::KeepUntil.gt(until));
        let some = some.filter(Column::Position.is_not_null()).order_by_asc(Column::Position).lock_shared();
        kept.extend(some.into_model::<Numbered>().all(tx.connection()).await?);
    }
    Ok(kept)
}

/// Where an event of these integrations stands.
///
/// # Errors
/// When the database does not answer.
pub async fn position(db: &impl ConnectionTrait, integrations: &[String], id: Uuid) -> Result<Option<i64>> {
    let one = Entity::find_by_id(id).select_only().column(Column::Position);
    let one = one.filter(Column::Integration.is_in(integrations)).filter(Column::Position.is_not_null());
    Ok(one.into_tuple::<i64>().one(db).await?)
}

/// The first position of what happened since then.
///
/// # Errors
/// When the database does not answer.
pub async fn first_position(db: &impl ConnectionTrait, integrations: &[String], since: Millis) -> Result<Option<i64>> {
    let first = Entity::find().select_only().column(Column::Position).filter(Column::CreatedAt.gte(since));
    let first = first.filter(Column::Integration.is_in(integrations)).filter(Column::Position.is_not_null());
    Ok(first.order_by_asc(Column::Position).limit(1).into_tuple::<i64>().one(db).await?)
}

/// Bodies by id.
///
/// # Errors
/// When the database does not answer.
pub async fn bodies(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let query = Entity::find().select_only().columns([Column::Id, Column::Body]);
    Ok(query.filter(Column::Id.is_in(ids.iter().copied())).into_tuple().all(db).await?)
}

/// Forgets at most so many of what was kept long enough and waits for nobody. Returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_over(tx: &mut Tx, now: Millis, most: u64) -> Result<u64> {
    let some = Entity::find().select_only().column(Column::Id).filter(over().add(Column::KeepUntil.lte(now)));
    // What another process deletes at this moment is left to it.
    let some = some.order_by_asc(Column::KeepUntil).limit(most);
    let some = some.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let some = Entity::delete_many().filter(Column::Id.in_subquery(some.into_query()));
    Ok(some.exec(tx.connection()).await?.rows_affected)
}

/// Events of a connection that is purged are kept no longer. Whoever makes deliveries of them at this moment is waited
/// for, so that what comes after it sees those deliveries.
///
/// # Errors
/// When the database does not answer.
pub async fn end(tx: &mut Tx, connection: Uuid, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::KeepUntil, Expr::value(now))
        .filter(Column::ConnectionId.eq(connection))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// After [`end`]: they go, except what an endpoint has not heard yet: that goes as soon as it is over.
///
/// # Errors
/// When the database does not answer.
pub async fn purge(tx: &mut Tx, connection: Uuid) -> Result<()> {
    Entity::delete_many().filter(over().add(Column::ConnectionId.eq(connection))).exec(tx.connection()).await?;
    Ok(())
}

fn without_body() -> Select<Entity> {
    Entity::find().select_only().columns([
        Column::Id,
        Column::Position,
        Column::Kind,
        Column::Integration,
        Column::OrganizationId,
        Column::ConnectionId,
        Column::CreatedAt,
        Column::KeepUntil,
    ])
}

/// Nobody waits for it any more: it has its position, and no delivery is open.
fn over() -> Condition {
    let open = Query::select()
        .expr(Expr::val(1))
        .from(outbox::Entity)
        .and_where(Expr::col((outbox::Entity, outbox::Column::EventId)).equals((Entity, Column::Id)))
        .and_where(Expr::col((outbox::Entity, outbox::Column::DueAt)).is_not_null())
        .to_owned();
    Condition::all().add(Column::Position.is_not_null()).add(Expr::exists(open).not())
}

fn within(filter: Filter<'_>, integration: &str) -> Condition {
    let kind = filter.wanted.and_then(|wanted| match wanted.group() {
        Some("") => None,
        // Not LIKE: names hold `_`.
        Some(group) => {
            let length = i32::try_from(group.len()).unwrap_or(i32::MAX);
            let start = Func::cust("substr").arg(Expr::col(Column::Kind)).arg(1).arg(length);
            Some(Expr::from(start).eq(group))
        }
        None => Some(Column::Kind.eq(wanted.as_str())),
    });
    Condition::all()
        .add(Column::Integration.eq(integration))
        .add_option(filter.connection.map(|connection| Column::ConnectionId.eq(connection)))
        .add_option(kind)
}
