//! Refreshing grants as fast as it goes, against a token server that is strict about reuse: without a budget, with
//! group commits, and beside a snapshot that somebody holds open.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use sea_orm::{ConnectionTrait as _, Database as SeaDatabase, DatabaseConnection, TransactionTrait as _};
use serde::Deserialize;
use serde_json::json;
use server::clock::{DAY, HOUR};
use server::domain::grant::{Grant, GrantState};
use server::state::App;
use server::storage::grants::TokenPair;
use server::storage::population;
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::Plan;
use crate::deployment::{Database, Deployment, INTEGRATION};
use crate::report::{Report, Verdict};
use crate::tenants::{self, Tenant};

const ON_POSTGRESQL: f64 = 3_000.0;
const ON_SQLITE: f64 = 1_500.0;
const COMMITS_FOR_50: f64 = 2.0;
const BESIDE_A_SNAPSHOT: f64 = 0.9;
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(50);
/// Grants in one transaction.
const TOGETHER: usize = 5_000;
/// Rounds of load for which the snapshot is held: ten minutes of five seconds each.
const HELD: u32 = 120;
/// Refreshes of every grant in that time: 3,000 a second among a million grants are fewer.
const MEANWHILE: u32 = 3;

pub(crate) async fn measure(database: &Database, plan: Plan, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("refreshes on {}", database.label());
    let officernd = TokenServer::start().await?;
    let url = format!("http://{}", officernd.address);
    let keys = [
        ("OFFICERND__IDENTITY_URL", url.as_str()),
        ("OFFICERND__APP_URL", url.as_str()),
        ("REFRESH__REQUESTS_PER_MINUTE", "0"),
        ("REFRESH__CONCURRENCY", "256"),
    ];
    let deployment = Deployment::start(&database.url()?, &keys).await?;
    deployment.ensure_durable().await?;
    let count = plan.connections.min(100_000);
    let tenants = tenants::settle(&deployment.app, count).await?;
    permit(&deployment.app, &tenants).await?;

    let postgres = match deployment.app.db.postgres_url() {
        Some(url) => Some(SeaDatabase::connect(url).await?),
        None => None,
    };
    let before = Load::of(postgres.as_ref()).await?;
    let alone = round(&deployment, &officernd, count).await?;
    let used = Load::of(postgres.as_ref()).await?.since(before);
    let target = if postgres.is_some() { ON_POSTGRESQL } else { ON_SQLITE };
    report.row(
        "refreshes without a budget",
        database.label(),
        format!("{alone:.0}/s"),
        format!("{count} grants"),
        &format!("≥ {target:.0}/s"),
        Verdict::of(alone >= target),
    );
    if let Some(postgres) = &postgres {
        let each = |value: i64| value as f64 / count as f64;
        let commits = each(used.commits) * 50.0;
        report.row(
            "commits for 50 refreshes",
            database.label(),
            format!("{commits:.2}"),
            format!(
                "{:.0} bytes of WAL and {:.2} dead tuples a refresh, {:.2} of them with dead index entries",
                each(used.wal),
                each(used.dead),
                each(used.cold)
            ),
            &format!("≤ {COMMITS_FOR_50:.0}"),
            Verdict::of(commits <= COMMITS_FOR_50),
        );
        let held = postgres.begin().await?;
        held.execute_unprepared("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
        held.execute_unprepared("SELECT count(*) FROM grants").await?;
        let (since, mut beside) = (Instant::now(), Vec::new());
        for number in 0..MEANWHILE {
            let due = plan.round * HELD * number / (MEANWHILE - 1);
            tokio::time::sleep(due.saturating_sub(since.elapsed())).await;
            beside.push(round(&deployment, &officernd, count).await?);
        }
        held.rollback().await?;
        let last = beside.last().copied().context("a round")?;
        report.row(
            "refreshes beside a snapshot held open",
            database.label(),
            format!("{:.2} of the speed", last / alone),
            format!(
                "{last:.0}/s after {:.0} s and {} refreshes of every grant",
                since.elapsed().as_secs_f64(),
                beside.len()
            ),
            &format!("≥ {BESIDE_A_SNAPSHOT}"),
            Verdict::of(last >= BESIDE_A_SNAPSHOT * alone),
        );
    }
    let twice = officernd.shared.twice.load(Ordering::Relaxed);
    report.row(
        "refresh tokens sent twice",
        database.label(),
        twice,
        format!("{} requests", officernd.shared.requests.load(Ordering::Relaxed)),
        "0",
        Verdict::of(twice == 0),
    );
    deployment.stop().await
}

/// A grant for each, not due for days.
pub(crate) async fn permit(app: &App, tenants: &[Tenant]) -> anyhow::Result<()> {
    permit_as(app, tenants, |_, grant| grant).await
}

/// The same with something else about each, by its number.
pub(crate) async fn permit_as(
    app: &App,
    tenants: &[Tenant],
    other: impl Fn(usize, Grant) -> Grant,
) -> anyhow::Result<()> {
    let now = app.clock.now();
    let integration = app.integrations.get(INTEGRATION).context("the sample integration")?;
    for (number, group) in tenants.chunks(TOGETHER).enumerate() {
        let permissions = group.iter().enumerate().map(|(index, tenant)| {
            let id = tenant.connection.id;
            let grant = Grant {
                connection: id,
                client_id: integration.client.client_id.clone(),
                state: GrantState::Alive,
                scope: integration.scopes.join(" "),
                access_expires_at: now + HOUR,
                access_lifetime_seconds: 3_600,
                refresh_expires_at: now + 15 * DAY,
                refreshed_at: now,
                version: 0,
                number: 0,
                lease_until: None,
                holder: None,
                answer_lost: false,
                trouble: None,
                used_at: None,
                fresh: None,
            };
            let pair = TokenPair { access: format!("a.{id}.0").into(), refresh: Some(format!("r.{id}.0").into()) };
            (&tenant.connection, other(number * TOGETHER + index, grant), pair)
        });
        let permissions: Vec<_> = permissions.collect();
        let mut tx = app.db.begin().await?;
        population::permit(&mut tx, &app.vault, &permissions, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Makes every grant due at once and waits until each is refreshed. Refreshes a second, from the first to the last.
async fn round(deployment: &Deployment, officernd: &TokenServer, count: usize) -> anyhow::Result<f64> {
    let app = &deployment.app;
    let tx = app.db.begin().await?;
    let end = app.clock.now() + DAY;
    // No two at the same moment, as no two came at the same moment.
    let spread = format!(
        "UPDATE grants SET refresh_expires_at = {end} + v.place FROM \
         (SELECT connection_id AS id, row_number() OVER (ORDER BY connection_id) AS place FROM grants) v \
         WHERE v.id = grants.connection_id"
    );
    tx.connection().execute_unprepared(&spread).await?;
    tx.commit().await?;
    let (begun, started) = (officernd.shared.requests.load(Ordering::Relaxed), Instant::now());
    app.refresh.wake();
    let after = app.clock.now() + 10 * DAY;
    let left = format!("SELECT count(*) FROM grants WHERE refresh_expires_at < {after}");
    let mut first = None;
    loop {
        let now = officernd.shared.requests.load(Ordering::Relaxed) - begun;
        if now > 0 && first.is_none() {
            first = Some(Instant::now());
        }
        if usize::try_from(now)? >= count && deployment.number(&left).await? == 0 {
            break;
        }
        ensure!(started.elapsed() < PATIENCE, "only {now} of {count} grants were refreshed");
        tokio::time::sleep(LOOK).await;
    }
    Ok(count as f64 / first.context("a first refresh")?.elapsed().as_secs_f64())
}

/// What PostgreSQL counts.
#[derive(Clone, Copy, Default)]
struct Load {
    commits: i64,
    wal: i64,
    /// Rows that were replaced or deleted.
    dead: i64,
    /// … and their index entries with them.
    cold: i64,
}

impl Load {
    async fn of(postgres: Option<&DatabaseConnection>) -> anyhow::Result<Self> {
        let Some(db) = postgres else { return Ok(Self::default()) };
        // The statistics of other sessions arrive within a second of their silence.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let number = async |sql: &str| crate::deployment::number(db, sql).await;
        Ok(Self {
            // Only a transaction that writes takes a number; one that reads commits nothing to the disk.
            commits: number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").await?,
            wal: number("SELECT (pg_current_wal_lsn() - '0/0')::bigint").await?,
            dead: number("SELECT sum(n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables").await?,
            cold: number("SELECT sum(n_tup_upd + n_tup_del - n_tup_hot_upd)::bigint FROM pg_stat_user_tables").await?,
        })
    }

    fn since(self, before: Self) -> Self {
        Self {
            commits: self.commits - before.commits,
            wal: self.wal - before.wal,
            dead: self.dead - before.dead,
            cold: self.cold - before.cold,
        }
    }
}

/// Rotates, and notices when a token comes that it has replaced.
pub(crate) struct TokenServer {
    pub(crate) address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
}

#[derive(Default)]
pub(crate) struct Shared {
    /// Of each grant the number that its refresh token must have.
    expected: Mutex<HashMap<String, u64>>,
    pub(crate) requests: AtomicU64,
    pub(crate) twice: AtomicU64,
}

#[derive(Deserialize)]
struct Asked {
    refresh_token: String,
    #[serde(default)]
    scope: String,
}

impl TokenServer {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let router = Router::new().route("/oauth/token", post(token)).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, shared })
    }
}

async fn token(State(shared): State<Arc<Shared>>, Form(asked): Form<Asked>) -> Response {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let mut parts = asked.refresh_token.split('.').skip(1);
    let (Some(id), Some(number)) = (parts.next(), parts.next().and_then(|number| number.parse::<u64>().ok())) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    {
        let mut expected = shared.expected.lock().expect("nobody panics with it");
        let expected = expected.entry(id.to_owned()).or_default();
        if *expected != number {
            shared.twice.fetch_add(1, Ordering::Relaxed);
            return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
        }
        *expected += 1;
    }
    let next = number + 1;
    Json(json!({
        "access_token": format!("a.{id}.{next}"),
        "refresh_token": format!("r.{id}.{next}"),
        "expires_in": 3_599,
        "token_type": "Bearer",
        "scope": asked.scope,
    }))
    .into_response()
}
