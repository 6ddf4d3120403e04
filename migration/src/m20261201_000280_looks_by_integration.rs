//! Each integration has its own turns of looking at settings, so the longest ago are found among its own connections.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OF_ALL: &str = "ix_connections_settings";
const OF_ONE: &str = "ix_connections_looks";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, OF_ONE, &["integration", "settings_looked_at", "id"]).await?;
        take_away(manager, OF_ALL).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make(manager, OF_ALL, &["settings_looked_at", "id"]).await?;
        take_away(manager, OF_ONE).await
    }
}

async fn make(manager: &SchemaManager<'_>, name: &'static str, columns: &[&'static str]) -> Result<(), DbErr> {
    let mut index = Index::create().name(name).table("connections").to_owned();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index.and_where(Expr::col("disconnected_at").is_null()).to_owned()).await
}

async fn take_away(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(name).table("connections").to_owned()).await
}
