//! Rights that one process has at a time: to work on an attempt, and to send a refresh token.

use server::clock::SECOND;
use server::domain::attempt::Stage;
use server::domain::lease::NotClaimed;
use server::storage::{attempts, leases};
use uuid::Uuid;

use crate::support::{Database, TestApp, on_both_databases};

const LEASE: i64 = 12 * SECOND;

async fn the_right_to_an_attempt_is_given_once(database: Database) {
    let app = TestApp::start(database).await;
    let other = app.replica().await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    assert_eq!(app.browser().follow(&installed.connect_url).await.status, 200);
    let id: Uuid = app.rows("SELECT id FROM connect_attempts").await[0].try_get_by_index(0).unwrap();
    let take = async |app: &TestApp, stage: Stage, now: i64| {
        let mut tx = app.app.db.begin().await.unwrap();
        let won = attempts::lease(&mut tx, id, stage, now, now + LEASE).await.unwrap();
        tx.commit().await.unwrap();
        won
    };
    let held = async || app.number("SELECT COALESCE(busy_until, 0) FROM connect_attempts").await;
    let now = app.clock.now();
    assert!(!take(&other, Stage::Exchanged, now).await, "the attempt is in another stage");
    assert!(take(&app, Stage::Ready, now).await);
    for later in [0, 1, LEASE - 1] {
        assert!(!take(&other, Stage::Ready, now + later).await, "somebody has it {later} ms later");
        assert!(!take(&app, Stage::Ready, now + later).await, "nor does one process have it twice");
        assert_eq!(held().await, now + LEASE, "and whoever has it keeps it as long as before");
    }
    assert!(take(&other, Stage::Ready, now + LEASE).await, "it has run out");
    assert_eq!(held().await, now + 2 * LEASE);
    // Two at the same moment: one of them.
    let both = tokio::join!(take(&app, Stage::Ready, now + 2 * LEASE), take(&other, Stage::Ready, now + 2 * LEASE));
    assert_ne!(both.0, both.1);
}

async fn a_held_right_is_prolonged_and_never_cut(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    assert_eq!(app.browser().follow(&installed.connect_url).await.status, 200);
    let id: Uuid = app.rows("SELECT id FROM connect_attempts").await[0].try_get_by_index(0).unwrap();
    let now = app.clock.now();
    let held = async || app.number("SELECT COALESCE(busy_until, 0) FROM connect_attempts").await;
    let extend = async |until: i64| {
        let mut tx = app.app.db.begin().await.unwrap();
        attempts::extend_lease(&mut tx, id, until).await.unwrap();
        tx.commit().await.unwrap();
    };
    extend(now + LEASE).await;
    assert_eq!(held().await, 0, "nobody has it, so there is nothing to prolong");
    let mut tx = app.app.db.begin().await.unwrap();
    assert!(attempts::lease(&mut tx, id, Stage::Ready, now, now + LEASE).await.unwrap());
    tx.commit().await.unwrap();
    extend(now + 2 * LEASE).await;
    extend(now + LEASE).await;
    assert_eq!(held().await, now + 2 * LEASE);
}

async fn the_right_to_send_a_refresh_token_is_given_once(database: Database) {
    let app = TestApp::start(database).await;
    let other = app.replica().await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let id = app.connection_of(&installed).await;
    let now = app.clock.now();
    let claim = async |app: &TestApp, who: u128, now: i64| {
        let mut tx = app.app.db.begin().await.unwrap();
        let claimed = leases::claim_one(&mut tx, id, Uuid::from_u128(who), now).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        claimed.map(|claimed| claimed.claim.until)
    };
    let until = claim(&app, 1, now).await.unwrap();
    for later in [now, until - 1] {
        assert_eq!(claim(&other, 2, later).await, Err(NotClaimed::Held { until }));
    }
    let holder: Uuid = app.rows("SELECT lease_id FROM grants").await[0].try_get_by_index(0).unwrap();
    assert_eq!(holder, Uuid::from_u128(1));
    assert!(claim(&other, 2, until).await.is_ok(), "it has run out");
}

on_both_databases!(
    the_right_to_an_attempt_is_given_once,
    a_held_right_is_prolonged_and_never_cut,
    the_right_to_send_a_refresh_token_is_given_once,
);
