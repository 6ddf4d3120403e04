//! A product that serves as `deskbridge serve` does, in this process, on a database of its own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use sea_orm::{ConnectionTrait, Database as SeaDatabase, Statement};
use server::bootstrap;
use server::clock::Clock;
use server::config::Config;
use server::demo::load_samples;
use server::lifecycle::{self, Listeners};
use server::random::Random;
use server::state::App;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The sample that stands for all.
pub(crate) const INTEGRATION: &str = "tally-desk";
pub(crate) const INTEGRATIONS_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../integrations");
pub(crate) const ENCRYPTION_KEYS: &str = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// How `cargo xtask bench` tells of the server that it started.
#[expect(clippy::disallowed_methods, reason = "not the product's configuration, but the bench's own")]
pub(crate) fn postgres_url() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok()
}

/// An empty database that nobody else uses.
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

impl Database {
    pub(crate) fn sqlite(folder: &Path) -> Self {
        Self::Sqlite(folder.join(format!("{}.db", name())))
    }

    pub(crate) async fn postgres(server: &str) -> anyhow::Result<Self> {
        let name = name();
        let admin = SeaDatabase::connect(server).await.context("TEST_POSTGRES_URL")?;
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        admin.close().await?;
        Ok(Self::Postgres { server: server.to_owned(), name })
    }

    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }

    pub(crate) fn url(&self) -> anyhow::Result<String> {
        match self {
            Self::Sqlite(path) => Ok(format!("sqlite://{}", path.display())),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server)?;
                url.set_path(name);
                Ok(url.to_string())
            }
        }
    }

    pub(crate) async fn remove(self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(path) => {
                for suffix in ["", "-wal", "-shm"] {
                    let file = PathBuf::from(format!("{}{suffix}", path.display()));
                    if file.exists() {
                        std::fs::remove_file(file)?;
                    }
                }
            }
            Self::Postgres { server, name } => {
                let admin = SeaDatabase::connect(server).await?;
                admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
                admin.close().await?;
            }
        }
        Ok(())
    }
}

fn name() -> String {
    format!("bench_{}", hex::encode(Random::from_system().expect("the system is random").bytes::<6>()))
}

pub(crate) struct Deployment {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    serving: JoinHandle<anyhow::Result<()>>,
    stop: CancellationToken,
}

impl Deployment {
    /// With configuration keys as `DESKBRIDGE_*` variables would give them, without the prefix.
    pub(crate) async fn start(database_url: &str, keys: &[(&str, &str)]) -> anyhow::Result<Self> {
        let listeners = Listeners::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None).await?;
        Self::on(listeners, database_url, keys).await
    }

    /// With other manifests than the samples.
    pub(crate) async fn with_manifests(database_url: &str, manifests: &Path) -> anyhow::Result<Self> {
        let listeners = Listeners::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None).await?;
        Self::serve(listeners, database_url, &[], manifests).await
    }

    /// On an address that others had to know before.
    pub(crate) async fn on(listeners: Listeners, database_url: &str, keys: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::serve(listeners, database_url, keys, INTEGRATIONS_DIR.as_ref()).await
    }

    async fn serve(
        listeners: Listeners,
        database_url: &str,
        keys: &[(&str, &str)],
        manifests: &Path,
    ) -> anyhow::Result<Self> {
        let address = listeners.public.local_addr()?;
        // Whoever has a configuration file in this folder does not want it measured.
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench.toml");
        std::fs::write(&file, "# Everything is given in the environment.\n")?;
        let variables = [("DATABASE_URL", database_url), ("ENCRYPTION_KEYS", ENCRYPTION_KEYS)];
        let variables = variables
            .into_iter()
            .chain(keys.iter().copied())
            .map(|(key, value)| (format!("DESKBRIDGE_{key}"), value.to_owned()));
        let config = Config::load(Some(&file), variables)?;
        let integrations = load_samples(manifests, &HashMap::new(), 4100)?;
        let (app, receiver) = bootstrap::build(config, Clock::system(), Random::from_system()?, integrations).await?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(lifecycle::serve(app.clone(), receiver, listeners, None, stop.clone()));
        Ok(Self { app, address, serving, stop })
    }

    /// As SIGTERM does.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.serving.await?
    }

    /// A single number from the database.
    pub(crate) async fn number(&self, sql: &str) -> anyhow::Result<i64> {
        number(self.app.db.read(), sql).await
    }

    /// A commit that does not survive power loss must not be measured (`pinned.md` 5).
    pub(crate) async fn ensure_durable(&self) -> anyhow::Result<()> {
        let tx = self.app.db.begin().await?;
        if self.app.db.postgres_url().is_some() {
            let on = "SELECT count(*) FROM pg_settings WHERE setting = 'on' \
                      AND name IN ('fsync', 'synchronous_commit', 'full_page_writes')";
            ensure!(number(tx.connection(), on).await? == 3, "this PostgreSQL does not wait for its disk");
        } else {
            ensure!(number(tx.connection(), "PRAGMA synchronous").await? >= 2, "SQLite does not wait for its disk");
        }
        Ok(())
    }
}

pub(crate) async fn number(db: &impl ConnectionTrait, sql: &str) -> anyhow::Result<i64> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let row = row.context("no row")?;
    row.try_get_by_index::<i64>(0).or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from)).context("no number")
}
