//! Counts by state are what counting all connections says, whatever happened, and whatever was taken back.

use app::state::ConnectionState;
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use server::clock::{DAY, HOUR};
use server::storage::{connections, hourly_counts, tenant_counts, tenant_rows};

use super::{Dice, INTEGRATIONS, settle};
use crate::support::{Database, NOON, TestApp, on_both_databases};

async fn same(app: &TestApp, when: &str) {
    let db = app.app.db.read();
    let (kept, counted) = (tenant_counts::read(db).await.unwrap(), tenant_counts::count_all(db).await.unwrap());
    assert_eq!(kept, counted, "{when}");
}

async fn random_acts_are_counted(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 60, 3).await;
    same(&app, "after an import").await;
    let mut dice = Dice::new(5);
    for step in 0..120 {
        let ids = app.rows("SELECT id FROM connections ORDER BY id").await;
        let id: uuid::Uuid = ids[usize::try_from(dice.below(ids.len() as u64)).unwrap()].try_get("", "id").unwrap();
        let mut tx = app.app.db.begin().await.unwrap();
        let mut connection = connections::lock(&tx, id).await.unwrap().unwrap();
        connection.state = ConnectionState::ALL[usize::try_from(dice.below(9)).unwrap()];
        match dice.below(8) {
            0 => {
                let sql = format!("DELETE FROM connections WHERE integration_id = '{}'", connection.integration_id);
                tx.connection().execute_unprepared(&sql).await.unwrap();
            }
            1 => connections::save(&mut tx, &connection, false).await.unwrap(),
            2 => {
                connection.integration = INTEGRATIONS[usize::try_from(dice.below(3)).unwrap()].into();
                connections::save(&mut tx, &connection, false).await.unwrap();
            }
            _ => connections::save(&mut tx, &connection, false).await.unwrap(),
        }
        // A process that dies before its commit leaves no trace, and neither does a service that gives up.
        if dice.below(3) == 0 {
            drop(tx);
        } else {
            tx.commit().await.unwrap();
        }
        if dice.below(10) == 0 {
            server::services::tenants::keep_up(&app.app).await.unwrap();
        }
        same(&app, &format!("after step {step}")).await;
    }
    server::services::tenants::keep_up(&app.app).await.unwrap();
    same(&app, "at the end").await;
    let rows = app.number("SELECT COUNT(*) FROM tenant_counts").await;
    assert!(rows <= 28, "sums stay few: {rows}");
    let listed = app.number("SELECT COUNT(*) FROM tenant_rows").await;
    assert_eq!(listed, app.number("SELECT COUNT(*) FROM connections").await);
}

/// Through the front door: connecting, runs, a pause, a removal and the purge.
async fn what_admins_and_partners_do_is_counted(database: Database) {
    let app = TestApp::start(database).await;
    let first = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let second = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    same(&app, "connected").await;
    assert_eq!(app.call(&first, "sync", &json!({ "parameters": { "enabled": "off" } })).await.status, 200);
    same(&app, "switched off").await;
    app.remove(&second).await;
    app.run_jobs().await;
    same(&app, "removed").await;
    let counts = tenant_counts::read(app.app.db.read()).await.unwrap();
    assert_eq!(counts.of(None, Some(ConnectionState::Disconnected)), 1);
    assert_eq!((counts.of(Some("tally-desk"), None), counts.organizations), (2, 2));
    app.clock.advance(40 * DAY);
    app.run_jobs().await;
    same(&app, "purged").await;
    let counts = tenant_counts::read(app.app.db.read()).await.unwrap();
    assert_eq!((counts.of(None, None), counts.organizations), (1, 1));
}

/// Two that change many connections in opposite orders do not hold each other up for a counter.
async fn two_that_count_at_once_do_not_wait(database: Database) {
    if database == Database::Sqlite {
        // There is one writer.
        return;
    }
    let app = TestApp::start(database).await;
    settle(&app, 40, 9).await;
    app.execute("UPDATE connections SET state = 'connected'").await;
    let even = "UPDATE connections SET state = 'delayed' WHERE integration_id LIKE '%2'";
    let odd = "UPDATE connections SET state = 'delayed' WHERE integration_id LIKE '%3'";
    let (one, other) = (app.app.db.begin().await.unwrap(), app.app.db.begin().await.unwrap());
    one.connection().execute_unprepared(even).await.unwrap();
    // Would wait for ever, were there a row of the count to wait for.
    let both = async {
        other.connection().execute_unprepared(odd).await.unwrap();
        other.commit().await.unwrap();
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), both).await.unwrap();
    same(&app, "one of two").await;
    one.commit().await.unwrap();
    same(&app, "both").await;
}

/// What happened in which hour, and on the way from Connect to the first good run.
async fn hours_are_counted(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let kinds = ["connect.opened", "connect.authorized", "connect.set_up", "connect.saved", "connect.ran"];
    let way = async || -> Vec<i64> {
        let sums = hourly_counts::since(app.app.db.read(), &kinds, NOON - DAY).await.unwrap();
        kinds.iter().map(|kind| sums.iter().find(|sum| sum.what == *kind).map_or(0, |sum| sum.count)).collect()
    };
    assert_eq!(way().await, [1, 1, 1, 0, 0]);
    let key = app.api_key(&["tally-desk"], &["runs:write"]).await;
    let mut partner = app.api(&key);
    let id = app.connection_id(&installed).await;
    for state in ["succeeded", "failed", "succeeded"] {
        let body = json!({ "reason": "r" });
        let run = partner.post(&format!("/api/v1/connections/{id}/runs"), &body).await.json()["id"].clone();
        let body = Some(("application/json", json!({ "state": state }).to_string().into_bytes()));
        let path = format!("/api/v1/runs/{}", run.as_str().unwrap());
        assert_eq!(partner.send("PATCH", &path, body).await.status, 200);
        app.clock.advance(HOUR);
    }
    assert_eq!(way().await, [1, 1, 1, 0, 1], "the first good run counts once");
    // Who connects again is on no way to a first run.
    let again = app.connect_again(&installed).await;
    assert_eq!(app.browser().follow(&again.connect_url).await.status, 200);
    assert_eq!(way().await, [1, 1, 1, 0, 1]);
    let runs = async || {
        let sums = hourly_counts::by_hour(app.app.db.read(), &["run.succeeded", "run.failed"], NOON).await.unwrap();
        sums.into_iter().map(|sum| (sum.what, sum.hour - NOON / HOUR, sum.count)).collect::<Vec<_>>()
    };
    let expected = [("run.succeeded", 0, 1), ("run.failed", 1, 1), ("run.succeeded", 2, 1)];
    assert_eq!(runs().await, expected.map(|(what, hour, count)| (what.to_owned(), hour, count)));
    server::services::tenants::keep_up(&app.app).await.unwrap();
    assert_eq!(runs().await.len(), 3, "adding up loses nothing");
    app.clock.advance(40 * DAY);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM hourly_counts WHERE what LIKE 'connect.%'").await, 0);
}

/// Deliveries are counted by their hour and integration, whatever repeats and whatever is added up meanwhile. Where only
/// one writes, that takes one row: adding up thousands of them would keep everybody else from writing.
async fn deliveries_are_counted(database: Database) {
    let app = TestApp::start(database).await;
    let mut subscriptions = Vec::new();
    for (organization, integration) in
        [("harbour-and-loom", "tally-desk"), ("kaffee-und-werk", "tally-desk"), ("studio-17", "meshfern-wifi")]
    {
        let installed = app.connected(organization, integration, &[]).await;
        subscriptions.push(app.subscription(&installed).await);
    }
    let sums = async || {
        let sums = hourly_counts::by_hour(app.app.db.read(), &["webhook"], NOON).await.unwrap();
        sums.into_iter().map(|sum| (sum.hour - NOON / HOUR, sum.integration, sum.count)).collect::<Vec<_>>()
    };
    let (tally, wifi) = ("tally-desk".to_owned(), "meshfern-wifi".to_owned());
    for hour in 0..2 {
        for number in 0..4 {
            for subscription in &subscriptions {
                let body = json!({ "eventType": "member.created", "data": { "number": number / 2 } }).to_string();
                assert_eq!(app.deliver(subscription, body.as_bytes()).await.status, 200);
            }
            if number == 1 {
                server::services::tenants::keep_up(&app.app).await.unwrap();
            }
        }
        let expected = [(0, wifi.clone(), 2), (0, tally.clone(), 4), (1, wifi.clone(), 2), (1, tally.clone(), 4)];
        assert_eq!(sums().await, expected[..2 * (hour + 1)]);
        app.clock.advance(HOUR);
    }
    let rows = "SELECT COUNT(*) FROM hourly_counts WHERE what = 'webhook'";
    if database == Database::Sqlite {
        assert_eq!(app.number(rows).await, 4, "each sum is one row");
    }
    server::services::tenants::keep_up(&app.app).await.unwrap();
    assert_eq!((app.number(rows).await, sums().await.len()), (4, 4));
}

/// Also when the oldest rows are of sums that have no second row, and more of them than one go takes.
async fn sums_are_added_up_however_many_there_are(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 90, 41).await;
    let before = tenant_counts::read(app.app.db.read()).await.unwrap();
    app.execute(
        "INSERT INTO tenant_counts (integration, state, change) SELECT integration, state, 0 FROM tenant_counts",
    )
    .await;
    let kinds = "SELECT COUNT(*) FROM (SELECT integration, state FROM tenant_counts GROUP BY integration, state) AS k";
    let kinds = app.number(kinds).await;
    assert!(kinds > 3, "{kinds}");
    let sums = tenant_counts::SUMS;
    let mut apart = tenant_counts::apart(app.app.db.read(), sums).await.unwrap();
    let rows = async || app.number("SELECT COUNT(*) FROM tenant_counts").await;
    let (mut left, mut goes) = (rows().await, 0);
    while !apart.is_empty() {
        let mut tx = app.app.db.begin().await.unwrap();
        tenant_counts::add_up(&mut tx, sums, &mut apart, 3).await.unwrap();
        tx.commit().await.unwrap();
        let now = rows().await;
        assert!((0..=3).contains(&(left - now)), "who writes waits for three rows and no more: {left} {now}");
        left = now;
        goes += 1;
        assert!(goes < 1_000, "each go makes rows fewer");
    }
    assert_eq!(left, kinds);
    assert!(tenant_counts::apart(app.app.db.read(), sums).await.unwrap().is_empty());
    assert_eq!(tenant_counts::read(app.app.db.read()).await.unwrap(), before);
    same(&app, "added up").await;
}

/// Who describes a row has read the old name; who changes it waits for that, and has it described again.
async fn a_name_that_changes_while_it_is_described_is_not_lost(database: Database) {
    if database == Database::Sqlite {
        // There is one writer.
        return;
    }
    let app = TestApp::start(database).await;
    settle(&app, 1, 43).await;
    app.execute("UPDATE tenant_rows SET stale = TRUE").await;
    let mut describing = app.app.db.begin().await.unwrap();
    tenant_rows::describe_some(&mut describing).await.unwrap();
    let renamed = app.execute("UPDATE organizations SET name = 'Renamed meanwhile'");
    let described = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        describing.commit().await.unwrap();
    };
    tokio::join!(renamed, described);
    server::services::tenants::keep_up(&app.app).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM tenant_rows WHERE name_key LIKE 'renamed%'").await, 1);
}

on_both_databases!(
    sums_are_added_up_however_many_there_are,
    a_name_that_changes_while_it_is_described_is_not_lost,
    random_acts_are_counted,
    what_admins_and_partners_do_is_counted,
    two_that_count_at_once_do_not_wait,
    hours_are_counted,
    deliveries_are_counted
);
