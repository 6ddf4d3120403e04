//! `api-keys`: made here, shown once, stored as a digest.

use app::ids::ApiKeyId;
use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};

use super::{End, Outside, say};
use crate::clock::{DAY, Millis};
use crate::crypto::digest::secret_digest;
use crate::http::api::caller::{PREFIX, PURPOSE};
use crate::storage::api_keys::{self, ApiKey};

/// Everything a key may be allowed (`docs/GUIDE-PARTNER.md`).
const SCOPES: [&str; 10] = [
    "connections:read",
    "connections:write",
    "settings:read",
    "settings:write",
    "tokens:read",
    "proxy",
    "runs:write",
    "events:read",
    "events:write",
    "secrets:read",
];

#[derive(Subcommand)]
pub(super) enum ApiKeysCommand {
    /// Make a key. It alone is printed to standard output, and never again.
    Create {
        /// Integrations whose connections it may see.
        #[arg(long = "integration", required = true, num_args = 1.., value_name = "SLUG")]
        integrations: Vec<String>,
        /// What it may do, such as connections:read.
        #[arg(long = "scope", required = true, num_args = 1.., value_name = "SCOPE")]
        scopes: Vec<String>,
        /// What people call it.
        #[arg(long, default_value = "partner system")]
        name: String,
        /// After that many days it ends by itself.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires_in_days: Option<u32>,
    },
    /// List keys, without what they are.
    List,
    /// End a key at once.
    Revoke {
        #[arg(value_name = "KEY_ID")]
        id: String,
    },
}

pub(super) async fn run(outside: &Outside, command: ApiKeysCommand) -> Result<(), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    let db = outside.database(&config).await?;
    let now = outside.clock.now();
    match command {
        ApiKeysCommand::Create { integrations, scopes, name, expires_in_days } => {
            let known: Vec<String> =
                outside.integrations(&config)?.iter().map(|integration| integration.slug.clone()).collect();
            refuse_unknown("--integration", &integrations, |slug| known.iter().any(|known| known == slug))?;
            refuse_unknown("--scope", &scopes, |scope| SCOPES.contains(&scope))?;
            let token = outside.random.token();
            let secret = SecretString::from(format!("{PREFIX}{}", token.expose_secret()));
            let key = ApiKey {
                id: outside.random.uuid(now),
                name,
                integrations,
                scopes,
                created_at: now,
                expires_at: expires_in_days.map(|days| now + i64::from(days) * DAY),
                last_used_at: None,
                revoked_at: None,
            };
            let mut tx = db.begin().await?;
            api_keys::create(&mut tx, &key, &secret_digest(PURPOSE, &secret)).await?;
            tx.commit().await?;
            tracing::info!(key = %ApiKeyId(key.id), "an API key was made; keep it, it cannot be shown again");
            say(secret.expose_secret());
        }
        ApiKeysCommand::List => {
            for key in api_keys::all(db.read()).await? {
                say(line(&key, now));
            }
        }
        ApiKeysCommand::Revoke { id } => {
            let ApiKeyId(key) =
                id.parse().map_err(|_| End::Refused(format!("{id} is no key id; `api-keys list` shows them")))?;
            let mut tx = db.begin().await?;
            let revoked = api_keys::revoke(&mut tx, key, now).await?;
            tx.commit().await?;
            if !revoked {
                return Err(End::Failed(anyhow::anyhow!("there is no live key {id}")));
            }
            say(format_args!("{id} is revoked."));
        }
    }
    db.close().await;
    Ok(())
}

fn refuse_unknown(option: &str, values: &[String], known: impl Fn(&str) -> bool) -> Result<(), End> {
    match values.iter().find(|value| !known(value)) {
        Some(value) => Err(End::Refused(format!("{option}: there is no {value}"))),
        None => Ok(()),
    }
}

fn line(key: &ApiKey, now: Millis) -> String {
    let day = |at: Millis| {
        chrono::DateTime::from_timestamp_millis(at).map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string())
    };
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {}", day(at)),
        (None, Some(at)) if at <= now => format!("expired {}", day(at)),
        (None, Some(at)) => format!("until {}", day(at)),
        (None, None) => "without end".to_owned(),
    };
    let used = key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", day(at)));
    format!(
        "{}  {}  {}  {}  {state}  {used}",
        ApiKeyId(key.id),
        key.name,
        key.integrations.join(","),
        key.scopes.join(",")
    )
}
