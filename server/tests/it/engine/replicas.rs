//! Two processes on one database: no token is sent twice, and both work.

use std::time::Duration;

use serde_json::json;
use server::jobs;
use server::storage::leases::{self, Due};
use tokio_util::sync::CancellationToken;

use super::{CLIENT, NO_LIMIT, lost, many, renewed, to_their_time};
use crate::support::{Database, TestApp, on_both_databases};

async fn two_processes_send_no_token_twice_and_share_the_work(database: Database) {
    let keys = [NO_LIMIT, ("REFRESH__CONCURRENCY", "4")];
    let app = TestApp::start_with(database, &keys).await;
    let other = app.replica().await;
    many(&app, 24).await;
    to_their_time(&app);
    app.fault("refresh", "slow", &json!({ "milliseconds": 60, "times": 24 })).await;
    let stop = CancellationToken::new();
    let engines = [&app, &other].map(|one| tokio::spawn(jobs::keep_grants(one.app.clone(), stop.clone())));
    let mut both = [false; 2];
    for _ in 0..400 {
        both[0] |= app.app.refresh.in_flight() > 0;
        both[1] |= other.app.refresh.in_flight() > 0;
        if renewed(&app).await == 24 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    for engine in engines {
        engine.await.unwrap();
    }
    assert_eq!((renewed(&app).await, app.calls("refresh").await, lost(&app).await), (24, 24, 0));
    assert_eq!(both, [true, true], "both worked");
}

async fn a_caller_beside_the_engine_gets_the_winners_token(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    let other = app.replica().await;
    let all = many(&app, 1).await;
    to_their_time(&app);
    app.fault("refresh", "slow", &json!({ "milliseconds": 800 })).await;
    let engine = app.app.clone();
    let refreshing = tokio::spawn(async move { jobs::refresh_due(&engine).await });
    while app.app.refresh.in_flight() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let url = format!("/api/v1/connections/{}/token", app.connection_id(&all[0]).await);
    let (mut here, mut there) = (app.partner().await, other.partner().await);
    let nothing = json!({});
    let (mine, theirs) = tokio::join!(here.post(&url, &nothing), there.post(&url, &nothing));
    assert_eq!((mine.status, theirs.status), (200, 200), "{} {}", mine.text, theirs.text);
    assert_eq!(mine.json()["access_token"], theirs.json()["access_token"]);
    refreshing.await.unwrap().unwrap();
    assert_eq!(app.calls("refresh").await, 1);
}

async fn what_one_has_claimed_the_other_does_not_see(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    let other = app.replica().await;
    many(&app, 4).await;
    to_their_time(&app);
    let now = app.clock.now();
    let due = Due::Ending { from: 0, to: i64::MAX };
    let mut tx = app.app.db.begin().await.unwrap();
    let first = leases::claim(&mut tx, CLIENT, due, uuid::Uuid::from_u128(1), now, 3).await.unwrap();
    assert_eq!(first.len(), 3);
    if database == Database::Postgres {
        // Not committed: their rows are skipped and not waited for.
        let mut second = other.app.db.begin().await.unwrap();
        let rest = leases::claim(&mut second, CLIENT, due, uuid::Uuid::from_u128(2), now, 10).await.unwrap();
        assert_eq!(rest.len(), 1);
    }
    tx.commit().await.unwrap();
    let mut tx = other.app.db.begin().await.unwrap();
    assert_eq!(leases::claim(&mut tx, CLIENT, due, uuid::Uuid::from_u128(2), now, 10).await.unwrap().len(), 1);
}

async fn a_stop_waits_for_what_is_under_way(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    many(&app, 3).await;
    to_their_time(&app);
    app.fault("refresh", "slow", &json!({ "milliseconds": 600, "times": 3 })).await;
    let stop = CancellationToken::new();
    let engine = tokio::spawn(jobs::keep_grants(app.app.clone(), stop.clone()));
    while app.app.refresh.in_flight() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    engine.await.unwrap();
    assert_eq!((renewed(&app).await, app.calls("refresh").await), (3, 3));
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE lease_id IS NOT NULL").await, 0);
}

on_both_databases!(
    two_processes_send_no_token_twice_and_share_the_work,
    a_caller_beside_the_engine_gets_the_winners_token,
    what_one_has_claimed_the_other_does_not_see,
    a_stop_waits_for_what_is_under_way,
);
