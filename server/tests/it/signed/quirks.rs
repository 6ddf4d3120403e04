//! Every way in which OfficeRnD may send and sign a call, as the contract leaves it open.

use serde_json::{Value, json};

use crate::support::{Answer, Database, Installed, TestApp, on_both_databases};

const TWO: [&str; 2] = ["65f0a1b2c3d4e5f700010000", "65f0a1b2c3d4e5f700010001"];

/// A minute later, so that it is a call of its own however wrong OfficeRnD's clock is.
async fn call(app: &TestApp, installed: &Installed, call: &str, more: &Value) -> Answer {
    app.clock.advance(61_000);
    app.call(installed, call, more).await
}

async fn all_three(app: &TestApp, installed: &Installed, more: &Value, what: &str) {
    let health = call(app, installed, "healthcheck", more).await;
    assert_eq!((health.status, health.json()), (200, json!({ "accountName": "Harbour & Loom" })), "{what}");
    let sync = call(app, installed, "sync", more).await;
    assert_eq!((sync.status, sync.json()["status"].clone()), (200, json!("on")), "{what}");
    let configure = call(app, installed, "configure", more).await;
    assert_eq!(configure.status, 303, "{what}: {}", configure.text);
    assert!(configure.location.starts_with("/settings/con_"), "{what}: {}", configure.location);
}

async fn every_form_is_understood(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &TWO).await;
    let connection = app.connection_of(&installed).await;
    let forms: [(&str, &[&str]); 6] = [
        ("organization_id", &["plain", "quoted_signed_plain", "quoted_signed_quoted"]),
        ("locations_join", &["comma", "comma_space", "sent_comma_signed_comma_space", "sent_comma_space_signed_comma"]),
        ("member_id", &["present", "missing", "empty_unsigned", "empty_signed"]),
        ("signed_parameters", &["four", "guide", "with_user"]),
        ("signature_form", &["usual", "reversed", "unnamed", "more", "upper_case"]),
        ("officernd_clock", &["exact", "ahead_30_seconds", "behind_30_seconds"]),
    ];
    for (key, values) in forms {
        for value in values {
            app.switch(key, &json!(value), None).await;
            all_three(&app, &installed, &json!({}), &format!("{key} {value}")).await;
        }
        app.control("DELETE", "/switches", &Value::Null).await;
    }
    for value in ["ahead_5_minutes", "behind_5_minutes"] {
        app.switch("officernd_clock", &json!(value), None).await;
        let refused = call(&app, &installed, "healthcheck", &json!({})).await;
        assert_eq!(refused.status, 401, "{value}");
    }
    app.run_jobs().await;
    assert_eq!(
        app.happened(connection, "connection.locations_changed").await,
        0,
        "other spaces are no other locations"
    );
    assert_eq!(app.happened(connection, "organization.slug_changed").await, 0);
}

/// As many locations as Connect accepts, in the longer of the two forms.
async fn a_thousand_locations_are_understood(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let ids: Vec<String> = (0..1_000).map(|number| format!("65f0a1b2c3d4e5f7{number:08}")).collect();
    let more = json!({ "parameters": { "locations": ids.join(", ") } });
    all_three(&app, &installed, &more, "a thousand locations").await;
}

async fn quirks_come_together(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &TWO).await;
    app.switch("organization_id", &json!("quoted_signed_plain"), None).await;
    app.switch("locations_join", &json!("sent_comma_signed_comma_space"), None).await;
    app.switch("member_id", &json!("empty_unsigned"), None).await;
    all_three(&app, &installed, &json!({}), "all at once").await;
    app.control("DELETE", "/switches", &Value::Null).await;

    let order = json!({ "order": ["memberId", "organizationId", "slug", "locations"] });
    all_three(&app, &installed, &order, "another order").await;
    let unknown = json!({ "parameters": { "n\u{e4}me \"1\"": "ü \\ \" </b> \u{1f4a1} & + % \u{2028} \t" } });
    all_three(&app, &installed, &unknown, "a parameter that nobody announced").await;
}

async fn a_signature_is_hex_of_either_case_by_name_or_position(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let url = app.signed_url(&installed, "healthcheck", &json!({})).await;
    let (start, hex) = url.split_at(url.len() - 64);
    assert!(hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{url}");
    let t = app.clock.now_seconds();
    let without = url.split("&signature=").next().unwrap();
    for good in [
        url.clone(),
        format!("{start}{}", hex.to_ascii_uppercase()),
        format!("{without}&signature={t},{hex}"),
        format!("{without}&signature=v=2,signature={hex},t={t}"),
        format!("{without}&signature=t={t},%20signature={hex}"),
        format!("&&{without}").replacen("&&", "", 1) + &format!("&&signature=t={t},signature={hex}&"),
    ] {
        assert_eq!(app.browser().get(&good).await.status, 200, "{good}");
    }
    for bad in [
        format!("{start}{}", &hex[1..]),
        format!("{url}00"),
        format!("{without}&signature={hex},{t}"),
        format!("{without}&signature=t={t},t={t},signature={hex}"),
        format!("{without}&signature=t=0{t},signature={hex}"),
        format!("{without}&signature=t={t},signature=0x{}", &hex[2..]),
    ] {
        assert_eq!(app.browser().get(&bad).await.status, 401, "{bad}");
    }
}

on_both_databases!(
    every_form_is_understood,
    a_thousand_locations_are_understood,
    quirks_come_together,
    a_signature_is_hex_of_either_case_by_name_or_position
);
