//! Never more than N token requests in any 60 seconds, whoever asks, and one of them is an admin's.

use serde_json::json;
use server::clock::{HOUR, MINUTE, SECOND};
use server::domain::budget::{Ask, Purpose, Slots};
use server::storage::budget;

use super::{Asker, is_problem, retry_after};
use crate::support::{Database, TestApp, on_both_databases};

const CLIENT: &str = "demo-tally-desk";
const FIVE: (&str, &str) = ("REFRESH__REQUESTS_PER_MINUTE", "5");

/// Connections as fast as the budget allows.
async fn connections(app: &TestApp, count: usize) -> Vec<Asker> {
    let mut askers = Vec::new();
    for number in 0..count {
        if number > 0 && number % 5 == 0 {
            app.clock.advance(MINUTE);
        }
        askers.push(Asker::of(app, "studio-17").await);
    }
    askers
}

async fn callers_get_what_is_left_and_one_slot_is_an_admins(database: Database) {
    let app = TestApp::start_with(database, &[FIVE]).await;
    let askers = connections(&app, 8).await;
    let partner = app.partner().await;
    app.clock.advance(HOUR);
    let calls: Vec<_> = askers
        .iter()
        .cloned()
        .map(|asker| {
            let mut partner = partner.clone();
            tokio::spawn(async move { asker.ask(&mut partner, &json!({})).await })
        })
        .collect();
    let mut served = 0;
    for call in calls {
        let answer = call.await.unwrap();
        if answer.status == 200 {
            served += 1;
        } else {
            is_problem(&answer, 503, "token_budget_exhausted");
            assert_eq!(retry_after(&answer), 60);
        }
    }
    assert_eq!(served, 4);

    // The fifth is for an admin, and the sixth waits.
    for expected in [200, 503] {
        let installed = app.install("kaffee-und-werk", "tally-desk", &[]).await;
        let page = app.browser().follow(&installed.connect_url).await;
        assert_eq!(page.status, expected, "{}", page.text);
    }
    assert_eq!(app.most_in_a_minute(CLIENT).await, 5);

    app.clock.advance(MINUTE);
    let mut partner = partner;
    let mut late = 0;
    for asker in &askers {
        late += usize::from(asker.ask(&mut partner, &json!({})).await.status == 200);
    }
    assert_eq!(late, 8, "four have their token, four get theirs now");
    assert_eq!(app.most_in_a_minute(CLIENT).await, 5);
}

async fn no_sixty_seconds_hold_more_whatever_is_asked_when(database: Database) {
    let app = TestApp::start_with(database, &[FIVE]).await;
    let other = app.replica().await;
    let askers = connections(&app, 5).await;
    let partners = [app.partner().await, other.partner().await];
    // Tokens of a minute, so that every wish for five minutes is a request.
    app.switch("token_answer", &json!("expires_in_zero"), None).await;
    app.clock.advance(HOUR);
    let mut served = 0;
    let steps = 30;
    for step in 0..steps {
        let calls: Vec<_> = askers
            .iter()
            .cloned()
            .enumerate()
            .map(|(number, asker)| {
                let mut partner = partners[(number + step) % 2].clone();
                tokio::spawn(async move { asker.ask(&mut partner, &json!({ "valid_for_seconds": 300 })).await })
            })
            .collect();
        for call in calls {
            let answer = call.await.unwrap();
            if answer.status == 200 {
                served += 1;
            } else {
                is_problem(&answer, 503, "token_budget_exhausted");
                assert!((1..=60).contains(&retry_after(&answer)), "{}", answer.header("retry-after"));
            }
        }
        app.clock.advance(7 * SECOND);
    }
    assert_eq!(app.most_in_a_minute(CLIENT).await, 5, "as many as the five that connected, and never more");
    // 210 seconds begin four windows of callers' four.
    assert_eq!(served, 16, "what the budget allows is used");
}

async fn two_processes_share_one_budget(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "3")]).await;
    let other = app.replica().await;
    app.connected("studio-17", "tally-desk", &[]).await;
    let urls: Vec<_> = [
        app.install("studio-17", "tally-desk", &[]).await,
        app.install("studio-17", "tally-desk", &[]).await,
        app.install("studio-17", "tally-desk", &[]).await,
    ]
    .into_iter()
    .map(|installed| installed.connect_url)
    .collect();
    let mut statuses = Vec::new();
    for url in urls {
        statuses.push(other.browser().follow(&url.replace(&app.url, &other.url)).await.status);
    }
    assert_eq!(statuses, [200, 200, 503]);
    assert_eq!(app.most_in_a_minute(CLIENT).await, 3);
}

async fn a_minute_alone_is_not_reserved_for_anybody(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    let studio = Asker::of(&app, "studio-17").await;
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    studio.token(&mut partner).await;
    assert_eq!(app.most_in_a_minute(CLIENT).await, 1);
}

async fn a_request_under_way_holds_its_slot_until_a_minute_after_its_answer(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "2")]).await;
    let first = Asker::of(&app, "studio-17").await;
    let second = Asker::of(&app, "kaffee-und-werk").await;
    let mut partner = app.partner().await;
    app.clock.advance(HOUR);
    app.fault("refresh", "slow", &json!({ "milliseconds": 1_500 })).await;
    let mut other = partner.clone();
    let slow = tokio::spawn(async move { first.token(&mut other).await });
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    // Nobody knows when OfficeRnD counts it: perhaps only at its end.
    app.clock.advance(59 * SECOND);
    is_problem(&second.ask(&mut partner, &json!({})).await, 503, "token_budget_exhausted");
    slow.await.unwrap();
    app.clock.advance(59 * SECOND);
    is_problem(&second.ask(&mut partner, &json!({})).await, 503, "token_budget_exhausted");
    app.clock.advance(SECOND);
    second.token(&mut partner).await;
}

fn ask(limit: u32) -> Ask {
    Ask { limit: Some(limit), purpose: Purpose::Caller, most: 1, keeps_slot: false, scarce: false }
}

/// Whatever number of integrations use it: the budget is the client id's.
async fn the_budget_belongs_to_the_client_id(database: Database) {
    let app = TestApp::start(database).await;
    let take = async |client: &str| {
        let now = app.clock.now();
        let mut tx = app.app.db.begin().await.unwrap();
        let slot = budget::reserve(&mut tx, client, app.app.random.uuid(now), &ask(2), now).await.unwrap();
        tx.commit().await.unwrap();
        slot
    };
    assert!(matches!(take("shared").await, Slots::Taken { .. }));
    assert!(matches!(take("shared").await, Slots::Taken { .. }));
    assert!(matches!(take("shared").await, Slots::Full { .. }));
    assert!(matches!(take("own").await, Slots::Taken { .. }));
}

async fn many_at_once_never_take_more_than_there_is(database: Database) {
    let app = TestApp::start(database).await;
    let other = app.replica().await;
    // The first rounds open the database connections, so that the later ones really meet.
    for round in 0..8 {
        let takes: Vec<_> = (0..24)
            .map(|number: usize| {
                let app = if number.is_multiple_of(2) { app.app.clone() } else { other.app.clone() };
                tokio::spawn(async move {
                    let now = app.clock.now();
                    let mut tx = app.db.begin().await.unwrap();
                    let id = app.random.uuid(now);
                    let slot = budget::reserve(&mut tx, &format!("client-{round}"), id, &ask(5), now).await.unwrap();
                    tx.commit().await.unwrap();
                    matches!(slot, Slots::Taken { .. })
                })
            })
            .collect();
        let mut taken = 0;
        for take in takes {
            taken += usize::from(take.await.unwrap());
        }
        assert_eq!(taken, 5, "round {round}");
    }
}

on_both_databases!(
    callers_get_what_is_left_and_one_slot_is_an_admins,
    no_sixty_seconds_hold_more_whatever_is_asked_when,
    two_processes_share_one_budget,
    a_minute_alone_is_not_reserved_for_anybody,
    a_request_under_way_holds_its_slot_until_a_minute_after_its_answer,
    the_budget_belongs_to_the_client_id,
    many_at_once_never_take_more_than_there_is,
);
