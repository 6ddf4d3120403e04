//! A disk that is full in the middle of a transaction. SQLite then ends the transaction by itself, behind sqlx's back.

use sea_orm::{ConnectionTrait as _, Statement};
use server::config::DatabaseUrl;
use server::storage::{Db, Tx};

/// What a file may grow to when nobody says otherwise.
const UNBOUNDED: u32 = 0xffff_fffe;

async fn number(db: &impl sea_orm::ConnectionTrait, sql: &str) -> i64 {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// A transaction that has written something when there is no more room.
async fn interrupted(db: &Db, round: usize) -> Tx {
    let tx = db.begin().await.unwrap();
    let pages = number(tx.connection(), "PRAGMA page_count").await;
    tx.connection().execute_unprepared(&format!("PRAGMA max_page_count = {}", pages + 2)).await.unwrap();
    let before = format!("INSERT INTO kept VALUES ('before the disk was full, {round}')");
    tx.connection().execute_unprepared(&before).await.unwrap();
    let error = tx.connection().execute_unprepared("INSERT INTO kept VALUES (zeroblob(1000000))").await.unwrap_err();
    assert!(error.to_string().contains("database or disk is full"), "{error}");
    tx
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_full_disk_a_commit_is_a_commit_again() {
    let _limit = crate::support::limit();
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&DatabaseUrl::Sqlite(folder.path().join("full.db"))).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.connection().execute_unprepared("CREATE TABLE kept (what)").await.unwrap();
    tx.commit().await.unwrap();
    // Whoever meets the full disk gives up, or does not notice and commits.
    for (round, commits) in [false, true, false].into_iter().enumerate() {
        let tx = interrupted(&db, round).await;
        if commits {
            tx.commit().await.unwrap_err();
        } else {
            drop(tx);
        }
        // There is room again. Somebody changes their mind first, since a rollback shows what sqlx believes.
        let tx = db.begin().await.unwrap();
        tx.connection().execute_unprepared(&format!("PRAGMA max_page_count = {UNBOUNDED}")).await.unwrap();
        tx.connection().execute_unprepared("INSERT INTO kept VALUES ('taken back')").await.unwrap();
        drop(tx);
        let tx = db.begin().await.unwrap();
        tx.connection().execute_unprepared(&format!("INSERT INTO kept VALUES ('acknowledged {round}')")).await.unwrap();
        tx.commit().await.unwrap();
        // By another connection: what it sees is in the file.
        let found = number(db.read(), "SELECT COUNT(*) FROM kept").await;
        assert_eq!(
            found,
            i64::try_from(round).unwrap() + 1,
            "what was committed after a full disk is there, and only that"
        );
    }
    let others = number(db.read(), "SELECT COUNT(*) FROM kept WHERE what NOT LIKE 'acknowledged %'").await;
    assert_eq!(others, 0, "of a transaction that met the full disk nothing is kept");
    db.close().await;
}
