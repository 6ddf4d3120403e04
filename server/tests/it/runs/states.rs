//! The words that follow from runs, pauses and time, and that everybody reads the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::clock::{DAY, HOUR, MINUTE};

use super::Flow;
use crate::support::{Database, TestApp, on_both_databases};

/// `expected_every_minutes` of the integration that these tests use.
const INTERVAL: i64 = DAY;

async fn late_after_twice_the_interval(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    flow.app.clock.advance(2 * INTERVAL - MINUTE);
    flow.app.run_jobs().await;
    assert_eq!(flow.state().await, "connected");
    flow.app.clock.advance(2 * MINUTE);
    flow.app.run_jobs().await;
    let seen = flow.read().await;
    assert_eq!(
        (&seen["state"], &seen["cause"], &seen["who_must_act"]),
        (&json!("delayed"), &json!("late"), &json!("partner"))
    );
    // Since it was due, not since somebody noticed.
    let since = chrono::DateTime::parse_from_rfc3339(seen["since"].as_str().unwrap()).unwrap().timestamp_millis();
    let connected = chrono::DateTime::parse_from_rfc3339(seen["connected_at"].as_str().unwrap()).unwrap();
    assert_eq!(since, connected.timestamp_millis() + 2 * INTERVAL);
    // The login works, so OfficeRnD shows the account.
    assert_eq!(flow.health(&[]).await, json!({ "accountName": "Harbour & Loom" }));
    assert_eq!(flow.app.happened(flow.stored().await.id, "connection.state_changed").await, 1);
    // A failure does not help, a good run does.
    flow.run(&json!({ "state": "failed", "fault": "integration" })).await;
    assert_eq!(flow.read().await["cause"], "failures");
    flow.run(&json!({ "state": "succeeded" })).await;
    assert_eq!(flow.state().await, "connected");
    assert_eq!(flow.app.happened(flow.stored().await.id, "connection.state_changed").await, 3);
}

async fn a_location_that_fails_is_named_and_the_others_are_well(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let all = flow.app.locations("harbour-and-loom").await;
    let (bad, good) = (all[0].as_str(), all[1].as_str());
    let report = |failed: u32| json!({ bad: { "failed": failed }, good: { "changed": 1 } });
    flow.run(&json!({ "state": "partial", "fault": "partner", "locations": report(3) })).await;
    let since = flow.read().await["since"].clone();
    let trouble = |seen: &Value| seen["troubles"][0].clone();
    let seen = flow.read().await;
    assert_eq!((&seen["state"], &seen["cause"]), (&json!("some_locations"), &json!("failures")));
    assert_eq!(
        trouble(&seen),
        json!({
            "location": bad, "state": "delayed", "state_text": "Delayed", "cause": "failures",
            "who_must_act": "partner", "since": since,
        })
    );
    assert_eq!(seen["troubles"].as_array().unwrap().len(), 1);
    assert_eq!(flow.health(&[]).await, json!({ "accountName": "Harbour & Loom" }));
    assert_eq!(flow.health(&[good, bad]).await, json!({ "accountName": "Harbour & Loom" }));
    let message = flow.health(&[bad]).await["message"].as_str().unwrap().to_owned();
    assert!(message.contains("trouble at these locations"), "{message}");
    // It goes on failing since the first time; a run of the other location changes nothing.
    flow.app.clock.advance(HOUR);
    flow.run(&json!({ "state": "partial", "locations": { bad: { "failed": 1 } } })).await;
    let later = flow.read().await;
    assert_eq!((&later["since"], &trouble(&later)["since"]), (&since, &since));
    flow.run(&json!({ "state": "succeeded", "locations": { good: { "changed": 1 } } })).await;
    // …although a whole run that is good and does not mention it ends the trouble.
    assert_eq!(flow.state().await, "connected");
    flow.run(&json!({ "state": "partial", "locations": report(1) })).await;
    assert_eq!(flow.state().await, "some_locations");
    let path = flow.path("/runs");
    let one = flow.partner.post(&path, &json!({ "reason": "r", "locations": [good] })).await.json();
    flow.report(one["id"].as_str().unwrap(), &json!({ "state": "succeeded" })).await;
    assert_eq!(flow.state().await, "some_locations", "a run of other locations tells nothing of this one");
    flow.run(&json!({ "state": "succeeded", "locations": report(0) })).await;
    assert_eq!(flow.state().await, "connected");
}

async fn all_locations_in_trouble_is_a_message(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let all = flow.app.locations("harbour-and-loom").await;
    let failed: serde_json::Map<String, Value> = all.iter().map(|id| (id.clone(), json!({ "failed": 1 }))).collect();
    flow.run(&json!({ "state": "partial", "locations": failed })).await;
    assert_eq!(flow.state().await, "some_locations");
    assert!(flow.health(&[]).await["message"].is_string());
}

/// A run that fails without saying where has failed wherever it was to run, for as long as no better one comes.
async fn a_run_that_fails_as_a_whole_fails_everywhere(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let all = flow.app.locations("harbour-and-loom").await;
    flow.run(&json!({ "state": "failed", "fault": "integration", "message": "no such field" })).await;
    let seen = flow.read().await;
    let words = |seen: &Value| ["state", "cause", "who_must_act"].map(|key| seen[key].clone());
    assert_eq!(words(&seen), ["some_locations", "failures", "partner"].map(|word| json!(word)));
    assert_eq!(seen["troubles"].as_array().unwrap().len(), all.len());
    assert!(flow.health(&[]).await["message"].is_string());
    flow.app.clock.advance(HOUR);
    flow.run(&json!({ "state": "failed", "locations": { &all[0]: { "changed": 1 } } })).await;
    let later = flow.read().await;
    assert_eq!((&later["troubles"], &later["since"]), (&seen["troubles"], &seen["since"]), "since the first time");
    flow.run(&json!({ "state": "succeeded" })).await;
    assert_eq!(flow.state().await, "connected");
    // Of the locations that it was for, or of those that it names.
    let path = flow.path("/runs");
    let one = flow.partner.post(&path, &json!({ "reason": "r", "locations": [&all[0]] })).await.json();
    flow.report(one["id"].as_str().unwrap(), &json!({ "state": "failed" })).await;
    let asked = flow.read().await["troubles"].clone();
    assert_eq!((asked.as_array().unwrap().len(), &asked[0]["location"]), (1, &json!(all[0])));
    flow.run(&json!({ "state": "succeeded" })).await;
    flow.run(&json!({ "state": "failed", "locations": { &all[1]: { "failed": 2 } } })).await;
    let named = flow.read().await["troubles"].clone();
    assert_eq!((named.as_array().unwrap().len(), &named[0]["location"]), (1, &json!(all[1])));
}

/// What failed as a whole is over where a later run that says where it failed does not name it; what was named is not.
async fn a_partial_run_ends_what_failed_as_a_whole(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let all = flow.app.locations("harbour-and-loom").await;
    let everywhere: BTreeSet<String> = all.iter().cloned().collect();
    let troubled = |seen: &Value| -> BTreeSet<String> {
        let troubles = seen["troubles"].as_array().unwrap().iter();
        troubles.map(|one| one["location"].as_str().unwrap().to_owned()).collect()
    };
    let whole = json!({ "state": "failed", "fault": "partner", "message": "down" });
    let at = |location: &String| json!({ "state": "partial", "locations": { location: { "failed": 3 } } });
    flow.run(&whole).await;
    assert_eq!(troubled(&flow.read().await), everywhere);
    flow.app.clock.advance(HOUR);
    // A run of one location tells nothing of the others.
    let path = flow.path("/runs");
    let one = flow.partner.post(&path, &json!({ "reason": "r", "locations": [&all[0]] })).await.json();
    assert_eq!(flow.report(one["id"].as_str().unwrap(), &at(&all[0])).await.status, 200);
    assert_eq!(troubled(&flow.read().await), everywhere);
    flow.run(&at(&all[0])).await;
    assert_eq!(troubled(&flow.read().await), BTreeSet::from([all[0].clone()]));
    // Who was named before everything failed is still named.
    flow.run(&whole).await;
    assert_eq!(troubled(&flow.read().await), everywhere);
    flow.run(&at(&all[1])).await;
    assert_eq!(troubled(&flow.read().await), BTreeSet::from([all[0].clone(), all[1].clone()]));
    flow.run(&json!({ "state": "succeeded" })).await;
    assert_eq!(flow.state().await, "connected");
}

async fn paused_by_the_partner_and_by_the_admin_are_two_switches(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let (pause, resume) = (flow.path("/pause"), flow.path("/resume"));
    let paused = flow.partner.post(&pause, &json!({})).await;
    assert_eq!(paused.status, 200, "{}", paused.text);
    let seen = paused.json();
    assert_eq!(
        (&seen["state"], &seen["cause"], &seen["paused_by"], &seen["sync"]),
        (&json!("paused"), &json!("paused_by_partner"), &json!("test"), &json!("on"))
    );
    assert_eq!(flow.health(&[]).await, json!({ "accountName": "Harbour & Loom" }));
    // Tokens are still to be had.
    let token = flow.path("/token");
    assert_eq!(flow.partner.post(&token, &json!({})).await.status, 200);
    // A pause does not become late, and the count begins anew afterwards.
    flow.app.clock.advance(10 * INTERVAL);
    flow.app.run_jobs().await;
    assert_eq!(flow.state().await, "paused");
    assert_eq!(flow.partner.post(&resume, &json!({})).await.json()["state"], "connected");
    flow.app.run_jobs().await;
    assert_eq!(flow.state().await, "connected");
    // Twice is as good as once.
    assert_eq!(flow.partner.post(&resume, &json!({})).await.status, 200);
    let id = flow.stored().await.id;
    assert_eq!(flow.app.happened(id, "connection.paused").await, 1);
    assert_eq!(flow.app.happened(id, "connection.resumed").await, 1);
    // What the admin switched off stays off.
    flow.app.call(&flow.installed, "sync", &json!({ "parameters": { "enabled": "false" } })).await;
    let seen = flow.partner.post(&resume, &json!({})).await.json();
    assert_eq!((&seen["state"], &seen["cause"]), (&json!("paused"), &json!("switched_off")));
}

/// Trouble that a pause covered is not younger for that.
async fn trouble_is_as_old_as_it_is(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    let bad = flow.app.locations("harbour-and-loom").await[0].clone();
    flow.run(&json!({ "state": "partial", "locations": { &bad: { "failed": 1 } } })).await;
    let since = flow.read().await["since"].clone();
    let (pause, resume) = (flow.path("/pause"), flow.path("/resume"));
    flow.app.clock.advance(HOUR);
    assert_eq!(flow.partner.post(&pause, &json!({})).await.json()["state"], "paused");
    flow.app.clock.advance(HOUR);
    let seen = flow.partner.post(&resume, &json!({})).await.json();
    assert_eq!((&seen["state"], &seen["since"]), (&json!("some_locations"), &since));
}

/// Two facts: what happens to runs says nothing about the login, and the other way round.
async fn the_login_is_another_matter(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    flow.run(&json!({ "state": "failed", "fault": "officernd", "message": "401" })).await;
    let seen = flow.read().await;
    assert_eq!((&seen["state"], &seen["cause"]), (&json!("some_locations"), &json!("failures")));
    let token = flow.path("/token");
    assert_eq!(flow.partner.post(&token, &json!({})).await.status, 200, "a failed run is no news about the login");
    flow.app.clock.advance(2 * HOUR);
    flow.app.control("POST", &format!("/integrations/{}/revoke", flow.installed.integration_id), &json!({})).await;
    assert_eq!(flow.partner.post(&token, &json!({})).await.status, 409);
    assert_eq!(flow.state().await, "reconnect");
    flow.run(&json!({ "state": "succeeded" })).await;
    assert_eq!(flow.state().await, "reconnect", "a good run does not mend a login");
}

async fn partner_systems_hear_of_each_state_once(database: Database) {
    let mut flow = Flow::start(database, "tally-desk").await;
    flow.app.clock.advance(2 * INTERVAL + MINUTE);
    flow.app.run_jobs().await;
    flow.app.run_jobs().await;
    flow.run(&json!({ "state": "succeeded" })).await;
    let told = flow.app.events("connection.state_changed").await;
    let steps: Vec<_> = told.iter().map(|event| (event["from"].clone(), event["to"].clone())).collect();
    assert_eq!(steps, [(json!("connected"), json!("delayed")), (json!("delayed"), json!("connected"))]);
    assert_eq!((&told[0]["cause"], &told[0]["who_must_act"]), (&json!("late"), &json!("partner")));
}

/// A filter finds by the word that stands.
async fn lists_are_filtered_by_the_word(database: Database) {
    let app = TestApp::start(database).await;
    let mut flow = Flow::of(app, "harbour-and-loom", "tally-desk", &[]).await;
    flow.app.connected("studio-17", "tally-desk", &[]).await;
    flow.partner.post(&flow.path("/pause"), &json!({})).await;
    for (state, count) in [("paused", 1), ("connected", 1), ("delayed", 0)] {
        let list = flow.partner.get(&format!("/api/v1/connections?state={state}")).await.json();
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{state}");
    }
}

on_both_databases!(
    late_after_twice_the_interval,
    a_location_that_fails_is_named_and_the_others_are_well,
    all_locations_in_trouble_is_a_message,
    a_run_that_fails_as_a_whole_fails_everywhere,
    a_partial_run_ends_what_failed_as_a_whole,
    paused_by_the_partner_and_by_the_admin_are_two_switches,
    trouble_is_as_old_as_it_is,
    the_login_is_another_matter,
    partner_systems_hear_of_each_state_once,
    lists_are_filtered_by_the_word,
);
