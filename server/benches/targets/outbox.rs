//! Hooks to fast receivers while others hang, through the real sender of a product that serves.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::json;
use server::crypto::hook::HookKey;
use server::state::App;
use server::storage::outbox::{self, Message};
use tokio::net::TcpListener;
use tokio::time::Instant;
use uuid::Uuid;

use crate::Plan;
use crate::deployment::{Database, Deployment};
use crate::report::{Report, Verdict};

pub(crate) const TARGET_PER_SECOND: f64 = 2_000.0;
pub(crate) const FAST: usize = 10;
pub(crate) const HANGING: usize = 100;
/// For each receiver that hangs.
pub(crate) const WAITING: usize = 100;
/// Sent for each second of a round, all fast receivers together.
pub(crate) const SENT_PER_SECOND: usize = 4_000;
pub(crate) const SECRET: &str = "whsec_ZGVza2JyaWRnZSBiZW5jaCBzZWNyZXQ=";
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn measure(database: &Database, plan: Plan, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("outbox on {}", database.label());
    let fast = Receiver::start(false).await?;
    let hanging = Receiver::start(true).await?;
    let manifests = folder.join(format!("hooks-{}", database.label()));
    std::fs::create_dir_all(&manifests)?;
    for index in 0..FAST {
        manifest(&manifests, &format!("fast-{index}"), fast.address)?;
    }
    for index in 0..HANGING {
        manifest(&manifests, &format!("hanging-{index}"), hanging.address)?;
    }
    let deployment = Deployment::with_manifests(&database.url()?, &manifests).await?;
    deployment.ensure_durable().await?;

    // Those that hang were quick until now: the hardest case, since each has a wide lane.
    let proven: Vec<String> = (0..HANGING).map(|index| format!("hanging-{index}")).collect();
    hanging.hang(false);
    write(&deployment.app, &proven, 8).await?;
    hanging.received(8 * HANGING).await?;
    hanging.hang(true);
    write(&deployment.app, &proven, WAITING).await?;

    let seconds = usize::try_from(plan.round.as_secs())?;
    let receivers: Vec<String> = (0..FAST).map(|index| format!("fast-{index}")).collect();
    let started = Instant::now();
    let per_receiver = SENT_PER_SECOND * seconds / FAST;
    write(&deployment.app, &receivers, per_receiver).await?;
    let written = started.elapsed();
    let total = per_receiver * FAST;
    fast.received(total).await?;
    let all = started.elapsed();
    let rate = total as f64 / all.as_secs_f64();

    report.row(
        &format!("hooks to {FAST} fast receivers while {HANGING} hang"),
        database.label(),
        format!("{rate:.0}/s"),
        format!("{total} written in {:.1} s, all arrived after {:.1} s", written.as_secs_f64(), all.as_secs_f64()),
        &format!("≥ {TARGET_PER_SECOND:.0}/s"),
        Verdict::of(rate >= TARGET_PER_SECOND),
    );
    let written_down = delivered(&deployment, total).await?;
    let (arrived, ids, unsigned) = (fast.count(), fast.different(), fast.unsigned());
    report.row(
        "hooks: each arrived once, signed",
        database.label(),
        format!(
            "{arrived} arrived, {ids} different, {unsigned} wrongly signed; all written down {written_down:.1} s later"
        ),
        format!("{total} written"),
        "each once",
        Verdict::of((arrived, ids, unsigned) == (total, total, 0)),
    );
    hanging.hang(false);
    deployment.stop().await
}

pub(crate) fn manifest(folder: &Path, slug: &str, address: SocketAddr) -> anyhow::Result<()> {
    let manifest = json!({
        "integration": slug,
        "name": slug,
        "client_id": slug,
        "client_secret": "bench",
        "scopes": [
            "flex.settings.integrations.read",
            "flex.settings.webhooks.read",
            "flex.settings.webhooks.create",
            "flex.settings.webhooks.delete",
            "flex.settings.organization.read",
            "flex.space.locations.read",
        ],
        "partner": { "base_url": format!("http://{address}/{slug}"), "secret": SECRET, "allow_private_addresses": true },
    });
    Ok(std::fs::write(folder.join(format!("{slug}.json")), manifest.to_string())?)
}

/// As many connections as messages: nothing is saved by their being the same.
async fn write(app: &App, receivers: &[String], count: usize) -> anyhow::Result<()> {
    let now = app.clock.now();
    let message = |receiver: &String, number: usize| {
        let connection = app.random.uuid(now);
        Message {
            id: app.random.uuid(now),
            organization: Uuid::nil(),
            connection,
            receiver: receiver.clone(),
            hook: "sync".to_owned(),
            body: json!({
                "integration": receiver,
                "connection": format!("con_{}", connection.simple()),
                "organization": { "id": "org_00000000000000000000000000000000", "slug": "harbour", "name": "Harbour",
                    "officernd_id": "65f0a1b2c3d4e5f600000001" },
                "reason": "officernd",
                "enabled": true,
                "locations": "all",
                "since": null,
                "run": number,
            })
            .to_string(),
            created_at: now,
            keep_until: now + 1,
        }
    };
    for group in (0..count).collect::<Vec<_>>().chunks(100) {
        let messages: Vec<Message> =
            group.iter().flat_map(|number| receivers.iter().map(|receiver| message(receiver, *number))).collect();
        let mut tx = app.db.begin().await?;
        outbox::add(&mut tx, &messages).await?;
        tx.commit().await?;
        app.outbox.wake();
    }
    Ok(())
}

/// How many seconds until the database knows of all.
async fn delivered(deployment: &Deployment, total: usize) -> anyhow::Result<f64> {
    let started = Instant::now();
    let sql = "SELECT count(*) FROM outbox WHERE state = 'delivered' AND receiver LIKE 'fast-%'";
    while deployment.number(sql).await? < i64::try_from(total)? {
        ensure!(started.elapsed() < PATIENCE, "deliveries are not written down");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(started.elapsed().as_secs_f64())
}

/// Many receivers at one address, by their path.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    key: HookKey,
    hangs: tokio::sync::watch::Sender<bool>,
    count: AtomicUsize,
    unsigned: AtomicUsize,
    ids: Mutex<HashSet<String>>,
}

impl Receiver {
    pub(crate) async fn start(hangs: bool) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            key: HookKey::parse(&SECRET.to_owned().into()).context("the bench's own secret")?,
            hangs: tokio::sync::watch::Sender::new(hangs),
            count: AtomicUsize::default(),
            unsigned: AtomicUsize::default(),
            ids: Mutex::default(),
        });
        let router = Router::new().route("/{*path}", post(receive)).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, shared })
    }

    pub(crate) fn hang(&self, hangs: bool) {
        self.shared.hangs.send_replace(hangs);
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.count.load(Ordering::Relaxed)
    }

    pub(crate) fn unsigned(&self) -> usize {
        self.shared.unsigned.load(Ordering::Relaxed)
    }

    pub(crate) fn different(&self) -> usize {
        self.shared.ids.lock().map_or(0, |ids| ids.len())
    }

    pub(crate) async fn received(&self, count: usize) -> anyhow::Result<()> {
        let started = Instant::now();
        while self.count() < count {
            ensure!(started.elapsed() < PATIENCE, "only {} of {count} arrived", self.count());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

async fn receive(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut hangs = shared.hangs.subscribe();
    drop(hangs.wait_for(|hangs| !hangs).await);
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, t, signature) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"));
    // Freshness is not measured here.
    if !shared.key.verify(id, t, signature, &body, t.parse().unwrap_or_default()) {
        shared.unsigned.fetch_add(1, Ordering::Relaxed);
    }
    if let Ok(mut ids) = shared.ids.lock() {
        ids.insert(id.to_owned());
    }
    shared.count.fetch_add(1, Ordering::Relaxed);
    StatusCode::ACCEPTED
}
