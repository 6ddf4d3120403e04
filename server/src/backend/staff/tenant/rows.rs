//! Runs, deliveries and calls as rows of the page.

use std::collections::{BTreeMap, HashMap};

use app::ids::{EndpointId, EventId, RunId};
use app::ports::{
    ApprovalAnswer, ApprovalView, CallsView, DeliveryLine, ReceivedRow, RemovalView, RunRow, SentRow, TenantRunView,
};

use super::super::StaffMember;
use super::Found;
use crate::clock::{DAY, HOUR, Millis};
use crate::domain::connection::Location;
use crate::domain::run::{LocationReport, RunState};
use crate::services::calls::failed_hook;
use crate::services::runs::question;
use crate::storage::deliveries::{self, Sent};
use crate::storage::runs::{self, Run};
use crate::storage::{StorageError, call_counts, connections, endpoints, outbox, staff};
use crate::upstream::partner::Told;

/// Reasons told apart in a row; the page of the run has all.
const REASONS: usize = 3;
const OUTCOMES: [&str; 5] = ["ok", "refused", "limited", "broken", "unavailable"];

pub(super) async fn runs_of(desk: &StaffMember, found: &Found, limit: u64) -> Result<Vec<RunRow>, StorageError> {
    let list = runs::list(desk.app.db.read(), found.connection.id, None, limit).await?;
    let mut rows = Vec::with_capacity(list.len());
    for run in list {
        let reports = runs::reports(desk.app.db.read(), run.id).await?;
        rows.push(row(found, &run, &reports, REASONS));
    }
    Ok(rows)
}

fn row(found: &Found, run: &Run, reports: &BTreeMap<String, LocationReport>, reasons: usize) -> RunRow {
    let mut counts = [0; 5];
    let mut why: HashMap<String, u64> = HashMap::new();
    for report in reports.values() {
        for (sum, one) in counts.iter_mut().zip(numbers(report)) {
            *sum += one;
        }
        for (words, count) in reasons_of(found, report) {
            *why.entry(words).or_default() += count;
        }
    }
    let mut why: Vec<(String, u64)> = why.into_iter().collect();
    why.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    why.truncate(reasons);
    RunRow {
        id: RunId(run.id),
        reason: run.reason.clone(),
        state: run.state.slug().to_owned(),
        started_by: run.started_by.clone(),
        started_at: run.started_at,
        ended_at: run.ended_at,
        counts,
        reasons: why,
        fault: run.fault.map(|fault| fault.slug().to_owned()),
        message: run.message.as_deref().map(|message| found.shown(message)),
    }
}

pub(super) fn numbers(report: &LocationReport) -> [u64; 5] {
    [report.created, report.changed, report.removed, report.skipped, report.failed].map(u64::from)
}

pub(super) fn reasons_of(found: &Found, report: &LocationReport) -> Vec<(String, u64)> {
    let words = |reason: &crate::domain::run::Reason| {
        if reason.text.is_empty() { reason.code.clone() } else { found.shown(&reason.text) }
    };
    report.reasons.iter().map(|reason| (words(reason), u64::from(reason.count))).collect()
}

/// The run that the address names.
pub(super) async fn run_page(desk: &StaffMember, found: &Found) -> Result<Option<TenantRunView>, StorageError> {
    let Ok(RunId(id)) = desk.at.segment(3).parse() else { return Ok(None) };
    let db = desk.app.db.read();
    let run = runs::get(db, id).await?.filter(|run| run.connection == found.connection.id);
    let Some(run) = run else { return Ok(None) };
    let reports = runs::reports(db, id).await?;
    let locations = connections::locations(db, found.connection.id).await?;
    let places = reports
        .iter()
        .map(|(location, report)| (named(location, &locations), numbers(report), reasons_of(found, report)))
        .collect();
    let approval = (!run.held.is_empty()).then(|| approval(found, &run, &locations));
    let decided_by = match &run.decided_by {
        Some(name) => {
            let is_colleague = staff::all(db).await?.iter().any(|one| one.name == *name);
            Some(if is_colleague { name.clone() } else { found.person(name) })
        }
        None => None,
    };
    Ok(Some(TenantRunView {
        head: found.head(),
        run: row(found, &run, &reports, usize::MAX),
        places,
        approval,
        decided_by,
        typed: desk.typed_act(),
    }))
}

fn approval(found: &Found, run: &Run, locations: &[Location]) -> ApprovalView {
    let answer = match (run.state, run.decided_at) {
        (RunState::WaitingForApproval, _) => ApprovalAnswer::Open,
        (RunState::Refused, Some(at)) => ApprovalAnswer::Refused { at },
        (_, Some(at)) => ApprovalAnswer::Granted { at },
        (_, None) => ApprovalAnswer::Over,
    };
    let places: Vec<RemovalView> = run
        .would_remove
        .iter()
        .flatten()
        .map(|(location, removal)| RemovalView {
            location: named(location, locations),
            remove: removal.remove.into(),
            of: removal.of.into(),
            guard: run.held.get(location).copied(),
            members: removal
                .members
                .iter()
                .flatten()
                .map(
                    |member| if member.name.trim().is_empty() { member.id.clone() } else { found.person(&member.name) },
                )
                .collect(),
        })
        .collect();
    ApprovalView {
        question: question(run),
        asked_at: run.started_at,
        remove: places.iter().map(|place| place.remove).sum(),
        of: places.iter().map(|place| place.of).sum(),
        places,
        answer,
    }
}

pub(super) fn named(id: &str, locations: &[Location]) -> String {
    let known = locations.iter().find(|location| location.id == id);
    known.and_then(|location| location.name.clone()).unwrap_or_else(|| id.to_owned())
}

pub(super) async fn received(desk: &StaffMember, found: &Found, limit: u64) -> Result<Vec<ReceivedRow>, StorageError> {
    let rows = deliveries::received(desk.app.db.read(), found.connection.id, limit).await?;
    Ok(rows
        .into_iter()
        .map(|row| ReceivedRow {
            id: EventId(row.id).to_string(),
            kind: row.event_type,
            at: row.received_at,
            done: row.processed_at.is_some(),
        })
        .collect())
}

/// Events and hooks for the partner system, newest first.
pub(super) async fn sent(desk: &StaffMember, found: &Found, limit: u64) -> Result<Vec<SentRow>, StorageError> {
    let db = desk.app.db.read();
    let list = deliveries::sent(db, found.connection.id, limit).await?;
    let known = endpoints::all(db).await?;
    let address = |receiver: &str| {
        let id = receiver.parse::<EndpointId>().ok();
        let endpoint = id.and_then(|EndpointId(id)| known.iter().find(|endpoint| endpoint.id == id));
        endpoint.map_or_else(|| receiver.to_owned(), |endpoint| endpoint.url.clone())
    };
    let row = |sent: Sent| SentRow {
        id: if sent.is_hook { sent.id.simple().to_string() } else { EventId(sent.id).to_string() },
        kind: sent.kind,
        is_hook: sent.is_hook,
        at: sent.at,
        deliveries: sent
            .deliveries
            .into_iter()
            .map(|one| DeliveryLine {
                to: address(&one.receiver),
                attempts: one.attempts(),
                trouble: one.trouble.as_deref().map(|trouble| found.shown(trouble)),
                next_at: one.due_at,
                ended_at: one.ended_at,
                state: one.state,
            })
            .collect(),
    };
    Ok(list.into_iter().map(row).collect())
}

pub(super) async fn calls(desk: &StaffMember, found: &Found) -> Result<CallsView, StorageError> {
    let (db, now) = (desk.app.db.read(), desk.app.clock.now());
    let mut hours: BTreeMap<Millis, [u64; 5]> = BTreeMap::new();
    let mut failed: BTreeMap<(&'static str, bool), u64> = BTreeMap::new();
    for (hour, outcome, calls) in call_counts::by_hour(db, found.connection.id, now - DAY).await? {
        let calls = u64::try_from(calls).unwrap_or_default();
        if let Some((hook, told)) = failed_hook(&outcome) {
            *failed.entry((hook.as_str(), told == Told::BadAnswer)).or_default() += calls;
        } else if let Some(place) = OUTCOMES.iter().position(|known| *known == outcome) {
            hours.entry(hour * HOUR).or_default()[place] += calls;
        }
    }
    let hooks = outbox::told(db, found.connection.id, now - DAY).await?;
    Ok(CallsView {
        hours: hours.into_iter().collect(),
        now,
        hooks: hooks.into_iter().map(|(hook, count)| (hook, u64::try_from(count).unwrap_or_default())).collect(),
        failed: failed.into_iter().map(|((hook, answered), count)| (hook.to_owned(), answered, count)).collect(),
    })
}
