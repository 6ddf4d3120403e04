//! Signed healthchecks of any connection beside a bare axum JSON route, while secrets change.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use server::state::App;
use server::storage::connections;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Plan;
use crate::deployment::{Database, Deployment};
use crate::http::{self, Client};
use crate::load::{self, CONNECTIONS, Dice, Exchange, Outcome};
use crate::report::{Report, Verdict};
use crate::tenants::{Tenant, seconds, settle};

const TARGET: f64 = 0.5;
pub(crate) const CHANGES_PER_SECOND: u64 = 100;
/// Of the changes that are asked for; a measurement with fewer is none.
const ENOUGH_CHANGES: f64 = 0.97;
/// Every so many changes the old signature is tried again and again while its secret is replaced.
const CONTESTED: u64 = 10;
/// Requests are signed once; the system's clock goes on.
const TOLERANCE_SECONDS: &str = "7200";

pub(crate) async fn measure(database: &Database, plan: Plan, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("healthcheck on {}", database.label());
    let keys = [("SIGNATURE_TOLERANCE_SECONDS", TOLERANCE_SECONDS)];
    let deployment = Deployment::start(&database.url()?, &keys).await?;
    deployment.ensure_durable().await?;
    let tenants = settle(&deployment.app, plan.connections).await?;
    let signed_at = seconds(&deployment.app);
    let slots = tenants.iter().map(|tenant| Mutex::new(Some(Arc::new(tenant.healthcheck(0, signed_at)))));
    let population = Arc::new(Population { app: deployment.app.clone(), slots: slots.collect(), tenants, signed_at });
    let bare = bare_route().await?;

    let filled = fill(&deployment, &population).await?;
    report.row(
        "healthcheck: every connection once, from an empty memory",
        database.label(),
        format!("{:.1} s, {:.0}/s", filled.took.as_secs_f64(), filled.per_second()),
        "",
        "",
        Verdict::None,
    );

    let (mut ratios, mut ours, mut theirs, mut latencies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut changes = Changes::default();
    // The first pair warms up both sides and is not counted.
    for round in 0..=plan.rounds {
        let baseline = load::closed(bare, plan.round, |_| {
            let exchange = Arc::new(Exchange::new(http::get("/"), BARE.as_bytes()));
            move || Some(exchange.clone())
        })
        .await?;
        let (asked, changed) = asked_while_changing(&deployment, &population, plan).await?;
        for outcome in [&baseline, &asked] {
            ensure!(outcome.wrong == 0, "{} wrong answers, such as {:?}", outcome.wrong, outcome.example);
        }
        eprintln!(
            "  bare {:.0}/s ({:.1} µs), healthcheck {:.0}/s ({:.1} µs), {} changes, {} of them contested",
            baseline.per_second(),
            baseline.cpu_micros(),
            asked.per_second(),
            asked.cpu_micros(),
            changed.made,
            changed.contested
        );
        if round > 0 {
            ratios.push(asked.per_second() / baseline.per_second());
            ours.push(asked.per_second());
            theirs.push(baseline.per_second());
            latencies.push(asked.latency(0.99));
            changes.add(&changed);
        }
    }
    let ratio = median(&mut ratios);
    report.row(
        &format!("signed healthcheck, any of {} connections", plan.connections),
        database.label(),
        format!("{:.0}/s, {ratio:.2} of bare, p99 {:.1} ms", median(&mut ours), median(&mut latencies)),
        format!("bare axum JSON route {:.0}/s", median(&mut theirs)),
        &format!("≥ {TARGET:.1} of bare"),
        Verdict::of(ratio >= TARGET),
    );
    let rate = changes.made as f64 / changes.took.as_secs_f64();
    report.row(
        "… while so many secrets change",
        database.label(),
        format!("{rate:.0}/s, {} stale answers", changes.stale),
        format!("{} old signatures tried after the commit", changes.tried),
        &format!("{CHANGES_PER_SECOND}/s, none stale"),
        Verdict::of(changes.stale == 0 && rate >= CHANGES_PER_SECOND as f64 * ENOUGH_CHANGES),
    );
    drop(population);
    deployment.stop().await
}

struct Population {
    app: App,
    tenants: Vec<Tenant>,
    /// What to send for each; none while its secret changes.
    slots: Vec<Mutex<Option<Arc<Exchange>>>>,
    signed_at: i64,
}

impl Population {
    fn slot(&self, index: usize) -> std::sync::MutexGuard<'_, Option<Arc<Exchange>>> {
        self.slots[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Any connection whose secret is not just changing.
    fn any(&self, dice: &mut Dice) -> Arc<Exchange> {
        loop {
            if let Some(exchange) = self.slot(dice.below(self.slots.len())).clone() {
                return exchange;
            }
        }
    }
}

const BARE: &str = r#"{"accountName":"Account 12345"}"#;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bare {
    account_name: &'static str,
}

/// What the healthcheck is compared with: the same answer, from nothing.
async fn bare_route() -> anyhow::Result<std::net::SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/", get(async || Json(Bare { account_name: "Account 12345" })));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Every connection once, as after a start.
async fn fill(deployment: &Deployment, population: &Arc<Population>) -> anyhow::Result<Outcome> {
    let outcome = load::closed(deployment.address, Duration::MAX, |first| {
        let population = population.clone();
        let mut indices = (first..population.slots.len()).step_by(CONNECTIONS);
        move || indices.next().and_then(|index| population.slot(index).clone())
    })
    .await?;
    ensure!(outcome.wrong == 0, "{} wrong answers, such as {:?}", outcome.wrong, outcome.example);
    ensure!(outcome.right == population.slots.len() as u64, "not every connection was asked");
    Ok(outcome)
}

#[derive(Default)]
struct Changes {
    made: u64,
    contested: u64,
    /// Old signatures that were sent after the commit.
    tried: u64,
    /// Old signatures that were accepted after the commit.
    stale: u64,
    took: Duration,
}

impl Changes {
    fn add(&mut self, other: &Self) {
        self.made += other.made;
        self.contested += other.contested;
        self.tried += other.tried;
        self.stale += other.stale;
        self.took += other.took;
    }
}

async fn asked_while_changing(
    deployment: &Deployment,
    population: &Arc<Population>,
    plan: Plan,
) -> anyhow::Result<(Outcome, Changes)> {
    let stop = Arc::new(AtomicBool::new(false));
    let changing = tokio::spawn(change(deployment.address, population.clone(), plan.changes, stop.clone()));
    let asked = load::closed(deployment.address, plan.round, |index| {
        let population = population.clone();
        let mut dice = Dice::new(index);
        move || Some(population.any(&mut dice))
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    let changes = changing.await??;
    Ok((asked?, changes))
}

/// Replaces secrets at the wanted rate, each in a transaction of its own.
async fn change(
    address: std::net::SocketAddr,
    population: Arc<Population>,
    per_second: u64,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<Changes> {
    let started = Instant::now();
    let Some(pause) = 1_000_000_u64.checked_div(per_second) else { return Ok(Changes::default()) };
    let mut tick = tokio::time::interval(Duration::from_micros(pause));
    let mut dice = Dice::new(usize::try_from(population.app.clock.now())?);
    let mut under_way = JoinSet::new();
    let mut begun = 0;
    while !stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let index = dice.below(population.tenants.len());
        let Some(old) = population.slot(index).take() else { continue };
        begun += 1;
        let contested = begun % CONTESTED == 0;
        under_way.spawn(replace(address, population.clone(), index, old, u32::try_from(begun)?, contested));
    }
    let mut changes = Changes { took: started.elapsed(), ..Changes::default() };
    while let Some(done) = under_way.join_next().await {
        changes.add(&done??);
    }
    Ok(changes)
}

async fn replace(
    address: std::net::SocketAddr,
    population: Arc<Population>,
    index: usize,
    old: Arc<Exchange>,
    number: u32,
    contested: bool,
) -> anyhow::Result<Changes> {
    let tenant = &population.tenants[index];
    // Whoever took the old request before us must have its answer; then only we send it.
    while Arc::strong_count(&old) > 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut client = Client::connect(address).await?;
    let committed = AtomicBool::new(false);
    let commit = async {
        let app = &population.app;
        let mut tx = app.db.begin().await?;
        connections::save_secrets(&mut tx, &app.vault, &tenant.connection, &tenant.secrets(number)).await?;
        tx.commit().await?;
        committed.store(true, Ordering::SeqCst);
        anyhow::Ok(())
    };
    let mut stale = 0;
    // The first answer to a request that was sent after the commit decides.
    let mut try_old = async |contested: bool| loop {
        let after = committed.load(Ordering::SeqCst);
        if !after && !contested {
            tokio::task::yield_now().await;
            continue;
        }
        let status = client.send(old.request()).await?.status;
        if after {
            ensure!(status == 200 || status == 401, "an old signature was answered {status}");
            stale += u64::from(status == 200);
            return Ok(());
        }
    };
    if contested {
        let (committed, tried) = tokio::join!(commit, try_old(true));
        committed.and(tried)?;
    } else {
        commit.await?;
        try_old(false).await?;
    }
    let new = Arc::new(tenant.healthcheck(number, population.signed_at));
    let answer = client.send(new.request()).await?;
    ensure!(answer.status == 200 && answer.body == new.body(), "the new signature was answered {}", answer.status);
    *population.slot(index) = Some(new);
    Ok(Changes { made: 1, contested: u64::from(contested), tried: 1, stale, took: Duration::ZERO })
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().context("no round was measured").unwrap_or(f64::NAN)
}
