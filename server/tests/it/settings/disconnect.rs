//! The admin's own disconnect: at once, once, and whatever OfficeRnD answers.

use app::ids::ConnectionId;
use serde_json::json;
use server::clock::{DAY, HOUR};

use super::configure;
use crate::support::{Database, Installed, TestApp, on_both_databases};

async fn is_ended(app: &TestApp, installed: &Installed) {
    let connection = app.connection_of(installed).await;
    for table in ["grants", "grant_tokens"] {
        let left = app.number(&format!("SELECT COUNT(*) FROM {table}")).await;
        assert_eq!(left, 0, "{table}");
    }
    let stored = app.stored(connection).await;
    assert_eq!(stored.disconnected.unwrap().purge_at, stored.disconnected.unwrap().at + 30 * DAY);
    assert_eq!(stored.subscription.slug(), "gone");
    assert_eq!(app.happened(connection, "connection.disconnected").await, 1);
    let health = app.call(installed, "healthcheck", &json!({})).await;
    assert_eq!(health.status, 200);
    assert!(health.json()["message"].as_str().unwrap().contains("is disconnected"), "{}", health.text);
    app.clock.advance(1_000);
    assert_eq!(app.call(installed, "sync", &json!({})).await.status, 409);
    let key = app.api_key(&["tally-desk"], &["tokens:read", "connections:read"]).await;
    let id = ConnectionId(connection);
    let token = app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!((token.status, token.json()["code"].clone()), (410, json!("disconnected")));
    assert_eq!(app.api(&key).get(&format!("/api/v1/connections/{id}")).await.json()["state"], "disconnected");
}

async fn it_ends_everything_and_says_so(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    assert_eq!(app.subscribed(&installed).await.len(), 1);
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    let path = format!("{home}/disconnect");
    let page = browser.get(&path).await;
    assert!(page.text.contains("value=\"export:csv\"") && !page.text.contains("<dd>0</dd>"), "{}", page.text);
    assert!(page.text.contains("Members are left as they are"), "{}", page.text);
    let file = browser.press(&path, "export:csv").await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"), "{}", file.text);
    assert_eq!(browser.press(&path, "export:xml").await.status, 400);
    let done = browser.press(&path, "disconnect").await;
    assert_eq!((done.status, &done.location), (303, &home));
    // What could be taken along before is not to be had any more.
    assert_eq!(browser.press(&path, "export:csv").await.status, 404);
    assert_eq!(app.subscribed(&installed).await, [], "OfficeRnD is asked to send no more events");
    is_ended(&app, &installed).await;

    for path in [home.clone(), format!("{home}/disconnect"), format!("{home}/reconnect")] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains("<bdi>Tallydesk Print</bdi> is disconnected"), "{path}: {}", page.text);
        assert!(page.text.contains("Settings and history are kept until 24 December 2026"), "{path}");
        assert!(page.text.contains("OfficeRnD member"), "who did it: {path}");
        assert!(!page.text.contains("<form"), "{path}");
    }
    // A second press, as from another window.
    let again = browser.press(&format!("{home}/disconnect"), "disconnect").await;
    assert_eq!(again.status, 303);
    is_ended(&app, &installed).await;

    // Configure still opens, to the page that says so.
    let mut other = app.browser();
    let home = configure(&app, &mut other, &installed).await;
    assert!(other.get(&home).await.text.contains("is disconnected"));
}

async fn two_presses_at_once_end_it_once(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let (mut one, mut two) = (app.browser(), app.browser());
    let path = format!("{}/disconnect", configure(&app, &mut one, &installed).await);
    configure(&app, &mut two, &installed).await;
    let (one, two) = tokio::join!(one.press(&path, "disconnect"), two.press(&path, "disconnect"));
    assert_eq!((one.status, two.status), (303, 303));
    is_ended(&app, &installed).await;
}

/// An expired token is renewed to take the subscription back; an outage leaves it, and events change nothing.
async fn an_outage_does_not_hold_it_up(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    app.clock.advance(2 * HOUR);
    app.control("POST", "/faults", &json!({ "answer": "503", "at": "any" })).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 303);
    app.control("DELETE", "/faults", &json!(null)).await;
    is_ended(&app, &installed).await;
    assert_eq!(app.subscribed(&installed).await, std::slice::from_ref(&subscription));

    let activity = app.kinds(app.connection_of(&installed).await).await;
    let answer = app.deliver(&subscription, br#"{"eventType":"member.created"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    app.run_jobs().await;
    assert_eq!(app.kinds(app.connection_of(&installed).await).await, activity);
}

async fn a_token_is_renewed_to_unsubscribe(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.clock.advance(2 * HOUR);
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 303);
    assert_eq!(app.subscribed(&installed).await, []);
    is_ended(&app, &installed).await;
}

/// One connection ends, its sibling does not.
async fn a_sibling_is_untouched(database: Database) {
    let app = TestApp::start(database).await;
    let first = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010000"]).await;
    let second = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010001"]).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &first).await;
    assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 303);
    assert_eq!(app.subscribed(&second).await.len(), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM grant_tokens").await, 1);
    let health = app.call(&second, "healthcheck", &json!({})).await;
    assert_eq!(health.json(), json!({ "accountName": "Harbour & Loom" }));
    assert!(!app.access_token(&second).await.is_empty());
}

on_both_databases!(
    it_ends_everything_and_says_so,
    two_presses_at_once_end_it_once,
    an_outage_does_not_hold_it_up,
    a_token_is_renewed_to_unsubscribe,
    a_sibling_is_untouched
);
