//! When a grant is refreshed: before its refresh token ends, and sooner for those whose access token is wanted.

use crate::clock::{HOUR, MINUTE, Millis, SECOND};
use crate::domain::grant::margin_seconds;

/// What is refreshed, besides what must be to live on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Only what somebody used lately.
    KeepAlive,
    /// Everything, before the access token ends.
    AlwaysFresh,
}

impl Policy {
    pub fn slug(self) -> &'static str {
        match self {
            Policy::KeepAlive => "keep_alive",
            Policy::AlwaysFresh => "always_fresh",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [Policy::KeepAlive, Policy::AlwaysFresh].into_iter().find(|policy| policy.slug() == slug)
    }
}

/// Which of two that are due goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    Used,
    Everybody,
}

impl Rank {
    pub fn number(self) -> i16 {
        match self {
            Rank::Used => 1,
            Rank::Everybody => 2,
        }
    }

    pub fn from_number(number: i16) -> Option<Self> {
        [Rank::Used, Rank::Everybody].into_iter().find(|rank| rank.number() == number)
    }
}

/// Somebody took a token within this time: the next one is made ready before it is asked for.
pub const LATELY: Millis = HOUR;
/// The use of a grant is written this often at most.
pub const USE_WRITTEN: Millis = 30 * MINUTE;
/// A failing connection is tried again after this, doubled each time, up to the longest.
const FIRST_BACKOFF: Millis = 15 * SECOND;
const LONGEST_BACKOFF: Millis = HOUR;
/// Between two answers without a refresh token near its end.
const LEAST_WITHOUT_TOKEN: Millis = 15 * MINUTE;
/// So many grants in a row whose answers had no refresh token: the server gives none, and asking often is no use.
pub const GIVES_NONE: usize = 20;
/// Failures after which a grant that waits no longer pushes the others.
pub const HOPELESS: u32 = 5;
/// Callers may try sooner than the engine: they pay from what is left over.
pub const CALLERS_BACKOFF: Millis = MINUTE;

/// A connection that was the probe of an outage is not the next two, or one that always fails could be all of them; and
/// after the outage it need not wait long.
pub const AFTER_PROBE: Millis = 150 * SECOND;

/// Life of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub expires_at: Millis,
    pub lifetime_seconds: i64,
}

/// Whether and when an access token is renewed before it ends. `jitter` is any number; it spreads tokens that were
/// granted together over a sixth of their life.
pub fn fresh(
    policy: Policy,
    access: Access,
    used_at: Option<Millis>,
    margin: u32,
    jitter: u64,
    now: Millis,
) -> Option<(Rank, Millis)> {
    let rank = if used_at.is_some_and(|used| used <= now + LATELY && used + LATELY > now) {
        Rank::Used
    } else if policy == Policy::AlwaysFresh {
        Rank::Everybody
    } else {
        return None;
    };
    let spread = (access.lifetime_seconds * SECOND / 6).max(1);
    let sooner = i64::try_from(jitter % spread.unsigned_abs()).unwrap_or(0);
    Some((rank, access.expires_at - margin_seconds(margin, access.lifetime_seconds) * SECOND - sooner))
}

/// When the engine tries a connection again that has failed so often. A quarter of it is jitter, so that those that
/// failed together do not come back together. A grant that ends soon is tried more often.
pub fn again_at(failures: u32, refresh_expires_at: Millis, jitter: u64, now: Millis) -> Millis {
    let left = refresh_expires_at - now;
    let longest = if left > 0 { LONGEST_BACKOFF.min((left / 8).max(MINUTE)) } else { LONGEST_BACKOFF };
    later(FIRST_BACKOFF.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(longest), jitter, now)
}

/// When the engine asks again for a refresh token, after so many answers in a row that brought an access token alone:
/// a few times soon, since one may be missing by mistake, then after most of the time that the old one has left. Where
/// OfficeRnD `replaces` none at all: shortly before the old one ends, for whoever may get one after all, and after that,
/// for whoever lives on.
pub fn again_without_token(
    answers: u32,
    replaces: bool,
    refresh_expires_at: Millis,
    jitter: u64,
    now: Millis,
) -> Millis {
    let left = refresh_expires_at - now;
    if !replaces && left <= 2 * HOUR {
        return now + left.max(0) + MINUTE;
    }
    if !replaces {
        return later(left - HOUR / 2, jitter % HOUR.unsigned_abs(), now);
    }
    let wait = match answers {
        0 | 1 => MINUTE,
        2 => 4 * MINUTE,
        3 => 16 * MINUTE,
        _ => (left / 4 * 3).max(LEAST_WITHOUT_TOKEN),
    };
    later(wait, jitter, now)
}

fn later(wait: Millis, jitter: u64, now: Millis) -> Millis {
    let spread = (wait / 4).max(1).unsigned_abs();
    now + wait - i64::try_from(jitter % spread).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;

    const NOW: Millis = 1_795_521_600_000;
    const ACCESS: Access = Access { expires_at: NOW + HOUR, lifetime_seconds: 3_600 };

    #[test]
    fn nothing_is_refreshed_for_nobody() {
        assert_eq!(fresh(Policy::KeepAlive, ACCESS, None, 600, 0, NOW), None);
        assert_eq!(fresh(Policy::KeepAlive, ACCESS, Some(NOW - LATELY), 600, 0, NOW), None);
        let used = fresh(Policy::KeepAlive, ACCESS, Some(NOW - MINUTE), 600, 0, NOW);
        assert_eq!(used, Some((Rank::Used, NOW + 50 * MINUTE)));
        let (rank, _) = fresh(Policy::AlwaysFresh, ACCESS, None, 600, 0, NOW).unwrap();
        assert!(rank > Rank::Used);
    }

    #[test]
    fn what_was_granted_together_is_spread() {
        let times: Vec<Millis> =
            (0..600).map(|n| fresh(Policy::AlwaysFresh, ACCESS, None, 600, n * 7_919_000, NOW).unwrap().1).collect();
        let (first, last) = (*times.iter().min().unwrap(), *times.iter().max().unwrap());
        assert!(first >= NOW + 40 * MINUTE && last <= NOW + 50 * MINUTE, "{} {}", first - NOW, last - NOW);
        assert!(last - first > 9 * MINUTE);
    }

    #[test]
    fn a_life_of_a_minute_is_not_renewed_at_once() {
        let access = Access { expires_at: NOW + MINUTE, lifetime_seconds: 60 };
        let (_, at) = fresh(Policy::AlwaysFresh, access, None, 600, u64::MAX, NOW).unwrap();
        assert!(at >= NOW + 30 * SECOND);
    }

    #[test]
    fn a_missing_refresh_token_is_asked_for_nine_times_a_life() {
        let end = NOW + 108 * HOUR;
        let mut asked = vec![NOW];
        while let Some(at) = asked.last().copied().filter(|at| *at < end) {
            let answers = u32::try_from(asked.len()).unwrap();
            asked.push(again_without_token(answers, true, end, 0, at));
        }
        let before = asked.iter().filter(|at| **at < end).count();
        assert_eq!((before, asked[1] - NOW), (9, MINUTE), "{asked:?}");
        assert!(end - asked[before - 1] < HOUR, "the last of them is near the end");
    }

    #[test]
    fn where_nobody_gets_one_it_is_asked_for_near_the_end() {
        let end = NOW + 108 * HOUR;
        for jitter in [0, 12_345_678, u64::MAX] {
            let again = |now| again_without_token(1, false, end, jitter, now);
            let at = again(NOW);
            assert!((end - 2 * HOUR..=end - HOUR / 2).contains(&at), "{} min", (end - at) / MINUTE);
            assert!(again(at) > end, "and then whether it lives on");
            assert!(again(end + HOUR) > end + HOUR);
        }
    }

    #[test]
    fn failures_are_tried_further_and_further_apart() {
        let waits: Vec<Millis> = (1..=12).map(|n| (again_at(n, NOW + 15 * DAY, 0, NOW) - NOW) / SECOND).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600]);
        assert!(again_at(30, NOW + HOUR, 0, NOW) <= NOW + HOUR / 8);
        assert!(again_at(30, NOW + 1, 0, NOW) <= NOW + MINUTE);
        assert_eq!(again_at(u32::MAX, NOW - DAY, 0, NOW), NOW + LONGEST_BACKOFF);
        assert!((0..1_000).all(|jitter| again_at(9, NOW + 15 * DAY, jitter * 7_919, NOW) > NOW + HOUR * 3 / 4 - 1));
    }
}
