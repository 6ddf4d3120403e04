//! OfficeRnD answers, and what it says must not be believed or is not enough.

use serde_json::json;

use super::{account_name, done, opened, pressed, says, with_parameter};
use crate::support::{Database, TestApp, on_both_databases};

async fn a_missing_permission_is_403_and_destroys_the_login(database: Database) {
    let app = TestApp::start(database).await;
    let before_the_page = ["organization_read", "locations_read"];
    let after_the_click = ["integrations_read", "webhooks_read", "webhooks_create"];
    for scope in before_the_page {
        app.switch("missing_scope", &json!(scope), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let page = app.browser().follow(&installed.connect_url).await;
        says(&page, 403, "OfficeRnD let us in, but not far enough");
    }
    for scope in after_the_click {
        app.switch("missing_scope", &json!(scope), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        let page = opened(&mut browser, &installed.connect_url).await;
        let failed = pressed(&mut browser, &page, "next").await;
        says(&failed, 403, "OfficeRnD let us in, but not far enough");
    }
    assert_eq!(app.attempts_with_secrets().await, 0);
    assert!(app.connections().await.is_empty());
    assert!(app.subscriptions().await.is_empty());
}

async fn a_foreign_slug_is_403(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    for slug in ["harbour-and-loom", "no-such-organization", "../kaffee-und-werk"] {
        let known = app.connect_with(&installed, &json!({})).await;
        let page = app.browser().follow(&with_parameter(&known, "org_slug", Some(slug))).await;
        says(&page, 403, "The login belongs to another organization");
        assert!(!page.text.contains("Harbour"), "{}", page.text);
    }
    assert_eq!(app.attempts_with_secrets().await, 0);
}

/// Whoever opens a Connect writes its address; what counts afterwards is how OfficeRnD spells the slug.
async fn a_slug_is_kept_as_officernd_spells_it(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let url = with_parameter(&installed.connect_url, "org_slug", Some("Studio-17"));
    let page = opened(&mut browser, &url).await;
    done(&app, &mut browser, &page).await;
    assert_eq!(app.connection(&installed).await["organization"]["slug"], "studio-17");
    // So that a call that names nothing but the slug finds it.
    let by_slug = json!({ "parameters": { "organizationId": null } });
    assert_eq!(app.call(&installed, "healthcheck", &by_slug).await.status, 200);
}

async fn a_foreign_integration_id_connects_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let theirs = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mine = app.install("studio-17", "tally-desk", &[]).await;
    let url = with_parameter(&mine.connect_url, "integrationId", Some(&theirs.integration_id));
    let mut browser = app.browser();
    let page = opened(&mut browser, &url).await;
    let failed = pressed(&mut browser, &page, "next").await;
    says(&failed, 400, "was removed in OfficeRnD");
    assert_eq!(app.connections().await.len(), 1);
    assert_eq!(account_name(&app, &theirs).await.as_deref(), Some("Harbour & Loom"));
}

async fn an_organization_that_answers_as_another_is_not_believed(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    app.switch("organization_answer", &json!("other_slug"), Some(1)).await;
    let page = app.browser().follow(&installed.connect_url).await;
    says(&page, 403, "The login belongs to another organization");

    app.switch("organization_answer", &json!("no_id"), Some(1)).await;
    let url = app.connect_with(&installed, &json!({})).await;
    let mut browser = app.browser();
    let page = browser.follow(&url).await;
    says(&page, 502, "OfficeRnD does not answer");
    assert_eq!(pressed(&mut browser, &page, "retry").await.status, 200);
}

async fn tokens_go_to_no_host_that_is_not_allowed(database: Database) {
    let app = TestApp::start(database).await;
    for region in ["foreign", "lookalike", "plain_http"] {
        app.switch("region", &json!(region), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let page = app.browser().follow(&installed.connect_url).await;
        says(&page, 502, "OfficeRnD sent us to an address we do not trust");
        assert!(
            page.text.contains(&format!("{}{}", app.simulator_url, super::RETURN)),
            "the app host's: {}",
            page.text
        );
    }
    assert_eq!(app.attempts_with_secrets().await, 0);
}

async fn without_a_region_the_app_host_is_meant(database: Database) {
    let app = TestApp::start(database).await;
    for region in ["missing_info", "empty_info", "empty_url"] {
        app.switch("region", &json!(region), Some(1)).await;
        let installed = app.install("studio-17", "tally-desk", &[]).await;
        let mut browser = app.browser();
        let page = opened(&mut browser, &installed.connect_url).await;
        done(&app, &mut browser, &page).await;
        assert_eq!(account_name(&app, &installed).await.as_deref(), Some("Studio 17"));
    }
}

async fn without_the_integrations_secret_nothing_is_connected(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    app.switch("integration_secret", &json!("absent"), None).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    says(&pressed(&mut browser, &page, "next").await, 502, "OfficeRnD kept the integration’s key from us");
    assert!(app.connections().await.is_empty());
    assert_eq!(app.attempts_with_secrets().await, 0);
}

async fn a_secret_that_only_version_1_knows_is_as_good(database: Database) {
    let app = TestApp::start(database).await;
    for how in ["only_in_v1", "no_v2_path"] {
        app.switch("integration_secret", &json!(how), None).await;
        let installed = app.connected("studio-17", "tally-desk", &[]).await;
        assert_eq!(account_name(&app, &installed).await.as_deref(), Some("Studio 17"), "{how}");
    }
}

async fn a_new_subscription_is_read_in_both_shapes(database: Database) {
    let app = TestApp::start(database).await;
    for fault in [None, Some("404"), Some("403")] {
        if let Some(answer) = fault {
            // Version 2 refuses, so version 1 answers, with an array of one.
            app.fault("webhook_create", answer, &json!({})).await;
        }
        let installed = app.connected("studio-17", "tally-desk", &[]).await;
        app.remove(&installed).await;
        app.run_jobs().await;
        let state = app.connection(&installed).await["state"].clone();
        assert_eq!(state, "disconnected", "{fault:?}: its secret verifies the delivery");
    }
}

async fn a_subscription_without_a_secret_connects_nothing(database: Database) {
    let app = TestApp::start(database).await;
    app.switch("subscription_secret", &json!("never"), None).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    says(&pressed(&mut browser, &page, "next").await, 502, "OfficeRnD kept the integration’s key from us");
    assert!(app.connections().await.is_empty());
}

on_both_databases!(
    a_missing_permission_is_403_and_destroys_the_login,
    a_foreign_slug_is_403,
    a_slug_is_kept_as_officernd_spells_it,
    a_foreign_integration_id_connects_nothing,
    an_organization_that_answers_as_another_is_not_believed,
    tokens_go_to_no_host_that_is_not_allowed,
    without_a_region_the_app_host_is_meant,
    without_the_integrations_secret_nothing_is_connected,
    a_secret_that_only_version_1_knows_is_as_good,
    a_new_subscription_is_read_in_both_shapes,
    a_subscription_without_a_secret_connects_nothing,
);
