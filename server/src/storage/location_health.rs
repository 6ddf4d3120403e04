//! What is known of the locations of a connection: broken settings, failures in a row, the last good report.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::entity::location_health::{ActiveModel, Column, Entity, Model};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::domain::health::Fault;

/// Rows of one statement: databases limit its parameters.
const AT_ONCE: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocationHealth {
    /// Settings that cannot work here, since when.
    pub broken_since: Option<Millis>,
    /// Failures in a row, since when, and the last one's fault.
    pub failing_since: Option<Millis>,
    pub failing_fault: Option<Fault>,
    /// They came from runs that failed as a whole; no report named the location.
    pub failing_wholly: bool,
    pub succeeded_at: Option<Millis>,
}

/// By id, in its order. A location that nobody told anything about is not among them.
///
/// # Errors
/// When the database does not answer.
pub async fn all(db: &impl ConnectionTrait, connection: Uuid) -> Result<BTreeMap<String, LocationHealth>> {
    let rows =
        Entity::find().filter(Column::ConnectionId.eq(connection)).order_by_asc(Column::LocationId).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.location_id.clone(), LocationHealth::from(row))).collect())
}

/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, connection: Uuid, changed: &BTreeMap<String, LocationHealth>) -> Result<()> {
    let rows: Vec<ActiveModel> = changed
        .iter()
        .map(|(location, health)| ActiveModel {
            connection_id: Set(connection),
            location_id: Set(location.clone()),
            broken_since: Set(health.broken_since),
            failing_since: Set(health.failing_since),
            failing_fault: Set(health.failing_fault.map(|fault| fault.slug().to_owned())),
            succeeded_at: Set(health.succeeded_at),
            failing_wholly: Set(health.failing_wholly),
        })
        .collect();
    let replace = OnConflict::columns([Column::ConnectionId, Column::LocationId])
        .update_columns([
            Column::BrokenSince,
            Column::FailingSince,
            Column::FailingFault,
            Column::SucceededAt,
            Column::FailingWholly,
        ])
        .to_owned();
    for rows in rows.chunks(AT_ONCE) {
        Entity::insert_many(rows.to_vec()).on_conflict(replace.clone()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Forgets locations that are no longer the connection's.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_only(tx: &mut Tx, connection: Uuid, locations: &BTreeSet<String>) -> Result<()> {
    for known in all(tx.connection(), connection).await?.into_keys().filter(|known| !locations.contains(known)) {
        Entity::delete_by_id((connection, known)).exec(tx.connection()).await?;
    }
    Ok(())
}

impl From<Model> for LocationHealth {
    fn from(row: Model) -> Self {
        Self {
            broken_since: row.broken_since,
            failing_since: row.failing_since,
            failing_fault: row.failing_fault.as_deref().and_then(Fault::from_slug),
            failing_wholly: row.failing_wholly,
            succeeded_at: row.succeeded_at,
        }
    }
}
