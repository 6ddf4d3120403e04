//! The configuration: a file, then environment variables, checked as a whole before anything starts.

mod checks;
mod database;
mod keys;
mod oidc;
mod refresh;
mod ring;
mod smtp;
mod telemetry;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;
use toml::{Table, Value};
use url::Url;

use crate::upstream::officernd::OfficeRndSettings;
use checks::{address, apart, at_least, is_loopback, log_format, own_url, proxy, region_host};
pub use database::DatabaseUrl;
use keys::{KEYS, Variable, no_such_key, set, typed, unknown_variable, variable_name};
pub use keys::{is_ours, refuse_unknown};
use oidc::RawStaffOidc;
pub use oidc::StaffOidc;
use refresh::RawRefresh;
pub use refresh::Refresh;
pub use ring::{KeyFile, KeyRing, KeySource, generate_key};
use smtp::RawSmtp;
pub use smtp::{Smtp, SmtpSecurity};
use telemetry::RawTelemetry;
pub use telemetry::Telemetry;

/// What is wrong with the configuration, in words for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl ConfigError {
    fn one(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }
}

/// Checked: a value of this type can be served with.
#[derive(Debug, Clone)]
pub struct Config {
    /// How OfficeRnD and browsers reach us; no trailing slash.
    pub public_url: Url,
    pub listen: SocketAddr,
    pub operations_listen: SocketAddr,
    /// Connections kept ready in memory for signed calls.
    pub cache_connections: u64,
    pub database: DatabaseUrl,
    pub encryption_keys: KeySource,
    pub integrations_dir: PathBuf,
    pub officernd: OfficeRndSettings,
    pub bad_codes_per_address: u32,
    /// Of one key of the partner system, in each process; 0 for no limit.
    pub api_requests_per_minute: u32,
    pub refresh: Refresh,
    pub signature_tolerance_seconds: i64,
    pub webhook_tolerance_seconds: i64,
    pub retention_days: u32,
    pub log_format: LogFormat,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The provider that staff may sign in with, besides their passwords.
    pub staff_oidc: Option<StaffOidc>,
    /// The mail server that notices go through.
    pub smtp: Option<Smtp>,
    /// The collector that traces go to.
    pub telemetry: Option<Telemetry>,
    /// Variables that were ignored on purpose, to be said once in the log.
    pub ignored_variables: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Text,
    Json,
}

impl Config {
    /// Reads `file` (or `deskbridge.toml` where it exists), lays the variables over it and checks everything.
    ///
    /// # Errors
    /// Names every key that is unknown, of a wrong type or impossible beside the others.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let table = match file {
            Some(path) => read(path)?,
            None if Path::new(DEFAULT_FILE).exists() => read(Path::new(DEFAULT_FILE))?,
            None => Table::new(),
        };
        Self::over(table, variables)
    }

    /// From variables alone, whatever files there are.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn of_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        Self::over(Table::new(), variables)
    }

    fn over(mut table: Table, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut problems = unknown_keys(&table);
        let mut ignored = Vec::new();
        for (name, value) in variables {
            match keys::variable(&name) {
                Variable::Key(key, kind) => match typed(&value, kind) {
                    Ok(value) => set(&mut table, key, value),
                    Err(wanted) => problems.push(format!("{name}: {wanted} is wanted here")),
                },
                Variable::Unknown => problems.push(unknown_variable(&name)),
                Variable::Kubernetes => ignored.push(name),
                Variable::Foreign => {}
            }
        }
        if !problems.is_empty() {
            problems.sort();
            return Err(ConfigError(problems));
        }
        let raw: Raw = serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
            ConfigError::one(format!("{}: {}", key_of(&error.path().to_string()), error.inner().message()))
        })?;
        raw.check(ignored)
    }

    /// Reachable by others, so that literal secrets and plain http are refused.
    pub fn production(&self) -> bool {
        !is_loopback(&self.public_url)
    }

    /// One of our own addresses.
    pub fn public(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

const DEFAULT_FILE: &str = "deskbridge.toml";

/// The file's shape. Defaults are those of the documentation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    public_url: String,
    listen: String,
    operations_listen: String,
    cache: RawCache,
    database_url: String,
    encryption_keys: Option<Vec<String>>,
    integrations_dir: PathBuf,
    officernd: RawOfficeRnd,
    connect: RawConnect,
    api: RawApi,
    refresh: RawRefresh,
    signature_tolerance_seconds: u32,
    webhook_tolerance_seconds: u32,
    retention_days: u32,
    log_format: Option<String>,
    trusted_proxies: Vec<String>,
    staff_oidc: RawStaffOidc,
    smtp: RawSmtp,
    telemetry: RawTelemetry,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".into(),
            listen: "127.0.0.1:3000".into(),
            operations_listen: "127.0.0.1:9464".into(),
            cache: RawCache::default(),
            database_url: "sqlite://data/deskbridge.db".into(),
            encryption_keys: None,
            integrations_dir: "integrations".into(),
            officernd: RawOfficeRnd::default(),
            connect: RawConnect::default(),
            api: RawApi::default(),
            refresh: RawRefresh::default(),
            signature_tolerance_seconds: 60,
            webhook_tolerance_seconds: 86_400,
            retention_days: 30,
            log_format: None,
            trusted_proxies: Vec::new(),
            staff_oidc: RawStaffOidc::default(),
            smtp: RawSmtp::default(),
            telemetry: RawTelemetry::default(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawCache {
    connections: u64,
}

impl Default for RawCache {
    fn default() -> Self {
        Self { connections: 200_000 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawOfficeRnd {
    identity_url: String,
    app_url: String,
    region_hosts: Vec<String>,
}

impl Default for RawOfficeRnd {
    fn default() -> Self {
        Self {
            identity_url: "https://identity.officernd.com".into(),
            app_url: "https://app.officernd.com".into(),
            region_hosts: vec!["officernd.com".into()],
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawConnect {
    bad_codes_per_address: u32,
}

impl Default for RawConnect {
    fn default() -> Self {
        Self { bad_codes_per_address: 5 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawApi {
    requests_per_minute: u32,
}

impl Default for RawApi {
    fn default() -> Self {
        Self { requests_per_minute: 60_000 }
    }
}

impl Raw {
    fn check(self, ignored_variables: Vec<String>) -> Result<Config, ConfigError> {
        let mut problems = Vec::new();
        let mut keep = |result: Result<(), String>| {
            if let Err(problem) = result {
                problems.push(problem);
            }
        };
        let public_url = own_url("public_url", &self.public_url);
        let identity_url = own_url("officernd__identity_url", &self.officernd.identity_url);
        let app_url = own_url("officernd__app_url", &self.officernd.app_url);
        let listen = address("listen", &self.listen);
        let operations_listen = address("operations_listen", &self.operations_listen);
        let database = checks::database(&self.database_url);
        let encryption_keys = KeySource::read(self.encryption_keys.as_deref());
        let log_format = log_format(self.log_format.as_deref());
        let proxies: Result<Vec<IpNet>, String> = self.trusted_proxies.iter().map(|text| proxy(text)).collect();
        for host in &self.officernd.region_hosts {
            keep(region_host(host));
        }
        keep(at_least("cache__connections", self.cache.connections, 1));
        keep(at_least("connect__bad_codes_per_address", self.connect.bad_codes_per_address.into(), 1));
        keep(at_least("signature_tolerance_seconds", self.signature_tolerance_seconds.into(), 1));
        let refresh = self.refresh.check();
        let staff_oidc = self.staff_oidc.check();
        let smtp = self.smtp.check();
        let telemetry = self.telemetry.check();
        for problem in [
            public_url.as_ref().err(),
            identity_url.as_ref().err(),
            app_url.as_ref().err(),
            listen.as_ref().err(),
            operations_listen.as_ref().err(),
            database.as_ref().err(),
            encryption_keys.as_ref().err(),
            log_format.as_ref().err(),
            proxies.as_ref().err(),
        ] {
            keep(problem.map_or(Ok(()), |problem| Err(problem.clone())));
        }
        let of_groups =
            [refresh.as_ref().err(), staff_oidc.as_ref().err(), smtp.as_ref().err(), telemetry.as_ref().err()];
        for problem in of_groups.into_iter().flatten().flatten() {
            keep(Err(problem.clone()));
        }
        if let (Ok(listen), Ok(operations_listen)) = (&listen, &operations_listen) {
            keep(apart(*listen, *operations_listen));
        }
        if let (Ok(database), Ok(KeySource::Generated)) = (&database, &encryption_keys)
            && matches!(database, DatabaseUrl::Postgres(_))
        {
            keep(Err(format!(
                "encryption_keys: PostgreSQL needs keys that every replica has; set {} to 1:<32 random bytes in base64>",
                variable_name("encryption_keys")
            )));
        }
        let (Ok(public_url), Ok(identity_url), Ok(app_url), Ok(listen), Ok(operations_listen)) =
            (public_url, identity_url, app_url, listen, operations_listen)
        else {
            return Err(ConfigError(problems));
        };
        let (Ok(database), Ok(encryption_keys), Ok(log_format), Ok(trusted_proxies), true) =
            (database, encryption_keys, log_format, proxies, problems.is_empty())
        else {
            return Err(ConfigError(problems));
        };
        let (Ok(refresh), Ok(staff_oidc), Ok(smtp), Ok(telemetry)) = (refresh, staff_oidc, smtp, telemetry) else {
            return Err(ConfigError(problems));
        };
        Ok(Config {
            public_url,
            listen,
            operations_listen,
            cache_connections: self.cache.connections,
            database,
            encryption_keys,
            integrations_dir: self.integrations_dir,
            officernd: OfficeRndSettings { identity_url, app_url, region_hosts: self.officernd.region_hosts },
            bad_codes_per_address: self.connect.bad_codes_per_address,
            api_requests_per_minute: self.api.requests_per_minute,
            refresh,
            signature_tolerance_seconds: self.signature_tolerance_seconds.into(),
            webhook_tolerance_seconds: self.webhook_tolerance_seconds.into(),
            retention_days: self.retention_days,
            log_format,
            trusted_proxies,
            staff_oidc,
            smtp,
            telemetry,
            ignored_variables,
        })
    }
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| ConfigError::one(format!("{}: {error}", path.display())))?;
    text.parse::<Table>().map_err(|error| ConfigError::one(format!("{}: {}", path.display(), error.message())))
}

/// Deserializing would name only the first.
fn unknown_keys(table: &Table) -> Vec<String> {
    let mut unknown = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => unknown.extend(
                inner
                    .keys()
                    .map(|inner| format!("{key}__{inner}"))
                    .filter(|full| !KEYS.iter().any(|(known, _)| known == full)),
            ),
            _ if KEYS.iter().any(|(known, _)| known == key) => {}
            _ => unknown.push(key.clone()),
        }
    }
    unknown.into_iter().map(|key| no_such_key(&key, KEYS.iter().map(|(key, _)| (*key).to_owned()))).collect()
}

fn key_of(path: &str) -> String {
    path.replace('.', "__")
}

#[cfg(test)]
mod tests;
