//! Beginnings and ends are told in their order, and nobody is left with a beginning that has long ended.

use server::clock::{HOUR, MINUTE};
use server::jobs::tell_alerts;
use server::services::alerts::look;
use server::storage::alert_notices::{self, Notice, State};
use uuid::Uuid;

use super::Scene;
use crate::support::{Database, on_both_databases};

on_both_databases!(
    an_end_that_waits_is_told_though_it_comes_back_for_a_moment,
    an_end_that_nobody_heard_is_withdrawn_when_it_comes_back,
    an_end_waits_for_its_beginning,
    no_end_is_told_of_what_was_never_told,
    what_a_dead_process_was_sending_is_withdrawn,
    a_look_that_fails_keeps_nothing_from_being_sent
);

const OVER: &str = "[Deskbridge] Over: Login refused: 1 organization at Tallydesk Print";

/// One that was told and is over; that it is over waits until 14 o'clock. It is 12:26.
async fn over_at_night(database: Database) -> Scene {
    let mut scene = Scene::start(database).await;
    scene.refused(1).await;
    scene.after(0).await;
    assert_eq!(scene.after(15).await.len(), 1);
    scene.rules(&[("quiet-from", "11"), ("quiet-until", "14")]).await;
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(10).await.is_empty());
    let waiting = "SELECT COUNT(*) FROM alert_notices WHERE what = 'recovered' AND state = 'waiting'";
    assert_eq!(scene.app.number(waiting).await, 1);
    scene
}

async fn an_end_that_waits_is_told_though_it_comes_back_for_a_moment(database: Database) {
    let scene = over_at_night(database).await;
    scene.refused(1).await;
    assert!(scene.after(1).await.is_empty());
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(20).await.is_empty());
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE closed_how = 'recovered'").await, 1);
    assert_eq!(scene.subjects_after(90).await, [OVER]);
    assert!(scene.after(600).await.is_empty());
}

async fn an_end_that_nobody_heard_is_withdrawn_when_it_comes_back(database: Database) {
    let scene = over_at_night(database).await;
    scene.refused(1).await;
    assert!(scene.after(1).await.is_empty() && scene.after(15).await.is_empty());
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE state = 'open'").await, 1);
    assert!(scene.after(90).await.is_empty(), "as far as they know it never ended");
    scene.well().await;
    assert!(scene.after(1).await.is_empty());
    assert_eq!(scene.subjects_after(20).await, [OVER]);
    assert!(scene.after(600).await.is_empty());
}

/// Another process has taken the only notice for so long.
async fn taken(scene: &Scene, lasts: i64) -> (Uuid, Notice) {
    scene.refused(6).await;
    look(&scene.app.app).await.unwrap();
    scene.app.clock.advance(5 * MINUTE);
    look(&scene.app.app).await.unwrap();
    let now = scene.app.clock.now();
    let lease = scene.app.app.random.uuid(now);
    let mut tx = scene.app.app.db.begin().await.unwrap();
    let taken = alert_notices::claim(&mut tx, lease, now, now + lasts, 10).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(taken.len(), 1);
    (lease, taken[0].clone())
}

async fn an_end_waits_for_its_beginning(database: Database) {
    let scene = Scene::start(database).await;
    let (lease, notice) = taken(&scene, HOUR).await;
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(10).await.is_empty(), "it is under way");
    let now = scene.app.clock.now();
    let mut tx = scene.app.app.db.begin().await.unwrap();
    assert!(alert_notices::ended(&mut tx, lease, &notice, (State::Sent, None), None, now).await.unwrap());
    tx.commit().await.unwrap();
    let over = scene.subjects_after(1).await;
    assert_eq!(over, ["[Deskbridge] Over: Login refused: 6 organizations at Tallydesk Print"]);
}

async fn no_end_is_told_of_what_was_never_told(database: Database) {
    let scene = Scene::start(database).await;
    taken(&scene, HOUR).await;
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(10).await.is_empty());
    // The other one dies over it, and by then it is over.
    for _ in 0..30 {
        assert!(scene.after(30).await.is_empty());
    }
    let states = scene.app.texts("SELECT state FROM alert_notices ORDER BY created_at").await;
    assert_eq!(states, [Some("dropped".to_owned()), Some("dropped".to_owned())]);
}

async fn what_a_dead_process_was_sending_is_withdrawn(database: Database) {
    let scene = Scene::start(database).await;
    let (lease, notice) = taken(&scene, 3 * MINUTE).await;
    scene.well().await;
    look(&scene.app.app).await.unwrap();
    scene.app.clock.advance(10 * MINUTE);
    look(&scene.app.app).await.unwrap();
    let states = scene.app.texts("SELECT state FROM alert_notices").await;
    assert_eq!(states, [Some("dropped".to_owned())], "without an end of its own");
    // Who was taken for dead cannot wake it again.
    let now = scene.app.clock.now();
    let mut tx = scene.app.app.db.begin().await.unwrap();
    let again = (State::Waiting, Some("451"));
    assert!(!alert_notices::ended(&mut tx, lease, &notice, again, Some(now), now).await.unwrap());
}

async fn a_look_that_fails_keeps_nothing_from_being_sent(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(6).await;
    look(&scene.app.app).await.unwrap();
    scene.app.clock.advance(5 * MINUTE);
    look(&scene.app.app).await.unwrap();
    scene.app.execute("UPDATE alerting SET rules = '\"none\"'").await;
    assert!(tell_alerts(&scene.app.app).await.is_err());
    assert_eq!(scene.mail.take().len(), 1);
}
