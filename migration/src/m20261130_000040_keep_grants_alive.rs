//! What the token engine needs: the numbers of claims, when a grant is due and why, what went wrong last, and a budget
//! in which one row stands for many requests.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const GRANTS: [&str; 8] =
    ["number", "failures", "trouble", "failed_at", "again_at", "used_at", "fresh_rank", "fresh_at"];
const LIMITS: [&str; 6] =
    ["lowered_to", "raise_at", "background_at", "exchange_at", "waiting_until", "client_refused_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // The version that still serves writes none; its pairs are taken for older than any claim of ours.
            big_integer("number").default(0).to_owned(),
            integer("failures").default(0).to_owned(),
            text_null("trouble"),
            big_integer_null("failed_at"),
            big_integer_null("again_at"),
            big_integer_null("used_at"),
            small_integer_null("fresh_rank"),
            big_integer_null("fresh_at"),
        ] {
            manager.alter_table(Table::alter().table("grants").add_column(column).to_owned()).await?;
        }
        let update = Query::update().table("grants").value("number", Expr::col("version")).to_owned();
        manager.execute(update).await?;
        let requests = Table::alter().table("token_requests").add_column(integer("count").default(1)).to_owned();
        manager.alter_table(requests).await?;
        for column in [
            integer_null("lowered_to"),
            big_integer_null("raise_at"),
            big_integer("background_at").default(0).to_owned(),
            big_integer("exchange_at").default(0).to_owned(),
            big_integer("waiting_until").default(0).to_owned(),
            big_integer_null("client_refused_at"),
        ] {
            manager.alter_table(Table::alter().table("token_limits").add_column(column).to_owned()).await?;
        }
        let alive = || Expr::col("state").eq("alive");
        for index in [
            // The grants of a client that end first.
            Index::create()
                .name("ix_grants_ending")
                .table("grants")
                .col("client_id")
                .col("refresh_expires_at")
                .and_where(alive())
                .to_owned(),
            // Those whose access token is to be renewed before it ends, lately used ones first.
            Index::create()
                .name("ix_grants_fresh")
                .table("grants")
                .col("client_id")
                .col("fresh_rank")
                .col("fresh_at")
                .and_where(alive().and(Expr::col("fresh_rank").is_not_null()))
                .to_owned(),
            Index::create()
                .name("ix_grants_failing")
                .table("grants")
                .col("failed_at")
                .and_where(Expr::col("failed_at").is_not_null())
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            // A claim changes no indexed column, so with room in the page it costs no index entry; and what many
            // refreshes leave behind is swept before it slows the claims.
            manager
                .get_connection()
                .execute_unprepared(
                    "ALTER TABLE grants SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02); \
                     ALTER TABLE grant_tokens SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02); \
                     ALTER TABLE token_requests SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)",
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["ix_grants_ending", "ix_grants_fresh", "ix_grants_failing"] {
            manager.drop_index(Index::drop().name(index).table("grants").to_owned()).await?;
        }
        for (table, columns) in [
            ("grants", GRANTS.as_slice()),
            ("token_requests", ["count"].as_slice()),
            ("token_limits", LIMITS.as_slice()),
        ] {
            for column in columns {
                manager.alter_table(Table::alter().table(table).drop_column(*column).to_owned()).await?;
            }
        }
        Ok(())
    }
}
