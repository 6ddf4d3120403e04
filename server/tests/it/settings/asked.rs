//! What is asked about or refused before it is done, whichever button leads there: a version, a lock, a disconnect.

use serde_json::json;
use server::clock::MINUTE;
use server::domain::connection::Connection;
use server::services::health;

use super::configure;
use super::desk::{BRS, DOORS, Desk, PAY, RTM, WIFI};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Answer, Database, Installed, TestApp, on_both_databases};

/// Saves a dangerous value at a location by typing its name.
async fn delete_at_rotterdam(desk: &mut Desk) {
    let rotterdam = desk.at(RTM);
    let fields = [("own", "no_group_policy"), ("f.no_group_policy", "delete")];
    let asked = desk.post(&rotterdam, &fields, "save").await;
    assert!(asked.location.contains("/confirm/"), "{}", asked.location);
    let version = desk.version().await;
    let typed = [("version", version.as_str()), ("typed", "rotterdam katendrecht"), ("act", "save")];
    Desk::is_saved(&desk.browser.submit(&asked.location, &typed).await);
}

/// Presses Restore on the page of a version.
async fn restore(desk: &mut Desk, version: i64) -> Answer {
    let now = desk.version().await;
    let act = format!("restore:{version}");
    let address = format!("{}/history/{version}", desk.home);
    desk.browser.submit(&address, &[("version", now.as_str()), ("act", act.as_str())]).await
}

async fn a_version_with_a_dangerous_value_is_asked_about(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    delete_at_rotterdam(&mut desk).await;
    let dangerous = desk.stored().await;
    let rotterdam = desk.at(RTM);
    Desk::is_saved(&desk.post(&rotterdam, &[("reset", "no_group_policy")], "save").await);
    let harmless = desk.stored().await.version;

    let asked = restore(&mut desk, dangerous.version).await;
    assert_eq!(asked.status, 303);
    assert!(asked.location.contains("/confirm/"), "{}", asked.location);
    assert_eq!(desk.stored().await.version, harmless, "nothing of it is restored");
    let page = desk.browser.get(&asked.location).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Restore this dangerous value for"), "{}", page.text);
    assert!(page.text.contains("Back to the version"), "{}", page.text);
    let version = desk.version().await;
    for wrong in ["", "Rotterdam – Katendrecht"] {
        let typed = [("version", version.as_str()), ("typed", wrong), ("act", "save")];
        assert_eq!(desk.browser.submit(&asked.location, &typed).await.status, 422, "{wrong}: the name is another");
    }
    let back = [("version", version.as_str()), ("act", "edit")];
    let address = format!("{}/history/{}", desk.home, dangerous.version);
    assert_eq!(desk.browser.submit(&asked.location, &back).await.location, address);
    assert_eq!(desk.stored().await.version, harmless);

    let typed = [("version", version.as_str()), ("typed", "Harbour & Loom"), ("act", "save")];
    let done = desk.browser.submit(&asked.location, &typed).await;
    Desk::is_saved(&done);
    assert_eq!(desk.own(RTM, "no_group_policy").await, "delete");
    assert_eq!(desk.stored().await.version, harmless + 1);
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 0);
    let history = desk.browser.get(&done.location).await;
    assert!(history.text.contains("is restored") && history.text.contains("2026"), "{}", history.text);
    // Sent twice, it is restored once.
    let again = desk.browser.submit(&asked.location, &typed).await;
    assert_eq!((again.status, again.location), (303, desk.home.clone()));
    assert_eq!(desk.stored().await.version, harmless + 1);
    // A version without anything new that is dangerous comes back at once.
    Desk::is_saved(&restore(&mut desk, harmless).await);
    assert_eq!(desk.own(RTM, "no_group_policy").await, "nothing");
    desk.history_is_complete().await;
}

/// What others saved since the counts were made is counted again.
async fn a_question_about_a_version_is_asked_anew_when_others_saved(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    delete_at_rotterdam(&mut desk).await;
    let dangerous = desk.stored().await.version;
    let (home, rotterdam) = (desk.home.clone(), desk.at(RTM));
    Desk::is_saved(&desk.post(&rotterdam, &[("reset", "no_group_policy")], "save").await);
    let asked = restore(&mut desk, dangerous).await;
    let counted = desk.version().await;
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await);
    let typed = [("version", counted.as_str()), ("typed", "Harbour & Loom"), ("act", "save")];
    let answer = desk.browser.submit(&asked.location, &typed).await;
    assert_eq!(answer.status, 422, "shown anew: {}", answer.location);
    assert!(answer.text.contains("<title>Error: "), "{}", answer.text);
    assert!(answer.text.contains("value=\"Harbour &amp; Loom\""), "the name stays: {}", answer.text);
    assert!(!answer.text.contains("id=\"typed-e\""), "it is the right one: {}", answer.text);
    assert_eq!(desk.organization("early_entry").await, 5);
    assert_eq!(desk.own(RTM, "no_group_policy").await, "nothing");
}

/// Nobody can enter a secret of the past again, so what says where it is sent stays as it is.
async fn a_restored_version_sends_no_secret_elsewhere(database: Database) {
    let mut desk = Desk::filled(database, WIFI).await;
    let first = desk.stored().await;
    let (home, bristol) = (desk.home.clone(), desk.at(BRS));
    let elsewhere = [
        ("own", "controller_address"),
        ("f.controller_address", "wifi.example.net:8443"),
        ("own", "api_token"),
        ("f.api_token", "the-token-for-the-new-address"),
    ];
    Desk::is_saved(&desk.post(&bristol, &elsewhere, "save").await);
    let page = desk.browser.get(&format!("{home}/history/{}", first.version)).await;
    assert!(page.text.contains("These cannot be restored"), "{}", page.text);
    let answer = restore(&mut desk, first.version).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(desk.own(BRS, "controller_address").await, "wifi.example.net:8443");
}

async fn a_lock_that_brings_a_dangerous_value_into_use_is_asked_about(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    // Lisbon does not charge by itself; the organization's word would count there.
    let asked = desk.post(&home, &[], "lock:auto_charge").await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    assert!(asked.location.contains("/confirm/"), "{}", asked.location);
    assert!(desk.stored().await.layers.locks.is_empty());
    let page = desk.browser.get(&asked.location).await;
    assert!(page.text.contains("12 unpaid invoices"), "{}", page.text);
    let version = desk.version().await;
    let back = desk.browser.submit(&asked.location, &[("version", version.as_str()), ("act", "edit")]).await;
    assert_eq!(back.location, home);
    let done = desk.browser.submit(&asked.location, &[("version", version.as_str()), ("act", "save")]).await;
    assert_eq!((done.status, done.location), (303, home.clone()));
    assert!(desk.stored().await.layers.locks.contains_key("auto_charge"));
    // What it cannot make worse is set at once, and told in words of its own.
    assert_eq!(desk.post(&home, &[], "lock:min_charge").await.status, 200);
    assert!(desk.stored().await.layers.locks.contains_key("min_charge"));
    let history = desk.browser.get(&format!("{home}/history")).await;
    assert!(history.text.contains("set for all locations"), "{}", history.text);
    desk.history_is_complete().await;
}

/// A connection of the payments sample, as its steps would leave it, with a partner system that counts as told.
async fn charging(database: Database) -> (TestApp, TestPartner, Installed) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let installed = app.install("harbour-and-loom", PAY, &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    let now = app.clock.now();
    let stored = app.stored(app.connection_of(&installed).await).await;
    let mut tx = app.app.db.begin().await.unwrap();
    health::save(&app.app, &mut tx, &Connection { finished_at: Some(now), ..stored }, false, now).await.unwrap();
    tx.commit().await.unwrap();
    (app, partner, installed)
}

fn pending(partner: &TestPartner, count: u64) {
    partner.mood_of(PAY, "facts", Mood::Status(200));
    partner.answers(PAY, "facts", json!({ "facts": { "payments_pending": count } }));
}

async fn a_disconnect_waits_for_what_is_under_way(database: Database) {
    let (app, partner, installed) = charging(database).await;
    let connection = app.connection_of(&installed).await;
    pending(&partner, 7);
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    let page = format!("{home}/disconnect");
    let held = browser.get(&page).await;
    assert_eq!(held.status, 200);
    assert!(held.text.contains("7 payments are on their way."), "{}", held.text);
    assert!(!held.text.contains("value=\"disconnect\""), "there is no button to press");
    // Whoever had the page open before is refused all the same, and nothing has changed.
    let refused = browser.press(&page, "disconnect").await;
    assert_eq!((refused.status, &refused.location), (303, &page));
    assert_eq!(app.stored(connection).await.disconnected, None);
    assert_eq!(app.number("SELECT COUNT(*) FROM grants").await, 1);

    // Nobody knows: it is refused, in words.
    app.clock.advance(MINUTE);
    partner.mood_of(PAY, "facts", Mood::Status(503));
    let unknown = browser.get(&page).await;
    assert!(unknown.text.contains("does not say now"), "{}", unknown.text);
    assert_eq!(browser.press(&page, "disconnect").await.location, page);
    assert_eq!(app.stored(connection).await.disconnected, None);

    // The count of this moment decides, not that of the page.
    app.clock.advance(MINUTE);
    pending(&partner, 3);
    assert!(browser.get(&page).await.text.contains("3 payments are on their way."));
    pending(&partner, 0);
    assert_eq!(browser.press(&page, "disconnect").await.location, home);
    assert!(app.stored(connection).await.disconnected.is_some());
}

/// OfficeRnD's own removal is a fact, and no rule of a manifest holds it up.
async fn a_removal_in_officernd_is_not_held_up(database: Database) {
    let (app, partner, installed) = charging(database).await;
    pending(&partner, 7);
    let subscription = app.subscription(&installed).await;
    assert_eq!(app.deliver(&subscription, br#"{"eventType":"integration.removed"}"#).await.status, 200);
    app.run_jobs().await;
    assert!(app.stored(app.connection_of(&installed).await).await.disconnected.is_some());
}

on_both_databases!(
    a_version_with_a_dangerous_value_is_asked_about,
    a_question_about_a_version_is_asked_anew_when_others_saved,
    a_restored_version_sends_no_secret_elsewhere,
    a_lock_that_brings_a_dangerous_value_into_use_is_asked_about,
    a_disconnect_waits_for_what_is_under_way,
    a_removal_in_officernd_is_not_held_up
);
