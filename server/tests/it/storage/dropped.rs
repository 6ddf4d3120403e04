//! A transaction that is dropped, as every early return does. Its connection goes back to the pool and is good for the
//! next one, whose commit is a commit and not the end of a savepoint.

use sea_orm::{ConnectionTrait as _, Statement};
use server::config::DatabaseUrl;
use server::storage::Db;

use crate::support::{Database, new_postgres_database, on_both_databases};

async fn number(db: &impl sea_orm::ConnectionTrait, sql: &str) -> i64 {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn open(database: Database, folder: &tempfile::TempDir) -> Db {
    let url = match database {
        Database::Sqlite => DatabaseUrl::Sqlite(folder.path().join("dropped.db")),
        Database::Postgres => DatabaseUrl::Postgres(new_postgres_database().await),
    };
    Db::open(&url).await.unwrap()
}

async fn what_is_dropped_leaves_nothing_and_takes_nothing(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let db = open(database, &folder).await;
    let tx = db.begin().await.unwrap();
    tx.connection().execute_unprepared("CREATE TABLE kept (what BIGINT NOT NULL)").await.unwrap();
    tx.commit().await.unwrap();
    for round in 0..20 {
        let tx = db.begin().await.unwrap();
        tx.connection().execute_unprepared("INSERT INTO kept VALUES (-1)").await.unwrap();
        drop(tx);
        // At once, before anything had time to tidy up behind it.
        let tx = db.begin().await.unwrap();
        assert_eq!(number(tx.connection(), "SELECT COUNT(*) FROM kept WHERE what = -1").await, 0, "round {round}");
        tx.connection().execute_unprepared(&format!("INSERT INTO kept VALUES ({round})")).await.unwrap();
        tx.commit().await.unwrap();
        // By another connection: it sees what is committed and nothing else.
        assert_eq!(number(db.read(), "SELECT COUNT(*) FROM kept").await, round + 1);
    }
    db.close().await;
}

/// A writer that is opened again for every early return would read its pages from the disk again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writer_of_sqlite_outlives_a_dropped_transaction() {
    let _limit = crate::support::limit();
    let folder = tempfile::tempdir().unwrap();
    let db = open(Database::Sqlite, &folder).await;
    let tx = db.begin().await.unwrap();
    tx.connection().execute_unprepared("CREATE TEMP TABLE mine (what BIGINT)").await.unwrap();
    tx.commit().await.unwrap();
    for round in 0..20 {
        let tx = db.begin().await.unwrap();
        // Only the connection that made it sees such a table.
        let sql = format!("INSERT INTO mine VALUES ({round})");
        tx.connection().execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("round {round}: {error}"));
        drop(tx);
    }
    let tx = db.begin().await.unwrap();
    assert_eq!(number(tx.connection(), "SELECT COUNT(*) FROM mine").await, 0);
    drop(tx);
    db.close().await;
}

on_both_databases!(what_is_dropped_leaves_nothing_and_takes_nothing);
