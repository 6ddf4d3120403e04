//! What becomes of an attempt that is cancelled, forgotten, cut off, or overtaken by a removal.

use serde_json::json;
use server::clock::{DAY, HOUR, MINUTE, SECOND};

use super::{account_name, done, opened, pressed, says};
use crate::support::{Database, TestApp, on_both_databases};

async fn cancel_destroys_the_login_and_leads_back(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    assert_eq!(app.attempts_with_secrets().await, 1);
    let cancelled = browser.press(&page.path, "cancel").await;
    assert_eq!((cancelled.status, cancelled.location), (303, format!("{}{}", app.simulator_url, super::RETURN)));
    assert_eq!(app.attempts_with_secrets().await, 0);
    assert!(app.connections().await.is_empty());

    // The window is still open, and pressing Connect in it does nothing any more.
    says(&browser.get(&page.path).await, 200, "You chose not to connect");
    browser.press(&page.path, "next").await;
    assert!(app.connections().await.is_empty());
    assert!(app.subscriptions().await.is_empty());
}

async fn cancel_in_another_window_wins_over_a_slow_connect(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    app.fault("webhook_create", "slow", &json!({ "milliseconds": 700 })).await;
    let (mut window, path) = (app.browser(), page.path.clone());
    window.cookies.clone_from(&browser.cookies);
    let press = tokio::spawn(async move { window.press(&path, "next").await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    browser.press(&page.path, "cancel").await;
    press.await.unwrap();
    // The first press goes on behind the answer; it ends by taking its subscription back.
    for _ in 0..50 {
        if app.calls("webhook_delete").await > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(app.connections().await.is_empty());
    assert!(app.subscriptions().await.is_empty(), "nothing is left behind at OfficeRnD");
    assert_eq!(app.attempts_with_secrets().await, 0);
}

async fn after_a_day_the_window_is_over_and_the_login_gone(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    app.clock.advance(DAY - SECOND);
    assert_eq!(browser.get(&page.path).await.status, 200);
    app.clock.advance(SECOND);
    says(&browser.get(&page.path).await, 400, "This window was open for too long");
    assert_eq!(app.attempts_with_secrets().await, 0, "the page says that the login is destroyed");
    for act in ["next", "retry"] {
        says(&pressed(&mut browser, &page, act).await, 400, "This window was open for too long");
    }
    assert!(app.connections().await.is_empty());
}

async fn a_forgotten_window_loses_its_login_after_a_day(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    opened(&mut app.browser(), &installed.connect_url).await;
    app.clock.advance(DAY - SECOND);
    app.run_jobs().await;
    assert_eq!(app.attempts_with_secrets().await, 1);
    app.clock.advance(SECOND);
    app.run_jobs().await;
    assert_eq!(app.attempts_with_secrets().await, 0, "nobody came back, so the job destroys it");
}

async fn a_window_that_was_open_for_hours_still_connects(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    // Access tokens live an hour, so the first one is long over.
    app.clock.advance(5 * HOUR);
    done(&app, &mut browser, &page).await;
    assert_eq!((app.calls("exchange").await, app.calls("refresh").await), (1, 1));
    assert_eq!(account_name(&app, &installed).await.as_deref(), Some("Studio 17"));

    // What was renewed is what the connection has now.
    let id = app.connection_id(&installed).await;
    app.clock.advance(HOUR);
    let token = app.partner().await.post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!(token.status, 200, "{}", token.text);
}

async fn a_login_that_ended_meanwhile_asks_for_a_new_link(database: Database) {
    let app = TestApp::start(database).await;
    for hours in [0, 5] {
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        let page = opened(&mut browser, &installed.connect_url).await;
        app.clock.advance(hours * HOUR);
        app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
        says(&pressed(&mut browser, &page, "next").await, 400, "This connect link has expired");
    }
    assert_eq!(app.attempts_with_secrets().await, 0);
}

async fn a_renewal_that_fails_can_be_tried_again(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    app.clock.advance(5 * HOUR);
    for (answer, status, words) in [("500", 502, "OfficeRnD does not answer"), ("429", 503, "OfficeRnD is busy")] {
        app.fault("refresh", answer, &json!({})).await;
        says(&pressed(&mut browser, &page, "next").await, status, words);
    }
    app.clock.advance(MINUTE);
    let end = browser.press(&page.path, "retry").await;
    assert!(end.location.ends_with(super::RETURN), "{} {}", end.status, end.text);
}

async fn a_renewal_that_brings_a_refresh_token_alone_can_be_tried_again(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    app.clock.advance(5 * HOUR);
    app.switch("token_answer", &json!("no_access_token"), Some(1)).await;
    says(&pressed(&mut browser, &page, "next").await, 502, "OfficeRnD does not answer");
    app.clock.advance(MINUTE);
    let end = browser.press(&page.path, "retry").await;
    assert!(end.location.ends_with(super::RETURN), "{} {}", end.status, end.text);
    assert_eq!((app.calls("exchange").await, app.calls("refresh").await), (1, 2));
}

async fn a_restart_in_the_middle_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;

    let other = app.replica().await;
    let mut there = other.browser();
    there.cookies.clone_from(&browser.cookies);
    let same = there.get(&page.path).await;
    says(&same, 200, "Studio 17");
    done(&app, &mut there, &same).await;
    says(&browser.get(&page.path).await, 200, "You chose Connect, and it worked");
    browser.press(&page.path, "next").await;
    assert_eq!(app.subscriptions().await.len(), 1);
    assert_eq!(app.calls("exchange").await, 1);
}

async fn while_the_code_is_under_way_nobody_else_sends_it(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    app.fault("exchange", "slow", &json!({ "milliseconds": 3_000 })).await;
    let (mut browser, url) = (app.browser(), installed.connect_url.clone());
    let first = tokio::spawn(async move { browser.get(&url).await });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;

    let other = app.replica().await;
    let there = other.browser().follow(&installed.connect_url.replace(&app.url, &other.url)).await;
    says(&there, 400, "This connect link was opened before");
    assert_eq!(app.calls("exchange").await, 0, "the only request is still under way");
    first.await.unwrap();
    assert_eq!(app.calls("exchange").await, 1);
}

async fn a_process_that_died_over_the_code_leaves_a_clear_end(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    app.connected("studio-17", "tally-desk", &[]).await;
    let late = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&late.connect_url).await;
    // What a process leaves that is killed between the code and its answer.
    let until = app.clock.now() + 12 * SECOND;
    let left = format!("stage = 'exchanging', trouble = NULL, busy_until = {until}");
    app.execute(&format!("UPDATE connect_attempts SET {left} WHERE stage = 'waiting'")).await;
    says(&browser.get(&page.path).await, 200, "This takes longer than usual");
    app.clock.advance(12 * SECOND);
    says(&browser.get(&page.path).await, 503, "OfficeRnD’s answer did not reach us");
    browser.press(&page.path, "retry").await;
    assert_eq!(app.calls("exchange").await, 1, "nobody knows whether the code was spent, so it is not sent");
}

async fn a_removal_while_the_window_is_open_wins(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    app.clock.advance(SECOND);
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    app.clock.advance(SECOND);
    // Told of the removal, while the new login still works.
    let event = json!({
        "organization": "studio-17", "event_type": "integration.removed", "application": "tally-desk", "object": {},
    });
    app.control("POST", "/events", &event).await;
    app.run_jobs().await;
    says(&pressed(&mut browser, &page, "next").await, 400, "was removed in OfficeRnD");
    assert_eq!(app.connection(&installed).await["state"], "disconnected");
    assert_eq!(app.attempts_with_secrets().await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM grant_tokens").await, 0);
    assert!(app.subscriptions().await.is_empty(), "nothing is left behind at OfficeRnD");
}

async fn a_removal_that_also_ended_the_login_says_so(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    app.clock.advance(SECOND);
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    app.clock.advance(SECOND);
    app.remove(&installed).await;
    app.run_jobs().await;
    says(&pressed(&mut browser, &page, "next").await, 400, "was removed in OfficeRnD");
    assert_eq!(app.connection(&installed).await["state"], "disconnected");
}

on_both_databases!(
    cancel_destroys_the_login_and_leads_back,
    cancel_in_another_window_wins_over_a_slow_connect,
    after_a_day_the_window_is_over_and_the_login_gone,
    a_forgotten_window_loses_its_login_after_a_day,
    a_window_that_was_open_for_hours_still_connects,
    a_login_that_ended_meanwhile_asks_for_a_new_link,
    a_renewal_that_fails_can_be_tried_again,
    a_renewal_that_brings_a_refresh_token_alone_can_be_tried_again,
    a_restart_in_the_middle_changes_nothing,
    while_the_code_is_under_way_nobody_else_sends_it,
    a_process_that_died_over_the_code_leaves_a_clear_end,
    a_removal_while_the_window_is_open_wins,
    a_removal_that_also_ended_the_login_says_so,
);
