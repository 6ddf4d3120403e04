//! A walk through everything, then a search for every secret of it: in the database, the logs, the answers.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use app::ids::ConnectionId;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::clock::{DAY, HOUR};
use server::config::{DatabaseUrl, LogFormat};
use server::telemetry;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::support::{Answer, Browser, Database, TestApp, on_both_databases, signature_header};

/// What the product logs, with `RUST_LOG=trace`.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

/// There is one subscriber in a process, and both databases' tests may share it.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    telemetry::subscriber(LogFormat::Json, Some("trace"), log.clone()).init();
    log
});

/// Everything that opens something, by what it is.
#[derive(Default)]
struct Secrets(BTreeSet<(String, &'static str)>);

impl Secrets {
    fn add(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() >= 16, "{what} is too short to be searched for: {secret}");
        self.0.insert((secret.to_owned(), what));
    }

    fn cookies(&mut self, browser: &Browser) {
        for cookie in browser.cookies.values() {
            self.add("cookie", cookie);
        }
    }

    /// The signature of a signed address.
    fn signed(&mut self, url: &str) {
        self.add("signature", &url[url.len() - 64..]);
    }

    /// What the simulated OfficeRnD gave out so far.
    async fn of_officernd(&mut self, app: &TestApp) {
        let state = app.officernd().await;
        for (what, key) in [("code", "codes"), ("access token", "access_tokens"), ("refresh token", "refresh_tokens")] {
            for secret in state[key].as_object().unwrap().keys() {
                self.add(what, secret);
            }
        }
        for (what, key) in [("integration secret", "integrations"), ("subscription secret", "subscriptions")] {
            for entry in state[key].as_object().unwrap().values() {
                self.add(what, entry["secret"].as_str().unwrap());
            }
        }
    }

    /// Names of the secrets that are in there, in clear or in one of the usual wrappings.
    fn found_in(&self, haystack: &[u8]) -> Vec<&'static str> {
        let text = String::from_utf8_lossy(haystack);
        let lower = text.to_ascii_lowercase();
        let mut found = Vec::new();
        for (secret, what) in &self.0 {
            let bytes = secret.as_bytes();
            let mut raw = vec![bytes.to_vec()];
            // A signature or key that is written in hex may be stored as the bytes it stands for.
            raw.extend(hex::decode(secret).ok());
            let mut texts = vec![hex::encode(bytes), utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string()];
            for start in 0..3 {
                // Inside a longer text, base64 begins at any of three places; its borders are left out.
                let padded = [&vec![0; start], bytes].concat();
                for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                    let encoded = engine.encode(&padded);
                    texts.push(encoded[4..encoded.len() - 2].to_owned());
                }
            }
            let in_clear = raw.iter().any(|raw| haystack.windows(raw.len()).any(|part| part == raw.as_slice()));
            let wrapped =
                texts.iter().any(|wrapped| text.contains(wrapped) || lower.contains(&wrapped.to_ascii_lowercase()));
            if in_clear || wrapped {
                found.push(*what);
            }
        }
        found
    }
}

/// Every answer of the walk, without the two places where a secret belongs.
#[derive(Default)]
struct Answers(Vec<String>);

impl Answers {
    /// Status, headers and body. A new cookie stands in the one header that sets it.
    fn keep(&mut self, answer: &Answer) {
        let mut text = format!("{} {} {}\n", answer.path, answer.status, answer.location);
        for (name, value) in &answer.headers {
            if name != "set-cookie" {
                text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
            }
        }
        text.push_str(&answer.text);
        self.0.push(text);
    }

    /// A token that the partner system asked for is what it gets; nothing else of that answer is secret.
    fn keep_token(&mut self, answer: &Answer) {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let mut body = answer.json();
        body["access_token"] = Value::Null;
        self.keep(&Answer { text: body.to_string(), ..answer.clone() });
    }
}

async fn walk(app: &TestApp, secrets: &mut Secrets, answers: &mut Answers) {
    for integration in &app.integrations {
        secrets.add("client secret", integration.client.client_secret.expose_secret());
    }
    // Connects that fail, each in its way.
    for code in ["expired", "used", "foreign", "absent", "access_denied"] {
        app.switch("connect_code", &json!(code), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        answers.keep(&browser.get(&installed.connect_url).await);
        answers.keep(&browser.follow(&installed.connect_url).await);
        secrets.cookies(&browser);
    }
    app.app.db.begin().await.unwrap().commit().await.unwrap();
    app.execute("DELETE FROM bad_codes").await;
    for answer in ["html", "not_json", "500", "reset_after", "401"] {
        app.control("POST", "/faults", &json!({ "answer": answer, "at": "exchange", "times": 1 })).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        answers.keep(&browser.follow(&installed.connect_url).await);
        secrets.cookies(&browser);
    }
    secrets.of_officernd(app).await;

    // One that works, opened twice.
    let installed = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let begun = browser.get(&installed.connect_url).await;
    answers.keep(&begun);
    answers.keep(&app.browser().follow(&installed.connect_url).await);
    answers.keep(&browser.get(&begun.location).await);
    answers.keep(&browser.press(&begun.location, "next").await);
    answers.keep(&browser.get(&begun.location).await);
    secrets.cookies(&browser);
    secrets.add("code", &installed.code);
    secrets.of_officernd(app).await;

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
            secrets.signed(&url);
            answers.keep(&visit.get(&url).await);
        }
    }
    secrets.cookies(&visit);
    let id = ConnectionId(app.connection_of(&installed).await);
    for page in ["", "/reconnect", "/disconnect"] {
        answers.keep(&visit.get(&format!("/settings/{id}{page}")).await);
        answers.keep(&app.browser().get(&format!("/settings/{id}{page}")).await);
    }

    // The partner system, with tokens that are fresh, renewed, and not to be had.
    let key = app.api_key(&["tally-desk"], &["connections:read", "tokens:read"]).await;
    secrets.add("API key", key.expose_secret());
    let token = format!("/api/v1/connections/{id}/token");
    let mut api = app.api(&key);
    answers.keep(&api.get("/api/v1/connections").await);
    answers.keep(&api.get(&format!("/api/v1/connections/{id}")).await);
    answers.keep_token(&api.post(&token, &json!({})).await);
    for answer in ["500", "html", "not_json", "429"] {
        app.clock.advance(2 * HOUR);
        app.control("POST", "/faults", &json!({ "answer": answer, "at": "refresh", "times": 1 })).await;
        let failed = api.post(&token, &json!({})).await;
        assert_eq!(failed.status, 503, "{}", failed.text);
        answers.keep(&failed);
        app.clock.advance(HOUR);
        answers.keep_token(&api.post(&token, &json!({ "valid_for_seconds": 300 })).await);
        secrets.of_officernd(app).await;
    }

    // Deliveries, a lost subscription, a renewed secret.
    let subscription = app.subscription(&installed).await;
    for body in [&br#"{"eventType":"member.created"}"#[..], b"unreadable"] {
        for secret in [subscription.secret.as_str(), "a-guessed-subscription-secret"] {
            let header = signature_header(secret, body, app.clock.now_seconds());
            secrets.add("signature", &header[header.len() - 64..]);
            answers.keep(&app.post_webhook(&subscription.path(), Some(&header), body).await);
        }
    }
    app.run_jobs().await;
    app.lose("harbour-and-loom", &installed, &subscription).await;
    app.clock.advance(DAY + 1);
    app.run_jobs().await;
    secrets.of_officernd(app).await;
    app.control("POST", &format!("/integrations/{}/rotate-secret", installed.integration_id), &json!({})).await;
    for _ in 0..3 {
        let url = app.signed_url(&installed, "healthcheck", &json!({})).await;
        secrets.signed(&url);
        answers.keep(&app.browser().get(&url).await);
    }
    app.run_jobs().await;
    assert_eq!(app.happened(id.0, "secret.renewed").await, 1, "the walk goes through the renewal");
    assert_eq!(app.happened(id.0, "webhooks.resubscribed").await, 1, "and through a new subscription");

    // Connected again, refused by OfficeRnD, disconnected by the admin, removed.
    let again = app.connect_again(&installed).await;
    secrets.add("code", &again.code);
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    answers.keep(&page);
    answers.keep(&browser.press(&page.path, "next").await);
    secrets.cookies(&browser);
    secrets.of_officernd(app).await;
    app.clock.advance(2 * HOUR);
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    answers.keep(&api.post(&token, &json!({})).await);
    let mut visit = app.browser();
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    secrets.signed(&url);
    answers.keep(&visit.follow(&url).await);
    answers.keep(&visit.press(&format!("/settings/{id}/disconnect"), "disconnect").await);
    answers.keep(&visit.get(&format!("/settings/{id}")).await);
    secrets.cookies(&visit);
    let other = app.connected("kaffee-und-werk", "meshfern-wifi", &[]).await;
    secrets.add("code", &other.code);
    secrets.of_officernd(app).await;
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

async fn no_secret_is_told(database: Database) {
    let log = LOG.clone();
    let app = TestApp::start(database).await;
    let (mut secrets, mut answers) = (Secrets::default(), Answers::default());
    walk(&app, &mut secrets, &mut answers).await;
    let kinds: BTreeSet<&str> = secrets.0.iter().map(|(_, what)| *what).collect();
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        [
            "API key",
            "access token",
            "client secret",
            "code",
            "cookie",
            "integration secret",
            "refresh token",
            "signature",
            "subscription secret"
        ]
    );
    secrets.add("encryption key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    secrets.add("encryption key", &hex::encode((0..32).collect::<Vec<u8>>()));

    let stored = stored(&app).await;
    assert!(stored.windows(7).any(|part| part == b"Harbour"), "the search looks at the right bytes");
    assert_eq!(secrets.found_in(&stored), [""; 0], "in the database");

    let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let text = String::from_utf8_lossy(&log);
    for said in ["a signed call was refused", "\"level\":\"DEBUG\"", "a code was not exchanged", "disconnected"] {
        assert!(text.contains(said), "the log is not the one of this walk: no {said:?} in {text}");
    }
    assert_eq!(secrets.found_in(&log), [""; 0], "in the logs");

    assert!(answers.0.len() > 50);
    for answer in &answers.0 {
        assert_eq!(secrets.found_in(answer.as_bytes()), [""; 0], "in an answer: {answer}");
    }
    // What we answered to OfficeRnD's own calls.
    for entry in app.control("GET", "/log?reveal=true&limit=1000", &Value::Null).await.as_array().unwrap() {
        if entry["direction"] == "out" {
            assert_eq!(secrets.found_in(entry["answer"].as_str().unwrap().as_bytes()), [""; 0], "{entry}");
        }
    }
}

/// The search finds what it is to find, or the test above would say nothing.
#[test]
fn the_search_sees_through_the_usual_wrappings() {
    let mut secrets = Secrets::default();
    let secret = "4f9a-Secret_of/16+bytes";
    secrets.add("secret", secret);
    let mac = "0123456789abcdef".repeat(4);
    secrets.add("signature", &mac);
    for hidden in [
        format!("…{secret}…").into_bytes(),
        hex::encode(secret).into_bytes(),
        hex::encode(secret).to_ascii_uppercase().into_bytes(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string().into_bytes(),
        STANDARD_NO_PAD.encode(secret).into_bytes(),
        URL_SAFE_NO_PAD.encode(format!("x:{secret}:y")).into_bytes(),
        STANDARD_NO_PAD.encode(format!("xy{secret}")).into_bytes(),
    ] {
        assert_eq!(secrets.found_in(&hidden), ["secret"], "{}", String::from_utf8_lossy(&hidden));
    }
    assert_eq!(secrets.found_in(&hex::decode(&mac).unwrap()), ["signature"]);
    assert_eq!(secrets.found_in(mac.as_bytes()), ["signature"]);
    assert!(secrets.found_in(b"nothing of it").is_empty());
}

on_both_databases!(no_secret_is_told);
