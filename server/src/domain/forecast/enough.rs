//! The day on which the budget is no longer enough, found by running the renewals ahead of time as a fluid.
//!
//! A closed formula would have to assume that deadlines lie evenly. They do not: customers connect in waves, and a
//! wave comes back every few days. Half-hour steps over two years cost a few milliseconds.

use std::collections::VecDeque;

use super::{BUCKET, Budget, Deadlines, requests};
use crate::clock::{DAY, Millis};

/// Later than that is not looked.
const FAR: Millis = 730 * DAY;

/// What is to be expected of the coming time, from what was seen in the last.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Use {
    /// Grants more a day.
    pub new_grants_per_day: f64,
    /// Requests a day beyond what was due and what exchanges may always have: those of callers.
    pub other_requests_per_day: f64,
    /// The part of renewals that has to be sent again, 0 to 1.
    pub failing: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Enough {
    /// From then on an outage of the planned length can cost grants. None: not within two years.
    pub until: Option<Millis>,
    /// From then on grants end even without an outage.
    pub first_loss: Option<Millis>,
}

/// Until when the budget is enough if every request that is left is spent on the grant that ends first.
pub fn enough(deadlines: &Deadlines, budget: &Budget, of: Use, now: Millis) -> Enough {
    if budget.per_minute.is_none() {
        return Enough::default();
    }
    let step = BUCKET as f64 / DAY as f64;
    let left = requests(budget.renewals_per_minute(false), BUCKET) - of.other_requests_per_day.max(0.0) * step;
    let renewals = left * (1.0 - of.failing.clamp(0.0, 1.0));
    let grown = of.new_grants_per_day.max(0.0) * step;
    let mut queue: VecDeque<(Millis, f64)> = deadlines.buckets.iter().map(|(at, count)| (*at, *count as f64)).collect();
    let mut enough = Enough::default();
    // A backlog at the start, after an outage, is no lack of budget as long as it gets shorter.
    let mut began_late = true;
    for at in (now..now + FAR).step_by(BUCKET as usize) {
        let first = queue.front().map(|(deadline, _)| *deadline);
        if first.is_some_and(|deadline| deadline <= at) {
            enough.first_loss = Some(at);
            enough.until = enough.until.or(Some(at));
            return enough;
        }
        let safe = first.is_none_or(|deadline| deadline >= at + budget.outage());
        if safe {
            began_late = false;
            enough.until = None;
        } else if !began_late {
            enough.until = enough.until.or(Some(at));
        }
        if grown > 0.0 {
            queue.push_back((at + budget.horizon, grown));
        }
        renew(&mut queue, renewals, at + budget.horizon);
    }
    enough
}

/// Spends so many requests on the grants that end first; each ends a whole horizon later then.
fn renew(queue: &mut VecDeque<(Millis, f64)>, mut requests: f64, deadline: Millis) {
    let mut renewed = 0.0;
    while requests > 0.0 {
        let Some((at, count)) = queue.front_mut() else { break };
        if *at >= deadline {
            break;
        }
        let taken = count.min(requests);
        *count -= taken;
        requests -= taken;
        renewed += taken;
        if *count <= 0.0 {
            queue.pop_front();
        }
    }
    if renewed > 0.0 {
        queue.push_back((deadline, renewed));
    }
}
