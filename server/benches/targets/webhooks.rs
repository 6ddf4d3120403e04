//! Deliveries: verified, durable, stored exactly once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::ensure;
use axum::body::Bytes;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

use crate::Plan;
use crate::deployment::{Database, Deployment};
use crate::http::find;
use crate::load::{self, Exchange};
use crate::report::{Report, Verdict};
use crate::tenants::{Tenant, seconds, settle};

const TARGET_PER_SECOND: f64 = 5_000.0;
const TARGET_P99_MILLIS: f64 = 25.0;
/// A little more than the target, so that a rate is proved and not merely approached.
const PACE: f64 = 5_200.0;
/// Deliveries come from that many connections.
const CONNECTIONS: usize = 1_000;
/// Every so many deliveries one is sent again, byte by byte.
const REPEATED: usize = 20;
/// More are not prepared for the last part.
const MOST_PER_SECOND: f64 = 40_000.0;

pub(crate) async fn measure(database: &Database, plan: Plan, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("webhooks on {}", database.label());
    let deployment = Deployment::start(&database.url()?, &[]).await?;
    deployment.ensure_durable().await?;
    let tenants = settle(&deployment.app, CONNECTIONS).await?;
    let t = || seconds(&deployment.app);
    let time = plan.round * 2;
    let mut next = 0;

    // Fills the memory of connections, as after some minutes of service.
    let warm = deliveries(&tenants, &mut next, CONNECTIONS, t(), PACE);
    let mut different = Different::default();
    different.add(warm.iter());
    accepted(&load::paced(deployment.address, PACE / 4.0, warm.clone()).await?)?;

    let wanted = (PACE * time.as_secs_f64()) as usize;
    let steady = deliveries(&tenants, &mut next, wanted, t(), PACE);
    different.add(steady.iter());
    let paced = load::paced(deployment.address, PACE, steady.clone()).await?;
    accepted(&paced)?;

    let bare = bare_route().await?;
    let seconds = t();
    let baseline = load::closed(bare, plan.round, |first| {
        let exchange = Arc::new(tenants[first].delivery(first, seconds));
        move || Some(exchange.clone())
    })
    .await?;
    let most = (baseline.per_second().min(MOST_PER_SECOND) * plan.round.as_secs_f64()) as usize;
    let batch = deliveries(&tenants, &mut next, most, t(), MOST_PER_SECOND);
    let sent: Arc<Vec<AtomicUsize>> = Arc::new((0..load::CONNECTIONS).map(|_| AtomicUsize::new(0)).collect());
    let saturated = load::closed(deployment.address, plan.round, |first| {
        let (batch, sent) = (batch.clone(), sent.clone());
        let mut indices = (first..batch.len()).step_by(load::CONNECTIONS);
        move || {
            let index = indices.next()?;
            sent[first].fetch_add(1, Ordering::Relaxed);
            Some(batch[index].clone())
        }
    })
    .await?;
    for (first, sent) in sent.iter().enumerate() {
        different.add(batch.iter().skip(first).step_by(load::CONNECTIONS).take(sent.load(Ordering::Relaxed)));
    }
    accepted(&saturated)?;

    let rate = paced.per_second();
    let p99 = paced.latency(0.99);
    report.row(
        &format!("webhook accepted durably, {PACE:.0}/s sent"),
        database.label(),
        format!("{rate:.0}/s, p50 {:.1} ms, p99 {p99:.1} ms", paced.latency(0.5)),
        format!("bare axum POST route {:.0}/s, p99 {:.1} ms", baseline.per_second(), baseline.latency(0.99)),
        &format!("≥ {TARGET_PER_SECOND:.0}/s, p99 < {TARGET_P99_MILLIS:.0} ms"),
        Verdict::of(rate >= TARGET_PER_SECOND && p99 < TARGET_P99_MILLIS),
    );
    report.row(
        "webhook: as fast as it goes",
        database.label(),
        format!("{:.0}/s, p99 {:.1} ms", saturated.per_second(), saturated.latency(0.99)),
        "",
        "",
        Verdict::None,
    );
    let rows = deployment.number("SELECT count(*) FROM webhook_events").await?;
    let bytes = deployment.number("SELECT CAST(sum(length(body)) AS bigint) FROM webhook_events").await?;
    report.row(
        "webhook: stored exactly once",
        database.label(),
        format!("{rows} stored"),
        format!("{} different ones sent", different.count()),
        "each once",
        Verdict::of((rows, bytes) == (i64::try_from(different.count())?, i64::try_from(different.bytes)?)),
    );
    deployment.stop().await
}

/// Different ones, with a repetition of an earlier one now and then.
/// Each is signed for the second in which it is sent.
fn deliveries(tenants: &[Tenant], next: &mut usize, count: usize, t: i64, per_second: f64) -> Arc<[Arc<Exchange>]> {
    let mut all: Vec<Arc<Exchange>> = Vec::with_capacity(count);
    for index in 0..count {
        let repeated = (index % REPEATED == REPEATED - 1).then(|| all[index - REPEATED / 2].clone());
        all.push(repeated.unwrap_or_else(|| {
            *next += 1;
            let due = t + (index as f64 / per_second) as i64;
            Arc::new(tenants[*next % tenants.len()].delivery(*next, due))
        }));
    }
    all.into()
}

/// What has to be stored: each once, whatever was repeated.
#[derive(Default)]
struct Different {
    seen: HashSet<*const Exchange>,
    /// Of their bodies.
    bytes: usize,
}

impl Different {
    fn add<'a>(&mut self, sent: impl IntoIterator<Item = &'a Arc<Exchange>>) {
        for exchange in sent {
            if self.seen.insert(Arc::as_ptr(exchange)) {
                let head = find(exchange.request(), b"\r\n\r\n").map_or(0, |head| head + 4);
                self.bytes += exchange.request().len() - head;
            }
        }
    }

    fn count(&self) -> usize {
        self.seen.len()
    }
}

fn accepted(outcome: &load::Outcome) -> anyhow::Result<()> {
    ensure!(outcome.wrong == 0, "{} deliveries were refused, such as {:?}", outcome.wrong, outcome.example);
    Ok(())
}

async fn bare_route() -> anyhow::Result<std::net::SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/{*path}", post(async |_: Bytes| Json(json!({}))));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}
