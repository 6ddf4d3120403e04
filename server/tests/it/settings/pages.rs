//! What the pages of a connection say, and what they never say.

use app::ids::ConnectionId;
use serde_json::json;
use server::clock::HOUR;

use super::configure;
use crate::support::{Answer, Database, TestApp, on_both_databases};

fn is_a_page_of_ours(page: &Answer) {
    assert_eq!(page.header("x-robots-tag"), "noindex");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cross-origin-opener-policy"), "unsafe-none");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self'"), "{policy}");
    assert!(policy.contains("base-uri 'none'; frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
}

/// Position of a text, so that an order can be checked.
fn at(page: &str, text: &str) -> usize {
    page.find(text).unwrap_or_else(|| panic!("{text:?} is not on the page: {page}"))
}

async fn the_page_says_whose_it_is_and_how_it_stands(database: Database) {
    let app = TestApp::start(database).await;
    let two = ["65f0a1b2c3d4e5f700010000", "65f0a1b2c3d4e5f700010002"];
    let installed = app.connected("harbour-and-loom", "tally-desk", &two).await;
    app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    app.connected("harbour-and-loom", "ledgerline-pay", &[]).await;
    let id = ConnectionId(app.connection_of(&installed).await);
    app.clock.advance(HOUR);
    app.call(&installed, "sync", &json!({ "parameters": { "sync": "off" } })).await;
    app.clock.advance(HOUR);
    app.call(&installed, "sync", &json!({})).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    let page = browser.get(&home).await;
    assert_eq!(page.status, 200);
    is_a_page_of_ours(&page);
    let text = &page.text;
    for shown in [
        "Tallydesk Print",
        "Harbour &amp; Loom",
        "Connected",
        "OfficeRnD accepts our login",
        "Subscribed",
        "Rotterdam – Katendrecht",
        "Lisboa · Marvila",
        "2 locations",
        "A location you open later does not join by itself.",
        "harbour-and-loom",
        &id.to_string(),
        &format!("/settings/{id}/reconnect"),
        &format!("/settings/{id}/disconnect"),
    ] {
        at(text, shown);
    }
    for hidden in ["Bristol", "Kaffee", "Ledgerline", "65f0a1b2c3d4e5f600000001", &installed.integration_id] {
        assert!(!text.contains(hidden), "{hidden} does not belong on this page");
    }
    // Newest first, with who did it.
    let opened = at(text, "Configure was opened");
    let asked = at(text, "A run was asked for");
    let on = at(text, "Synchronization switched on");
    let off = at(text, "Synchronization switched off");
    assert!(opened < asked && asked.max(on) < off, "newest first");
    assert!(at(text, "OfficeRnD member <bdi>65f0a1b2c3d4e5f60ad00001</bdi>") > opened);
    assert!(at(text, "Subscribed to events of OfficeRnD") > off);
}

async fn all_locations_are_said_in_words(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("hyperlink-1", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    let page = browser.get(&home).await;
    at(&page.text, "All locations, 1 today");
    at(&page.text, "A location you open later joins by itself.");
    // Names are data: neither markup nor a formula.
    at(&page.text, "=HYPERLINK(1)");
    at(&page.text, "&lt;b&gt;1 &amp; 2&lt;/b&gt;");
    assert!(!page.text.contains("<b>1"));
}

async fn reconnect_says_where_its_button_is(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    let counts = app.counts().await;
    let page = browser.get(&format!("{home}/reconnect")).await;
    assert_eq!(page.status, 200);
    is_a_page_of_ours(&page);
    at(&page.text, "Only OfficeRnD can start this");
    at(&page.text, &format!("href=\"{}", app.simulator_url));
    at(&page.text, &format!("href=\"{home}\""));
    assert!(!page.text.contains("<form"), "nothing can be pressed here");

    let page = browser.get(&format!("{home}/disconnect")).await;
    assert_eq!(page.status, 200);
    is_a_page_of_ours(&page);
    at(&page.text, "Nothing has happened yet.");
    at(&page.text, "Disconnect <bdi>Tallydesk Print</bdi> from <bdi>Harbour &amp; Loom</bdi>?");
    at(&page.text, "4");
    at(&page.text, "all of them, also later ones");
    at(&page.text, "Within 30 days your settings and history are still there.");
    assert_eq!(app.counts().await, counts, "looking changes nothing");
    assert_eq!(app.stored(app.connection_of(&installed).await).await.disconnected, None);
}

async fn a_refused_grant_is_said_with_what_to_do(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.clock.advance(2 * HOUR);
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    let id = ConnectionId(app.connection_of(&installed).await);
    let key = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    assert_eq!(app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await.status, 409);
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    let page = browser.get(&home).await;
    at(&page.text, "OfficeRnD no longer accepts our login");
    at(&page.text, "OfficeRnD refuses our login");
    at(&page.text, "choose Connect again in OfficeRnD");
    assert!(!page.text.contains("OfficeRnD accepts our login"));
}

async fn other_addresses_are_not_there(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    for path in [format!("{home}/locations"), format!("{home}/disconnect/now"), format!("{home}x"), "/settings".into()]
    {
        let answer = browser.get(&path).await;
        assert!(matches!(answer.status, 401 | 404), "{path}: {}", answer.status);
        assert!(!answer.text.contains("Harbour"), "{path}");
    }
    // A button of another form, and a form where there is none.
    assert_eq!(browser.press(&home, "disconnect").await.status, 400);
    assert_eq!(browser.press(&format!("{home}/reconnect"), "disconnect").await.status, 405);
    assert_eq!(browser.press(&format!("{home}/disconnect"), "something").await.status, 400);
    assert_eq!(app.stored(app.connection_of(&installed).await).await.disconnected, None);
}

on_both_databases!(
    the_page_says_whose_it_is_and_how_it_stands,
    all_locations_are_said_in_words,
    reconnect_says_where_its_button_is,
    a_refused_grant_is_said_with_what_to_do,
    other_addresses_are_not_there
);
