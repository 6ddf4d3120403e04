//! What settings use that no other connection of the integration may, as it is kept for whoever asks.

use std::collections::{BTreeMap, BTreeSet};

use app::ids::ConnectionId;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use server::clock::DAY;
use server::jobs;
use server::services::settings::judged;
use server::storage::settings::uses;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::desk::{BRS, DOORS, Desk};
use super::others::{found, say};
use crate::api::call;
use crate::support::{Answer, Database, Installed, TestApp, on_both_databases};

/// A group of Bristol's site that the fixture gives nobody.
const FREE: &str = "g-uk-front";

/// Another connection, of another organization.
async fn other(app: &TestApp) -> (Installed, Uuid) {
    let installed = app.install("studio-17", DOORS, &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    let connection = app.connection_of(&installed).await;
    (installed, connection)
}

async fn used(app: &TestApp, connection: Uuid) -> Vec<String> {
    let kept = uses::of(app.app.db.read(), connection).await.unwrap();
    assert!(kept.keys().all(|source| source == "partner.groups"), "{kept:?}");
    kept.into_values().flatten().collect()
}

/// Bristol's groups for everybody, by the partner system.
async fn give(desk: &Desk, groups: &Value) -> Answer {
    let key = desk.app.api_key(&[DOORS], &["settings:write"]).await;
    let path = format!("/api/v1/connections/{}/settings", ConnectionId(desk.connection));
    let change = json!({ "locations": { BRS: { "everyone_groups": groups } } });
    call(&desk.app, &key, ("PATCH", &path), &[("If-Match", "*")], Some(&change)).await
}

async fn who_else_uses_it_is_told_by_an_index(database: Database) {
    let desk = Desk::bare(database, DOORS).await;
    let (_, busy) = other(&desk.app).await;
    let (mine, others) = (desk.app.stored(desk.connection).await, desk.app.stored(busy).await);
    let many = |count: usize| -> BTreeMap<String, BTreeSet<String>> {
        BTreeMap::from([("partner.groups".to_owned(), (0..count).map(|i| format!("g-{i}")).collect())])
    };
    let mut tx = desk.app.app.db.begin().await.unwrap();
    // More than fits into a statement, written and asked for.
    uses::save(&mut tx, &others, &many(2_500)).await.unwrap();
    uses::save(&mut tx, &mine, &many(2_700)).await.unwrap();
    let taken = uses::used_elsewhere(tx.connection(), &mine, &many(2_700)).await.unwrap();
    assert_eq!(taken, many(2_500), "one's own do not count");
    let db = tx.connection();
    let backend = db.get_database_backend();
    if database == Database::Postgres {
        // Of two connections PostgreSQL would read the table; the question is whether the index serves.
        db.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off").await.unwrap();
        db.execute_unprepared("ANALYZE target_uses").await.unwrap();
    }
    for pairs in [&[("partner.groups", "g-7")][..], &[("partner.groups", "g-7"), ("partner.groups", "g-2600")]] {
        let statement = uses::elsewhere(backend, &mine, pairs);
        let (explain, column) = if backend == DbBackend::Postgres { ("EXPLAIN", 0) } else { ("EXPLAIN QUERY PLAN", 3) };
        let sql = format!("{explain} {}", statement.sql);
        let values = statement.values.map(|values| values.0).unwrap_or_default();
        let rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect();
        assert!(plan.iter().any(|line| line.contains("ix_target_uses_target")), "{plan:#?}");
        for line in &plan {
            assert!(["Seq Scan", "SCAN u", "SCAN c"].iter().all(|bad| !line.contains(bad)), "{plan:#?}");
        }
    }
    uses::save(&mut tx, &others, &many(1)).await.unwrap();
    assert_eq!(uses::used_elsewhere(tx.connection(), &mine, &many(2_700)).await.unwrap(), many(1));
}

/// What is stored may be free of trouble, and what somebody is about to save is not.
async fn what_only_a_draft_uses_is_looked_for(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (_, other) = other(&desk.app).await;
    assert!(used(&desk.app, desk.connection).await.contains(&"g-uk-day".to_owned()));
    assert!(!used(&desk.app, desk.connection).await.contains(&FREE.to_owned()));
    say(&desk.app, other, &json!({ "everyone_groups": [FREE] })).await;
    assert_eq!(used(&desk.app, other).await, [FREE]);
    assert!(found(&desk.app, DOORS, desk.connection, "site_unique").await.is_empty());
    let refused = give(&desk, &json!([FREE])).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("already managed"), "{}", refused.text);
    let bristol = desk.at(BRS);
    let refused = desk.post(&bristol, &[("own", "everyone_groups"), ("f.everyone_groups", FREE)], "save").await;
    assert_eq!(refused.status, 422, "{}", refused.location);
    assert!(refused.text.contains("already managed"), "{}", refused.text);
    say(&desk.app, other, &json!({})).await;
    assert!(used(&desk.app, other).await.is_empty());
    let saved = give(&desk, &json!([FREE])).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    assert!(used(&desk.app, desk.connection).await.contains(&FREE.to_owned()));
    assert_eq!(give(&desk, &json!([])).await.status, 200);
    assert!(!used(&desk.app, desk.connection).await.contains(&FREE.to_owned()));
}

async fn who_is_disconnected_uses_nothing(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    let app = &desk.app;
    let (installed, other) = other(app).await;
    say(app, other, &json!({ "everyone_groups": ["g-day"] })).await;
    assert!(!found(app, DOORS, desk.connection, "site_unique").await.is_empty());
    app.clock.advance(1_000);
    app.remove(&installed).await;
    app.run_jobs().await;
    assert!(app.stored(other).await.disconnected.is_some());
    assert!(found(app, DOORS, desk.connection, "site_unique").await.is_empty());
    assert_eq!(used(app, other).await, ["g-day"], "it may come back");
}

/// As with settings that a version saved which did not keep uses, or that other rules were about.
async fn uses_from_before_are_kept_at_the_start(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    let app = &desk.app;
    // Who has not finished uses things as well.
    let (_, other) = other(app).await;
    say(app, other, &json!({ "everyone_groups": ["g-day"] })).await;
    let before = used(app, desk.connection).await;
    app.execute("DELETE FROM target_uses").await;
    assert!(found(app, DOORS, desk.connection, "site_unique").await.is_empty());
    let (stop, stopped) = (CancellationToken::new(), CancellationToken::new());
    stopped.cancel();
    jobs::know_uses(&app.app, &stopped).await.unwrap();
    assert!(used(app, other).await.is_empty(), "the next start goes on");
    jobs::know_uses(&app.app, &stop).await.unwrap();
    assert_eq!((used(app, desk.connection).await, used(app, other).await), (before, vec!["g-day".to_owned()]));
    assert!(!found(app, DOORS, desk.connection, "site_unique").await.is_empty());

    app.execute("DELETE FROM target_uses").await;
    jobs::know_uses(&app.app, &stop).await.unwrap();
    assert!(used(app, other).await.is_empty(), "the same rules are gone through once");
    app.execute("UPDATE known_uses SET rules = substr(rules, 2)").await;
    jobs::know_uses(&app.app, &stop).await.unwrap();
    assert_eq!(used(app, other).await, ["g-day"], "and other ones anew");
}

/// As with settings that such a version saved after this one had started beside it.
async fn uses_are_kept_within_a_day(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    let app = &desk.app;
    let (_, other) = other(app).await;
    say(app, other, &json!({ "everyone_groups": ["g-day"] })).await;
    app.run_jobs().await;
    let kept = (used(app, desk.connection).await, used(app, other).await);
    app.execute("UPDATE target_uses SET target = 'g-gone' WHERE target = 'g-day'").await;
    app.run_jobs().await;
    assert_eq!(used(app, other).await, ["g-gone"], "it has its turn once a day");
    app.clock.advance(DAY + 1);
    app.run_jobs().await;
    assert_eq!((used(app, desk.connection).await, used(app, other).await), kept);
    app.execute("DELETE FROM target_uses").await;
    judged::judge(&app.app, desk.connection).await.unwrap();
    assert_eq!(used(app, desk.connection).await, kept.0, "and by whoever judges");
}

on_both_databases!(
    who_else_uses_it_is_told_by_an_index,
    what_only_a_draft_uses_is_looked_for,
    who_is_disconnected_uses_nothing,
    uses_from_before_are_kept_at_the_start,
    uses_are_kept_within_a_day,
);
