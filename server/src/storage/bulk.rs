//! Acts on many connections: what was ordered, and what became of each.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Statement,
};
use uuid::Uuid;

use super::entity::{bulk_acts, bulk_items};
use super::{Result, Tx};
use crate::clock::Millis;

/// Six values a row, and databases take some ten thousand in one statement.
const ROWS: usize = 1_000;

/// What was ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkAct {
    pub id: Uuid,
    pub act: String,
    pub staff_id: Uuid,
    pub staff: String,
    pub reason: Option<String>,
    /// For a replay.
    pub since: Option<Millis>,
    pub total: i32,
    pub created_at: Millis,
    pub ended_at: Option<Millis>,
}

/// One connection of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub position: i32,
    pub connection: Uuid,
    /// None while it waits.
    pub outcome: Option<String>,
    pub ended_at: Option<Millis>,
}

/// # Errors
/// When the database does not answer, or there is one with this id.
pub async fn add(tx: &mut Tx, bulk: &BulkAct, connections: &[Uuid]) -> Result<()> {
    bulk_acts::Entity::insert(bulk_acts::ActiveModel {
        id: Set(bulk.id),
        act: Set(bulk.act.clone()),
        staff_id: Set(bulk.staff_id),
        staff: Set(bulk.staff.clone()),
        reason: Set(bulk.reason.clone()),
        since: Set(bulk.since),
        total: Set(bulk.total),
        created_at: Set(bulk.created_at),
        ended_at: Set(bulk.ended_at),
    })
    .exec_without_returning(tx.connection())
    .await?;
    let rows: Vec<_> = (0..)
        .zip(connections)
        .map(|(position, connection)| bulk_items::ActiveModel {
            bulk_id: Set(bulk.id),
            position: Set(position),
            connection_id: Set(*connection),
            outcome: Set(None),
            lease_until: Set(None),
            ended_at: Set(None),
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        bulk_items::Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<BulkAct>> {
    Ok(bulk_acts::Entity::find_by_id(id).one(db).await?.map(BulkAct::from))
}

/// The newest that began and did not end, and others: for the list of what goes on.
///
/// # Errors
/// When the database does not answer.
pub async fn latest(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<BulkAct>> {
    let rows = bulk_acts::Entity::find()
        .order_by_desc(bulk_acts::Column::CreatedAt)
        .order_by_desc(bulk_acts::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(BulkAct::from).collect())
}

/// Those that go on, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn open(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<BulkAct>> {
    let rows = bulk_acts::Entity::find()
        .filter(bulk_acts::Column::EndedAt.is_null())
        .order_by_asc(bulk_acts::Column::CreatedAt)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(BulkAct::from).collect())
}

/// Takes some connections of it; nobody else gets them before `until`.
///
/// # Errors
/// When the database does not answer.
pub async fn claim(tx: &mut Tx, bulk: Uuid, now: Millis, until: Millis, limit: u64) -> Result<Vec<Item>> {
    let db = tx.connection();
    let backend = db.get_database_backend();
    // Another process that claims at this moment takes others. SQLite has one writer.
    let skip = if backend == sea_orm::DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE bulk_items SET lease_until = $1 WHERE bulk_id = $2 AND position IN (\
         SELECT position FROM bulk_items WHERE bulk_id = $2 AND outcome IS NULL \
         AND (lease_until IS NULL OR lease_until <= $3) ORDER BY position LIMIT {limit}{skip}) \
         RETURNING position, connection_id"
    );
    let values = [until.into(), bulk.into(), now.into()];
    let rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let (position, connection) = (row.try_get("", "position")?, row.try_get("", "connection_id")?);
        items.push(Item { position, connection, outcome: None, ended_at: None });
    }
    items.sort_unstable_by_key(|item| item.position);
    Ok(items)
}

/// What became of one. The first word counts.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(tx: &mut Tx, bulk: Uuid, position: i32, outcome: &str, now: Millis) -> Result<()> {
    use bulk_items::Column as Of;
    bulk_items::Entity::update_many()
        .col_expr(Of::Outcome, Expr::value(Some(outcome)))
        .col_expr(Of::EndedAt, Expr::value(Some(now)))
        .filter(Of::BulkId.eq(bulk))
        .filter(Of::Position.eq(position))
        .filter(Of::Outcome.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// It is tried again then.
///
/// # Errors
/// When the database does not answer.
pub async fn later(tx: &mut Tx, bulk: Uuid, position: i32, until: Millis) -> Result<()> {
    use bulk_items::Column as Of;
    bulk_items::Entity::update_many()
        .col_expr(Of::LeaseUntil, Expr::value(Some(until)))
        .filter(Of::BulkId.eq(bulk))
        .filter(Of::Position.eq(position))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Ends it when no connection waits any more.
///
/// # Errors
/// When the database does not answer.
pub async fn end(tx: &mut Tx, bulk: Uuid, now: Millis) -> Result<()> {
    use bulk_items::Column as Of;
    let waits = bulk_items::Entity::find().filter(Of::BulkId.eq(bulk)).filter(Of::Outcome.is_null());
    if waits.one(tx.connection()).await?.is_none() {
        bulk_acts::Entity::update_many()
            .col_expr(bulk_acts::Column::EndedAt, Expr::value(Some(now)))
            .filter(bulk_acts::Column::Id.eq(bulk))
            .filter(bulk_acts::Column::EndedAt.is_null())
            .exec(tx.connection())
            .await?;
    }
    Ok(())
}

/// Nothing more is done of it. How many connections were left.
///
/// # Errors
/// When the database does not answer.
pub async fn stop(tx: &mut Tx, bulk: Uuid, outcome: &str, now: Millis) -> Result<u64> {
    use bulk_items::Column as Of;
    let left = bulk_items::Entity::update_many()
        .col_expr(Of::Outcome, Expr::value(Some(outcome)))
        .col_expr(Of::EndedAt, Expr::value(Some(now)))
        .filter(Of::BulkId.eq(bulk))
        .filter(Of::Outcome.is_null())
        .exec(tx.connection())
        .await?;
    end(tx, bulk, now).await?;
    Ok(left.rows_affected)
}

/// Nothing of a connection that is purged stays in acts on many; how many there were does.
///
/// # Errors
/// When the database does not answer.
pub async fn purge(tx: &mut Tx, connection: Uuid) -> Result<()> {
    let of = bulk_items::Entity::delete_many().filter(bulk_items::Column::ConnectionId.eq(connection));
    of.exec(tx.connection()).await?;
    Ok(())
}

/// All connections of it, in their order.
///
/// # Errors
/// When the database does not answer.
pub async fn items(db: &impl ConnectionTrait, bulk: Uuid) -> Result<Vec<Item>> {
    let rows = bulk_items::Entity::find()
        .filter(bulk_items::Column::BulkId.eq(bulk))
        .order_by_asc(bulk_items::Column::Position)
        .all(db)
        .await?;
    let item = |row: bulk_items::Model| Item {
        position: row.position,
        connection: row.connection_id,
        outcome: row.outcome,
        ended_at: row.ended_at,
    };
    Ok(rows.into_iter().map(item).collect())
}

/// Names of the organizations whose connections are still there.
///
/// # Errors
/// When the database does not answer.
pub async fn names(db: &impl ConnectionTrait, bulk: Uuid) -> Result<HashMap<Uuid, String>> {
    let sql = "SELECT c.id AS id, o.name AS name FROM bulk_items i \
               JOIN connections c ON c.id = i.connection_id JOIN organizations o ON o.id = c.organization_id \
               WHERE i.bulk_id = $1";
    let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, [bulk.into()])).await?;
    let mut names = HashMap::with_capacity(rows.len());
    for row in rows {
        names.insert(row.try_get("", "id")?, row.try_get("", "name")?);
    }
    Ok(names)
}

impl From<bulk_acts::Model> for BulkAct {
    fn from(row: bulk_acts::Model) -> Self {
        Self {
            id: row.id,
            act: row.act,
            staff_id: row.staff_id,
            staff: row.staff,
            reason: row.reason,
            since: row.since,
            total: row.total,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}
