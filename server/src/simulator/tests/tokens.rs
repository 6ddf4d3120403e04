//! The token endpoint.

use super::*;
use crate::clock::{DAY, HOUR, MINUTE};

async fn code(lab: &Lab) -> String {
    lab.install(HARBOUR, "portunus").await["code"].as_str().unwrap().to_owned()
}

fn error(got: Got, status: u16) -> String {
    got.is(status)["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_works_once_and_answers_what_the_contract_says() {
    let lab = Lab::start().await;
    let code = code(&lab).await;
    let got = lab.exchange("portunus", &code).await;
    assert_eq!(got.header("cache-control"), Some("no-store"));
    let tokens = got.is(200);
    assert_eq!(tokens["expires_in"], 3599);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], FINE_SCOPES.join(" "));
    assert_ne!(tokens["access_token"], tokens["refresh_token"]);
    assert_eq!(error(lab.exchange("portunus", &code).await, 400), "invalid_grant");
}

#[tokio::test]
async fn a_code_lives_ten_minutes() {
    let lab = Lab::start().await;
    let (first, second) = (code(&lab).await, code(&lab).await);
    lab.clock.advance(10 * MINUTE - 1);
    lab.exchange("portunus", &first).await.is(200);
    lab.clock.advance(1);
    assert_eq!(error(lab.exchange("portunus", &second).await, 400), "invalid_grant");
}

#[tokio::test]
async fn what_is_wrong_about_a_token_request_is_refused_and_the_code_survives() {
    let lab = Lab::start().await;
    let code = code(&lab).await;
    let redirect = format!("{}/i/portunus/connect", lab.product.url);
    let right = [
        ("client_id", "client-portunus"),
        ("client_secret", "secret-portunus"),
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", redirect.as_str()),
        ("scope", "flex.space.locations.read"),
    ];
    let cases = [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_id", "nobody", 401, "invalid_client"),
        ("client_id", "client-ledgerline", 401, "invalid_client"),
        ("grant_type", "client_credentials", 400, "unsupported_grant_type"),
        ("code", "garbage", 400, "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1/elsewhere", 400, "invalid_grant"),
        ("scope", "flex.billing.payments.read", 400, "invalid_scope"),
    ];
    for (name, value, status, expected) in cases {
        let form = right.map(|(key, kept)| if key == name { (key, value) } else { (key, kept) });
        assert_eq!(error(lab.token(&form).await, status), expected, "{name}");
        let form: Vec<_> = right.into_iter().filter(|(key, _)| *key != name).collect();
        if name != "scope" {
            assert!(lab.token(&form).await.status >= 400, "without {name}");
        }
    }
    let mut twice = right.to_vec();
    twice.push(("code", "another"));
    assert_eq!(error(lab.token(&twice).await, 400), "invalid_request");
    let as_json = lab.post("/oauth/token", json!({ "grant_type": "authorization_code", "code": code })).await;
    assert_eq!(error(as_json, 400), "invalid_request");
    // Another application cannot use this code, and does not spoil it.
    assert_eq!(error(lab.exchange("ledgerline", &code).await, 400), "invalid_grant");
    assert_eq!(lab.token(&right).await.is(200)["scope"], "flex.space.locations.read");
}

#[tokio::test]
async fn a_refresh_rotates_and_reuse_ends_the_grant() {
    let lab = Lab::start().await;
    let first = lab.connected(HARBOUR, "portunus").await;
    let second = lab.refresh("portunus", &first.refresh).await.is(200);
    let (access, refresh) = (second["access_token"].as_str().unwrap(), second["refresh_token"].as_str().unwrap());
    assert_ne!(refresh, first.refresh);
    let path = format!("/api/v1/organizations/{HARBOUR}");
    lab.api(access, &path).await.is(200);
    assert_eq!(error(lab.refresh("portunus", &first.refresh).await, 400), "invalid_grant");
    lab.api(access, &path).await.is(401);
    assert_eq!(error(lab.refresh("portunus", refresh).await, 400), "invalid_grant");
}

#[tokio::test]
async fn reuse_can_be_refused_alone_or_tolerated_for_a_minute() {
    let lab = Lab::start().await;
    lab.switch("refresh_reuse", "refused").await;
    let first = lab.connected(HARBOUR, "portunus").await;
    let second = lab.refresh("portunus", &first.refresh).await.is(200);
    lab.refresh("portunus", &first.refresh).await.is(400);
    let third = lab.refresh("portunus", second["refresh_token"].as_str().unwrap()).await.is(200);

    lab.switch("refresh_reuse", "grace").await;
    let used = second["refresh_token"].as_str().unwrap();
    lab.clock.advance(MINUTE - 1);
    lab.refresh("portunus", used).await.is(200);
    lab.clock.advance(1);
    lab.refresh("portunus", used).await.is(400);
    lab.refresh("portunus", third["refresh_token"].as_str().unwrap()).await.is(200);
}

#[tokio::test]
async fn a_refresh_token_may_stay_the_same() {
    let lab = Lab::start().await;
    lab.switch("refresh_rotation", "stays").await;
    let first = lab.connected(HARBOUR, "portunus").await;
    for _ in 0..3 {
        assert_eq!(lab.refresh("portunus", &first.refresh).await.is(200)["refresh_token"], first.refresh);
    }
}

#[tokio::test]
async fn tokens_end_with_time() {
    let lab = Lab::start().await;
    let first = lab.connected(HARBOUR, "portunus").await;
    let path = format!("/api/v1/organizations/{HARBOUR}");
    lab.clock.advance(HOUR - 1);
    lab.api(&first.access, &path).await.is(200);
    lab.clock.advance(1);
    lab.api(&first.access, &path).await.is(401);
    lab.clock.advance(15 * DAY - HOUR - 1);
    let second = lab.refresh("portunus", &first.refresh).await.is(200);
    lab.clock.advance(15 * DAY);
    assert_eq!(error(lab.refresh("portunus", second["refresh_token"].as_str().unwrap()).await, 400), "invalid_grant");
}

#[tokio::test]
async fn a_refresh_is_for_the_client_that_was_granted_it() {
    let lab = Lab::start().await;
    let first = lab.connected(HARBOUR, "portunus").await;
    assert_eq!(error(lab.refresh("ledgerline", &first.refresh).await, 400), "invalid_grant");
    lab.refresh("portunus", &first.refresh).await.is(200);
}

#[tokio::test]
async fn five_requests_a_minute_failed_ones_counted() {
    let lab = Lab::with(|options| options.rate_limit = Some(5)).await;
    for _ in 0..5 {
        assert_eq!(lab.exchange("portunus", "garbage").await.status, 400);
        lab.clock.advance(1_000);
    }
    let limited = lab.exchange("portunus", "garbage").await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("55")));
    assert_eq!(limited.json()["message"], "Too many requests, please try again later");
    assert_eq!(lab.exchange("ledgerline", "garbage").await.status, 400);
    lab.switch_once("retry_after", "absent").await;
    let limited = lab.exchange("portunus", "garbage").await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, None));
    lab.clock.advance(55_000);
    lab.connected(HARBOUR, "portunus").await;

    let counters = lab.get("/control/counters").await.is(200);
    assert_eq!(counters["endpoints"]["exchange"], 9);
    assert_eq!(counters["most_token_requests_in_60_seconds"]["client-portunus"], 7);
    let requests = counters["token_requests"].as_array().unwrap();
    assert_eq!(requests.len(), 9);
    assert_eq!(requests[0]["at"], START);
    assert_eq!(requests[5]["status"], 429);

    // By default another client has a limit of its own.
    assert_ne!(lab.exchange("ledgerline", "garbage").await.status, 429);
    lab.switch("rate_limit_by", "address").await;
    for _ in 0..5 {
        assert_ne!(lab.exchange("portunus", "garbage").await.status, 429);
    }
    assert_eq!(lab.exchange("ledgerline", "garbage").await.status, 429);
    lab.send(lab.http.put(lab.url("/control/limits")).json(&json!({ "token_requests_per_minute": 0 }))).await.is(200);
    for _ in 0..12 {
        assert_eq!(lab.exchange("portunus", "garbage").await.status, 400);
    }
}

#[tokio::test]
async fn malformed_answers_come_in_every_shape() {
    let lab = Lab::start().await;
    let check = |shape: &str, answer: &Value| match shape {
        "no_expires_in" => answer.get("expires_in").is_none(),
        "expires_in_text" => answer["expires_in"] == "3599",
        "expires_in_zero" => answer["expires_in"] == 0,
        "expires_in_negative" => answer["expires_in"].as_i64().unwrap() < 0,
        "expires_in_huge" => answer["expires_in"].as_i64().unwrap() > 1_000_000_000,
        "no_refresh_token" => answer.get("refresh_token").is_none(),
        "no_scope" => answer.get("scope").is_none(),
        "lower_case_type" => answer["token_type"] == "bearer",
        "empty_access_token" => answer["access_token"] == "",
        "no_access_token" => answer.get("access_token").is_none() && answer["refresh_token"].is_string(),
        other => panic!("{other} has no check"),
    };
    let known = lab.get("/control/switches").await.is(200)["known"].clone();
    let shapes = known.as_array().unwrap().iter().find(|listed| listed["key"] == "token_answer").unwrap();
    let shapes: Vec<&str> =
        shapes["values"].as_array().unwrap().iter().map(|value| value["value"].as_str().unwrap()).collect();
    assert_eq!(shapes.len(), 11);
    let mut refresh = lab.connected(HARBOUR, "portunus").await.refresh;
    for shape in shapes.into_iter().filter(|shape| *shape != "right") {
        lab.switch_once("token_answer", shape).await;
        let code = code(&lab).await;
        assert!(check(shape, &lab.exchange("portunus", &code).await.is(200)), "exchange: {shape}");
        lab.switch_once("token_answer", shape).await;
        let answer = lab.refresh("portunus", &refresh).await.is(200);
        assert!(check(shape, &answer), "refresh: {shape}");
        // Where no new refresh token came the old one still works; the next refresh in the loop proves it.
        if let Some(next) = answer.get("refresh_token") {
            refresh = next.as_str().unwrap().to_owned();
        }
    }
    lab.refresh("portunus", &refresh).await.is(200);
}
