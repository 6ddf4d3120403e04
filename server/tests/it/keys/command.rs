//! `deskbridge keys rotate` beside running servers, as the operator does it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use secrecy::SecretString;
use server::clock::MINUTE;
use server::domain::connection::{Connection, ConnectionState, Progress, SubscriptionState};
use server::domain::health::Cause;
use server::domain::organization::Organization;
use server::storage::connections::ConnectionSecrets;
use server::storage::population::{self, Newcomer};
use server::storage::sealed;
use uuid::Uuid;

use super::KEY_2;
use crate::support::command::{Deskbridge, TEST_KEY};
use crate::support::{Database, TestApp, on_both_databases};

const BOTH: &str = "2:AgMFBwsNERMXHR8lKSsvNTs9Q0dJT1NZYWVna21xf4M=,1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Not the key 2 that sealed.
const OTHER_2: &str = "2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ROTATE: [&str; 2] = ["keys", "rotate"];
const IMPATIENT: [&str; 4] = ["keys", "rotate", "--wait-seconds", "2"];

async fn counts(app: &TestApp) -> BTreeMap<u32, u64> {
    sealed::counts(app.app.db.read()).await.unwrap()
}

/// A deployment with something sealed, whose own process has ended.
async fn deployment(database: Database) -> TestApp {
    let app = TestApp::start_with(database, &[("ENCRYPTION_KEYS", TEST_KEY)]).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.app.presence.end().await;
    app
}

async fn given_keys_are_rotated_in_the_order_that_is_said(database: Database) {
    let app = deployment(database).await;
    let with = |keys: &str| Deskbridge::beside(&app).with("ENCRYPTION_KEYS", keys);
    let records = counts(&app).await[&1];

    // With one key there is nothing to do, and the steps are said.
    let first = with(TEST_KEY).serve().await;
    let ran = with(TEST_KEY).run(&ROTATE).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.starts_with("Every record is sealed with key 1 already.\nTo change to a new key:\n"), "{ran:?}");

    // One replica has the new key, the other does not: both go on, and nothing is sealed anew.
    let second = with(BOTH).serve().await;
    let ran = with(BOTH).run(&IMPATIENT).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for part in ["not every process has key 2", &format!("process {}", first.id()), "Restart"] {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
    assert_eq!(counts(&app).await, BTreeMap::from([(1, records)]));

    // When all have it, it seals, and a server without it stays out.
    assert_eq!(app.number("SELECT COUNT(*) FROM processes").await, 2, "the two servers; rotations have left");
    assert_eq!(first.terminate().await.code, Some(0));
    assert_eq!(app.number("SELECT COUNT(*) FROM processes").await, 1);
    let ran = with(BOTH).run(&ROTATE).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for part in [
        format!("Waiting until the server at 127.0.0.1:0 (process {}", second.id()),
        format!("{records} records were sealed anew. Everything is sealed with key 2 now."),
        "Key 1 is not used any more: no record is sealed with it, and no process will.".to_owned(),
        "take it out of encryption_keys, and restart every process".to_owned(),
    ] {
        assert!(ran.stdout.contains(&part), "{part}: {ran:?}");
    }
    assert_eq!(counts(&app).await, BTreeMap::from([(2, records)]));
    let old = with(TEST_KEY).run(&["serve"]).await;
    assert_eq!((old.code, old.stdout.as_str()), (Some(2), ""), "{old:?}");
    assert!(old.stderr.contains("encryption_keys: ") && old.stderr.contains("key 2"), "{old:?}");

    // Also when nobody runs any more, by what is stored; and another key under the same id is none.
    assert_eq!(second.terminate().await.code, Some(0));
    for (keys, part) in [(TEST_KEY, "records are sealed with key 2, which is not there"), (OTHER_2, "does not open")] {
        let stays_out = with(keys).run(&["serve"]).await;
        assert_eq!((stays_out.code, stays_out.stdout.as_str()), (Some(2), ""), "{stays_out:?}");
        let said = &stays_out.stderr;
        assert!(said.contains("encryption_keys: ") && said.contains("key 2") && said.contains(part), "{said}");
    }

    // The old key is taken away.
    let last = with(KEY_2).serve().await;
    assert_eq!(with(KEY_2).run(&["check"]).await.code, Some(0));
    drop(last);
}

on_both_databases!(given_keys_are_rotated_in_the_order_that_is_said);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_gets_a_new_key_while_the_server_runs() {
    let _limit = crate::support::limit();
    let app = deployment(Database::Sqlite).await;
    let records = counts(&app).await[&1];
    let own = Deskbridge::beside(&app);
    fs::create_dir(own.path("data")).unwrap();
    assert_eq!(own.run(&["backup", "data/deskbridge.db"]).await.code, Some(0));
    let file = own.path("data/keys");
    fs::write(&file, TEST_KEY).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let own = own.without("ENCRYPTION_KEYS").with("DATABASE_URL", "sqlite://data/deskbridge.db");

    let serving = own.serve().await;
    let ran = own.run(&ROTATE).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for part in [
        "Key 2 was added to data/keys. Back this file up now, apart from the database.",
        &format!("{records} records were sealed anew. Everything is sealed with key 2 now."),
        "Key 1 is not used any more",
        "take its line out of data/keys",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    let keys = fs::read_to_string(&file).unwrap();
    assert!(keys.starts_with("2:") && keys.ends_with(TEST_KEY), "the new one first, the old one still there");
    let check = own.run(&["check"]).await;
    assert!(check.stdout.contains("ok    encryption_keys: key 2 seals, and what is stored can be opened"), "{check:?}");
    let log = serving.terminate().await.stderr;
    assert!(log.contains("another key seals from now on") && !log.contains("\"ERROR\""), "{log}");

    // The old line goes as it was said, and the server starts with what is left.
    let left: String = keys.lines().take(1).map(|line| format!("{line}\n")).collect();
    fs::write(&file, left).unwrap();
    assert_eq!(own.serve().await.terminate().await.code, Some(0));
}

/// Many connections in few statements.
async fn settle(app: &TestApp, count: usize) {
    let now = app.clock.now();
    let newcomers: Vec<Newcomer> = (0..count)
        .map(|index| {
            let organization = Organization {
                id: app.app.random.uuid(now),
                officernd_id: format!("{index:024x}"),
                slug: format!("organization-{index}"),
                name: format!("Organization {index}"),
                region_url: app.simulator_url.clone(),
            };
            let connection = Connection {
                id: app.app.random.uuid(now),
                organization: organization.id,
                integration: "tally-desk".into(),
                integration_id: format!("{index:024x}"),
                all_locations: true,
                state: ConnectionState::Connected,
                state_since: now,
                cause: Cause::None,
                troubles: Vec::new(),
                changes_at: None,
                authorized_at: now,
                connected_at: now,
                finished_at: Some(now),
                waits_for: None,
                sync_on: true,
                progress: Progress::default(),
                account_name: None,
                subscription_id: None,
                subscription: SubscriptionState::Active,
                subscription_checked_at: now,
                secret_checked_at: now,
                disconnected: None,
                created_at: now,
                updated_at: now,
            };
            let secret = || SecretString::from(format!("secret of {}", Uuid::from_u128(index as u128)));
            let secrets = ConnectionSecrets { integration: secret(), subscription: Some(secret()) };
            Newcomer { organization, connection, locations: Vec::new(), secrets }
        })
        .collect();
    let mut tx = app.app.db.begin().await.unwrap();
    population::insert(&mut tx, &app.app.vault, &newcomers, now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_rotation_that_was_killed_goes_on(database: Database) {
    let app = TestApp::start_with(database, &[("ENCRYPTION_KEYS", TEST_KEY)]).await;
    app.app.presence.end().await;
    settle(&app, 1_000).await;
    let deskbridge = Deskbridge::beside(&app).with("ENCRYPTION_KEYS", BOTH);
    let mut rotating = deskbridge.start(&ROTATE);
    // Some batches are through, others are not: there are ten, with a pause after each.
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    while !counts(&app).await.contains_key(&2) {
        assert!(tokio::time::Instant::now() < deadline, "it does not begin");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(Command::new("kill").args(["-KILL", &rotating.id().to_string()]).status().unwrap().success());
    rotating.wait().unwrap();
    let half = counts(&app).await;
    assert!(half.len() == 2 && half.values().sum::<u64>() == 2_000, "{half:?}");

    let ran = deskbridge.run(&ROTATE).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains(&format!("{} records were sealed anew.", half[&1])), "{half:?}: {ran:?}");
    assert_eq!(counts(&app).await, BTreeMap::from([(2, 2_000)]));
}

on_both_databases!(a_rotation_that_was_killed_goes_on);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_rotated_is_said() {
    let _limit = crate::support::limit();
    let empty = Deskbridge::new().run(&ROTATE).await;
    assert_eq!(empty.code, Some(2), "{empty:?}");
    assert!(empty.stderr.contains("database_url: there is no database data/deskbridge.db yet"), "{empty:?}");

    let app = deployment(Database::Sqlite).await;
    let without = Deskbridge::beside(&app).with("ENCRYPTION_KEYS", KEY_2).run(&ROTATE).await;
    assert_eq!(without.code, Some(2), "{without:?}");
    assert!(without.stderr.contains("encryption_keys: records are sealed with key 1"), "{without:?}");

    app.clock.advance(2 * MINUTE);
    app.execute("UPDATE connection_secrets SET integration_secret = subscription_secret").await;
    let damaged = Deskbridge::beside(&app).with("ENCRYPTION_KEYS", BOTH).run(&ROTATE).await;
    assert_eq!(damaged.code, Some(1), "{damaged:?}");
    assert!(damaged.stderr.contains("1 records open with no key") && damaged.stderr.contains("integration_secret"));
    assert!(!damaged.stdout.contains("is not used any more"), "{damaged:?}");
}
