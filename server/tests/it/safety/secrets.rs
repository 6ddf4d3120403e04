//! A walk through everything, then a search for every secret of it: in the database, the logs, the answers.

use app::ids::ConnectionId;
use serde_json::{Value, json};
use server::clock::{DAY, HOUR, MINUTE};
use server::config::DatabaseUrl;

use crate::support::{Answer, Database, TestApp, on_both_databases, signature_header};

/// The partner system gets the token that it asked for.
fn granted(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn walk(app: &TestApp) {
    // Connects that fail, each in its way.
    for code in ["expired", "used", "foreign", "absent", "access_denied"] {
        app.switch("connect_code", &json!(code), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        browser.get(&installed.connect_url).await;
        browser.follow(&installed.connect_url).await;
    }
    app.app.db.begin().await.unwrap().commit().await.unwrap();
    app.execute("DELETE FROM bad_codes").await;
    for answer in ["html", "not_json", "500", "reset_after", "401"] {
        app.control("POST", "/faults", &json!({ "answer": answer, "at": "exchange", "times": 1 })).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        browser.follow(&installed.connect_url).await;
    }
    // After so much trouble OfficeRnD is left alone for a moment.
    app.clock.advance(MINUTE);
    learn(app).await;

    // One that works, opened twice.
    let installed = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let begun = browser.get(&installed.connect_url).await;
    app.browser().follow(&installed.connect_url).await;
    browser.get(&begun.location).await;
    browser.press(&begun.location, "next").await;
    browser.get(&begun.location).await;
    learn(app).await;

    // Signed calls, good and bad, of which nothing may be told either.
    let mut visit = app.browser();
    for call in ["healthcheck", "sync", "configure"] {
        for twist in [
            json!({}),
            json!({ "secret": "a-guessed-integration-secret" }),
            json!({ "t": app.clock.now_seconds() - 600 }),
            json!({ "tampered": { "slug": "kaffee-und-werk" } }),
        ] {
            let url = app.signed_url(&installed, call, &twist).await;
            visit.get(&url).await;
        }
    }
    let id = ConnectionId(app.connection_of(&installed).await);
    for page in ["", "/reconnect", "/disconnect"] {
        visit.get(&format!("/settings/{id}{page}")).await;
        app.browser().get(&format!("/settings/{id}{page}")).await;
    }

    // The partner system, with tokens that are fresh, renewed, and not to be had.
    let key = app.api_key(&["tally-desk"], &["connections:read", "tokens:read"]).await;
    let token = format!("/api/v1/connections/{id}/token");
    let mut api = app.api(&key);
    api.get("/api/v1/connections").await;
    api.get(&format!("/api/v1/connections/{id}")).await;
    granted(&api.post(&token, &json!({})).await);
    for answer in ["500", "html", "not_json", "429"] {
        app.clock.advance(2 * HOUR);
        app.control("POST", "/faults", &json!({ "answer": answer, "at": "refresh", "times": 1 })).await;
        let failed = api.post(&token, &json!({})).await;
        assert_eq!(failed.status, 503, "{}", failed.text);
        app.clock.advance(HOUR);
        granted(&api.post(&token, &json!({ "valid_for_seconds": 300 })).await);
        learn(app).await;
    }

    // Deliveries, a lost subscription, a renewed secret.
    let subscription = app.subscription(&installed).await;
    for body in [&br#"{"eventType":"member.created"}"#[..], b"unreadable"] {
        for secret in [subscription.secret.as_str(), "a-guessed-subscription-secret"] {
            let header = signature_header(secret, body, app.clock.now_seconds());
            app.post_webhook(&subscription.path(), Some(&header), body).await;
        }
    }
    app.run_jobs().await;
    app.lose("harbour-and-loom", &installed, &subscription).await;
    app.clock.advance(DAY + 1);
    app.run_jobs().await;
    learn(app).await;
    app.control("POST", &format!("/integrations/{}/rotate-secret", installed.integration_id), &json!({})).await;
    for _ in 0..3 {
        let url = app.signed_url(&installed, "healthcheck", &json!({})).await;
        app.browser().get(&url).await;
    }
    app.run_jobs().await;
    assert_eq!(app.happened(id.0, "secret.renewed").await, 1, "the walk goes through the renewal");
    assert_eq!(app.happened(id.0, "webhooks.resubscribed").await, 1, "and through a new subscription");

    // Connected again, refused by OfficeRnD, disconnected by the admin, removed.
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    browser.press(&page.path, "next").await;
    learn(app).await;
    app.clock.advance(2 * HOUR);
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    api.post(&token, &json!({})).await;
    let mut visit = app.browser();
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    visit.follow(&url).await;
    visit.press(&format!("/settings/{id}/disconnect"), "disconnect").await;
    visit.get(&format!("/settings/{id}")).await;
    let other = app.connected("kaffee-und-werk", "meshfern-wifi", &[]).await;
    learn(app).await;
    app.remove(&other).await;
    app.run_jobs().await;
}

/// All that the database holds, as bytes.
async fn stored(app: &TestApp) -> Vec<u8> {
    match &app.app.config.database {
        DatabaseUrl::Sqlite(path) => {
            let mut bytes = std::fs::read(path).unwrap();
            bytes.extend(std::fs::read(format!("{}-wal", path.display())).unwrap());
            bytes
        }
        DatabaseUrl::Postgres(_) => {
            let mut bytes = Vec::new();
            for (table, _) in server::storage::schema::tables() {
                for row in app.texts(&format!("SELECT t::text FROM {table} t")).await {
                    bytes.extend(row.unwrap_or_default().into_bytes());
                    bytes.push(b'\n');
                }
            }
            bytes
        }
    }
}

/// What OfficeRnD gave out so far: it forgets some in a day.
async fn learn(app: &TestApp) {
    let state = app.officernd().await;
    app.watch.know(|secrets| secrets.of_officernd(&state));
}

async fn no_secret_is_told(database: Database) {
    let app = TestApp::start(database).await;
    walk(&app).await;
    let secrets = app.watch.secrets();
    assert_eq!(
        secrets.kinds(),
        [
            "API key",
            "access token",
            "client secret",
            "code",
            "cookie",
            "encryption key",
            "hook secret",
            "integration secret",
            "partner's client secret",
            "refresh token",
            "signature",
            "subscription secret"
        ]
    );
    let search = secrets.search();
    let stored = stored(&app).await;
    assert!(stored.windows(7).any(|part| part == b"Harbour"), "the search looks at the right bytes");
    assert_eq!(search.found_in(&stored), [""; 0], "in the database");

    let log = app.watch.log();
    let text = String::from_utf8_lossy(&log);
    for said in ["a signed call was refused", "\"level\":\"DEBUG\"", "a code was not exchanged", "disconnected"] {
        assert!(text.contains(said), "the log is not the one of this walk: no {said:?} in {text}");
    }
    assert!(app.watch.answers().len() > 50);
    assert_eq!(app.watch.leaks(None), [""; 0]);
    // What we answered to OfficeRnD's own calls.
    for entry in app.control("GET", "/log?reveal=true&limit=1000", &Value::Null).await.as_array().unwrap() {
        if entry["direction"] == "out" {
            assert_eq!(search.found_in(entry["answer"].as_str().unwrap().as_bytes()), [""; 0], "{entry}");
        }
    }
}

on_both_databases!(no_secret_is_told);
