//! What the running engine commits is a history that the model's rules allow, and the order in it matters.

use serde_json::json;
use server::clock::{MINUTE, SECOND};
use server::jobs;

use super::{NO_LIMIT, literal, many, pass, to_their_time};
use crate::support::trace::{self, Act};
use crate::support::{Database, Installed, TestApp, on_both_databases};

/// Both processes at once, as they would be.
async fn both_refresh(app: &TestApp, other: &TestApp) {
    let (here, there) = tokio::join!(jobs::refresh_due(&app.app), jobs::refresh_due(&other.app));
    here.unwrap();
    there.unwrap();
}

async fn reconnect(app: &TestApp, installed: &Installed) {
    app.clock.advance(SECOND);
    let again = app.connect_again(installed).await;
    let mut browser = app.browser();
    let page = browser.follow(&again.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
}

async fn what_is_done_is_what_the_rules_allow(database: Database) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    app.execute(&trace::recorder(database)).await;
    app.switch("refresh_reuse", &json!("revokes"), None).await;
    let other = app.replica().await;
    let all = many(&app, 6).await;
    let mut partner = other.partner().await;
    let urls: Vec<String> = {
        let mut urls = Vec::new();
        for installed in &all {
            urls.push(format!("/api/v1/connections/{}/token", app.connection_id(installed).await));
        }
        urls
    };
    let nothing = json!({});
    for answer in ["slow", "503", "html", "reset_before", "429", "reset_after"] {
        to_their_time(&app);
        app.fault("refresh", answer, &json!({ "times": 2, "milliseconds": 40, "retry_after": 1 })).await;
        // Callers beside the engines, of whom some are refused; what counts is what is written.
        tokio::join!(both_refresh(&app, &other), partner.post(&urls[0], &nothing));
        partner.post(&urls[5], &nothing).await;
        app.clock.advance(MINUTE);
        pass(&app, 2, MINUTE).await;
    }
    // A process that died over its claims.
    to_their_time(&app);
    let until = app.clock.now() + 30 * SECOND;
    let lease = literal(&app, uuid::Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0001));
    let claims = format!("UPDATE grants SET lease_id = {lease}, lease_until = {until}, number = number + 1");
    app.execute(&format!("{claims} WHERE state = 'alive'")).await;
    app.clock.advance(31 * SECOND);
    both_refresh(&app, &other).await;
    // A new permission while a request is under way, and after a refusal.
    app.control("POST", &format!("/integrations/{}/revoke", all[3].integration_id), &json!({})).await;
    to_their_time(&app);
    app.fault("refresh", "slow", &json!({ "milliseconds": 300, "times": 6 })).await;
    tokio::join!(both_refresh(&app, &other), reconnect(&app, &all[2]));
    reconnect(&app, &all[3]).await;
    app.remove(&all[4]).await;
    app.run_jobs().await;
    to_their_time(&app);
    both_refresh(&app, &other).await;

    let steps = app.trace().await;
    let acts = trace::accept(&steps).unwrap_or_else(|refused| panic!("{refused}"));
    for expected in [
        Act::Authorized,
        Act::Claimed { lapsed: false },
        Act::Claimed { lapsed: true },
        Act::Stored,
        Act::Refused,
        Act::Failed,
        Act::Ended,
    ] {
        assert!(acts.contains(&expected), "{expected:?} did not happen: {acts:?}");
    }
    // A pair without a claim would look like a permission, and there were so many of those.
    assert_eq!(acts.iter().filter(|act| **act == Act::Authorized).count(), all.len() + 2);
    assert!(!acts.contains(&Act::Skipped) && !acts.contains(&Act::SetBack), "nobody touched a clock");
    let (tried, taken) = trace::places_where_order_means_nothing(&steps);
    assert!(tried > 50, "only {tried} places");
    assert!(taken.is_empty(), "{taken:?} may come in any order");
}

on_both_databases!(what_is_done_is_what_the_rules_allow);
