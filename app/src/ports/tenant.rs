//! One tenant: a connection, or an organization with several. What the dashboard shows of it and asks about it.

use async_trait::async_trait;

use super::{Actor, ApprovalView, Fault, LocationView, SettingsView};
use crate::ids::{BulkId, ConnectionId, NoteId, OrganizationId, RunId};
use crate::state::ConnectionState;
use crate::texts::Language;

/// Pages of one tenant, each about what its address names.
#[async_trait]
pub trait TenantDesk: Send + Sync {
    async fn tenant(&self) -> Result<TenantView, Fault>;
    /// An organization with its connections.
    async fn tenant_organization(&self) -> Result<TenantOrganizationView, Fault>;
    async fn tenant_timeline(&self) -> Result<TimelineView, Fault>;
    async fn tenant_run(&self) -> Result<TenantRunView, Fault>;
    /// The settings as the administrator sees them; texts of the manifest come in the language of the page.
    async fn tenant_settings(&self, language: Language) -> Result<TenantSettingsView, Fault>;
    /// The question before an act that has a page of its own.
    async fn tenant_act(&self) -> Result<TenantActView, Fault>;
    async fn tenant_note(&self) -> Result<NotePageView, Fault>;
    async fn tenant_explain(&self, language: Language) -> Result<ExplainView, Fault>;
    /// The connections of an act on many, before it is ordered.
    async fn bulk_question(&self) -> Result<BulkQuestionView, Fault>;
    async fn bulk_progress(&self) -> Result<BulkView, Fault>;
}

/// Which connection a page is about.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantHead {
    pub id: ConnectionId,
    pub integration: String,
    pub integration_slug: String,
    pub organization: OrganizationId,
    pub organization_name: String,
    pub slug: String,
    pub state: ConnectionState,
    pub since: i64,
    /// Names may be read by who looks at the page, for a while.
    pub unmasked: bool,
}

/// Everything on the page of a connection.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantView {
    pub head: TenantHead,
    pub now: i64,
    /// Names what the connection looked like then.
    pub stamp: String,
    /// Slugs of the cause and of who must act.
    pub cause: String,
    pub who: String,
    pub account: String,
    /// Who paused it.
    pub paused_by: Option<String>,
    pub vendor: String,
    pub sync_on: bool,
    pub last_success_at: Option<i64>,
    pub next_run_at: Option<i64>,
    /// When everything of it is deleted, once it has ended.
    pub kept_until: Option<i64>,
    pub all_locations: bool,
    pub places: Vec<PlaceRow>,
    /// A run that waits: which, how many it would remove, of how many.
    pub held: Option<(RunId, u64, u64)>,
    pub grant: Option<GrantLine>,
    pub runs: Vec<RunRow>,
    pub subscription: Subscription,
    pub received: Vec<ReceivedRow>,
    pub sent: Vec<SentRow>,
    /// Addresses that hear of its events, those that are disabled left out.
    pub endpoints: usize,
    pub calls: CallsView,
    pub notes: Vec<NoteView>,
    pub moments: Vec<MomentView>,
    pub facts: Vec<(&'static str, String)>,
    /// What an act answered a moment ago.
    pub said: Option<Said>,
    /// What was typed, when the act was refused.
    pub typed: Option<TypedAct>,
}

/// What an act did, as the next page says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// `run`, `pause` and so on.
    pub act: String,
    /// `done`, `already` and so on.
    pub outcome: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypedAct {
    pub act: String,
    pub reason: String,
    pub since: String,
    /// Names of what is wrong: `act`, `reason`, `since`.
    pub wrong: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscription {
    Active { checked_at: i64 },
    Lost,
    Gone,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRow {
    pub location: LocationView,
    pub state: PlaceState,
    pub currency: Option<String>,
    /// Settings that differ from the organization's.
    pub differ: usize,
    pub last_success_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceState {
    Good,
    /// Settings there cannot work, since then.
    BySettings(i64),
    /// Runs report failures, since then.
    Failing(i64),
    /// No run has told of it yet.
    Unknown,
}

/// The life of the permission that OfficeRnD gave.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantLine {
    pub granted_at: i64,
    pub renewed_at: i64,
    pub access_until: i64,
    /// Without a renewal it ends then.
    pub ends_at: i64,
    pub used_at: Option<i64>,
    /// Why OfficeRnD no longer accepts it: `refused`, `answer_lost`, `no_refresh_token`.
    pub refused: Option<String>,
    pub failures: u32,
    pub trouble: Option<String>,
    pub again_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    pub id: RunId,
    pub reason: String,
    pub state: String,
    pub started_by: Option<String>,
    pub started_at: i64,
    pub ended_at: Option<i64>,
    /// Created, changed, removed, skipped, failed, at all locations together.
    pub counts: [u64; 5],
    /// Why something was skipped or failed, with how often; the most frequent first.
    pub reasons: Vec<(String, u64)>,
    pub fault: Option<String>,
    pub message: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedRow {
    pub id: String,
    /// None for what could not be read.
    pub kind: Option<String>,
    pub at: i64,
    pub done: bool,
}

/// An event or a hook for the partner system, with how its deliveries fare.
#[derive(Debug, Clone, PartialEq)]
pub struct SentRow {
    /// As a button names it.
    pub id: String,
    pub kind: String,
    pub is_hook: bool,
    pub at: i64,
    pub deliveries: Vec<DeliveryLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryLine {
    /// The endpoint's address, or the name of the hook.
    pub to: String,
    /// `waiting`, `delivered`, `dead`.
    pub state: String,
    pub attempts: u32,
    pub trouble: Option<String>,
    pub next_at: Option<i64>,
    pub ended_at: Option<i64>,
}

/// Calls of the partner system to OfficeRnD in the last 24 hours.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallsView {
    /// Each hour that had any: when it began; calls that went well, were refused, limited, found OfficeRnD broken, found
    /// nobody.
    pub hours: Vec<(i64, [u64; 5])>,
    pub now: i64,
    /// How often each hook arrived.
    pub hooks: Vec<(String, u64)>,
    /// Hooks that somebody waited for in vain: which, whether the partner system answered at all, and how often.
    pub failed: Vec<(String, bool, u64)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NoteView {
    pub id: NoteId,
    pub author: String,
    /// Who looks at the page wrote it.
    pub own: bool,
    pub text: String,
    pub at: i64,
    pub edited_at: Option<i64>,
}

/// An entry of the time line.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentView {
    pub at: i64,
    /// `activity`, `run`, `received`, `event`, `hook`, `notice`.
    pub source: &'static str,
    pub kind: String,
    pub state: Option<String>,
    pub actor: Option<Actor>,
    pub detail: Option<String>,
    pub reason: Option<String>,
    pub note: Option<NoteView>,
    pub run: Option<RunId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TimelineView {
    pub head: TenantHead,
    pub moments: Vec<MomentView>,
    /// Slugs of what is shown.
    pub group: &'static str,
    pub window: &'static str,
    /// Where the page before this one in time begins.
    pub older: Option<String>,
    /// This is not the newest page.
    pub is_older: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TenantOrganizationView {
    pub id: OrganizationId,
    pub name: String,
    pub slug: String,
    pub officernd_id: String,
    pub region: String,
    pub connections: Vec<ConnectionRow>,
    /// The page is at another address: by its id, or of its only connection.
    pub elsewhere: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionRow {
    pub id: ConnectionId,
    pub integration: String,
    pub account: String,
    pub state: ConnectionState,
    pub since: i64,
    pub last_success_at: Option<i64>,
    pub locations: Vec<String>,
    pub all_locations: bool,
}

/// Name of a location, counts of a run there, and its reasons with how often each was met.
pub type RunPlace = (String, [u64; 5], Vec<(String, u64)>);

/// A run with its locations, and the question where it waits.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantRunView {
    pub head: TenantHead,
    pub run: RunRow,
    pub places: Vec<RunPlace>,
    /// None where the guard never held it.
    pub approval: Option<ApprovalView>,
    pub decided_by: Option<String>,
    pub typed: Option<TypedAct>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TenantSettingsView {
    pub head: TenantHead,
    pub settings: SettingsView,
}

/// An act with a page of its own, and what it would do.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantActView {
    pub head: TenantHead,
    pub question: ActQuestion,
    pub typed: Option<TypedAct>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ActQuestion {
    Disconnect {
        locations: usize,
        days: u32,
        /// What the partner system counts and its manifest guards a disconnect by.
        guarded: Option<u64>,
        /// It does not say now.
        unknown: bool,
    },
    Purge {
        activities: u64,
        runs: u64,
        notes: u64,
        settings: u64,
        /// The organization goes with it.
        last: bool,
        /// None while it is still connected, which comes first.
        kept_until: Option<i64>,
    },
    Link {
        /// Once, after it was made: its address, and until when it is good.
        made: Option<(String, i64)>,
        /// Why there is none: `finish_set_up`, `disconnected`.
        refused: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct NotePageView {
    pub head: TenantHead,
    pub note: NoteView,
    pub typed: Option<TypedAct>,
}

/// Why something is as it is for somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainView {
    pub head: TenantHead,
    pub locations: Vec<LocationView>,
    pub location: Option<String>,
    pub subject: String,
    /// The partner system can be asked about a member or booking.
    pub asks: bool,
    /// What it said; `false` where it refused or did not answer.
    pub answer: Option<(bool, String)>,
    /// The settings in force at the location, each with whose word it is.
    pub settings: Option<SettingsView>,
}

/// Which connections an act on many would change.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkQuestionView {
    /// Goes through the form and back, so that a button pressed twice orders once.
    pub id: BulkId,
    pub connections: Vec<ConnectionRow>,
    /// As the form carries them.
    pub carried: String,
    /// How many they are; `connections` holds the first.
    pub count: usize,
    pub most: usize,
    pub typed: TypedAct,
    pub latest: Vec<BulkLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BulkLine {
    pub id: BulkId,
    pub act: String,
    pub staff: String,
    pub total: u64,
    pub at: i64,
    pub ended_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BulkView {
    pub line: BulkLine,
    pub reason: Option<String>,
    /// Each outcome with how many.
    pub outcomes: Vec<(String, u64)>,
    pub waiting: u64,
    /// Connection, organization and integration where they are still known, outcome.
    pub items: Vec<(ConnectionId, Option<String>, Option<String>)>,
}
