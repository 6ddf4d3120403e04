//! When an incident is told, and when it is not: thresholds, quiet hours, the hour of the digest, and patience with
//! what comes and goes.

use chrono::{DateTime, Duration, NaiveDate, Timelike as _};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::incident::Kind;
use crate::clock::{HOUR, MINUTE, Millis};

/// Away that long, an incident is over. Each relapse doubles it.
const CALM: Millis = 10 * MINUTE;
/// At more than five hours it is doubled no more.
const MOST_DOUBLED: u32 = 5;
/// What comes back within that time is the same incident.
pub const RELAPSES_WITHIN: Millis = 6 * HOUR;
/// What was away shorter was not away: two processes that count at different moments may see it differently so long.
pub const AWAY: Millis = 5 * MINUTE;

/// How an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has not lasted long enough to be told.
    Watched,
    Open,
    Closed,
}

impl State {
    pub fn slug(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Watched, Self::Open, Self::Closed].into_iter().find(|state| state.slug() == slug)
    }
}

/// What the partner set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Trouble of one organization is told when it lasts that long.
    pub one_minutes: u32,
    /// The same for many, and for what concerns the deployment.
    pub many_minutes: u32,
    /// Fewer organizations are told in the digest only.
    pub at_once_from: u32,
    /// IANA name of the zone of quiet hours, digest, and times in notices.
    pub zone: String,
    /// Hours of the day; none where they are equal.
    pub quiet_from: u8,
    pub quiet_until: u8,
    /// None without a digest.
    pub digest_hour: Option<u8>,
    /// Tag of the language of notices.
    pub language: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            one_minutes: 15,
            many_minutes: 5,
            at_once_from: 1,
            zone: "UTC".into(),
            quiet_from: 0,
            quiet_until: 0,
            digest_hour: Some(8),
            language: "en".into(),
        }
    }
}

impl Rules {
    pub fn patience(&self, is_one_tenants: bool) -> Millis {
        Millis::from(if is_one_tenants { self.one_minutes } else { self.many_minutes }) * MINUTE
    }

    /// Whether so many are told of before the next digest. What concerns the deployment always is.
    pub fn is_at_once(&self, tenants: u64) -> bool {
        tenants == 0 || tenants >= u64::from(self.at_once_from)
    }

    /// When a notice goes out that is due now: what is not urgent waits until quiet hours are over.
    pub fn goes_out_at(&self, is_urgent: bool, now: Millis) -> Millis {
        if is_urgent || !self.is_quiet(now) { now } else { self.next(self.quiet_until, now).unwrap_or(now) }
    }

    fn is_quiet(&self, now: Millis) -> bool {
        let Some(here) = self.here(now) else { return false };
        let (hour, from, until) = (here.hour(), u32::from(self.quiet_from), u32::from(self.quiet_until));
        if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until }
    }

    /// Whether a digest is due that was not sent yet; `last` is when one was due the last time.
    pub fn is_digest_due(&self, last: Millis, now: Millis) -> bool {
        let Some(hour) = self.digest_hour else { return false };
        self.latest(hour, now).is_some_and(|due| last < due)
    }

    fn here(&self, at: Millis) -> Option<DateTime<Tz>> {
        let zone: Tz = self.zone.parse().unwrap_or(Tz::UTC);
        Some(DateTime::from_timestamp_millis(at)?.with_timezone(&zone))
    }

    /// When this hour begins next.
    fn next(&self, hour: u8, now: Millis) -> Option<Millis> {
        let here = self.here(now)?;
        (0..3)
            .filter_map(|days| on(here.date_naive() + Duration::days(days), hour, here.timezone()))
            .find(|at| *at > now)
    }

    /// When this hour began last.
    fn latest(&self, hour: u8, now: Millis) -> Option<Millis> {
        let here = self.here(now)?;
        (0..3)
            .filter_map(|days| on(here.date_naive() - Duration::days(days), hour, here.timezone()))
            .find(|at| *at <= now)
    }
}

/// An hour that the clocks skip begins with the first moment after it.
fn on(day: NaiveDate, hour: u8, zone: Tz) -> Option<Millis> {
    let begins = day.and_hms_opt(hour.into(), 0, 0)?;
    let begins = (0..4).find_map(|later| (begins + Duration::hours(later)).and_local_timezone(zone).earliest())?;
    Some(begins.timestamp_millis())
}

/// How long an incident has to be away before it is over.
pub fn calm(relapses: u32) -> Millis {
    CALM << relapses.min(MOST_DOUBLED)
}

/// Whether somebody is told at night.
pub fn is_urgent(kind: Kind, is_many: bool) -> bool {
    is_many || kind.is_urgent_alone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;

    /// 24 November 2026, 12:00 UTC; Amsterdam is an hour ahead.
    const NOON: Millis = 1_795_521_600_000;

    fn night() -> Rules {
        Rules { zone: "Europe/Amsterdam".into(), quiet_from: 22, quiet_until: 7, ..Rules::default() }
    }

    #[test]
    fn what_is_not_urgent_waits_for_the_morning() {
        let rules = night();
        let at = |hour: i64| NOON + (hour - 13) * HOUR;
        assert_eq!(rules.goes_out_at(false, at(21) + HOUR - 1), at(22) - 1);
        for during in [at(22), at(23), at(26), at(31) - 1] {
            assert_eq!(rules.goes_out_at(false, during), at(31), "{during}");
            assert_eq!(rules.goes_out_at(true, during), during);
        }
        assert_eq!(rules.goes_out_at(false, at(31)), at(31));
        let noon = Rules { quiet_from: 12, quiet_until: 14, ..rules };
        assert_eq!(noon.goes_out_at(false, NOON), NOON + HOUR);
        assert_eq!(Rules::default().goes_out_at(false, NOON), NOON);
    }

    #[test]
    fn quiet_hours_end_also_where_the_clocks_skip_their_end() {
        // 29 March 2026, 00:30 UTC: it is 01:30, and 02:00 does not come.
        let now = 1_774_744_200_000;
        let rules = Rules { quiet_from: 0, quiet_until: 2, ..night() };
        assert_eq!(rules.goes_out_at(false, now), now + HOUR / 2);
        // 25 October 2026, 00:30 UTC: it is 02:30 for the first time.
        let now = 1_792_888_200_000;
        let rules = Rules { quiet_from: 0, quiet_until: 3, ..night() };
        let out = rules.goes_out_at(false, now);
        assert!(out > now && out <= now + 2 * HOUR, "{out}");
    }

    #[test]
    fn a_digest_is_due_once_a_day() {
        let rules = night();
        // 8 o'clock in Amsterdam.
        let due = NOON - 5 * HOUR;
        assert!(rules.is_digest_due(due - DAY, due) && !rules.is_digest_due(due - DAY, due - 1));
        assert!(!rules.is_digest_due(due, due) && !rules.is_digest_due(due, due + DAY - 1));
        assert!(rules.is_digest_due(due, due + DAY) && rules.is_digest_due(due, due + 10 * DAY));
        assert!(!Rules { digest_hour: None, ..rules }.is_digest_due(0, NOON));
    }

    #[test]
    fn patience_grows_with_relapses_and_ends() {
        let calms: Vec<i64> = (0..8).map(|relapses| calm(relapses) / MINUTE).collect();
        assert_eq!(calms, [10, 20, 40, 80, 160, 320, 320, 320]);
    }

    #[test]
    fn thresholds_are_for_organizations() {
        let rules = Rules { at_once_from: 3, ..Rules::default() };
        assert!(!rules.is_at_once(2) && rules.is_at_once(3) && rules.is_at_once(0));
        assert_eq!((rules.patience(true), rules.patience(false)), (15 * MINUTE, 5 * MINUTE));
        assert!(is_urgent(Kind::Settings, true) && !is_urgent(Kind::Settings, false));
        assert!(is_urgent(Kind::ClientRefused, false));
    }
}
