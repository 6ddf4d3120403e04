//! What staff do with incidents and with how they are told; each with its record in the same transaction.

use app::ports::Actor;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use super::{send, tell};
use crate::clock::{DAY, Millis};
use crate::domain::alerting::Rules;
use crate::services::staff::permit::{Permit, acts};
use crate::services::staff::session::Member;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::alerting::{self, Level};
use crate::storage::staff::activity::{self, StaffActivity};
use crate::storage::{StorageError, Tx, incidents};
use crate::upstream::partner::AddressRefused;

/// Longer addresses are none.
const LONGEST_URL: usize = 2_000;
/// So long a secret signs beside its successor, as at the endpoints of events.
const OVERLAP: Millis = DAY;

async fn record(
    app: &App,
    tx: &mut Tx,
    (kind, actor): (&'static str, Actor),
    subject: Option<String>,
    detail: Option<String>,
    now: Millis,
) -> Result<(), StorageError> {
    activity::record(tx, app.random.uuid(now), StaffActivity { at: now, kind, actor, subject, detail }).await
}

/// Somebody is on it: colleagues see who. `false` when it is over, or somebody else is on it already.
///
/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn acknowledge(app: &App, permit: &Permit<acts::Acknowledge>, incident: Uuid) -> Result<bool, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(taken) = incidents::acknowledge(&mut tx, incident, permit.name(), now).await? else {
            return Ok(false);
        };
        let (subject, detail) = (Some(taken.key.integration), Some(taken.key.kind.slug().to_owned()));
        record(&app, &mut tx, ("incident.taken", permit.actor()), subject, detail, now).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await
}

/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn save_rules(app: &App, permit: &Permit<acts::Alerts>, rules: Rules) -> Result<(), ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let before = alerting::lock(&mut tx, now).await?;
        if before.rules == rules {
            return Ok(());
        }
        alerting::save_rules(&mut tx, &rules).await?;
        let detail = serde_json::to_string(&rules).ok();
        record(&app, &mut tx, ("alerts.rules_saved", permit.actor()), None, detail, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Why notices cannot be posted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSet {
    /// It cannot be read, or carries a login.
    Url,
    Address(AddressRefused),
}

/// Notices are posted there from now on, signed with a new secret that nobody can read again. None where that was so
/// before: another secret for the same address is [`rotate_webhook`]'s.
///
/// # Errors
/// When the database does not answer; inside, why it is not set.
pub async fn set_webhook(
    app: &App,
    permit: &Permit<acts::Alerts>,
    url: &str,
) -> Result<Result<Option<SecretString>, NotSet>, ServiceError> {
    let usable = |url: &Url| url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let read = Url::parse(url).ok().filter(|url| usable(url) && url.has_host());
    let Some(url) = read.filter(|_| url.len() <= LONGEST_URL) else { return Ok(Err(NotSet::Url)) };
    // Before the transaction: a name may take long.
    if let Err(refused) = app.partners.may_receive(&url, send::is_open(app)).await {
        return Ok(Err(NotSet::Address(refused)));
    }
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let secret = new_secret(&app);
        let mut tx = app.db.begin().await?;
        if alerting::lock(&mut tx, now).await?.webhook_url.as_deref() == Some(url.as_str()) {
            return Ok(Ok(None));
        }
        alerting::save_webhook(&mut tx, &app.vault, Some((url.as_str(), &secret))).await?;
        // The rest of the address may be what opens it.
        let host = url.host_str().map(str::to_owned);
        record(&app, &mut tx, ("alerts.webhook_set", permit.actor()), host, None, now).await?;
        tx.commit().await?;
        Ok(Ok(Some(secret)))
    })
    .await
}

fn new_secret(app: &App) -> SecretString {
    SecretString::from(format!("whsec_{}", STANDARD.encode(app.random.bytes::<32>())))
}

/// A new secret for the address that notices are posted to; the one before signs beside it for a day, and what was
/// before that nothing more. None where there is no address.
///
/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn rotate_webhook(
    app: &App,
    permit: &Permit<acts::RotateSecrets>,
) -> Result<Option<SecretString>, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(url) = alerting::lock(&mut tx, now).await?.webhook_url else { return Ok(None) };
        let secret = new_secret(&app);
        alerting::rotate_webhook(&mut tx, &app.vault, &secret, now + OVERLAP).await?;
        let host = Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned));
        record(&app, &mut tx, ("alerts.webhook_rotated", permit.actor()), host, None, now).await?;
        tx.commit().await?;
        Ok(Some(secret))
    })
    .await
}

/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn remove_webhook(app: &App, permit: &Permit<acts::Alerts>) -> Result<(), ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        if alerting::lock(&mut tx, now).await?.webhook_url.is_none() {
            return Ok(());
        }
        alerting::save_webhook(&mut tx, &app.vault, None).await?;
        record(&app, &mut tx, ("alerts.webhook_removed", permit.actor()), None, None, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// What somebody wants to hear by mail; nothing without a level. Everybody decides that for themselves.
///
/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn subscribe(app: &App, member: &Member, level: Option<Level>) -> Result<(), ServiceError> {
    let (staff, name) = (member.staff().id, member.staff().name.clone());
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        alerting::subscribe(&mut tx, staff, level, now).await?;
        let (actor, detail) = (Actor::Staff { id: staff, name }, Some(level.map_or("none", Level::slug).to_owned()));
        record(&app, &mut tx, ("alerts.subscribed", actor), None, detail, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// A notice by mail to the one who asks, and one to the webhook. Says how many there are.
///
/// # Errors
/// When the database does not answer; nothing is stored then.
pub async fn test(app: &App, permit: &Permit<acts::Alerts>) -> Result<usize, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let alerting = alerting::lock(&mut tx, now).await?;
        let count = tell::test(&app, &mut tx, permit.staff(), &alerting, now).await?;
        if count > 0 {
            record(&app, &mut tx, ("alerts.tested", permit.actor()), None, None, now).await?;
            tx.commit().await?;
        }
        Ok(count)
    })
    .await
}
