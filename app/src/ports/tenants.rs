//! The list of tenants.

use async_trait::async_trait;

use super::Fault;
use super::overview::OutageView;
use crate::ids::{ConnectionId, OrganizationId};
use crate::state::ConnectionState;
use crate::tenants::ListAddress;

#[async_trait]
pub trait TenantsDesk: Send + Sync {
    /// The view that the address names.
    async fn tenants(&self) -> Result<TenantsView, Fault>;
}

#[derive(Debug, Clone, PartialEq)]
pub struct TenantsView {
    pub now: i64,
    /// Names what everything looked like then.
    pub stamp: String,
    pub address: ListAddress,
    pub rows: Vec<TenantRow>,
    pub total: Count,
    /// Connections of all tenants, in any state.
    pub all: u64,
    /// In the order of trouble, of the integration that is asked for.
    pub states: Vec<(ConnectionState, u64)>,
    /// Of the state that is asked for.
    pub integrations: Vec<IntegrationCount>,
    /// Name of the location that is asked for, where anybody has it.
    pub location: Option<String>,
    /// Queries of the pages before and behind.
    pub previous: Option<String>,
    pub next: Option<String>,
    /// What was typed is too short to be looked for.
    pub too_short: bool,
    pub views: Vec<NamedView>,
    /// A name that could not be saved, and why.
    pub refused_view: Option<(String, ViewMistake)>,
    pub outages: Vec<OutageView>,
    pub may_export: bool,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exactly(u64),
    MoreThan(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationCount {
    pub slug: String,
    pub name: String,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedView {
    pub id: String,
    pub name: String,
    pub query: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewMistake {
    NoName,
    TooLong,
    TooMany,
}

/// One connection.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantRow {
    pub connection: ConnectionId,
    pub organization: OrganizationId,
    pub name: String,
    pub slug: String,
    pub officernd_id: String,
    pub state: ConnectionState,
    pub since: i64,
    pub integration: String,
    /// Masked where it is an address of a person.
    pub account: Option<String>,
    pub locations: u64,
    pub all_locations: bool,
    pub last_success: Option<i64>,
    /// Of the last day.
    pub errors: i64,
    pub grant: GrantEnd,
    pub revision: Option<i32>,
    pub next_run: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantEnd {
    None,
    On(i64),
    /// OfficeRnD does not accept it any more.
    Refused,
    /// Disconnected; when the data are deleted.
    KeptUntil(i64),
}
