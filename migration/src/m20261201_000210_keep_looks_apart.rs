//! Looks at incidents know of each other, and find runs that were never finished without reading the others.

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
        // How many looks have decided something.
        let looks = Table::alter().table("alerting").add_column(big_integer("looks").default(0)).to_owned();
        manager.alter_table(looks).await?;
        let lapsed = Index::create()
            .name("ix_runs_lapsed")
            .table("runs")
            .col("connection_id")
            .col("started_at")
            .col("ended_at")
            .and_where(Expr::col("state").eq("lapsed"))
            .to_owned();
        manager.create_index(lapsed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("ix_runs_lapsed").table("runs").to_owned()).await?;
        manager.alter_table(Table::alter().table("alerting").drop_column("looks").to_owned()).await
    }
}
