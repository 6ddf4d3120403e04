//! A backup is made while everything runs, and a server over what was restored from it works.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use app::ids::ConnectionId;
use serde_json::json;
use server::clock::MINUTE;

use crate::support::command::{Deskbridge, Ran};
use crate::support::{Database, Installed, TestApp, has_postgres, new_postgres_database, on_both_databases};

/// As docs/OPERATIONS.md has it.
const RESTORE_SQLITE: &str = "install -m 0600 deskbridge.backup data/deskbridge.db";
const RESTORE_POSTGRES: &str = "pg_restore --no-owner --exit-on-error --dbname \"$DATABASE\" deskbridge.backup";

fn shell(deskbridge: &Deskbridge, command: &str, database: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-ec", command]).current_dir(deskbridge.folder.path()).env("DATABASE", database);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Restores as the guide says, and gives the address of the new database.
async fn restore(deskbridge: &Deskbridge, database: Database) -> String {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md")).unwrap();
    match database {
        Database::Sqlite => {
            assert!(guide.contains(RESTORE_SQLITE));
            fs::create_dir(deskbridge.path("data")).unwrap();
            shell(deskbridge, RESTORE_SQLITE, "");
            format!("sqlite://{}", deskbridge.path("data/deskbridge.db").display())
        }
        Database::Postgres => {
            assert!(guide.contains(RESTORE_POSTGRES));
            let url = new_postgres_database().await;
            shell(deskbridge, RESTORE_POSTGRES, &url);
            url
        }
    }
}

async fn token(app: &TestApp, of: &TestApp, installed: &Installed) -> String {
    let key = app.api_key(&["tally-desk"], &["tokens:read"]).await;
    let id = ConnectionId(of.connection_of(installed).await);
    let answer = app.api(&key).post(&format!("/api/v1/connections/{id}/token"), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

async fn a_restored_backup_serves(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let deskbridge = Deskbridge::beside(&app);
    let ran = deskbridge.run(&["backup", "deskbridge.backup"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("is saved in deskbridge.backup"), "{ran:?}");
    assert!(ran.stdout.contains("It is worthless without key 1, which is not in it"), "{ran:?}");
    let file = deskbridge.path("deskbridge.backup");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!hidden_files(&deskbridge), "nothing unfinished is left");
    let bytes = fs::read(&file).unwrap();
    let key = app.key.split(':').nth(1).unwrap();
    assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "no key is in it");

    // What comes after the backup is not in it; the restored database is as it was.
    app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let url = restore(&deskbridge, database).await;
    let restored = app.replica_with(&[("DATABASE_URL", &url)]).await;
    assert_eq!(restored.number("SELECT COUNT(*) FROM connections").await, 1);

    // Signed by OfficeRnD, verified with the restored secret.
    let signed = restored.signed_url(&installed, "healthcheck", &json!({})).await;
    let health = restored.browser().get(&signed[app.url.len()..]).await;
    assert_eq!((health.status, health.json()["accountName"].is_string()), (200, true), "{}", health.text);
    // The tokens open: the fresh one as it is, and later the refresh token still renews it.
    assert_eq!(token(&restored, &restored, &installed).await, token(&app, &app, &installed).await);
    app.clock.advance(90 * MINUTE);
    let renewed = token(&restored, &restored, &installed).await;
    assert!(!renewed.is_empty());

    // And the built server starts over it.
    let beside = Deskbridge::beside(&app).with("DATABASE_URL", &url);
    let serving = beside.serve().await;
    assert_eq!(serving.terminate().await.code, Some(0));
}

on_both_databases!(a_restored_backup_serves);

fn hidden_files(deskbridge: &Deskbridge) -> bool {
    fs::read_dir(deskbridge.folder.path())
        .unwrap()
        .any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with('.'))
}

fn refused(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_overwrites_nothing_and_leaves_nothing_half_done() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    let deskbridge = Deskbridge::beside(&app);
    fs::write(deskbridge.path("there"), "of somebody").unwrap();
    refused(&deskbridge.run(&["backup", "there"]).await, 2, &["there exists already", "name a new file"]);
    assert_eq!(fs::read(deskbridge.path("there")).unwrap(), b"of somebody");
    refused(&deskbridge.run(&["backup", "nowhere/file"]).await, 1, &["nowhere"]);

    let empty = Deskbridge::new();
    refused(&empty.run(&["backup", "file"]).await, 2, &["there is no database data/deskbridge.db yet"]);
    assert!(!empty.path("data").exists() && !empty.path("file").exists(), "none is made");

    let garbage = Deskbridge::beside(&app).with("DATABASE_URL", "sqlite://garbage.db");
    fs::write(garbage.path("garbage.db"), "no database, ".repeat(1_000)).unwrap();
    let failed = garbage.run(&["backup", "file"]).await;
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(!garbage.path("file").exists() && !hidden_files(&garbage));
}

/// Both find the name free; who is ready later takes nothing away from the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_backups_to_one_file_the_first_is_kept() {
    let _limit = crate::support::limit();
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let deskbridge = Deskbridge::beside(&app);
    let bin = deskbridge.path("bin");
    fs::create_dir(&bin).unwrap();
    // Says that it has begun, and waits for its turn.
    let script = "#!/bin/sh\nwhile [ \"$1\" != --file ]; do shift; done\nmkdir begun-$$\n\
                  while [ ! -e go ]; do sleep 0.02; done\necho \"whole $$\" > \"$2\"\n";
    fs::write(bin.join("pg_dump"), script).unwrap();
    fs::set_permissions(bin.join("pg_dump"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let deskbridge = deskbridge.with_variable("PATH", &path);
    let go = async {
        let begun = || {
            let names = fs::read_dir(deskbridge.folder.path()).unwrap();
            names.filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().starts_with("begun-")).count()
        };
        while begun() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        fs::write(deskbridge.path("go"), "").unwrap();
    };
    let arguments = ["backup", "file"];
    let (one, two, ()) = tokio::join!(deskbridge.run(&arguments), deskbridge.run(&arguments), go);
    let (kept, late) = if one.code == Some(0) { (one, two) } else { (two, one) };
    assert!(kept.code == Some(0) && kept.stdout.contains("is saved in file"), "{kept:?}");
    refused(&late, 2, &["file was made by somebody else meanwhile", "name a new file"]);
    assert!(fs::read_to_string(deskbridge.path("file")).unwrap().starts_with("whole "));
    assert!(!hidden_files(&deskbridge));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_postgresql_says_what_it_needs() {
    let _limit = crate::support::limit();
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let deskbridge = Deskbridge::beside(&app).with_variable("PATH", "/nowhere");
    let parts = ["pg_dump, which is not in PATH", "postgresql-client"];
    refused(&deskbridge.run(&["backup", "file"]).await, 1, &parts);
    assert!(!deskbridge.path("file").exists() && !hidden_files(&deskbridge));

    // Its own words, when it fails; and it sees the password, but no key of ours.
    let bin = deskbridge.path("bin");
    fs::create_dir(&bin).unwrap();
    let script =
        "#!/bin/sh\necho \"server version mismatch; $PGPASSWORD; $DESKBRIDGE_ENCRYPTION_KEYS; $*\" >&2\nexit 1\n";
    fs::write(bin.join("pg_dump"), script).unwrap();
    fs::set_permissions(bin.join("pg_dump"), fs::Permissions::from_mode(0o755)).unwrap();
    let server::config::DatabaseUrl::Postgres(url) = &app.app.config.database else { panic!("PostgreSQL") };
    let mut url: url::Url = url.parse().unwrap();
    url.set_password(Some("hunter 2")).unwrap();
    url.set_query(Some("statement-cache-capacity=50&application_name=desk"));
    let deskbridge = deskbridge.with_variable("PATH", bin.to_str().unwrap()).with("DATABASE_URL", url.as_str());
    let ran = deskbridge.run(&["backup", "file"]).await;
    refused(&ran, 1, &["server version mismatch; hunter 2; ; --format=custom", "application_name=desk"]);
    assert!(!ran.stderr.contains("hunter%202") && !ran.stderr.contains("statement-cache"), "{ran:?}");
    assert!(!deskbridge.path("file").exists() && !hidden_files(&deskbridge));
}
