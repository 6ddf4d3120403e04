//! Connect URLs, signed calls and removal.

use super::*;

/// The secret and time of the vectors, which were computed elsewhere.
const SECRET: &str = "b7c1d1e2-0d5c-4a55-8a52-0a2b64f0c2a9";
const T: i64 = 1_795_462_108;

/// A lab with the organization of the vectors.
async fn vector_lab() -> Lab {
    let lab = Lab::with(|options| options.seed_organizations = false).await;
    lab.control(
        "/control/organizations",
        json!({
            "id": "64f0c2a9e1b2c3d4e5f60718",
            "slug": HARBOUR,
            "name": "Harbour & Loom",
            "locations": [
                { "id": "64f0aaaa0000000000000001", "name": "One" },
                { "id": "64f0aaaa0000000000000002", "name": "Two" },
            ],
        }),
    )
    .await;
    lab
}

async fn query(lab: &Lab, integration: &Value, mut body: Value) -> String {
    body["secret"] = SECRET.into();
    body["t"] = body.get("t").cloned().unwrap_or_else(|| T.into());
    let path = format!("/control/integrations/{}/signed-url", integration["integrationId"].as_str().unwrap());
    let signed = lab.control(&path, body).await;
    signed["url"].as_str().unwrap().split_once('?').unwrap().1.to_owned()
}

#[tokio::test]
async fn signed_urls_equal_the_vectors() {
    let lab = vector_lab().await;
    let all = lab.install(HARBOUR, "portunus").await;
    let member = json!({ "memberId": "64f0c2a9e1b2c3d4e5f6a001" });
    assert_eq!(
        query(&lab, &all, json!({ "call": "configure", "parameters": member })).await,
        "slug=harbour-and-loom&locations=&organizationId=64f0c2a9e1b2c3d4e5f60718\
         &memberId=64f0c2a9e1b2c3d4e5f6a001&signature=t%3D1795462108%2Csignature%3D\
         515d28a7f5d01b0b8daaf77a73af2f94c615f104aeb3d071e0735fde2b0f62a7"
    );
    lab.switch("member_id", "missing").await;
    let two = lab
        .control(
            "/control/integrations",
            json!({
                "organization": HARBOUR,
                "application": "portunus",
                "locations": ["64f0aaaa0000000000000001", "64f0aaaa0000000000000002"],
            }),
        )
        .await;
    assert_eq!(
        query(&lab, &two, json!({ "call": "healthcheck" })).await,
        "slug=harbour-and-loom&locations=64f0aaaa0000000000000001%2C64f0aaaa0000000000000002\
         &organizationId=64f0c2a9e1b2c3d4e5f60718&signature=t%3D1795462108%2Csignature%3D\
         e843cbbc225622e97b1379fef1faeaf955d7be8645e566ad43c8976259a2b1d2"
    );
    assert_eq!(
        query(&lab, &all, json!({ "call": "healthcheck", "parameters": { "userId": "u1" } })).await,
        "slug=harbour-and-loom&locations=&organizationId=64f0c2a9e1b2c3d4e5f60718&userId=u1\
         &signature=t%3D1795462108%2Csignature%3D7070969a76ac92dfd095a6926a9d8a2443727b9d0a364e7a9058ea098ffcfe12"
    );
    assert_eq!(
        query(&lab, &all, json!({ "call": "healthcheck", "order": ["organizationId", "slug"] })).await,
        "organizationId=64f0c2a9e1b2c3d4e5f60718&slug=harbour-and-loom&locations=\
         &signature=t%3D1795462108%2Csignature%3Dfab1b5ea4db1838950d3c1c6ad73741e46a11a1e398e10a4d4900afce0f59253"
    );
    lab.switch("member_id", "empty_unsigned").await;
    assert_eq!(
        query(&lab, &all, json!({ "call": "healthcheck" })).await,
        "slug=harbour-and-loom&locations=&organizationId=64f0c2a9e1b2c3d4e5f60718&memberId=\
         &signature=t%3D1795462108%2Csignature%3D8fc53ff8bf325375e31132e36d482c834ba6acbaaeb30cc5c7a1f5de4d1bcce3"
    );
}

#[tokio::test]
async fn the_sync_calls_quotes_equal_the_vectors() {
    let lab = vector_lab().await;
    lab.switch("member_id", "missing").await;
    let all = lab.install(HARBOUR, "portunus").await;
    let expected = |hex: &str| {
        format!(
            "slug=harbour-and-loom&locations=&organizationId=%2264f0c2a9e1b2c3d4e5f60718%22\
             &signature=t%3D1795462108%2Csignature%3D{hex}"
        )
    };
    lab.switch("organization_id", "quoted_signed_plain").await;
    assert_eq!(
        query(&lab, &all, json!({ "call": "sync" })).await,
        expected("8fc53ff8bf325375e31132e36d482c834ba6acbaaeb30cc5c7a1f5de4d1bcce3")
    );
    lab.switch("organization_id", "quoted_signed_quoted").await;
    assert_eq!(
        query(&lab, &all, json!({ "call": "sync" })).await,
        expected("50620a129de4c29924bc07b30fc0f82b9ff063ca313706a33e2727aea9581e72")
    );
    assert!(!query(&lab, &all, json!({ "call": "configure" })).await.contains("%22"));
}

#[tokio::test]
async fn the_guides_form_equals_the_vector() {
    let lab = Lab::start().await;
    let locations = json!([{ "id": "location-id1", "name": "1" }, { "id": "location-id2", "name": "2" }]);
    lab.control("/control/organizations", json!({ "slug": "test-slug", "name": "Test", "locations": locations })).await;
    lab.switch("signed_parameters", "guide").await;
    lab.switch("locations_join", "comma_space").await;
    let body = json!({
        "organization": "test-slug",
        "application": "portunus",
        "locations": ["location-id1", "location-id2"],
    });
    let installed = lab.control("/control/integrations", body).await;
    assert_eq!(
        query(&lab, &installed, json!({ "call": "configure", "t": 1_648_190_384 })).await,
        "slug=test-slug&locations=location-id1%2C+location-id2&signature=t%3D1648190384%2Csignature%3D\
         d661db54bc45a351073d32f99ec081ffb9cb86155b0f3586e02fea92421364b8"
    );
    lab.switch("locations_join", "sent_comma_signed_comma_space").await;
    assert_eq!(
        query(&lab, &installed, json!({ "call": "configure", "t": 1_648_190_384 })).await,
        "slug=test-slug&locations=location-id1%2Clocation-id2&signature=t%3D1648190384%2Csignature%3D\
         d661db54bc45a351073d32f99ec081ffb9cb86155b0f3586e02fea92421364b8"
    );
}

#[tokio::test]
async fn overrides_make_forgeries() {
    let lab = vector_lab().await;
    lab.switch("member_id", "missing").await;
    let all = lab.install(HARBOUR, "portunus").await;
    let genuine = query(&lab, &all, json!({ "call": "healthcheck" })).await;
    let tampered = query(&lab, &all, json!({ "call": "healthcheck", "tampered": { "slug": "studio-17" } })).await;
    assert_eq!(tampered, genuine.replace("slug=harbour-and-loom", "slug=studio-17"));
    let unsigned = query(&lab, &all, json!({ "call": "healthcheck", "signature": "" })).await;
    assert!(!unsigned.contains("signature"));
    let path = format!("/control/integrations/{}/signed-url", all["integrationId"].as_str().unwrap());
    let typo = lab.post(&path, json!({ "call": "healthcheck", "parametres": {} })).await;
    assert_eq!(typo.status, 422, "a misspelt override must not pass silently");
    let typo = lab.post("/control/faults", json!({ "answer": "500", "att": "token" })).await;
    assert!(typo.status == 422 && lab.get("/control/faults").await.is(200) == json!([]));
}

#[tokio::test]
async fn a_connect_url_carries_code_slug_id_and_locations_in_this_order() {
    let lab = Lab::start().await;
    let installed = lab.install(HARBOUR, "portunus").await;
    let (id, code) = (installed["integrationId"].as_str().unwrap(), installed["code"].as_str().unwrap());
    assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        installed["connectUrl"],
        format!(
            "{}/i/portunus/connect?code={code}&org_slug=harbour-and-loom&integrationId={id}&locations=",
            lab.product.url
        )
    );
    let again = lab.control(&format!("/control/integrations/{id}/connect"), json!({})).await;
    assert_eq!(again["integrationId"], id);
    assert_ne!(again["code"], code);

    lab.switch_once("connect_code", "absent").await;
    lab.switch_once("connect_locations", "missing").await;
    let url = lab.install(HARBOUR, "portunus").await["connectUrl"].as_str().unwrap().to_owned();
    assert!(!url.contains("code=") && !url.contains("error=") && !url.contains("locations"), "{url}");
    let url = lab.control(&format!("/control/integrations/{id}/connect"), json!({ "code": "access_denied" })).await;
    assert!(url["connectUrl"].as_str().unwrap().contains("?error=access_denied&error_description="));
    for bad in ["expired", "used", "foreign"] {
        let body = json!({ "organization": HARBOUR, "application": "portunus", "code": bad });
        let code = lab.control("/control/integrations", body).await["code"].as_str().unwrap().to_owned();
        assert_eq!(lab.exchange("portunus", &code).await.is(400)["error"], "invalid_grant", "{bad}");
    }
    let nowhere = json!({ "organization": HARBOUR, "application": "portunus", "locations": ["elsewhere"] });
    assert_eq!(lab.post("/control/integrations", nowhere).await.status, 422);
}

#[tokio::test]
async fn calls_reach_the_product_and_their_answers_are_kept() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let call = format!("/control/integrations/{}/call", connected.id);
    let answered = lab.control(&call, json!({ "call": "healthcheck" })).await;
    assert_eq!((&answered["status"], &answered["body"]["accountName"]), (&json!(200), &json!("hl-prod-7")));
    lab.product.answers(401, json!({ "message": "Bad signature" }));
    let answered = lab.control(&call, json!({ "call": "healthcheck", "secret": "another" })).await;
    assert_eq!((&answered["status"], &answered["body"]["message"]), (&json!(401), &json!("Bad signature")));
    let sync = lab.control(&call, json!({ "call": "sync", "parameters": { "enabled": "false" } })).await;
    assert_eq!(sync["status"], 401);

    let received = lab.product.received();
    let paths: Vec<&str> = received.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["/i/portunus/healthcheck", "/i/portunus/healthcheck", "/i/portunus/sync"]);
    assert!(received.iter().all(|one| one.method == Method::GET));
    assert!(received[2].query.contains("&enabled=false&signature="), "{}", received[2].query);
    assert!(received[0].query.starts_with("slug=harbour-and-loom&locations=&organizationId="));
    let page = lab.get(&format!("/?org={HARBOUR}")).await.text;
    assert!(page.contains("“Bad signature” <span class=\"sub\">401"), "the last answer stands on the page");
    let log = lab.get("/control/log?limit=1").await.is(200);
    assert_eq!((&log[0]["endpoint"], &log[0]["direction"]), (&json!("sync"), &json!("out")));
    assert!(log[0]["signed"]["text"].as_str().unwrap().starts_with("{\"slug\":\"harbour-and-loom\""));
}

#[tokio::test]
async fn removal_ends_the_grant_and_tells_the_integrations_own_subscription() {
    let lab = Lab::start().await;
    let first = lab.connected(HARBOUR, "portunus").await;
    let second = lab.connected(HARBOUR, "portunus").await;
    lab.subscribe(&first.access, HARBOUR, "/hooks/first").await;
    lab.subscribe(&second.access, HARBOUR, "/hooks/second").await;
    let removed = lab.send(lab.http.delete(lab.url(&format!("/control/integrations/{}", first.id)))).await.is(200);
    assert_eq!(removed["deliveries"][0]["state"], "delivered");
    let received = lab.product.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].path, "/hooks/first");
    let body: Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!((&body["eventType"], &body["data"]["object"]["_id"]), (&json!("integration.removed"), &json!(first.id)));

    let path = format!("/api/v1/organizations/{HARBOUR}");
    lab.api(&first.access, &path).await.is(401);
    lab.refresh("portunus", &first.refresh).await.is(400);
    lab.api(&second.access, &path).await.is(200);
    let integration = format!("/api/v2/organizations/{HARBOUR}/integrations/{}?appClientId=client-portunus", first.id);
    lab.api(&second.access, &integration).await.is(404);
    assert_eq!(lab.post(&format!("/control/integrations/{}/connect", first.id), json!({})).await.status, 422);

    lab.switch("removed_goes_to", "all").await;
    lab.switch("removed_name", "capital").await;
    lab.switch("webhook_ids", "without").await;
    lab.send(lab.http.delete(lab.url(&format!("/control/integrations/{}", second.id)))).await.is(200);
    let mut received = lab.product.received().split_off(1);
    received.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(received.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["/hooks/first", "/hooks/second"]);
    let body: Value = serde_json::from_str(&received[1].body).unwrap();
    assert_eq!(body, json!({ "eventType": "Integration.removed", "data": { "object": { "name": "The <portunus>" } } }));
}

#[tokio::test]
async fn a_rotated_secret_signs_from_then_on() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let sign = format!("/control/integrations/{}/signed-url", connected.id);
    let before = lab.control(&sign, json!({ "call": "healthcheck" })).await["signature"].clone();
    lab.control(&format!("/control/integrations/{}/rotate-secret", connected.id), json!({})).await;
    assert_ne!(lab.control(&sign, json!({ "call": "healthcheck" })).await["signature"], before);
    lab.switch("officernd_clock", "ahead_5_minutes").await;
    assert_eq!(lab.control(&sign, json!({ "call": "healthcheck" })).await["t"], START / 1_000 + 300);
    let revoked = lab.control(&format!("/control/integrations/{}/revoke", connected.id), json!({})).await;
    assert_eq!(revoked["revoked"], 1);
    lab.refresh("portunus", &connected.refresh).await.is(400);
}
