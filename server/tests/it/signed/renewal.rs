//! OfficeRnD may renew an integration secret: then calls stop verifying, and it is fetched again.

use app::ids::ConnectionId;
use serde_json::json;
use server::clock::{HOUR, MINUTE};

use crate::support::{Database, Installed, TestApp, on_both_databases};

async fn rotate(app: &TestApp, installed: &Installed) {
    app.control("POST", &format!("/integrations/{}/rotate-secret", installed.integration_id), &json!({})).await;
}

async fn health(app: &TestApp, installed: &Installed) -> u16 {
    app.call(installed, "healthcheck", &json!({})).await.status
}

/// As many calls as make a run of bad signatures.
async fn three_refused(app: &TestApp, installed: &Installed) {
    for _ in 0..3 {
        assert_eq!(health(app, installed).await, 401);
    }
}

async fn fetches(app: &TestApp) -> u64 {
    app.received().await.get("integration").copied().unwrap_or(0)
}

/// The partner system asks for a token, so that there is a fresh one.
async fn refresh(app: &TestApp, installed: &Installed) {
    let id = ConnectionId(app.connection_of(installed).await);
    let key = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    let token = app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!(token.status, 200, "{}", token.text);
}

async fn a_renewed_secret_is_fetched_once_an_hour(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let old = app.integration_secret(&installed).await;
    rotate(&app, &installed).await;

    // Two refusals are no run yet, and the call itself stays refused.
    let before = fetches(&app).await;
    assert_eq!((health(&app, &installed).await, health(&app, &installed).await), (401, 401));
    app.run_jobs().await;
    assert_eq!(fetches(&app).await, before);
    assert_eq!(health(&app, &installed).await, 401);
    app.run_jobs().await;
    assert_eq!(fetches(&app).await, before + 1);
    assert_eq!(health(&app, &installed).await, 200);
    let with_old = app.call(&installed, "healthcheck", &json!({ "secret": old })).await;
    assert_eq!(with_old.status, 401, "the old secret ends with the commit");
    assert_eq!(app.happened(connection, "secret.renewed").await, 1);

    // Renewed again within the hour: whoever signs wrongly cannot make us ask more often.
    rotate(&app, &installed).await;
    app.clock.advance(30 * MINUTE);
    for _ in 0..4 {
        three_refused(&app, &installed).await;
        app.run_jobs().await;
    }
    assert_eq!(fetches(&app).await, before + 1);

    // The hour is over, but so is the token: nobody's token is refreshed for this.
    app.clock.advance(31 * MINUTE);
    let received = app.received().await;
    three_refused(&app, &installed).await;
    app.run_jobs().await;
    assert_eq!(app.received().await, received);
    refresh(&app, &installed).await;
    three_refused(&app, &installed).await;
    app.run_jobs().await;
    assert_eq!(fetches(&app).await, before + 2);
    assert_eq!(health(&app, &installed).await, 200);
}

async fn good_calls_between_bad_ones_end_a_run(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.clock.advance(61 * MINUTE);
    refresh(&app, &installed).await;
    let before = fetches(&app).await;
    for _ in 0..4 {
        for _ in 0..2 {
            assert_eq!(app.call(&installed, "healthcheck", &json!({ "secret": "guessed" })).await.status, 401);
        }
        assert_eq!(health(&app, &installed).await, 200);
    }
    // A stale call proves nothing about the secret.
    for _ in 0..4 {
        let stale = json!({ "secret": "guessed", "t": app.clock.now_seconds() - 3_600 });
        assert_eq!(app.call(&installed, "healthcheck", &stale).await.status, 401);
    }
    app.run_jobs().await;
    assert_eq!(fetches(&app).await, before);
}

async fn the_same_secret_again_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    app.clock.advance(61 * MINUTE);
    refresh(&app, &installed).await;
    let before = fetches(&app).await;
    for _ in 0..3 {
        assert_eq!(app.call(&installed, "healthcheck", &json!({ "secret": "guessed" })).await.status, 401);
    }
    app.run_jobs().await;
    assert_eq!(fetches(&app).await, before + 1);
    assert_eq!(app.happened(connection, "secret.renewed").await, 0);
    assert_eq!(health(&app, &installed).await, 200);
}

/// Each replica counts for itself, and the hour is counted in the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_the_hour() {
    let _limit = crate::support::limit();
    if !crate::support::has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let replica = app.replica().await;
    app.clock.advance(HOUR + MINUTE);
    refresh(&app, &installed).await;
    rotate(&app, &installed).await;
    let before = fetches(&app).await;
    three_refused(&app, &installed).await;
    let url = app.signed_url(&installed, "healthcheck", &json!({})).await.replace(&app.url, "");
    for _ in 0..3 {
        assert_eq!(replica.browser().get(&url).await.status, 401);
    }
    tokio::join!(app.run_jobs(), replica.run_jobs());
    assert_eq!(fetches(&app).await, before + 1);
}

on_both_databases!(
    a_renewed_secret_is_fetched_once_an_hour,
    good_calls_between_bad_ones_end_a_run,
    the_same_secret_again_changes_nothing
);
