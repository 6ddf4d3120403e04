//! Settings that cannot work put their location in trouble; what was never filled in does not.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::clock::DAY;
use server::storage::settings::looks;
use server::storage::{connections, tenant_counts};

use crate::api::call;
use crate::settings::desk::{BRS, DOORS, Desk, PAY};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Database, on_both_databases};

/// Where findings say that something chosen cannot work.
fn broken(settings: &Value) -> BTreeSet<String> {
    let found = settings["findings"].as_array().unwrap().iter();
    let counts = |one: &&Value| one["severity"] == "error" && one["rule"] != "required";
    found.filter(counts).map(|one| one["location"].as_str().unwrap().to_owned()).collect()
}

fn in_trouble(connection: &Value) -> BTreeSet<String> {
    let all = connection["troubles"].as_array().unwrap().iter();
    all.map(|one| one["location"].as_str().unwrap().to_owned()).collect()
}

async fn a_dangling_choice_is_a_location_in_trouble(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    desk.app.run_jobs().await;
    let key = desk.app.api_key(&[DOORS], &["connections:read", "settings:read", "settings:write"]).await;
    let mut partner = desk.app.api(&key);
    let path = format!("/api/v1/connections/{}", app::ids::ConnectionId(desk.connection));
    let settings = format!("{path}/settings");
    let before = partner.get(&path).await.json();
    let findings = partner.get(&settings).await.json();
    assert!(in_trouble(&before).contains(BRS), "{before}");
    assert_eq!(in_trouble(&before), broken(&findings));
    assert_eq!((&before["state"], &before["cause"]), (&json!("some_locations"), &json!("settings")));
    assert_eq!(before["who_must_act"], "admin");

    // The partner system may mend it as well, and the state is judged anew after that.
    let orphans = |settings: &Value| {
        let found = settings["findings"].as_array().unwrap().iter();
        found
            .filter(|one| one["location"] == BRS && one["field"] == "plan_groups" && one["rule"] == "orphan_group")
            .count()
    };
    assert_eq!(orphans(&findings), 1);
    let rows = json!({ "*": ["g-uk-day"], "65f0a1b2c3d4000100001001": ["g-uk-day"] });
    let change = json!({ "locations": { BRS: { "plan_groups": rows } } });
    let mended = call(&desk.app, &key, ("PATCH", &settings), &[("If-Match", "*")], Some(&change)).await;
    assert_eq!(mended.status, 200, "{}", mended.text);
    desk.app.run_jobs().await;
    let (after, findings) = (partner.get(&path).await.json(), partner.get(&settings).await.json());
    assert_eq!(in_trouble(&after), broken(&findings));
    assert_eq!(orphans(&findings), 0, "{findings}");
}

async fn a_new_connection_is_connected(database: Database) {
    for slug in [DOORS, PAY] {
        let desk = Desk::bare(database, slug).await;
        desk.app.run_jobs().await;
        let stored = connections::get(desk.app.app.db.read(), desk.connection).await.unwrap().unwrap();
        assert_eq!((stored.state.slug(), &stored.troubles), ("connected", &Vec::new()), "{slug}");
    }
}

/// Members stand before a door whose group is gone; nobody opens the settings page to find that.
async fn what_is_gone_at_the_partner_is_found_within_a_day(database: Database) {
    let chosen = json!({
        "region": "eu", "client_id": "hl-prod-7", "service_account_ack": true, "site": "site-nl",
        "plan_groups": { "*": ["g-front"] },
    });
    let desk = Desk::with(database, DOORS, &chosen).await;
    let key = desk.app.api_key(&[DOORS], &["connections:read"]).await;
    let mut api = desk.app.api(&key);
    let path = format!("/api/v1/connections/{}", app::ids::ConnectionId(desk.connection));
    desk.app.run_jobs().await;
    let before = in_trouble(&api.get(&path).await.json());
    assert!(before.is_empty(), "{before:?}");

    // Another partner system stands for the same one, in which everything was deleted.
    let partner = TestPartner::start().await;
    partner.mood(DOORS, Mood::Status(200));
    partner.answers(DOORS, "options", json!({ "items": [], "next": null }));
    partner.answers(DOORS, "facts", json!({ "facts": {} }));
    let mut manifests = desk.app.manifests();
    manifests.variables.insert("PORTUNUS_HOOKS_URL".to_owned(), partner.url(DOORS));
    let next = desk.app.replica_beside(manifests).await;
    next.run_jobs().await;
    assert_eq!(partner.calls("options").len(), 0, "it has its turn once a day");
    desk.app.clock.advance(DAY + 1);
    // Subscriptions have another pace, since each may need a token.
    desk.app.execute("UPDATE connections SET subscription_checked_at = 9000000000000").await;
    next.run_jobs().await;
    let asked = partner.calls("options").len();
    assert!(asked > 0);
    let after = api.get(&path).await.json();
    assert!(in_trouble(&after).contains(BRS), "{after}");
    assert_eq!((&after["state"], &after["cause"]), (&json!("some_locations"), &json!("settings")));
    next.run_jobs().await;
    assert_eq!(partner.calls("options").len(), asked, "once");
}

/// A partner system that does not answer has deleted nothing.
async fn silence_is_no_loss(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    desk.app.run_jobs().await;
    let troubles = async || desk.app.stored(desk.connection).await.troubles;
    let before = troubles().await;
    desk.stop_partner();
    desk.app.clock.advance(DAY + 1);
    desk.app.run_jobs().await;
    assert_eq!(troubles().await, before);
}

async fn each_connection_has_its_turn_and_one_process_takes_it(database: Database) {
    let desk = Desk::bare(database, DOORS).await;
    let app = &desk.app;
    let (db, now) = (app.app.db.read(), app.clock.now());
    let stored = app.stored(desk.connection).await;
    assert_eq!(tenant_counts::read(db).await.unwrap().live_of(DOORS), 1);
    assert!(looks::due(db, DOORS, stored.created_at, 9).await.unwrap().is_empty(), "it has connected then");
    // As an upgrade leaves it.
    app.execute("UPDATE connections SET settings_looked_at = 0").await;
    assert_eq!(looks::due(db, DOORS, 1, 9).await.unwrap(), vec![(desk.connection, 0)]);
    let mut tx = app.app.db.begin().await.unwrap();
    assert!(looks::claim(&mut tx, desk.connection, 0, now).await.unwrap());
    assert!(!looks::claim(&mut tx, desk.connection, 0, now).await.unwrap());
    connections::save(&mut tx, &stored, false).await.unwrap();
    tx.commit().await.unwrap();
    assert!(looks::due(db, DOORS, now, 9).await.unwrap().is_empty(), "who saves a connection changes nothing of it");
    assert_eq!(looks::due(db, DOORS, now + 1, 9).await.unwrap(), vec![(desk.connection, now)]);
    app.execute(
        "UPDATE connections SET state = 'disconnected', disconnected_at = 1, disconnect_cause = 'staff', purge_at = 2",
    )
    .await;
    assert_eq!(tenant_counts::read(db).await.unwrap().live_of(DOORS), 0);
    assert_eq!(looks::due(db, DOORS, now + 1, 9).await.unwrap(), Vec::new());
}

on_both_databases!(
    a_dangling_choice_is_a_location_in_trouble,
    a_new_connection_is_connected,
    what_is_gone_at_the_partner_is_found_within_a_day,
    silence_is_no_loss,
    each_connection_has_its_turn_and_one_process_takes_it
);
