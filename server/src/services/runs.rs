//! Runs: started by the partner system or by us, held by the removal guard, reported, decided, lapsed.

mod guard;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use app::ids::RunId;
use app::ports::Actor;
use serde_json::json;
use uuid::Uuid;

pub use self::report::{Report, Reported, report};
use super::{ServiceError, events, health, outbox, to_the_end};
use crate::clock::{MINUTE, Millis};
use crate::crypto::digest::digest;
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::event::EventType;
use crate::domain::run::{RunState, WouldRemove};
use crate::manifest::Hook;
use crate::state::App;
use crate::storage::activity::{self, Activity, with_reason};
use crate::storage::runs::{self, Run};
use crate::storage::{StorageError, Tx, connections, upkeep_runs};

/// A partner system that begins runs and forgets them is told so.
const MOST_OPEN: u64 = 50;
/// A run that is still going when the next one is due is looked at again after that.
const STILL_GOING: Millis = MINUTE;
/// Runs looked at in one go, and how often before others have their turn.
const AT_ONCE: u64 = 200;
const ROUNDS: usize = 20;

/// What the partner system begins.
pub struct Beginning {
    pub reason: String,
    /// None for all.
    pub locations: Option<Vec<String>>,
    pub would_remove: WouldRemove,
}

pub enum Begun {
    Run(Box<Run>),
    Disconnected,
    FinishSetUp,
    /// So many are not over.
    TooMany(u64),
    /// Something it names is not of this connection; what that is called in the body.
    Unknown(String),
}

/// # Errors
/// When the database does not answer; nothing has begun then.
pub async fn begin(app: &App, connection: Uuid, key: &str, beginning: Beginning) -> Result<Begun, ServiceError> {
    let key = key.to_owned();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection).await? else { return Ok(Begun::Disconnected) };
        match current.state {
            ConnectionState::Disconnected => return Ok(Begun::Disconnected),
            ConnectionState::FinishSetUp => return Ok(Begun::FinishSetUp),
            _ => {}
        }
        let open = runs::open(tx.connection(), connection).await?;
        if open >= MOST_OPEN {
            return Ok(Begun::TooMany(open));
        }
        let known = Known::of(&tx, &current).await?;
        let named = beginning.locations.iter().flatten().map(|id| ("locations", id));
        let removing = beginning.would_remove.keys().map(|id| ("would_remove", id));
        if let Some((part, id)) = named.chain(removing).find(|(_, id)| !known.has(id)) {
            return Ok(Begun::Unknown(format!("{part}.{id}")));
        }
        let asks = !beginning.would_remove.is_empty();
        let held = guard::held(&app, &tx, &current, &beginning.would_remove).await?;
        let run = Run {
            id: app.random.uuid(now),
            organization: current.organization,
            connection,
            reason: beginning.reason,
            state: if held.is_empty() { RunState::Running } else { RunState::WaitingForApproval },
            started_by: Some(key),
            started_at: now,
            reported_at: None,
            ended_at: None,
            locations: beginning.locations,
            fault: None,
            message: None,
            would_remove: asks.then_some(beginning.would_remove),
            held,
            decided_at: None,
            decided_by: None,
        };
        if asks {
            guard::supersede(&mut tx, connection, run.id, now).await?;
        }
        runs::insert(&mut tx, &run).await?;
        if run.state == RunState::WaitingForApproval {
            guard::tell_held(&app, &mut tx, &current, &run, now).await?;
        }
        if asks {
            health::look_again(&app, &mut tx, &current, now).await?;
        }
        tx.commit().await?;
        app.outbox.wake();
        Ok(Begun::Run(Box::new(run)))
    })
    .await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Done,
    /// It is another question by now than the one that was answered.
    Changed,
    /// Somebody was quicker, or the run is over.
    Already,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Who would be removed when the person looked ([`question`]).
    Approve {
        seen: String,
    },
    Refuse,
}

/// Names what a run asks: other removals are another question.
pub fn question(run: &Run) -> String {
    let would = serde_json::to_vec(&run.would_remove).unwrap_or_default();
    hex::encode(&digest("removals", &[&would])[..8])
}

/// The word of an admin or of staff about a run that waits.
///
/// # Errors
/// When the database does not answer; nothing is decided then.
pub async fn decide(
    app: &App,
    connection: Uuid,
    run: Uuid,
    answer: Answer,
    actor: Actor,
    reason: Option<String>,
) -> Result<Decided, ServiceError> {
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection).await?.filter(|one| one.disconnected.is_none()) else {
            return Ok(Decided::Unknown);
        };
        let Some(known) = runs::lock(&tx, run).await?.filter(|run| run.connection == connection) else {
            return Ok(Decided::Unknown);
        };
        if known.state != RunState::WaitingForApproval {
            return Ok(Decided::Already);
        }
        let approve = match &answer {
            Answer::Refuse => false,
            Answer::Approve { seen } if *seen == question(&known) => true,
            Answer::Approve { .. } => return Ok(Decided::Changed),
        };
        let by = match &actor {
            Actor::Admin(member) => member.clone(),
            Actor::Key(name) | Actor::Staff { name, .. } => Some(name.clone()),
            _ => None,
        };
        let decided = Run {
            state: if approve { RunState::Running } else { RunState::Refused },
            ended_at: (!approve).then_some(now),
            decided_at: Some(now),
            decided_by: by,
            ..known
        };
        runs::save(&mut tx, &decided).await?;
        let (kind, name) = if approve {
            (EventType::ApprovalGranted, "approval.granted")
        } else {
            (EventType::ApprovalRefused, "approval.refused")
        };
        let would = decided.would_remove.clone().unwrap_or_default();
        // Names of members are personal data, and the partner system knows whom it asked about.
        let counts: BTreeMap<&String, _> = would
            .iter()
            .map(|(location, removal)| (location, json!({ "remove": removal.remove, "of": removal.of })))
            .collect();
        let more = json!({ "run": RunId(run).to_string(), "would_remove": counts });
        events::tell(&app.random, &mut tx, &current, kind, &more, now).await?;
        let detail = with_reason(Some(guard::counted(&would)), reason);
        let happened = Activity { at: now, kind: name.to_owned(), actor, detail };
        activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
        health::look_again(&app, &mut tx, &current, now).await?;
        tx.commit().await?;
        app.outbox.wake();
        Ok(Decided::Done)
    })
    .await
}

/// Ends runs that nobody reported on for a day.
///
/// # Errors
/// When the database does not answer.
pub async fn end_forgotten(app: &App) -> Result<(), ServiceError> {
    loop {
        let now = app.clock.now();
        let forgotten = runs::forgotten(app.db.read(), now, AT_ONCE).await?;
        let more = forgotten.len() as u64 == AT_ONCE;
        for run in forgotten {
            let mut tx = app.db.begin().await?;
            let Some(current) = connections::lock(&tx, run.connection).await? else { continue };
            let Some(run) = runs::lock(&tx, run.id).await?.filter(|run| run.state == RunState::Running) else {
                continue;
            };
            let id = RunId(run.id).to_string();
            runs::save(&mut tx, &Run { state: RunState::Lapsed, ended_at: Some(now), ..run }).await?;
            let kind = "run.lapsed".to_owned();
            let happened = Activity { at: now, kind, actor: Actor::Deskbridge, detail: Some(id) };
            activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
            tx.commit().await?;
        }
        if !more {
            return Ok(());
        }
    }
}

/// Starts the runs that are due, where Deskbridge does that.
///
/// # Errors
/// When the database does not answer.
pub async fn start_due(app: &App) -> Result<(), ServiceError> {
    let mut told = false;
    // What is under way is due again in a minute, so that there may always be more.
    for _ in 0..ROUNDS {
        let now = app.clock.now();
        let due = upkeep_runs::due(app.db.read(), now, AT_ONCE).await?;
        let more = due.len() as u64 == AT_ONCE;
        for connection in due {
            let mut tx = app.db.begin().await?;
            let current = connections::lock(&tx, connection).await?;
            // Another replica may have been quicker.
            let Some(current) = current.filter(|one| one.progress.next_run_at.is_some_and(|at| at <= now)) else {
                continue;
            };
            told |= start_one(app, &mut tx, &current, now).await?;
            tx.commit().await?;
        }
        if !more {
            break;
        }
    }
    if told {
        app.outbox.wake();
    }
    Ok(())
}

async fn start_one(app: &App, tx: &mut Tx, current: &Connection, now: Millis) -> Result<bool, StorageError> {
    let integration = app.integrations.get(&current.integration);
    let interval = health::every(integration.as_deref());
    let going = runs::under_way(tx.connection(), current.id, now).await?.is_some()
        || !runs::waiting(tx.connection(), current.id).await?.is_empty();
    let next = interval.map(|interval| if going { now + STILL_GOING } else { now + spread(app, interval) });
    upkeep_runs::plan(tx, current, next).await?;
    if going || next.is_none() {
        return Ok(false);
    }
    ask(app, tx, current, "schedule", now).await?;
    Ok(true)
}

/// Asks the partner system for a run: a new one, or the one under way.
async fn ask(app: &App, tx: &mut Tx, current: &Connection, reason: &str, now: Millis) -> Result<(), StorageError> {
    let run = runs::start(tx, current, app.random.uuid(now), reason, now).await?.id;
    outbox::sync(app, tx, current, reason, Some(run), now).await?;
    events::sync_requested(app, tx, current, reason, run, now).await
}

/// Asks for what happened while nobody could hear of it: the connection did not work, or OfficeRnD's events did not
/// come. Only where a `sync` hook takes it. A run that is under way may have stopped with the connection, so that it is
/// asked for once more. Call `app.outbox.wake()` after the commit.
///
/// # Errors
/// When the database does not answer.
pub async fn fetch_gap(
    app: &App,
    tx: &mut Tx,
    current: &Connection,
    reason: &str,
    now: Millis,
) -> Result<(), StorageError> {
    let integration = app.integrations.get(&current.integration);
    let hears = integration.as_deref().is_some_and(|known| {
        known.sync.supported && known.partner.as_ref().is_some_and(|partner| partner.answers(Hook::Sync))
    });
    let waits = !runs::waiting(tx.connection(), current.id).await?.is_empty();
    if !hears || waits || !current.state.is_at_work() {
        return Ok(());
    }
    if let Some(interval) = health::every(integration.as_deref()) {
        // This one takes the place of the next.
        upkeep_runs::plan(tx, current, Some(now + spread(app, interval))).await?;
    }
    ask(app, tx, current, reason, now).await
}

/// A tenth more or less, so that those who began together do not stay together.
fn spread(app: &App, interval: Millis) -> Millis {
    let fifth = u64::try_from(interval / 5).unwrap_or(0);
    interval - interval / 10 + app.random.below(fifth.max(1)).cast_signed()
}

/// Which locations a connection may name.
struct Known {
    all: bool,
    locations: BTreeSet<String>,
}

impl Known {
    async fn of(tx: &Tx, connection: &Connection) -> Result<Self, StorageError> {
        let list = connections::locations(tx.connection(), connection.id).await?;
        let locations = list.into_iter().map(|location| location.id).collect();
        Ok(Self { all: connection.all_locations, locations })
    }

    /// A connection for all locations has new ones before anybody told us of them.
    fn has(&self, id: &str) -> bool {
        self.all || self.locations.contains(id)
    }
}
