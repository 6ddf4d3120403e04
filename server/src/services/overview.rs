//! How everything stands: what is on fire, how many are in which state, what has to be done, what runs out. All of it
//! is read from what is maintained or found by index; what would count more (budget, deliveries that wait) is kept for
//! a minute.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use app::ports::Actor;
use app::state::ConnectionState;
use app::tenants::Sort;
use uuid::Uuid;

use super::api_keys::{Neglected, neglected};
use super::refresh::Prospect;
use super::staff::permit::{Permit, acts};
use super::{ServiceError, to_the_end};
use crate::clock::{DAY, HOUR, MINUTE, Millis, rfc3339};
use crate::domain::tenants::{Cursor, Key, Total, Wanted};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::hourly_counts::{self, Sum};
use crate::storage::outages::{self, Outage};
use crate::storage::staff::activity::StaffActivity;
use crate::storage::tenant_counts::{self, Counts};
use crate::storage::tenant_list::{self, Shown};
use crate::storage::upcoming::{self, Expiring, Failing};
use crate::storage::{StorageError, alerting, api_keys, connections, endpoints, outbox, staff};

/// Connections that somebody has to look at, on the overview.
const TODO: u64 = 6;
/// Things that run out, each kind.
const DUE: u64 = 5;
/// Grants that are looked at for those at once: late in a day, most of those that end on it have ended.
const LOOKED_AT: u64 = 200;
/// What runs out within that time is worth a line.
const SOON: Millis = 14 * DAY;
const MONTH: Millis = 30 * DAY;
/// Tenants that one transaction tells who looks after an outage.
const TOLD: u64 = 200;
/// What is counted is that old at most, or one minute older for the one who has it counted again.
const KEPT: Millis = MINUTE;
/// Runs that ended in these ways were not good.
const FAILED: [&str; 3] = ["run.failed", "run.partial", "run.lapsed"];
const GOOD: &str = "run.succeeded";
const WEBHOOK: &str = "webhook";
/// The way from Connect to the first good run.
const WAY: [&str; 5] = ["connect.opened", "connect.authorized", "connect.set_up", "connect.saved", "connect.ran"];

/// States in which an admin or the partner has to do something.
pub const TO_DO: [ConnectionState; 5] = [
    ConnectionState::Reconnect,
    ConnectionState::WaitingForApproval,
    ConnectionState::SomeLocations,
    ConnectionState::Delayed,
    ConnectionState::FinishSetUp,
];

pub struct Overview {
    pub now: Millis,
    pub counts: Counts,
    pub outages: Vec<(Outage, u64)>,
    /// Oldest first.
    pub todo: Vec<Shown>,
    pub todo_total: u64,
    /// Of each hour since the day began.
    pub today: Vec<Sum>,
    /// Of each integration in 24 hours.
    pub day: Vec<Sum>,
    pub counted: Arc<Counted>,
    pub due: Due,
    /// What has failed for longest and goes on.
    pub oldest_failure: Option<Failing>,
    pub endpoints: Vec<FailingEndpoint>,
    /// How many came how far, in the order of the way.
    pub way: [u64; 5],
}

pub struct FailingEndpoint {
    pub integration: String,
    pub url: String,
    pub since: Millis,
    pub disabled: bool,
    pub waiting: u64,
}

#[derive(Default)]
pub struct Due {
    pub grants: Vec<(Millis, Shown)>,
    /// When, and the name of the key.
    pub keys: Vec<(Millis, String)>,
    /// How many keys never expire, and how many nobody uses.
    pub endless_keys: usize,
    pub unused_keys: usize,
    /// When, and the address of the endpoint.
    pub secrets: Vec<(Millis, String)>,
    /// The same of the webhook of alerts.
    pub alert_secret: Option<(Millis, String)>,
    /// Of settings: tokens and keys of the partner's system.
    pub settings: Vec<Expiring>,
}

/// What is counted once a minute.
pub struct Counted {
    at: Millis,
    /// Integrations of a client, and what its budget carries.
    pub budgets: Vec<(Vec<String>, Prospect)>,
    /// Deliveries that wait: those of an integration, and of them those of each endpoint.
    pub waiting: BTreeMap<String, u64>,
}

/// Keeps what was counted last.
#[derive(Default)]
pub struct Kept(Mutex<Option<Arc<Counted>>>);

impl Kept {
    fn get(&self) -> Option<Arc<Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, counted: Arc<Counted>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(counted);
    }
}

/// # Errors
/// When the database does not answer.
pub async fn read(app: &App, day_began: Millis) -> Result<Overview, StorageError> {
    let (db, now) = (app.db.read(), app.clock.now());
    let counts = tenant_counts::read(db).await?;
    let counted = counted(app).await?;
    let open = open_outages(app, &counts).await?;
    let (todo, todo_total) = todo(app, &counts, now).await?;
    let kinds: Vec<&str> = FAILED.into_iter().chain([GOOD]).collect();
    let today = hourly_counts::by_hour(db, &kinds, day_began).await?;
    let kinds: Vec<&str> = kinds.into_iter().chain([WEBHOOK]).collect();
    let day = hourly_counts::since(db, &kinds, now - DAY + HOUR).await?;
    let mut way = [0; 5];
    for sum in hourly_counts::since(db, &WAY, now - MONTH).await? {
        if let Some(step) = WAY.iter().position(|what| *what == sum.what) {
            way[step] += u64::try_from(sum.count).unwrap_or(0);
        }
    }
    let (due, endpoints) = (due(app, &counts, now).await?, failing(app, &counted).await?);
    let oldest_failure = upcoming::oldest_failure(db).await?;
    Ok(Overview {
        now,
        counts,
        outages: open,
        todo,
        todo_total,
        today,
        day,
        counted,
        due,
        oldest_failure,
        endpoints,
        way,
    })
}

pub fn is_failed(what: &str) -> bool {
    FAILED.contains(&what)
}

pub fn is_good(what: &str) -> bool {
    what == GOOD
}

/// Open outages, with how many connections each has.
///
/// # Errors
/// When the database does not answer.
pub async fn open_outages(app: &App, counts: &Counts) -> Result<Vec<(Outage, u64)>, StorageError> {
    let open = outages::open(app.db.read()).await?;
    let mut with_count = Vec::new();
    for outage in &open {
        let alone = open.iter().filter(|other| other.integration == outage.integration).count() == 1;
        let connections = if alone {
            counts.of(Some(&outage.integration), Some(ConnectionState::VendorOutage))
        } else {
            outages::tenants(app.db.read(), &outage.integration, &outage.like, app.clock.now()).await?
        };
        with_count.push((outage.clone(), connections));
    }
    Ok(with_count)
}

async fn todo(app: &App, counts: &Counts, now: Millis) -> Result<(Vec<Shown>, u64), StorageError> {
    let db = app.db.read();
    let mut oldest = Vec::new();
    let mut total = 0;
    for state in TO_DO {
        let of_state = counts.of(None, Some(state));
        total += of_state;
        if of_state == 0 {
            continue;
        }
        let wanted = Wanted { state: Some(state), sort: Sort::Since, turned: true, ..Wanted::default() };
        let rows = tenant_list::rows(db, &wanted, counts, Total::Exactly(of_state), None, TODO, now).await?;
        oldest.extend(rows.into_iter().map(|row| (row.key.since, row.connection)));
    }
    oldest.sort_unstable();
    oldest.truncate(usize::try_from(TODO).unwrap_or(usize::MAX));
    let ids: Vec<Uuid> = oldest.into_iter().map(|(_, connection)| connection).collect();
    let mut shown = tenant_list::shown(db, &ids).await?;
    Ok((ids.iter().filter_map(|id| shown.remove(id)).collect(), total))
}

/// Everything that ends within two weeks and will not be renewed by itself.
async fn due(app: &App, counts: &Counts, now: Millis) -> Result<Due, StorageError> {
    let db = app.db.read();
    let mut due = Due { grants: refused_grants(app, counts, now).await?, ..Due::default() };
    let is_soon = |at: &Millis| (now + 1..now + SOON).contains(at);
    let keys = api_keys::all(db).await?;
    (due.endless_keys, due.unused_keys) = {
        let Neglected { endless, unused } = neglected(&keys, now);
        (endless.len(), unused.len())
    };
    let live = keys.into_iter().filter(|key| key.revoked_at.is_none());
    due.keys = live.filter_map(|key| Some((key.expires_at.filter(is_soon)?, key.name))).collect();
    due.secrets = endpoints::all(db)
        .await?
        .into_iter()
        .filter_map(|one| Some((one.previous_until.filter(is_soon)?, one.url)))
        .collect();
    let alerts = alerting::read(db).await?;
    due.alert_secret = alerts.webhook_previous_until.filter(is_soon).zip(alerts.webhook_url);
    // A day ends everywhere else at another moment; the partner's own text says which it means.
    if let (Some(today), Some(last)) = (day(now), day(now + SOON)) {
        due.settings = upcoming::expiring(db, &today, &last, DUE).await?;
    }
    Ok(due)
}

/// `2026-12-24`
fn day(at: Millis) -> Option<String> {
    Some(rfc3339(at)?.get(..10)?.to_owned())
}

/// Those that end soonest. Whoever was refused so long ago that the grant is over is in the state of the others, and
/// comes before them in its index.
async fn refused_grants(app: &App, counts: &Counts, now: Millis) -> Result<Vec<(Millis, Shown)>, StorageError> {
    let db = app.db.read();
    let state = Some(ConnectionState::Reconnect);
    let (refused, read) = (counts.of(None, state), LOOKED_AT);
    let wanted = Wanted { state, sort: Sort::GrantEnd, ..Wanted::default() };
    // Before the first row of today.
    let (number, name, grant_day) = (0, String::new(), now.div_euclid(DAY));
    let key = Key { number, trouble: 0, name, since: 0, last_success: 0, errors: 0, grant_day };
    let mut cursor = Cursor { key, backwards: false };
    let mut ends: Vec<(Millis, Uuid)> = Vec::new();
    loop {
        let rows = tenant_list::rows(db, &wanted, counts, Total::Exactly(refused), Some(&cursor), read, now).await?;
        let Some(last) = rows.last() else { break };
        cursor.key = last.key.clone();
        let over = (rows.len() as u64) < read || last.key.grant_day > (now + SOON).div_euclid(DAY);
        let ids: Vec<Uuid> = rows.iter().map(|row| row.connection).collect();
        let grants = tenant_list::grants_of(db, &ids).await?.into_iter();
        ends.extend(grants.map(|(id, (_, at))| (at, id)).filter(|(at, _)| (now..now + SOON).contains(at)));
        if over || ends.len() as u64 >= DUE {
            break;
        }
    }
    ends.sort_unstable();
    ends.truncate(usize::try_from(DUE).unwrap_or(usize::MAX));
    let ids: Vec<Uuid> = ends.iter().map(|(_, id)| *id).collect();
    let mut shown = tenant_list::shown(db, &ids).await?;
    Ok(ends.into_iter().filter_map(|(at, id)| Some((at, shown.remove(&id)?))).collect())
}

async fn failing(app: &App, counted: &Counted) -> Result<Vec<FailingEndpoint>, StorageError> {
    let all = endpoints::all(app.db.read()).await?;
    let failing = all.into_iter().filter_map(|endpoint| {
        let since = endpoint.disabled_at.or(endpoint.failing_since)?;
        let waiting = counted.waiting.get(&outbox::endpoints::receiver(endpoint.id)).copied().unwrap_or(0);
        let disabled = endpoint.disabled_at.is_some();
        Some(FailingEndpoint { integration: endpoint.integration, url: endpoint.url, since, disabled, waiting })
    });
    Ok(failing.collect())
}

/// What was counted within the last minute. What is older is shown once more while it is counted anew.
async fn counted(app: &App) -> Result<Arc<Counted>, StorageError> {
    let now = app.clock.now();
    match app.overview.get() {
        // A clock that was set back makes everything new.
        Some(known) if known.at <= now && now < known.at + KEPT => Ok(known),
        Some(known) if known.at <= now && now < known.at + 2 * KEPT => {
            let again = app.clone();
            app.unfinished.spawn(async move {
                if let Err(error) = count(&again).await {
                    tracing::warn!(%error, "the overview could not be counted again");
                }
            });
            Ok(known)
        }
        _ => count(app).await,
    }
}

async fn count(app: &App) -> Result<Arc<Counted>, StorageError> {
    let now = app.clock.now();
    let mut clients: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for integration in app.integrations.all() {
        clients.entry(integration.client.client_id.clone()).or_default().push(integration.slug.clone());
    }
    let mut budgets = Vec::new();
    for (client, slugs) in clients {
        let prospect = Prospect::read(&app.db, &app.config.refresh, &client, &slugs, now).await?;
        budgets.push((slugs, prospect));
    }
    let mut waiting: BTreeMap<String, u64> = BTreeMap::new();
    for hooks in outbox::waiting(app.db.read()).await? {
        *waiting.entry(hooks.receiver).or_default() += u64::try_from(hooks.count).unwrap_or(0);
    }
    let known = endpoints::all(app.db.read()).await?;
    for events in outbox::endpoints::backlog(app.db.read()).await? {
        let count = u64::try_from(events.waiting).unwrap_or(0);
        let of = known.iter().find(|one| outbox::endpoints::receiver(one.id) == events.receiver);
        if let Some(endpoint) = of {
            *waiting.entry(endpoint.integration.clone()).or_default() += count;
        }
        *waiting.entry(events.receiver).or_default() += count;
    }
    let counted = Arc::new(Counted { at: now, budgets, waiting });
    app.overview.put(counted.clone());
    Ok(counted)
}

/// Somebody is on it: colleagues see who, and each tenant's time line says so. `false` when it is over, or somebody
/// else is on it already.
///
/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn acknowledge(app: &App, permit: &Permit<acts::Acknowledge>, outage: Uuid) -> Result<bool, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let by = (permit.name(), permit.staff());
        let Some(taken) = outages::acknowledge(&mut tx, outage, by, now).await? else { return Ok(false) };
        let (kind, actor, subject) = ("outage.taken", permit.actor(), Some(taken.integration.clone()));
        let did = StaffActivity { at: now, kind, actor, subject, detail: None };
        staff::activity::record(&mut tx, app.random.uuid(now), did).await?;
        tx.commit().await?;
        // The one who is on it is named from here on; the job goes on with time lines that are left.
        if let Err(error) = tell_tenants(&app, outage).await {
            tracing::warn!(%error, "not every time line says yet who looks after an outage");
        }
        Ok(true)
    })
    .await
}

/// Goes on where somebody broke off telling tenants who looks after an outage.
///
/// # Errors
/// When the database does not answer; what is left is found again.
pub async fn tell_the_rest(app: &App) -> Result<(), StorageError> {
    for outage in outages::untold(app.db.read()).await? {
        tell_tenants(app, outage).await?;
    }
    Ok(())
}

/// Into the time line of each tenant concerned, some at a time: an outage of thousands holds up nobody who writes. How
/// far it is stands in the same commit, so that each is told once, whoever dies over it.
async fn tell_tenants(app: &App, outage: Uuid) -> Result<(), StorageError> {
    loop {
        let mut tx = app.db.begin().await?;
        let Some(untold) = outages::lock_untold(&tx, outage).await? else { return Ok(()) };
        let Outage { integration, like, acknowledged, .. } = &untold.outage;
        let members = outages::members(tx.connection(), integration, like, true, untold.up_to, TOLD).await?;
        let (name, at) = acknowledged.clone().unwrap_or_default();
        let actor = Actor::Staff { id: untold.staff, name };
        for member in &members {
            let Some(connection) = connections::get(tx.connection(), *member).await? else { continue };
            let kind = "outage.acknowledged".to_owned();
            let happened = Activity { at, kind, actor: actor.clone(), detail: None };
            activity::record(&mut tx, &connection, app.random.uuid(at), happened).await?;
        }
        outages::told(&mut tx, outage, members.last().copied()).await?;
        tx.commit().await?;
    }
}
