//! What is looked at, however much there is of it, and whoever looks at the same time.

use app::ports::Actor;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use server::clock::{DAY, HOUR, MINUTE};
use server::domain::alerting::State;
use server::domain::incident::{Basis, Key, Kind};
use server::domain::run::RunState;
use server::services::alerts::{decide, look, see};
use server::storage::activity::{self, Activity};
use server::storage::incidents::{self, Incident};
use server::storage::runs::{self, Run};
use server::storage::{alert_notices, troubles};
use uuid::Uuid;

use super::{SLUG, Scene};
use crate::support::{Database, TestApp, on_both_databases};

on_both_databases!(
    runs_that_were_never_finished_are_found_by_their_index,
    a_run_that_was_never_finished_is_told_until_a_newer_one_is,
    a_failure_lasts_until_a_run_is_good,
    a_subscription_that_stays_lost_is_told,
    subscriptions_lost_on_one_day_are_one_incident,
    a_subscription_is_no_trouble_while_the_login_is_refused,
    a_subscription_is_no_trouble_during_a_vendor_outage,
    trouble_that_begins_during_a_look_ends_nothing,
    a_look_that_comes_late_decides_nothing,
    what_is_away_for_a_moment_is_no_relapse,
    very_many_incidents_fit_into_statements_and_onto_the_page,
    an_incident_of_a_newer_version_stops_nobody
);

async fn runs_that_were_never_finished_are_found_by_their_index(database: Database) {
    let app = TestApp::start(database).await;
    let tx = app.app.db.begin().await.unwrap();
    let db = tx.connection();
    if database == Database::Postgres {
        // With a row or two PostgreSQL would read the table; the question is whether the index serves.
        db.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off").await.unwrap();
    }
    let backend = db.get_database_backend();
    let (explain, column) = if backend == DbBackend::Postgres { ("EXPLAIN", 0) } else { ("EXPLAIN QUERY PLAN", 3) };
    let sql = format!("{explain} {}", troubles::lapsing_now(backend).sql);
    let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect();
    assert!(plan.iter().any(|line| line.contains("ix_runs_lapsed")), "{plan:#?}");
    for line in &plan {
        // Nothing of `runs` is read but by an index, and nothing is sorted to be grouped.
        let reads = line.contains("Seq Scan") || (line.contains("SCAN") && line.contains("runs"));
        assert!(!reads || line.contains("ix_runs_lapsed"), "{plan:#?}");
        assert!(!line.contains("GROUP BY"), "{plan:#?}");
    }
}

async fn ran(scene: &Scene, connection: Uuid, state: RunState, started_at: i64, ended_at: i64) {
    let run = Run {
        id: scene.app.app.random.uuid(started_at),
        organization: scene.app.stored(connection).await.organization,
        connection,
        reason: "r".to_owned(),
        state,
        started_by: None,
        started_at,
        reported_at: (state != RunState::Lapsed).then_some(ended_at),
        ended_at: Some(ended_at),
        locations: None,
        fault: None,
        message: None,
        would_remove: None,
        held: std::collections::BTreeMap::new(),
        decided_at: None,
        decided_by: None,
    };
    let mut tx = scene.app.app.db.begin().await.unwrap();
    runs::insert(&mut tx, &run).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_run_that_was_never_finished_is_told_until_a_newer_one_is(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&[]).await;
    let now = scene.app.clock.now();
    // A week ago, as with who runs once a month; others are over it.
    for connection in &scene.connections {
        ran(&scene, *connection, RunState::Lapsed, now - 9 * DAY, now - 8 * DAY).await;
    }
    for connection in &scene.connections[1..] {
        ran(&scene, *connection, RunState::Succeeded, now - 7 * DAY, now - 7 * DAY).await;
    }
    assert!(scene.after(0).await.is_empty());
    assert_eq!(
        scene.subjects_after(15).await,
        ["[Deskbridge] Runs are not finished: 1 organization at Tallydesk Print"]
    );
    // One that is started and says nothing yet changes nothing.
    let later = scene.app.clock.now();
    ran(&scene, scene.connections[0], RunState::Lapsed, later, later + 1).await;
    for _ in 0..10 {
        assert!(scene.after(24 * 60).await.is_empty());
    }
    let later = scene.app.clock.now();
    ran(&scene, scene.connections[0], RunState::Succeeded, later, later).await;
    assert!(scene.after(1).await.is_empty());
    let over = scene.subjects_after(10).await;
    assert_eq!(over, ["[Deskbridge] Over: Runs are not finished: 1 organization at Tallydesk Print"]);
}

async fn a_failure_lasts_until_a_run_is_good(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&[]).await;
    let now = scene.app.clock.now();
    let fails =
        format!("failing_like = '1:partner:x', failing_fault = 'partner', failing_at = {now}, failing_since = {now}");
    scene.set(scene.connections[0], &fails).await;
    assert!(scene.after(0).await.is_empty());
    assert_eq!(scene.subjects_after(15).await, ["[Deskbridge] Runs fail: 1 organization at Tallydesk Print"]);
    // It runs once a week. Nothing happens meanwhile, and that is not getting well.
    for _ in 0..6 {
        assert!(scene.after(24 * 60).await.is_empty());
    }
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE state = 'open' AND calm_since IS NULL").await, 1);
    let well = "failing_like = NULL, failing_fault = NULL, failing_at = NULL, failing_since = NULL";
    scene.set(scene.connections[0], well).await;
    assert!(scene.after(1).await.is_empty());
    assert_eq!(scene.subjects_after(10).await, ["[Deskbridge] Over: Runs fail: 1 organization at Tallydesk Print"]);
}

/// OfficeRnD lost the subscription, and did not make it again.
async fn unsubscribed(scene: &Scene, connection: Uuid) {
    scene.set(connection, "subscription_state = 'lost'").await;
    let now = scene.app.clock.now();
    let happened = Activity { at: now, kind: "webhooks.lost".into(), actor: Actor::Deskbridge, detail: None };
    let stored = scene.app.stored(connection).await;
    let mut tx = scene.app.app.db.begin().await.unwrap();
    activity::record(&mut tx, &stored, scene.app.app.random.uuid(now), happened).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_subscription_that_stays_lost_is_told(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&[]).await;
    let one = scene.connections[0];
    unsubscribed(&scene, one).await;
    assert!(scene.after(0).await.is_empty());
    assert!(scene.after(35 * 60).await.is_empty());
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents").await, 0, "the look of the next day may mend it");
    assert!(scene.after(60).await.is_empty());
    let lost = "Not subscribed at OfficeRnD: 1 organization at Tallydesk Print";
    assert_eq!(scene.subjects_after(15).await, [format!("[Deskbridge] {lost}")]);

    // Another trouble comes and goes, and neither ends the other.
    scene.refused(1).await;
    assert!(scene.after(0).await.is_empty());
    let refused = "Login refused: 1 organization at Tallydesk Print";
    assert_eq!(scene.subjects_after(15).await, [format!("[Deskbridge] {refused}")]);
    scene.well().await;
    assert!(scene.after(1).await.is_empty());
    assert_eq!(scene.subjects_after(10).await, [format!("[Deskbridge] Over: {refused}")]);
    // It is made again while the login is refused.
    scene.refused(1).await;
    assert!(scene.after(0).await.is_empty());
    scene.set(one, "subscription_state = 'active'").await;
    assert!(scene.after(1).await.is_empty());
    assert!(scene.subjects_after(10).await.contains(&format!("[Deskbridge] Over: {lost}")));
}

async fn subscriptions_lost_on_one_day_are_one_incident(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&[]).await;
    for connection in &scene.connections[..5] {
        unsubscribed(&scene, *connection).await;
        scene.app.clock.advance(5 * HOUR);
    }
    // One that is paused waits for nothing.
    scene.set(scene.connections[0], &format!("paused_at = {}", scene.app.clock.now())).await;
    unsubscribed(&scene, scene.connections[5]).await;
    assert!(scene.after(36 * 60).await.is_empty());
    let told = scene.after(5).await;
    assert_eq!(told.len(), 1);
    let subject = "[Deskbridge] Not subscribed at OfficeRnD: 5 organizations at Tallydesk Print";
    assert_eq!(told[0].header("Subject"), subject);
    assert!(told[0].text().contains("within a day of each other"), "{}", told[0].text());
}

async fn a_subscription_is_no_trouble_while_the_login_is_refused(database: Database) {
    waits_for_another(database, "state = 'reconnect', cause = 'login_refused'").await;
}

async fn a_subscription_is_no_trouble_during_a_vendor_outage(database: Database) {
    waits_for_another(database, "state = 'vendor_outage', cause = 'vendor_outage'").await;
}

/// In this state a lost subscription is not told, and what was told of it is not over.
async fn waits_for_another(database: Database, state: &str) {
    let mut scene = Scene::start(database).await;
    scene.rules(&[]).await;
    let one = scene.connections[0];
    let told = async |minutes: i64| {
        let mut subjects = scene.subjects_after(minutes).await;
        subjects.retain(|subject| subject.contains("Not subscribed"));
        subjects
    };
    let lost = "Not subscribed at OfficeRnD: 1 organization at Tallydesk Print";
    let none: [String; 0] = [];
    unsubscribed(&scene, one).await;
    let state = format!("{state}, state_since = {}", scene.app.clock.now());
    scene.set(one, &state).await;
    for minutes in [0, 37 * 60, 15, 15] {
        assert_eq!(told(minutes).await, none);
    }
    let all = "SELECT COUNT(*) FROM incidents WHERE kind = 'subscription_lost'";
    assert_eq!(scene.app.number(all).await, 0);
    scene.well().await;
    assert_eq!(told(0).await, none);
    assert_eq!(told(15).await, [format!("[Deskbridge] {lost}")]);
    // Nobody hears of it while it comes and goes.
    scene.set(one, &state).await;
    for minutes in [0, 15, 24 * 60] {
        assert_eq!(told(minutes).await, none);
    }
    scene.well().await;
    for minutes in [0, 15, 24 * 60] {
        assert_eq!(told(minutes).await, none);
    }
    assert_eq!(scene.app.number(&format!("{all} AND state = 'open' AND calm_since IS NULL")).await, 1);
    scene.set(one, "subscription_state = 'active'").await;
    assert_eq!(told(1).await, none);
    assert_eq!(told(10).await, [format!("[Deskbridge] Over: {lost}")]);
}

async fn trouble_that_begins_during_a_look_ends_nothing(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(1).await;
    scene.after(0).await;
    assert_eq!(scene.after(15).await.len(), 1);
    scene.well().await;
    scene.after(1).await;
    scene.app.clock.advance(10 * MINUTE);
    let sight = see(&scene.app.app).await.unwrap().unwrap();
    scene.refused(1).await;
    decide(&scene.app.app, sight).await.unwrap();
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE state = 'open' AND closed_at IS NULL").await, 1);
    assert!(scene.after(1).await.is_empty());
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(19).await.is_empty());
    assert_eq!(scene.subjects_after(1).await, ["[Deskbridge] Over: Login refused: 1 organization at Tallydesk Print"]);
}

async fn a_look_that_comes_late_decides_nothing(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(1).await;
    scene.after(0).await;
    let late = see(&scene.app.app).await.unwrap().unwrap();
    scene.well().await;
    scene.after(1).await;
    let calm = "SELECT COUNT(*) FROM incidents WHERE calm_since IS NOT NULL";
    assert_eq!(scene.app.number(calm).await, 1);
    decide(&scene.app.app, late).await.unwrap();
    assert_eq!(scene.app.number(calm).await, 1, "what was seen before is not true any more");
}

async fn what_is_away_for_a_moment_is_no_relapse(database: Database) {
    let scene = Scene::start(database).await;
    scene.refused(1).await;
    scene.after(0).await;
    assert_eq!(scene.after(15).await.len(), 1);
    // As two processes see it that have counted at different moments.
    for _ in 0..10 {
        scene.app.clock.advance(10_000);
        scene.well().await;
        look(&scene.app.app).await.unwrap();
        scene.app.clock.advance(10_000);
        scene.refused(1).await;
        look(&scene.app.app).await.unwrap();
    }
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE relapses = 0").await, 1);
    scene.well().await;
    scene.after(0).await;
    scene.app.clock.advance(6 * MINUTE);
    scene.refused(1).await;
    scene.after(0).await;
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE relapses = 1").await, 1);
}

async fn very_many_incidents_fit_into_statements_and_onto_the_page(database: Database) {
    let mut scene = Scene::start(database).await;
    let now = scene.app.clock.now();
    let mut tx = scene.app.app.db.begin().await.unwrap();
    for number in 0..120_i64 {
        // The oldest is urgent.
        let basis = if number == 0 { Basis::Burst } else { Basis::Alone };
        let incident = Incident {
            id: scene.app.app.random.uuid(now),
            key: Key { kind: Kind::Reconnect, integration: SLUG.to_owned(), like: format!("like {number}") },
            connection: (number > 0).then(|| scene.app.app.random.uuid(now)),
            basis,
            grouping_version: 1,
            first: now - HOUR,
            last: now - HOUR,
            tenants: if number == 0 { 77 } else { 1 },
            tenants_most: if number == 0 { 77 } else { 1 },
            state: State::Open,
            watched_at: now - HOUR + number,
            opened_at: Some(now),
            told_at: Some(now),
            calm_since: None,
            relapses: 0,
            closed: None,
            acknowledged: None,
        };
        incidents::add(&mut tx, &incident).await.unwrap();
    }
    tx.commit().await.unwrap();
    let page = scene.engineer.get("/alerts").await.text;
    assert!(page.contains("120 in all. Listed are 100:"), "{page}");
    assert_eq!(page.matches("id=\"inc_").count(), 100);
    let first = page.split("id=\"inc_").nth(1).unwrap();
    assert!(first.contains("77 organizations"), "the urgent ones come first: {first}");
    // More than a statement takes in either database.
    let many: Vec<Uuid> = (0..70_000).map(Uuid::from_u128).chain(scene.connections.clone()).collect();
    let db = scene.app.app.db.read();
    let standing = troubles::standing(db, &many).await.unwrap();
    assert_eq!(standing.len(), scene.connections.len());
    assert!(standing.values().all(|one| *one == troubles::Standing::Well), "{standing:?}");
    assert!(alert_notices::of_incidents(db, &many).await.unwrap().is_empty());
}

async fn an_incident_of_a_newer_version_stops_nobody(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.refused(1).await;
    scene.after(0).await;
    scene.app.execute("UPDATE incidents SET kind = 'of_tomorrow'").await;
    scene.refused(6).await;
    assert!(scene.after(0).await.is_empty());
    assert_eq!(scene.subjects_after(5).await, ["[Deskbridge] Login refused: 6 organizations at Tallydesk Print"]);
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE kind = 'of_tomorrow'").await, 1);
    assert_eq!(scene.engineer.get("/alerts").await.status, 200);
}
