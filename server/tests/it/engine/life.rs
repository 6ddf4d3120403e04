//! When a grant is refreshed, and when it is not.

use serde_json::json;
use server::clock::{DAY, HOUR, MINUTE};

use super::{FIVE, NO_LIMIT, lost, many, pass, to_their_time};
use crate::support::{Database, TestApp, on_both_databases};

async fn nobodys_grant_dies_and_nothing_is_refreshed_for_nothing(database: Database) {
    for limit in [("REFRESH__REQUESTS_PER_MINUTE", "5"), NO_LIMIT] {
        let app = TestApp::start_with(database, &[limit]).await;
        let installed = app.connected("studio-17", "tally-desk", &[]).await;
        pass(&app, 60 * 4, 6 * HOUR).await;
        let calls = app.calls("refresh").await;
        assert!((5..=6).contains(&calls), "{calls} in 60 days");
        assert_eq!(lost(&app).await, 0);
        assert_eq!(app.connection(&installed).await["state"], "connected");
        let id = app.connection_id(&installed).await;
        let kinds = app.activity(&id).await;
        assert!(!kinds.iter().any(|kind| kind.starts_with("grant.")), "nothing has changed: {kinds:?}");
        let token = app.partner().await.post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
        assert_eq!(token.status, 200, "{}", token.text);
    }
}

/// Nobody asked the engine: the test above means something.
async fn without_the_engine_it_dies(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("studio-17", "tally-desk", &[]).await;
    app.clock.advance(16 * DAY);
    app.refresh_due().await;
    assert_eq!(lost(&app).await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE cause = 'refused'").await, 1);
}

async fn what_is_used_is_ready_before_it_is_asked_for(database: Database) {
    let app = TestApp::start(database).await;
    let used = app.connected("studio-17", "tally-desk", &[]).await;
    app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let url = format!("/api/v1/connections/{}/token", app.connection_id(&used).await);
    let mut partner = app.partner().await;
    for round in 0..6_u64 {
        // The default margin is ten minutes: the engine has renewed it by then, and the caller costs nothing.
        let token = partner.post(&url, &json!({})).await;
        assert_eq!(token.status, 200, "{}", token.text);
        while app.number("SELECT COALESCE(MAX(used_at), 0) FROM grants").await < app.clock.now() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(app.calls("refresh").await, round, "round {round}");
        app.clock.advance(50 * MINUTE);
        app.refresh_due().await;
        assert_eq!(app.calls("refresh").await, round + 1);
    }
    // Nobody uses it any more.
    pass(&app, 48, 30 * MINUTE).await;
    assert!(app.calls("refresh").await <= 8, "{}", app.calls("refresh").await);
}

/// Using the old token has not made it younger, as far as anybody knows.
async fn an_answer_without_a_refresh_token_is_made_up_for_before_the_old_one_ends(database: Database) {
    const ENDS: &str = "SELECT refresh_expires_at FROM grants";
    for limit in [FIVE, NO_LIMIT] {
        let app = TestApp::start_with(database, &[limit]).await;
        let installed = app.connected("studio-17", "tally-desk", &[]).await;
        let ends = app.number(ENDS).await;
        to_their_time(&app);
        app.switch("token_answer", &json!("no_refresh_token"), Some(1)).await;
        app.refresh_due().await;
        assert_eq!((app.calls("refresh").await, app.number(ENDS).await), (1, ends));
        assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE trouble = 'no_refresh_token'").await, 1);
        assert_eq!(app.connection(&installed).await["state"], "connected");
        app.clock.advance(MINUTE);
        app.refresh_due().await;
        assert_eq!((app.calls("refresh").await, app.number(ENDS).await), (2, app.clock.now() + 15 * DAY));
        assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE trouble IS NOT NULL").await, 0);
        app.clock.advance(6 * DAY);
        let id = app.connection_id(&installed).await;
        let token = app.partner().await.post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
        assert_eq!(token.status, 200, "the old one has ended, and the new one has not: {}", token.text);
    }
}

async fn who_never_gives_a_refresh_token_is_asked_ever_more_rarely(database: Database) {
    let app = TestApp::start_with(database, &[FIVE]).await;
    many(&app, 1).await;
    to_their_time(&app);
    app.switch("token_answer", &json!("no_refresh_token"), None).await;
    // All but the last two hours of its life.
    pass(&app, 94, HOUR).await;
    let calls = app.calls("refresh").await;
    assert!((6..=11).contains(&calls), "{calls} in four days");
    assert_eq!(lost(&app).await, 0);
}

/// Then nobody is asked again and again for what there is not; and when there is one again, nobody has lost by it.
async fn where_no_refresh_token_is_replaced_there_are_few_questions(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    many(&app, 40).await;
    to_their_time(&app);
    app.switch("token_answer", &json!("no_refresh_token"), None).await;
    pass(&app, 4, HOUR).await;
    let before = app.calls("refresh").await;
    assert!((40..=60).contains(&before), "{before}");
    pass(&app, 86, HOUR).await;
    assert_eq!(app.calls("refresh").await, before);
    app.switch("token_answer", &json!("right"), None).await;
    // Six hours before their end, and then they have ended.
    pass(&app, 96, 5 * MINUTE).await;
    assert_eq!(lost(&app).await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE trouble IS NOT NULL").await, 0);
    let ends = app.number("SELECT MIN(refresh_expires_at) FROM grants").await;
    assert!(ends > app.clock.now() + 14 * DAY);
}

/// OfficeRnD accepts a token that should have ended: it has a longer life than was thought.
async fn an_answer_after_the_end_begins_a_new_life(database: Database) {
    let app = TestApp::start_with(database, &[FIVE]).await;
    many(&app, 1).await;
    app.clock.advance(HOUR);
    let now = app.clock.now();
    app.execute(&format!("UPDATE grants SET refresh_expires_at = {}", now - MINUTE)).await;
    app.switch("token_answer", &json!("no_refresh_token"), None).await;
    pass(&app, 4, HOUR).await;
    assert_eq!((app.calls("refresh").await, lost(&app).await), (1, 0));
    assert_eq!(app.number("SELECT refresh_expires_at FROM grants").await, now + 15 * DAY);
}

async fn the_use_of_a_grant_is_written_coarsely(database: Database) {
    let app = TestApp::start(database).await;
    let used = app.connected("studio-17", "tally-desk", &[]).await;
    let url = format!("/api/v1/connections/{}/token", app.connection_id(&used).await);
    let mut partner = app.partner().await;
    let mut written = std::collections::BTreeSet::new();
    for _ in 0..40 {
        assert_eq!(partner.post(&url, &json!({})).await.status, 200);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        written.insert(app.number("SELECT COALESCE(MAX(used_at), 0) FROM grants").await);
        app.clock.advance(MINUTE);
    }
    written.remove(&0);
    assert_eq!(written.len(), 2, "twice in forty minutes: {written:?}");
}

async fn always_fresh_means_everybody_and_spread(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__POLICY", "always_fresh"), NO_LIMIT]).await;
    let all = many(&app, 8).await.len() as u64;
    app.clock.advance(39 * MINUTE);
    app.refresh_due().await;
    assert_eq!(app.calls("refresh").await, 0);
    let mut seen = Vec::new();
    for _ in 0..13 {
        app.clock.advance(MINUTE);
        app.refresh_due().await;
        seen.push(app.calls("refresh").await);
    }
    assert_eq!(seen.last(), Some(&all), "{seen:?}");
    assert!(seen.iter().filter(|calls| **calls > 0 && **calls < all).count() > 1, "not all at once: {seen:?}");
    // Ever after.
    pass(&app, 12 * 6, 5 * MINUTE).await;
    let late = format!("SELECT COUNT(*) FROM grants WHERE access_expires_at < {}", app.clock.now());
    assert_eq!(app.number(&late).await, 0);
    let calls = app.calls("refresh").await;
    assert!((7 * all..=11 * all).contains(&calls), "{calls} of {all} in seven hours");
}

async fn grants_of_another_policy_are_adopted(database: Database) {
    let app = TestApp::start(database).await;
    many(&app, 3).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE fresh_at IS NOT NULL").await, 0);
    let now_fresh = app.replica_with(&[("REFRESH__POLICY", "always_fresh")]).await;
    now_fresh.refresh_due().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE fresh_at IS NOT NULL").await, 3);
    app.clock.advance(51 * MINUTE);
    now_fresh.refresh_due().await;
    assert_eq!(app.calls("refresh").await, 3);
}

async fn the_lately_used_go_before_everybody(database: Database) {
    let keys =
        [("REFRESH__POLICY", "always_fresh"), ("REFRESH__REQUESTS_PER_MINUTE", "60"), ("REFRESH__CONCURRENCY", "1")];
    let app = TestApp::start_with(database, &keys).await;
    let all = many(&app, 4).await;
    app.clock.advance(20 * MINUTE);
    let used = app.connection_of(&all[3]).await;
    let now = app.clock.now();
    let late = now + 41 * MINUTE;
    app.execute(&format!(
        "UPDATE grants SET used_at = {now}, fresh_rank = 1, fresh_at = {late} WHERE connection_id = {}",
        super::literal(&app, used)
    ))
    .await;
    app.clock.advance(45 * MINUTE);
    app.refresh_due().await;
    let first = app.rows("SELECT connection_id FROM grants ORDER BY refreshed_at DESC LIMIT 1").await;
    assert_eq!(app.calls("refresh").await, 1, "one a second");
    assert_eq!(first[0].try_get_by_index::<uuid::Uuid>(0).unwrap(), used);
}

async fn those_that_end_first_go_first(database: Database) {
    let app =
        TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "60"), ("REFRESH__CONCURRENCY", "1")]).await;
    let all = many(&app, 5).await;
    to_their_time(&app);
    for (number, installed) in all.iter().enumerate() {
        let id = super::literal(&app, app.connection_of(installed).await);
        // The last one ends first.
        let ends = app.clock.now() + 4 * DAY - (number as i64) * HOUR;
        app.execute(&format!("UPDATE grants SET refresh_expires_at = {ends} WHERE connection_id = {id}")).await;
    }
    for installed in all.iter().rev() {
        app.refresh_due().await;
        let last = app.rows("SELECT connection_id FROM grants ORDER BY refreshed_at DESC LIMIT 1").await;
        assert_eq!(last[0].try_get_by_index::<uuid::Uuid>(0).unwrap(), app.connection_of(installed).await);
        app.clock.advance(2_000);
    }
    assert_eq!(app.calls("refresh").await, 5);
}

on_both_databases!(
    nobodys_grant_dies_and_nothing_is_refreshed_for_nothing,
    without_the_engine_it_dies,
    what_is_used_is_ready_before_it_is_asked_for,
    an_answer_without_a_refresh_token_is_made_up_for_before_the_old_one_ends,
    who_never_gives_a_refresh_token_is_asked_ever_more_rarely,
    where_no_refresh_token_is_replaced_there_are_few_questions,
    an_answer_after_the_end_begins_a_new_life,
    the_use_of_a_grant_is_written_coarsely,
    always_fresh_means_everybody_and_spread,
    grants_of_another_policy_are_adopted,
    the_lately_used_go_before_everybody,
    those_that_end_first_go_first,
);
