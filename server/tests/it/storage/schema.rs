//! Migrations run both ways on both databases, and the code reads exactly what they make.

use std::collections::{BTreeMap, BTreeSet};

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database as Db, DatabaseConnection, DbBackend, Statement};
use serde_json::json;

use crate::support::{Database, TestApp, new_postgres_database, on_both_databases};

/// An empty database with nothing of ours, and the folder that must live as long.
async fn empty(database: Database) -> (DatabaseConnection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = match database {
        Database::Sqlite => format!("sqlite://{}?mode=rwc", folder.path().join("empty.db").display()),
        Database::Postgres => new_postgres_database().await,
    };
    (Db::connect(url).await.unwrap(), folder)
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
}

/// Everything that migrations make, in words: tables, columns with types and defaults, indexes, constraints.
async fn described(db: &DatabaseConnection) -> BTreeSet<String> {
    let queries: &[&str] = match db.get_database_backend() {
        DbBackend::Sqlite => &[
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'seaql_migrations'",
        ],
        _ => &[
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'",
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass",
        ],
    };
    let mut all = BTreeSet::new();
    for query in queries {
        all.extend(texts(db, query).await);
    }
    all
}

/// The columns that a database really has.
async fn columns(db: &DatabaseConnection) -> BTreeMap<String, BTreeSet<String>> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
        _ => "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
    };
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in texts(db, sql).await {
        let (table, column) = name.split_once('.').unwrap();
        if table != "seaql_migrations" {
            tables.entry(table.to_owned()).or_default().insert(column.to_owned());
        }
    }
    tables
}

async fn every_migration_runs_up_down_and_up(database: Database) {
    let (db, _folder) = empty(database).await;
    let count = Migrator::migrations().len();
    assert!(count >= 5);
    Migrator::install(&db).await.unwrap();
    let mut levels = vec![described(&db).await];
    assert_eq!(levels[0], BTreeSet::new());
    for step in 1..=count {
        Migrator::up(&db, Some(1)).await.unwrap();
        let level = described(&db).await;
        assert_ne!(level, levels[step - 1], "migration {step} makes nothing");
        levels.push(level);
    }
    for step in (0..count).rev() {
        Migrator::down(&db, Some(1)).await.unwrap();
        assert_eq!(described(&db).await, levels[step], "down to {step} is not what up to {step} was");
        // One step down and up again, as after a release that was taken back.
        Migrator::up(&db, Some(1)).await.unwrap();
        assert_eq!(described(&db).await, levels[step + 1], "up to {} again", step + 1);
        Migrator::down(&db, Some(1)).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(described(&db).await, levels[count]);
    // Once more changes nothing, as at every start.
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(described(&db).await, levels[count]);
}

async fn the_code_reads_exactly_these_columns(database: Database) {
    let (db, _folder) = empty(database).await;
    Migrator::up(&db, None).await.unwrap();
    let read: BTreeMap<String, BTreeSet<String>> = server::storage::schema::tables()
        .into_iter()
        .map(|(table, columns)| (table.to_owned(), columns.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(read, columns(&db).await);
}

/// With rows in every table, so that each type is read and not only named; then down with all of them.
async fn rows_of_every_table_read_back(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let told = app.connected("kaffee-und-werk", "meshfern-wifi", &["65f0a1b2c3d4e5f700020000"]).await;
    assert_eq!(app.call(&told, "sync", &json!({})).await.status, 200);
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    assert_eq!(app.browser().follow(&url).await.status, 200);
    assert_eq!(app.call(&installed, "sync", &json!({})).await.status, 200);
    assert_eq!(app.deliver(&app.subscription(&installed).await, b"{\"eventType\":\"a.b\"}").await.status, 200);
    app.switch("connect_code", &json!("used"), Some(1)).await;
    let used = app.install("studio-17", "tally-desk", &[]).await;
    assert_eq!(app.browser().follow(&used.connect_url).await.status, 400);
    let open = app.install("studio-17", "tally-desk", &[]).await;
    assert_eq!(app.browser().follow(&open.connect_url).await.status, 200);
    let key = app.api_key(&["tally-desk"], &["proxy"]).await;
    let locations = format!("/api/v1/connections/{}/officernd/v2/locations", app.connection_id(&installed).await);
    assert_eq!(app.api(&key).get(&locations).await.status, 200);
    server::services::calls::write(&app.app).await.unwrap();
    app.enter(app.connection_of(&told).await).await;
    app.execute("INSERT INTO token_limits (client_id, blocked_until) VALUES ('another-client', 1)").await;
    let read = server::storage::schema::read_some(app.app.db.read(), 100).await.unwrap();
    for (table, rows) in read {
        assert!(rows > 0, "this test leaves nothing in {table}");
    }

    let url = match &app.app.config.database {
        server::config::DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        server::config::DatabaseUrl::Postgres(url) => url.clone(),
    };
    let db = Db::connect(url).await.unwrap();
    Migrator::down(&db, None).await.unwrap();
    assert_eq!(columns(&db).await, BTreeMap::new());
    Migrator::up(&db, None).await.unwrap();
    assert!(app.counts().await.values().all(|rows| *rows == 0));
}

/// Durable means that it survives power loss (`pinned.md` 5), and rows go with what they belong to.
async fn commits_are_durable_and_references_hold(database: Database) {
    let app = TestApp::start(database).await;
    let tx = app.app.db.begin().await.unwrap();
    let backend = tx.connection().get_database_backend();
    let settings: &[(&str, &str)] = match database {
        Database::Sqlite => {
            &[("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")]
        }
        Database::Postgres => &[("SHOW synchronous_commit", "on"), ("SHOW fsync", "on")],
    };
    for (setting, expected) in settings {
        let row = tx.connection().query_one_raw(Statement::from_string(backend, *setting)).await.unwrap().unwrap();
        let value = row
            .try_get_by_index::<String>(0)
            .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
            .or_else(|_| row.try_get_by_index::<i32>(0).map(|number| number.to_string()))
            .unwrap();
        assert_eq!(value, *expected, "{setting}");
    }
    drop(tx);
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.execute("DELETE FROM organizations").await;
    for table in ["connections", "connection_secrets", "connection_locations", "grants", "grant_tokens", "activity"] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
}

on_both_databases!(
    every_migration_runs_up_down_and_up,
    the_code_reads_exactly_these_columns,
    rows_of_every_table_read_back,
    commits_are_durable_and_references_hold
);
