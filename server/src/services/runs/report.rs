//! What the partner system says a run did, and what follows from it for the connection.

use std::collections::BTreeMap;

use app::ids::RunId;
use app::ports::Actor;

use super::{Known, guard};
use crate::clock::Millis;
use crate::domain::connection::{Connection, Failing};
use crate::domain::health::Fault;
use crate::domain::run::{self, LocationReport, RunState, WouldRemove};
use crate::services::{ServiceError, health, to_the_end};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::location_health::LocationHealth;
use crate::storage::runs::{self, Run};
use crate::storage::{StorageError, Tx, connections, location_health};

/// What changes of a run.
pub struct Report {
    /// None: it goes on.
    pub state: Option<RunState>,
    pub fault: Option<Fault>,
    pub message: Option<String>,
    pub would_remove: WouldRemove,
    pub locations: BTreeMap<String, LocationReport>,
}

pub enum Reported {
    Run(Box<Run>),
    /// Nobody has approved it yet.
    WaitsForApproval,
    /// It ended before, otherwise.
    Ended(RunState),
    /// Something it names is not of this connection; what that is called in the body.
    Unknown(String),
    Gone,
}

/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn report(app: &App, run: &Run, report: Report) -> Result<Reported, ServiceError> {
    let (connection, run) = (run.connection, run.id);
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection).await? else { return Ok(Reported::Gone) };
        let Some(before) = runs::lock(&tx, run).await? else { return Ok(Reported::Gone) };
        if before.state.is_over() && before.state != RunState::Lapsed {
            return ended(&tx, before, &report).await;
        }
        let waits = before.state == RunState::WaitingForApproval;
        if waits && matches!(report.state, Some(RunState::Succeeded | RunState::Partial)) {
            return Ok(Reported::WaitsForApproval);
        }
        let known = Known::of(&tx, &current).await?;
        let told = report.locations.keys().map(|id| ("locations", id));
        let removing = report.would_remove.keys().map(|id| ("would_remove", id));
        if let Some((part, id)) = told.chain(removing).find(|(_, id)| !known.has(id)) {
            return Ok(Reported::Unknown(format!("{part}.{id}")));
        }
        let after = answered(&app, &mut tx, &current, before, &report, now).await?;
        runs::report(&mut tx, run, &report.locations).await?;
        // What was told before counts as much as the last word.
        let told = runs::reports(tx.connection(), run).await?;
        runs::save(&mut tx, &after).await?;
        let mut next = current.clone();
        if after.state.is_over() {
            learn(&mut tx, &mut next, &after, &told, now).await?;
            tell(&app, &mut tx, &current, &after, now).await?;
        }
        health::look_again(&app, &mut tx, &next, now).await?;
        tx.commit().await?;
        app.outbox.wake();
        Ok(Reported::Run(Box::new(after)))
    })
    .await
}

/// The same report once more is a retry; another one would rewrite what is settled.
async fn ended(tx: &Tx, before: Run, report: &Report) -> Result<Reported, ServiceError> {
    let told = runs::reports(tx.connection(), before.id).await?;
    let same = report.state == Some(before.state)
        && (report.fault.is_none() || report.fault == before.fault)
        && (report.message.is_none() || report.message == before.message)
        && report.locations.iter().all(|(location, one)| told.get(location) == Some(one));
    Ok(if same { Reported::Run(Box::new(before)) } else { Reported::Ended(before.state) })
}

/// The run as it stands now. What is held comes before every other word of the report.
async fn answered(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    before: Run,
    report: &Report,
    now: Millis,
) -> Result<Run, StorageError> {
    let approved = before.decided_at.and(before.would_remove.as_ref());
    let asks = !report.would_remove.is_empty()
        && !approved.is_some_and(|approved| run::is_within(&report.would_remove, approved));
    let held = if asks { guard::held(app, tx, connection, &report.would_remove).await? } else { BTreeMap::new() };
    let run = Run {
        fault: report.fault.or(before.fault),
        message: report.message.clone().or_else(|| before.message.clone()),
        // What was approved stays what was approved, whatever else may be removed without asking.
        would_remove: if asks && (approved.is_none() || !held.is_empty()) {
            Some(report.would_remove.clone())
        } else {
            before.would_remove.clone()
        },
        reported_at: Some(now),
        ..before
    };
    if !held.is_empty() {
        guard::supersede(tx, connection.id, run.id, now).await?;
        let run = Run {
            state: RunState::WaitingForApproval,
            ended_at: None,
            held,
            decided_at: None,
            decided_by: None,
            ..run
        };
        guard::tell_held(app, tx, connection, &run, now).await?;
        return Ok(run);
    }
    // Who asks anew, for less, waits no more.
    let goes_on = run.state == RunState::Lapsed || (asks && run.state == RunState::WaitingForApproval);
    let state = report.state.unwrap_or(if goes_on { RunState::Running } else { run.state });
    let held = if asks && run.decided_at.is_none() { BTreeMap::new() } else { run.held.clone() };
    Ok(Run { state, held, ended_at: state.is_over().then_some(now), ..run })
}

/// What the connection and its locations learn from a run that is over. A failure never moves the last success.
async fn learn(
    tx: &mut Tx,
    connection: &mut Connection,
    run: &Run,
    reports: &BTreeMap<String, LocationReport>,
    now: Millis,
) -> Result<(), StorageError> {
    let known = location_health::all(tx.connection(), connection.id).await?;
    let covered = |location: &String| run.locations.as_ref().is_none_or(|asked| asked.contains(location));
    let mut changed: BTreeMap<String, LocationHealth> = BTreeMap::new();
    let mut well = |location: &String| {
        let broken_since = known.get(location).and_then(|before| before.broken_since);
        let after = LocationHealth { broken_since, succeeded_at: Some(now), ..LocationHealth::default() };
        changed.insert(location.clone(), after);
    };
    if run.state == RunState::Succeeded {
        // What a good run does not mention was in order.
        known.keys().filter(|location| covered(location)).for_each(&mut well);
    }
    // What a run did before it failed as a whole is no success of the location.
    if matches!(run.state, RunState::Succeeded | RunState::Partial) {
        reports.iter().filter(|(_, report)| report.failed == 0).for_each(|(location, _)| well(location));
    }
    if run.state == RunState::Partial && reports.values().any(|report| report.failed > 0) {
        // It says where it failed, so that what failed as a whole before has not failed elsewhere again.
        let unmentioned = known.iter().filter(|(location, _)| covered(location) && !reports.contains_key(*location));
        unmentioned.filter(|(_, before)| before.failing_wholly).for_each(|(location, _)| well(location));
    }
    let named = reports.iter().filter(|(_, report)| report.failed > 0).map(|(location, _)| location.clone());
    let mut troubled: Vec<String> = named.collect();
    let wholly = run.state == RunState::Failed && troubled.is_empty();
    if wholly {
        // Who does not say where failed everywhere.
        let all = connections::locations(tx.connection(), connection.id).await?;
        troubled.extend(all.into_iter().map(|location| location.id).filter(covered));
    }
    for location in troubled {
        let before = known.get(&location).cloned().unwrap_or_default();
        let failing_since = before.failing_since.or(Some(now));
        // What was named is over when a report says so, whatever fails as a whole meanwhile.
        let failing_wholly = wholly && (before.failing_since.is_none() || before.failing_wholly);
        let after = LocationHealth { failing_since, failing_fault: run.fault, failing_wholly, ..before };
        changed.insert(location, after);
    }
    location_health::save(tx, connection.id, &changed).await?;
    let progress = &mut connection.progress;
    match run.state {
        RunState::Succeeded => {
            progress.last_success_at = Some(now);
            progress.counted_from = now;
            progress.failing = None;
        }
        RunState::Failed | RunState::Partial => {
            progress.failing = failing(progress.failing.take(), run, reports, now);
        }
        _ => progress.failing = None,
    }
    Ok(())
}

/// Only what is the vendor's or OfficeRnD's fault can be an outage of many.
fn failing(
    before: Option<Failing>,
    run: &Run,
    reports: &BTreeMap<String, LocationReport>,
    now: Millis,
) -> Option<Failing> {
    let fault = run.fault.filter(|fault| *fault != Fault::Integration)?;
    // Reasons explain what was skipped, too, and that is each tenant's own.
    let failed = reports.values().filter(|report| report.failed > 0);
    let code = failed.flat_map(|report| &report.reasons).max_by_key(|reason| reason.count);
    let code = code.filter(|_| run.message.is_none());
    let like = run::likeness(fault.slug(), code.map(|reason| reason.code.as_str()), run.message.as_deref());
    let since = before.filter(|before| before.like == like).map_or(now, |before| before.since);
    Some(Failing { since, at: now, fault, like })
}

/// Good runs come all day and are in the list of runs; the first one and the bad ones are worth a line.
async fn tell(app: &App, tx: &mut Tx, before: &Connection, run: &Run, now: Millis) -> Result<(), StorageError> {
    let first = before.progress.last_success_at.is_none();
    let again = before.progress.failing.is_some();
    let kind = match run.state {
        RunState::Succeeded if first => "run.first_success",
        RunState::Failed if !again => "run.failed",
        _ => return Ok(()),
    };
    let detail = run.message.clone().or_else(|| Some(RunId(run.id).to_string()));
    let actor = run.started_by.clone().map_or(Actor::Deskbridge, Actor::Key);
    activity::record(tx, before, app.random.uuid(now), Activity { at: now, kind: kind.to_owned(), actor, detail }).await
}
