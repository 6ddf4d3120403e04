//! Visits of admins and keys of the partner system. What is presented is stored as a digest only.

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
        for table in [
            Table::create()
                .table("desk_sessions")
                .col(blob("digest").primary_key())
                .col(uuid("connection_id"))
                .col(text_null("member_id"))
                .col(big_integer("created_at"))
                .col(big_integer("seen_at"))
                .col(big_integer("expires_at"))
                .foreign_key(&mut of_connection("desk_sessions"))
                .to_owned(),
            Table::create()
                .table("configure_links")
                .col(blob("digest").primary_key())
                .col(blob("session_digest"))
                .col(big_integer("expires_at"))
                .to_owned(),
            Table::create()
                .table("signed_calls")
                .col(blob("digest").primary_key())
                .col(uuid("connection_id"))
                .col(text("answer"))
                .col(big_integer("expires_at"))
                .foreign_key(&mut of_connection("signed_calls"))
                .to_owned(),
            Table::create()
                .table("api_keys")
                .col(pk_uuid("id"))
                .col(blob("digest").unique_key())
                .col(text("name"))
                .col(json("integrations"))
                .col(json("scopes"))
                .col(big_integer("created_at"))
                .col(big_integer_null("expires_at"))
                .col(big_integer_null("last_used_at"))
                .col(big_integer_null("revoked_at"))
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        for (name, table) in [
            ("ix_desk_sessions_expiry", "desk_sessions"),
            ("ix_configure_links_expiry", "configure_links"),
            ("ix_signed_calls_expiry", "signed_calls"),
        ] {
            manager.create_index(Index::create().name(name).table(table).col("expires_at").to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["api_keys", "signed_calls", "configure_links", "desk_sessions"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
