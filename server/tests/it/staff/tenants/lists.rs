//! Every page of every view is what sorting all rows would say.

use std::time::Duration;

use app::state::ConnectionState;
use sea_orm::ConnectionTrait as _;
use server::clock::{DAY, MINUTE};
use server::domain::tenants::{Cursor, Search, Sort, Total, Wanted, trouble};
use server::storage::{tenant_counts, tenant_list, tenant_rows};
use uuid::Uuid;

use super::{INTEGRATIONS, settle};
use crate::support::{Database, NOON, TestApp, on_both_databases};

#[derive(Clone)]
struct Known {
    number: i64,
    connection: Uuid,
    integration: String,
    state: String,
    name: String,
    since: i64,
    last_success: i64,
    errors: i64,
    grant_day: i64,
    search: String,
    places: Vec<String>,
}

async fn all(app: &TestApp) -> Vec<Known> {
    let places = app.rows("SELECT connection_id, location_id FROM connection_locations").await;
    let places: Vec<(Uuid, String)> = places
        .iter()
        .map(|row| (row.try_get("", "connection_id").unwrap(), row.try_get("", "location_id").unwrap()))
        .collect();
    let rows = app.rows("SELECT * FROM tenant_rows").await;
    let read = |row: &sea_orm::QueryResult| {
        let connection: Uuid = row.try_get("", "connection_id").unwrap();
        assert!(!row.try_get::<bool>("", "stale").unwrap());
        Known {
            number: row.try_get("", "number").unwrap(),
            connection,
            integration: row.try_get("", "integration").unwrap(),
            state: row.try_get("", "state").unwrap(),
            name: row.try_get("", "name_key").unwrap(),
            since: row.try_get("", "since").unwrap(),
            last_success: row.try_get("", "last_success").unwrap(),
            errors: row.try_get("", "errors").unwrap(),
            grant_day: row.try_get("", "grant_day").unwrap(),
            search: row.try_get("", "search").unwrap(),
            places: places.iter().filter(|(of, _)| *of == connection).map(|(_, id)| id.clone()).collect(),
        }
    };
    rows.iter().map(read).collect()
}

/// What a list says that looks at every row.
fn expected(known: &[Known], wanted: &Wanted) -> Vec<Uuid> {
    let last_day = wanted.last_day(NOON);
    let mut rows: Vec<&Known> = known
        .iter()
        .filter(|row| wanted.state.is_none_or(|state| state.slug() == row.state))
        .filter(|row| wanted.integration.as_deref().is_none_or(|slug| slug == row.integration))
        .filter(|row| wanted.location.as_ref().is_none_or(|place| row.places.contains(place)))
        .filter(|row| last_day.is_none_or(|day| row.grant_day <= day))
        .filter(|row| {
            wanted.search.terms.iter().all(|term| match term {
                server::domain::tenants::Term::Text(text) => row.search.contains(text.as_str()),
                server::domain::tenants::Term::Connection(from, to) => (from..=to).contains(&&row.connection),
                server::domain::tenants::Term::Organization(..) => false,
            })
        })
        .collect();
    let rank = |row: &Known| trouble(ConnectionState::from_slug(&row.state).unwrap());
    match wanted.sort {
        Sort::Trouble => rows.sort_by_key(|row| (rank(row), row.since, row.number)),
        Sort::Organization => rows.sort_by_key(|row| (row.name.clone(), row.number)),
        Sort::Since => rows.sort_by_key(|row| (row.since, row.number)),
        Sort::LastSuccess => rows.sort_by_key(|row| (row.last_success, row.number)),
        Sort::Errors => rows.sort_by_key(|row| (row.errors, row.number)),
        Sort::GrantEnd => rows.sort_by_key(|row| (row.grant_day, row.number)),
    }
    if wanted.falls() {
        rows.reverse();
    }
    rows.iter().map(|row| row.connection).collect()
}

pub(super) fn views() -> Vec<Wanted> {
    let mut views = Vec::new();
    for sort in Sort::ALL {
        for turned in [false, true] {
            let plain = Wanted { sort, turned, ..Wanted::default() };
            views.push(plain.clone());
            let state = Some(ConnectionState::Reconnect);
            let integration = Some(INTEGRATIONS[1].to_owned());
            views.push(Wanted { state, ..plain.clone() });
            views.push(Wanted { integration: integration.clone(), ..plain.clone() });
            views.push(Wanted { state, integration: integration.clone(), ..plain.clone() });
            views.push(Wanted { ends_within: Some(7), ..plain.clone() });
            views.push(Wanted { ends_within: Some(3), state, ..plain.clone() });
            let connected = Some(ConnectionState::Connected);
            views.push(Wanted { ends_within: Some(14), state: connected, ..plain.clone() });
            views.push(Wanted { ends_within: Some(14), integration, ..plain.clone() });
            views.push(Wanted { location: Some("location-6-0".into()), ..plain.clone() });
            for typed in
                ["ha", "bristol", "zoe son", "hyperlink", "account-1", "65f0a1b2c3d4e5f700000012", "con_0", "%", "'\"_"]
            {
                views.push(Wanted { search: Search::read(typed), ..plain.clone() });
            }
            views.push(Wanted { search: Search::read("loom"), state, ..plain.clone() });
            views.push(Wanted { search: Search::read("loom"), ends_within: Some(7), ..plain });
        }
    }
    views
}

async fn every_view_is_what_sorting_all_rows_says(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 300, 7).await;
    let known = all(&app).await;
    let db = app.app.db.read();
    let counts = tenant_counts::read(db).await.unwrap();
    let mut found = 0;
    for wanted in views() {
        let expected = expected(&known, &wanted);
        found += expected.len();
        let (mut cursor, mut walked) = (None, Vec::new());
        let mut back = Vec::new();
        loop {
            let page = tenant_list::page(db, &wanted, &counts, cursor.as_ref(), 70, NOON).await.unwrap();
            assert_eq!(page.total, Total::Exactly(expected.len() as u64), "{wanted:?}");
            assert_eq!(page.has_before, cursor.is_some());
            walked.extend(page.rows.iter().map(|row| row.connection));
            back.push(page.rows.iter().map(|row| row.connection).collect::<Vec<_>>());
            let Some(last) = page.rows.last().filter(|_| page.has_after) else { break };
            let text = Cursor::write(wanted.sort, &last.key);
            cursor = Cursor::read(wanted.sort, &text, false);
            assert!(cursor.is_some());
        }
        assert_eq!(walked, expected, "{wanted:?}");
        // And the page before the last one, from its first row.
        if let [.., before, last] = back.as_slice() {
            let page = tenant_list::page(db, &wanted, &counts, None, 300, NOON).await.unwrap();
            let first = page.rows.iter().find(|row| row.connection == last[0]).unwrap();
            let text = Cursor::write(wanted.sort, &first.key);
            let cursor = Cursor::read(wanted.sort, &text, true);
            let page = tenant_list::page(db, &wanted, &counts, cursor.as_ref(), 70, NOON).await.unwrap();
            assert_eq!(page.rows.iter().map(|row| row.connection).collect::<Vec<_>>(), *before, "{wanted:?}");
            assert!(page.has_after);
        }
    }
    assert!(found > 5_000, "the views find too little to say anything: {found}");
}

/// What is more than ten thousand is walked in order instead of being collected.
async fn what_is_too_many_to_count_is_walked(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 300, 11).await;
    let known = all(&app).await;
    let db = app.app.db.read();
    let counts = tenant_counts::read(db).await.unwrap();
    for wanted in views().into_iter().filter(|wanted| !wanted.is_plain()) {
        let expected = expected(&known, &wanted);
        let many = Total::MoreThan(10_000);
        let ids = |rows: &[tenant_list::Row]| rows.iter().map(|row| row.connection).collect::<Vec<Uuid>>();
        let rows = tenant_list::rows(db, &wanted, &counts, many, None, 40, NOON).await.unwrap();
        assert_eq!(ids(&rows), expected[..expected.len().min(40)], "{wanted:?}");
        let Some(last) = rows.last() else { continue };
        // On from there, and back.
        let mut place = Cursor { key: last.key.clone(), backwards: false };
        let next = tenant_list::rows(db, &wanted, &counts, many, Some(&place), 40, NOON).await.unwrap();
        assert_eq!(ids(&next), expected[rows.len()..expected.len().min(rows.len() + 40)], "{wanted:?}");
        place.backwards = true;
        let mut before = tenant_list::rows(db, &wanted, &counts, many, Some(&place), 40, NOON).await.unwrap();
        before.reverse();
        assert_eq!(ids(&before), expected[..rows.len() - 1], "{wanted:?}");
    }
}

/// A tenant is found by what it is called now, as soon as it is called so.
async fn new_names_are_found_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let id = app.connection_of(&installed).await;
    let finds = async |typed: &str| {
        let db = app.app.db.read();
        let counts = tenant_counts::read(db).await.unwrap();
        let wanted = Wanted { search: Search::read(typed), ..Wanted::default() };
        let page = tenant_list::page(db, &wanted, &counts, None, 10, app.clock.now()).await.unwrap();
        page.rows.iter().any(|row| row.connection == id)
    };
    assert!(finds("Harbour").await && finds("harbour-and").await && finds("HA").await);
    assert!(finds(&app::ids::ConnectionId(id).to_string()).await);
    assert!(finds("brist").await, "locations are found");
    assert!(!finds("rbour-x").await && !finds("ar").await);
    let db = app.app.db.read();
    let slug = server::storage::organizations::with_slug(db, "harbour-and-loom", 1).await.unwrap();
    let known = server::storage::organizations::get(db, slug[0]).await.unwrap().unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let renamed = server::domain::organization::Organization { name: "Anchor & Weft".into(), ..known };
    server::storage::organizations::save(&mut tx, &renamed, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(finds("weft").await && finds("an").await && !finds("kelp").await);
    let mut tx = app.app.db.begin().await.unwrap();
    let again = server::domain::organization::Organization { name: "Kelp Row".into(), ..renamed };
    server::storage::organizations::save(&mut tx, &again, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(finds("kelp row").await && !finds("weft").await, "what it was called is forgotten");
    // Where the extension may not be created, searching is slow, is found wanting, and finds the same.
    assert!(tenant_rows::has_search_index(db).await.unwrap());
    if database == Database::Postgres {
        app.execute("DROP INDEX ix_tenant_search_text").await;
        assert!(!tenant_rows::has_search_index(db).await.unwrap());
        assert!(finds("kelp").await);
        // The next start makes it, and takes away the one that made every change of a row slow.
        app.execute("CREATE INDEX ix_tenant_rows_search ON tenant_rows USING gin (search gin_trgm_ops)").await;
        let reader = app.app.db.begin().await.unwrap();
        reader.connection().execute_unprepared("SELECT 1 FROM tenant_rows LIMIT 1").await.unwrap();
        let others = async {
            let waiting = "SELECT COUNT(*) FROM pg_stat_activity \
                           WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while app.number(waiting).await == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            // It waits for the reader, and nobody waits behind it.
            app.number("SELECT COUNT(*) FROM tenant_rows").await;
            reader.commit().await.unwrap();
        };
        let both = async { tokio::join!(app.app.db.migrate(), others) };
        let (migrated, ()) = tokio::time::timeout(Duration::from_secs(30), both).await.expect("everybody goes on");
        migrated.unwrap();
        assert!(tenant_rows::has_search_index(db).await.unwrap());
        let former = "SELECT COUNT(*) FROM pg_indexes WHERE tablename = 'tenant_rows' AND indexdef LIKE '%gin%'";
        assert_eq!(app.number(former).await, 0);
    }
}

/// A grant that is renewed, and failures: seconds later they are in the list, and a day later the failures are not.
async fn errors_and_grants_follow(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.run_jobs().await;
    let row = async || {
        let rows = app.rows("SELECT errors, grant_day FROM tenant_rows").await;
        (rows[0].try_get::<i64>("", "errors").unwrap(), rows[0].try_get::<i64>("", "grant_day").unwrap())
    };
    let day = app.number("SELECT refresh_expires_at FROM grants").await / DAY;
    assert_eq!(row().await, (0, day));
    // Two runs that fail, one delivery, one refresh, three calls: each writer leaves its note.
    let key = app.api_key(&["tally-desk"], &["runs:write"]).await;
    let mut partner = app.api(&key);
    let id = app.connection_id(&installed).await;
    for _ in 0..2 {
        let body = serde_json::json!({ "reason": "r" });
        let run = partner.post(&format!("/api/v1/connections/{id}/runs"), &body).await.json()["id"].clone();
        let body = serde_json::json!({ "state": "failed", "fault": "partner", "message": "503" }).to_string();
        let path = format!("/api/v1/runs/{}", run.as_str().unwrap());
        let body = Some(("application/json", body.into_bytes()));
        assert_eq!(partner.send("PATCH", &path, body).await.status, 200);
    }
    app.execute("UPDATE grants SET failures = failures + 1").await;
    let of = app.connection_of(&installed).await;
    for _ in 0..3 {
        app.app.calls.count(of, server::services::calls::Outcome::Unavailable, app.clock.now());
        app.app.calls.count(of, server::services::calls::Outcome::Ok, app.clock.now());
    }
    app.run_jobs().await;
    assert_eq!(row().await.0, 6);
    app.execute(&format!("UPDATE grants SET refresh_expires_at = refresh_expires_at + {DAY}")).await;
    app.run_jobs().await;
    assert_eq!(row().await, (6, day + 1));
    app.clock.advance(DAY - MINUTE);
    server::services::tenants::keep_up(&app.app).await.unwrap();
    assert_eq!(row().await.0, 6, "they count for a whole day");
    app.clock.advance(2 * 60 * MINUTE);
    server::services::tenants::keep_up(&app.app).await.unwrap();
    assert_eq!(row().await.0, 0, "and for an hour more at most");
    assert_eq!(app.number("SELECT COUNT(*) FROM connection_errors").await, 0);
}

on_both_databases!(
    every_view_is_what_sorting_all_rows_says,
    what_is_too_many_to_count_is_walked,
    new_names_are_found_at_once,
    errors_and_grants_follow
);
