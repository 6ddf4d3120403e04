//! A connection, its state, and what a healthcheck says of it.

pub use app::state::ConnectionState;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::health::{Cause, Fault, LocationTrouble};
use crate::clock::Millis;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub id: Uuid,
    pub organization: Uuid,
    pub integration: String,
    /// OfficeRnD's id of this installation of the integration.
    pub integration_id: String,
    pub all_locations: bool,
    pub state: ConnectionState,
    pub state_since: Millis,
    pub cause: Cause,
    /// Locations that are not as the others are.
    pub troubles: Vec<LocationTrouble>,
    /// When the state changes although nothing happens.
    pub changes_at: Option<Millis>,
    /// When the admin who connected it opened the pop-up. A removal from before was of an earlier consent.
    pub authorized_at: Millis,
    pub connected_at: Millis,
    /// When the last step of set-up was done.
    pub finished_at: Option<Millis>,
    /// A working connection that covers some of its locations, where each may have one only.
    pub waits_for: Option<Uuid>,
    pub sync_on: bool,
    pub progress: Progress,
    pub account_name: Option<String>,
    pub subscription_id: Option<String>,
    pub subscription: SubscriptionState,
    pub subscription_checked_at: Millis,
    pub secret_checked_at: Millis,
    pub disconnected: Option<Disconnected>,
    pub created_at: Millis,
    pub updated_at: Millis,
}

/// How synchronization goes, as far as it was reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// By the partner's staff or system; the admin's own switch is `sync_on`.
    pub paused: Option<Paused>,
    /// From here on a good run is waited for.
    pub counted_from: Millis,
    /// When the last run ended that was good. No failure moves it.
    pub last_success_at: Option<Millis>,
    /// When Deskbridge starts the next one, where it does.
    pub next_run_at: Option<Millis>,
    /// The last run failed as a whole.
    pub failing: Option<Failing>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paused {
    pub at: Millis,
    /// The key or member of staff.
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The first failure in a row that were alike.
    pub since: Millis,
    /// The last of them.
    pub at: Millis,
    pub fault: Fault,
    /// Equal for failures of different tenants that are alike.
    pub like: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disconnected {
    pub at: Millis,
    pub cause: DisconnectCause,
    /// When settings and history are deleted.
    pub purge_at: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisconnectCause {
    RemovedInOfficeRnd,
    Admin,
    Staff,
}

impl DisconnectCause {
    pub fn slug(self) -> &'static str {
        match self {
            DisconnectCause::RemovedInOfficeRnd => "removed_in_officernd",
            DisconnectCause::Admin => "admin",
            DisconnectCause::Staff => "staff",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [DisconnectCause::RemovedInOfficeRnd, DisconnectCause::Admin, DisconnectCause::Staff]
            .into_iter()
            .find(|cause| cause.slug() == slug)
    }
}

/// Whether OfficeRnD sends us this connection's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionState {
    Active,
    /// OfficeRnD no longer had it at the last check and it could not be made again yet.
    Lost,
    /// Ended with the connection.
    Gone,
}

impl SubscriptionState {
    pub fn slug(self) -> &'static str {
        match self {
            SubscriptionState::Active => "active",
            SubscriptionState::Lost => "lost",
            SubscriptionState::Gone => "gone",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [SubscriptionState::Active, SubscriptionState::Lost, SubscriptionState::Gone]
            .into_iter()
            .find(|state| state.slug() == slug)
    }
}

/// Whether the healthcheck shows the account name; otherwise it gives a message.
pub fn is_healthy(state: ConnectionState) -> bool {
    match state {
        ConnectionState::Connected
        | ConnectionState::Delayed
        | ConnectionState::Paused
        | ConnectionState::WaitingForApproval
        | ConnectionState::SomeLocations => true,
        ConnectionState::Disconnected
        | ConnectionState::Reconnect
        | ConnectionState::FinishSetUp
        | ConnectionState::VendorOutage => false,
    }
}

/// A location as OfficeRnD described it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub id: String,
    pub name: Option<String>,
    pub time_zone: Option<String>,
    pub currency: Option<String>,
}

impl Location {
    /// A location that OfficeRnD's list does not have.
    pub fn unnamed(id: &str) -> Self {
        Self { id: id.to_owned(), name: None, time_zone: None, currency: None }
    }
}
