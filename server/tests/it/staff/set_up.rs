//! `/integrations`: the checklist, keys and endpoints.

use app::role::Role;
use secrecy::SecretString;
use serde_json::json;

use crate::support::{Database, TestApp, on_both_databases};

on_both_databases!(
    the_checklist_says_what_was_seen,
    engineers_make_replace_and_revoke_keys,
    engineers_manage_endpoints,
);

/// Points of the checklist that are done.
fn done(page: &str) -> usize {
    page.matches("<li data-tone=\"ok\">").count()
}

async fn the_checklist_says_what_was_seen(database: Database) {
    let app = TestApp::start(database).await;
    let mut browser = app.staff(Role::Viewer).await;
    assert_eq!(browser.get("/integrations/no-such").await.status, 404);
    let before = browser.get("/integrations/tally-desk").await;
    assert_eq!(before.status, 200, "{}", before.text);
    for page in ["connect", "configure", "healthcheck", "sync"] {
        assert!(before.text.contains(&format!("{}/i/tally-desk/{page}<", app.url)), "{page}: {}", before.text);
    }
    // Manifest and keys; this machine's address is none that OfficeRnD reaches.
    assert_eq!(done(&before.text), 2);
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.written().await;
    assert_eq!(done(&browser.get("/integrations/tally-desk").await.text), 4, "connect, finished");
    assert_eq!(app.call(&installed, "healthcheck", &json!({})).await.status, 200);
    app.written().await;
    assert_eq!(done(&browser.get("/integrations/tally-desk").await.text), 5, "healthcheck");
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    assert_eq!(app.browser().follow(&url).await.status, 200);
    let subscription = app.subscription(&installed).await;
    assert_eq!(app.deliver(&subscription, b"{\"eventType\":\"a.b\"}").await.status, 200);
    app.written().await;
    assert_eq!(done(&browser.get("/integrations/tally-desk").await.text), 7, "configure, webhook");
    // A forged call ticks nothing.
    let other = browser.get("/integrations/meshfern-wifi").await.text;
    assert_eq!(app.browser().get("/i/meshfern-wifi/healthcheck?slug=x&t=1&signature=00").await.status, 401);
    app.written().await;
    assert_eq!(done(&browser.get("/integrations/meshfern-wifi").await.text), done(&other));
    let list = browser.get("/integrations").await;
    assert!(list.status == 200 && list.text.contains("href=\"/integrations/tally-desk\""), "{}", list.text);
    assert!(!list.text.contains("value=\"make\""), "a viewer makes no keys");
    assert!(list.text.contains("1 with revision 1"), "{}", list.text);
    app.connected("studio-17", "tally-desk", &[]).await;
    app.execute("UPDATE tenant_rows SET revision = NULL WHERE number = (SELECT MIN(number) FROM tenant_rows)").await;
    let list = browser.get("/integrations").await.text;
    assert!(list.contains("1 with revision 1") && list.contains("1 with an unknown revision"), "{list}");
}

async fn engineers_make_replace_and_revoke_keys(database: Database) {
    let app = TestApp::start(database).await;
    let mut browser = app.staff(Role::Engineer).await;
    let form = |name: &'static str, scope: &'static str, days: &'static str| {
        vec![("act", "make"), ("name", name), ("integration", "tally-desk"), ("scope", scope), ("days", days)]
    };
    for (form, why) in [
        (form("", "connections:read", ""), "Enter a name"),
        (form("backend", "everything", ""), "at least one right"),
        (form("backend", "connections:read", "0"), "from 1 to 3650"),
        (vec![("act", "make"), ("name", "backend"), ("scope", "connections:read")], "at least one integration"),
    ] {
        let refused = browser.submit("/integrations", &form).await;
        assert!(refused.status == 422 && refused.text.contains(why), "{why}: {}", refused.text);
    }
    let key_of = |text: &str| {
        let shown = text.split("<textarea id=\"made-key\"").nth(1).unwrap_or_else(|| panic!("no key: {text}"));
        SecretString::from(shown.split('>').nth(1).unwrap().split('<').next().unwrap().trim())
    };
    let made = browser.submit("/integrations", &form("backend", "connections:read", "30")).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let key = key_of(&made.text);
    assert_eq!(app.api(&key).get("/api/v1/connections").await.status, 200);
    let page = browser.get("/integrations").await.text;
    assert!(page.contains("backend") && !page.contains(secrecy::ExposeSecret::expose_secret(&key)), "shown once");
    let id = page.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    app.clock.advance(server::clock::SECOND);
    let replaced = browser.submit("/integrations", &[("act", "replace"), ("key", &id)]).await;
    let newer = key_of(&replaced.text);
    assert_eq!(app.api(&newer).get("/api/v1/connections").await.status, 200);
    assert_eq!(app.api(&key).get("/api/v1/connections").await.status, 200, "both, for a day");
    let again = browser.submit("/integrations", &[("act", "replace"), ("key", &id)]).await;
    assert_eq!(again.location, "/integrations?said=ends-already");
    let revoked = browser.submit("/integrations", &[("act", "revoke"), ("key", &id)]).await;
    assert_eq!(revoked.location, "/integrations?said=revoked");
    assert_eq!(app.api(&key).get("/api/v1/connections").await.status, 401);
    assert_eq!(app.api(&newer).get("/api/v1/connections").await.status, 200);
    assert_eq!(browser.submit("/integrations", &[("act", "revoke"), ("key", &id)]).await.status, 404, "once");
    assert_eq!(app.staff_kinds().await, ["api_key.made", "api_key.replaced", "api_key.revoked"]);
}

async fn engineers_manage_endpoints(database: Database) {
    let app = TestApp::start(database).await;
    let mut browser = app.staff(Role::Engineer).await;
    let page = "/integrations/meshfern-wifi";
    for (url, types, why) in
        [("no address", "*", "Enter an address"), ("http://127.0.0.1:1/", "no such type", "Enter names of events")]
    {
        let refused = browser.submit(page, &[("act", "add"), ("url", url), ("types", types)]).await;
        assert!(refused.status == 422 && refused.text.contains(why), "{why}: {}", refused.text);
    }
    let added = browser.submit(page, &[("act", "add"), ("url", "http://127.0.0.1:1/"), ("types", "*")]).await;
    assert!(added.status == 200 && added.text.contains("whsec_"), "{}", added.text);
    let shown = browser.get(page).await.text;
    assert!(shown.contains("http://127.0.0.1:1/") && !shown.contains("whsec_"), "shown once: {shown}");
    let id = shown.split("name=\"endpoint\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let act = |act: &'static str| [("act", act), ("endpoint", id.as_str()), ("days", "2")];
    // A new secret is the owner's.
    assert!(!shown.contains("value=\"rotate\""), "{shown}");
    assert_eq!(browser.submit(page, &act("rotate")).await.status, 404);
    let mut owner = app.staff(Role::Owner).await;
    assert!(owner.get(page).await.text.contains("value=\"rotate\""));
    let rotated = owner.submit(page, &act("rotate")).await;
    assert!(rotated.status == 200 && rotated.text.contains("whsec_"), "{}", rotated.text);
    assert_eq!(browser.submit(page, &act("enable")).await.location, format!("{page}?said=enabled"));
    // An endpoint of another integration is not here.
    assert_eq!(browser.submit("/integrations/tally-desk", &act("delete")).await.status, 404);
    // Support sends again, and nothing more.
    let mut support = app.staff(Role::Support).await;
    let replayed = support.submit(page, &act("replay")).await;
    assert_eq!(replayed.location, format!("{page}?said=replayed&count=0"), "{}", replayed.text);
    assert_eq!(support.submit(page, &act("delete")).await.status, 404);
    assert_eq!(browser.submit(page, &act("delete")).await.location, format!("{page}?said=deleted"));
    assert!(!browser.get(page).await.text.contains("http://127.0.0.1:1/"));
    let kinds = ["endpoint.made", "endpoint.rotated", "endpoint.enabled", "endpoint.replayed", "endpoint.deleted"];
    assert_eq!(app.staff_kinds().await, kinds);
}
