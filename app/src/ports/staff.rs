//! What the dashboard may ask. A value is one person of the partner who has signed in, with a role.

use std::sync::Arc;

use super::alerts::AlertsDesk;
use super::audit::AuditDesk;
use super::integrations::IntegrationsDesk;
use super::overview::OverviewDesk;
use super::team::TeamDesk;
use super::tenant::TenantDesk;
use super::tenants::TenantsDesk;
use crate::ids::StaffId;
use crate::role::Role;
use crate::time::Zone;

pub trait StaffDesk:
    OverviewDesk + TenantsDesk + TenantDesk + TeamDesk + IntegrationsDesk + AuditDesk + AlertsDesk
{
    /// Who has signed in.
    fn who(&self) -> StaffView;
}

pub type SharedStaffDesk = Arc<dyn StaffDesk>;

/// Who looks at the page.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffView {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// The zone that this person reads times in.
    pub zone: Zone,
    /// Proved lately who it is; else the password is asked for before something dangerous.
    pub is_fresh: bool,
}
