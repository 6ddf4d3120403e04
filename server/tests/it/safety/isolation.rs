//! Two organizations, two integrations, three connections: whatever opens one opens none of the others.

use std::collections::HashMap;

use app::ids::ConnectionId;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::{Browser, Database, Installed, Subscription, TestApp, on_both_databases, signature_header};

/// One connection with everything that somebody could hold for it.
struct Tenant {
    organization: &'static str,
    name: &'static str,
    integration: &'static str,
    installed: Installed,
    id: ConnectionId,
    secret: String,
    subscription: Subscription,
    /// Cookies of a visit.
    visit: Browser,
    /// Cookies of a connect attempt that is still open, and its page.
    popup: Browser,
    attempt: String,
}

async fn tenant(app: &TestApp, organization: &'static str, name: &'static str, integration: &'static str) -> Tenant {
    let installed = app.connected(organization, integration, &[]).await;
    let id = ConnectionId(app.connection_of(&installed).await);
    app.clock.advance(1_000);
    let mut visit = app.browser();
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    assert_eq!(visit.get(&url).await.location, format!("/settings/{id}"));
    let mut popup = app.browser();
    let again = app.connect_again(&installed).await;
    let page = popup.follow(&again.connect_url).await;
    assert_eq!(page.status, 200);
    Tenant {
        organization,
        name,
        integration,
        id,
        secret: app.integration_secret(&installed).await,
        subscription: app.subscription(&installed).await,
        visit,
        popup,
        attempt: page.path,
        installed,
    }
}

/// The values of `from` under the names of `to`: a cookie that was renamed opens nothing either.
fn renamed(app: &TestApp, from: &Browser, to: &Browser) -> Browser {
    let mut browser = app.browser();
    browser.cookies = to.cookies.keys().cloned().zip(from.cookies.values().cloned()).collect();
    browser
}

fn copied(app: &TestApp, from: &Browser) -> Browser {
    let mut browser = app.browser();
    browser.cookies.clone_from(&from.cookies);
    browser
}

async fn nothing_of_one_opens_another(database: Database) {
    let app = TestApp::start(database).await;
    let all = [
        tenant(&app, "harbour-and-loom", "Harbour &amp; Loom", "tally-desk").await,
        tenant(&app, "harbour-and-loom", "Harbour &amp; Loom", "portunus-access").await,
        tenant(&app, "kaffee-und-werk", "Kaffee und Werk", "tally-desk").await,
    ];
    // What was seen of OfficeRnD is written behind the answers.
    app.written().await;
    let counts = app.counts().await;
    let mut tried = 0;
    for (mine, mine_index) in all.iter().zip(0..) {
        for (other, other_index) in all.iter().zip(0..) {
            if mine_index == other_index {
                continue;
            }
            tried += 1;
            pages(&app, mine, other).await;
            signed_calls(&app, mine, other).await;
            deliveries(&app, mine, other).await;
        }
    }
    assert_eq!(tried, 6);
    app.written().await;
    assert_eq!(app.counts().await, counts, "nothing was written");
    assert_eq!(app.number("SELECT COUNT(*) FROM connections WHERE disconnected_at IS NOT NULL").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM connections WHERE NOT sync_on").await, 0);

    // And what is one's own opens, so that the above says something.
    for own in &all {
        let page = copied(&app, &own.visit).get(&format!("/settings/{}", own.id)).await;
        assert!(page.status == 200 && page.text.contains(own.name), "{}", own.id);
        assert_eq!(copied(&app, &own.popup).get(&own.attempt).await.status, 200);
        app.clock.advance(1_000);
        assert_eq!(app.call(&own.installed, "sync", &json!({})).await.status, 200);
        assert_eq!(app.deliver(&own.subscription, b"{\"eventType\":\"a.b\"}").await.status, 200);
        let done = copied(&app, &own.visit).press(&format!("/settings/{}/disconnect", own.id), "disconnect").await;
        assert_eq!(done.status, 303);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM connections WHERE disconnected_at IS NOT NULL").await, 3);
}

async fn pages(app: &TestApp, mine: &Tenant, other: &Tenant) {
    let visitors =
        [copied(app, &mine.visit), renamed(app, &mine.visit, &other.visit), renamed(app, &mine.popup, &other.visit)];
    for mut visitor in visitors {
        for page in ["", "/disconnect", "/reconnect"] {
            let answer = visitor.get(&format!("/settings/{}{page}", other.id)).await;
            assert_eq!(answer.status, 401, "{page}");
            assert!(!answer.text.contains(other.name), "{page}");
        }
        let answer = visitor.press(&format!("/settings/{}/disconnect", other.id), "disconnect").await;
        assert_eq!(answer.status, 401);
    }
    let visitors = [
        copied(app, &mine.popup),
        renamed(app, &mine.popup, &other.popup),
        renamed(app, &mine.visit, &other.popup),
        copied(app, &other.visit),
    ];
    for mut visitor in visitors {
        let answer = visitor.get(&other.attempt).await;
        assert_eq!(answer.status, 404);
        assert!(!answer.text.contains(other.name));
        for act in ["next", "cancel", "retry"] {
            assert_eq!(visitor.press(&other.attempt, act).await.status, 404, "{act}");
        }
    }
}

async fn signed_calls(app: &TestApp, mine: &Tenant, other: &Tenant) {
    for call in ["healthcheck", "sync", "configure"] {
        // The other's call with my secret, and with mine for its other keys.
        for secret in [&mine.secret, &mine.subscription.secret, &other.subscription.secret] {
            let url = app.signed_url(&other.installed, call, &json!({ "secret": secret })).await;
            let mut browser = copied(app, &mine.visit);
            let answer = browser.get(&url).await;
            assert_eq!(answer.status, 401, "{call}: {}", answer.text);
            assert!(!answer.text.contains(other.name));
        }
        // My own good call at the other's address.
        if mine.integration != other.integration {
            let url = app.signed_url(&mine.installed, call, &json!({})).await;
            let url = url.replace(&format!("/i/{}/", mine.integration), &format!("/i/{}/", other.integration));
            assert_eq!(app.browser().get(&url).await.status, 401, "{call}");
        }
        // The other's slug in a call that was signed for me.
        if mine.organization != other.organization {
            let twist = json!({ "tampered": { "slug": other.organization } });
            let answer = app.browser().get(&app.signed_url(&mine.installed, call, &twist).await).await;
            assert_eq!(answer.status, 401, "{call}");
            assert!(!answer.text.contains(other.name), "{call}: {}", answer.text);
        }
    }
    // Signed with my secret, the other's slug beside my id is at most a call for me.
    let twist = json!({ "parameters": { "slug": other.organization }, "secret": mine.secret });
    let url = app.signed_url(&mine.installed, "healthcheck", &twist).await;
    let answer = app.browser().get(&url).await;
    assert_eq!(answer.status, 200);
    assert!(mine.organization == other.organization || !answer.text.contains(other.name), "{}", answer.text);
}

async fn deliveries(app: &TestApp, mine: &Tenant, other: &Tenant) {
    let body = br#"{"eventType":"integration.removed"}"#;
    let t = app.clock.now_seconds();
    for secret in [&mine.subscription.secret, &mine.secret, &other.secret] {
        let header = signature_header(secret, body, t);
        assert_eq!(app.post_webhook(&other.subscription.path(), Some(&header), body).await.status, 401);
    }
    if mine.integration != other.integration {
        let header = signature_header(&other.subscription.secret, body, t);
        let path = format!("/i/{}/webhooks/{}", mine.integration, other.id);
        assert_eq!(app.post_webhook(&path, Some(&header), body).await.status, 401);
    }
}

async fn a_key_sees_its_integrations_and_its_scopes_only(database: Database) {
    let app = TestApp::start(database).await;
    let tally = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let portunus = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    let kaffee = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let mut ids = HashMap::new();
    for (name, installed) in [("tally", &tally), ("portunus", &portunus), ("kaffee", &kaffee)] {
        ids.insert(name, ConnectionId(app.connection_of(installed).await).to_string());
    }
    let both = &["connections:read", "tokens:read"];
    let cases: [(&[&str], &[&str]); 4] = [
        (&["tally-desk"], &["kaffee", "tally"]),
        (&["portunus-access"], &["portunus"]),
        (&["tally-desk", "portunus-access"], &["kaffee", "portunus", "tally"]),
        (&["meshfern-wifi"], &[]),
    ];
    for (integrations, visible) in cases {
        let key = app.api_key(integrations, both).await;
        let list = app.api(&key).get("/api/v1/connections").await.json();
        let mut listed: Vec<&str> =
            list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        let mut expected: Vec<&str> = visible.iter().map(|name| ids[name].as_str()).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected, "{integrations:?}");
        for (name, id) in &ids {
            let seen = visible.contains(name);
            let read = app.api(&key).get(&format!("/api/v1/connections/{id}")).await;
            assert_eq!(read.status, if seen { 200 } else { 404 }, "{integrations:?} {name}");
            let token = app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
            let expected = match (seen, *name) {
                (false, _) => 404,
                // Its set-up is not finished.
                (true, "portunus") => 409,
                (true, _) => 200,
            };
            assert_eq!(token.status, expected, "{integrations:?} {name}: {}", token.text);
        }
        for filter in ["integration=portunus-access", "organization=harbour-and-loom", "state=finish_set_up"] {
            let list = app.api(&key).get(&format!("/api/v1/connections?{filter}")).await.json();
            let ids: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
            assert!(
                ids.iter().all(|id| expected.contains(&id.as_str().unwrap())),
                "{integrations:?} {filter}: {ids:?}"
            );
        }
    }
    let id = &ids["tally"];
    let reader = app.api_key(&["tally-desk"], &["connections:read"]).await;
    assert_eq!(app.api(&reader).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await.status, 403);
    let taker = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    assert_eq!(app.api(&taker).get("/api/v1/connections").await.status, 403);
    assert_eq!(app.api(&taker).get(&format!("/api/v1/connections/{id}")).await.status, 403);
    for wrong in ["dbk_", "dbk_x", "", "Basic dbk_x"] {
        let answer = app.api(&SecretString::from(wrong)).get("/api/v1/connections").await;
        assert_eq!(answer.status, 401, "{wrong}");
    }
    // Neither a visit's cookie nor a secret of OfficeRnD's is a key, and a key is no cookie.
    for other in [app.integration_secret(&tally).await, app.subscription(&tally).await.secret] {
        for guess in [other.clone(), format!("dbk_{other}")] {
            assert_eq!(app.api(&SecretString::from(guess)).get("/api/v1/connections").await.status, 401);
        }
    }
    app.execute("UPDATE api_keys SET revoked_at = 1").await;
    assert_eq!(app.api(&reader).get("/api/v1/connections").await.status, 401);
}

on_both_databases!(nothing_of_one_opens_another, a_key_sees_its_integrations_and_its_scopes_only);
