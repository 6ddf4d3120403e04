//! When a button beside settings was pressed last, and what came of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::of_connection;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("setting_acts")
            .col(uuid("connection_id"))
            .col(text("location_id"))
            .col(text("field"))
            .col(big_integer("began_at"))
            .col(big_integer_null("ended_at"))
            .col(boolean_null("good"))
            .col(text_null("said"))
            .primary_key(Index::create().col("connection_id").col("location_id").col("field"))
            .foreign_key(&mut of_connection("setting_acts"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("setting_acts").to_owned()).await
    }
}
