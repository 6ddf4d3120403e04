//! Who looks after an outage is told to the end: how far it was told stands beside it. Acts on many forget a connection
//! that is purged, by its index.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 2] = ["acknowledged_id", "told_up_to"];
const INDEX: &str = "ix_bulk_items_connection";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("outages").add_column(uuid_null(column)).to_owned()).await?;
        }
        manager.create_index(Index::create().name(INDEX).table("bulk_items").col("connection_id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("bulk_items").to_owned()).await?;
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("outages").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
