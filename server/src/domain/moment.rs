//! The time line of a connection: what its entries are, which of them somebody wants to see, and where a page goes on.

use std::str::FromStr;

use uuid::Uuid;

use crate::clock::{DAY, Millis};

/// Where an entry was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Who did what, and what we did by ourselves.
    Activity,
    Run,
    /// A webhook of OfficeRnD's.
    Received,
    /// An event for the partner system.
    Event,
    /// A hook that has to arrive: `sync`, `disconnected`.
    Hook,
    /// A notice of an incident that is about this connection alone. Of one that is about many no connection is kept.
    Notice,
}

impl Source {
    pub const ALL: [Self; 6] = [Self::Activity, Self::Run, Self::Received, Self::Event, Self::Hook, Self::Notice];
}

/// What somebody wants to see of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    #[default]
    All,
    /// Connects, reconnects, grants, secrets, subscriptions.
    Connection,
    States,
    Settings,
    Runs,
    Received,
    /// Events and hooks for the partner system.
    Sent,
    Staff,
    Notes,
}

impl Group {
    pub const ALL: [Self; 9] = [
        Self::All,
        Self::Connection,
        Self::States,
        Self::Settings,
        Self::Runs,
        Self::Received,
        Self::Sent,
        Self::Staff,
        Self::Notes,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Connection => "connection",
            Self::States => "states",
            Self::Settings => "settings",
            Self::Runs => "runs",
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Staff => "staff",
            Self::Notes => "notes",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.slug() == slug)
    }

    pub fn sources(self) -> &'static [Source] {
        match self {
            Self::All => &Source::ALL,
            Self::Connection | Self::States | Self::Settings | Self::Staff | Self::Notes => &[Source::Activity],
            Self::Runs => &[Source::Activity, Source::Run],
            Self::Received => &[Source::Activity, Source::Received],
            Self::Sent => &[Source::Activity, Source::Event, Source::Hook],
        }
    }

    /// Kinds of activity; none for every kind.
    pub fn kinds(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::All => return None,
            Self::Connection => &[
                "connection.connected",
                "connection.reconnected",
                "connection.finish_set_up",
                "connection.disconnected",
                "connection.locations_changed",
                "connection.overlaps",
                "connection.overlap_ended",
                "attempt.failed",
                "attempt.replaced",
                "grant.refreshed",
                "grant.revoked",
                "grant.token_note",
                "partner.linked",
                "partner.changed",
                "secret.renewed",
                "reconnect_link.made",
                "reconnect_link.completed",
                "organization.slug_changed",
                "organization.renamed",
            ],
            Self::States => {
                &["connection.state_changed", "connection.paused", "connection.resumed", "sync.on", "sync.off"]
            }
            Self::Settings => &[
                "settings.changed",
                "settings.action",
                "settings.downloaded",
                "settings.secrets_read",
                "configure.opened",
                "acknowledgement.confirmed",
            ],
            Self::Runs => &[
                "sync.requested",
                "run.first_success",
                "run.failed",
                "run.lapsed",
                "run.held",
                "approval.granted",
                "approval.refused",
            ],
            Self::Received => &["webhooks.subscribed", "webhooks.resubscribed", "webhooks.lost", "webhook.unreadable"],
            Self::Sent => &["partner.not_told", "events.replayed", "delivery.repeated"],
            Self::Staff => &[
                "outage.acknowledged",
                "grant.refresh_asked",
                "connection.paused",
                "connection.resumed",
                "sync.requested",
                "reconnect_link.made",
                "events.replayed",
                "delivery.repeated",
                "approval.granted",
                "approval.refused",
                "note.added",
                "note.edited",
                "data.unmasked",
                "explain.asked",
                "data.exported",
                "data.purged",
                "connection.disconnected",
            ],
            Self::Notes => &["note.added"],
        })
    }

    /// Only what staff did, though others do the same.
    pub fn by_staff_only(self) -> bool {
        self == Self::Staff
    }
}

/// How far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    Day,
    Week,
    Month,
    #[default]
    Ever,
}

impl Window {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Ever];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Ever => "ever",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.slug() == slug)
    }

    pub fn since(self, now: Millis) -> Millis {
        match self {
            Self::Day => now - DAY,
            Self::Week => now - 7 * DAY,
            Self::Month => now - 30 * DAY,
            Self::Ever => 0,
        }
    }
}

/// After which entry a page goes on, going back in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Before {
    pub at: Millis,
    pub id: Uuid,
}

impl std::fmt::Display for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at, self.id.simple())
    }
}

/// It is none of our marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAMark;

impl FromStr for Before {
    type Err = NotAMark;

    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let (at, id) = text.split_once('-').ok_or(NotAMark)?;
        let plain = id.len() == 32 && !at.is_empty() && at.len() <= 15 && at.bytes().all(|byte| byte.is_ascii_digit());
        let (Ok(at), Ok(id), true) = (at.parse(), Uuid::try_parse(id), plain) else { return Err(NotAMark) };
        Ok(Self { at, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_nothing_else_does() {
        let mark = Before { at: 1_795_521_600_000, id: Uuid::from_u128(7) };
        assert_eq!(mark.to_string().parse(), Ok(mark));
        for wrong in
            ["", "-", "1", "1-", "x-00000000000000000000000000000007", "1-7", "-1-00000000000000000000000000000007"]
        {
            assert_eq!(wrong.parse::<Before>(), Err(NotAMark), "{wrong}");
        }
    }

    #[test]
    fn every_kind_of_activity_that_a_group_names_exists() {
        for group in Group::ALL {
            assert_eq!(Group::from_slug(group.slug()), Some(group));
            for kind in group.kinds().into_iter().flatten() {
                assert!(app::texts::ACTIVITY_KINDS.contains(kind), "{kind}");
            }
        }
        let grouped = |kind: &&str| Group::ALL.iter().any(|group| group.kinds().is_some_and(|all| all.contains(kind)));
        let left: Vec<_> = app::texts::ACTIVITY_KINDS.iter().filter(|kind| !grouped(kind)).collect();
        assert_eq!(left, Vec::<&&str>::new(), "found under All only");
    }
}
