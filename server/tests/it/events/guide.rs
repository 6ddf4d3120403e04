//! `docs/EVENTS.md` says what is so: its examples are like real events, its server runs as it stands there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use app::ports::Actor;
use secrecy::SecretString;
use serde_json::{Value, json};
use server::clock::{Clock, SECOND};
use server::crypto::hook::HookKey;
use server::domain::event::EventType;
use server::services::runs::{Answer, Decided, decide, question};
use server::storage::runs;

use super::{api, read};
use crate::settings::desk::{DOORS, Desk, RTM};
use crate::support::command::Killed;
use crate::support::{Database, TestApp};

const SECRET: &str = "whsec_Q2mYJ7xU0o5uJb0cH1vGk6m3Yt8Qz4nN2b7dS9aXfLw=";

fn guide() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/EVENTS.md")).unwrap()
}

/// The examples by their types.
fn examples() -> BTreeMap<String, Value> {
    let text = guide();
    let blocks = text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks
        .map(|block| serde_json::from_str::<Value>(block).unwrap_or_else(|error| panic!("{error}: {block}")))
        .map(|event| (event["type"].as_str().unwrap().to_owned(), event))
        .collect()
}

/// Members and kinds of values, where both say one. `event` is OfficeRnD's.
fn is_alike(shown: &Value, real: &Value) -> bool {
    match (shown, real) {
        (Value::Object(shown), Value::Object(real)) => {
            shown.keys().collect::<BTreeSet<_>>() == real.keys().collect::<BTreeSet<_>>()
                && shown.iter().all(|(key, value)| key == "event" || is_alike(value, &real[key]))
        }
        (Value::Array(shown), Value::Array(real)) => {
            shown.first().zip(real.first()).is_none_or(|(shown, real)| is_alike(shown, real))
        }
        (Value::String(shown), Value::String(real)) => prefix(shown) == prefix(real),
        // `"all"` or a list, and what may be missing.
        (Value::String(_), Value::Array(_)) | (Value::Array(_), Value::String(_)) => true,
        (Value::Null, _) | (_, Value::Null) => true,
        (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) => true,
        _ => false,
    }
}

fn prefix(text: &str) -> Option<&str> {
    let (prefix, rest) = text.split_once('_')?;
    (rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit())).then_some(prefix)
}

/// A run that the removal guard holds, and the administrator's word about it.
async fn held_and_decided(desk: &Desk, approve: bool) {
    let key = desk.app.api_key(&[DOORS], &["runs:write"]).await;
    let path = format!("/api/v1/connections/{}/runs", app::ids::ConnectionId(desk.connection));
    let body = json!({ "reason": "test", "would_remove": { RTM: { "remove": 64, "of": 180 } } });
    let held = desk.app.api(&key).post(&path, &body).await.json();
    assert_eq!(held["state"], "waiting_for_approval", "{held}");
    let app::ids::RunId(run) = held["id"].as_str().unwrap().parse().unwrap();
    let stored = runs::get(desk.app.app.db.read(), run).await.unwrap().unwrap();
    let answer = if approve { Answer::Approve { seen: question(&stored) } } else { Answer::Refuse };
    let decided = decide(&desk.app.app, desk.connection, run, answer, Actor::Admin(None), None).await.unwrap();
    assert_eq!(decided, Decided::Done);
}

/// One real event of every type that has an example.
async fn real() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut keep = |events: Vec<Value>| {
        found.extend(events.into_iter().map(|event| (event["type"].as_str().unwrap().to_owned(), event)));
    };
    let mut desk = Desk::filled(Database::Sqlite, DOORS).await;
    let home = desk.home.clone();
    let saved = desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await;
    Desk::is_saved(&saved);
    for answer in [true, false] {
        held_and_decided(&desk, answer).await;
    }
    keep(read(&mut api(&desk.app, &[DOORS]).await, "").await.0);

    let app = TestApp::start(Database::Sqlite).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010000"]).await;
    for parameters in [json!({}), json!({ "sync": "off" })] {
        app.clock.advance(SECOND);
        app.call(&installed, "sync", &json!({ "parameters": parameters })).await;
    }
    let others = json!({ "locations": "65f0a1b2c3d4e5f700010000, 65f0a1b2c3d4e5f700010001" });
    app.call(&installed, "configure", &json!({ "parameters": others })).await;
    app.run_jobs().await;
    let body = br#"{"eventType":"member.created","data":{"object":{"_id":"m"}}}"#;
    app.deliver(&app.subscription(&installed).await, body).await;
    let again = app.connect_again(&installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    app.remove(&installed).await;
    app.run_jobs().await;
    keep(read(&mut api(&app, &["tally-desk"]).await, "").await.0);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_examples_are_like_real_events() {
    let _limit = crate::support::limit();
    let (examples, real) = (examples(), real().await);
    for kind in EventType::OURS {
        assert!(examples.contains_key(&*kind.name()), "{} has no example", kind.name());
    }
    for (kind, shown) in &examples {
        let real = real.get(kind).unwrap_or_else(|| panic!("{kind} did not happen; {:?} did", real.keys()));
        assert!(is_alike(shown, real), "{shown:#}\nis not like\n{real:#}");
    }
    assert!(!is_alike(&examples["sync.switched"], &real["sync.requested"]), "the comparison sees a difference");
}

#[test]
fn it_names_every_type() {
    let text = guide();
    let table = text.split("## Types").nth(1).unwrap().split("\n\n").nth(1).unwrap();
    for kind in EventType::OURS {
        assert!(table.contains(&format!("`{}`", kind.name())), "{}", kind.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_server_believes_what_is_signed_and_nothing_else() {
    let _limit = crate::support::limit();
    let text = guide();
    let code = text.split("```js\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.mjs");
    std::fs::write(&file, code).unwrap();
    let port = crate::support::ports::free().port();
    let child = Command::new("node")
        .arg(&file)
        .env("ACME_EVENTS_SECRET", SECRET)
        .env("PORT", port.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node is installed, as for the browser tests");
    let mut child = Killed(child);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let (key, now) = (HookKey::parse(&SecretString::from(SECRET)).unwrap(), Clock::system().now_seconds());
    let send = async |kind: &str, signed: &HookKey, t: i64| {
        let body = json!({ "type": kind, "id": format!("evt_{kind}"), "data": { "connection": "con_7" } }).to_string();
        let signatures = format!("v1,AAAA {}", signed.sign("evt_1", t, body.as_bytes()));
        let request = http.post(format!("http://127.0.0.1:{port}/events")).body(body);
        let request = request.header("webhook-id", "evt_1").header("webhook-timestamp", t);
        request.header("webhook-signature", signatures).send().await.unwrap().status().as_u16()
    };
    let other = HookKey::parse(&SecretString::from("whsec_AAAAAAAA")).unwrap();
    assert_eq!(send("settings.changed", &other, now).await, 401);
    assert_eq!(send("settings.changed", &key, now - 400).await, 401);
    for _ in 0..2 {
        assert_eq!(send("settings.changed", &key, now).await, 204);
    }
    assert_eq!(send("connection.disconnected", &key, now).await, 204);
    let mut lines = Vec::new();
    for _ in 0..2 {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        lines.push(line);
    }
    assert_eq!(lines, ["read the settings of con_7 again\n", "con_7 has ended: close its doors\n"], "each once");
}
