//! A partner system that never answers: its own connections wait for it, and those of other integrations do not.

use serde_json::json;
use server::jobs;
use tokio_util::sync::CancellationToken;

use super::desk::{BRS, DOORS, RTM};
use super::finished;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Database, TestApp, on_both_databases};

const PRINTERS: &str = "tally-desk";
/// All that are looked at beside each other.
const PLACES: usize = 4;

async fn the_daily_look_of_others_goes_on(database: Database) {
    let partner = TestPartner::start().await;
    partner.mood(DOORS, Mood::Status(200));
    partner.answers(DOORS, "options", json!({ "items": [], "next": null }));
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let locations = [RTM, BRS, "65f0a1b2c3d4e5f700010002", "65f0a1b2c3d4e5f700010003"];
    assert_eq!(locations.len(), PLACES, "they could take each place");
    for location in locations {
        let installed = app.install("harbour-and-loom", DOORS, &[location]).await;
        let mut browser = app.browser();
        let page = browser.follow(&installed.connect_url).await;
        assert_eq!(browser.press(&page.path, "next").await.status, 303);
        finished(&app, app.connection_of(&installed).await).await;
    }
    app.connected("studio-17", PRINTERS, &[]).await;
    app.run_jobs().await;
    partner.mood(DOORS, Mood::Hangs);
    // As an upgrade leaves it; the doors come first.
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
    let waiting = usize::try_from(looked_at(DOORS).await).unwrap();
    assert!(waiting <= PLACES / 2, "{waiting} of {PLACES} places were taken by one that hangs");
    stop.cancel();
    looks.abort();
}

on_both_databases!(the_daily_look_of_others_goes_on);
