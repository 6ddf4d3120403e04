//! Connections in trouble, of which incidents are made.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QuerySelect as _, Statement,
};
use uuid::Uuid;

use super::entity::connections;
use super::{Result, StorageError};
use crate::clock::Millis;
use crate::domain::connection::ConnectionState;
use crate::domain::health::Cause;

/// SQLite takes 32,766 values in one statement.
const AT_ONCE: usize = 1_000;

/// A connection in trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Troubled {
    pub connection: Uuid,
    pub organization: Uuid,
    pub integration: String,
    pub state: ConnectionState,
    pub cause: Cause,
    pub since: Millis,
    /// The last run failed: since when, and likeness.
    pub failing: Option<(Millis, String)>,
    /// When it failed last.
    pub failed_at: Option<Millis>,
}

type TroubledRow = (Uuid, Uuid, String, String, String, i64, Option<i64>, Option<i64>, Option<String>);

/// Connections that are set up, not paused, and in one of these states, or whose last run failed, however long ago: who
/// runs once a week is not well the day after.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn troubled(db: &impl ConnectionTrait, states: &[ConnectionState]) -> Result<Vec<Troubled>> {
    use connections::Column as Of;
    let rows = || {
        connections::Entity::find()
            .select_only()
            .columns([Of::Id, Of::OrganizationId, Of::Integration, Of::State, Of::Cause, Of::StateSince])
            .columns([Of::FailingSince, Of::FailingAt, Of::FailingLike])
            .filter(Of::DisconnectedAt.is_null())
            .filter(Of::FinishedAt.is_not_null())
            .filter(Of::PausedAt.is_null())
            .filter(Of::SyncOn.eq(true))
    };
    let mut found: Vec<TroubledRow> = rows().filter(Of::FailingLike.is_not_null()).into_tuple().all(db).await?;
    if !states.is_empty() {
        let states: Vec<&str> = states.iter().map(|state| state.slug()).collect();
        let others = rows().filter(Of::State.is_in(states)).filter(Of::FailingLike.is_null());
        found.extend(others.into_tuple::<TroubledRow>().all(db).await?);
    }
    let read = |row: TroubledRow| {
        let (connection, organization, integration, state, cause, since, failing_since, failing_at, like) = row;
        Some(Troubled {
            connection,
            organization,
            integration,
            state: ConnectionState::ALL.into_iter().find(|known| known.slug() == state)?,
            cause: Cause::from_slug(&cause)?,
            since,
            failing: failing_since.zip(like),
            failed_at: failing_at,
        })
    };
    let unknown = StorageError::Inconsistent { table: "connections", what: "unknown state" };
    found.into_iter().map(read).collect::<Option<Vec<_>>>().ok_or(unknown)
}

/// A connection with a trouble that its state does not say.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Unsaid {
    pub connection: Uuid,
    pub organization: Uuid,
    pub integration: String,
    pub since: Millis,
}

/// Connections at work without another trouble whose last run was never finished, since it was given up.
///
/// # Errors
/// When the database does not answer.
pub async fn lapsing(db: &impl ConnectionTrait) -> Result<Vec<Unsaid>> {
    Ok(Unsaid::find_by_statement(lapsing_now(db.get_database_backend())).all(db).await?)
}

/// Only the newest of a connection counts, so the others are not compared. The state stands in the statement, since a
/// partial index is found by it.
pub fn lapsing_now(backend: DbBackend) -> Statement {
    let sql = "SELECT c.id AS connection, c.organization_id AS organization, c.integration, l.ended_at AS since FROM \
         (SELECT connection_id, MAX(started_at) AS started_at, MAX(ended_at) AS ended_at FROM runs \
         WHERE state = 'lapsed' GROUP BY connection_id) l \
         JOIN connections c ON c.id = l.connection_id \
         WHERE c.state = 'connected' AND c.failing_like IS NULL AND c.disconnected_at IS NULL \
         AND c.finished_at IS NOT NULL AND c.paused_at IS NULL AND c.sync_on AND l.ended_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM runs n WHERE n.connection_id = l.connection_id \
         AND n.started_at >= l.started_at AND n.state <> 'lapsed' \
         AND (n.reported_at > l.ended_at OR n.ended_at > l.ended_at)) \
         ORDER BY c.id";
    Statement::from_string(backend, sql)
}

/// Connections at work whose subscription OfficeRnD lost and did not make again, since that was found.
///
/// # Errors
/// When the database does not answer.
pub async fn unsubscribed(db: &impl ConnectionTrait) -> Result<Vec<Unsaid>> {
    lost(db, "c.state NOT IN ('reconnect', 'vendor_outage')").await
}

/// The same of those that wait for another login, or for the end of an outage, before there can be a new one.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<Vec<Unsaid>> {
    lost(db, "c.state IN ('reconnect', 'vendor_outage')").await
}

/// The state of the subscription is what an index begins with, and few are lost.
async fn lost(db: &impl ConnectionTrait, condition: &str) -> Result<Vec<Unsaid>> {
    let sql = format!(
        "SELECT c.id AS connection, c.organization_id AS organization, c.integration, MAX(a.at) AS since \
         FROM connections c JOIN activity a ON a.connection_id = c.id AND a.kind = 'webhooks.lost' \
         WHERE c.subscription_state = 'lost' AND {condition} AND c.disconnected_at IS NULL \
         AND c.finished_at IS NOT NULL AND c.paused_at IS NULL AND c.sync_on \
         GROUP BY c.id, c.organization_id, c.integration ORDER BY c.id"
    );
    Ok(Unsaid::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await?)
}

/// How a connection stands that was in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// At work and in no trouble.
    Well,
    /// In some trouble: maybe it has just begun.
    Troubled,
    /// Paused, disconnected, or not set up: nobody knows.
    Quiet,
}

type StandingRow = (Uuid, String, bool, Option<String>, Option<i64>, Option<i64>, Option<i64>);

/// How these connections stand; none of those that are gone.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Standing>> {
    use connections::Column as Of;
    let mut found = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows: Vec<StandingRow> = connections::Entity::find()
            .select_only()
            .columns([Of::Id, Of::State, Of::SyncOn, Of::FailingLike])
            .columns([Of::DisconnectedAt, Of::FinishedAt, Of::PausedAt])
            .filter(Of::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        for (id, state, sync_on, failing, disconnected, finished, paused) in rows {
            let at_work = sync_on && disconnected.is_none() && finished.is_some() && paused.is_none();
            let standing = match ConnectionState::ALL.into_iter().find(|known| known.slug() == state) {
                Some(ConnectionState::Paused | ConnectionState::Disconnected | ConnectionState::FinishSetUp) => {
                    Standing::Quiet
                }
                _ if !at_work => Standing::Quiet,
                Some(ConnectionState::Connected) if failing.is_none() => Standing::Well,
                _ => Standing::Troubled,
            };
            found.insert(id, standing);
        }
    }
    Ok(found)
}
