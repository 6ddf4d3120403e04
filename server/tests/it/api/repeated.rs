//! `Idempotency-Key`: carried out once, answered as often as it is asked.

use app::ids::ConnectionId;
use secrecy::SecretString;
use serde_json::{Value, json};
use server::clock::{DAY, MINUTE};
use server::crypto::digest::digest;
use server::services::idempotency::{self, Begun};
use server::storage::api_keys;

use super::{call, is_problem};
use crate::settings::desk::{DOORS, Desk};
use crate::support::{Answer, Database, TestApp, on_both_databases};

struct Partner {
    desk: Desk,
    key: SecretString,
    path: String,
}

impl Partner {
    async fn start(database: Database) -> Self {
        let desk = Desk::filled(database, DOORS).await;
        let key = desk.app.api_key(&[DOORS], &["settings:write"]).await;
        let path = format!("/api/v1/connections/{}/settings", ConnectionId(desk.connection));
        Self { desk, key, path }
    }

    async fn patch_at(&self, app: &TestApp, key: &str, value: i64) -> Answer {
        let body = json!({ "organization": { "early_entry": value } });
        let headers = [("If-Match", "*"), ("Idempotency-Key", key)];
        call(app, &self.key, ("PATCH", &self.path), &headers, Some(&body)).await
    }

    async fn patch(&self, key: &str, value: i64) -> Answer {
        self.patch_at(&self.desk.app, key, value).await
    }

    async fn version(&self) -> i64 {
        self.desk.stored().await.version
    }
}

async fn the_same_call_is_carried_out_once(database: Database) {
    let partner = Partner::start(database).await;
    let before = partner.version().await;
    let first = partner.patch("one", 5).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""), "{}", first.text);
    partner.patch("two", 10).await;
    // Also in another process, and quoted, as the draft writes it.
    let replica = partner.desk.app.replica().await;
    for again in [partner.patch("one", 5).await, partner.patch_at(&replica, "\"one\"", 5).await] {
        assert_eq!((again.status, &again.text, again.header("etag")), (200, &first.text, first.header("etag")));
        assert_eq!((again.header("idempotency-replayed"), again.header("content-type")), ("true", "application/json"));
    }
    assert_eq!(partner.version().await, before + 2);
    assert_eq!(partner.desk.organization("early_entry").await, 10);
    is_problem(&partner.patch("one", 15).await, 422, "idempotency_key_reused");
    // A refusal is an answer too.
    let refused = partner.patch("three", 17).await;
    is_problem(&refused, 422, "invalid_fields");
    let again = partner.patch("three", 17).await;
    is_problem(&again, 422, "invalid_fields");
    assert_eq!((&again.text, again.header("idempotency-replayed")), (&refused.text, "true"));
    // Keys of others are others.
    let other = partner.desk.app.api_key(&[DOORS], &["settings:write"]).await;
    let body = json!({ "organization": { "early_entry": 20 } });
    let headers = [("If-Match", "*"), ("Idempotency-Key", "one")];
    let fresh = call(&partner.desk.app, &other, ("PATCH", &partner.path), &headers, Some(&body)).await;
    assert_eq!((fresh.status, fresh.header("idempotency-replayed")), (200, ""));
    // After a day it is forgotten.
    partner.desk.app.clock.advance(DAY);
    assert_eq!(partner.patch("one", 15).await.status, 200);
    assert_eq!(partner.desk.organization("early_entry").await, 15);
}

/// What stood in the way is no answer for ever.
async fn nothing_carried_out_is_nothing_kept(database: Database) {
    let partner = Partner::start(database).await;
    let path = partner.path.as_str();
    let change = json!({ "organization": { "early_entry": 5 } });
    let seen = format!("\"{}\"", partner.desk.version().await);
    let send = async |tag: Option<&str>| {
        let mut headers = vec![("Idempotency-Key", "later")];
        headers.extend(tag.map(|tag| ("If-Match", tag)));
        call(&partner.desk.app, &partner.key, ("PATCH", path), &headers, Some(&change)).await
    };
    is_problem(&send(None).await, 428, "if_match_required");
    is_problem(&send(Some("\"0.0\"")).await, 412, "stale");
    let saved = send(Some(&seen)).await;
    assert_eq!((saved.status, saved.header("idempotency-replayed")), (200, ""), "{}", saved.text);
    assert_eq!(send(Some(&seen)).await.header("idempotency-replayed"), "true");
}

async fn many_at_once_are_one(database: Database) {
    let partner = Partner::start(database).await;
    let before = partner.version().await;
    let answers = futures_util::future::join_all((0..8).map(|_| partner.patch("at-once", 5))).await;
    assert!(answers.iter().any(|answer| answer.status == 200));
    for answer in &answers {
        match answer.status {
            200 => {}
            409 => {
                is_problem(answer, 409, "still_running");
                assert!(!answer.header("retry-after").is_empty());
            }
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert_eq!(partner.version().await, before + 1);
    assert_eq!(partner.patch("at-once", 5).await.header("idempotency-replayed"), "true");
}

async fn whoever_died_over_it_blocks_nobody_for_ever(database: Database) {
    let partner = Partner::start(database).await;
    let app = &partner.desk.app;
    // As a process would leave it that is killed after it has begun.
    let key = api_keys::all(app.app.db.read()).await.unwrap().pop().unwrap().id;
    let id = idempotency::id(key, "cut-off");
    let body = serde_json::to_vec(&json!({ "organization": { "early_entry": 5 } })).unwrap();
    let path = partner.path.strip_prefix("/api/v1").unwrap();
    let same = digest("idempotent call", &[b"PATCH", path.as_bytes(), &body]);
    let begun = idempotency::begin(&app.app, id, key, &same).await.unwrap();
    assert!(matches!(begun, Begun::First(_)));
    is_problem(&partner.patch("cut-off", 5).await, 409, "still_running");
    app.clock.advance(2 * MINUTE);
    let done = partner.patch("cut-off", 5).await;
    assert_eq!((done.status, done.header("idempotency-replayed")), (200, ""));
    // What the dead one would still write does not count any more.
    let Begun::First(lease) = begun else { panic!() };
    idempotency::end(&app.app, id, lease, None).await.unwrap();
    assert_eq!(partner.patch("cut-off", 5).await.header("idempotency-replayed"), "true");
}

async fn keys_that_are_none_are_refused_and_reading_needs_none(database: Database) {
    let partner = Partner::start(database).await;
    let long = "k".repeat(256);
    for key in ["", "\"\"", "two words", long.as_str()] {
        is_problem(&partner.patch(key, 5).await, 400, "invalid_request");
    }
    assert_eq!(partner.desk.organization("early_entry").await, "nothing");
    let app = &partner.desk.app;
    // No call of ours, whatever comes with it.
    let wrong = call(app, &partner.key, ("DELETE", &partner.path), &[("Idempotency-Key", "wrong")], None).await;
    is_problem(&wrong, 405, "method_not_allowed");
    let token = app.api_key(&[DOORS], &["tokens:read", "connections:read"]).await;
    let path = partner.path.replace("/settings", "/token");
    for _ in 0..2 {
        let answer = call(app, &token, ("POST", &path), &[("Idempotency-Key", "t")], Some(&json!({}))).await;
        assert_eq!((answer.status, answer.header("idempotency-replayed")), (200, ""), "a token is no write");
    }
    let large = Value::from("x".repeat(1024 * 1024));
    let body = json!({ "organization": { "early_entry": large } });
    let headers = [("If-Match", "*"), ("Idempotency-Key", "large")];
    is_problem(&call(app, &partner.key, ("PATCH", &partner.path), &headers, Some(&body)).await, 413, "too_large");
}

on_both_databases!(
    the_same_call_is_carried_out_once,
    nothing_carried_out_is_nothing_kept,
    many_at_once_are_one,
    whoever_died_over_it_blocks_nobody_for_ever,
    keys_that_are_none_are_refused_and_reading_needs_none,
);
