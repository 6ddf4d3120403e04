//! What can go wrong between us and OfficeRnD, as one closed set.
//!
//! Callers decide by [`OfficeRndError::class`], people read [`Kind`], and whoever spends a code or a
//! refresh token looks at [`Sent`]. Nothing here ever holds a body, a query, a token or a secret, so
//! both `Display` and `Debug` may be logged.

use std::fmt;
use std::time::Duration;

/// What we were doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    Exchange,
    Refresh,
    Organization,
    IntegrationSecret,
    Locations,
    Entities,
    Member,
    CreateWebhook,
    ListWebhooks,
    DeleteWebhook,
    ServerTime,
    /// A call of the partner system.
    Forward,
}

impl Call {
    /// Lower case, for logs and metric labels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Refresh => "refresh",
            Self::Organization => "organization",
            Self::IntegrationSecret => "integration_secret",
            Self::Locations => "locations",
            Self::Entities => "entities",
            Self::Member => "member",
            Self::CreateWebhook => "create_webhook",
            Self::ListWebhooks => "list_webhooks",
            Self::DeleteWebhook => "delete_webhook",
            Self::ServerTime => "server_time",
            Self::Forward => "forward",
        }
    }
}

/// What happened, in enough detail for the page that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A code or refresh token that OfficeRnD does not accept (any more).
    InvalidGrant,
    /// The client id or client secret of the integration is wrong.
    InvalidClient,
    /// The token endpoint, or we ourselves, found our request wrong: scopes, redirect URI, an id that
    /// cannot stand in a URL header.
    InvalidRequest,
    /// 429.
    Limited,
    /// Not reachable, too slow, or a server error.
    Down,
    /// 401 from the API: the access token is expired or no longer accepted. Refresh once before
    /// believing that the grant is gone.
    Unauthorized,
    /// 403 from the API: the token lacks a scope.
    PermissionMissing,
    /// 404, or an id that cannot name anything.
    NotFound,
    /// Another refusal: 400, 409, 422, or an OAuth error nobody told us about.
    Rejected,
    /// The organization that answered is not the one that was asked for.
    OtherOrganization,
    /// `regionInfo.regionUrl` names a host we may not send tokens to.
    RegionRefused,
    /// Everything was fine, except that the answer holds no secret.
    SecretMissing,
    /// An answer we cannot read: not JSON, cut off, too large, a redirect, without what we need.
    Unreadable,
}

impl Kind {
    /// Lower case, for logs, metric labels and the key of a text.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidClient => "invalid_client",
            Self::InvalidRequest => "invalid_request",
            Self::Limited => "limited",
            Self::Down => "down",
            Self::Unauthorized => "unauthorized",
            Self::PermissionMissing => "permission_missing",
            Self::NotFound => "not_found",
            Self::Rejected => "rejected",
            Self::OtherOrganization => "other_organization",
            Self::RegionRefused => "region_refused",
            Self::SecretMissing => "secret_missing",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What a caller may do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Keep everything and try again, not before `retry_after` where OfficeRnD named it.
    RetryLater { retry_after: Option<Duration> },
    /// OfficeRnD said no to this request; asking again changes nothing.
    Refused,
    /// The grant or the access token is no longer accepted.
    Revoked,
    /// The partner's or our mistake: configuration or code must change.
    OurFault,
}

/// How far the request got. It decides whether a code or refresh token in it may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It never left: no address, no connection, no handshake.
    No,
    /// It may have been processed and we do not know the outcome: time limit, lost connection, server
    /// error, unreadable answer.
    Maybe,
    /// A definite answer came. `processed` is false for 429, which leaves what was sent unused.
    Answered { processed: bool },
}

/// A failed call to OfficeRnD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeRndError {
    call: Call,
    kind: Kind,
    sent: Sent,
    status: Option<u16>,
    retry_after: Option<Duration>,
    detail: Option<Box<str>>,
}

impl OfficeRndError {
    pub(super) fn new(call: Call, kind: Kind, sent: Sent) -> Self {
        Self { call, kind, sent, status: None, retry_after: None, detail: None }
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub(super) fn retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// One short line. It may name what is wrong, never what was sent or received.
    pub(super) fn detail(mut self, detail: &str) -> Self {
        const MOST: usize = 200;
        self.detail = Some(detail.chars().filter(|character| !character.is_control()).take(MOST).collect());
        self
    }

    pub fn call(&self) -> Call {
        self.call
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// The HTTP status of the answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.status
    }

    pub fn class(&self) -> Class {
        match self.kind {
            Kind::Limited | Kind::Down | Kind::Unreadable => Class::RetryLater { retry_after: self.retry_after },
            // A code is no grant yet: refusing it revokes nothing.
            Kind::InvalidGrant if self.call == Call::Exchange => Class::Refused,
            Kind::InvalidGrant | Kind::Unauthorized => Class::Revoked,
            Kind::PermissionMissing
            | Kind::NotFound
            | Kind::Rejected
            | Kind::OtherOrganization
            | Kind::SecretMissing => Class::Refused,
            Kind::InvalidClient | Kind::InvalidRequest | Kind::RegionRefused => Class::OurFault,
        }
    }

    /// The outcome is unknown, so a code or refresh token that was sent may be used up.
    pub fn may_be_spent(&self) -> bool {
        self.sent == Sent::Maybe
    }

    /// The refusal may be about the version of the API and not about us: the other version decides.
    pub(super) fn other_version_may_answer(&self) -> bool {
        matches!(self.kind, Kind::NotFound | Kind::PermissionMissing | Kind::SecretMissing) && self.sent != Sent::No
    }

    /// Of two versions that both failed, the answer that says more. A token of one version's scopes is
    /// refused by the other whatever was asked, so a bare "no" of the second tells nothing.
    pub(super) fn or_earlier(self, earlier: Self) -> Self {
        if self.other_version_may_answer() { earlier } else { self }
    }
}

/// One line for the log.
impl fmt::Display for OfficeRndError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeRnD {}: {}", self.call.name(), self.kind.name())?;
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        if let Some(wait) = self.retry_after {
            write!(f, ", retry after {} s", wait.as_secs())?;
        }
        if self.sent == Sent::No {
            f.write_str(", not sent")?;
        }
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for OfficeRndError {}
