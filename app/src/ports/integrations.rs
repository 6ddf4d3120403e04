//! Integrations, API keys and event endpoints.

use super::tenants::Count;

use async_trait::async_trait;

use super::Fault;

#[async_trait]
pub trait IntegrationsDesk: Send + Sync {
    async fn integrations(&self) -> Result<IntegrationsView, Fault>;
    /// The integration that the address names.
    async fn set_up(&self) -> Result<SetUpSheetView, Fault>;
}

#[derive(Debug, Clone, PartialEq)]
pub struct IntegrationsView {
    pub integrations: Vec<IntegrationLine>,
    pub keys: KeysView,
}

#[derive(Debug, Clone, PartialEq)]
pub struct IntegrationLine {
    pub slug: String,
    pub name: String,
    pub revision: u32,
    pub connections: Count,
    /// How many of them were set up or changed last with each revision of the manifest, the newest first; none for
    /// those of which that is not known. Empty where there are more than are counted.
    pub revisions: Vec<(Option<u32>, u64)>,
    /// Points of the checklist that are done, and all of them.
    pub done: (usize, usize),
}

/// Keys of the partner system.
#[derive(Debug, Clone, PartialEq)]
pub struct KeysView {
    pub may_change: bool,
    pub keys: Vec<KeyLine>,
    pub form: KeyForm,
    /// Slugs and names that a key can be for.
    pub integrations: Vec<(String, String)>,
    /// Scopes, and what each allows.
    pub scopes: Vec<(String, String)>,
    /// Shown once.
    pub made: Option<(String, String)>,
    pub said: Option<KeySaid>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct KeyLine {
    pub id: String,
    pub name: String,
    pub integrations: Vec<String>,
    pub scopes: Vec<String>,
    pub last_used_at: Option<i64>,
    pub state: KeyState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    Endless,
    Until(i64),
    Expired(i64),
    Revoked(i64),
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyForm {
    pub name: String,
    pub integrations: Vec<String>,
    pub scopes: Vec<String>,
    pub days: String,
    pub mistake: Option<KeyMistake>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMistake {
    NoName,
    NoIntegration,
    NoScope,
    Days,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySaid {
    Revoked,
    EndsAlready,
}

impl KeySaid {
    pub fn slug(self) -> &'static str {
        match self {
            KeySaid::Revoked => "revoked",
            KeySaid::EndsAlready => "ends-already",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [KeySaid::Revoked, KeySaid::EndsAlready].into_iter().find(|said| said.slug() == slug)
    }
}

/// What to hand to OfficeRnD for one integration, and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct SetUpSheetView {
    pub slug: String,
    pub name: String,
    pub revision: u32,
    pub client_id: String,
    pub connect_url: String,
    pub configure_url: String,
    pub healthcheck_url: String,
    pub sync_url: String,
    /// To register with the partner's own sign-in.
    pub partner_return_url: Option<String>,
    pub scopes: Vec<String>,
    pub connections: Count,
    pub checklist: Vec<CheckView>,
    pub endpoints: EndpointsView,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckView {
    pub check: Check,
    pub is_done: bool,
    /// When it was first seen, where that is known.
    pub at: Option<i64>,
}

/// One point of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    Manifest,
    Keys,
    Address,
    Connect,
    Finished,
    Configure,
    Healthcheck,
    Webhook,
    Sync,
    Run,
}

impl Check {
    pub const ALL: [Check; 10] = [
        Check::Manifest,
        Check::Keys,
        Check::Address,
        Check::Connect,
        Check::Finished,
        Check::Configure,
        Check::Healthcheck,
        Check::Webhook,
        Check::Sync,
        Check::Run,
    ];
}

/// Addresses that hear of events.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointsView {
    pub may_change: bool,
    pub may_rotate: bool,
    pub may_replay: bool,
    pub endpoints: Vec<EndpointLine>,
    pub form: EndpointForm,
    /// A secret, shown once.
    pub secret: Option<String>,
    pub said: Option<EndpointSaid>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EndpointLine {
    pub id: String,
    pub url: String,
    pub types: Vec<String>,
    pub waiting: i64,
    pub dead: i64,
    pub failing_since: Option<i64>,
    /// Why it is disabled.
    pub disabled: Option<String>,
    /// What was given up lately: when, what, and why.
    pub given_up: Vec<(Option<i64>, String, Option<String>)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointForm {
    pub url: String,
    pub types: String,
    pub mistake: Option<EndpointMistake>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointMistake {
    Url,
    Types,
    Address,
    TooMany,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointSaid {
    Enabled,
    Deleted,
    Replayed(u64),
}
