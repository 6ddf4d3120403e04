//! When the admin whose consent a connection rests on opened the pop-up: a removal from before that
//! moment was of an earlier consent.

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
        // The default is for rows that exist and for the version that still serves: no removal is too old then.
        let table = Table::alter().table("connections").add_column(big_integer("authorized_at").default(0)).to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("connections").drop_column("authorized_at").to_owned()).await
    }
}
