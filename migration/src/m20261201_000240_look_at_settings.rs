//! Settings are looked at once a day, whether or not anybody visits: the longest ago first.

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
        // 0 for never: both databases have it first, and the version that still serves need not write it.
        let column = big_integer("settings_looked_at").default(0).to_owned();
        manager.alter_table(Table::alter().table("connections").add_column(column).to_owned()).await?;
        let index = Index::create()
            .name("ix_connections_settings")
            .table("connections")
            .col("settings_looked_at")
            .col("id")
            .and_where(Expr::col("disconnected_at").is_null())
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("ix_connections_settings").table("connections").to_owned()).await?;
        manager.alter_table(Table::alter().table("connections").drop_column("settings_looked_at").to_owned()).await
    }
}
