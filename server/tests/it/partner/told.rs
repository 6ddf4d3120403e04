//! What the partner system hears of, and how it can know that it is true.

use app::ids::{ConnectionId, OrganizationId};
use serde_json::{Value, json};
use server::clock::DAY;

use super::{states, sync};
use crate::settings::configure;
use crate::support::partner::{Received, TestPartner};
use crate::support::{Database, Installed, Manifests, TestApp, on_both_databases};

async fn start(database: Database) -> (TestPartner, TestApp) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    (partner, app)
}

/// What every body carries.
async fn about(app: &TestApp, installed: &Installed) -> Value {
    let connection = app.stored(app.connection_of(installed).await).await;
    json!({
        "integration": connection.integration,
        "connection": ConnectionId(connection.id).to_string(),
        "organization": {
            "id": OrganizationId(connection.organization).to_string(),
            "slug": "harbour-and-loom",
            "name": "Harbour & Loom",
            "officernd_id": "65f0a1b2c3d4e5f600000001",
        },
    })
}

fn with(mut about: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        about[key] = value.clone();
    }
    about
}

async fn a_run_that_officernd_asks_for(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", "portunus-access", &["65f0a1b2c3d4e5f700010000"]).await;
    let answer = sync(&app, &installed, json!({})).await;
    assert_eq!(partner.received().len(), 0, "OfficeRnD does not wait for the partner system");
    app.run_jobs().await;
    let [told] = &partner.received()[..] else { panic!("{:?}", partner.received()) };
    assert_eq!((told.integration.as_str(), told.hook.as_str()), ("portunus-access", "sync"));
    assert!(app.is_signed(told));
    assert!(told.id.starts_with("msg_") && told.id.len() == 36, "{}", told.id);
    assert_eq!(told.timestamp, app.clock.now_seconds().to_string());
    let run = answer.json()["run"].clone();
    assert!(run.is_string());
    let body = told.body();
    let location = &body["locations"][0];
    assert_eq!(location["id"], "65f0a1b2c3d4e5f700010000");
    assert!(location["name"].is_string() && location["time_zone"].is_string() && location["currency"].is_string());
    let more = json!({
        "reason": "officernd",
        "enabled": true,
        "locations": [location],
        "since": null,
        "run": run,
        "at": "2026-11-24T12:00:01.000Z",
    });
    assert_eq!(body, with(about(&app, &installed).await, &more));
    assert_eq!(states(&app).await, ["delivered 0"]);

    // The run under way is known already; so is the same call again.
    sync(&app, &installed, json!({})).await;
    let url = app.signed_url(&installed, "sync", &json!({})).await;
    for _ in 0..3 {
        assert_eq!(app.browser().get(&url).await.status, 200);
    }
    app.run_jobs().await;
    assert_eq!(partner.received().len(), 1);

    // A run that went well is where the next one begins.
    app.execute("UPDATE runs SET state = 'succeeded', ended_at = started_at + 1").await;
    app.clock.advance(DAY);
    sync(&app, &installed, json!({})).await;
    app.run_jobs().await;
    assert_eq!(partner.received()[1].body()["since"], "2026-11-24T12:00:01.000Z");
}

async fn a_switch(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    for (word, expected) in [("off", 1), ("off", 1), ("on", 2), ("on", 2)] {
        sync(&app, &installed, json!({ "sync": word })).await;
        app.run_jobs().await;
        assert_eq!(partner.received().len(), expected, "told when it changes, not each time");
        let body = partner.received()[expected - 1].body();
        assert_eq!((body["enabled"].clone(), body["run"].clone()), (json!(word == "on"), Value::Null));
        assert_eq!(body["locations"], "all");
    }
    // A trigger ends a pause; that and the run are one message.
    sync(&app, &installed, json!({ "sync": "off" })).await;
    sync(&app, &installed, json!({})).await;
    app.run_jobs().await;
    let bodies: Vec<Value> = partner.received().iter().map(Received::body).collect();
    assert_eq!(bodies.len(), 4);
    let run = bodies.iter().find(|body| body["run"].is_string()).unwrap();
    assert_eq!(run["enabled"], true);
}

async fn an_end_by_the_admin(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    let about = about(&app, &installed).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    for _ in 0..2 {
        assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 303);
    }
    app.run_jobs().await;
    let [told] = &partner.received()[..] else { panic!("{:?}", partner.received()) };
    assert_eq!(told.hook, "disconnected");
    assert!(app.is_signed(told));
    let more = json!({
        "cause": "admin",
        "keep_data_until": "2026-12-24T12:00:01.000Z",
        "at": "2026-11-24T12:00:01.000Z",
    });
    assert_eq!(told.body(), with(about, &more));
}

async fn a_removal_in_officernd(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    let subscription = app.subscription(&installed).await;
    app.remove(&installed).await;
    assert_eq!(app.deliver(&subscription, br#"{"eventType":"integration.removed","again":1}"#).await.status, 200);
    app.run_jobs().await;
    let [told] = &partner.received()[..] else { panic!("{:?}", partner.received()) };
    assert_eq!((told.hook.as_str(), told.body()["cause"].clone()), ("disconnected", json!("removed_in_officernd")));
}

/// Without a partner system nobody is told, and a hook that the manifest does not list is not called.
async fn nobody_who_does_not_listen(database: Database) {
    let partner = TestPartner::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut manifests = partner.manifests();
    for entry in std::fs::read_dir(&manifests.folder).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let file = folder.path().join("portunus-access.json");
    let mut manifest: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    manifest["partner"]["hooks"] = json!(["verify", "disconnected"]);
    std::fs::write(&file, manifest.to_string()).unwrap();
    manifests = Manifests { folder: folder.path().to_owned(), ..manifests };
    let app = TestApp::start_beside(database, &[], manifests).await;
    let alone = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let listed = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    for installed in [&alone, &listed] {
        sync(&app, installed, json!({})).await;
        sync(&app, installed, json!({ "sync": "off" })).await;
        app.remove(installed).await;
    }
    app.run_jobs().await;
    let hooks: Vec<String> = partner.received().into_iter().map(|received| received.hook).collect();
    assert_eq!(hooks, ["disconnected"]);
    assert_eq!(states(&app).await, ["delivered 0"]);
}

/// What happened and the word of it are one commit: without the second the first did not happen.
async fn nothing_that_did_not_happen(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    let connection = app.connection_of(&installed).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    app.execute("ALTER TABLE outbox RENAME TO away").await;
    app.clock.advance(1_000);
    assert_eq!(app.call(&installed, "sync", &json!({})).await.status, 503);
    assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 503);
    assert_eq!(app.number("SELECT COUNT(*) FROM runs").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM signed_calls").await, 0);
    assert_eq!(app.stored(connection).await.disconnected, None);
    app.execute("ALTER TABLE away RENAME TO outbox").await;
    sync(&app, &installed, json!({})).await;
    assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 303);
    app.run_jobs().await;
    assert_eq!(partner.received().len(), 2);
}

/// Calls that are told rather than asked.
fn told(partner: &TestPartner) -> usize {
    partner.calls("sync").len() + partner.calls("disconnected").len()
}

/// The other way round: when what happened is not kept after all, nobody is told of it. The commit itself fails here,
/// by a reference that is looked at then.
async fn nobody_hears_of_what_was_not_kept(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", "portunus-access", &[]).await;
    let connection = app.connection_of(&installed).await;
    let mut browser = app.browser();
    let home = configure(&app, &mut browser, &installed).await;
    app.execute("CREATE TABLE never (id BIGINT PRIMARY KEY)").await;
    app.execute("CREATE TABLE spoiled (id BIGINT REFERENCES never (id) DEFERRABLE INITIALLY DEFERRED)").await;
    let spoil = "INSERT INTO spoiled (id) VALUES (1)";
    let (on_runs, on_connections) = ("AFTER INSERT ON runs", "AFTER UPDATE OF disconnected_at ON connections");
    if database == Database::Postgres {
        app.execute(&format!(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {spoil}; RETURN NULL; END'"
        ))
        .await;
    }
    for (name, event) in [("one", on_runs), ("two", on_connections)] {
        let act = match database {
            Database::Sqlite => format!("BEGIN {spoil}; END"),
            Database::Postgres => "FOR EACH ROW EXECUTE FUNCTION spoil()".to_owned(),
        };
        app.execute(&format!("CREATE TRIGGER {name} {event} {act}")).await;
    }
    app.clock.advance(1_000);
    assert_eq!(app.call(&installed, "sync", &json!({})).await.status, 503);
    assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 503);
    for table in ["runs", "signed_calls", "outbox", "spoiled"] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(app.stored(connection).await.disconnected, None);
    for (name, table) in [("one", "runs"), ("two", "connections")] {
        let of = if database == Database::Postgres { format!(" ON {table}") } else { String::new() };
        app.execute(&format!("DROP TRIGGER {name}{of}")).await;
    }
    // Nor is it time for a run of its own.
    app.execute("UPDATE connections SET next_run_at = NULL").await;
    app.run_jobs().await;
    assert_eq!(told(&partner), 0, "what did not happen is told to nobody");
    sync(&app, &installed, json!({})).await;
    assert_eq!(browser.press(&format!("{home}/disconnect"), "disconnect").await.status, 303);
    app.run_jobs().await;
    assert_eq!(told(&partner), 2);
}

on_both_databases!(
    a_run_that_officernd_asks_for,
    a_switch,
    an_end_by_the_admin,
    a_removal_in_officernd,
    nobody_who_does_not_listen,
    nothing_that_did_not_happen,
    nobody_hears_of_what_was_not_kept
);
