//! Our own database does not answer: everybody is told to come again, and nobody is told why.

use app::ids::ConnectionId;
use serde_json::json;

use crate::support::{Database, TestApp, on_both_databases, signature_header};

async fn everybody_is_asked_to_come_again(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let other = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let id = ConnectionId(app.connection_of(&installed).await);
    let subscription = app.subscription(&installed).await;
    let key = app.api_key(&["tally-desk"], &["connections:read", "tokens:read"]).await;
    let mut visit = app.browser();
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    assert_eq!(visit.follow(&url).await.status, 200);
    let mut popup = app.browser();
    let again = app.connect_again(&installed).await;
    let attempt = popup.follow(&again.connect_url).await.path;
    let new = app.install("studio-17", "tally-desk", &[]).await;
    app.clock.advance(1_000);
    let sync = app.signed_url(&installed, "sync", &json!({})).await;
    let configure = app.signed_url(&installed, "configure", &json!({})).await;
    let unknown = app.signed_url(&other, "healthcheck", &json!({})).await;
    assert_eq!(app.call(&installed, "healthcheck", &json!({})).await.status, 200);

    app.app.db.clone().close().await;
    let kept = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!((kept.status, kept.json()), (200, json!({ "accountName": "Harbour & Loom" })), "from memory");
    assert_eq!(app.browser().get("/healthz").await.status, 200, "the process is well");

    let body = br#"{"eventType":"member.created"}"#;
    let header = signature_header(&subscription.secret, body, app.clock.now_seconds());
    let token = format!("/api/v1/connections/{id}/token");
    let disconnect = format!("/settings/{id}/disconnect");
    for (what, answer) in [
        ("readyz", app.browser().get("/readyz").await),
        ("healthcheck", app.browser().get(&unknown).await),
        ("sync", app.browser().get(&sync).await),
        ("configure", app.browser().get(&configure).await),
        ("webhook", app.post_webhook(&subscription.path(), Some(&header), body).await),
        ("connect", app.browser().get(&new.connect_url).await),
        ("pop-up", popup.get(&attempt).await),
        ("button", popup.press(&attempt, "next").await),
        ("settings", visit.get(&format!("/settings/{id}")).await),
        ("disconnect", visit.press(&disconnect, "disconnect").await),
        ("list", app.api(&key).get("/api/v1/connections").await),
        ("connection", app.api(&key).get(&format!("/api/v1/connections/{id}")).await),
        ("token", app.api(&key).post(&token, &json!({})).await),
    ] {
        assert_eq!(answer.status, 503, "{what}: {}", answer.text);
        for cause in ["sqlite", "postgres", "pool", "closed", "database:"] {
            assert!(!answer.text.to_lowercase().contains(cause), "{what}: {}", answer.text);
        }
        assert!(answer.headers.get("set-cookie").is_none(), "{what}");
        if matches!(what, "healthcheck" | "sync" | "webhook" | "list" | "token") {
            assert_eq!(answer.header("retry-after"), "5", "{what}");
        }
    }
    let listed = app.api(&key).get("/api/v1/connections").await.json();
    assert_eq!((listed["code"].clone(), listed["status"].clone()), (json!("unavailable"), json!(503)));
}

on_both_databases!(everybody_is_asked_to_come_again);
