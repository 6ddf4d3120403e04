//! What signed notices before signs beside its successor for a while, as at the endpoints of events.

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
        // SQLite adds one column at a time.
        for column in [blob_null("webhook_previous"), big_integer_null("webhook_previous_until")] {
            manager.alter_table(Table::alter().table("alerting").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["webhook_previous_until", "webhook_previous"] {
            manager.alter_table(Table::alter().table("alerting").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
