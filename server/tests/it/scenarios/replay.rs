//! The incidents, replayed.

use std::collections::HashMap;
use std::net::SocketAddr;

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use server::bootstrap;
use server::clock::Clock;
use server::config::Config;
use server::demo::scenario::{Scenario, Stage, load, names, play};
use server::demo::{applications, load_samples};
use server::random::Random;
use server::router::router;
use server::simulator::{Running, Simulator, SimulatorOptions};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::{Database, KEY, NOON, new_postgres_database, on_both_databases};

/// As many at once as this machine has hands for.
const AT_ONCE: usize = 4;

/// Both sides, for one play. Dropping it stops them.
struct Theatre {
    stage: Stage,
    server: tokio::task::JoinHandle<()>,
    _simulator: Running,
    _folder: TempDir,
}

impl Drop for Theatre {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Theatre {
    async fn open(database: Database, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = match database {
            Database::Sqlite => format!("sqlite://{}", folder.path().join("deskbridge.db").display()),
            Database::Postgres => new_postgres_database().await,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let product_url = format!("http://{}", listener.local_addr().unwrap());
        let manifests = concat!(env!("CARGO_MANIFEST_DIR"), "/../integrations");
        let integrations = load_samples(manifests.as_ref(), &HashMap::new(), 1).unwrap();
        let (clock, random) = (Clock::fixed(NOON), Random::seeded(seed));
        let simulator = Simulator::start(SimulatorOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            product_url: product_url.clone(),
            clock: clock.clone(),
            random: random.clone(),
            state_file: None,
            applications: applications(&integrations, &product_url),
            rate_limit: None,
            deliver_to_loopback: true,
            seed_organizations: true,
        })
        .await
        .unwrap();
        let file = folder.path().join("deskbridge.toml");
        std::fs::write(&file, "").unwrap();
        let variables = [
            ("PUBLIC_URL", product_url.as_str()),
            ("DATABASE_URL", &database_url),
            ("ENCRYPTION_KEYS", KEY),
            ("OFFICERND__IDENTITY_URL", &simulator.url),
            ("OFFICERND__APP_URL", &simulator.url),
            ("OFFICERND__REGION_HOSTS", "127.0.0.1"),
            ("REFRESH__REQUESTS_PER_MINUTE", "1000"),
        ]
        .map(|(key, value)| (format!("DESKBRIDGE_{key}"), value.to_owned()));
        let config = Config::load(Some(&file), variables).unwrap();
        let (app, jobs) = bootstrap::build(config, clock, random, integrations).await.unwrap();
        let service = router(&app).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let stage = Stage { app, product_url, simulator_url: simulator.url.clone(), jobs: Some(jobs) };
        Self { stage, server, _simulator: simulator, _folder: folder }
    }
}

/// None when it went as written.
async fn wrong(database: Database, scenario: &Scenario) -> Option<String> {
    let mut theatre = Theatre::open(database, scenario.seed).await;
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
        let mut theatre = Theatre::open(database, 24).await;
        play(&load("quoted-organization-id-on-the-sync-call").unwrap(), &mut theatre.stage, |_, _| ()).await.unwrap();
        let state = reqwest::get(format!("{}/control/state", theatre.stage.simulator_url)).await.unwrap();
        let state: serde_json::Value = state.json().await.unwrap();
        let ids: Vec<String> = state["integrations"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(ids.len(), 1);
        seen.push(ids);
    }
    assert_eq!(seen[0], seen[1]);
}

on_both_databases!(every_incident_ends_well, a_play_that_goes_otherwise_is_told_with_its_line, a_seed_repeats_itself);
