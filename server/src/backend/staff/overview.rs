//! The overview.

use app::ids::ConnectionId;
use app::ports::{
    BudgetView, Due, DueView, FailedRuns, FailingEndpoint, Fault, Funnel, IntegrationDay, OldestFailure, OutageView,
    OverviewDesk, OverviewView, StaffDesk as _, TodoView, Who,
};
use app::role::Act;
use async_trait::async_trait;
use chrono::{NaiveDate, NaiveTime};

use super::StaffMember;
use super::tenants::integration_name;
use crate::clock::{HOUR, Millis};
use crate::domain::health::{Fault as Whose, Who as Acts};
use crate::domain::tenants::by_trouble;
use crate::services::live;
use crate::services::overview::{self, Overview};
use crate::services::refresh::Prospect;
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::outages::Outage;
use crate::storage::tenant_list::Shown;

#[async_trait]
impl OverviewDesk for StaffMember {
    async fn overview(&self) -> Result<OverviewView, Fault> {
        let now = self.app().clock.now();
        let day_began = self.who().zone.day_began(now);
        let unavailable = |error: StorageError| {
            tracing::error!(%error, "the overview could not be read");
            Fault::Unavailable
        };
        // Before anything else is read: what changes meanwhile is told as a change.
        let stamp = live::stamp(self.app(), None).await.map_err(unavailable)?;
        let overview = overview::read(self.app(), day_began).await.map_err(unavailable)?;
        Ok(view(self, &overview, day_began, stamp))
    }
}

fn view(member: &StaffMember, overview: &Overview, day_began: Millis, stamp: String) -> OverviewView {
    let app = member.app();
    let counts = &overview.counts;
    OverviewView {
        now: overview.now,
        stamp,
        connections: counts.of(None, None),
        organizations: counts.organizations,
        states: by_trouble().into_iter().map(|state| (state, counts.of(None, Some(state)))).collect(),
        outages: overview.outages.iter().map(|(outage, count)| outage_view(app, outage, *count)).collect(),
        todo: overview.todo.iter().map(|one| todo(app, one)).collect(),
        todo_total: overview.todo_total,
        failed: failed(app, overview, day_began),
        oldest_failure: overview.oldest_failure.as_ref().map(|failing| OldestFailure {
            connection: ConnectionId(failing.connection),
            organization: failing.organization.clone(),
            since: failing.since,
        }),
        integrations: integrations(app, overview),
        budgets: overview.counted.budgets.iter().map(|(slugs, prospect)| budget(app, slugs, prospect)).collect(),
        due: due(app, overview),
        endless_keys: overview.due.endless_keys as u64,
        unused_keys: overview.due.unused_keys as u64,
        endpoints: overview.endpoints.iter().map(|endpoint| endpoint_view(app, endpoint)).collect(),
        funnel: funnel(overview.way),
        may_acknowledge: member.member().staff().role.may(Act::Acknowledge),
    }
}

pub(super) fn outage_view(app: &App, outage: &Outage, connections: u64) -> OutageView {
    OutageView {
        id: outage.id.simple().to_string(),
        integration: integration_name(app, &outage.integration),
        integration_slug: outage.integration.clone(),
        of_officernd: outage.fault == Whose::Officernd,
        like: told(&outage.like),
        since: outage.since,
        connections,
        acknowledged: outage.acknowledged.clone(),
    }
}

/// The words of a likeness, without its version and whose fault it was.
fn told(like: &str) -> String {
    like.splitn(3, ':').nth(2).unwrap_or(like).to_owned()
}

fn todo(app: &App, shown: &Shown) -> TodoView {
    let connection = &shown.connection;
    let troubled = connection.troubles.len();
    TodoView {
        connection: ConnectionId(connection.id),
        organization: shown.organization.name.clone(),
        integration: integration_name(app, &connection.integration),
        state: connection.state,
        cause: connection.cause.slug().to_owned(),
        who: match connection.cause.who() {
            Acts::Nobody => Who::Nobody,
            Acts::Admin => Who::Admin,
            Acts::Partner => Who::Partner,
        },
        since: connection.state_since,
        troubled: (troubled > 0).then_some((troubled, shown.locations)),
    }
}

fn failed(app: &App, overview: &Overview, day_began: Millis) -> FailedRuns {
    let (mut failed, mut runs) = (0, 0);
    let hours = (overview.now - day_began) / HOUR + 1;
    let mut hours: Vec<(i64, u64)> = (0..hours).map(|hour| (day_began + hour * HOUR, 0)).collect();
    let mut by: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for sum in &overview.today {
        let count = u64::try_from(sum.count).unwrap_or(0);
        runs += count;
        if !overview::is_failed(&sum.what) {
            continue;
        }
        failed += count;
        *by.entry(&sum.integration).or_default() += count;
        // In zones that are half an hour apart from ours an hour of theirs begins within one of ours.
        let at = usize::try_from((sum.hour * HOUR - day_began).div_euclid(HOUR).max(0)).unwrap_or(0);
        if let Some(hour) = hours.get_mut(at) {
            hour.1 += count;
        }
    }
    let most = by.into_iter().max_by_key(|(_, count)| *count);
    FailedRuns { hours, failed, runs, most: most.map(|(slug, count)| (integration_name(app, slug), count)) }
}

fn integrations(app: &App, overview: &Overview) -> Vec<IntegrationDay> {
    let mut slugs: Vec<String> = app.integrations.all().iter().map(|integration| integration.slug.clone()).collect();
    for slug in overview.counts.integrations() {
        if !slugs.iter().any(|known| known == slug) {
            slugs.push(slug.to_owned());
        }
    }
    let sum = |slug: &str, is: fn(&str) -> bool| {
        let of = overview.day.iter().filter(|sum| sum.integration == slug && is(&sum.what));
        of.map(|sum| u64::try_from(sum.count).unwrap_or(0)).sum()
    };
    slugs
        .iter()
        .map(|slug| IntegrationDay {
            name: integration_name(app, slug),
            revision: app.integrations.get(slug).map(|integration| integration.revision),
            connections: overview.counts.of(Some(slug), None),
            good: sum(slug, overview::is_good),
            failed: sum(slug, overview::is_failed),
            webhooks: sum(slug, |what| what == "webhook"),
            waiting: overview.counted.waiting.get(slug).copied().unwrap_or(0),
            slug: slug.clone(),
        })
        .collect()
}

fn budget(app: &App, slugs: &[String], prospect: &Prospect) -> BudgetView {
    BudgetView {
        integrations: slugs.iter().map(|slug| integration_name(app, slug)).collect(),
        needed: prospect.needed_per_minute,
        used: prospect.used,
        limit: prospect.limit.map(|(now, _)| now),
        carries: prospect.carries.map(|(_, all)| all),
        grants: prospect.grants,
        enough_until: prospect.enough.until,
    }
}

fn due(app: &App, overview: &Overview) -> Vec<DueView> {
    let due = &overview.due;
    let grants = due.grants.iter().map(|(at, shown)| DueView {
        at: *at,
        what: Due::Grant {
            connection: ConnectionId(shown.connection.id),
            organization: shown.organization.name.clone(),
        },
    });
    let keys = due.keys.iter().map(|(at, name)| DueView { at: *at, what: Due::ApiKey { name: name.clone() } });
    let secrets = due.secrets.iter().map(|(at, url)| DueView { at: *at, what: Due::EndpointSecret { url: host(url) } });
    let alerts = due.alert_secret.iter();
    let alerts = alerts.map(|(at, url)| DueView { at: *at, what: Due::AlertSecret { url: host(url) } });
    let settings = due.settings.iter().map(|expiring| {
        let known = app.integrations.get(&expiring.integration);
        let label = known.as_ref().and_then(|known| Some(known.manifest.field(&expiring.field)?.common.label.clone()));
        DueView {
            at: expiring.day.parse().map_or(overview.now, begins),
            what: Due::Setting {
                connection: ConnectionId(expiring.connection),
                organization: expiring.organization.clone(),
                integration: integration_name(app, &expiring.integration),
                field: label.unwrap_or_else(|| expiring.field.clone()),
                day: expiring.day.clone(),
            },
        }
    });
    let mut all: Vec<DueView> = grants.chain(keys).chain(secrets).chain(alerts).chain(settings).collect();
    all.sort_by_key(|due| due.at);
    all
}

fn begins(day: NaiveDate) -> Millis {
    day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()
}

fn endpoint_view(app: &App, endpoint: &overview::FailingEndpoint) -> FailingEndpoint {
    FailingEndpoint {
        integration: integration_name(app, &endpoint.integration),
        integration_slug: endpoint.integration.clone(),
        host: host(&endpoint.url),
        since: endpoint.since,
        disabled: endpoint.disabled,
        waiting: endpoint.waiting,
    }
}

/// Addresses may carry something that only their owner should know.
fn host(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Nobody comes further than the step before: attempts that ended before they were stored are not counted as opened.
fn funnel(way: [u64; 5]) -> Funnel {
    let [opened, authorized, set_up, saved, ran] = way;
    Funnel { opened: opened.max(authorized), authorized, set_up, saved, ran }
}
