//! An index answers every view: nothing is read from end to end, and nothing that is not bounded is sorted.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use server::clock::DAY;
use server::domain::tenants::{Cursor, Key, Sort, Term, Total, Wanted};
use server::storage::tenant_counts::{self, Counts};
use server::storage::{Tx, tenant_list};

use super::{lists::views, settle};
use crate::support::{Database, NOON, TestApp, on_both_databases};

async fn plan(tx: &Tx, statement: Statement) -> String {
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
    // Somewhere in the middle of every order.
    let (name, since, grant_day) = ("m".to_owned(), NOON - DAY, NOON.div_euclid(DAY));
    let key = Key { number: 150, trouble: 1, name, since, last_success: since, errors: 1, grant_day };
    let place = Cursor { key, backwards: false };
    let mut seen = judged(&tx, database, &counts, &place, |_| true).await;
    if database == Database::Sqlite {
        // What it knows of the values leads it to other plans. Of three hundred ids that begin alike it reads them all.
        tx.connection().execute_unprepared("ANALYZE").await.unwrap();
        seen += judged(&tx, database, &counts, &place, |wanted| !is_by_id(wanted)).await;
    }
    assert!(seen > 600);
}

async fn judged(
    tx: &Tx,
    database: Database,
    counts: &Counts,
    place: &Cursor,
    which: impl Fn(&Wanted) -> bool,
) -> usize {
    let mut seen = 0;
    for wanted in views().into_iter().filter(which) {
        let [few, many] = [Total::Exactly(50), Total::MoreThan(10_000)];
        for (total, cursor) in [(few, None), (few, Some(place)), (many, None), (many, Some(place))] {
            let statement = tenant_list::query(tx.connection(), &wanted, counts, total, cursor, 51, NOON);
            // All of a state that comes before the place: nothing is read.
            if statement.sql.contains("number IS NULL") {
                continue;
            }
            let walked = wanted.is_plain() || matches!(total, Total::MoreThan(_));
            let plan = plan(tx, statement).await;
            seen += 1;
            match database {
                Database::Sqlite => judge_sqlite(&wanted, walked, &plan),
                Database::Postgres => judge_postgres(&wanted, walked, cursor.is_some(), &plan),
            }
        }
    }
    seen
}

fn is_by_id(wanted: &Wanted) -> bool {
    wanted.search.terms.iter().any(|term| matches!(term, Term::Connection(..) | Term::Organization(..)))
}

fn judge_sqlite(wanted: &Wanted, walked: bool, plan: &str) {
    for line in plan.lines() {
        let scans = line.contains("SCAN tenant_rows") && !line.contains("USING INDEX") && !line.contains("COVERING");
        // Text of fewer tenants than are counted is looked for in those; the rest has an index.
        assert!(!scans, "{wanted:?} reads every row:\n{plan}");
    }
    let branches = wanted.state.is_some() || wanted.integration.is_some();
    // The beginning of an id has an index of its own, and what it finds of a hundred thousand is sorted soon.
    let by_id = is_by_id(wanted);
    if walked && !branches && !by_id {
        assert!(!plan.contains("TEMP B-TREE"), "{wanted:?} sorts what it walks:\n{plan}");
    }
    // Of a state and an integration it would look at every grant of the window, each time in each of the branches.
    assert!(!plan.contains("ANY("), "{wanted:?} leaves out the beginning of an index:\n{plan}");
    if walked && wanted.ends_within.is_some() && wanted.sort != Sort::GrantEnd && !by_id {
        assert!(!plan.contains("grant_day<"), "{wanted:?} collects the whole window:\n{plan}");
    }
}

fn judge_postgres(wanted: &Wanted, walked: bool, placed: bool, plan: &str) {
    assert!(!plan.contains("Seq Scan on tenant_rows"), "{wanted:?} reads every row:\n{plan}");
    let branches = wanted.state.is_some() || wanted.integration.is_some();
    // Behind a place there may be so few of three hundred that sorting them is cheapest.
    if walked && !placed && wanted.is_plain() && !branches {
        assert!(!plan.contains("Sort"), "{wanted:?} sorts what it walks:\n{plan}");
    }
    // Texts first, and then only the rows that have them.
    let by_text = wanted.search.terms.iter().any(|term| matches!(term, Term::Text(_)));
    if !walked && by_text && !branches {
        assert!(plan.contains("tenant_search"), "{wanted:?} looks for texts in the rows:\n{plan}");
        assert!(!plan.contains("Hash Join"), "{wanted:?} reads rows to join them:\n{plan}");
    }
}

on_both_databases!(every_view_is_answered_by_an_index);
