//! Whoever works on an attempt has the right to it for a few seconds and renews it; when they die, the same window
//! goes on.

use std::time::Duration;

use serde_json::json;
use server::clock::SECOND;

use super::{done_with, opened, says};
use crate::support::{Answer, Browser, Database, Installed, TestApp, on_both_databases};

/// A window at the button that connects, with its address.
async fn at_the_button(app: &TestApp) -> (Installed, Browser, Answer) {
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    (installed, browser, page)
}

async fn busy_until(app: &TestApp) -> i64 {
    app.number("SELECT COALESCE(MAX(busy_until), 0) FROM connect_attempts").await
}

async fn busy_again_after(app: &TestApp, before: i64) -> i64 {
    for _ in 0..200 {
        let now = busy_until(app).await;
        if now > before {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nobody renews the right to this attempt");
}

async fn a_slow_connect_keeps_its_right_and_is_not_done_twice(database: Database) {
    let app = TestApp::start(database).await;
    let (_installed, browser, page) = at_the_button(&app).await;
    app.fault("webhook_create", "slow", &json!({ "milliseconds": 4_000 })).await;
    let press = |mut browser: Browser| {
        let path = page.path.clone();
        tokio::spawn(async move { browser.press(&path, "next").await })
    };
    let mut window = app.browser();
    window.cookies.clone_from(&browser.cookies);
    let first = press(browser);
    let mut until = busy_again_after(&app, 0).await;
    // Much longer than the right lasts, for those who look at the clock.
    for _ in 0..3 {
        app.clock.advance(8 * SECOND);
        until = busy_again_after(&app, until).await;
    }
    says(&window.get(&page.path).await, 200, "This takes longer than usual");
    let second = press(window);
    for press in [first, second] {
        done_with(&app, &press.await.unwrap());
    }
    assert_eq!(app.calls("webhook_create").await, 1);
    assert_eq!(app.subscriptions().await.len(), 1);
}

async fn what_a_dead_process_left_is_done_by_the_press_that_finds_it(database: Database) {
    let app = TestApp::start(database).await;
    let (installed, mut browser, page) = at_the_button(&app).await;
    // As the process left it that died at the first call of OfficeRnD's.
    let until = app.clock.now() + 12 * SECOND;
    app.execute(&format!("UPDATE connect_attempts SET busy_until = {until}")).await;
    let waits = browser.get(&page.path).await;
    says(&waits, 200, "This takes longer than usual");
    says(&waits, 200, r#"value="retry""#);
    let (pressed, ()) = tokio::join!(browser.press(&page.path, "retry"), async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(app.calls("integration").await, 0, "somebody may still be at it");
        app.clock.advance(12 * SECOND);
    });
    done_with(&app, &pressed);
    assert_eq!(app.connection(&installed).await["state"], "connected");
    assert_eq!(app.calls("webhook_create").await, 1);
}

/// Waiting for somebody else is no retry of what they could not do.
async fn a_second_press_does_not_repeat_what_failed_in_the_first(database: Database) {
    let app = TestApp::start(database).await;
    let (_installed, browser, page) = at_the_button(&app).await;
    app.fault("integration", "slow", &json!({ "milliseconds": 1_500 })).await;
    app.fault("webhook_create", "500", &json!({})).await;
    let path = page.path.clone();
    let mut window = app.browser();
    window.cookies.clone_from(&browser.cookies);
    let mut browser = browser;
    let first = tokio::spawn(async move { browser.press(&path, "next").await });
    busy_again_after(&app, 0).await;
    app.clock.advance(SECOND);
    let second = window.press(&page.path, "next").await;
    assert_eq!(first.await.unwrap().status, 303);
    assert_eq!(second.status, 303);
    assert_eq!(app.calls("webhook_create").await, 1);
    says(&window.get(&page.path).await, 502, "OfficeRnD does not answer");
}

async fn an_exchange_that_was_cut_off_is_said_when_nobody_is_at_it(database: Database) {
    let app = TestApp::start(database).await;
    let (_installed, mut browser, page) = at_the_button(&app).await;
    let until = app.clock.now() + 12 * SECOND;
    app.execute(&format!("UPDATE connect_attempts SET stage = 'exchanging', busy_until = {until}")).await;
    says(&browser.get(&page.path).await, 200, "This takes longer than usual");
    app.clock.advance(12 * SECOND);
    says(&browser.get(&page.path).await, 503, "OfficeRnD’s answer did not reach us");
}

on_both_databases!(
    a_slow_connect_keeps_its_right_and_is_not_done_twice,
    what_a_dead_process_left_is_done_by_the_press_that_finds_it,
    a_second_press_does_not_repeat_what_failed_in_the_first,
    an_exchange_that_was_cut_off_is_said_when_nobody_is_at_it,
);
