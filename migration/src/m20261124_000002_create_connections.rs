//! Connections with their locations and grants. Ciphertexts stand in tables of their own, so that
//! lists and claims never read them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::of_connection;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("connections")
                    .col(pk_uuid("id"))
                    .col(uuid("organization_id"))
                    .col(text("integration"))
                    .col(text("integration_id"))
                    .col(boolean("all_locations"))
                    .col(text("state"))
                    .col(big_integer("state_since"))
                    .col(big_integer("connected_at"))
                    .col(big_integer_null("finished_at"))
                    .col(boolean("sync_on"))
                    .col(text_null("account_name"))
                    .col(text_null("subscription_id"))
                    .col(text("subscription_state"))
                    .col(big_integer("subscription_checked_at"))
                    .col(big_integer("secret_checked_at"))
                    .col(big_integer_null("disconnected_at"))
                    .col(text_null("disconnect_cause"))
                    .col(big_integer_null("purge_at"))
                    .col(big_integer("created_at"))
                    .col(big_integer("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("connections", "organization_id")
                            .to("organizations", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        for index in [
            Index::create()
                .name("ux_connections_installation")
                .table("connections")
                .col("organization_id")
                .col("integration")
                .col("integration_id")
                .unique()
                .to_owned(),
            // The daily subscription check and the purge walk these two in order.
            Index::create()
                .name("ix_connections_subscription")
                .table("connections")
                .col("subscription_state")
                .col("subscription_checked_at")
                .to_owned(),
            Index::create().name("ix_connections_purge").table("connections").col("purge_at").to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        for table in [
            Table::create()
                .table("connection_secrets")
                .col(pk_uuid("connection_id"))
                .col(blob("integration_secret"))
                .col(blob_null("subscription_secret"))
                .foreign_key(&mut of_connection("connection_secrets"))
                .to_owned(),
            Table::create()
                .table("connection_locations")
                .col(uuid("connection_id"))
                .col(text("location_id"))
                .col(integer("position"))
                .col(text_null("name"))
                .col(text_null("time_zone"))
                .col(text_null("currency"))
                .primary_key(Index::create().col("connection_id").col("location_id"))
                .foreign_key(&mut of_connection("connection_locations"))
                .to_owned(),
            Table::create()
                .table("grants")
                .col(pk_uuid("connection_id"))
                .col(text("client_id"))
                .col(text("state"))
                .col(text("scope"))
                .col(big_integer("access_expires_at"))
                .col(big_integer("access_lifetime_seconds"))
                .col(big_integer("refresh_expires_at"))
                .col(big_integer("refreshed_at"))
                .col(big_integer("version"))
                .col(uuid_null("lease_id"))
                .col(big_integer_null("lease_until"))
                .col(boolean("answer_lost"))
                .col(text_null("cause"))
                .foreign_key(&mut of_connection("grants"))
                .to_owned(),
            Table::create()
                .table("grant_tokens")
                .col(pk_uuid("connection_id"))
                .col(blob("access_token"))
                .col(blob_null("refresh_token"))
                .foreign_key(&mut of_connection("grant_tokens"))
                .to_owned(),
            Table::create()
                .table("token_requests")
                .col(pk_uuid("id"))
                .col(text("client_id"))
                .col(big_integer("sent_at"))
                .col(big_integer_null("ended_at"))
                .to_owned(),
            Table::create()
                .table("token_limits")
                .col(text("client_id").primary_key())
                .col(big_integer("blocked_until"))
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        manager
            .create_index(
                Index::create()
                    .name("ix_token_requests")
                    .table("token_requests")
                    .col("client_id")
                    .col("sent_at")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "token_limits",
            "token_requests",
            "grant_tokens",
            "grants",
            "connection_locations",
            "connection_secrets",
            "connections",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
