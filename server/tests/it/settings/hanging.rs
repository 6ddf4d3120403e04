//! Partner systems that never answer: their own connections wait for them, and those of other integrations do not.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::json;
use server::jobs;
use server::storage::settings::looks;
use tokio_util::sync::CancellationToken;

use super::desk::{BRS, DOORS, RTM, WIFI};
use super::finished;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Database, TestApp, on_both_databases};

const PRINTERS: &str = "tally-desk";
/// Of one integration looked at beside each other.
const OF_ONE: usize = 4;

async fn the_daily_look_of_others_goes_on(database: Database) {
    let partner = TestPartner::start().await;
    for slug in [DOORS, WIFI] {
        partner.mood(slug, Mood::Status(200));
        partner.answers(slug, "options", json!({ "items": [], "next": null }));
    }
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let harbour = [RTM, BRS, "65f0a1b2c3d4e5f700010002", "65f0a1b2c3d4e5f700010003"];
    let of_harbour = harbour.iter().map(|location| ("harbour-and-loom", std::slice::from_ref(location)));
    let everywhere: &[&str] = &[];
    let others = ["studio-17", "kaffee-und-werk"].map(|organization| (organization, everywhere));
    for (organization, locations) in of_harbour.chain(others) {
        for slug in [DOORS, WIFI] {
            let installed = app.install(organization, slug, locations).await;
            let mut browser = app.browser();
            let page = browser.follow(&installed.connect_url).await;
            assert_eq!(browser.press(&page.path, "next").await.status, 303, "{slug}");
            finished(&app, app.connection_of(&installed).await).await;
        }
    }
    app.connected("studio-17", PRINTERS, &[]).await;
    app.run_jobs().await;
    // Two of them, and no place is left that they share with a third.
    partner.mood(DOORS, Mood::Hangs);
    partner.mood(WIFI, Mood::Hangs);
    // As an upgrade leaves it; those that hang come first.
    app.execute("UPDATE connections SET settings_looked_at = 0").await;
    let sql = format!("UPDATE connections SET settings_looked_at = 1 WHERE integration = '{PRINTERS}'");
    app.execute(&sql).await;

    let stop = CancellationToken::new();
    let looks = tokio::spawn(jobs::keep_settings(app.app.clone(), stop.clone()));
    let looked_at = async |slug: &str| {
        let sql = "SELECT COUNT(*) FROM connections WHERE settings_looked_at > 1 AND integration";
        app.number(&format!("{sql} = '{slug}'")).await
    };
    while looked_at(PRINTERS).await == 0 {
        assert!(!looks.is_finished(), "it works until it is stopped");
        tokio::task::yield_now().await;
    }
    for slug in [DOORS, WIFI] {
        let waiting = usize::try_from(looked_at(slug).await).unwrap();
        assert!(waiting <= OF_ONE, "{slug} hangs, and {waiting} of its connections are looked at");
    }
    stop.cancel();
    looks.abort();
}

async fn whose_turn_it_is_is_told_by_an_index(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("studio-17", PRINTERS, &[]).await;
    let tx = app.app.db.begin().await.unwrap();
    let db = tx.connection();
    let backend = db.get_database_backend();
    if database == Database::Postgres {
        // Of one connection PostgreSQL would read the table; the question is whether the index serves.
        db.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off").await.unwrap();
    }
    let statement = looks::asked(backend, PRINTERS, app.clock.now(), 5);
    let (explain, column) = if backend == DbBackend::Postgres { ("EXPLAIN", 0) } else { ("EXPLAIN QUERY PLAN", 3) };
    let sql = format!("{explain} {}", statement.sql);
    let values = statement.values.map(|values| values.0).unwrap_or_default();
    let rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("ix_connections_looks"), "{plan}");
    for bad in ["Sort", "TEMP B-TREE", "Seq Scan", "SCAN connections", "Filter: "] {
        assert!(!plan.contains(bad), "{plan}");
    }
}

on_both_databases!(the_daily_look_of_others_goes_on, whose_turn_it_is_is_told_by_an_index);
