//! Buttons beside settings: one at a time, none too soon, and what came of the last press. And who pressed Save.

use futures_util::future::join_all;
use serde_json::json;
use server::clock::{DAY, SECOND};
use server::services::settings::{judged, people};

use super::as_shown::posted;
use super::desk::{BRS, DOORS, Desk, WIFI};
use crate::support::{Answer, Database, Manifests, on_both_databases};

async fn ten_presses_at_once_ask_once(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    let version = desk.version().await;
    for (button, kind) in [("run:test_connection", "settings.action"), ("run:sync_now", "settings.action")] {
        let before = desk.app.happened(desk.connection, kind).await;
        let presses = (0..10).map(|_| {
            let (mut browser, home, version) = (desk.browser.clone(), desk.home.clone(), version.clone());
            async move { browser.submit(&home, &[("version", version.as_str()), ("act", button)]).await }
        });
        let answers = join_all(presses).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        let early = answers.iter().filter(|answer| answer.text.contains("a moment ago")).count();
        assert_eq!(early, 9, "{button}");
        assert_eq!(desk.app.happened(desk.connection, kind).await, before + 1, "{button}");
    }
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM runs").await, 1);
}

async fn a_button_says_what_came_of_it_last(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, bristol) = (desk.home.clone(), desk.at(BRS));
    let page = desk.browser.get(&home).await;
    assert!(!page.text.contains("It worked"), "nobody has pressed anything");
    assert_eq!(desk.post(&home, &[], "run:test_connection").await.status, 200);
    assert_eq!(desk.post(&home, &[], "run:sync_now").await.status, 200);
    let page = desk.browser.get(&home).await;
    assert_eq!(page.text.matches("It worked").count(), 2, "{}", page.text);
    assert!(page.text.contains("Again from"), "the manifest names a minute: {}", page.text);
    // A run is the whole connection's, a check that of its place.
    assert_eq!(desk.browser.get(&bristol).await.text.matches("It worked").count(), 1);
    // The result stays when the time is over, and the reader's language says it.
    desk.app.clock.advance(61 * SECOND);
    desk.browser.cookies.insert("language".to_owned(), "de".to_owned());
    let page = desk.browser.get(&home).await;
    assert!(page.text.contains("Es hat geklappt") && !page.text.contains("Wieder ab"), "{}", page.text);
    desk.stop_partner();
    desk.app.clock.advance(61 * SECOND);
    desk.browser.cookies.remove("language");
    assert_eq!(desk.post(&home, &[], "run:test_connection").await.status, 200);
    let page = desk.browser.get(&home).await;
    assert!(page.text.contains("It did not work"), "{}", page.text);
}

fn holds(page: &Answer, name: &str, value: &str) -> bool {
    posted(&page.text, "settings").contains(&(name.to_owned(), value.to_owned()))
}

/// Nothing of it is saved, and each mistake stands at its field.
async fn a_check_is_made_with_what_is_typed(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, before) = (desk.home.clone(), desk.stored().await);
    let refused = "The sample partner does not know this value.";
    let typed = [
        ("own", "client_id"),
        ("f.client_id", "wrong-7"),
        ("own", "client_secret"),
        ("f.client_secret", "a-wrong-secret"),
        ("own", "early_entry"),
        ("f.early_entry", "5"),
    ];
    let answer = desk.post(&home, &typed, "run:test_connection").await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.matches(refused).count() >= 4, "in the list and at both fields: {}", answer.text);
    assert!(answer.text.contains("href=\"#f.client_id\""), "{}", answer.text);
    assert!(holds(&answer, "f.client_id", "wrong-7") && holds(&answer, "f.early_entry", "5"), "{}", answer.text);
    assert!(!answer.text.contains("a-wrong-secret") && answer.text.contains("Enter secrets again"), "{}", answer.text);
    // Whoever comes later reads nothing about entries that are not there.
    let page = desk.browser.get(&home).await;
    assert!(page.text.contains("What was typed then was not accepted"), "{}", page.text);
    assert!(!page.text.contains(refused), "{}", page.text);

    desk.app.clock.advance(6 * SECOND);
    let secret = [("own", "client_secret"), ("f.client_secret", "a-wrong-secret")];
    let typed = [("own", "client_id"), ("f.client_id", "hl@prod-8"), secret[0], secret[1]];
    let answer = desk.post(&home, &typed, "run:test_connection").await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("Nothing was checked"), "{}", answer.text);
    assert!(!answer.text.contains("a-wrong-secret") && answer.text.contains("Enter secrets again"), "{}", answer.text);
    assert!(holds(&answer, "f.client_id", "hl@prod-8"), "{}", answer.text);
    // Nobody was asked, so nobody has to wait.
    let typed = [("own", "client_id"), ("f.client_id", "hl-prod-8")];
    let answer = desk.post(&home, &typed, "run:test_connection").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("It is not saved yet"), "{}", answer.text);
    assert!(holds(&answer, "f.client_id", "hl-prod-8"), "{}", answer.text);
    assert!(!answer.text.contains("Enter secrets again"), "none was typed: {}", answer.text);
    let early = desk.post(&home, &secret, "run:test_connection").await;
    assert!(early.text.contains("a moment ago") && early.text.contains("Enter secrets again"), "{}", early.text);
    let after = desk.stored().await;
    assert_eq!((after.version, &after.layers), (before.version, &before.layers));
}

/// A stored secret goes where it was entered for, and nowhere else.
async fn a_check_of_another_address_wants_its_secret(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let own = Manifests::default().folder;
    let sample = std::fs::read_to_string(own.join("meshfern-wifi.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&sample).unwrap();
    manifest["sections"][0]["fields"].as_array_mut().unwrap().push(json!({
        "key": "test_controller", "kind": "action", "label": "Test controller", "scope": "both",
        "action": "partner.ping_controller"
    }));
    std::fs::write(folder.path().join("meshfern-wifi.json"), manifest.to_string()).unwrap();
    std::fs::copy(own.join("meshfern-wifi.svg"), folder.path().join("meshfern-wifi.svg")).unwrap();
    let manifests = Manifests { folder: folder.path().to_owned(), ..Manifests::default() };
    let mut desk = Desk::filled_beside(database, manifests, WIFI).await;
    let home = desk.home.clone();
    let mut typed = vec![
        ("own", "controller"),
        ("f.controller", "on_site"),
        ("own", "controller_address"),
        ("f.controller_address", "wifi.example.org:8443"),
    ];
    let answer = desk.post(&home, &typed, "run:test_controller").await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("since where it is sent has changed"), "{}", answer.text);
    assert!(answer.text.contains("Nothing was checked"), "{}", answer.text);
    assert!(holds(&answer, "f.controller_address", "wifi.example.org:8443"), "{}", answer.text);
    typed.extend([("own", "api_token"), ("f.api_token", "of-the-new-address")]);
    let answer = desk.post(&home, &typed, "run:test_controller").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("It is not saved yet"), "{}", answer.text);
    assert!(!answer.text.contains("of-the-new-address"), "{}", answer.text);
    // What is stored is asked about as ever.
    desk.app.clock.advance(6 * SECOND);
    let answer = desk.post(&home, &[], "run:test_controller").await;
    assert!(answer.status == 200 && answer.text.contains("Everything that is stored was accepted"), "{}", answer.text);
}

/// Nothing is saved by it, also not by Return in its line, and nothing that is typed is lost; Save saves all the same.
async fn an_admin_asks_why_it_is_so_for_a_member(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let bristol = desk.at(BRS);
    let page = desk.browser.get(&bristol).await;
    assert!(page.text.contains("name=\"about\""), "{}", page.text);
    let typed = [("own", "early_entry"), ("f.early_entry", "5"), ("about", " 65f0a1 ")];
    for act in ["explain", "return"] {
        let answer = desk.post(&bristol, &typed, act).await;
        assert_eq!(answer.status, 200, "{act}: {}", answer.location);
        assert!(answer.text.contains("The sample partner cannot do that."), "{act}: {}", answer.text);
        assert!(answer.text.contains("<bdi>65f0a1</bdi>"), "{act}: {}", answer.text);
        assert!(holds(&answer, "f.early_entry", "5") && holds(&answer, "about", "65f0a1"), "{act}: {}", answer.text);
    }
    assert_eq!(desk.own(BRS, "early_entry").await, 0);
    assert_eq!(desk.app.happened(desk.connection, "explain.asked").await, 2, "about whom, by whom");
    let other = desk.post(&bristol, &typed, "preview").await;
    assert!(holds(&other, "about", "65f0a1"), "{}", other.text);
    Desk::is_saved(&desk.post(&bristol, &typed, "save").await);
    assert_eq!(desk.own(BRS, "early_entry").await, 5);
    Desk::is_saved(&desk.post(&bristol, &[("own", "early_entry"), ("f.early_entry", "15")], "return").await);
    assert_eq!(desk.own(BRS, "early_entry").await, 15);
    assert_eq!(desk.post(&bristol, &[("about", " ")], "explain").await.status, 200);
    let long = "6".repeat(201);
    assert_eq!(desk.post(&bristol, &[("about", long.as_str())], "explain").await.status, 413);
    assert_eq!(desk.app.happened(desk.connection, "explain.asked").await, 2, "nobody was asked");
    let home = desk.home.clone();
    let secret = [("own", "client_secret"), ("f.client_secret", "typed-beside-a-question"), ("about", "65f0a1")];
    let answer = desk.post(&home, &secret, "explain").await;
    assert!(answer.text.contains("Enter secrets again"), "{}", answer.text);
    assert!(!answer.text.contains("typed-beside-a-question"), "{}", answer.text);
    desk.stop_partner();
    let answer = desk.post(&bristol, &[("about", "65f0a1")], "explain").await;
    assert!(answer.status == 200 && answer.text.contains("did not answer"), "{}", answer.text);
}

async fn a_file_is_made_once_and_says_when(database: Database) {
    let mut desk = Desk::filled(database, WIFI).await;
    let bristol = desk.at(BRS);
    assert_eq!(desk.post(&bristol, &[], "file:radius_bundle").await.header("content-type"), "application/zip");
    let early = desk.post(&bristol, &[], "file:radius_bundle").await;
    assert!(early.text.contains("a moment ago"), "{}", early.text);
    assert_eq!(desk.app.happened(desk.connection, "settings.downloaded").await, 1);
    let page = desk.browser.get(&bristol).await;
    assert!(page.text.contains("meshfern-radius-sample.zip"), "{}", page.text);
    desk.app.clock.advance(6 * SECOND);
    assert_eq!(desk.post(&bristol, &[], "file:radius_bundle").await.header("content-type"), "application/zip");
}

async fn lists_are_read_by_hand_once(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    desk.browser.get(&home).await;
    let lists = async |desk: &Desk| desk.app.calls("lists").await;
    let before = lists(&desk).await;
    desk.app.clock.advance(10 * SECOND);
    let mut read = 0;
    for _ in 0..10 {
        let answer = desk.post(&home, &[], "refresh:plan_groups").await;
        assert!(answer.text.contains("was read again"), "{}", answer.text);
        read = lists(&desk).await - before;
    }
    assert_eq!(read, 1);
    desk.app.clock.advance(6 * SECOND);
    desk.post(&home, &[], "refresh:plan_groups").await;
    assert_eq!(lists(&desk).await - before, 2);
}

const ADMIN: &str = "65f0a1b2c3d4e5f60ad00001";

/// OfficeRnD's name of a member stands beside the id, on every page that says who.
async fn whoever_changed_something_has_a_name(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await);
    let history = format!("{home}/history");
    let page = desk.browser.get(&history).await;
    assert!(page.text.contains(ADMIN) && !page.text.contains("Mia Jansen"), "not asked yet: {}", page.text);
    desk.app.run_jobs().await;
    for page in [&history, &home] {
        let page = desk.browser.get(page).await;
        assert!(page.text.contains("Mia Jansen"), "{}", page.text);
        assert!(page.text.contains(ADMIN), "{}", page.text);
    }
    assert_eq!(desk.app.calls("members").await, 1);
    // Whose name is known is not asked for at each visit.
    desk.visit().await;
    desk.app.run_jobs().await;
    assert_eq!(desk.app.calls("members").await, 1);
    desk.app.clock.advance(8 * DAY);
    desk.visit().await;
    // Reading the lists brings a token; a name alone asks for none.
    desk.app.run_jobs().await;
    assert_eq!(desk.app.calls("members").await, 2);
    // With the connection it goes.
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_lists WHERE source = 'ornd.members'").await, 1);
}

/// Whoever waits for OfficeRnD's names holds up no judgement.
async fn settings_are_judged_without_names(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    judged::judge(&desk.app.app, desk.connection).await.unwrap();
    assert_eq!(desk.app.calls("members").await, 0);
    people::learn(&desk.app.app, desk.connection).await.unwrap();
    assert_eq!(desk.app.calls("members").await, 1);
}

/// OfficeRnD's trouble leaves the id, and nothing else.
async fn a_name_that_cannot_be_had_holds_nothing_up(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    desk.app.fault("any", "503", &json!({ "times": 50 })).await;
    desk.app.run_jobs().await;
    let page = desk.browser.get(&desk.home.clone()).await;
    assert_eq!(page.status, 200);
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_lists WHERE source = 'ornd.members'").await, 0);
    desk.app.no_more_faults().await;
}

on_both_databases!(
    ten_presses_at_once_ask_once,
    a_button_says_what_came_of_it_last,
    a_check_is_made_with_what_is_typed,
    a_check_of_another_address_wants_its_secret,
    an_admin_asks_why_it_is_so_for_a_member,
    a_file_is_made_once_and_says_when,
    lists_are_read_by_hand_once,
    whoever_changed_something_has_a_name,
    settings_are_judged_without_names,
    a_name_that_cannot_be_had_holds_nothing_up
);
