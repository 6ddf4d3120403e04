//! One integration joined to one organization.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connections")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organization_id: Uuid,
    pub(crate) integration: String,
    pub(crate) integration_id: String,
    pub(crate) all_locations: bool,
    pub(crate) state: String,
    pub(crate) state_since: i64,
    pub(crate) cause: String,
    pub(crate) troubles: Option<Json>,
    pub(crate) changes_at: Option<i64>,
    pub(crate) authorized_at: i64,
    pub(crate) connected_at: i64,
    pub(crate) finished_at: Option<i64>,
    pub(crate) waits_for: Option<Uuid>,
    pub(crate) sync_on: bool,
    pub(crate) paused_at: Option<i64>,
    pub(crate) paused_by: Option<String>,
    pub(crate) counted_from: i64,
    pub(crate) last_success_at: Option<i64>,
    pub(crate) next_run_at: Option<i64>,
    pub(crate) failing_since: Option<i64>,
    pub(crate) failing_at: Option<i64>,
    pub(crate) failing_fault: Option<String>,
    pub(crate) failing_like: Option<String>,
    pub(crate) account_name: Option<String>,
    pub(crate) subscription_id: Option<String>,
    pub(crate) subscription_state: String,
    pub(crate) subscription_checked_at: i64,
    pub(crate) secret_checked_at: i64,
    pub(crate) settings_looked_at: i64,
    pub(crate) disconnected_at: Option<i64>,
    pub(crate) disconnect_cause: Option<String>,
    pub(crate) purge_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
