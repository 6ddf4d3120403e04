//! From nothing to the first answer, and how much memory an idle server keeps.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::routing::get;
use server::manifest::{Manifest, ReadMode};
use tokio::net::TcpListener;

use crate::child::Started;
use crate::deployment::{Database, Deployment, ENCRYPTION_KEYS, INTEGRATIONS_DIR};
use crate::report::{Report, Verdict};
use crate::tenants::{seconds, settle};

const CONNECTIONS: usize = 1_000;
const STARTS: usize = 7;
const IDLE: Duration = Duration::from_secs(3);
const TARGET_MILLIS: f64 = 300.0;
const TARGET_MEGABYTES: f64 = 40.0;

pub(crate) async fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("start");
    let database = Database::sqlite(folder);
    let url = database.url()?;
    let deployment = Deployment::start(&url, &[]).await?;
    let tenants = settle(&deployment.app, CONNECTIONS).await?;
    let call = tenants[CONNECTIONS / 2].healthcheck(0, seconds(&deployment.app));
    let path = path_of(call.request())?;
    deployment.stop().await?;

    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        bare.push(Started::of(itself()?, "/").await?.times());
        ours.push(Started::of(deskbridge(&url, folder)?, &path).await?.times());
    }
    let (ours, bare) = (median(ours), median(bare));
    report.row(
        &format!("start, {CONNECTIONS} connections stored"),
        "SQLite",
        format!("listening after {:.0} ms, first healthcheck after {:.0} ms", ours.0, ours.1),
        format!("bare axum {:.0} ms, first answer after {:.0} ms", bare.0, bare.1),
        &format!("< {TARGET_MILLIS:.0} ms"),
        Verdict::of(ours.1 < TARGET_MILLIS),
    );

    let (ours, bare) = (Started::of(deskbridge(&url, folder)?, &path).await?, Started::of(itself()?, "/").await?);
    tokio::time::sleep(IDLE).await;
    let (ours, bare) = (ours.resident()?, bare.resident()?);
    report.row(
        &format!("idle, {CONNECTIONS} connections stored"),
        "SQLite",
        format!("{:.1} MB resident, {:.1} MB of it program file", ours.0, ours.1),
        format!("bare axum {:.1} MB", bare.0),
        &format!("< {TARGET_MEGABYTES:.0} MB"),
        Verdict::of(ours.0 < TARGET_MEGABYTES),
    );
    database.remove().await
}

/// What a start is compared with: the same runtime, allocator and framework, and nothing to do.
pub(crate) async fn bare_server() -> anyhow::Result<bool> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/", get(async || "ok"))).await?;
    Ok(true)
}

fn itself() -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--bare-server");
    Ok(command)
}

/// The product of the same build, with the sample integrations.
pub(crate) fn deskbridge(database_url: &str, folder: &Path) -> anyhow::Result<Command> {
    deskbridge_as("serve", database_url, folder)
}

/// The same with another command.
pub(crate) fn deskbridge_as(what: &str, database_url: &str, folder: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskbridge"));
    command.arg(what).current_dir(folder).env_clear();
    command
        .env("DESKBRIDGE_DATABASE_URL", database_url)
        .env("DESKBRIDGE_ENCRYPTION_KEYS", ENCRYPTION_KEYS)
        .env("DESKBRIDGE_LISTEN", "127.0.0.1:0")
        .env("DESKBRIDGE_OPERATIONS_LISTEN", "127.0.0.1:0")
        .env("DESKBRIDGE_INTEGRATIONS_DIR", INTEGRATIONS_DIR);
    for entry in std::fs::read_dir(INTEGRATIONS_DIR)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        if let Ok(manifest) = Manifest::read(&path, ReadMode::Shape) {
            for variable in manifest.variables() {
                command.env(&variable.name, value(variable.key));
            }
        }
    }
    Ok(command)
}

/// Anything that is valid for this key of a manifest.
fn value(key: &str) -> &'static str {
    match key {
        key if key.ends_with("_url") => "http://127.0.0.1:4100/bench",
        "partner.secret" => "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        _ => "bench",
    }
}

fn path_of(request: &[u8]) -> anyhow::Result<String> {
    let text = std::str::from_utf8(request)?;
    text.split(' ').nth(1).map(str::to_owned).context("a request has a path")
}

/// Milliseconds to listening and to the first answer.
fn median(starts: Vec<(f64, f64)>) -> (f64, f64) {
    let (mut ready, mut answered): (Vec<f64>, Vec<f64>) = starts.into_iter().unzip();
    ready.sort_by(f64::total_cmp);
    answered.sort_by(f64::total_cmp);
    (ready[ready.len() / 2], answered[answered.len() / 2])
}
