//! Calls of the partner system to OfficeRnD, by connection, hour and outcome.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::entity::call_counts::{ActiveModel, Column, Entity};
use super::{Result, Tx};
use crate::clock::{DAY, HOUR, Millis};

/// As long as the dashboard looks back.
const KEPT: Millis = 31 * DAY;
/// Rows of one statement: databases limit its parameters.
const AT_ONCE: usize = 500;

/// Some calls of one connection in one hour that ended alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counted {
    pub connection: Uuid,
    /// Hours since 1970.
    pub hour: i64,
    pub outcome: &'static str,
}

/// Adds to what is counted already.
///
/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, counts: &[(Counted, i64)]) -> Result<()> {
    for some in counts.chunks(AT_ONCE) {
        let rows = some.iter().map(|(of, calls)| ActiveModel {
            connection_id: Set(of.connection),
            hour: Set(of.hour),
            outcome: Set(of.outcome.to_owned()),
            calls: Set(*calls),
        });
        let more = Expr::col(("call_counts", Column::Calls)).add(Expr::col(("excluded", Column::Calls)));
        let add = OnConflict::columns([Column::ConnectionId, Column::Hour, Column::Outcome])
            .value(Column::Calls, more)
            .to_owned();
        Entity::insert_many(rows).on_conflict(add).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Calls of a connection since an hour, by outcome.
///
/// # Errors
/// When the database does not answer.
pub async fn since(db: &impl ConnectionTrait, connection: Uuid, at: Millis) -> Result<BTreeMap<String, i64>> {
    let rows = Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Hour.gte(at.div_euclid(HOUR)))
        .all(db)
        .await?;
    Ok(rows.into_iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.outcome).or_default() += row.calls;
        counts
    }))
}

/// The same by hour (since 1970), outcome and number.
///
/// # Errors
/// When the database does not answer.
pub async fn by_hour(db: &impl ConnectionTrait, connection: Uuid, at: Millis) -> Result<Vec<(i64, String, i64)>> {
    let rows = Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Hour.gte(at.div_euclid(HOUR)))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.hour, row.outcome, row.calls)).collect())
}

/// # Errors
/// When the database does not answer.
pub async fn delete_old(tx: &mut Tx, now: Millis) -> Result<()> {
    Entity::delete_many().filter(Column::Hour.lt((now - KEPT).div_euclid(HOUR))).exec(tx.connection()).await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn purge(tx: &mut Tx, connection: Uuid) -> Result<()> {
    Entity::delete_many().filter(Column::ConnectionId.eq(connection)).exec(tx.connection()).await?;
    Ok(())
}
