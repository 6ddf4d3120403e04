//! `POST /api/v1/connections/{connection}/token`: bodies, and states in which there is none.

use serde_json::{Value, json};

use super::is_problem;
use crate::support::{Database, Installed, TestApp, on_both_databases};

async fn path(app: &TestApp, installed: &Installed) -> String {
    format!("/api/v1/connections/{}/token", app.connection_id(installed).await)
}

async fn bodies_that_are_understood(database: Database) {
    let app = TestApp::start(database).await;
    let path = path(&app, &app.connected("studio-17", "tally-desk", &[]).await).await;
    let mut partner = app.partner().await;
    let json = "application/json";
    for body in [
        "",
        " \n",
        "{}",
        r#"{"valid_for_seconds":1}"#,
        r#"{"valid_for_seconds":3000}"#,
        r#"{"valid_for_seconds":300.0}"#,
        r#"{"valid_for_seconds":null}"#,
    ] {
        let answer = partner.send("POST", &path, Some((json, body.into()))).await;
        assert_eq!(answer.status, 200, "{body:?}: {}", answer.text);
    }
    assert_eq!(partner.send("POST", &path, None).await.status, 200, "without any body");
}

async fn wishes_beyond_a_tokens_life_are_422(database: Database) {
    let app = TestApp::start(database).await;
    let path = path(&app, &app.connected("studio-17", "tally-desk", &[]).await).await;
    let mut partner = app.partner().await;
    for seconds in [3_001, 0, -1, i64::MAX, i64::MIN] {
        let refused = partner.post(&path, &json!({ "valid_for_seconds": seconds })).await;
        is_problem(&refused, 422, "valid_for_seconds");
    }
    // Larger than any number that a program has is too large, and not unreadable.
    for seconds in ["18446744073709551616", "1e300", "-1e300", "99999999999999999999.0"] {
        let body = format!("{{\"valid_for_seconds\":{seconds}}}");
        let refused = partner.send("POST", &path, Some(("application/json", body.into()))).await;
        is_problem(&refused, 422, "valid_for_seconds");
    }
    assert_eq!(app.calls("refresh").await, 0);
}

async fn bodies_that_cannot_be_read_are_400(database: Database) {
    let app = TestApp::start(database).await;
    let path = path(&app, &app.connected("studio-17", "tally-desk", &[]).await).await;
    let mut partner = app.partner().await;
    let long = format!("{{\"valid_for_seconds\":{}1}}", " ".repeat(1024 * 1024));
    for body in
        ["{", "[]", "300", r#"{"valid_for_seconds":"300"}"#, r#"{"valid_for_seconds":1.5}"#, r#"{"valid_for":300}"#]
    {
        let refused = partner.send("POST", &path, Some(("application/json", body.into()))).await;
        is_problem(&refused, 400, "invalid_request");
    }
    let refused = partner.send("POST", &path, Some(("application/json", vec![0xff, 0xfe]))).await;
    is_problem(&refused, 400, "invalid_request");
    let refused = partner.send("POST", &path, Some(("application/json", long.into()))).await;
    is_problem(&refused, 413, "too_large");
}

async fn states_without_a_token(database: Database) {
    let app = TestApp::start(database).await;
    let mut partner = app.partner().await;
    let unfinished = app.install("studio-17", "portunus-access", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&unfinished.connect_url).await;
    browser.press(&page.path, "next").await;
    is_problem(&partner.post(&path(&app, &unfinished).await, &json!({})).await, 409, "finish_set_up");

    let ended = app.connected("studio-17", "tally-desk", &[]).await;
    let gone = path(&app, &ended).await;
    app.remove(&ended).await;
    app.run_jobs().await;
    is_problem(&partner.post(&gone, &json!({})).await, 410, "disconnected");
}

async fn a_paused_connection_still_gets_tokens(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let off = app.call(&installed, "sync", &json!({ "parameters": { "enabled": "false" } })).await;
    assert_eq!(off.json()["status"], "off", "{}", off.text);
    assert_eq!(app.connection(&installed).await["state"], "paused");
    let answer = app.partner().await.post(&path(&app, &installed).await, &Value::Null).await;
    // `null` is no object, and says so; an empty one is fine.
    is_problem(&answer, 400, "invalid_request");
    assert_eq!(app.partner().await.post(&path(&app, &installed).await, &json!({})).await.status, 200);
}

on_both_databases!(
    bodies_that_are_understood,
    wishes_beyond_a_tokens_life_are_422,
    bodies_that_cannot_be_read_are_400,
    states_without_a_token,
    a_paused_connection_still_gets_tokens,
);
