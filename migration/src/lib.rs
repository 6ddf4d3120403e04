//! The schema, step by step. A migration must run while the previous version still serves:
//! add first, use in the next release, remove in the one after.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261124_000001_create_organizations;
mod m20261124_000002_create_connections;
mod m20261124_000003_create_connect_attempts;
mod m20261124_000004_create_sessions_and_keys;
mod m20261124_000005_create_events;
mod m20261124_000006_add_authorized_at;
mod m20261124_000010_create_processes;
mod m20261124_000011_create_outbox;
mod m20261124_000012_create_settings;
mod m20261124_000020_bound_waiting_codes;
mod m20261124_000021_find_dead_deliveries;
mod m20261124_000030_create_partner_sign_ins;
mod m20261124_000031_add_waits_for;
mod m20261130_000040_keep_grants_alive;
mod m20261130_000050_create_sent_codes;
mod m20261130_000060_layer_settings;
mod m20261130_000070_count_calls;
mod m20261130_000080_runs_and_health;
mod m20261130_000090_events;
mod m20261130_000100_api_frame;
mod m20261130_000110_staff;
mod m20261130_000120_tenant_lists;
mod m20261130_000130_tenant_page;
mod m20261201_000150_staff_oidc;
mod m20261201_000170_outage_time_lines;
mod m20261201_000180_alerts;
mod m20261201_000190_setting_acts;
mod m20261201_000200_find_expiring_secrets;
mod m20261201_000210_keep_looks_apart;
mod m20261201_000220_overlap_alert_secrets;
mod m20261201_000230_target_uses;
mod m20261201_000240_look_at_settings;
mod m20261201_000250_failing_wholly;
mod m20261201_000260_write_less;
mod m20261201_000270_search_apart;
mod m20261201_000280_looks_by_integration;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_create_organizations::Migration),
            Box::new(m20261124_000002_create_connections::Migration),
            Box::new(m20261124_000003_create_connect_attempts::Migration),
            Box::new(m20261124_000004_create_sessions_and_keys::Migration),
            Box::new(m20261124_000005_create_events::Migration),
            Box::new(m20261124_000006_add_authorized_at::Migration),
            Box::new(m20261124_000010_create_processes::Migration),
            Box::new(m20261124_000011_create_outbox::Migration),
            Box::new(m20261124_000012_create_settings::Migration),
            Box::new(m20261124_000020_bound_waiting_codes::Migration),
            Box::new(m20261124_000021_find_dead_deliveries::Migration),
            Box::new(m20261124_000030_create_partner_sign_ins::Migration),
            Box::new(m20261124_000031_add_waits_for::Migration),
            Box::new(m20261130_000040_keep_grants_alive::Migration),
            Box::new(m20261130_000050_create_sent_codes::Migration),
            Box::new(m20261130_000060_layer_settings::Migration),
            Box::new(m20261130_000070_count_calls::Migration),
            Box::new(m20261130_000080_runs_and_health::Migration),
            Box::new(m20261130_000100_api_frame::Migration),
            Box::new(m20261130_000090_events::Migration),
            Box::new(m20261130_000110_staff::Migration),
            Box::new(m20261130_000120_tenant_lists::Migration),
            Box::new(m20261130_000130_tenant_page::Migration),
            Box::new(m20261201_000150_staff_oidc::Migration),
            Box::new(m20261201_000170_outage_time_lines::Migration),
            Box::new(m20261201_000180_alerts::Migration),
            Box::new(m20261201_000190_setting_acts::Migration),
            Box::new(m20261201_000200_find_expiring_secrets::Migration),
            Box::new(m20261201_000210_keep_looks_apart::Migration),
            Box::new(m20261201_000220_overlap_alert_secrets::Migration),
            Box::new(m20261201_000230_target_uses::Migration),
            Box::new(m20261201_000240_look_at_settings::Migration),
            Box::new(m20261201_000250_failing_wholly::Migration),
            Box::new(m20261201_000260_write_less::Migration),
            Box::new(m20261201_000270_search_apart::Migration),
            Box::new(m20261201_000280_looks_by_integration::Migration),
        ]
    }
}

/// Rows that belong to a connection go with it.
fn of_connection(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "connection_id")
        .to("connections", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
