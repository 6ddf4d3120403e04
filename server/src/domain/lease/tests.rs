use super::*;

const NOW: Millis = 1_795_521_600_000;

fn fresh() -> Row {
    authorize(None, NOW)
}

#[test]
fn one_claim_at_a_time() {
    let (row, claim) = super::claim(fresh(), NOW).unwrap();
    assert_eq!((claim.version, claim.until), (fresh().version, NOW + LEASE));
    assert_eq!(super::claim(row, NOW + LEASE - 1), Err(NotClaimed::Held { until: NOW + LEASE }));
    let stored = store(row, &claim).unwrap();
    assert_eq!(stored, Row { version: claim.number, number: claim.number, ..fresh() });
    assert!(super::claim(stored, NOW).is_ok());
}

#[test]
fn a_lease_that_lapsed_leaves_a_doubt() {
    let (row, dead) = super::claim(fresh(), NOW).unwrap();
    let (row, second) = super::claim(row, NOW + LEASE).unwrap();
    assert!(row.answer_lost && second.number > dead.number && second.version == dead.version);
    assert_eq!(refuse(row, &dead), None, "the second request is under way");
    let refused = refuse(row, &second).unwrap();
    assert!(!refused.alive && refused.answer_lost);
    assert_eq!(super::claim(refused, NOW + 2 * LEASE), Err(NotClaimed::Ended));
    // The dead one comes back with the pair that made the second fail.
    let back = store(refused, &dead).unwrap();
    assert!(back.alive && back.answer_lost && back.version == dead.number);
}

#[test]
fn a_late_pair_is_kept_until_a_later_one_comes() {
    let (row, first) = super::claim(fresh(), NOW).unwrap();
    let (row, second) = super::claim(row, NOW + LEASE).unwrap();
    let late = store(row, &first).unwrap();
    assert!(late.held && late.until == second.until && late.answer_lost);
    assert_eq!(refuse(late, &second), None, "the stored token was not the one that was refused");
    let newest = store(late, &second).unwrap();
    assert_eq!(newest.version, second.number);
    assert_eq!(store(newest, &first), None);
}

#[test]
fn a_permission_ends_what_is_under_way() {
    let (row, old) = super::claim(fresh(), NOW).unwrap();
    let again = authorize(Some(row), NOW + SECOND);
    assert_eq!(store(again, &old), None);
    assert_eq!(refuse(again, &old), None);
    assert_eq!(fail(again, &old, Failed::InDoubt, NOW), None);
    // Also one that came after everything was destroyed.
    assert_eq!(store(authorize(None, NOW + SECOND), &old), None);
    let (claimed, new) = super::claim(again, NOW + SECOND).unwrap();
    assert_eq!(store(claimed, &old), None);
    assert!(store(claimed, &new).is_some());
}

#[test]
fn a_failure_waits_only_where_the_request_may_be_under_way() {
    let (row, claim) = super::claim(fresh(), NOW).unwrap();
    let unused = fail(row, &claim, Failed::Unused, NOW + SECOND).unwrap();
    assert!(!unused.held && !unused.answer_lost && super::claim(unused, NOW + SECOND).is_ok());
    let doubt = fail(row, &claim, Failed::InDoubt, NOW + SECOND).unwrap();
    assert!(doubt.answer_lost);
    let until = NOW + SECOND + LEASE;
    assert_eq!(super::claim(doubt, until - 1), Err(NotClaimed::Paused { until }));
    let (again, second) = super::claim(doubt, until).unwrap();
    assert!(again.answer_lost);
    assert!(!store(again, &second).unwrap().answer_lost, "the doubt is over");
}

#[test]
fn a_clock_that_was_set_back_holds_nothing_for_long() {
    let (row, claim) = super::claim(fresh(), NOW).unwrap();
    let back = NOW - 3_600 * SECOND;
    let Err(NotClaimed::SetBack(row)) = super::claim(row, back) else { panic!("it must be noticed") };
    assert_eq!(super::claim(row, back + LEASE - 1), Err(NotClaimed::Held { until: back + LEASE }));
    assert!(super::claim(row, back + LEASE).is_ok());
    assert!(store(row, &claim).is_some(), "whoever holds it may still finish");
}

#[test]
fn an_old_claim_is_not_sent() {
    let (_, claim) = super::claim(fresh(), NOW).unwrap();
    let at = Duration::from_millis;
    assert!(may_send(&claim, NOW + SEND_WITHIN, at(5_000)));
    assert!(!may_send(&claim, NOW + SEND_WITHIN + 1, at(0)));
    // The clock was set back meanwhile, and only the other one tells.
    assert!(!may_send(&claim, NOW - 3_600 * SECOND, at(5_001)));
}
