//! Starting and reporting: what is accepted, repeated, refused, and who may.

use serde_json::json;
use server::clock::{DAY, HOUR};
use server::storage::location_health;

use super::{Flow, SCOPES, patch};
use crate::api::is_problem;
use crate::support::{Database, TestApp, on_both_databases};

async fn a_run_is_started_and_reported(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let location = flow.app.locations("harbour-and-loom").await[0].clone();
    let run = flow.begin().await;
    let report = json!({
        "state": "succeeded",
        "locations": { &location: {
            "created": 3, "changed": 1, "removed": 2, "skipped": 1, "failed": 0,
            "reasons": [{ "code": "no_mail", "text": "No mail address", "count": 1 }],
        } },
    });
    let answer = flow.report(&run, &report).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json();
    assert_eq!((&told["state"], &told["locations"]), (&json!("succeeded"), &report["locations"]));
    assert!(told["ended_at"].is_string());
    // What is read later is the same, alone and in the list.
    let read = flow.partner.get(&format!("/api/v1/runs/{run}")).await;
    assert_eq!(read.json(), told);
    let path = flow.path("/runs");
    let list = flow.partner.get(&path).await.json();
    assert_eq!((&list["data"][0], &list["next"]), (&told, &json!(null)));
    let seen = flow.read().await;
    assert_eq!(seen["last_success_at"], told["ended_at"]);
    // A retry changes nothing, another story is refused.
    flow.app.clock.advance(HOUR);
    assert_eq!(flow.report(&run, &report).await.json(), told);
    is_problem(&flow.report(&run, &json!({ "state": "failed" })).await, 409, "run_ended");
    let more = json!({ "state": "succeeded", "locations": { &location: { "created": 4 } } });
    is_problem(&flow.report(&run, &more).await, 409, "run_ended");
    assert_eq!(flow.read().await["last_success_at"], told["ended_at"]);
}

/// What was told on the way counts as much as the last word, and the last word may be sent again.
async fn a_run_is_told_in_parts(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let all = flow.app.locations("harbour-and-loom").await;
    let run = flow.begin().await;
    let half = json!({ "message": "half", "locations": { &all[0]: { "failed": 3 } } });
    assert_eq!(flow.report(&run, &half).await.json()["state"], "running");
    let last = json!({ "state": "succeeded", "locations": { &all[1]: { "changed": 1 } } });
    assert_eq!(flow.report(&run, &last).await.status, 200);
    let seen = flow.read().await;
    assert_eq!((&seen["state"], &seen["troubles"][0]["location"]), (&json!("some_locations"), &json!(all[0])));
    assert_eq!(flow.report(&run, &last).await.status, 200, "the same again is a retry");
}

/// A long run that goes on telling does not lapse.
async fn who_reports_is_not_forgotten(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let run = flow.begin().await;
    for _ in 0..3 {
        flow.app.clock.advance(DAY - HOUR);
        flow.app.run_jobs().await;
        assert_eq!(flow.report(&run, &json!({})).await.json()["state"], "running");
    }
    flow.app.clock.advance(DAY);
    flow.app.run_jobs().await;
    assert_eq!(flow.partner.get(&format!("/api/v1/runs/{run}")).await.json()["state"], "lapsed");
}

async fn a_failure_never_moves_the_last_success(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let good = flow.run(&json!({ "state": "succeeded" })).await.json();
    for state in ["failed", "partial"] {
        flow.app.clock.advance(HOUR);
        flow.run(&json!({ "state": state, "fault": "partner", "message": "down" })).await;
        assert_eq!(flow.read().await["last_success_at"], good["ended_at"], "{state}");
    }
}

/// Nor does what a run had done at a location before it failed; what was done at one location while another failed is
/// done.
async fn a_failed_run_is_no_success_of_a_location(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let all = flow.app.locations("harbour-and-loom").await;
    let (one, other) = (all[0].as_str(), all[1].as_str());
    let id = flow.stored().await.id;
    let places = json!({ one: { "changed": 1 }, other: { "failed": 1 } });
    let report = |state: &str| json!({ "state": state, "locations": places });
    for (state, counts) in [("partial", true), ("failed", false), ("succeeded", true)] {
        flow.app.clock.advance(HOUR);
        let before = location_health::all(flow.app.app.db.read(), id).await.unwrap().remove(one);
        flow.run(&report(state)).await;
        let after = location_health::all(flow.app.app.db.read(), id).await.unwrap().remove(one).unwrap();
        let now = Some(flow.app.clock.now());
        let expected = if counts { now } else { before.and_then(|known| known.succeeded_at) };
        assert_eq!((after.succeeded_at, after.failing_since), (expected, None), "{state}");
    }
}

async fn pages_of_runs(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let mut all = Vec::new();
    for _ in 0..5 {
        flow.app.clock.advance(1_000);
        all.insert(0, flow.begin().await);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = flow.partner.get(&flow.path(&format!("/runs?limit=2{cursor}"))).await.json();
        let ids = page["data"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    for wrong in ["limit=0", "limit=101", "limit=x", "cursor=con_1", "colour=red", "limit=1&limit=2"] {
        let path = flow.path(&format!("/runs?{wrong}"));
        is_problem(&flow.partner.get(&path).await, 400, "invalid_request");
    }
}

async fn what_cannot_be_is_named(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let path = flow.path("/runs");
    let members: Vec<_> = (0..501).map(|n| json!({ "id": n.to_string(), "name": "x" })).collect();
    let location = flow.app.locations("harbour-and-loom").await[0].clone();
    for (body, field) in [
        (json!({ "reason": " " }), "reason".to_owned()),
        (json!({ "reason": "x".repeat(101) }), "reason".to_owned()),
        (json!({ "reason": "a\u{0}b" }), "reason".to_owned()),
        (json!({ "reason": "r", "locations": ["a\u{0}"] }), "locations".to_owned()),
        (
            json!({ "reason": "r", "would_remove": { &location: { "remove": 1, "of": 9, "members": [{ "id": "1", "name": "a\u{0}" }] } } }),
            format!("would_remove.{location}.members"),
        ),
        (json!({ "reason": "r", "locations": [] }), "locations".to_owned()),
        (json!({ "reason": "r", "locations": [&location, &location] }), "locations".to_owned()),
        (
            json!({ "reason": "r", "would_remove": { &location: { "remove": 2, "of": 1 } } }),
            format!("would_remove.{location}.remove"),
        ),
        (
            json!({ "reason": "r", "would_remove": { &location: { "remove": 1, "of": 600, "members": members } } }),
            format!("would_remove.{location}.members"),
        ),
    ] {
        let refused = flow.partner.post(&path, &body).await;
        is_problem(&refused, 422, "invalid_fields");
        assert_eq!(refused.json()["errors"][0]["field"], field, "{}", refused.text);
        assert!(!refused.json()["errors"][0]["message"].as_str().unwrap().is_empty());
    }
    for body in [json!({}), json!({ "reason": 1 }), json!({ "reason": "r", "why": 1 }), json!([])] {
        is_problem(&flow.partner.post(&path, &body).await, 400, "invalid_request");
    }
    let run = flow.begin().await;
    for (body, code) in [
        (json!({ "state": "running" }), 400),
        (json!({ "state": "succeeded", "fault": "nobody" }), 400),
        (json!({ "locations": { &location: { "created": -1 } } }), 400),
        (json!({ "message": "x".repeat(1_001) }), 422),
        (json!({ "locations": { &location: { "reasons": [{ "code": "" }] } } }), 422),
    ] {
        assert_eq!(flow.report(&run, &body).await.status, code, "{body}");
    }
    let read = flow.partner.get(&format!("/api/v1/runs/{run}")).await.json();
    assert_eq!((&read["state"], &read["locations"]), (&json!("running"), &json!({})), "nothing was half written");
}

async fn a_listed_location_must_be_the_connections(database: Database) {
    let app = crate::support::TestApp::start(database).await;
    let all = app.locations("harbour-and-loom").await;
    let mut flow = Flow::of(app, "harbour-and-loom", "tally-desk", &[&all[0]]).await;
    let path = flow.path("/runs");
    let refused = flow.partner.post(&path, &json!({ "reason": "r", "locations": [&all[1]] })).await;
    is_problem(&refused, 422, "invalid_fields");
    assert_eq!(refused.json()["errors"][0]["field"], format!("locations.{}", all[1]));
    let run = flow.begin().await;
    let refused = flow.report(&run, &json!({ "state": "succeeded", "locations": { &all[1]: { "failed": 1 } } })).await;
    is_problem(&refused, 422, "invalid_fields");
    assert_eq!(flow.state().await, "connected");
}

async fn nobody_elses_runs(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let run = flow.begin().await;
    let other = flow.app.api_key(&["meshfern-wifi"], SCOPES).await;
    let mut other = flow.app.api(&other);
    let reader = flow.app.api_key(&["tally-desk"], &["connections:read"]).await;
    let mut reader = flow.app.api(&reader);
    let nobody = "run_0123456789abcdef0123456789abcdef";
    for id in [run.as_str(), nobody, "run_1", "x"] {
        let refused = patch(&mut other, id, &json!({ "state": "failed" })).await;
        is_problem(&refused, 404, "not_found");
        assert_eq!(refused.text, patch(&mut other, nobody, &json!({ "state": "failed" })).await.text);
        is_problem(&other.get(&format!("/api/v1/runs/{id}")).await, 404, "not_found");
    }
    is_problem(&other.post(&flow.path("/runs"), &json!({ "reason": "r" })).await, 404, "not_found");
    is_problem(&reader.post(&flow.path("/runs"), &json!({ "reason": "r" })).await, 403, "forbidden");
    is_problem(&patch(&mut reader, &run, &json!({ "state": "failed" })).await, 403, "forbidden");
    assert_eq!(reader.get(&format!("/api/v1/runs/{run}")).await.status, 200);
}

async fn a_forgotten_run_lapses_and_can_still_be_told(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let run = flow.begin().await;
    flow.app.clock.advance(DAY - 1);
    flow.app.run_jobs().await;
    let path = format!("/api/v1/runs/{run}");
    assert_eq!(flow.partner.get(&path).await.json()["state"], "running");
    flow.app.clock.advance(1);
    flow.app.run_jobs().await;
    assert_eq!(flow.partner.get(&path).await.json()["state"], "lapsed");
    assert_eq!(flow.read().await["last_success_at"], json!(null));
    let late = flow.report(&run, &json!({ "state": "succeeded" })).await;
    assert_eq!((late.status, &late.json()["state"]), (200, &json!("succeeded")), "{}", late.text);
    assert!(flow.read().await["last_success_at"].is_string());
}

async fn runs_that_are_never_reported_have_a_limit(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    for _ in 0..50 {
        flow.begin().await;
    }
    let path = flow.path("/runs");
    is_problem(&flow.partner.post(&path, &json!({ "reason": "r" })).await, 409, "too_many_runs");
    flow.app.clock.advance(DAY);
    flow.app.run_jobs().await;
    flow.begin().await;
}

/// What is not set up has nothing to synchronize.
async fn an_unfinished_connection_does_not_run_yet(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "portunus-access", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    browser.press(&page.path, "next").await;
    let id = app.connection_id(&installed).await;
    let mut partner = app.api(&app.api_key(&["portunus-access"], &["runs:write"]).await);
    let path = format!("/api/v1/connections/{id}/runs");
    is_problem(&partner.post(&path, &json!({ "reason": "r" })).await, 409, "finish_set_up");
    assert_eq!(app.number("SELECT COUNT(*) FROM runs").await, 0);
}

async fn an_ended_connection_runs_no_more(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let run = flow.begin().await;
    flow.app.remove(&flow.installed).await;
    flow.app.run_jobs().await;
    let path = flow.path("/runs");
    is_problem(&flow.partner.post(&path, &json!({ "reason": "r" })).await, 410, "disconnected");
    // What was under way may still be told; the word stays.
    assert_eq!(flow.report(&run, &json!({ "state": "failed", "fault": "officernd" })).await.status, 200);
    assert_eq!(flow.state().await, "disconnected");
}

on_both_databases!(
    a_run_is_started_and_reported,
    a_run_is_told_in_parts,
    who_reports_is_not_forgotten,
    a_failure_never_moves_the_last_success,
    a_failed_run_is_no_success_of_a_location,
    pages_of_runs,
    what_cannot_be_is_named,
    a_listed_location_must_be_the_connections,
    nobody_elses_runs,
    a_forgotten_run_lapses_and_can_still_be_told,
    runs_that_are_never_reported_have_a_limit,
    an_unfinished_connection_does_not_run_yet,
    an_ended_connection_runs_no_more,
);
