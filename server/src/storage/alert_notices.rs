//! Notices: what each receiver is told of an incident. A lease in the row keeps processes apart, as in the outbox.

use sea_orm::sea_query::{Expr, LockBehavior, LockType, Order, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, FromQueryResult as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::entity::alert_notices::{ActiveModel, Column, Entity, Model};
use super::{Result, Tx};
use crate::clock::Millis;

/// Reasons come from other systems.
const LONGEST_TROUBLE: usize = 300;
/// SQLite takes 32,766 values in one statement.
const INCIDENTS: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Opened,
    Recovered,
    Digest,
    Test,
}

impl What {
    pub fn slug(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Recovered => "recovered",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Opened, Self::Recovered, Self::Digest, Self::Test].into_iter().find(|what| what.slug() == slug)
    }
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Receiver {
    Staff(Uuid),
    Webhook,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Sent,
    GivenUp,
    /// It was over before it was told, or nobody wants it any more.
    Dropped,
}

impl State {
    pub fn slug(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
        }
    }

    fn from_slug(slug: &str) -> Self {
        [Self::Waiting, Self::Sent, Self::GivenUp]
            .into_iter()
            .find(|state| state.slug() == slug)
            .unwrap_or(Self::Dropped)
    }
}

/// One to be sent.
#[derive(Debug, Clone)]
pub struct NewNotice {
    pub id: Uuid,
    pub incident: Option<Uuid>,
    pub what: What,
    pub receiver: Receiver,
    pub subject: String,
    pub body: String,
    pub due_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: Uuid,
    pub incident: Option<Uuid>,
    pub what: What,
    pub receiver: Receiver,
    pub subject: String,
    pub body: String,
    pub created_at: Millis,
    pub due_at: Option<Millis>,
    pub state: State,
    pub failures: u32,
    pub trouble: Option<String>,
    pub ended_at: Option<Millis>,
}

/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, notices: &[NewNotice], now: Millis) -> Result<()> {
    for notice in notices {
        let (channel, staff) = match notice.receiver {
            Receiver::Staff(staff) => ("mail", Some(staff)),
            Receiver::Webhook => ("webhook", None),
        };
        let row = ActiveModel {
            id: Set(notice.id),
            incident_id: Set(notice.incident),
            what: Set(notice.what.slug().to_owned()),
            channel: Set(channel.to_owned()),
            staff_id: Set(staff),
            subject: Set(notice.subject.clone()),
            body: Set(notice.body.clone()),
            created_at: Set(now),
            due_at: Set(Some(notice.due_at)),
            state: Set(State::Waiting.slug().to_owned()),
            failures: Set(0),
            trouble: Set(None),
            lease_id: Set(None),
            ended_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn are_due(db: &impl ConnectionTrait, now: Millis) -> Result<bool> {
    let due = Entity::find().select_only().column(Column::Id).filter(Column::DueAt.lte(now));
    Ok(due.into_tuple::<Uuid>().one(db).await?.is_some())
}

/// Takes some that are due; nobody else gets them before `until`.
///
/// # Errors
/// When the database does not answer.
pub async fn claim(tx: &mut Tx, lease: Uuid, now: Millis, until: Millis, limit: u64) -> Result<Vec<Notice>> {
    let due = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::DueAt.lte(now))
        .order_by(Column::DueAt, Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let claim = Query::update()
        .table(Entity)
        .value(Column::DueAt, until)
        .value(Column::LeaseId, lease)
        .and_where(Expr::col(Column::Id).in_subquery(due))
        .returning_all()
        .to_owned();
    let rows = tx.connection().query_all(&claim).await?;
    let rows = rows.iter().map(|row| Model::from_query_result(row, "")).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// How an attempt under a lease ended. `false`: somebody else has it by now.
///
/// # Errors
/// When the database does not answer.
pub async fn ended(
    tx: &mut Tx,
    lease: Uuid,
    notice: &Notice,
    (state, trouble): (State, Option<&str>),
    again_at: Option<Millis>,
    now: Millis,
) -> Result<bool> {
    let failures = i32::try_from(notice.failures).unwrap_or(i32::MAX);
    let failures = if trouble.is_some() { failures.saturating_add(1) } else { failures };
    let trouble = trouble.map(|trouble| trouble.chars().take(LONGEST_TROUBLE).collect::<String>());
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(state.slug()))
        .col_expr(Column::DueAt, Expr::value(again_at))
        .col_expr(Column::LeaseId, Expr::value(None::<Uuid>))
        .col_expr(Column::Failures, Expr::value(failures))
        .col_expr(Column::Trouble, Expr::value(trouble))
        .col_expr(Column::EndedAt, Expr::value(again_at.is_none().then_some(now)))
        .filter(Column::Id.eq(notice.id))
        .filter(Column::LeaseId.eq(lease))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// What waits of an incident and is not under way goes out no more. Says whose it was.
///
/// # Errors
/// When the database does not answer.
pub async fn withdraw(tx: &mut Tx, incident: Uuid, what: What, now: Millis) -> Result<Vec<Receiver>> {
    // After the lease nobody is at it any more.
    let idle = Expr::col(Column::LeaseId).is_null().or(Expr::col(Column::DueAt).lte(now));
    let withdraw = Query::update()
        .table(Entity)
        .value(Column::State, State::Dropped.slug())
        .value(Column::DueAt, None::<i64>)
        .value(Column::LeaseId, None::<Uuid>)
        .value(Column::EndedAt, now)
        .and_where(Expr::col(Column::IncidentId).eq(incident))
        .and_where(Expr::col(Column::What).eq(what.slug()))
        .and_where(Expr::col(Column::State).eq(State::Waiting.slug()))
        .and_where(idle)
        .returning_all()
        .to_owned();
    let rows = tx.connection().query_all(&withdraw).await?;
    let rows = rows.iter().map(|row| Model::from_query_result(row, "")).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().filter_map(read).map(|notice| notice.receiver).collect())
}

/// How the last notice to this receiver that an incident began stands, as of this moment.
///
/// # Errors
/// When the database does not answer.
pub async fn beginning(
    db: &impl ConnectionTrait,
    incident: Uuid,
    receiver: Receiver,
    until: Millis,
) -> Result<Option<State>> {
    let whose = match receiver {
        Receiver::Staff(staff) => Column::StaffId.eq(staff),
        Receiver::Webhook => Column::StaffId.is_null(),
    };
    let last = Entity::find()
        .filter(Column::IncidentId.eq(incident))
        .filter(Column::What.eq(What::Opened.slug()))
        .filter(Column::CreatedAt.lte(until))
        .filter(whose)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .one(db)
        .await?;
    Ok(last.map(|row| State::from_slug(&row.state)))
}

/// Who was told that an incident began, and not yet that it ended: all whose notice was sent or is under way. An end
/// that never went out was not heard.
///
/// # Errors
/// When the database does not answer.
pub async fn told(db: &impl ConnectionTrait, incident: Uuid) -> Result<Vec<Receiver>> {
    let mut told: Vec<Receiver> = Vec::new();
    for notice in of_incidents(db, &[incident]).await? {
        let counts = matches!(notice.state, State::Sent | State::Waiting);
        match notice.what {
            What::Opened if counts && !told.contains(&notice.receiver) => told.push(notice.receiver),
            What::Recovered if counts => told.retain(|receiver| *receiver != notice.receiver),
            _ => {}
        }
    }
    Ok(told)
}

/// Of each incident oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_incidents(db: &impl ConnectionTrait, incidents: &[Uuid]) -> Result<Vec<Notice>> {
    let mut notices = Vec::new();
    for incidents in incidents.chunks(INCIDENTS) {
        let rows = Entity::find()
            .filter(Column::IncidentId.is_in(incidents.iter().copied()))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(db)
            .await?;
        notices.extend(rows.into_iter().filter_map(read));
    }
    Ok(notices)
}

/// Tests and digests, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_none(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Notice>> {
    let rows = Entity::find()
        .filter(Column::IncidentId.is_null())
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

fn read(row: Model) -> Option<Notice> {
    Some(Notice {
        id: row.id,
        incident: row.incident_id,
        what: What::from_slug(&row.what)?,
        receiver: row.staff_id.map_or(Receiver::Webhook, Receiver::Staff),
        subject: row.subject,
        body: row.body,
        created_at: row.created_at,
        due_at: row.due_at,
        state: State::from_slug(&row.state),
        failures: u32::try_from(row.failures).unwrap_or(0),
        trouble: row.trouble,
        ended_at: row.ended_at,
    })
}
