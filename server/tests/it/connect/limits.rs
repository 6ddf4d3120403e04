//! Anybody can open a Connect URL, and each code costs a token request: what bad ones and many cost.

use serde_json::json;
use server::clock::{MINUTE, SECOND};

use super::{done, opened, pressed, says};
use crate::support::{Answer, Database, TestApp, on_both_databases};

const BEHIND_A_PROXY: (&str, &str) = ("TRUSTED_PROXIES", "127.0.0.1");

/// Opens a fresh link from this address, whose code is so.
async fn from(app: &TestApp, address: &str, code: &str) -> Answer {
    app.switch("connect_code", &json!(code), Some(1)).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    browser.forwarded_for = Some(address.to_owned());
    browser.follow(&installed.connect_url).await
}

async fn five_bad_codes_stop_an_address_and_nobody_else(database: Database) {
    let app = TestApp::start_with(database, &[BEHIND_A_PROXY]).await;
    for _ in 0..5 {
        says(&from(&app, "198.51.100.7", "used").await, 400, "This connect link has expired");
    }
    assert_eq!(app.calls("exchange").await, 5);
    for code in ["used", "good"] {
        says(&from(&app, "198.51.100.7", code).await, 429, "Too many connect links that do not work");
    }
    assert_eq!(app.calls("exchange").await, 5, "OfficeRnD is not asked for this address");
    assert_eq!(from(&app, "203.0.113.9", "good").await.status, 200);

    // What the proxy did not write is not believed.
    assert_eq!(from(&app, "203.0.113.9, 198.51.100.7", "good").await.status, 429);

    app.clock.advance(9 * MINUTE);
    assert_eq!(from(&app, "198.51.100.7", "good").await.status, 429);
    app.clock.advance(2 * MINUTE);
    assert_eq!(from(&app, "198.51.100.7", "good").await.status, 200, "ten minutes are over");
}

async fn a_whole_ipv6_network_is_one_address(database: Database) {
    let app = TestApp::start_with(database, &[BEHIND_A_PROXY, ("CONNECT__BAD_CODES_PER_ADDRESS", "2")]).await;
    for host in ["2001:db8:1:2::1", "2001:db8:1:2::2"] {
        assert_eq!(from(&app, host, "used").await.status, 400);
    }
    assert_eq!(from(&app, "2001:db8:1:2:ffff::3", "good").await.status, 429);
    assert_eq!(from(&app, "2001:db8:1:3::1", "good").await.status, 200);
}

async fn officernds_trouble_is_not_counted_against_anybody(database: Database) {
    let app = TestApp::start_with(database, &[BEHIND_A_PROXY]).await;
    for answer in ["500", "503", "html", "reset_after", "reset_before", "not_json"] {
        app.fault("exchange", answer, &json!({})).await;
        assert_eq!(from(&app, "198.51.100.7", "good").await.status, 503, "{answer}");
        // Five that fail one after another make a pause, after which a single one is tried.
        app.clock.advance(MINUTE);
    }
    // Links that are declined or opened twice cost no request and count neither.
    for _ in 0..6 {
        assert_eq!(from(&app, "198.51.100.7", "absent").await.status, 200);
    }
    assert_eq!(from(&app, "198.51.100.7", "good").await.status, 200);
}

async fn beyond_the_token_budget_officernd_is_busy_and_the_place_is_kept(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "2")]).await;
    for organization in ["studio-17", "kaffee-und-werk"] {
        app.connected(organization, "tally-desk", &[]).await;
    }
    let late = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&late.connect_url).await;
    says(&page, 503, "OfficeRnD is busy");
    says(&page, 503, "Your place is kept for 24 hours.");
    assert_eq!(app.calls("exchange").await, 2);
    assert_eq!(app.number("SELECT COUNT(*) FROM attempt_secrets WHERE code IS NOT NULL").await, 1);

    // Too early: still busy, still kept.
    app.clock.advance(30 * SECOND);
    says(&pressed(&mut browser, &page, "retry").await, 503, "OfficeRnD is busy");
    assert_eq!(app.calls("exchange").await, 2);

    app.clock.advance(31 * SECOND);
    let ready = pressed(&mut browser, &page, "retry").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    assert_eq!(app.number("SELECT COUNT(*) FROM attempt_secrets WHERE code IS NOT NULL").await, 0);
    done(&app, &mut browser, &ready).await;
    assert!(app.most_in_a_minute("demo-tally-desk").await <= 2);
}

async fn one_integrations_budget_is_not_anothers(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    app.connected("studio-17", "tally-desk", &[]).await;
    let other = app.install("studio-17", "portunus-access", &[]).await;
    opened(&mut app.browser(), &other.connect_url).await;
}

on_both_databases!(
    five_bad_codes_stop_an_address_and_nobody_else,
    a_whole_ipv6_network_is_one_address,
    officernds_trouble_is_not_counted_against_anybody,
    beyond_the_token_budget_officernd_is_busy_and_the_place_is_kept,
    one_integrations_budget_is_not_anothers,
);
