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
    api_keys,
    attempt_secrets,
    bad_codes,
    call_counts,
    configure_links,
    connect_attempts,
    connection_locations,
    connection_secrets,
    connection_steps,
    connections,
    desk_sessions,
    grant_tokens,
    grants,
    location_settings,
    organizations,
    processes,
    outbox,
    partner_accounts,
    partner_sign_ins,
    runs,
    sealing_keys,
    sent_codes,
    setting_changes,
    setting_drafts,
    setting_lists,
    setting_locks,
    setting_secrets,
    setting_versions,
    settings,
    signed_calls,
    token_limits,
    token_requests,
    webhook_events,
);
