//! How synchronization goes: what runs reported, what each location tells, outages of many, and from that the state.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::of_connection;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const CONNECTIONS: [&str; 12] = [
    "cause",
    "troubles",
    "changes_at",
    "paused_at",
    "paused_by",
    "counted_from",
    "last_success_at",
    "next_run_at",
    "failing_since",
    "failing_at",
    "failing_fault",
    "failing_like",
];
const RUNS: [&str; 8] =
    ["reported_at", "fault", "started_by", "locations", "would_remove", "held", "decided_at", "decided_by"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            text("cause").default("none").to_owned(),
            // None where all locations are well.
            json_null("troubles"),
            big_integer_null("changes_at"),
            big_integer_null("paused_at"),
            text_null("paused_by"),
            big_integer("counted_from").default(0).to_owned(),
            big_integer_null("last_success_at"),
            big_integer_null("next_run_at"),
            big_integer_null("failing_since"),
            big_integer_null("failing_at"),
            text_null("failing_fault"),
            text_null("failing_like"),
        ] {
            manager.alter_table(Table::alter().table("connections").add_column(column).to_owned()).await?;
        }
        // Nobody becomes late by an upgrade before the first interval is over.
        let counted = Query::update().table("connections").value("counted_from", Expr::col("updated_at")).to_owned();
        manager.execute(counted).await?;
        // Causes, and when the next run is due, are derived once for everybody.
        let look = Query::update()
            .table("connections")
            .value("changes_at", 0)
            .and_where(Expr::col("disconnected_at").is_null())
            .to_owned();
        manager.execute(look).await?;
        for column in [
            // The last word about it.
            big_integer_null("reported_at"),
            text_null("fault"),
            text_null("started_by"),
            // None for all.
            json_null("locations"),
            json_null("would_remove"),
            json_null("held"),
            big_integer_null("decided_at"),
            text_null("decided_by"),
        ] {
            manager.alter_table(Table::alter().table("runs").add_column(column).to_owned()).await?;
        }
        for table in [
            Table::create()
                .table("run_locations")
                .col(uuid("run_id"))
                .col(text("location_id"))
                .col(big_integer("created"))
                .col(big_integer("changed"))
                .col(big_integer("removed"))
                .col(big_integer("skipped"))
                .col(big_integer("failed"))
                .col(json("reasons"))
                .primary_key(Index::create().col("run_id").col("location_id"))
                .foreign_key(
                    ForeignKey::create()
                        .from("run_locations", "run_id")
                        .to("runs", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
            // What the state of a connection needs to know of its locations.
            Table::create()
                .table("location_health")
                .col(uuid("connection_id"))
                .col(text("location_id"))
                .col(big_integer_null("broken_since"))
                .col(big_integer_null("failing_since"))
                .col(text_null("failing_fault"))
                .col(big_integer_null("succeeded_at"))
                .primary_key(Index::create().col("connection_id").col("location_id"))
                .foreign_key(&mut of_connection("location_health"))
                .to_owned(),
            Table::create()
                .table("outages")
                .col(pk_uuid("id"))
                .col(text("integration"))
                .col(text("fault"))
                .col(text("likeness"))
                .col(big_integer("since"))
                .col(big_integer("opened_at"))
                .col(big_integer_null("closed_at"))
                .col(integer("tenants"))
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            Index::create()
                .name("ix_connections_changes")
                .table("connections")
                .col("changes_at")
                .and_where(Expr::col("changes_at").is_not_null())
                .to_owned(),
            Index::create()
                .name("ix_connections_next_run")
                .table("connections")
                .col("next_run_at")
                .and_where(Expr::col("next_run_at").is_not_null())
                .to_owned(),
            Index::create()
                .name("ix_connections_failing")
                .table("connections")
                .col("integration")
                .col("failing_like")
                .and_where(Expr::col("failing_like").is_not_null())
                .to_owned(),
            Index::create()
                .name("ix_runs_open")
                .table("runs")
                .col("started_at")
                .and_where(Expr::col("ended_at").is_null())
                .to_owned(),
            Index::create()
                .name("ux_outages_open")
                .table("outages")
                .col("integration")
                .col("likeness")
                .unique()
                .and_where(Expr::col("closed_at").is_null())
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (index, table) in [
            ("ix_connections_changes", "connections"),
            ("ix_connections_next_run", "connections"),
            ("ix_connections_failing", "connections"),
            ("ix_runs_open", "runs"),
        ] {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        for table in ["outages", "location_health", "run_locations"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for (table, columns) in [("connections", CONNECTIONS.as_slice()), ("runs", RUNS.as_slice())] {
            for column in columns {
                manager.alter_table(Table::alter().table(table).drop_column(*column).to_owned()).await?;
            }
        }
        Ok(())
    }
}
