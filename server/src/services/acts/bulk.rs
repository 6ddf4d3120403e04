//! One act on many connections: ordered at once, done a few at a time by a job, so that neither OfficeRnD nor the
//! partner system sees a storm, and gone on with after a crash.

use uuid::Uuid;

use super::{By, Outcome, have_renewed, replay, start_run, switch};
use crate::clock::{MINUTE, Millis, SECOND};
use crate::services::staff::note;
use crate::services::staff::permit::{Permit, acts};
use crate::services::{ServiceError, reconnect, to_the_end};
use crate::state::App;
use crate::storage::activity::with_reason;
use crate::storage::bulk::{self, BulkAct, Item};

/// Connections of one act; a longer list is narrowed first.
pub const MOST: usize = 1_000;
/// Done in one turn, and how long a turn may take before another process goes on with its connections.
const AT_ONCE: u64 = 20;
const LEASE: Millis = 5 * MINUTE;
/// A turn ends that long before its lease, so that what it does last is not done twice.
const BEFORE_THE_END: Millis = MINUTE;
/// What failed is tried again after this.
const AGAIN: Millis = 30 * SECOND;
/// What still fails by then is told as it is.
const PATIENCE: Millis = 60 * MINUTE;

/// What can be done to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Refresh,
    Run,
    Pause,
    Resume,
    Replay { since: Millis },
}

impl Order {
    pub const SLUGS: [&str; 5] = ["refresh", "run", "pause", "resume", "replay"];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Run => "run",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Replay { .. } => "replay",
        }
    }

    pub fn from_slug(slug: &str, since: Option<Millis>) -> Option<Self> {
        Some(match slug {
            "refresh" => Self::Refresh,
            "run" => Self::Run,
            "pause" => Self::Pause,
            "resume" => Self::Resume,
            "replay" => Self::Replay { since: since? },
            _ => return None,
        })
    }
}

/// How the word for an act that somebody stopped is stored.
pub const STOPPED: &str = "stopped";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOrdered {
    Nobody,
    TooMany(usize),
}

/// Orders it. The same `id` twice, as a button pressed twice makes it, is one order.
///
/// # Errors
/// When the database does not answer; nothing is ordered then.
pub async fn order(
    app: &App,
    permit: &Permit<acts::Bulk>,
    id: Uuid,
    order: Order,
    connections: &[Uuid],
    reason: &str,
) -> Result<Result<(), NotOrdered>, ServiceError> {
    let mut seen = std::collections::HashSet::new();
    let list: Vec<Uuid> = connections.iter().copied().filter(|id| seen.insert(*id)).collect();
    if list.is_empty() {
        return Ok(Err(NotOrdered::Nobody));
    }
    if list.len() > MOST {
        return Ok(Err(NotOrdered::TooMany(list.len())));
    }
    let by = By::of(permit, reason);
    let since = if let Order::Replay { since } = order { Some(since) } else { None };
    let act = BulkAct {
        id,
        act: order.slug().to_owned(),
        staff_id: by.id,
        staff: by.name,
        reason: by.reason,
        since,
        total: i32::try_from(list.len()).unwrap_or(i32::MAX),
        created_at: app.clock.now(),
        ended_at: None,
    };
    let mut tx = app.db.begin().await?;
    if bulk::get(tx.connection(), id).await?.is_some() {
        return Ok(Ok(()));
    }
    bulk::add(&mut tx, &act, &list).await?;
    let (subject, fact) = (Some(app::ids::BulkId(id).to_string()), Some(format!("{} · {}", act.act, list.len())));
    let detail = with_reason(fact, act.reason.clone());
    note(&mut tx, &app.random, act.created_at, "bulk.ordered", permit.actor(), subject, detail).await?;
    tx.commit().await?;
    tracing::info!(bulk.id = %app::ids::BulkId(id), act = act.act, connections = list.len(), "a bulk act was ordered");
    Ok(Ok(()))
}

/// Does nothing more of it; what is done stays done. How many were left.
///
/// # Errors
/// When the database does not answer.
pub async fn stop(app: &App, permit: &Permit<acts::Bulk>, id: Uuid) -> Result<u64, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let left = bulk::stop(&mut tx, id, STOPPED, now).await?;
        if left > 0 {
            let (subject, detail) = (Some(app::ids::BulkId(id).to_string()), Some(left.to_string()));
            note(&mut tx, &app.random, now, "bulk.stopped", permit.actor(), subject, detail).await?;
        }
        tx.commit().await?;
        Ok(left)
    })
    .await
}

/// A turn: some connections of each act that goes on.
///
/// # Errors
/// When the database does not answer; what is left is found again.
pub async fn go_on(app: &App) -> Result<(), ServiceError> {
    for act in bulk::open(app.db.read(), AT_ONCE).await? {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let until = now + LEASE;
        let items = bulk::claim(&mut tx, act.id, now, until, AT_ONCE).await?;
        tx.commit().await?;
        for item in items {
            if app.clock.now() >= until - BEFORE_THE_END {
                break;
            }
            // One that fails holds up no other.
            if let Err(error) = one(app, &act, &item).await {
                let id = app::ids::BulkId(act.id);
                tracing::error!(bulk.id = %id, connection.id = %item.connection, %error, "a part of a bulk act failed");
                put_off(app, &act, &item).await?;
            }
        }
        let mut tx = app.db.begin().await?;
        bulk::end(&mut tx, act.id, app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn one(app: &App, act: &BulkAct, item: &Item) -> Result<(), ServiceError> {
    let by = By { id: act.staff_id, name: act.staff.clone(), reason: act.reason.clone() };
    let connection = item.connection;
    let outcome = match Order::from_slug(&act.act, act.since) {
        Some(Order::Refresh) => have_renewed(app, by, connection).await?,
        Some(Order::Run) => start_run(app, by, connection).await?,
        Some(Order::Pause) => switch(app, by, connection, true).await?,
        Some(Order::Resume) => switch(app, by, connection, false).await?,
        Some(Order::Replay { since }) => replay::since_then(app, by, connection, since).await?,
        None => Outcome::Nothing,
    };
    let mut tx = app.db.begin().await?;
    bulk::settle(&mut tx, act.id, item.position, outcome.slug(), app.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Until its time is over.
async fn put_off(app: &App, act: &BulkAct, item: &Item) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if now - act.created_at < PATIENCE {
        bulk::later(&mut tx, act.id, item.position, now + AGAIN).await?;
    } else {
        bulk::settle(&mut tx, act.id, item.position, Outcome::Unavailable.slug(), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Links for the administrators of many, each with its connection. They open something, so they are nowhere but in the
/// answer; who presses twice gets links that end the first ones.
///
/// # Errors
/// When the database does not answer; links that were made by then have ended those before.
pub async fn links(
    app: &App,
    permit: &Permit<acts::Bulk>,
    connections: &[Uuid],
    reason: &str,
) -> Result<Vec<(Uuid, Result<reconnect::Made, reconnect::NotMade>)>, ServiceError> {
    let by = By::of(permit, reason);
    let mut made = Vec::new();
    for connection in connections.iter().take(MOST) {
        made.push((*connection, reconnect::make(app, *connection, by.actor(), by.reason.clone()).await?));
    }
    Ok(made)
}
