//! The built binary, with exactly the variables that a test gives it, in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use server::config::DatabaseUrl;
use tempfile::TempDir;

use super::{Database, TestApp, new_key, new_postgres_database};

/// The first key of tests that are about keys.
pub const TEST_KEY: &str = super::KEY;
const PATIENCE: Duration = Duration::from_secs(60);

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

pub struct Deskbridge {
    pub folder: TempDir,
    variables: BTreeMap<String, String>,
}

impl Deskbridge {
    /// A folder with one sound manifest and an embedded database that is not made yet.
    pub fn new() -> Self {
        let this = Self { folder: tempfile::tempdir().unwrap(), variables: BTreeMap::new() };
        fs::create_dir(this.path("integrations")).unwrap();
        this.manifest(&sound_manifest());
        this.with("LISTEN", "127.0.0.1:0").with("OPERATIONS_LISTEN", "127.0.0.1:0")
    }

    /// Beside a running product: the same database, keys and addresses, so that nothing is wrong.
    pub fn beside(app: &TestApp) -> Self {
        let database = match &app.app.config.database {
            server::config::DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            server::config::DatabaseUrl::Postgres(url) => url.clone(),
        };
        Self::new()
            .with("PUBLIC_URL", &app.url)
            .with("DATABASE_URL", &database)
            .with("ENCRYPTION_KEYS", &app.key)
            .with("OFFICERND__IDENTITY_URL", &app.simulator_url)
            .with("OFFICERND__APP_URL", &app.simulator_url)
            .with("OFFICERND__REGION_HOSTS", "127.0.0.1")
    }

    /// With an empty database of its own; on PostgreSQL with keys, which it needs.
    pub async fn on(database: Database) -> Self {
        match database {
            Database::Sqlite => Self::new(),
            Database::Postgres => {
                Self::new().with("DATABASE_URL", &new_postgres_database().await).with("ENCRYPTION_KEYS", &new_key())
            }
        }
    }

    /// Where it keeps its data.
    pub fn database(&self) -> DatabaseUrl {
        match self.variables.get("DESKBRIDGE_DATABASE_URL") {
            Some(url) => DatabaseUrl::Postgres(url.clone()),
            None => DatabaseUrl::Sqlite(self.path("data/deskbridge.db")),
        }
    }

    /// Sets a configuration key.
    pub fn with(self, key: &str, value: &str) -> Self {
        self.with_variable(&format!("DESKBRIDGE_{key}"), value)
    }

    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub fn without(mut self, key: &str) -> Self {
        self.variables.remove(&format!("DESKBRIDGE_{key}")).expect("was set");
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces the manifest of this folder.
    pub fn manifest(&self, manifest: &Value) {
        fs::write(self.path("integrations/acme-doors.json"), manifest.to_string()).unwrap();
    }

    pub async fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let running = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = tokio::time::timeout(PATIENCE, running).await.expect("it ends in time").unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a command and leaves it to the test, which may kill it.
    pub fn start(&self, arguments: &[&str]) -> Killed {
        Killed(self.command(arguments).spawn().unwrap())
    }

    /// Starts a server and waits for its line.
    pub async fn serve(&self) -> Serving {
        self.serve_as("serve").await
    }

    /// The same with a command of another name.
    pub async fn serve_as(&self, command: &str) -> Serving {
        self.serve_with(&[command]).await
    }

    /// The same with arguments.
    pub async fn serve_with(&self, arguments: &[&str]) -> Serving {
        let mut child = self.start(arguments);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let started = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            stdout.read_line(&mut line).unwrap();
            (line, stdout)
        });
        let (line, stdout) = tokio::time::timeout(PATIENCE, started).await.expect("it starts in time").unwrap();
        Serving { child, line, stdout: Some(stdout) }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.command_under(&[], arguments)
    }

    /// The command as another program starts it, if `before` names one.
    pub fn command_under(&self, before: &[String], arguments: &[&str]) -> Command {
        let words: Vec<&str> = before.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_deskbridge")]).collect();
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// A server that is killed with its test, unless it was told to stop.
pub struct Serving {
    child: Killed,
    /// The first line of standard output.
    pub line: String,
    stdout: Option<BufReader<std::process::ChildStdout>>,
}

impl Serving {
    /// What `listening on …` names.
    pub fn url(&self) -> &str {
        self.line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("no address: {:?}", self.line))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM and waits for the end. Standard output is what came after the first line.
    pub async fn terminate(mut self) -> Ran {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let (mut stdout, mut stderr) = (self.stdout.take().unwrap(), self.child.stderr.take().unwrap());
        let read = tokio::task::spawn_blocking(move || {
            let (mut out, mut err) = (String::new(), String::new());
            stdout.read_to_string(&mut out).unwrap();
            stderr.read_to_string(&mut err).unwrap();
            (out, err)
        });
        // `serve` promises 30 s.
        let (stdout, stderr) =
            tokio::time::timeout(Duration::from_secs(30), read).await.expect("it stops in time").unwrap();
        Ran { code: self.child.wait().unwrap().code(), stdout, stderr }
    }
}

/// A program that ends with its test, however that ends. One that goes on would hold the output of all tests open, and
/// whoever reads that would wait for ever.
pub struct Killed(pub Child);

impl Deref for Killed {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Killed {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The smallest manifest, with its client written down as only this machine's own address allows.
pub fn sound_manifest() -> Value {
    json!({
        "integration": "acme-doors",
        "name": "Acme Doors",
        "client_id": "demo-tally-desk",
        "client_secret": "acme-client-secret",
        "scopes": [
            "flex.settings.integrations.read",
            "flex.settings.webhooks.read",
            "flex.settings.webhooks.create",
            "flex.settings.webhooks.delete",
            "flex.settings.organization.read",
            "flex.space.locations.read",
        ],
    })
}
