//! What partner systems are told: the types of events, who wants which, and when an endpoint has failed for too long.

use std::borrow::Cow;

use uuid::Uuid;

use crate::clock::{DAY, Millis};

/// Before the name that OfficeRnD has for an event of its own.
pub const OFFICERND: &str = "officernd.";
/// All types, also those that come later.
pub const ALL: &str = "*";
/// More entries would be a mistake.
const MOST_TYPES: usize = 100;
/// OfficeRnD's names are shorter.
const LONGEST_TYPE: usize = 220;
/// An endpoint that hears nothing for that long is disabled.
const FAILING_FOR: Millis = 5 * DAY;

/// What kind of thing happened. The names are a promise to partner systems: they are added to, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventType {
    /// A connection begins to work: set up, and in nobody's way.
    Connected,
    /// An admin connected again what was connected before.
    Reconnected,
    /// Another of the nine state words counts.
    StateChanged,
    LocationsChanged,
    Disconnected,
    SettingsChanged,
    /// Somebody wants a run.
    SyncRequested,
    /// Synchronization was switched on or off.
    SyncSwitched,
    ApprovalGranted,
    ApprovalRefused,
    /// A webhook of OfficeRnD, by the name that it has there.
    OfficeRnD(String),
}

impl EventType {
    /// Those that are ours, in the order of the documents.
    pub const OURS: [EventType; 10] = [
        EventType::Connected,
        EventType::Reconnected,
        EventType::StateChanged,
        EventType::LocationsChanged,
        EventType::Disconnected,
        EventType::SettingsChanged,
        EventType::SyncRequested,
        EventType::SyncSwitched,
        EventType::ApprovalGranted,
        EventType::ApprovalRefused,
    ];

    /// As bodies and endpoints write it. OfficeRnD's own spelling of one name varies in its case, ours does not.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            EventType::Connected => "connection.connected",
            EventType::Reconnected => "connection.reconnected",
            EventType::StateChanged => "connection.state_changed",
            EventType::LocationsChanged => "connection.locations_changed",
            EventType::Disconnected => "connection.disconnected",
            EventType::SettingsChanged => "settings.changed",
            EventType::SyncRequested => "sync.requested",
            EventType::SyncSwitched => "sync.switched",
            EventType::ApprovalGranted => "approval.granted",
            EventType::ApprovalRefused => "approval.refused",
            EventType::OfficeRnD(kind) => return Cow::Owned(format!("{OFFICERND}{}", kind.to_lowercase())),
        })
    }
}

/// A type, a group of types (`connection.*`), or all of them (`*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted(String);

/// The text is no type that exists, and no group of such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchType;

impl Wanted {
    /// # Errors
    /// When nothing could ever be called so.
    pub fn parse(text: &str) -> Result<Self, NoSuchType> {
        let group = text.strip_suffix(ALL);
        let known = match group {
            Some("") => true,
            Some(OFFICERND) => true,
            Some(group) if !group.starts_with(OFFICERND) => {
                group.ends_with('.') && EventType::OURS.iter().any(|kind| kind.name().starts_with(group))
            }
            Some(group) => group.strip_suffix('.').is_some_and(is_officernds),
            None => is_officernds(text) || EventType::OURS.iter().any(|kind| kind.name() == text),
        };
        if known && text.len() <= LONGEST_TYPE { Ok(Self(text.to_owned())) } else { Err(NoSuchType) }
    }

    /// # Errors
    /// When there are none or too many, or one is no type.
    pub fn parse_all(texts: &[String]) -> Result<Vec<Self>, NoSuchType> {
        if texts.is_empty() || texts.len() > MOST_TYPES {
            return Err(NoSuchType);
        }
        texts.iter().map(|text| Self::parse(text)).collect()
    }

    pub fn is_met_by(&self, kind: &str) -> bool {
        meets(&self.0, kind)
    }

    /// What all types of the group begin with; none for a single type.
    pub fn group(&self) -> Option<&str> {
        self.0.strip_suffix(ALL)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn meets(wanted: &str, kind: &str) -> bool {
    wanted.strip_suffix(ALL).map_or(wanted == kind, |group| kind.starts_with(group))
}

/// OfficeRnD may have more types than anybody here knows.
fn is_officernds(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    text.strip_prefix(OFFICERND).is_some_and(|name| name.split('.').all(word))
}

/// An address of the partner system that hears of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub id: Uuid,
    /// Slug.
    pub integration: String,
    pub url: String,
    pub types: Vec<String>,
    pub created_at: Millis,
    /// Until when the secret before this one signs, too.
    pub previous_until: Option<Millis>,
    /// When the first delivery failed after the last that arrived.
    pub failing_since: Option<Millis>,
    pub disabled_at: Option<Millis>,
    /// Why it is disabled, in a line.
    pub reason: Option<String>,
}

impl Endpoint {
    /// Whether it gets an event of this type that happened then.
    pub fn wants(&self, kind: &str, at: Millis) -> bool {
        self.disabled_at.is_none() && self.created_at <= at && self.types.iter().any(|one| meets(one, kind))
    }

    /// Whether one more failure disables it.
    pub fn has_failed_for_too_long(&self, now: Millis) -> bool {
        self.failing_since.is_some_and(|since| now - since >= FAILING_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_groups_are_wanted_and_nothing_else_is() {
        let all: Vec<String> = EventType::OURS.iter().map(|kind| kind.name().into_owned()).collect();
        for kind in &all {
            assert!(Wanted::parse(kind).unwrap().is_met_by(kind));
            assert!(Wanted::parse("*").unwrap().is_met_by(kind));
            assert!(!Wanted::parse("officernd.*").unwrap().is_met_by(kind));
        }
        let met = |wanted: &str, kind: &str| Wanted::parse(wanted).unwrap().is_met_by(kind);
        assert!(met("connection.*", "connection.disconnected") && !met("connection.*", "settings.changed"));
        assert!(met("officernd.member.*", "officernd.member.created"));
        assert!(met("officernd.member.*", "officernd.member.paymentdetails.created"));
        assert!(!met("officernd.member.*", "officernd.membership.created"));
        assert!(met("officernd.member.created", "officernd.member.created"));
        for wrong in [
            "",
            "connection",
            "connection.",
            "connection.conn*",
            "connection*",
            "settings.created",
            "Settings.changed",
            "officernd",
            "officernd.",
            "officernd.Member.created",
            "officernd..*",
            "officernd.member*",
            "**",
            "*.*",
            "member.created",
            "officernd.a b",
        ] {
            assert_eq!(Wanted::parse(wrong), Err(NoSuchType), "{wrong}");
        }
        assert_eq!(Wanted::parse_all(&[]), Err(NoSuchType), "who wants nothing needs no endpoint");
        assert_eq!(Wanted::parse_all(&vec!["*".to_owned(); MOST_TYPES + 1]), Err(NoSuchType));
    }

    #[test]
    fn an_endpoint_hears_what_happens_from_then_on() {
        let endpoint = Endpoint {
            id: Uuid::nil(),
            integration: "acme".into(),
            url: String::new(),
            types: vec!["sync.*".into(), "settings.changed".into()],
            created_at: 1_000,
            previous_until: None,
            failing_since: None,
            disabled_at: None,
            reason: None,
        };
        assert!(endpoint.wants("sync.switched", 1_000) && endpoint.wants("settings.changed", 2_000));
        assert!(!endpoint.wants("sync.switched", 999) && !endpoint.wants("connection.connected", 2_000));
        assert!(!Endpoint { disabled_at: Some(1_500), ..endpoint.clone() }.wants("sync.switched", 2_000));
        assert!(!endpoint.has_failed_for_too_long(i64::MAX / 2));
        let failing = Endpoint { failing_since: Some(1_000), ..endpoint };
        assert!(!failing.has_failed_for_too_long(1_000 + FAILING_FOR - 1));
        assert!(failing.has_failed_for_too_long(1_000 + FAILING_FOR));
    }

    #[test]
    fn officernds_names_have_one_spelling() {
        assert_eq!(EventType::OfficeRnD("Integration.removed".into()).name(), "officernd.integration.removed");
    }
}
