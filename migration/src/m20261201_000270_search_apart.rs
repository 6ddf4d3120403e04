//! Texts in which tenants are looked for lie beside the rows of the list. A row changes with its tenant's runs, errors
//! and grants, and where PostgreSQL's index of texts was on it, each such change took several times as long.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Triggers first: they wait for who writes and nobody writes before this commits, so that no text is missed. The index
/// of the texts is made at the start, where its extension may be created.
const POSTGRES: &str = "\
CREATE TABLE tenant_search (number bigint PRIMARY KEY, search text NOT NULL);
CREATE FUNCTION tenant_searched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM tenant_search WHERE number = OLD.number;
  ELSE
    INSERT INTO tenant_search (number, search) VALUES (NEW.number, NEW.search)
    ON CONFLICT (number) DO UPDATE SET search = excluded.search;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_searched AFTER UPDATE OF search ON tenant_rows
  FOR EACH ROW WHEN (NEW.search <> OLD.search) EXECUTE FUNCTION tenant_searched();
CREATE TRIGGER tenant_unsearched AFTER DELETE ON tenant_rows FOR EACH ROW EXECUTE FUNCTION tenant_searched();
INSERT INTO tenant_search (number, search) SELECT number, search FROM tenant_rows WHERE search <> '';";

const POSTGRES_DOWN: &str = "\
DROP TRIGGER tenant_unsearched ON tenant_rows;
DROP TRIGGER tenant_searched ON tenant_rows;
DROP FUNCTION tenant_searched;
DROP TABLE tenant_search;";

/// SQLite has kept them apart from the beginning. What had no text yet need not be taken out of the index.
const SQLITE: &str = "\
DROP TRIGGER tenant_searched;
CREATE TRIGGER tenant_searched AFTER UPDATE OF search ON tenant_rows WHEN NEW.search IS NOT OLD.search BEGIN
  DELETE FROM tenant_search WHERE rowid = OLD.number AND OLD.search <> '';
  INSERT INTO tenant_search (rowid, search) SELECT NEW.number, NEW.search WHERE NEW.search <> '';
END;";

/// As it was before, to the letter.
const SQLITE_DOWN: &str = "\
DROP TRIGGER tenant_searched;
CREATE TRIGGER tenant_searched AFTER UPDATE OF search ON tenant_rows WHEN NEW.search IS NOT OLD.search BEGIN
  DELETE FROM tenant_search WHERE rowid = OLD.number;
  INSERT INTO tenant_search (rowid, search) VALUES (NEW.number, NEW.search);
END;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        either(manager, SQLITE, POSTGRES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        either(manager, SQLITE_DOWN, POSTGRES_DOWN).await
    }
}

async fn either(manager: &SchemaManager<'_>, sqlite: &str, postgres: &str) -> Result<(), DbErr> {
    let sql = if manager.get_database_backend() == DbBackend::Sqlite { sqlite } else { postgres };
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
