//! Keys: none, wrong, ended, too weak, of another integration.

use app::ids::ConnectionId;
use app::role::Role;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use server::clock::{HOUR, MINUTE, Millis};
use server::crypto::digest::secret_digest;
use server::domain::scope::Scope;
use server::storage::api_keys::{self, ApiKey};
use uuid::Uuid;

use super::is_problem;
use crate::support::{Database, TestApp, on_both_databases};

const LIST: &str = "/api/v1/connections";

/// A key with an end, and its id.
async fn key_until(app: &TestApp, expires_at: Option<Millis>) -> (Uuid, SecretString) {
    let secret = SecretString::from(format!("dbk_{}", app.app.random.token().expose_secret()));
    let key = ApiKey {
        id: app.app.random.uuid(app.clock.now()),
        name: "nightly export".into(),
        integrations: vec!["tally-desk".into()],
        scopes: vec![Scope::ConnectionsRead],
        created_at: app.clock.now(),
        expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let mut tx = app.app.db.begin().await.unwrap();
    api_keys::create(&mut tx, &key, &secret_digest("api key", &secret)).await.unwrap();
    tx.commit().await.unwrap();
    (key.id, secret)
}

async fn without_a_good_key_nothing_is_said(database: Database) {
    let app = TestApp::start(database).await;
    let key = app.api_key(&["tally-desk"], &["connections:read"]).await;
    let key = key.expose_secret();
    let wrong = [
        String::new(),
        "dbk_".to_owned(),
        "dbk_0000000000000000000000".to_owned(),
        key.trim_start_matches("dbk_").to_owned(),
        format!("{key}0"),
        key[..key.len() - 1].to_owned(),
        key.to_uppercase(),
    ];
    let none = app.browser().get(LIST).await;
    is_problem(&none, 401, "unauthorized");
    assert_eq!(none.header("www-authenticate"), "Bearer");
    for wrong in wrong {
        for path in [LIST, "/api/v1/connections/con_00000000000000000000000000"] {
            is_problem(&app.api(&wrong.clone().into()).get(path).await, 401, "unauthorized");
        }
    }
    assert_eq!(app.api(&key.to_owned().into()).get(LIST).await.status, 200);
}

async fn a_key_ends_when_it_is_revoked(database: Database) {
    let app = TestApp::start(database).await;
    let (id, key) = key_until(&app, None).await;
    assert_eq!(app.api(&key).get(LIST).await.status, 200);
    let mut tx = app.app.db.begin().await.unwrap();
    assert!(api_keys::revoke(&mut tx, id, app.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    is_problem(&app.api(&key).get(LIST).await, 401, "unauthorized");
}

async fn a_key_ends_at_its_time(database: Database) {
    let app = TestApp::start(database).await;
    let (_, key) = key_until(&app, Some(app.clock.now() + HOUR)).await;
    app.clock.advance(HOUR - 1);
    assert_eq!(app.api(&key).get(LIST).await.status, 200);
    app.clock.advance(1);
    is_problem(&app.api(&key).get(LIST).await, 401, "unauthorized");
}

async fn its_last_use_is_written_down_once_a_minute(database: Database) {
    let app = TestApp::start(database).await;
    let (_, key) = key_until(&app, None).await;
    let last_used = async || api_keys::all(app.app.db.read()).await.unwrap()[0].last_used_at;
    assert_eq!(last_used().await, None);
    let first = app.clock.now();
    app.api(&key).get(LIST).await;
    app.clock.advance(MINUTE - 1);
    app.api(&key).get(LIST).await;
    assert_eq!(last_used().await, Some(first));
    app.clock.advance(1);
    app.api(&key).get(LIST).await;
    assert_eq!(last_used().await, Some(first + MINUTE));
}

async fn each_call_needs_its_scope(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let one = format!("{LIST}/{}", app.connection_id(&installed).await);
    let mut reader = app.api(&app.api_key(&["tally-desk"], &["connections:read"]).await);
    let mut taker = app.api(&app.api_key(&["tally-desk"], &["tokens:read"]).await);
    assert_eq!(reader.get(LIST).await.status, 200);
    assert_eq!(reader.get(&one).await.status, 200);
    assert_eq!(taker.post(&format!("{one}/token"), &json!({})).await.status, 200);

    for path in [LIST, &one] {
        let refused = taker.get(path).await;
        is_problem(&refused, 403, "forbidden");
        assert!(refused.json()["detail"].as_str().unwrap().contains("connections:read"), "{}", refused.text);
    }
    let refused = reader.post(&format!("{one}/token"), &json!({})).await;
    is_problem(&refused, 403, "forbidden");
    assert!(refused.json()["detail"].as_str().unwrap().contains("tokens:read"), "{}", refused.text);
    assert!(!refused.text.contains("access_token"));
}

async fn another_integrations_connection_does_not_exist(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let one = format!("{LIST}/{}", app.connection_id(&installed).await);
    let mut stranger = app.api(&app.api_key(&["portunus-access"], &["connections:read", "tokens:read"]).await);
    let foreign = stranger.get(&one).await;
    is_problem(&foreign, 404, "not_found");
    let unknown = stranger.get("/api/v1/connections/con_00000000000000000000000000").await;
    assert_eq!(foreign.text, unknown.text, "nobody learns which ids exist");
    is_problem(&stranger.post(&format!("{one}/token"), &json!({})).await, 404, "not_found");
    assert_eq!(stranger.get(LIST).await.json()["data"], json!([]));
    assert_eq!(stranger.get(&format!("{LIST}?integration=tally-desk")).await.json()["data"], json!([]));

    let mut nobody = app.api(&app.api_key(&[], &["connections:read", "tokens:read"]).await);
    assert_eq!(nobody.get(LIST).await.json()["data"], json!([]));
    is_problem(&nobody.get(&one).await, 404, "not_found");
}

async fn unknown_addresses_and_methods_are_problems_too(database: Database) {
    let app = TestApp::start(database).await;
    let mut partner = app.partner().await;
    for path in ["/api/v1/", "/api/v1/connection", "/api/v1/connections/con_nonsense", "/api/v1/connections/x/y/z"] {
        is_problem(&partner.get(path).await, 404, "not_found");
    }
    for (method, path) in [("POST", LIST), ("DELETE", "/api/v1/connections/x"), ("GET", "/api/v1/connections/x/token")]
    {
        let refused = partner.send(method, path, None).await;
        is_problem(&refused, 405, "method_not_allowed");
        let allowed = if path.ends_with("token") { "POST" } else { "GET,HEAD" };
        assert_eq!(refused.header("allow"), allowed, "{method} {path}");
    }
}

/// Nobody but staff reads what a key noted, and the key is named.
async fn a_note_of_a_key_is_for_staff(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let path = format!("{LIST}/{}/notes", app.connection_id(&installed).await);
    let mut partner = app.api(&app.api_key(&["tally-desk"], &["connections:write"]).await);
    let made = partner.post(&path, &json!({ "text": " Ticket 4711 " })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["text"], &made["by"]), (&json!("Ticket 4711"), &json!("test")));
    assert!(made["id"].as_str().unwrap().starts_with("note_"), "{made}");
    for (body, status) in [
        (json!({ "text": "  " }), 422),
        (json!({ "text": "x".repeat(4_001) }), 422),
        (json!({}), 400),
        (json!({ "text": 1 }), 400),
    ] {
        assert_eq!(partner.post(&path, &body).await.status, status, "{body}");
    }
    let mut reader = app.api(&app.api_key(&["tally-desk"], &["connections:read"]).await);
    is_problem(&reader.post(&path, &json!({ "text": "x" })).await, 403, "forbidden");
    let page = app.staff(Role::Viewer).await.get(&format!("/connections/{}/activity", ConnectionId(connection))).await;
    assert!(page.text.contains("Ticket 4711") && page.text.contains("test"), "{}", page.text);
    let seen = server::storage::activity::for_admins(app.app.db.read(), connection, 100).await.unwrap();
    assert!(seen.iter().all(|one| one.kind != "note.added"), "{seen:?}");
    assert_eq!(app.happened(connection, "note.added").await, 1);
}

on_both_databases!(
    a_note_of_a_key_is_for_staff,
    without_a_good_key_nothing_is_said,
    a_key_ends_when_it_is_revoked,
    a_key_ends_at_its_time,
    its_last_use_is_written_down_once_a_minute,
    each_call_needs_its_scope,
    another_integrations_connection_does_not_exist,
    unknown_addresses_and_methods_are_problems_too,
);
