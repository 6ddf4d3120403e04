//! The harness: a product and a simulator on loopback ports, on one clock that tests move.

mod browser;
pub mod canaries;
pub mod collector;
pub mod command;
mod look;
mod officernd;
pub mod partner;
pub mod ports;
pub mod provider;
mod send;
pub mod smtp;
mod staff;
pub mod trace;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::ids::ApiKeyId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use server::bootstrap;
use server::clock::{Clock, Millis};
use server::config::Config;
use server::crypto::digest::secret_digest;
use server::demo::{applications, load_samples};
use server::domain::scope::Scope;
use server::jobs::{self, Job};
use server::manifest::{Integration, Manifest, ReadMode};
use server::random::Random;
use server::router::router;
use server::simulator::{Running, Simulator, SimulatorOptions};
use server::state::App;
use server::storage::api_keys::{self, ApiKey};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

pub use browser::{Answer, Browser};
pub use look::Subscription;
pub use send::{answer, signature_header, try_answer, wire};
pub use staff::PASSWORD;

/// 24 November 2026, 12:00 UTC.
pub const NOON: Millis = 1_795_521_600_000;
/// Of tests that are about keys. Every product has its own, see [`new_key`].
pub const KEY: &str = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Runs a test body on SQLite and on PostgreSQL. Without `TEST_POSTGRES_URL` (which `cargo xtask test`
/// sets) the second says so and ends.
macro_rules! on_both_databases {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            #[test]
            fn on_sqlite() {
                crate::support::run(super::$body(crate::support::Database::Sqlite));
            }

            #[test]
            fn on_postgresql() {
                if crate::support::has_postgres() {
                    crate::support::run(super::$body(crate::support::Database::Postgres));
                }
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Runs a test under its [`limit`], which covers what still blocks when its body has ended.
pub fn run(test: impl Future<Output = ()>) {
    let _limit = limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test);
}

/// The slowest test takes half a minute.
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// Ends all tests with the name of this one if it hangs. Without it, one that waits for ever is seen as a whole run
/// that somebody had to end, with nothing to say which test it was.
#[must_use = "the test is watched as long as this lives"]
pub fn limit() -> std::sync::mpsc::Sender<()> {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let (ended, waits) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        if waits.recv_timeout(LONGEST) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            eprintln!("{name} did not end within {} minutes", LONGEST.as_secs() / 60);
            std::process::exit(101);
        }
    });
    ended
}

fn postgres_url() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok()
}

pub fn has_postgres() -> bool {
    let has = postgres_url().is_some();
    if !has {
        eprintln!(
            "TEST_POSTGRES_URL is not set, so nothing was tried on PostgreSQL; `cargo xtask test` starts a server"
        );
    }
    has
}

/// A port at which no partner system listens.
const NOBODY: u16 = 1;

/// An encryption key that no other test has.
pub fn new_key() -> String {
    format!("1:{}", STANDARD.encode(Random::from_system().unwrap().bytes::<32>()))
}

/// A hook secret that no other test has.
pub fn new_hook_secret() -> String {
    format!("whsec_{}", STANDARD.encode(Random::from_system().unwrap().bytes::<24>()))
}

/// A secret that no other test has.
pub fn new_secret() -> String {
    Random::from_system().unwrap().token().expose_secret().to_owned()
}

/// The manifests of a product, and values of variables that they name.
#[derive(Debug, Clone)]
pub struct Manifests {
    pub folder: PathBuf,
    pub variables: HashMap<String, String>,
    /// What the partner system behind them gives and gets.
    pub partner: Option<partner::Witness>,
}

impl Manifests {
    /// Secrets that no other test has, where this one has named none.
    pub fn with_own_secrets(mut self) -> Self {
        for file in std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(manifest) = Manifest::read(&file, ReadMode::Shape) else { continue };
            for variable in manifest.variables().into_iter().filter(|variable| variable.secret) {
                let own = if variable.key == "partner.secret" { new_hook_secret() } else { new_secret() };
                self.variables.entry(variable.name).or_insert(own);
            }
        }
        self
    }
}

impl Default for Manifests {
    /// The samples, whose partner systems do not answer.
    fn default() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../integrations").into();
        Self { folder, variables: HashMap::new(), partner: None }
    }
}

/// An installation of an integration in the simulated OfficeRnD.
#[derive(Debug, Clone)]
pub struct Installed {
    pub integration_id: String,
    pub connect_url: String,
    pub code: String,
}

/// A product with its simulator. Dropping it stops both.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    pub url: String,
    pub simulator_url: String,
    pub integrations: Vec<Arc<Integration>>,
    jobs: Mutex<mpsc::Receiver<Job>>,
    http: reqwest::Client,
    keys: Vec<(String, String)>,
    /// What seals here, as `id:base64`.
    pub key: String,
    manifests: Manifests,
    /// Knows the secrets of this test. It looks for them at the end.
    pub watch: canaries::Watch,
    server: tokio::task::JoinHandle<()>,
    simulator: Option<Running>,
    _folder: TempDir,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.server.abort();
        if std::thread::panicking() {
            return;
        }
        if let Some(simulator) = &self.simulator {
            self.watch.know(|secrets| secrets.of_officernd(&simulator.world()));
        }
        if let Some(partner) = &self.manifests.partner {
            self.watch.know(|secrets| partner.tell(secrets));
        }
        let file = self.app.config.database.file();
        let leaks = self.watch.leaks((!file.as_os_str().is_empty()).then_some(file));
        assert!(leaks.is_empty(), "secrets were told: {leaks:#?}");
    }
}

impl TestApp {
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, &[]).await
    }

    /// With configuration keys as `DESKBRIDGE_*` variables would give them, without the prefix.
    pub async fn start_with(database: Database, keys: &[(&str, &str)]) -> Self {
        Self::start_beside(database, keys, Manifests::default()).await
    }

    /// With manifests of its own.
    pub async fn start_beside(database: Database, keys: &[(&str, &str)], manifests: Manifests) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = match database {
            Database::Sqlite => format!("sqlite://{}", folder.path().join("deskbridge.db").display()),
            Database::Postgres => new_postgres_database().await,
        };
        Self::start_on(&database_url, keys, manifests, Clock::fixed(NOON), folder, None).await
    }

    /// Another process of the same deployment: the same database, simulator, clock, public address and keys.
    pub async fn replica(&self) -> Self {
        let keys: Vec<(&str, &str)> = self.keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        self.replica_with(&keys).await
    }

    /// The same with other configuration keys.
    pub async fn replica_with(&self, keys: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = match &self.app.config.database {
            server::config::DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            server::config::DatabaseUrl::Postgres(url) => url.clone(),
        };
        Self::start_on(&database_url, keys, self.manifests.clone(), self.clock.clone(), folder, Some(self)).await
    }

    /// The same with other manifests.
    pub async fn replica_beside(&self, manifests: Manifests) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = match &self.app.config.database {
            server::config::DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            server::config::DatabaseUrl::Postgres(url) => url.clone(),
        };
        let keys: Vec<(&str, &str)> = self.keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        Self::start_on(&database_url, &keys, manifests, self.clock.clone(), folder, Some(self)).await
    }

    async fn start_on(
        database_url: &str,
        keys: &[(&str, &str)],
        manifests: Manifests,
        clock: Clock,
        folder: TempDir,
        beside: Option<&Self>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let watch = canaries::Watch::start(&url);
        let public_url = beside.map_or_else(|| url.clone(), |other| other.url.clone());
        let manifests = manifests.with_own_secrets();
        let given = keys.iter().find(|(name, _)| *name == "ENCRYPTION_KEYS").map(|(_, key)| (*key).to_owned());
        let key = given.unwrap_or_else(|| beside.map_or_else(new_key, |other| other.key.clone()));
        let integrations = load_samples(&manifests.folder, &manifests.variables, NOBODY).unwrap();
        watch.know(|secrets| {
            integrations.iter().for_each(|integration| secrets.of_integration(integration));
            key.split(',').for_each(|key| secrets.of_key(key));
        });
        let random = Random::from_system().unwrap();
        let simulator = match beside {
            Some(_) => None,
            None => Some(
                Simulator::start(SimulatorOptions {
                    listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                    public_url: None,
                    product_url: url.clone(),
                    clock: clock.clone(),
                    random: random.clone(),
                    state_file: None,
                    applications: applications(&integrations, &url),
                    rate_limit: None,
                    deliver_to_loopback: true,
                    seed_organizations: true,
                })
                .await
                .unwrap(),
            ),
        };
        let simulator_url =
            simulator.as_ref().map_or_else(|| beside.unwrap().simulator_url.clone(), |running| running.url.clone());
        let mut variables: HashMap<String, String> = [
            ("PUBLIC_URL", public_url.as_str()),
            ("DATABASE_URL", database_url),
            ("ENCRYPTION_KEYS", key.as_str()),
            ("OFFICERND__IDENTITY_URL", &simulator_url),
            ("OFFICERND__APP_URL", &simulator_url),
            ("OFFICERND__REGION_HOSTS", "127.0.0.1"),
            ("REFRESH__REQUESTS_PER_MINUTE", "1000"),
        ]
        .into_iter()
        .chain(keys.iter().copied())
        .map(|(key, value)| (format!("DESKBRIDGE_{key}"), value.to_owned()))
        .collect();
        let file = folder.path().join("deskbridge.toml");
        std::fs::write(&file, "").unwrap();
        let config = Config::load(Some(&file), variables.drain()).unwrap();
        let (app, receiver) = bootstrap::build(config, clock.clone(), random, integrations.clone()).await.unwrap();
        let service = router(&app).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self {
            app,
            clock,
            url,
            simulator_url,
            integrations,
            jobs: Mutex::new(receiver),
            http,
            keys: keys.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            key,
            manifests,
            watch,
            server,
            simulator,
            _folder: folder,
        }
    }

    /// Those of this product, with the values of their variables.
    pub fn manifests(&self) -> Manifests {
        self.manifests.clone()
    }

    /// Does everything that jobs have to do now.
    pub async fn run_jobs(&self) {
        jobs::drain(&self.app, &mut *self.jobs.lock().await).await.unwrap();
    }

    /// Refreshes what is due and allowed now, as the engine would.
    pub async fn refresh_due(&self) {
        jobs::refresh_due(&self.app).await.unwrap();
    }

    /// A browser with a cookie jar of its own.
    pub fn browser(&self) -> Browser {
        Browser::new(self.http.clone(), self.url.clone())
    }

    /// A call to the simulator's control API (`server/src/simulator/mod.rs` lists them).
    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let address = format!("{}/control{path}", self.simulator_url);
        let mut request = self.http.request(method.parse().unwrap(), address);
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// The admin adds an integration in OfficeRnD, for all locations when none is named.
    pub async fn install(&self, organization: &str, application: &str, locations: &[&str]) -> Installed {
        let body = json!({ "organization": organization, "application": application, "locations": locations });
        installed(&self.control("POST", "/integrations", &body).await)
    }

    /// OfficeRnD's Connect again, with a fresh code, for the same installation.
    pub async fn connect_again(&self, known: &Installed) -> Installed {
        let answer = self.control("POST", &format!("/integrations/{}/connect", known.integration_id), &json!({})).await;
        Installed { integration_id: known.integration_id.clone(), ..installed_with(&answer, &known.integration_id) }
    }

    /// Installs and walks the pop-up to its end, for integrations without partner steps.
    pub async fn connected(&self, organization: &str, application: &str, locations: &[&str]) -> Installed {
        let installed = self.install(organization, application, locations).await;
        let mut browser = self.browser();
        let page = browser.follow(&installed.connect_url).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let done = browser.press(&page.path, "next").await;
        assert_eq!(done.status, 303, "{}", done.text);
        installed
    }

    /// The simulator makes a signed call and says what came back.
    pub async fn call(&self, installed: &Installed, call: &str, more: &Value) -> Answer {
        let mut body = more.clone();
        body["call"] = call.into();
        let answer = self.control("POST", &format!("/integrations/{}/call", installed.integration_id), &body).await;
        Answer::from_control(&answer)
    }

    /// The address of a signed call, for the browser or for tampering.
    pub async fn signed_url(&self, installed: &Installed, call: &str, more: &Value) -> String {
        let mut body = more.clone();
        body["call"] = call.into();
        let answer =
            self.control("POST", &format!("/integrations/{}/signed-url", installed.integration_id), &body).await;
        let url = answer["url"].as_str().unwrap().to_owned();
        self.watch.know(|secrets| secrets.of_signature(&url));
        url
    }

    /// The admin removes the integration in OfficeRnD, which tells us by webhook.
    pub async fn remove(&self, installed: &Installed) {
        self.control("DELETE", &format!("/integrations/{}", installed.integration_id), &Value::Null).await;
        self.control("POST", "/deliver-due", &json!({})).await;
    }

    /// Sets a switch of the simulator for good or for the next `times`.
    pub async fn switch(&self, key: &str, value: &Value, times: Option<u32>) {
        let mut body = json!({ "value": value });
        if let Some(times) = times {
            body["times"] = times.into();
        }
        self.control("PUT", &format!("/switches/{key}"), &body).await;
    }

    pub async fn api_key(&self, integrations: &[&str], scopes: &[&str]) -> SecretString {
        let secret = SecretString::from(format!("dbk_{}", self.app.random.token().expose_secret()));
        let key = ApiKey {
            id: self.app.random.uuid(self.clock.now()),
            name: "test".into(),
            integrations: integrations.iter().map(|slug| (*slug).to_owned()).collect(),
            scopes: scopes.iter().map(|slug| Scope::from_slug(slug).unwrap()).collect(),
            created_at: self.clock.now(),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        self.watch.know(|secrets| secrets.add("API key", secret.expose_secret()));
        assert!(ApiKeyId(key.id).to_string().starts_with("key_"));
        let mut tx = self.app.db.begin().await.unwrap();
        api_keys::create(&mut tx, &key, &secret_digest("api key", &secret)).await.unwrap();
        tx.commit().await.unwrap();
        secret
    }

    /// The partner system with that key.
    pub fn api(&self, key: &SecretString) -> Browser {
        self.browser().with_bearer(key)
    }
}

fn installed(answer: &Value) -> Installed {
    let id = answer["integrationId"].as_str().unwrap().to_owned();
    installed_with(answer, &id)
}

fn installed_with(answer: &Value, id: &str) -> Installed {
    Installed {
        integration_id: id.to_owned(),
        connect_url: answer["connectUrl"].as_str().unwrap().to_owned(),
        code: answer["code"].as_str().unwrap_or_default().to_owned(),
    }
}

/// An empty database of its own on the server that xtask started.
pub async fn new_postgres_database() -> String {
    use sea_orm::{ConnectionTrait as _, Database as Db};
    let url = postgres_url().expect("checked by the macro");
    let name = format!("test_{}", hex::encode(Random::from_system().unwrap().bytes::<8>()));
    let admin = Db::connect(&url).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    let mut parsed = url::Url::parse(&url).unwrap();
    parsed.set_path(&name);
    parsed.to_string()
}
