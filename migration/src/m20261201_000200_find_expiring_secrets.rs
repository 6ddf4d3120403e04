//! Secrets of settings that run out are few among many: the overview finds them by their day.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name("ix_setting_secrets_expiry")
            .table("setting_secrets")
            .col("expires_on")
            .and_where(Expr::col("expires_on").is_not_null())
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("ix_setting_secrets_expiry").table("setting_secrets").to_owned()).await
    }
}
