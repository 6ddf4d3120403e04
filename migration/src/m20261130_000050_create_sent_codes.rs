//! Codes that were sent to OfficeRnD, as digests. A code is sent once ever, and attempts are kept for days only.

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
        let table = Table::create()
            .table("sent_codes")
            .col(blob("digest").primary_key())
            .col(big_integer("sent_at"))
            .to_owned();
        manager.create_table(table).await?;
        // Of a cancelled attempt nobody knows whether its code was sent, so it counts as sent.
        let known = "INSERT INTO sent_codes (digest, sent_at) SELECT code_digest, updated_at FROM connect_attempts \
                     WHERE code_digest IS NOT NULL AND stage <> 'waiting'";
        manager.get_connection().execute_unprepared(known).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sent_codes").to_owned()).await
    }
}
