//! `worker`, `grants` and what `check` says of tokens, as a person sees them.

use std::time::Duration;

use serde_json::json;
use server::clock::{DAY, HOUR};

use super::many;
use crate::support::command::Deskbridge;
use crate::support::{Database, TestApp, on_both_databases};

async fn a_worker_says_ready_and_ends_when_told(database: Database) {
    let deskbridge = Deskbridge::on(database).await;
    let working = deskbridge.serve_as("worker").await;
    assert_eq!(working.line, "ready\n");
    let ran = working.terminate().await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("\"stopped\""), "{}", ran.stderr);
}

/// Its clock is the machine's, long after the test's: every grant is due.
async fn a_worker_refreshes_what_is_due(database: Database) {
    let app = TestApp::start(database).await;
    many(&app, 2).await;
    let mut manifest = crate::support::command::sound_manifest();
    let secret = app.integrations.iter().find(|one| one.slug == "tally-desk").unwrap().client.client_secret.clone();
    manifest["integration"] = "tally-desk".into();
    manifest["client_secret"] = secrecy::ExposeSecret::expose_secret(&secret).into();
    let deskbridge = Deskbridge::beside(&app).with("REFRESH__REQUESTS_PER_MINUTE", "0");
    std::fs::remove_file(deskbridge.path("integrations/acme-doors.json")).unwrap();
    std::fs::write(deskbridge.path("integrations/tally-desk.json"), manifest.to_string()).unwrap();
    let soon = app.clock.now() - DAY;
    app.execute(&format!("UPDATE grants SET refresh_expires_at = {soon}")).await;
    let working = deskbridge.serve_as("worker").await;
    for _ in 0..200 {
        if app.calls("refresh").await == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(app.calls("refresh").await, 2);
    let ran = working.terminate().await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains(secrecy::ExposeSecret::expose_secret(&secret)));
    let alive = "SELECT COUNT(*) FROM grants WHERE state = 'alive' AND lease_id IS NULL AND NOT answer_lost";
    assert_eq!(app.number(alive).await, 2);
}

async fn grants_are_listed_with_their_reasons(database: Database) {
    let app = TestApp::start(database).await;
    many(&app, 2).await;
    let revoked = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    app.control("POST", &format!("/integrations/{}/revoke", revoked.integration_id), &json!({})).await;
    app.clock.advance(11 * DAY);
    app.fault("refresh", "html", &json!({ "organization": "studio-17" })).await;
    app.refresh_due().await;
    let deskbridge = Deskbridge::beside(&app);
    let all_of_them = deskbridge.run(&["grants"]).await;
    assert_eq!((all_of_them.code, all_of_them.stdout.lines().count()), (Some(0), 3), "{all_of_them:?}");
    assert!(all_of_them.stdout.lines().all(|line| line.starts_with("con_") && line.contains("  tally-desk  ")));
    let dying = deskbridge.run(&["grants", "--show", "dying"]).await;
    assert!(
        dying.stdout.contains("kaffee-und-werk") && dying.stdout.contains("OfficeRnD no longer accepts it"),
        "{dying:?}"
    );
    let failing = deskbridge.run(&["grants", "--show", "failing", "--integration", "tally-desk"]).await;
    assert_eq!(failing.stdout.lines().count(), 1, "{failing:?}");
    assert!(failing.stdout.contains("failed once") && failing.stdout.contains("(unreadable)"), "{failing:?}");
    let none = deskbridge.run(&["grants", "--integration", "acme-doors"]).await;
    assert_eq!(none.stdout, "None.\n");
}

async fn check_says_what_the_budget_carries(database: Database) {
    let app = TestApp::start(database).await;
    many(&app, 1).await;
    let deskbridge = Deskbridge::beside(&app).with("REFRESH__REQUESTS_PER_MINUTE", "5");
    // The command's clock is the machine's, so the grant has just been given by that, too.
    let now = chrono::Utc::now().timestamp_millis();
    app.execute(&format!("UPDATE grants SET refresh_expires_at = {}, refreshed_at = {now}", now + 15 * DAY)).await;
    let ran = deskbridge.run(&["check"]).await;
    let line = ran.stdout.lines().find(|line| line.contains("refresh__requests_per_minute")).unwrap_or_default();
    assert!(line.starts_with("ok    ") && line.contains("carry 73920 connections"), "{ran:?}");
    app.execute(&format!("UPDATE token_limits SET client_refused_at = {}", now - HOUR)).await;
    let ran = deskbridge.run(&["check"]).await;
    assert!(ran.stdout.contains("WRONG integrations_dir: OfficeRnD refuses the client"), "{ran:?}");
    assert_eq!(ran.code, Some(1));
}

on_both_databases!(
    a_worker_says_ready_and_ends_when_told,
    a_worker_refreshes_what_is_due,
    grants_are_listed_with_their_reasons,
    check_says_what_the_budget_carries,
);
