//! The real binary between a simulator and a partner system that outlive it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, Database as Connect, QueryResult, Statement};
use serde_json::{Value, json};
use server::clock::Clock;
use server::config::DatabaseUrl;
use server::demo::{applications, load_samples};
use server::manifest::Integration;
use server::random::Random;
use server::simulator::{Running, Simulator, SimulatorOptions};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use super::fault::{Fault, counted, injected, strace};
use crate::support::canaries::{Secrets, files_of};
use crate::support::command::{Deskbridge, Killed};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Browser, Database, Installed, new_hook_secret, new_key, new_secret};

pub const DOORS: &str = "portunus-access";
/// Longer than the product lets an admin wait for anything.
const PATIENCE: Duration = Duration::from_secs(40);
const START: Duration = Duration::from_secs(60);

/// One address for all processes that serve one after the other.
struct Front {
    url: String,
    behind: Arc<Mutex<Option<SocketAddr>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Front {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let behind: Arc<Mutex<Option<SocketAddr>>> = Arc::default();
        let target = behind.clone();
        let task = tokio::spawn(async move {
            loop {
                let Ok((mut outside, _)) = listener.accept().await else { continue };
                let target = *target.lock().unwrap();
                tokio::spawn(async move {
                    if let Some(target) = target
                        && let Ok(mut inside) = TcpStream::connect(target).await
                    {
                        drop(copy_bidirectional(&mut outside, &mut inside).await);
                    }
                });
            }
        });
        Self { url, behind, task }
    }
}

/// How a process came to its end, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Lives,
    Killed,
    Exited(i32),
}

pub struct Rig {
    pub database: Database,
    pub partner: TestPartner,
    pub http: reqwest::Client,
    deskbridge: Deskbridge,
    key: String,
    encryption_key: String,
    front: Front,
    simulator: Running,
    child: Option<Child>,
    organizations: usize,
    integrations: Vec<Arc<Integration>>,
    /// Where the process that says everything has its operations listener.
    operations: String,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.kill();
        self.front.task.abort();
    }
}

impl Rig {
    pub async fn new(database: Database) -> Self {
        let (front, partner) = (Front::start().await, TestPartner::start().await);
        partner.mood(DOORS, Mood::Status(200));
        let account = json!({ "id": "hl-prod-7", "name": "Harbour doors" });
        partner.answers(DOORS, "verify", json!({ "ok": true, "account": account }));
        let sites = json!([{ "id": "site-nl", "name": "Harbour NL" }]);
        partner.answers(DOORS, "options", json!({ "items": sites, "next": null }));

        let mut deskbridge = Deskbridge::on(database).await;
        fs::remove_file(deskbridge.path("integrations/acme-doors.json")).unwrap();
        for file in ["portunus-access.json", "portunus-access.svg"] {
            let from = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../integrations")).join(file);
            fs::copy(from, deskbridge.path("integrations").join(file)).unwrap();
        }
        let variables: HashMap<String, String> = [
            ("PORTUNUS_CLIENT_ID", "crash-client"),
            ("PORTUNUS_CLIENT_SECRET", &new_secret()),
            ("PORTUNUS_HOOKS_URL", &partner.url(DOORS)),
            ("PORTUNUS_HOOKS_SECRET", &new_hook_secret()),
        ]
        .map(|(name, value): (&str, &str)| (name.to_owned(), value.to_owned()))
        .into();
        let integrations = load_samples(&deskbridge.path("integrations"), &variables, 1).unwrap();
        let simulator = Simulator::start(SimulatorOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            product_url: front.url.clone(),
            clock: Clock::system(),
            random: Random::from_system().unwrap(),
            state_file: None,
            applications: applications(&integrations, &front.url),
            rate_limit: None,
            deliver_to_loopback: true,
            seed_organizations: false,
        })
        .await
        .unwrap();
        for (name, value) in &variables {
            deskbridge = deskbridge.with_variable(name, value);
        }
        let encryption_key = new_key();
        let deskbridge = deskbridge
            .with_variable("PATH", &std::env::var("PATH").unwrap())
            .with_variable("TOKIO_WORKER_THREADS", "1")
            .with("PUBLIC_URL", &front.url)
            .with("ENCRYPTION_KEYS", &encryption_key)
            .with("OFFICERND__IDENTITY_URL", &simulator.url)
            .with("OFFICERND__APP_URL", &simulator.url)
            .with("OFFICERND__REGION_HOSTS", "127.0.0.1")
            .with("REFRESH__REQUESTS_PER_MINUTE", "1000")
            .with("CONNECT__BAD_CODES_PER_ADDRESS", "1000")
            .with("LOG_FORMAT", "json");
        let arguments = ["api-keys", "create", "--integration", DOORS, "--scope", "connections:read", "tokens:read"];
        let made = deskbridge.run(&arguments).await;
        assert_eq!(made.code, Some(0), "{made:?}");
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .build()
            .unwrap();
        Self {
            database,
            partner,
            http,
            deskbridge,
            key: made.stdout.trim().to_owned(),
            encryption_key,
            front,
            simulator,
            child: None,
            organizations: 0,
            integrations,
            operations: String::new(),
        }
    }

    pub fn simulator_url(&self) -> &str {
        &self.simulator.url
    }

    /// The one address of all its processes.
    pub fn url(&self) -> &str {
        &self.front.url
    }

    /// Sets a configuration key of the processes that start from now on.
    pub fn configure(&mut self, key: &str, value: &str) {
        self.deskbridge.set(&format!("DESKBRIDGE_{key}"), value);
    }

    /// A process that has the jobs and nothing else, as operations start any number of them.
    pub fn worker(&self) -> Killed {
        let mut command = self.deskbridge.command_under(&[], &["worker"]);
        Killed(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// The next process logs at every level, and its operations listener can be asked.
    pub fn say_everything(&mut self) {
        self.operations = crate::support::ports::free().to_string();
        self.deskbridge.set("DESKBRIDGE_OPERATIONS_LISTEN", &self.operations);
        self.deskbridge.set("RUST_LOG", "trace");
    }

    /// Those that are known before anything happens.
    pub fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        self.integrations.iter().for_each(|integration| secrets.of_integration(integration));
        secrets.of_key(&self.encryption_key);
        secrets.add("API key", &self.key);
        secrets.add("settings secret", super::connect::ENTERED);
        secrets
    }

    /// The files of an embedded database.
    pub fn database_files(&self) -> Option<Vec<(String, Vec<u8>)>> {
        match self.deskbridge.database() {
            DatabaseUrl::Sqlite(path) => Some(files_of(&path)),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// What the operations listener answers.
    pub async fn operations(&self, path: &str) -> String {
        let answer = self.http.get(format!("http://{}{path}", self.operations)).send().await.unwrap();
        answer.text().await.unwrap()
    }

    /// The file that `deskbridge backup` makes beside the running process.
    pub async fn backup(&self) -> Vec<u8> {
        let made = self.deskbridge.run(&["backup", "a-backup"]).await;
        assert_eq!(made.code, Some(0), "{made:?}");
        fs::read(self.file("a-backup")).unwrap()
    }

    /// What was [backed up](Self::backup), unpacked: `pg_dump` compresses, and nothing would be found in that.
    pub fn unpacked_backup(&self) -> Vec<u8> {
        if self.database == Database::Sqlite {
            return fs::read(self.file("a-backup")).unwrap();
        }
        let mut restore = std::process::Command::new("pg_restore");
        let output = restore.args(["--file", "-"]).arg(self.file("a-backup")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Ends the process as operations do.
    pub async fn terminate(&mut self) {
        let mut child = self.child.take().unwrap();
        let told = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let ended = tokio::task::spawn_blocking(move || child.wait().unwrap());
        assert!(tokio::time::timeout(START, ended).await.expect("it ends in time").unwrap().success());
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.http.clone(), self.front.url.clone())
    }

    pub fn api(&self) -> Browser {
        self.browser().with_bearer(&self.key.clone().into())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.deskbridge.path(name)
    }

    /// Starts a process as it is.
    pub async fn start(&mut self) {
        self.spawn(&[]).await;
        assert_eq!(self.fate(), Fate::Lives, "it starts again: {}", self.said());
    }

    /// Starts a process that is watched, and meets a fault if there is one. It may meet it before it serves.
    pub async fn start_watched(&mut self, fault: Option<&Fault>) {
        let words = strace(&self.file("calls"), fault);
        self.spawn(&words).await;
    }

    async fn spawn(&mut self, before: &[String]) {
        self.kill();
        let mut command = self.deskbridge.command_under(before, &["serve"]);
        // A pipe that nobody reads would stop a process that says much.
        command.stderr(Stdio::from(File::create(self.file("said")).unwrap()));
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let line = tokio::task::spawn_blocking(move || stdout.lines().next());
        let line = tokio::time::timeout(START, line).await.expect("it starts or ends in time").unwrap();
        let address =
            line.and_then(Result::ok).and_then(|line| line.strip_prefix("listening on http://")?.parse().ok());
        *self.front.behind.lock().unwrap() = address;
        if address.is_none() {
            // It ended before it served; whoever asks for its fate finds the end.
            child.wait().unwrap();
        }
        self.child = Some(child);
    }

    /// Lets the process go on by itself. A thread that it starts later would meet the fault again, since calls are
    /// counted for each thread.
    pub fn stop_watching(&self) {
        let status = format!("/proc/{}/status", self.child.as_ref().unwrap().id());
        let tracer = || {
            let status = fs::read_to_string(&status).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
            line.map(str::trim).filter(|pid| *pid != "0").map(str::to_owned)
        };
        let Some(pid) = tracer() else { return };
        assert!(std::process::Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
        for _ in 0..500 {
            if tracer().is_none() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("strace does not let go");
    }

    pub fn fate(&mut self) -> Fate {
        match self.child.as_mut().unwrap().try_wait().unwrap() {
            None => Fate::Lives,
            Some(status) if status.signal() == Some(9) => Fate::Killed,
            Some(status) => Fate::Exited(status.code().unwrap_or(-1)),
        }
    }

    pub fn kill(&mut self) {
        *self.front.behind.lock().unwrap() = None;
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            drop(child.kill());
            drop(child.wait());
        }
    }

    /// What this process logged.
    pub fn said(&self) -> String {
        fs::read_to_string(self.file("said")).unwrap()
    }

    pub fn injected(&self) -> usize {
        injected(&self.file("calls"))
    }

    /// Calls of this process so far: of its busiest thread besides the first, and of the first.
    pub fn counted(&self) -> std::collections::BTreeMap<String, (u32, u32)> {
        counted(&self.file("calls"), self.child.as_ref().unwrap().id())
    }

    /// On PostgreSQL the first thread sends while the process starts. The worker first sends as much, so that
    /// each later number is one of the worker's.
    pub async fn warm_up(&self, requests: u32) {
        for _ in 0..requests {
            if self.browser().try_send("GET", "/readyz", None).await.is_err() {
                return;
            }
        }
    }

    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let address = format!("{}/control{path}", self.simulator.url);
        let response = self.http.request(method.parse().unwrap(), address).json(body).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// An organization of its own, with the integration added.
    pub async fn install(&mut self) -> Installed {
        self.organizations += 1;
        let (name, slug) = (format!("Harbour {}", self.organizations), format!("harbour-{}", self.organizations));
        let locations = json!([{ "name": "Rotterdam" }, { "name": "Bristol" }]);
        let organization = json!({ "name": name, "slug": slug, "locations": locations });
        self.control("POST", "/organizations", &organization).await;
        let made = json!({ "organization": slug, "application": DOORS });
        let answer = self.control("POST", "/integrations", &made).await;
        let text = |key: &str| answer[key].as_str().unwrap().to_owned();
        Installed { integration_id: text("integrationId"), connect_url: text("connectUrl"), code: text("code") }
    }

    /// OfficeRnD's Connect again, with a fresh code.
    pub async fn connect_again(&self, installed: &Installed) -> String {
        let path = format!("/integrations/{}/connect", installed.integration_id);
        self.control("POST", &path, &json!({})).await["connectUrl"].as_str().unwrap().to_owned()
    }

    /// Rows of the database. Only while a process serves: whoever opens the file alone repairs it.
    pub async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let db = self.connection().await;
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        db.close().await.unwrap();
        rows
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].try_get_by_index(0).unwrap()
    }

    pub async fn execute(&self, sql: &str) {
        let db = self.connection().await;
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    }

    async fn connection(&self) -> sea_orm::DatabaseConnection {
        let url = match self.deskbridge.database() {
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            DatabaseUrl::Postgres(url) => url,
        };
        let mut options = sea_orm::ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|options| options.busy_timeout(Duration::from_secs(20)));
        Connect::connect(options).await.unwrap()
    }

    /// As if a minute had gone by: what a dead process had leased is free.
    pub async fn a_minute_passes(&self) {
        self.execute(
            "UPDATE connect_attempts SET busy_until = busy_until - 61000, updated_at = updated_at - 61000; \
             UPDATE grants SET lease_until = lease_until - 61000; \
             UPDATE outbox SET due_at = due_at - 61000 WHERE lease_id IS NOT NULL",
        )
        .await;
    }
}
