//! Incidents, what was told of them to whom, and how the partner wants to be told.

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
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            Index::create()
                .name("ix_incidents_at_work")
                .table("incidents")
                .col("watched_at")
                .and_where(Expr::col("closed_at").is_null())
                .to_owned(),
            Index::create().name("ix_incidents_closed").table("incidents").col("closed_at").to_owned(),
            Index::create().name("ix_incidents_connection").table("incidents").col("connection_id").to_owned(),
            Index::create()
                .name("ix_alert_notices_due")
                .table("alert_notices")
                .col("due_at")
                .and_where(Expr::col("due_at").is_not_null())
                .to_owned(),
            Index::create().name("ix_alert_notices_incident").table("alert_notices").col("incident_id").to_owned(),
            Index::create().name("ix_alert_notices_created").table("alert_notices").col("created_at").to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["alert_notices", "incidents", "alert_subscribers", "alerting"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn tables() -> [TableCreateStatement; 4] {
    [
        // One row, once something was set or told.
        Table::create()
            .table("alerting")
            .col(pk_uuid("id"))
            .col(json_null("rules"))
            // When a digest was due last.
            .col(big_integer("digest_at"))
            .col(text_null("webhook_url"))
            .col(blob_null("webhook_secret"))
            .to_owned(),
        Table::create()
            .table("alert_subscribers")
            .col(pk_uuid("staff_id"))
            .col(text("level"))
            .col(big_integer("since"))
            .foreign_key(
                ForeignKey::create()
                    .from("alert_subscribers", "staff_id")
                    .to("staff", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        Table::create()
            .table("incidents")
            .col(pk_uuid("id"))
            .col(text("kind"))
            .col(text("integration"))
            .col(text("likeness"))
            // Of one connection only. No reference: the purge takes it.
            .col(uuid_null("connection_id"))
            .col(text("basis"))
            .col(integer("grouping_version"))
            .col(big_integer("first_since"))
            .col(big_integer("last_since"))
            .col(integer("tenants"))
            .col(integer("tenants_most"))
            .col(text("state"))
            .col(big_integer("watched_at"))
            .col(big_integer_null("opened_at"))
            .col(big_integer_null("told_at"))
            .col(big_integer_null("calm_since"))
            .col(integer("relapses"))
            .col(big_integer_null("closed_at"))
            .col(text_null("closed_how"))
            .col(big_integer_null("acknowledged_at"))
            .col(text_null("acknowledged_by"))
            .to_owned(),
        Table::create()
            .table("alert_notices")
            .col(pk_uuid("id"))
            // None for a digest and for a test.
            .col(uuid_null("incident_id"))
            .col(text("what"))
            .col(text("channel"))
            // None for the webhook.
            .col(uuid_null("staff_id"))
            .col(text("subject"))
            .col(text("body"))
            .col(big_integer("created_at"))
            // None when it has ended.
            .col(big_integer_null("due_at"))
            .col(text("state"))
            .col(integer("failures"))
            .col(text_null("trouble"))
            .col(uuid_null("lease_id"))
            .col(big_integer_null("ended_at"))
            .foreign_key(
                ForeignKey::create()
                    .from("alert_notices", "incident_id")
                    .to("incidents", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
    ]
}
