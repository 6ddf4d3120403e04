//! The REST API of both versions.

use super::*;

#[tokio::test]
async fn an_organization_is_read_with_the_token_of_that_organization_only() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let path = format!("/api/v1/organizations/{HARBOUR}");
    let organization = lab.api(&connected.access, &path).await.is(200);
    assert_eq!(organization["_id"], "65f0a1b2c3d4e5f600000001");
    assert_eq!((&organization["slug"], &organization["name"]), (&json!(HARBOUR), &json!("Harbour & Loom")));
    assert_eq!(organization["regionInfo"]["regionUrl"], lab.simulator.url);
    lab.get(&path).await.is(401);
    lab.api("garbage", &path).await.is(401);
    let other = lab.api(&connected.access, "/api/v1/organizations/kaffee-und-werk").await.is(404);
    assert!(other["message"].is_string());
    lab.api(&connected.access, "/api/v1/organizations/nobody").await.is(404);
    lab.api(&connected.access, &format!("/api/v3/organizations/{HARBOUR}")).await.is(404);
}

#[tokio::test]
async fn a_missing_scope_is_403_with_a_message() {
    let lab = Lab::start().await;
    lab.switch_once("missing_scope", "integrations_read").await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    lab.api(&connected.access, &format!("/api/v1/organizations/{HARBOUR}")).await.is(200);
    for version in ["v1", "v2"] {
        let path =
            format!("/api/{version}/organizations/{HARBOUR}/integrations/{}?appClientId=client-portunus", connected.id);
        let refused = lab.api(&connected.access, &path).await.is(403);
        assert!(refused["message"].as_str().unwrap().contains("flex.settings.integrations.read"));
    }
}

#[tokio::test]
async fn coarse_scopes_open_version_1_only() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "ledgerline").await;
    let path = |version: &str| {
        format!("/api/{version}/organizations/{HARBOUR}/integrations/{}?appClientId=client-ledgerline", connected.id)
    };
    assert!(lab.api(&connected.access, &path("v1")).await.is(200)["settings"]["secret"].is_string());
    lab.api(&connected.access, &path("v2")).await.is(403);
}

#[tokio::test]
async fn the_integration_secret_belongs_to_the_integration_and_the_application() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let other = lab.connected(HARBOUR, "ledgerline").await;
    let foreign = lab.connected("studio-17", "portunus").await;
    let truth = lab.get(&format!("/control/integrations/{}", connected.id)).await.is(200)["secret"].clone();
    let path = |version: &str, id: &str, client: &str| {
        format!("/api/{version}/organizations/{HARBOUR}/integrations/{id}?appClientId={client}")
    };
    for version in ["v1", "v2"] {
        let read = |id: &str, client: &str| {
            let path = path(version, id, client);
            let access = connected.access.clone();
            let lab = &lab;
            async move { lab.api(&access, &path).await }
        };
        let found = read(&connected.id, "client-portunus").await.is(200);
        assert_eq!((&found["_id"], &found["settings"]["secret"]), (&json!(connected.id), &truth));
        read(&connected.id, "client-ledgerline").await.is(404);
        read(&other.id, "client-portunus").await.is(404);
        read(&foreign.id, "client-portunus").await.is(404);
        let without = format!("/api/{version}/organizations/{HARBOUR}/integrations/{}", connected.id);
        lab.api(&connected.access, &without).await.is(400);
    }

    let secret = |version: &'static str| {
        let (path, access, lab) = (path(version, &connected.id, "client-portunus"), &connected.access, &lab);
        async move {
            let got = lab.api(access, &path).await;
            (got.status, got.json()["settings"]["secret"].clone())
        }
    };
    lab.switch("integration_secret", "wrong").await;
    let (status, wrong) = secret("v2").await;
    assert!(status == 200 && wrong.is_string() && wrong != truth);
    lab.switch("integration_secret", "absent").await;
    assert_eq!((secret("v2").await, secret("v1").await), ((200, Value::Null), (200, Value::Null)));
    lab.switch("integration_secret", "only_in_v1").await;
    assert_eq!((secret("v2").await, secret("v1").await), ((200, Value::Null), (200, truth.clone())));
    lab.switch("integration_secret", "no_v2_path").await;
    assert_eq!((secret("v2").await.0, secret("v1").await), (404, (200, truth)));
}

#[tokio::test]
async fn regions_and_organizations_can_be_what_they_should_not() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let path = format!("/api/v1/organizations/{HARBOUR}");
    let expected = [
        ("unreachable", json!("http://127.0.0.1:9")),
        ("foreign", json!("https://officernd.example.net")),
        ("lookalike", json!("https://app.officernd.com.example.net")),
        ("plain_http", json!("http://app.officernd.com")),
        ("empty_url", json!("")),
        ("empty_info", Value::Null),
        ("missing_info", Value::Null),
        ("down", json!(lab.simulator.url)),
    ];
    for (value, url) in expected {
        lab.switch("region", value).await;
        let organization = lab.api(&connected.access, &path).await.is(200);
        assert_eq!(organization["regionInfo"]["regionUrl"], url, "{value}");
        assert_eq!(organization.get("regionInfo").is_some(), value != "missing_info");
    }
    lab.api(&connected.access, &format!("/api/v2/organizations/{HARBOUR}/locations")).await.is(503);
    lab.switch("region", "here").await;
    lab.api(&connected.access, &format!("/api/v2/organizations/{HARBOUR}/locations")).await.is(200);

    lab.switch("organization_answer", "other_id").await;
    assert_ne!(lab.api(&connected.access, &path).await.is(200)["_id"], "65f0a1b2c3d4e5f600000001");
    lab.switch("organization_answer", "other_slug").await;
    assert_ne!(lab.api(&connected.access, &path).await.is(200)["slug"], HARBOUR);
    lab.switch("organization_answer", "no_id").await;
    assert!(lab.api(&connected.access, &path).await.is(200).get("_id").is_none());
}

#[tokio::test]
async fn version_2_lists_have_cursors_in_the_body() {
    let lab = Lab::start().await;
    let connected = lab.connected("northern-harbours", "portunus").await;
    let path = "/api/v2/organizations/northern-harbours/locations";
    let first = lab.api(&connected.access, path).await.is(200);
    assert_eq!(first["results"].as_array().unwrap().len(), 50);
    assert_eq!((&first["rangeStart"], &first["rangeEnd"]), (&json!(1), &json!(50)));
    assert_eq!(first["cursorPrev"], Value::Null);
    let place = &first["results"][0];
    assert_eq!(
        (&place["name"], &place["timezone"], &place["currency"]),
        (&json!("Yard 01"), &json!("Europe/Oslo"), &json!("NOK"))
    );
    let next = first["cursorNext"].as_str().unwrap();
    let second = lab.api(&connected.access, &format!("{path}?%24cursorNext={next}")).await.is(200);
    assert_eq!(second["results"].as_array().unwrap().len(), 13);
    assert_eq!(second["results"][0]["name"], "Yard 51");
    assert_eq!(second["cursorNext"], Value::Null);
    let back = second["cursorPrev"].as_str().unwrap();
    assert_eq!(lab.api(&connected.access, &format!("{path}?$cursorPrev={back}")).await.is(200), first);
    // The maximum holds whatever is asked for.
    let many = lab.api(&connected.access, &format!("{path}?$limit=500&$select=name")).await.is(200);
    assert_eq!(many["results"].as_array().unwrap().len(), 50);
    assert!(many["results"][0].get("timezone").is_none() && many["results"][0].get("_id").is_some());
    for bad in ["$limit=0", "$limit=x", "$cursorNext=garbage"] {
        lab.api(&connected.access, &format!("{path}?{bad}")).await.is(400);
    }
    lab.switch("currency_at", "organization").await;
    let place = lab.api(&connected.access, path).await.is(200)["results"][0].clone();
    assert!(place.get("currency").is_none());
}

#[tokio::test]
async fn version_1_lists_are_arrays_with_cursors_in_headers() {
    let lab = Lab::start().await;
    let connected = lab.connected("northern-harbours", "ledgerline").await;
    lab.api(&connected.access, "/api/v1/organizations/northern-harbours/locations").await.is(404);
    let path = "/api/v1/organizations/northern-harbours/offices?%24limit=40";
    lab.switch_once("missing_scope", "nothing").await;
    let first = lab.api(&connected.access, path).await;
    assert_eq!((first.json().as_array().unwrap().len(), first.header("rnd-cursor-prev")), (40, None));
    let next = first.header("rnd-cursor-next").unwrap();
    let second = lab.api(&connected.access, &format!("{path}&$next={next}")).await;
    assert_eq!(second.json().as_array().unwrap().len(), 23);
    assert_eq!(second.header("rnd-cursor-next"), None);
    assert!(second.header("rnd-cursor-prev").is_some());
}

#[tokio::test]
async fn webhooks_have_both_shapes_and_one_owner() {
    let lab = Lab::start().await;
    let fine = lab.connected(HARBOUR, "portunus").await;
    let coarse = lab.connected(HARBOUR, "ledgerline").await;
    let body = json!({ "url": "https://partner.example/hook", "eventTypes": ["Integration.removed"], "enabled": true });
    let url = |version: &str| lab.url(&format!("/api/{version}/organizations/{HARBOUR}/webhooks"));
    let create = |version: &'static str, token: &str| lab.http.post(url(version)).bearer_auth(token).json(&body);

    let v2 = lab.send(create("v2", &fine.access)).await.is(201);
    assert!(v2["secret"].is_string() && v2["_id"].is_string() && v2["eventTypes"].is_array());
    let v1 = lab.send(create("v1", &coarse.access)).await.is(200);
    assert_eq!(v1.as_array().unwrap().len(), 1);
    assert!(v1[0]["secret"].is_string() && v1[0]["enabled"] == true);
    lab.send(create("v2", &coarse.access)).await.is(403);

    let path = format!("/api/v2/organizations/{HARBOUR}/webhooks");
    let list = lab.api(&fine.access, &path).await.is(200);
    assert_eq!(list["results"].as_array().unwrap().len(), 1);
    assert_eq!(list["results"][0]["_id"], v2["_id"]);
    assert!(list["results"][0].get("secret").is_none());
    let own = format!("{path}/{}", v2["_id"].as_str().unwrap());
    assert!(lab.api(&fine.access, &own).await.is(200).get("secret").is_none());
    lab.switch("subscription_secret", "always").await;
    assert_eq!(lab.api(&fine.access, &own).await.is(200)["secret"], v2["secret"]);

    let others = format!("/api/v1/organizations/{HARBOUR}/webhooks/{}", v2["_id"].as_str().unwrap());
    lab.api(&coarse.access, &others).await.is(404);
    lab.send(lab.http.delete(lab.url(&others)).bearer_auth(&coarse.access)).await.is(404);
    assert_eq!(lab.send(lab.http.delete(lab.url(&own)).bearer_auth(&fine.access)).await.status, 204);
    lab.api(&fine.access, &own).await.is(404);

    for bad in [
        json!({ "url": "https://partner.example/hook", "eventTypes": [] }),
        json!({ "url": "https://partner.example/hook", "eventTypes": ["member.invented"] }),
        json!({ "url": "/hook", "eventTypes": ["member.created"] }),
        json!({ "url": "ftp://partner.example/hook", "eventTypes": ["member.created"] }),
        json!({ "eventTypes": ["member.created"] }),
    ] {
        lab.send(lab.http.post(url("v2")).bearer_auth(&fine.access).json(&bad)).await.is(400);
    }
}
