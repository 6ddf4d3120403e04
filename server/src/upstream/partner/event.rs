//! Events: the body that every receiver and poller reads, whether an address may receive, and one delivery.

use std::fmt;
use std::time::Duration;

use app::ids::{ConnectionId, EventId, OrganizationId};
use reqwest::dns::Name;
use serde::Serialize;
use serde_json::{Value, json};
use url::{Host, Url};
use uuid::Uuid;

use super::error::Asked;
use super::{CONNECT, Parcel, PartnerError, PartnerSystems, Subject, ignore};
use crate::crypto::hook::HookKey;
use crate::domain::address::is_public;
use crate::upstream::guard::{Refused, admit};

/// An endpoint answers first and works afterwards.
pub const EVENT_TIMEOUT: Duration = Duration::from_secs(10);

/// What stands around the data of an event.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    pub id: Uuid,
    /// The name of the type.
    pub kind: &'a str,
    /// RFC 3339.
    pub timestamp: &'a str,
    pub subject: Subject<'a>,
}

/// What a type adds to whom the event is about.
pub enum Content<'a, M> {
    /// Further members of `data`.
    More(&'a M),
    /// The member `event` of `data`: JSON that is passed on as it was received, byte by byte.
    Verbatim(&'a str),
}

/// The whole body. It never differs under one id.
pub fn event_body<M: Serialize>(envelope: Envelope<'_>, content: &Content<'_, M>) -> String {
    #[derive(Serialize)]
    struct Body<'a, M> {
        r#type: &'a str,
        id: String,
        timestamp: &'a str,
        data: Data<'a, M>,
    }
    #[derive(Serialize)]
    struct Data<'a, M> {
        integration: &'a str,
        connection: String,
        organization: Value,
        #[serde(flatten)]
        more: Option<&'a M>,
    }
    let Envelope { id, kind, timestamp, subject } = envelope;
    let more = match content {
        Content::More(more) => Some(*more),
        Content::Verbatim(_) => None,
    };
    let data = Data {
        integration: subject.integration,
        connection: ConnectionId(subject.connection).to_string(),
        organization: json!({
            "id": OrganizationId(subject.organization.id).to_string(),
            "slug": subject.organization.slug,
            "name": subject.organization.name,
            "officernd_id": subject.organization.officernd_id,
        }),
        more,
    };
    let body = Body { r#type: kind, id: EventId(id).to_string(), timestamp, data };
    let mut text = serde_json::to_string(&body).expect("keys are texts, and no value refuses to be written");
    if let Content::Verbatim(event) = content {
        // Behind the last member of `data`.
        text.truncate(text.len() - "}}".len());
        text.push_str(",\"event\":");
        text.push_str(event);
        text.push_str("}}");
    }
    text
}

/// Why events may not be sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRefused {
    NotHttps,
    /// Loopback, private, link-local, a cloud's metadata, or reserved.
    NotPublic,
    /// Nobody knows the name.
    UnknownName,
}

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttps => Refused::NotHttps.fmt(f),
            Self::NotPublic => Refused::NotPublic.fmt(f),
            Self::UnknownName => f.write_str("the name leads to no address"),
        }
    }
}

impl PartnerSystems {
    /// Whether an address may be saved. It is judged again with each delivery, since a name can lead elsewhere by then.
    ///
    /// # Errors
    /// Why not. `open` allows http and private addresses.
    pub async fn may_receive(&self, url: &Url, open: bool) -> Result<(), AddressRefused> {
        if open {
            return if matches!(url.scheme(), "http" | "https") { Ok(()) } else { Err(AddressRefused::NotHttps) };
        }
        admit(url).map_err(|refused| match refused {
            Refused::NotHttps => AddressRefused::NotHttps,
            Refused::NotPublic => AddressRefused::NotPublic,
        })?;
        let Some(Host::Domain(host)) = url.host() else { return Ok(()) };
        let name: Name = host.parse().map_err(|_| AddressRefused::UnknownName)?;
        let found = tokio::time::timeout(CONNECT, self.names.resolve(name)).await;
        let mut found = found.ok().and_then(Result::ok).ok_or(AddressRefused::UnknownName)?.peekable();
        if found.peek().is_none() {
            return Err(AddressRefused::UnknownName);
        }
        if found.any(|address| is_public(address.ip())) { Ok(()) } else { Err(AddressRefused::NotPublic) }
    }

    /// One delivery, signed with every key. The status alone says whether it arrived.
    ///
    /// # Errors
    /// See [`PartnerError`].
    pub async fn tell(
        &self,
        url: Url,
        open: bool,
        keys: &[HookKey],
        event: Uuid,
        at: i64,
        body: String,
    ) -> Result<(), PartnerError> {
        self.tell_as(EventId(event).to_string(), url, open, keys, at, body).await
    }

    /// The same under an id that is no event's.
    ///
    /// # Errors
    /// See [`PartnerError`].
    pub async fn tell_as(
        &self,
        id: String,
        url: Url,
        open: bool,
        keys: &[HookKey],
        at: i64,
        body: String,
    ) -> Result<(), PartnerError> {
        let body = body.into_bytes();
        let signatures: Vec<String> = keys.iter().map(|key| key.sign(&id, at, &body)).collect();
        let parcel = Parcel { id, at, signatures: signatures.join(" "), body };
        ignore(self.post(Asked::Event, url, open, EVENT_TIMEOUT, parcel).await?).await;
        Ok(())
    }
}
