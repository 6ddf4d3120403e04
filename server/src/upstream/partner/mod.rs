//! The partner system over HTTP: its hooks (`docs/HOOKS.md`), signed, within limits, at no address that the
//! guard refuses.
//!
//! Each call is one request: nothing here tries again. What has to arrive goes through the outbox.

mod answer;
mod error;
mod event;
mod oauth;
mod question;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::SpanKind;
use reqwest::Response;
use reqwest::dns::Resolve;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::Url;
use uuid::Uuid;

pub use self::answer::{Account, ActionOutcome, Fact, FactsByName, Mistake, OptionItem, OptionPage, Verified};
pub use self::error::{PartnerError, Told, Trouble};
pub use self::event::{AddressRefused, Content, EVENT_TIMEOUT, Envelope, event_body};
pub use self::oauth::{Exchanged, authorize_url};
pub use self::question::{
    Account as LinkedAccount, Action, Connected, Disconnected, Facts, Locations, LocationsChanged, Options,
    SettingsChanged, Subject, Sync, SyncRequested, SyncSwitched, Verify, body,
};

use self::answer::{Answer, WrongShape};
use self::error::Asked;
use super::answer::{Unread, cause, read_capped, retry_after};
use super::guard::{Guard, Refused, SystemNames, admit};
use crate::crypto::hook::HookKey;
use crate::manifest::{Hook, Partner};
use crate::telemetry::traces::{Span, TRACEPARENT, Traces};

/// Of an answer, unpacked.
const MOST_BYTES: usize = 1024 * 1024;
/// Nobody reads what follows a delivery's 2xx; it is taken off the connection so that the next can use it.
const MOST_IGNORED: usize = 64 * 1024;
const IGNORED_WITHIN: Duration = Duration::from_millis(500);
const CONNECT: Duration = Duration::from_secs(5);
/// Servers commonly close idle connections after 5 s; a request that meets the close would be lost.
const IDLE: Duration = Duration::from_secs(4);
/// Connections that are kept for one partner system; the outbox sends about as many at once.
const IDLE_CONNECTIONS: usize = 32;

/// A request's identity and time. Deliveries keep their id over retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub id: Uuid,
    /// Seconds since 1970.
    pub at: i64,
}

/// The client for all partner systems. Clones share connections.
#[derive(Clone)]
pub struct PartnerSystems {
    guarded: reqwest::Client,
    /// For manifests with `allow_private_addresses`.
    open: reqwest::Client,
    /// Of the system, or of a test.
    names: Arc<dyn Resolve>,
    traces: Traces,
}

impl PartnerSystems {
    /// # Errors
    /// When no client can be made.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with_names(Arc::new(SystemNames))
    }

    fn with_names(names: Arc<dyn Resolve>) -> Result<Self, reqwest::Error> {
        let guard = Arc::new(Guard { names: names.clone() });
        Ok(Self {
            guarded: client().https_only(true).dns_resolver(guard).build()?,
            open: client().dns_resolver(names.clone()).build()?,
            names,
            traces: Traces::default(),
        })
    }

    /// The same with a span for each call.
    #[must_use]
    pub fn traced(self, traces: Traces) -> Self {
        Self { traces, ..self }
    }

    /// # Errors
    /// See [`PartnerError`]; wrong entries are no error.
    pub async fn verify(
        &self,
        partner: &Partner,
        subject: Subject<'_>,
        stamp: Stamp,
        question: &Verify<'_>,
    ) -> Result<Verified, PartnerError> {
        self.ask(partner, Hook::Verify, stamp, body(subject, question)).await
    }

    /// # Errors
    /// See [`PartnerError`].
    pub async fn options(
        &self,
        partner: &Partner,
        subject: Subject<'_>,
        stamp: Stamp,
        question: &Options<'_>,
    ) -> Result<OptionPage, PartnerError> {
        self.ask(partner, Hook::Options, stamp, body(subject, question)).await
    }

    /// # Errors
    /// See [`PartnerError`]; a refused action is no error.
    pub async fn action(
        &self,
        partner: &Partner,
        subject: Subject<'_>,
        stamp: Stamp,
        question: &Action<'_>,
    ) -> Result<ActionOutcome, PartnerError> {
        self.ask(partner, Hook::Actions, stamp, body(subject, question)).await
    }

    /// # Errors
    /// See [`PartnerError`].
    pub async fn facts(
        &self,
        partner: &Partner,
        subject: Subject<'_>,
        stamp: Stamp,
        question: &Facts<'_>,
    ) -> Result<FactsByName, PartnerError> {
        self.ask(partner, Hook::Facts, stamp, body(subject, question)).await
    }

    /// Sends a body that was made before. The status alone says whether it arrived.
    ///
    /// # Errors
    /// See [`PartnerError`].
    pub async fn deliver(
        &self,
        partner: &Partner,
        hook: Hook,
        stamp: Stamp,
        body: Vec<u8>,
    ) -> Result<(), PartnerError> {
        ignore(self.send(partner, hook, stamp, body).await?).await;
        Ok(())
    }

    async fn ask<A: Answer>(
        &self,
        partner: &Partner,
        hook: Hook,
        stamp: Stamp,
        body: Vec<u8>,
    ) -> Result<A, PartnerError> {
        let response = self.send(partner, hook, stamp, body).await?;
        let status = response.status().as_u16();
        let trouble = |trouble| PartnerError::new(hook, trouble).status(status);
        let read = read_capped(response, MOST_BYTES).await.map_err(|unread| match unread {
            Unread::TooLarge => trouble(Trouble::TooLarge),
            Unread::Lost(error) => transport(hook, &error).status(status),
        })?;
        // The parser's words may quote the body, so they are not passed on.
        let json: serde_json::Value = serde_json::from_slice(&read).map_err(|_| trouble(Trouble::NotJson))?;
        let raw = serde_json::from_value(json).map_err(|_| trouble(Trouble::WrongShape));
        A::read(raw?).map_err(|WrongShape(what)| trouble(Trouble::WrongShape).detail(what))
    }

    /// The answer of a 2xx, its body unread.
    async fn send(&self, partner: &Partner, hook: Hook, stamp: Stamp, body: Vec<u8>) -> Result<Response, PartnerError> {
        let trouble = |trouble| PartnerError::new(hook, trouble);
        if !partner.answers(hook) {
            return Err(trouble(Trouble::NotAnswered));
        }
        let key = HookKey::parse(&partner.secret).expect("a manifest without a signing secret is refused");
        let id = message_id(stamp.id);
        let signatures = key.sign(&id, stamp.at, &body);
        let parcel = Parcel { id, at: stamp.at, signatures, body };
        let open = partner.allow_private_addresses;
        self.post(hook.into(), partner.hook_url(hook), open, partner.timeout, parcel).await
    }

    /// One signed request, and the answer if it is 2xx.
    async fn post(
        &self,
        asked: Asked,
        url: Url,
        open: bool,
        timeout: Duration,
        parcel: Parcel,
    ) -> Result<Response, PartnerError> {
        let span = self.traces.span(SpanKind::Client, || format!("POST {}", asked.name()).into());
        span.note("http.request.method", || "POST");
        // Not the address itself: its path and query are the partner's and may hold a key.
        span.note("server.address", || url.host_str().unwrap_or_default().to_owned());
        span.note("server.port", || i64::from(url.port_or_known_default().unwrap_or_default()));
        let outcome = span.around(self.send_one(asked, url, open, timeout, parcel, &span)).await;
        let status = match &outcome {
            Ok(response) => Some(response.status().as_u16()),
            Err(error) => error.http_status(),
        };
        if let Some(status) = status {
            span.note("http.response.status_code", || i64::from(status));
        }
        if let Err(error) = &outcome {
            span.fail(error.trouble().name());
        }
        outcome
    }

    async fn send_one(
        &self,
        asked: Asked,
        url: Url,
        open: bool,
        timeout: Duration,
        parcel: Parcel,
        span: &Span,
    ) -> Result<Response, PartnerError> {
        let trouble = |trouble| PartnerError::new(asked, trouble);
        let client = if open {
            &self.open
        } else {
            admit(&url).map_err(|refused| trouble(Trouble::Forbidden).detail(&refused.to_string()))?;
            &self.guarded
        };
        let at = parcel.at;
        let mut signatures = HeaderValue::try_from(parcel.signatures).expect("base64 can stand in a header");
        // No library prints it.
        signatures.set_sensitive(true);
        let mut request = client
            .post(url)
            .timeout(timeout)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("webhook-id", parcel.id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signatures)
            .body(parcel.body);
        if let Some(traceparent) = span.traceparent() {
            request = request.header(TRACEPARENT, traceparent);
        }
        let response = request.send().await.map_err(|error| transport(asked, &error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let kind = if status.is_redirection() { Trouble::Redirect } else { Trouble::Status };
        let wait = retry_after(response.headers(), Some(at));
        Err(trouble(kind).status(status.as_u16()).retry_after(wait))
    }
}

/// A body with what its headers say.
struct Parcel {
    /// `webhook-id`.
    id: String,
    /// Seconds since 1970.
    at: i64,
    signatures: String,
    body: Vec<u8>,
}

/// `webhook-id`, as the partner system sees and logs it.
pub fn message_id(id: Uuid) -> String {
    format!("msg_{}", id.simple())
}

/// Takes what nobody reads off the connection.
async fn ignore(response: Response) {
    drop(tokio::time::timeout(IGNORED_WITHIN, read_capped(response, MOST_IGNORED)).await);
}

fn client() -> reqwest::ClientBuilder {
    #[expect(clippy::disallowed_methods, reason = "the clients that all calls to partner systems share")]
    let builder = reqwest::Client::builder();
    builder
        .user_agent(concat!("Deskbridge/", env!("CARGO_PKG_VERSION")))
        // A redirect would carry the body to wherever an answer says.
        .redirect(reqwest::redirect::Policy::none())
        // A proxy would resolve names for us, behind the guard's back.
        .no_proxy()
        .referer(false)
        // A hook is tried once.
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
}

fn transport(asked: impl Into<Asked>, error: &reqwest::Error) -> PartnerError {
    let asked = asked.into();
    let mut deeper = error.source();
    while let Some(source) = deeper {
        if let Some(refused) = source.downcast_ref::<Refused>() {
            return PartnerError::new(asked, Trouble::Forbidden).detail(&refused.to_string());
        }
        deeper = source.source();
    }
    if error.is_connect() {
        return PartnerError::new(asked, Trouble::Unreachable).detail(&cause(error));
    }
    if error.is_timeout() {
        return PartnerError::new(asked, Trouble::TooSlow);
    }
    PartnerError::new(asked, Trouble::Lost).detail(&cause(error))
}

#[cfg(test)]
mod tests;
