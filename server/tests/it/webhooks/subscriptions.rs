//! Once a day a subscription is looked for, and made again when OfficeRnD lost it.

use serde_json::{Value, json};
use server::clock::{DAY, HOUR, MINUTE};
use server::storage::troubles;

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
    // Alerts know since when.
    let lost = troubles::unsubscribed(app.app.db.read()).await.unwrap();
    assert_eq!((lost.len(), lost[0].connection), (1, connection));
    assert_eq!(app.clock.now() - lost[0].since, 2 * (DAY + 1));
    let healthy = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!(healthy.json(), json!({ "accountName": "Harbour & Loom" }), "the connection itself is fine");
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    let page = app.browser().follow(&url).await;
    assert!(page.text.contains("Not subscribed") && page.text.contains("We subscribe again once a day."));

    app.control("DELETE", "/faults", &Value::Null).await;
    app.clock.advance(DAY + 1);
    app.run_jobs().await;
    assert_eq!(app.stored(connection).await.subscription.slug(), "active");
    assert!(troubles::unsubscribed(app.app.db.read()).await.unwrap().is_empty());
    assert_eq!(app.deliver(&app.subscription(&installed).await, br#"{"eventType":"x.y"}"#).await.status, 200);
}

/// A manifest that wants other events than before gets them within a day, and so does one whose subscription somebody
/// changed at OfficeRnD.
async fn other_events_are_subscribed(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let old = app.subscription(&installed).await;
    let before = app.subscribed_types(&installed).await;
    assert!(before.len() > 1 && before.contains(&"integration.removed".to_owned()), "{before:?}");
    let mut manifests = app.manifests();
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(&manifests.folder).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let file = copy.path().join("tally-desk.json");
    let mut manifest: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    manifest["webhooks"] = json!(["invoice.*"]);
    std::fs::write(&file, manifest.to_string()).unwrap();
    manifests.folder = copy.path().to_owned();
    let next = app.replica_beside(manifests).await;

    // OfficeRnD refuses: what works stays.
    app.control("POST", "/faults", &json!({ "answer": "403", "at": "webhook_create" })).await;
    app.clock.advance(DAY + 1);
    next.run_jobs().await;
    assert_eq!(app.subscription(&installed).await, old);
    assert_eq!(app.stored(connection).await.subscription.slug(), "active");
    app.control("DELETE", "/faults", &Value::Null).await;

    app.clock.advance(DAY + 1);
    next.run_jobs().await;
    let new = app.subscription(&installed).await;
    assert_eq!((&new.url, new.id != old.id), (&old.url, true), "and the old one is gone");
    let after = app.subscribed_types(&installed).await;
    assert_eq!(after, ["integration.removed", "invoice.created", "invoice.removed", "invoice.updated"]);
    assert_eq!(app.stored(connection).await.subscription_id, Some(new.id.clone()));
    assert_eq!(app.happened(connection, "webhooks.resubscribed").await, 1);
    assert_eq!(next.deliver(&new, br#"{"eventType":"invoice.created"}"#).await.status, 200);
    assert_eq!(next.deliver(&old, br#"{"eventType":"invoice.created"}"#).await.status, 401);

    app.clock.advance(DAY + 1);
    next.run_jobs().await;
    assert_eq!(app.subscription(&installed).await, new, "then it is as it should be");
}

/// What sends to the same address with a secret that nobody has is taken away.
async fn doubles_are_taken_away(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let ours = app.subscription(&installed).await;
    let token = app.access_token(&installed).await;
    let address = format!("{}/api/v2/organizations/harbour-and-loom/webhooks", app.simulator_url);
    let double = json!({ "url": ours.url, "eventTypes": ["member.created"], "description": "left by a crash" });
    let made = app.request("POST", &address).bearer_auth(token).json(&double).send().await.unwrap();
    assert!(made.status().is_success(), "{}", made.status());
    assert_eq!(app.subscribed(&installed).await.len(), 2);
    app.clock.advance(DAY + 1);
    app.run_jobs().await;
    assert_eq!(app.subscription(&installed).await, ours);
    assert_eq!(app.happened(app.connection_of(&installed).await, "webhooks.resubscribed").await, 0);
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
        assert!(
            matches!(app.stored(connection).await.state.slug(), "connected" | "delayed"),
            "{at}: the login is good"
        );
    }
    assert_eq!(app.subscription(&installed).await, before);
    assert_eq!(app.happened(connection, "webhooks.lost").await, 0);
}

/// Who waits for a token holds up nobody who has one.
async fn what_is_put_off_goes_behind_the_others(database: Database) {
    // One look a minute.
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "2")]).await;
    let first = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.clock.advance(HOUR);
    let second = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    app.clock.advance(DAY + 1);
    app.access_token(&second).await;
    for installed in [&first, &second] {
        let lost = app.subscription(installed).await;
        app.control("DELETE", &format!("/subscriptions/{}", lost.id), &Value::Null).await;
    }
    // Logins that end soon need each request.
    let ends = |at: i64| format!("UPDATE grants SET refresh_expires_at = {at}");
    app.execute(&ends(app.clock.now() + HOUR)).await;
    app.clock.advance(MINUTE);
    app.run_jobs().await;
    assert_eq!(app.subscribed(&second).await, [], "the other one was looked at");
    app.clock.advance(MINUTE);
    app.run_jobs().await;
    assert_eq!((app.subscribed(&first).await.len(), app.subscribed(&second).await.len()), (0, 1));

    // It is not forgotten, and need not wait for a day.
    app.execute(&ends(app.clock.now() + 14 * DAY)).await;
    app.clock.advance(MINUTE);
    app.run_jobs().await;
    assert_eq!(app.subscribed(&first).await.len(), 1);
}

on_both_databases!(
    a_lost_subscription_is_made_again,
    a_present_one_is_left_alone,
    one_that_cannot_be_made_again_is_said_once,
    an_outage_is_no_loss,
    other_events_are_subscribed,
    doubles_are_taken_away,
    what_is_put_off_goes_behind_the_others
);
