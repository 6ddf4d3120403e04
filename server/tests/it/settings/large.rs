//! A list of hundreds in a table: each row is text until somebody opens it.

use serde_json::{Value, json};
use server::domain::connection::Connection;
use server::services::health;
use server::storage::settings::layers;

use super::as_shown::posted;
use super::configure;
use super::desk::{DOORS, HOT};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Database, TestApp, on_both_databases};

const GROUPS: usize = 300;

async fn a_long_list_is_opened_row_by_row(database: Database) {
    let partner = TestPartner::start().await;
    let item = |number: usize| json!({ "id": format!("g-{number}"), "name": format!("Group {number}") });
    partner.mood(DOORS, Mood::Status(200));
    let items: Vec<Value> = (0..GROUPS).map(item).collect();
    partner.answers(DOORS, "options", json!({ "items": items, "next": null }));
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let installed = app.install("harbour-and-loom", DOORS, &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    let connection = app.connection_of(&installed).await;
    let stored = app.stored(connection).await;
    let now = app.clock.now();
    let mut tx = app.app.db.begin().await.unwrap();
    health::save(&app.app, &mut tx, &Connection { finished_at: Some(now), ..stored }, false, now).await.unwrap();
    tx.commit().await.unwrap();
    let home = configure(&app, &mut browser, &installed).await;

    let version = async || layers::load(app.app.db.read(), connection).await.unwrap().version;
    let row = format!("plan_groups.{HOT}");
    let name = format!("f.{row}");
    let seen = format!("{}.3", version().await);
    let site = [("version", seen.as_str()), ("own", "site"), ("f.site", "g-0"), ("act", "save")];
    assert_eq!(browser.submit(&home, &site).await.status, 303);
    let seen = format!("{}.3", version().await);
    let chosen = [
        ("version", seen.as_str()),
        ("own", row.as_str()),
        (name.as_str(), "g-7"),
        (name.as_str(), "g-299"),
        ("act", "save"),
    ];
    let saved = browser.submit(&home, &chosen).await;
    assert_eq!(saved.status, 303, "{}", saved.text);

    let page = browser.get(&home).await;
    let boxes = |text: &str| text.matches(&format!("name=\"{name}\"")).count();
    assert_eq!(boxes(&page.text), 0, "a row is text");
    assert!(page.text.contains("Group 7") && page.text.contains("Group 299"), "with what is chosen there");
    // Posted as it stands, nothing is changed; opened, it has all there is to choose, and what is chosen.
    let mut form = posted(&page.text, "settings");
    form.push(("act".to_owned(), "save".to_owned()));
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.submit(&home, &fields).await;
    let history = browser.get(&format!("{home}/history")).await.text;
    assert!(answer.location.contains("saved=0"), "{} {}", answer.location, history);
    let seen = format!("{}.3", version().await);
    let act = format!("own:{row}");
    let opened = browser.submit(&home, &[("version", seen.as_str()), ("act", act.as_str())]).await;
    assert_eq!(opened.status, 200);
    assert_eq!(boxes(&opened.text), GROUPS);
    let kept: Vec<String> =
        posted(&opened.text, "settings").into_iter().filter(|(known, _)| *known == name).map(|(_, id)| id).collect();
    assert_eq!(kept, ["g-7", "g-299"]);
}

on_both_databases!(a_long_list_is_opened_row_by_row);
