//! What a verified call tells of changes at OfficeRnD is noticed, written down and never a reason to refuse.

use app::ids::ConnectionId;
use serde_json::{Value, json};
use server::clock::{HOUR, SECOND};

use crate::support::{Database, Installed, TestApp, on_both_databases};

const ROTTERDAM: &str = "65f0a1b2c3d4e5f700010000";
const BRISTOL: &str = "65f0a1b2c3d4e5f700010001";
const LISBON: &str = "65f0a1b2c3d4e5f700010002";

async fn health(app: &TestApp, installed: &Installed, parameters: Value) -> u16 {
    app.call(installed, "healthcheck", &json!({ "parameters": parameters })).await.status
}

/// A Configure of its own, with what is written down behind its answer.
async fn configure(app: &TestApp, installed: &Installed, parameters: Value) {
    app.clock.advance(SECOND);
    assert_eq!(app.call(installed, "configure", &json!({ "parameters": parameters })).await.status, 303);
    app.run_jobs().await;
}

async fn described(app: &TestApp, installed: &Installed) -> Value {
    let id = ConnectionId(app.connection_of(installed).await);
    let key = app.api_key(&["tally-desk"], &["connections:read"]).await;
    app.api(&key).get(&format!("/api/v1/connections/{id}")).await.json()
}

async fn a_new_slug_is_taken_over(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let sibling = app.connected("harbour-and-loom", "meshfern-wifi", &[]).await;
    app.control("PUT", "/organizations/harbour-and-loom", &json!({ "slug": "loom-and-harbour" })).await;

    // The slug alone names nobody we know; with the id it is a renaming.
    assert_eq!(health(&app, &installed, json!({ "organizationId": null, "memberId": null })).await, 401);
    assert_eq!(health(&app, &installed, json!({})).await, 200);
    app.run_jobs().await;
    assert_eq!(described(&app, &installed).await["organization"]["slug"], "loom-and-harbour");
    assert_eq!(health(&app, &installed, json!({ "organizationId": null, "memberId": null })).await, 200);
    let old = json!({ "slug": "harbour-and-loom", "organizationId": null, "memberId": null });
    assert_eq!(health(&app, &installed, old).await, 401);

    // Said once, to each connection of the organization, however often it is told.
    assert_eq!(health(&app, &installed, json!({})).await, 200);
    assert_eq!(health(&app, &sibling, json!({})).await, 200);
    app.run_jobs().await;
    for of in [&installed, &sibling] {
        assert_eq!(app.happened(app.connection_of(of).await, "organization.slug_changed").await, 1);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM organizations").await, 1);
}

/// Only a call that proves itself may rename.
async fn an_unproved_slug_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    for twist in [
        json!({ "tampered": { "slug": "stolen" } }),
        json!({ "parameters": { "slug": "stolen" }, "secret": "guessed" }),
        json!({ "parameters": { "slug": "stolen" }, "t": app.clock.now_seconds() - 61 }),
    ] {
        assert_eq!(app.call(&installed, "healthcheck", &twist).await.status, 401);
    }
    // Proved by its slug, for an id that is not its own: the id is not believed.
    let foreign = json!({ "organizationId": "aaaaaaaaaaaaaaaaaaaaaaaa" });
    assert_eq!(health(&app, &installed, foreign).await, 200);
    app.run_jobs().await;
    let organization = described(&app, &installed).await["organization"].clone();
    assert_eq!(organization["slug"], "harbour-and-loom");
    assert_eq!(organization["officernd_id"], "65f0a1b2c3d4e5f600000001");
}

/// Who holds a secret can say any slug; that must not take another organization's calls away.
async fn a_slug_that_two_claim_serves_both(database: Database) {
    let app = TestApp::start(database).await;
    let harbour = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let kaffee = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let slug_only = json!({ "organizationId": null, "memberId": null });
    assert_eq!(health(&app, &kaffee, slug_only.clone()).await, 200);
    assert_eq!(health(&app, &harbour, json!({ "slug": "kaffee-und-werk" })).await, 200);
    app.run_jobs().await;
    assert_eq!(described(&app, &harbour).await["organization"]["slug"], "kaffee-und-werk");

    let of_kaffee = app.call(&kaffee, "healthcheck", &json!({ "parameters": slug_only })).await;
    assert_eq!(of_kaffee.json(), json!({ "accountName": "Kaffee und Werk" }));
    let claimed = json!({ "slug": "kaffee-und-werk", "organizationId": null, "memberId": null });
    let of_harbour = app.call(&harbour, "healthcheck", &json!({ "parameters": claimed })).await;
    assert_eq!(of_harbour.json(), json!({ "accountName": "Harbour & Loom" }));

    // A slug that passes on: who comes later is known at once, also where the slug was looked up before.
    app.control("PUT", "/organizations/studio-17", &json!({ "slug": "studio-eighteen" })).await;
    app.control("PUT", "/organizations/kaffee-und-werk", &json!({ "slug": "studio-17" })).await;
    assert_eq!(health(&app, &kaffee, json!({ "organizationId": null })).await, 401);
    assert_eq!(health(&app, &kaffee, json!({})).await, 200);
    app.run_jobs().await;
    assert_eq!(health(&app, &kaffee, json!({ "organizationId": null })).await, 200);
}

async fn other_locations_are_recorded_and_stored(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[ROTTERDAM, BRISTOL]).await;
    let connection = app.connection_of(&installed).await;
    let names = |described: &Value| -> Vec<String> {
        described["locations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap_or("-").to_owned())
            .collect()
    };
    assert_eq!(names(&described(&app, &installed).await), ["Rotterdam – Katendrecht", "Bristol, Old Market"]);

    // Some of ours mean nothing.
    configure(&app, &installed, json!({ "locations": BRISTOL })).await;
    assert_eq!(names(&described(&app, &installed).await).len(), 2);
    assert_eq!(app.happened(connection, "connection.locations_changed").await, 0);

    let others = json!({ "locations": format!("{ROTTERDAM}, {LISBON}") });
    configure(&app, &installed, others.clone()).await;
    assert_eq!(names(&described(&app, &installed).await), ["Rotterdam – Katendrecht", "Lisboa · Marvila"]);
    configure(&app, &installed, others).await;
    assert_eq!(app.happened(connection, "connection.locations_changed").await, 1);

    // One that OfficeRnD does not list is kept by its id. A sync tells as much as Configure.
    app.clock.advance(SECOND);
    let unknown = json!({ "parameters": { "locations": format!("{LISBON},ffffffffffffffffffffffff") } });
    assert_eq!(app.call(&installed, "sync", &unknown).await.status, 200);
    app.run_jobs().await;
    let now = described(&app, &installed).await;
    assert_eq!(names(&now), ["Lisboa · Marvila", "-"]);
    assert_eq!(now["locations"][1]["id"], "ffffffffffffffffffffffff");
    assert_eq!(app.happened(connection, "connection.locations_changed").await, 2);
}

/// A healthcheck may ask for any locations, and changes nothing by it.
async fn a_healthcheck_changes_no_locations(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[ROTTERDAM, BRISTOL]).await;
    let before = described(&app, &installed).await["locations"].clone();
    let two = format!("{ROTTERDAM},{LISBON}");
    for asked in [BRISTOL, LISBON, two.as_str(), "ffffffffffffffffffffffff", "", "\"\""] {
        assert_eq!(health(&app, &installed, json!({ "locations": asked })).await, 200);
        app.run_jobs().await;
        assert_eq!(described(&app, &installed).await["locations"], before, "{asked}");
    }
    assert_eq!(app.happened(app.connection_of(&installed).await, "connection.locations_changed").await, 0);
}

/// Only of Connect is it documented that an empty list means all locations. More of them are more people, so a
/// connection for some does not become one for all by a call that names none.
async fn an_empty_list_widens_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[ROTTERDAM, BRISTOL]).await;
    let before = described(&app, &installed).await["locations"].clone();
    for empty in ["", "\"\"", " , "] {
        configure(&app, &installed, json!({ "locations": empty })).await;
        app.clock.advance(SECOND);
        app.call(&installed, "sync", &json!({ "parameters": { "locations": empty } })).await;
        app.run_jobs().await;
        assert_eq!(described(&app, &installed).await["locations"], before, "{empty:?}");
    }
    // Nor does one for all become one for some.
    let whole = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    configure(&app, &whole, json!({ "locations": ROTTERDAM })).await;
    assert_eq!(described(&app, &whole).await["locations"], "all");
    assert_eq!(app.number("SELECT COUNT(*) FROM activity WHERE kind = 'connection.locations_changed'").await, 0);
}

/// The names are asked for with a token that is fresh anyway; without one the change is stored all the same.
async fn locations_are_stored_without_a_token(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[ROTTERDAM]).await;
    app.clock.advance(2 * HOUR);
    let others = json!({ "parameters": { "locations": format!("{ROTTERDAM},{LISBON}") } });
    let received = app.received().await;
    assert_eq!(app.call(&installed, "sync", &others).await.status, 200);
    app.run_jobs().await;
    assert_eq!(app.received().await, received);
    let locations = described(&app, &installed).await["locations"].clone();
    assert_eq!(locations[0]["name"], "Rotterdam – Katendrecht");
    assert_eq!((locations[1]["id"].clone(), locations[1]["name"].clone()), (json!(LISBON), Value::Null));
}

on_both_databases!(
    a_new_slug_is_taken_over,
    an_unproved_slug_changes_nothing,
    a_slug_that_two_claim_serves_both,
    other_locations_are_recorded_and_stored,
    a_healthcheck_changes_no_locations,
    an_empty_list_widens_nothing,
    locations_are_stored_without_a_token
);
