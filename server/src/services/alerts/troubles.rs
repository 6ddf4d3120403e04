//! Everything that is wrong at this moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use app::ids::EndpointId;

use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::domain::alerting::AWAY;
use crate::domain::connection::ConnectionState;
use crate::domain::health::Cause;
use crate::domain::incident::{Key, Kind, Tenant, Trouble};
use crate::domain::outage::LATELY;
use crate::services::refresh::Prospect;
use crate::state::App;
use crate::storage::troubles::{self, Troubled, Unsaid};
use crate::storage::{StorageError, budget, endpoints, outages, outbox, tenant_counts};

/// A hook waits a moment even when everything is well.
const HOOKS_LATE: Millis = 5 * MINUTE;
/// A subscription is made again by the look of the next day, and only then is it lost for long.
const LOST_LATE: Millis = 36 * HOUR;
/// What the budget lacks sooner is worth a word.
const BUDGET_AHEAD: Millis = 14 * DAY;
/// Counting all grants takes a while, and what is short stays short for days.
const COUNTED_EVERY: Millis = AWAY;

/// States in which something is wrong.
const TROUBLED: [ConnectionState; 5] = [
    ConnectionState::Reconnect,
    ConnectionState::WaitingForApproval,
    ConnectionState::VendorOutage,
    ConnectionState::SomeLocations,
    ConnectionState::Delayed,
];

/// When the budget of all clients was counted last, and those for whom it is short, with when that was found.
#[derive(Default)]
pub struct Kept(Mutex<Option<(Millis, Short)>>);

type Short = BTreeMap<String, Millis>;

pub(super) async fn all(app: &App, now: Millis) -> Result<Vec<Trouble>, StorageError> {
    let mut troubles = of_tenants(app, now).await?;
    troubles.extend(of_hooks(app, now).await?);
    troubles.extend(of_endpoints(app).await?);
    troubles.extend(of_clients(app, now).await?);
    Ok(troubles)
}

/// Of connections that are set up and not paused, at most one trouble each beside a lost subscription.
async fn of_tenants(app: &App, now: Millis) -> Result<Vec<Trouble>, StorageError> {
    let db = app.db.read();
    let counts = tenant_counts::read(db).await?;
    let states: Vec<ConnectionState> = TROUBLED.into_iter().filter(|state| counts.of(None, Some(*state)) > 0).collect();
    let outages: BTreeSet<(String, String)> =
        outages::open(db).await?.into_iter().map(|outage| (outage.integration, outage.like)).collect();
    let troubled = troubles::troubled(db, &states).await?;
    let mut troubles: Vec<Trouble> = troubled.into_iter().filter_map(|one| of_connection(one, &outages, now)).collect();
    let lapsing = troubles::lapsing(db).await?;
    troubles.extend(lapsing.into_iter().map(|one| unsaid(one, Kind::RunsLapse, "lapsed")));
    troubles.extend(lost(troubles::unsubscribed(db).await?, now));
    Ok(troubles)
}

/// Lost subscriptions that wait for the end of another trouble. Nothing begins with them; what was told goes on.
pub(super) async fn waiting(app: &App, now: Millis) -> Result<Vec<Trouble>, StorageError> {
    Ok(lost(troubles::waiting(app.db.read()).await?, now).collect())
}

fn lost(all: Vec<Unsaid>, now: Millis) -> impl Iterator<Item = Trouble> {
    let late = all.into_iter().filter(move |one| one.since <= now - LOST_LATE);
    late.map(|one| unsaid(one, Kind::SubscriptionLost, "lost"))
}

fn unsaid(one: Unsaid, kind: Kind, like: &str) -> Trouble {
    let tenant = Some(Tenant { organization: one.organization, connection: one.connection });
    let key = Key { kind, integration: one.integration, like: like.to_owned() };
    Trouble { key, tenant, since: one.since, in_outage: false }
}

fn of_connection(one: Troubled, outages: &BTreeSet<(String, String)>, now: Millis) -> Option<Trouble> {
    let lately = one.failed_at.is_some_and(|at| at > now - LATELY);
    let fails = |one: &Troubled| match &one.failing {
        Some((since, like)) => (Kind::RunsFail, like.clone(), *since),
        None => (Kind::RunsFail, one.cause.slug().to_owned(), one.since),
    };
    let (kind, like, since) = match one.state {
        ConnectionState::Reconnect => (Kind::Reconnect, one.cause.slug().to_owned(), one.since),
        ConnectionState::WaitingForApproval => (Kind::Approval, one.cause.slug().to_owned(), one.since),
        ConnectionState::SomeLocations if one.cause == Cause::Settings && one.failing.is_none() => {
            (Kind::Settings, one.cause.slug().to_owned(), one.since)
        }
        ConnectionState::VendorOutage | ConnectionState::SomeLocations => fails(&one),
        ConnectionState::Delayed | ConnectionState::Connected if one.failing.is_some() => fails(&one),
        ConnectionState::Delayed => (Kind::Delayed, one.cause.slug().to_owned(), one.since),
        ConnectionState::Connected
        | ConnectionState::Disconnected
        | ConnectionState::FinishSetUp
        | ConnectionState::Paused => return None,
    };
    let alike = (one.integration, like);
    let in_outage = kind == Kind::RunsFail && lately && outages.contains(&alike);
    let (integration, like) = alike;
    let tenant = Some(Tenant { organization: one.organization, connection: one.connection });
    Some(Trouble { key: Key { kind, integration, like }, tenant, since, in_outage })
}

async fn of_hooks(app: &App, now: Millis) -> Result<Vec<Trouble>, StorageError> {
    let db = app.db.read();
    let late = outbox::waiting(db).await?.into_iter().filter(|backlog| backlog.oldest <= now - HOOKS_LATE);
    let mut oldest: BTreeMap<String, Millis> = BTreeMap::new();
    for backlog in late.chain(outbox::dead(db).await?) {
        let since = oldest.entry(backlog.receiver).or_insert(backlog.oldest);
        *since = backlog.oldest.min(*since);
    }
    Ok(oldest
        .into_iter()
        .map(|(integration, since)| of_deployment(Kind::HooksFail, integration, "hooks", since))
        .collect())
}

async fn of_endpoints(app: &App) -> Result<Vec<Trouble>, StorageError> {
    let all = endpoints::all(app.db.read()).await?;
    let failing = all.into_iter().filter_map(|endpoint| {
        let since = endpoint.failing_since.or(endpoint.disabled_at)?;
        let like = EndpointId(endpoint.id).to_string();
        Some(of_deployment(Kind::EndpointFails, endpoint.integration, &like, since))
    });
    Ok(failing.collect())
}

/// Each client is named by the first of its integrations.
async fn of_clients(app: &App, now: Millis) -> Result<Vec<Trouble>, StorageError> {
    let mut clients: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for integration in app.integrations.all() {
        clients.entry(integration.client.client_id.clone()).or_default().push(integration.slug.clone());
    }
    let (counted_at, before) = app.alerts.0.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default();
    let is_fresh = (counted_at..counted_at + COUNTED_EVERY).contains(&now);
    let mut short = Short::new();
    let mut troubles = Vec::new();
    for (client, slugs) in &clients {
        let name = slugs.first().cloned().unwrap_or_default();
        if let Some(since) = budget::limits(app.db.read(), client).await?.client_refused_at {
            troubles.push(of_deployment(Kind::ClientRefused, name.clone(), "client", since));
        }
        let is_short = if is_fresh {
            before.contains_key(client)
        } else {
            is_short(&Prospect::read(&app.db, &app.config.refresh, client, slugs, now).await?, now)
        };
        if is_short {
            // Counted again, it is still the same shortage.
            let since = before.get(client).copied().unwrap_or(now);
            short.insert(client.clone(), since);
            troubles.push(of_deployment(Kind::BudgetShort, name, "budget", since));
        }
    }
    if !is_fresh {
        *app.alerts.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, short));
    }
    Ok(troubles)
}

/// Grants will end that nobody can renew in time, without any outage.
fn is_short(prospect: &Prospect, now: Millis) -> bool {
    prospect.enough.first_loss.is_some_and(|at| at < now + BUDGET_AHEAD)
}

fn of_deployment(kind: Kind, integration: String, like: &str, since: Millis) -> Trouble {
    Trouble { key: Key { kind, integration, like: like.to_owned() }, tenant: None, since, in_outage: false }
}
