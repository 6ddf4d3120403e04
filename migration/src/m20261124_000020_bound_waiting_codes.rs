//! Whence a code came that was not sent yet. Anybody can bring codes, so their number is bounded, from an address
//! and in all.

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
        // Attempts of the version that still serves have none, are not counted, and end within a day.
        let table = Table::alter().table("connect_attempts").add_column(text_null("waiting_from")).to_owned();
        manager.alter_table(table).await?;
        for index in [
            Index::create()
                .name("ix_connect_attempts_waiting_from")
                .table("connect_attempts")
                .col("waiting_from")
                .col("updated_at")
                .and_where(Expr::col("waiting_from").is_not_null())
                .to_owned(),
            Index::create()
                .name("ix_connect_attempts_waiting")
                .table("connect_attempts")
                .col("updated_at")
                .and_where(Expr::col("waiting_from").is_not_null())
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["ix_connect_attempts_waiting_from", "ix_connect_attempts_waiting"] {
            manager.drop_index(Index::drop().name(index).table("connect_attempts").to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("connect_attempts").drop_column("waiting_from").to_owned()).await
    }
}
