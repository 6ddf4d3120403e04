//! The engine, callers and the pop-up share one budget, and grants come first.

use serde_json::json;
use server::clock::{DAY, HOUR, MINUTE, SECOND};
use server::storage::budget;

use super::{CLIENT, FIVE, literal, lost, many, pass, to_their_time};
use crate::support::{Database, TestApp, on_both_databases};

/// Connections as fast as five a minute allow.
async fn slowly(app: &TestApp, count: usize, limit: usize) -> Vec<crate::support::Installed> {
    let mut all = Vec::new();
    for number in 0..count {
        if number > 0 && number % limit == 0 {
            app.clock.advance(MINUTE);
        }
        all.extend(many(app, 1).await);
    }
    all
}

async fn the_background_comes_evenly_and_leaves_a_slot(database: Database) {
    let app = TestApp::start_with(database, &[FIVE]).await;
    slowly(&app, 12, 5).await;
    to_their_time(&app);
    let mut calls = Vec::new();
    for _ in 0..36 {
        app.refresh_due().await;
        calls.push(app.calls("refresh").await);
        app.clock.advance(5 * SECOND);
    }
    // Four a minute: one in fifteen seconds, and with the time of an answer one step later at times.
    assert!((11..=12).contains(calls.last().unwrap()), "{calls:?}");
    assert!(calls.windows(2).all(|pair| pair[1] - pair[0] <= 1), "{calls:?}");
    assert!(app.most_in_a_minute(CLIENT).await <= 5);
    let installed = app.install("kaffee-und-werk", "tally-desk", &[]).await;
    assert_eq!(app.browser().follow(&installed.connect_url).await.status, 200, "the admin finds a slot");
}

async fn a_429_lowers_the_limit_for_a_while(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "100")]).await;
    many(&app, 3).await;
    to_their_time(&app);
    app.fault("refresh", "429", &json!({ "retry_after": 40 })).await;
    app.refresh_due().await;
    let after = app.calls("refresh").await;
    pass(&app, 3, 10 * SECOND).await;
    assert_eq!(app.calls("refresh").await, after, "it is waited for");
    let limits = budget::limits(app.app.db.read(), CLIENT).await.unwrap();
    assert_eq!(limits.effective(100), 50);
    assert_eq!(lost(&app).await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE failures > 0").await, 0, "it is nobody's trouble");
    pass(&app, 6, 10 * SECOND).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM token_requests WHERE ended_at IS NULL").await, 0);
    assert_eq!(app.calls("refresh").await, 4, "all three, and the one that was refused");
    to_their_time(&app);
    pass(&app, 4, MINUTE).await;
    assert_eq!(budget::limits(app.app.db.read(), CLIENT).await.unwrap().lowered_to, None, "it rises by itself");
}

/// It waits after each failure. Meanwhile those that have ten days left are not renewed in its place.
async fn nobody_is_renewed_in_the_place_of_one_that_waits(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "60")]).await;
    let failing = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    many(&app, 3).await;
    app.fault("refresh", "html", &json!({ "times": 100_000, "organization": "kaffee-und-werk" })).await;
    app.clock.advance(HOUR);
    let id = literal(&app, app.connection_of(&failing).await);
    let soon = app.clock.now() + 4 * DAY;
    app.execute(&format!("UPDATE grants SET refresh_expires_at = {soon} WHERE connection_id = {id}")).await;
    pass(&app, 24, 5 * SECOND).await;
    let tries = app.number("SELECT CAST(failures AS BIGINT) FROM grants WHERE failures > 0").await;
    assert!((2..=4).contains(&tries), "{tries}");
    assert_eq!(app.calls("refresh").await, tries.unsigned_abs(), "the others are not due");
    // It is the next one as soon as it may be tried again.
    app.no_more_faults().await;
    pass(&app, 12, 15 * SECOND).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE failures > 0").await, 0);
    assert_eq!((app.calls("refresh").await, lost(&app).await), (tries.unsigned_abs() + 1, 0));
}

/// One request a minute, and forty grants that an outage could cost: nobody else gets any.
async fn callers_and_codes_without_end_cost_no_grant(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    let all = slowly(&app, 40, 1).await;
    app.clock.advance(HOUR);
    let soon = app.clock.now() + 3 * DAY;
    app.execute(&format!("UPDATE grants SET refresh_expires_at = {soon}")).await;
    let url = format!("/api/v1/connections/{}/token", app.connection_id(&all[0]).await);
    let mut partner = app.partner().await;
    let exchanges = app.calls("exchange").await;
    for minute in 0..26 {
        let caller = partner.post(&url, &json!({})).await;
        if caller.status != 200 {
            assert_eq!(caller.json()["code"], "token_budget_exhausted", "{}", caller.text);
        }
        let code = format!("{}/i/tally-desk/connect?code=garbage-{minute}&org_slug=s&integrationId=x", app.url);
        if minute % 3 == 0 {
            app.browser().follow(&code).await;
        }
        app.refresh_due().await;
        app.clock.advance(MINUTE + SECOND);
    }
    let garbage = app.calls("exchange").await - exchanges;
    assert!(garbage <= 3, "one in fifteen minutes at most: {garbage}");
    let renewed = format!("SELECT COUNT(*) FROM grants WHERE refresh_expires_at > {soon}");
    assert!(app.number(&renewed).await >= 20, "{}", app.number(&renewed).await);
    assert_eq!(lost(&app).await, 0);
    assert!(app.most_in_a_minute(CLIENT).await <= 1);
}

async fn the_daily_look_takes_nothing_that_grants_need(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    slowly(&app, 2, 1).await;
    app.clock.advance(2 * DAY);
    let soon = app.clock.now() + 3 * DAY;
    app.execute(&format!("UPDATE grants SET refresh_expires_at = {soon}")).await;
    app.run_jobs().await;
    assert_eq!(app.calls("refresh").await, 0, "a grant is due");
    pass(&app, 4, MINUTE + SECOND).await;
    assert_eq!(app.calls("refresh").await, 2);
    app.clock.advance(2 * DAY);
    app.run_jobs().await;
    assert_eq!(app.calls("refresh").await, 3, "nothing is due");
}

on_both_databases!(
    the_background_comes_evenly_and_leaves_a_slot,
    a_429_lowers_the_limit_for_a_while,
    nobody_is_renewed_in_the_place_of_one_that_waits,
    callers_and_codes_without_end_cost_no_grant,
    the_daily_look_takes_nothing_that_grants_need,
);
