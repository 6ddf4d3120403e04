//! What the budget of token requests must be spent on, and until when it is enough.
//!
//! Each grant has a deadline, the end of its refresh token. The plan is the one of a shop with one machine: by any
//! time `T`, as many renewals must be done as there are deadlines until `T`. So whoever knows how many deadlines lie
//! before each `T` and how many requests there can be until then knows how late is late enough. A stretch of
//! [`Budget::outage`] in which OfficeRnD answers nothing is taken off every such time, since it can begin at any moment.
//!
//! Four marks lie behind one another before a deadline, each with its own effect: at the first the engine renews,
//! at the second callers have to wait, at the third the slot of a connecting admin is used too, and the last is the
//! promise: an outage that begins now costs nothing.

mod enough;
#[cfg(test)]
mod tests;

use crate::clock::{DAY, MINUTE, Millis};

pub use enough::{Enough, Use, enough};

/// Deadlines are counted by this, so all times here are right to half an hour, on the early side.
pub const BUCKET: Millis = 30 * MINUTE;

/// Parts of the horizon: four days and twelve, six and one hours of fifteen days.
const OUTAGE: (Millis, Millis) = (4, 15);
const RENEW: Millis = 30;
const CALLERS: Millis = 60;
const SLOT: Millis = 360;
/// A backlog that is worked off within that time is none.
const TOLERANCE: Millis = 15 * MINUTE;
/// One in so many requests is kept for exchanges whatever the forecast says.
const EXCHANGES: f64 = 15.0;

/// What may be sent to the token endpoint for one client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Requests in any minute. None: no limit was agreed.
    pub per_minute: Option<u32>,
    /// How long a refresh token lives.
    pub horizon: Millis,
}

impl Budget {
    /// How long OfficeRnD may be away without a grant being lost.
    pub fn outage(&self) -> Millis {
        self.horizon * OUTAGE.0 / OUTAGE.1
    }

    /// Exchanges a minute that are sent even where grants would need each request.
    pub fn exchanges_per_minute(&self) -> f64 {
        self.per_minute.map_or(f64::INFINITY, |limit| f64::from(limit) / EXCHANGES)
    }

    /// Requests a minute beside the slot that is left to a connecting admin, or with it. One slot alone is not split.
    pub fn slots_per_minute(&self, keeps_slot: bool) -> f64 {
        self.per_minute
            .map_or(f64::INFINITY, |limit| f64::from(if keeps_slot { limit.saturating_sub(1).max(1) } else { limit }))
    }

    /// Renewals a minute that can be relied on, whatever exchanges take.
    pub fn renewals_per_minute(&self, keeps_slot: bool) -> f64 {
        self.slots_per_minute(keeps_slot) * (1.0 - 1.0 / EXCHANGES)
    }

    /// How many grants survive an outage whenever it begins.
    pub fn carries(&self, keeps_slot: bool) -> u64 {
        floor(requests(self.renewals_per_minute(keeps_slot), self.horizon - self.outage()))
    }
}

/// How many grants end when: those that are alive and were not refused again and again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// In order of time, each bucket once, by its beginning.
    buckets: Vec<(Millis, u64)>,
}

impl Deadlines {
    /// From any number of times with counts, in any order.
    pub fn new(counts: impl IntoIterator<Item = (Millis, u64)>) -> Self {
        let mut buckets: Vec<(Millis, u64)> =
            counts.into_iter().map(|(at, count)| (at.div_euclid(BUCKET) * BUCKET, count)).collect();
        buckets.sort_unstable_by_key(|(at, _)| *at);
        buckets.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 += later.1;
            }
            same
        });
        buckets.retain(|(_, count)| *count > 0);
        Self { buckets }
    }

    pub fn total(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }

    /// Each time with how many grants end until then.
    fn until(&self) -> impl Iterator<Item = (Millis, u64)> + '_ {
        self.buckets.iter().scan(0, |sum, (at, count)| {
            *sum += count;
            Some((*at, *sum))
        })
    }
}

/// What the budget is needed for now. True for minutes: make a new one after that.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// So many of the grants that end first are to be renewed now, as fast as [`Self::pace`] allows.
    pub due: u64,
    /// All of these end before this. Where some of them have to wait, renewing one that ends later is no help.
    pub due_until: Millis,
    /// With nothing due: when there will be something.
    pub next_due: Option<Millis>,
    /// Whether a slot stays free for a connecting admin.
    pub keeps_slot: bool,
    /// Renewals a minute at most: what exchanges do not ask for is not wasted.
    pub pace: f64,
    /// Times with the requests that can be spent on somebody else until then, each at most the one before it.
    spare: Vec<(Millis, i64)>,
}

impl Outlook {
    pub fn new(deadlines: &Deadlines, budget: &Budget, now: Millis) -> Self {
        let marks = |part: Millis| now + budget.outage() + budget.horizon / part;
        // The tolerance keeps a few grants that cannot be renewed from taking everybody's requests.
        let fit = |pace, time| floor(requests(pace, time) + requests(pace, TOLERANCE));
        let keeps_slot = budget.per_minute.is_none_or(|limit| limit <= 1) || {
            let pace = budget.renewals_per_minute(true);
            deadlines.until().all(|(at, needed)| needed <= fit(pace, at - marks(SLOT)))
        };
        let pace = budget.renewals_per_minute(keeps_slot);
        let slots = budget.slots_per_minute(keeps_slot);
        let mut outlook = Self { due: 0, due_until: 0, next_due: None, keeps_slot, pace: slots, spare: Vec::new() };
        let mut least = i64::MAX;
        for (at, needed) in deadlines.until() {
            let late = needed.saturating_sub(floor(requests(pace, at - marks(RENEW))));
            outlook.due = outlook.due.max(late);
            if late > 0 {
                outlook.due_until = at + BUCKET;
            }
            // One millisecond into the time that so many take: then the first is due.
            let begin = at - (marks(RENEW) - now) - takes(pace, needed) + 1;
            outlook.next_due = Some(outlook.next_due.map_or(begin, |next| next.min(begin)));
            least = least.min(left(fit(pace, at - marks(CALLERS)), needed));
            outlook.spare.push((at, least));
        }
        if outlook.due > 0 {
            outlook.next_due = None;
        }
        outlook
    }

    /// Requests that exchanges, or callers whose grant ends last, may take now.
    pub fn spare(&self) -> u64 {
        self.spare.last().map_or(u64::MAX, |(_, spare)| u64::try_from(*spare).unwrap_or(0))
    }

    /// Takes a request for a caller, if there is one left. It renews the grant with this deadline, so that whatever
    /// ends with it or after it loses nothing. An exchange renews none.
    pub fn take(&mut self, renews: Option<Millis>) -> bool {
        let own = renews.map_or(Millis::MAX, |deadline| deadline.div_euclid(BUCKET) * BUCKET);
        let earlier = self.spare.partition_point(|(at, _)| *at < own);
        let earlier = &mut self.spare[..earlier];
        if earlier.last().is_some_and(|(_, spare)| *spare <= 0) {
            return false;
        }
        for (_, spare) in earlier {
            *spare -= 1;
        }
        true
    }
}

/// Requests that fit into a stretch of time.
fn requests(per_minute: f64, time: Millis) -> f64 {
    if time <= 0 || per_minute <= 0.0 { 0.0 } else { per_minute * (time as f64 / MINUTE as f64) }
}

/// How long so many requests take.
fn takes(per_minute: f64, count: u64) -> Millis {
    (count as f64 / per_minute * MINUTE as f64) as Millis
}

/// Whole requests; without a limit more than there can ever be grants.
fn floor(requests: f64) -> u64 {
    requests.floor() as u64
}

fn left(can: u64, needed: u64) -> i64 {
    i64::try_from(can).unwrap_or(i64::MAX).saturating_sub(i64::try_from(needed).unwrap_or(i64::MAX))
}

/// Renewals a minute that so many grants need all the time.
pub fn needed_per_minute(grants: u64, budget: &Budget) -> f64 {
    let cycle = budget.horizon - budget.outage() - budget.horizon / RENEW;
    grants as f64 / (cycle as f64 / MINUTE as f64)
}

/// Days as people count them, for texts.
pub fn days(time: Millis) -> f64 {
    time as f64 / DAY as f64
}
