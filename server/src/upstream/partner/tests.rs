//! The client against real HTTP on a loopback port.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use reqwest::dns::{Addrs, Name, Resolving};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::connection::Location;
use crate::domain::organization::Organization;
use crate::manifest::{Manifest, ReadMode};
use crate::upstream::fake::{Fake, endless, json as answer, raw, with};

const SECRET: &str = "whsec_aG9vay1zZWNyZXQtdGhhdC1ub2JvZHktbWF5LXNlZQ==";
const ENTRY: &str = "client-secret-that-nobody-may-see";
const T: i64 = 1_795_521_600;

/// A partner at that address; `more` replaces keys of the manifest's `partner`.
fn partner(base: &str, more: &Value) -> Partner {
    let mut keys = json!({
        "base_url": {"env": "URL"}, "secret": {"env": "SECRET"}, "allow_private_addresses": true, "timeout_seconds": 1,
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        keys[key] = value.clone();
    }
    let text =
        json!({ "integration": "acme", "name": "Acme", "client_id": "c", "client_secret": "s", "partner": keys });
    let manifest = Manifest::parse("acme.json", &text.to_string(), ReadMode::Shape).expect("a manifest");
    let variable = |name: &str| Some(if name == "URL" { base } else { SECRET }.to_owned());
    manifest.resolve(&variable, false).expect("its variables").1.expect("a partner")
}

fn guarded(base: &str) -> Partner {
    let mut partner = partner(base, &json!({}));
    partner.allow_private_addresses = false;
    partner
}

fn organization() -> Organization {
    Organization {
        id: Uuid::from_u128(0x01),
        officernd_id: "65f0".into(),
        slug: "harbour-and-loom".into(),
        name: "Harbour & Loom".into(),
        region_url: "https://app.officernd.com".into(),
    }
}

fn subject(organization: &Organization) -> Subject<'_> {
    Subject { integration: "acme", connection: Uuid::from_u128(0x0c), organization }
}

fn stamp() -> Stamp {
    Stamp { id: Uuid::from_u128(0xabc), at: T }
}

fn values() -> Map<String, Value> {
    json!({ "client_id": "hl-prod-7", "client_secret": ENTRY }).as_object().expect("an object").clone()
}

fn facts_of(names: &[String]) -> Facts<'_> {
    Facts { names, location: None, draft: None }
}

async fn facts(client: &PartnerSystems, partner: &Partner) -> Result<FactsByName, PartnerError> {
    let names = ["payments_pending".to_owned()];
    client.facts(partner, subject(&organization()), stamp(), &facts_of(&names)).await
}

async fn verify(partner: &Partner) -> Result<Verified, PartnerError> {
    let (organization, values) = (organization(), values());
    let question =
        Verify { step: "credentials", check: "partner.ok", values: &values, locations: Locations::All, oauth: None };
    client().verify(partner, subject(&organization), stamp(), &question).await
}

fn client() -> PartnerSystems {
    PartnerSystems::new().expect("a client")
}

/// Nothing that was sent or received may be found in what is logged about it.
fn assert_silent(error: &PartnerError) {
    let shown = format!("{error} {error:?}");
    for secret in [ENTRY, "hl-prod-7", "aG9vay1zZWNyZXQ", "leaked-by-partner", "http://", "https://", "v1,"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(!shown.contains('\n'), "{shown}");
}

#[tokio::test]
async fn a_hook_is_one_signed_post() {
    let fake = Fake::start(|_| answer(200, r#"{"ok":true}"#)).await;
    let partner = partner(&format!("{}/hooks/", fake.base), &json!({}));
    assert!(verify(&partner).await.is_ok());
    let seen = fake.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/hooks/verify"));
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.header("webhook-id"), "msg_00000000000000000000000000000abc");
    assert_eq!(seen.header("webhook-timestamp"), T.to_string());
    let key = HookKey::parse(&SecretString::from(SECRET)).expect("a secret");
    let (id, signature) = (seen.header("webhook-id"), seen.header("webhook-signature"));
    assert!(key.verify(id, &T.to_string(), signature, seen.body.as_bytes(), T));
    assert_eq!(
        serde_json::from_str::<Value>(&seen.body).expect("JSON"),
        json!({
            "integration": "acme",
            "connection": "con_0000000000000000000000000000000c",
            "organization": {
                "id": "org_00000000000000000000000000000001",
                "slug": "harbour-and-loom",
                "name": "Harbour & Loom",
                "officernd_id": "65f0",
            },
            "step": "credentials",
            "check": "partner.ok",
            "values": { "client_id": "hl-prod-7", "client_secret": ENTRY },
            "locations": "all",
        })
    );
}

#[tokio::test]
async fn each_hook_sends_what_the_contract_says() {
    let fake = Fake::start(|seen| match seen.path() {
        "/options" => answer(200, r#"{"items":[],"next":null}"#),
        "/actions" => answer(200, r#"{"ok":true,"message":"done"}"#),
        "/facts" => answer(200, r#"{"facts":{}}"#),
        _ => answer(200, r#"{"ok":true}"#),
    })
    .await;
    let (partner, organization, client) = (partner(&fake.base, &json!({})), organization(), client());
    let (about, ids) = (subject(&organization), ["g-1".to_owned()]);
    let depends_on = json!({ "site": "site-nl" }).as_object().expect("an object").clone();
    let options = Options {
        source: "partner.groups",
        location: Some("l1"),
        depends_on: &depends_on,
        search: Some("front"),
        cursor: None,
        ids: &ids,
    };
    client.options(&partner, about, stamp(), &options).await.expect("options");
    let action = Action { action: "partner.bundle", location: None, member: Some("m1") };
    client.action(&partner, about, stamp(), &action).await.expect("an action");
    let draft = json!({ "organization": {} });
    let names = ["payments_pending".to_owned()];
    let question = Facts { names: &names, location: Some("l1"), draft: Some(&draft) };
    client.facts(&partner, about, stamp(), &question).await.expect("facts");
    let location =
        Location { id: "l1".into(), name: Some("Katendrecht".into()), time_zone: None, currency: Some("EUR".into()) };
    let (values, oauth, list) = (values(), json!({ "access_token": "t" }), [location]);
    let question = Verify {
        step: "site",
        check: "partner.oauth",
        values: &values,
        locations: Locations::These(&list),
        oauth: Some(&oauth),
    };
    client.verify(&partner, about, stamp(), &question).await.expect("verify");
    let sync = Sync {
        reason: "officernd",
        enabled: true,
        locations: Locations::These(&list),
        since: None,
        run: Some("run_1".into()),
        at: "2026-11-24T12:00:00.000Z".into(),
    };
    client.deliver(&partner, Hook::Sync, stamp(), body(about, &sync)).await.expect("sync");
    let ended = Disconnected {
        cause: "admin",
        keep_data_until: "2026-12-24T12:00:00Z".into(),
        at: "2026-11-24T12:00:00Z".into(),
    };
    client.deliver(&partner, Hook::Disconnected, stamp(), body(about, &ended)).await.expect("disconnected");

    let added: Vec<(String, Value)> = fake
        .seen()
        .into_iter()
        .map(|seen| {
            let mut body: Value = serde_json::from_str(&seen.body).expect("JSON");
            for common in ["integration", "connection", "organization"] {
                assert!(body.as_object_mut().expect("an object").remove(common).is_some(), "{common}");
            }
            (seen.path().to_owned(), body)
        })
        .collect();
    let here = json!([{ "id": "l1", "name": "Katendrecht", "time_zone": null, "currency": "EUR" }]);
    let expected = [
        (
            "/options",
            json!({ "source": "partner.groups", "location": "l1", "depends_on": { "site": "site-nl" }, "search": "front",
                "cursor": null, "ids": ["g-1"] }),
        ),
        ("/actions", json!({ "action": "partner.bundle", "location": null, "member": "m1" })),
        ("/facts", json!({ "names": ["payments_pending"], "location": "l1", "draft": { "organization": {} } })),
        (
            "/verify",
            json!({ "step": "site", "check": "partner.oauth", "values": values, "locations": here,
                "oauth": { "access_token": "t" } }),
        ),
        (
            "/sync",
            json!({ "reason": "officernd", "enabled": true, "locations": here, "since": null, "run": "run_1",
                "at": "2026-11-24T12:00:00.000Z" }),
        ),
        (
            "/disconnected",
            json!({ "cause": "admin", "keep_data_until": "2026-12-24T12:00:00Z", "at": "2026-11-24T12:00:00Z" }),
        ),
    ];
    assert_eq!(added, expected.map(|(path, body)| (path.to_owned(), body)));
}

#[tokio::test]
async fn right_answers_are_read() {
    let accepted = r#"{"ok":true,"account":{"id":"a1","name":"Harbour"},"values":{"site":"s1"},"more":1}"#;
    let fake = Fake::start(move |_| answer(200, accepted)).await;
    let Ok(Verified::Accepted { account, values }) = verify(&partner(&fake.base, &json!({}))).await else {
        panic!("accepted")
    };
    assert_eq!(account, Some(Account { id: "a1".into(), name: "Harbour".into() }));
    assert_eq!(Value::from(values), json!({ "site": "s1" }));

    let refused =
        r#"{"ok":false,"errors":[{"field":"client_secret","message":"Wrong\u0007."},{"field":null,"message":"No."}]}"#;
    let fake = Fake::start(move |_| answer(201, refused)).await;
    let Ok(Verified::Refused { errors }) = verify(&partner(&fake.base, &json!({}))).await else { panic!("refused") };
    let mistake =
        |field: Option<&str>, message: &str| Mistake { field: field.map(Into::into), message: message.into() };
    assert_eq!(errors, [mistake(Some("client_secret"), "Wrong."), mistake(None, "No.")]);

    let fake = Fake::start(|_| answer(200, r#"{"facts":{"payments_pending":7,"first_post":true}}"#)).await;
    let known = facts(&client(), &partner(&fake.base, &json!({}))).await.expect("facts");
    assert_eq!(known["payments_pending"], Fact::Count(7));
    assert_eq!(known["first_post"], Fact::Flag(true));
}

/// Everything that is no answer is the partner's trouble, told without a word of it.
#[tokio::test]
async fn what_is_no_answer_is_the_partners_trouble() {
    for (status, headers, body, trouble, told) in [
        (500, vec![], "leaked-by-partner", Trouble::Status, Told::NoAnswer),
        (503, vec![("retry-after", "7")], "{}", Trouble::Status, Told::NoAnswer),
        (429, vec![], "", Trouble::Status, Told::NoAnswer),
        (404, vec![], r#"{"ok":true}"#, Trouble::Status, Told::BadAnswer),
        (401, vec![], "", Trouble::Status, Told::BadAnswer),
        (302, vec![("location", "https://leaked-by-partner/")], "", Trouble::Redirect, Told::BadAnswer),
        (308, vec![("location", "/verify")], "", Trouble::Redirect, Told::BadAnswer),
        (200, vec![("content-type", "text/html")], "<p>leaked-by-partner</p>", Trouble::NotJson, Told::BadAnswer),
        (200, vec![], "", Trouble::NotJson, Told::BadAnswer),
        (204, vec![], "", Trouble::NotJson, Told::BadAnswer),
        (200, vec![], r#"{"ok":tru"#, Trouble::NotJson, Told::BadAnswer),
        (200, vec![], "[]", Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], "null", Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], "{}", Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], r#"{"ok":"leaked-by-partner"}"#, Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], r#"{"ok":true,"account":"a"}"#, Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], r#"{"ok":true,"account":{"id":"","name":"a"}}"#, Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], r#"{"ok":true,"values":[1]}"#, Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], r#"{"ok":false}"#, Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], r#"{"ok":false,"errors":[]}"#, Trouble::WrongShape, Told::BadAnswer),
        (200, vec![], r#"{"ok":false,"errors":[{"field":1,"message":"m"}]}"#, Trouble::WrongShape, Told::BadAnswer),
    ] {
        let fake = Fake::start(move |_| with(status, &headers, body)).await;
        let Err(error) = verify(&partner(&fake.base, &json!({}))).await else { panic!("{status} {body}") };
        assert_eq!((error.trouble(), error.told()), (trouble, told), "{status} {body}: {error}");
        assert_eq!(error.http_status(), Some(status));
        assert_silent(&error);
        assert_eq!(fake.seen().len(), 1, "tried once, followed nowhere: {status} {body}");
    }
}

#[test]
fn wrong_shapes_of_the_other_hooks_are_refused() {
    fn read<A: Answer>(text: &str) -> Result<A, &'static str> {
        let raw = serde_json::from_str::<A::Raw>(text).map_err(|_| "types")?;
        A::read(raw).map_err(|WrongShape(what)| what)
    }
    for page in [
        "{}",
        r#"{"items":null}"#,
        r#"{"items":[{"id":1,"name":"a"}]}"#,
        r#"{"items":[{"id":"1"}]}"#,
        r#"{"items":[{"id":" ","name":"a"}]}"#,
        r#"{"items":[],"next":7}"#,
    ] {
        assert!(read::<OptionPage>(page).is_err(), "{page}");
    }
    let long = format!(r#"{{"items":[{{"id":"{}","name":"a"}}]}}"#, "x".repeat(501));
    assert!(read::<OptionPage>(&long).is_err());
    let page = read::<OptionPage>(
        r#"{"items":[{"id":"1","name":"a","description":"d","disabled":"why","parent":"p"}],"next":""}"#,
    );
    let item = OptionItem {
        id: "1".into(),
        name: "a".into(),
        description: Some("d".into()),
        disabled: Some("why".into()),
        parent: Some("p".into()),
    };
    assert_eq!(page, Ok(OptionPage { items: vec![item], next: None }));

    for outcome in [
        "{}",
        r#"{"ok":true}"#,
        r#"{"ok":true,"message":" "}"#,
        r#"{"ok":false}"#,
        r#"{"ok":true,"download":{"file_name":"a.zip","media_type":"application/zip"}}"#,
        r#"{"ok":true,"download":{"file_name":"../a.zip","media_type":"application/zip","base64":""}}"#,
        r#"{"ok":true,"download":{"file_name":"a\"b","media_type":"application/zip","base64":""}}"#,
        r#"{"ok":true,"download":{"file_name":".bashrc","media_type":"application/zip","base64":""}}"#,
        r#"{"ok":true,"download":{"file_name":"a.zip","media_type":"text/html; x","base64":""}}"#,
        r#"{"ok":true,"download":{"file_name":"a.zip","media_type":"application/zip","base64":"%"}}"#,
    ] {
        assert!(read::<ActionOutcome>(outcome).is_err(), "{outcome}");
    }
    let download = read::<ActionOutcome>(
        r#"{"ok":true,"download":{"file_name":"a b.zip","media_type":"application/zip","base64":"AAE="}}"#,
    );
    let expected = ActionOutcome::Download {
        file_name: "a b.zip".into(),
        media_type: "application/zip".into(),
        bytes: vec![0, 1],
    };
    assert!(download == Ok(expected));

    for facts in ["{}", r#"{"facts":[]}"#, r#"{"facts":{"a":-1}}"#, r#"{"facts":{"a":"7"}}"#, r#"{"facts":{"a":1.5}}"#]
    {
        assert!(read::<FactsByName>(facts).is_err(), "{facts}");
    }
}

/// What partners copy from the guide must be readable.
#[test]
fn every_answer_in_the_guide_is_read() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/HOOKS.md")).expect("the guide");
    let mut seen = Vec::new();
    for hook in [Hook::Verify, Hook::Options, Hook::Actions, Hook::Facts] {
        let section = text.split(&format!("\n## {}\n", hook.as_str())).nth(1).expect("a section for each hook");
        let section = section.split("\n## ").next().expect("a section");
        for example in section.split("```json\n").skip(1) {
            let example = example.split("```").next().expect("an end");
            let json: Value = serde_json::from_str(example).expect(example);
            let read = match hook {
                Hook::Verify => serde_json::from_value(json).map(|raw| Verified::read(raw).is_ok()),
                Hook::Options => serde_json::from_value(json).map(|raw| OptionPage::read(raw).is_ok()),
                Hook::Actions => serde_json::from_value(json).map(|raw| ActionOutcome::read(raw).is_ok()),
                _ => serde_json::from_value(json).map(|raw| FactsByName::read(raw).is_ok()),
            };
            assert!(read.expect(example), "{example}");
            seen.push(hook.as_str());
        }
    }
    assert_eq!(seen, ["verify", "verify", "options", "actions", "actions", "actions", "facts"]);
}

#[tokio::test]
async fn answers_are_read_up_to_their_limit() {
    for (length, fits) in [(MOST_BYTES, true), (MOST_BYTES + 1, false)] {
        let body = format!(r#"{{"facts":{{}},"pad":"{}"}}"#, "x".repeat(length - 21));
        assert_eq!(body.len(), length);
        let fake = Fake::start(move |_| answer(200, &body)).await;
        let read = facts(&client(), &partner(&fake.base, &json!({}))).await;
        assert_eq!(read.is_ok(), fits, "{length}");
        if let Err(error) = read {
            assert_eq!((error.trouble(), error.told()), (Trouble::TooLarge, Told::BadAnswer));
        }
    }
    // Without a length in the head the limit must hold while reading.
    let partner = partner(&endless().await, &json!({ "timeout_seconds": 60 }));
    assert_eq!(facts(&client(), &partner).await.expect_err("no end").trouble(), Trouble::TooLarge);
    // For a delivery the status is the answer; nobody waits for the end of the rest.
    client().deliver(&partner, Hook::Sync, stamp(), b"{}".to_vec()).await.expect("2xx");
}

#[tokio::test]
async fn silence_and_refused_connections_are_no_answer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let started = tokio::time::Instant::now();
    let error = facts(&client(), &partner(&base, &json!({}))).await.expect_err("nobody answers");
    assert_eq!((error.trouble(), error.told(), error.http_status()), (Trouble::TooSlow, Told::NoAnswer, None));
    assert!(started.elapsed() < Duration::from_secs(5), "the manifest says 1 s: {:?}", started.elapsed());

    drop(listener);
    let error = facts(&client(), &partner(&base, &json!({}))).await.expect_err("nobody listens");
    assert_eq!((error.trouble(), error.told()), (Trouble::Unreachable, Told::NoAnswer));
    assert_silent(&error);

    for cut in ["", "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"ok\"", "leaked-by-partner\r\n\r\n"] {
        let error = facts(&client(), &partner(&raw(cut).await, &json!({}))).await.expect_err("cut off");
        assert_eq!((error.trouble(), error.told()), (Trouble::Lost, Told::NoAnswer), "{cut:?}");
        assert_silent(&error);
    }
}

#[tokio::test]
async fn a_hook_that_is_not_listed_is_not_called() {
    let fake = Fake::start(|_| answer(200, r#"{"facts":{}}"#)).await;
    let partner = partner(&fake.base, &json!({ "hooks": ["verify"] }));
    assert_eq!(facts(&client(), &partner).await.expect_err("not listed").trouble(), Trouble::NotAnswered);
    assert!(fake.seen().is_empty());
}

/// Names of an invented internet.
struct Names {
    known: HashMap<&'static str, Vec<IpAddr>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn new(known: &[(&'static str, &[&str])]) -> Arc<Self> {
        let parse = |list: &[&str]| list.iter().map(|text| text.parse().expect("an address")).collect();
        let known = known.iter().map(|(name, list)| (*name, parse(list))).collect();
        Arc::new(Self { known, asked: Mutex::default() })
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        self.asked.lock().expect("no test panicked").push(name.as_str().to_owned());
        let found = self.known.get(name.as_str()).cloned().unwrap_or_default();
        let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
        Box::pin(std::future::ready(Ok(Box::new(found) as Addrs)))
    }
}

/// A port at which nobody may ever knock.
async fn forbidden() -> (tokio::net::TcpListener, u16) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

async fn nobody_knocked(listener: &tokio::net::TcpListener) {
    let knock = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(knock.is_err(), "a connection was made");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused() {
    let (listener, port) = forbidden().await;
    let names = Names::new(&[
        ("loop.example", &["127.0.0.1"]),
        ("both.example", &["127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1", "169.254.169.254"]),
        ("localhost", &["127.0.0.1", "::1"]),
        ("metadata.internal", &["fd00:ec2::254"]),
        ("nowhere.example", &[]),
    ]);
    let client = PartnerSystems::with_names(names.clone()).expect("a client");
    for name in ["loop.example", "both.example", "localhost", "metadata.internal", "nowhere.example"] {
        let error = facts(&client, &guarded(&format!("https://{name}:{port}/"))).await.expect_err("refused");
        assert_eq!((error.trouble(), error.told()), (Trouble::Forbidden, Told::BadAnswer), "{name}: {error}");
        assert_silent(&error);
    }
    assert_eq!(names.asked.lock().expect("no test panicked").len(), 5, "each was judged by what it resolves to");
    nobody_knocked(&listener).await;
}

#[tokio::test]
async fn literal_addresses_and_plain_http_are_refused() {
    let (listener, port) = forbidden().await;
    for base in [
        format!("https://127.0.0.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0x7f.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://loop.example:{port}/"),
    ] {
        let names = Names::new(&[("loop.example", &["127.0.0.1"])]);
        let client = PartnerSystems::with_names(names.clone()).expect("a client");
        let error = facts(&client, &guarded(&base)).await.expect_err("refused");
        assert_eq!(error.trouble(), Trouble::Forbidden, "{base}: {error}");
        assert!(names.asked.lock().expect("no test panicked").is_empty(), "{base}");
    }
    nobody_knocked(&listener).await;
}

/// Of several addresses only public ones are left, so that none of the others is tried after them.
#[tokio::test]
async fn private_addresses_among_public_ones_are_left_out() {
    let names = Names::new(&[("mixed.example", &["10.0.0.1", "203.0.114.7", "::1", "2606:4700::1111"])]);
    let guard = Guard { names };
    let found = guard.resolve("mixed.example".parse().expect("a name")).await.expect("addresses");
    let found: Vec<String> = found.map(|address| address.ip().to_string()).collect();
    assert_eq!(found, ["203.0.114.7", "2606:4700::1111"]);
}

#[tokio::test]
async fn the_manifest_can_allow_private_addresses() {
    let fake = Fake::start(|_| answer(200, r#"{"facts":{}}"#)).await;
    let port = fake.base.rsplit(':').next().expect("a port").to_owned();
    let names = Names::new(&[("loop.example", &["127.0.0.1"])]);
    let client = PartnerSystems::with_names(names).expect("a client");
    for base in [fake.base.clone(), format!("http://loop.example:{port}/hooks")] {
        facts(&client, &partner(&base, &json!({}))).await.unwrap_or_else(|error| panic!("{base}: {error}"));
    }
    assert_eq!(fake.seen().len(), 2);
}

/// The operating system's names work at all: everything above replaces them.
#[tokio::test]
async fn names_of_the_system_are_resolved() {
    let found = SystemNames.resolve("localhost".parse().expect("a name")).await.expect("addresses");
    assert!(found.into_iter().all(|address| address.ip().is_loopback()));
}

fn told<'a>(organization: &'a Organization) -> Envelope<'a> {
    let timestamp = "2026-11-24T12:00:00.000Z";
    Envelope { id: Uuid::from_u128(0xe1), kind: "sync.switched", timestamp, subject: subject(organization) }
}

#[test]
fn an_event_says_what_and_about_whom() {
    let organization = organization();
    let more = SyncSwitched { reason: "officernd", enabled: false };
    let body = event_body(told(&organization), &Content::More(&more));
    let about = json!({
        "integration": "acme",
        "connection": "con_0000000000000000000000000000000c",
        "organization": {
            "id": "org_00000000000000000000000000000001",
            "slug": "harbour-and-loom",
            "name": "Harbour & Loom",
            "officernd_id": "65f0",
        },
    });
    let mut expected = json!({
        "type": "sync.switched",
        "id": "evt_000000000000000000000000000000e1",
        "timestamp": "2026-11-24T12:00:00.000Z",
        "data": about,
    });
    let event = r#"{ "eventType" : "a.b", "n": 1.00000000000000000001, "n": 2, "s": "\u0041}}" }"#;
    let passed_on = event_body::<()>(told(&organization), &Content::Verbatim(event));
    assert!(passed_on.ends_with(&format!(r#","event":{event}}}}}"#)), "{passed_on}");
    let read: Value = serde_json::from_str(&passed_on).expect("JSON");
    assert_eq!(read["data"]["event"]["s"], "A}}");
    assert_eq!(read["data"]["organization"], expected["data"]["organization"]);
    expected["data"]["reason"] = "officernd".into();
    expected["data"]["enabled"] = false.into();
    assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON"), expected);
}

#[tokio::test]
async fn an_event_is_one_post_that_every_key_signed() {
    let fake = Fake::start(|_| answer(204, "")).await;
    let other = "whsec_YW5vdGhlci1zZWNyZXQ=";
    let keys = [SECRET, other].map(|secret| HookKey::parse(&SecretString::from(secret)).expect("a secret"));
    let url = Url::parse(&format!("{}/events?a=1", fake.base)).expect("an address");
    let body = r#"{"type":"sync.switched"}"#;
    client().tell(url, true, &keys, Uuid::from_u128(0xe1), T, body.to_owned()).await.expect("it arrives");
    let seen = fake.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str(), seen.body.as_str()), ("POST", "/events?a=1", body));
    assert_eq!(seen.header("webhook-id"), "evt_000000000000000000000000000000e1");
    let signatures = seen.header("webhook-signature");
    assert_eq!(signatures.split(' ').count(), 2);
    for key in &keys {
        assert!(key.verify(seen.header("webhook-id"), &T.to_string(), signatures, seen.body.as_bytes(), T));
    }
}

#[tokio::test]
async fn an_address_is_judged_before_it_is_saved() {
    let names = Names::new(&[
        ("public.example", &["203.0.114.7"]),
        ("mixed.example", &["10.0.0.1", "2606:4700::1111"]),
        ("loop.example", &["127.0.0.1", "::ffff:8.8.8.8"]),
        ("nowhere.example", &[]),
    ]);
    let client = PartnerSystems::with_names(names).expect("a client");
    let judged = async |url: &str, open: bool| client.may_receive(&Url::parse(url).expect("an address"), open).await;
    for fine in ["https://public.example/a", "https://mixed.example/", "https://8.8.8.8/"] {
        assert_eq!(judged(fine, false).await, Ok(()), "{fine}");
    }
    for (url, why) in [
        ("http://public.example/", AddressRefused::NotHttps),
        ("https://loop.example/", AddressRefused::NotPublic),
        ("https://0251.0376.0251.0376/", AddressRefused::NotPublic),
        ("https://[64:ff9b::7f00:1]/", AddressRefused::NotPublic),
        ("https://nowhere.example/", AddressRefused::UnknownName),
    ] {
        assert_eq!(judged(url, false).await, Err(why), "{url}");
    }
    assert_eq!(judged("http://127.0.0.1:4100/", true).await, Ok(()));
    assert_eq!(judged("ftp://127.0.0.1/", true).await, Err(AddressRefused::NotHttps));
}

/// Public when it was saved, and leading inside when something is sent.
#[tokio::test]
async fn a_name_that_turns_inside_is_refused_when_it_is_told() {
    struct Turning(Mutex<Vec<&'static str>>);

    impl Resolve for Turning {
        fn resolve(&self, _: Name) -> Resolving {
            let address = self.0.lock().expect("no test panicked").pop().expect("asked twice");
            Box::pin(async move {
                let address = SocketAddr::new(address.parse().expect("an address"), 0);
                Ok(Box::new(std::iter::once(address)) as Addrs)
            })
        }
    }

    let (listener, port) = forbidden().await;
    let names = Arc::new(Turning(Mutex::new(vec!["127.0.0.1", "203.0.114.7"])));
    let client = PartnerSystems::with_names(names).expect("a client");
    let url = Url::parse(&format!("https://turning.example:{port}/events")).expect("an address");
    assert_eq!(client.may_receive(&url, false).await, Ok(()));
    let keys = [HookKey::parse(&SecretString::from(SECRET)).expect("a secret")];
    let told = client.tell(url, false, &keys, Uuid::from_u128(1), T, "{}".to_owned()).await;
    let error = told.expect_err("refused");
    assert_eq!(error.to_string(), "event: forbidden_address: the address is private, local or reserved");
    assert_silent(&error);
    nobody_knocked(&listener).await;
}
