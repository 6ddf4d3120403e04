//! What happened, for partner systems that ask and for those that are told: events in the order in which they were
//! committed, the addresses that hear of them, and deliveries of events beside those of hooks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 4] = ["event_endpoint_secrets", "event_endpoints", "event_numbering", "events"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            // No reference to connections: that one has ended must still be told when it is purged soon after.
            Table::create()
                .table("events")
                .col(pk_uuid("id"))
                // Given after the commit, one event after the other, so that who reads in this order misses none.
                .col(big_integer_null("position"))
                .col(text("kind"))
                .col(text("integration"))
                .col(uuid("organization_id"))
                .col(uuid("connection_id"))
                .col(text("body"))
                .col(big_integer("created_at"))
                .col(big_integer("keep_until"))
                .to_owned(),
            // One row: the last position that was given. Who locks it gives the next ones.
            Table::create()
                .table("event_numbering")
                .col(integer("id").primary_key())
                .col(big_integer("last"))
                .to_owned(),
            Table::create()
                .table("event_endpoints")
                .col(pk_uuid("id"))
                .col(text("integration"))
                .col(text("url"))
                .col(json("types"))
                .col(big_integer("created_at"))
                .col(big_integer_null("previous_until"))
                .col(big_integer_null("failing_since"))
                .col(big_integer_null("disabled_at"))
                .col(text_null("reason"))
                .to_owned(),
            Table::create()
                .table("event_endpoint_secrets")
                .col(pk_uuid("endpoint_id"))
                .col(blob("secret"))
                .col(blob_null("previous"))
                .foreign_key(
                    ForeignKey::create()
                        .from("event_endpoint_secrets", "endpoint_id")
                        .to("event_endpoints", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        manager.get_connection().execute_unprepared("INSERT INTO event_numbering (id, last) VALUES (1, 0)").await?;
        manager.alter_table(Table::alter().table("outbox").add_column(uuid_null("event_id")).to_owned()).await?;
        for index in [
            Index::create()
                .name("ix_events_unnumbered")
                .table("events")
                .col("created_at")
                .col("id")
                .and_where(Expr::col("position").is_null())
                .to_owned(),
            Index::create().name("ix_events_integration").table("events").col("integration").col("position").to_owned(),
            Index::create()
                .name("ix_events_connection")
                .table("events")
                .col("connection_id")
                .col("position")
                .to_owned(),
            Index::create().name("ix_events_over").table("events").col("keep_until").to_owned(),
            Index::create()
                .name("ix_event_endpoints_integration")
                .table("event_endpoints")
                .col("integration")
                .to_owned(),
            // An event is one delivery to an endpoint, however often it is replayed.
            Index::create()
                .name("ix_outbox_event")
                .table("outbox")
                .col("event_id")
                .col("receiver")
                .unique()
                .and_where(Expr::col("event_id").is_not_null())
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Older versions would take them for hooks of an integration that they do not know.
        let deliveries = Query::delete().from_table("outbox").and_where(Expr::col("event_id").is_not_null()).to_owned();
        manager.execute(deliveries).await?;
        manager.drop_index(Index::drop().name("ix_outbox_event").table("outbox").to_owned()).await?;
        manager.alter_table(Table::alter().table("outbox").drop_column("event_id").to_owned()).await?;
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
