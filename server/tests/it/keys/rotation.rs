//! Sealing anew beside everybody who reads and writes the same records.

use std::collections::BTreeMap;

use app::ids::ConnectionId;
use sea_orm::ConnectionTrait as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use server::clock::HOUR;
use server::config::KeyRing;
use server::crypto::vault::{Mark, mark};
use server::services::idempotency::{self, Answer, Begun};
use server::services::rotation::{self, Resealed};
use server::storage::sealed::{self, TABLES};
use server::storage::{alerting, attempts, connections, grants};
use uuid::Uuid;

use super::KEY_2;
use crate::storage::schema::leave_staff;
use crate::support::{Database, Installed, TestApp, on_both_databases};

/// Has both keys and seals with the new one.
async fn with_a_new_key(app: &TestApp) {
    app.app.vault.learn(&KeyRing::parse(&[KEY_2, app.key.as_str()]).unwrap());
    app.app.presence.beat().await.unwrap();
    assert_eq!(app.app.vault.sealing_key(), 2);
}

/// Every secret that is stored, in clear, by its place.
async fn opened(app: &TestApp) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let nobody: Mark = mark(9);
    for table in &TABLES {
        for found in sealed::sealed_otherwise(app.app.db.read(), table, nobody, Uuid::nil(), 10_000).await.unwrap() {
            let secret = app.app.vault.open(found.slot, &found.record).unwrap();
            let place = format!("{}.{} {}", found.slot.table, found.slot.column, found.slot.row);
            all.insert(place, secret.expose_secret().to_owned());
        }
    }
    all
}

async fn everything_is_sealed_anew_and_opens(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.connected("kaffee-und-werk", "meshfern-wifi", &["65f0a1b2c3d4e5f700020000"]).await;
    let open = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&open.connect_url).await;
    assert_eq!(page.status, 200);
    app.enter(app.connection_of(&installed).await).await;
    let call = idempotency::id(Uuid::nil(), "a key");
    let Begun::First(lease) = idempotency::begin(&app.app, call, Uuid::nil(), &[7; 32]).await.unwrap() else {
        panic!()
    };
    let answer = Answer { status: 201, headers: Vec::new(), body: "an answer".to_owned() };
    idempotency::end(&app.app, call, lease, Some(answer)).await.unwrap();
    let mut partner = app.api(&app.api_key(&["meshfern-wifi"], &["events:write"]).await);
    let wish = json!({ "integration": "meshfern-wifi", "url": "http://127.0.0.1:1/", "types": ["*"] });
    let endpoint = partner.post("/api/v1/event-endpoints", &wish).await.json()["id"].as_str().unwrap().to_owned();
    let rotated = partner.post(&format!("/api/v1/event-endpoints/{endpoint}/rotate"), &json!({})).await;
    assert_eq!(rotated.status, 200, "so that there is one before it, too");
    leave_staff(&app).await;
    let mut tx = app.app.db.begin().await.unwrap();
    alerting::lock(&mut tx, app.clock.now()).await.unwrap();
    let webhook = ("https://on-call.example/", &SecretString::from("signs what is sent there"));
    alerting::save_webhook(&mut tx, &app.app.vault, Some(webhook)).await.unwrap();
    let next = SecretString::from("signs it from now on");
    alerting::rotate_webhook(&mut tx, &app.app.vault, &next, app.clock.now() + HOUR).await.unwrap();
    tx.commit().await.unwrap();
    let before = opened(&app).await;
    let counted = sealed::counts(app.app.db.read()).await.unwrap();
    assert_eq!(counted, BTreeMap::from([(1, before.len() as u64)]));
    for table in &TABLES {
        assert!(before.keys().any(|place| place.starts_with(table.name)), "nothing in {}", table.name);
    }
    let signed = ["alerting.webhook_secret ", "alerting.webhook_previous "]
        .map(|column| before.iter().find(|(place, _)| place.starts_with(column)).map(|(_, secret)| secret.as_str()));
    assert_eq!(signed, [Some("signs it from now on"), Some("signs what is sent there")]);

    with_a_new_key(&app).await;
    let records = before.len() as u64;
    let mut progress = Vec::new();
    let done = rotation::reseal(&app.app.db, &app.app.vault, 2, |records| progress.push(records)).await.unwrap();
    assert_eq!(done, Resealed { records, damaged: 0 });
    assert_eq!(progress.last(), Some(&records));
    assert_eq!(sealed::counts(app.app.db.read()).await.unwrap(), BTreeMap::from([(2, records)]));
    assert_eq!(opened(&app).await, before);
    let again = rotation::reseal(&app.app.db, &app.app.vault, 2, |_| {}).await.unwrap();
    assert_eq!(again, Resealed::default(), "nothing is left to do");

    // A process with the new key alone serves, in the ways that the product reads.
    rotation::forget(&app.app.db, 1).await.unwrap();
    app.app.presence.end().await;
    let after = app.replica_with(&[("ENCRYPTION_KEYS", KEY_2)]).await;
    let connection = after.stored(after.connection_of(&installed).await).await;
    let vault = &after.app.vault;
    assert!(grants::tokens(after.app.db.read(), vault, &connection).await.unwrap().unwrap().refresh.is_some());
    assert!(
        connections::secrets(after.app.db.read(), vault, &connection).await.unwrap().unwrap().subscription.is_some()
    );
    let attempt = page.path.rsplit('/').next().unwrap().parse::<app::ids::AttemptId>().unwrap();
    assert!(attempts::secrets(after.app.db.read(), vault, attempt.0).await.unwrap().access.is_some());
    let (_, signing) = alerting::webhook(after.app.db.read(), vault, after.clock.now()).await.unwrap().unwrap();
    assert_eq!(signing.len(), 2);
    let url = after.signed_url(&installed, "healthcheck", &json!({})).await;
    let path = &url[app.url.len()..];
    let health = after.browser().get(path).await;
    assert_eq!((health.status, health.json()["accountName"].is_string()), (200, true), "{}", health.text);
}

async fn refreshed(app: &TestApp, installed: &Installed) -> String {
    let key = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    app.clock.advance(2 * HOUR);
    let id = ConnectionId(app.connection_of(installed).await);
    let answer = app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

async fn a_record_that_changed_meanwhile_stays(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    with_a_new_key(&app).await;
    let tokens = TABLES.iter().find(|table| table.name == "grant_tokens").unwrap();
    let read = sealed::sealed_otherwise(app.app.db.read(), tokens, mark(2), Uuid::nil(), 10).await.unwrap();
    assert_eq!(read.len(), 2);

    // Between reading and storing somebody renews the token.
    let token = refreshed(&app, &installed).await;
    let stored = opened(&app).await;
    let mut tx = app.app.db.begin().await.unwrap();
    for was in &read {
        let secret = app.app.vault.open(was.slot, &was.record).unwrap();
        let record = app.app.vault.seal(was.slot, &secret);
        assert!(!sealed::replace(&mut tx, was, record).await.unwrap(), "{}", was.slot.column);
    }
    tx.commit().await.unwrap();
    assert_eq!(opened(&app).await, stored);
    assert!(stored.values().any(|secret| *secret == token));

    // Nor is a row that somebody is just changing waited for.
    if database == Database::Postgres {
        let held = app.app.db.begin().await.unwrap();
        held.connection().execute_unprepared("UPDATE connection_secrets SET subscription_secret = NULL").await.unwrap();
        let secrets = &TABLES[0];
        let read = sealed::sealed_otherwise(app.app.db.read(), secrets, mark(2), Uuid::nil(), 10).await.unwrap();
        let mut tx = app.app.db.begin().await.unwrap();
        let record = app.app.vault.seal(read[0].slot, &"x".to_owned().into());
        let replaced = sealed::replace(&mut tx, &read[0], record);
        let replaced = tokio::time::timeout(std::time::Duration::from_secs(5), replaced).await.expect("it waits");
        assert!(!replaced.unwrap());
    }
}

/// Tokens are renewed as fast as it goes while records are sealed anew from one key to the other and back. OfficeRnD
/// refuses a refresh token that was used, so one that was overwritten with its predecessor would end the connection.
async fn no_token_is_lost_beside_a_rotation(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "100000")]).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    with_a_new_key(&app).await;
    let (db, vault) = (app.app.db.clone(), app.app.vault.clone());
    let rotating = tokio::spawn(async move {
        let mut records = 0;
        for key in [2, 1].into_iter().cycle() {
            vault.seal_with(key);
            records += rotation::reseal(&db, &vault, key, |_| {}).await.unwrap().records;
            if records >= 100 {
                return records;
            }
        }
        records
    });
    let mut renewed = 0;
    while !rotating.is_finished() {
        refreshed(&app, &installed).await;
        renewed += 1;
    }
    assert!(rotating.await.unwrap() >= 100);
    assert!(renewed > 10, "only {renewed} renewals");
    refreshed(&app, &installed).await;
    let id = app.connection_of(&installed).await;
    assert!(!grants::is_refused(app.app.db.read(), id).await.unwrap());
}

async fn a_damaged_record_is_left_and_counted(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    with_a_new_key(&app).await;
    // The record of another column, as if somebody had repaired something by hand.
    app.execute("UPDATE connection_secrets SET integration_secret = subscription_secret").await;
    let done = rotation::reseal(&app.app.db, &app.app.vault, 2, |_| {}).await.unwrap();
    assert_eq!((done.records, done.damaged), (3, 1));
    assert_eq!(rotation::left(&app.app.db, 2).await.unwrap(), BTreeMap::from([(1, 1)]), "it keeps its key");
    refreshed(&app, &installed).await;
}

on_both_databases!(
    everything_is_sealed_anew_and_opens,
    a_record_that_changed_meanwhile_stays,
    no_token_is_lost_beside_a_rotation,
    a_damaged_record_is_left_and_counted,
);
