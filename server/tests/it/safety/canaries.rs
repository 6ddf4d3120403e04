//! The search for secrets itself: it finds each kind of leak that we know of. And the same search around the built
//! binary: its log at the lowest level, its metrics, its files with what was deleted in them, its backups, and what it
//! sent to partner systems and answered OfficeRnD.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::crashes::{self, rig::Rig, scene::Scene};
use crate::support::canaries::{Secrets, Watch};
use crate::support::{Database, TestApp, on_both_databases, signature_header};

#[test]
fn the_search_sees_through_the_usual_wrappings() {
    let mut secrets = Secrets::default();
    let secret = "4f9a-Secret_of/16+bytes";
    secrets.add("secret", secret);
    let mac = "0123456789abcdef".repeat(4);
    secrets.add("signature", &mac);
    for (hidden, form) in [
        (format!("…{secret}…").into_bytes(), "in clear"),
        (hex::encode(secret).into_bytes(), "in hex"),
        (hex::encode_upper(secret).into_bytes(), "in hex"),
        (utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string().into_bytes(), "percent-encoded"),
        (secret.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>().into_bytes(), "percent-encoded"),
        (STANDARD.encode(secret).into_bytes(), "in base64"),
        (URL_SAFE_NO_PAD.encode(format!("x:{secret}:y")).into_bytes(), "in base64"),
        (STANDARD.encode(format!("x{secret}")).into_bytes(), "in base64"),
    ] {
        assert_eq!(secrets.found_in(&hidden), [format!("secret {form}")], "{}", String::from_utf8_lossy(&hidden));
    }
    assert_eq!(secrets.found_in(&hex::decode(&mac).unwrap()), ["signature in bytes"]);
    assert_eq!(secrets.found_in(mac.as_bytes()), ["signature in clear"]);
    assert!(secrets.found_in(b"nothing of it").is_empty());
}

/// Leaks on purpose, each in a place where the end of every test looks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_search_finds_a_leak_of_each_kind() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    let file = app.app.config.database.file().to_owned();
    let canary = app.app.random.token().expose_secret().to_owned();
    // Of a watch of its own, so that the test ends well.
    let address = format!("http://127.0.0.1:{}", url::Url::parse(&app.simulator_url).unwrap().port().unwrap());
    let watch = Watch::start(&address);
    watch.know(|secrets| secrets.add("canary", &canary));
    assert_eq!(watch.leaks(Some(&file)), [""; 0]);

    tracing::trace!(target: "server::canary", code = %STANDARD.encode(format!("xy{canary}")), "said at the lowest level");
    assert_eq!(watch.leaks(Some(&file)), ["canary in base64 in the log"]);

    // The address that answered is kept with the answer.
    let found = app.request("GET", &format!("{address}/nothing/{canary}"));
    crate::support::try_answer(found).await.unwrap();
    assert!(watch.leaks(None).contains(&"canary in clear in an answer".to_owned()), "{:?}", watch.leaks(None));

    // Deleted at once, so it stands in free pages and the log of the file only.
    let hidden = hex::encode(&canary);
    app.execute(&format!("INSERT INTO bad_codes (id, address, at) VALUES (x'{}', '{hidden}', 0)", "00".repeat(16)))
        .await;
    app.execute("DELETE FROM bad_codes").await;
    assert_eq!(app.number("SELECT COUNT(*) FROM bad_codes").await, 0);
    let leaks = watch.leaks(Some(&file));
    assert!(leaks.iter().any(|leak| leak.starts_with("canary in hex in deskbridge.db")), "{leaks:?}");
}

/// Everything that the database of a rig holds, each part with its name.
async fn stored(rig: &Rig) -> Vec<(String, Vec<u8>)> {
    if let Some(files) = rig.database_files() {
        return files;
    }
    let mut parts = Vec::new();
    for (table, _) in server::storage::schema::tables() {
        // Every column; bytes as hex.
        let rows = rig.rows(&format!("SELECT t::text FROM {table} t")).await;
        let text: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        parts.push((table.to_owned(), text.join("\n").into_bytes()));
    }
    parts
}

/// A connect with the partner's steps, deliveries with a removal, and another connection that its admin ends.
async fn nothing_is_told_by_the_binary(database: Database) {
    let mut rig = Rig::new(database).await;
    let watch = Watch::start(rig.url());
    rig.say_everything();
    rig.start().await;
    let (scene, deliveries) = crashes::ends::prepare_deliveries(&mut rig).await;
    let mut secrets = rig.secrets();
    learn(&rig, &mut secrets).await;
    let mut visit = crashes::ends::prepare_disconnect(&mut rig).await;
    learn(&rig, &mut secrets).await;
    crashes::ends::walk_disconnect(&rig, &mut visit).await.unwrap();
    crashes::ends::recover_deliveries(&rig, &scene, &deliveries).await;
    refused(&rig, &scene).await;
    learn(&rig, &mut secrets).await;
    for (of, kind) in [(&watch.secrets(), "cookie"), (&secrets, "access token"), (&secrets, "settings secret")] {
        assert!(of.kinds().contains(&kind), "no {kind} among {:?}", of.kinds());
    }
    watch.know(|known| known.extend(&secrets));
    let secrets = watch.secrets();
    let mut places = stored(&rig).await;
    assert!(places.iter().any(|(_, bytes)| bytes.windows(7).any(|part| part == b"Harbour")), "the right bytes");
    places.push(("the metrics".to_owned(), rig.operations("/metrics").await.into_bytes()));
    places.push(("the details".to_owned(), rig.operations("/readyz").await.into_bytes()));
    assert!(String::from_utf8_lossy(&places[places.len() - 2].1).contains("deskbridge_http_requests_total"));
    for (index, answer) in watch.answers().into_iter().enumerate() {
        places.push((format!("answer {index}: {}", answer.lines().next().unwrap()), answer.into_bytes()));
    }
    // Only `verify` carries what the admin typed, as the contract has it.
    for call in rig.partner.received() {
        let mut allowed = secrets.clone();
        if call.hook == "verify" {
            allowed.forget("settings secret");
        }
        assert_eq!(allowed.found_in(&call.raw), [""; 0], "in a hook {}", call.hook);
        places.push(("the head of a hook".to_owned(), format!("{} {}", call.id, call.signature).into_bytes()));
    }
    for entry in rig.control("GET", "/log?reveal=true&limit=1000", &Value::Null).await.as_array().unwrap() {
        let url = entry["url"].as_str().unwrap();
        match entry["direction"].as_str() {
            Some("out") => places.push((format!("answer to {url}"), entry["answer"].to_string().into_bytes())),
            _ => places.push((format!("an address that we call: {url}"), url.as_bytes().to_vec())),
        }
    }
    places.push(("the backup".to_owned(), rig.backup().await));
    let unpacked = rig.unpacked_backup();
    assert!(unpacked.windows(7).any(|part| part == b"Harbour"), "what is in the backup can be read");
    places.push(("the backup, unpacked".to_owned(), unpacked));
    rig.terminate().await;
    places.push(("the log".to_owned(), rig.said().into_bytes()));
    // Nobody has the files open any more: what was deleted is on free pages.
    places.extend(rig.database_files().unwrap_or_default());
    assert!(rig.said().contains(r#""level":"DEBUG""#), "it says everything: {}", rig.said());
    let search = secrets.search();
    for (place, bytes) in places {
        assert_eq!(search.found_in(&bytes), [""; 0], "{place}");
    }
}

async fn learn(rig: &Rig, secrets: &mut Secrets) {
    secrets.of_officernd(&rig.control("GET", "/state?reveal=true", &Value::Null).await);
}

/// What is refused is not told either.
async fn refused(rig: &Rig, scene: &Scene) {
    let path = format!("/integrations/{}/signed-url", scene.installed.integration_id);
    for call in ["healthcheck", "configure", "sync"] {
        let wrong = json!({ "call": call, "secret": "a-guessed-integration-secret" });
        let url = rig.control("POST", &path, &wrong).await["url"].as_str().unwrap().to_owned();
        rig.browser().get(&url).await;
    }
    for link in [&scene.installed.connect_url, "/i/portunus-access/connect?code=an-invented-code-of-nobody&org_slug=x"]
    {
        rig.browser().follow(link).await;
    }
    let header = signature_header("a-guessed-subscription-secret", b"{}", 1);
    let hook = rig.http.post(format!("{}/i/portunus-access/webhooks/con_x", rig.url()));
    drop(hook.header("officernd-signature", header).body("{}").send().await);
}

on_both_databases!(nothing_is_told_by_the_binary);
