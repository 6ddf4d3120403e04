//! What the partner system has to hear, until it heard it.

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
                    .table("outbox")
                    .col(pk_uuid("id"))
                    // No reference to connections: that one has ended must still be told when it is purged soon after.
                    .col(uuid("organization_id"))
                    .col(uuid("connection_id"))
                    // Deliveries to one receiver share its fate: the slug of the integration.
                    .col(text("receiver"))
                    .col(text("hook"))
                    .col(text("body"))
                    .col(text("state"))
                    .col(big_integer("created_at"))
                    // The next attempt, or the end of the lease of the one under way; none when it is over.
                    .col(big_integer_null("due_at"))
                    .col(uuid_null("lease_id"))
                    .col(integer("failures"))
                    .col(text_null("trouble"))
                    .col(big_integer_null("ended_at"))
                    .col(big_integer("keep_until"))
                    .to_owned(),
            )
            .await?;
        for index in [
            Index::create()
                .name("ix_outbox_due")
                .table("outbox")
                .col("receiver")
                .col("due_at")
                .and_where(Expr::col("due_at").is_not_null())
                .to_owned(),
            Index::create()
                .name("ix_outbox_over")
                .table("outbox")
                .col("keep_until")
                .and_where(Expr::col("due_at").is_null())
                .to_owned(),
            Index::create().name("ix_outbox_connection").table("outbox").col("connection_id").to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("outbox").to_owned()).await
    }
}
