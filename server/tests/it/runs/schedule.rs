//! Runs that Deskbridge starts by itself, one at a time.

use serde_json::json;
use server::clock::{MINUTE, rfc3339};
use server::domain::connection::Connection;
use server::services::health;

use super::{Flow, SCOPES, patch};
use crate::settings::desk::{DOORS, Desk};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Database, TestApp, on_both_databases};

/// `every_minutes` of the integration.
const EVERY: i64 = 15 * MINUTE;

async fn runs_are_started_on_time_and_one_at_a_time(database: Database) {
    let desk = Desk::bare(database, DOORS).await;
    let key = desk.app.api_key(&[DOORS], SCOPES).await;
    let mut partner = desk.app.api(&key);
    let path = format!("/api/v1/connections/{}", app::ids::ConnectionId(desk.connection));
    let next = |seen: &serde_json::Value| {
        let next = seen["next_run_at"].as_str().unwrap_or_else(|| panic!("{seen}"));
        chrono::DateTime::parse_from_rfc3339(next).unwrap().timestamp_millis()
    };
    // The first one comes soon.
    let seen = partner.get(&path).await.json();
    let first = next(&seen);
    assert!(first - desk.app.clock.now() < EVERY / 10, "{seen}");
    assert_eq!(desk.app.events("sync.requested").await.len(), 0);
    desk.app.clock.advance(EVERY / 10);
    desk.app.run_jobs().await;
    desk.app.run_jobs().await;
    let told = desk.app.events("sync.requested").await;
    assert_eq!((told.len(), &told[0]["reason"]), (1, &json!("schedule")));
    let run = told[0]["run"].as_str().unwrap().to_owned();
    let second = next(&partner.get(&path).await.json());
    let wait = second - desk.app.clock.now();
    assert!((EVERY * 9 / 10..=EVERY * 11 / 10).contains(&wait), "{wait}");
    // While it is under way no other one is started.
    desk.app.clock.advance(wait);
    desk.app.run_jobs().await;
    assert_eq!(desk.app.events("sync.requested").await.len(), 1);
    assert_eq!(patch(&mut partner, &run, &json!({ "state": "succeeded" })).await.status, 200);
    desk.app.clock.advance(MINUTE);
    desk.app.run_jobs().await;
    assert_eq!(desk.app.events("sync.requested").await.len(), 2);
    // The hook says since when what changed is still to be synchronized.
    let hooks = desk.app.hooks("sync").await;
    let since: Vec<_> = hooks.iter().map(|hook| hook["since"].is_string()).collect();
    assert_eq!(since, [false, true], "{hooks:?}");
}

/// What changed while a run was under way is for the next one to fetch.
async fn the_next_run_goes_back_to_where_the_last_good_one_began(database: Database) {
    let desk = Desk::bare(database, DOORS).await;
    let key = desk.app.api_key(&[DOORS], SCOPES).await;
    let mut partner = desk.app.api(&key);
    desk.app.clock.advance(EVERY / 10);
    desk.app.run_jobs().await;
    let began = rfc3339(desk.app.clock.now()).unwrap();
    let told = desk.app.events("sync.requested").await;
    let run = told[0]["run"].as_str().unwrap().to_owned();
    desk.app.clock.advance(3 * MINUTE);
    assert_eq!(patch(&mut partner, &run, &json!({ "state": "succeeded" })).await.status, 200);
    desk.app.clock.advance(2 * EVERY);
    desk.app.run_jobs().await;
    let (hooks, told) = (desk.app.hooks("sync").await, desk.app.events("sync.requested").await);
    assert_eq!((hooks.len(), told.len()), (2, 2));
    assert_eq!((&hooks[1]["since"], &told[1]["since"]), (&json!(began), &json!(began)));
}

async fn nothing_is_started_for_who_is_paused(database: Database) {
    let desk = Desk::bare(database, DOORS).await;
    let key = desk.app.api_key(&[DOORS], SCOPES).await;
    let mut partner = desk.app.api(&key);
    let path = format!("/api/v1/connections/{}", app::ids::ConnectionId(desk.connection));
    let seen = partner.post(&format!("{path}/pause"), &json!({})).await.json();
    assert_eq!(seen["next_run_at"], json!(null));
    desk.app.clock.advance(10 * EVERY);
    desk.app.run_jobs().await;
    assert_eq!(desk.app.hooks("sync").await.len(), 0);
    let seen = partner.post(&format!("{path}/resume"), &json!({})).await.json();
    assert!(seen["next_run_at"].is_string());
    desk.app.clock.advance(EVERY / 10);
    desk.app.run_jobs().await;
    assert_eq!(desk.app.hooks("sync").await.len(), 1);
}

/// Only runs say that something is late; that the partner system hears nothing says why.
async fn a_hook_that_fails_is_why_it_is_late(database: Database) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let mut flow = Flow::of(app, "harbour-and-loom", DOORS, &[]).await;
    let (now, stored) = (flow.app.clock.now(), flow.stored().await);
    let mut tx = flow.app.app.db.begin().await.unwrap();
    let finished = Connection { finished_at: Some(now), ..stored };
    health::save(&flow.app.app, &mut tx, &finished, false, now).await.unwrap();
    tx.commit().await.unwrap();
    partner.mood(DOORS, Mood::Status(503));
    flow.app.clock.advance(EVERY / 10);
    flow.app.run_jobs().await;
    assert_eq!(partner.calls("sync").len(), 1, "the run was started and nobody heard of it");
    assert_eq!(flow.state().await, "connected");
    flow.app.clock.advance(2 * EVERY);
    flow.app.run_jobs().await;
    let seen = flow.read().await;
    let words = |seen: &serde_json::Value| ["state", "cause", "who_must_act"].map(|key| seen[key].clone());
    assert_eq!(words(&seen), ["delayed", "hook_failures", "partner"].map(|word| json!(word)));
    let told = flow.app.events("connection.state_changed").await;
    // The first one told that it began to work.
    assert_eq!((told.len(), &told[1]["cause"]), (2, &json!("hook_failures")));
    // It hears again: what is late is late for another reason, and by the same time.
    partner.mood(DOORS, Mood::Status(202));
    flow.app.clock.advance(10 * MINUTE);
    flow.app.run_jobs().await;
    let now = flow.read().await;
    assert_eq!(words(&now), ["delayed", "late", "partner"].map(|word| json!(word)));
    assert_eq!(now["since"], seen["since"]);
    assert_eq!(flow.app.events("connection.state_changed").await.len(), 2, "the state is the one of before");
    let run = partner.calls("sync").last().unwrap().body()["run"].as_str().unwrap().to_owned();
    assert_eq!(flow.report(&run, &json!({ "state": "succeeded" })).await.status, 200);
    assert_eq!(flow.state().await, "connected");
}

on_both_databases!(
    runs_are_started_on_time_and_one_at_a_time,
    the_next_run_goes_back_to_where_the_last_good_one_began,
    nothing_is_started_for_who_is_paused,
    a_hook_that_fails_is_why_it_is_late,
);
