//! A Configure link becomes a visit: once, in one browser, for a while.

use futures_util::future::join_all;
use serde_json::json;
use server::clock::{HOUR, MINUTE};

use super::configure;
use crate::support::{Database, TestApp, on_both_databases};

async fn a_link_opens_one_visit_in_one_browser(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let url = app.signed_url(&installed, "configure", &json!({})).await;

    let mut mine = app.browser();
    let opened = mine.get(&url).await;
    assert_eq!(opened.status, 303);
    assert_eq!(opened.location, format!("/settings/{}", app::ids::ConnectionId(connection)));
    assert_eq!(opened.header("referrer-policy"), "no-referrer");
    assert_eq!(opened.header("cross-origin-opener-policy"), "unsafe-none");
    assert_eq!(opened.header("cache-control"), "no-store");
    let cookies: Vec<_> = opened.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 1);
    let cookie = cookies[0].to_str().unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    assert!(name.starts_with("__Host-desk-") && name.len() == "__Host-desk-".len() + 12, "{name}");
    assert_eq!(value.len(), 43, "256 bits");
    assert_eq!(attributes, "Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(mine.get(&opened.location).await.status, 200);

    // The same link in the same browser, as after the back button.
    app.clock.advance(50_000);
    let again = mine.get(&url).await;
    assert_eq!((again.status, &again.location), (303, &opened.location));
    assert!(again.headers.get("set-cookie").is_none(), "the visit goes on, it is no new one");
    assert_eq!(app.number("SELECT COUNT(*) FROM desk_sessions").await, 1);
    assert_eq!(app.happened(connection, "configure.opened").await, 1);

    // Whoever copied it comes too late, with and without a cookie of some other visit.
    let mut thief = app.browser();
    let refused = thief.get(&url).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text.contains("Open Configure again in OfficeRnD"));
    assert!(refused.headers.get("set-cookie").is_none());
    thief.cookies.insert(name.to_owned(), "A".repeat(43));
    assert_eq!(thief.get(&url).await.text, refused.text);
    assert_eq!(thief.get(&opened.location).await.status, 401);

    app.clock.advance(11_000);
    assert_eq!(mine.get(&url).await.status, 401, "the link is older than a minute");
    assert_eq!(mine.get(&opened.location).await.status, 200, "the visit goes on");
}

async fn simultaneous_openings_make_one_visit(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    let answers = join_all((0..6).map(|_| async { app.browser().get(&url).await.status })).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5, "{answers:?}");
    assert_eq!(app.number("SELECT COUNT(*) FROM desk_sessions").await, 1);
}

async fn a_visit_ends_after_an_idle_hour(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = configure(&app, &mut browser, &installed).await;
    // An hour counts from the last page, not from the first.
    for minutes in [4, 59, 59, 3, 58] {
        app.clock.advance(minutes * MINUTE);
        assert_eq!(browser.get(&page).await.status, 200, "{minutes} minutes after the last page");
    }
    app.clock.advance(60 * MINUTE);
    let ended = browser.get(&page).await;
    assert_eq!(ended.status, 401);
    assert!(ended.text.contains("Open Configure again in OfficeRnD"));
    assert_eq!(browser.press(&format!("{page}/disconnect"), "disconnect").await.status, 401);
    assert_eq!(app.stored(app.connection_of(&installed).await).await.disconnected, None);
}

async fn a_visit_lasts_eight_hours_at_most(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = configure(&app, &mut browser, &installed).await;
    for _ in 0..15 {
        app.clock.advance(30 * MINUTE);
        assert_eq!(browser.get(&page).await.status, 200);
    }
    app.clock.advance(30 * MINUTE - 1);
    assert_eq!(browser.get(&page).await.status, 200);
    app.clock.advance(1);
    assert_eq!(browser.get(&page).await.status, 401);
    // A later Configure starts anew, and what is over is forgotten after a while.
    configure(&app, &mut browser, &installed).await;
    assert_eq!(browser.get(&page).await.status, 200);
    app.clock.advance(40 * HOUR);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM desk_sessions").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM configure_links").await, 0);
}

/// Two windows on two connections do not mix, and each link opens its own.
async fn visits_of_two_connections_stand_side_by_side(database: Database) {
    let app = TestApp::start(database).await;
    let first = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010000"]).await;
    let second = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010001"]).await;
    let mut browser = app.browser();
    let one = configure(&app, &mut browser, &first).await;
    assert_eq!(browser.get(&one).await.status, 200);
    let two = configure(&app, &mut browser, &second).await;
    assert_ne!(one, two);
    let (one, two) = (browser.get(&one).await, browser.get(&two).await);
    assert!(one.text.contains("Rotterdam") && !one.text.contains("Bristol"), "{}", one.text);
    assert!(two.text.contains("Bristol") && !two.text.contains("Rotterdam"), "{}", two.text);
}

/// What is kept of a cookie and a link is a digest.
async fn nothing_that_opens_a_visit_is_stored(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    configure(&app, &mut browser, &installed).await;
    let cookie = browser.cookies.values().next().unwrap().clone();
    let stored: Vec<u8> = app.rows("SELECT digest FROM desk_sessions").await[0].try_get_by_index(0).unwrap();
    assert_eq!(stored.len(), 32);
    let mut thief = app.browser();
    for guess in [hex::encode(&stored), cookie.to_ascii_lowercase(), cookie[..42].to_owned(), format!("{cookie}A")] {
        thief.cookies = [(browser.cookies.keys().next().unwrap().clone(), guess)].into();
        let page = format!("/settings/{}", app::ids::ConnectionId(app.connection_of(&installed).await));
        assert_eq!(thief.get(&page).await.status, 401);
    }
}

on_both_databases!(
    a_link_opens_one_visit_in_one_browser,
    simultaneous_openings_make_one_visit,
    a_visit_ends_after_an_idle_hour,
    a_visit_lasts_eight_hours_at_most,
    visits_of_two_connections_stand_side_by_side,
    nothing_that_opens_a_visit_is_stored
);
