//! Two organizations, three keys: nothing outside a key's integrations is visible, not even by the text of an error.

use serde_json::{Value, json};

use super::{call, is_problem};
use crate::support::{Database, TestApp, on_both_databases};

/// Every call about one connection, with a body where it takes one.
fn calls(connection: &str) -> Vec<(&'static str, String, Option<Value>)> {
    let at = |rest: &str| format!("/api/v1/connections/{connection}{rest}");
    vec![
        ("GET", at(""), None),
        ("GET", at("/settings"), None),
        ("GET", at("/settings?location=65f0a1b2c3d4e5f700010000"), None),
        ("PATCH", at("/settings"), Some(json!({ "organization": {} }))),
        ("PATCH", at("/settings"), Some(json!({ "nonsense": 1 }))),
        ("POST", at("/token"), Some(json!({}))),
        ("POST", at("/token"), Some(json!({ "valid_for_seconds": 99_999 }))),
        ("GET", at("/officernd/v2/locations"), None),
        ("GET", at("/officernd/v2/%2e%2e/x"), None),
        ("POST", at("/reconnect-link"), None),
        ("POST", at("/notes"), Some(json!({ "text": "seen" }))),
    ]
}

async fn a_key_sees_its_own_and_nothing_of_others(database: Database) {
    let app = TestApp::start(database).await;
    let all = [
        "connections:read",
        "connections:write",
        "settings:read",
        "settings:write",
        "secrets:read",
        "tokens:read",
        "proxy",
    ];
    let one = app.connection_id(&app.connected("studio-17", "tally-desk", &[]).await).await;
    let other = app.connection_id(&app.connected("harbour-and-loom", "meshfern-wifi", &[]).await).await;
    let keys = [
        (app.api_key(&["tally-desk"], &all).await, vec![&one], vec![&other]),
        (app.api_key(&["meshfern-wifi"], &all).await, vec![&other], vec![&one]),
        (app.api_key(&["portunus-access"], &all).await, vec![], vec![&one, &other]),
    ];
    for (key, own, foreign) in &keys {
        let listed = call(&app, key, ("GET", "/api/v1/connections"), &[], None).await.json();
        let listed: Vec<&str> =
            listed["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(listed, own.iter().map(|id| id.as_str()).collect::<Vec<_>>());
        for connection in foreign {
            let nobody = "con_00000000000000000000000000000000";
            for ((method, path, body), (_, unknown, _)) in calls(connection).into_iter().zip(calls(nobody)) {
                let headers: &[(&str, &str)] = if method == "GET" { &[] } else { &[("If-Match", "*")] };
                let refused = call(&app, key, (method, &path), headers, body.as_ref()).await;
                is_problem(&refused, 404, "not_found");
                let there_is_none = call(&app, key, (method, &unknown), headers, body.as_ref()).await;
                assert_eq!(refused.text, there_is_none.text, "{method} {path}");
            }
        }
    }
}

on_both_databases!(a_key_sees_its_own_and_nothing_of_others);
