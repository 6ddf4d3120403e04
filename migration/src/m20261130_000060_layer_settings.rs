//! Settings of single locations beside those of the organization, who entered what and when, each change, what the
//! organization has set for all, drafts of those who were interrupted, and lists as they were read last.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::of_connection;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 6] =
    ["location_settings", "setting_versions", "setting_changes", "setting_locks", "setting_drafts", "setting_lists"];

/// Columns that older versions neither read nor write.
fn added() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("settings", text_null("actor_kind")),
        ("settings", text_null("actor")),
        ("setting_secrets", text_null("location_id")),
        ("setting_secrets", text_null("expires_on")),
        ("setting_secrets", text_null("bound")),
        ("setting_secrets", blob_null("previous")),
        ("setting_secrets", big_integer_null("previous_until")),
        ("setting_secrets", text_null("actor_kind")),
        ("setting_secrets", text_null("actor")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in added() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        for table in [
            Table::create()
                .table("location_settings")
                .col(uuid("connection_id"))
                .col(text("location_id"))
                .col(text("field"))
                .col(json("value"))
                .col(big_integer("updated_at"))
                .col(text_null("actor_kind"))
                .col(text_null("actor"))
                .primary_key(Index::create().col("connection_id").col("location_id").col("field"))
                .foreign_key(&mut of_connection("location_settings"))
                .to_owned(),
            Table::create()
                .table("setting_versions")
                .col(pk_uuid("connection_id"))
                .col(big_integer("version"))
                .col(big_integer("updated_at"))
                .foreign_key(&mut of_connection("setting_versions"))
                .to_owned(),
            Table::create()
                .table("setting_changes")
                .col(uuid("connection_id"))
                .col(big_integer("version"))
                .col(integer("position"))
                .col(big_integer("at"))
                .col(text("actor_kind"))
                .col(text_null("actor"))
                .col(text("origin"))
                .col(text_null("location_id"))
                .col(text("field"))
                .col(text_null("part_row"))
                .col(text_null("part_column"))
                .col(text("kind"))
                .col(text_null("old"))
                .col(text_null("new"))
                .primary_key(Index::create().col("connection_id").col("version").col("position"))
                .foreign_key(&mut of_connection("setting_changes"))
                .to_owned(),
            Table::create()
                .table("setting_locks")
                .col(uuid("connection_id"))
                .col(text("field"))
                .col(json("exceptions"))
                .col(big_integer("updated_at"))
                .primary_key(Index::create().col("connection_id").col("field"))
                .foreign_key(&mut of_connection("setting_locks"))
                .to_owned(),
            Table::create()
                .table("setting_drafts")
                .col(pk_uuid("id"))
                .col(uuid("connection_id"))
                .col(text_null("member_id"))
                .col(text("kind"))
                .col(text("page"))
                .col(blob("entries"))
                .col(big_integer("created_at"))
                .col(big_integer("expires_at"))
                .foreign_key(&mut of_connection("setting_drafts"))
                .to_owned(),
            Table::create()
                .table("setting_lists")
                .col(uuid("connection_id"))
                .col(text("source"))
                .col(text("question"))
                .col(text("items"))
                .col(big_integer("read_at"))
                .primary_key(Index::create().col("connection_id").col("source").col("question"))
                .foreign_key(&mut of_connection("setting_lists"))
                .to_owned(),
        ] {
            manager.create_table(table).await?;
        }
        let index = Index::create()
            .name("ix_setting_drafts_connection")
            .table("setting_drafts")
            .col("connection_id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        // What older versions cannot tell from the organization's would be in force everywhere.
        let of_locations =
            Query::delete().from_table("setting_secrets").and_where(Expr::col("location_id").is_not_null()).to_owned();
        manager.execute(of_locations).await?;
        for (table, column) in added() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
