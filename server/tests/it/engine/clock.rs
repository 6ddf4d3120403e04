//! Clocks that jump, and clocks that differ.

use server::clock::{DAY, HOUR, MINUTE, SECOND};

use super::{NO_LIMIT, leave_leases, lost, many, renewed, to_their_time};
use crate::support::{Database, TestApp, on_both_databases};

async fn a_clock_that_was_set_back_holds_nothing_for_long(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "100")]).await;
    let all = many(&app, 2).await;
    to_their_time(&app);
    // As a process leaves it that was right, while this one's clock is set back by an hour.
    leave_leases(&app, 3_600).await;
    let url = format!("/api/v1/connections/{}/token", app.connection_id(&all[0]).await);
    let mut partner = app.partner().await;
    let asked = tokio::spawn(async move { partner.post(&url, &serde_json::json!({})).await });
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    assert_eq!(app.calls("refresh").await, 0, "whoever holds it may be sending");
    app.clock.advance(31 * SECOND);
    assert_eq!(asked.await.unwrap().status, 200);
    assert_eq!(app.calls("refresh").await, 1);
}

async fn the_engine_frees_leases_from_the_future(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    many(&app, 2).await;
    to_their_time(&app);
    leave_leases(&app, 30).await;
    let running = tokio_util::sync::CancellationToken::new();
    let engine = tokio::spawn(server::jobs::keep_grants(app.app.clone(), running.clone()));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    app.clock.advance(-2 * HOUR);
    app.app.refresh.wake();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let far = app.clock.now() + MINUTE;
    assert_eq!(app.number(&format!("SELECT COUNT(*) FROM grants WHERE lease_until > {far}")).await, 0);
    app.clock.advance(31 * SECOND);
    for _ in 0..100 {
        app.app.refresh.wake();
        if renewed(&app).await == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!((renewed(&app).await, app.calls("refresh").await), (2, 2));
    running.cancel();
    engine.await.unwrap();
}

/// Everything seems due at once, and still only so many are sent.
async fn a_clock_that_jumps_ahead_starts_no_storm(database: Database) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "5")]).await;
    for number in 0..10 {
        if number == 5 {
            app.clock.advance(MINUTE);
        }
        many(&app, 1).await;
    }
    app.clock.advance(14 * DAY);
    for _ in 0..5 {
        app.refresh_due().await;
    }
    assert_eq!(app.calls("refresh").await, 1);
    assert_eq!(lost(&app).await, 0);
}

async fn the_difference_to_officernds_clock_is_seen(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    many(&app, 1).await;
    assert_eq!(app.app.refresh.skew(), None);
    to_their_time(&app);
    app.refresh_due().await;
    // The simulator's `Date` is the machine's; ours is the test's.
    assert!(app.app.refresh.skew().is_some());
}

on_both_databases!(
    a_clock_that_was_set_back_holds_nothing_for_long,
    the_engine_frees_leases_from_the_future,
    a_clock_that_jumps_ahead_starts_no_storm,
    the_difference_to_officernds_clock_is_seen,
);
