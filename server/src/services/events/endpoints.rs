//! Endpoints: made, rotated, replayed, enabled again, deleted by the partner system; disabled by us when nothing
//! arrives for days.

use app::ids::{ApiKeyId, EndpointId};
use app::ports::Actor;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use crate::clock::{Millis, SECOND, rfc3339};
use crate::domain::event::{Endpoint, Wanted};
use crate::manifest::Integration;
use crate::services::ServiceError;
use crate::services::staff::permit::{Permit, acts};
use crate::state::App;
use crate::storage::events::Numbered;
use crate::storage::outbox::endpoints::ToEndpoint;
use crate::storage::staff::activity::{self, StaffActivity};
use crate::storage::{StorageError, Tx, endpoints, events, outbox};
use crate::upstream::partner::AddressRefused;

/// For each integration. Every event is a delivery to each of them.
pub const MOST: u64 = 20;
/// Longer addresses are none.
const LONGEST_URL: usize = 2_000;
/// Events that are looked at in one statement of a replay.
const GROUP: u64 = 1_000;
/// An event that is kept no longer than that may be gone before it is sent.
pub const ENDS: Millis = SECOND / 2;
/// What waited when an endpoint was disabled.
const DISABLED: &str = "the endpoint was disabled";

/// Why an endpoint is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMade {
    /// The integration is not known.
    Integration,
    /// It cannot be read, or carries what an endpoint has no use for.
    Url,
    Address(AddressRefused),
    Types,
    TooMany,
}

/// Who changes an endpoint. What staff do is recorded in the same transaction; keys have no activity of their own.
pub enum By {
    Key,
    Staff(Actor),
}

impl By {
    /// Somebody who may change endpoints, change their secrets, or replay.
    pub fn staff<A: Hears>(permit: &Permit<A>) -> Self {
        By::Staff(permit.actor())
    }

    async fn note(
        &self,
        app: &App,
        tx: &mut Tx,
        kind: &'static str,
        endpoint: &Endpoint,
        detail: Option<String>,
    ) -> Result<(), StorageError> {
        let By::Staff(actor) = self else { return Ok(()) };
        let now = app.clock.now();
        let subject = Some(format!("{} ({})", endpoint.url, EndpointId(endpoint.id)));
        let done = StaffActivity { at: now, kind, actor: actor.clone(), subject, detail };
        activity::record(tx, app.random.uuid(now), done).await
    }
}

/// Acts on endpoints.
pub trait Hears {}
impl Hears for acts::Endpoints {}
impl Hears for acts::Replay {}
impl Hears for acts::RotateSecrets {}

/// Makes an endpoint, and the secret that nobody can read again.
///
/// # Errors
/// When the database does not answer; inside, why it is not made.
pub async fn create(
    app: &App,
    integration: &str,
    url: &str,
    types: &[String],
    by: &By,
) -> Result<Result<(Endpoint, SecretString), NotMade>, ServiceError> {
    let Some(integration) = app.integrations.get(integration) else { return Ok(Err(NotMade::Integration)) };
    let Some(url) = usable(url) else { return Ok(Err(NotMade::Url)) };
    let Ok(wanted) = Wanted::parse_all(types) else { return Ok(Err(NotMade::Types)) };
    // Before the transaction: a name may take long.
    if let Err(refused) = app.partners.may_receive(&url, is_open(&integration)).await {
        return Ok(Err(NotMade::Address(refused)));
    }
    let mut types: Vec<String> = Vec::with_capacity(wanted.len());
    for one in wanted {
        if !types.iter().any(|known| known == one.as_str()) {
            types.push(one.as_str().to_owned());
        }
    }
    let now = app.clock.now();
    let endpoint = Endpoint {
        id: app.random.uuid(now),
        integration: integration.slug.clone(),
        url: url.into(),
        types,
        created_at: now,
        previous_until: None,
        failing_since: None,
        disabled_at: None,
        reason: None,
    };
    let secret = new_secret(app);
    let mut tx = app.db.begin().await?;
    if endpoints::count(tx.connection(), &endpoint.integration).await? >= MOST {
        return Ok(Err(NotMade::TooMany));
    }
    endpoints::create(&mut tx, &app.vault, &endpoint, &secret).await?;
    by.note(app, &mut tx, "endpoint.made", &endpoint, None).await?;
    tx.commit().await?;
    Ok(Ok((endpoint, secret)))
}

fn usable(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST_URL)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (plain && url.has_host()).then_some(url)
}

/// Whether the manifest allows http and private addresses.
pub fn is_open(integration: &Integration) -> bool {
    integration.partner.as_ref().is_some_and(|partner| partner.allow_private_addresses)
}

fn new_secret(app: &App) -> SecretString {
    SecretString::from(format!("whsec_{}", STANDARD.encode(app.random.bytes::<32>())))
}

/// A new secret, and until when the one before it signs beside it. None when the endpoint is gone.
///
/// # Errors
/// When the database does not answer.
pub async fn rotate(
    app: &App,
    endpoint: Uuid,
    overlap_seconds: i64,
    by: &By,
) -> Result<Option<(SecretString, Option<Millis>)>, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(current) = endpoints::lock(&tx, endpoint).await? else { return Ok(None) };
    let secret = new_secret(app);
    let until = (overlap_seconds > 0).then_some(now + overlap_seconds * SECOND);
    endpoints::save_secret(&mut tx, &app.vault, endpoint, &secret, until.is_some()).await?;
    let rotated = Endpoint { previous_until: until, ..current };
    endpoints::save(&mut tx, &rotated).await?;
    by.note(app, &mut tx, "endpoint.rotated", &rotated, None).await?;
    tx.commit().await?;
    Ok(Some((secret, until)))
}

/// Lets it hear what happens from now on. What happened meanwhile is replayed when somebody asks for it.
///
/// # Errors
/// When the database does not answer.
pub async fn enable(app: &App, endpoint: Uuid, by: &By) -> Result<Option<Endpoint>, ServiceError> {
    let mut tx = app.db.begin().await?;
    let Some(current) = endpoints::lock(&tx, endpoint).await? else { return Ok(None) };
    let enabled = Endpoint { failing_since: None, disabled_at: None, reason: None, ..current };
    endpoints::save(&mut tx, &enabled).await?;
    by.note(app, &mut tx, "endpoint.enabled", &enabled, None).await?;
    tx.commit().await?;
    Ok(Some(enabled))
}

/// Deletes it with everything that waits for it.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(app: &App, endpoint: &Endpoint, by: &By) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    // Or events that get their deliveries at this moment would wait for an endpoint that is gone.
    events::hold(&tx).await?;
    // In the sender's order: it holds deliveries when it asks for their endpoint.
    outbox::endpoints::forget(&mut tx, endpoint.id).await?;
    endpoints::delete(&mut tx, endpoint.id).await?;
    by.note(app, &mut tx, "endpoint.deleted", endpoint, None).await?;
    Ok(tx.commit().await?)
}

/// What to send again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    Event(Uuid),
    Since(Millis),
}

/// Sends events again that the endpoint wants, with their ids. Those that wait already are left alone. Says how many
/// it will hear; none when there is no such event, or no such endpoint any more.
///
/// # Errors
/// When the database does not answer.
pub async fn replay(app: &App, endpoint: &Endpoint, what: Replay, by: &By) -> Result<Option<u64>, ServiceError> {
    super::distribute(app).await?;
    let (since, event) = match what {
        Replay::Since(since) => (rfc3339(since), None),
        Replay::Event(id) => {
            let event = events::get(app.db.read(), &endpoint.integration, id).await?;
            if event.is_none() {
                return Ok(None);
            }
            (None, event)
        }
    };
    let mut tx = app.db.begin().await?;
    // What is not there is not replayed, and the record does not say so.
    if endpoints::get(tx.connection(), std::slice::from_ref(&endpoint.integration), endpoint.id).await?.is_none() {
        return Ok(None);
    }
    by.note(app, &mut tx, "endpoint.replayed", endpoint, since).await?;
    tx.commit().await?;
    let count = match what {
        Replay::Event(_) => {
            // Who asks for one by its id gets it, whatever it wants otherwise.
            let sent = send_again(app, endpoint, event.as_slice()).await?;
            let Some(count) = sent.filter(|count| *count > 0) else { return Ok(None) };
            count
        }
        Replay::Since(since) => {
            let (mut after, mut count) = (0, 0);
            loop {
                let group = events::numbered(app.db.read(), &endpoint.integration, since, after, GROUP).await?;
                let Some(last) = group.last() else { break count };
                after = last.position;
                let anew = Endpoint { created_at: since, ..endpoint.clone() };
                let wanted: Vec<Numbered> =
                    group.into_iter().filter(|event| anew.wants(&event.kind, event.created_at)).collect();
                let Some(sent) = send_again(app, endpoint, &wanted).await? else { return Ok(None) };
                count += sent;
            }
        }
    };
    app.outbox.wake();
    Ok(Some(count))
}

/// None when the endpoint is gone. Events that are about to be forgotten, or whose connection is purged, are left out.
async fn send_again(app: &App, endpoint: &Endpoint, list: &[Numbered]) -> Result<Option<u64>, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // Whoever deletes the endpoint holds this first, too.
    events::hold(&tx).await?;
    let of = std::slice::from_ref(&endpoint.integration);
    if endpoints::get(tx.connection(), of, endpoint.id).await?.is_none() {
        return Ok(None);
    }
    let ids: Vec<Uuid> = list.iter().map(|event| event.id).collect();
    let list = events::hold_kept(&tx, &ids, now + ENDS).await?;
    // Left out altogether: an upsert holds also what it does not change, and the sender holds it in another order.
    let waiting = outbox::endpoints::waiting(tx.connection(), endpoint.id, &ids).await?;
    let deliveries: Vec<ToEndpoint<'_>> = list
        .iter()
        .filter(|event| !waiting.contains(&event.id))
        .map(|event| ToEndpoint { id: app.random.uuid(now), event, endpoint: endpoint.id })
        .collect();
    outbox::endpoints::add(&mut tx, &deliveries, now).await?;
    tx.commit().await?;
    Ok(Some(list.len() as u64))
}

/// How deliveries to an endpoint ended in one turn of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fared {
    Well,
    /// With the last trouble, in a line.
    Badly(String),
}

/// Keeps in mind since when nothing arrives, and disables whom nothing reaches for days. `true` when it did.
///
/// # Errors
/// When the database does not answer.
pub async fn note(tx: &mut Tx, endpoint: Uuid, fared: &Fared, now: Millis) -> Result<bool, StorageError> {
    let Some(current) = endpoints::lock(tx, endpoint).await? else { return Ok(false) };
    let changed = match fared {
        Fared::Well => Endpoint { failing_since: None, ..current.clone() },
        Fared::Badly(_) if current.failing_since.is_none() => Endpoint { failing_since: Some(now), ..current.clone() },
        Fared::Badly(trouble) if current.has_failed_for_too_long(now) && current.disabled_at.is_none() => {
            let since = current.failing_since.and_then(rfc3339).unwrap_or_default();
            let reason = format!("nothing arrived since {since}; the last failure: {trouble}");
            Endpoint { disabled_at: Some(now), reason: Some(reason), ..current.clone() }
        }
        Fared::Badly(_) => return Ok(false),
    };
    let disabled = changed.disabled_at.is_some() && current.disabled_at.is_none();
    if changed != current {
        endpoints::save(tx, &changed).await?;
    }
    if disabled {
        let given_up = outbox::endpoints::give_up(tx, endpoint, DISABLED, now).await?;
        tracing::error!(
            endpoint = %EndpointId(endpoint), integration = changed.integration, given_up,
            reason = changed.reason.as_deref().unwrap_or_default(),
            "an event endpoint is disabled, since nothing arrives there; enable it again on its \
             integration's page of the dashboard, or through the API"
        );
        metrics::counter!("deskbridge_event_endpoints_disabled_total").increment(1);
    }
    Ok(disabled)
}

/// Who did what, for the log: keys have no activity of their own.
pub fn log_act(endpoint: Uuid, integration: &str, key: Uuid, act: &'static str) {
    tracing::info!(endpoint = %EndpointId(endpoint), integration, key = %ApiKeyId(key), act, "an event endpoint was changed");
}
