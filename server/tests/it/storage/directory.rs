//! What is kept in memory of connections: never out of date after a commit, soon right on other
//! replicas, and bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use secrecy::SecretString;
use serde_json::json;
use server::bootstrap;
use server::clock::MINUTE;
use server::storage::api_keys;
use server::storage::connections::{self, ConnectionSecrets};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::{Browser, Database, Installed, TestApp, has_postgres, on_both_databases};

/// A signed healthcheck, answered by whichever process `at` is.
async fn health(app: &TestApp, at: &TestApp, installed: &Installed, secret: &str) -> u16 {
    let url = app.signed_url(installed, "healthcheck", &json!({ "secret": secret })).await;
    at.browser().get(&url.replace(&app.url, "")).await.status
}

/// OfficeRnD renews the secret and the admin connects again; old and new secret.
async fn reconnect(app: &TestApp, installed: &Installed) -> (String, String) {
    let old = app.integration_secret(installed).await;
    app.control("POST", &format!("/integrations/{}/rotate-secret", installed.integration_id), &json!({})).await;
    let again = app.connect_again(installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    (old, app.integration_secret(installed).await)
}

async fn a_commit_is_seen_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let first = app.integration_secret(&installed).await;
    assert_eq!(health(&app, &app, &installed, &first).await, 200);
    for _ in 0..3 {
        let (old, new) = reconnect(&app, &installed).await;
        assert_ne!(old, new);
        assert_eq!(health(&app, &app, &installed, &old).await, 401);
        assert_eq!(health(&app, &app, &installed, &new).await, 200);
    }
    assert_eq!(health(&app, &app, &installed, &first).await, 401);
}

/// Readers that fill the memory again and again must not bring back what a commit has replaced.
async fn readers_never_bring_an_old_secret_back(database: Database) {
    let app = Arc::new(TestApp::start(database).await);
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.stored(app.connection_of(&installed).await).await;
    let unsigned = "/i/tally-desk/healthcheck?slug=harbour-and-loom&organizationId=65f0a1b2c3d4e5f600000001";
    let url = format!("{unsigned}&signature=t%3D1%2Csignature%3D{}", "0".repeat(64));
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (app, url, stop) = (app.clone(), url.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(app.browser().get(&url).await.status, 401);
                }
            })
        })
        .collect();
    let mut old = app.integration_secret(&installed).await;
    for round in 0..60 {
        let new = format!("integration-secret-{round}");
        let mut tx = app.app.db.begin().await.unwrap();
        let secrets = connections::secrets(tx.connection(), &app.app.vault, &connection).await.unwrap().unwrap();
        let changed = ConnectionSecrets { integration: SecretString::from(new.clone()), ..secrets };
        connections::save_secrets(&mut tx, &app.app.vault, &connection, &changed).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(health(&app, &app, &installed, &new).await, 200, "{round}");
        assert_eq!(health(&app, &app, &installed, &old).await, 401, "{round}");
        old = new;
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
}

async fn memory_is_bounded(database: Database) {
    let app = TestApp::start_with(database, &[("CACHE__CONNECTIONS", "2")]).await;
    let mut all = Vec::new();
    for slug in ["harbour-and-loom", "kaffee-und-werk", "studio-17", "harbour-space", "northern-harbours"] {
        all.push(app.connected(slug, "tally-desk", &[]).await);
    }
    for _ in 0..3 {
        for installed in &all {
            assert_eq!(app.call(installed, "healthcheck", &json!({})).await.status, 200);
            assert_eq!(app.deliver(&app.subscription(installed).await, b"{\"eventType\":\"a.b\"}").await.status, 200);
            assert!(app.app.directory.kept() <= 2, "{}", app.app.directory.kept());
        }
    }
    assert!(app.app.directory.kept() > 0, "something is kept");
    // An organization with more connections than there is room for is read each time, and still right.
    for location in ["65f0a1b2c3d4e5f700010000", "65f0a1b2c3d4e5f700010001", "65f0a1b2c3d4e5f700010002"] {
        all.push(app.connected("harbour-and-loom", "tally-desk", &[location]).await);
    }
    for installed in &all {
        assert_eq!(app.call(installed, "healthcheck", &json!({})).await.status, 200);
        assert!(app.app.directory.kept() <= 2);
    }
}

/// What is kept says how it was when it was read: the memory is really used.
async fn what_is_kept_is_not_read_again(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    assert_eq!(app.call(&installed, "healthcheck", &json!({})).await.status, 200);
    app.execute("UPDATE organizations SET name = 'Renamed behind our back'").await;
    let kept = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!(kept.json(), json!({ "accountName": "Harbour & Loom" }));
    app.app.directory.forget_all();
    let read = app.call(&installed, "healthcheck", &json!({})).await;
    assert_eq!(read.json(), json!({ "accountName": "Renamed behind our back" }));
}

/// The same of tokens, which are replaced, refused and destroyed by commits that are told.
async fn tokens_are_kept_and_never_older_than_a_commit(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let path = format!("/api/v1/connections/{}/token", app.connection_id(&installed).await);
    let mut partner = app.partner().await;
    let mut token = async |seconds: i64| {
        let answer = partner.post(&path, &json!({ "valid_for_seconds": seconds })).await;
        (answer.status, answer.json()["access_token"].as_str().unwrap_or_default().to_owned())
    };
    let first = token(1).await;
    assert_eq!(first.0, 200);
    let behind_our_back = app.app.db.begin().await.unwrap();
    behind_our_back.connection().execute_unprepared("UPDATE grants SET access_expires_at = 0").await.unwrap();
    behind_our_back.commit().await.unwrap();
    assert_eq!(token(1).await, first, "it was not read again");
    let calls = app.calls("refresh").await;
    app.app.directory.forget_all();
    let second = token(1).await;
    assert_ne!(second, first);
    assert_eq!((second.0, app.calls("refresh").await), (200, calls + 1));
    app.clock.advance(50 * MINUTE);
    let third = token(3_000).await;
    assert_ne!(third, second);
    assert_eq!(token(1).await, third, "who is content with less has the new one too");
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(token(1).await.0, 410);
}

/// How long until a replica knows the new secret and refuses the old one.
async fn until_known(
    app: &TestApp,
    replica: &TestApp,
    installed: &Installed,
    (old, new): &(String, String),
) -> Duration {
    let started = Instant::now();
    loop {
        let (old, new) = (health(app, replica, installed, old).await, health(app, replica, installed, new).await);
        if (old, new) == (401, 200) {
            return started.elapsed();
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the replica never heard of it: {old} {new}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

struct Listening(CancellationToken, tokio::task::JoinHandle<()>);

async fn listening(app: &TestApp, replica: &TestApp) -> Listening {
    let stop = CancellationToken::new();
    let task = tokio::spawn(bootstrap::listen(replica.app.clone(), stop.clone()));
    wait_for_listeners(app, 1).await;
    Listening(stop, task)
}

const LISTENERS: &str = "FROM pg_stat_activity WHERE datname = current_database() AND (query ILIKE 'LISTEN%' OR query = 'SELECT 1 AS listening') AND pid <> pg_backend_pid()";

async fn wait_for_listeners(app: &TestApp, wanted: i64) {
    let started = Instant::now();
    while app.number(&format!("SELECT COUNT(*) {LISTENERS}")).await != wanted {
        assert!(started.elapsed() < Duration::from_secs(10), "nobody listens");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_hear_of_a_change_within_a_second() {
    let _limit = crate::support::limit();
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let replica = app.replica().await;
    let listening = listening(&app, &replica).await;
    for _ in 0..3 {
        let known = app.integration_secret(&installed).await;
        assert_eq!(health(&app, &replica, &installed, &known).await, 200, "the replica keeps it");
        let change = reconnect(&app, &installed).await;
        let took = until_known(&app, &replica, &installed, &change).await;
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    // Another kind of change: a disconnect.
    app.remove(&installed).await;
    app.run_jobs().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let url = app.signed_url(&installed, "healthcheck", &json!({})).await.replace(&app.url, "");
    assert!(replica.browser().get(&url).await.text.contains("is disconnected"));
    listening.0.cancel();
    listening.1.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_catch_up_after_a_lost_connection() {
    let _limit = crate::support::limit();
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let replica = app.replica().await;
    let listening = listening(&app, &replica).await;
    let known = app.integration_secret(&installed).await;
    assert_eq!(health(&app, &replica, &installed, &known).await, 200);
    for pause in [0, 300] {
        let killed = app.number(&format!("SELECT COUNT(pg_terminate_backend(pid)) {LISTENERS}")).await;
        assert_eq!(killed, 1);
        // With a pause the replica reads it once more while it is deaf, and keeps it.
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let known = app.integration_secret(&installed).await;
        assert_eq!(health(&app, &replica, &installed, &known).await, 200);
        let change = reconnect(&app, &installed).await;
        let took = until_known(&app, &replica, &installed, &change).await;
        assert!(took < Duration::from_secs(3), "{took:?}");
        wait_for_listeners(&app, 1).await;
        let change = reconnect(&app, &installed).await;
        let took = until_known(&app, &replica, &installed, &change).await;
        assert!(took < Duration::from_secs(1), "it hears again: {took:?}");
    }
    listening.0.cancel();
    listening.1.await.unwrap();
}

/// A line that is cut without a word: nothing arrives on it any more, and nothing says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_notice_a_line_on_which_nobody_answers() {
    let _limit = crate::support::limit();
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let replica = app.replica().await;
    let listening = listening(&app, &replica).await;
    let known = app.integration_secret(&installed).await;
    assert_eq!(health(&app, &replica, &installed, &known).await, 200);
    let deaf = Stopped::process(app.number(&format!("SELECT pid::bigint {LISTENERS}")).await);
    let change = reconnect(&app, &installed).await;
    let took = until_known(&app, &replica, &installed, &change).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    wait_for_listeners(&app, 2).await;
    drop(deaf);
    listening.0.cancel();
    listening.1.await.unwrap();
}

/// A server process that does nothing until this is dropped.
struct Stopped(String);

impl Stopped {
    fn process(pid: i64) -> Self {
        let stopped = Self(pid.to_string());
        assert!(stopped.send("-STOP"));
        stopped
    }

    fn send(&self, signal: &str) -> bool {
        std::process::Command::new("kill").args([signal, &self.0]).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.send("-CONT");
    }
}

/// Answers of a replica, until one has this status.
async fn until_status(browser: &mut Browser, path: &str, status: u16) -> Duration {
    let started = Instant::now();
    loop {
        let answer = browser.post(path, &json!({})).await;
        if answer.status == status {
            return started.elapsed();
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(started.elapsed() < Duration::from_secs(20), "the replica never heard of it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_hear_of_keys_and_tokens() {
    let _limit = crate::support::limit();
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let [harbour, studio] = [
        app.connected("harbour-and-loom", "tally-desk", &[]).await,
        app.connected("studio-17", "tally-desk", &[]).await,
    ];
    let path = async |installed| format!("/api/v1/connections/{}/token", app.connection_id(installed).await);
    let (harbours, studios) = (path(&harbour).await, path(&studio).await);
    let key = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    let replica = app.replica().await;
    let listening = listening(&app, &replica).await;
    let mut partner = replica.api(&key);
    for path in [&harbours, &studios] {
        assert_eq!(partner.post(path, &json!({})).await.status, 200, "the replica keeps it");
    }
    app.remove(&harbour).await;
    app.run_jobs().await;
    assert!(until_status(&mut partner, &harbours, 410).await < Duration::from_secs(1));
    let id = api_keys::all(app.app.db.read()).await.unwrap().pop().unwrap().id;
    let mut tx = app.app.db.begin().await.unwrap();
    assert!(api_keys::revoke(&mut tx, id, app.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert!(until_status(&mut partner, &studios, 401).await < Duration::from_secs(1));
    listening.0.cancel();
    listening.1.await.unwrap();
}

on_both_databases!(
    a_commit_is_seen_at_once,
    tokens_are_kept_and_never_older_than_a_commit,
    readers_never_bring_an_old_secret_back,
    memory_is_bounded,
    what_is_kept_is_not_read_again
);
