//! What does not come back with a page is said at its field: a secret that was typed before something else was pressed.

use server::clock::{MINUTE, SECOND};

use super::as_shown::posted;
use super::desk::{BRS, DOORS, Desk, RTM, WIFI};
use crate::support::{Answer, Database, on_both_databases};

const SECRET: &str = "typed-before-another-button";
const ENGLISH: &str = "Enter Client secret again before you save: a secret does not stay on the page.";
const GERMAN: &str = "vor dem Speichern noch einmal ein: Ein Geheimnis bleibt nicht auf der Seite.";

fn holds(page: &Answer, name: &str, value: &str) -> bool {
    posted(&page.text, "settings").contains(&(name.to_owned(), value.to_owned()))
}

async fn whatever_is_pressed_the_field_asks_for_its_secret(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    let typed = [("own", "client_secret"), ("f.client_secret", SECRET), ("own", "early_entry"), ("f.early_entry", "5")];
    let acts =
        ["preview", "own:late_exit", "refresh:plan_groups", "run:test_connection", "run:sync_now", "lock:early_entry"];
    for (language, words) in [("en", ENGLISH), ("de", GERMAN)] {
        desk.browser.cookies.insert("language".to_owned(), language.to_owned());
        for act in acts {
            desk.app.clock.advance(MINUTE + SECOND);
            let answer = desk.post(&home, &typed, act).await;
            assert_eq!(answer.text.matches(words).count(), 1, "{language} {act}: {}", answer.text);
            assert!(!answer.text.contains(SECRET), "{act}");
            assert!(holds(&answer, "f.early_entry", "5"), "{act}: {}", answer.text);
        }
        let wrong = [typed[0], typed[1], ("own", "early_entry"), ("f.early_entry", "soon")];
        let refused = desk.post(&home, &wrong, "save").await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.text.matches(words).count(), 1, "{language}: {}", refused.text);
        let page = desk.browser.get(&home).await;
        assert!(!page.text.contains(words), "nothing was typed there: {}", page.text);
    }
}

/// The next page is made of the one before, on which the secret was missing already.
async fn it_goes_on_saying_so_until_it_is_saved(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    let mut page = desk.post(&home, &[("own", "client_secret"), ("f.client_secret", SECRET)], "preview").await;
    for act in ["own:early_entry", "preview"] {
        let mut form = posted(&page.text, "settings");
        form.push(("act".to_owned(), act.to_owned()));
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        page = desk.browser.submit(&home, &fields).await;
        assert_eq!(page.text.matches(ENGLISH).count(), 1, "{act}: {}", page.text);
    }
    // Whoever saves without it keeps the one that is stored.
    let mut form = posted(&page.text, "settings");
    form.push(("act".to_owned(), "save".to_owned()));
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let saved = desk.browser.submit(&home, &fields).await;
    Desk::is_saved(&saved);
    assert!(!desk.browser.get(&saved.location).await.text.contains(ENGLISH));
}

/// What is typed beside a secret is no secret.
async fn the_day_and_the_box_beside_a_secret_stay(database: Database) {
    let mut desk = Desk::filled(database, WIFI).await;
    let rotterdam = desk.at(RTM);
    let typed = [
        ("own", "api_token"),
        ("f.api_token", SECRET),
        ("f.api_token:expires", "2027-03-31"),
        ("own", "radius_secret"),
        ("f.radius_secret", ""),
        ("f.radius_secret:make", "yes"),
    ];
    let page = desk.post(&rotterdam, &typed, "preview").await;
    assert!(holds(&page, "f.api_token:expires", "2027-03-31"), "{}", page.text);
    assert!(holds(&page, "f.radius_secret:make", "yes"), "{}", page.text);
    assert!(page.text.contains("Enter API token again before you save"), "{}", page.text);
    assert!(!page.text.contains("Enter RADIUS shared secret again before"), "it is made up: {}", page.text);
}

/// Its button stands in the form, so a page without a file is the page as it was typed.
async fn a_file_that_is_not_made_loses_nothing(database: Database) {
    let mut desk = Desk::filled(database, WIFI).await;
    let bristol = desk.at(BRS);
    let shown = desk.browser.get(&bristol).await;
    let button = shown.text.split("<button").find(|rest| rest.contains("value=\"file:radius_bundle\"")).unwrap();
    let tag = button.split('>').next().unwrap();
    assert!(!tag.contains("form=\""), "it posts what is typed: {tag}");
    assert_eq!(desk.post(&bristol, &[], "file:radius_bundle").await.header("content-type"), "application/zip");
    let typed = [("own", "api_token"), ("f.api_token", SECRET), ("f.api_token:expires", "2027-03-31")];
    let early = desk.post(&bristol, &typed, "file:radius_bundle").await;
    assert!(early.text.contains("a moment ago"), "{}", early.text);
    assert!(early.text.contains("Enter API token again before you save"), "{}", early.text);
    assert!(holds(&early, "f.api_token:expires", "2027-03-31") && !early.text.contains(SECRET), "{}", early.text);
}

/// A location's own secret was entered for the address that it inherits, and nobody can enter it on the page of all.
async fn a_secret_of_a_location_does_not_go_along(database: Database) {
    let mut desk = Desk::filled(database, WIFI).await;
    let (home, rotterdam) = (desk.home.clone(), desk.at(RTM));
    Desk::is_saved(&desk.post(&rotterdam, &[("own", "api_token"), ("f.api_token", SECRET)], "save").await);
    let before = desk.stored().await.version;
    let moved = [
        ("own", "controller"),
        ("f.controller", "on_site"),
        ("own", "controller_address"),
        ("f.controller_address", "wifi.example.org:8443"),
        ("own", "api_token"),
        ("f.api_token", "the-token-for-the-new-address"),
    ];
    let refused = desk.post(&home, &moved, "save").await;
    assert_eq!(refused.status, 422, "{}", refused.location);
    assert!(refused.text.contains("API token of Rotterdam"), "{}", refused.text);
    assert!(refused.text.contains("was entered for another address"), "{}", refused.text);
    assert!(holds(&refused, "f.controller_address", "wifi.example.org:8443"), "{}", refused.text);
    assert_eq!(desk.stored().await.version, before);
    Desk::is_saved(&desk.post(&rotterdam, &[("reset", "api_token")], "save").await);
    Desk::is_saved(&desk.post(&home, &moved, "save").await);
    desk.history_is_complete().await;
}

on_both_databases!(
    whatever_is_pressed_the_field_asks_for_its_secret,
    it_goes_on_saying_so_until_it_is_saved,
    the_day_and_the_box_beside_a_secret_stay,
    a_file_that_is_not_made_loses_nothing,
    a_secret_of_a_location_does_not_go_along
);
