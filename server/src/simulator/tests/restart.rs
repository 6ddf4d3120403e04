//! A restart keeps everything.

use super::*;
use crate::clock::{DAY, HOUR};

#[tokio::test]
async fn grants_integrations_switches_and_the_clock_survive() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/simulator.json");
    let mut lab = Lab::with(|options| options.state_file = Some(file.clone())).await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    lab.switch("refresh_reuse", "refused").await;
    lab.control("/control/organizations", json!({ "slug": "new-one", "name": "New one" })).await;
    let mut before = lab.get("/control/state?reveal=true").await.is(200);

    let mut options = options(&lab.product.url, &lab.clock);
    options.state_file = Some(file.clone());
    lab.simulator.stop().await;
    lab.simulator = Simulator::start(options.clone()).await.unwrap();
    let mut after = lab.get("/control/state?reveal=true").await.is(200);
    for state in [&mut before, &mut after] {
        state.as_object_mut().unwrap().remove("last_seen");
    }
    assert_eq!(after, before);
    lab.api(&connected.access, &format!("/api/v1/organizations/{HARBOUR}")).await.is(200);
    lab.refresh("portunus", &connected.refresh).await.is(200);

    // Time that was moved ahead does not come back: a clock that starts behind the file is moved on to it.
    lab.control("/control/clock", json!({ "seconds": 2 * DAY / 1_000 })).await;
    lab.simulator.stop().await;
    let behind = Clock::fixed(START + HOUR);
    options.clock = behind.clone();
    lab.simulator = Simulator::start(options).await.unwrap();
    assert_eq!(behind.now(), START + 2 * DAY);
}

#[tokio::test]
async fn an_answer_that_was_given_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("simulator.json");
    let lab = Lab::with(|options| options.state_file = Some(file.clone())).await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    // Without stopping: this is what a killed process leaves behind.
    let stored: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert!(stored["access_tokens"].get(&connected.access).is_some());
    assert!(stored["refresh_tokens"].get(&connected.refresh).is_some());
    let installed = lab.install(HARBOUR, "portunus").await;
    let stored: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert!(stored["integrations"].get(installed["integrationId"].as_str().unwrap()).is_some());
}

#[tokio::test]
async fn a_broken_state_file_stops_the_start_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("simulator.json");
    std::fs::write(&file, "{ half").unwrap();
    let mut options = options("http://127.0.0.1:1", &Clock::fixed(START));
    options.state_file = Some(file.clone());
    let error = Simulator::start(options).await.unwrap_err().to_string();
    assert!(error.contains("simulator.json"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{ half");
}

#[tokio::test]
async fn a_taken_port_is_said() {
    let lab = Lab::start().await;
    let mut options = options(&lab.product.url, &lab.clock);
    options.listen = lab.simulator.address;
    let error = Simulator::start(options).await.unwrap_err().to_string();
    assert!(error.contains(&lab.simulator.address.to_string()), "{error}");
}
