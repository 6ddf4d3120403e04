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
    if database == Database::Postgres {
        // What the planner must believe to choose as it does for many.
        app.execute("UPDATE pg_class SET reltuples = 1000000, relpages = 40000 WHERE relname = 'grants'").await;
        app.execute("UPDATE pg_class SET reltuples = 1000000, relpages = 5000 WHERE relname LIKE 'ix_grants_%'").await;
    }
    for (due, index) in [
        (Due::Ending { from: 0, to: i64::MAX }, "ix_grants_ending"),
        (Due::Fresh { rank: Rank::Used, from: 0 }, "ix_grants_fresh"),
        (Due::Fresh { rank: Rank::Everybody, from: 0 }, "ix_grants_fresh"),
    ] {
        let db = app.app.db.read();
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
