//! Runs of the pop-up. They end within a day, and hold nothing in clear that could be used.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

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
                .table("connect_attempts")
                .col(pk_uuid("id"))
                .col(text("integration"))
                .col(blob("cookie_digest"))
                // A code is tried once ever, whoever brings it.
                .col(blob_null("code_digest").unique_key())
                .col(text("stage"))
                .col(text_null("problem"))
                .col(text_null("trouble"))
                .col(text("org_slug"))
                .col(text("integration_id"))
                .col(json("locations"))
                .col(text_null("officernd_id"))
                .col(text_null("organization_name"))
                .col(text_null("region_url"))
                .col(json_null("known_locations"))
                .col(text_null("scope"))
                .col(big_integer_null("access_expires_at"))
                .col(big_integer_null("access_lifetime_seconds"))
                .col(uuid("connection_id"))
                .col(big_integer_null("busy_until"))
                .col(text("reference"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .to_owned(),
            Table::create()
                .table("attempt_secrets")
                .col(pk_uuid("attempt_id"))
                .col(blob_null("code"))
                .col(blob_null("access_token"))
                .col(blob_null("refresh_token"))
                .foreign_key(
                    ForeignKey::create()
                        .from("attempt_secrets", "attempt_id")
                        .to("connect_attempts", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
            Table::create()
                .table("bad_codes")
                .col(pk_uuid("id"))
                .col(text("address"))
                .col(big_integer("at"))
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            Index::create().name("ix_connect_attempts_created").table("connect_attempts").col("created_at").to_owned(),
            Index::create()
                .name("ix_connect_attempts_connection")
                .table("connect_attempts")
                .col("connection_id")
                .to_owned(),
            Index::create().name("ix_bad_codes").table("bad_codes").col("address").col("at").to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["bad_codes", "attempt_secrets", "connect_attempts"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
