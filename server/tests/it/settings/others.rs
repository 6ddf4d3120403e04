//! What other connections do, as findings tell it: they use the same, are of the same category, or were there first.

use app::ids::ConnectionId;
use app::ports::Actor;
use serde_json::{Value, json};
use server::domain::settings::Layers;
use server::domain::settings::record::Origin;
use server::services::settings::change::Change;
use server::storage::settings::layers;
use uuid::Uuid;

use super::desk::{DOORS, Desk, PAY, RTM};
use super::{configure, finished, samples_with};
use crate::api::call;
use crate::support::{Database, Manifests, TestApp, on_both_databases};

const TALLY: &str = "tally-desk";

/// Findings of a connection by a rule, as the API has them.
pub(super) async fn found(app: &TestApp, integration: &str, connection: Uuid, rule: &str) -> Vec<Value> {
    let key = app.api_key(&[integration], &["settings:read"]).await;
    let path = format!("/api/v1/connections/{}/settings", ConnectionId(connection));
    let settings = call(app, &key, ("GET", &path), &[], None).await;
    assert_eq!(settings.status, 200, "{}", settings.text);
    let findings = settings.json()["findings"].as_array().unwrap().clone();
    findings.into_iter().filter(|one| one["rule"] == rule).collect()
}

/// A pop-up at its first step: there is a connection, and nothing of it is set.
async fn begun(app: &TestApp, organization: &str, integration: &str) -> Uuid {
    let installed = app.install(organization, integration, &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&installed.connect_url).await;
    assert_eq!(browser.press(&page.path, "next").await.status, 303);
    app.connection_of(&installed).await
}

/// What the organization says from now on.
pub(super) async fn say(app: &TestApp, connection: Uuid, organization: &Value) {
    let stored = app.stored(connection).await;
    let integration = app.integrations.iter().find(|known| known.slug == stored.integration).unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let before = layers::load(tx.connection(), connection).await.unwrap();
    let change = Change {
        integration,
        connection: &stored,
        before: &before,
        after: Layers { organization: organization.as_object().cloned().unwrap(), ..Layers::default() },
        secrets: Vec::new(),
        by: Actor::Deskbridge,
        origin: Origin::SetUp,
    };
    change.commit(&app.app, &mut tx, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Of another organization or of the same, linked to whichever account: each would take away what the other gives.
async fn what_another_connection_uses_is_found(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    let app = &desk.app;
    assert!(found(app, DOORS, desk.connection, "site_unique").await.is_empty());
    for organization in ["studio-17", "harbour-and-loom"] {
        let other = begun(app, organization, DOORS).await;
        say(app, other, &json!({ "everyone_groups": ["g-day"] })).await;
        let used = found(app, DOORS, desk.connection, "site_unique").await;
        assert!(!used.is_empty(), "{organization}");
        for one in &used {
            assert_eq!(one["severity"], "error", "{one}");
            assert!(!one["why"].as_str().unwrap().contains("Studio 17"), "nobody is told who it is: {one}");
        }
        say(app, other, &json!({})).await;
        assert!(found(app, DOORS, desk.connection, "site_unique").await.is_empty(), "{organization}");
    }
}

async fn another_integration_of_the_category_is_an_error_at_the_location(database: Database) {
    let folder = samples_with(
        "tally-desk.json",
        &[
            (r#""category": "printing""#, r#""category": "payments""#),
            (r#""one_connection_per_location": false"#, r#""exclusive_category": true"#),
        ],
    );
    let manifests = Manifests { folder: folder.path().to_owned(), ..Manifests::default() };
    let app = TestApp::start_beside(database, &[], manifests).await;
    let installed = app.connected("harbour-and-loom", TALLY, &[]).await;
    let connection = app.connection_of(&installed).await;
    let other = begun(&app, "harbour-and-loom", PAY).await;
    let taken = async || found(&app, TALLY, connection, "exclusive_category").await;
    assert!(taken().await.is_empty(), "what is not set up is not active");
    finished(&app, other).await;
    let errors = taken().await;
    assert!(errors.iter().any(|one| one["location"] == RTM), "{errors:?}");
    for one in &errors {
        assert_eq!((&one["severity"], &one["field"]), (&json!("error"), &Value::Null), "{one}");
        assert!(one["why"].as_str().unwrap().contains("Ledgerline Pay"), "{one}");
    }
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    let page = browser.get(&format!("{home}/locations/{RTM}")).await;
    assert!(page.text.contains("only one of both can be active here"), "{}", page.text);
}

async fn a_connection_that_waits_names_the_first(database: Database) {
    let folder = samples_with(
        "tally-desk.json",
        &[(r#""one_connection_per_location": false"#, r#""one_connection_per_location": true"#)],
    );
    let manifests = Manifests { folder: folder.path().to_owned(), ..Manifests::default() };
    let app = TestApp::start_beside(database, &[], manifests).await;
    let first = app.connected("studio-17", TALLY, &[]).await;
    let works = app.connection_of(&first).await;
    let waits = begun(&app, "studio-17", TALLY).await;
    let told = found(&app, TALLY, waits, "overlap").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["severity"], &told[0]["location"]), (&json!("error"), &json!("*")));
    assert!(told[0]["why"].as_str().unwrap().contains("account Studio 17 covers"), "{}", told[0]);
    assert!(found(&app, TALLY, works, "overlap").await.is_empty());
    app.clock.advance(1_000);
    app.remove(&first).await;
    app.run_jobs().await;
    assert!(found(&app, TALLY, waits, "overlap").await.is_empty(), "it has ended");
}

on_both_databases!(
    what_another_connection_uses_is_found,
    another_integration_of_the_category_is_an_error_at_the_location,
    a_connection_that_waits_names_the_first,
);
