use super::*;

const NOW: Millis = 1_795_521_600_000;

fn ask(purpose: Purpose) -> Ask {
    Ask { limit: Some(5), purpose, most: 1, keeps_slot: true, scarce: false }
}

fn held(count: u32) -> Ledger {
    Ledger::new((0..count).map(|n| (NOW + 10 * SECOND + i64::from(n) * SECOND, 1)).collect())
}

#[test]
fn the_last_slot_is_an_admins() {
    let mut limits = Limits::default();
    assert_eq!(ask(Purpose::Caller).decide(&mut limits, &held(3), NOW), Ok(1));
    assert_eq!(ask(Purpose::Caller).decide(&mut limits, &held(4), NOW), Err(NOW + 10 * SECOND));
    assert_eq!(ask(Purpose::Exchange).decide(&mut limits, &held(4), NOW), Ok(1));
    assert_eq!(ask(Purpose::Exchange).decide(&mut limits, &held(5), NOW), Err(NOW + 10 * SECOND));
    let all = Ask { keeps_slot: false, ..ask(Purpose::Caller) };
    assert_eq!(all.decide(&mut Limits::default(), &held(4), NOW), Ok(1));
    let alone = Ask { limit: Some(1), ..ask(Purpose::Caller) };
    assert_eq!(alone.decide(&mut Limits::default(), &held(0), NOW), Ok(1), "one alone is not reserved");
}

#[test]
fn the_next_slot_is_the_admins_who_waits() {
    let mut limits = Limits::default();
    assert!(ask(Purpose::Exchange).decide(&mut limits, &held(5), NOW).is_err());
    let background = Ask { keeps_slot: false, ..ask(Purpose::Background) };
    assert!(background.decide(&mut limits, &held(4), NOW + SECOND).is_err());
    assert_eq!(background.decide(&mut limits, &held(3), NOW + SECOND), Ok(1), "there is one beside");
    assert_eq!(ask(Purpose::Exchange).decide(&mut limits, &held(4), NOW + SECOND), Ok(1));
    limits.background_at = 0;
    assert_eq!(background.decide(&mut limits, &held(4), NOW + SECOND), Ok(1));
}

#[test]
fn the_background_is_spaced_evenly() {
    let mut limits = Limits::default();
    let mut sent = Vec::new();
    for second in 0..120 {
        let now = NOW + second * SECOND;
        let many = Ask { most: 100, ..ask(Purpose::Background) };
        if let Ok(count) = many.decide(&mut limits, &Ledger::default(), now) {
            sent.push((second, count));
        }
    }
    assert_eq!(sent, (0..8).map(|n| (n * 15, 1)).collect::<Vec<_>>());
    // At 3,000 a second they come in groups.
    let mut limits = Limits::default();
    let fast = Ask { limit: Some(180_000), most: 1_000, keeps_slot: false, ..ask(Purpose::Background) };
    let sent: u32 = (1..=100).filter_map(|n| fast.decide(&mut limits, &Ledger::default(), NOW + n * 20).ok()).sum();
    assert!((5_900..=9_000).contains(&sent), "{sent}");
}

#[test]
fn where_grants_need_all_exchanges_get_a_fifteenth() {
    let mut limits = Limits::default();
    let scarce = Ask { scarce: true, ..ask(Purpose::Exchange) };
    let exchanges = (0..3_600).filter(|n| scarce.decide(&mut limits, &held(0), NOW + n * SECOND).is_ok()).count();
    assert_eq!(exchanges, 20);
}

#[test]
fn a_429_lowers_the_limit_and_it_comes_back_step_by_step() {
    let mut limits = Limits::default();
    for _ in 0..3 {
        limits.limited(Some(100), NOW + MINUTE, NOW);
    }
    assert_eq!((limits.lowered_to, limits.blocked_until), (Some(50), NOW + MINUTE), "together they count once");
    limits.limited(Some(100), NOW + 3 * MINUTE, NOW + 2 * MINUTE);
    assert_eq!(limits.lowered_to, Some(25));
    let all = |limits: &mut Limits, now| {
        let ask = Ask { limit: Some(100), most: 1_000, keeps_slot: false, ..ask(Purpose::Caller) };
        ask.decide(limits, &Ledger::default(), now).unwrap()
    };
    let seen: Vec<u32> = (1..=9).map(|n| all(&mut limits, NOW + 2 * MINUTE + n * STEP)).collect();
    assert_eq!(seen, [35, 45, 55, 65, 75, 85, 95, 100, 100]);
    assert_eq!(limits.lowered_to, None);
    // After a long silence at once.
    limits.limited(Some(100), NOW + DAYS, NOW + DAYS);
    assert_eq!(all(&mut limits, NOW + DAYS + 20 * STEP), 100);
}

const DAYS: Millis = 10 * 24 * 60 * MINUTE;

#[test]
fn a_clock_that_was_set_back_blocks_nobody() {
    let mut limits = Limits {
        background_at: (NOW + DAYS) * 1_000,
        exchange_at: NOW + DAYS,
        waiting_until: NOW + DAYS,
        lowered_to: Some(1),
        raise_at: Some(NOW + DAYS),
        ..Limits::default()
    };
    assert_eq!(ask(Purpose::Background).decide(&mut limits.clone(), &held(0), NOW), Ok(1));
    let scarce = Ask { scarce: true, ..ask(Purpose::Exchange) };
    assert_eq!(scarce.decide(&mut limits, &held(0), NOW), Ok(1));
    assert_eq!(limits.raise_at, Some(NOW + STEP));
}
