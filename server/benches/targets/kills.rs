//! Events out of a server that is killed again and again, in the middle of accepting deliveries and telling of them:
//! what OfficeRnD was told is stored is told on, once, and never with two bodies under one id.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use server::clock::SECOND;
use server::crypto::digest::{Digest, digest};
use server::crypto::hook::HookKey;
use server::random::Random;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::Plan;
use crate::child::Started;
use crate::deployment::{Database, Deployment, INTEGRATION};
use crate::events::listen;
use crate::http::Client;
use crate::outbox::{PATIENCE, SECRET, manifest};
use crate::report::{Report, Verdict};
use crate::start::deskbridge;
use crate::tenants::{Tenant, mongo_id, settle};

const CONNECTIONS: usize = 50;
/// Who delivers at once.
const SENDERS: usize = 16;
/// For each pair of rounds that was asked for.
const KILLS_PER_ROUND: usize = 5;
/// Between a start and its kill.
const SHORTEST_MILLIS: u64 = 150;
const LONGEST_MILLIS: u64 = 1_500;
/// Of a delivery that nobody answers, and before the next try.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) async fn measure(database: &Database, plan: Plan, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("kills on {}", database.label());
    let (address, heard) = Heard::start().await?;
    let manifests = folder.join(format!("kills-{}", database.label()));
    std::fs::create_dir_all(&manifests)?;
    manifest(&manifests, INTEGRATION, address)?;
    let url = database.url()?;
    let deployment = Deployment::with_manifests(&url, &manifests).await?;
    deployment.ensure_durable().await?;
    let tenants = Arc::new(settle(&deployment.app, CONNECTIONS).await?);
    listen(&deployment.app, INTEGRATION, &format!("http://{address}/events")).await?;
    let clock = deployment.app.clock.clone();
    // From here on only processes that die do the work.
    deployment.stop().await?;
    let start = async || {
        let mut command = deskbridge(&url, folder)?;
        command.env("DESKBRIDGE_INTEGRATIONS_DIR", &manifests);
        Started::of(command, "/healthz").await
    };

    let (serving, _) = watch::channel(None);
    let told = Arc::new(Told::default());
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (told, tenants, serving) = (told.clone(), tenants.clone(), serving.subscribe());
            let clock = clock.clone();
            tokio::spawn(async move { told.deliver(&tenants, serving, move || clock.now() / SECOND).await })
        })
        .collect();
    let random = Random::from_system()?;
    let kills = KILLS_PER_ROUND * plan.rounds;
    for _ in 0..kills {
        let server = start().await?;
        serving.send_replace(Some(server.address));
        let wait = SHORTEST_MILLIS + random.below(LONGEST_MILLIS - SHORTEST_MILLIS);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        // SIGKILL.
        drop(server);
    }
    let server = start().await?;
    serving.send_replace(Some(server.address));
    told.stop.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await?;
    }
    let acknowledged = told.acknowledged();
    // What a dead process was sending waits for its lease.
    let (waited, missing) = (Instant::now(), || heard.missing(&acknowledged));
    while missing() > 0 && waited.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (lost, seen) = (missing(), heard.seen());
    report.row(
        &format!("events: killed {kills} times while they happen"),
        database.label(),
        format!(
            "{} deliveries accepted, {lost} not told; {} events with {} more attempts, {} told twice, {} with two bodies, \
             {} wrongly signed",
            acknowledged.len(),
            seen.events,
            seen.count - seen.events,
            seen.twice,
            seen.altered,
            seen.unsigned
        ),
        "",
        "none lost, one body an id",
        Verdict::of(!acknowledged.is_empty() && (lost, seen.twice, seen.altered, seen.unsigned) == (0, 0, 0, 0)),
    );
    drop(server);
    Ok(())
}

/// What OfficeRnD delivered, and heard that it is stored.
#[derive(Default)]
struct Told {
    next: AtomicUsize,
    stop: AtomicBool,
    acknowledged: Mutex<HashSet<String>>,
}

impl Told {
    /// One after the other, each until it is acknowledged: byte by byte the same, as OfficeRnD repeats.
    async fn deliver(
        &self,
        tenants: &[Tenant],
        mut serving: watch::Receiver<Option<SocketAddr>>,
        t: impl Fn() -> i64 + Send,
    ) {
        let mut client: Option<Client> = None;
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let exchange = tenants[number % tenants.len()].delivery(number, t());
            loop {
                let address = *serving.borrow_and_update();
                if client.is_none()
                    && let Some(address) = address
                {
                    client = Client::connect(address).await.ok();
                }
                let status = match &mut client {
                    Some(open) => open.send(exchange.request()).await.map(|answer| answer.status).ok(),
                    None => None,
                };
                if status == Some(200) {
                    locked(&self.acknowledged).insert(mongo_id("membership", number));
                    break;
                }
                client = None;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn acknowledged(&self) -> HashSet<String> {
        locked(&self.acknowledged).clone()
    }
}

/// What arrived at the endpoint.
#[derive(Default)]
struct Heard {
    all: Mutex<Arrived>,
}

#[derive(Default)]
struct Arrived {
    count: usize,
    unsigned: usize,
    altered: usize,
    /// Body by id.
    bodies: HashMap<String, Digest>,
    /// Ids by what was delivered.
    events: HashMap<String, HashSet<String>>,
}

struct Seen {
    count: usize,
    events: usize,
    twice: usize,
    altered: usize,
    unsigned: usize,
}

impl Heard {
    async fn start() -> anyhow::Result<(SocketAddr, Arc<Self>)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let heard = Arc::new(Self::default());
        let key = Arc::new(HookKey::parse(&SECRET.to_owned().into()).context("the bench's own secret")?);
        let router = Router::new().route("/{*path}", post(receive)).with_state((heard.clone(), key));
        tokio::spawn(async move { axum::serve(listener, router).await });
        ensure!(address.port() > 0, "the receiver listens");
        Ok((address, heard))
    }

    fn missing(&self, acknowledged: &HashSet<String>) -> usize {
        let all = locked(&self.all);
        acknowledged.iter().filter(|delivered| !all.events.contains_key(*delivered)).count()
    }

    fn seen(&self) -> Seen {
        let all = locked(&self.all);
        Seen {
            count: all.count,
            events: all.bodies.len(),
            twice: all.events.values().filter(|ids| ids.len() > 1).count(),
            altered: all.altered,
            unsigned: all.unsigned,
        }
    }
}

async fn receive(
    State((heard, key)): State<(Arc<Heard>, Arc<HookKey>)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, t, signature) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"));
    // Freshness is not measured here.
    let signed = key.verify(id, t, signature, &body, t.parse().unwrap_or_default());
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    let delivered = event["data"]["event"]["data"]["object"]["_id"].as_str().unwrap_or_default().to_owned();
    let mut all = locked(&heard.all);
    all.count += 1;
    all.unsigned += usize::from(!signed);
    let is = digest("body", &[&body]);
    let was = *all.bodies.entry(id.to_owned()).or_insert(is);
    all.altered += usize::from(was != is);
    all.events.entry(delivered).or_default().insert(id.to_owned());
    StatusCode::NO_CONTENT
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
