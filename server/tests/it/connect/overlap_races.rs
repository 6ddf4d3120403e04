//! Two replicas that change who waits for whom at the same moment. With SQLite there is one writer, so these are about
//! PostgreSQL.

use std::time::Duration;

use serde_json::json;
use server::domain::connection::Connection;
use server::services::overlap;
use server::storage::{Tx, connections, organizations};
use uuid::Uuid;

use super::done_with;
use super::overlap::{FIRST, SECOND, doors, reviewed};
use super::steps::DOORS;
use crate::support::{Database, Installed, TestApp, has_postgres, run};
use crate::webhooks::removal::REMOVED;

const PATIENCE: Duration = Duration::from_secs(10);

/// Whether somebody waits for a lock before long.
async fn somebody_waits(app: &TestApp) -> bool {
    let waiting =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let looked = tokio::time::timeout(PATIENCE, async {
        while app.number(waiting).await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    looked.await.is_ok()
}

/// Another replica in the middle of a change of this organization's connections.
async fn in_the_middle(app: &TestApp, organization: Uuid) -> Tx {
    let tx = app.app.db.begin().await.unwrap();
    organizations::lock(&tx, organization).await.unwrap();
    tx
}

/// Two set-ups at their last button, and the connections behind them.
async fn two(app: &TestApp) -> [(Installed, crate::support::Browser, String, Uuid); 2] {
    let mut both = Vec::new();
    for places in [&[FIRST][..], &[FIRST, SECOND]] {
        let (installed, window, home) = reviewed(app, places).await;
        let id = app.connection_of(&installed).await;
        both.push((installed, window, home, id));
    }
    both.try_into().unwrap_or_else(|_| panic!("two"))
}

async fn finished_at_once() {
    let (_partner, app) = doors(Database::Postgres).await;
    let [(_, _, _, first), (second, mut window, home, _)] = two(&app).await;
    let before = app.stored(first).await;
    let mut tx = in_the_middle(&app, before.organization).await;
    let finished = Connection { finished_at: Some(app.clock.now()), ..before };
    connections::save(&mut tx, &finished, false).await.unwrap();
    let there = async {
        let waited = somebody_waits(&app).await;
        let integration = app.app.integrations.get(DOORS).unwrap();
        overlap::settle(&app.app, &mut tx, &integration, finished.organization, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        waited
    };
    let (pressed, waited) = tokio::join!(window.press(&home, "next"), there);
    assert!(waited, "the second set-up was finished beside the first: {} {}", pressed.status, pressed.location);
    assert_eq!((pressed.status, &pressed.location), (303, &home), "it sees whom it waits for");
    assert_eq!(app.connection(&second).await["state"], "finish_set_up");
    assert_eq!(app.stored(app.connection_of(&second).await).await.waits_for, Some(first));
}

/// Whatever can change who waits for whom waits for whoever is at it.
async fn every_way_there_waits() {
    let (_partner, app) = doors(Database::Postgres).await;
    let [(first, mut window, home, id), _] = two(&app).await;
    done_with(&app, &window.press(&home, "next").await);
    let organization = app.stored(id).await.organization;
    let subscription = app.subscription(&first).await;
    for what in ["other locations", "an end"] {
        app.clock.advance(1_000);
        match what {
            "other locations" => {
                let both = json!({ "parameters": { "locations": format!("{FIRST},{SECOND}") } });
                app.call(&first, "configure", &both).await;
            }
            _ => assert_eq!(app.deliver(&subscription, REMOVED).await.status, 200),
        }
        let tx = in_the_middle(&app, organization).await;
        let there = async {
            let waited = somebody_waits(&app).await;
            drop(tx);
            waited
        };
        let ((), waited) = tokio::join!(app.run_jobs(), there);
        assert!(waited, "{what}");
    }
    assert_eq!(app.connection(&first).await["state"], "disconnected");
}

/// What another replica writes of a connection is kept, also where that connection's turn comes at that moment.
async fn what_others_write_meanwhile_stays() {
    let (_partner, app) = doors(Database::Postgres).await;
    let [(first, mut window, home, _), (_, mut other, others_home, second)] = two(&app).await;
    done_with(&app, &window.press(&home, "next").await);
    other.press(&others_home, "next").await;
    assert!(app.stored(second).await.waits_for.is_some());
    app.clock.advance(1_000);
    assert_eq!(app.deliver(&app.subscription(&first).await, REMOVED).await.status, 200);
    let mut tx = app.app.db.begin().await.unwrap();
    let current = connections::lock(&tx, second).await.unwrap().unwrap();
    assert!(current.sync_on);
    connections::save(&mut tx, &Connection { sync_on: false, ..current }, false).await.unwrap();
    let there = async {
        assert!(somebody_waits(&app).await, "the end of the first changes the second");
        tx.commit().await.unwrap();
    };
    tokio::join!(app.run_jobs(), there);
    let after = app.stored(second).await;
    assert_eq!((after.waits_for, after.sync_on), (None, false), "its wait is over, and it stays switched off");
}

macro_rules! on_postgresql {
    ($($name:ident: $body:ident;)+) => {$(
        #[test]
        fn $name() {
            if has_postgres() {
                run($body());
            }
        }
    )+};
}

on_postgresql! {
    two_set_ups_that_are_finished_at_once_do_not_both_work: finished_at_once;
    whoever_changes_an_organizations_connections_waits_for_others: every_way_there_waits;
    a_connection_whose_wait_ends_keeps_what_others_write: what_others_write_meanwhile_stays;
}
