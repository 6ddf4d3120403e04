//! Where each location may have one connection: who comes second waits, says so, and goes on by itself or by a click.

use serde_json::json;

use super::steps::{DOORS, ENTRIES, accept};
use super::{account_name, done_with, opened, pressed, says};
use crate::settings::configure;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Browser, Database, Installed, Manifests, TestApp, on_both_databases};
use crate::webhooks::removal::REMOVED;

pub(super) const FIRST: &str = "65f0a1b2c3d4e5f700010000";
pub(super) const SECOND: &str = "65f0a1b2c3d4e5f700010001";

/// A pop-up whose steps are done, at the review.
pub(super) async fn reviewed(app: &TestApp, locations: &[&str]) -> (Installed, Browser, String) {
    let installed = app.install("harbour-and-loom", DOORS, locations).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    pressed(&mut browser, &page, "next").await;
    let home = page.path;
    for (step, entries) in [("credentials", &ENTRIES[..]), ("site", &[("f-site", "site-nl"), ("act", "next")])] {
        let answer = browser.submit(&format!("{home}/steps/{step}"), entries).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    (installed, browser, home)
}

pub(super) async fn doors(database: Database) -> (TestPartner, TestApp) {
    let partner = TestPartner::start().await;
    partner.mood(DOORS, Mood::Status(200));
    accept(&partner);
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    (partner, app)
}

async fn message(app: &TestApp, installed: &Installed) -> String {
    let answer = app.call(installed, "healthcheck", &json!({})).await;
    answer.json()["message"].as_str().unwrap_or_default().to_owned()
}

async fn the_second_waits_until_the_first_is_gone(database: Database) {
    let (partner, app) = doors(database).await;
    let (first, mut window, home) = reviewed(&app, &[FIRST]).await;
    done_with(&app, &window.press(&home, "next").await);
    let account = json!({ "id": "hl-2", "name": "Second doors" });
    partner.answers(DOORS, "verify", json!({ "ok": true, "account": account }));
    let (second, mut window, home) = reviewed(&app, &[FIRST, SECOND]).await;
    let words = "The connection with account <bdi>Harbour doors</bdi> covers some of these locations already";
    let page = window.follow(&home).await;
    says(&page, 200, words);
    assert!(!page.text.contains("Ready to connect"), "{}", page.text);
    // Connect is refused, in the same words.
    let refused = window.press(&home, "next").await;
    assert_eq!((refused.status, &refused.location), (303, &home));
    says(&window.follow(&home).await, 200, words);
    assert_eq!(app.connection(&second).await["state"], "finish_set_up");
    assert!(message(&app, &second).await.contains("account Harbour doors covers"), "{}", message(&app, &second).await);
    let mut admin = app.browser();
    let settings = configure(&app, &mut admin, &second).await;
    says(&admin.get(&settings).await, 200, words);
    says(&admin.get(&format!("{settings}/review")).await, 200, words);
    assert_eq!(admin.press(&format!("{settings}/review"), "next").await.location, settings);
    assert_eq!(app.connection(&second).await["state"], "finish_set_up");
    assert_eq!(account_name(&app, &first).await.as_deref(), Some("Harbour doors"), "the first goes on");

    app.clock.advance(1_000);
    let subscription = app.subscription(&first).await;
    assert_eq!(app.deliver(&subscription, REMOVED).await.status, 200);
    app.run_jobs().await;
    let page = window.follow(&home).await;
    says(&page, 200, "Ready to connect");
    done_with(&app, &window.press(&home, "next").await);
    assert_eq!(account_name(&app, &second).await.as_deref(), Some("Second doors"));
    let id = app.connection_of(&second).await;
    assert_eq!(
        (app.happened(id, "connection.overlaps").await, app.happened(id, "connection.overlap_ended").await),
        (1, 1)
    );

    // The first comes back, and is the second now.
    app.clock.advance(1_000);
    let again = app.connect_again(&first).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    browser.press(&page.path, "next").await;
    assert_eq!(app.connection(&first).await["state"], "finish_set_up");
    assert_eq!(account_name(&app, &second).await.as_deref(), Some("Second doors"));
}

async fn other_locations_end_it_too(database: Database) {
    let (_partner, app) = doors(database).await;
    let (first, mut window, home) = reviewed(&app, &[FIRST]).await;
    done_with(&app, &window.press(&home, "next").await);
    let (second, mut window, home) = reviewed(&app, &[SECOND]).await;
    says(&window.follow(&home).await, 200, "Ready to connect");
    done_with(&app, &window.press(&home, "next").await);
    assert_eq!(app.connection(&second).await["state"], "connected");
    // OfficeRnD's next Configure says that the second covers more now.
    app.clock.advance(1_000);
    let both = json!({ "parameters": { "locations": format!("{FIRST},{SECOND}") } });
    app.call(&second, "configure", &both).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&second).await["state"], "finish_set_up");
    assert_eq!(app.connection(&first).await["state"], "connected");
    app.clock.advance(1_000);
    app.call(&first, "configure", &json!({ "parameters": { "locations": "65f0a1b2c3d4e5f700010002" } })).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&second).await["state"], "connected", "by itself: it was set up before");
    // The partner system hears that it may begin.
    let id = app.connection_of(&second).await;
    let told = app.texts("SELECT body FROM events WHERE kind = 'connection.connected'").await;
    let id = app::ids::ConnectionId(id).to_string();
    assert_eq!(told.iter().flatten().filter(|body| body.contains(&id)).count(), 2, "{told:?}");
}

async fn without_steps_it_waits_as_well(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let sample = std::fs::read_to_string(Manifests::default().folder.join("tally-desk.json")).unwrap();
    let one = sample.replace(r#""one_connection_per_location": false"#, r#""one_connection_per_location": true"#);
    assert_ne!(one, sample);
    std::fs::write(folder.path().join("tally-desk.json"), one).unwrap();
    let logo = "tally-desk.svg";
    std::fs::copy(Manifests::default().folder.join(logo), folder.path().join(logo)).unwrap();
    let manifests = Manifests { folder: folder.path().to_owned(), ..Manifests::default() };
    let app = TestApp::start_beside(database, &[], manifests).await;
    let first = app.connected("studio-17", "tally-desk", &[]).await;
    let second = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &second.connect_url).await;
    says(&page, 200, "Each location can have one connection only. This one would wait");
    let waits = pressed(&mut browser, &page, "next").await;
    says(&waits, 200, "The connection with account <bdi>Studio 17</bdi> covers some of these locations already");
    assert_eq!(app.connection(&second).await["state"], "finish_set_up");
    app.clock.advance(1_000);
    app.remove(&first).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&second).await["state"], "connected");
    says(&browser.follow(&page.path).await, 200, "Only this window stayed open");
    assert_eq!(account_name(&app, &second).await.as_deref(), Some("Studio 17"));
}

/// A set-up that somebody left in the middle covers nothing, and the page does not warn of it.
async fn one_that_was_never_finished_is_in_nobodys_way(database: Database) {
    let (_partner, app) = doors(database).await;
    let (left, _, _) = reviewed(&app, &[FIRST]).await;
    let (second, mut window, home) = reviewed(&app, &[FIRST]).await;
    let page = window.follow(&home).await;
    says(&page, 200, "Ready to connect");
    assert!(!page.text.contains("covers"), "{}", page.text);
    done_with(&app, &window.press(&home, "next").await);
    assert_eq!(app.connection(&second).await["state"], "connected");
    assert_eq!(app.connection(&left).await["state"], "finish_set_up");
}

on_both_databases!(
    one_that_was_never_finished_is_in_nobodys_way,
    the_second_waits_until_the_first_is_gone,
    other_locations_end_it_too,
    without_steps_it_waits_as_well,
);
