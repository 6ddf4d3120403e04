//! The page where the admin decides, and what is connected then.

use serde_json::json;

use super::{account_name, done, done_with, opened, pressed, says, with_parameter};
use crate::support::{Database, TestApp, on_both_databases};

const ROTTERDAM: &str = "65f0a1b2c3d4e5f700010000";
const LISBON: &str = "65f0a1b2c3d4e5f700010002";
const NOWHERE: &str = "65f0a1b2c3d4e5f7ffffffff";

async fn all_locations_is_a_rule_and_not_a_list(database: Database) {
    let app = TestApp::start(database).await;
    for how in ["empty", "missing"] {
        app.switch("connect_locations", &json!(how), None).await;
        let installed = app.install("harbour-and-loom", "tally-desk", &[]).await;
        let mut browser = app.browser();
        let page = opened(&mut browser, &installed.connect_url).await;
        says(&page, 200, "All locations, 4 today");
        says(&page, 200, "Rotterdam – Katendrecht");
        says(&page, 200, "Bristol, Temple Quay (opening soon)");
        assert!(!page.text.contains("65f0a1b2c3d4e5f7"), "ids are not for people: {}", page.text);
        done(&app, &mut browser, &page).await;
        assert_eq!(app.connection(&installed).await["locations"], "all");
    }
}

async fn some_locations_are_named_and_the_others_left_out(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("harbour-and-loom", "tally-desk", &[ROTTERDAM, LISBON]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    says(&page, 200, "2 locations");
    says(&page, 200, "Rotterdam – Katendrecht");
    says(&page, 200, "Lisboa · Marvila");
    assert!(!page.text.contains("Bristol"), "{}", page.text);
    assert!(!page.text.contains("65f0a1b2c3d4e5f7"), "ids are not for people: {}", page.text);
    done(&app, &mut browser, &page).await;
    assert_eq!(
        app.connection(&installed).await["locations"],
        json!([
            { "id": ROTTERDAM, "name": "Rotterdam – Katendrecht", "time_zone": "Europe/Amsterdam", "currency": "EUR" },
            { "id": LISBON, "name": "Lisboa · Marvila", "time_zone": "Europe/Lisbon", "currency": "EUR" },
        ])
    );
}

async fn a_location_that_officernd_does_not_list_is_kept_and_said(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let url = with_parameter(&installed.connect_url, "locations", Some(&format!("{LISBON}, {NOWHERE}")));
    let mut browser = app.browser();
    let page = opened(&mut browser, &url).await;
    says(&page, 200, "Lisboa · Marvila");
    says(&page, 200, "not known to OfficeRnD any more");
    done(&app, &mut browser, &page).await;
    let locations = app.connection(&installed).await["locations"].clone();
    assert_eq!((&locations[1]["id"], &locations[1]["name"]), (&json!(NOWHERE), &json!(null)), "{locations}");
}

async fn more_locations_than_officernd_answers_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("northern-harbours", "tally-desk", &[]).await;
    let page = opened(&mut app.browser(), &installed.connect_url).await;
    says(&page, 200, "All locations, 63 today");
    says(&page, 200, "Yard 63");
    assert_eq!(app.calls("locations").await, 2, "a page holds 50");
}

async fn names_are_text_and_never_markup(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("hyperlink-1", "tally-desk", &[]).await;
    let page = opened(&mut app.browser(), &installed.connect_url).await;
    says(&page, 200, "&lt;b&gt;1 &amp; 2&lt;/b&gt;");
    assert!(!page.text.contains("<b>1"), "{}", page.text);
}

async fn an_integration_with_steps_waits_as_finish_set_up(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("kaffee-und-werk", "portunus-access", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    says(&page, 200, "Nothing is connected before you choose Continue.");
    let asked = pressed(&mut browser, &page, "next").await;
    says(&asked, 200, "Step 2 of 4: Sign in to Portunus");
    assert_eq!(asked.path, format!("{}/steps/credentials", page.path));

    let connection = app.connection(&installed).await;
    assert_eq!(connection["state"], "finish_set_up");
    assert_eq!(
        app.activity(connection["id"].as_str().unwrap()).await,
        ["webhooks.subscribed", "connection.finish_set_up"]
    );
    assert_eq!(account_name(&app, &installed).await, None, "it is not ready, and the healthcheck says so");
    assert_eq!(app.attempts_with_secrets().await, 0, "the grant is the connection's now");

    // Cancel comes too late to undo it, and the window can be opened again.
    done_with(&app, &browser.press(&page.path, "cancel").await);
    assert_eq!(browser.follow(&page.path).await.path, asked.path);
    assert_eq!(app.connection(&installed).await["state"], "finish_set_up");
}

async fn nothing_is_connected_before_the_admin_decides(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    opened(&mut app.browser(), &installed.connect_url).await;
    assert!(app.connections().await.is_empty());
    assert!(app.subscriptions().await.is_empty());
    assert_eq!(app.calls("integration").await, 0, "the secret is not asked for before that");
}

async fn the_code_is_in_no_later_address(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let first = browser.get(&installed.connect_url).await;
    assert_eq!(first.status, 303);
    assert!(first.location.starts_with("/connect/") && !first.location.contains(&installed.code), "{}", first.location);
    assert_eq!(first.header("referrer-policy"), "no-referrer");
    let cookie = first.header("set-cookie");
    assert!(cookie.starts_with("__Host-connect-") && cookie.contains("; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    let page = browser.follow(&first.location).await;
    assert!(!page.text.contains(&installed.code));
}

on_both_databases!(
    all_locations_is_a_rule_and_not_a_list,
    some_locations_are_named_and_the_others_left_out,
    a_location_that_officernd_does_not_list_is_kept_and_said,
    more_locations_than_officernd_answers_at_once,
    names_are_text_and_never_markup,
    an_integration_with_steps_waits_as_finish_set_up,
    nothing_is_connected_before_the_admin_decides,
    the_code_is_in_no_later_address,
);
