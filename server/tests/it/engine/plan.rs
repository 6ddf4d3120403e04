//! Claims use their indexes, however many grants there are.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use server::domain::schedule::Rank;
use server::storage::leases::{Due, claimable};

use super::{CLIENT, many};
use crate::support::{Database, TestApp, on_both_databases};

async fn a_claim_reads_no_more_than_it_takes(database: Database) {
    let app = TestApp::start(database).await;
    many(&app, 1).await;
    let now = app.clock.now();
    for (due, index) in [
        (Due::Ending { from: 0, to: i64::MAX }, "ix_grants_ending"),
        (Due::Fresh { rank: Rank::Used, from: 0 }, "ix_grants_fresh"),
        (Due::Fresh { rank: Rank::Everybody, from: 0 }, "ix_grants_fresh"),
    ] {
        let tx = app.app.db.begin().await.unwrap();
        let db = tx.connection();
        if database == Database::Postgres {
            // With a row or two PostgreSQL would read the table; the question is whether the index serves all of it.
            db.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off").await.unwrap();
        }
        let backend = db.get_database_backend();
        let statement = claimable(backend, CLIENT, due, now, 50);
        let explain = if backend == DbBackend::Postgres { "EXPLAIN" } else { "EXPLAIN QUERY PLAN" };
        let values = statement.values.clone().map(|values| values.0).unwrap_or_default();
        let sql = format!("{explain} {}", statement.sql);
        let rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
        let column = if backend == DbBackend::Postgres { 0 } else { 3 };
        let plan: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect();
        let plan = plan.join("\n");
        assert!(plan.contains(index), "{due:?}: {plan}");
        for bad in ["Sort", "TEMP B-TREE", "Seq Scan", "SCAN grants"] {
            assert!(!plan.contains(bad), "{due:?}: {plan}");
        }
    }
}

on_both_databases!(a_claim_reads_no_more_than_it_takes);
