//! Synchronizations and what they reported.

use std::collections::{BTreeMap, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::entity::run_locations;
use super::entity::runs::{ActiveModel, Column, Entity, Model};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::domain::connection::Connection;
use crate::domain::health::Fault;
use crate::domain::run::{LAPSES_AFTER, LocationReport, RunState, WouldRemove};

#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: Uuid,
    pub organization: Uuid,
    pub connection: Uuid,
    pub reason: String,
    pub state: RunState,
    /// The key that started it; none where Deskbridge did.
    pub started_by: Option<String>,
    pub started_at: Millis,
    /// The last word of the partner system about it.
    pub reported_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    /// None for all.
    pub locations: Option<Vec<String>>,
    pub fault: Option<Fault>,
    pub message: Option<String>,
    pub would_remove: Option<WouldRemove>,
    /// Where the guard held it, with the percent that counted.
    pub held: BTreeMap<String, f64>,
    /// When the admin approved or refused, and who that was where OfficeRnD told it.
    pub decided_at: Option<Millis>,
    pub decided_by: Option<String>,
}

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn get(db: &impl ConnectionTrait, run: Uuid) -> Result<Option<Run>> {
    Entity::find_by_id(run).one(db).await?.map(Run::try_from).transpose()
}

/// The row as nobody else changes it until this transaction ends.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn lock(tx: &Tx, run: Uuid) -> Result<Option<Run>> {
    Entity::find_by_id(run).lock_exclusive().one(tx.connection()).await?.map(Run::try_from).transpose()
}

/// Newest first, those before `before` where it is given.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn list(db: &impl ConnectionTrait, connection: Uuid, before: Option<Uuid>, limit: u64) -> Result<Vec<Run>> {
    let mut query = Entity::find().filter(Column::ConnectionId.eq(connection));
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before));
    }
    query.order_by_desc(Column::Id).limit(limit).all(db).await?.into_iter().map(Run::try_from).collect()
}

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn last(db: &impl ConnectionTrait, connection: Uuid) -> Result<Option<Run>> {
    Ok(list(db, connection, None, 1).await?.pop())
}

/// When the last run began that ended well: what has changed since then is still to be synchronized.
///
/// # Errors
/// When the database does not answer.
pub async fn last_success(db: &impl ConnectionTrait, connection: Uuid) -> Result<Option<Millis>> {
    Ok(Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::State.eq(RunState::Succeeded.slug()))
        .order_by_desc(Column::StartedAt)
        .one(db)
        .await?
        .map(|row| row.started_at))
}

/// Those that wait for the admin, oldest first.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn waiting(db: &impl ConnectionTrait, connection: Uuid) -> Result<Vec<Run>> {
    Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::State.eq(RunState::WaitingForApproval.slug()))
        .filter(Column::EndedAt.is_null())
        .order_by_asc(Column::StartedAt)
        .all(db)
        .await?
        .into_iter()
        .map(Run::try_from)
        .collect()
}

/// The newest that is under way and has not lapsed.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn under_way(db: &impl ConnectionTrait, connection: Uuid, now: Millis) -> Result<Option<Run>> {
    Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::EndedAt.is_null())
        .filter(Column::State.eq(RunState::Running.slug()))
        .filter(last_word().gt(now - LAPSES_AFTER))
        .order_by_desc(Column::StartedAt)
        .one(db)
        .await?
        .map(Run::try_from)
        .transpose()
}

/// How many are not over.
///
/// # Errors
/// When the database does not answer.
pub async fn open(db: &impl ConnectionTrait, connection: Uuid) -> Result<u64> {
    Ok(Entity::find().filter(Column::ConnectionId.eq(connection)).filter(Column::EndedAt.is_null()).count(db).await?)
}

/// Starts a run of ours, or returns the one under way: Deskbridge starts one at a time.
///
/// # Errors
/// When the database does not answer.
pub async fn start(tx: &mut Tx, connection: &Connection, id: Uuid, reason: &str, now: Millis) -> Result<Run> {
    if let Some(run) = under_way(tx.connection(), connection.id, now).await? {
        return Ok(run);
    }
    let run = Run {
        id,
        organization: connection.organization,
        connection: connection.id,
        reason: reason.to_owned(),
        state: RunState::Running,
        started_by: None,
        started_at: now,
        reported_at: None,
        ended_at: None,
        locations: None,
        fault: None,
        message: None,
        would_remove: None,
        held: BTreeMap::new(),
        decided_at: None,
        decided_by: None,
    };
    insert(tx, &run).await?;
    Ok(run)
}

/// # Errors
/// When the database does not answer.
pub async fn insert(tx: &mut Tx, run: &Run) -> Result<()> {
    Entity::insert(row(run)).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, run: &Run) -> Result<()> {
    Entity::update(row(run)).exec(tx.connection()).await?;
    Ok(())
}

/// Replaces what the run said of these locations.
///
/// # Errors
/// When the database does not answer.
pub async fn report(tx: &mut Tx, run: Uuid, reports: &BTreeMap<String, LocationReport>) -> Result<()> {
    use run_locations::Column as Of;
    let named: Vec<&str> = reports.keys().map(String::as_str).collect();
    run_locations::Entity::delete_many()
        .filter(Of::RunId.eq(run))
        .filter(Of::LocationId.is_in(named))
        .exec(tx.connection())
        .await?;
    let rows: Vec<_> = reports
        .iter()
        .map(|(location, report)| run_locations::ActiveModel {
            run_id: Set(run),
            location_id: Set(location.clone()),
            created: Set(report.created.into()),
            changed: Set(report.changed.into()),
            removed: Set(report.removed.into()),
            skipped: Set(report.skipped.into()),
            failed: Set(report.failed.into()),
            reasons: Set(written(&report.reasons)),
        })
        .collect();
    // Eight values a row, and databases take some ten thousand in one statement.
    for rows in rows.chunks(1_000) {
        run_locations::Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn reports(db: &impl ConnectionTrait, run: Uuid) -> Result<BTreeMap<String, LocationReport>> {
    Ok(reports_of(db, &[run]).await?.remove(&run).unwrap_or_default())
}

/// The same of several runs; those without reports are missing.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn reports_of(
    db: &impl ConnectionTrait,
    runs: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<String, LocationReport>>> {
    let of = run_locations::Column::RunId.is_in(runs.iter().copied());
    let rows = run_locations::Entity::find().filter(of).all(db).await?;
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let mut reports: HashMap<Uuid, BTreeMap<String, LocationReport>> = HashMap::new();
    for row in rows {
        let report = LocationReport {
            created: count(row.created),
            changed: count(row.changed),
            removed: count(row.removed),
            skipped: count(row.skipped),
            failed: count(row.failed),
            reasons: read(row.reasons)?,
        };
        reports.entry(row.run_id).or_default().insert(row.location_id, report);
    }
    Ok(reports)
}

/// Runs that nobody reported on for too long, some of them.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn forgotten(db: &impl ConnectionTrait, now: Millis, limit: u64) -> Result<Vec<Run>> {
    Entity::find()
        .filter(Column::EndedAt.is_null())
        .filter(Column::State.eq(RunState::Running.slug()))
        .filter(last_word().lte(now - LAPSES_AFTER))
        // The index is by the start.
        .filter(Column::StartedAt.lte(now - LAPSES_AFTER))
        .order_by_asc(Column::StartedAt)
        .limit(limit)
        .all(db)
        .await?
        .into_iter()
        .map(Run::try_from)
        .collect()
}

/// Since when nobody said anything of it. Waiting for the admin is nobody's silence.
fn last_word() -> sea_orm::sea_query::SimpleExpr {
    let or = |column: Column, other| sea_orm::sea_query::Func::coalesce([Expr::col(column), other]).into();
    // Each is later than the next: a decision comes after the start, and reports after both.
    or(Column::ReportedAt, or(Column::DecidedAt, Expr::col(Column::StartedAt)))
}

fn row(run: &Run) -> ActiveModel {
    ActiveModel {
        id: Set(run.id),
        organization_id: Set(run.organization),
        connection_id: Set(run.connection),
        reason: Set(run.reason.clone()),
        state: Set(run.state.slug().to_owned()),
        message: Set(run.message.clone()),
        started_at: Set(run.started_at),
        reported_at: Set(run.reported_at),
        ended_at: Set(run.ended_at),
        fault: Set(run.fault.map(|fault| fault.slug().to_owned())),
        started_by: Set(run.started_by.clone()),
        locations: Set(run.locations.as_ref().map(written)),
        would_remove: Set(run.would_remove.as_ref().map(written)),
        held: Set((!run.held.is_empty()).then(|| written(&run.held))),
        decided_at: Set(run.decided_at),
        decided_by: Set(run.decided_by.clone()),
    }
}

/// What is written here can always be written.
fn written(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn read<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|_| StorageError::Inconsistent { table: "runs", what: "a report that cannot be read" })
}

impl TryFrom<Model> for Run {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let state = RunState::from_slug(&row.state)
            .ok_or(StorageError::Inconsistent { table: "runs", what: "unknown state" })?;
        Ok(Self {
            id: row.id,
            organization: row.organization_id,
            connection: row.connection_id,
            reason: row.reason,
            state,
            started_by: row.started_by,
            started_at: row.started_at,
            reported_at: row.reported_at,
            ended_at: row.ended_at,
            locations: row.locations.map(read).transpose()?,
            fault: row.fault.as_deref().and_then(Fault::from_slug),
            message: row.message,
            would_remove: row.would_remove.map(read).transpose()?,
            held: row.held.map(read).transpose()?.unwrap_or_default(),
            decided_at: row.decided_at,
            decided_by: row.decided_by,
        })
    }
}
