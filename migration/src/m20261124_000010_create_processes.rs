//! Who works on this database with which encryption keys, so that no record is sealed with a key that
//! somebody who runs does not have, and none is taken away that something is still sealed with.

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
        for table in [
            Table::create()
                .table("processes")
                .col(pk_uuid("id"))
                .col(text("name"))
                .col(json("keys"))
                .col(big_integer("sealing"))
                .col(big_integer("sealing_since"))
                .col(big_integer("seen_at"))
                .to_owned(),
            Table::create()
                .table("sealing_keys")
                .col(big_integer("key_id").primary_key())
                .col(blob("proof"))
                .col(big_integer("first_used_at"))
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["sealing_keys", "processes"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
