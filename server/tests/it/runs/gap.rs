//! What happened while nobody could hear of it is fetched afterwards, also where Deskbridge starts no runs by itself.

use serde_json::{Value, json};
use server::clock::{DAY, HOUR, SECOND};
use server::domain::connection::Connection;
use server::services::health;

use super::Flow;
use crate::settings::desk::WIFI;
use crate::support::partner::{Mood, Received, TestPartner};
use crate::support::{Database, TestApp, on_both_databases};

/// A connection whose set-up is finished, and the partner system that runs by itself.
async fn start(database: Database) -> (TestPartner, Flow) {
    let partner = TestPartner::start().await;
    partner.mood(WIFI, Mood::Status(200));
    partner.answers(WIFI, "options", json!({ "items": [], "next": null }));
    partner.answers(WIFI, "facts", json!({ "facts": {} }));
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let flow = Flow::of(app, "harbour-and-loom", WIFI, &[]).await;
    let (now, stored) = (flow.app.clock.now(), flow.stored().await);
    let mut tx = flow.app.app.db.begin().await.unwrap();
    let finished = Connection { finished_at: Some(now), ..stored };
    health::save(&flow.app.app, &mut tx, &finished, false, now).await.unwrap();
    tx.commit().await.unwrap();
    (partner, flow)
}

/// OfficeRnD's Connect once more.
async fn connect_again(flow: &Flow) {
    flow.app.clock.advance(SECOND);
    let again = flow.app.connect_again(&flow.installed).await;
    let mut browser = flow.app.browser();
    let page = browser.follow(&again.connect_url).await;
    let done = browser.press(&page.path, "next").await;
    assert_eq!(done.status, 303, "{}", done.text);
    flow.app.run_jobs().await;
}

/// What the hook `sync` said: who wants it, since when, of which run.
fn asked(partner: &TestPartner) -> Vec<[Value; 3]> {
    let bodies: Vec<Value> = partner.calls("sync").iter().map(Received::body).collect();
    bodies.iter().map(|body| ["reason", "since", "run"].map(|key| body[key].clone())).collect()
}

async fn after_an_end(database: Database) {
    let (partner, mut flow) = start(database).await;
    let mark = flow.run(&json!({ "state": "succeeded" })).await.json()["started_at"].clone();
    // Who connects again while everything works has missed nothing.
    connect_again(&flow).await;
    assert_eq!(flow.state().await, "connected");
    assert_eq!(asked(&partner).len(), 0);

    let event = json!({ "organization": "harbour-and-loom", "event_type": "integration.removed", "application": WIFI });
    flow.app.control("POST", "/events", &event).await;
    flow.app.run_jobs().await;
    assert_eq!(flow.state().await, "disconnected");
    flow.app.clock.advance(DAY);
    connect_again(&flow).await;
    assert_eq!(flow.state().await, "connected");
    let told = asked(&partner);
    assert_eq!((told.len(), &told[0][..2]), (1, &[json!("admin"), mark][..]), "{told:?}");
    assert!(told[0][2].is_string());
    let events = flow.app.events("sync.requested").await;
    assert_eq!((events.len(), &events[0]["run"]), (1, &told[0][2]));
}

/// A run that was under way cannot have gone on without a login: it is asked for once more.
async fn after_a_refused_login(database: Database) {
    let (partner, mut flow) = start(database).await;
    let run = flow.begin().await;
    flow.app.clock.advance(2 * HOUR);
    flow.app.control("POST", &format!("/integrations/{}/revoke", flow.installed.integration_id), &json!({})).await;
    let token = flow.path("/token");
    assert_eq!(flow.partner.post(&token, &json!({})).await.status, 409);
    assert_eq!(flow.state().await, "reconnect");
    connect_again(&flow).await;
    assert_eq!(asked(&partner), [[json!("admin"), Value::Null, json!(run)]]);
}

async fn who_is_paused_waits(database: Database) {
    let (partner, mut flow) = start(database).await;
    let pause = flow.path("/pause");
    assert_eq!(flow.partner.post(&pause, &json!({})).await.status, 200);
    connect_again(&flow).await;
    assert_eq!((flow.state().await.as_str(), asked(&partner).len()), ("paused", 0));
}

/// OfficeRnD lost the subscription, and whatever it would have told.
async fn after_a_lost_subscription(database: Database) {
    let (partner, mut flow) = start(database).await;
    let mark = flow.run(&json!({ "state": "succeeded" })).await.json()["started_at"].clone();
    let old = flow.app.subscription(&flow.installed).await;
    flow.app.lose("harbour-and-loom", &flow.installed, &old).await;
    flow.app.clock.advance(DAY + 1);
    flow.app.run_jobs().await;
    assert_ne!(flow.app.subscription(&flow.installed).await.id, old.id);
    let told = asked(&partner);
    assert_eq!((told.len(), &told[0][..2]), (1, &[json!("schedule"), mark][..]), "{told:?}");
    flow.app.clock.advance(DAY + 1);
    flow.app.run_jobs().await;
    assert_eq!(asked(&partner).len(), 1, "nothing was lost since");
}

on_both_databases!(after_an_end, after_a_refused_login, who_is_paused_waits, after_a_lost_subscription);
