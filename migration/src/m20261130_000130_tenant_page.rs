//! What staff do with one connection or many: notes, bulk acts, and the order in which a time line is read.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::of_connection;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 3] = ["bulk_items", "bulk_acts", "notes"];

const INDEXES: [(&str, &str, &[&str]); 4] = [
    // The id tells apart what happened in the same moment, and a page begins after any of them.
    ("ix_activity_timeline", "activity", &["connection_id", "at", "id"]),
    ("ix_activity_kind", "activity", &["connection_id", "kind", "at", "id"]),
    ("ix_events_timeline", "events", &["connection_id", "created_at", "id"]),
    ("ix_outbox_timeline", "outbox", &["connection_id", "created_at", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            Table::create()
                .table("notes")
                .col(pk_uuid("id"))
                .col(uuid("organization_id"))
                .col(uuid("connection_id"))
                .col(uuid("author_id"))
                .col(text("author"))
                .col(text("text"))
                .col(big_integer("created_at"))
                .col(big_integer_null("edited_at"))
                .foreign_key(&mut of_connection("notes"))
                .to_owned(),
            Table::create()
                .table("bulk_acts")
                .col(pk_uuid("id"))
                .col(text("act"))
                .col(uuid("staff_id"))
                .col(text("staff"))
                .col(text_null("reason"))
                .col(big_integer_null("since"))
                .col(integer("total"))
                .col(big_integer("created_at"))
                .col(big_integer_null("ended_at"))
                .to_owned(),
            // No reference to connections: what was done is told also when one is purged meanwhile.
            Table::create()
                .table("bulk_items")
                .col(uuid("bulk_id"))
                .col(integer("position"))
                .col(uuid("connection_id"))
                .col(text_null("outcome"))
                .col(big_integer_null("lease_until"))
                .col(big_integer_null("ended_at"))
                .primary_key(Index::create().col("bulk_id").col("position"))
                .foreign_key(
                    ForeignKey::create()
                        .from("bulk_items", "bulk_id")
                        .to("bulk_acts", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        for index in [
            Index::create()
                .name("ix_notes_connection")
                .table("notes")
                .col("connection_id")
                .col("created_at")
                .to_owned(),
            Index::create()
                .name("ix_bulk_acts_open")
                .table("bulk_acts")
                .col("created_at")
                .and_where(Expr::col("ended_at").is_null())
                .to_owned(),
            Index::create()
                .name("ix_bulk_items_open")
                .table("bulk_items")
                .col("bulk_id")
                .col("position")
                .and_where(Expr::col("outcome").is_null())
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
