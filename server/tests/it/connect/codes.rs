//! Codes that are missing, bad, late or brought twice. A code is sent once ever.

use secrecy::ExposeSecret as _;
use serde_json::json;
use server::clock::{DAY, MINUTE};

use super::{done, opened, says, with_parameter};
use crate::support::{Database, TestApp, on_both_databases};

async fn declined_is_no_failure_and_asks_nobody(database: Database) {
    let app = TestApp::start(database).await;
    for how in ["absent", "access_denied"] {
        app.switch("connect_code", &json!(how), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let page = app.browser().follow(&installed.connect_url).await;
        says(&page, 200, "You chose not to connect");
        says(&page, 200, &format!("{}{}", app.simulator_url, super::RETURN));
    }
    // An error beside a code is a no as well.
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let page = app.browser().follow(&with_parameter(&installed.connect_url, "error", Some("access_denied"))).await;
    says(&page, 200, "You chose not to connect");
    assert_eq!(app.calls("exchange").await, 0);
    assert_eq!(app.attempts_with_secrets().await, 0);
}

async fn used_late_and_foreign_codes_are_400(database: Database) {
    let app = TestApp::start(database).await;
    for how in ["used", "expired", "foreign"] {
        app.switch("connect_code", &json!(how), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let page = app.browser().follow(&installed.connect_url).await;
        says(&page, 400, "This connect link has expired");
    }
    assert_eq!(app.attempts_with_secrets().await, 0, "a refused code is of no use to anybody");
    assert!(app.connections().await.is_empty());
}

async fn half_a_call_is_400_and_does_not_spend_the_code(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    for (name, value) in [("org_slug", None), ("org_slug", Some(" ")), ("integrationId", None)] {
        let page = app.browser().follow(&with_parameter(&installed.connect_url, name, value)).await;
        says(&page, 400, "OfficeRnD’s call was not complete");
    }
    assert_eq!(app.calls("exchange").await, 0);
    opened(&mut app.browser(), &installed.connect_url).await;
}

async fn the_same_link_in_the_same_browser_is_the_same_attempt(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    let again = opened(&mut browser, &installed.connect_url).await;
    assert_eq!(page.path, again.path);
    assert_eq!(app.calls("exchange").await, 1);
    done(&app, &mut browser, &again).await;
    says(&browser.follow(&installed.connect_url).await, 200, "You chose Connect, and it worked");
    assert_eq!(app.calls("exchange").await, 1);
}

async fn the_same_link_in_another_browser_is_refused_without_asking(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut first = app.browser();
    let page = opened(&mut first, &installed.connect_url).await;
    let mut second = app.browser();
    let refused = second.follow(&installed.connect_url).await;
    says(&refused, 400, "This connect link was opened before");
    says(&second.get(&page.path).await, 404, "This window has ended");
    assert_eq!(app.calls("exchange").await, 1);
    done(&app, &mut first, &page).await;
}

async fn ten_browsers_at_once_send_the_code_once(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let calls = (0..10).map(|_| {
        let (mut browser, url) = (app.browser(), installed.connect_url.clone());
        tokio::spawn(async move { browser.follow(&url).await.status })
    });
    let calls: Vec<_> = calls.collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [[200].as_slice(), &[400; 9]].concat());
    assert_eq!(app.calls("exchange").await, 1);
}

/// Attempts are forgotten after two days. What was sent to OfficeRnD is not.
async fn a_code_is_sent_once_ever_however_long_ago(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut first = app.browser();
    opened(&mut first, &installed.connect_url).await;
    for days in [3, 400] {
        app.clock.advance(days * DAY);
        app.run_jobs().await;
        assert_eq!(app.number("SELECT COUNT(*) FROM connect_attempts").await, 0, "the attempt is forgotten");
        for browser in [&mut first, &mut app.browser()] {
            let refused = browser.follow(&installed.connect_url).await;
            says(&refused, 400, "This connect link was opened before");
        }
        assert_eq!(app.calls("exchange").await, 1);
    }
}

/// Codes that nobody sent leave nothing behind: anybody can bring them, without end.
async fn a_code_that_was_not_sent_is_not_remembered(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    app.connected("studio-17", "tally-desk", &[]).await;
    let known = app.number("SELECT COUNT(*) FROM sent_codes").await;
    assert_eq!(known, 1);
    let waiting = app.install("studio-17", "tally-desk", &[]).await;
    for _ in 0..3 {
        says(
            &app.browser()
                .follow(&with_parameter(&waiting.connect_url, "code", Some(app.app.random.token().expose_secret())))
                .await,
            503,
            "OfficeRnD is busy",
        );
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM sent_codes").await, known, "they wait, and were not sent");

    // OfficeRnD's 429 took no code either: it may be brought anew when its attempt is forgotten.
    app.clock.advance(MINUTE);
    app.fault("exchange", "429", &json!({ "retry_after": 1 })).await;
    says(&app.browser().follow(&waiting.connect_url).await, 503, "OfficeRnD is busy");
    assert_eq!(app.calls("exchange").await, 2);
    assert_eq!(app.number("SELECT COUNT(*) FROM sent_codes").await, known);
    app.clock.advance(3 * DAY);
    app.run_jobs().await;
    // The daily look at the connection has spent this minute's request.
    app.clock.advance(2 * MINUTE);
    says(&app.browser().follow(&waiting.connect_url).await, 400, "This connect link has expired");
    assert_eq!(app.calls("exchange").await, 3, "OfficeRnD was asked, and said so");
}

async fn another_browser_cannot_decide(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    for act in ["next", "cancel", "retry"] {
        let refused = app.browser().press(&page.path, act).await;
        says(&refused, 404, "This window has ended");
    }
    assert!(app.connections().await.is_empty());
    done(&app, &mut browser, &page).await;
}

on_both_databases!(
    declined_is_no_failure_and_asks_nobody,
    used_late_and_foreign_codes_are_400,
    half_a_call_is_400_and_does_not_spend_the_code,
    the_same_link_in_the_same_browser_is_the_same_attempt,
    the_same_link_in_another_browser_is_refused_without_asking,
    ten_browsers_at_once_send_the_code_once,
    a_code_is_sent_once_ever_however_long_ago,
    a_code_that_was_not_sent_is_not_remembered,
    another_browser_cannot_decide,
);
