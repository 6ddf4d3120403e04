//! Which key seals while processes with different keys share a database, and who is not let in.

use server::clock::MINUTE;
use server::config::{KeyRing, KeySource};
use server::crypto::vault::Vault;
use server::services::presence::{KeysError, Presence};

use super::KEY_2;
use crate::support::{Database, TestApp, on_both_databases};

const OTHER_KEY_1: &str = "1:AgMFBwsNERMXHR8lKSsvNTs9Q0dJT1NZYWVna21xf4M=";

/// Another process of this deployment with these keys; it lives as long as it is announced.
async fn process(app: &TestApp, keys: &[&str]) -> Result<(Presence, Vault), KeysError> {
    let vault = Vault::new(&KeyRing::parse(keys).unwrap(), app.app.random.clone());
    let name = format!("process with {:?}", vault.key_ids());
    let presence = Presence::begin(&app.app.db, &vault, &app.clock, &app.app.random, name, None).await?;
    Ok((presence, vault))
}

async fn a_key_seals_when_all_have_it(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let (second, vault) = process(&app, &[KEY_2, app.key.as_str()]).await.unwrap();
    assert_eq!(vault.sealing_key(), 1, "the first process does not have key 2");
    second.beat().await.unwrap();
    assert_eq!(vault.sealing_key(), 1);

    // The first is told of the new key; the second sees it at its next beat.
    app.app.vault.learn(&KeyRing::parse(&[KEY_2, app.key.as_str()]).unwrap());
    app.app.presence.beat().await.unwrap();
    assert_eq!((app.app.vault.sealing_key(), vault.sealing_key()), (2, 1));
    second.beat().await.unwrap();
    assert_eq!(vault.sealing_key(), 2);

    // From now on nobody without key 2 is let in, also when nothing is sealed with it yet.
    let refused = process(&app, &[app.key.as_str()]).await.err().unwrap().to_string();
    assert!(refused.contains("seals with key 2, which is not there"), "{refused}");
}

async fn who_dies_is_not_waited_for_long(database: Database) {
    let app = TestApp::start(database).await;
    let (second, vault) = process(&app, &[KEY_2, app.key.as_str()]).await.unwrap();
    app.clock.advance(MINUTE - 1);
    second.beat().await.unwrap();
    assert_eq!(vault.sealing_key(), 1);
    app.clock.advance(1);
    second.beat().await.unwrap();
    assert_eq!(vault.sealing_key(), 2);
    // It was only slow. It says so instead of sealing what it cannot open.
    let late = app.app.presence.beat().await.unwrap_err().to_string();
    assert!(late.contains("seals with key 2"), "{late}");

    // Who takes its leave is not waited for at all.
    let app = TestApp::start(database).await;
    app.app.presence.end().await;
    let (_, vault) = process(&app, &[KEY_2, app.key.as_str()]).await.unwrap();
    assert_eq!(vault.sealing_key(), 2);
}

async fn what_is_stored_must_open(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    app.app.presence.end().await;
    let problem = |outcome: Result<(Presence, Vault), KeysError>| outcome.err().unwrap().to_string();
    for _ in 0..2 {
        let missing = problem(process(&app, &[KEY_2]).await);
        assert!(missing.contains("sealed with key 1, which is not there; add it again"), "{missing}");
        let another = problem(process(&app, &[OTHER_KEY_1]).await);
        assert!(another.contains("does not open what was sealed as key 1"), "{another}");
        // The same for a database of an older version, which has no list of keys.
        app.execute("DELETE FROM sealing_keys").await;
    }
    let (old, _) = process(&app, &[KEY_2, app.key.as_str()]).await.unwrap();
    old.end().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM sealing_keys").await, 2, "the list is made");

    // A key that sealed nothing that is left may be gone.
    app.execute("DELETE FROM connection_secrets").await;
    app.execute("DELETE FROM grant_tokens").await;
    app.execute("DELETE FROM attempt_secrets").await;
    process(&app, &[KEY_2]).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM sealing_keys").await, 1);
}

on_both_databases!(a_key_seals_when_all_have_it, who_dies_is_not_waited_for_long, what_is_stored_must_open);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_added_to_the_file_is_taken_up() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    app.app.presence.end().await;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("deskbridge.db");
    let random = &app.app.random;
    let ring = KeySource::Generated.load(&database, random).unwrap();
    let file = KeySource::Generated.file(&database).unwrap();
    let vault = Vault::new(&ring, random.clone());
    let presence =
        Presence::begin(&app.app.db, &vault, &app.clock, random, "server".into(), Some(file.clone())).await.unwrap();
    assert!(!presence.look_at_key_file());
    file.add_key(random).unwrap();
    assert!(presence.look_at_key_file());
    assert_eq!((vault.key_ids(), vault.sealing_key()), (vec![2, 1], 1));
    presence.beat().await.unwrap();
    assert_eq!(vault.sealing_key(), 2);
    std::fs::remove_file(file.path()).unwrap();
    assert!(!presence.look_at_key_file(), "a file that is gone takes nothing away");
    assert_eq!(vault.key_ids(), [2, 1]);
}
