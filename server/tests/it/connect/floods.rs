//! Floods of invented codes: what they cost others, OfficeRnD and the database. The clock is the test's, so a minute
//! is as long as it takes.

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use serde_json::json;
use server::clock::{MINUTE, SECOND};
use server::storage::attempts;

use super::{done, pressed, says};
use crate::support::{Answer, Browser, Database, TestApp, on_both_databases};

/// OfficeRnD's documented limit.
const FIVE: (&str, &str) = ("REFRESH__REQUESTS_PER_MINUTE", "5");
const BEHIND_A_PROXY: (&str, &str) = ("TRUSTED_PROXIES", "127.0.0.1");
const MANY: usize = 1_000;
const AT_ONCE: usize = 16;

/// As many invented codes, and how often each status came back; 303 leads to the page of an attempt.
async fn flood(app: &TestApp, round: usize, address: impl Fn(usize) -> String) -> Vec<(u16, usize)> {
    let calls = (0..MANY).map(|number| {
        let mut browser = app.browser();
        browser.forwarded_for = Some(address(number));
        let code = format!("garbage-{round}-{number}");
        let url = format!("{}/i/tally-desk/connect?code={code}&org_slug=studio-17&integrationId=x", app.url);
        async move { browser.get(&url).await.status }
    });
    let mut statuses: Vec<u16> = iter(calls).buffer_unordered(AT_ONCE).collect().await;
    statuses.sort_unstable();
    statuses.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
}

/// How many attempts are in each stage.
async fn ends(app: &TestApp) -> Vec<(String, i64)> {
    let rows = app.rows("SELECT stage, COUNT(*) FROM connect_attempts GROUP BY stage ORDER BY stage").await;
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

fn honest(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.forwarded_for = Some("203.0.113.9".to_owned());
    browser
}

#[track_caller]
fn is_busy(page: &Answer) {
    says(page, 503, "OfficeRnD is busy");
    says(page, 503, "Your place is kept for 24 hours.");
}

async fn from_one_address_an_honest_admin_waits_a_minute_at_most(database: Database) {
    let app = TestApp::start_with(database, &[BEHIND_A_PROXY, FIVE]).await;
    let attacker = |_| "198.51.100.7".to_owned();
    flood(&app, 0, attacker).await;
    assert_eq!(app.calls("exchange").await, 5, "what an address may spend");
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = honest(&app);
    let page = browser.follow(&installed.connect_url).await;
    is_busy(&page);
    // The flood goes on, and is answered without OfficeRnD and without a row.
    app.clock.advance(MINUTE);
    let rows = app.counts().await;
    assert_eq!(flood(&app, 1, attacker).await, [(429, MANY)]);
    assert_eq!(app.counts().await, rows);
    let ready = pressed(&mut browser, &page, "retry").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    done(&app, &mut browser, &ready).await;
    assert_eq!(app.connection(&installed).await["state"], "connected");
    assert_eq!(app.calls("exchange").await, 6);
    assert!(app.most_in_a_minute("demo-tally-desk").await <= 5);
    // What the first wave left: the refused codes, and at most the places of one address.
    let attempts = app.number("SELECT COUNT(*) FROM connect_attempts").await;
    assert!(attempts <= 5 + 20 + 1, "{attempts}");
}

async fn from_everywhere_an_honest_admin_connects_when_it_stops(database: Database) {
    let app = TestApp::start_with(database, &[BEHIND_A_PROXY, FIVE]).await;
    let everywhere = |number: usize| format!("198.18.{}.{}", number / 250, number % 250);
    assert_eq!(flood(&app, 0, everywhere).await, [(303, MANY)]);
    assert_eq!(ends(&app).await, [("failed".to_owned(), 5), ("waiting".to_owned(), 995)]);
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = honest(&app);
    let page = browser.follow(&installed.connect_url).await;
    is_busy(&page);
    app.clock.advance(MINUTE);
    flood(&app, 1, everywhere).await;
    assert_eq!(ends(&app).await, [("failed".to_owned(), 10), ("waiting".to_owned(), 1_991)]);
    is_busy(&pressed(&mut browser, &page, "retry").await);
    // It stops.
    app.clock.advance(MINUTE);
    let ready = pressed(&mut browser, &page, "retry").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    done(&app, &mut browser, &ready).await;
    assert_eq!(app.connection(&installed).await["state"], "connected");
    assert_eq!(app.calls("exchange").await, 2 * 5 + 1);
    assert!(app.most_in_a_minute("demo-tally-desk").await <= 5);
}

/// An address has so many places for codes that wait; the one that nobody came back to for longest goes.
async fn an_address_fills_no_database(database: Database) {
    let app = TestApp::start_with(database, &[BEHIND_A_PROXY, ("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut kept = app.browser();
    kept.forwarded_for = Some("198.51.100.7".to_owned());
    let page = kept.follow(&installed.connect_url).await;
    is_busy(&page);
    let forgotten = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let mut left = app.browser();
    left.forwarded_for.clone_from(&kept.forwarded_for);
    let left_page = left.follow(&forgotten.connect_url).await;
    is_busy(&left_page);
    for number in 0..30 {
        app.clock.advance(SECOND / 10);
        let url = format!("{}/i/tally-desk/connect?code=more-{number}&org_slug=s&integrationId=x", app.url);
        let mut browser = app.browser();
        browser.forwarded_for.clone_from(&kept.forwarded_for);
        is_busy(&browser.follow(&url).await);
        // Whoever comes back keeps the place.
        is_busy(&pressed(&mut kept, &page, "retry").await);
    }
    let waiting = "SELECT COUNT(*) FROM connect_attempts WHERE waiting_from = '198.51.100.7'";
    assert_eq!(app.number(waiting).await, 20);
    assert_eq!(app.attempts_with_secrets().await, 20, "their codes went with them");
    says(&left.get(&left_page.path).await, 404, "This window has ended");
    app.clock.advance(MINUTE);
    let ready = pressed(&mut kept, &page, "retry").await;
    done(&app, &mut kept, &ready).await;
    assert_eq!(app.number(waiting).await, 19, "an address is kept as long as its code waits");
    // The code was never sent, so OfficeRnD's link is as good as new.
    app.clock.advance(MINUTE);
    let mut again = honest(&app);
    let ready = again.follow(&forgotten.connect_url).await;
    done(&app, &mut again, &ready).await;
}

/// All addresses together have so many.
async fn all_addresses_fill_no_database(database: Database) {
    let app = TestApp::start_with(database, &[BEHIND_A_PROXY, ("REFRESH__REQUESTS_PER_MINUTE", "1")]).await;
    app.connected("studio-17", "tally-desk", &[]).await;
    for number in 0..12 {
        app.clock.advance(1);
        let url = format!("{}/i/tally-desk/connect?code=c-{number}&org_slug=s-{number}&integrationId=x", app.url);
        let mut browser = app.browser();
        browser.forwarded_for = Some(format!("198.51.100.{number}"));
        is_busy(&browser.follow(&url).await);
    }
    let mut tx = app.app.db.begin().await.unwrap();
    attempts::make_room(&mut tx, "203.0.113.9", 3, 5).await.unwrap();
    tx.commit().await.unwrap();
    let left = app.texts("SELECT org_slug FROM connect_attempts WHERE stage = 'waiting' ORDER BY created_at").await;
    let left: Vec<&str> = left.iter().flatten().map(String::as_str).collect();
    assert_eq!(left, ["s-8", "s-9", "s-10", "s-11"], "room for one more");
}

/// What can be called without a code is answered as ever, and stored nowhere.
async fn calls_that_are_over_at_once_write_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let rows = app.counts().await;
    let connect = format!("{}/i/tally-desk/connect", app.url);
    for (query, status, words) in [
        ("", 200, "You chose not to connect"),
        ("?error=access_denied&error_description=no", 200, "You chose not to connect"),
        ("?code=x", 400, "OfficeRnD’s call was not complete"),
        ("?code=x&org_slug=s", 400, "OfficeRnD’s call was not complete"),
    ] {
        let mut browser = app.browser();
        let answer = browser.get(&format!("{connect}{query}")).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let page = browser.get(&answer.location).await;
        says(&page, status, words);
        // A reload shows it again, other browsers do not see it, and its buttons do nothing.
        says(&browser.get(&answer.location).await, status, words);
        says(&app.browser().get(&answer.location).await, 404, "This window has ended");
        for act in ["next", "retry"] {
            let pressed = browser.press(&answer.location, act).await;
            assert_eq!((pressed.status, &pressed.location), (303, &answer.location));
        }
        assert!(browser.press(&answer.location, "cancel").await.location.ends_with(super::RETURN));
        // A day later it has ended for everybody.
        app.clock.advance(24 * 60 * MINUTE + 1);
        says(&browser.get(&answer.location).await, 404, "This window has ended");
    }
    app.written().await;
    assert_eq!(app.counts().await, rows);
    assert_eq!(app.number("SELECT COUNT(*) FROM seen_calls").await, 0, "nor is it a connect that was tried");
    assert_eq!(app.calls("exchange").await, 0);
    super::opened(&mut app.browser(), &app.connect_with(&installed, &json!({})).await).await;
}

on_both_databases!(
    from_one_address_an_honest_admin_waits_a_minute_at_most,
    from_everywhere_an_honest_admin_connects_when_it_stops,
    an_address_fills_no_database,
    all_addresses_fill_no_database,
    calls_that_are_over_at_once_write_nothing,
);
