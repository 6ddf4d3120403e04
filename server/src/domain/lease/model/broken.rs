//! Each rule, taken away or bent, and what comes of it. A model that finds nothing here would prove nothing.

use super::world::Violation;
use super::*;

/// The rules with one of them replaced lead to one of these violations.
fn breaks(rules: &Rules, expected: &[Violation]) {
    for reuse in [Reuse::EndsTheGrant, Reuse::WorksOnceMore] {
        for bounds in BOUNDS {
            if let Err(story) = explore(rules, reuse, bounds) {
                assert!(expected.contains(&story.violation), "{:?} after {:#?}", story.violation, story.acts);
                assert!(story.acts.len() < 20, "a shortest story has few acts");
                return;
            }
        }
    }
    panic!("nothing went wrong without this rule");
}

#[test]
fn without_a_lease_a_token_is_sent_twice() {
    breaks(
        &Rules { claim: |row, now| claim(Row { until: 0, ..row }, now), ..REAL },
        &[Violation::SentTwice, Violation::Blamed],
    );
}

#[test]
fn with_a_lease_shorter_than_a_call_a_token_is_sent_twice() {
    let short = |row, now| {
        let (row, claim) = claim(row, now)?;
        let until = now + 15 * SECOND;
        Ok((Row { until, ..row }, Claim { until: until + LEASE, ..claim }))
    };
    breaks(&Rules { claim: short, ..REAL }, &[Violation::SentTwice]);
}

#[test]
fn a_process_that_slept_must_not_send() {
    breaks(&Rules { may_send: |_, _, _| true, ..REAL }, &[Violation::SentTwice]);
}

#[test]
fn the_wall_clock_alone_does_not_say_whether_a_claim_is_still_good() {
    // Sends as long as its own lease lasts, as if the call took no time.
    let late = |claim: &Claim, now: Millis, _| now < claim.until;
    breaks(&Rules { may_send: late, ..REAL }, &[Violation::SentTwice]);
}

#[test]
fn an_answer_in_doubt_must_be_waited_out() {
    let at_once = |row, claim: &Claim, _, now| fail(row, claim, Failed::Unused, now);
    breaks(&Rules { fail: at_once, ..REAL }, &[Violation::SentTwice, Violation::Blamed]);
}

#[test]
fn an_answer_in_doubt_must_be_remembered() {
    let forgotten = |row: Row, claim: &Claim, failed, now| {
        fail(row, claim, failed, now).map(|after| Row { answer_lost: row.answer_lost, ..after })
    };
    breaks(&Rules { fail: forgotten, ..REAL }, &[Violation::Blamed]);
}

#[test]
fn a_lease_that_lapsed_must_be_remembered() {
    let forgotten = |row: Row, now| {
        let (after, taken) = claim(row, now)?;
        Ok((Row { answer_lost: row.answer_lost, ..after }, taken))
    };
    breaks(&Rules { claim: forgotten, ..REAL }, &[Violation::Blamed]);
}

#[test]
fn a_failure_must_not_end_the_lease_of_another() {
    let anybodys =
        |row: Row, claim: &Claim, failed, now| fail(row, &Claim { number: row.number, ..*claim }, failed, now);
    breaks(&Rules { fail: anybodys, ..REAL }, &[Violation::SentTwice, Violation::Blamed]);
}

#[test]
fn a_pair_must_not_overwrite_a_newer_one() {
    let unfenced = |row: Row, claim: &Claim| store(Row { version: claim.version, ..row }, claim);
    breaks(&Rules { store: unfenced, ..REAL }, &[Violation::OverwroteNewer, Violation::SentTwice]);
}

#[test]
fn a_late_pair_must_not_be_thrown_away() {
    let last_only = |row: Row, claim: &Claim| (row.number == claim.number).then(|| store(row, claim)).flatten();
    breaks(&Rules { store: last_only, ..REAL }, &[Violation::LostNewer]);
}

#[test]
fn a_late_pair_must_not_free_the_lease_of_another() {
    let frees = |row, claim: &Claim| store(row, claim).map(|row| Row { held: false, until: 0, ..row });
    breaks(&Rules { store: frees, ..REAL }, &[Violation::SentTwice, Violation::Blamed, Violation::Stuck]);
}

#[test]
fn the_loser_must_not_end_the_grant() {
    let believes = |row: Row, _: &Claim| Some(Row { alive: false, held: false, until: 0, ..row });
    breaks(
        &Rules { refuse: believes, ..REAL },
        &[Violation::EndedForNothing, Violation::Blamed, Violation::SentAfterEnd],
    );
}

#[test]
fn a_refusal_of_an_older_pair_means_nothing() {
    let any_pair = |row: Row, claim: &Claim| refuse(row, &Claim { version: row.version, number: row.number, ..*claim });
    breaks(
        &Rules { refuse: any_pair, ..REAL },
        &[Violation::EndedForNothing, Violation::Blamed, Violation::SentAfterEnd],
    );
}

#[test]
fn a_permission_must_outdate_what_is_under_way() {
    let same = |row: Option<Row>, now| Row {
        number: row.map_or(now, |row| row.number),
        version: row.map_or(now, |row| row.version),
        ..authorize(None, now)
    };
    breaks(
        &Rules { authorize: same, ..REAL },
        &[Violation::OverwroteNewer, Violation::EndedForNothing, Violation::Blamed, Violation::SentTwice],
    );
}

#[test]
fn claims_must_be_told_apart() {
    let same = |row: Row, now| {
        let (after, taken) = claim(row, now)?;
        let number = row.version + 1;
        Ok((Row { number, ..after }, Claim { number, ..taken }))
    };
    breaks(
        &Rules { claim: same, ..REAL },
        &[
            Violation::SentTwice,
            Violation::SentAfterEnd,
            Violation::LostNewer,
            Violation::EndedForNothing,
            Violation::Blamed,
        ],
    );
}

#[test]
fn a_grant_that_has_ended_must_be_left_alone() {
    breaks(
        &Rules {
            claim: |row, now| {
                claim(Row { alive: true, ..row }, now).map(|(after, taken)| (Row { alive: row.alive, ..after }, taken))
            },
            ..REAL
        },
        &[Violation::SentAfterEnd],
    );
}

#[test]
fn a_success_must_free_the_grant() {
    let keeps =
        |row: Row, claim: &Claim| store(row, claim).map(|after| Row { held: true, until: Millis::MAX / 2, ..after });
    let no_limit =
        |row: Row, now| if row.until > now { Err(NotClaimed::Held { until: row.until }) } else { claim(row, now) };
    breaks(&Rules { store: keeps, claim: no_limit, ..REAL }, &[Violation::Stuck]);
}
