//! Faults: each meets the request it was ordered for, and no other.

use super::*;

async fn order(lab: &Lab, fault: Value) {
    lab.control("/control/faults", fault).await;
}

#[tokio::test]
async fn a_fault_meets_its_endpoint_as_often_as_ordered() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let organization = format!("/api/v1/organizations/{HARBOUR}");
    let locations = format!("/api/v2/organizations/{HARBOUR}/locations");
    order(&lab, json!({ "answer": "500", "at": "locations", "times": 2 })).await;
    lab.api(&connected.access, &organization).await.is(200);
    lab.api(&connected.access, &locations).await.is(500);
    lab.api(&connected.access, &locations).await.is(500);
    lab.api(&connected.access, &locations).await.is(200);

    order(&lab, json!({ "answer": "429", "at": "any", "retry_after": 7, "times": 1 })).await;
    let limited = lab.api(&connected.access, &organization).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("7")));
    order(&lab, json!({ "answer": "html", "at": "organization", "times": 1 })).await;
    let html = lab.api(&connected.access, &organization).await;
    assert!(html.status == 200 && html.text.starts_with("<!doctype html>"));
    order(&lab, json!({ "answer": "503", "at": "organization", "organization": "studio-17" })).await;
    lab.api(&connected.access, &organization).await.is(200);
    let other = lab.connected("studio-17", "portunus").await;
    lab.api(&other.access, "/api/v1/organizations/studio-17").await.is(503);
    lab.send(lab.http.delete(lab.url("/control/faults"))).await.is(200);
    lab.api(&other.access, "/api/v1/organizations/studio-17").await.is(200);
    assert_eq!(lab.post("/control/faults", json!({ "answer": "sometimes" })).await.status, 422);
}

#[tokio::test]
async fn a_reset_after_processing_has_used_up_the_refresh_token() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let form = [
        ("client_id", "client-portunus"),
        ("client_secret", "secret-portunus"),
        ("grant_type", "refresh_token"),
        ("refresh_token", connected.refresh.as_str()),
    ];
    let request = || lab.http.post(lab.url("/oauth/token")).form(&form);
    order(&lab, json!({ "answer": "reset_before", "at": "refresh", "times": 1 })).await;
    let error = request().send().await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    // Nothing was processed, so the token still works; this time the answer is lost on the way.
    order(&lab, json!({ "answer": "reset_after", "at": "refresh", "times": 1 })).await;
    request().send().await.unwrap_err();
    lab.switch("refresh_reuse", "refused").await;
    assert_eq!(lab.refresh("portunus", &connected.refresh).await.is(400)["error"], "invalid_grant");
    lab.switch("refresh_reuse", "grace").await;
    lab.refresh("portunus", &connected.refresh).await.is(200);
    let counters = lab.get("/control/counters").await.is(200);
    assert_eq!(counters["endpoints"]["refresh"], 4);
}

#[tokio::test]
async fn a_late_answer_is_late_and_right() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    order(&lab, json!({ "answer": "slow", "at": "refresh", "milliseconds": 300, "times": 1 })).await;
    #[expect(clippy::disallowed_methods, reason = "a client that gives up soon")]
    let impatient = Client::builder().timeout(std::time::Duration::from_millis(100)).build().unwrap();
    let organization = lab.url(&format!("/api/v1/organizations/{HARBOUR}"));
    impatient.get(&organization).bearer_auth(&connected.access).send().await.unwrap();
    let form = [
        ("client_id", "client-portunus"),
        ("client_secret", "secret-portunus"),
        ("grant_type", "refresh_token"),
        ("refresh_token", connected.refresh.as_str()),
    ];
    assert!(impatient.post(lab.url("/oauth/token")).form(&form).send().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn answers_carry_officernds_date() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let path = format!("/api/v1/organizations/{HARBOUR}");
    let got = lab.api(&connected.access, &path).await;
    assert_eq!(got.header("date"), Some("Sun, 03 May 2026 12:00:00 GMT"));
    lab.switch("officernd_clock", "behind_5_minutes").await;
    let got = lab.api(&connected.access, &path).await;
    assert_eq!(got.header("date"), Some("Sun, 03 May 2026 11:55:00 GMT"));
}

#[tokio::test]
async fn the_log_masks_what_opens_doors_unless_asked() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let secret = lab.get(&format!("/control/integrations/{}", connected.id)).await.is(200)["secret"].clone();
    let path = format!("/api/v2/organizations/{HARBOUR}/integrations/{}?appClientId=client-portunus", connected.id);
    lab.api(&connected.access, &path).await.is(200);
    let masked = format!("{}{}", lab.get("/control/log").await.text, lab.get("/control/state").await.text);
    let revealed = lab.get("/control/log?reveal=true").await.text;
    for secret in [&connected.access, &connected.refresh, secret.as_str().unwrap(), "secret-portunus"] {
        assert!(!masked.contains(secret), "{secret}");
        assert!(revealed.contains(secret), "{secret}");
    }
    assert!(masked.contains("/oauth/token"));
}
