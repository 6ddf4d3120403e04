//! Token answers that are not as documented. Each has its policy, and none kills a connection silently.

use serde_json::json;
use server::clock::{HOUR, Millis, SECOND};

use super::says;
use crate::support::{Database, NOON, TestApp, on_both_databases};

fn rfc3339(at: Millis) -> String {
    chrono::DateTime::from_timestamp_millis(at).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The stored life of the access token, as the partner system sees it.
async fn a_strange_life_is_clamped(database: Database) {
    let app = TestApp::start(database).await;
    for (answer, seconds) in [
        ("right", 3_599),
        ("no_expires_in", 3_600),
        ("expires_in_text", 3_599),
        ("expires_in_zero", 60),
        ("expires_in_negative", 60),
        ("expires_in_huge", 86_400),
        ("lower_case_type", 3_599),
    ] {
        app.switch("token_answer", &json!(answer), Some(1)).await;
        let installed = app.connected("studio-17", "tally-desk", &[]).await;
        let id = app.connection_id(&installed).await;
        let path = format!("/api/v1/connections/{id}/token");
        let token = app.partner().await.post(&path, &json!({ "valid_for_seconds": 1 })).await;
        assert_eq!(token.status, 200, "{answer}: {}", token.text);
        assert_eq!(token.json()["expires_at"], rfc3339(NOON + seconds * SECOND), "{answer}");
    }
    assert_eq!(app.calls("refresh").await, 0);
}

async fn a_missing_scope_means_what_was_asked_for(database: Database) {
    let app = TestApp::start(database).await;
    app.switch("token_answer", &json!("no_scope"), Some(1)).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let id = app.connection_id(&installed).await;
    let token = app.partner().await.post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    let asked = app.app.integrations.get("tally-desk").unwrap().scopes.join(" ");
    assert_eq!(token.json()["scope"], asked);
}

async fn without_a_refresh_token_the_connection_lives_as_long_as_its_token(database: Database) {
    let app = TestApp::start(database).await;
    app.switch("token_answer", &json!("no_refresh_token"), Some(1)).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let id = app.connection_id(&installed).await;
    let mut partner = app.partner().await;
    let path = format!("/api/v1/connections/{id}/token");
    assert_eq!(partner.post(&path, &json!({})).await.status, 200);
    app.clock.advance(HOUR);
    let over = partner.post(&path, &json!({})).await;
    assert_eq!((over.status, over.json()["code"].clone()), (409, json!("reconnect_required")));
    assert_eq!(app.connection(&installed).await["state"], "reconnect");
    assert_eq!(app.calls("refresh").await, 0, "there is nothing to send");
}

async fn an_empty_access_token_is_an_outage(database: Database) {
    let app = TestApp::start(database).await;
    app.switch("token_answer", &json!("empty_access_token"), Some(1)).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    says(&page, 503, "OfficeRnD’s answer did not reach us");
    says(&browser.follow(&installed.connect_url).await, 503, "OfficeRnD’s answer did not reach us");
    assert_eq!(app.calls("exchange").await, 1);
}

on_both_databases!(
    a_strange_life_is_clamped,
    a_missing_scope_means_what_was_asked_for,
    without_a_refresh_token_the_connection_lives_as_long_as_its_token,
    an_empty_access_token_is_an_outage,
);
