//! The incidents, replayed.

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use server::demo::scenario::{Scenario, load, names, play};

use super::theatre::Theatre;
use crate::support::{Database, on_both_databases};

/// As many at once as this machine has hands for.
const AT_ONCE: usize = 4;

/// None when it went as written.
async fn wrong(database: Database, scenario: &Scenario) -> Option<String> {
    let mut theatre = Theatre::open(database, scenario).await;
    play(scenario, &mut theatre.stage, |_, _| ()).await.err().map(|error| format!("{error:#}"))
}

async fn every_incident_ends_well(database: Database) {
    let scenarios: Vec<Scenario> = names().iter().map(|name| load(name).unwrap()).collect();
    assert!(scenarios.len() >= 12, "{}", scenarios.len());
    let played = iter(&scenarios).map(|scenario| wrong(database, scenario)).buffer_unordered(AT_ONCE);
    let found: Vec<String> = played.filter_map(async |wrong| wrong).collect().await;
    assert_eq!(found, Vec::<String>::new());
}

/// A play that goes otherwise than it says is no success, and names the line.
async fn a_play_that_goes_otherwise_is_told_with_its_line(database: Database) {
    let text = "title = 't'\nstory = 's'\nseed = 1\n\n[[steps]]\n\
                connect = { organization = 'studio-17', integration = 'tally-desk' }\n\n[[steps]]\n\
                see = { state = 'paused' }\n";
    let wrong = wrong(database, &Scenario::read("mine.toml", text).unwrap()).await.unwrap();
    assert_eq!(wrong, "mine.toml:8: the connection of studio-17 is connected and not paused");
}

/// Ids, codes and secrets of two replays are the same.
async fn a_seed_repeats_itself(database: Database) {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let scenario = load("quoted-organization-id-on-the-sync-call").unwrap();
        let mut theatre = Theatre::open(database, &scenario).await;
        play(&scenario, &mut theatre.stage, |_, _| ()).await.unwrap();
        let state = reqwest::get(format!("{}/control/state", theatre.stage.simulator_url)).await.unwrap();
        let state: serde_json::Value = state.json().await.unwrap();
        let ids: Vec<String> = state["integrations"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(ids.len(), 1);
        seen.push(ids);
    }
    assert_eq!(seen[0], seen[1]);
}

on_both_databases!(every_incident_ends_well, a_play_that_goes_otherwise_is_told_with_its_line, a_seed_repeats_itself);
