//! Writes of the partner system that come with an `Idempotency-Key`, and links with which an admin reconnects.

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
        let calls = Table::create()
            .table("idempotent_calls")
            // Made of the API key and the idempotency key.
            .col(pk_uuid("id"))
            .col(uuid("api_key_id"))
            .col(blob("call_digest"))
            .col(big_integer("leased_until"))
            .col(big_integer("expires_at"))
            .col(blob_null("answer"))
            .to_owned();
        manager.create_table(calls).await?;
        // One link a connection: a new one ends the one before.
        let links = Table::create()
            .table("reconnect_links")
            .col(pk_uuid("connection_id"))
            .col(blob("digest"))
            .col(text("made_by"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("completed_at"))
            .foreign_key(&mut of_connection("reconnect_links"))
            .to_owned();
        manager.create_table(links).await?;
        for index in [
            Index::create()
                .name("ix_idempotent_calls_expires_at")
                .table("idempotent_calls")
                .col("expires_at")
                .to_owned(),
            Index::create()
                .name("ux_reconnect_links_digest")
                .table("reconnect_links")
                .col("digest")
                .unique()
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("reconnect_links").to_owned()).await?;
        manager.drop_table(Table::drop().table("idempotent_calls").to_owned()).await
    }
}
