//! Whatever is wrong with a signed call, it looks the same from outside and changes nothing.

use serde_json::{Value, json};

use crate::support::{Answer, Database, Installed, TestApp, on_both_databases};

const CALLS: [&str; 3] = ["healthcheck", "sync", "configure"];
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaa";

/// Calls that must be refused, each wrong in its own way. The first names an organization that nobody knows.
async fn wrong_calls(
    app: &TestApp,
    mine: &Installed,
    sibling: &Installed,
    other: &Installed,
    call: &str,
) -> Vec<(String, String)> {
    let now = app.clock.now_seconds();
    let foreign = app.integration_secret(other).await;
    let sibling_secret = app.integration_secret(sibling).await;
    let subscription = app.subscription(mine).await.secret;
    let mut urls = Vec::new();
    for (what, twist) in [
        ("unknown organization", json!({ "parameters": { "slug": "nobody", "organizationId": NOBODY } })),
        ("unknown slug alone", json!({ "parameters": { "slug": "nobody", "organizationId": null } })),
        ("no organization at all", json!({ "parameters": { "slug": null, "organizationId": null } })),
        ("stale", json!({ "t": now - 61 })),
        ("from the future", json!({ "t": now + 61 })),
        ("long ago", json!({ "t": 1 })),
        ("slug tampered", json!({ "tampered": { "slug": "kaffee-und-werk" } })),
        ("locations tampered", json!({ "tampered": { "locations": "65f0a1b2c3d4e5f700010000" } })),
        ("member tampered", json!({ "tampered": { "memberId": "somebody" } })),
        ("parameter added", json!({ "tampered": { "enabled": "false" } })),
        ("other tenant's secret", json!({ "secret": foreign })),
        ("other integration's secret", json!({ "secret": sibling_secret })),
        ("subscription's secret", json!({ "secret": subscription })),
        ("no signature", json!({ "signature": "" })),
        ("no time", json!({ "signature": format!("signature={}", "0".repeat(64)) })),
        ("short hex", json!({ "signature": format!("t={now},signature=abcd") })),
        ("no hex", json!({ "signature": format!("t={now},signature={}", "z".repeat(64)) })),
        ("zeros", json!({ "signature": format!("t={now},signature={}", "0".repeat(64)) })),
        ("nonsense", json!({ "signature": "nonsense" })),
        ("huge time", json!({ "signature": format!("t={},signature={}", "9".repeat(15), "0".repeat(64)) })),
    ] {
        urls.push((what.to_owned(), app.signed_url(mine, call, &twist).await));
    }
    let good = app.signed_url(mine, call, &json!({})).await;
    urls.push(("order changed".into(), reversed(&good)));
    urls.push(("repeated".into(), format!("{good}&slug=harbour-and-loom")));
    urls.push(("bad percent".into(), format!("{good}&x=%4")));
    urls.push(("bad UTF-8".into(), format!("{good}&x=%ff")));
    urls.push(("NUL".into(), format!("{good}&x=%00").replace("slug=harbour-and-loom", "slug=%00")));
    urls.push(("too long".into(), format!("{good}&x={}", "x".repeat(33_000))));
    urls.push(("too many".into(), format!("{good}{}", "&x".repeat(100))));
    urls.push(("nothing".into(), good.split('?').next().unwrap().to_owned()));
    // Signed for another integration of the same organization, and for another organization.
    let path = |url: &str| url.replace("/i/meshfern-wifi/", "/i/tally-desk/");
    urls.push(("sibling's call".into(), path(&app.signed_url(sibling, call, &json!({})).await)));
    let to_other = app.signed_url(other, call, &json!({})).await;
    urls.push((
        "other's call for us".into(),
        to_other.replace("kaffee-und-werk", "harbour-and-loom").replace("0002&", "0001&"),
    ));
    urls
}

fn reversed(url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap();
    let pairs: Vec<&str> = query.split('&').rev().collect();
    format!("{path}?{}", pairs.join("&"))
}

/// All that the caller can see, but for the time of day.
fn visible(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.text.clone())
}

async fn all_look_alike_and_change_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let mine = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let sibling = app.connected("harbour-and-loom", "meshfern-wifi", &[]).await;
    let other = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let counts = app.counts().await;
    for call in CALLS {
        let mut first = None;
        for (what, url) in wrong_calls(&app, &mine, &sibling, &other, call).await {
            let answer = app.browser().get(&url).await;
            assert_eq!(answer.status, 401, "{call}, {what}: {}", answer.text);
            assert!(answer.headers.get("set-cookie").is_none(), "{call}, {what}");
            let seen = visible(&answer);
            let expected = first.get_or_insert_with(|| seen.clone());
            assert_eq!(&seen, expected, "{call}, {what}: this refusal can be told apart");
        }
        let (_, _, body) = first.unwrap();
        if call == "configure" {
            assert!(
                body.starts_with("<!DOCTYPE html>") && body.contains("Open Configure again in OfficeRnD"),
                "{body}"
            );
        } else {
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["message"]);
        }
    }
    assert_eq!(app.counts().await, counts, "a refused call writes nothing");

    // The same calls are good when nothing is wrong with them, up to the last second on both sides.
    for t in [-60, 60, 0] {
        let twist = json!({ "t": app.clock.now_seconds() + t });
        assert_eq!(app.call(&mine, "healthcheck", &twist).await.status, 200, "{t}");
        assert_eq!(app.call(&mine, "sync", &twist).await.status, 200, "{t}");
        assert_eq!(app.call(&mine, "configure", &twist).await.status, 303, "{t}");
    }
}

async fn an_unknown_integration_is_not_found(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let id = app::ids::ConnectionId(app.connection_of(&installed).await);
    for call in CALLS {
        let url = app.signed_url(&installed, call, &json!({})).await.replace("/i/tally-desk/", "/i/tally-desc/");
        assert_eq!(app.browser().get(&url).await.status, 404, "{call}");
        // Known or not, an integration whose calls are not signed says nothing of organizations.
        let bare = app.browser().get(&format!("/i/tally-desc/{call}")).await;
        assert_eq!(bare.status, 404, "{call}");
    }
    assert_eq!(app.browser().get("/i/tally-desc/connect?code=x&org_slug=y&integrationId=z").await.status, 404);
    assert_eq!(app.post_webhook(&format!("/i/tally-desc/webhooks/{id}"), None, b"{}").await.status, 404);
    // Which methods an address takes is said of integrations that there are.
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"] {
        for place in ["healthcheck", "sync", "configure", "connect", "partner-return", &format!("webhooks/{id}")] {
            let answer = app.browser().send(method, &format!("/i/tally-desc/{place}"), None).await;
            assert_eq!(answer.status, 404, "{method} {place}");
        }
    }
}

async fn a_wrong_method_names_the_right_one(database: Database) {
    let app = TestApp::start(database).await;
    for (place, allowed) in [("healthcheck", "GET"), ("sync", "GET"), ("webhooks/con_x", "POST")] {
        let answer = app.browser().send("PUT", &format!("/i/tally-desk/{place}"), None).await;
        assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{place}");
        assert!(answer.json()["message"].is_string(), "{place}: {}", answer.text);
    }
    for place in ["connect", "configure", "partner-return"] {
        for method in ["PUT", "HEAD"] {
            let answer = app.browser().send(method, &format!("/i/tally-desk/{place}"), None).await;
            assert_eq!((answer.status, answer.header("allow")), (405, "GET"), "{method} {place}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{method} {place}");
        }
    }
}

on_both_databases!(
    a_wrong_method_names_the_right_one,
    all_look_alike_and_change_nothing,
    an_unknown_integration_is_not_found,
);
