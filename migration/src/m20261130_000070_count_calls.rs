//! Calls through the proxy by connection, hour and outcome. No foreign key: what was counted in memory is written after
//! the connection may have been purged, and one such row must not fail all others.

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
        manager
            .create_table(
                Table::create()
                    .table("call_counts")
                    .col(uuid("connection_id"))
                    .col(big_integer("hour"))
                    .col(text("outcome"))
                    .col(big_integer("calls"))
                    .primary_key(Index::create().col("connection_id").col("hour").col("outcome"))
                    .to_owned(),
            )
            .await?;
        // What is old is deleted by its hour.
        let index = Index::create().name("ix_call_counts_hour").table("call_counts").col("hour").to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("call_counts").to_owned()).await
    }
}
