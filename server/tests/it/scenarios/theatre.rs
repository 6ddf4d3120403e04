//! Where incidents are replayed: Deskbridge in one process or several, the simulated OfficeRnD and the sample partner
//! system, all on one clock.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};

use axum::Router;
use axum::extract::Request;
use server::bootstrap;
use server::clock::Clock;
use server::config::Config;
use server::demo::scenario::{Restart, Scenario, Stage};
use server::demo::{SamplePartner, applications, load_samples};
use server::jobs::Job;
use server::manifest::Integration;
use server::random::Random;
use server::router::router;
use server::simulator::{Running, Simulator, SimulatorOptions};
use server::state::App;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tower::ServiceExt as _;

use crate::support::{Database, Manifests, NOON, new_key, new_postgres_database};

/// All sides, for one play. Dropping it stops them.
pub(super) struct Theatre {
    pub(super) stage: Stage,
    front: tokio::task::JoinHandle<()>,
    partner: SamplePartner,
    _simulator: Running,
    _folder: TempDir,
}

impl Drop for Theatre {
    fn drop(&mut self) {
        self.front.abort();
        self.partner.stop();
    }
}

/// The processes that answer.
type Routers = Arc<RwLock<Vec<Router>>>;

/// What is needed to start Deskbridge, also again.
#[derive(Clone)]
struct Product {
    replicas: usize,
    file: PathBuf,
    variables: Vec<(String, String)>,
    clock: Clock,
    random: Random,
    integrations: Vec<Arc<Integration>>,
    routers: Routers,
}

impl Product {
    async fn start(self) -> anyhow::Result<Vec<(App, mpsc::Receiver<Job>)>> {
        // Before it starts again nobody answers any more.
        self.routers.write().unwrap().clear();
        let mut started = Vec::new();
        for _ in 0..self.replicas {
            let config = Config::load(Some(&self.file), self.variables.clone())?;
            let (clock, random) = (self.clock.clone(), self.random.clone());
            started.push(bootstrap::build(config, clock, random, self.integrations.clone()).await?);
        }
        for (app, _) in &started {
            // They tell each other what changed, as `serve` has them do.
            tokio::spawn(bootstrap::listen(app.clone(), tokio_util::sync::CancellationToken::new()));
            self.routers.write().unwrap().push(router(app));
        }
        Ok(started)
    }
}

/// As a load balancer that knows nothing of sessions: each request goes to the next process.
fn in_turn(routers: Routers) -> Router {
    let next = Arc::new(AtomicUsize::new(0));
    Router::new().fallback(move |request: Request| {
        let chosen = {
            let all = routers.read().unwrap();
            all[next.fetch_add(1, Ordering::Relaxed) % all.len()].clone()
        };
        async move { chosen.oneshot(request).await.unwrap() }
    })
}

impl Theatre {
    pub(super) async fn open(database: Database, scenario: &Scenario) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (database_url, replicas) = match database {
            Database::Sqlite => (format!("sqlite://{}", folder.path().join("deskbridge.db").display()), 1),
            Database::Postgres => (new_postgres_database().await, scenario.replicas),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let product_url = format!("http://{}", listener.local_addr().unwrap());
        let hooks = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let manifests = Manifests::default().with_own_secrets();
        let port = hooks.local_addr().unwrap().port();
        let integrations = load_samples(&manifests.folder, &manifests.variables, port).unwrap();
        let (clock, random) = (Clock::fixed(NOON), Random::seeded(scenario.seed));
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
        let partner =
            SamplePartner::start(hooks, &integrations, clock.clone(), random.clone(), &product_url, &simulator.url);
        let file = folder.path().join("deskbridge.toml");
        std::fs::write(&file, "").unwrap();
        let variables = [
            ("PUBLIC_URL", product_url.as_str()),
            ("DATABASE_URL", &database_url),
            ("ENCRYPTION_KEYS", &new_key()),
            ("OFFICERND__IDENTITY_URL", &simulator.url),
            ("OFFICERND__APP_URL", &simulator.url),
            ("OFFICERND__REGION_HOSTS", "127.0.0.1"),
            ("REFRESH__REQUESTS_PER_MINUTE", "1000"),
        ];
        let variables = variables.map(|(key, value)| (format!("DESKBRIDGE_{key}"), value.to_owned())).to_vec();
        let routers = Routers::default();
        let product = Product { replicas, file, variables, clock, random, integrations, routers: routers.clone() };
        let mut started = product.clone().start().await.unwrap().into_iter();
        let service = in_turn(routers).into_make_service_with_connect_info::<SocketAddr>();
        let front = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let (app, jobs) = started.next().unwrap();
        let restart: Restart = Box::new(move || Box::pin(product.clone().start()));
        let stage = Stage {
            app,
            product_url,
            simulator_url: simulator.url.clone(),
            jobs: Some(jobs),
            others: started.collect(),
            restart: Some(restart),
        };
        Self { stage, front, partner, _simulator: simulator, _folder: folder }
    }
}
