//! How a connection stands, in one of nine words, with its cause and who must act. The only place that decides it:
//! healthcheck, settings page, API and dashboard read what this function said.
//!
//! The login at OfficeRnD and synchronization are two facts. A run that failed says nothing about the login, and what
//! the partner system cannot reach is no reason to connect again.

use serde::{Deserialize, Serialize};

use super::connection::ConnectionState;
use crate::clock::{MINUTE, Millis};

/// So many intervals may pass without a good run.
const INTERVALS: Millis = 2;

/// Everything the word is derived from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'f> {
    pub disconnected: bool,
    pub grant_refused: bool,
    /// All steps of the set-up are done.
    pub finished: bool,
    /// Another connection covers some of its locations, where each may have one only.
    pub waits_for_another: bool,
    /// Synchronization is switched on in OfficeRnD.
    pub sync_on: bool,
    /// Paused by the partner's staff or system.
    pub paused: bool,
    /// A run waits for the admin's word.
    pub waiting: bool,
    /// An open outage of the vendor includes this connection: since when it lasts.
    pub outage: Option<Millis>,
    /// Of its locations, those with something to tell.
    pub locations: &'f [LocationFacts],
    /// When a good run was due to be the last: set-up, pause and last success all begin the count anew.
    pub counted_from: Millis,
    /// How often a good run is expected, where that is known.
    pub interval: Option<Millis>,
    /// The partner system did not hear of the last run: the `sync` hook failed, and has not arrived since.
    pub untold: bool,
}

/// What is known of one location.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocationFacts {
    pub location: String,
    /// Settings in force that cannot work here, and since when.
    pub broken_settings: Option<Millis>,
    /// Its last report told of failures: since which report in a row, and whose fault it was.
    pub failing: Option<(Millis, Option<Fault>)>,
}

/// Whose fault a failure was, as the partner system told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    Partner,
    Officernd,
    Integration,
}

impl Fault {
    pub fn slug(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Officernd => "officernd",
            Self::Integration => "integration",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Partner, Self::Officernd, Self::Integration].into_iter().find(|fault| fault.slug() == slug)
    }
}

/// Why the state is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// There is nothing to explain.
    #[default]
    None,
    Removed,
    LoginRefused,
    OpenSteps,
    Overlap,
    SwitchedOff,
    PausedByPartner,
    RemovalGuard,
    VendorOutage,
    /// Settings name something that is not there, or break a rule.
    Settings,
    /// Runs reported failures.
    Failures,
    /// Both, at different locations.
    SettingsAndFailures,
    Late,
    /// The same, and the partner system could not be told that a run is due.
    HookFailures,
}

impl Cause {
    pub const ALL: [Self; 14] = [
        Self::None,
        Self::Removed,
        Self::LoginRefused,
        Self::OpenSteps,
        Self::Overlap,
        Self::SwitchedOff,
        Self::PausedByPartner,
        Self::RemovalGuard,
        Self::VendorOutage,
        Self::Settings,
        Self::Failures,
        Self::SettingsAndFailures,
        Self::Late,
        Self::HookFailures,
    ];

    /// As API and database spell it.
    pub fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Removed => "removed",
            Self::LoginRefused => "login_refused",
            Self::OpenSteps => "open_steps",
            Self::Overlap => "overlap",
            Self::SwitchedOff => "switched_off",
            Self::PausedByPartner => "paused_by_partner",
            Self::RemovalGuard => "removal_guard",
            Self::VendorOutage => "vendor_outage",
            Self::Settings => "settings",
            Self::Failures => "failures",
            Self::SettingsAndFailures => "settings_and_failures",
            Self::Late => "late",
            Self::HookFailures => "hook_failures",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.slug() == slug)
    }

    pub fn who(self) -> Who {
        match self {
            Self::None | Self::Removed | Self::SwitchedOff => Who::Nobody,
            Self::LoginRefused
            | Self::OpenSteps
            | Self::Overlap
            | Self::RemovalGuard
            | Self::Settings
            | Self::SettingsAndFailures => Who::Admin,
            Self::PausedByPartner | Self::VendorOutage | Self::Failures | Self::Late | Self::HookFailures => {
                Who::Partner
            }
        }
    }
}

/// Who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Admin,
    Partner,
}

impl Who {
    pub const ALL: [Self; 3] = [Self::Nobody, Self::Admin, Self::Partner];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Admin => "admin",
            Self::Partner => "partner",
        }
    }
}

/// One location that is not as the others are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationTrouble {
    pub location: String,
    pub cause: Cause,
    pub since: Millis,
}

impl LocationTrouble {
    /// The word of this location while the connection's own is *Some locations*: what an admin can mend is an
    /// unfinished set-up of the place, what failed is behind.
    pub fn state(&self) -> ConnectionState {
        match self.cause {
            Cause::Failures => ConnectionState::Delayed,
            _ => ConnectionState::FinishSetUp,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub state: ConnectionState,
    pub cause: Cause,
    /// When it began, where that was not the moment somebody noticed.
    pub since: Option<Millis>,
    /// In the order of the facts; empty for connections that are not at work.
    pub troubles: Vec<LocationTrouble>,
    /// When the state changes although nothing happens.
    pub changes_at: Option<Millis>,
}

impl Health {
    fn of(state: ConnectionState, cause: Cause) -> Self {
        Self { state, cause, since: None, troubles: Vec::new(), changes_at: None }
    }
}

/// The first match wins (`pinned.md` 8).
pub fn judge(facts: Facts<'_>, now: Millis) -> Health {
    if facts.disconnected {
        return Health::of(ConnectionState::Disconnected, Cause::Removed);
    }
    if facts.grant_refused {
        return Health::of(ConnectionState::Reconnect, Cause::LoginRefused);
    }
    if !facts.finished {
        return Health::of(ConnectionState::FinishSetUp, Cause::OpenSteps);
    }
    if facts.waits_for_another {
        return Health::of(ConnectionState::FinishSetUp, Cause::Overlap);
    }
    if !facts.sync_on {
        return Health::of(ConnectionState::Paused, Cause::SwitchedOff);
    }
    if facts.paused {
        return Health::of(ConnectionState::Paused, Cause::PausedByPartner);
    }
    let troubles: Vec<LocationTrouble> = facts.locations.iter().filter_map(trouble).collect();
    let late_at = facts.interval.map(|interval| late_at(facts.counted_from, interval));
    let late = late_at.filter(|at| *at <= now);
    let (state, cause, since) = if facts.waiting {
        (ConnectionState::WaitingForApproval, Cause::RemovalGuard, None)
    } else if facts.outage.is_some() {
        (ConnectionState::VendorOutage, Cause::VendorOutage, facts.outage)
    } else if let Some(first) = troubles.iter().map(|trouble| trouble.since).min() {
        (ConnectionState::SomeLocations, together(&troubles), Some(first))
    } else if late.is_some() {
        // Only runs say that something is late; hooks that fail say why.
        (ConnectionState::Delayed, if facts.untold { Cause::HookFailures } else { Cause::Late }, late)
    } else {
        (ConnectionState::Connected, Cause::None, None)
    };
    let changes_at = late_at.filter(|_| state == ConnectionState::Connected);
    Health { state, cause, since, troubles, changes_at }
}

/// When a good run is overdue. An interval of minutes leaves no time for a run that takes some.
pub fn late_at(counted_from: Millis, interval: Millis) -> Millis {
    counted_from.saturating_add(interval.max(MINUTE).saturating_mul(INTERVALS))
}

fn trouble(facts: &LocationFacts) -> Option<LocationTrouble> {
    let (cause, since) = match (facts.broken_settings, facts.failing) {
        // Settings that cannot work are why it fails, as far as anybody can tell from here.
        (Some(since), _) => (Cause::Settings, since),
        (None, Some((since, _))) => (Cause::Failures, since),
        (None, None) => return None,
    };
    Some(LocationTrouble { location: facts.location.clone(), cause, since })
}

fn together(troubles: &[LocationTrouble]) -> Cause {
    let all = |cause| troubles.iter().all(|trouble| trouble.cause == cause);
    if all(Cause::Settings) {
        Cause::Settings
    } else if all(Cause::Failures) {
        Cause::Failures
    } else {
        Cause::SettingsAndFailures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;

    const NOW: Millis = 100 * HOUR;

    fn good(locations: &[LocationFacts]) -> Facts<'_> {
        Facts {
            disconnected: false,
            grant_refused: false,
            finished: true,
            waits_for_another: false,
            sync_on: true,
            paused: false,
            waiting: false,
            outage: None,
            locations,
            counted_from: NOW - HOUR,
            interval: Some(HOUR),
            untold: false,
        }
    }

    /// Everything is wrong, and one thing after another is mended: each time the next word stands.
    #[test]
    fn the_first_match_wins() {
        let troubled = [LocationFacts { location: "a".into(), broken_settings: Some(5), failing: None }];
        let mut facts = Facts {
            disconnected: true,
            grant_refused: true,
            finished: false,
            waits_for_another: true,
            sync_on: false,
            paused: true,
            waiting: true,
            outage: Some(7),
            locations: &troubled,
            counted_from: 0,
            interval: Some(HOUR),
            untold: true,
        };
        let mut told = Vec::new();
        let mend: [fn(&mut Facts<'_>); 11] = [
            |facts| facts.disconnected = false,
            |facts| facts.grant_refused = false,
            |facts| facts.finished = true,
            |facts| facts.waits_for_another = false,
            |facts| facts.sync_on = true,
            |facts| facts.paused = false,
            |facts| facts.waiting = false,
            |facts| facts.outage = None,
            |facts| facts.locations = &[],
            |facts| facts.untold = false,
            |facts| facts.counted_from = NOW,
        ];
        for mend in mend {
            let health = judge(facts, NOW);
            told.push((health.state.slug(), health.cause.slug(), health.cause.who().slug()));
            mend(&mut facts);
        }
        let last = judge(facts, NOW);
        told.push((last.state.slug(), last.cause.slug(), last.cause.who().slug()));
        assert_eq!(
            told,
            [
                ("disconnected", "removed", "nobody"),
                ("reconnect", "login_refused", "admin"),
                ("finish_set_up", "open_steps", "admin"),
                ("finish_set_up", "overlap", "admin"),
                ("paused", "switched_off", "nobody"),
                ("paused", "paused_by_partner", "partner"),
                ("waiting_for_approval", "removal_guard", "admin"),
                ("vendor_outage", "vendor_outage", "partner"),
                ("some_locations", "settings", "admin"),
                ("delayed", "hook_failures", "partner"),
                ("delayed", "late", "partner"),
                ("connected", "none", "nobody"),
            ]
        );
    }

    #[test]
    fn late_is_twice_the_interval_and_says_since_when() {
        let facts = Facts { counted_from: NOW - 2 * HOUR, ..good(&[]) };
        let just = judge(facts, NOW);
        assert_eq!((just.state, just.since, just.changes_at), (ConnectionState::Delayed, Some(NOW), None));
        let before = judge(facts, NOW - 1);
        assert_eq!((before.state, before.changes_at), (ConnectionState::Connected, Some(NOW)));
        let never = judge(Facts { interval: None, untold: true, ..facts }, NOW + 1_000 * HOUR);
        assert_eq!((never.state, never.changes_at), (ConnectionState::Connected, None));
        let in_time = judge(Facts { untold: true, ..facts }, NOW - 1);
        assert_eq!(
            (in_time.state, in_time.cause),
            (ConnectionState::Connected, Cause::None),
            "a hook alone is no delay"
        );
    }

    #[test]
    fn what_waits_or_is_paused_does_not_become_late_by_itself() {
        for facts in [
            Facts { sync_on: false, ..good(&[]) },
            Facts { waiting: true, ..good(&[]) },
            Facts { outage: Some(7), ..good(&[]) },
            Facts { finished: false, ..good(&[]) },
        ] {
            assert_eq!(judge(facts, NOW).changes_at, None, "{facts:?}");
        }
    }

    #[test]
    fn a_location_tells_its_own_cause_and_the_connection_the_oldest() {
        let locations = [
            LocationFacts { location: "a".into(), broken_settings: Some(70), failing: Some((10, None)) },
            LocationFacts { location: "b".into(), broken_settings: None, failing: Some((20, Some(Fault::Partner))) },
            LocationFacts { location: "c".into(), broken_settings: None, failing: None },
        ];
        let health = judge(good(&locations), NOW);
        let told: Vec<_> =
            health.troubles.iter().map(|one| (one.location.as_str(), one.cause, one.since, one.state())).collect();
        assert_eq!(
            told,
            [
                ("a", Cause::Settings, 70, ConnectionState::FinishSetUp),
                ("b", Cause::Failures, 20, ConnectionState::Delayed)
            ]
        );
        assert_eq!(
            (health.state, health.cause, health.since),
            (ConnectionState::SomeLocations, Cause::SettingsAndFailures, Some(20))
        );
    }

    #[test]
    fn causes_are_read_as_they_are_written() {
        for cause in Cause::ALL {
            assert_eq!(Cause::from_slug(cause.slug()), Some(cause));
        }
    }
}
