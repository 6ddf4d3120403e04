//! `deskbridge check`, as the person sees it who runs the built binary: against a sound deployment, and
//! against deployments with one thing wrong each, of which it must name the key and the cure.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::support::collector::TestCollector;
use crate::support::command::{Deskbridge, Ran, TEST_KEY, sound_manifest};
use crate::support::{Database, TestApp, has_postgres, on_both_databases, ports};

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

/// What fails for nobody is a warning, and no reason to exit with 1.
async fn neglected_keys_are_warned_of(database: Database) {
    let app = TestApp::start(database).await;
    app.api_key(&["tally-desk"], &["connections:read"]).await;
    let deskbridge = Deskbridge::beside(&app);
    // The command has the real time, so both ends of it are far away.
    let later = 4_000_000_000_000_i64;
    let (endless, unused) = ("WARN  api_keys: never expires: ", "WARN  api_keys: not used for 90 days: ");
    for (columns, warned) in [
        (format!("expires_at = NULL, last_used_at = {later}"), [true, false]),
        (format!("expires_at = {later}, last_used_at = 0"), [false, true]),
        (format!("expires_at = {later}, last_used_at = NULL, created_at = 0"), [false, true]),
        ("expires_at = NULL".to_owned(), [true, true]),
        (format!("expires_at = {later}, last_used_at = {later}"), [false, false]),
        ("expires_at = NULL, last_used_at = 0, revoked_at = 1".to_owned(), [false, false]),
    ] {
        app.execute(&format!("UPDATE api_keys SET {columns}")).await;
        let ran = deskbridge.run(&["check"]).await;
        assert_eq!(ran.code, Some(0), "{columns}: {ran:?}");
        assert!(ran.stdout.ends_with("Nothing is wrong.\n"), "{columns}: {ran:?}");
        assert_eq!([endless, unused].map(|part| ran.stdout.contains(part)), warned, "{columns}: {ran:?}");
    }
}

on_both_databases!(nothing_is_wrong, neglected_keys_are_warned_of);

fn lines(ran: &Ran) -> (&str, Vec<&str>) {
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    (lines.pop().unwrap_or_default(), lines)
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

/// PostgreSQL's own way to refuse a connection, for what the tests' server cannot be made to refuse.
fn postgres_that_refuses(state: &str, message: &str) -> String {
    let fields = format!("SFATAL\0VFATAL\0C{state}\0M{message}\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
    let answer = [b"E".as_slice(), &length, fields.as_bytes()].concat();
    let url = server_that_says(std::str::from_utf8(&answer).unwrap());
    format!("postgres://desk:hunter2@{}/desk?sslmode=disable", url.trim_start_matches("http://"))
}

/// One thing that is wrong with a deployment, and what the answer must hold: the key it begins with, the cause, the cure.
struct Seeded {
    what: &'static str,
    deskbridge: Deskbridge,
    key: &'static str,
    cause: &'static str,
    cure: &'static str,
}

/// What no answer may tell.
const SECRETS: [&str; 4] = ["hunter2", "acme-client-secret", "AAECAwQF", "AgMFBwsN"];

impl Seeded {
    /// Exactly this is said to be wrong: refused with exit code 2 before anything is looked at, or found with 1.
    /// Otherwise it is said here what was said instead.
    async fn missed(&self) -> Option<String> {
        let ran = self.deskbridge.run(&["check"]).await;
        let all = format!("{}{}", ran.stdout, ran.stderr);
        let found: Vec<&str> = match ran.code {
            Some(2) if ran.stdout.is_empty() => ran.stderr.split("deskbridge: ").skip(1).collect(),
            Some(1) if ran.stdout.ends_with("One thing is wrong.\n") => ran.stdout.split("WRONG ").skip(1).collect(),
            _ => Vec::new(),
        };
        let named = matches!(found.as_slice(), [found] if found.starts_with(&format!("{}: ", self.key))
            && (ran.code == Some(1) || found.lines().count() == 1)
            && found.contains(self.cause)
            && found.contains(self.cure));
        let told = SECRETS.iter().any(|secret| all.contains(secret));
        (!named || told).then(|| format!("{}: exit code {:?}: {all}", self.what, ran.code))
    }
}

/// `what`, the deployment, and what must be said of it.
fn seeded(
    what: &'static str,
    deskbridge: Deskbridge,
    key: &'static str,
    cause: &'static str,
    cure: &'static str,
) -> Seeded {
    Seeded { what, deskbridge, key, cause, cure }
}

fn of_the_configuration(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let file = |text: &str| {
        let deskbridge = beside();
        fs::write(deskbridge.path("deskbridge.toml"), text).unwrap();
        deskbridge
    };
    let with = |key: &str, value: &str| beside().with(key, value);
    vec![
        seeded(
            "a variable with a typo",
            with("PUBLIC_ULR", "https://desk.example"),
            "DESKBRIDGE_PUBLIC_ULR",
            "no such key",
            "did you mean DESKBRIDGE_PUBLIC_URL?",
        ),
        seeded(
            "a variable that was never a key",
            with("DATA_FOLDER", "x"),
            "DESKBRIDGE_DATA_FOLDER",
            "no such key",
            "take it away",
        ),
        seeded(
            "a key with a typo in the file",
            file("[refresh]\nhorizon_day = 1\n"),
            "refresh__horizon_day",
            "no such key",
            "did you mean refresh__horizon_days?",
        ),
        seeded(
            "a text where a number belongs",
            with("RETENTION_DAYS", "many"),
            "DESKBRIDGE_RETENTION_DAYS",
            "a whole number",
            "is wanted here",
        ),
        seeded(
            "plain http for the world",
            with("PUBLIC_URL", "http://desk.example"),
            "public_url",
            "not an address of this machine",
            "must be https",
        ),
        seeded(
            "a path in the public address",
            with("PUBLIC_URL", "https://desk.example/base"),
            "public_url",
            "no path",
            "take /base away",
        ),
        seeded(
            "the whole token endpoint",
            with("OFFICERND__IDENTITY_URL", "https://identity.officernd.com/oauth/token"),
            "officernd__identity_url",
            "no path",
            "take /oauth/token away",
        ),
        seeded(
            "a region host with scheme",
            with("OFFICERND__REGION_HOSTS", "https://officernd.com"),
            "officernd__region_hosts",
            "is no host name",
            "without scheme, port or path",
        ),
        seeded(
            "a name where to listen",
            with("LISTEN", "localhost"),
            "listen",
            "must be an IP address and a port",
            "such as 127.0.0.1:3000",
        ),
        seeded(
            "two listeners, one port",
            with("LISTEN", "0.0.0.0:3999").with("OPERATIONS_LISTEN", "127.0.0.1:3999"),
            "operations_listen",
            "is taken by listen",
            "a port of its own",
        ),
        seeded(
            "no tolerance at all",
            with("SIGNATURE_TOLERANCE_SECONDS", "0"),
            "signature_tolerance_seconds",
            "must be",
            "at least 1",
        ),
        seeded(
            "a proxy by name",
            with("TRUSTED_PROXIES", "proxy.example"),
            "trusted_proxies",
            "proxy.example is no address",
            "such as 10.0.0.0/8",
        ),
        seeded(
            "a sign-in provider without its client",
            with("STAFF_OIDC__ISSUER", "https://login.partner.example")
                .with("STAFF_OIDC__CLIENT_SECRET", "hunter2hunter2"),
            "staff_oidc__client_id",
            "is missing",
            "the provider gives one to each application",
        ),
        seeded("an unknown log format", with("LOG_FORMAT", "xml"), "log_format", "must be", "text or json"),
        seeded(
            "another kind of database",
            with("DATABASE_URL", "mysql://desk:hunter2@db.example/desk"),
            "database_url",
            "must begin with",
            "sqlite:// or postgres://",
        ),
        seeded(
            "PostgreSQL without keys",
            with("DATABASE_URL", "postgres://desk:hunter2@db.example/desk").without("ENCRYPTION_KEYS"),
            "encryption_keys",
            "PostgreSQL needs keys",
            "set DESKBRIDGE_ENCRYPTION_KEYS to 1:",
        ),
        seeded(
            "a key that is too short",
            with("ENCRYPTION_KEYS", "1:YWJj"),
            "encryption_keys",
            "key 1 must be 32 bytes",
            "head -c 32 /dev/urandom | base64",
        ),
        seeded(
            "a key without its id",
            with("ENCRYPTION_KEYS", OTHER_KEY),
            "encryption_keys",
            "entry 1 is not id:base64",
            "echo \"ID:$(head",
        ),
        seeded(
            "one id for two keys",
            with("ENCRYPTION_KEYS", &format!("1:{OTHER_KEY},{TEST_KEY}")),
            "encryption_keys",
            "key id 1 stands there twice",
            "an id of its own",
        ),
    ]
}

fn of_the_keys(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let with = |keys: &str| beside().with("ENCRYPTION_KEYS", keys);
    vec![
        seeded(
            "a key that was taken away too early",
            with(&format!("2:{OTHER_KEY}")),
            "encryption_keys",
            "sealed with key 1, which is not there",
            "add it again behind the newest",
        ),
        seeded(
            "another key under the same id",
            with(&format!("1:{OTHER_KEY}")),
            "encryption_keys",
            "key 1 is there, but does not open",
            "restore the key that belongs to this database",
        ),
    ]
}

async fn of_the_key_file(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let mut all = Vec::new();
    for what in ["a key file that others can read", "a key file that is lost"] {
        let own = beside().with("DATABASE_URL", "sqlite://data/deskbridge.db").without("ENCRYPTION_KEYS");
        assert_eq!(own.run(&["migrate"]).await.code, Some(0));
        assert_eq!(own.run(&["check"]).await.code, Some(0));
        let file = own.path("data/keys");
        all.push(if what.contains("read") {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
            seeded(what, own, "encryption_keys", "data/keys: others can read", "chmod 600")
        } else {
            fs::remove_file(&file).unwrap();
            seeded(
                what,
                own,
                "encryption_keys",
                "data/keys: the key file of data/deskbridge.db is missing",
                "restore it",
            )
        });
    }
    all
}

fn of_the_manifests(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let deskbridge = beside();
        let mut manifest = sound_manifest();
        change(&mut manifest);
        deskbridge.manifest(&manifest);
        deskbridge
    };
    let empty = beside();
    fs::remove_file(empty.path("integrations/acme-doors.json")).unwrap();
    let twice = beside();
    fs::copy(twice.path("integrations/acme-doors.json"), twice.path("integrations/copy.json")).unwrap();
    let unset = with(&|manifest| manifest["client_secret"] = json!({ "env": "ACME_CLIENT_SECRET" }));
    let scope = with(&|manifest| {
        manifest["scopes"].as_array_mut().unwrap().retain(|scope| scope != "flex.settings.webhooks.create");
    });
    let broken = beside();
    fs::write(broken.path("integrations/acme-doors.json"), "{ \"integration\": ").unwrap();
    vec![
        seeded(
            "no folder of manifests",
            beside().with("INTEGRATIONS_DIR", "nowhere"),
            "integrations_dir",
            "nowhere: the folder of manifests cannot be read",
            "correct this and start again",
        ),
        seeded("no manifest", empty, "integrations_dir", "holds no manifest", "put one there"),
        seeded("no JSON", broken, "integrations_dir", "acme-doors.json", "correct this and start again"),
        seeded(
            "a manifest with an unknown key",
            with(&|manifest| manifest["webhoks"] = json!([])),
            "integrations_dir",
            "acme-doors.json: unknown key `webhoks`",
            "did you mean `webhooks`?",
        ),
        seeded(
            "two manifests of one slug",
            twice,
            "integrations_dir",
            "copy.json: integration: the slug `acme-doors` is taken by integrations/acme-doors.json",
            "correct this and start again",
        ),
        seeded(
            "a client secret that is not set",
            unset,
            "integrations_dir",
            "acme-doors.json: client_secret",
            "ACME_CLIENT_SECRET is not set",
        ),
        seeded(
            "a scope that is needed",
            scope,
            "integrations_dir",
            "no organization can connect without flex.settings.webhooks.create",
            "add it here and in OfficeRnD's developer portal",
        ),
    ]
}

async fn of_the_database(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let blocked = beside().with("DATABASE_URL", "sqlite://file/deskbridge.db");
    fs::write(blocked.path("file"), "").unwrap();
    // Nobody can write there, not even root.
    let read_only = beside().with("DATABASE_URL", "sqlite:///proc/deskbridge/deskbridge.db");
    let garbage = beside().with("DATABASE_URL", "sqlite://deskbridge.db");
    fs::write(garbage.path("deskbridge.db"), "no database, ".repeat(1_000)).unwrap();
    let empty = beside().with("DATABASE_URL", "sqlite://deskbridge.db");
    fs::write(empty.path("deskbridge.db"), "").unwrap();
    let newer = beside().with("DATABASE_URL", "sqlite://deskbridge.db");
    assert_eq!(newer.run(&["migrate"]).await.code, Some(0));
    execute(
        &format!("sqlite://{}", newer.path("deskbridge.db").display()),
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_of_tomorrow', 0)",
    )
    .await;
    let away = beside().with("DATABASE_URL", &format!("postgres://desk:hunter2@{}/desk", ports::nobody()));
    let stranger = beside().with("DATABASE_URL", &postgres_that_refuses("28P01", "password authentication failed"));
    let nameless = beside().with("DATABASE_URL", &postgres_that_refuses("3D000", "database does not exist"));
    vec![
        seeded(
            "a folder that is a file",
            blocked,
            "database_url",
            "cannot be made, since file is no folder",
            "make it one or name another file",
        ),
        seeded(
            "a folder that cannot be written to",
            read_only,
            "database_url",
            "cannot be made, since /proc is no folder that this user can write to",
            "name another file",
        ),
        seeded(
            "a file that is no database",
            garbage,
            "database_url",
            "cannot be opened",
            "is it a database of Deskbridge",
        ),
        seeded("a database without tables", empty, "database_url", "steps of the schema", "deskbridge migrate"),
        seeded(
            "a database of a newer version",
            newer,
            "database_url",
            "of_tomorrow",
            "is it the database of this or an older Deskbridge",
        ),
        seeded(
            "no PostgreSQL there",
            away,
            "database_url",
            "does not answer",
            "is it running there, and are host and port right?",
        ),
        seeded("a wrong password", stranger, "database_url", "does not let us in", "correct user and password"),
        seeded(
            "a database that was not made",
            nameless,
            "database_url",
            "database does not exist",
            "make it with `createdb`",
        ),
    ]
}

fn of_the_addresses(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let parked = || server_that_says("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nwelcome");
    let moved = "HTTP/1.1 301 Moved\r\nlocation: https://x.example/\r\ncontent-length: 0\r\n\r\n";
    let broken = server_that_says("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    let dead = server_that_says("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let taken = parked().replace("http://", "");
    let with = |key: &str, value: &str| beside().with(key, value);
    let mut all = vec![
        seeded(
            "a port that is taken",
            with("LISTEN", &taken),
            "listen",
            "another program listens there",
            "choose a free port",
        ),
        seeded(
            "the other port that is taken",
            with("OPERATIONS_LISTEN", &taken),
            "operations_listen",
            "another program listens there",
            "choose a free port",
        ),
        seeded(
            "an address of another machine",
            with("LISTEN", "192.0.2.1:3000"),
            "listen",
            "no address of this machine",
            "choose one of its own",
        ),
        seeded(
            "nobody at the public address",
            with("PUBLIC_URL", &format!("http://{}", ports::nobody())),
            "public_url",
            "does not answer",
            "is `deskbridge serve` running",
        ),
        seeded(
            "another server at the public address",
            with("PUBLIC_URL", &parked()),
            "public_url",
            "is answered by something else",
            "does the proxy pass everything to",
        ),
        seeded(
            "a public address that moved",
            with("PUBLIC_URL", &server_that_says(moved)),
            "public_url",
            "is redirected",
            "set public_url to the address where it ends",
        ),
        seeded(
            "a proxy that does not pass everything",
            with("PUBLIC_URL", &dead),
            "public_url",
            "answers 404",
            "does the proxy pass everything to",
        ),
        seeded(
            "no identity server",
            with("OFFICERND__IDENTITY_URL", &format!("http://{}", ports::nobody())),
            "officernd__identity_url",
            "cannot be reached",
            "check the address, the firewall and DNS",
        ),
        seeded(
            "no app host",
            with("OFFICERND__APP_URL", &format!("http://{}", ports::nobody())),
            "officernd__app_url",
            "cannot be reached",
            "check the address, the firewall and DNS",
        ),
        seeded(
            "a broken app host",
            with("OFFICERND__APP_URL", &broken),
            "officernd__app_url",
            "answers 502",
            "is OfficeRnD down, or is this another server?",
        ),
    ];
    let oidc = |issuer: &str| {
        let beside = with("STAFF_OIDC__ISSUER", issuer).with("STAFF_OIDC__CLIENT_ID", "deskbridge");
        beside.with("STAFF_OIDC__CLIENT_SECRET", "hunter2hunter2")
    };
    let other = json!({
        "issuer": "https://login.partner.example",
        "authorization_endpoint": "https://login.partner.example/auth",
        "token_endpoint": "https://login.partner.example/token",
        "jwks_uri": "https://login.partner.example/keys",
    })
    .to_string();
    let other = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{other}", other.len());
    all.push(seeded(
        "no sign-in provider",
        oidc(&format!("http://{}", ports::nobody())),
        "staff_oidc__issuer",
        "cannot be reached",
        "passwords work meanwhile",
    ));
    all.push(seeded(
        "a sign-in provider that is another",
        oidc(&server_that_says(&other)),
        "staff_oidc__issuer",
        "it calls itself https://login.partner.example",
        "set the key to that, to the letter",
    ));
    all.push(seeded(
        "an issuer that is none",
        oidc(&dead),
        "staff_oidc__issuer",
        "answers 404",
        "set the issuer that its documentation names",
    ));
    for (what, seconds, way) in [("a clock ahead", -600, " s ahead of"), ("a clock behind", 600, " s behind")] {
        let now = chrono::DateTime::from_timestamp(server::clock::Clock::system().now_seconds() + seconds, 0).unwrap();
        let date = now.format("%a, %d %b %Y %H:%M:%S GMT");
        let skewed = server_that_says(&format!("HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-length: 0\r\n\r\n"));
        all.push(seeded(
            what,
            with("OFFICERND__IDENTITY_URL", &skewed),
            "clock",
            way,
            "switch time synchronization (NTP) on",
        ));
    }
    all
}

fn of_the_mail(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let port = ports::nobody().port().to_string();
    let plain = || {
        let here = beside().with("SMTP__HOST", "127.0.0.1").with("SMTP__PORT", &port);
        here.with("SMTP__SECURITY", "none").with("SMTP__FROM", "Desk <desk@partner.example>")
    };
    vec![
        seeded(
            "no mail server",
            plain(),
            "smtp__host",
            "takes no mail from here",
            "is it running there, and are host and port right?",
        ),
        seeded(
            "no mail server for this login",
            plain().with("SMTP__USER", "desk").with("SMTP__PASSWORD", "hunter2"),
            "smtp__host",
            "takes no mail from here",
            "and smtp__user with smtp__password",
        ),
        seeded(
            "mail in clear to another machine",
            plain().with("SMTP__HOST", "mail.partner.example"),
            "smtp__security",
            "on this machine only",
            "use tls or starttls",
        ),
        seeded(
            "mails from nobody",
            plain().with("SMTP__FROM", "desk"),
            "smtp__from",
            "must be an address",
            "such as Deskbridge <deskbridge@example.com>",
        ),
        seeded(
            "a password for nobody",
            plain().with("SMTP__PASSWORD", "hunter2"),
            "smtp__user",
            "is missing",
            "beside smtp__password",
        ),
    ]
}

fn of_the_collector(beside: &dyn Fn() -> Deskbridge) -> Vec<Seeded> {
    let at = |url: &str| beside().with("TELEMETRY__OTLP_ENDPOINT", url);
    let says = |status: &str| at(&server_that_says(&format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")));
    vec![
        seeded(
            "no collector",
            at(&format!("http://{}", ports::nobody())).with("TELEMETRY__OTLP_HEADERS", "x-api-key=hunter2"),
            "telemetry__otlp_endpoint",
            "does not answer",
            "is the collector running there",
        ),
        seeded(
            "a collector that wants another login",
            says("401 Unauthorized").with("TELEMETRY__OTLP_HEADERS", "x-api-key=hunter2"),
            "telemetry__otlp_headers",
            "does not let us in (status 401)",
            "correct the login",
        ),
        seeded(
            "something else than a collector",
            says("404 Not Found"),
            "telemetry__otlp_endpoint",
            "does not take traces (status 404)",
            "does it take OTLP over HTTP in protobuf at that path?",
        ),
        seeded(
            "traces in clear over the internet",
            at("http://otel.partner.example:4318"),
            "telemetry__otlp_endpoint",
            "must be https",
            "no address of this machine or of a private network",
        ),
        seeded(
            "a login for nobody",
            beside().with("TELEMETRY__OTLP_HEADERS", "x-api-key=hunter2"),
            "telemetry__otlp_endpoint",
            "is missing",
            "telemetry__otlp_headers",
        ),
        seeded(
            "a login that is none",
            at("http://127.0.0.1:4318").with("TELEMETRY__OTLP_HEADERS", "hunter2"),
            "telemetry__otlp_headers",
            "is no name=value",
            "such as x-api-key=",
        ),
        seeded(
            "more than all traces",
            at("http://127.0.0.1:4318").with("TELEMETRY__SAMPLE_RATIO", "2"),
            "telemetry__sample_ratio",
            "must be a number from 0 to 1",
            "such as 0.1",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_takes_traces_is_no_trouble() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    let collector = TestCollector::start().await;
    let ran = Deskbridge::beside(&app).with("TELEMETRY__OTLP_ENDPOINT", &collector.url).run(&["check"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said = format!("ok    telemetry__otlp_endpoint: {}/v1/traces takes traces\n", collector.url);
    assert!(ran.stdout.contains(&said), "{ran:?}");
    assert!(collector.spans().is_empty());
}

/// Everything of the kinds above, one wrong thing a deployment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_seeded_misconfiguration_is_named_with_its_cure() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let beside = || Deskbridge::beside(&app);
    let mut all = of_the_configuration(&beside);
    all.extend(of_the_keys(&beside));
    all.extend(of_the_key_file(&beside).await);
    all.extend(of_the_manifests(&beside));
    all.extend(of_the_database(&beside).await);
    all.extend(of_the_addresses(&beside));
    all.extend(of_the_mail(&beside));
    all.extend(of_the_collector(&beside));
    assert!(all.len() >= 40, "{}", all.len());
    let mut missed = Vec::new();
    for one in &all {
        missed.extend(one.missed().await);
    }
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), all.len(), missed.join("\n"));
    // Each spoils a deployment of which nothing is wrong.
    assert_eq!(beside().run(&["check"]).await.code, Some(0));
}

/// Two kinds that stand in production only, where nobody answers in a test and so another thing is wrong as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_only_in_production_is_named() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    let production = || Deskbridge::beside(&app).with("PUBLIC_URL", NOBODY);
    let findings = async |deskbridge: Deskbridge| {
        let ran = deskbridge.run(&["check"]).await;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(!ran.stdout.contains("acme-client-secret"), "{ran:?}");
        ran.stdout.split("WRONG ").skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let literal = findings(production().with("TRUSTED_PROXIES", "10.0.0.0/8")).await;
    assert_eq!(literal.len(), 2, "{literal:?}");
    for part in ["integrations_dir: ", "acme-doors.json: client_secret", "{\"env\": "] {
        assert!(literal[0].contains(part), "{part}: {literal:?}");
    }

    let untold = production().with_variable("ACME_SECRET", "from the environment");
    let mut manifest = sound_manifest();
    manifest["client_secret"] = json!({ "env": "ACME_SECRET" });
    untold.manifest(&manifest);
    let untold = findings(untold).await;
    assert!(untold.len() == 2 && untold[0].starts_with("public_url: "), "{untold:?}");
    for part in ["trusted_proxies: ", "all visitors count as one", "list the addresses of your proxy"] {
        assert!(untold[1].contains(part), "{part}: {untold:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_wrong_is_said_at_once() {
    let _limit = crate::support::limit();
    let two =
        Deskbridge::new().with("LOG_FORMAT", "xml").with("TRUSTED_PROXIES", "proxy.example").run(&["check"]).await;
    assert_eq!((two.code, two.stdout.as_str()), (Some(2), ""));
    assert!(two.stderr.contains("log_format: ") && two.stderr.contains("trusted_proxies: "), "{two:?}");

    let app = TestApp::start(Database::Sqlite).await;
    let nobody = format!("http://{}", ports::nobody());
    let two =
        Deskbridge::beside(&app).with("PUBLIC_URL", &nobody).with("INTEGRATIONS_DIR", "nowhere").run(&["check"]).await;
    assert!(two.code == Some(1) && two.stdout.ends_with("2 things are wrong.\n"), "{two:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_makes_nothing() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    let not_yet =
        Deskbridge::beside(&app).with("DATABASE_URL", "sqlite://deep/deskbridge.db").without("ENCRYPTION_KEYS");
    let ran = not_yet.run(&["check"]).await;
    assert!(ran.code == Some(0) && ran.stdout.contains("is made, with its keys"), "{ran:?}");
    assert!(!not_yet.path("deep").exists());

    let mut manifest = sound_manifest();
    manifest["scopes"] = json!(["officernd.api.read", "officernd.api.write"]);
    let old = Deskbridge::beside(&app);
    old.manifest(&manifest);
    assert_eq!(old.run(&["check"]).await.code, Some(0), "version 1 scopes are enough");
}

async fn the_keys_of_a_database_are_checked(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let beside = || Deskbridge::beside(&app);
    for one in of_the_keys(&beside) {
        assert_eq!(one.missed().await, None);
    }
    let older = beside().with("ENCRYPTION_KEYS", &format!("2:{OTHER_KEY},{}", app.key)).run(&["check"]).await;
    let said = "key 2 seals, and what is stored can be opened; `deskbridge keys rotate` ends the use of older keys";
    assert!(older.code == Some(0) && older.stdout.contains(said), "{older:?}");
}

on_both_databases!(the_keys_of_a_database_are_checked);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_without_the_database_is_named() {
    let _limit = crate::support::limit();
    if !has_postgres() {
        return;
    }
    let app = TestApp::start(Database::Postgres).await;
    let server::config::DatabaseUrl::Postgres(url) = &app.app.config.database else { panic!("PostgreSQL") };
    let mut url: url::Url = url.parse().unwrap();
    url.set_path("/nowhere");
    let deskbridge = Deskbridge::beside(&app).with("DATABASE_URL", url.as_str());
    let one = seeded("no such database", deskbridge, "database_url", "nowhere is not there", "createdb");
    assert_eq!(one.missed().await, None);
}

/// The port that `serve` itself holds is not taken by another program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_runs_is_no_trouble() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    let (listen, operations) = (ports::free().to_string(), ports::free().to_string());
    let deskbridge = Deskbridge::beside(&app).with("LISTEN", &listen).with("OPERATIONS_LISTEN", &operations);
    let serving = deskbridge.serve().await;
    let ran = deskbridge.run(&["check"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    drop(serving);
}

async fn execute(url: &str, statement: &str) {
    use sea_orm::ConnectionTrait as _;
    let db = sea_orm::Database::connect(url).await.unwrap();
    db.execute_unprepared(statement).await.unwrap();
    db.close().await.unwrap();
}
