//! Visits of the partner's own sign-in page that have not come back yet, or came back with nothing.

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
        let table = Table::create()
            .table("partner_sign_ins")
            .col(pk_uuid("id"))
            .col(uuid("connection_id"))
            .col(text("step"))
            // The run of the pop-up that it belongs to; none for a visit from Configure.
            .col(uuid_null("attempt_id"))
            // The cookie of that very run or visit.
            .col(blob("opener_digest"))
            .col(blob("state_digest"))
            .col(blob("entries"))
            .col(json_null("outcome"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .foreign_key(&mut of_connection("partner_sign_ins"))
            .to_owned();
        manager.create_table(table).await?;
        for index in [
            Index::create()
                .name("ux_partner_sign_ins_state")
                .table("partner_sign_ins")
                .col("state_digest")
                .unique()
                .to_owned(),
            Index::create()
                .name("ix_partner_sign_ins_connection")
                .table("partner_sign_ins")
                .col("connection_id")
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("partner_sign_ins").to_owned()).await
    }
}
