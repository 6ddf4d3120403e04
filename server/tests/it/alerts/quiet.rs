//! Thresholds, quiet hours, the digest.

use super::Scene;
use crate::support::{Database, on_both_databases};

on_both_databases!(
    what_is_not_urgent_waits_until_the_morning,
    what_is_over_by_the_morning_is_not_told,
    who_has_left_by_the_morning_gets_no_mail,
    few_are_told_in_the_digest_only,
    who_wants_urgent_ones_hears_urgent_ones
);

/// It is noon when a test begins; here that is the middle of the night.
const NIGHT: [(&str, &str); 2] = [("quiet-from", "11"), ("quiet-until", "14")];

async fn what_is_not_urgent_waits_until_the_morning(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&NIGHT).await;
    scene.refused(1).await;
    assert!(scene.after(0).await.is_empty() && scene.after(20).await.is_empty() && scene.after(60).await.is_empty());
    // An hour later five others are refused, who have nothing to do with the first: that is urgent.
    let first = scene.connections.remove(0);
    scene.refused(5).await;
    assert!(scene.after(0).await.is_empty());
    assert_eq!(scene.subjects_after(5).await, ["[Deskbridge] Login refused: 5 organizations at Tallydesk Print"]);
    assert!(scene.after(34).await.is_empty());
    assert_eq!(scene.subjects_after(1).await, ["[Deskbridge] Login refused: 1 organization at Tallydesk Print"]);
    scene.connections.insert(0, first);
}

async fn what_is_over_by_the_morning_is_not_told(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&NIGHT).await;
    scene.refused(1).await;
    assert!(scene.after(0).await.is_empty() && scene.after(20).await.is_empty());
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(10).await.is_empty());
    assert!(scene.after(120).await.is_empty());
    let states = scene.app.texts("SELECT state FROM alert_notices").await;
    assert_eq!(states, [Some("dropped".to_owned())]);
}

/// What waits for the morning is not for who has left by then.
async fn who_has_left_by_the_morning_gets_no_mail(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&NIGHT).await;
    scene.refused(1).await;
    assert!(scene.after(0).await.is_empty() && scene.after(20).await.is_empty());
    let waiting = "SELECT COUNT(*) FROM alert_notices WHERE state = 'waiting'";
    assert_eq!(scene.app.number(waiting).await, 1);
    scene.app.execute(&format!("UPDATE staff SET disabled_at = {}", scene.app.clock.now())).await;
    assert!(scene.after(120).await.is_empty());
    let states = scene.app.texts("SELECT state FROM alert_notices").await;
    assert_eq!(states, [Some("dropped".to_owned())]);
    // Nor is anything else written to them.
    scene.refused(6).await;
    assert!(scene.after(0).await.is_empty() && scene.after(10).await.is_empty());
    assert_eq!(scene.app.number(waiting).await, 0);
}

async fn few_are_told_in_the_digest_only(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&[("from", "5"), ("digest", "13")]).await;
    scene.refused(2).await;
    assert!(scene.after(0).await.is_empty() && scene.after(30).await.is_empty() && scene.after(29).await.is_empty());
    let digest = scene.after(1).await;
    assert_eq!(digest.len(), 1);
    assert_eq!(digest[0].header("Subject"), "[Deskbridge] Digest: 2 open, 0 over");
    assert!(
        digest[0].text().contains("Open:\n- Login refused: 1 organization at Tallydesk Print, since "),
        "{}",
        digest[0].text()
    );
    assert!(scene.after(60).await.is_empty());
    assert_eq!(scene.subjects_after(23 * 60).await, ["[Deskbridge] Digest: 2 open, 0 over"]);
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(10).await.is_empty(), "who was not told hears no end");
    assert_eq!(scene.subjects_after(24 * 60 - 11).await, ["[Deskbridge] Digest: 0 open, 2 over"]);
    assert!(scene.after(24 * 60).await.is_empty(), "nothing is no news");
}

async fn who_wants_urgent_ones_hears_urgent_ones(database: Database) {
    let mut scene = Scene::start(database).await;
    let chosen = scene.engineer.submit("/alerts", &[("act", "subscribe"), ("level", "urgent")]).await;
    assert_eq!(chosen.status, 303);
    scene.refused(1).await;
    assert!(scene.after(0).await.is_empty() && scene.after(30).await.is_empty());
    scene.refused(6).await;
    assert!(scene.after(0).await.is_empty());
    assert_eq!(scene.after(5).await.len(), 1);
    // Nobody hears what they do not want any more.
    assert_eq!(scene.engineer.submit("/alerts", &[("act", "subscribe"), ("level", "none")]).await.status, 303);
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(10).await.is_empty());
}
