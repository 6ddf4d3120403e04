//! OfficeRnD's trouble costs no grant and no storm.

use std::time::Duration;

use serde_json::json;
use server::clock::{HOUR, MINUTE, SECOND};

use super::{NO_LIMIT, leave_leases, lost, many, pass, renewed, to_their_time};
use crate::support::{Database, Manifests, TestApp, on_both_databases};

async fn an_outage_costs_a_few_probes_a_minute_and_nobody_is_marked(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    let all = many(&app, 12).await;
    to_their_time(&app);
    app.fault("refresh", "503", &json!({ "times": 100_000 })).await;
    pass(&app, 60 * 6, 10 * SECOND).await;
    let probes = app.calls("refresh").await;
    assert!((40..=100).contains(&probes), "{probes} in an hour");
    assert_eq!(lost(&app).await, 0);
    let mut partner = app.partner().await;
    let url = format!("/api/v1/connections/{}/token", app.connection_id(&all[0]).await);
    for _ in 0..5 {
        let told = partner.post(&url, &json!({})).await;
        assert_eq!((told.status, told.json()["code"].as_str()), (503, Some("officernd_unavailable")), "{}", told.text);
        assert!((1..=60).contains(&told.header("retry-after").parse::<i64>().unwrap()));
    }
    assert!(app.calls("refresh").await <= probes + 1, "callers are told without a request, or one was the next probe");

    app.no_more_faults().await;
    pass(&app, 60, 10 * SECOND).await;
    let old = app.clock.now() - HOUR;
    assert_eq!(
        app.number(&format!("SELECT COUNT(*) FROM grants WHERE refreshed_at < {old}")).await,
        0,
        "all have a new pair"
    );
    assert_eq!(app.connection(&all[3]).await["state"], "connected");
    assert_eq!(app.number("SELECT COUNT(*) FROM activity WHERE kind LIKE 'grant.%'").await, 0);
}

async fn answers_of_every_bad_kind_cost_nothing(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    many(&app, 1).await;
    for answer in ["500", "html", "empty", "not_json", "huge", "redirect", "reset_before"] {
        to_their_time(&app);
        app.fault("refresh", answer, &json!({})).await;
        let before = app.calls("refresh").await;
        pass(&app, 8, 30 * SECOND).await;
        assert!(app.calls("refresh").await > before, "{answer}");
        assert_eq!(lost(&app).await, 0, "{answer}");
        let trouble = app.number("SELECT CAST(failures AS BIGINT) FROM grants").await;
        assert_eq!(trouble, 0, "{answer}: it was renewed in the end");
    }
}

async fn one_connection_that_always_fails_does_not_stop_the_others(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    many(&app, 3).await;
    app.fault("refresh", "html", &json!({ "times": 100_000, "organization": "kaffee-und-werk" })).await;
    to_their_time(&app);
    pass(&app, 120, MINUTE).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE failures = 0").await, 3);
    // 15 s, doubled up to an hour: about ten tries in two hours.
    let tries = app.number("SELECT CAST(failures AS BIGINT) FROM grants WHERE failures > 0").await;
    assert!((6..=14).contains(&tries), "{tries}");
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE trouble = 'unreadable'").await, 1);
    assert_eq!(lost(&app).await, 0);
    app.no_more_faults().await;
    pass(&app, 8, 10 * MINUTE).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE failures = 0 AND trouble IS NULL").await, 4);
}

async fn a_refusal_is_believed_once_with_its_cause(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    let all = many(&app, 2).await;
    app.control("POST", &format!("/integrations/{}/revoke", all[0].integration_id), &json!({})).await;
    to_their_time(&app);
    pass(&app, 10, HOUR).await;
    assert_eq!(app.calls("refresh").await, 2, "what was refused is not sent again");
    assert_eq!(lost(&app).await, 1);
    assert_eq!(app.connection(&all[0]).await["state"], "reconnect");
    assert_eq!(app.connection(&all[1]).await["state"], "connected");
    let id = app.connection_of(&all[0]).await;
    assert_eq!(app.happened(id, "grant.revoked").await, 1);
}

async fn a_wrong_client_is_nobodys_fault_among_the_tenants(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    let all = many(&app, 6).await;
    to_their_time(&app);
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(Manifests::default().folder).unwrap() {
        let path = entry.unwrap().path();
        let copy = folder.path().join(path.file_name().unwrap());
        if path.extension().is_some_and(|extension| extension == "json") {
            let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            manifest["client_secret"] = "not-the-secret-of-this-client".into();
            std::fs::write(copy, manifest.to_string()).unwrap();
        } else if path.is_file() {
            std::fs::copy(&path, copy).unwrap();
        }
    }
    let wrong = app.replica_beside(Manifests { folder: folder.path().to_owned(), ..Manifests::default() }).await;
    pass(&wrong, 30, 10 * SECOND).await;
    let calls = app.calls("refresh").await;
    assert!((2..=16).contains(&calls), "a few tries in five minutes: {calls}");
    assert_eq!(lost(&app).await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE failures > 0").await, 0, "no tenant's trouble");
    assert_eq!(app.number("SELECT COUNT(*) FROM token_limits WHERE client_refused_at IS NOT NULL").await, 1);
    assert_eq!(app.connection(&all[0]).await["state"], "connected");
    // The right secret again.
    pass(&app, 3, 10 * SECOND).await;
    assert_eq!(renewed(&app).await, 6);
    assert_eq!(app.number("SELECT COUNT(*) FROM token_limits WHERE client_refused_at IS NOT NULL").await, 0);
    drop(wrong);
}

async fn a_database_that_is_away_while_answers_come_loses_no_token(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    many(&app, 3).await;
    to_their_time(&app);
    app.fault("refresh", "slow", &json!({ "milliseconds": 700, "times": 3 })).await;
    let engine = app.app.clone();
    let refreshing = tokio::spawn(async move { server::jobs::refresh_due(&engine).await });
    while app.app.refresh.in_flight() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    app.execute("ALTER TABLE grant_tokens RENAME TO elsewhere").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(renewed(&app).await, 0, "a pair without its tokens is not stored");
    app.execute("ALTER TABLE elsewhere RENAME TO grant_tokens").await;
    refreshing.await.unwrap().unwrap();
    assert_eq!(renewed(&app).await, 3);
    assert_eq!(app.calls("refresh").await, 3);
    // A used refresh token would end the grant, so the new ones were stored.
    to_their_time(&app);
    pass(&app, 3, MINUTE).await;
    assert_eq!((lost(&app).await, app.calls("refresh").await), (0, 6));
}

async fn what_a_dead_process_held_is_free_after_its_lease(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    many(&app, 2).await;
    to_their_time(&app);
    leave_leases(&app, 30).await;
    app.clock.advance(29 * SECOND);
    app.refresh_due().await;
    assert_eq!(app.calls("refresh").await, 0, "it may still be sending");
    app.clock.advance(SECOND);
    app.refresh_due().await;
    assert_eq!((app.calls("refresh").await, renewed(&app).await), (2, 2));
}

/// The process died after OfficeRnD had renewed the pair.
async fn an_answer_that_a_dead_process_took_with_it_blames_nobody(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    let all = many(&app, 1).await;
    to_their_time(&app);
    app.control("POST", &format!("/integrations/{}/revoke", all[0].integration_id), &json!({})).await;
    leave_leases(&app, 30).await;
    app.clock.advance(30 * SECOND);
    app.refresh_due().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM grants WHERE cause = 'answer_lost'").await, 1);
}

on_both_databases!(
    an_outage_costs_a_few_probes_a_minute_and_nobody_is_marked,
    answers_of_every_bad_kind_cost_nothing,
    one_connection_that_always_fails_does_not_stop_the_others,
    a_refusal_is_believed_once_with_its_cause,
    a_wrong_client_is_nobodys_fault_among_the_tenants,
    a_database_that_is_away_while_answers_come_loses_no_token,
    what_a_dead_process_held_is_free_after_its_lease,
    an_answer_that_a_dead_process_took_with_it_blames_nobody,
);
