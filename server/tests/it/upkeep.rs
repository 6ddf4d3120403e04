//! The daily look at every connection, under a budget that is too small for all at once.

use serde_json::Value;

use crate::support::{Database, TestApp, on_both_databases};

const MINUTE: i64 = 60 * 1_000;

/// Refreshes of OfficeRnD's tokens that were answered.
async fn refreshes(app: &TestApp) -> usize {
    let counters = app.control("GET", "/counters", &Value::Null).await;
    let requests = counters["token_requests"].as_array().unwrap();
    requests.iter().filter(|one| one["kind"] == "refresh_token" && one["status"] == 200).count()
}

async fn nobody_starves_when_all_are_due_at_once(database: Database) {
    // The check spends at most half of it, two a minute.
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "4")]).await;
    let organizations = ["harbour-and-loom", "kaffee-und-werk", "studio-17", "harbour-space", "hyperlink-1"];
    for organization in organizations {
        app.connected(organization, "tally-desk", &[]).await;
        app.clock.advance(2 * MINUTE);
    }
    // Down for a day: on its return everything is due in the same moment, and every token has ended.
    app.clock.advance(25 * 60 * MINUTE);
    let mut done = Vec::new();
    for _ in 0..4 {
        app.run_jobs().await;
        done.push(refreshes(&app).await);
        app.clock.advance(2 * MINUTE);
    }
    assert_eq!(done, [2, 4, 5, 5], "two a minute, each connection once");
}

on_both_databases!(nobody_starves_when_all_are_due_at_once);
