//! Incidents, at work and over.

use std::sync::Once;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::entity::incidents::{ActiveModel, Column, Entity, Model};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::domain::alerting::{State, is_urgent};
use crate::domain::incident::{Basis, Key, Kind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub id: Uuid,
    pub key: Key,
    /// The only connection that it is about.
    pub connection: Option<Uuid>,
    pub basis: Basis,
    pub grouping_version: i32,
    pub first: Millis,
    pub last: Millis,
    /// Organizations, now and at most. 0 for what concerns the deployment.
    pub tenants: u64,
    pub tenants_most: u64,
    pub state: State,
    pub watched_at: Millis,
    /// When it had lasted long enough, the last time.
    pub opened_at: Option<Millis>,
    /// When its notices were written, since it came the last time.
    pub told_at: Option<Millis>,
    /// Nothing of it is left since then.
    pub calm_since: Option<Millis>,
    pub relapses: u32,
    pub closed: Option<(Millis, Closed)>,
    /// Who is on it, and since when.
    pub acknowledged: Option<(String, Millis)>,
}

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    Recovered,
    /// It turned out to be part of another one.
    Merged,
    /// The organization was paused or removed, or has another trouble now.
    SetAside,
}

impl Closed {
    pub fn slug(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Merged => "merged",
            Self::SetAside => "set_aside",
        }
    }

    fn from_slug(slug: &str) -> Option<Self> {
        [Self::Recovered, Self::Merged, Self::SetAside].into_iter().find(|how| how.slug() == slug)
    }
}

/// Everything at work, and what was closed since then, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn current(db: &impl ConnectionTrait, closed_since: Millis) -> Result<Vec<Incident>> {
    let wanted = Column::ClosedAt.is_null().or(Column::ClosedAt.gte(closed_since));
    let rows = Entity::find().filter(wanted).order_by_asc(Column::WatchedAt).order_by_asc(Column::Id).all(db).await?;
    Ok(readable(rows))
}

/// While a newer version takes over there may be incidents that this one cannot read. They are left to the newer one.
fn readable(rows: Vec<Model>) -> Vec<Incident> {
    static SAID: Once = Once::new();
    let read = |row: Model| {
        let id = row.id;
        Incident::try_from(row)
            .inspect_err(|error| {
                SAID.call_once(|| tracing::warn!(incident = %id, %error, "an incident is left out, and all like it"));
            })
            .ok()
    };
    rows.into_iter().filter_map(read).collect()
}

/// The urgent ones first, then the newest, of those at work in this state; and how many there are.
///
/// # Errors
/// When the database does not answer.
pub async fn first(db: &impl ConnectionTrait, state: State, limit: u64) -> Result<(Vec<Incident>, u64)> {
    let wanted = || Entity::find().filter(Column::ClosedAt.is_null()).filter(Column::State.eq(state.slug()));
    let kinds = Kind::ALL.into_iter().filter(|kind| is_urgent(*kind, false)).map(Kind::slug);
    let of_many = Basis::ALL.into_iter().filter(|basis| basis.is_many()).map(Basis::slug);
    let urgent = Column::Kind.is_in(kinds).or(Column::Basis.is_in(of_many));
    let urgent_first: Expr = CaseStatement::new().case(urgent, 0).finally(1).into();
    let rows = wanted()
        .order_by_asc(urgent_first)
        .order_by_desc(Column::WatchedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok((readable(rows), wanted().count(db).await?))
}

/// An incident at work or over; none where it is forgotten, or of a newer version.
///
/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl ConnectionTrait, incident: Uuid) -> Result<Option<Incident>> {
    let row = Entity::find_by_id(incident).one(db).await?;
    Ok(readable(row.into_iter().collect()).pop())
}

/// Whether an incident is over.
///
/// # Errors
/// When the database does not answer.
pub async fn is_closed(db: &impl ConnectionTrait, incident: Uuid) -> Result<bool> {
    let closed = Entity::find_by_id(incident).filter(Column::ClosedAt.is_not_null());
    Ok(closed.count(db).await? > 0)
}

/// What was closed, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn closed(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Incident>> {
    let rows = Entity::find()
        .filter(Column::ClosedAt.is_not_null())
        .order_by_desc(Column::ClosedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(readable(rows))
}

/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, incident: &Incident) -> Result<()> {
    Entity::insert(row(incident)).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Everything but who is on it.
///
/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, incident: &Incident) -> Result<()> {
    let mut row = row(incident);
    row.acknowledged_at = NotSet;
    row.acknowledged_by = NotSet;
    Entity::update(row).exec(tx.connection()).await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &mut Tx, incident: Uuid) -> Result<()> {
    Entity::delete_by_id(incident).exec(tx.connection()).await?;
    Ok(())
}

/// An incident at work that nobody is on yet is this person's now; none otherwise.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn acknowledge(tx: &mut Tx, incident: Uuid, by: &str, now: Millis) -> Result<Option<Incident>> {
    let taken = Entity::update_many()
        .col_expr(Column::AcknowledgedAt, Expr::value(Some(now)))
        .col_expr(Column::AcknowledgedBy, Expr::value(Some(by)))
        .filter(Column::Id.eq(incident))
        .filter(Column::ClosedAt.is_null())
        .filter(Column::AcknowledgedAt.is_null())
        .exec(tx.connection())
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    Entity::find_by_id(incident).one(tx.connection()).await?.map(Incident::try_from).transpose()
}

/// Nobody is on it: it came again.
///
/// # Errors
/// When the database does not answer.
pub async fn nobodys(tx: &mut Tx, incident: Uuid) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::AcknowledgedAt, Expr::value(None::<i64>))
        .col_expr(Column::AcknowledgedBy, Expr::value(None::<String>))
        .filter(Column::Id.eq(incident))
        .exec(tx.connection())
        .await?;
    Ok(())
}

fn row(incident: &Incident) -> ActiveModel {
    let count = |count: u64| Set(i32::try_from(count).unwrap_or(i32::MAX));
    ActiveModel {
        id: Set(incident.id),
        kind: Set(incident.key.kind.slug().to_owned()),
        integration: Set(incident.key.integration.clone()),
        likeness: Set(incident.key.like.clone()),
        connection_id: Set(incident.connection),
        basis: Set(incident.basis.slug().to_owned()),
        grouping_version: Set(incident.grouping_version),
        first_since: Set(incident.first),
        last_since: Set(incident.last),
        tenants: count(incident.tenants),
        tenants_most: count(incident.tenants_most),
        state: Set(incident.state.slug().to_owned()),
        watched_at: Set(incident.watched_at),
        opened_at: Set(incident.opened_at),
        told_at: Set(incident.told_at),
        calm_since: Set(incident.calm_since),
        relapses: Set(i32::try_from(incident.relapses).unwrap_or(i32::MAX)),
        closed_at: Set(incident.closed.map(|(at, _)| at)),
        closed_how: Set(incident.closed.map(|(_, how)| how.slug().to_owned())),
        acknowledged_at: Set(incident.acknowledged.as_ref().map(|(_, at)| *at)),
        acknowledged_by: Set(incident.acknowledged.as_ref().map(|(by, _)| by.clone())),
    }
}

impl TryFrom<Model> for Incident {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let wrong = |what| StorageError::Inconsistent { table: "incidents", what };
        let how = row.closed_how.map(|how| Closed::from_slug(&how).ok_or(wrong("unknown end"))).transpose()?;
        Ok(Self {
            id: row.id,
            key: Key {
                kind: Kind::from_slug(&row.kind).ok_or(wrong("unknown kind"))?,
                integration: row.integration,
                like: row.likeness,
            },
            connection: row.connection_id,
            basis: Basis::from_slug(&row.basis).ok_or(wrong("unknown basis"))?,
            grouping_version: row.grouping_version,
            first: row.first_since,
            last: row.last_since,
            tenants: u64::try_from(row.tenants).unwrap_or(0),
            tenants_most: u64::try_from(row.tenants_most).unwrap_or(0),
            state: State::from_slug(&row.state).ok_or(wrong("unknown state"))?,
            watched_at: row.watched_at,
            opened_at: row.opened_at,
            told_at: row.told_at,
            calm_since: row.calm_since,
            relapses: u32::try_from(row.relapses).unwrap_or(0),
            closed: row.closed_at.zip(how),
            acknowledged: row.acknowledged_by.zip(row.acknowledged_at),
        })
    }
}
