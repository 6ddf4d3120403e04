//! A synchronization as the partner system reports it, and the guard that holds back one that would remove too much.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::{DAY, Millis};

/// A run that nobody reported on for this long has lapsed: a process died, or the partner system forgot it.
pub const LAPSES_AFTER: Millis = DAY;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    Running,
    /// Held by the removal guard.
    WaitingForApproval,
    Succeeded,
    Partial,
    Failed,
    /// The admin did not want the removals.
    Refused,
    /// A later run asked the guard again before anybody answered for this one.
    Superseded,
    Lapsed,
}

impl RunState {
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::WaitingForApproval,
        Self::Succeeded,
        Self::Partial,
        Self::Failed,
        Self::Refused,
        Self::Superseded,
        Self::Lapsed,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::WaitingForApproval => "waiting_for_approval",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Superseded => "superseded",
            Self::Lapsed => "lapsed",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }

    pub fn is_over(self) -> bool {
        !matches!(self, Self::Running | Self::WaitingForApproval)
    }
}

/// What a run did at one location.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocationReport {
    pub created: u32,
    pub changed: u32,
    pub removed: u32,
    pub skipped: u32,
    pub failed: u32,
    /// Why something was skipped or failed, grouped.
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// A stable word of the partner system.
    pub code: String,
    /// The same for people.
    #[serde(default)]
    pub text: String,
    #[serde(default = "one")]
    pub count: u32,
}

fn one() -> u32 {
    1
}

/// Who would be removed at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    pub remove: u32,
    /// Of how many that the integration manages there.
    pub of: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Member>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub id: String,
    #[serde(default)]
    pub name: String,
}

/// By id of the location.
pub type WouldRemove = BTreeMap<String, Removal>;

/// Locations where more would go than the guard allows, in percent. A location without a guard has none.
pub fn held(would: &WouldRemove, guard: impl Fn(&str) -> Option<f64>) -> impl Iterator<Item = (&str, f64)> {
    would.iter().filter_map(move |(location, removal)| {
        let percent = guard(location)?;
        let over = f64::from(removal.remove) * 100.0 > percent * f64::from(removal.of);
        over.then_some((location.as_str(), percent))
    })
}

/// Whether what was approved covers this: the same locations, and nowhere more.
pub fn is_within(would: &WouldRemove, approved: &WouldRemove) -> bool {
    would.iter().all(|(location, removal)| {
        approved.get(location).is_some_and(|approved| removal.remove <= approved.remove) || removal.remove == 0
    })
}

/// What makes failures alike: the same fault, and the same code where there is one, else the same words once those with
/// digits are left out, as numbers and ids are.
/// A change of this rule is a new version, which stands in front, so that old and new are never taken for alike.
pub fn likeness(fault: &str, code: Option<&str>, message: Option<&str>) -> String {
    const LONGEST: usize = 200;
    let mut like = format!("1:{fault}:");
    if let Some(code) = code {
        like.push_str(code.trim());
        return shortened(like, LONGEST);
    }
    let words = message.unwrap_or_default().split_whitespace().filter(|word| {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        // HTTP statuses tell failures apart; other numbers are times, counts and ids.
        let status = plain.len() == 3 && plain.starts_with(['4', '5']) && plain.bytes().all(|b| b.is_ascii_digit());
        status || !plain.chars().any(|c| c.is_ascii_digit())
    });
    for word in words {
        like.push_str(&word.to_lowercase());
        like.push(' ');
    }
    shortened(like.trim_end().to_owned(), LONGEST)
}

fn shortened(text: String, most: usize) -> String {
    if text.chars().count() <= most { text } else { text.chars().take(most).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn would(list: &[(&str, u32, u32)]) -> WouldRemove {
        list.iter()
            .map(|(id, remove, of)| ((*id).to_owned(), Removal { remove: *remove, of: *of, members: None }))
            .collect()
    }

    #[test]
    fn the_guard_holds_what_is_above_its_percent_and_nothing_else() {
        let all = would(&[("a", 64, 180), ("b", 36, 180), ("c", 37, 180), ("d", 1, 0), ("e", 0, 0), ("f", 9, 9)]);
        let guard = |location: &str| (location != "f").then_some(20.0);
        let held: Vec<&str> = held(&all, guard).map(|(location, _)| location).collect();
        assert_eq!(held, ["a", "c", "d"], "36 of 180 are exactly 20 %; nobody of nobody is nothing; f has no guard");
    }

    #[test]
    fn an_approval_covers_what_was_looked_at_and_less() {
        let approved = would(&[("a", 64, 180)]);
        assert!(is_within(&would(&[("a", 64, 180)]), &approved));
        assert!(is_within(&would(&[("a", 10, 180), ("b", 0, 7)]), &approved));
        assert!(!is_within(&would(&[("a", 65, 180)]), &approved));
        assert!(!is_within(&would(&[("a", 1, 180), ("b", 1, 7)]), &approved));
    }

    #[test]
    fn failures_are_alike_by_their_words_and_not_by_their_numbers() {
        let like = |message| likeness("partner", None, Some(message));
        assert_eq!(like("Portunus answered 503 after 12 s"), like("Portunus answered 503 after 31 s"));
        assert_ne!(like("Portunus answered 503"), like("Portunus answered 401"));
        assert_eq!(like("request 0f3a9 failed"), like("request 77b21 failed"));
        assert_ne!(likeness("partner", None, Some("down")), likeness("officernd", None, Some("down")));
        assert_eq!(likeness("partner", Some("503"), Some("x")), likeness("partner", Some("503"), Some("y")));
        assert!(likeness("partner", None, Some(&"wort ".repeat(1_000))).chars().count() <= 200);
    }

    #[test]
    fn states_are_read_as_they_are_written() {
        for state in RunState::ALL {
            assert_eq!(RunState::from_slug(state.slug()), Some(state));
        }
    }
}
