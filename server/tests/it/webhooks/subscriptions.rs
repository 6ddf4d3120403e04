//! Once a day a subscription is looked for, and made again when OfficeRnD lost it.

use serde_json::{Value, json};
use server::clock::{DAY, HOUR};

use crate::support::{Database, TestApp, on_both_databases};

async fn a_lost_subscription_is_made_again(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let old = app.subscription(&installed).await;
    app.lose("harbour-and-loom", &installed, &old).await;
    assert_eq!(app.subscribed(&installed).await, []);

    app.clock.advance(DAY - HOUR);
    app.run_jobs().await;
    assert_eq!(app.subscribed(&installed).await, [], "not before a day has passed");
    app.clock.advance(HOUR + 1);
    app.run_jobs().await;
    let new = app.subscription(&installed).await;
    assert_eq!(new.url, old.url);
    assert_ne!((&new.id, &new.secret), (&old.id, &old.secret));
    let now = app.stored(connection).await;
    assert_eq!((now.subscription.slug(), now.subscription_id), ("active", Some(new.id.clone())));
    assert_eq!(app.happened(connection, "webhooks.resubscribed").await, 1);

    // The new secret signs, the old one does not any more, also for the process that knew it.
    assert_eq!(app.deliver(&new, br#"{"eventType":"member.created"}"#).await.status, 200);
    assert_eq!(app.deliver(&old, br#"{"eventType":"member.created"}"#).await.status, 401);
    app.remove(&installed).await;
    app.run_jobs().await;
    assert!(app.stored(connection).await.disconnected.is_some());
}

async fn a_present_one_is_left_alone(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let before = app.subscription(&installed).await;
    let received = app.received().await;
    app.run_jobs().await;
    assert_eq!(app.received().await, received, "it was looked at when it was made");
    app.clock.advance(DAY + 1);
    app.run_jobs().await;
    app.run_jobs().await;
    let after = app.received().await;
    let more =
        |endpoint: &str| after.get(endpoint).copied().unwrap_or(0) - received.get(endpoint).copied().unwrap_or(0);
    assert_eq!((more("webhook_list"), more("webhook_create"), more("webhook_delete")), (1, 0, 0));
    assert_eq!(app.subscription(&installed).await, before);
    assert_eq!(app.happened(app.connection_of(&installed).await, "webhooks.resubscribed").await, 0);
}

async fn one_that_cannot_be_made_again_is_said_once(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let old = app.subscription(&installed).await;
    app.lose("harbour-and-loom", &installed, &old).await;
    app.control("POST", "/faults", &json!({ "answer": "500", "at": "webhook_create" })).await;
    for _ in 0..3 {
        app.clock.advance(DAY + 1);
        app.run_jobs().await;
        assert_eq!(app.stored(connection).await.subscription.slug(), "lost");
    }
    assert_eq!(app.happened(connection, "webhooks.lost").await, 1);
    let healthy = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!(healthy.json(), json!({ "accountName": "Harbour & Loom" }), "the connection itself is fine");
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    let page = app.browser().follow(&url).await;
    assert!(page.text.contains("Not subscribed") && page.text.contains("We subscribe again once a day."));

    app.control("DELETE", "/faults", &Value::Null).await;
    app.clock.advance(DAY + 1);
    app.run_jobs().await;
    assert_eq!(app.stored(connection).await.subscription.slug(), "active");
    assert_eq!(app.deliver(&app.subscription(&installed).await, br#"{"eventType":"x.y"}"#).await.status, 200);
}

/// An outage on the day of the check is no loss.
async fn an_outage_is_no_loss(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let before = app.subscription(&installed).await;
    for at in ["refresh", "webhook_list"] {
        app.control("POST", "/faults", &json!({ "answer": "503", "at": at })).await;
        app.clock.advance(DAY + 1);
        app.run_jobs().await;
        app.control("DELETE", "/faults", &Value::Null).await;
        assert_eq!(app.stored(connection).await.subscription.slug(), "active", "{at}");
        assert_eq!(app.stored(connection).await.state.slug(), "connected", "{at}");
    }
    assert_eq!(app.subscription(&installed).await, before);
    assert_eq!(app.happened(connection, "webhooks.lost").await, 0);
}

on_both_databases!(
    a_lost_subscription_is_made_again,
    a_present_one_is_left_alone,
    one_that_cannot_be_made_again_is_said_once,
    an_outage_is_no_loss
);
