//! Keys of the partner system: made, replaced and ended, by the command line and by engineers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::ids::ApiKeyId;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::staff::permit::{Permit, acts};
use super::{ServiceError, to_the_end};
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::crypto::digest::{Digest, secret_digest};
use crate::domain::scope::Scope;
use crate::random::Random;
use crate::state::App;
use crate::storage::api_keys::{self, ApiKey};
use crate::storage::staff::activity::{self, StaffActivity};
use crate::storage::{StorageError, Tx};

/// What every key begins with, so that scanners of repositories recognise one.
pub const PREFIX: &str = "dbk_";
pub const PURPOSE: &str = "api key";

/// The last use is written down at most that often.
const USED_EVERY: Millis = MINUTE;

/// So long without a use, a key is one that nobody needs or nobody knows of.
const UNUSED: Millis = 90 * DAY;

/// Keys that work and that somebody should see to.
pub struct Neglected<'a> {
    /// They never expire.
    pub endless: Vec<&'a ApiKey>,
    /// Nobody used them for [`UNUSED`].
    pub unused: Vec<&'a ApiKey>,
}

pub fn neglected(all: &[ApiKey], now: Millis) -> Neglected<'_> {
    let live = || all.iter().filter(|key| key.revoked_at.is_none() && key.expires_at.is_none_or(|at| at > now));
    let is_unused = |key: &&ApiKey| key.last_used_at.unwrap_or(key.created_at) <= now - UNUSED;
    Neglected {
        endless: live().filter(|key| key.expires_at.is_none()).collect(),
        unused: live().filter(is_unused).collect(),
    }
}

/// A key that was good when it was read, and is until it expires.
pub struct KnownKey {
    pub key: Arc<ApiKey>,
    /// When its use was last written down.
    used_at: AtomicI64,
}

impl KnownKey {
    fn is_live(&self, now: Millis) -> bool {
        self.key.expires_at.is_none_or(|at| at > now)
    }
}

/// The live key with this digest, if it is remembered and nothing about it has to be written down.
pub fn remembered(app: &App, digest: &Digest, now: Millis) -> Option<Arc<ApiKey>> {
    let known = app.directory.api_keys.get(digest)?;
    let is_noted = now - known.used_at.load(Ordering::Relaxed) < USED_EVERY;
    (is_noted && known.is_live(now)).then(|| known.key.clone())
}

/// The live key with this digest. Its use is written down.
///
/// # Errors
/// When the database does not answer.
pub async fn live(app: &App, digest: &Digest, now: Millis) -> Result<Option<Arc<ApiKey>>, StorageError> {
    let read = async {
        let key = api_keys::live(app.db.read(), digest, now).await?;
        Ok::<_, StorageError>(key.map(|key| {
            let used_at = AtomicI64::new(key.last_used_at.unwrap_or_default());
            Arc::new(KnownKey { key: Arc::new(key), used_at })
        }))
    };
    let known = app.directory.api_keys.get_or_read(*digest, read).await?;
    let Some(known) = known.filter(|known| known.is_live(now)) else { return Ok(None) };
    let before = known.used_at.load(Ordering::Relaxed);
    let is_noted = now - before < USED_EVERY;
    // One of many calls at once writes it down.
    if is_noted || known.used_at.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
        return Ok(Some(known.key.clone()));
    }
    let noted = note_use(app, known.key.id, now).await;
    if !matches!(noted, Ok(true)) {
        // Nothing of it is believed any more: that it ended may not have been heard here.
        app.directory.api_keys.forget(digest);
    }
    Ok(noted?.then(|| known.key.clone()))
}

async fn note_use(app: &App, key: Uuid, now: Millis) -> Result<bool, StorageError> {
    let mut tx = app.db.begin().await?;
    let is_live = api_keys::used(&mut tx, key, now).await?;
    tx.commit().await?;
    Ok(is_live)
}

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct Wish {
    pub name: String,
    pub integrations: Vec<String>,
    pub scopes: Vec<Scope>,
    pub expires_in_days: Option<u32>,
}

/// A new key, which can be shown once.
pub struct Made {
    pub key: ApiKey,
    pub secret: SecretString,
}

/// What came of replacing.
pub enum Replaced {
    Made(Made),
    /// There is no such live key.
    Unknown,
    /// It ends by itself already, which says nothing about how long the next one is to last.
    EndsAlready,
}

/// # Errors
/// When the database does not answer.
pub async fn make(tx: &mut Tx, random: &Random, now: Millis, wish: Wish) -> Result<Made, StorageError> {
    let key = ApiKey {
        id: random.uuid(now),
        name: wish.name,
        integrations: wish.integrations,
        scopes: wish.scopes,
        created_at: now,
        expires_at: wish.expires_in_days.map(|days| now + i64::from(days) * DAY),
        last_used_at: None,
        revoked_at: None,
    };
    store(tx, random, key).await
}

async fn store(tx: &mut Tx, random: &Random, key: ApiKey) -> Result<Made, StorageError> {
    let secret = SecretString::from(format!("{PREFIX}{}", random.token().expose_secret()));
    api_keys::create(tx, &key, &secret_digest(PURPOSE, &secret)).await?;
    Ok(Made { key, secret })
}

/// A new key with the rights of an old one, which ends after so many hours.
///
/// # Errors
/// When the database does not answer.
pub async fn replace(
    tx: &mut Tx,
    random: &Random,
    now: Millis,
    old: Uuid,
    overlap_hours: u32,
    expires_in_days: Option<u32>,
) -> Result<Replaced, StorageError> {
    let ends = now + i64::from(overlap_hours) * HOUR;
    let Some(old) = api_keys::end_at(tx, old, ends, now).await? else { return Ok(Replaced::Unknown) };
    // Its end is then the end of an overlap, and says nothing about how long it was made for.
    let others = api_keys::all(tx.connection()).await?;
    if expires_in_days.is_none() && others.iter().any(|other| may_have_replaced(other, &old)) {
        return Ok(Replaced::EndsAlready);
    }
    let by_itself = old.expires_at.map(|at| now + (at - old.created_at));
    let key = ApiKey {
        id: random.uuid(now),
        created_at: now,
        expires_at: expires_in_days.map(|days| now + i64::from(days) * DAY).or(by_itself),
        last_used_at: None,
        revoked_at: None,
        ..old
    };
    Ok(Replaced::Made(store(tx, random, key).await?))
}

/// A replacement has the name and the rights of the key before it, which ends by itself from then on.
fn may_have_replaced(other: &ApiKey, old: &ApiKey) -> bool {
    let same = (&other.name, &other.integrations, &other.scopes) == (&old.name, &old.integrations, &old.scopes);
    same && other.id != old.id && other.created_at > old.created_at && old.expires_at.is_some()
}

/// An engineer makes a key.
///
/// # Errors
/// When the database does not answer.
pub async fn made_by(app: &App, permit: &Permit<acts::ApiKeys>, wish: Wish) -> Result<Made, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let made = make(&mut tx, &app.random, now, wish).await?;
        let scopes: Vec<&str> = made.key.scopes.iter().map(|scope| scope.slug()).collect();
        let detail = Some(format!("{}: {}", made.key.integrations.join(", "), scopes.join(", ")));
        note(&app, &mut tx, now, &permit, "api_key.made", &made.key, detail).await?;
        tx.commit().await?;
        Ok(made)
    })
    .await
}

/// An engineer replaces a key; the old one works a day longer.
///
/// # Errors
/// When the database does not answer.
pub async fn replaced_by(app: &App, permit: &Permit<acts::ApiKeys>, old: Uuid) -> Result<Replaced, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let replaced = replace(&mut tx, &app.random, now, old, OVERLAP_HOURS, None).await?;
        if let Replaced::Made(made) = &replaced {
            let detail = Some(ApiKeyId(old).to_string());
            note(&app, &mut tx, now, &permit, "api_key.replaced", &made.key, detail).await?;
            tx.commit().await?;
        }
        Ok(replaced)
    })
    .await
}

/// For so long both work.
pub const OVERLAP_HOURS: u32 = 24;

/// An engineer ends a key at once. `false`: there is no such live key.
///
/// # Errors
/// When the database does not answer.
pub async fn revoked_by(app: &App, permit: &Permit<acts::ApiKeys>, id: Uuid) -> Result<bool, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let key = api_keys::all(tx.connection()).await?.into_iter().find(|key| key.id == id);
        let Some(key) = key else { return Ok(false) };
        if !api_keys::revoke(&mut tx, id, now).await? {
            return Ok(false);
        }
        note(&app, &mut tx, now, &permit, "api_key.revoked", &key, None).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await
}

async fn note(
    app: &App,
    tx: &mut Tx,
    now: Millis,
    permit: &Permit<acts::ApiKeys>,
    kind: &'static str,
    key: &ApiKey,
    detail: Option<String>,
) -> Result<(), StorageError> {
    let subject = Some(format!("{} ({})", key.name, ApiKeyId(key.id)));
    let done = StaffActivity { at: now, kind, actor: permit.actor(), subject, detail };
    activity::record(tx, app.random.uuid(now), done).await
}
