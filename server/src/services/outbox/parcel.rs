//! What was claimed, with all that one attempt needs: to whom, and for endpoints where they are and what signs.

use std::collections::HashMap;
use std::sync::Arc;

use app::ids::{ConnectionId, EndpointId};
use opentelemetry::trace::SpanKind;
use url::Url;
use uuid::Uuid;

use crate::clock::Millis;
use crate::crypto::hook::HookKey;
use crate::domain::event::Endpoint;
use crate::manifest::Hook;
use crate::services::events::endpoints::is_open;
use crate::state::App;
use crate::storage::outbox::Claimed;
use crate::storage::{StorageError, Tx, endpoints, events};
use crate::upstream::partner::{EVENT_TIMEOUT, PartnerError, Stamp, message_id};

/// Milliseconds of an endpoint's time limit.
const EVENT_LIMIT: Millis = EVENT_TIMEOUT.as_millis() as Millis;

/// A message under way.
#[derive(Clone)]
pub struct Parcel {
    pub message: Claimed,
    pub to: To,
}

#[derive(Clone)]
pub enum To {
    /// A hook of the integration's manifest.
    Hook,
    Endpoint(Arc<Addressee>),
    /// There is nobody who could be told, for this reason: for good, or for now.
    Nobody(&'static str, bool),
}

/// An endpoint that can be told.
pub struct Addressee {
    pub endpoint: Endpoint,
    url: Url,
    /// Whether http and private addresses are allowed.
    open: bool,
    /// Its own, and for a while the one before; none when they do not open.
    keys: Vec<HookKey>,
}

/// One attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// One line that may be logged and stored.
    pub trouble: String,
    /// Another attempt would end like this one.
    pub for_good: bool,
    /// The receiver asked for so long a wait.
    pub wait: Option<Millis>,
}

impl Undelivered {
    pub fn for_now(trouble: impl Into<String>) -> Self {
        Self { trouble: trouble.into(), for_good: false, wait: None }
    }
}

impl From<PartnerError> for Undelivered {
    fn from(error: PartnerError) -> Self {
        let wait = error.wait().and_then(|wait| Millis::try_from(wait.as_millis()).ok());
        Self { wait, ..Self::for_now(error.to_string()) }
    }
}

impl Parcel {
    /// `webhook-id`.
    pub fn id(&self) -> String {
        self.message.event_id.map_or_else(|| message_id(self.message.id), |id| app::ids::EventId(id).to_string())
    }

    pub fn addressee(&self) -> Option<&Addressee> {
        match &self.to {
            To::Endpoint(addressee) => Some(addressee),
            To::Hook | To::Nobody(..) => None,
        }
    }
}

/// How long one attempt may take.
pub fn longest(app: &App, receiver: &str) -> Millis {
    if receiver.starts_with(EndpointId::PREFIX) {
        return EVENT_LIMIT;
    }
    let integration = app.integrations.get(receiver);
    let partner = integration.as_ref().and_then(|integration| integration.partner.as_ref());
    partner.map_or(0, |partner| i64::try_from(partner.timeout.as_millis()).unwrap_or(i64::MAX / 4))
}

/// Reads what the messages need besides themselves.
///
/// # Errors
/// When the database does not answer or a secret does not open.
pub async fn pack(app: &App, tx: &Tx, claimed: Vec<Claimed>) -> Result<Vec<Parcel>, StorageError> {
    let told: Vec<Uuid> = claimed.iter().filter_map(|message| message.event_id).collect();
    if told.is_empty() {
        return Ok(claimed.into_iter().map(|message| Parcel { message, to: To::Hook }).collect());
    }
    let bodies: HashMap<Uuid, String> = events::bodies(tx.connection(), &told).await?.into_iter().collect();
    let endpoints = addressees(app, tx, &claimed).await?;
    let parcel = |mut message: Claimed| {
        let Some(event) = message.event_id else { return Parcel { message, to: To::Hook } };
        let to = match (bodies.get(&event), endpoints.get(&message.receiver)) {
            (None, _) => To::Nobody("the event is no longer kept", true),
            (_, None) => To::Nobody("the endpoint is gone", true),
            (_, Some(one)) if one.endpoint.disabled_at.is_some() => To::Nobody("the endpoint is disabled", true),
            (_, Some(one)) if one.keys.is_empty() => To::Nobody("the endpoint's secret does not open", false),
            (Some(body), Some(one)) => {
                message.body.clone_from(body);
                To::Endpoint(one.clone())
            }
        };
        Parcel { message, to }
    };
    Ok(claimed.into_iter().map(parcel).collect())
}

async fn addressees(app: &App, tx: &Tx, claimed: &[Claimed]) -> Result<HashMap<String, Arc<Addressee>>, StorageError> {
    let of_events = claimed.iter().filter(|message| message.event_id.is_some());
    let mut ids: Vec<Uuid> =
        of_events.filter_map(|message| message.receiver.parse::<EndpointId>().ok()).map(|EndpointId(id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    let now = app.clock.now();
    let found = endpoints::with_secrets(tx.connection(), &app.vault, &ids).await?;
    let inconsistent = |what| StorageError::Inconsistent { table: "event_endpoints", what };
    let mut addressees = HashMap::with_capacity(found.len());
    for (id, (endpoint, secrets)) in found {
        // The one before it counts until the hour that was said, also while nobody has taken it away yet.
        let overlaps = endpoint.previous_until.is_some_and(|until| until > now);
        let secrets = secrets.map(|secrets| [Some(secrets.current), secrets.previous.filter(|_| overlaps)]);
        let keys: Result<Vec<HookKey>, _> = secrets.iter().flatten().flatten().map(HookKey::parse).collect();
        let keys = keys.map_err(|_| inconsistent("a secret that signs nothing"))?;
        let url = Url::parse(&endpoint.url).map_err(|_| inconsistent("an address that is none"))?;
        let open = app.integrations.get(&endpoint.integration).is_some_and(|integration| is_open(&integration));
        addressees.insert(EndpointId(id).to_string(), Arc::new(Addressee { endpoint, url, open, keys }));
    }
    Ok(addressees)
}

/// Tries once.
///
/// # Errors
/// When it did not arrive.
pub async fn deliver(app: &App, parcel: &Parcel) -> Result<(), Undelivered> {
    let message = &parcel.message;
    let what = if message.event_id.is_some() { "event" } else { "hook" };
    let span = app.traces.span(SpanKind::Producer, || format!("deliver {what}").into());
    span.note("messaging.system", || "deskbridge");
    span.note("messaging.operation.name", || "deliver");
    span.note("messaging.operation.type", || "send");
    // An integration or an endpoint.
    span.note("messaging.destination.name", || message.receiver.clone());
    span.note("messaging.message.id", || parcel.id());
    span.note("deskbridge.connection", || ConnectionId(message.connection_id).to_string());
    let outcome = span.around(attempt(app, parcel)).await;
    if outcome.is_err() {
        span.fail("undelivered");
    }
    outcome
}

async fn attempt(app: &App, parcel: &Parcel) -> Result<(), Undelivered> {
    let Parcel { message, to } = parcel;
    match to {
        To::Hook => call(app, message).await,
        To::Endpoint(addressee) => {
            let Addressee { url, open, keys, .. } = &**addressee;
            let event = message.event_id.unwrap_or(message.id);
            let at = app.clock.now_seconds();
            Ok(app.partners.tell(url.clone(), *open, keys, event, at, message.body.clone()).await?)
        }
        To::Nobody(why, for_good) => Err(Undelivered { for_good: *for_good, ..Undelivered::for_now(*why) }),
    }
}

async fn call(app: &App, message: &Claimed) -> Result<(), Undelivered> {
    let integration = app.integrations.get(&message.receiver);
    let Some(partner) = integration.as_ref().and_then(|integration| integration.partner.as_ref()) else {
        return Err(Undelivered::for_now("no manifest names this partner system any more"));
    };
    let hook = match message.hook.as_str() {
        known if known == Hook::Sync.as_str() => Hook::Sync,
        known if known == Hook::Disconnected.as_str() => Hook::Disconnected,
        _ => return Err(Undelivered::for_now("this version does not know the hook")),
    };
    let stamp = Stamp { id: message.id, at: app.clock.now_seconds() };
    Ok(app.partners.deliver(partner, hook, stamp, message.body.clone().into_bytes()).await?)
}
