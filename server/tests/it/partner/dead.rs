//! What was given up is seen by operations, by admins and by `deskbridge check`, and can be sent after all.

use std::collections::HashSet;

use serde_json::json;
use server::clock::{DAY, HOUR, MINUTE, SECOND};
use server::http::operations;
use server::jobs::deliver_outbox;

use super::{states, sync};
use crate::settings::configure;
use crate::support::command::{Deskbridge, Ran, sound_manifest};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Database, Installed, TestApp, on_both_databases};

const DOORS: &str = "portunus-access";
const WIFI: &str = "meshfern-wifi";
const NOT_TOLD: &str = "partner.not_told";

/// A partner system that refuses until everything is given up: a run of the one, the end of the other connection.
async fn start(database: Database) -> (TestPartner, TestApp, [Installed; 2]) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let doors = app.connected("harbour-and-loom", DOORS, &[]).await;
    let wifi = app.connected("harbour-and-loom", WIFI, &[]).await;
    partner.mood(DOORS, Mood::Status(503));
    partner.mood(WIFI, Mood::Status(404));
    sync(&app, &doors, json!({})).await;
    app.remove(&wifi).await;
    app.run_jobs().await;
    assert_eq!(states(&app).await, ["waiting 1", "waiting 1"]);
    (partner, app, [doors, wifi])
}

async fn give_up(app: &TestApp) {
    for wait in [6 * SECOND, 6 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 11 * HOUR, 11 * HOUR, 27 * HOUR, 27 * HOUR] {
        app.clock.advance(wait);
        deliver_outbox(&app.app).await.unwrap();
    }
    assert_eq!(states(app).await, ["dead 10", "dead 10"]);
}

/// The lines of `/metrics` about the outbox, without what they have in common.
async fn metrics(app: &TestApp) -> Vec<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let router = operations::router(app.app.clone(), None);
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let text = app.request("GET", &url).send().await.unwrap().text().await.unwrap();
    server.abort();
    text.lines().filter_map(|line| line.strip_prefix("deskbridge_outbox_")).map(str::to_owned).collect()
}

fn metric(name: &str, integration: &str, hook: &str, value: i64) -> String {
    format!("{name}{{integration=\"{integration}\",hook=\"{hook}\"}} {value}")
}

async fn run(app: &TestApp, arguments: &[&str]) -> Ran {
    let deskbridge = Deskbridge::beside(app);
    // `check` misses the client of a connection that no manifest names.
    for integration in &app.integrations {
        let mut manifest = sound_manifest();
        manifest["integration"] = integration.slug.as_str().into();
        manifest["client_id"] = integration.client.client_id.as_str().into();
        let file = deskbridge.path(&format!("integrations/{}.json", integration.slug));
        std::fs::write(file, manifest.to_string()).unwrap();
    }
    deskbridge.run(arguments).await
}

async fn what_was_given_up_is_seen_everywhere(database: Database) {
    let (_partner, app, [doors, wifi]) = start(database).await;
    app.clock.advance(90 * SECOND);
    let lines = metrics(&app).await;
    for expected in [
        metric("waiting", DOORS, "sync", 1),
        metric("waiting", DOORS, "disconnected", 0),
        metric("waiting", WIFI, "disconnected", 1),
        metric("oldest_seconds", DOORS, "sync", 90),
        metric("dead", DOORS, "sync", 0),
    ] {
        assert!(lines.contains(&expected), "{expected}: {lines:?}");
    }
    let found = run(&app, &["check"]).await;
    assert!(found.code == Some(0) && !found.stdout.contains("outbox"), "what waits is no trouble: {}", found.stdout);

    give_up(&app).await;
    let lines = metrics(&app).await;
    for expected in [
        metric("waiting", DOORS, "sync", 0),
        metric("oldest_seconds", DOORS, "sync", 0),
        metric("dead", DOORS, "sync", 1),
        metric("dead", WIFI, "disconnected", 1),
        metric("dead", WIFI, "sync", 0),
    ] {
        assert!(lines.contains(&expected), "{expected}: {lines:?}");
    }
    for installed in [&doors, &wifi] {
        let connection = app.connection_of(installed).await;
        assert_eq!(app.happened(connection, NOT_TOLD).await, 1, "once, and not at each failure");
    }
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &doors).await;
    let page = browser.get(&home).await;
    assert!(page.text.contains("was not told; it did not answer for three days"), "{}", page.text);
    assert!(page.text.contains("That a run was asked for, or synchronization switched"), "{}", page.text);

    let found = run(&app, &["check"]).await;
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    let line = found.stdout.lines().find(|line| line.starts_with("WRONG outbox:")).unwrap();
    for part in [
        "1 of portunus-access (sync)",
        "1 of meshfern-wifi (disconnected)",
        "`deskbridge outbox retry`",
        "hook disconnected: status, status 404",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

async fn what_was_given_up_is_sent_after_all(database: Database) {
    let (partner, app, _) = start(database).await;
    give_up(&app).await;
    let first = partner.received()[0].id.clone();
    let listed = run(&app, &["outbox", "list"]).await;
    assert_eq!((listed.code, listed.stdout.lines().count()), (Some(0), 2), "{}", listed.stderr);
    assert!(listed.stdout.contains(&first) && listed.stdout.contains("status 404"), "{}", listed.stdout);
    let listed = run(&app, &["outbox", "list", "--integration", WIFI]).await;
    assert!(listed.stdout.lines().count() == 1 && !listed.stdout.contains(DOORS), "{}", listed.stdout);

    // Sent again while the partner system still refuses, it is tried as often as the first time.
    assert_eq!(run(&app, &["outbox", "retry"]).await.stdout.trim(), "2 deliveries are to be sent again.");
    deliver_outbox(&app.app).await.unwrap();
    assert_eq!(states(&app).await, ["waiting 1", "waiting 1"]);
    give_up(&app).await;
    let sent = partner.received().len();

    // The partner system is well again, but nobody asked.
    partner.mood(DOORS, Mood::Status(202));
    partner.mood(WIFI, Mood::Status(202));
    app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(partner.received().len(), sent);
    let retried = run(&app, &["outbox", "retry", "--integration", DOORS]).await;
    assert_eq!((retried.code, retried.stdout.trim()), (Some(0), "1 delivery is to be sent again."));
    app.run_jobs().await;
    let received = partner.received();
    assert_eq!(received.len(), sent + 1, "the other was not meant");
    let ids: HashSet<&str> = received.iter().map(|received| received.id.as_str()).collect();
    assert_eq!(ids.len(), 2, "a delivery keeps its id");
    assert!(app.is_signed(&received[sent]) && received[sent].integration == DOORS);
    let mut seen = states(&app).await;
    seen.sort();
    assert_eq!(seen, ["dead 10", "delivered 0"]);
    assert_eq!(
        run(&app, &["outbox", "retry", "--integration", DOORS]).await.stdout.trim(),
        "0 deliveries are to be sent again."
    );
    assert_eq!(run(&app, &["outbox", "forget"]).await.stdout.trim(), "1 delivery is forgotten.");
    let checked = run(&app, &["check"]).await;
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}

/// A connection that is gone has no record, and what was not heard of it goes as it ends.
async fn given_up_after_the_purge_leaves_nothing(database: Database) {
    let (_partner, app, _) = start(database).await;
    app.execute("UPDATE connections SET purge_at = 1 WHERE disconnected_at IS NOT NULL").await;
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM connections").await, 1);
    give_up(&app).await;
    app.run_jobs().await;
    assert_eq!(states(&app).await, ["dead 10"], "the one whose connection is there");
    let records = format!("SELECT COUNT(*) FROM activity WHERE kind = '{NOT_TOLD}'");
    assert_eq!(app.number(&records).await, 1);
}

on_both_databases!(
    what_was_given_up_is_seen_everywhere,
    what_was_given_up_is_sent_after_all,
    given_up_after_the_purge_leaves_nothing,
);
