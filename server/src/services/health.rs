//! Derives the state of a connection whenever something that decides it has changed, in the same transaction.

use std::collections::BTreeMap;

use app::ports::Actor;
use serde_json::json;
use uuid::Uuid;

use super::events;
use crate::clock::{MINUTE, Millis, rfc3339};
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::event::EventType;
use crate::domain::health::{Cause, Facts, Health, LocationFacts, judge};
use crate::domain::outage::LATELY;
use crate::manifest::{Hook, Integration};
use crate::random::Random;
use crate::state::{App, Integrations};
use crate::storage::activity::{self, Activity};
use crate::storage::location_health::LocationHealth;
use crate::storage::{StorageError, Tx, connections, grants, location_health, outages, outbox, runs, upkeep_runs};

/// The first run comes within this part of the interval.
const FIRST_RUN: Millis = 10;

/// What deriving a state needs beside the database.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub integrations: &'a Integrations,
    pub random: &'a Random,
}

impl<'a> From<&'a App> for Around<'a> {
    fn from(app: &'a App) -> Self {
        Self { integrations: &app.integrations, random: &app.random }
    }
}

/// Makes a connection or replaces what changed of it, with its state derived anew. Who calls it says in the activity
/// what happened; partner systems hear of another state.
///
/// # Errors
/// When the database does not answer, or another process made the same installation meanwhile.
pub async fn save<'a>(
    around: impl Into<Around<'a>>,
    tx: &mut Tx,
    connection: &Connection,
    grant_refused: bool,
    now: Millis,
) -> Result<Connection, StorageError> {
    // Boxed, since it is part of nearly every change of a connection, and each would carry its size.
    Box::pin(judged_and_saved(around.into(), tx, connection, grant_refused, now)).await
}

async fn judged_and_saved(
    around: Around<'_>,
    tx: &mut Tx,
    connection: &Connection,
    grant_refused: bool,
    now: Millis,
) -> Result<Connection, StorageError> {
    let known = connections::get(tx.connection(), connection.id).await?;
    let integration = around.integrations.get(&connection.integration);
    let mut saved = Connection { updated_at: now, ..connection.clone() };
    let mut health = derive(tx, integration.as_deref(), &saved, grant_refused, now).await?;
    if health.state.is_at_work() {
        if !known.as_ref().is_some_and(|known| known.state.is_at_work()) {
            // What it did not do before it worked is not late.
            saved.progress.counted_from = now;
            health = derive(tx, integration.as_deref(), &saved, grant_refused, now).await?;
        }
        if saved.progress.next_run_at.is_none() {
            saved.progress.next_run_at = every(integration.as_deref()).map(|interval| {
                now + around.random.below(u64::try_from(interval / FIRST_RUN).unwrap_or(0)).cast_signed()
            });
        }
    } else {
        saved.progress.next_run_at = None;
    }
    let changed = known.as_ref().filter(|known| known.state != health.state);
    saved.state_since = match &known {
        Some(known) if known.state == health.state => known.state_since,
        _ => health.since.unwrap_or(now),
    };
    (saved.state, saved.cause, saved.troubles, saved.changes_at) =
        (health.state, health.cause, health.troubles, health.changes_at);
    connections::save(tx, &saved, known.is_none()).await?;
    if let Some(before) = changed {
        let more = json!({
            "from": before.state.slug(),
            "to": saved.state.slug(),
            "cause": saved.cause.slug(),
            "who_must_act": saved.cause.who().slug(),
            "since": rfc3339(saved.state_since),
            "locations": saved.troubles.iter().map(|trouble| &trouble.location).collect::<Vec<_>>(),
        });
        events::tell(around.random, tx, &saved, EventType::StateChanged, &more, now).await?;
    }
    Ok(saved)
}

/// The same for a connection that nobody changed: only what is known of it. A new state becomes an activity.
///
/// # Errors
/// When the database does not answer.
pub async fn look_again(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    now: Millis,
) -> Result<Connection, StorageError> {
    let refused = grants::is_refused(tx.connection(), connection.id).await?;
    let saved = save(app, tx, connection, refused, now).await?;
    if saved.state != connection.state {
        let detail = Some(format!("{} → {}", connection.state.slug(), saved.state.slug()));
        let kind = "connection.state_changed".to_owned();
        let happened = Activity { at: now, kind, actor: Actor::Deskbridge, detail };
        activity::record(tx, &saved, app.random.uuid(now), happened).await?;
        tracing::info!(
            connection.id = %saved.id, integration = %saved.integration, from = connection.state.slug(),
            to = saved.state.slug(), cause = saved.cause.slug(), "the state of a connection changed"
        );
    }
    Ok(saved)
}

/// [`look_again`] in a commit of its own, if the connection is still there.
///
/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn look_again_at(app: &App, connection: Uuid) -> Result<(), StorageError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(current) = connections::lock(&tx, connection).await? else { return Ok(()) };
    look_again(app, &mut tx, &current, now).await?;
    tx.commit().await
}

/// The `sync` hook of these connections has arrived, or failed: those that are late may be so for another cause now.
/// The others, and those of which that was known, are left alone.
///
/// # Errors
/// When the database does not answer; what is left says the cause of before until its next run.
pub async fn hooks_ended(app: &App, arrived: &BTreeMap<Uuid, bool>) -> Result<(), StorageError> {
    for (late, cause) in upkeep_runs::delayed(app.db.read(), arrived.keys().copied()).await? {
        let was_untold = cause == Cause::HookFailures.slug();
        if arrived.get(&late) != Some(&was_untold) {
            continue;
        }
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, late).await? else { continue };
        look_again(app, &mut tx, &current, app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Which locations have settings that cannot work. Nothing is written when that is known already.
///
/// # Errors
/// When the database does not answer.
pub async fn settings_judged(
    app: &App,
    tx: &mut Tx,
    connection: Uuid,
    broken: &[String],
    now: Millis,
) -> Result<(), StorageError> {
    let Some(current) = connections::lock(tx, connection).await? else { return Ok(()) };
    let known = location_health::all(tx.connection(), connection).await?;
    let mut changed: BTreeMap<String, LocationHealth> = BTreeMap::new();
    for location in broken {
        let before = known.get(location).cloned().unwrap_or_default();
        if before.broken_since.is_none() {
            changed.insert(location.clone(), LocationHealth { broken_since: Some(now), ..before });
        }
    }
    for (location, before) in known {
        if before.broken_since.is_some() && !broken.contains(&location) {
            changed.insert(location, LocationHealth { broken_since: None, ..before });
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    location_health::save(tx, connection, &changed).await?;
    look_again(app, tx, &current, now).await?;
    Ok(())
}

/// How often Deskbridge starts a run, where it does.
pub fn every(integration: Option<&Integration>) -> Option<Millis> {
    let sync = integration?.sync;
    sync.every_minutes.filter(|_| sync.supported).map(|minutes| Millis::from(minutes) * MINUTE)
}

async fn derive(
    tx: &Tx,
    integration: Option<&Integration>,
    connection: &Connection,
    grant_refused: bool,
    now: Millis,
) -> Result<Health, StorageError> {
    let progress = &connection.progress;
    let bare = Facts {
        disconnected: connection.disconnected.is_some(),
        grant_refused,
        finished: connection.finished_at.is_some(),
        waits_for_another: connection.waits_for.is_some(),
        sync_on: connection.sync_on,
        paused: progress.paused.is_some(),
        waiting: false,
        outage: None,
        locations: &[],
        counted_from: progress.counted_from,
        interval: expected(integration),
        untold: false,
    };
    let health = judge(bare, now);
    if !health.state.is_at_work() {
        return Ok(health);
    }
    let db = tx.connection();
    let partner = integration.and_then(|integration| integration.partner.as_ref());
    let hears = partner.is_some_and(|partner| partner.answers(Hook::Sync));
    let late = health.state == ConnectionState::Delayed;
    let untold = late && hears && outbox::is_untold(db, connection.id, Hook::Sync.as_str()).await?;
    let outage = match &progress.failing {
        Some(failing) if failing.at > now - LATELY => {
            outages::open_for(db, &connection.integration, &failing.like).await?
        }
        _ => None,
    };
    let locations = troubled(tx, connection.id).await?;
    let waiting = !runs::waiting(db, connection.id).await?.is_empty();
    let outage = outage.map(|outage| outage.since);
    Ok(judge(Facts { waiting, outage, locations: &locations, untold, ..bare }, now))
}

/// Locations of the connection with something to tell, in their order.
async fn troubled(tx: &Tx, connection: Uuid) -> Result<Vec<LocationFacts>, StorageError> {
    let mut known = location_health::all(tx.connection(), connection).await?;
    known.retain(|_, health| health.broken_since.is_some() || health.failing_since.is_some());
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let facts = |location: String, health: LocationHealth| LocationFacts {
        location,
        broken_settings: health.broken_since,
        failing: health.failing_since.map(|since| (since, health.failing_fault)),
    };
    let current = connections::locations(tx.connection(), connection).await?;
    Ok(current
        .into_iter()
        .filter_map(|location| known.remove(&location.id).map(|health| facts(location.id, health)))
        .collect())
}

/// How often a good run is expected, whoever starts it.
pub fn expected(integration: Option<&Integration>) -> Option<Millis> {
    let sync = integration?.sync;
    let minutes = sync.every_minutes.or(sync.expected_every_minutes);
    minutes.filter(|_| sync.supported).map(|minutes| Millis::from(minutes) * MINUTE)
}
