//! Incidents, and how they are told.

use async_trait::async_trait;

use super::Fault;
use crate::ids::IncidentId;

#[async_trait]
pub trait AlertsDesk: Send + Sync {
    async fn alerts(&self) -> Result<AlertsView, Fault>;
}

/// The incident that a link names, however many there are.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkedIncident {
    Found(Box<IncidentView>),
    /// Forgotten since, or never known.
    Gone,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlertsView {
    /// None where the address names none.
    pub linked: Option<LinkedIncident>,
    /// The urgent and the newest of those that are open, and how many there are.
    pub open: Vec<IncidentView>,
    pub open_count: u64,
    /// Too young to be told; the same.
    pub watched: Vec<IncidentView>,
    pub watched_count: u64,
    /// Newest first.
    pub closed: Vec<IncidentView>,
    pub mail: MailView,
    pub webhook: WebhookView,
    pub rules: RulesForm,
    /// Digests and tests, newest first.
    pub notices: Vec<NoticeView>,
    pub may_take: bool,
    pub may_change: bool,
    pub may_rotate: bool,
    pub said: Option<AlertsSaid>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct IncidentView {
    pub id: IncidentId,
    /// Slug.
    pub kind: String,
    /// Name of the integration.
    pub integration: String,
    /// Where those concerned are listed.
    pub href: String,
    /// It is about one organization, or about none.
    pub of_one: bool,
    pub of_none: bool,
    pub tenants: u64,
    pub tenants_most: u64,
    pub urgent: bool,
    pub since: i64,
    pub calm_since: Option<i64>,
    pub relapses: u32,
    /// When it ended, and how: slug.
    pub closed: Option<(i64, String)>,
    /// Slug of how it was grouped, by which version of the rule.
    pub basis: String,
    pub version: i32,
    /// Who is on it, and since when.
    pub taken: Option<(String, i64)>,
    /// Oldest first.
    pub notices: Vec<NoticeView>,
}

/// What somebody was told.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeView {
    pub what: Noticed,
    pub receiver: NoticeReceiver,
    pub state: NoticeState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    Opened,
    Recovered,
    Digest,
    Test,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NoticeReceiver {
    /// By name; none where the account is gone.
    Mail(Option<String>),
    Webhook,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NoticeState {
    Waiting { at: i64, trouble: Option<String> },
    Sent { at: i64 },
    GivenUp { at: i64, trouble: String },
    Dropped,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MailView {
    /// A mail server is set.
    pub is_on: bool,
    pub mine: MailLevel,
    /// Names of all who get mails.
    pub subscribers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailLevel {
    Nothing,
    Urgent,
    Each,
}

impl MailLevel {
    pub const ALL: [MailLevel; 3] = [MailLevel::Nothing, MailLevel::Urgent, MailLevel::Each];

    /// As forms write it.
    pub fn slug(self) -> &'static str {
        match self {
            MailLevel::Nothing => "none",
            MailLevel::Urgent => "urgent",
            MailLevel::Each => "each",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.slug() == slug)
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct WebhookView {
    /// Where notices are posted to; the rest of the address may be what opens it.
    pub host: Option<String>,
    pub typed: String,
    pub mistake: Option<WebhookMistake>,
    /// Shown once.
    pub secret: Option<String>,
    /// So long the one before it signs, too.
    pub previous_until: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookMistake {
    Url,
    Address,
}

/// The form of the rules, with what was typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RulesForm {
    pub one_minutes: String,
    pub many_minutes: String,
    pub at_once_from: String,
    pub zone: String,
    pub quiet_from: String,
    pub quiet_until: String,
    pub digest_hour: String,
    /// Tag.
    pub language: String,
    /// The field that cannot be saved.
    pub mistake: Option<RulesField>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulesField {
    OneMinutes,
    ManyMinutes,
    AtOnceFrom,
    Zone,
    QuietFrom,
    QuietUntil,
    DigestHour,
}

impl RulesField {
    /// What may be typed there.
    pub fn range(self) -> (u32, u32) {
        match self {
            Self::OneMinutes | Self::ManyMinutes => (0, 1_440),
            Self::AtOnceFrom => (1, 100_000),
            Self::QuietFrom | Self::QuietUntil | Self::DigestHour => (0, 23),
            Self::Zone => (0, 0),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertsSaid {
    Taken,
    Gone,
    Saved,
    Removed,
    Tested,
    Nowhere,
}

impl AlertsSaid {
    pub const ALL: [AlertsSaid; 6] = [
        AlertsSaid::Taken,
        AlertsSaid::Gone,
        AlertsSaid::Saved,
        AlertsSaid::Removed,
        AlertsSaid::Tested,
        AlertsSaid::Nowhere,
    ];

    /// As the address of the next page says it.
    pub fn slug(self) -> &'static str {
        match self {
            AlertsSaid::Taken => "taken",
            AlertsSaid::Gone => "gone",
            AlertsSaid::Saved => "saved",
            AlertsSaid::Removed => "removed",
            AlertsSaid::Tested => "tested",
            AlertsSaid::Nowhere => "nowhere",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.slug() == slug)
    }
}
