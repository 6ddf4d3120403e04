//! OfficeRnD no longer accepts a login. That is believed only of the login that was sent.

use std::time::Duration;

use serde_json::json;
use server::clock::{DAY, HOUR};

use super::{Asker, is_problem, works};
use crate::support::{Database, TestApp, on_both_databases};

async fn a_refused_login_needs_the_admin(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    app.clock.advance(HOUR);
    for _ in 0..3 {
        is_problem(&studio.ask(&mut partner, &json!({})).await, 409, "reconnect_required");
    }
    assert_eq!(app.calls("refresh").await, 1, "a refused login is not sent again");
    assert_eq!(app.connection(&installed).await["state"], "reconnect");
    assert_eq!(app.activity(&studio.id).await[0], "grant.revoked");
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE cause = 'refused'").await, 1);
    let health = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!(health.status, 200);
    let message = health.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("OfficeRnD no longer accepts our login"), "{message}");
    assert!(health.json()["accountName"].is_null());

    // Connect in OfficeRnD repairs it.
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert!(browser.press(&page.path, "next").await.location.ends_with("/return"));
    assert_eq!(app.connection(&installed).await["state"], "connected");
    let token = studio.token(&mut partner).await;
    assert!(works(&app, "studio-17", &token).await);
    assert_eq!(app.call(&installed, "healthcheck", &json!({})).await.json()["accountName"], "Studio 17");
}

async fn a_login_that_nobody_used_for_too_long_is_over(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    app.clock.advance(16 * DAY);
    is_problem(&studio.ask(&mut app.partner().await, &json!({})).await, 409, "reconnect_required");
}

async fn a_late_refusal_does_not_end_the_new_login(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "slow", &json!({ "milliseconds": 3_000 })).await;
    let (asker, mut waiting) = (studio.clone(), partner.clone());
    let call = tokio::spawn(async move { asker.ask(&mut waiting, &json!({})).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The old login ends while its renewal is under way, and the admin connects again before the answer.
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert!(browser.press(&page.path, "next").await.location.ends_with("/return"));
    assert!(!call.is_finished(), "the old answer is still to come");

    let answer = call.await.unwrap();
    assert_eq!(answer.status, 200, "the one who waited gets the new login's token: {}", answer.text);
    assert!(works(&app, "studio-17", answer.json()["access_token"].as_str().unwrap()).await);
    assert_eq!(app.calls("refresh").await, 1);
    assert_eq!(app.connection(&installed).await["state"], "connected");
    assert!(!app.activity(&studio.id).await.contains(&"grant.revoked".to_owned()));
    app.clock.advance(HOUR);
    studio.token(&mut partner).await;
}

async fn a_late_answer_does_not_replace_the_new_login(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "slow", &json!({ "milliseconds": 2_000 })).await;
    let (asker, mut waiting) = (studio.clone(), partner.clone());
    let call = tokio::spawn(async move { asker.ask(&mut waiting, &json!({})).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert!(browser.press(&page.path, "next").await.location.ends_with("/return"));
    let new = studio.token(&mut partner).await;
    call.await.unwrap();
    assert_eq!(studio.token(&mut partner).await, new, "the answer of the old login came late");
}

async fn a_disconnect_while_a_renewal_is_under_way_stays(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "slow", &json!({ "milliseconds": 2_000 })).await;
    let (asker, mut waiting) = (studio.clone(), partner.clone());
    let call = tokio::spawn(async move { asker.ask(&mut waiting, &json!({})).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let event = json!({
        "organization": "studio-17", "event_type": "integration.removed", "application": "tally-desk", "object": {},
    });
    app.control("POST", "/events", &event).await;
    app.run_jobs().await;
    is_problem(&call.await.unwrap(), 410, "disconnected");
    assert_eq!(app.connection(&installed).await["state"], "disconnected");
    assert_eq!(app.number("SELECT COUNT(*) FROM grant_tokens").await, 0, "the late answer brought no token back");
    is_problem(&studio.ask(&mut partner, &json!({})).await, 410, "disconnected");
}

on_both_databases!(
    a_refused_login_needs_the_admin,
    a_login_that_nobody_used_for_too_long_is_over,
    a_late_refusal_does_not_end_the_new_login,
    a_late_answer_does_not_replace_the_new_login,
    a_disconnect_while_a_renewal_is_under_way_stays,
);
