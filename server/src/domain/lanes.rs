//! How many deliveries are sent to whom at once, so that receivers that hang never hold up the others.
//!
//! Every receiver has a lane. A new one begins with a single delivery; each that arrives doubles what the lane
//! may have under way, each that fails puts it back to one. Lanes draw from two pools: one for receivers that
//! answered within a moment the last time, one for all others, new ones among them. A delivery that lasts longer
//! than a moment leaves the quick pool at once, together with its lane: receivers that begin to hang all at the
//! same time block the quick ones for a moment, not for a time limit. Within a pool every active lane has the
//! same share.

use std::collections::HashMap;

/// Most for one receiver.
const LANE: usize = 32;
/// Most for all receivers of a pool. Each is an open connection.
const POOL: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    Quick,
    Slow,
}

#[derive(Debug)]
struct Lane {
    limit: usize,
    pool: Pool,
    /// Under way, by the pool that each counts for.
    quick: usize,
    slow: usize,
}

impl Lane {
    fn new() -> Self {
        Self { limit: 1, pool: Pool::Slow, quick: 0, slow: 0 }
    }

    fn under_way(&self) -> usize {
        self.quick + self.slow
    }

    fn counter(&mut self, pool: Pool) -> &mut usize {
        match pool {
            Pool::Quick => &mut self.quick,
            Pool::Slow => &mut self.slow,
        }
    }
}

/// All receivers that this process has sent to.
#[derive(Debug, Default)]
pub struct Lanes {
    lanes: HashMap<String, Lane>,
}

/// So many may be started for this receiver, counted for this pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub receiver: String,
    pub pool: Pool,
    pub count: usize,
}

impl Lanes {
    /// What may be started now, given who waits. Whoever has least under way comes first.
    pub fn plan(&mut self, waiting: &[String]) -> Vec<Turn> {
        for receiver in waiting {
            if !self.lanes.contains_key(receiver) {
                self.lanes.insert(receiver.clone(), Lane::new());
            }
        }
        [Pool::Quick, Pool::Slow].into_iter().flat_map(|pool| self.plan_pool(pool, waiting)).collect()
    }

    fn plan_pool(&self, pool: Pool, waiting: &[String]) -> Vec<Turn> {
        let mut asking: Vec<(&String, &Lane)> = waiting
            .iter()
            .filter_map(|receiver| self.lanes.get_key_value(receiver))
            .filter(|(_, lane)| lane.pool == pool)
            .collect();
        asking.sort_by_key(|(_, lane)| lane.under_way());
        let busy = |lane: &&Lane| lane.pool == pool && lane.under_way() > 0;
        let silent = self.lanes.iter().filter(|(name, lane)| busy(lane) && !waiting.contains(name)).count();
        let share = (POOL / (asking.len() + silent).max(1)).max(1);
        let mut free = POOL.saturating_sub(self.under_way(pool));
        let mut turns = Vec::new();
        for (receiver, lane) in asking {
            let count = lane.limit.min(share).saturating_sub(lane.under_way()).min(free);
            if count > 0 {
                free -= count;
                turns.push(Turn { receiver: receiver.clone(), pool, count });
            }
        }
        turns
    }

    pub fn started(&mut self, receiver: &str, pool: Pool, count: usize) {
        if let Some(lane) = self.lanes.get_mut(receiver) {
            *lane.counter(pool) += count;
        }
    }

    /// A delivery lasts longer than a moment. It counts for the slow pool from now on.
    pub fn lingers(&mut self, receiver: &str, pool: Pool) {
        if let Some(lane) = self.lanes.get_mut(receiver) {
            lane.pool = Pool::Slow;
            *lane.counter(pool) -= 1;
            lane.slow += 1;
        }
    }

    /// A delivery is over. `pool` is the one that it counted for last; `quickly` says that it never lingered.
    pub fn ended(&mut self, receiver: &str, pool: Pool, arrived: bool, quickly: bool) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        *lane.counter(pool) -= 1;
        if arrived {
            lane.limit = (lane.limit * 2).min(LANE);
        } else {
            lane.limit = 1;
        }
        lane.pool = if arrived && quickly { Pool::Quick } else { Pool::Slow };
    }

    /// Of all receivers and both pools.
    pub fn all_under_way(&self) -> usize {
        self.lanes.values().map(Lane::under_way).sum()
    }

    fn under_way(&self, pool: Pool) -> usize {
        self.lanes.values().map(|lane| if pool == Pool::Quick { lane.quick } else { lane.slow }).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(prefix: &str, count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{prefix}-{number}")).collect()
    }

    /// Starts everything that may be started.
    fn start(lanes: &mut Lanes, waiting: &[String]) -> HashMap<String, usize> {
        let turns = lanes.plan(waiting);
        for turn in &turns {
            lanes.started(&turn.receiver, turn.pool, turn.count);
        }
        turns.into_iter().map(|turn| (turn.receiver, turn.count)).collect()
    }

    fn prove(lanes: &mut Lanes, receivers: &[String]) {
        for receiver in receivers {
            for _ in 0..6 {
                let turn = lanes.plan(std::slice::from_ref(receiver)).remove(0);
                lanes.started(receiver, turn.pool, 1);
                lanes.ended(receiver, turn.pool, true, true);
            }
        }
    }

    #[test]
    fn a_lane_opens_with_what_arrives_and_closes_with_what_does_not() {
        let (mut lanes, a) = (Lanes::default(), names("a", 1));
        let mut seen = Vec::new();
        for _ in 0..7 {
            let count = start(&mut lanes, &a)[&a[0]];
            seen.push(count);
            let pool = if seen.len() == 1 { Pool::Slow } else { Pool::Quick };
            for index in 0..count {
                // Only the last of a round teaches something here.
                let lane = lanes.lanes.get_mut(&a[0]).unwrap();
                let limit = lane.limit;
                lanes.ended(&a[0], pool, true, true);
                if index + 1 < count {
                    lanes.lanes.get_mut(&a[0]).unwrap().limit = limit;
                }
            }
        }
        assert_eq!(seen, [1, 2, 4, 8, 16, 32, 32]);
        assert_eq!(start(&mut lanes, &a)[&a[0]], 32);
        assert_eq!(start(&mut lanes, &a), HashMap::new(), "the lane is full");
        lanes.ended(&a[0], Pool::Quick, false, true);
        for _ in 0..31 {
            assert_eq!(start(&mut lanes, &a), HashMap::new(), "31 are still under way");
            lanes.ended(&a[0], Pool::Quick, false, true);
        }
        assert_eq!(start(&mut lanes, &a)[&a[0]], 1);
    }

    #[test]
    fn receivers_that_hang_leave_room_for_quick_ones() {
        let (mut lanes, hanging, quick) = (Lanes::default(), names("h", 1_000), names("q", 3));
        prove(&mut lanes, &quick);
        let all = [hanging.clone(), quick.clone()].concat();
        let started = start(&mut lanes, &all);
        assert_eq!(quick.iter().map(|name| started[name]).collect::<Vec<_>>(), [32; 3]);
        assert_eq!(hanging.iter().filter(|name| started.contains_key(*name)).count(), POOL);
        assert!(hanging.iter().all(|name| started.get(name).is_none_or(|count| *count == 1)));
        // They fail after long; the next ones have their turn.
        for name in hanging.iter().filter(|name| started.contains_key(*name)) {
            lanes.lingers(name, Pool::Slow);
            lanes.ended(name, Pool::Slow, false, false);
        }
        assert_eq!(start(&mut lanes, &all).len(), POOL);
    }

    /// They were quick until now, and all have much to send.
    #[test]
    fn receivers_that_begin_to_hang_together_block_for_a_moment_only() {
        let (mut lanes, hanging, quick) = (Lanes::default(), names("h", 100), names("q", 10));
        let all = [hanging.clone(), quick.clone()].concat();
        prove(&mut lanes, &all);
        let started = start(&mut lanes, &all);
        assert!(started.values().all(|count| *count == POOL / 110), "everybody has the same share: {started:?}");
        assert_eq!(started.len(), 110);
        // After a moment.
        for name in &hanging {
            for _ in 0..started[name] {
                lanes.lingers(name, Pool::Quick);
            }
        }
        for name in &quick {
            for _ in 0..started[name] {
                lanes.ended(name, Pool::Quick, true, true);
            }
        }
        let started = start(&mut lanes, &all);
        assert_eq!(quick.iter().map(|name| started[name]).collect::<Vec<_>>(), [POOL / 10; 10]);
        assert!(started.len() < 110, "nothing more for those that hang: {started:?}");
        // A receiver that is slow and not dead is still served.
        for _ in 0..2 {
            lanes.ended("h-0", Pool::Slow, true, false);
        }
        assert!(start(&mut lanes, &names("h", 1))["h-0"] >= 1);
    }

    #[test]
    fn nothing_is_left_counted() {
        let (mut lanes, all) = (Lanes::default(), names("a", 50));
        prove(&mut lanes, &all[..20]);
        for round in 0..20 {
            let turns = lanes.plan(&all);
            for (index, turn) in turns.iter().enumerate() {
                lanes.started(&turn.receiver, turn.pool, turn.count);
                for each in 0..turn.count {
                    let lingers = (index + each + round) % 3 == 0;
                    let mut pool = turn.pool;
                    if lingers {
                        lanes.lingers(&turn.receiver, pool);
                        pool = Pool::Slow;
                    }
                    lanes.ended(&turn.receiver, pool, (index + round) % 5 > 0, !lingers);
                }
            }
            assert_eq!(lanes.all_under_way(), 0);
        }
    }
}
