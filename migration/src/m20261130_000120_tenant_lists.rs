//! What staff look for in lists of tenants, kept beside the tables it follows from, and counted.
//!
//! Triggers keep it, so that every writer does: also the version before this one while both serve, and imports. What
//! others write in the same transaction they write at once (`tenant_rows`); where that would have transactions wait
//! for each other in two orders, they leave a note (`tenant_notes`, and rows of the counts), which a job works in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// `grant_day` of a connection that has no grant.
const NO_DAY: i64 = 99_999_999;

/// How a list is sorted. Each order ends in the row's number, so that every row has one place.
const SORTS: [(&str, &[&str]); 6] = [
    ("trouble", &["trouble", "since", "number"]),
    ("name", &["name_key", "number"]),
    ("since", &["since", "number"]),
    ("success", &["last_success", "number"]),
    ("errors", &["errors", "number"]),
    ("grant", &["grant_day", "number"]),
];

const TABLES: [&str; 6] =
    ["tenant_views", "hourly_counts", "connection_errors", "tenant_notes", "tenant_counts", "tenant_rows"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Sqlite {
            // The version before this one still writes. What it committed between reading and the first trigger would
            // never be listed nor counted.
            manager.get_connection().execute_unprepared(include_str!("tenant_lists/postgres_lock.sql")).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        for column in [big_integer_null("acknowledged_at"), text_null("acknowledged_by")] {
            manager.alter_table(Table::alter().table("outages").add_column(column).to_owned()).await?;
        }
        let db = manager.get_connection();
        if manager.get_database_backend() != DbBackend::Sqlite {
            // One order wherever the database was made, and the same as SQLite's: by the letters of folded names.
            db.execute_unprepared("ALTER TABLE tenant_rows ALTER COLUMN name_key TYPE text COLLATE \"C\"").await?;
        }
        db.execute_unprepared(include_str!("tenant_lists/fill.sql")).await?;
        db.execute_unprepared(match manager.get_database_backend() {
            DbBackend::Sqlite => include_str!("tenant_lists/sqlite.sql"),
            _ => include_str!("tenant_lists/postgres.sql"),
        })
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(match manager.get_database_backend() {
            DbBackend::Sqlite => include_str!("tenant_lists/sqlite_down.sql"),
            _ => include_str!("tenant_lists/postgres_down.sql"),
        })
        .await?;
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for index in ["ix_connection_locations_location", "ix_outages_closed"] {
            let table = if index == "ix_outages_closed" { "outages" } else { "connection_locations" };
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        for column in ["acknowledged_at", "acknowledged_by"] {
            manager.alter_table(Table::alter().table("outages").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

fn tables() -> [TableCreateStatement; 6] {
    [
        // One row a connection. No reference to it: a trigger takes the row away, and counts it.
        Table::create()
            .table("tenant_rows")
            .col(big_pk_auto("number"))
            .col(uuid("connection_id"))
            .col(uuid("organization_id"))
            .col(text("integration"))
            .col(text("state"))
            .col(small_integer("trouble"))
            .col(text("name_key").default("").to_owned())
            .col(big_integer("since"))
            // 0 for never.
            .col(big_integer("last_success").default(0).to_owned())
            .col(big_integer("errors").default(0).to_owned())
            .col(big_integer("grant_day").default(NO_DAY).to_owned())
            .col(integer_null("revision"))
            .col(text("search").default("").to_owned())
            // Names changed since `name_key` and `search` were written.
            .col(boolean("stale").default(true).to_owned())
            .to_owned(),
        // Sums and changes of sums. Only inserting needs no lock, so that an outage of thousands holds up nobody.
        Table::create()
            .table("tenant_counts")
            .col(big_pk_auto("number"))
            .col(text("integration"))
            .col(text("state"))
            .col(big_integer("change"))
            .to_owned(),
        Table::create()
            .table("tenant_notes")
            .col(big_pk_auto("number"))
            .col(uuid("connection_id"))
            .col(big_integer_null("hour"))
            .col(big_integer("errors").default(0).to_owned())
            .col(big_integer_null("grant_day"))
            .to_owned(),
        Table::create()
            .table("connection_errors")
            .col(uuid("connection_id"))
            .col(big_integer("hour"))
            .col(big_integer("errors"))
            .primary_key(Index::create().col("connection_id").col("hour"))
            .to_owned(),
        // What happened in an hour, in sums and changes of sums.
        Table::create()
            .table("hourly_counts")
            .col(big_pk_auto("number"))
            .col(text("what"))
            .col(big_integer("hour"))
            .col(text("integration"))
            .col(big_integer("change"))
            .to_owned(),
        // Addresses of the list that somebody gave a name.
        Table::create()
            .table("tenant_views")
            .col(pk_uuid("id"))
            .col(uuid("staff_id"))
            .col(text("name"))
            .col(text("query"))
            .col(big_integer("created_at"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mut indexes = vec![
        Index::create().name("ux_tenant_rows_connection").table("tenant_rows").col("connection_id").unique().to_owned(),
        Index::create().name("ix_tenant_rows_organization").table("tenant_rows").col("organization_id").to_owned(),
        Index::create()
            .name("ix_tenant_rows_stale")
            .table("tenant_rows")
            .col("organization_id")
            .and_where(Expr::col("stale"))
            .to_owned(),
        Index::create().name("ix_connection_errors_hour").table("connection_errors").col("hour").to_owned(),
        Index::create()
            .name("ix_hourly_counts")
            .table("hourly_counts")
            .col("what")
            .col("hour")
            .col("integration")
            .to_owned(),
        Index::create()
            .name("ux_tenant_views_name")
            .table("tenant_views")
            .col("staff_id")
            .col("name")
            .unique()
            .to_owned(),
        Index::create()
            .name("ix_connection_locations_location")
            .table("connection_locations")
            .col("location_id")
            .to_owned(),
        Index::create().name("ix_outages_closed").table("outages").col("closed_at").to_owned(),
    ];
    for (name, columns) in SORTS {
        let mut index = Index::create().name(format!("ix_tenant_rows_{name}")).table("tenant_rows").to_owned();
        for column in columns {
            index.col(*column);
        }
        indexes.push(index);
        // In one state, most trouble first is longest first.
        if name == "trouble" {
            continue;
        }
        let mut index = Index::create().name(format!("ix_tenant_rows_of_{name}")).table("tenant_rows").to_owned();
        for column in ["integration", "state"].iter().chain(columns) {
            index.col(*column);
        }
        indexes.push(index);
    }
    indexes
}
