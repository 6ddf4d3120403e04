//! What settings refer to and no other connection of the integration may: whoever else uses it is found by an index.

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
            .table("target_uses")
            .col(uuid("connection_id"))
            .col(text("source"))
            .col(text("target"))
            .col(text("integration"))
            .primary_key(Index::create().col("connection_id").col("source").col("target"))
            .foreign_key(&mut of_connection("target_uses"))
            .to_owned();
        manager.create_table(table).await?;
        // Whose use it is stands there too, since one's own does not count.
        let index = Index::create()
            .name("ix_target_uses_target")
            .table("target_uses")
            .col("integration")
            .col("source")
            .col("target")
            .col("connection_id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("target_uses").to_owned()).await
    }
}
