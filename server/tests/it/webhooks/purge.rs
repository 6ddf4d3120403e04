//! After the retention everything of a connection is deleted, and nothing of another.

use std::time::Duration;

use serde_json::json;
use server::clock::{DAY, Millis};
use server::crypto::digest::digest;
use server::jobs;
use server::services::calls::Outcome;
use server::storage::bulk::{self, BulkAct};
use server::storage::housekeeping::{self, DELIVERIES_KEPT};
use server::storage::webhook_events::{self, WebhookEvent};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{Database, Installed, TestApp, on_both_databases};

/// Rows of a connection in every table that names connections.
async fn rows_of(app: &TestApp, connection: Uuid) -> Vec<(&'static str, i64)> {
    let literal = match app.database() {
        Database::Sqlite => format!("x'{}'", connection.simple()),
        Database::Postgres => format!("'{connection}'"),
    };
    let mut found = Vec::new();
    for (table, columns) in server::storage::schema::tables() {
        let column = match table {
            "connections" => "id",
            // Events end by themselves, at the same time.
            "outbox" => continue,
            _ if columns.contains(&"connection_id") => "connection_id",
            _ => continue,
        };
        let rows = app.number(&format!("SELECT COUNT(*) FROM {table} WHERE {column} = {literal}")).await;
        if rows > 0 {
            found.push((table, rows));
        }
    }
    found
}

/// Leaves something in every table.
async fn used(app: &TestApp, slug: &str, locations: &[&str]) -> Installed {
    let installed = app.connected(slug, "tally-desk", locations).await;
    app.clock.advance(1_000);
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    assert_eq!(app.browser().follow(&url).await.status, 200);
    assert_eq!(app.call(&installed, "sync", &json!({})).await.status, 200);
    let subscription = app.subscription(&installed).await;
    assert_eq!(app.deliver(&subscription, br#"{"eventType":"member.created"}"#).await.status, 200);
    assert_eq!(app.deliver(&subscription, b"unreadable").await.status, 200);
    app.run_jobs().await;
    installed
}

async fn everything_of_it_goes_and_nothing_else(database: Database) {
    let app = TestApp::start(database).await;
    let gone = used(&app, "harbour-and-loom", &["65f0a1b2c3d4e5f700010000"]).await;
    let sibling = used(&app, "harbour-and-loom", &["65f0a1b2c3d4e5f700010001"]).await;
    let other = used(&app, "kaffee-und-werk", &[]).await;
    let id = app.connection_of(&gone).await;
    app.enter(id).await;
    app.enter(app.connection_of(&sibling).await).await;
    let now = app.clock.now();
    let act = BulkAct {
        id: app.app.random.uuid(now),
        act: "pause".into(),
        staff_id: Uuid::nil(),
        staff: "Robin".into(),
        reason: None,
        since: None,
        total: 2,
        created_at: now,
        ended_at: Some(now),
    };
    let mut tx = app.app.db.begin().await.unwrap();
    bulk::add(&mut tx, &act, &[id, app.connection_of(&sibling).await]).await.unwrap();
    tx.commit().await.unwrap();
    let tables: Vec<&str> = rows_of(&app, id).await.into_iter().map(|(table, _)| table).collect();
    for table in [
        "activity",
        "bulk_items",
        "connect_attempts",
        "connection_locations",
        "connection_secrets",
        "connection_steps",
        "connections",
        "desk_sessions",
        "events",
        "grant_tokens",
        "grants",
        "partner_accounts",
        "runs",
        "setting_secrets",
        "settings",
        "signed_calls",
        "webhook_events",
    ] {
        assert!(tables.contains(&table), "the test leaves nothing in {table}: {tables:?}");
    }
    app.remove(&gone).await;
    app.run_jobs().await;

    app.clock.advance(30 * DAY - 1);
    app.run_jobs().await;
    let kept: Vec<&str> = rows_of(&app, id).await.into_iter().map(|(table, _)| table).collect();
    for table in [
        "connections",
        "connection_secrets",
        "connection_locations",
        "activity",
        "runs",
        "settings",
        "setting_secrets",
        "partner_accounts",
        "connection_steps",
    ] {
        assert!(kept.contains(&table), "{table} was deleted too early: {kept:?}");
    }
    assert_eq!(app.call(&gone, "healthcheck", &json!({})).await.status, 200);

    let of_sibling = but_events(rows_of(&app, app.connection_of(&sibling).await).await);
    let of_other = but_events(rows_of(&app, app.connection_of(&other).await).await);
    app.clock.advance(1);
    app.run_jobs().await;
    assert_eq!(rows_of(&app, id).await, []);
    assert_eq!(app.call(&gone, "healthcheck", &json!({})).await.status, 401);
    assert_eq!(app.call(&gone, "sync", &json!({})).await.status, 401);
    assert_eq!(app.call(&gone, "configure", &json!({})).await.status, 401);
    assert_eq!(but_events(rows_of(&app, app.connection_of(&sibling).await).await), of_sibling);
    assert_eq!(but_events(rows_of(&app, app.connection_of(&other).await).await), of_other);
    assert_eq!(app.number("SELECT COUNT(*) FROM organizations").await, 2, "its sibling keeps the organization");
    assert_eq!(app.call(&sibling, "healthcheck", &json!({})).await.status, 200);
}

/// They are forgotten after a month of their own.
fn but_events(mut rows: Vec<(&'static str, i64)>) -> Vec<(&'static str, i64)> {
    rows.retain(|(table, _)| *table != "events");
    rows
}

/// With its last connection the organization goes, and a purged connection's deliveries are nobody's.
async fn the_last_one_takes_the_organization(database: Database) {
    let app = TestApp::start(database).await;
    let installed = used(&app, "harbour-and-loom", &[]).await;
    let subscription = app.subscription(&installed).await;
    app.remove(&installed).await;
    app.run_jobs().await;
    app.clock.advance(30 * DAY);
    app.run_jobs().await;
    let left: Vec<_> = app.counts().await.into_iter().filter(|(_, rows)| *rows > 0).collect();
    // The digest of a code says nothing of anybody, and must not be forgotten; sums of all tenants name none.
    let kept = [
        "api_keys",
        "event_numbering",
        "hourly_counts",
        "processes",
        "sealing_keys",
        "sent_codes",
        "token_limits",
        "token_requests",
    ];
    assert!(left.iter().all(|(table, _)| kept.contains(table)), "{left:?}");
    assert_eq!(app.deliver(&subscription, br#"{"eventType":"member.created"}"#).await.status, 401);
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events").await, 0);

    // The organization can come again, as a new one.
    let again = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    assert_eq!(app.call(&again, "healthcheck", &json!({})).await.json(), json!({ "accountName": "Harbour & Loom" }));
}

/// How often the partner system called OfficeRnD is kept longer than the connection is.
async fn counts_of_calls_go_too(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let other = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    app.clock.advance(DAY);
    for one in [&installed, &other] {
        app.app.calls.count(app.connection_of(one).await, Outcome::Ok, app.clock.now());
    }
    app.remove(&installed).await;
    app.run_jobs().await;
    app.clock.advance(30 * DAY - 1);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM call_counts").await, 2);
    app.clock.advance(1);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM connections").await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM call_counts").await, 1);
}

async fn the_retention_is_configurable(database: Database) {
    let app = TestApp::start_with(database, &[("RETENTION_DAYS", "3")]).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.remove(&installed).await;
    app.run_jobs().await;
    let health = app.call(&installed, "healthcheck", &json!({})).await;
    assert!(health.text.contains("kept until 27 November 2026"), "{}", health.text);
    app.clock.advance(3 * DAY - 1);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM connections").await, 1);
    app.clock.advance(1);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM organizations").await, 0);
}

/// So many deliveries whose time is over, and one that is kept for a moment.
async fn delivered_long_ago(app: &TestApp, count: usize) {
    let now = app.clock.now();
    let delivery = |received_at: Millis| {
        let id = app.app.random.uuid(received_at);
        WebhookEvent {
            id,
            digest: digest("test", &[id.as_bytes()]),
            organization: Uuid::nil(),
            connection: Uuid::nil(),
            event_type: Some("a.b".to_owned()),
            body: b"{}".to_vec(),
            signed_at: received_at,
            received_at,
            processed_at: Some(received_at),
        }
    };
    let old = (0..count).map(|_| delivery(now - DELIVERIES_KEPT - 1));
    let all: Vec<WebhookEvent> = old.chain([delivery(now - DELIVERIES_KEPT)]).collect();
    let mut tx = app.app.db.begin().await.unwrap();
    webhook_events::store(&mut tx, all).await.unwrap();
    tx.commit().await.unwrap();
}

const DELIVERIES: &str = "SELECT COUNT(*) FROM webhook_events";

/// So that nobody who writes waits for all of them.
async fn old_deliveries_go_some_at_a_time(database: Database) {
    let app = TestApp::start(database).await;
    delivered_long_ago(&app, 501).await;
    let now = app.clock.now();
    for (more, left) in [(true, 2), (false, 1)] {
        let mut tx = app.app.db.begin().await.unwrap();
        // That is for others to delete, some at a time.
        housekeeping::delete_expired(&mut tx, now).await.unwrap();
        assert_eq!(housekeeping::delete_some(&mut tx, now).await.unwrap(), more);
        tx.commit().await.unwrap();
        assert_eq!(app.number(DELIVERIES).await, left);
    }
    app.clock.advance(1);
    app.run_jobs().await;
    assert_eq!(app.number(DELIVERIES).await, 0);
}

/// SQLite lets one writer in at a time.
async fn replicas_delete_others_and_wait_for_nobody(database: Database) {
    let app = TestApp::start(database).await;
    let other = app.replica().await;
    delivered_long_ago(&app, 501).await;
    let now = app.clock.now();
    let mut tx = app.app.db.begin().await.unwrap();
    assert!(housekeeping::delete_some(&mut tx, now).await.unwrap());
    if database == Database::Postgres {
        let mut second = other.app.db.begin().await.unwrap();
        let more = tokio::time::timeout(Duration::from_secs(30), housekeeping::delete_some(&mut second, now));
        assert!(!more.await.expect("nobody is waited for").unwrap());
        second.commit().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.number(DELIVERIES).await, 1);
    }
}

async fn a_sweep_ends_when_the_product_does(database: Database) {
    let app = TestApp::start(database).await;
    delivered_long_ago(&app, 501).await;
    let stop = CancellationToken::new();
    stop.cancel();
    jobs::sweep(&app.app, &stop).await.unwrap();
    assert_eq!(app.number(DELIVERIES).await, 502, "it has not even begun");
    jobs::sweep(&app.app, &CancellationToken::new()).await.unwrap();
    assert_eq!(app.number(DELIVERIES).await, 1);
    // By itself it begins at once, and ends at a stop.
    app.clock.advance(1);
    let stop = CancellationToken::new();
    let sweeping = tokio::spawn(jobs::keep_clean(app.app.clone(), stop.clone()));
    while app.number(DELIVERIES).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    sweeping.await.unwrap();
}

on_both_databases!(
    old_deliveries_go_some_at_a_time,
    replicas_delete_others_and_wait_for_nobody,
    a_sweep_ends_when_the_product_does,
    everything_of_it_goes_and_nothing_else,
    the_last_one_takes_the_organization,
    counts_of_calls_go_too,
    the_retention_is_configurable
);
