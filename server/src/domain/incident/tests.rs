use proptest::prelude::*;

use super::*;
use crate::clock::MINUTE;

const START: Millis = 1_795_521_600_000;

fn key(kind: Kind, like: &str) -> Key {
    Key { kind, integration: "doors".into(), like: like.into() }
}

fn of(number: u128, minutes: i64) -> Trouble {
    let tenant = Tenant { organization: Uuid::from_u128(number), connection: Uuid::from_u128(1_000 + number) };
    let key = key(Kind::Reconnect, "refused");
    Trouble { key, tenant: Some(tenant), since: START + minutes * MINUTE, in_outage: false }
}

fn some(minutes: impl IntoIterator<Item = i64>) -> Vec<Trouble> {
    (1..).zip(minutes).map(|(number, minutes)| of(number, minutes)).collect()
}

fn grouped(known: &[Known], troubles: &[Trouble]) -> Vec<Group> {
    group(known, troubles, |_| FEWEST)
}

/// The group as the next look knows it.
fn known(id: u128, group: &Group, troubles: &[Trouble]) -> Known {
    let alone = (group.basis == Basis::Alone).then(|| troubles[group.members[0]].tenant.unwrap().connection);
    let (first, last) = (group.first, group.last);
    Known { id: Uuid::from_u128(id), key: group.key.clone(), alone, first, last, at_rest: false }
}

#[test]
fn five_within_an_hour_are_one_and_four_are_four() {
    let groups = grouped(&[], &some([0, 10, 20, 30, 60]));
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].basis, groups[0].tenants), (Basis::Burst, 5));
    assert_eq!((groups[0].first, groups[0].last), (START, START + HOUR));
    for apart in [some([0, 10, 20, 30]), some([0, 10, 20, 30, 61])] {
        let groups = grouped(&[], &apart);
        assert_eq!(groups.len(), apart.len());
        assert!(groups.iter().all(|group| group.basis == Basis::Alone && group.tenants == 1));
    }
    // Each hour has its few, and no hour many.
    assert_eq!(grouped(&[], &some((0..40).map(|number| number * 20))).len(), 40);
}

#[test]
fn a_wave_goes_on_as_long_as_each_hour_has_enough_of_it() {
    assert_eq!(grouped(&[], &some((0..100).map(|number| number * 15))).len(), 1);
    let two: Vec<i64> = (0..10).chain((0..10).map(|minute| 180 + minute)).collect();
    let groups = grouped(&[], &some(two));
    assert_eq!(groups.iter().map(|group| group.tenants).collect::<Vec<_>>(), [10, 10]);
}

#[test]
fn what_the_look_of_the_day_notices_belongs_together_for_a_day() {
    let mut troubles = some([0, 300, 600, 900, 1_440]);
    assert_eq!(grouped(&[], &troubles).len(), 5);
    for trouble in &mut troubles {
        trouble.key.kind = Kind::SubscriptionLost;
    }
    let groups = grouped(&[], &troubles);
    assert_eq!((groups.len(), groups[0].basis, groups[0].tenants), (1, Basis::Burst, 5));
    assert_eq!(grouped(&[], &troubles[..4]).len(), 4);
}

#[test]
fn organizations_count_and_not_their_connections() {
    let mut troubles = some([0, 1, 2, 3]);
    let mut again = of(1, 4);
    again.tenant = Some(Tenant { organization: Uuid::from_u128(1), connection: Uuid::from_u128(9) });
    troubles.push(again);
    assert_eq!(grouped(&[], &troubles).len(), 5);
    troubles.push(of(5, 5));
    assert_eq!(grouped(&[], &troubles).len(), 1);
}

#[test]
fn what_is_not_alike_is_apart() {
    let mut troubles = some(0..6);
    troubles[0].key.like = "answer_lost".into();
    troubles[1].key.integration = "wifi".into();
    troubles[2].key.kind = Kind::Delayed;
    assert_eq!(grouped(&[], &troubles).len(), 6);
}

#[test]
fn an_outage_holds_together_whatever_the_hour() {
    let mut troubles = some([0, 300, 600, 601]);
    for trouble in &mut troubles[..3] {
        trouble.in_outage = true;
    }
    let groups = grouped(&[], &troubles);
    assert_eq!(
        groups.iter().map(|group| (group.basis, group.tenants)).collect::<Vec<_>>(),
        [(Basis::Outage, 3), (Basis::Alone, 1)]
    );
}

#[test]
fn single_ones_are_absorbed_by_the_many_that_they_began() {
    let first = some([0, 5]);
    let alone: Vec<Known> = (1..).zip(&grouped(&[], &first)).map(|(id, group)| known(id, group, &first)).collect();
    let groups = grouped(&alone, &some([0, 5, 20, 21, 22, 23]));
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].known, groups[0].absorbed.len()), (None, 2));
}

#[test]
fn who_is_left_of_many_stays_with_them_until_too_few_are() {
    let all = some(0..10);
    let many = known(1, &grouped(&[], &all)[0], &all);
    let left = |count: usize| grouped(std::slice::from_ref(&many), &all[..count]);
    for (count, is_over) in [(10, false), (4, false), (3, false), (2, true), (1, true)] {
        let groups = left(count);
        assert_eq!(groups.len(), 1, "{count}");
        assert_eq!((groups[0].known, groups[0].is_over), (Some(many.id), is_over), "{count}");
    }
    assert!(left(0).is_empty());
    // Somebody else, hours later, is somebody else.
    let other = grouped(std::slice::from_ref(&many), &[of(77, 500)]);
    assert_eq!((other[0].known, other[0].basis), (None, Basis::Alone));
}

#[test]
fn a_relapse_is_the_same_incident() {
    let all = some(0..10);
    let rests = Known { at_rest: true, ..known(1, &grouped(&[], &all)[0], &all) };
    let later = some((0..10).map(|minute| 240 + minute));
    assert_eq!(grouped(std::slice::from_ref(&rests), &later)[0].known, Some(rests.id));
    // One straggler of it is no relapse of many.
    assert_eq!(grouped(&[rests], &all[..1])[0].known, None);
    let one = some([0]);
    let rests = Known { at_rest: true, ..known(2, &grouped(&[], &one)[0], &one) };
    assert_eq!(grouped(std::slice::from_ref(&rests), &some([240]))[0].known, Some(rests.id));
}

#[test]
fn what_concerns_the_deployment_is_one_by_itself() {
    let trouble =
        |like: &str| Trouble { key: key(Kind::EndpointFails, like), tenant: None, since: START, in_outage: false };
    let groups = grouped(&[], &[trouble("ep_1"), trouble("ep_2")]);
    assert!(groups.len() == 2 && groups.iter().all(|group| group.basis == Basis::Deployment && group.tenants == 0));
    let known = known(1, &groups[0], &[]);
    assert_eq!(grouped(std::slice::from_ref(&known), &[trouble("ep_1")])[0].known, Some(known.id));
}

#[test]
fn other_words_of_one_organization_are_the_same_incident() {
    let mut one = some([0]);
    let before = known(1, &grouped(&[], &one)[0], &one);
    one[0].key.like = "another message".into();
    let groups = grouped(std::slice::from_ref(&before), &one);
    assert_eq!((groups[0].known, groups[0].key.like.as_str()), (Some(before.id), "another message"));
    one[0].key.kind = Kind::Delayed;
    assert_eq!(grouped(&[before], &one)[0].known, None);
}

#[test]
fn very_many_single_ones_go_on_as_what_they_were() {
    // So far apart that no hour has many; each has other words than before.
    let before = some((0..50_000).map(|number| number * 20));
    let found = grouped(&[], &before);
    let all: Vec<Known> = (1..).zip(&found).map(|(id, group)| known(id, group, &before)).collect();
    let mut now = before;
    for (number, trouble) in now.iter_mut().enumerate() {
        trouble.key.like = format!("words {number}");
    }
    let expected: HashMap<Uuid, Uuid> = all.iter().map(|one| (one.alone.unwrap(), one.id)).collect();
    let groups = grouped(&all, &now);
    assert_eq!(groups.len(), 50_000);
    for group in groups {
        let connection = now[group.members[0]].tenant.unwrap().connection;
        assert_eq!(group.known, Some(expected[&connection]));
    }
}

#[test]
fn slugs_are_read_as_they_are_written() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_slug(kind.slug()), Some(kind));
    }
    for basis in Basis::ALL {
        assert_eq!(Basis::from_slug(basis.slug()), Some(basis));
    }
}

#[test]
fn among_very_many_more_have_to_fail_alike() {
    assert_eq!((fewest(14), fewest(5_000), fewest(100_000)), (5, 5, 100));
}

fn any_trouble() -> impl Strategy<Value = Trouble> {
    (0_u128..60, 0_i64..600, 0_usize..2, 0_u8..3, any::<bool>()).prop_map(|(tenant, minutes, kind, like, in_outage)| {
        let kind = [Kind::RunsFail, Kind::ClientRefused][kind];
        let mut trouble = of(tenant, minutes);
        trouble.key = key(kind, &like.to_string());
        trouble.in_outage = in_outage && kind == Kind::RunsFail && like == 2;
        if kind == Kind::ClientRefused {
            trouble.tenant = None;
        }
        trouble
    })
}

/// Members by what they are, since indexes depend on the order.
fn partition(groups: &[Group], troubles: &[Trouble]) -> std::collections::BTreeSet<Vec<String>> {
    let named = |group: &Group| {
        let mut names: Vec<String> = group.members.iter().map(|index| format!("{:?}", troubles[*index])).collect();
        names.sort();
        names
    };
    groups.iter().map(named).collect()
}

proptest! {
    #[test]
    fn each_trouble_is_in_one_group_whatever_the_order(
        before in proptest::collection::vec(any_trouble(), 0..80),
        now in proptest::collection::vec(any_trouble(), 0..80),
        rests in any::<u8>(),
    ) {
        let unique = |mut troubles: Vec<Trouble>| {
            let mut seen = HashSet::new();
            // A connection has one trouble at a time.
            troubles.retain(|one| seen.insert((one.tenant, one.tenant.is_none().then(|| one.key.clone()))));
            troubles
        };
        let (before, now) = (unique(before), unique(now));
        let found = grouped(&[], &before);
        let known: Vec<Known> = (1..)
            .zip(&found)
            .map(|(id, group)| Known { at_rest: (u128::from(rests) + id) % 5 == 0, ..known(id, group, &before) })
            .collect();
        let groups = grouped(&known, &now);
        let mut members: Vec<usize> = groups.iter().flat_map(|group| group.members.clone()).collect();
        members.sort_unstable();
        prop_assert_eq!(members, (0..now.len()).collect::<Vec<_>>());
        for group in &groups {
            prop_assert!(group.members.iter().all(|index| now[*index].key == group.key));
            prop_assert!(group.first <= group.last && !group.members.is_empty());
        }
        let mut used: Vec<Uuid> =
            groups.iter().flat_map(|group| group.known.into_iter().chain(group.absorbed.clone())).collect();
        let count = used.len();
        used.sort_unstable();
        used.dedup();
        prop_assert_eq!(used.len(), count, "an incident went on as two");
        let mut turned = now.clone();
        turned.reverse();
        prop_assert_eq!(partition(&groups, &now), partition(&grouped(&known, &turned), &turned));
    }
}
