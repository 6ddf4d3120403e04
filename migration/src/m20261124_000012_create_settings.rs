//! What the admin enters: values of the manifest's fields, the partner account that they lead to, and which
//! steps of the set-up are done.

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
                .table("settings")
                .col(uuid("connection_id"))
                .col(text("field"))
                .col(json("value"))
                .col(big_integer("updated_at"))
                .primary_key(Index::create().col("connection_id").col("field"))
                .foreign_key(&mut of_connection("settings"))
                .to_owned(),
            Table::create()
                .table("setting_secrets")
                // Made of connection and field, so that a record does not open in another field's row.
                .col(pk_uuid("id"))
                .col(uuid("connection_id"))
                .col(text("field"))
                .col(blob("secret"))
                .col(big_integer("updated_at"))
                .foreign_key(&mut of_connection("setting_secrets"))
                .to_owned(),
            Table::create()
                .table("partner_accounts")
                .col(pk_uuid("connection_id"))
                .col(text("account_id"))
                .col(text("name"))
                .col(big_integer("verified_at"))
                .foreign_key(&mut of_connection("partner_accounts"))
                .to_owned(),
            Table::create()
                .table("connection_steps")
                .col(uuid("connection_id"))
                .col(text("step"))
                .col(big_integer("done_at"))
                .primary_key(Index::create().col("connection_id").col("step"))
                .foreign_key(&mut of_connection("connection_steps"))
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        let index = Index::create()
            .name("ix_setting_secrets_connection")
            .table("setting_secrets")
            .col("connection_id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["connection_steps", "partner_accounts", "setting_secrets", "settings"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
