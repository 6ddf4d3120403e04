//! What is known is not worked out again at every start, what is counted thousands of times a second is counted in its
//! place where there is one writer, and what is renewed every hour has room beside it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A row for each delivery had to be added up later, and nobody could write while that was done. Nobody waits for
/// another's counter where only one writes anyway. PostgreSQL writes a row for a group of deliveries.
const IN_PLACE: &str = "\
CREATE TRIGGER webhook_counted AFTER INSERT ON webhook_events BEGIN
  UPDATE hourly_counts SET change = change + 1 WHERE number = (
    SELECT h.number FROM hourly_counts h
    WHERE h.what = 'webhook' AND h.hour = NEW.received_at / 3600000
      AND h.integration = (SELECT c.integration FROM connections c WHERE c.id = NEW.connection_id)
    ORDER BY h.number DESC LIMIT 1);
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'webhook', NEW.received_at / 3600000, c.integration, 1 FROM connections c
  WHERE c.id = NEW.connection_id AND NOT EXISTS (
    SELECT 1 FROM hourly_counts h
    WHERE h.what = 'webhook' AND h.hour = NEW.received_at / 3600000 AND h.integration = c.integration);
END;";

/// As it was before, to the letter.
const EACH_A_ROW: &str = "\
CREATE TRIGGER webhook_counted AFTER INSERT ON webhook_events BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'webhook', NEW.received_at / 3600000, c.integration, 1 FROM connections c WHERE c.id = NEW.connection_id;
END;";

/// A refresh changes the same row several times. Where a page has room, PostgreSQL puts the new version beside the old
/// one and leaves indexes alone that know nothing of the change.
const ROOMY: [&str; 2] = ["grants", "grant_tokens"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table =
            Table::create().table("known_uses").col(text("integration").primary_key()).col(blob("rules")).to_owned();
        manager.create_table(table).await?;
        make_room(manager, "SET (fillfactor = 60)").await?;
        count_deliveries(manager, IN_PLACE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        count_deliveries(manager, EACH_A_ROW).await?;
        make_room(manager, "RESET (fillfactor)").await?;
        manager.drop_table(Table::drop().table("known_uses").to_owned()).await
    }
}

async fn make_room(manager: &SchemaManager<'_>, change: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        for table in ROOMY {
            manager.get_connection().execute_unprepared(&format!("ALTER TABLE {table} {change}")).await?;
        }
    }
    Ok(())
}

async fn count_deliveries(manager: &SchemaManager<'_>, trigger: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        let db = manager.get_connection();
        db.execute_unprepared("DROP TRIGGER webhook_counted").await?;
        db.execute_unprepared(trigger).await?;
    }
    Ok(())
}
