//! The other commands of the built binary, and how `serve` starts and stops.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use secrecy::SecretString;
use serde_json::{Value, json};
use server::bootstrap;
use tokio_util::sync::CancellationToken;

use crate::support::command::{Deskbridge, sound_manifest};
use crate::support::{Database, TestApp, on_both_databases};

async fn get(url: &str) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn it_serves_says_one_line_and_stops_when_told(database: Database) {
    let deskbridge = Deskbridge::on(database).await;
    let serving = deskbridge.serve().await;
    assert!(serving.line.starts_with("listening on http://127.0.0.1:"), "{:?}", serving.line);
    assert_eq!(get(&format!("{}/healthz", serving.url())).await, (200, "ok\n".into()));
    assert_eq!(get(&format!("{}/readyz", serving.url())).await, (200, "ready\n".into()));
    let ran = serving.terminate().await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    // Standard error is no terminal here, so the log is JSON, line by line.
    let log: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for message in ["ready", "stopped"] {
        assert!(log.iter().any(|line| line["message"] == message), "{message}: {}", ran.stderr);
    }
}

on_both_databases!(it_serves_says_one_line_and_stops_when_told);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operations_listener_has_details_and_metrics() {
    let _limit = crate::support::limit();
    let free = crate::support::ports::free();
    let serving = Deskbridge::new().with("OPERATIONS_LISTEN", &free.to_string());
    let serving = serving.serve().await;
    get(&format!("{}/healthz", serving.url())).await;
    let (status, details) = get(&format!("http://{free}/readyz")).await;
    let details: Value = serde_json::from_str(&details).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let expected = json!({ "database": "ok", "integrations": ["acme-doors"], "version": version });
    assert_eq!((status, details), (200, expected));
    let (_, metrics) = get(&format!("http://{free}/metrics")).await;
    let line = r#"deskbridge_http_requests_total{route="/healthz",status="200"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
    let (status, _) = get(&format!("{}/metrics", serving.url())).await;
    assert_eq!(status, 404, "the public listener tells nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_refuses_rather_than_runs_half_configured() {
    let _limit = crate::support::limit();
    let folder = "DESKBRIDGE_DATA_FOLDER";
    let refused = Deskbridge::new().with_variable(folder, "x").run(&["serve"]).await;
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains(folder), "{}", refused.stderr);

    let postgres = Deskbridge::new().with("DATABASE_URL", "postgres://127.0.0.1/desk").run(&["serve"]).await;
    assert_eq!(postgres.code, Some(2));
    assert!(postgres.stderr.contains("DESKBRIDGE_ENCRYPTION_KEYS"), "{}", postgres.stderr);

    let without = Deskbridge::new();
    fs::remove_file(without.path("integrations/acme-doors.json")).unwrap();
    let without = without.run(&["serve"]).await;
    assert_eq!(without.code, Some(2));
    assert!(without.stderr.contains("integrations_dir"), "{}", without.stderr);

    let open = Deskbridge::new();
    assert_eq!(open.run(&["migrate"]).await.code, Some(0));
    let keys = open.path("data/keys");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = open.run(&["serve"]).await;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("encryption_keys: data/keys") && refused.stderr.contains("chmod 600"));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let busy = Deskbridge::new().with("LISTEN", &address).run(&["serve"]).await;
    assert_eq!(busy.code, Some(1));
    assert!(busy.stderr.contains(&format!("listen: {address} cannot be used")), "{}", busy.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variables_of_kubernetes_are_ignored_and_said() {
    let _limit = crate::support::limit();
    let deskbridge = Deskbridge::new()
        .with_variable("DESKBRIDGE_SERVICE_HOST", "10.0.0.1")
        .with_variable("DESKBRIDGE_PORT", "tcp://10.0.0.1:3000");
    let serving = deskbridge.serve().await;
    let ran = serving.terminate().await;
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("DESKBRIDGE_SERVICE_HOST") && ran.stderr.contains("DESKBRIDGE_PORT"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_and_the_simulator_refuse_what_is_no_key() {
    let _limit = crate::support::limit();
    for command in ["demo", "simulator"] {
        let wrong = Deskbridge::new().with_variable("DESKBRIDGE_DATA_FOLDER", "x");
        let refused = wrong.run(&[command]).await;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{command}");
        assert!(refused.stderr.contains("DESKBRIDGE_DATA_FOLDER"), "{command}: {}", refused.stderr);
        assert!(!wrong.path("data").exists(), "{command}: nothing is made before that");
    }
    let wrong = Deskbridge::new().with("RETENTION_DAYS", "many").run(&["demo"]).await;
    assert_eq!((wrong.code, wrong.stdout.as_str()), (Some(2), ""));
    assert!(wrong.stderr.contains("DESKBRIDGE_RETENTION_DAYS"), "{}", wrong.stderr);
}

#[test]
fn the_demo_takes_every_key_but_its_own() {
    let variables = [
        ("DESKBRIDGE_RETENTION_DAYS", "7"),
        ("DESKBRIDGE_PUBLIC_URL", "https://desk.example"),
        ("DESKBRIDGE_DATABASE_URL", "postgres://127.0.0.1/desk"),
        ("HOME", "/home/somebody"),
    ];
    let variables: HashMap<String, String> =
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (product, simulator) = ("http://127.0.0.1:3500", "http://127.0.0.1:4600");
    let config = server::demo::configuration(&variables, Path::new("data"), product, simulator).unwrap();
    assert_eq!(config.retention_days, 7);
    assert_eq!(config.public("/x"), "http://127.0.0.1:3500/x");
    assert!(config.database.file().ends_with("data/deskbridge.db"), "{:?}", config.database.file());
}

#[test]
fn a_variable_that_is_no_text_is_refused_only_where_it_is_meant_for_us() {
    let _limit = crate::support::limit();
    let deskbridge = Deskbridge::new();
    let no_text = OsStr::from_bytes(b"\xff\xfe");
    let ran = |name: &OsStr, value: &OsStr| {
        let output = deskbridge.command_under(&[], &["integrations"]).env(name, value).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (name, value) in [(OsStr::new("SOME_FOLDER"), no_text), (no_text, OsStr::new("x"))] {
        let (code, stderr) = ran(name, value);
        assert_eq!(code, Some(0), "{}: {stderr}", name.display());
    }
    for (name, value) in [
        (OsStr::new("DESKBRIDGE_PUBLIC_URL"), no_text),
        (OsStr::from_bytes(b"DESKBRIDGE_PUBLIC_\xff"), OsStr::new("x")),
    ] {
        let (code, stderr) = ran(name, value);
        assert_eq!(code, Some(2), "{}: {stderr}", name.display());
        assert!(stderr.contains("DESKBRIDGE_PUBLIC_"), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_simulator_brings_its_manifests_along() {
    let _limit = crate::support::limit();
    let deskbridge = Deskbridge::new();
    fs::remove_dir_all(deskbridge.path("integrations")).unwrap();
    let running = deskbridge.serve_with(&["simulator", "--port", "0"]).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let wish = json!({ "organization": "harbour-and-loom", "application": "tally-desk" });
    let answer = http.post(format!("{}/control/integrations", running.url())).json(&wish).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    let ran = running.terminate().await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

async fn migrate_can_be_repeated(database: Database) {
    let deskbridge = Deskbridge::on(database).await;
    for _ in 0..2 {
        let ran = deskbridge.run(&["migrate"]).await;
        let expected = (Some(0), "The database is up to date.\n");
        assert_eq!((ran.code, ran.stdout.as_str()), expected, "{}", ran.stderr);
    }
    if database == Database::Sqlite {
        let mode = fs::metadata(deskbridge.path("data/keys")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

on_both_databases!(migrate_can_be_repeated);

/// The old one works until the overlap ends, the new one from now on.
async fn a_key_is_replaced(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let deskbridge = Deskbridge::beside(&app);
    fs::remove_file(deskbridge.path("integrations/acme-doors.json")).unwrap();
    let mut manifest = sound_manifest();
    manifest["integration"] = "tally-desk".into();
    fs::write(deskbridge.path("integrations/tally-desk.json"), manifest.to_string()).unwrap();
    let create = ["api-keys", "create", "--integration", "tally-desk", "tally-desk", "--scope", "connections:read"];
    let made = deskbridge.run(&create).await;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let old = SecretString::from(made.stdout.trim_end());
    let listed = deskbridge.run(&["api-keys", "list"]).await.stdout;
    assert!(listed.contains("  tally-desk  connections:read  never expires"), "the same twice is one: {listed}");
    let id = listed.split(' ').next().unwrap();
    let replace = ["api-keys", "replace", id, "--overlap-hours", "2"];
    let replaced = deskbridge.run(&replace).await;
    assert_eq!(replaced.code, Some(0), "{}", replaced.stderr);
    let new = SecretString::from(replaced.stdout.trim_end());
    let again = deskbridge.run(&replace).await;
    assert_eq!((again.code, again.stdout.as_str()), (Some(2), ""), "{}", again.stderr);
    assert!(again.stderr.contains("--expires-in-days"), "{}", again.stderr);
    let third = deskbridge.run(&["api-keys", "replace", id, "--expires-in-days", "9"]).await;
    assert_eq!(third.code, Some(0), "{}", third.stderr);

    let status = async |key: &SecretString| app.api(key).get("/api/v1/connections").await.status;
    // The command has the real time, so the end is moved to where the test's clock passes it.
    let ends = app.number("SELECT MIN(expires_at) FROM api_keys").await;
    let began = app.number("SELECT MIN(created_at) FROM api_keys WHERE expires_at IS NULL").await;
    assert_eq!(ends - began, 2 * 3_600_000, "the overlap, and no longer by another replacement");
    app.execute(&format!("UPDATE api_keys SET expires_at = {} WHERE expires_at = {ends}", app.clock.now() + 1)).await;
    assert_eq!((status(&old).await, status(&new).await), (200, 200));
    app.clock.advance(1);
    assert_eq!((status(&old).await, status(&new).await), (401, 200));
}

on_both_databases!(a_key_is_replaced);

async fn a_key_is_made_used_listed_and_revoked(database: Database) {
    let app = TestApp::start(database).await;
    // As a server does, which keeps keys in memory.
    let stop = CancellationToken::new();
    let listening = tokio::spawn(bootstrap::listen(app.app.clone(), stop.clone()));
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let deskbridge = Deskbridge::beside(&app);
    fs::remove_file(deskbridge.path("integrations/acme-doors.json")).unwrap();
    let mut manifest = sound_manifest();
    manifest["integration"] = "tally-desk".into();
    fs::write(deskbridge.path("integrations/tally-desk.json"), manifest.to_string()).unwrap();

    let create = ["api-keys", "create", "--integration", "tally-desk", "--scope", "connections:read", "--name", "erp"];
    let made = deskbridge.run(&create).await;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let key = made.stdout.strip_suffix('\n').unwrap();
    assert!(key.starts_with("dbk_") && !key.contains(char::is_whitespace), "{key}");
    assert!(!made.stderr.contains(&key[4..]), "the log has no key");
    assert!(made.stderr.contains("it never expires"), "{}", made.stderr);

    let secret = SecretString::from(key);
    let list = app.api(&secret).get("/api/v1/connections").await;
    assert_eq!((list.status, list.json()["data"].as_array().unwrap().len()), (200, 1));
    let token =
        app.api(&secret).post("/api/v1/connections/con_00000000000000000000000000000000/token", &json!({})).await;
    assert_eq!(token.json()["code"], "forbidden", "the scope was not asked for");

    let listed = deskbridge.run(&["api-keys", "list"]).await;
    let line = listed.stdout.trim_end();
    assert!(!line.contains(&key[4..]) && line.contains("erp  tally-desk  connections:read  never expires"), "{line}");
    let id = line.split(' ').next().unwrap();
    assert!(id.starts_with("key_"), "{line}");

    let revoked = deskbridge.run(&["api-keys", "revoke", id]).await;
    assert_eq!((revoked.code, revoked.stdout), (Some(0), format!("{id} is revoked.\n")));
    assert_eq!(app.api(&secret).get("/api/v1/connections").await.status, 401);
    let again = deskbridge.run(&["api-keys", "revoke", id]).await;
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains(id));
    assert!(deskbridge.run(&["api-keys", "list"]).await.stdout.contains("  revoked "));

    for (option, value, position) in [("--integration", "acme", 3), ("--scope", "everything", 5)] {
        let mut wrong = create;
        wrong[position] = value;
        let refused = deskbridge.run(&wrong).await;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
        assert!(refused.stderr.contains(option) && refused.stderr.contains(value), "{}", refused.stderr);
    }
    stop.cancel();
    listening.await.unwrap();
}

on_both_databases!(a_key_is_made_used_listed_and_revoked);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn integrations_are_printed_for_the_developer_portal() {
    let _limit = crate::support::limit();
    let deskbridge = Deskbridge::new().with("PUBLIC_URL", "http://127.0.0.1:3999");
    let ran = deskbridge.run(&["integrations"]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for part in [
        "Acme Doors (acme-doors)",
        "demo-tally-desk\n",
        "Connect URL        http://127.0.0.1:3999/i/acme-doors/connect\n",
        "Redirect URI       http://127.0.0.1:3999/i/acme-doors/connect\n",
        "Configuration URL  http://127.0.0.1:3999/i/acme-doors/configure\n",
        "Healthcheck URL    http://127.0.0.1:3999/i/acme-doors/healthcheck\n",
        "Sync URL           http://127.0.0.1:3999/i/acme-doors/sync\n",
        "flex.space.locations.read\n",
        "1. Set public_url",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("acme-client-secret"));

    fs::remove_file(deskbridge.path("integrations/acme-doors.json")).unwrap();
    assert_eq!(deskbridge.run(&["integrations"]).await.code, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn manifests_are_checked_without_a_server() {
    let _limit = crate::support::limit();
    let deskbridge = Deskbridge::new();
    let check = ["manifest", "check", "integrations/acme-doors.json"];
    let ran = deskbridge.run(&check).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "1 manifest, nothing wrong.\n"));

    let mut manifest = sound_manifest();
    manifest["scopes"] = json!("all");
    manifest["nmae"] = json!("x");
    deskbridge.manifest(&manifest);
    let ran = deskbridge.run(&check).await;
    assert_eq!(ran.code, Some(1));
    for part in ["integrations/acme-doors.json", "scopes", "did you mean `name`"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }

    let schema = deskbridge.run(&["manifest", "schema"]).await;
    let schema: Value = serde_json::from_str(&schema.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manifest_is_tried_without_a_server() {
    let _limit = crate::support::limit();
    let fixture = |name: &str| format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let files = [fixture("wifi.schema"), fixture("wifi.values"), fixture("tenant"), fixture("wifi.partner")];
    let [schema, values, tenant, partner] = &files;
    let resolve = ["manifest", "resolve", "--schema", schema, "--values", values, "--tenant", tenant];
    let deskbridge = Deskbridge::new();
    let ran = deskbridge.run(&[&resolve[..], &["--partner", partner, "--now", "2026-11-24T12:00:00Z"]].concat()).await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected: Value = serde_json::from_str(&fs::read_to_string(fixture("wifi.effective")).unwrap()).unwrap();
    assert_eq!(printed["effective"], expected);
    let found = printed["findings"].as_array().unwrap();
    let found: Vec<_> = found.iter().map(|one| (&one["location"], &one["field"], &one["rule"])).collect();
    assert_eq!(
        found,
        [
            (&json!("loc-brs"), &json!("api_token"), &json!("bound_to")),
            (&json!("loc-new"), &json!("radius_secret"), &json!("required"))
        ]
    );

    // The token that expires at the end of January 2027.
    let later = deskbridge.run(&[&resolve[..], &["--now", "2027-01-20T00:00:00Z", "--explain"]].concat()).await;
    let later: Value = serde_json::from_str(&later.stdout).unwrap();
    assert!(later["findings"].as_array().unwrap().iter().any(|one| one["rule"] == "token_expiry"));
    let grace = &later["effective"]["loc-brs"]["grace"];
    assert_eq!((&grace["entered"], &grace["otherwise"]), (&json!({"default": 48, "location": 24}), &json!(48)));

    for (option, wrong) in
        [("--values", tenant), ("--tenant", &"nowhere.json".to_owned()), ("--now", &"today".to_owned())]
    {
        let mut arguments = resolve.map(str::to_owned).to_vec();
        match arguments.iter().position(|one| one == option) {
            Some(at) => arguments[at + 1].clone_from(wrong),
            None => arguments.extend([option.to_owned(), wrong.clone()]),
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = deskbridge.run(&arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{option}");
        assert!(ran.stderr.contains(wrong.as_str()), "{option}: {}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_usage_is_2() {
    let _limit = crate::support::limit();
    for arguments in [&["sevre"][..], &["manifest", "check"], &["api-keys", "create"], &["serve", "--port", "1"]] {
        assert_eq!(Deskbridge::new().run(arguments).await.code, Some(2), "{arguments:?}");
    }
    let missing = Deskbridge::new().run(&["--config", "nowhere.toml", "check"]).await;
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("nowhere.toml"), "{}", missing.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operations_guide_lists_every_command() {
    let _limit = crate::support::limit();
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md")).unwrap();
    let table = guide.split("## Commands and exit codes").nth(1).unwrap();
    let listed = async |arguments: &[&str]| {
        let help = Deskbridge::new().run(arguments).await.stdout;
        let commands = help.split("\nCommands:\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
        let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names: Vec<String> = names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
        names.into_iter().filter(|name| name != "help").collect::<Vec<_>>()
    };
    let commands = listed(&["--help"]).await;
    assert!(commands.len() >= 10 && commands.contains(&"backup".to_owned()), "{commands:?}");
    for command in commands {
        let below = match command.as_str() {
            "keys" | "api-keys" | "outbox" | "manifest" => listed(&[&command, "--help"]).await,
            _ => vec![String::new()],
        };
        for name in below {
            let whole = format!("`{command} {name}");
            assert!(table.contains(whole.trim_end()), "{whole}");
        }
    }
}
