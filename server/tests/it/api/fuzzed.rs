//! schemathesis against the served document: whatever it makes up, the API answers as it promised.
//!
//! `cargo xtask test` installs it and says where it is. The proxy is left out, since its answers are OfficeRnD's.

use std::process::{Command, Stdio};

use secrecy::ExposeSecret as _;
use serde_json::json;
use server::domain::scope::Scope;
use server::http::api::openapi::text;

use crate::support::{Answer, Database, TestApp, on_both_databases};

/// Names the program.
const PROGRAM: &str = "TEST_SCHEMATHESIS";
/// What examples call a connection.
const EXAMPLE: &str = "con_01a20dabfb5e73a4802d535f1878039c";
const EXAMPLE_RUN: &str = "run_01a20dabfb5e73a4802d535f1878039c";
const EXAMPLE_ENDPOINT: &str = "ep_01a20dabfb5e73a4802d535f1878039c";

fn program() -> Option<String> {
    let program = std::env::var(PROGRAM).ok();
    if program.is_none() {
        eprintln!("{PROGRAM} is not set, so the API was not fuzzed; `cargo xtask test` installs what it names");
    }
    program
}

async fn the_document_is_kept_whatever_is_asked(database: Database) {
    let Some(program) = program() else { return };
    let app = TestApp::start(database).await;
    let connection = app.connection_id(&app.connected("studio-17", "tally-desk", &[]).await).await;
    let scopes = Scope::ALL.map(Scope::slug);
    let key = app.api_key(&["tally-desk"], &scopes).await;
    let mut partner = app.api(&key);
    let run = partner.post(&format!("/api/v1/connections/{connection}/runs"), &json!({ "reason": "test" })).await;
    let wish = json!({ "integration": "tally-desk", "url": "https://8.8.8.8/events", "types": ["*"] });
    let endpoint = partner.post("/api/v1/event-endpoints", &wish).await;
    let id = |made: &Answer| made.json()["id"].as_str().unwrap_or_else(|| panic!("{}", made.text)).to_owned();
    let (run, endpoint) = (id(&run), id(&endpoint));
    let folder = tempfile::tempdir().unwrap();
    // With a connection that exists, so that more than 404 is met.
    let file = folder.path().join("openapi.json");
    let examples = text().replace(EXAMPLE, &connection);
    let examples = examples.replace(EXAMPLE_RUN, &run).replace(EXAMPLE_ENDPOINT, &endpoint);
    std::fs::write(&file, examples).unwrap();
    let mut schemathesis = Command::new(program);
    schemathesis
        .arg("--config-file")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis.toml"))
        .arg("run")
        .arg(&file)
        .args(["--url", &app.url, "--checks", "all", "--exclude-path-regex", "/officernd/", "--seed", "7"])
        .args(["--max-examples", "25", "--request-timeout", "30", "--no-color", "--header"])
        .arg(format!("Authorization: Bearer {}", key.expose_secret()))
        .current_dir(folder.path())
        .stdin(Stdio::null());
    let ran = tokio::task::spawn_blocking(move || schemathesis.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("Tested: 22"), "operations are left out: {said}");
}

on_both_databases!(the_document_is_kept_whatever_is_asked);
