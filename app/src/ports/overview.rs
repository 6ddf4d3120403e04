//! The overview: what is on fire, counts, trends.

use async_trait::async_trait;

use super::Fault;
use crate::ids::ConnectionId;
use crate::state::ConnectionState;

#[async_trait]
pub trait OverviewDesk: Send + Sync {
    async fn overview(&self) -> Result<OverviewView, Fault>;
}

#[derive(Debug, Clone, PartialEq)]
pub struct OverviewView {
    pub now: i64,
    /// Names what everything looked like then.
    pub stamp: String,
    pub connections: u64,
    pub organizations: u64,
    /// In the order of trouble; all nine.
    pub states: Vec<(ConnectionState, u64)>,
    pub outages: Vec<OutageView>,
    /// Oldest first, not all of them.
    pub todo: Vec<TodoView>,
    pub todo_total: u64,
    pub failed: FailedRuns,
    pub oldest_failure: Option<OldestFailure>,
    pub integrations: Vec<IntegrationDay>,
    pub budgets: Vec<BudgetView>,
    pub due: Vec<DueView>,
    /// API keys that never expire, and those that nobody used for 90 days.
    pub endless_keys: u64,
    pub unused_keys: u64,
    pub endpoints: Vec<FailingEndpoint>,
    pub funnel: Funnel,
    /// Whether this person may say “I am on it”.
    pub may_acknowledge: bool,
}

/// Many that fail alike.
#[derive(Debug, Clone, PartialEq)]
pub struct OutageView {
    pub id: String,
    pub integration: String,
    pub integration_slug: String,
    /// OfficeRnD's trouble and not the partner's.
    pub of_officernd: bool,
    /// What all of them were told.
    pub like: String,
    pub since: i64,
    pub connections: u64,
    /// Who is on it, and since when.
    pub acknowledged: Option<(String, i64)>,
}

/// A connection for which somebody has to do something.
#[derive(Debug, Clone, PartialEq)]
pub struct TodoView {
    pub connection: ConnectionId,
    pub organization: String,
    pub integration: String,
    pub state: ConnectionState,
    /// Slug of the cause.
    pub cause: String,
    pub who: Who,
    pub since: i64,
    /// Locations that are in trouble, of all.
    pub troubled: Option<(usize, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Admin,
    Partner,
}

/// Runs of today in the reader's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRuns {
    /// When each hour begins, and how many runs failed in it.
    pub hours: Vec<(i64, u64)>,
    pub failed: u64,
    pub runs: u64,
    /// The integration with most of them.
    pub most: Option<(String, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationDay {
    pub slug: String,
    pub name: String,
    /// None for an integration without a manifest.
    pub revision: Option<u32>,
    pub connections: u64,
    pub good: u64,
    pub failed: u64,
    pub webhooks: u64,
    pub waiting: u64,
}

/// Of one client id.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetView {
    pub integrations: Vec<String>,
    /// Requests that keep every grant, in a minute.
    pub needed: f64,
    /// In the last minute.
    pub used: u32,
    /// None where nothing is limited.
    pub limit: Option<u32>,
    pub carries: Option<u64>,
    pub grants: u64,
    /// When it is no longer enough.
    pub enough_until: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueView {
    pub at: i64,
    pub what: Due,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Of a connection that is refused already: its admin must connect again before and not after.
    Grant {
        connection: ConnectionId,
        organization: String,
    },
    ApiKey {
        name: String,
    },
    /// The secret before the last one of an endpoint.
    EndpointSecret {
        url: String,
    },
    /// The secret before the last one of the webhook of alerts.
    AlertSecret {
        url: String,
    },
    /// A secret of the settings, by the label of its field.
    Setting {
        connection: ConnectionId,
        organization: String,
        integration: String,
        field: String,
        /// `2026-12-24`
        day: String,
    },
}

/// What has failed for longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldestFailure {
    pub connection: ConnectionId,
    pub organization: String,
    pub since: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingEndpoint {
    pub integration: String,
    pub integration_slug: String,
    pub host: String,
    pub since: i64,
    pub disabled: bool,
    pub waiting: u64,
}

/// New connections of a month, and how far they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Funnel {
    pub opened: u64,
    pub authorized: u64,
    pub set_up: u64,
    pub saved: u64,
    pub ran: u64,
}
