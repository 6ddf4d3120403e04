//! An index answers every view: nothing is read from end to end, and nothing that is not bounded is sorted.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use server::domain::tenants::{Term, Total, Wanted};
use server::storage::{tenant_counts, tenant_list};

use super::{lists::views, settle};
use crate::support::{Database, NOON, TestApp, on_both_databases};

async fn plan(tx: &server::storage::Tx, statement: Statement) -> String {
    let db = tx.connection();
    let (word, column) = match db.get_database_backend() {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        _ => ("EXPLAIN", "QUERY PLAN"),
    };
    let explain = Statement { sql: format!("{word} {}", statement.sql), ..statement };
    let rows = db.query_all_raw(explain).await.unwrap();
    rows.iter().map(|row| row.try_get::<String>("", column).unwrap() + "\n").collect()
}

async fn every_view_is_answered_by_an_index(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 300, 13).await;
    let tx = app.app.db.begin().await.unwrap();
    if database == Database::Postgres {
        // With few rows reading all of them is cheapest; this asks whether it could be helped.
        for off in ["SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = on", "ANALYZE tenant_rows"] {
            tx.connection().execute_unprepared(off).await.unwrap();
        }
    }
    let counts = tenant_counts::read(tx.connection()).await.unwrap();
    let mut seen = 0;
    for wanted in views() {
        for total in [Total::Exactly(50), Total::MoreThan(10_000)] {
            let statement = tenant_list::query(tx.connection(), &wanted, &counts, total, None, 51, NOON);
            let walked = wanted.is_plain() || matches!(total, Total::MoreThan(_));
            let plan = plan(&tx, statement).await;
            seen += 1;
            match database {
                Database::Sqlite => judge_sqlite(&wanted, walked, &plan),
                Database::Postgres => judge_postgres(&wanted, walked, &plan),
            }
        }
    }
    assert!(seen > 300);
}

fn judge_sqlite(wanted: &Wanted, walked: bool, plan: &str) {
    for line in plan.lines() {
        let scans = line.contains("SCAN tenant_rows") && !line.contains("USING INDEX") && !line.contains("COVERING");
        // Text of fewer tenants than are counted is looked for in those; the rest has an index.
        assert!(!scans, "{wanted:?} reads every row:\n{plan}");
    }
    let branches = wanted.state.is_some() || wanted.integration.is_some();
    // The beginning of an id has an index of its own, and what it finds of a hundred thousand is sorted soon.
    let by_id = |term: &Term| matches!(term, Term::Connection(..) | Term::Organization(..));
    let by_id = wanted.search.terms.iter().any(by_id);
    if walked && !branches && !by_id {
        assert!(!plan.contains("TEMP B-TREE"), "{wanted:?} sorts what it walks:\n{plan}");
    }
}

fn judge_postgres(wanted: &Wanted, walked: bool, plan: &str) {
    assert!(!plan.contains("Seq Scan on tenant_rows"), "{wanted:?} reads every row:\n{plan}");
    let branches = wanted.state.is_some() || wanted.integration.is_some();
    if walked && wanted.is_plain() && !branches {
        assert!(!plan.contains("Sort"), "{wanted:?} sorts what it walks:\n{plan}");
    }
}

on_both_databases!(every_view_is_answered_by_an_index);
