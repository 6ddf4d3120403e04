//! Every order in which two processes, OfficeRnD and an admin can act on one grant, within bounds.
//!
//! The world is explored breadth first, so that what breaks a rule is told by a shortest story. Requests take up to the
//! HTTP time limit; a process may stop for any time between two of its steps, or die; answers get lost; clocks differ by
//! five seconds; the admin connects again in the middle. The rules that are explored are the ones that the product
//! calls; [`broken`] shows that each of them is needed.

mod broken;
mod world;

use std::collections::HashSet;

use super::*;
use world::{Act, Bounds, Violation, World};

/// The functions of this module, so that a single one can be replaced.
#[derive(Clone, Copy)]
struct Rules {
    claim: fn(Row, Millis) -> Result<(Row, Claim), NotClaimed>,
    may_send: fn(&Claim, Millis, Duration) -> bool,
    store: fn(Row, &Claim) -> Option<Row>,
    refuse: fn(Row, &Claim) -> Option<Row>,
    fail: fn(Row, &Claim, Failed, Millis) -> Option<Row>,
    authorize: fn(Option<Row>, Millis) -> Row,
}

const REAL: Rules = Rules { claim, may_send, store, refuse, fail, authorize };

/// How OfficeRnD treats a refresh token that comes a second time; nobody knows (`officernd-contract.md` 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reuse {
    EndsTheGrant,
    WorksOnceMore,
    /// Tokens never change.
    IsAllowed,
}

struct Story {
    acts: Vec<Act>,
    violation: Violation,
}

/// The shortest story that breaks a rule, or how many states there were. What may be found on the way to a good end is
/// told only where no order of events breaks a rule by itself.
fn explore(rules: &Rules, reuse: Reuse, bounds: Bounds) -> Result<usize, Story> {
    let mut states = vec![World::new(rules, reuse, bounds)];
    let mut seen = HashSet::from([states[0].clone()]);
    let mut parents: Vec<Option<(usize, Act)>> = vec![None];
    let told = |parents: &[Option<(usize, Act)>], mut at: usize, last: Option<Act>, violation| {
        let mut acts: Vec<Act> = last.into_iter().collect();
        while let Some((before, act)) = parents[at] {
            acts.push(act);
            at = before;
        }
        acts.reverse();
        Story { acts, violation }
    };
    let mut badly = None;
    let mut next = 0;
    while next < states.len() {
        let world = states[next].clone();
        if badly.is_none()
            && let Err(violation) = world.ends_well(rules)
        {
            badly = Some(told(&parents, next, None, violation));
        }
        for act in world.acts() {
            let mut after = world.clone();
            match after.apply(rules, act) {
                Ok(false) => {}
                Ok(true) => {
                    if seen.insert(after.clone()) {
                        states.push(after);
                        parents.push(Some((next, act)));
                    }
                }
                Err(violation) => return Err(told(&parents, next, Some(act), violation)),
            }
        }
        next += 1;
    }
    badly.map_or(Ok(states.len()), Err)
}

/// Small enough to be exhausted in seconds, large enough for every broken rule to show.
const BOUNDS: [Bounds; 3] = [
    Bounds { ticks: 9, claims: 3, crashes: 1, losses: 1, permissions: 0, revocations: 0, skew: false },
    Bounds { ticks: 7, claims: 2, crashes: 1, losses: 0, permissions: 1, revocations: 1, skew: false },
    Bounds { ticks: 9, claims: 3, crashes: 0, losses: 1, permissions: 0, revocations: 0, skew: true },
];

#[test]
fn no_order_of_events_breaks_a_rule() {
    for reuse in [Reuse::EndsTheGrant, Reuse::WorksOnceMore, Reuse::IsAllowed] {
        for bounds in BOUNDS {
            match explore(&REAL, reuse, bounds) {
                Ok(states) => assert!(states > 2_000, "only {states} states: the bounds leave nothing to happen"),
                Err(story) => panic!("{reuse:?}, {bounds:?}: {:?} after {:#?}", story.violation, story.acts),
            }
        }
    }
}
