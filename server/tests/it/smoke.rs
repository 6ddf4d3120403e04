//! The walk that everything else varies: connect, healthcheck, token, removal.

use serde_json::json;

use crate::support::{Database, TestApp, on_both_databases};

async fn walk(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Harbour &amp; Loom"), "{}", page.text);

    let done = browser.press(&page.path, "next").await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(done.location, format!("{}/connect/external-integration/return", app.simulator_url));

    let healthy = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!((healthy.status, healthy.json()), (200, json!({ "accountName": "Harbour & Loom" })));

    let key = app.api_key(&["tally-desk"], &["connections:read", "tokens:read"]).await;
    let list = app.api(&key).get("/api/v1/connections").await;
    assert_eq!(list.json()["data"][0]["state"], "connected");
    let id = list.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let token =
        app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({ "valid_for_seconds": 300 })).await;
    assert_eq!(token.status, 200, "{}", token.text);

    app.remove(&installed).await;
    app.run_jobs().await;
    let gone = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!(gone.status, 200);
    assert!(gone.json()["message"].is_string(), "{}", gone.text);
    let refused = app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (410, json!("disconnected")));
}

on_both_databases!(walk);
