//! Sign-in of staff by an OpenID provider: who is who there, and sign-ins that are under way.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Rows that belong to a person go with the account.
fn of_staff(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, "staff_id").to("staff", "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let identities = Table::create()
            .table("staff_identities")
            .col(pk_uuid("id"))
            .col(uuid("staff_id"))
            .col(text("issuer"))
            .col(text("subject"))
            .col(big_integer("linked_at"))
            .col(big_integer("used_at"))
            .foreign_key(&mut of_staff("staff_identities"))
            .to_owned();
        manager.create_table(identities).await?;
        for (name, column) in [("ux_staff_identities_subject", "subject"), ("ux_staff_identities_staff", "staff_id")] {
            let index =
                Index::create().name(name).table("staff_identities").col("issuer").col(column).unique().to_owned();
            manager.create_index(index).await?;
        }
        let sign_ins = Table::create()
            .table("staff_oidc_sign_ins")
            .col(pk_uuid("id"))
            .col(blob("state_digest").unique_key())
            .col(blob("browser_digest"))
            // PKCE's verifier and the nonce.
            .col(blob("secrets"))
            .col(text("issuer"))
            // Where somebody proves again who it is: whose session it is.
            .col(uuid_null("session_id"))
            .col(text("next"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .to_owned();
        manager.create_table(sign_ins).await?;
        let expiry = Index::create()
            .name("ix_staff_oidc_sign_ins_expiry")
            .table("staff_oidc_sign_ins")
            .col("expires_at")
            .to_owned();
        manager.create_index(expiry).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("staff_oidc_sign_ins").to_owned()).await?;
        manager.drop_table(Table::drop().table("staff_identities").to_owned()).await
    }
}
