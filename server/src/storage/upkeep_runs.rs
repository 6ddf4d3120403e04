//! Which connections something is due for: a run, or a look at their state.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::entity::connections::{Column, Entity};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::domain::connection::{Connection, ConnectionState};

/// Whose next run is due, longest first.
///
/// # Errors
/// When the database does not answer.
pub async fn due(db: &impl ConnectionTrait, now: Millis, limit: u64) -> Result<Vec<Uuid>> {
    before(db, Column::NextRunAt, now, limit).await
}

/// Whose state changes by now although nothing happened.
///
/// # Errors
/// When the database does not answer.
pub async fn changing(db: &impl ConnectionTrait, now: Millis, limit: u64) -> Result<Vec<Uuid>> {
    before(db, Column::ChangesAt, now, limit).await
}

/// Those among these whose last good run is too long ago, with the cause that is known.
///
/// # Errors
/// When the database does not answer.
pub async fn delayed(db: &impl ConnectionTrait, among: impl Iterator<Item = Uuid>) -> Result<Vec<(Uuid, String)>> {
    let late = Entity::find().select_only().columns([Column::Id, Column::Cause]).filter(Column::Id.is_in(among));
    Ok(late.filter(Column::State.eq(ConnectionState::Delayed.slug())).into_tuple().all(db).await?)
}

/// When the next run is to start.
///
/// # Errors
/// When the database does not answer.
pub async fn plan(tx: &mut Tx, connection: &Connection, next: Option<Millis>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::NextRunAt, Expr::value(next))
        .filter(Column::Id.eq(connection.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Has connections looked at that nobody expects anything of yet.
///
/// # Errors
/// When the database does not answer.
pub async fn look_again(tx: &mut Tx, integration: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ChangesAt, Expr::value(Some(0_i64)))
        .filter(Column::Integration.eq(integration))
        .filter(Column::State.eq(ConnectionState::Connected.slug()))
        .filter(Column::ChangesAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// How many connections an integration has.
///
/// # Errors
/// When the database does not answer.
pub async fn connected(db: &impl ConnectionTrait, integration: &str) -> Result<u64> {
    use sea_orm::PaginatorTrait as _;
    Ok(Entity::find()
        .filter(Column::Integration.eq(integration))
        .filter(Column::DisconnectedAt.is_null())
        .count(db)
        .await?)
}

async fn before(db: &impl ConnectionTrait, column: Column, now: Millis, limit: u64) -> Result<Vec<Uuid>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(column.is_not_null())
        .filter(column.lte(now))
        .order_by_asc(column)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}
