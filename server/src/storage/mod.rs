//! The database. The only module that knows SeaORM.
//!
//! A function here takes what owns the row first (organization, connection, integration), so that a
//! row of another tenant cannot be asked for by mistake. Reads take any connection, writes a [`Tx`].

pub mod activity;
pub mod alert_notices;
pub mod alerting;
pub mod api_keys;
pub mod attempts;
pub mod audit;
pub mod budget;
pub mod bulk;
pub mod call_counts;
pub mod change;
pub mod connections;
pub mod deliveries;
pub mod endpoints;
mod entity;
pub mod events;
pub mod grant_lists;
pub mod grants;
pub mod hourly_counts;
pub mod housekeeping;
pub mod idempotent_calls;
pub mod incidents;
pub mod leases;
pub mod live;
pub mod location_health;
pub mod notes;
pub mod organizations;
pub mod outages;
pub mod outbox;
pub mod population;
pub mod processes;
pub mod reconnect_links;
pub mod runs;
pub mod schema;
pub mod sealed;
pub mod sessions;
pub mod settings;
pub mod sightings;
pub mod sign_ins;
pub mod staff;
pub mod tallies;
pub mod tenant_counts;
pub mod tenant_list;
pub mod tenant_rows;
pub mod tenant_views;
pub mod timeline;
pub mod troubles;
pub mod upcoming;
pub mod upkeep;
pub mod upkeep_runs;
pub mod webhook_events;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use migration::{Migrator, MigratorTrait as _};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait as _,
};
use uuid::Uuid;

use crate::config::DatabaseUrl;
use crate::crypto::vault::VaultError;
pub use change::Change;

/// Channel on which replicas tell each other what has changed.
pub const CHANNEL: &str = "deskbridge_changed";
/// Any number will do, as long as every replica uses the same.
const MIGRATION_LOCK: i64 = 0x6465_736b_6272_6964;

/// Negative is in KiB. The pages that writes meet at random, mostly of indexes.
const WRITER_CACHE: &str = "-16000";

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Says the whole cause itself, so the cause is not told a second time as its source.
    #[error("database: {0}")]
    Database(DbErr),
    #[error("table {table} holds a row that makes no sense: {what}")]
    Inconsistent { table: &'static str, what: &'static str },
    #[error("{0}")]
    Sealed(#[from] VaultError),
    #[error("database: {0}")]
    Folder(#[from] std::io::Error),
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl StorageError {
    /// What PostgreSQL calls the problem, e.g. `28P01` for a wrong password.
    pub fn sql_state(&self) -> Option<String> {
        let StorageError::Database(
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)),
        ) = self
        else {
            return None;
        };
        Some(error.as_database_error()?.code()?.into_owned())
    }
}

pub type Result<T> = std::result::Result<T, StorageError>;

type OnChange = Arc<OnceLock<Box<dyn Fn(Change) + Send + Sync>>>;

/// One writer at a time on SQLite, with readers beside it; a pool on PostgreSQL.
#[derive(Clone)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
    postgres_url: Option<Arc<str>>,
    /// How often the connection that writes to an embedded database was opened.
    writers: Arc<AtomicU64>,
    on_change: OnChange,
}

impl Db {
    /// # Errors
    /// When the file cannot be made or the server does not answer.
    pub async fn open(url: &DatabaseUrl) -> Result<Self> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)?;
                }
                // The writer makes file and journal, so it comes first.
                let writers = Arc::new(AtomicU64::new(0));
                let write = Database::connect(sqlite_options(path, Some(writers.clone()))).await?;
                let read = Database::connect(sqlite_options(path, None)).await?;
                Ok(Self { write, read, postgres_url: None, writers, on_change: OnChange::default() })
            }
            DatabaseUrl::Postgres(url) => {
                let mut options = quiet(ConnectOptions::new(url.clone()));
                options.max_connections(16).min_connections(1).acquire_timeout(Duration::from_secs(5));
                let pool = Database::connect(options).await?;
                Ok(Self {
                    write: pool.clone(),
                    read: pool,
                    postgres_url: Some(url.as_str().into()),
                    writers: Arc::default(),
                    on_change: OnChange::default(),
                })
            }
        }
    }

    /// Brings the schema up to date; replicas that start together take turns.
    ///
    /// # Errors
    /// When a migration fails; nothing of it is kept then.
    pub async fn migrate(&self) -> Result<()> {
        let Some(url) = &self.postgres_url else { return Ok(Migrator::up(&self.write, None).await?) };
        // The lock belongs to a connection, so lock and migrations must share the only one.
        let mut options = quiet(ConnectOptions::new(url.to_string()));
        options.max_connections(1);
        let single = Database::connect(options).await?;
        single.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
        let mut done = Migrator::up(&single, None).await.map_err(StorageError::from);
        if done.is_ok() {
            done = tenant_rows::make_search_index(&single).await;
        }
        single.execute_unprepared(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})")).await?;
        single.close().await?;
        done
    }

    /// How many steps of the schema are missing. Changes nothing.
    ///
    /// # Errors
    /// When the database does not answer, or was brought up to date by a newer version.
    pub async fn pending_migrations(&self) -> Result<usize> {
        Ok(Migrator::get_pending_migrations_read_only(&self.read).await?.len())
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn ping(&self) -> Result<()> {
        self.read.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Writes what an embedded database holds at this moment to an empty file, while others read and write.
    ///
    /// # Errors
    /// When the file cannot be written or is not empty.
    pub async fn copy_to(&self, file: &str) -> Result<()> {
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [file.into()]);
        self.read.execute_raw(copy).await?;
        Ok(())
    }

    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// # Errors
    /// When no connection is to be had in time.
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self.write.begin_with_options(options).await?;
        Ok(Tx { inner, changed: Vec::new(), on_change: self.on_change.clone() })
    }

    /// Called after each commit with what it changed, before the committer goes on.
    pub fn on_change(&self, listener: impl Fn(Change) + Send + Sync + 'static) {
        if self.on_change.set(Box::new(listener)).is_err() {
            tracing::warn!("a second listener for changes was ignored");
        }
    }

    /// What is not the same once another process has written to an embedded database.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn written_by_others(&self) -> Result<(u64, i64)> {
        // SQLite counts for a connection what others commit, and all that this process writes goes through this one.
        let row = self.write.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA data_version")).await?;
        let version = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        // A connection that was opened anew counts from the beginning.
        Ok((self.writers.load(Ordering::Relaxed), version))
    }

    /// Where replicas listen for each other's changes; none with an embedded database.
    pub fn postgres_url(&self) -> Option<&str> {
        self.postgres_url.as_deref()
    }

    /// The writer last: only it can fold SQLite's journal into the file.
    pub async fn close(self) {
        for pool in [self.read, self.write] {
            if let Err(error) = pool.close().await {
                tracing::warn!(%error, "the database was not closed cleanly");
            }
        }
    }
}

/// A transaction that remembers what it changes of what is kept in memory.
pub struct Tx {
    inner: DatabaseTransaction,
    changed: Vec<Change>,
    on_change: OnChange,
}

impl Tx {
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// What is kept of it in memory is out of date once this commits.
    pub fn changes(&mut self, what: Change) {
        self.changed.push(what);
    }

    /// # Errors
    /// When the commit is refused or its outcome is unknown.
    pub async fn commit(mut self) -> Result<()> {
        self.changed.sort_unstable();
        self.changed.dedup();
        let organizations: Vec<Uuid> = self
            .changed
            .iter()
            .filter_map(|change| if let Change::Organization(id) = change { Some(*id) } else { None })
            .collect();
        if !organizations.is_empty() {
            // Names that changed are found by what is committed here, and not a moment later.
            tenant_rows::describe(&self.inner, Some(&organizations)).await?;
        }
        if self.inner.get_database_backend() == DbBackend::Postgres {
            for payload in change::written(&self.changed) {
                self.inner
                    .execute_raw(Statement::from_sql_and_values(
                        DbBackend::Postgres,
                        "SELECT pg_notify($1, $2)",
                        [CHANNEL.into(), payload.into()],
                    ))
                    .await?;
            }
        }
        if self.changed.is_empty() {
            return Ok(self.inner.commit().await?);
        }
        // It is told after the commit, also when nobody waits for that any more or its outcome stays unknown.
        let told = Told { changed: self.changed, on_change: self.on_change };
        let inner = self.inner;
        let committed = tokio::spawn(async move {
            let committed = inner.commit().await;
            drop(told);
            committed
        });
        match committed.await {
            Ok(committed) => Ok(committed?),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => Err(StorageError::Database(DbErr::Custom(format!("the commit was cut off: {error}")))),
        }
    }
}

struct Told {
    changed: Vec<Change>,
    on_change: OnChange,
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(listener) = self.on_change.get() {
            self.changed.iter().for_each(|change| listener(*change));
        }
    }
}

/// For the one that writes, if its openings are counted; else for those that read.
fn sqlite_options(path: &Path, writers: Option<Arc<AtomicU64>>) -> ConnectOptions {
    let read_only = writers.is_none();
    let mut options = quiet(ConnectOptions::new(format!("sqlite://{}", path.display())));
    options.max_connections(if read_only { 4 } else { 1 }).min_connections(1).acquire_timeout(Duration::from_secs(10));
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options.filename(&path).busy_timeout(Duration::from_secs(5));
        if read_only {
            return options.read_only(true);
        }
        options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // A statement with many rows keeps the pages it changes until it ends; in a file that
            // would be every page twice.
            .pragma("temp_store", "memory")
            .pragma("cache_size", WRITER_CACHE)
    });
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let pool = pool.after_release(|connection, _| Box::pin(is_outside(connection)));
        let Some(writers) = writers.clone() else { return pool };
        pool.max_lifetime(None).idle_timeout(None).after_connect(move |_, _| {
            writers.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        })
    });
    options
}

/// Whether a connection that comes back can be used again. After a full disk or a failing one, SQLite ends a
/// transaction by itself, and sqlx goes on counting it: what comes next would be a savepoint that is never committed.
/// Such a connection is closed.
async fn is_outside(connection: &mut SqliteConnection) -> std::result::Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // Only once this is answered, a transaction that was dropped is surely rolled back.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Statements are logged at debug level only; values never are.
fn quiet(mut options: ConnectOptions) -> ConnectOptions {
    options.sqlx_logging_level(tracing::log::LevelFilter::Trace);
    options
}

/// A unique value was there already.
pub(crate) fn is_conflict(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}
