//! `api-keys`: made here, shown once, stored as a digest.

use app::ids::ApiKeyId;
use clap::Subcommand;
use secrecy::ExposeSecret as _;

use super::{End, Outside, say};
use crate::bootstrap::COMMANDS_SEEN;
use crate::clock::Millis;
use crate::domain::scope::Scope;
use crate::services::api_keys::{self as service, Made, Replaced, Wish};
use crate::storage::Db;
use crate::storage::api_keys::{self, ApiKey};

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
        /// After that many days it ends by itself; without it, the key never expires.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires_in_days: Option<u32>,
    },
    /// List keys, without what they are.
    List,
    /// Make a new key with the same rights, and let the old one end. The new key alone is printed.
    Replace {
        #[arg(value_name = "KEY_ID")]
        id: String,
        /// For so many hours both work.
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=8760))]
        overlap_hours: u32,
        /// After that many days the new one ends by itself; without it, as long after now as the old one was made for.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires_in_days: Option<u32>,
    },
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
            let (integrations, scopes) = (once(integrations), once(scopes));
            let known: Vec<String> =
                outside.integrations(&config)?.iter().map(|integration| integration.slug.clone()).collect();
            refuse_unknown("--integration", &integrations, |slug| known.iter().any(|known| known == slug))?;
            refuse_unknown("--scope", &scopes, |scope| Scope::from_slug(scope).is_some())?;
            let scopes = scopes.iter().filter_map(|scope| Scope::from_slug(scope)).collect();
            let wish = Wish { name, integrations, scopes, expires_in_days };
            let mut tx = db.begin().await?;
            let Made { key, secret } = service::make(&mut tx, &outside.random, now, wish).await?;
            tx.commit().await?;
            tracing::info!(key = %ApiKeyId(key.id), "an API key was made; keep it, it cannot be shown again");
            if key.expires_at.is_none() {
                tracing::warn!(key = %ApiKeyId(key.id), "it never expires; --expires-in-days gives a key an end");
            }
            say(secret.expose_secret());
        }
        ApiKeysCommand::Replace { id, overlap_hours, expires_in_days } => {
            let old = key_id(&id)?;
            let mut tx = db.begin().await?;
            let replaced = service::replace(&mut tx, &outside.random, now, old, overlap_hours, expires_in_days).await?;
            let Made { key, secret } = match replaced {
                Replaced::Made(made) => made,
                Replaced::Unknown => return Err(End::Failed(anyhow::anyhow!("there is no live key {id}"))),
                Replaced::EndsAlready => {
                    return Err(End::Refused(format!(
                        "{id} is being replaced already and ends by itself; say with --expires-in-days how long a new \
                         key is to last"
                    )));
                }
            };
            tx.commit().await?;
            until_seen(&db).await;
            tracing::info!(key = %ApiKeyId(key.id), overlap_hours, "an API key was replaced; keep the new one");
            say(secret.expose_secret());
        }
        ApiKeysCommand::List => {
            for key in api_keys::all(db.read()).await? {
                say(line(&key, now));
            }
        }
        ApiKeysCommand::Revoke { id } => {
            let key = key_id(&id)?;
            let mut tx = db.begin().await?;
            let revoked = api_keys::revoke(&mut tx, key, now).await?;
            tx.commit().await?;
            if !revoked {
                return Err(End::Failed(anyhow::anyhow!("there is no live key {id}")));
            }
            until_seen(&db).await;
            say(format_args!("{id} is revoked."));
        }
    }
    db.close().await;
    Ok(())
}

/// A server keeps keys in memory and looks now and then whether a command changed something: who is told that a key
/// is revoked can rely on it.
async fn until_seen(db: &Db) {
    if db.postgres_url().is_none() {
        tokio::time::sleep(2 * COMMANDS_SEEN).await;
    }
}

/// The same one twice is one.
fn once(mut values: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

fn key_id(text: &str) -> Result<uuid::Uuid, End> {
    let ApiKeyId(key) =
        text.parse().map_err(|_| End::Refused(format!("{text} is no key id; `api-keys list` shows them")))?;
    Ok(key)
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
        (None, None) => "never expires".to_owned(),
    };
    let used = key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", day(at)));
    format!(
        "{}  {}  {}  {}  {state}  {used}",
        ApiKeyId(key.id),
        key.name,
        key.integrations.join(","),
        key.scopes.iter().map(|scope| scope.slug()).collect::<Vec<_>>().join(",")
    )
}
