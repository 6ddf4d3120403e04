use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::clock::HOUR;

const NOW: Millis = 1_700_000_000_000;
const DOCUMENTED: Budget = Budget { per_minute: Some(5), horizon: 15 * DAY };

/// As they lie when a population is renewed round and round: one after another over the time that a round takes.
fn even(grants: u64, from: Millis, to: Millis) -> Deadlines {
    Deadlines::new((0..grants).map(|n| (from + (to - from) * n as i64 / grants as i64, 1)))
}

#[test]
fn the_documented_limit_carries_what_the_contract_says() {
    assert_eq!(DOCUMENTED.carries(true), 59_136);
    assert_eq!(DOCUMENTED.carries(false), 73_920);
    assert_eq!(DOCUMENTED.outage(), 4 * DAY);
    let alone = Budget { per_minute: Some(1), ..DOCUMENTED };
    assert_eq!(alone.carries(true), alone.carries(false));
}

#[test]
fn the_slot_of_an_admin_is_free_up_to_about_59_000_grants() {
    let keeps =
        |grants| Outlook::new(&even(grants, NOW + 4 * DAY + 2 * HOUR, NOW + 15 * DAY), &DOCUMENTED, NOW).keeps_slot;
    assert!(keeps(58_000));
    assert!(!keeps(60_000));
}

#[test]
fn a_few_grants_are_renewed_half_a_day_before_an_outage_could_cost_them() {
    let one = Deadlines::new([(NOW + 15 * DAY, 1)]);
    let at = |now| Outlook::new(&one, &DOCUMENTED, now);
    let begin = at(NOW).next_due.unwrap();
    assert!((begin - (NOW + 10 * DAY + 12 * HOUR)).abs() <= BUCKET, "{}", days(begin - NOW));
    assert_eq!(at(begin - MINUTE).due, 0);
    assert_eq!(at(begin).due, 1);
    assert_eq!(at(begin).next_due, None);
}

#[test]
fn a_wave_is_begun_as_early_as_it_takes() {
    let wave = Deadlines::new([(NOW + 15 * DAY, 20_000)]);
    let begin = Outlook::new(&wave, &DOCUMENTED, NOW).next_due.unwrap();
    let takes = 20_000.0 / DOCUMENTED.renewals_per_minute(true) / 1_440.0;
    assert!((days(begin - NOW) - (10.5 - takes)).abs() < 0.03, "{}", days(begin - NOW));
}

/// It may have to wait after a failure. The others are not due by that.
#[test]
fn what_is_due_ends_before_the_time_that_is_told() {
    let end = |at: Millis| at.div_euclid(BUCKET) * BUCKET + BUCKET;
    let one = Deadlines::new([(NOW + 4 * DAY, 1), (NOW + 10 * DAY, 1_000)]);
    let outlook = Outlook::new(&one, &DOCUMENTED, NOW);
    assert_eq!((outlook.due, outlook.due_until), (1, end(NOW + 4 * DAY)));
    // All of a wave are due with the first of it, and so is whatever ends before it.
    let wave = Deadlines::new([(NOW + 14 * DAY, 1), (NOW + 15 * DAY, 20_000), (NOW + 16 * DAY, 1)]);
    let begin = Outlook::new(&wave, &DOCUMENTED, NOW).next_due.unwrap();
    let outlook = Outlook::new(&wave, &DOCUMENTED, begin + MINUTE);
    assert!(outlook.due > 0 && outlook.due < 10, "{}", outlook.due);
    assert_eq!(outlook.due_until, end(NOW + 15 * DAY));
    assert_eq!(Outlook::new(&wave, &DOCUMENTED, begin - MINUTE).due_until, 0);
}

#[test]
fn without_a_limit_everything_has_its_time_and_callers_always_a_request() {
    let budget = Budget { per_minute: None, ..DOCUMENTED };
    let mut outlook = Outlook::new(&even(1_000_000, NOW, NOW + 15 * DAY), &budget, NOW);
    assert!(outlook.keeps_slot);
    assert_eq!(
        outlook.due,
        Deadlines::until(&even(1_000_000, NOW, NOW + 15 * DAY))
            .filter(|(at, _)| *at <= NOW + 108 * HOUR)
            .last()
            .unwrap()
            .1
    );
    assert!(outlook.take(Some(NOW + 15 * DAY)));
    assert_eq!(enough(&even(1_000, NOW, NOW + DAY), &budget, Use::default(), NOW), Enough::default());
}

#[test]
fn callers_wait_only_where_grants_would_pay_for_it() {
    let calm = even(100, NOW + 5 * DAY, NOW + 15 * DAY);
    let mut outlook = Outlook::new(&calm, &DOCUMENTED, NOW);
    assert!(outlook.spare() > 2_000, "{}", outlook.spare());
    // After four days of silence a tenth of a full population ends within two hours.
    let backlog = Deadlines::new([(NOW + HOUR, 300), (NOW + 2 * HOUR, 300), (NOW + 9 * DAY, 1)]);
    let mut late = Outlook::new(&backlog, &DOCUMENTED, NOW);
    assert!(!late.keeps_slot);
    assert_eq!(late.due, 600);
    assert_eq!(late.spare(), 0);
    assert!(!late.take(None), "an exchange has its own share, not this one");
    assert!(!late.take(Some(NOW + 9 * DAY)));
    assert!(late.take(Some(NOW + HOUR)), "this renewal is the very next one anyway");
    let before = outlook.spare();
    assert!(outlook.take(Some(NOW + 15 * DAY)) && outlook.take(None));
    assert!(outlook.spare() < before);
}

#[test]
fn one_grant_that_cannot_be_renewed_takes_no_slot_from_anybody() {
    let sick = Deadlines::new([(NOW + HOUR, 1), (NOW + 10 * DAY, 1_000)]);
    let outlook = Outlook::new(&sick, &DOCUMENTED, NOW);
    assert!(outlook.keeps_slot);
    assert!(outlook.spare() > 0);
}

proptest! {
    #[test]
    fn whatever_the_deadlines_the_outlook_holds_together(
        counts in prop::collection::vec((0_i64..16 * 48, 0_u64..3_000), 0..40),
        limit in prop::option::of(0_u32..40),
        later in 0_i64..20 * 1_440,
    ) {
        let budget = Budget { per_minute: limit, ..DOCUMENTED };
        let deadlines = Deadlines::new(counts.iter().map(|(at, count)| (NOW + at * BUCKET, *count)));
        let mut outlook = Outlook::new(&deadlines, &budget, NOW);
        prop_assert!(outlook.due <= deadlines.total());
        let until = deadlines.until().filter(|(at, _)| *at < outlook.due_until).last().map_or(0, |(_, count)| count);
        prop_assert!(outlook.due <= until && (outlook.due > 0) == (until > 0));
        if let Some(next) = outlook.next_due {
            prop_assert!(outlook.due == 0 && next > NOW - BUCKET);
        }
        // Time alone never makes less due.
        let then = Outlook::new(&deadlines, &budget, NOW + later * MINUTE);
        prop_assert!(then.due >= outlook.due.min(deadlines.total()) || then.pace > outlook.pace);
        for pair in outlook.spare.windows(2) {
            prop_assert!(pair[0].0 < pair[1].0 && pair[0].1 >= pair[1].1);
        }
        let mut taken = 0;
        while taken < 50 && outlook.take(None) {
            taken += 1;
        }
        prop_assert!(outlook.spare() == 0 || taken == 50);
    }
}

/// Grants one by one, in steps of a minute. Nothing of it is shared with the code that it judges but the outlook.
struct World {
    budget: Budget,
    now: Millis,
    /// Exact deadlines with how many grants have it.
    grants: BTreeMap<Millis, u64>,
    /// The same, coarser, as the storage would count it.
    buckets: BTreeMap<Millis, u64>,
    outlook: Outlook,
    credit: f64,
    lost: u64,
    sent: Vec<u64>,
    random: u64,
}

impl World {
    fn new(budget: Budget, deadlines: impl Iterator<Item = Millis>) -> Self {
        let outlook = Outlook::new(&Deadlines::default(), &budget, NOW);
        let mut world = Self {
            budget,
            now: NOW,
            grants: BTreeMap::new(),
            buckets: BTreeMap::new(),
            outlook,
            credit: 0.0,
            lost: 0,
            sent: Vec::new(),
            random: 42,
        };
        for deadline in deadlines {
            world.add(deadline);
        }
        world
    }

    fn add(&mut self, deadline: Millis) {
        *self.grants.entry(deadline).or_default() += 1;
        *self.buckets.entry(deadline.div_euclid(BUCKET) * BUCKET).or_default() += 1;
    }

    fn remove(&mut self, deadline: Millis) {
        for (map, key) in [(&mut self.grants, deadline), (&mut self.buckets, deadline.div_euclid(BUCKET) * BUCKET)] {
            let count = map.get_mut(&key).expect("a grant that exists");
            *count -= 1;
            if *count == 0 {
                map.remove(&key);
            }
        }
    }

    fn chance(&mut self, of: f64) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.random >> 33) as f64 / (1_u64 << 31) as f64) < of
    }

    fn pick(&mut self) -> Option<Millis> {
        let (&first, _) = self.grants.first_key_value()?;
        let (&last, _) = self.grants.last_key_value()?;
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = first + (self.random >> 1) as i64 % (last - first + 1);
        self.grants.range(at..).next().map(|(at, _)| *at)
    }

    /// A minute: what is due in the background, then callers who ask for as much as they can get.
    /// In a hostile minute callers ask without end; exchanges always take their share.
    fn minute(&mut self, answers: bool, hostile: bool) {
        if (self.now - NOW) % BUCKET == 0 {
            let deadlines = Deadlines::new(self.buckets.iter().map(|(at, count)| (*at, *count)));
            self.outlook = Outlook::new(&deadlines, &self.budget, self.now);
        }
        let most = u64::from(self.budget.per_minute.unwrap());
        let limit = most as f64;
        let exchanges = self.budget.exchanges_per_minute();
        self.credit = (self.credit + self.outlook.pace.min(limit - exchanges)).min(limit + 1.0);
        let mut sent = 0;
        while answers && sent < most && self.credit >= 1.0 && self.outlook.due > 0 {
            let first = self.grants.first_key_value().map(|(at, _)| *at);
            let Some(deadline) = first.filter(|at| *at < self.outlook.due_until) else { break };
            self.credit -= 1.0;
            self.outlook.due -= 1;
            sent += 1;
            if !self.chance(0.02) {
                self.renew(deadline);
            }
        }
        while answers && hostile && sent < most && self.credit >= 1.0 {
            let Some(deadline) = self.pick() else { break };
            if !self.outlook.take(Some(deadline)) {
                break;
            }
            self.credit -= 1.0;
            sent += 1;
            self.renew(deadline);
        }
        self.sent.push(sent);
        self.now += MINUTE;
        while let Some((&deadline, &count)) = self.grants.first_key_value().filter(|(at, _)| **at < self.now) {
            self.lost += count;
            for _ in 0..count {
                self.remove(deadline);
            }
        }
    }

    fn renew(&mut self, deadline: Millis) {
        self.remove(deadline);
        self.add(self.now + self.budget.horizon);
    }

    fn days(&mut self, days: i64, answers: bool, hostile: bool) {
        for _ in 0..days * 1_440 {
            self.minute(answers, hostile);
        }
    }
}

/// Sixty days, with OfficeRnD away for an hour, for a day, and for four days when there was just time to recover.
fn survives(grants: u64, hostile: bool) {
    let span = 10 * DAY + 12 * HOUR;
    let mut world =
        World::new(DOCUMENTED, (0..grants as i64).map(|n| NOW + 15 * DAY - span + span * n / grants as i64));
    world.days(2, true, hostile);
    for _ in 0..60 {
        world.minute(false, hostile);
    }
    world.days(3, true, hostile);
    world.days(1, false, hostile);
    world.days(40, true, hostile);
    world.days(4, false, hostile);
    world.days(10, true, hostile);
    assert_eq!(world.lost, 0, "{grants} grants, hostile: {hostile}");
    assert!(world.sent.iter().all(|sent| *sent <= 5));
}

#[test]
fn seventy_thousand_grants_survive_outages_of_an_hour_a_day_and_four_days() {
    survives(70_000, false);
}

#[test]
fn callers_without_end_cost_no_grant_at_any_size() {
    for grants in [500, 58_000, 70_000] {
        survives(grants, true);
    }
}

#[test]
fn a_budget_that_is_too_small_loses_grants() {
    let mut world = World::new(DOCUMENTED, (0..80_000).map(|n| NOW + 4 * DAY + 11 * DAY * n / 80_000));
    world.days(15, true, false);
    world.days(4, false, false);
    world.days(15, true, false);
    assert!(world.lost > 0, "else the tests above prove nothing");
}

#[test]
fn the_day_on_which_it_is_not_enough_is_the_day_on_which_a_world_runs_out() {
    let budget = Budget { per_minute: Some(1), ..DOCUMENTED };
    for (start, per_day) in [(4_000_i64, 96_i64), (9_000, 48), (12_000, 24)] {
        let deadlines: Vec<Millis> =
            (0..start).map(|n| NOW + 4 * DAY + 13 * HOUR + (10 * DAY + 10 * HOUR) * n / start).collect();
        let of = Use { new_grants_per_day: per_day as f64, failing: 0.02, ..Use::default() };
        let told = enough(&Deadlines::new(deadlines.iter().map(|at| (*at, 1))), &budget, of, NOW);
        let mut world = World::new(budget, deadlines.into_iter());
        let mut broken = None;
        let every = 1_440 / per_day;
        for minute in 0.. {
            if minute % every == 0 {
                world.add(world.now + budget.horizon);
            }
            world.minute(true, false);
            let first = *world.grants.first_key_value().unwrap().0;
            if first >= world.now + budget.outage() {
                broken = None;
            } else if broken.is_none() {
                broken = Some(world.now);
            }
            if world.lost > 0 {
                break;
            }
        }
        let close = |told: Option<Millis>, truth: Millis| {
            let (told, truth) = (days(told.unwrap() - NOW), days(truth - NOW));
            assert!(
                (told - truth).abs() <= truth * 0.02 + 0.1,
                "{start} and {per_day} a day: told {told}, was {truth}"
            );
        };
        close(told.until, broken.unwrap());
        close(told.first_loss, world.now);
    }
}

#[test]
fn growth_and_use_bring_the_day_nearer() {
    let grants = even(40_000, NOW + 5 * DAY, NOW + 15 * DAY);
    let day = |of| enough(&grants, &DOCUMENTED, of, NOW).until;
    assert_eq!(day(Use::default()), None);
    let growing = day(Use { new_grants_per_day: 100.0, ..Use::default() }).unwrap();
    assert!((days(growing - NOW) - 345.0).abs() < 20.0, "{}", days(growing - NOW));
    let used = day(Use { new_grants_per_day: 100.0, other_requests_per_day: 1_000.0, ..Use::default() }).unwrap();
    assert!(used < growing);
    let spent = day(Use { other_requests_per_day: 7_000.0, ..Use::default() });
    assert!(spent.is_some());
}

#[test]
fn a_backlog_after_an_outage_is_no_lack_of_budget() {
    let backlog = even(50_000, NOW + 12 * HOUR, NOW + 11 * DAY);
    assert_eq!(enough(&backlog, &DOCUMENTED, Use::default(), NOW), Enough::default());
    let crowd = Deadlines::new([(NOW + HOUR, 10_000)]);
    assert!(enough(&crowd, &DOCUMENTED, Use::default(), NOW).first_loss.unwrap() <= NOW + 2 * HOUR);
}
