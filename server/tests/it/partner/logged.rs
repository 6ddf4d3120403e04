//! An answer of the partner system that is none: whoever runs Deskbridge finds the cause in the log, once, and nothing
//! of what was sent or received.

use std::fs;
use std::path::Path;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::jobs::deliver_outbox;
use uuid::Uuid;

use super::sync;
use crate::support::partner::{Mood, Raw, TestPartner};
use crate::support::{Answer, Database, Manifests, TestApp, on_both_databases};

const DOORS: &str = "portunus-access";
const PAYMENTS: &str = "ledgerline-pay";
const ENTRIES: [(&str, &str); 5] = [
    ("f-region", "eu"),
    ("f-client_id", "hl-prod-7"),
    ("f-client_secret", "s3cret-that-no-log-may-hold"),
    ("f-service_account_ack", "yes"),
    ("act", "next"),
];

/// The samples, with a second of patience instead of ten.
fn impatient(partner: &TestPartner, folder: &Path) -> Manifests {
    let manifests = partner.manifests();
    for file in fs::read_dir(&manifests.folder).unwrap().map(|file| file.unwrap().path()) {
        let to = folder.join(file.file_name().unwrap());
        match fs::read_to_string(&file) {
            Ok(text) => fs::write(to, text.replace(r#""timeout_seconds": 10"#, r#""timeout_seconds": 1"#)).unwrap(),
            Err(_) => _ = fs::copy(&file, to).unwrap(),
        }
    }
    Manifests { folder: folder.to_owned(), ..manifests }
}

/// What a broken partner system answers; the name of the trouble stands in the log. `canary` is in each of them.
fn broken(canary: &str) -> Vec<(&'static str, Option<Raw>)> {
    let json_type = || ("content-type", "application/json".to_owned());
    let raw = |status, headers: Vec<(&'static str, String)>, body: String| {
        Some(Raw { status, headers, body: body.into_bytes() })
    };
    let huge = format!(r#"{{"ok": true, "{canary}": "{}"}}"#, "x".repeat(1_100_000));
    let html = format!("<!doctype html><title>{canary}</title>");
    let elsewhere = format!("http://127.0.0.1:1/{canary}");
    vec![
        ("too_large", raw(200, vec![json_type()], huge)),
        // Nobody answers in time.
        ("too_slow", None),
        ("wrong_shape", raw(200, vec![json_type()], json!([canary, { "ok": canary }]).to_string())),
        ("not_json", raw(200, vec![("content-type", "text/html".to_owned())], html)),
        ("redirect", raw(302, vec![("location", elsewhere)], String::new())),
        ("status", raw(418, vec![json_type()], json!({ "error": canary }).to_string())),
    ]
}

/// Lines about this connection since `from` that warn.
fn warnings(app: &TestApp, connection: Uuid, from: usize) -> Vec<Value> {
    let log = app.watch.log();
    let lines = String::from_utf8_lossy(&log[from..]).into_owned();
    let about = connection.to_string();
    let lines = lines.lines().filter(|line| line.contains(&about));
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| matches!(line["level"].as_str(), Some("WARN" | "ERROR"))).collect()
}

/// Lets `hook` answer in every broken way, while somebody `asks`.
async fn each_is_logged_once(
    partner: &TestPartner,
    app: &TestApp,
    connection: Uuid,
    (integration, hook): (&str, &str),
    mut asks: impl AsyncFnMut() -> Option<Answer>,
) {
    let canary = app.app.random.token().expose_secret().to_owned();
    app.watch.know(|secrets| secrets.add("part of a bad answer", &canary));
    for (trouble, raw) in broken(&canary) {
        // Only whether it was a 2xx matters of what the outbox sends, so nothing else is read.
        if hook == "sync" && matches!(trouble, "too_large" | "wrong_shape" | "not_json") {
            continue;
        }
        // The partner's answer to a code is bounded more closely, and an answer that is none has another name.
        partner.mood_of(integration, hook, if raw.is_none() { Mood::Hangs } else { Mood::Status(200) });
        partner.answers_raw(integration, hook, raw);
        let (from, asked) = (app.watch.log().len(), partner.calls(hook).len());
        if let Some(page) = asks().await {
            assert!(!page.text.contains("127.0.0.1:1/"), "{}", page.text);
        }
        assert_eq!(partner.calls(hook).len(), asked + 1, "{hook} is asked once: {trouble}");
        let warned = warnings(app, connection, from);
        let [line] = &warned[..] else { panic!("{hook} {trouble} is not told once: {warned:#?}") };
        let cause = line["error"].as_str().unwrap_or_default();
        assert!(cause.contains(trouble), "{hook} {trouble}: {line}");
        let said = line.to_string();
        let words = ["s3cret-that-no-log-may-hold", "webhook-signature", &partner.url(integration)];
        assert!(!words.iter().any(|word| said.contains(word)), "{said}");
    }
    partner.answers_raw(integration, hook, None);
    partner.mood_of(integration, hook, Mood::Status(200));
}

async fn a_bad_answer_is_logged_once(database: Database) {
    let (partner, folder) = (TestPartner::start().await, tempfile::tempdir().unwrap());
    partner.mood(DOORS, Mood::Status(200));
    partner.mood(PAYMENTS, Mood::Status(200));
    partner.answers(DOORS, "verify", json!({ "ok": true, "account": { "id": "hl-prod-7", "name": "Harbour doors" } }));
    partner.answers(DOORS, "options", json!({ "items": [{ "id": "site-nl", "name": "Harbour NL" }], "next": null }));
    let app = TestApp::start_beside(database, &[], impatient(&partner, folder.path())).await;
    app.watch.know(|secrets| secrets.add("settings secret", ENTRIES[2].1));
    let installed = app.install("harbour-and-loom", DOORS, &[]).await;
    let mut browser = app.browser();
    let home = browser.follow(&installed.connect_url).await.path;
    browser.press(&home, "next").await;
    let connection = app.connection_of(&installed).await;

    let verify = format!("{home}/steps/credentials");
    each_is_logged_once(&partner, &app, connection, (DOORS, "verify"), async || {
        let page = browser.submit(&verify, &ENTRIES).await;
        assert_eq!(page.status, 502, "{}", page.text);
        Some(page)
    })
    .await;
    assert_eq!(app.number("SELECT COUNT(*) FROM connection_steps").await, 0, "nothing is half done");
    assert_eq!(browser.submit(&verify, &ENTRIES).await.status, 303);

    let site = format!("{home}/steps/site");
    each_is_logged_once(&partner, &app, connection, (DOORS, "options"), async || {
        // No answer is remembered for a moment.
        app.clock.advance(60_000);
        let page = browser.get(&site).await;
        assert_eq!(page.status, 200, "{}", page.text);
        Some(page)
    })
    .await;
    app.clock.advance(60_000);
    browser.submit(&site, &[("f-site", "site-nl"), ("act", "next")]).await;
    assert_eq!(browser.press(&home, "next").await.status, 303);

    app.clock.advance(60_000);
    each_is_logged_once(&partner, &app, connection, (DOORS, "sync"), async || {
        app.execute("DELETE FROM outbox").await;
        // Nobody is told of a run that is under way already.
        app.execute("DELETE FROM runs").await;
        app.clock.advance(60_000);
        sync(&app, &installed, json!({})).await;
        deliver_outbox(&app.app).await.unwrap();
        None
    })
    .await;

    let installed = app.install("kaffee-und-werk", PAYMENTS, &[]).await;
    let home = browser.follow(&installed.connect_url).await.path;
    browser.press(&home, "next").await;
    let connection = app.connection_of(&installed).await;
    let step = format!("{home}/steps/authorize");
    each_is_logged_once(&partner, &app, connection, (PAYMENTS, "token"), async || {
        let page = browser.submit(&step, &[("f-single_charger_ack", "yes"), ("act", "next")]).await;
        let state = page.text.split("state=").nth(1).unwrap().split(['&', '"']).next().unwrap().to_owned();
        let page = browser.follow(&format!("/i/{PAYMENTS}/partner-return?code=c&state={state}")).await;
        assert_eq!(page.status, 502, "{}", page.text);
        Some(page)
    })
    .await;
}

on_both_databases!(a_bad_answer_is_logged_once);
