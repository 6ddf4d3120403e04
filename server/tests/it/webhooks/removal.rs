//! `integration.removed` ends a connection: exactly once, the right one, and also after a crash.

use app::ids::ConnectionId;
use serde_json::json;
use server::clock::{DAY, SECOND};

use crate::support::{Database, Installed, TestApp, on_both_databases};

pub(crate) const REMOVED: &[u8] = br#"{"eventType":"integration.removed"}"#;

async fn is_disconnected(app: &TestApp, installed: &Installed) -> bool {
    app.stored(app.connection_of(installed).await).await.disconnected.is_some()
}

async fn any_case_disconnects_once(database: Database) {
    let app = TestApp::start(database).await;
    for (slug, word) in [
        ("harbour-and-loom", "integration.removed"),
        ("kaffee-und-werk", "Integration.removed"),
        ("studio-17", "INTEGRATION.REMOVED"),
    ] {
        let installed = app.connected(slug, "tally-desk", &[]).await;
        let connection = app.connection_of(&installed).await;
        let subscription = app.subscription(&installed).await;
        let body = format!("{{\"eventType\":\"{word}\",\"data\":{{\"object\":{{}}}}}}");
        for _ in 0..3 {
            assert_eq!(app.deliver(&subscription, body.as_bytes()).await.status, 200);
        }
        assert_eq!(app.stored(connection).await.disconnected, None, "answered first, then acted on");
        app.run_jobs().await;
        let ended = app.stored(connection).await;
        let how = ended.disconnected.unwrap();
        assert_eq!((how.cause.slug(), how.purge_at - how.at), ("removed_in_officernd", 30 * DAY));
        assert_eq!((ended.state.slug(), ended.subscription.slug()), ("disconnected", "gone"));
        assert_eq!(app.number("SELECT COUNT(*) FROM grants").await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM grant_tokens").await, 0, "tokens are destroyed");
        assert_eq!(app.number("SELECT COUNT(*) FROM connection_secrets WHERE subscription_secret IS NULL").await, 0);

        // Again, signed anew and later: nothing changes any more.
        app.clock.advance(60 * SECOND);
        assert_eq!(app.deliver(&subscription, body.as_bytes()).await.status, 200);
        assert_eq!(app.deliver(&subscription, b"{\"eventType\":\"member.created\"}").await.status, 200);
        assert_eq!(app.deliver(&subscription, b"unreadable").await.status, 200);
        app.run_jobs().await;
        assert_eq!(app.stored(connection).await, ended);
        assert_eq!(app.happened(connection, "connection.disconnected").await, 1);
        assert_eq!(app.happened(connection, "webhook.unreadable").await, 0);
        app.clock.advance(2 * DAY);
        app.run_jobs().await;
        assert_eq!(app.stored(connection).await, ended, "no job brings it back");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);
}

/// As OfficeRnD itself does it, in the words of its switches.
async fn officernd_removes_it(database: Database) {
    let app = TestApp::start(database).await;
    for (name, ids, duplicates) in
        [("lower", "with", "once"), ("capital", "without", "twice"), ("capital", "with", "twice_signed_anew")]
    {
        app.switch("removed_name", &json!(name), None).await;
        app.switch("webhook_ids", &json!(ids), None).await;
        app.switch("duplicate_deliveries", &json!(duplicates), None).await;
        let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
        app.remove(&installed).await;
        app.run_jobs().await;
        assert!(is_disconnected(&app, &installed).await, "{name} {ids} {duplicates}");
        assert_eq!(app.happened(app.connection_of(&installed).await, "connection.disconnected").await, 1);
        let health = app.call(&installed, "healthcheck", &json!({})).await;
        assert!(health.json()["message"].as_str().unwrap().contains("is disconnected"), "{}", health.text);
    }
}

/// Two events that are no exact repetitions, processed by two replicas at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_end_it_once() {
    let _limit = crate::support::limit();
    if !crate::support::has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let replica = app.replica().await;
    let mut all = Vec::new();
    for slug in ["harbour-and-loom", "kaffee-und-werk", "studio-17", "harbour-space", "northern-harbours"] {
        let installed = app.connected(slug, "tally-desk", &[]).await;
        let subscription = app.subscription(&installed).await;
        for n in 0..4 {
            let body = format!("{{\"eventType\":\"integration.removed\",\"n\":{n}}}");
            assert_eq!(app.deliver(&subscription, body.as_bytes()).await.status, 200);
        }
        all.push(installed);
    }
    tokio::join!(app.run_jobs(), replica.run_jobs());
    for installed in &all {
        assert_eq!(app.happened(app.connection_of(installed).await, "connection.disconnected").await, 1);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);
}

async fn only_the_removed_one_of_two_ends(database: Database) {
    let app = TestApp::start(database).await;
    for goes_to in ["own", "all"] {
        app.switch("removed_goes_to", &json!(goes_to), None).await;
        let first = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010000"]).await;
        let second = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010001"]).await;
        let stranger = app.connected("harbour-and-loom", "portunus-access", &[]).await;
        app.remove(&first).await;
        app.run_jobs().await;
        assert!(is_disconnected(&app, &first).await, "{goes_to}");
        assert!(!is_disconnected(&app, &second).await, "{goes_to}: the event names the other installation");
        assert!(!is_disconnected(&app, &stranger).await, "{goes_to}");
        assert_eq!(
            app.call(&second, "healthcheck", &json!({})).await.json(),
            json!({ "accountName": "Harbour & Loom" })
        );
        assert!(!app.access_token(&second).await.is_empty());
        app.remove(&second).await;
        app.run_jobs().await;
        assert!(is_disconnected(&app, &second).await, "{goes_to}");
    }
}

/// OfficeRnD may tell every subscription of the organization of each removal: of our other integrations too.
async fn the_removal_of_another_integration_ends_nothing_here(database: Database) {
    let app = TestApp::start(database).await;
    let printer = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let doors = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    let body =
        format!(r#"{{"eventType":"integration.removed","data":{{"object":{{"_id":"{}"}}}}}}"#, doors.integration_id);
    let subscription = app.subscription(&printer).await;
    assert_eq!(app.deliver(&subscription, body.as_bytes()).await.status, 200);
    app.run_jobs().await;
    assert!(!is_disconnected(&app, &printer).await);
    assert!(!is_disconnected(&app, &doors).await, "its own subscription tells of it");
    assert!(!app.access_token(&printer).await.is_empty());
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);
    // The right one is still heard.
    app.remove(&doors).await;
    app.run_jobs().await;
    assert!(is_disconnected(&app, &doors).await);
    assert!(!is_disconnected(&app, &printer).await);
}

/// An id that is not one of ours decides nothing: the address does.
async fn an_unknown_id_does_not_hold_a_removal_up(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let body = br#"{"eventType":"integration.removed","data":{"object":{"_id":"aaaaaaaaaaaaaaaaaaaaaaaa"}}}"#;
    assert_eq!(app.deliver(&app.subscription(&installed).await, body).await.status, 200);
    app.run_jobs().await;
    assert!(is_disconnected(&app, &installed).await);
}

/// The process dies between its answer and acting on the event; another finds it.
async fn an_answered_removal_survives_a_crash(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    assert_eq!(app.deliver(&app.subscription(&installed).await, REMOVED).await.status, 200);
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 1);
    // Nothing that was queued in memory is there in a new process.
    let next = app.replica().await;
    next.run_jobs().await;
    let connection = next.connection_of(&installed).await;
    assert!(next.stored(connection).await.disconnected.is_some());
    assert_eq!(next.happened(connection, "connection.disconnected").await, 1);
    assert_eq!(next.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);
    next.run_jobs().await;
    assert_eq!(next.happened(connection, "connection.disconnected").await, 1);
}

/// The same integration id connects again: a new grant, the old history, and old deliveries cannot end it.
async fn a_new_connect_brings_it_back(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let old = app.subscription(&installed).await;
    assert_eq!(app.deliver(&old, REMOVED).await.status, 200);
    app.run_jobs().await;
    assert!(is_disconnected(&app, &installed).await);

    app.clock.advance(60 * SECOND);
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    assert_eq!(app.connection_of(&installed).await, connection, "the same connection");
    assert_eq!(
        app.call(&installed, "healthcheck", &json!({})).await.json(),
        json!({ "accountName": "Harbour & Loom" })
    );
    assert_eq!(app.subscribed(&installed).await.len(), 1, "the older subscription is gone");

    // What the old subscription signed is refused now, the repetition of the removal included.
    app.clock.advance(SECOND);
    assert_eq!(app.deliver(&old, REMOVED).await.status, 401);
    app.run_jobs().await;
    assert!(!is_disconnected(&app, &installed).await);
    let id = ConnectionId(connection);
    let key = app.api_key(&["tally-desk"], &["connections:read"]).await;
    let described = app.api(&key).get(&format!("/api/v1/connections/{id}")).await.json();
    assert_eq!((described["state"].clone(), described["kept_until"].clone()), (json!("connected"), json!(null)));
}

/// A removal that nobody has acted on yet when the admin connects again is of the earlier consent.
async fn a_removal_from_before_a_new_connect_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    assert_eq!(app.deliver(&app.subscription(&installed).await, REMOVED).await.status, 200);
    app.clock.advance(SECOND);
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);

    app.run_jobs().await;
    assert_eq!(app.stored(connection).await.disconnected, None);
    assert!(!app.access_token(&installed).await.is_empty(), "its new tokens are there");
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);

    // Signed before, but it comes only now: OfficeRnD could not get through.
    let subscription = app.subscription(&installed).await;
    let late = app.deliver_signed_at(&subscription, REMOVED, app.clock.now_seconds() - 3_600).await;
    assert_eq!(late.status, 200);
    app.run_jobs().await;
    assert_eq!(app.stored(connection).await.disconnected, None);

    assert_eq!(app.deliver(&subscription, REMOVED).await.status, 200);
    app.run_jobs().await;
    assert!(app.stored(connection).await.disconnected.is_some(), "one of now ends it");
}

/// One that comes while the pop-up is open is of today, however fast the admin presses Connect.
async fn a_removal_during_a_new_connect_ends_it(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    app.clock.advance(60 * SECOND);
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    app.clock.advance(SECOND);
    assert_eq!(app.deliver(&app.subscription(&installed).await, REMOVED).await.status, 200);
    app.clock.advance(SECOND);
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    app.run_jobs().await;
    assert!(app.stored(connection).await.disconnected.is_some());
}

on_both_databases!(
    a_removal_from_before_a_new_connect_changes_nothing,
    a_removal_during_a_new_connect_ends_it,
    any_case_disconnects_once,
    officernd_removes_it,
    only_the_removed_one_of_two_ends,
    the_removal_of_another_integration_ends_nothing_here,
    an_unknown_id_does_not_hold_a_removal_up,
    an_answered_removal_survives_a_crash,
    a_new_connect_brings_it_back
);
