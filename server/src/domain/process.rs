//! Which key seals, when several processes share a database and not all have the same keys yet.
//!
//! What must always hold: the key that a live process seals with is one that every live process has.

use uuid::Uuid;

use crate::clock::{Millis, SECOND};

/// Who was not heard of for that long is dead.
pub const LIVE: Millis = 60 * SECOND;
/// After that long nothing is under way any more that was sealed before a process took another key:
/// transactions take milliseconds and never wait for OfficeRnD.
pub const SETTLED: Millis = 5 * SECOND;

/// Somebody who reads and writes sealed records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub id: Uuid,
    /// How a person finds it.
    pub name: String,
    /// All that it has, newest first.
    pub keys: Vec<u32>,
    /// The one it seals with.
    pub sealing: u32,
    pub sealing_since: Millis,
    pub seen_at: Millis,
}

impl Process {
    /// Nothing is sealed or about to be stored here with another key.
    pub fn seals_with(&self, key: u32, now: Millis) -> bool {
        self.sealing == key && now - self.sealing_since >= SETTLED
    }
}

/// Why a process with these keys must not work beside the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Apart {
    /// It would meet records that it cannot open.
    #[error("{other} seals with key {key}, which is not there; add it behind the newest")]
    Missing { key: u32, other: String },
    /// Others would meet records that they cannot open.
    #[error("{other} runs on this database and has none of these keys; add one of its keys ({keys}) behind the newest")]
    NothingShared { other: String, keys: String },
}

/// The newest of `own` (newest first) that all others have.
///
/// # Errors
/// When working beside the others is impossible.
pub fn sealing_key(own: &[u32], others: &[Process]) -> Result<u32, Apart> {
    if let Some(other) = others.iter().find(|other| !own.contains(&other.sealing)) {
        return Err(Apart::Missing { key: other.sealing, other: other.name.clone() });
    }
    let shared = own.iter().find(|key| others.iter().all(|other| other.keys.contains(key)));
    shared.copied().ok_or_else(|| {
        let strange = others.iter().find(|other| !own.iter().any(|key| other.keys.contains(key)));
        let other = strange.or(others.first());
        let keys = other.map(|other| other.keys.iter().map(u32::to_string).collect::<Vec<_>>().join(", "));
        Apart::NothingShared {
            other: other.map(|other| other.name.clone()).unwrap_or_default(),
            keys: keys.unwrap_or_default(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(keys: &[u32], sealing: u32) -> Process {
        let name = format!("process with {keys:?}");
        Process { id: Uuid::nil(), name, keys: keys.to_vec(), sealing, sealing_since: 0, seen_at: 0 }
    }

    #[test]
    fn the_newest_key_that_all_have_seals() {
        assert_eq!(sealing_key(&[2, 1], &[]), Ok(2));
        assert_eq!(sealing_key(&[2, 1], &[process(&[2, 1], 1)]), Ok(2));
        assert_eq!(sealing_key(&[2, 1], &[process(&[1], 1), process(&[2, 1], 1)]), Ok(1), "one is not told yet");
        assert_eq!(sealing_key(&[3, 2, 1], &[process(&[1, 2], 1), process(&[2, 1], 2)]), Ok(2));
    }

    #[test]
    fn who_could_not_open_what_others_seal_stays_out() {
        let problem = sealing_key(&[1], &[process(&[2, 1], 2)]).unwrap_err();
        assert_eq!(problem, Apart::Missing { key: 2, other: "process with [2, 1]".into() });
        let problem = sealing_key(&[2], &[process(&[1], 2)]).unwrap_err().to_string();
        assert!(problem.contains("process with [1]") && problem.contains("(1)"), "{problem}");
    }

    #[test]
    fn a_key_is_settled_when_what_was_under_way_is_over() {
        let process = Process { sealing_since: 1_000, ..process(&[2, 1], 2) };
        assert!(!process.seals_with(2, 1_000 + SETTLED - 1) && process.seals_with(2, 1_000 + SETTLED));
        assert!(!process.seals_with(1, 1_000 + SETTLED));
    }
}
