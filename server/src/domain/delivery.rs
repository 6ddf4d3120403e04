//! When a delivery that failed is tried again.

use crate::clock::{HOUR, MINUTE, Millis, SECOND};

/// After the first attempt, the second, and so on; then it is given up, about three days and four hours after
/// it began.
const WAITS: [Millis; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR, 24 * HOUR, 24 * HOUR];

/// When to try again after so many failures; none when it is given up. `jitter`, from 0 to 1,000, moves it by up
/// to a tenth either way, so that what failed together does not come back together.
pub fn again_at(failures: u32, now: Millis, jitter: u64) -> Option<Millis> {
    let wait = *WAITS.get(usize::try_from(failures).ok()?.checked_sub(1)?)?;
    let jitter = i64::try_from(jitter.min(1_000)).unwrap_or(0) - 500;
    Some(now + wait + wait * jitter / 5_000)
}

/// The same for a receiver that asked for a wait: not before it is over.
pub fn again_after(failures: u32, now: Millis, jitter: u64, asked: Option<Millis>) -> Option<Millis> {
    again_at(failures, now, jitter).map(|at| at.max(now + asked.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = (1..=11).map(|failures| again_at(failures, 1_000_000, 500)).collect();
        let expected = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 86_400, 86_400];
        assert_eq!(waits[..9], expected.map(|seconds| Some(1_000_000 + seconds * SECOND)));
        assert_eq!(waits[9..], [None, None]);
        assert_eq!(again_at(0, 0, 500), None);
    }

    #[test]
    fn jitter_is_a_tenth_either_way() {
        assert_eq!(again_at(1, 0, 0), Some(4_500));
        assert_eq!(again_at(1, 0, 1_000), Some(5_500));
        assert_eq!(again_at(1, 0, u64::MAX), Some(5_500));
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_wait() {
        assert_eq!(again_after(1, 0, 500, Some(MINUTE)), Some(MINUTE));
        assert_eq!(again_after(2, 0, 500, Some(MINUTE)), Some(5 * MINUTE), "and not for a shorter one");
        assert_eq!(again_after(10, 0, 500, Some(MINUTE)), None, "nor for one more attempt");
    }
}
