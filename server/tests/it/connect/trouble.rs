//! OfficeRnD is limited, slow, broken or away. What can be tried again is kept, what cannot is said.

use serde_json::json;
use server::clock::{MINUTE, SECOND};

use super::{account_name, done, opened, pressed, says};
use crate::support::{Database, TestApp, on_both_databases};

async fn a_429_keeps_the_code_for_as_long_as_officernd_says(database: Database) {
    let app = TestApp::start(database).await;
    for (retry_after, seconds) in [(json!(40), 40), (json!(null), 60)] {
        app.fault("exchange", "429", &json!({ "retry_after": retry_after })).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        let page = browser.follow(&installed.connect_url).await;
        says(&page, 503, "OfficeRnD is busy");
        let asked = app.calls("exchange").await;
        assert_eq!(app.attempts_with_secrets().await, 1, "the code is kept");

        app.clock.advance((seconds - 20) * SECOND);
        says(&pressed(&mut browser, &page, "retry").await, 503, "OfficeRnD is busy");
        assert_eq!(app.calls("exchange").await, asked, "OfficeRnD asked us to wait");

        app.clock.advance(20 * SECOND);
        let ready = pressed(&mut browser, &page, "retry").await;
        assert_eq!(ready.status, 200, "{}", ready.text);
        done(&app, &mut browser, &ready).await;
    }
}

async fn a_code_whose_answer_was_lost_is_not_sent_again(database: Database) {
    let app = TestApp::start(database).await;
    let faults = ["500", "502", "reset_after", "reset_before", "html", "empty", "not_json", "huge", "redirect"];
    for (number, answer) in (1..).zip(faults) {
        app.fault("exchange", answer, &json!({})).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        let page = browser.follow(&installed.connect_url).await;
        says(&page, 503, "OfficeRnD’s answer did not reach us");
        browser.press(&page.path, "retry").await;
        says(&browser.follow(&installed.connect_url).await, 503, "OfficeRnD’s answer did not reach us");
        assert_eq!(app.calls("exchange").await, number, "{answer}");
        assert_eq!(app.attempts_with_secrets().await, 0, "{answer}");
        // After five in a row OfficeRnD is asked by single requests, some time apart.
        app.clock.advance(2 * MINUTE);
    }
    assert!(app.connections().await.is_empty());
}

/// While OfficeRnD does not work, a code that is sent is a code that is lost. So it waits, sealed.
async fn a_code_is_not_risked_while_officernd_does_not_work(database: Database) {
    let app = TestApp::start(database).await;
    app.fault("exchange", "500", &json!({ "times": 5 })).await;
    for _ in 0..5 {
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        says(&app.browser().follow(&installed.connect_url).await, 503, "OfficeRnD’s answer did not reach us");
    }
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    says(&page, 502, "OfficeRnD does not answer");
    assert_eq!((app.calls("exchange").await, app.attempts_with_secrets().await), (5, 1));
    app.clock.advance(MINUTE);
    let ready = pressed(&mut browser, &page, "retry").await;
    done(&app, &mut browser, &ready).await;
    assert_eq!(app.connection(&installed).await["state"], "connected");
}

async fn too_slow_is_lost(database: Database) {
    let app = TestApp::start(database).await;
    // The time limit is 20 s of real time.
    app.fault("exchange", "slow", &json!({ "milliseconds": 21_000 })).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let page = app.browser().follow(&installed.connect_url).await;
    says(&page, 503, "OfficeRnD’s answer did not reach us");
}

async fn a_code_that_never_left_is_still_good(database: Database) {
    // Port 9 is "discard", where nobody listens.
    let app = TestApp::start_with(database, &[("OFFICERND__IDENTITY_URL", "http://127.0.0.1:9")]).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    says(&page, 502, "OfficeRnD does not answer");
    assert_eq!(app.attempts_with_secrets().await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM token_requests").await, 0, "what was not sent does not count");

    // Restarted with the right address.
    let repaired = app.replica_with(&[]).await;
    let mut there = repaired.browser();
    there.cookies.clone_from(&browser.cookies);
    let ready = pressed(&mut there, &page, "retry").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    done(&app, &mut there, &ready).await;
}

async fn the_organization_can_be_read_later(database: Database) {
    let app = TestApp::start(database).await;
    for at in ["organization", "locations"] {
        for answer in ["500", "html", "reset_after", "redirect"] {
            app.fault(at, answer, &json!({})).await;
            let installed = app.install("studio-17", "tally-desk", &[]).await;
            let mut browser = app.browser();
            let page = browser.follow(&installed.connect_url).await;
            says(&page, 502, "OfficeRnD does not answer");
            says(&page, 502, r#"value="retry""#);
            let ready = pressed(&mut browser, &page, "retry").await;
            assert_eq!(ready.status, 200, "{at} {answer}: {}", ready.text);
            done(&app, &mut browser, &ready).await;
        }
        app.fault(at, "429", &json!({})).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        says(&app.browser().follow(&installed.connect_url).await, 503, "OfficeRnD is busy");
    }
}

async fn secret_and_subscription_can_be_had_later(database: Database) {
    let app = TestApp::start(database).await;
    for at in ["integration", "webhook_list", "webhook_create"] {
        for answer in ["500", "reset_after"] {
            let installed = app.install("studio-17", "tally-desk", &[]).await;
            let mut browser = app.browser();
            let page = opened(&mut browser, &installed.connect_url).await;
            app.fault(at, answer, &json!({})).await;
            let trouble = pressed(&mut browser, &page, "next").await;
            says(&trouble, 502, "OfficeRnD does not answer");
            assert!(account_of_nobody(&app, &installed.integration_id).await, "{at} {answer}");
            let again = browser.press(&page.path, "retry").await;
            assert_eq!(again.status, 303, "{at} {answer}: {}", again.text);
            assert!(again.location.ends_with(super::RETURN), "{at} {answer}: {}", again.location);
            assert_eq!(account_name(&app, &installed).await.as_deref(), Some("Studio 17"));
            // A subscription that was made although its answer was lost is replaced and not doubled.
            app.remove(&installed).await;
            app.run_jobs().await;
        }
    }
}

/// Nothing is connected under this integration id.
async fn account_of_nobody(app: &TestApp, integration_id: &str) -> bool {
    app.connections().await.iter().all(|connection| connection["officernd_integration_id"] != integration_id)
}

async fn a_subscription_whose_answer_was_lost_is_not_doubled(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    app.fault("webhook_create", "reset_after", &json!({})).await;
    says(&pressed(&mut browser, &page, "next").await, 502, "OfficeRnD does not answer");
    assert_eq!(app.subscriptions().await.len(), 1, "made, but nobody here knows its secret");
    browser.press(&page.path, "retry").await;
    assert_eq!(app.subscriptions().await.len(), 1);
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&installed).await["state"], "disconnected", "its secret is the stored one");
}

async fn a_region_that_is_away_can_be_tried_again(database: Database) {
    let app = TestApp::start(database).await;
    for region in ["down", "unreachable"] {
        app.switch("region", &json!(region), None).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        let page = browser.follow(&installed.connect_url).await;
        says(&page, 502, "OfficeRnD does not answer");
        app.switch("region", &json!("here"), None).await;
        let ready = pressed(&mut browser, &page, "retry").await;
        assert_eq!(ready.status, 200, "{region}: {}", ready.text);
        done(&app, &mut browser, &ready).await;
    }
}

on_both_databases!(
    a_code_is_not_risked_while_officernd_does_not_work,
    a_429_keeps_the_code_for_as_long_as_officernd_says,
    a_code_whose_answer_was_lost_is_not_sent_again,
    too_slow_is_lost,
    a_code_that_never_left_is_still_good,
    the_organization_can_be_read_later,
    secret_and_subscription_can_be_had_later,
    a_subscription_whose_answer_was_lost_is_not_doubled,
    a_region_that_is_away_can_be_tried_again,
);
