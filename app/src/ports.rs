//! What pages may ask of the server. A value of a desk is the permission: it exists only
//! after a cookie was verified, and reaches exactly one attempt or one connection.

mod alerts;
mod audit;
mod control;
mod integrations;
mod language;
mod overview;
mod set_up;
mod setting;
mod settings;
mod staff;
mod team;
mod tenant;
mod tenants;
mod week;

use std::sync::Arc;

use async_trait::async_trait;

pub use alerts::*;
pub use audit::*;
pub use control::*;
pub use integrations::*;
pub use language::*;
pub use overview::*;
pub use set_up::*;
pub use setting::*;
pub use settings::*;
pub use staff::*;
pub use team::*;
pub use tenant::*;
pub use tenants::*;
pub use week::*;

use crate::ids::{AttemptId, ConnectionId};
use crate::state::ConnectionState;
use crate::texts::Language;

/// One connect attempt, opened by the browser that holds its cookie.
#[async_trait]
pub trait ConnectDesk: Send + Sync {
    async fn attempt(&self) -> Result<AttemptView, Fault>;
    /// The step that the address names.
    async fn step(&self) -> Result<StepView, Fault>;
}

/// One connection, opened by a signed Configure link. Texts of the partner's manifest come in the language of the page
/// where it has them.
#[async_trait]
pub trait SettingsDesk: Send + Sync {
    /// The settings of the organization or of the location that the address names, with what was posted there.
    async fn settings(&self, language: Language) -> Result<(ConnectionView, SettingsPageView), Fault>;
    /// The question before a dangerous value is saved.
    async fn confirm(&self, language: Language) -> Result<(ConnectionView, ConfirmPageView), Fault>;
    async fn history(&self, language: Language) -> Result<(ConnectionView, HistoryView), Fault>;
    /// The version of the history that the address names.
    async fn revision(&self, language: Language) -> Result<(ConnectionView, RestoreView), Fault>;
    /// The question before a disconnect.
    async fn disconnect(&self, language: Language) -> Result<(ConnectionView, DisconnectView), Fault>;
    async fn connection(&self) -> Result<ConnectionView, Fault>;
    /// The run that the address names.
    async fn approval(&self) -> Result<(ConnectionView, ApprovalView), Fault>;
    /// The step that the address names.
    async fn step(&self) -> Result<(ConnectionView, StepView), Fault>;
    /// All entries, before set-up is finished.
    async fn review(&self) -> Result<(ConnectionView, ReviewView), Fault>;
}

pub type SharedConnectDesk = Arc<dyn ConnectDesk>;
pub type SharedSettingsDesk = Arc<dyn SettingsDesk>;

/// OfficeRnD's return page at the app host, which the server puts into every page's context: the way
/// out of a page that knows neither attempt nor connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnUrl(pub String);

/// Why a page cannot show what it was asked for. The cause is logged by the server, never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    NotFound,
    /// The visit has ended: the page says to open Configure again (401).
    Ended,
    /// Our database does not answer (503).
    Unavailable,
}

/// Where the people behind an integration help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupportView {
    /// A mail address that needs no encoding.
    Mail(String),
    /// Of a page.
    Page(String),
}

/// The integration as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct IntegrationView {
    pub slug: String,
    pub name: String,
    pub about: Option<String>,
    /// OAuth scopes in OfficeRnD's spelling.
    pub scopes: Vec<String>,
    /// Titles of the partner's steps, in order; empty when one page is all there is.
    pub steps: Vec<Words>,
    /// Nothing where the manifest names nobody.
    pub support: Option<SupportView>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OrganizationView {
    pub name: String,
    pub slug: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LocationView {
    pub id: String,
    /// OfficeRnD's name; the id where OfficeRnD no longer knows the location.
    pub name: String,
    /// IANA zone, where OfficeRnD told one.
    pub time_zone: Option<String>,
}

/// The locations a connection is for.
#[derive(Debug, Clone, PartialEq)]
pub struct LocationsView {
    /// A rule, not a list: locations opened later join by themselves.
    pub all: bool,
    /// The ones it means today.
    pub today: Vec<LocationView>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AttemptView {
    pub id: AttemptId,
    pub integration: IntegrationView,
    /// Known once the new token has read it.
    pub organization: Option<OrganizationView>,
    pub stage: AttemptStage,
    /// OfficeRnD's page that closes the pop-up; the app host's where the region is unknown.
    pub return_url: String,
    /// Short number a person can read out to support, such as `CA-7K2M-41`.
    pub reference: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AttemptStage {
    /// Which organization, which locations; the button connects (or continues to the steps).
    Scope {
        locations: LocationsView,
        covered: Vec<CoveredView>,
        reconnects: bool,
    },
    /// OfficeRnD was not asked yet or could not answer; nothing is lost, the button tries again.
    Waiting(Waiting),
    /// The connection exists and waits for steps that this window cannot ask.
    FinishSetUp {
        locations: LocationsView,
        /// Titles of the steps that are open.
        open: Vec<Words>,
        /// The account of a working connection that covers some of the locations.
        waits_for: Option<String>,
    },
    /// All steps are done; the button connects.
    Review(ReviewView),
    /// The admin pressed Connect before; the window was only not closed yet.
    Connected,
    Declined,
    Failed(Problem),
}

/// Other connections of this integration that already cover the same locations of this one.
#[derive(Debug, Clone, PartialEq)]
pub struct CoveredView {
    /// Account name of the other connections.
    pub account: String,
    pub connections: usize,
    pub all: bool,
    /// Names of the locations both would have.
    pub locations: Vec<String>,
    /// Each location may have one connection, so this one would wait.
    pub excludes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The token budget is spent for the moment, or OfficeRnD said so (503).
    Busy,
    /// OfficeRnD does not answer or answers with errors (502).
    Down,
    /// Another request is at work, or was interrupted (200).
    UnderWay,
}

/// Why a connect has ended. Each has its status (`pinned.md` 6) and its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// OfficeRnD refused the code: expired, or used before (400).
    CodeRefused,
    /// This very code was presented before, here (400).
    CodeUsed,
    /// OfficeRnD's call lacked the organization or the integration id (400).
    Incomplete,
    /// The attempt is older than 24 hours (400).
    Expired,
    /// The token may not read what connecting needs (403).
    PermissionMissing,
    /// The token belongs to another organization than the call named (403).
    WrongOrganization,
    /// OfficeRnD failed after the code was sent, so the code is spent (503).
    AnswerLost,
    /// OfficeRnD does not know our client id or secret (503).
    ClientRefused,
    /// OfficeRnD named a region host that is not allowed (502).
    RegionRefused,
    /// OfficeRnD gave no integration secret (502).
    SecretMissing,
    /// The integration was removed in OfficeRnD while the pop-up was open (400).
    RemovedMeanwhile,
}

impl Problem {
    pub fn status(self) -> u16 {
        match self {
            Problem::CodeRefused
            | Problem::CodeUsed
            | Problem::Incomplete
            | Problem::Expired
            | Problem::RemovedMeanwhile => 400,
            Problem::PermissionMissing | Problem::WrongOrganization => 403,
            Problem::RegionRefused | Problem::SecretMissing => 502,
            Problem::AnswerLost | Problem::ClientRefused => 503,
        }
    }
}

impl AttemptStage {
    pub fn status(&self) -> u16 {
        match self {
            AttemptStage::Failed(problem) => problem.status(),
            AttemptStage::Waiting(Waiting::Busy) => 503,
            AttemptStage::Waiting(Waiting::Down) => 502,
            _ => 200,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionView {
    pub id: ConnectionId,
    pub integration: IntegrationView,
    pub organization: OrganizationView,
    /// What OfficeRnD's healthcheck shows as account name.
    pub account_name: String,
    pub state: ConnectionState,
    pub state_since: i64,
    pub locations: LocationsView,
    pub connected_at: i64,
    pub set_up: SetUpView,
    pub sync_on: bool,
    /// Synchronization is paused by the partner, whatever OfficeRnD's switch says.
    pub paused_by_partner: bool,
    /// Who does not answer, in a vendor outage.
    pub vendor: String,
    pub last_success_at: Option<i64>,
    pub next_run_at: Option<i64>,
    /// Locations that are not as the others are.
    pub troubles: Vec<TroubleView>,
    /// A run waits for the admin's word.
    pub approval: Option<ApprovalLink>,
    pub last_run: Option<RunView>,
    /// Whether OfficeRnD still sends us events.
    pub events_subscribed: bool,
    /// After a disconnect: when settings and history are deleted.
    pub kept_until: Option<i64>,
    /// How long they are kept after a disconnect.
    pub retention_days: u32,
    /// Newest first.
    pub activity: Vec<ActivityView>,
    pub return_url: String,
    /// OfficeRnD's own start page for this organization's region.
    pub officernd_url: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TroubleView {
    pub location: LocationView,
    /// It is settings that cannot work there; otherwise runs failed.
    pub by_settings: bool,
    pub since: i64,
    /// The location's settings.
    pub href: String,
}

/// What the removal guard held, in short.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalLink {
    pub href: String,
    pub remove: u64,
    pub of: u64,
}

/// Who would be removed, for the admin to decide: `…/runs/{run}`.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalView {
    /// Goes through the form and back: only what was looked at is approved.
    pub question: String,
    pub asked_at: i64,
    pub remove: u64,
    pub of: u64,
    /// In the order of the connection's locations.
    pub places: Vec<RemovalView>,
    pub answer: ApprovalAnswer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalAnswer {
    Open,
    Granted {
        at: i64,
    },
    Refused {
        at: i64,
    },
    /// A later run took its place, or the partner gave it up.
    Over,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RemovalView {
    pub location: String,
    pub remove: u64,
    pub of: u64,
    /// The percent that the guard allows, where more would go.
    pub guard: Option<f64>,
    /// As far as the partner named them.
    pub members: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    pub id: String,
    pub started_at: i64,
    pub ended_at: Option<i64>,
    /// As the API spells it: `running`, `succeeded`, `waiting_for_approval` and so on.
    pub state: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ActivityView {
    pub at: i64,
    /// Slug of what happened, such as `connection.connected`; its words are in the catalogue.
    pub kind: String,
    pub actor: Actor,
    /// What OfficeRnD calls the member who did it, where it is known.
    pub name: Option<String>,
    /// One more fact in words, such as location names.
    pub detail: Option<String>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An OfficeRnD admin; the member id where OfficeRnD told it.
    Admin(Option<String>),
    OfficeRnD,
    /// The partner system, by the name of its key.
    Key(String),
    /// Somebody of the partner, by the account's id and name.
    Staff {
        id: uuid::Uuid,
        name: String,
    },
    Deskbridge,
}
