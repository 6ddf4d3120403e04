//! What the overview says of what fails for longest, and of what runs out.

use app::role::Role;
use server::clock::{DAY, HOUR, rfc3339};

use super::settle;
use crate::support::partner::TestPartner;
use crate::support::{Browser, Database, NOON, TestApp, on_both_databases};

on_both_databases!(
    the_oldest_failure_is_named,
    tokens_of_the_partner_run_out,
    the_old_secret_of_alerts_runs_out,
    keys_that_nobody_sees_to_are_counted
);

const ENDED: &str = "disconnected_at = 1, disconnect_cause = 'admin', purge_at = 1";

/// The card with this heading, as text with tags.
fn card<'p>(page: &'p str, id: &str) -> &'p str {
    let from = page.split(&format!("aria-labelledby=\"{id}\"")).nth(1).unwrap();
    from.split("</section>").next().unwrap()
}

async fn the_oldest_failure_is_named(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 12, 5).await;
    let mut viewer = app.staff(Role::Viewer).await;
    let page = viewer.get("/").await;
    assert!(!page.text.contains("Oldest failure"), "{}", page.text);
    for (place, days) in [(0, 3), (1, 9), (2, 5)] {
        app.execute(&format!(
            "UPDATE connections SET failing_since = {}, failing_at = {NOON}, failing_fault = 'partner', \
             failing_like = '1:partner:503' WHERE integration_id = 'installation-{place}'",
            NOON - days * DAY
        ))
        .await;
    }
    let name = app.texts("SELECT name FROM organizations WHERE slug = 'workspace-1'").await[0].clone().unwrap();
    let page = viewer.get("/").await;
    let failed = card(&page.text, "fr");
    assert!(failed.contains("Oldest failure, since 15 November"), "{failed}");
    assert!(failed.contains(&name.replace('&', "&amp;")), "{failed}");
    assert_eq!(failed.matches("Oldest failure").count(), 1);
    // Who is disconnected fails no more.
    app.execute(&format!("UPDATE connections SET {ENDED} WHERE integration_id = 'installation-1'")).await;
    let page = viewer.get("/").await;
    assert!(card(&page.text, "fr").contains("Oldest failure, since 19 November"), "{}", page.text);
}

async fn tokens_of_the_partner_run_out(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 12, 5).await;
    app.execute("UPDATE connections SET integration = 'meshfern-wifi', disconnected_at = NULL").await;
    let mut viewer = app.staff(Role::Viewer).await;
    let sealed = if database == Database::Sqlite { "x'00'" } else { "'\\x00'" };
    let day = |days: i64| rfc3339(NOON + days * DAY).unwrap()[..10].to_owned();
    for (place, days) in [(0, -1), (1, 0), (2, 14), (3, 15), (4, 6)] {
        app.execute(&format!(
            "INSERT INTO setting_secrets (id, connection_id, field, secret, updated_at, expires_on) \
             SELECT id, id, 'api_token', {sealed}, 0, '{}' FROM connections \
             WHERE integration_id = 'installation-{place}'",
            day(days)
        ))
        .await;
    }
    app.execute(&format!("UPDATE connections SET {ENDED} WHERE integration_id = 'installation-4'")).await;
    let page = viewer.get("/").await;
    let due = card(&page.text, "due");
    assert_eq!(due.matches("of <bdi>Meshfern").count(), 2, "{due}");
    assert!(due.contains("24 November 2026") && due.contains("8 December 2026"), "{due}");
    app.clock.advance(20 * DAY - HOUR);
    let mut later = app.staff(Role::Viewer).await;
    let page = later.get("/").await;
    assert!(card(&page.text, "due").contains("Nothing runs out within 14 days."), "{}", page.text);
}

async fn the_old_secret_of_alerts_runs_out(database: Database) {
    let app = TestApp::start(database).await;
    let partner = TestPartner::start().await;
    let mut owner = app.staff(Role::Owner).await;
    let url = format!("{}/alerts", partner.url("acme"));
    owner.submit("/alerts", &[("act", "webhook"), ("url", &url)]).await;
    let due = async |staff: &mut Browser| card(&staff.get("/").await.text, "due").to_owned();
    assert!(due(&mut owner).await.contains("Nothing runs out within 14 days."));
    owner.submit("/alerts", &[("act", "webhook-rotate")]).await;
    let shown = due(&mut owner).await;
    assert!(shown.contains("The old secret of the webhook of alerts at <bdi>127.0.0.1"), "{shown}");
    assert!(!shown.contains("/alerts"), "an address may hold what is not for everybody: {shown}");
    // It is over, though nobody has taken it away yet.
    app.clock.advance(DAY);
    let mut viewer = app.staff(Role::Viewer).await;
    let shown = due(&mut viewer).await;
    assert!(shown.contains("Nothing runs out within 14 days."), "{shown}");
}

async fn keys_that_nobody_sees_to_are_counted(database: Database) {
    let app = TestApp::start(database).await;
    let due = async || {
        let mut viewer = app.staff(Role::Viewer).await;
        card(&viewer.get("/").await.text, "due").to_owned()
    };
    assert!(!due().await.contains("API key"));
    app.api_key(&["tally-desk"], &["connections:read"]).await;
    let shown = due().await;
    assert!(shown.contains("1 API key never expires.") && !shown.contains("not used"), "{shown}");
    app.clock.advance(90 * DAY);
    assert!(due().await.contains("1 API key never expires. 1 API key was not used for 90 days."));
    app.execute("UPDATE api_keys SET revoked_at = 1").await;
    assert!(!due().await.contains("API key"));
}
