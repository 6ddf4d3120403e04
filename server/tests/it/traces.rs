//! What a collector is told of requests, refreshes, deliveries and jobs: enough to see what happened, and nothing that
//! a log must not hold.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::json;
use server::clock::HOUR;
use server::jobs::deliver_outbox;
use tokio::time::Instant;

use crate::support::collector::{Seen, TestCollector};
use crate::support::partner::TestPartner;
use crate::support::{Answer, Database, Installed, TestApp, answer, on_both_databases, ports};

const DOORS: &str = "portunus-access";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
/// As the specification numbers them.
const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const PRODUCER: i32 = 4;

async fn start(database: Database, url: &str, ratio: &str) -> (TestPartner, TestApp) {
    let partner = TestPartner::start().await;
    let key = "x-api-key=key-of-the-collector-7c1d";
    let keys = [
        ("TELEMETRY__OTLP_ENDPOINT", url),
        ("TELEMETRY__OTLP_HEADERS", key),
        ("TELEMETRY__SERVICE_NAME", "desk-of-tests"),
        ("TELEMETRY__SAMPLE_RATIO", ratio),
    ];
    let app = TestApp::start_beside(database, &keys, partner.manifests()).await;
    app.watch.know(|secrets| secrets.add("collector's key", "key-of-the-collector-7c1d"));
    (partner, app)
}

/// Everything that has ended is with the collector.
async fn flush(app: &TestApp) {
    app.app.traces.end(Instant::now() + Duration::from_secs(60)).await;
}

/// The partner system asks for a token within a trace of its own.
async fn ask(app: &TestApp, id: &str, flags: &str) -> Answer {
    let key = app.api_key(&[DOORS], &["tokens:read"]).await;
    let request = app.request("POST", &format!("/api/v1/connections/{id}/token")).json(&json!({}));
    let request = request.bearer_auth(key.expose_secret());
    let request = request.header("traceparent", format!("00-{TRACE}-{CALLER}-{flags}"));
    let answer = answer(request.header("tracestate", "vendor=somebody@partner.example")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// A connection whose steps are taken as done.
async fn connected(app: &TestApp) -> (Installed, String) {
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    app.execute("UPDATE connections SET state = 'connected'").await;
    app.app.directory.forget_all();
    let id = app.connection_id(&installed).await;
    (installed, id)
}

fn only(mut spans: Vec<Seen>) -> Seen {
    assert_eq!(spans.len(), 1, "{spans:#?}");
    spans.remove(0)
}

fn attribute<'a>(span: &'a Seen, key: &str) -> &'a str {
    span.attributes.get(key).unwrap_or_else(|| panic!("{key}: {span:#?}"))
}

async fn what_happens_is_traced_and_no_secret_is(database: Database) {
    let collector = TestCollector::start().await;
    let (partner, app) = start(database, &collector.url, "1").await;
    let (installed, id) = connected(&app).await;
    app.clock.advance(HOUR);
    ask(&app, &id, "01").await;
    let synced = app.call(&installed, "sync", &json!({ "parameters": {} })).await;
    assert_eq!(synced.status, 200, "{}", synced.text);
    deliver_outbox(&app.app).await.unwrap();
    assert_eq!(app.browser().get("/no/such/page/as-this-one").await.status, 404);
    flush(&app).await;

    let spans = collector.spans();
    let asked = only(collector.named("POST /api/v1/connections/{connection}/token"));
    assert_eq!((asked.trace.as_str(), asked.parent.as_str(), asked.kind), (TRACE, CALLER, SERVER));
    assert_eq!(attribute(&asked, "http.route"), "/api/v1/connections/{connection}/token");
    assert_eq!(attribute(&asked, "http.request.method"), "POST");
    assert_eq!(attribute(&asked, "http.response.status_code"), "200");
    let connect = only(collector.named("GET /i/{integration}/connect"));
    assert!(connect.parent.is_empty() && connect.trace != TRACE, "{connect:#?}");
    assert!(spans.iter().any(|span| span.name == "GET" && !span.attributes.contains_key("http.route")), "{spans:#?}");

    let refreshed = only(collector.named("refresh token"));
    assert_eq!((refreshed.kind, refreshed.failed), (CLIENT, false));
    assert_eq!(attribute(&refreshed, "deskbridge.connection"), id);
    assert_eq!(attribute(&refreshed, "deskbridge.integration"), DOORS);

    let delivered = only(collector.named("deliver hook"));
    assert_eq!((delivered.kind, attribute(&delivered, "messaging.destination.name")), (PRODUCER, DOORS));
    let told = only(collector.named("POST sync"));
    assert_eq!((&told.trace, &told.parent, told.kind), (&delivered.trace, &delivered.id, CLIENT));
    assert_eq!(attribute(&told, "server.address"), "127.0.0.1");
    assert_eq!(attribute(&told, "http.response.status_code"), "202");
    // The partner system can go on with the trace.
    let received = partner.calls("sync");
    assert_eq!(received[0].traceparent, Some(format!("00-{}-{}-01", told.trace, told.id)));
    assert_eq!(attribute(&delivered, "messaging.message.id"), received[0].id);

    assert_eq!(collector.services(), ["desk-of-tests"]);
    for headers in collector.headers() {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert_eq!(headers["x-api-key"], "key-of-the-collector-7c1d");
    }
    let raw = collector.raw();
    let text = String::from_utf8_lossy(&raw);
    for personal in ["harbour", "Harbour", "somebody@partner.example", "/no/such/page"] {
        assert!(!text.contains(personal), "{personal}: {spans:#?}");
    }
    let queries = |span: &Seen| span.name.contains('?') || span.attributes.values().any(|value| value.contains('?'));
    assert!(!spans.iter().any(queries), "{spans:#?}");
    // All secrets of this test are looked for at its end.
    app.watch.look_through("the traces", raw);
}

async fn a_trace_that_is_not_kept_is_not_told(database: Database) {
    let collector = TestCollector::start().await;
    let (partner, app) = start(database, &collector.url, "0").await;
    let (installed, id) = connected(&app).await;
    ask(&app, &id, "00").await;
    let synced = app.call(&installed, "sync", &json!({ "parameters": {} })).await;
    assert_eq!(synced.status, 200, "{}", synced.text);
    deliver_outbox(&app.app).await.unwrap();
    assert_eq!(partner.calls("sync")[0].traceparent, None);
    // Nobody without a key has a say in it, as good as it looks.
    let path = format!("/api/v1/connections/{id}/token");
    for unknown in [None, Some("dbk_nobody-ever-made-this-one")] {
        let request = app.request("POST", &path).json(&json!({}));
        let request = request.header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
        let request = match unknown {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        assert_eq!(answer(request).await.status, 401, "{unknown:?}");
    }
    // The caller's own is kept whatever the ratio.
    ask(&app, &id, "01").await;
    flush(&app).await;
    assert_eq!(only(collector.spans()).parent, CALLER);
}

/// Each call fails for good, so that the next one is made at once. No other test's collector answers like that.
async fn a_collector_that_refuses_is_said_once() {
    let collector = TestCollector::start().await;
    collector.refuse(Some(418));
    let (_partner, app) = start(Database::Sqlite, &collector.url, "1").await;
    for count in 1..=2 {
        assert_eq!(app.browser().get("/healthz").await.status, 200);
        collector.called(count).await;
    }
    collector.refuse(None);
    assert_eq!(app.browser().get("/healthz").await.status, 200);
    flush(&app).await;
    assert_eq!(collector.named("GET /healthz").len(), 1);
    let log = String::from_utf8(app.watch.log()).unwrap();
    let said = |what: &[&str]| log.lines().filter(|line| what.iter().all(|part| line.contains(part))).count();
    assert_eq!(said(&["the collector does not take traces", "status 418"]), 1, "{log}");
    assert!(said(&["the collector takes traces again"]) >= 1, "{log}");
}

/// Only some answers allow the same to be sent again, and 500 is none of them.
async fn what_is_refused_is_not_sent_again() {
    let collector = TestCollector::start().await;
    collector.refuse(Some(500));
    let (_partner, app) = start(Database::Sqlite, &collector.url, "1").await;
    assert_eq!(app.browser().get("/healthz").await.status, 200);
    collector.called(1).await;
    collector.refuse(None);
    assert_eq!(app.browser().get("/healthz").await.status, 200);
    flush(&app).await;
    assert_eq!(collector.named("GET /healthz").len(), 1, "the one that was not refused");
}

async fn a_collector_that_is_away_holds_up_nobody() {
    let url = format!("http://{}", ports::nobody());
    let (_partner, app) = start(Database::Sqlite, &url, "1").await;
    let (_, id) = connected(&app).await;
    ask(&app, &id, "01").await;
    flush(&app).await;
    // A second end, and work after it, do nothing.
    flush(&app).await;
    ask(&app, &id, "01").await;
}

#[test]
fn trouble_with_a_collector() {
    crate::support::run(async {
        a_collector_that_refuses_is_said_once().await;
        what_is_refused_is_not_sent_again().await;
        a_collector_that_is_away_holds_up_nobody().await;
    });
}

on_both_databases!(what_happens_is_traced_and_no_secret_is, a_trace_that_is_not_kept_is_not_told);
