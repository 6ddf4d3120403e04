//! A million connections whose access tokens `deskbridge worker` keeps fresh: how much memory that takes, whether any is
//! late, and what it costs to ask it for its metrics.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use sea_orm::Database as SeaDatabase;
use server::clock::{Clock, DAY, MINUTE, Millis, SECOND};
use server::domain::grant::Grant;
use server::domain::schedule::Rank;
use tokio::time::Instant;

use crate::Plan;
use crate::child::Started;
use crate::deployment::{Database, Deployment, number};
use crate::http::{self, whole_answer};
use crate::refresh::{TokenServer, permit_as};
use crate::report::{Report, Verdict};
use crate::start::deskbridge_as;
use crate::tenants::settle;

/// For each connection that others are measured with.
const TIMES: usize = 10;
/// A token of an hour is renewed forty to fifty minutes after it was given.
const CYCLE: Millis = 45 * MINUTE;
/// Rounds of load for which it is watched.
const WATCHED: u32 = 36;
const MEGABYTES: f64 = 200.0;
/// What memory may grow from the first third of the time to the last.
const FLAT: f64 = 10.0;
/// A token that should have been renewed that long ago is late.
const LATE: Millis = 30 * SECOND;
const METRICS: Duration = Duration::from_secs(2);
/// Moving a million rows takes a while, in which none may become due.
const AHEAD: Millis = 3 * MINUTE;

pub(crate) async fn measure(database: &Database, plan: Plan, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let count = plan.connections * TIMES;
    eprintln!("{count} connections kept by a worker on {}", database.label());
    let officernd = TokenServer::start().await?;
    let url = database.url()?;
    let watched = plan.round * WATCHED;
    let client_id = prepare(&url, count, watched).await?;

    let identity = format!("http://{}", officernd.address);
    let mut command = deskbridge_as("worker", &url, folder)?;
    // The manifest of the bench has other clients than the one whose grants these are.
    command.env("TALLYDESK_CLIENT_ID", client_id);
    for (key, value) in [
        ("OFFICERND__IDENTITY_URL", identity.as_str()),
        ("OFFICERND__APP_URL", &identity),
        ("REFRESH__REQUESTS_PER_MINUTE", "0"),
        ("REFRESH__POLICY", "always_fresh"),
        ("LOG_FORMAT", "json"),
    ] {
        command.env(format!("DESKBRIDGE_{key}"), value);
    }
    let worker = Started::worker(command, free()?).await?;
    let db = SeaDatabase::connect(&url).await?;
    let waited = Instant::now();
    while officernd.shared.requests.load(Ordering::Relaxed) == 0 {
        ensure!(waited.elapsed() < 2 * Duration::from_millis(AHEAD.unsigned_abs()), "the worker does not begin");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (begun, mut memory, mut late, mut slowest) = (Instant::now(), Vec::new(), 0, Duration::ZERO);
    while begun.elapsed() < watched {
        tokio::time::sleep(Duration::from_secs(1)).await;
        memory.push(worker.resident()?.0);
        if memory.len() % 10 == 0 {
            let since = Clock::system().now() - LATE;
            late = late.max(number(&db, &format!("SELECT count(*) FROM grants WHERE fresh_at < {since}")).await?);
            slowest = slowest.max(metrics(worker.address).await?);
        }
    }
    let requests = officernd.shared.requests.load(Ordering::Relaxed);
    let rate = requests as f64 / begun.elapsed().as_secs_f64();
    let most = memory.iter().copied().fold(0.0, f64::max);
    let third = memory.len() / 3;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let grown = mean(&memory[memory.len() - third..]) - mean(&memory[..third]);
    report.row(
        &format!("{count} connections kept by a worker"),
        database.label(),
        format!("{most:.0} MB at most, {grown:+.1} MB from the first third of the time to the last"),
        format!("{rate:.0} refreshes/s for {:.0} s", begun.elapsed().as_secs_f64()),
        &format!("< {MEGABYTES:.0} MB, flat"),
        Verdict::of(most < MEGABYTES && grown < FLAT),
    );
    // Half of what is due in that time, or the worker was not at work.
    let expected = count as f64 * watched.as_millis() as f64 / CYCLE as f64;
    report.row(
        "… and none of them late",
        database.label(),
        format!("{late} late"),
        format!("{requests} refreshed, {expected:.0} due in that time"),
        "0",
        Verdict::of(late == 0 && requests as f64 > expected / 2.0),
    );
    report.row(
        "… asked for its metrics",
        database.label(),
        format!("{:.0} ms at most", slowest.as_secs_f64() * 1_000.0),
        "once in ten seconds",
        &format!("< {:.0} ms", METRICS.as_secs_f64() * 1_000.0),
        Verdict::of(slowest < METRICS),
    );
    let twice = officernd.shared.twice.load(Ordering::Relaxed);
    ensure!(twice == 0, "{twice} refresh tokens were sent twice");
    db.close().await?;
    Ok(())
}

/// Stores them, spread over the time in which each is renewed once, and says whose client they are of.
async fn prepare(url: &str, count: usize, watched: Duration) -> anyhow::Result<String> {
    let deployment = Deployment::start(url, &[("REFRESH__REQUESTS_PER_MINUTE", "0")]).await?;
    deployment.ensure_durable().await?;
    let tenants = settle(&deployment.app, count).await?;
    let started = Instant::now();
    // Nobody refreshes them before they are all there and the worker runs.
    let begin = deployment.app.clock.now() + i64::try_from(watched.as_millis())?;
    permit_as(&deployment.app, &tenants, |index, grant| {
        let at = begin + CYCLE * i64::try_from(index).unwrap_or(0) / i64::try_from(count).unwrap_or(1);
        Grant { access_expires_at: at + 10 * MINUTE, fresh: Some((Rank::Everybody, at)), ..grant }
    })
    .await?;
    eprintln!("  {count} grants stored in {:.1} s", started.elapsed().as_secs_f64());
    // From now on, evenly.
    let integration = deployment.app.integrations.get(crate::deployment::INTEGRATION).context("the sample")?;
    let client_id = integration.client.client_id.clone();
    deployment.stop().await?;
    let db = SeaDatabase::connect(url).await?;
    let earlier = begin - (Clock::system().now() + AHEAD);
    let shift = format!(
        "UPDATE grants SET fresh_at = fresh_at - {earlier}, access_expires_at = access_expires_at - {earlier}, \
         refresh_expires_at = refresh_expires_at + {DAY}"
    );
    sea_orm::ConnectionTrait::execute_unprepared(&db, &shift).await?;
    sea_orm::ConnectionTrait::execute_unprepared(&db, "VACUUM ANALYZE grants").await?;
    db.close().await?;
    Ok(client_id)
}

/// How long an answer takes, which must have the numbers in it.
async fn metrics(address: SocketAddr) -> anyhow::Result<Duration> {
    let asked = Instant::now();
    let answer = whole_answer(address, "GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").await?;
    let took = asked.elapsed();
    ensure!(http::status(&answer)? == 200, "the metrics were not answered");
    ensure!(String::from_utf8_lossy(&answer).contains("deskbridge_grants_alive"), "the metrics do not count grants");
    Ok(took)
}

fn free() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
