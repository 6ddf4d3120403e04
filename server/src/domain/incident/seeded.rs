//! Three days of 5,000 tenants with 40 seeded incidents among troubles that have nothing to do with them, looked at
//! every ten minutes as the job does. What was found is compared with what was seeded.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::*;
use crate::clock::{DAY, MINUTE};
use crate::domain::outage;
use crate::domain::run::likeness;
use crate::random::Random;

const TENANTS: u64 = 5_000;
const INTEGRATIONS: [&str; 4] = ["doors", "wifi", "print", "books"];
const DAYS: i64 = 3;
const LOOK: Millis = 10 * MINUTE;
/// Troubles of single tenants beside the incidents.
const UNRELATED: u64 = 300;
const SEEDED: usize = 40;

/// A trouble with the incident that it was made for.
struct Made {
    of: usize,
    key: Key,
    tenant: Tenant,
    since: Millis,
    until: Millis,
}

struct World {
    random: Random,
    made: Vec<Made>,
    /// A connection has one trouble at a time.
    busy: HashMap<Uuid, Vec<(Millis, Millis)>>,
    /// Incidents of many, with when they are seen.
    spans: Vec<(Kind, usize, String, Millis, Millis)>,
    incidents: usize,
}

impl World {
    fn between(&self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.random.below(u64::try_from(high - low).unwrap())).unwrap()
    }

    /// An incident of so many tenants whose troubles begin within `spread`.
    fn add(&mut self, kind: Kind, tenants: i64, spread: Millis, message: Option<&str>) {
        let (place, begins, lasts) = loop {
            let place = usize::try_from(self.random.below(4)).unwrap();
            let (begins, lasts) = (self.between(0, (DAYS - 1) * DAY), self.between(HOUR, 10 * HOUR));
            let words = message.unwrap_or_default().to_owned();
            let ends = begins + lasts.max(spread) + 4 * LOOK;
            // Two that are alike in everything that can be seen, at the same time, are one incident to anybody.
            let same = self.spans.iter().any(|(of, at, said, from, to)| {
                (*of, *at, said) == (kind, place, &words) && begins <= *to + WITHIN && *from <= ends + WITHIN
            });
            if tenants == 1 || !same {
                self.spans.extend((tenants > 1).then_some((kind, place, words, begins, ends)));
                break (place, begins, lasts);
            }
        };
        let integration = INTEGRATIONS[place];
        self.incidents += 1;
        let mut left = tenants;
        while left > 0 {
            let number = self.random.below(TENANTS);
            let since = begins + self.between(0, spread.max(2));
            let until = since.max(begins + lasts) + self.between(2 * LOOK, 4 * LOOK);
            // Numbers and ids differ with every tenant, as they do in messages.
            let said = message.map(|text| {
                let id = format!("{:032x}", u128::from_be_bytes(self.random.bytes()));
                text.replace("{n}", &self.between(1, 9_000).to_string()).replace("{id}", &id)
            });
            let like = match kind {
                Kind::RunsFail => likeness("partner", None, said.as_deref()),
                kind => kind.slug().to_owned(),
            };
            let connection = Uuid::from_u128((place as u128 + 1) << 64 | u128::from(number));
            let taken = self.busy.entry(connection).or_default();
            if taken.iter().any(|(from, to)| since <= *to && *from <= until) {
                continue;
            }
            taken.push((since, until));
            let tenant = Tenant { organization: Uuid::from_u128(u128::from(number)), connection };
            let key = Key { kind, integration: integration.to_owned(), like };
            self.made.push(Made { of: self.incidents, key, tenant, since, until });
            left -= 1;
        }
    }

    fn seeded(seed: u64) -> Self {
        let (made, busy, spans) = (Vec::new(), HashMap::new(), Vec::new());
        let mut world = Self { random: Random::seeded(seed), made, busy, spans, incidents: 0 };
        let messages = [
            "the API answered 503 after {n} ms",
            "connection to site {n} refused",
            "licence check failed for account {id}",
            "timeout waiting for controller {id}",
            "the API answered 401",
            "certificate of host {n} has expired",
        ];
        for number in 0..12 {
            let tenants = world.between(5, 600);
            world.add(Kind::RunsFail, tenants, 30 * MINUTE, Some(messages[number % messages.len()]));
        }
        for interval in [15 * MINUTE, HOUR, HOUR, 2 * HOUR, 2 * HOUR, 6 * HOUR, 6 * HOUR, 12 * HOUR] {
            let tenants = world.between(80, 400);
            world.add(Kind::Delayed, tenants, interval, None);
        }
        for _ in 0..8 {
            let tenants = world.between(6, 100);
            world.add(Kind::Reconnect, tenants, 40 * MINUTE, None);
        }
        for _ in 0..4 {
            let tenants = world.between(6, 60);
            world.add(Kind::Approval, tenants, 50 * MINUTE, None);
        }
        for kind in [Kind::Settings, Kind::Settings, Kind::RunsLapse, Kind::RunsLapse] {
            world.add(kind, 1, 0, None);
            world.add(kind, 1, 0, None);
        }
        assert_eq!(world.incidents, SEEDED);
        for number in 0..UNRELATED {
            match number % 4 {
                0 => world.add(Kind::RunsFail, 1, 0, Some(messages[usize::try_from(number / 4).unwrap() % 6])),
                1 => world.add(Kind::Delayed, 1, 0, None),
                2 => world.add(Kind::Reconnect, 1, 0, None),
                _ => world.add(Kind::Settings, 1, 0, None),
            }
        }
        world
    }

    /// Which incident each trouble was told as, at the end.
    fn looked_at(&self) -> Vec<u128> {
        let mut told: Vec<Option<Uuid>> = vec![None; self.made.len()];
        let mut merged: HashMap<Uuid, Uuid> = HashMap::new();
        let mut known: BTreeMap<Uuid, Known> = BTreeMap::new();
        let mut outages: BTreeSet<Key> = BTreeSet::new();
        let mut next = 0;
        for now in (0..DAYS * DAY).step_by(usize::try_from(LOOK).unwrap()) {
            let at_work: Vec<usize> = (0..self.made.len())
                .filter(|one| (self.made[*one].since..self.made[*one].until).contains(&now))
                .collect();
            let mut failing: BTreeMap<&Key, u64> = BTreeMap::new();
            for one in at_work.iter().filter(|one| self.made[**one].key.kind == Kind::RunsFail) {
                *failing.entry(&self.made[*one].key).or_default() += 1;
            }
            outages.retain(|key| !outage::is_over(failing.get(key).copied().unwrap_or(0), TENANTS));
            outages.extend(
                failing.iter().filter(|(_, count)| outage::opens(**count, TENANTS)).map(|(key, _)| (*key).clone()),
            );
            let troubles: Vec<Trouble> = at_work
                .iter()
                .map(|one| {
                    let Made { key, tenant, since, .. } = &self.made[*one];
                    let in_outage = outages.contains(key);
                    Trouble { key: key.clone(), tenant: Some(*tenant), since: *since, in_outage }
                })
                .collect();
            let before: Vec<Known> = known.values().cloned().collect();
            let mut seen = BTreeSet::new();
            for group in group(&before, &troubles, |_| fewest(TENANTS)) {
                next += 1;
                let id = group.known.unwrap_or(Uuid::from_u128(next));
                for absorbed in group.absorbed {
                    known.remove(&absorbed);
                    merged.insert(absorbed, id);
                }
                for member in &group.members {
                    told[at_work[*member]] = Some(id);
                }
                seen.insert(id);
                let alone =
                    (group.basis == Basis::Alone).then(|| troubles[group.members[0]].tenant.unwrap().connection);
                let of = known.remove(&id);
                let first = of.as_ref().map_or(group.first, |one| one.first.min(group.first));
                let last = of.as_ref().map_or(group.last, |one| one.last.max(group.last));
                known.insert(id, Known { id, key: group.key, alone, first, last, at_rest: group.is_over });
            }
            // What rests is over with the next look: here a relapse is a new incident.
            known.retain(|id, one| seen.contains(id) || !std::mem::replace(&mut one.at_rest, true));
        }
        let told = told.into_iter().map(|id| {
            let mut id = id.expect("each trouble lasts longer than the time between two looks");
            while let Some(into) = merged.get(&id) {
                id = *into;
            }
            id.as_u128()
        });
        told.collect()
    }
}

/// Precision and recall, of pairs of troubles and of troubles.
fn compared(seeded: &[usize], found: &[u128]) -> [(f64, f64); 2] {
    let mut both: HashMap<(usize, u128), f64> = HashMap::new();
    let mut of_seeded: HashMap<usize, f64> = HashMap::new();
    let mut of_found: HashMap<u128, f64> = HashMap::new();
    for (truth, told) in seeded.iter().zip(found) {
        *both.entry((*truth, *told)).or_default() += 1.0;
        *of_seeded.entry(*truth).or_default() += 1.0;
        *of_found.entry(*told).or_default() += 1.0;
    }
    let pairs = |counts: &mut dyn Iterator<Item = f64>| counts.map(|count| count * (count - 1.0) / 2.0).sum::<f64>();
    let together = pairs(&mut both.values().copied());
    let (told, true_ones) = (pairs(&mut of_found.values().copied()), pairs(&mut of_seeded.values().copied()));
    let count = seeded.len() as f64;
    let precision = both.iter().map(|((_, told), shared)| shared * shared / of_found[told]).sum::<f64>() / count;
    let recall = both.iter().map(|((truth, _), shared)| shared * shared / of_seeded[truth]).sum::<f64>() / count;
    [(together / told, together / true_ones), (precision, recall)]
}

/// Of each seeded incident and the one that it was found as (that which has most of it): which part of what was found
/// is the incident, and which part of the incident was found. The mean of all, a small one counting like a large one.
fn by_incident(seeded: &[usize], found: &[u128]) -> (f64, f64) {
    let (mut precision, mut recall) = (0.0, 0.0);
    for incident in 1..=SEEDED {
        let mut shared: BTreeMap<u128, usize> = BTreeMap::new();
        for (_, told) in seeded.iter().zip(found).filter(|(truth, _)| **truth == incident) {
            *shared.entry(*told).or_default() += 1;
        }
        let (best, most) = shared.iter().max_by_key(|(_, count)| **count).expect("an incident has troubles");
        precision += *most as f64 / found.iter().filter(|told| *told == best).count() as f64;
        recall += *most as f64 / shared.values().sum::<usize>() as f64;
    }
    (precision / SEEDED as f64, recall / SEEDED as f64)
}

#[test]
fn forty_incidents_over_five_thousand_tenants_are_told_apart() {
    for seed in [1, 2, 3] {
        let world = World::seeded(seed);
        let truth: Vec<usize> = world.made.iter().map(|made| made.of).collect();
        assert!(truth.len() > 3_000, "{}", truth.len());
        let found = world.looked_at();
        let [pairs, troubles] = compared(&truth, &found);
        let incidents = by_incident(&truth, &found);
        println!("seed {seed}: pairs {pairs:.4?}, troubles {troubles:.4?}, incidents {incidents:.4?}");
        for (what, (precision, recall)) in [("pairs", pairs), ("troubles", troubles), ("incidents", incidents)] {
            assert!(precision >= 0.95 && recall >= 0.95, "seed {seed}, {what}: {precision:.4} and {recall:.4}");
        }
    }
}

/// A measure that cannot be low measures nothing.
#[test]
fn grouping_everything_or_nothing_is_found_out() {
    let world = World::seeded(1);
    let truth: Vec<usize> = world.made.iter().map(|made| made.of).collect();
    let one = vec![1_u128; truth.len()];
    let each: Vec<u128> = (0..truth.len() as u128).collect();
    assert!(compared(&truth, &one).iter().all(|(precision, recall)| *precision < 0.3 && *recall == 1.0));
    let [pairs, troubles] = compared(&truth, &each);
    assert!(pairs.1 < 0.3 && troubles.1 < 0.3 && troubles.0 == 1.0);
}
