//! `deskbridge check`, as the person sees it who runs the built binary: against a sound deployment, and
//! against deployments with one thing wrong, of which it must name the key and the cure.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::support::command::{Deskbridge, Ran, sound_manifest};
use crate::support::{Database, TestApp, has_postgres, on_both_databases};

/// Valid, and not the key that anything is sealed with.
const OTHER_KEY: &str = "AgMFBwsNERMXHR8lKSsvNTs9Q0dJT1NZYWVna21xf4M=";
/// Not this machine's own address, so it means production, and nobody answers there.
const NOBODY: &str = "https://0.0.0.0:1";

async fn nothing_is_wrong(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let ran = Deskbridge::beside(&app).run(&["check"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (last, lines) = lines(&ran);
    assert_eq!(last, "Nothing is wrong.");
    for part in [
        "ok    integrations_dir: integrations (acme-doors)",
        "answers and holds 1 connection",
        "ok    encryption_keys: key 1 seals, and what is stored can be opened",
        "ok    officernd__identity_url: ",
        "ok    clock: agrees",
        "ok    officernd__app_url: ",
        "ok    public_url: ",
    ] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part}: {lines:#?}");
    }
    assert!(lines.iter().all(|line| line.starts_with("ok    ")), "{lines:#?}");
}

on_both_databases!(nothing_is_wrong);

fn lines(ran: &Ran) -> (&str, Vec<&str>) {
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    (lines.pop().unwrap_or_default(), lines)
}

/// Runs `check` and asserts that exactly these things are wrong: each with its key, and words of cause and cure.
async fn finds(what: &str, deskbridge: &Deskbridge, expected: &[(&str, &[&str])]) {
    let ran = deskbridge.run(&["check"]).await;
    assert_eq!(ran.code, Some(1), "{what}: {ran:?}");
    let findings: Vec<String> = ran.stdout.split("WRONG ").skip(1).map(str::to_owned).collect();
    assert_eq!(findings.len(), expected.len(), "{what}: {}", ran.stdout);
    for (finding, (key, parts)) in findings.iter().zip(expected) {
        assert!(finding.starts_with(&format!("{key}: ")), "{what}: {finding}");
        for part in *parts {
            assert!(finding.contains(part), "{what}: {part}: {finding}");
        }
    }
    let count = if expected.len() == 1 { "One thing is wrong." } else { "things are wrong." };
    assert!(lines(&ran).0.ends_with(count), "{what}: {}", ran.stdout);
}

/// Refused before anything is looked at: exit code 2 and the name.
async fn refuses(what: &str, deskbridge: &Deskbridge, parts: &[&str]) {
    let ran = deskbridge.run(&["check"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{what}: {ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{what}: {part}: {}", ran.stderr);
    }
}

/// Answers every connection with these bytes, as long as the tests run.
fn server_that_says(answer: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            drop(stream.read(&mut [0; 4096]));
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    url
}

/// A port at which nobody listens.
fn closed() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_configuration_is_refused_by_name() {
    let deskbridge = Deskbridge::new().with("PUBLIC_ULR", "https://desk.example");
    refuses("unknown variable", &deskbridge, &["DESKBRIDGE_PUBLIC_ULR", "no such key"]).await;

    let deskbridge = Deskbridge::new();
    fs::write(deskbridge.path("deskbridge.toml"), "[refresh]\nspeed = 1\n").unwrap();
    refuses("unknown key in the file", &deskbridge, &["refresh__speed", "no such key"]).await;

    let deskbridge = Deskbridge::new().with("DATABASE_URL", "postgres://desk:hunter2@db.example/desk");
    refuses("PostgreSQL without keys", &deskbridge, &["encryption_keys", "DESKBRIDGE_ENCRYPTION_KEYS"]).await;
    assert!(!deskbridge.run(&["check"]).await.stderr.contains("hunter2"));

    let deskbridge = Deskbridge::new().with("PUBLIC_URL", "http://desk.example");
    refuses("plain http", &deskbridge, &["public_url", "must be https"]).await;

    let deskbridge = Deskbridge::new().with("LOG_FORMAT", "xml").with("TRUSTED_PROXIES", "proxy.example");
    refuses("two at once", &deskbridge, &["log_format", "trusted_proxies"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_manifests_are_named_with_file_and_place() {
    let app = TestApp::start(Database::Sqlite).await;
    let beside = || Deskbridge::beside(&app);

    let missing = beside().with("INTEGRATIONS_DIR", "nowhere");
    finds("no folder", &missing, &[("integrations_dir", &["nowhere", "cannot be read"])]).await;

    let empty = beside();
    fs::remove_file(empty.path("integrations/acme-doors.json")).unwrap();
    finds("no manifest", &empty, &[("integrations_dir", &["holds no manifest", "put one there"])]).await;

    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let deskbridge = beside();
        let mut manifest = sound_manifest();
        change(&mut manifest);
        deskbridge.manifest(&manifest);
        deskbridge
    };
    let unset = with(&|manifest| manifest["client_secret"] = json!({ "env": "ACME_CLIENT_SECRET" }));
    let parts: &[&str] = &["acme-doors.json", "client_secret", "ACME_CLIENT_SECRET"];
    finds("a variable that is not set", &unset, &[("integrations_dir", parts)]).await;

    let typo = with(&|manifest| manifest["webhoks"] = json!([]));
    finds("a typo", &typo, &[("integrations_dir", &["acme-doors.json", "did you mean `webhooks`"])]).await;

    let scopes = with(&|manifest| {
        manifest["scopes"].as_array_mut().unwrap().retain(|scope| scope != "flex.settings.webhooks.create");
    });
    let parts: &[&str] = &["acme-doors.json", "flex.settings.webhooks.create", "developer portal"];
    finds("a scope that is needed", &scopes, &[("integrations_dir", parts)]).await;

    let old = with(&|manifest| manifest["scopes"] = json!(["officernd.api.read", "officernd.api.write"]));
    assert_eq!(old.run(&["check"]).await.code, Some(0), "version 1 scopes are enough");

    let literal = beside().with("PUBLIC_URL", NOBODY).with("TRUSTED_PROXIES", "10.0.0.0/8");
    let expected: [(&str, &[&str]); 2] =
        [("integrations_dir", &["client_secret", "acme-doors.json"]), ("public_url", &["does not answer"])];
    finds("a secret in the file, in production", &literal, &expected).await;
    assert!(!literal.run(&["check"]).await.stdout.contains("acme-client-secret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_database_is_named() {
    let app = TestApp::start(Database::Sqlite).await;
    let beside = || Deskbridge::beside(&app);

    let blocked = beside().with("DATABASE_URL", "sqlite://file/deskbridge.db");
    fs::write(blocked.path("file"), "").unwrap();
    finds("a folder that is a file", &blocked, &[("database_url", &["cannot be made", "make the folder"])]).await;

    let garbage = beside().with("DATABASE_URL", "sqlite://deskbridge.db");
    fs::write(garbage.path("deskbridge.db"), "no database, ".repeat(1_000)).unwrap();
    finds("no database", &garbage, &[("database_url", &["cannot be opened", "is it a database of Deskbridge"])]).await;

    let empty = beside().with("DATABASE_URL", "sqlite://deskbridge.db");
    fs::write(empty.path("deskbridge.db"), "").unwrap();
    finds("no tables", &empty, &[("database_url", &["steps of the schema", "deskbridge migrate"])]).await;

    let newer = beside().with("DATABASE_URL", "sqlite://deskbridge.db");
    assert_eq!(newer.run(&["migrate"]).await.code, Some(0));
    execute(
        &format!("sqlite://{}", newer.path("deskbridge.db").display()),
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_of_tomorrow', 0)",
    )
    .await;
    finds("a newer version's", &newer, &[("database_url", &["of_tomorrow", "this or an older Deskbridge"])]).await;

    let away = beside().with("DATABASE_URL", &format!("postgres://desk:hunter2@{}/desk", closed()));
    finds("no PostgreSQL there", &away, &[("database_url", &["does not answer", "is it running there"])]).await;
    assert!(!away.run(&["check"]).await.stdout.contains("hunter2"));

    let not_yet = beside().with("DATABASE_URL", "sqlite://deep/deskbridge.db");
    let ran = not_yet.run(&["check"]).await;
    assert!(ran.code == Some(0) && ran.stdout.contains("is made, with its keys"), "{ran:?}");
    assert!(!not_yet.path("deep").exists(), "check changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_without_the_database_is_named() {
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let server::config::DatabaseUrl::Postgres(url) = &app.app.config.database else { panic!("PostgreSQL") };
    let mut url: url::Url = url.parse().unwrap();
    url.set_path("/nowhere");
    let deskbridge = Deskbridge::beside(&app).with("DATABASE_URL", url.as_str());
    finds("no such database", &deskbridge, &[("database_url", &["nowhere", "name of the database right"])]).await;
}

async fn execute(url: &str, statement: &str) {
    use sea_orm::ConnectionTrait as _;
    let db = sea_orm::Database::connect(url).await.unwrap();
    db.execute_unprepared(statement).await.unwrap();
    db.close().await.unwrap();
}

async fn a_wrong_key_is_named(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let beside = || Deskbridge::beside(&app);

    let other_id = beside().with("ENCRYPTION_KEYS", &format!("2:{OTHER_KEY}"));
    finds("a key is missing", &other_id, &[("encryption_keys", &["key 1", "add it again behind the newest"])]).await;

    let same_id = beside().with("ENCRYPTION_KEYS", &format!("1:{OTHER_KEY}"));
    finds("another key", &same_id, &[("encryption_keys", &["key 1", "does not open", "from its backup"])]).await;

    let older = beside().with("ENCRYPTION_KEYS", &format!("2:{OTHER_KEY},{}", crate::support::command::TEST_KEY));
    let ran = older.run(&["check"]).await;
    assert!(ran.code == Some(0) && ran.stdout.contains("key 2 seals"), "{ran:?}");
}

on_both_databases!(a_wrong_key_is_named);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_that_is_lost_or_open_is_named() {
    let app = TestApp::start(Database::Sqlite).await;
    let beside =
        Deskbridge::beside(&app).with("DATABASE_URL", "sqlite://data/deskbridge.db").without("ENCRYPTION_KEYS");
    assert_eq!(beside.run(&["migrate"]).await.code, Some(0));
    assert_eq!(beside.run(&["check"]).await.code, Some(0));

    let file = beside.path("data/keys");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    finds("others can read", &beside, &[("encryption_keys", &["data/keys", "chmod 600"])]).await;

    fs::remove_file(&file).unwrap();
    finds("lost", &beside, &[("encryption_keys", &["data/keys", "missing", "restore it"])]).await;
    assert!(!file.exists(), "check makes no keys");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officernd_that_cannot_be_used_is_named() {
    let app = TestApp::start(Database::Sqlite).await;
    let beside = || Deskbridge::beside(&app);

    let identity = beside().with("OFFICERND__IDENTITY_URL", &format!("http://{}", closed()));
    finds("no identity server", &identity, &[("officernd__identity_url", &["cannot be reached", "firewall"])]).await;

    let host = beside().with("OFFICERND__APP_URL", &format!("http://{}", closed()));
    finds("no app host", &host, &[("officernd__app_url", &["cannot be reached", "refused", "firewall"])]).await;

    let broken = server_that_says("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    let host = beside().with("OFFICERND__APP_URL", &broken);
    finds("a broken app host", &host, &[("officernd__app_url", &["answers 502", "another server"])]).await;

    for (seconds, way) in [(-600, "ahead of"), (600, "behind")] {
        let now = chrono::DateTime::from_timestamp(server::clock::Clock::system().now_seconds() + seconds, 0).unwrap();
        let date = now.format("%a, %d %b %Y %H:%M:%S GMT");
        let skewed = server_that_says(&format!("HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-length: 0\r\n\r\n"));
        let clock = beside().with("OFFICERND__IDENTITY_URL", &skewed);
        finds("clock", &clock, &[("clock", &[way, "signed calls are refused", "NTP"])]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_address_that_is_not_ours_is_named() {
    let app = TestApp::start(Database::Sqlite).await;
    let beside = || Deskbridge::beside(&app);

    let nobody = beside().with("PUBLIC_URL", &format!("http://{}", closed()));
    finds("nobody", &nobody, &[("public_url", &["does not answer", "is `deskbridge serve` running"])]).await;

    let parked = server_that_says("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nwelcome");
    let other = beside().with("PUBLIC_URL", &parked);
    finds("another server", &other, &[("public_url", &["something else", "does the proxy pass everything"])]).await;

    let moved = "HTTP/1.1 301 Moved\r\nlocation: https://x.example/\r\ncontent-length: 0\r\n\r\n";
    let redirected = beside().with("PUBLIC_URL", &server_that_says(moved));
    finds("a redirect", &redirected, &[("public_url", &["is redirected", "OfficeRnD must know"])]).await;

    let elsewhere = beside().with("PUBLIC_URL", &app.simulator_url);
    finds("no such page", &elsewhere, &[("public_url", &["answers 404", "proxy"])]).await;

    let untold = beside().with("PUBLIC_URL", NOBODY).with_variable("ACME_SECRET", "from the environment");
    let mut manifest = sound_manifest();
    manifest["client_secret"] = json!({ "env": "ACME_SECRET" });
    untold.manifest(&manifest);
    let expected: [(&str, &[&str]); 2] =
        [("public_url", &["does not answer"]), ("trusted_proxies", &["all visitors count as one", "your proxy"])];
    finds("a proxy nobody told us of", &untold, &expected).await;
}
