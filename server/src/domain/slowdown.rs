//! How long somebody waits before the next try to sign in. Nobody is ever locked out: waits end by themselves, and
//! they belong to who tried, never to the account that was tried.

use crate::clock::{HOUR, MINUTE, Millis, SECOND};

/// Whose tries are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// One address at one account.
    Pair,
    /// One address at any account. An office has one for all its people.
    Address,
    /// A browser that has signed in to this account before: others at its address do not hold it up.
    Known,
    /// Codes of one account, after its right password.
    Code,
}

/// After that long without a try all is forgotten.
pub const FORGOTTEN: Millis = HOUR;
const LONGEST: Millis = 15 * MINUTE;

impl Whose {
    /// So many tries are free.
    fn free(self) -> i32 {
        match self {
            Whose::Pair | Whose::Known => 5,
            Whose::Code => 20,
            Whose::Address => 30,
        }
    }
}

/// What is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    pub count: i32,
    pub last_at: Millis,
    pub until: Millis,
}

/// The next try: counted, or how long it still has to wait. A try counts before its outcome is known, so that many at
/// once are not free.
///
/// # Errors
/// With the time until the next try.
pub fn next(whose: Whose, before: Option<Tries>, now: Millis) -> Result<Tries, Millis> {
    // A clock that was set back must not keep anybody waiting for what lies far ahead.
    let before = before.filter(|tries| (tries.last_at..tries.last_at + FORGOTTEN).contains(&now));
    let Some(before) = before else { return Ok(Tries { count: 1, last_at: now, until: now }) };
    if now < before.until {
        return Err(before.until - now);
    }
    let count = before.count.saturating_add(1);
    let beyond = count - whose.free();
    let wait = match u32::try_from(beyond) {
        Ok(beyond) => LONGEST.min(2_i64.saturating_pow(beyond.min(20) + 1).saturating_mul(SECOND)),
        Err(_) => 0,
    };
    Ok(Tries { count, last_at: now, until: now + wait })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_end_and_are_forgotten() {
        let mut tries = None;
        let mut now = 0;
        for _ in 0..4 {
            tries = Some(next(Whose::Pair, tries, now).unwrap());
            assert_eq!(tries.unwrap().until, now);
        }
        let mut waits = Vec::new();
        for _ in 0..10 {
            tries = Some(next(Whose::Pair, tries, now).unwrap());
            let wait = tries.unwrap().until - now;
            assert_eq!(next(Whose::Pair, tries, now + wait - 1), Err(1));
            waits.push(wait / SECOND);
            now += wait;
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
        let later = next(Whose::Pair, tries, now + FORGOTTEN).unwrap();
        assert_eq!(later.count, 1);
        assert!(next(Whose::Pair, tries, 0).is_ok(), "a clock that was set back");
    }

    #[test]
    fn an_office_has_more_tries_than_one_account() {
        let mut tries = None;
        for _ in 0..29 {
            tries = Some(next(Whose::Address, tries, 0).unwrap());
        }
        assert_eq!(tries.unwrap().until, 0);
        assert!(next(Whose::Address, tries, 0).unwrap().until > 0);
    }
}
