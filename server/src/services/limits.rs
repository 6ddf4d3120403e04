//! How many calls a key may make in a minute, and how many an address may make without a good one. Counted in memory,
//! by each process for itself: the limit is there to stop a mistake, not to bill anybody.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use crate::clock::{MINUTE, Millis, SECOND};
use crate::crypto::digest::Digest;

/// Tries of one address without a good key. A backend whose key has ended makes that many and learns it.
const STRANGER: u32 = 300;
/// Addresses that are told apart; all beyond share one count, so that no flood fills the memory.
const MOST: usize = 10_000;
/// The window that both limits are counted in.
pub const WINDOW: Millis = MINUTE;

pub struct Limits {
    /// 0 for no limit.
    per_minute: u32,
    callers: Mutex<HashMap<Digest, Window>>,
    strangers: Mutex<HashMap<String, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Millis,
    calls: u32,
}

/// What a call was allowed, and what is left after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub left: u32,
    /// Until all is allowed again.
    pub seconds: i64,
    pub over: bool,
}

impl Limits {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, callers: Mutex::default(), strangers: Mutex::default() }
    }

    /// Counts a call of a key that is good. None without a limit.
    pub fn call(&self, key: &Digest, now: Millis) -> Option<Allowance> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let allowance = count(&mut callers, *key, self.per_minute, now);
        (self.per_minute > 0).then_some(allowance)
    }

    /// Whether this key was good a moment ago. Its owner is not held up by others at the same address.
    pub fn knows(&self, key: &Digest) -> bool {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// What an address has left, without counting anything.
    pub fn stranger(&self, address: &str, now: Millis) -> Allowance {
        let strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        let window = strangers.get(address).or_else(|| strangers.get("").filter(|_| strangers.len() > MOST));
        let window = window.copied().filter(|window| window.runs(now));
        window.unwrap_or(Window { began: now, calls: 0 }).allowance(STRANGER, now)
    }

    /// Counts a call without a good key.
    pub fn failed(&self, address: &str, now: Millis) -> Allowance {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.len() > MOST && !strangers.contains_key(address) {
            strangers.retain(|_, window| window.runs(now));
        }
        let crowded = strangers.len() > MOST && !strangers.contains_key(address);
        count(&mut strangers, if crowded { String::new() } else { address.to_owned() }, STRANGER, now)
    }

    /// A key that is good no longer.
    pub fn forget(&self, key: &Digest) {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn count<K: Eq + Hash>(windows: &mut HashMap<K, Window>, key: K, limit: u32, now: Millis) -> Allowance {
    let window = windows.entry(key).or_insert(Window { began: now, calls: 0 });
    if !window.runs(now) {
        *window = Window { began: now, calls: 0 };
    }
    window.calls = window.calls.saturating_add(1);
    window.allowance(limit, now)
}

impl Window {
    fn runs(self, now: Millis) -> bool {
        (self.began..self.began + WINDOW).contains(&now)
    }

    fn allowance(self, limit: u32, now: Millis) -> Allowance {
        let wait = self.began + WINDOW - now;
        Allowance {
            limit,
            left: limit.saturating_sub(self.calls),
            seconds: (wait + SECOND - 1).div_euclid(SECOND).max(1),
            over: self.calls > limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_calls_and_then_begins_anew() {
        let limits = Limits::new(2);
        let key = [1; 32];
        let first = limits.call(&key, 1_000).unwrap();
        assert_eq!(first, Allowance { limit: 2, left: 1, seconds: 60, over: false });
        assert!(!limits.call(&key, 30_000).unwrap().over);
        let third = limits.call(&key, 60_999).unwrap();
        assert_eq!((third.over, third.left, third.seconds), (true, 0, 1));
        assert!(!limits.call(&[2; 32], 60_999).unwrap().over, "another key has its own");
        assert!(!limits.call(&key, 61_000).unwrap().over);
        assert!(!limits.call(&key, 0).unwrap().over, "a clock that was set back begins anew");
        assert!(limits.knows(&key));
        limits.forget(&key);
        assert!(!limits.knows(&key));
        assert_eq!(Limits::new(0).call(&key, 0), None);
    }

    #[test]
    fn an_address_has_so_many_tries_and_a_flood_shares_one_count() {
        let limits = Limits::new(0);
        assert!((0..STRANGER).all(|_| !limits.failed("192.0.2.1", 0).over));
        assert!(!limits.stranger("192.0.2.1", 0).over, "asking counts nothing");
        assert!(limits.failed("192.0.2.1", 0).over && limits.stranger("192.0.2.1", 0).over);
        assert!(!limits.stranger("192.0.2.1", WINDOW).over);
        for number in 0..2 * MOST {
            limits.failed(&format!("flood {number}"), 0);
        }
        assert!(limits.strangers.lock().unwrap().len() <= MOST + 2);
        assert!(limits.stranger("one more", 0).over, "it is counted with the flood");
        assert!(!limits.failed("later", WINDOW).over);
        assert!(limits.strangers.lock().unwrap().len() < 3, "what is over is forgotten");
    }
}
