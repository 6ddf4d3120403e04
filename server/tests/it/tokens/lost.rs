//! OfficeRnD's trouble, and answers that get lost. Neither costs a connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use server::clock::{HOUR, MINUTE, SECOND};
use server::lifecycle::{self, Listeners};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Asker, is_problem, retry_after, works};
use crate::support::{Database, TestApp, on_both_databases};

async fn trouble_keeps_everything(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    for answer in ["500", "502", "503", "html", "empty", "not_json", "huge", "redirect", "reset_before"] {
        app.fault("refresh", answer, &json!({})).await;
        let trouble = studio.ask(&mut partner, &json!({})).await;
        is_problem(&trouble, 503, "officernd_unavailable");
        let seconds = retry_after(&trouble);
        assert!((1..=60).contains(&seconds), "{answer}: {seconds}");
        assert_eq!(app.connection(&installed).await["state"], "connected", "{answer}");
        app.clock.advance(seconds * SECOND);
    }
    let token = studio.token(&mut partner).await;
    assert!(works(&app, "studio-17", &token).await, "the first try after the trouble works");
    assert!(!app.activity(&studio.id).await.contains(&"grant.revoked".to_owned()));
}

async fn an_empty_access_token_is_trouble_too(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.switch("token_answer", &json!("empty_access_token"), Some(1)).await;
    is_problem(&studio.ask(&mut partner, &json!({})).await, 503, "officernd_unavailable");
    app.clock.advance(MINUTE);
    studio.token(&mut partner).await;
}

/// The answer holds nothing to use but a new refresh token. The old one is spent, so the new one is all there is, and
/// the simulator ends a grant whose used token comes again.
async fn a_refresh_token_that_comes_alone_is_kept(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    let before = app.number("SELECT refresh_expires_at FROM grants").await;
    app.switch("token_answer", &json!("no_access_token"), Some(2)).await;
    for calls in 1..=2 {
        is_problem(&studio.ask(&mut partner, &json!({})).await, 503, "officernd_unavailable");
        assert_eq!(app.calls("refresh").await, calls);
        // It is a failure of OfficeRnD's all the same.
        assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE failures > 0 AND trouble = 'unreadable'").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE answer_lost").await, 0, "nothing is in doubt");
        assert_eq!(app.connection(&installed).await["state"], "connected");
        app.clock.advance(MINUTE);
    }
    assert!(app.number("SELECT refresh_expires_at FROM grants").await > before, "its life begins with it");
    let token = studio.token(&mut partner).await;
    assert!(works(&app, "studio-17", &token).await);
    assert_eq!(app.calls("refresh").await, 3);
    assert_eq!(app.number("SELECT CAST(failures AS BIGINT) FROM grants").await, 0);
    assert!(!app.activity(&studio.id).await.contains(&"grant.revoked".to_owned()));
}

async fn a_429_is_waited_for_as_long_as_officernd_says(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let kaffee = Asker::of(&app, "kaffee-und-werk").await;
    let mut partner = app.partner().await;
    for (sent, expected) in [(json!(25), 25), (json!(null), 60)] {
        app.clock.advance(2 * HOUR);
        let before = app.calls("refresh").await;
        app.fault("refresh", "429", &json!({ "retry_after": sent })).await;
        let limited = studio.ask(&mut partner, &json!({})).await;
        is_problem(&limited, 503, "officernd_unavailable");
        assert_eq!(retry_after(&limited), expected);
        // It counts for the client and not for one connection.
        for asker in [&studio, &kaffee] {
            let waits = asker.ask(&mut partner, &json!({})).await;
            is_problem(&waits, 503, "token_budget_exhausted");
            assert_eq!(retry_after(&waits), expected);
        }
        assert_eq!(app.calls("refresh").await, before + 1);
        app.clock.advance(expected * SECOND);
        studio.token(&mut partner).await;
    }
}

async fn during_an_outage_callers_are_told_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "500", &json!({ "times": 100 })).await;
    let started = Instant::now();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (studio, mut partner) = (studio.clone(), partner.clone());
            tokio::spawn(async move { studio.ask(&mut partner, &json!({})).await })
        })
        .collect();
    for call in calls {
        let answer = call.await.unwrap();
        is_problem(&answer, 503, "officernd_unavailable");
        assert!(retry_after(&answer) <= 30);
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "nobody queues for a lease that waits: {:?}",
        started.elapsed()
    );
    assert_eq!(app.calls("refresh").await, 1, "one lost answer, and no second try before its lease ends");
}

async fn after_a_lost_answer_the_old_token_is_tried_once_more(database: Database) {
    let app = TestApp::start(database).await;
    app.switch("refresh_reuse", &json!("grace"), None).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "reset_after", &json!({})).await;
    let lost = studio.ask(&mut partner, &json!({})).await;
    is_problem(&lost, 503, "officernd_unavailable");

    // The request may still be under way, so the token is not sent before the lease ends, by no process.
    let other = app.replica().await;
    let mut elsewhere = other.api(&app.api_key(&["tally-desk"], &["tokens:read"]).await);
    app.clock.advance((retry_after(&lost) - 1) * SECOND);
    is_problem(&studio.ask(&mut elsewhere, &json!({})).await, 503, "officernd_unavailable");
    assert_eq!(app.calls("refresh").await, 1);

    app.clock.advance(SECOND);
    let token = studio.token(&mut elsewhere).await;
    assert!(works(&app, "studio-17", &token).await);
    assert_eq!(app.calls("refresh").await, 2);

    // The doubt is over: a refusal much later is an ordinary one.
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    app.clock.advance(HOUR);
    is_problem(&studio.ask(&mut partner, &json!({})).await, 409, "reconnect_required");
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE cause = 'refused'").await, 1);
}

async fn a_token_spent_by_a_lost_answer_blames_nobody(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let studio = Asker { id: app.connection_id(&installed).await };
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "reset_after", &json!({})).await;
    is_problem(&studio.ask(&mut partner, &json!({})).await, 503, "officernd_unavailable");
    app.clock.advance(31 * SECOND);
    is_problem(&studio.ask(&mut partner, &json!({})).await, 409, "reconnect_required");
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE cause = 'answer_lost'").await, 1);
    assert_eq!(app.connection(&installed).await["state"], "reconnect");
}

async fn a_process_that_died_over_a_renewal_holds_a_grant_for_its_lease_only(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    // What a process leaves that was killed before it sent anything.
    let until = app.clock.now() + 30 * SECOND;
    let lease = match database {
        Database::Sqlite => "x'0198c0de000070008000000000000001'",
        Database::Postgres => "'0198c0de-0000-7000-8000-000000000001'",
    };
    app.execute(&format!("UPDATE grants SET lease_id = {lease}, lease_until = {until}")).await;
    let (asker, mut other) = (studio.clone(), partner.clone());
    let waiting = tokio::spawn(async move { asker.ask(&mut other, &json!({})).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(app.calls("refresh").await, 0, "it may still be sending");
    app.clock.advance(30 * SECOND);
    assert_eq!(waiting.await.unwrap().status, 200);
    assert_eq!(app.calls("refresh").await, 1);
    studio.token(&mut partner).await;
}

/// The caller hangs up and the server is told to stop, while OfficeRnD has the refresh token and has not answered.
async fn an_answer_under_way_at_a_stop_is_stored(database: Database) {
    let app = TestApp::start(database).await;
    let studio = Asker::of(&app, "studio-17").await;
    app.clock.advance(HOUR);
    app.fault("refresh", "slow", &json!({ "milliseconds": 1_500 })).await;
    let stopping = app.replica().await;
    let mut impatient = stopping.partner().await;
    let asked = studio.clone();
    let caller = tokio::spawn(async move { asked.ask(&mut impatient, &json!({})).await });
    while app.number("SELECT COUNT(*) FROM token_requests WHERE ended_at IS NULL").await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    caller.abort();
    let stop = CancellationToken::new();
    stop.cancel();
    let listeners = Listeners::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None).await.unwrap();
    let (_jobs, receiver) = mpsc::channel(1);
    lifecycle::serve(stopping.app.clone(), receiver, listeners, None, stop).await.unwrap();

    let mut partner = app.partner().await;
    let token = studio.token(&mut partner).await;
    assert!(works(&app, "studio-17", &token).await);
    assert_eq!(app.calls("refresh").await, 1, "nothing had to be asked again");
}

on_both_databases!(
    an_answer_under_way_at_a_stop_is_stored,
    trouble_keeps_everything,
    an_empty_access_token_is_trouble_too,
    a_refresh_token_that_comes_alone_is_kept,
    a_429_is_waited_for_as_long_as_officernd_says,
    during_an_outage_callers_are_told_at_once,
    after_a_lost_answer_the_old_token_is_tried_once_more,
    a_token_spent_by_a_lost_answer_blames_nobody,
    a_process_that_died_over_a_renewal_holds_a_grant_for_its_lease_only,
);
