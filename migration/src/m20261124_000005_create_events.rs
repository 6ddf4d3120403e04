//! What happened: OfficeRnD's webhooks, synchronization runs, and the activity of every connection.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::of_connection;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            // No reference to connections: hundreds are inserted at once, and one that is just purged must not refuse the rest.
            Table::create()
                .table("webhook_events")
                .col(pk_uuid("id"))
                // Of subscription, signature and body: an exact repetition is the same event.
                .col(blob("digest").unique_key())
                .col(uuid("organization_id"))
                .col(uuid("connection_id"))
                .col(text_null("event_type"))
                .col(blob("body"))
                .col(big_integer("signed_at"))
                .col(big_integer("received_at"))
                .col(big_integer_null("processed_at"))
                .to_owned(),
            Table::create()
                .table("runs")
                .col(pk_uuid("id"))
                .col(uuid("organization_id"))
                .col(uuid("connection_id"))
                .col(text("reason"))
                .col(text("state"))
                .col(text_null("message"))
                .col(big_integer("started_at"))
                .col(big_integer_null("ended_at"))
                .foreign_key(&mut of_connection("runs"))
                .to_owned(),
            // No reference to connections: what happened is kept when they are purged from an organization that stays.
            Table::create()
                .table("activity")
                .col(pk_uuid("id"))
                .col(uuid("organization_id"))
                .col(uuid("connection_id"))
                .col(big_integer("at"))
                .col(text("kind"))
                .col(text("actor_kind"))
                .col(text_null("actor"))
                .col(text_null("detail"))
                .foreign_key(
                    ForeignKey::create()
                        .from("activity", "organization_id")
                        .to("organizations", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            Index::create()
                .name("ix_webhook_events_waiting")
                .table("webhook_events")
                .col("received_at")
                .and_where(Expr::col("processed_at").is_null())
                .to_owned(),
            Index::create()
                .name("ix_webhook_events_connection")
                .table("webhook_events")
                .col("connection_id")
                .col("received_at")
                .to_owned(),
            Index::create().name("ix_runs_connection").table("runs").col("connection_id").col("started_at").to_owned(),
            Index::create().name("ix_activity_connection").table("activity").col("connection_id").col("at").to_owned(),
            Index::create().name("ix_activity_organization").table("activity").col("organization_id").to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["activity", "runs", "webhook_events"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
