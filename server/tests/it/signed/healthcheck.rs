//! What OfficeRnD's dashboard is told in every state, and that nobody is asked for it.

use app::ids::ConnectionId;
use serde_json::{Value, json};
use server::clock::{DAY, HOUR};

use crate::support::{Answer, Database, Installed, TestApp, on_both_databases};

/// The answer, without a call to OfficeRnD and without a write.
async fn health(app: &TestApp, installed: &Installed) -> Answer {
    let (received, counts) = (app.received().await, app.counts().await);
    let answer = app.call(installed, "healthcheck", &json!({})).await;
    assert_eq!(app.received().await, received, "a healthcheck calls nobody");
    assert_eq!(app.counts().await, counts, "a healthcheck writes nothing");
    answer
}

fn said(answer: &Answer, key: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    body[key].as_str().unwrap_or_else(|| panic!("no {key} in {body}")).to_owned()
}

async fn says_how_it_stands(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    assert_eq!(said(&health(&app, &installed).await, "accountName"), "Harbour & Loom");

    // Paused is the admin's own wish, so it is healthy.
    let off = app.call(&installed, "sync", &json!({ "parameters": { "enabled": "false" } })).await;
    assert_eq!(off.json(), json!({ "status": "off" }));
    assert_eq!(said(&health(&app, &installed).await, "accountName"), "Harbour & Loom");

    // A name that the partner system gave wins over the organization's.
    app.execute("UPDATE connections SET account_name = 'Loom & Partners'").await;
    app.app.directory.forget_all();
    assert_eq!(said(&health(&app, &installed).await, "accountName"), "Loom & Partners");
    app.execute("UPDATE connections SET account_name = NULL").await;
    app.app.directory.forget_all();

    // Refused: the grant ended at OfficeRnD, and somebody needed a token.
    app.clock.advance(2 * HOUR);
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    let id = ConnectionId(app.connection_of(&installed).await);
    let key = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    let token = app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!((token.status, token.json()["code"].clone()), (409, json!("reconnect_required")), "{}", token.text);
    let message = said(&health(&app, &installed).await, "message");
    assert!(message.starts_with("OfficeRnD no longer accepts our login (since "), "{message}");
    assert!(message.ends_with("Choose Connect again in OfficeRnD."), "{message}");

    // Connected again with a new grant: the pause stays, and the name is back.
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    assert_eq!(said(&health(&app, &installed).await, "accountName"), "Harbour & Loom");

    app.remove(&installed).await;
    app.run_jobs().await;
    let message = said(&health(&app, &installed).await, "message");
    assert_eq!(
        message,
        "Tallydesk Print is disconnected. Settings and history are kept until 24 December 2026. To use it again, \
         choose Connect in OfficeRnD."
    );

    // After the purge as if it had never been.
    app.clock.advance(30 * DAY);
    app.run_jobs().await;
    let purged = health(&app, &installed).await;
    let other = json!({ "slug": "nobody-at-all", "organizationId": "aaaaaaaaaaaaaaaaaaaaaaaa" });
    let unknown = app.call(&installed, "healthcheck", &json!({ "parameters": other })).await;
    assert_eq!((purged.status, &purged.text), (401, &unknown.text));
    assert!(purged.json()["message"].is_string());
}

async fn an_open_step_is_said(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("kaffee-und-werk", "meshfern-wifi", &[]).await;
    let message = said(&health(&app, &installed).await, "message");
    assert_eq!(message, "Open Configure and finish set-up of Meshfern Wi-Fi. Next step: Meshfern controller.");
}

/// Also with an expired token, a slug and locations that we do not know yet: OfficeRnD is not asked, and what is to
/// be written is written behind the answer.
async fn nobody_is_asked_inside_the_request(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010000"]).await;
    app.control("PUT", "/organizations/harbour-and-loom", &json!({ "slug": "loom" })).await;
    app.clock.advance(3 * HOUR);
    let (received, counts) = (app.received().await, app.counts().await);
    let elsewhere = json!({ "parameters": { "locations": "65f0a1b2c3d4e5f700010001" } });
    let answer = app.call(&installed, "healthcheck", &elsewhere).await;
    assert_eq!(answer.json(), json!({ "accountName": "Harbour & Loom" }));
    assert_eq!(app.received().await, received);
    assert_eq!(app.counts().await, counts);
}

async fn the_answer_is_json_for_machines(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-space", "tally-desk", &[]).await;
    let url = app.signed_url(&installed, "healthcheck", &Value::Object(serde_json::Map::new())).await;
    let answer = app.browser().get(&url).await;
    assert_eq!(answer.json(), json!({ "accountName": "مساحة الميناء" }));
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.headers.get("set-cookie").is_none());
}

on_both_databases!(
    says_how_it_stands,
    an_open_step_is_said,
    nobody_is_asked_inside_the_request,
    the_answer_is_json_for_machines
);
