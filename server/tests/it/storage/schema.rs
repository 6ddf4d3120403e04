//! Migrations run both ways on both databases, and the code reads exactly what they make.

use std::collections::{BTreeMap, BTreeSet};

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database as Db, DatabaseConnection, DbBackend, Statement};
use serde_json::json;

use crate::support::{Database, TestApp, new_postgres_database, on_both_databases};

/// An empty database with nothing of ours, and the folder that must live as long.
async fn empty(database: Database) -> (DatabaseConnection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = match database {
        Database::Sqlite => format!("sqlite://{}?mode=rwc", folder.path().join("empty.db").display()),
        Database::Postgres => new_postgres_database().await,
    };
    (Db::connect(url).await.unwrap(), folder)
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
}

/// Everything that migrations make, in words: tables, columns with types and defaults, indexes, constraints.
async fn described(db: &DatabaseConnection) -> BTreeSet<String> {
    let queries: &[&str] = match db.get_database_backend() {
        DbBackend::Sqlite => &[
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'seaql_migrations'",
        ],
        _ => &[
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'",
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass",
        ],
    };
    let mut all = BTreeSet::new();
    for query in queries {
        all.extend(texts(db, query).await);
    }
    all
}

/// The columns that a database really has.
async fn columns(db: &DatabaseConnection) -> BTreeMap<String, BTreeSet<String>> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'tenant_search%'"
        }
        // The texts for searching are read by statements of their own, on both databases.
        _ => {
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'tenant_search'"
        }
    };
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in texts(db, sql).await {
        let (table, column) = name.split_once('.').unwrap();
        if table != "seaql_migrations" {
            tables.entry(table.to_owned()).or_default().insert(column.to_owned());
        }
    }
    tables
}

async fn every_migration_runs_up_down_and_up(database: Database) {
    let (db, _folder) = empty(database).await;
    let count = Migrator::migrations().len();
    assert!(count >= 5);
    Migrator::install(&db).await.unwrap();
    let mut levels = vec![described(&db).await];
    assert_eq!(levels[0], BTreeSet::new());
    for step in 1..=count {
        Migrator::up(&db, Some(1)).await.unwrap();
        let level = described(&db).await;
        assert_ne!(level, levels[step - 1], "migration {step} makes nothing");
        levels.push(level);
    }
    for step in (0..count).rev() {
        Migrator::down(&db, Some(1)).await.unwrap();
        assert_eq!(described(&db).await, levels[step], "down to {step} is not what up to {step} was");
        // One step down and up again, as after a release that was taken back.
        Migrator::up(&db, Some(1)).await.unwrap();
        assert_eq!(described(&db).await, levels[step + 1], "up to {} again", step + 1);
        Migrator::down(&db, Some(1)).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(described(&db).await, levels[count]);
    // Once more changes nothing, as at every start.
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(described(&db).await, levels[count]);
}

async fn the_code_reads_exactly_these_columns(database: Database) {
    let (db, _folder) = empty(database).await;
    Migrator::up(&db, None).await.unwrap();
    let read: BTreeMap<String, BTreeSet<String>> = server::storage::schema::tables()
        .into_iter()
        .map(|(table, columns)| (table.to_owned(), columns.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(read, columns(&db).await);
}

/// With rows in every table, so that each type is read and not only named; then down with all of them.
async fn rows_of_every_table_read_back(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let told = app.connected("kaffee-und-werk", "meshfern-wifi", &["65f0a1b2c3d4e5f700020000"]).await;
    assert_eq!(app.call(&told, "sync", &json!({})).await.status, 200);
    let url = app.signed_url(&installed, "configure", &json!({})).await;
    assert_eq!(app.browser().follow(&url).await.status, 200);
    assert_eq!(app.call(&installed, "sync", &json!({})).await.status, 200);
    assert_eq!(app.deliver(&app.subscription(&installed).await, b"{\"eventType\":\"a.b\"}").await.status, 200);
    app.switch("connect_code", &json!("used"), Some(1)).await;
    let used = app.install("studio-17", "tally-desk", &[]).await;
    assert_eq!(app.browser().follow(&used.connect_url).await.status, 400);
    let open = app.install("studio-17", "tally-desk", &[]).await;
    assert_eq!(app.browser().follow(&open.connect_url).await.status, 200);
    let key = app.api_key(&["tally-desk"], &["proxy"]).await;
    let locations = format!("/api/v1/connections/{}/officernd/v2/locations", app.connection_id(&installed).await);
    assert_eq!(app.api(&key).get(&locations).await.status, 200);
    server::services::calls::write(&app.app).await.unwrap();
    app.enter(app.connection_of(&told).await).await;
    let wish = json!({ "integration": "meshfern-wifi", "url": "http://127.0.0.1:1/", "types": ["*"] });
    let key = app.api_key(&["meshfern-wifi"], &["events:write"]).await;
    assert_eq!(app.api(&key).post("/api/v1/event-endpoints", &wish).await.status, 201);
    app.execute("INSERT INTO token_limits (client_id, blocked_until) VALUES ('another-client', 1)").await;
    let connection = app.connection_of(&installed).await;
    let by = app::ports::Actor::Key("test".to_owned());
    assert!(server::services::reconnect::make(&app.app, connection, by, None).await.unwrap().is_ok());
    let call = server::services::idempotency::begin(&app.app, uuid::Uuid::nil(), uuid::Uuid::nil(), &[1; 32]).await;
    assert!(matches!(call, Ok(server::services::idempotency::Begun::First(_))));
    let key = app.api_key(&["tally-desk"], &["runs:write"]).await;
    let mut partner = app.api(&key);
    let runs = format!("/api/v1/connections/{}/runs", app::ids::ConnectionId(connection));
    let run = partner.post(&runs, &json!({ "reason": "test" })).await.json()["id"].as_str().unwrap().to_owned();
    let report = json!({ "locations": { app.locations("harbour-and-loom").await[0].clone(): { "failed": 1 } }, "state": "partial" });
    let report = Some(("application/json", report.to_string().into_bytes()));
    assert_eq!(partner.send("PATCH", &format!("/api/v1/runs/{run}"), report).await.status, 200);
    let outage = server::storage::outages::Outage {
        id: app.app.random.uuid(1),
        integration: "tally-desk".into(),
        fault: server::domain::health::Fault::Partner,
        like: "1:partner:down".into(),
        since: 1,
        opened_at: 2,
        closed_at: None,
        tenants: 5,
        acknowledged: None,
    };
    let stored = app.stored(connection).await;
    let uses = BTreeMap::from([("partner.groups".to_owned(), BTreeSet::from(["g-day".to_owned()]))]);
    let mut tx = app.app.db.begin().await.unwrap();
    server::storage::settings::uses::save(&mut tx, &stored, &uses).await.unwrap();
    assert!(server::storage::outages::begin(&mut tx, &outage).await.unwrap());
    let here = server::domain::settings::edits::Of::Organization;
    assert!(server::storage::settings::acts::begin(&mut tx, connection, (&here, "sync_now"), (1, 1), 2).await.unwrap());
    tx.commit().await.unwrap();
    leave_staff(&app).await;
    server::services::tenants::keep_up(&app.app).await.unwrap();
    server::jobs::know_uses(&app.app, &tokio_util::sync::CancellationToken::new()).await.unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let view = server::storage::tenant_views::View {
        id: app.app.random.uuid(1),
        name: "Trouble".into(),
        query: "state=reconnect".into(),
    };
    server::storage::tenant_views::save(&mut tx, uuid::Uuid::nil(), &view, 1).await.unwrap();
    tx.commit().await.unwrap();
    // What is worked in is gone; a later failure leaves another note.
    app.execute("UPDATE grants SET failures = failures + 1").await;
    let mut engineer = app.staff(app::role::Role::Engineer).await;
    let page = format!("/connections/{}", app::ids::ConnectionId(connection));
    assert_eq!(engineer.submit(&page, &[("act", "note"), ("reason", "a note")]).await.status, 303);
    let id = app::ids::ConnectionId(connection).to_string();
    let many = [("connections", id.as_str()), ("confirm", "1"), ("act", "pause"), ("reason", "r")];
    assert_eq!(engineer.submit("/bulk", &many).await.status, 303);
    leave_incident(&app, &mut engineer).await;
    let read = server::storage::schema::read_some(app.app.db.read(), 100).await.unwrap();
    for (table, rows) in read {
        assert!(rows > 0, "this test leaves nothing in {table}");
    }

    let url = match &app.app.config.database {
        server::config::DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        server::config::DatabaseUrl::Postgres(url) => url.clone(),
    };
    let db = Db::connect(url).await.unwrap();
    Migrator::down(&db, None).await.unwrap();
    assert_eq!(columns(&db).await, BTreeMap::new());
    Migrator::up(&db, None).await.unwrap();
    // One row of it is there from the beginning.
    assert!(app.counts().await.into_iter().all(|(table, rows)| rows == i64::from(table == "event_numbering")));
}

/// Something in every table of alerts.
async fn leave_incident(app: &TestApp, engineer: &mut crate::support::Browser) {
    assert_eq!(engineer.submit("/alerts", &[("act", "subscribe"), ("level", "each")]).await.status, 303);
    let set = engineer.submit("/alerts", &[("act", "webhook"), ("url", "http://127.0.0.1:1/alerts")]).await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(engineer.submit("/alerts", &[("act", "test")]).await.location, "/alerts?said=tested");
    app.execute(
        "UPDATE connections SET state = 'reconnect', cause = 'login_refused', paused_at = NULL, sync_on = TRUE",
    )
    .await;
    server::services::alerts::look(&app.app).await.unwrap();
    assert!(app.number("SELECT COUNT(*) FROM incidents").await > 0);
}

/// Somebody in every table of staff.
pub async fn leave_staff(app: &TestApp) {
    use server::storage::staff::secrets;
    let staff = app.staff_with_password("a@partner.example", app::role::Role::Owner).await;
    let mut browser = app.signed_in(staff).await;
    let secret = secrecy::SecretString::from("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    let mut tx = app.app.db.begin().await.unwrap();
    secrets::begin_second_factor(&mut tx, &app.app.vault, staff, &secret, 1).await.unwrap();
    secrets::confirm_second_factor(&mut tx, staff, 1, 1).await.unwrap();
    secrets::replace_codes(&mut tx, staff, &[[1; 32]], 1).await.unwrap();
    leave_oidc(app, &mut tx, staff).await;
    tx.commit().await.unwrap();
    let form = [("act", "invite"), ("email", "k@partner.example"), ("name", "Kim"), ("role", "viewer")];
    assert_eq!(browser.submit("/staff", &form).await.status, 200);
    let form = [("email", "a@partner.example"), ("password", crate::support::PASSWORD)];
    assert_eq!(app.browser().submit("/sign-in", &form).await.location, "/sign-in/code");
    // What was seen is written behind the answers.
    app.written().await;
}

/// Who this person is at a provider, and a sign-in there that is under way.
async fn leave_oidc(app: &TestApp, tx: &mut server::storage::Tx, staff: uuid::Uuid) {
    use server::storage::staff::{identities, oidc_sign_ins};
    let identity = identities::StaffIdentity {
        id: app.app.random.uuid(1),
        staff,
        issuer: "https://login.partner.example".into(),
        subject: "8f3c".into(),
        linked_at: 1,
        used_at: 2,
    };
    identities::create(tx, &identity).await.unwrap();
    let sign_in = oidc_sign_ins::OidcSignIn {
        id: app.app.random.uuid(1),
        browser: [2; 32],
        issuer: identity.issuer,
        session: Some(staff),
        next: "/account".into(),
        created_at: 1,
        expires_at: app.clock.now() + 1,
    };
    let secrets = secrecy::SecretString::from("verifier and nonce");
    oidc_sign_ins::create(tx, &app.app.vault, &sign_in, &[3; 32], &secrets).await.unwrap();
}

/// Durable means that it survives power loss (`pinned.md` 5), and rows go with what they belong to.
async fn commits_are_durable_and_references_hold(database: Database) {
    let app = TestApp::start(database).await;
    let tx = app.app.db.begin().await.unwrap();
    let backend = tx.connection().get_database_backend();
    let settings: &[(&str, &str)] = match database {
        Database::Sqlite => {
            &[("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")]
        }
        Database::Postgres => &[("SHOW synchronous_commit", "on"), ("SHOW fsync", "on")],
    };
    for (setting, expected) in settings {
        let row = tx.connection().query_one_raw(Statement::from_string(backend, *setting)).await.unwrap().unwrap();
        let value = row
            .try_get_by_index::<String>(0)
            .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
            .or_else(|_| row.try_get_by_index::<i32>(0).map(|number| number.to_string()))
            .unwrap();
        assert_eq!(value, *expected, "{setting}");
    }
    drop(tx);
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.execute("DELETE FROM organizations").await;
    for table in ["connections", "connection_secrets", "connection_locations", "grants", "grant_tokens", "activity"] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
}

on_both_databases!(
    every_migration_runs_up_down_and_up,
    the_code_reads_exactly_these_columns,
    rows_of_every_table_read_back,
    commits_are_durable_and_references_hold
);
