//! The time line: everything, in one order, page by page, quick however long it is.

use std::collections::BTreeSet;
use std::time::Instant;

use app::ids::ConnectionId;
use app::role::Role;
use serde_json::json;
use server::domain::moment::{Before, Group};
use server::storage::timeline::{self, Wanted};
use uuid::Uuid;

use super::Scene;
use crate::support::{Database, TestApp, on_both_databases};

/// A hundred thousand entries of the record, a thousand of them states, two notes.
async fn long(app: &TestApp, connection: Uuid) {
    let organization = app.stored(connection).await.organization;
    let (id, of, uuid) = match app.database() {
        Database::Sqlite => {
            (format!("x'{}'", connection.simple()), format!("x'{}'", organization.simple()), "randomblob(16)")
        }
        Database::Postgres => (format!("'{connection}'"), format!("'{organization}'"), "gen_random_uuid()"),
    };
    let numbers = match app.database() {
        Database::Sqlite => {
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n"
        }
        Database::Postgres => "SELECT i FROM generate_series(1, 100000) AS g (i)",
    };
    app.execute(&format!(
        "INSERT INTO activity (id, organization_id, connection_id, at, kind, actor_kind) \
         SELECT {uuid}, {of}, {id}, 1700000000000 + (i / 3) * 1000, \
         CASE WHEN i % 50000 = 0 THEN 'note.added' WHEN i % 100 = 0 THEN 'connection.state_changed' ELSE 'settings.changed' END, \
         'deskbridge' FROM ({numbers}) AS all_of_them"
    ))
    .await;
    let tx = app.app.db.begin().await.unwrap();
    server::storage::housekeeping::analyze(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn wanted(group: Group, before: Option<Before>) -> Wanted {
    Wanted { group, since: 0, before, limit: 51 }
}

async fn a_hundred_thousand_entries_are_quick(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    long(&app, connection).await;
    let db = app.app.db.read();
    let middle = Some(Before { at: 1_700_010_000_000, id: Uuid::max() });
    for group in Group::ALL {
        for before in [None, middle] {
            let plans = timeline::plans(db, connection, wanted(group, before)).await.unwrap();
            let read_whole = |line: &&String| {
                let table = ["activity", "runs", "webhook_events", "events", "outbox"].iter().any(|table| {
                    line.contains(&format!("Seq Scan on {table}")) || line.trim().ends_with(&format!("SCAN {table}"))
                });
                // PostgreSQL reads a table of one page as a whole, and is right.
                table && (database == Database::Sqlite || line.contains("activity"))
            };
            assert_eq!(plans.iter().find(read_whole), None, "{group:?}: {plans:#?}");
            let begun = Instant::now();
            let page = timeline::page(db, connection, wanted(group, before)).await.unwrap();
            let took = begun.elapsed().as_millis();
            assert!(took < 250, "{group:?} took {took} ms, in a debug build on a busy machine");
            assert!(page.is_sorted_by_key(|entry| std::cmp::Reverse((entry.at, entry.id))));
        }
    }
    let notes = timeline::page(db, connection, wanted(Group::Notes, None)).await.unwrap();
    assert_eq!(notes.len(), 2);
    let mut viewer = app.staff(Role::Viewer).await;
    let page = viewer.get(&format!("/connections/{}", ConnectionId(connection))).await;
    assert_eq!(page.status, 200, "{}", page.text);
}

/// Three entries share each moment, so that a page ends in the middle of one.
async fn no_entry_is_lost_between_pages(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    long(&app, connection).await;
    let mut seen = BTreeSet::new();
    let mut before = None;
    let mut all = 0;
    for _ in 0..40 {
        let page = timeline::page(app.app.db.read(), connection, wanted(Group::States, before)).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(Before { at: last.at, id: last.id });
        all += page.len();
        seen.extend(page.into_iter().map(|entry| entry.id));
    }
    let sql = "SELECT COUNT(*) FROM activity WHERE kind IN \
               ('connection.state_changed', 'connection.paused', 'connection.resumed', 'sync.on', 'sync.off')";
    let there = usize::try_from(app.number(sql).await).unwrap();
    assert!(there >= 998);
    assert_eq!((seen.len(), all), (there, there), "none twice and none left out");
}

async fn everything_stands_in_one_line(database: Database) {
    let mut scene = Scene::start(database).await;
    let app = &scene.desk.app;
    let subscription = app.subscription(&scene.desk.installed).await;
    let body = b"{\"eventType\":\"membership.updated\",\"data\":{}}";
    assert_eq!(app.deliver(&subscription, body).await.status, 200);
    app.clock.advance(1_000);
    let run = scene.begin(json!({})).await;
    let report = json!({ "state": "partial", "message": "mia@harbour.example has no door", "locations": {} });
    let body = Some(("application/json", report.to_string().into_bytes()));
    assert_eq!(scene.partner.send("PATCH", &format!("/api/v1/runs/{run}"), body).await.status, 200);
    let mut support = scene.as_role(Role::Support).await;
    scene.desk.app.clock.advance(1_000);
    super::said(&support.submit(&scene.home, &[("act", "note"), ("reason", "knows about it")]).await, "note", "done");
    let at = |query: &str| format!("{}/activity?{query}", scene.home);
    let all = support.get(&at("kind=all")).await.text;
    for words in
        ["Left a note for colleagues", "knows about it", "Good in part", "membership.updated", "m…@… has no door"]
    {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert!(!all.contains("mia@harbour.example"));
    let order: Vec<usize> =
        ["knows about it", "Good in part", "membership.updated"].iter().map(|words| all.find(words).unwrap()).collect();
    assert!(order.is_sorted(), "newest first: {order:?}");
    let notes = support.get(&at("kind=notes&window=day")).await.text;
    assert!(notes.contains("knows about it") && !notes.contains("membership.updated"));
    let received = support.get(&at("kind=received")).await.text;
    assert!(received.contains("membership.updated") && !received.contains("knows about it"));
    scene.desk.app.clock.advance(2 * 24 * 60 * 60_000);
    let mut support = scene.as_role(Role::Support).await;
    let late = support.get(&at("kind=notes&window=day")).await.text;
    assert!(late.contains("Nothing of this kind in this time."), "{late}");
    assert_eq!(support.get(&at("kind=nonsense&before=nonsense")).await.status, 200);
}

on_both_databases!(a_hundred_thousand_entries_are_quick, no_entry_is_lost_between_pages, everything_stands_in_one_line,);
