//! When a token is renewed, how often, and what is kept of the answer.

use serde_json::json;
use server::clock::{DAY, HOUR, MINUTE};

use super::{Asker, works};
use crate::support::{Database, TestApp, on_both_databases};

async fn a_fresh_token_is_handed_out_without_asking(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    let first = studio.ask(&mut partner, &json!({ "valid_for_seconds": 3000 })).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let answer = first.json();
    assert_eq!((&answer["token_type"], &answer["region_url"]), (&json!("Bearer"), &json!(app.simulator_url)));
    assert_eq!(answer["expires_at"], "2026-11-24T12:59:59.000Z");
    assert!(answer["scope"].as_str().unwrap().contains("flex.space.locations.read"));
    assert_eq!(first.header("cache-control"), "no-store");
    let token = answer["access_token"].as_str().unwrap();
    assert!(works(&app, "studio-17", token).await);

    // Good until the margin of ten minutes is reached.
    app.clock.advance(49 * MINUTE);
    assert_eq!(studio.token(&mut partner).await, token);
    assert_eq!(app.calls("refresh").await, 0);
}

async fn a_token_is_renewed_when_it_is_too_short_for_the_wish(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    let first = studio.token(&mut partner).await;
    app.clock.advance(20 * MINUTE);
    assert_eq!(studio.token(&mut partner).await, first, "39 minutes are enough without a wish");
    let longer = studio.ask(&mut partner, &json!({ "valid_for_seconds": 3000 })).await;
    assert_eq!(longer.status, 200, "{}", longer.text);
    assert_ne!(longer.json()["access_token"], first);
    assert_eq!(longer.json()["expires_at"], "2026-11-24T13:19:59.000Z");
    assert_eq!(app.calls("refresh").await, 1);
    assert!(works(&app, "studio-17", longer.json()["access_token"].as_str().unwrap()).await);
}

async fn each_new_refresh_token_is_stored_for_the_next_time(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    // A used refresh token would end the grant, so a lost rotation would show at once.
    let mut seen = vec![studio.token(&mut partner).await];
    for _ in 0..4 {
        app.clock.advance(10 * DAY);
        let token = studio.token(&mut partner).await;
        assert!(works(&app, "studio-17", &token).await);
        assert!(!seen.contains(&token));
        seen.push(token);
    }
    assert_eq!(app.calls("refresh").await, 4);
}

async fn an_answer_without_a_refresh_token_keeps_the_old_one(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    app.switch("token_answer", &json!("no_refresh_token"), Some(2)).await;
    app.switch("refresh_rotation", &json!("stays"), None).await;
    for _ in 0..4 {
        app.clock.advance(HOUR);
        let token = studio.token(&mut partner).await;
        assert!(works(&app, "studio-17", &token).await);
    }
    assert_eq!(app.calls("refresh").await, 4);
}

async fn a_malformed_answer_follows_its_policy(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    let scope = studio.ask(&mut partner, &json!({})).await.json()["scope"].clone();
    for (answer, seconds) in [
        ("no_expires_in", 3_600),
        ("expires_in_text", 3_599),
        ("expires_in_zero", 60),
        ("expires_in_negative", 60),
        ("expires_in_huge", 86_400),
        ("no_scope", 3_599),
        ("lower_case_type", 3_599),
    ] {
        app.clock.advance(2 * DAY);
        let asked_at = app.clock.now();
        app.switch("token_answer", &json!(answer), Some(1)).await;
        let token = studio.ask(&mut partner, &json!({})).await;
        assert_eq!(token.status, 200, "{answer}: {}", token.text);
        let ends = chrono::DateTime::parse_from_rfc3339(token.json()["expires_at"].as_str().unwrap()).unwrap();
        assert_eq!(ends.timestamp_millis() - asked_at, seconds * 1_000, "{answer}");
        assert_eq!(token.json()["scope"], scope, "{answer}");
    }
}

async fn fifty_callers_cause_one_request(database: Database) {
    let app = TestApp::start(database).await;
    let other = app.replica().await;
    let studio = Asker::of(&app, "studio-17").await;
    let partners = [app.partner().await, other.partner().await];
    app.clock.advance(HOUR);
    // Long enough that all of them ask while the request is under way.
    app.fault("refresh", "slow", &json!({ "milliseconds": 1_000 })).await;
    let calls = (0..50).map(|number: usize| {
        let (studio, mut partner) = (studio.clone(), partners[number % 2].clone());
        tokio::spawn(async move { studio.token(&mut partner).await })
    });
    let calls: Vec<_> = calls.collect();
    let mut tokens = Vec::new();
    for call in calls {
        tokens.push(call.await.unwrap());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "all of them got the same token");
    assert!(works(&app, "studio-17", &tokens[0]).await);
    assert_eq!(app.calls("refresh").await, 1);
}

async fn connections_do_not_wait_for_each_other(database: Database) {
    let app = TestApp::start(database).await;
    let slow = Asker::of(&app, "studio-17").await;
    let quick = Asker::of(&app, "kaffee-und-werk").await;
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "slow", &json!({ "milliseconds": 5_000, "organization": "studio-17" })).await;
    let mut other = partner.clone();
    let waiting = tokio::spawn(async move { slow.token(&mut other).await });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    quick.token(&mut partner).await;
    assert!(!waiting.is_finished(), "the slow one is still under way");
    waiting.await.unwrap();
}

on_both_databases!(
    a_fresh_token_is_handed_out_without_asking,
    a_token_is_renewed_when_it_is_too_short_for_the_wish,
    each_new_refresh_token_is_stored_for_the_next_time,
    an_answer_without_a_refresh_token_keeps_the_old_one,
    a_malformed_answer_follows_its_policy,
    fifty_callers_cause_one_request,
    connections_do_not_wait_for_each_other,
);
