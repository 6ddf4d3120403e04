//! Each thing that happens is one event, in the commit of what happened.

use app::ids::{ConnectionId, OrganizationId};
use serde_json::{Value, json};
use server::clock::{DAY, SECOND};
use server::domain::event::EventType;
use server::services::events::tell;

use super::{DOORS, api, deliver, heard, listen, read, start, types};
use crate::connect::steps::{ENTRIES, accept};
use crate::settings::configure;
use crate::support::partner::{Mood, Received};
use crate::support::{Browser, Database, TestApp, on_both_databases};

const BRISTOL: &str = "65f0a1b2c3d4e5f700010001";
const ROTTERDAM: &str = "65f0a1b2c3d4e5f700010000";

const STATE_CHANGED: &str = "connection.state_changed";

/// What was done, without what it meant for the state.
async fn acts(api: &mut Browser) -> Vec<String> {
    types(api, "").await.into_iter().filter(|kind| kind != STATE_CHANGED).collect()
}

/// The life of a connection without partner steps.
async fn a_life_is_told(database: Database) {
    let app = TestApp::start(database).await;
    let mut api = api(&app, &["tally-desk"]).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[ROTTERDAM]).await;
    let connection = app.connection_of(&installed).await;
    assert_eq!(acts(&mut api).await, ["connection.connected"]);

    // The same call again asks for nothing new, and neither does a second wish while a run is under way.
    app.clock.advance(SECOND);
    for _ in 0..2 {
        app.call(&installed, "sync", &json!({})).await;
    }
    app.clock.advance(SECOND);
    app.call(&installed, "sync", &json!({})).await;
    app.call(&installed, "sync", &json!({ "parameters": { "sync": "off" } })).await;
    app.clock.advance(SECOND);
    app.call(&installed, "sync", &json!({ "parameters": { "sync": "off" } })).await;
    assert_eq!(acts(&mut api).await[1..], ["sync.requested", "sync.switched"]);

    app.call(&installed, "configure", &json!({ "parameters": { "locations": format!("{ROTTERDAM},{BRISTOL}") } }))
        .await;
    app.run_jobs().await;
    app.run_jobs().await;
    assert_eq!(acts(&mut api).await[3..], ["connection.locations_changed"]);

    let body = br#" {"eventType":"Member.Created","data":{"object":{"_id":"m1", "big":12345678901234567890123}}} "#;
    let subscription = app.subscription(&installed).await;
    for _ in 0..2 {
        assert_eq!(app.deliver(&subscription, body).await.status, 200);
    }
    assert_eq!(app.deliver(&subscription, b"no event").await.status, 200);
    assert_eq!(acts(&mut api).await[4..], ["officernd.member.created"], "once, and only what is one");

    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    let after = acts(&mut api).await;
    assert_eq!(after[5..], ["connection.reconnected", "connection.locations_changed"], "as the call named them");

    let subscription = app.subscription(&installed).await;
    app.remove(&installed).await;
    app.run_jobs().await;
    app.deliver(&subscription, br#"{"eventType":"member.updated"}"#).await;
    let (all, next) = read(&mut api, "").await;
    let (states, all): (Vec<Value>, Vec<Value>) = all.into_iter().partition(|event| event["type"] == STATE_CHANGED);
    let words =
        states.iter().map(|event| (event["data"]["from"].as_str().unwrap(), event["data"]["to"].as_str().unwrap()));
    let words: Vec<_> = words.collect();
    assert_eq!(
        (words.first(), words.last().map(|(_, to)| *to)),
        (Some(&("connected", "paused")), Some("disconnected"))
    );
    assert!(words.windows(2).all(|two| two[0].1 == two[1].0), "each begins where the one before ended: {words:?}");
    let after: Vec<&str> = all[7..].iter().map(|event| event["type"].as_str().unwrap()).collect();
    let end = vec!["officernd.integration.removed", "connection.disconnected"];
    assert_eq!((after, next), (end, None), "OfficeRnD's word and ours, and nothing after the end");

    let organization = OrganizationId(app.stored(connection).await.organization).to_string();
    for event in &all {
        assert!(event["id"].as_str().unwrap().starts_with("evt_"));
        assert_eq!(event["data"]["integration"], "tally-desk");
        assert_eq!(event["data"]["connection"], ConnectionId(connection).to_string());
        let about = json!({
            "id": organization, "slug": "harbour-and-loom", "name": "Harbour & Loom",
            "officernd_id": "65f0a1b2c3d4e5f600000001",
        });
        assert_eq!(event["data"]["organization"], about);
    }
    assert_eq!(all[0]["timestamp"], "2026-11-24T12:00:00.000Z");
    assert_eq!(all[0]["data"]["locations"][0]["id"], ROTTERDAM);
    assert_eq!(all[1]["data"]["reason"], "officernd");
    assert!(all[1]["data"]["run"].as_str().unwrap().starts_with("run_"));
    assert_eq!((&all[2]["data"]["enabled"], &all[2]["data"]["reason"]), (&json!(false), &json!("officernd")));
    assert_eq!(all[3]["data"]["locations"].as_array().unwrap().len(), 2);
    assert_eq!(all[4]["data"]["event"]["eventType"], "Member.Created");
    assert_eq!(all[7]["data"]["event"]["eventType"], "integration.removed");
    assert_eq!(all[8]["data"]["cause"], "removed_in_officernd");
    // OfficeRnD's own body stands there byte by byte.
    let stored = app.texts("SELECT body FROM events WHERE kind = 'officernd.member.created'").await;
    let stored = stored[0].clone().unwrap();
    assert!(stored.contains(std::str::from_utf8(body).unwrap().trim()), "{stored}");
}

/// A removal that several subscriptions heard of, more than once, is passed on once, with the connection that it ends.
async fn a_removal_is_passed_on_with_its_connection(database: Database) {
    let app = TestApp::start(database).await;
    app.switch("removed_goes_to", &json!("all"), None).await;
    app.switch("removed_name", &json!("capital"), None).await;
    let mut api = api(&app, &["tally-desk"]).await;
    let first = app.connected("harbour-and-loom", "tally-desk", &[ROTTERDAM]).await;
    let second = app.connected("harbour-and-loom", "tally-desk", &[BRISTOL]).await;
    let subscription = app.subscription(&first).await;
    app.remove(&first).await;
    app.clock.advance(SECOND);
    app.deliver(&subscription, br#"{"eventType":"integration.removed","again":1}"#).await;
    app.run_jobs().await;
    app.deliver(&subscription, br#"{"eventType":"integration.removed","again":2}"#).await;
    app.run_jobs().await;
    let (passed_on, _) = read(&mut api, "?type=officernd.integration.removed").await;
    let [only] = &passed_on[..] else { panic!("{passed_on:#?}") };
    assert_eq!(only["data"]["connection"], ConnectionId(app.connection_of(&first).await).to_string());
    assert_eq!(only["data"]["event"]["data"]["object"]["_id"], first.integration_id.as_str());
    assert_eq!(app.stored(app.connection_of(&second).await).await.disconnected, None);
    // What staff or an admin ended is told as that alone.
    let mut admin = app.browser();
    let home = configure(&app, &mut admin, &second).await;
    assert_eq!(admin.press(&format!("{home}/disconnect"), "disconnect").await.status, 303);
    assert_eq!(types(&mut api, "?type=officernd.*").await, ["officernd.integration.removed"]);
}

/// With partner steps it is connected when the last one is done; settings and the admin's own acts.
async fn steps_and_settings_are_told(database: Database) {
    let (partner, app) = start(database).await;
    partner.mood(DOORS, Mood::Status(200));
    accept(&partner);
    let mut api = api(&app, &[DOORS]).await;
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["*"]).await;
    let installed = app.install("harbour-and-loom", DOORS, &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    let home = page.path;
    assert_eq!(types(&mut api, "?type=connection.*").await, [""; 0], "it does not work yet");
    for (step, entries) in [("credentials", &ENTRIES[..]), ("site", &[("f-site", "site-nl"), ("act", "next")])] {
        let answer = browser.submit(&format!("{home}/steps/{step}"), entries).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    assert_eq!(types(&mut api, "?type=connection.*").await, [""; 0]);
    assert_eq!(browser.press(&home, "next").await.status, 303);
    let mut kinds = types(&mut api, "?type=connection.*").await;
    kinds.sort();
    assert_eq!(kinds, ["connection.connected", STATE_CHANGED]);
    let (connected, _) = read(&mut api, "?type=connection.connected").await;
    assert_eq!(connected[0]["type"], "connection.connected");
    assert_eq!(connected[0]["data"]["locations"], "all");
    assert_eq!(connected[0]["data"]["account"], json!({ "id": "hl-prod-7", "name": "Harbour doors" }));

    // Before it works nobody has read settings that could be out of date.
    assert_eq!(types(&mut api, "?type=settings.changed").await, [""; 0]);

    let mut admin = app.browser();
    let home = configure(&app, &mut admin, &installed).await;
    let done = admin.press(&format!("{home}/disconnect"), "disconnect").await;
    assert_eq!(done.status, 303, "{}", done.text);
    let (ended, _) = read(&mut api, "?type=connection.disconnected").await;
    assert_eq!((ended.len(), &ended[0]["data"]["cause"]), (1, &json!("admin")));

    deliver(&app).await;
    let all = read(&mut api, "").await.0;
    let received: Vec<Value> = heard(&partner, &ear).iter().map(Received::body).collect();
    assert_eq!(received.len(), all.len(), "everything, once");
    assert!(all.iter().all(|event| received.contains(event)), "with the bodies that are read");
}

/// What is not committed did not happen.
async fn nothing_is_told_of_what_did_not_happen(database: Database) {
    let app = TestApp::start(database).await;
    let mut api = api(&app, &["tally-desk"]).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.stored(app.connection_of(&installed).await).await;
    let mut tx = app.app.db.begin().await.unwrap();
    tell(&app.app.random, &mut tx, &connection, EventType::StateChanged, &json!({}), app.clock.now()).await.unwrap();
    drop(tx);
    assert_eq!(types(&mut api, "").await, ["connection.connected"]);
    let mut tx = app.app.db.begin().await.unwrap();
    tell(&app.app.random, &mut tx, &connection, EventType::StateChanged, &json!({}), app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(types(&mut api, "").await, ["connection.connected", "connection.state_changed"]);
}

/// A connection that is purged leaves no event behind, except what somebody still has to hear.
async fn a_purge_takes_events_too(database: Database) {
    let (partner, app) = start(database).await;
    let mut api = api(&app, &[DOORS]).await;
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["connection.disconnected"]).await;
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(heard(&partner, &ear).len(), 1);
    partner.mood_of(DOORS, "events", Mood::Status(500));
    let known = types(&mut api, "").await.len();
    assert!(known >= 1);
    // Sent again, and not heard, when the purge comes.
    app.clock.advance(30 * DAY - SECOND);
    let since = server::clock::rfc3339(app.clock.now() - 31 * DAY).unwrap();
    let replayed = super::act(&mut api, &ear, "replay", json!({ "since": since })).await;
    assert_eq!((replayed.status, replayed.json()["events"].clone()), (202, json!(1)));
    deliver(&app).await;
    app.clock.advance(2 * SECOND);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM connections").await, 0);
    assert_eq!(types(&mut api, "").await, ["connection.disconnected"], "only what is not heard yet");
    partner.mood_of(DOORS, "events", Mood::Status(200));
    app.clock.advance(10 * SECOND);
    app.run_jobs().await;
    app.run_jobs().await;
    assert_eq!(types(&mut api, "").await, [""; 0]);
    assert_eq!(app.number("SELECT COUNT(*) FROM outbox WHERE event_id IS NOT NULL").await, 0);
}

on_both_databases!(
    a_life_is_told,
    a_removal_is_passed_on_with_its_connection,
    steps_and_settings_are_told,
    nothing_is_told_of_what_did_not_happen,
    a_purge_takes_events_too
);
