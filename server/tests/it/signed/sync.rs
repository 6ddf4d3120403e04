//! OfficeRnD's Sync: a trigger without a word, a switch with one, and never twice for one call.

use app::ids::ConnectionId;
use futures_util::future::join_all;
use serde_json::{Value, json};
use server::clock::{DAY, HOUR};

use crate::support::{Answer, Database, Installed, TestApp, on_both_databases};

async fn sync(app: &TestApp, installed: &Installed, parameters: Value) -> Answer {
    app.clock.advance(1_000);
    app.call(installed, "sync", &json!({ "parameters": parameters })).await
}

async fn runs(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM runs").await
}

async fn state(app: &TestApp, installed: &Installed) -> (String, String) {
    let id = ConnectionId(app.connection_of(installed).await);
    let key = app.api_key(&["tally-desk"], &["connections:read"]).await;
    let described = app.api(&key).get(&format!("/api/v1/connections/{id}")).await.json();
    (described["state"].as_str().unwrap().to_owned(), described["sync"].as_str().unwrap().to_owned())
}

async fn a_trigger_starts_one_run(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let url = app.signed_url(&installed, "sync", &json!({})).await;
    let first = app.browser().get(&url).await;
    assert_eq!((first.status, first.json()["status"].clone()), (200, json!("on")));
    let run = first.json()["run"].as_str().unwrap().to_owned();
    assert!(run.starts_with("run_") && run.len() == 36, "{run}");
    assert_eq!(first.header("content-type"), "application/json");
    assert_eq!(runs(&app).await, 1);

    // The same call again, at once and later, until it is too old.
    let replays = join_all((0..8).map(|_| async { app.browser().get(&url).await })).await;
    app.clock.advance(60_000);
    for replay in replays.into_iter().chain([app.browser().get(&url).await]) {
        assert_eq!((replay.status, &replay.text), (200, &first.text));
    }
    app.clock.advance(1_000);
    assert_eq!(app.browser().get(&url).await.status, 401);
    assert_eq!(runs(&app).await, 1);
    assert_eq!(app.happened(connection, "sync.requested").await, 1);

    // Another call while it runs: the run under way is the answer.
    let second = sync(&app, &installed, json!({})).await;
    assert_eq!(second.json()["run"], run.as_str());
    assert_eq!(runs(&app).await, 1);

    // A run that nobody reported on ends after a day, and the next call starts another.
    app.clock.advance(DAY);
    app.run_jobs().await;
    let third = sync(&app, &installed, json!({})).await;
    assert_ne!(third.json()["run"], run.as_str());
    assert_eq!(runs(&app).await, 2);
    assert_eq!(
        app.texts("SELECT state FROM runs ORDER BY started_at").await,
        [Some("lapsed".into()), Some("running".into())]
    );
}

/// Also when the repetitions arrive before the first is answered.
async fn simultaneous_copies_are_one_call(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let url = app.signed_url(&installed, "sync", &json!({})).await;
    let answers = join_all((0..8).map(|_| async { app.browser().get(&url).await })).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (200, &answers[0].text));
    }
    assert_eq!(runs(&app).await, 1);
}

async fn words_switch_in_any_case(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let off = ["false", "off", "0", "disabled", "FALSE", "Off", "DisAbled"];
    let on = ["true", "on", "1", "enabled", "TRUE", "On", "ENABLED"];
    for (index, (off, on)) in off.into_iter().zip(on).enumerate() {
        let name = ["enabled", "sync", "status"][index % 3];
        let answer = sync(&app, &installed, json!({ name: off })).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "status": "off" })), "{name}={off}");
        assert_eq!(state(&app, &installed).await, ("paused".into(), "off".into()));
        let answer = sync(&app, &installed, json!({ name: on })).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "status": "on" })), "{name}={on}");
        assert_eq!(state(&app, &installed).await, ("connected".into(), "on".into()));
    }
    assert_eq!(runs(&app).await, 0, "switching starts no run");
    assert_eq!(app.happened(connection, "sync.off").await, 7);
    assert_eq!(app.happened(connection, "sync.on").await, 7);
    // On when it is on already changes nothing, and says so.
    let again = sync(&app, &installed, json!({ "enabled": "true" })).await;
    assert_eq!(again.json(), json!({ "status": "on" }));
    assert_eq!(app.happened(connection, "sync.on").await, 7);
}

async fn other_words_are_refused_and_change_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let counts = app.counts().await;
    for (name, word) in [
        ("enabled", ""),
        ("sync", "maybe"),
        ("status", "yes"),
        ("enabled", "2"),
        ("sync", " on"),
        ("status", "\u{1f44d}"),
    ] {
        let answer = sync(&app, &installed, json!({ name: word })).await;
        assert_eq!(answer.status, 400, "{name}={word}: {}", answer.text);
        assert!(answer.json()["message"].as_str().unwrap().contains("Nothing was changed"), "{}", answer.text);
    }
    assert_eq!(app.counts().await, counts);
    assert_eq!(state(&app, &installed).await, ("connected".into(), "on".into()));
}

/// The trigger means "make sure it is on, and go".
async fn a_trigger_ends_a_pause(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    sync(&app, &installed, json!({ "sync": "off" })).await;
    let answer = sync(&app, &installed, json!({})).await;
    assert_eq!(answer.json()["status"], "on");
    assert!(answer.json()["run"].is_string());
    assert_eq!(state(&app, &installed).await, ("connected".into(), "on".into()));
    let activity = app.kinds(app.connection_of(&installed).await).await;
    assert_eq!(activity[activity.len() - 3..], ["sync.off", "sync.on", "sync.requested"]);
}

/// A pause does not hide that the admin must reconnect, and a switch does not make a refused grant good.
async fn a_switch_does_not_heal_a_refused_grant(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.clock.advance(2 * HOUR);
    app.control("POST", &format!("/integrations/{}/revoke", installed.integration_id), &json!({})).await;
    let id = ConnectionId(app.connection_of(&installed).await);
    let key = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    assert_eq!(app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await.status, 409);
    for word in ["off", "on"] {
        assert_eq!(sync(&app, &installed, json!({ "sync": word })).await.json()["status"], word);
        assert_eq!(state(&app, &installed).await, ("reconnect".into(), word.into()));
    }
}

async fn a_disconnected_connection_has_nothing_to_switch(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.remove(&installed).await;
    app.run_jobs().await;
    let counts = app.counts().await;
    // Also where the word itself cannot be read.
    for parameters in [
        json!({}),
        json!({ "sync": "off" }),
        json!({ "enabled": "true" }),
        json!({ "sync": "maybe" }),
        json!({ "enabled": "" }),
    ] {
        let answer = sync(&app, &installed, parameters).await;
        assert_eq!(answer.status, 409);
        assert_eq!(
            answer.json()["message"],
            "Tallydesk Print is disconnected. Choose Connect in OfficeRnD, then switch synchronization."
        );
    }
    assert_eq!(app.counts().await, counts);
}

on_both_databases!(
    a_trigger_starts_one_run,
    simultaneous_copies_are_one_call,
    words_switch_in_any_case,
    other_words_are_refused_and_change_nothing,
    a_trigger_ends_a_pause,
    a_switch_does_not_heal_a_refused_grant,
    a_disconnected_connection_has_nothing_to_switch
);
