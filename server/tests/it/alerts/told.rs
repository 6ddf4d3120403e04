//! One notice for each incident and one when it is over, whoever looks and whoever dies.

use serde_json::{Value, json};
use server::clock::MINUTE;
use server::jobs::tell_alerts;
use server::services::alerts::{look, send::send_due};
use server::storage::alert_notices;

use super::{SLUG, Scene};
use crate::support::{Browser, Database, on_both_databases};

on_both_databases!(
    an_outage_of_everybody_is_told_once_and_once_more,
    several_processes_tell_once,
    a_restart_between_deciding_and_sending_loses_nothing,
    single_ones_become_part_of_the_many,
    what_does_not_last_is_not_told,
    what_comes_and_goes_is_not_told_again_and_again,
    paused_organizations_are_quiet,
    what_concerns_the_deployment_is_told,
    purged_organizations_leave_no_incident
);

async fn report(scene: &Scene, partner: &mut Browser, body: &Value) {
    for connection in &scene.connections {
        let path = format!("/api/v1/connections/{}/runs", app::ids::ConnectionId(*connection));
        let run = partner.post(&path, &json!({ "reason": "r" })).await.json()["id"].as_str().unwrap().to_owned();
        let sent = Some(("application/json", body.to_string().into_bytes()));
        assert_eq!(partner.send("PATCH", &format!("/api/v1/runs/{run}"), sent).await.status, 200);
    }
}

/// With real runs, as the partner system reports them.
async fn an_outage_of_everybody_is_told_once_and_once_more(database: Database) {
    let scene = Scene::start(database).await;
    let key = scene.app.api_key(&[SLUG], &["runs:write"]).await;
    let mut partner = scene.app.api(&key);
    let down = json!({ "state": "failed", "fault": "partner", "message": "Tallydesk answered 503" });
    report(&scene, &mut partner, &down).await;
    scene.app.run_jobs().await;
    assert!(scene.mail.take().is_empty(), "it has not lasted");
    scene.app.clock.advance(5 * MINUTE);
    scene.app.run_jobs().await;
    let told = scene.mail.take();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to, std::slice::from_ref(&scene.address));
    assert_eq!(told[0].header("Subject"), "[Deskbridge] Runs fail: 6 organizations at Tallydesk Print");
    assert!(told[0].text().contains("6 organizations fail with the same words"), "{}", told[0].text());
    // Many failures later it is the same incident.
    for _ in 0..3 {
        scene.app.clock.advance(MINUTE);
        report(&scene, &mut partner, &down).await;
        scene.app.run_jobs().await;
    }
    assert!(scene.mail.take().is_empty());
    report(&scene, &mut partner, &json!({ "state": "succeeded" })).await;
    scene.app.run_jobs().await;
    assert!(scene.mail.take().is_empty(), "it may come back");
    scene.app.clock.advance(10 * MINUTE);
    scene.app.run_jobs().await;
    let told = scene.mail.take();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].header("Subject"), "[Deskbridge] Over: Runs fail: 6 organizations at Tallydesk Print");
    assert_eq!(scene.subjects_after(600).await, Vec::<String>::new());
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents").await, 1);
}

async fn several_processes_tell_once(database: Database) {
    let scene = Scene::start(database).await;
    let (one, two) = (scene.app.replica().await, scene.app.replica().await);
    scene.refused(6).await;
    for minutes in [0, 5, 1] {
        scene.app.clock.advance(minutes * MINUTE);
        let all = tokio::join!(tell_alerts(&scene.app.app), tell_alerts(&one.app), tell_alerts(&two.app));
        assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok());
    }
    assert_eq!(scene.mail.take().len(), 1);
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents").await, 1);
    scene.well().await;
    for minutes in [0, 10, 1] {
        scene.app.clock.advance(minutes * MINUTE);
        let all = tokio::join!(tell_alerts(&two.app), tell_alerts(&scene.app.app), tell_alerts(&one.app));
        assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok());
    }
    assert_eq!(scene.mail.take().len(), 1);
}

async fn a_restart_between_deciding_and_sending_loses_nothing(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(6).await;
    look(&scene.app.app).await.unwrap();
    scene.app.clock.advance(5 * MINUTE);
    look(&scene.app.app).await.unwrap();
    assert!(scene.mail.take().is_empty());
    let next = scene.app.replica().await;
    // The process that took it dies over it.
    let now = scene.app.clock.now();
    let mut tx = next.app.db.begin().await.unwrap();
    let lease = next.app.random.uuid(now);
    let taken = alert_notices::claim(&mut tx, lease, now, now + 3 * MINUTE, 10).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(taken.len(), 1);
    send_due(&scene.app.app).await.unwrap();
    assert!(scene.mail.take().is_empty(), "somebody else has it");
    scene.app.clock.advance(3 * MINUTE);
    send_due(&scene.app.app).await.unwrap();
    send_due(&next.app).await.unwrap();
    assert_eq!(scene.mail.take().len(), 1);
    // Who died comes back and finds that it is not theirs any more.
    let mut tx = next.app.db.begin().await.unwrap();
    let sent = (alert_notices::State::GivenUp, Some("late"));
    assert!(!alert_notices::ended(&mut tx, lease, &taken[0], sent, None, now).await.unwrap());
}

async fn single_ones_become_part_of_the_many(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(1).await;
    assert!(scene.after(0).await.is_empty());
    assert_eq!(scene.subjects_after(15).await, ["[Deskbridge] Login refused: 1 organization at Tallydesk Print"]);
    scene.refused(6).await;
    assert!(scene.after(1).await.is_empty());
    assert_eq!(scene.subjects_after(5).await, ["[Deskbridge] Login refused: 6 organizations at Tallydesk Print"]);
    let closed = scene.app.texts("SELECT closed_how FROM incidents ORDER BY watched_at").await;
    assert_eq!(closed, [Some("merged".to_owned()), None]);
    scene.well().await;
    assert!(scene.after(1).await.is_empty());
    assert_eq!(
        scene.subjects_after(10).await,
        ["[Deskbridge] Over: Login refused: 6 organizations at Tallydesk Print"]
    );
}

async fn what_does_not_last_is_not_told(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(2).await;
    assert!(scene.after(0).await.is_empty());
    assert!(scene.after(14).await.is_empty());
    scene.well().await;
    for _ in 0..3 {
        assert!(scene.after(10).await.is_empty());
    }
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents").await, 0, "nobody ever heard of it");
}

async fn what_comes_and_goes_is_not_told_again_and_again(database: Database) {
    let mut scene = Scene::start(database).await;
    // Without a digest between.
    scene.rules(&[]).await;
    let mut told = 0;
    for _ in 0..24 {
        scene.refused(6).await;
        told += scene.after(1).await.len() + scene.after(9).await.len();
        scene.well().await;
        told += scene.after(1).await.len() + scene.after(14).await.len();
    }
    // Ten hours with 24 failures: each relapse has to stay away twice as long before it counts as over.
    assert!((2..=6).contains(&told), "{told}");
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents").await, 1);
    let over = scene.subjects_after(700).await;
    assert_eq!(over, ["[Deskbridge] Over: Login refused: 6 organizations at Tallydesk Print"]);
}

async fn paused_organizations_are_quiet(database: Database) {
    let scene = Scene::start(database).await;
    let paused = format!("paused_at = {}", scene.app.clock.now());
    scene.refused(1).await;
    scene.set(scene.connections[0], &paused).await;
    assert!(scene.after(0).await.is_empty() && scene.after(30).await.is_empty());
    scene.set(scene.connections[0], "finished_at = NULL, paused_at = NULL").await;
    assert!(scene.after(0).await.is_empty() && scene.after(30).await.is_empty(), "it is not set up");
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents").await, 0);
    // One that was told and is paused then is not told to be well: nobody knows.
    scene.set(scene.connections[0], "finished_at = 1").await;
    assert!(scene.after(0).await.is_empty());
    assert_eq!(scene.after(15).await.len(), 1);
    scene.set(scene.connections[0], &format!("state = 'paused', {paused}")).await;
    assert!(scene.after(1).await.is_empty() && scene.after(600).await.is_empty());
    let closed = scene.app.texts("SELECT closed_how FROM incidents").await;
    assert_eq!(closed, [Some("set_aside".to_owned())]);
}

async fn what_concerns_the_deployment_is_told(database: Database) {
    let scene = Scene::start(database).await;
    let client = scene.app.integrations.iter().find(|one| one.slug == SLUG).unwrap().client.client_id.clone();
    let now = scene.app.clock.now();
    let refused = format!(
        "INSERT INTO token_limits (client_id, blocked_until, client_refused_at) VALUES ('{client}', 0, {now}) \
         ON CONFLICT (client_id) DO UPDATE SET client_refused_at = {now}"
    );
    scene.app.execute(&refused).await;
    assert!(scene.after(0).await.is_empty());
    let told = scene.after(5).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].header("Subject"), "[Deskbridge] Client refused: Tallydesk Print");
    assert!(told[0].text().contains("It concerns this deployment"), "{}", told[0].text());
    scene.app.execute("UPDATE token_limits SET client_refused_at = NULL").await;
    assert!(scene.after(1).await.is_empty());
    assert_eq!(scene.subjects_after(10).await, ["[Deskbridge] Over: Client refused: Tallydesk Print"]);
}

async fn purged_organizations_leave_no_incident(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(1).await;
    scene.after(0).await;
    assert_eq!(scene.after(15).await.len(), 1);
    let connection = scene.app.stored(scene.connections[0]).await;
    let mut tx = scene.app.app.db.begin().await.unwrap();
    let (id, organization) = (connection.id, connection.organization);
    server::storage::housekeeping::purge_one(&mut tx, id, organization, scene.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    for table in ["incidents", "alert_notices"] {
        assert_eq!(scene.app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    assert!(scene.after(60).await.is_empty());
}
