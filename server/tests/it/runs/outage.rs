//! Many tenants that fail alike are one outage of the vendor, and nobody is told to connect again.

use serde_json::{Value, json};
use server::clock::{DAY, MINUTE};

use super::Flow;
use crate::support::{Browser, Database, TestApp, on_both_databases};

/// Organizations that the simulator knows.
const TENANTS: usize = 6;

struct Tenants {
    flow: Flow,
    ids: Vec<String>,
}

impl Tenants {
    async fn start(database: Database) -> Self {
        let app = TestApp::start(database).await;
        let mut ids = Vec::new();
        for slug in app.organizations().await.into_iter().take(TENANTS - 1).filter(|slug| slug != "harbour-and-loom") {
            let installed = app.connected(&slug, "tally-desk", &[]).await;
            ids.push(app.connection_id(&installed).await);
        }
        let flow = Flow::of(app, "harbour-and-loom", "tally-desk", &[]).await;
        ids.push(flow.id.clone());
        assert!(ids.len() >= 5, "{ids:?}");
        Self { flow, ids }
    }

    async fn run(&mut self, connection: &str, body: &Value) {
        let path = format!("/api/v1/connections/{connection}/runs");
        let started = self.flow.partner.post(&path, &json!({ "reason": "r" })).await;
        let run = started.json()["id"].as_str().unwrap().to_owned();
        let answer = super::patch(&mut self.flow.partner, &run, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    async fn states(&mut self) -> Vec<String> {
        let mut states = Vec::new();
        for id in self.ids.clone() {
            states.push(state(&mut self.flow.partner, &id).await);
        }
        states
    }
}

async fn state(partner: &mut Browser, id: &str) -> String {
    partner.get(&format!("/api/v1/connections/{id}")).await.json()["state"].as_str().unwrap().to_owned()
}

fn down(seconds: usize) -> Value {
    json!({ "state": "failed", "fault": "partner", "message": format!("Tallydesk answered 503 after {seconds} s") })
}

async fn five_that_fail_alike_are_one_outage(database: Database) {
    let mut tenants = Tenants::start(database).await;
    let ids = tenants.ids.clone();
    let first = tenants.flow.app.clock.now();
    for (index, id) in ids[..4].iter().enumerate() {
        tenants.run(id, &down(index)).await;
    }
    tenants.flow.app.run_jobs().await;
    let states = tenants.states().await;
    assert!(states.iter().all(|state| state != "vendor_outage"), "four are neighbours in misfortune: {states:?}");
    tenants.flow.app.clock.advance(MINUTE);
    // They try again, which does not make their trouble a younger one.
    for id in &ids[..4] {
        tenants.run(id, &down(7)).await;
    }
    tenants.run(&ids[4], &down(9)).await;
    tenants.flow.app.run_jobs().await;
    let states = tenants.states().await;
    assert_eq!(states.iter().filter(|state| *state == "vendor_outage").count(), 5, "{states:?}");
    // One issue, which lasts since the first failure; OfficeRnD's dashboard names the vendor and asks nobody to act.
    assert_eq!(tenants.flow.app.number("SELECT COUNT(*) FROM outages WHERE closed_at IS NULL").await, 1);
    assert_eq!(tenants.flow.app.number("SELECT since FROM outages").await, first);
    let last = ids.len() - 1;
    if states[last] == "vendor_outage" {
        let message = tenants.flow.health(&[]).await["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("Tallydesk Print does not answer since "), "{message}");
        assert!(!message.to_lowercase().contains("connect again"), "{message}");
    }
    // Another run that fails alike joins at once; one that is good leaves at once.
    tenants.run(&ids[0], &json!({ "state": "succeeded" })).await;
    assert_eq!(state(&mut tenants.flow.partner, &ids[0]).await, "connected");
    tenants.run(&ids[0], &down(1)).await;
    assert_eq!(state(&mut tenants.flow.partner, &ids[0]).await, "vendor_outage");
    // Three left: it goes on. Two: it is over, and those two are what they are.
    for id in &ids[..2] {
        tenants.run(id, &json!({ "state": "succeeded" })).await;
    }
    tenants.flow.app.run_jobs().await;
    assert_eq!(tenants.flow.app.number("SELECT COUNT(*) FROM outages WHERE closed_at IS NULL").await, 1);
    tenants.run(&ids[2], &json!({ "state": "succeeded" })).await;
    tenants.flow.app.run_jobs().await;
    assert_eq!(tenants.flow.app.number("SELECT COUNT(*) FROM outages WHERE closed_at IS NULL").await, 0);
    let left = tenants.states().await;
    let count = |state: &str| left.iter().filter(|one| *one == state).count();
    assert_eq!((count("connected"), count("some_locations")), (ids.len() - 2, 2), "who still fails says so: {left:?}");
    assert_eq!(tenants.flow.app.number("SELECT CAST(tenants AS BIGINT) FROM outages").await, 5);
}

/// What failed a day ago, and was not tried since, says nothing of the vendor today.
async fn failures_of_another_day_are_no_outage(database: Database) {
    let mut tenants = Tenants::start(database).await;
    let ids = tenants.ids.clone();
    let hit = |states: &[String]| states.iter().filter(|state| *state == "vendor_outage").count();
    for id in &ids[..4] {
        tenants.run(id, &down(1)).await;
    }
    tenants.flow.app.clock.advance(DAY + MINUTE);
    tenants.run(&ids[4], &down(2)).await;
    tenants.flow.app.run_jobs().await;
    assert_eq!(hit(&tenants.states().await), 0);
    for id in &ids[..4] {
        tenants.run(id, &down(3)).await;
    }
    tenants.flow.app.run_jobs().await;
    assert_eq!(hit(&tenants.states().await), 5, "today they fail again");
    // Nobody tried for a day, so that nobody knows.
    tenants.flow.app.clock.advance(DAY + MINUTE);
    tenants.flow.app.run_jobs().await;
    assert_eq!(hit(&tenants.states().await), 0);
    assert_eq!(tenants.flow.app.number("SELECT COUNT(*) FROM outages WHERE closed_at IS NULL").await, 0);
}

async fn failures_of_different_kinds_are_no_outage(database: Database) {
    let mut tenants = Tenants::start(database).await;
    for (index, id) in tenants.ids.clone().iter().enumerate() {
        let message = ["no door", "wrong password", "quota used up"][index % 3];
        let fault = if index % 2 == 0 { "partner" } else { "integration" };
        tenants.run(id, &json!({ "state": "failed", "fault": fault, "message": message })).await;
    }
    tenants.flow.app.run_jobs().await;
    assert_eq!(tenants.flow.app.number("SELECT COUNT(*) FROM outages").await, 0);
    assert!(tenants.states().await.iter().all(|state| state == "some_locations"), "each has its own trouble");
}

/// What is wrong between the two is the partner's own work, however many have it.
async fn a_mistake_of_the_integration_is_no_outage(database: Database) {
    let mut tenants = Tenants::start(database).await;
    for id in tenants.ids.clone() {
        tenants.run(&id, &json!({ "state": "failed", "fault": "integration", "message": "no such field" })).await;
    }
    tenants.flow.app.run_jobs().await;
    assert_eq!(tenants.flow.app.number("SELECT COUNT(*) FROM outages").await, 0);
    assert!(tenants.states().await.iter().all(|state| state == "some_locations"), "each has its own trouble");
}

async fn a_pause_is_quiet_during_an_outage(database: Database) {
    let mut tenants = Tenants::start(database).await;
    let ids = tenants.ids.clone();
    tenants.flow.partner.post(&format!("/api/v1/connections/{}/pause", ids[0]), &json!({})).await;
    for id in &ids {
        tenants.run(id, &down(1)).await;
    }
    tenants.flow.app.run_jobs().await;
    assert_eq!(tenants.states().await[0], "paused");
}

on_both_databases!(
    five_that_fail_alike_are_one_outage,
    failures_of_another_day_are_no_outage,
    failures_of_different_kinds_are_no_outage,
    a_mistake_of_the_integration_is_no_outage,
    a_pause_is_quiet_during_an_outage,
);
