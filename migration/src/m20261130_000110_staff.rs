//! People of the partner: accounts, how they sign in, their sessions, invitations, and what they did.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 10] = [
    "seen_calls",
    "staff_activity",
    "staff_slowdowns",
    "staff_invitations",
    "staff_sign_ins",
    "staff_sessions",
    "staff_recovery_codes",
    "staff_second_factors",
    "staff_passwords",
    "staff",
];

const ACTIVITY_INDEXES: [(&str, &[&str]); 4] = [
    ("ix_activity_at", &["at", "id"]),
    ("ix_activity_staff", &["staff_id", "at"]),
    // The record is searched by what happened, and by whose doing it was.
    ("ix_activity_kind_at", &["kind", "at", "id"]),
    ("ix_activity_actor_kind", &["actor_kind", "at", "id"]),
];

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
        for table in accounts().into_iter().chain(around()) {
            manager.create_table(table).await?;
        }
        // No reference: what somebody did stays when the account goes.
        manager.alter_table(Table::alter().table("activity").add_column(uuid_null("staff_id")).to_owned()).await?;
        for (name, columns) in ACTIVITY_INDEXES {
            let mut index = Index::create().name(name).table("activity").to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        for (name, table, column) in [
            ("ix_staff_recovery_codes_staff", "staff_recovery_codes", "staff_id"),
            ("ix_staff_sessions_staff", "staff_sessions", "staff_id"),
            ("ix_staff_sessions_expiry", "staff_sessions", "expires_at"),
            ("ix_staff_sign_ins_expiry", "staff_sign_ins", "expires_at"),
            ("ix_staff_invitations_expiry", "staff_invitations", "expires_at"),
            ("ix_staff_slowdowns_last", "staff_slowdowns", "last_at"),
        ] {
            manager.create_index(Index::create().name(name).table(table).col(column).to_owned()).await?;
        }
        for (name, column) in [("ix_staff_activity_at", "at"), ("ix_staff_activity_staff", "staff_id")] {
            let index = Index::create().name(name).table("staff_activity").col(column).col("id").to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in ACTIVITY_INDEXES {
            manager.drop_index(Index::drop().name(name).table("activity").to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("activity").drop_column("staff_id").to_owned()).await?;
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn accounts() -> [TableCreateStatement; 4] {
    [
        Table::create()
            .table("staff")
            .col(pk_uuid("id"))
            .col(text("email"))
            // The address without case, so that two spellings are one account.
            .col(text("email_key").unique_key())
            .col(text("name"))
            .col(text("role"))
            .col(text_null("time_zone"))
            .col(big_integer("created_at"))
            .col(big_integer_null("signed_in_at"))
            .col(big_integer_null("disabled_at"))
            .to_owned(),
        Table::create()
            .table("staff_passwords")
            .col(pk_uuid("staff_id"))
            .col(text("hash"))
            .col(big_integer("changed_at"))
            .foreign_key(&mut of_staff("staff_passwords"))
            .to_owned(),
        Table::create()
            .table("staff_second_factors")
            .col(pk_uuid("staff_id"))
            .col(blob("secret"))
            .col(big_integer("created_at"))
            .col(big_integer_null("confirmed_at"))
            // The time step of the last code that was used: none is good twice.
            .col(big_integer_null("last_step"))
            .foreign_key(&mut of_staff("staff_second_factors"))
            .to_owned(),
        Table::create()
            .table("staff_recovery_codes")
            .col(blob("digest").primary_key())
            .col(uuid("staff_id"))
            .col(big_integer("created_at"))
            .foreign_key(&mut of_staff("staff_recovery_codes"))
            .to_owned(),
    ]
}

fn around() -> [TableCreateStatement; 6] {
    [
        // What the checklist of an integration ticks: which kinds of calls OfficeRnD has ever made.
        Table::create()
            .table("seen_calls")
            .col(text("integration"))
            .col(text("call"))
            .col(big_integer("first_at"))
            .primary_key(Index::create().col("integration").col("call"))
            .to_owned(),
        Table::create()
            .table("staff_sessions")
            .col(pk_uuid("id"))
            .col(blob("digest").unique_key())
            .col(uuid("staff_id"))
            .col(big_integer("created_at"))
            .col(big_integer("seen_at"))
            .col(big_integer("expires_at"))
            .col(big_integer("confirmed_at"))
            .col(text("address"))
            .col(text("agent"))
            .foreign_key(&mut of_staff("staff_sessions"))
            .to_owned(),
        Table::create()
            .table("staff_sign_ins")
            .col(blob("digest").primary_key())
            .col(uuid("staff_id"))
            .col(integer("tries"))
            .col(big_integer("expires_at"))
            .foreign_key(&mut of_staff("staff_sign_ins"))
            .to_owned(),
        Table::create()
            .table("staff_invitations")
            .col(pk_uuid("id"))
            .col(blob("digest").unique_key())
            // Somebody who has an account gets a new password.
            .col(uuid_null("staff_id"))
            .col(text("email"))
            .col(text("name"))
            .col(text("role"))
            .col(uuid_null("invited_by"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .foreign_key(&mut of_staff("staff_invitations"))
            .to_owned(),
        Table::create()
            .table("staff_slowdowns")
            .col(blob("digest").primary_key())
            .col(integer("failures"))
            .col(big_integer("last_at"))
            .col(big_integer("until"))
            .to_owned(),
        // No reference to staff: what somebody did stays when the account goes.
        Table::create()
            .table("staff_activity")
            .col(pk_uuid("id"))
            .col(big_integer("at"))
            .col(text("kind"))
            .col(uuid_null("staff_id"))
            .col(text("actor_kind"))
            .col(text_null("actor"))
            .col(text_null("subject"))
            .col(text_null("detail"))
            .to_owned(),
    ]
}
