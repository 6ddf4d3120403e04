//! A connection, its state, and what a healthcheck says of it.

pub use app::state::ConnectionState;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// When the admin who connected it opened the pop-up. A removal from before was of an earlier consent.
    pub authorized_at: Millis,
    pub connected_at: Millis,
    /// When the last step of set-up was done.
    pub finished_at: Option<Millis>,
    /// A working connection that covers some of its locations, where each may have one only.
    pub waits_for: Option<Uuid>,
    pub sync_on: bool,
    pub account_name: Option<String>,
    pub subscription_id: Option<String>,
    pub subscription: SubscriptionState,
    pub subscription_checked_at: Millis,
    pub secret_checked_at: Millis,
    pub disconnected: Option<Disconnected>,
    pub created_at: Millis,
    pub updated_at: Millis,
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
}

impl DisconnectCause {
    pub fn slug(self) -> &'static str {
        match self {
            DisconnectCause::RemovedInOfficeRnd => "removed_in_officernd",
            DisconnectCause::Admin => "admin",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [DisconnectCause::RemovedInOfficeRnd, DisconnectCause::Admin].into_iter().find(|cause| cause.slug() == slug)
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

/// What a state is derived from. Facts about runs and the vendor join when they are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    pub disconnected: bool,
    pub grant_refused: bool,
    /// Set up, and in nobody's way.
    pub finished: bool,
    pub sync_on: bool,
}

/// The first match wins (`pinned.md` 8).
pub fn state(facts: Facts) -> ConnectionState {
    if facts.disconnected {
        ConnectionState::Disconnected
    } else if facts.grant_refused {
        ConnectionState::Reconnect
    } else if !facts.finished {
        ConnectionState::FinishSetUp
    } else if !facts.sync_on {
        ConnectionState::Paused
    } else {
        ConnectionState::Connected
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_matching_state_wins() {
        let good = Facts { disconnected: false, grant_refused: false, finished: true, sync_on: true };
        for (facts, expected) in [
            (good, ConnectionState::Connected),
            (Facts { sync_on: false, ..good }, ConnectionState::Paused),
            (Facts { sync_on: false, finished: false, ..good }, ConnectionState::FinishSetUp),
            (Facts { finished: false, grant_refused: true, ..good }, ConnectionState::Reconnect),
            (
                Facts { disconnected: true, grant_refused: true, finished: false, sync_on: false },
                ConnectionState::Disconnected,
            ),
        ] {
            assert_eq!(state(facts), expected);
        }
    }
}
