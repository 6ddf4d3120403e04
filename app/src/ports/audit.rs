//! The record of everything that happened, over all tenants.

use async_trait::async_trait;

use super::{Actor, Fault};
use crate::ids::{ConnectionId, StaffId};

#[async_trait]
pub trait AuditDesk: Send + Sync {
    async fn audit(&self) -> Result<AuditView, Fault>;
}

/// A page of the record, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditView {
    pub rows: Vec<AuditRow>,
    pub filter: AuditFilter,
    /// Everybody who has an account, for the filter.
    pub people: Vec<(StaffId, String)>,
    /// The address of older rows.
    pub older: Option<String>,
    /// The address of the newest, on a later page.
    pub newest: Option<String>,
    pub may_export: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    pub at: i64,
    pub kind: String,
    pub actor: Actor,
    /// The product that this is about.
    pub integration: Option<String>,
    pub tenant: Option<(String, ConnectionId)>,
    /// Whom or what it was done to, where that is no tenant.
    pub subject: Option<String>,
    pub detail: Option<String>,
}

/// What is looked for, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// `stf_…`, or a kind of actor.
    pub who: String,
    pub kind: String,
    /// A slug, `org_…` or `con_…`.
    pub tenant: String,
    /// Days, both included.
    pub since: String,
    pub until: String,
    pub mistake: Option<AuditMistake>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditMistake {
    Since,
    Until,
    Tenant,
}
