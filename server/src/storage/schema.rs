//! The schema as the code reads it, for comparing it with the database.

use sea_orm::{ConnectionTrait, EntityName as _, EntityTrait as _, IdenStatic as _, Iterable as _, QuerySelect as _};

use super::{Result, entity};

macro_rules! tables {
    ($($table:ident),+ $(,)?) => {
        /// Every table with its columns.
        pub fn tables() -> Vec<(&'static str, Vec<&'static str>)> {
            vec![$((
                entity::$table::Entity.table_name(),
                entity::$table::Column::iter().map(|column| column.as_str()).collect(),
            )),+]
        }

        /// Reads up to `rows` rows of every table, and says how many there were.
        ///
        /// # Errors
        /// When a table or column is missing or holds another type.
        pub async fn read_some(db: &impl ConnectionTrait, rows: u64) -> Result<Vec<(&'static str, usize)>> {
            Ok(vec![$((
                entity::$table::Entity.table_name(),
                entity::$table::Entity::find().limit(rows).all(db).await?.len(),
            )),+])
        }
    };
}

tables!(
    activity,
    alert_notices,
    alert_subscribers,
    alerting,
    api_keys,
    attempt_secrets,
    bad_codes,
    bulk_acts,
    bulk_items,
    call_counts,
    configure_links,
    connect_attempts,
    connection_errors,
    connection_locations,
    connection_secrets,
    connection_steps,
    connections,
    desk_sessions,
    event_endpoint_secrets,
    event_endpoints,
    event_numbering,
    events,
    grant_tokens,
    grants,
    hourly_counts,
    idempotent_calls,
    incidents,
    known_uses,
    location_health,
    location_settings,
    notes,
    organizations,
    outages,
    outbox,
    partner_accounts,
    partner_sign_ins,
    processes,
    reconnect_links,
    run_locations,
    runs,
    sealing_keys,
    seen_calls,
    sent_codes,
    setting_acts,
    setting_changes,
    setting_drafts,
    setting_lists,
    setting_locks,
    setting_secrets,
    setting_versions,
    settings,
    signed_calls,
    staff,
    staff_activity,
    staff_identities,
    staff_invitations,
    staff_oidc_sign_ins,
    staff_passwords,
    staff_recovery_codes,
    staff_second_factors,
    staff_sessions,
    staff_sign_ins,
    staff_slowdowns,
    target_uses,
    tenant_counts,
    tenant_notes,
    tenant_rows,
    tenant_views,
    token_limits,
    token_requests,
    webhook_events,
);
