//! A purge and a connect of the same organization at the same moment: whichever comes first, the connection is there.

use std::time::Duration;

use serde_json::json;
use server::clock::DAY;
use server::services::health;
use server::storage::{housekeeping, organizations};
use uuid::Uuid;

use crate::support::{Answer, Database, Installed, TestApp, on_both_databases};

/// An organization whose only connection is due to be purged.
async fn due(database: Database) -> (TestApp, Installed) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    // Told as removed, but still there, so that the same installation can come back.
    let body = json!({
        "organization": "harbour-and-loom", "event_type": "integration.removed", "application": "tally-desk",
        "object": {},
    });
    app.control("POST", "/events", &body).await;
    app.run_jobs().await;
    assert_eq!(app.connection(&installed).await["state"], "disconnected");
    app.clock.advance(31 * DAY);
    (app, installed)
}

/// On PostgreSQL: until somebody waits for a row that somebody else has locked. SQLite lets one writer in at a time,
/// and who waits there is not to be seen.
async fn somebody_waits(app: &TestApp) {
    if app.database() == Database::Sqlite {
        return tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let waiting =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let seen = async {
        while app.number(waiting).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), seen).await.expect("somebody waits");
}

/// A connection is being added and the purge comes before its commit: it sees it, and the organization stays.
async fn a_purge_during_a_connects_commit_leaves_the_organization(database: Database) {
    let (app, gone) = due(database).await;
    let old = app.stored(app.connection_of(&gone).await).await;
    let mut tx = app.app.db.begin().await.unwrap();
    let organization = organizations::get(app.app.db.read(), old.organization).await.unwrap().unwrap();
    organizations::save(&mut tx, &organization, app.clock.now()).await.unwrap();
    let id: Uuid = app.app.random.uuid(app.clock.now());
    let mut new = old.clone();
    (new.id, new.integration_id, new.disconnected) = (id, "65f0a1b2c3d4e5f9000000ff".to_owned(), None);
    health::save(&app.app, &mut tx, &new, false, app.clock.now()).await.unwrap();

    let purge = tokio::spawn({
        let (db, now) = (app.app.db.clone(), app.clock.now());
        async move {
            let mut tx = db.begin().await.unwrap();
            let purged = housekeeping::purge(&mut tx, now, 10).await.unwrap();
            tx.commit().await.unwrap();
            purged
        }
    });
    somebody_waits(&app).await;
    tx.commit().await.unwrap();
    assert_eq!(purge.await.unwrap(), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM connections").await, 1);
    assert_eq!(app.stored(id).await.organization, organization.id);
    assert_eq!(app.number("SELECT COUNT(*) FROM organizations").await, 1);
}

/// Presses Connect, and has the purge commit between the press's first look and its own commit.
async fn pressed_around_a_purge(app: &TestApp, installed: &Installed) -> Answer {
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    // Counted when they are answered: the list has been, and the new subscription takes its time.
    let before = app.calls("webhook_list").await;
    app.fault("webhook_create", "slow", &json!({ "milliseconds": 800 })).await;
    let press = tokio::spawn(async move { browser.press(&page.path, "next").await });
    while app.calls("webhook_list").await == before {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut tx = app.app.db.begin().await.unwrap();
    assert_eq!(housekeeping::purge(&mut tx, app.clock.now(), 10).await.unwrap(), 1);
    if app.database() == Database::Postgres {
        // The press has found what is being deleted.
        somebody_waits(app).await;
    }
    tx.commit().await.unwrap();
    press.await.unwrap()
}

async fn is_connected(app: &TestApp, installed: &Installed, done: &Answer) {
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(done.location.ends_with("/connect/external-integration/return"), "{} {}", done.location, done.text);
    assert_eq!(app.connections().await.len(), 1);
    assert_eq!(app.connection(installed).await["state"], "connected");
    let health = app.call(installed, "healthcheck", &json!({})).await;
    assert_eq!(health.json(), json!({ "accountName": "Harbour & Loom" }));
    assert_eq!(app.subscribed(installed).await.len(), 1, "nothing is left behind at OfficeRnD");
    assert_eq!(app.attempts_with_secrets().await, 0);
}

async fn another_installation_survives_the_purge_of_the_last_one(database: Database) {
    let (app, _) = due(database).await;
    let new = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let done = pressed_around_a_purge(&app, &new).await;
    is_connected(&app, &new, &done).await;
}

async fn the_same_installation_survives_its_own_purge(database: Database) {
    let (app, gone) = due(database).await;
    let again = app.connect_again(&gone).await;
    let done = pressed_around_a_purge(&app, &again).await;
    is_connected(&app, &again, &done).await;
}

on_both_databases!(
    a_purge_during_a_connects_commit_leaves_the_organization,
    another_installation_survives_the_purge_of_the_last_one,
    the_same_installation_survives_its_own_purge,
);
