//! Incidents: found, told once, told again when they are over. What belongs together is decided in
//! `domain/incident.rs`, when it is told in `domain/alerting.rs`.

pub mod acts;
pub mod send;
mod tell;
mod troubles;
mod words;

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use super::ServiceError;
use crate::clock::Millis;
use crate::domain::alerting::{AWAY, RELAPSES_WITHIN, Rules, State, calm};
use crate::domain::incident::{Basis, GROUPING_VERSION, Group, Known, Trouble, fewest, group};
use crate::state::App;
use crate::storage::alert_notices::{self, What};
use crate::storage::incidents::{self, Closed, Incident};
use crate::storage::troubles::{Standing, standing};
use crate::storage::{StorageError, Tx, alerting, tenant_counts};

pub use troubles::Kept;

/// What one look saw.
pub struct Sight {
    at: Millis,
    /// How many looks had decided something by then.
    looks: i64,
    troubles: Vec<Trouble>,
    /// What waits for the end of another one.
    waiting: Vec<Trouble>,
}

/// Looks at everything once: opens, tells, closes. What it decides and the notices of it are one commit, and one
/// process decides at a time, so nothing is told twice and nothing is forgotten.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn look(app: &App) -> Result<(), ServiceError> {
    match see(app).await? {
        Some(sight) => decide(app, sight).await,
        None => Ok(()),
    }
}

/// Everything that is wrong at this moment; none where there is nothing to decide.
///
/// # Errors
/// When the database does not answer.
pub async fn see(app: &App) -> Result<Option<Sight>, ServiceError> {
    let at = app.clock.now();
    let db = app.db.read();
    let alerting = alerting::read(db).await?;
    let troubles = troubles::all(app, at).await?;
    let is_idle = troubles.is_empty() && !alerting.rules.is_digest_due(alerting.digest_at, at);
    if is_idle && incidents::current(db, Millis::MAX).await?.is_empty() {
        return Ok(None);
    }
    let waiting = troubles::waiting(app, at).await?;
    Ok(Some(Sight { at, looks: alerting.looks, troubles, waiting }))
}

/// Decides by what was seen, unless another process has decided since: that may have seen more.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn decide(app: &App, sight: Sight) -> Result<(), ServiceError> {
    let Sight { at: now, looks, mut troubles, mut waiting } = sight;
    let counts = tenant_counts::read(app.db.read()).await?;
    let mut tx = app.db.begin().await?;
    let alerting = alerting::lock(&mut tx, now).await?;
    if alerting.looks != looks {
        return Ok(());
    }
    let current = incidents::current(tx.connection(), now - RELAPSES_WITHIN).await?;
    let mut current: BTreeMap<Uuid, Incident> = current.into_iter().map(|one| (one.id, one)).collect();
    waiting.retain(|one| goes_on(one, &current));
    troubles.append(&mut waiting);
    let known: Vec<Known> = current.values().filter_map(known).collect();
    // Of very many it takes a while.
    let grouping = move || {
        let groups = group(&known, &troubles, |integration| fewest(counts.of(Some(integration), None)));
        (groups, troubles)
    };
    let (groups, troubles) = tokio::task::spawn_blocking(grouping).await?;
    for group in groups {
        let before = group.known.and_then(|id| current.remove(&id));
        let after = advanced(app, before.as_ref(), &group, &troubles, &alerting.rules, now);
        write(app, &mut tx, before.as_ref(), after, &alerting, now).await?;
        for absorbed in &group.absorbed {
            if let Some(part) = current.remove(absorbed).filter(|part| part.closed.is_none()) {
                end(app, &mut tx, part, Closed::Merged, &alerting.rules, now).await?;
            }
        }
    }
    gone(app, &mut tx, current, &troubles, &alerting.rules, now).await?;
    if alerting.rules.is_digest_due(alerting.digest_at, now) {
        tell::digest(app, &mut tx, &alerting, now).await?;
        alerting::save_digest(&mut tx, now).await?;
    }
    alerting::count_look(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes away the secret of the webhook whose successor has been in use long enough.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn end_overlap(app: &App) -> Result<(), ServiceError> {
    let now = app.clock.now();
    if alerting::read(app.db.read()).await?.webhook_previous_until.is_none_or(|until| until > now) {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    alerting::end_overlap(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Whether an open incident is about it: that goes on meanwhile, since that it is over would not be true.
fn goes_on(trouble: &Trouble, current: &BTreeMap<Uuid, Incident>) -> bool {
    let connection = trouble.tenant.map(|tenant| tenant.connection);
    current.values().any(|incident| {
        incident.state == State::Open
            && incident.key == trouble.key
            && match incident.connection {
                None => (incident.first..=incident.last).contains(&trouble.since),
                alone => alone == connection,
            }
    })
}

/// What the grouping may go on with. What was set aside or merged does not come back.
fn known(incident: &Incident) -> Option<Known> {
    let over = incident.closed.map(|(_, how)| how);
    if over.is_some_and(|how| how != Closed::Recovered) {
        return None;
    }
    Some(Known {
        id: incident.id,
        key: incident.key.clone(),
        alone: incident.connection,
        first: incident.first,
        last: incident.last,
        at_rest: over.is_some() || incident.calm_since.is_some(),
    })
}

/// The incident after this look.
fn advanced(
    app: &App,
    before: Option<&Incident>,
    group: &Group,
    troubles: &[Trouble],
    rules: &Rules,
    now: Millis,
) -> Incident {
    let alone = group.basis == Basis::Alone;
    let one = group.members.first().filter(|_| alone).and_then(|index| troubles[*index].tenant);
    let mut incident = before.cloned().unwrap_or_else(|| Incident {
        id: app.random.uuid(now),
        key: group.key.clone(),
        connection: one.map(|tenant| tenant.connection),
        basis: group.basis,
        grouping_version: GROUPING_VERSION,
        first: group.first,
        last: group.last,
        tenants: 0,
        tenants_most: 0,
        state: State::Watched,
        watched_at: now,
        opened_at: None,
        told_at: None,
        calm_since: None,
        relapses: 0,
        closed: None,
        acknowledged: None,
    });
    if incident.closed.take().is_some() {
        // It came back. Who was on it then may be asleep now.
        let relapses = incident.relapses.saturating_add(1);
        (incident.first, incident.last) = (group.first, group.last);
        incident = Incident { state: State::Watched, watched_at: now, told_at: None, relapses, ..incident };
        incident.acknowledged = None;
        incident.tenants_most = 0;
    }
    incident.key = group.key.clone();
    incident.first = incident.first.min(group.first);
    incident.last = incident.last.max(group.last);
    incident.tenants = group.tenants;
    incident.tenants_most = incident.tenants_most.max(group.tenants);
    // Those who are left of an outage were part of it.
    if group.basis == Basis::Outage {
        incident.basis = Basis::Outage;
    }
    if group.is_over {
        incident.calm_since = incident.calm_since.or(Some(now));
        return incident;
    }
    if incident.calm_since.take().is_some_and(|since| now - since > AWAY) {
        incident.relapses = incident.relapses.saturating_add(1);
    }
    if incident.state == State::Watched && now - incident.watched_at >= rules.patience(alone) {
        incident.state = State::Open;
        incident.opened_at = Some(now);
    }
    incident
}

async fn write(
    app: &App,
    tx: &mut Tx,
    before: Option<&Incident>,
    mut after: Incident,
    alerting: &alerting::Alerting,
    now: Millis,
) -> Result<(), StorageError> {
    let is_told = after.state == State::Open && after.told_at.is_none() && after.calm_since.is_none();
    let tell = is_told && alerting.rules.is_at_once(after.tenants);
    if tell {
        after.told_at = Some(now);
    }
    match before {
        None => incidents::add(tx, &after).await?,
        Some(before) if *before != after => {
            incidents::save(tx, &after).await?;
            if before.closed.is_some() {
                incidents::nobodys(tx, after.id).await?;
            }
        }
        Some(_) => {}
    }
    if tell {
        tell::opened(app, tx, &after, alerting, now).await?;
        tracing::warn!(
            kind = after.key.kind.slug(),
            integration = after.key.integration,
            tenants = after.tenants,
            grouped = after.basis.slug(),
            "an incident was opened"
        );
    }
    // Nobody is left: it may be over by now.
    if let Some(calm_since) = after.calm_since
        && now - calm_since >= calm(after.relapses)
    {
        end(app, tx, after, Closed::Recovered, &alerting.rules, now).await?;
    }
    Ok(())
}

/// Incidents of which nothing was found.
async fn gone(
    app: &App,
    tx: &mut Tx,
    current: BTreeMap<Uuid, Incident>,
    troubles: &[Trouble],
    rules: &Rules,
    now: Millis,
) -> Result<(), StorageError> {
    let left: Vec<Incident> = current.into_values().filter(|incident| incident.closed.is_none()).collect();
    let alone: Vec<Uuid> = left.iter().filter_map(|incident| incident.connection).collect();
    // What stands beside the state says nothing about it, nor it about that.
    let troubled = |one: &Trouble| Some((one.key.kind.is_apart(), one.tenant?.connection));
    let troubled: HashSet<(bool, Uuid)> = troubles.iter().filter_map(troubled).collect();
    let standing = standing(tx.connection(), &alone).await?;
    for incident in left {
        let mut after = incident.clone();
        let apart = incident.key.kind.is_apart();
        match incident.connection.map(|one| standing.get(&one).filter(|_| !troubled.contains(&(apart, one)))) {
            // Paused, removed, or in another trouble: that it got well would not be true.
            Some(None | Some(Standing::Quiet)) => {
                end(app, tx, incident, Closed::SetAside, rules, now).await?;
                continue;
            }
            // It has begun since this look began. The next one knows what it is.
            Some(Some(Standing::Troubled)) if !apart => continue,
            Some(Some(Standing::Well | Standing::Troubled)) | None => {}
        }
        let calm_since = *after.calm_since.get_or_insert(now);
        after.tenants = 0;
        if now - calm_since >= calm(after.relapses) {
            end(app, tx, after, Closed::Recovered, rules, now).await?;
        } else if after != incident {
            incidents::save(tx, &after).await?;
        }
    }
    Ok(())
}

async fn end(
    app: &App,
    tx: &mut Tx,
    mut incident: Incident,
    how: Closed,
    rules: &Rules,
    now: Millis,
) -> Result<(), StorageError> {
    if incident.opened_at.is_none() {
        // It did not last, and nobody ever heard of it.
        return incidents::forget(tx, incident.id).await;
    }
    let was_open = incident.state == State::Open;
    let ended_at = incident.calm_since.unwrap_or(now);
    incident.state = State::Closed;
    incident.closed = Some((now, how));
    incident.calm_since = None;
    incident.tenants = 0;
    incidents::save(tx, &incident).await?;
    // What is over before it was told is not told; who heard of it hears the end, too.
    alert_notices::withdraw(tx, incident.id, What::Opened, now).await?;
    if how == Closed::Recovered && was_open {
        tell::recovered(app, tx, &incident, ended_at, rules, now).await?;
        tracing::info!(kind = incident.key.kind.slug(), integration = incident.key.integration, "an incident is over");
    }
    Ok(())
}
