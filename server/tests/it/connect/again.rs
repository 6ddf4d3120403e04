//! Connecting what is connected: the same installation again, another one beside it, two windows at once.

use serde_json::json;
use server::clock::{MINUTE, SECOND};

use super::{account_name, done, opened, pressed, says};
use crate::support::{Answer, Browser, Database, TestApp, on_both_databases};

const BRISTOL: &str = "65f0a1b2c3d4e5f700010001";
const LISBON: &str = "65f0a1b2c3d4e5f700010002";

async fn the_same_installation_is_the_same_connection(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let before = app.connection(&installed).await;
    let off = app.call(&installed, "sync", &json!({ "parameters": { "enabled": "false" } })).await;
    assert_eq!(off.status, 200, "{}", off.text);
    let subscription = app.subscriptions().await[0]["id"].clone();
    app.clock.advance(MINUTE);

    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    says(&page, 200, "It gets a new login for OfficeRnD; settings and history stay as they are.");
    assert!(!page.text.contains("The connections then work side by side"), "it does not cover itself");
    done(&app, &mut browser, &page).await;

    assert_eq!(app.connections().await.len(), 1);
    let after = app.connection(&installed).await;
    assert_eq!((&after["id"], &after["sync"], &after["state"]), (&before["id"], &json!("off"), &json!("paused")));
    let kinds = app.activity(after["id"].as_str().unwrap()).await;
    assert_eq!(kinds[..2], ["webhooks.subscribed", "connection.reconnected"], "{kinds:?}");
    assert!(!kinds.contains(&"attempt.replaced".to_owned()), "{kinds:?}");

    let subscriptions = app.subscriptions().await;
    assert_eq!(subscriptions.len(), 1, "the older one with our address is gone");
    assert_ne!(subscriptions[0]["id"], subscription);
    assert_eq!(account_name(&app, &installed).await.as_deref(), Some("Harbour & Loom"));
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&installed).await["state"], "disconnected", "the new subscription's secret is stored");
}

async fn an_older_subscription_that_cannot_be_removed_stops_the_reconnect(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    app.fault("webhook_delete", "500", &json!({})).await;
    says(&pressed(&mut browser, &page, "next").await, 502, "OfficeRnD does not answer");
    assert_eq!(app.connection(&installed).await["state"], "connected", "the old login goes on");
    let end = browser.press(&page.path, "retry").await;
    assert!(end.location.ends_with(super::RETURN), "{}", end.text);
    assert_eq!(app.subscriptions().await.len(), 1);
}

async fn another_installation_is_a_second_connection(database: Database) {
    let app = TestApp::start(database).await;
    let first = app.connected("harbour-and-loom", "tally-desk", &[BRISTOL]).await;
    let second = app.install("harbour-and-loom", "tally-desk", &[BRISTOL, LISBON]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &second.connect_url).await;
    says(&page, 200, "covers 1 of these locations already");
    says(&page, 200, "The connections then work side by side there.");
    done(&app, &mut browser, &page).await;

    assert_eq!(app.connections().await.len(), 2);
    assert_ne!(app.connection_id(&first).await, app.connection_id(&second).await);
    assert_eq!(app.subscriptions().await.len(), 2, "each hears of its own removal");
    for installed in [&first, &second] {
        assert_eq!(account_name(&app, installed).await.as_deref(), Some("Harbour & Loom"));
    }
    app.remove(&second).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&first).await["state"], "connected");
    assert_eq!(app.connection(&second).await["state"], "disconnected");

    // A connection that ended covers nothing, and another integration's never did.
    let third = app.install("harbour-and-loom", "tally-desk", &[LISBON]).await;
    let page = opened(&mut app.browser(), &third.connect_url).await;
    assert!(!page.text.contains("work side by side"), "{}", page.text);
    let other = app.install("harbour-and-loom", "portunus-access", &[BRISTOL]).await;
    let page = opened(&mut app.browser(), &other.connect_url).await;
    assert!(!page.text.contains("work side by side"), "{}", page.text);
}

async fn a_connection_for_all_locations_covers_everything(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let second = app.install("harbour-and-loom", "tally-desk", &[LISBON]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &second.connect_url).await;
    says(&page, 200, "covers 1 of these locations already");
    says(&page, 200, "The connections then work side by side there.");
    done(&app, &mut browser, &page).await;

    let third = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    assert_eq!(account_name(&app, &third).await.as_deref(), Some("Harbour & Loom"));
    let fourth = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let page = opened(&mut app.browser(), &fourth.connect_url).await;
    says(&page, 200, "2 connections with account");
    says(&page, 200, "cover all locations already");
    says(&page, 200, "covers 1 of these locations already");
}

async fn after_a_disconnect_the_same_installation_comes_back(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let id = app.connection_id(&installed).await;
    let body = json!({
        "organization": "studio-17", "event_type": "integration.removed", "application": "tally-desk", "object": {},
    });
    app.control("POST", "/events", &body).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&installed).await["state"], "disconnected");
    assert_eq!(app.number("SELECT COUNT(*) FROM grant_tokens").await, 0);

    app.clock.advance(SECOND);
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    done(&app, &mut browser, &page).await;
    let connection = app.connection(&installed).await;
    assert_eq!((&connection["id"], &connection["state"]), (&json!(id), &json!("connected")));
    assert_eq!(connection["kept_until"], json!(null), "nothing is to be deleted any more");
    let token = app.partner().await.post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!(token.status, 200, "{}", token.text);
}

async fn pressing_connect_twice_connects_once(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    // Slow enough that the second press surely meets the first.
    app.fault("webhook_create", "slow", &json!({ "milliseconds": 600 })).await;
    for answer in press_together(&app, &browser, &page, 4).await {
        assert_eq!(answer.status, 303);
        assert!(answer.location.ends_with(super::RETURN), "each press ends the same: {}", answer.location);
    }
    assert_eq!(app.connections().await.len(), 1);
    assert_eq!(app.subscriptions().await.len(), 1);
    assert_eq!((app.calls("integration").await, app.calls("webhook_create").await), (1, 1));
}

/// The same window's button, pressed several times before the first answer.
async fn press_together(app: &TestApp, browser: &Browser, page: &Answer, times: usize) -> Vec<Answer> {
    let presses = (0..times).map(|_| {
        let (mut window, path) = (app.browser(), page.path.clone());
        window.cookies.clone_from(&browser.cookies);
        tokio::spawn(async move { window.press(&path, "next").await })
    });
    let presses: Vec<_> = presses.collect();
    let mut answers = Vec::new();
    for press in presses {
        answers.push(press.await.unwrap());
    }
    answers
}

async fn of_two_windows_the_last_one_counts_and_the_record_says_so(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let again = app.connect_again(&installed).await;
    let (mut one, mut two) = (app.browser(), app.browser());
    let first = opened(&mut one, &installed.connect_url).await;
    let second = opened(&mut two, &again.connect_url).await;
    done(&app, &mut one, &first).await;
    app.clock.advance(SECOND);
    done(&app, &mut two, &second).await;

    assert_eq!(app.connections().await.len(), 1);
    let kinds = app.activity(&app.connection_id(&installed).await).await;
    assert!(kinds.contains(&"attempt.replaced".to_owned()), "{kinds:?}");
    assert_eq!(app.subscriptions().await.len(), 1);
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&installed).await["state"], "disconnected");
}

async fn two_windows_at_the_same_moment_make_one_connection(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let again = app.connect_again(&installed).await;
    let mut windows = Vec::new();
    for url in [&installed.connect_url, &again.connect_url] {
        let mut browser = app.browser();
        let page = opened(&mut browser, url).await;
        windows.push((browser, page));
    }
    // Both have looked for an existing connection before either is stored.
    app.fault("integration", "slow", &json!({ "milliseconds": 500, "times": 2 })).await;
    let presses: Vec<_> = windows
        .into_iter()
        .map(|(mut browser, page)| tokio::spawn(async move { browser.press(&page.path, "next").await }))
        .collect();
    for press in presses {
        let answer = press.await.unwrap();
        assert!(answer.location.ends_with(super::RETURN), "{} {}", answer.status, answer.text);
    }
    assert_eq!(app.connections().await.len(), 1);
    assert_eq!(app.subscriptions().await.len(), 1, "nothing is left behind at OfficeRnD");
    assert_eq!(account_name(&app, &installed).await.as_deref(), Some("Studio 17"));
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&installed).await["state"], "disconnected", "the stored secret is the one that is left");
}

/// OfficeRnD has made the subscription and its answer was lost; the admin begins anew in another window.
async fn what_an_attempt_left_at_officernd_goes_with_the_next(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let other = app.connected("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    app.fault("webhook_create", "reset_after", &json!({})).await;
    let lost = browser.press(&page.path, "next").await;
    assert_eq!(lost.location, page.path, "{}", lost.text);
    assert_eq!(app.subscribed(&installed).await.len(), 1);

    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    done(&app, &mut browser, &page).await;
    assert_eq!(app.subscribed(&installed).await.len(), 1, "nothing is left behind");
    assert_eq!(app.subscribed(&other).await.len(), 1, "another installation keeps its own");
}

on_both_databases!(
    the_same_installation_is_the_same_connection,
    an_older_subscription_that_cannot_be_removed_stops_the_reconnect,
    another_installation_is_a_second_connection,
    a_connection_for_all_locations_covers_everything,
    after_a_disconnect_the_same_installation_comes_back,
    pressing_connect_twice_connects_once,
    of_two_windows_the_last_one_counts_and_the_record_says_so,
    two_windows_at_the_same_moment_make_one_connection,
    what_an_attempt_left_at_officernd_goes_with_the_next,
);
