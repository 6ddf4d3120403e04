//! How often a key may call, and an address without a good one.

use server::clock::MINUTE;

use super::is_problem;
use crate::support::{Database, TestApp, on_both_databases};

const LIST: &str = "/api/v1/connections";

async fn a_key_has_so_many_calls_a_minute(database: Database) {
    let app = TestApp::start_with(database, &[("API__REQUESTS_PER_MINUTE", "3")]).await;
    let key = app.api_key(&["tally-desk"], &["connections:read"]).await;
    let mut partner = app.api(&key);
    let first = partner.get(LIST).await;
    assert_eq!(first.header("ratelimit-policy"), "\"key\";q=3;w=60");
    assert_eq!(first.header("ratelimit"), "\"key\";r=2;t=60");
    app.clock.advance(MINUTE - 30_000);
    // Whatever is asked counts, also what is refused.
    assert_eq!(partner.get("/api/v1/nothing").await.header("ratelimit"), "\"key\";r=1;t=30");
    assert_eq!(partner.get(&format!("{LIST}?x=%ff")).await.header("ratelimit"), "\"key\";r=0;t=30");
    let over = partner.get(LIST).await;
    is_problem(&over, 429, "too_many_requests");
    assert_eq!((over.header("retry-after"), over.header("ratelimit")), ("30", "\"key\";r=0;t=30"));
    let other = app.api_key(&["tally-desk"], &["connections:read"]).await;
    assert_eq!(app.api(&other).get(LIST).await.status, 200, "another key has its own");
    app.clock.advance(30_000);
    assert_eq!(partner.get(LIST).await.status, 200);
}

async fn without_a_limit_nothing_is_said(database: Database) {
    let app = TestApp::start_with(database, &[("API__REQUESTS_PER_MINUTE", "0")]).await;
    let answer = app.partner().await.get(LIST).await;
    assert_eq!((answer.status, answer.header("ratelimit")), (200, ""));
}

async fn an_address_that_guesses_is_held_up_and_good_keys_are_not(database: Database) {
    let app = TestApp::start(database).await;
    let mut partner = app.partner().await;
    assert_eq!(partner.get(LIST).await.status, 200);
    let mut stranger = app.api(&"dbk_guessed".to_owned().into());
    for left in (0..300).rev() {
        let refused = stranger.get(LIST).await;
        is_problem(&refused, 401, "unauthorized");
        assert_eq!(refused.header("ratelimit"), format!("\"address\";r={left};t=60"));
    }
    is_problem(&stranger.get(LIST).await, 429, "too_many_requests");
    is_problem(&app.browser().get(LIST).await, 429, "too_many_requests");
    assert_eq!(partner.get(LIST).await.status, 200, "it was good a moment ago");
    app.clock.advance(MINUTE);
    is_problem(&stranger.get(LIST).await, 401, "unauthorized");
}

on_both_databases!(
    a_key_has_so_many_calls_a_minute,
    without_a_limit_nothing_is_said,
    an_address_that_guesses_is_held_up_and_good_keys_are_not,
);
