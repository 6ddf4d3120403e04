//! OfficeRnD's API through us: what passes, what does not, and that nothing reaches another place.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use server::clock::{HOUR, MINUTE, SECOND};
use server::storage::call_counts;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{call, is_problem};
use crate::support::{Answer, Database, Installed, TestApp, on_both_databases, wire};

/// What arrived at OfficeRnD's side.
#[derive(Debug, Clone)]
struct Arrived {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// A region that answers as it is told and keeps what it got.
#[derive(Clone, Default)]
struct Region {
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<Vec<Response>>>,
}

impl Region {
    /// The organization of this connection lives there from now on.
    async fn of(app: &TestApp) -> Self {
        let region = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = Router::new().fallback(Self::answer).with_state(region.clone());
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        app.execute(&format!("UPDATE organizations SET region_url = 'http://{address}'")).await;
        region
    }

    async fn answer(State(region): State<Self>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
        region.arrived.lock().unwrap().push(Arrived { method, uri, headers, body });
        let mut answers = region.answers.lock().unwrap();
        if answers.is_empty() { json!([]).to_string().into_response() } else { answers.remove(0) }
    }

    fn will(&self, answer: impl axum::response::IntoResponse) {
        self.answers.lock().unwrap().push(answer.into_response());
    }

    fn arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.arrived.lock().unwrap())
    }
}

struct Scene {
    app: TestApp,
    installed: Installed,
    region: Region,
    key: SecretString,
    path: String,
}

impl Scene {
    async fn set(database: Database) -> Self {
        let app = TestApp::start(database).await;
        let installed = app.connected("studio-17", "tally-desk", &[]).await;
        let path = format!("/api/v1/connections/{}/officernd", app.connection_id(&installed).await);
        let region = Region::of(&app).await;
        let key = app.api_key(&["tally-desk"], &["proxy", "tokens:read"]).await;
        Self { app, installed, region, key, path }
    }

    async fn get(&self, rest: &str) -> Answer {
        self.app.api(&self.key).get(&format!("{}{rest}", self.path)).await
    }

    /// As it stands, without a library that tidies the path up first.
    async fn raw(&self, target: &str) -> Answer {
        let key = self.key.expose_secret();
        let head =
            format!("GET {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n");
        wire(&self.app.url, head.as_bytes()).await.expect("an answer")
    }

    async fn token(&self) -> String {
        self.app.access_token(&self.installed).await
    }
}

async fn a_call_arrives_as_it_was_made_with_the_connections_token(database: Database) {
    let scene = Scene::set(database).await;
    scene.region.will((
        StatusCode::CREATED,
        [
            ("content-type", "application/vnd.example+json"),
            ("rnd-cursor-next", "abc"),
            ("set-cookie", "officernd=1"),
            ("www-authenticate", "Bearer"),
            ("connection", "x-of-the-hop"),
            ("x-of-the-hop", "1"),
        ],
        "{\"_id\":\"1\"}",
    ));
    let answer = scene
        .app
        .request("POST", &format!("{}/v1/members/M%C3%BCller%20%26%20Co?$limit=2&q=a%2Fb&q=+", scene.path))
        .bearer_auth(scene.key.expose_secret())
        .header("content-type", "application/json; charset=utf-8")
        .header("x-of-the-partner", "kept")
        .header("cookie", "partner=1")
        .header("x-forwarded-for", "10.0.0.1")
        .header("proxy-authorization", "Basic cGFydG5lcg==")
        .body(" {\"name\": \"Zoë\"} ")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    let headers = answer.headers().clone();
    assert_eq!(headers["content-type"], "application/vnd.example+json");
    assert_eq!(
        (&headers["rnd-cursor-next"], &headers["deskbridge-answer-of"]),
        (&"abc".parse().unwrap(), &"officernd".parse().unwrap())
    );
    for name in ["set-cookie", "www-authenticate", "x-of-the-hop"] {
        assert!(!headers.contains_key(name), "{name}");
    }
    assert_eq!(answer.text().await.unwrap(), "{\"_id\":\"1\"}");

    let arrived = scene.region.arrived();
    let [call] = arrived.as_slice() else { panic!("{} calls", arrived.len()) };
    assert_eq!(call.method, "POST");
    assert_eq!(
        call.uri.to_string(),
        "/api/v1/organizations/studio-17/members/M%C3%BCller%20%26%20Co?$limit=2&q=a%2Fb&q=+"
    );
    assert_eq!(call.body, " {\"name\": \"Zoë\"} ".as_bytes());
    assert_eq!(call.headers["authorization"], format!("Bearer {}", scene.token().await));
    assert_eq!(call.headers["x-of-the-partner"], "kept");
    assert_eq!(call.headers["content-length"], call.body.len().to_string());
    for name in ["cookie", "x-forwarded-for", "proxy-authorization", "transfer-encoding"] {
        assert!(!call.headers.contains_key(name), "{name}");
    }
    assert!(!call.headers["host"].to_str().unwrap().contains(scene.app.url.trim_start_matches("http://")));
}

async fn every_answer_of_officernd_is_handed_back(database: Database) {
    let scene = Scene::set(database).await;
    for status in [200_u16, 202, 204, 304, 400, 403, 404, 409, 422, 500, 503] {
        scene.region.will((StatusCode::from_u16(status).unwrap(), [("etag", "\"7\"")]));
        let answer = scene.get("/v2/plans").await;
        assert_eq!((answer.status, answer.header("etag")), (status, "\"7\""), "{}", answer.text);
        assert_eq!(answer.header("deskbridge-answer-of"), "officernd");
    }
    // What is packed stays packed: nothing of it is looked at.
    scene.region.will(([("content-encoding", "gzip")], "not really packed"));
    let answer = scene.raw(&format!("{}/v2/plans", scene.path)).await;
    assert_eq!((answer.header("content-encoding"), answer.text.as_str()), ("gzip", "not really packed"));
    let arrived = scene.region.arrived();
    assert!(!arrived.last().unwrap().headers.contains_key("accept-encoding"), "we ask for nothing on our own");
    assert_eq!(arrived[0].uri.to_string(), "/api/v2/organizations/studio-17/plans");
}

/// What is encoded and leads nowhere else is OfficeRnD's to read.
async fn escapes_pass_as_they_are(database: Database) {
    let scene = Scene::set(database).await;
    for rest in ["members/why%3F", "members/a%23b", "plans/50%25", "plans/%25zz", "members/Caf%e9", "members/%FF"] {
        let answer = scene.raw(&format!("{}/v2/{rest}?q=%3f", scene.path)).await;
        assert_eq!(answer.status, 200, "{rest}: {}", answer.text);
        let arrived = scene.region.arrived();
        let uri = arrived.last().unwrap().uri.to_string();
        assert_eq!(uri, format!("/api/v2/organizations/studio-17/{rest}?q=%3f"));
    }
}

async fn redirects_are_not_followed(database: Database) {
    let scene = Scene::set(database).await;
    for status in [301_u16, 302, 303, 307, 308, 300] {
        scene.region.will((StatusCode::from_u16(status).unwrap(), [("location", "https://evil.example/")]));
        let refused = scene.get("/v2/plans").await;
        is_problem(&refused, 502, "upstream_redirect");
        assert_eq!(refused.header("location"), "");
    }
    assert_eq!(scene.region.arrived().len(), 6);
}

async fn no_path_leaves_the_organization(database: Database) {
    let scene = Scene::set(database).await;
    for rest in [
        "/v2/../../organizations/riverside/members",
        "/v2/%2e%2e/members",
        "/v2/%252e%252e/members",
        "/v2/..%2f..%2fmembers",
        "/v2/members%2f..",
        "/v2//members",
        "//v2/members",
        "/v2/members/",
        "/v2/\\evil.example",
        "/v2/%5cevil.example",
        "/v2/mem%0abers",
        "/v2/mem%00",
        "/v2/%c0%ae%c0%ae",
        "/v2/..%3fx",
        "/v2/%zz",
        "/v2/..;/members",
        "/v3/members",
        "/@evil.example/v2",
        "/https://evil.example/v2",
        "/http:%2f%2fevil.example",
    ] {
        is_problem(&scene.raw(&format!("{}{rest}", scene.path)).await, 400, "invalid_request");
    }
    for rest in
        ["/v2/webhooks", "/v1/integrations/1", "/v2/%77ebhooks/1", "/v2/WEBHOOKS", "/v2/webhooks;a", "/v2/webhooks%3Fa"]
    {
        is_problem(&scene.raw(&format!("{}{rest}", scene.path)).await, 403, "path_reserved");
    }
    for target in [scene.path.clone(), format!("{}x/v2/members", scene.path)] {
        is_problem(&scene.raw(&target).await, 404, "not_found");
    }
    assert!(scene.region.arrived().is_empty());
    // The address that a request names in full is not where it goes.
    let answer = scene.raw(&format!("http://evil.example{}/v2/members", scene.path)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(scene.region.arrived()[0].uri.to_string(), "/api/v2/organizations/studio-17/members");
}

async fn a_token_goes_to_allowed_regions_only(database: Database) {
    let scene = Scene::set(database).await;
    scene.app.execute("UPDATE organizations SET region_url = 'https://officernd.evil.example'").await;
    scene.app.app.directory.forget_all();
    is_problem(&scene.get("/v2/members").await, 503, "officernd_unavailable");
    scene.app.execute("UPDATE organizations SET region_url = 'http://127.0.0.1:1'").await;
    scene.app.app.directory.forget_all();
    let refused = scene.get("/v2/members").await;
    is_problem(&refused, 503, "officernd_unavailable");
    assert_eq!(refused.header("retry-after"), "5");
}

async fn keys_reach_their_own_connections(database: Database) {
    let scene = Scene::set(database).await;
    let path = format!("{}/v2/members", scene.path);
    let without = scene.app.api_key(&["tally-desk"], &["tokens:read"]).await;
    is_problem(&scene.app.api(&without).get(&path).await, 403, "forbidden");
    let foreign = scene.app.api_key(&["portunus-access"], &["proxy"]).await;
    let unknown = path.replace("con_", "con_0");
    let other = scene.app.api(&foreign).get(&path).await;
    is_problem(&other, 404, "not_found");
    assert_eq!(other.text, scene.app.api(&foreign).get(&unknown).await.text);
    is_problem(&scene.app.browser().get(&path).await, 401, "unauthorized");
    assert!(scene.region.arrived().is_empty());
}

async fn a_token_that_is_refused_is_replaced_once(database: Database) {
    let scene = Scene::set(database).await;
    let first = scene.token().await;
    scene.app.clock.advance(5 * MINUTE);
    scene.region.will(StatusCode::UNAUTHORIZED);
    scene.region.will("[1]");
    let answer = scene.get("/v2/members").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "[1]"));
    let second = scene.token().await;
    assert_ne!(first, second);
    let sent: Vec<String> =
        scene.region.arrived().iter().map(|call| call.headers["authorization"].to_str().unwrap().to_owned()).collect();
    assert_eq!(sent, [format!("Bearer {first}"), format!("Bearer {second}")]);
    assert_eq!(scene.app.calls("refresh").await, 1);

    // A little body is sent again with a method that may be repeated, and never with one that may not.
    scene.app.clock.advance(5 * MINUTE);
    scene.region.will(StatusCode::UNAUTHORIZED);
    let path = format!("{}/v2/members/1", scene.path);
    let body = || Some(("application/json", b"{}".to_vec()));
    assert_eq!(scene.app.api(&scene.key).send("PUT", &path, body()).await.status, 200);
    assert_eq!(scene.region.arrived().iter().map(|call| call.body.len()).collect::<Vec<_>>(), [2, 2]);
    scene.app.clock.advance(5 * MINUTE);
    scene.region.will(StatusCode::UNAUTHORIZED);
    let refused = scene.app.api(&scene.key).send("POST", &path, body()).await;
    assert_eq!((refused.status, refused.header("deskbridge-answer-of")), (401, "officernd"));
    assert_eq!(scene.region.arrived().len(), 1);
    assert_eq!(scene.app.calls("refresh").await, 3, "the next call has a new token");

    // Where nothing helps, not every call costs a token request.
    for _ in 0..5 {
        scene.region.will(StatusCode::UNAUTHORIZED);
        assert_eq!(scene.get("/v2/members").await.status, 401);
    }
    assert_eq!(scene.app.calls("refresh").await, 3);
}

async fn a_limit_of_officernds_holds_for_all_callers(database: Database) {
    let scene = Scene::set(database).await;
    scene.region.will((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "slow down"));
    let limited = scene.get("/v2/members").await;
    assert_eq!((limited.status, limited.text.as_str()), (429, "slow down"));
    let other = scene.app.api_key(&["tally-desk"], &["proxy"]).await;
    let paused = scene.app.api(&other).get(&format!("{}/v2/plans", scene.path)).await;
    is_problem(&paused, 429, "officernd_limited");
    assert_eq!(paused.header("retry-after"), "7");
    assert_eq!(scene.region.arrived().len(), 1);
    scene.app.clock.advance(7 * SECOND);
    assert_eq!(scene.get("/v2/members").await.status, 200);
    // As a date, by OfficeRnD's own clock.
    let dated = [("date", "Tue, 24 Nov 2020 12:00:00 GMT"), ("retry-after", "Tue, 24 Nov 2020 12:00:09 GMT")];
    scene.region.will((StatusCode::TOO_MANY_REQUESTS, dated, "slow down"));
    assert_eq!(scene.get("/v2/members").await.text, "slow down");
    let paused = scene.get("/v2/members").await;
    is_problem(&paused, 429, "officernd_limited");
    assert_eq!(paused.header("retry-after"), "9");
}

/// What is asked is OfficeRnD's to read, also where we could not; a method that is answered nowhere names those that are.
async fn queries_pass_as_they_are_and_some_methods_do_not(database: Database) {
    let scene = Scene::set(database).await;
    let many: Vec<String> = (0..150).map(|number| format!("id={number}")).collect();
    for query in ["a=%ff", "x=%&y=1", &many.join("&")] {
        assert_eq!(scene.raw(&format!("{}/v2/members?{query}", scene.path)).await.status, 200, "{query}");
        assert_eq!(scene.region.arrived()[0].uri.query(), Some(query));
    }
    let traced = call(&scene.app, &scene.key, ("TRACE", &format!("{}/v2/members", scene.path)), &[], None).await;
    is_problem(&traced, 405, "method_not_allowed");
    assert_eq!(traced.header("allow"), "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    assert!(scene.region.arrived().is_empty());
}

async fn calls_are_counted_by_how_they_ended(database: Database) {
    let scene = Scene::set(database).await;
    for status in [200_u16, 200, 404, 500, 302] {
        scene.region.will(StatusCode::from_u16(status).unwrap());
        scene.get("/v2/members").await;
    }
    scene.get("/v2/webhooks").await;
    scene.app.run_jobs().await;
    scene.app.clock.advance(HOUR);
    scene.get("/v2/members").await;
    scene.app.run_jobs().await;
    let connection = scene.app.connection_of(&scene.installed).await;
    let now = scene.app.clock.now();
    let since = async |at| {
        let counts = call_counts::since(scene.app.app.db.read(), connection, at).await.unwrap();
        counts.into_iter().map(|(outcome, calls)| format!("{outcome} {calls}")).collect::<Vec<_>>()
    };
    assert_eq!(since(now - 2 * HOUR).await, ["broken 2", "ok 3", "refused 1"]);
    assert_eq!(since(now).await, ["ok 1"]);
    // Nothing is counted twice, and what is old goes.
    scene.app.run_jobs().await;
    assert_eq!(since(now).await, ["ok 1"]);
    scene.app.clock.advance(33 * 24 * HOUR);
    scene.app.run_jobs().await;
    assert!(since(0).await.is_empty());
}

async fn bodies_stream_both_ways(database: Database) {
    let scene = Scene::set(database).await;
    let (feed, chunks) = mpsc::channel::<&'static str>(1);
    scene.region.will(Body::from_stream(stream_of(chunks)));
    let request = scene.app.request("GET", &format!("{}/v2/members", scene.path));
    feed.send("first").await.unwrap();
    let mut answer = request.bearer_auth(scene.key.expose_secret()).send().await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "first", "before OfficeRnD has said the rest");
    feed.send("second").await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "second");
    drop(feed);
    assert_eq!(answer.chunk().await.unwrap(), None);
}

async fn states_without_a_call(database: Database) {
    let scene = Scene::set(database).await;
    scene.app.remove(&scene.installed).await;
    scene.app.run_jobs().await;
    is_problem(&scene.get("/v2/members").await, 410, "disconnected");
    assert!(scene.region.arrived().is_empty());
}

fn stream_of(
    chunks: mpsc::Receiver<&'static str>,
) -> impl futures_util::Stream<Item = Result<&'static str, std::io::Error>> {
    futures_util::stream::unfold(chunks, async |mut chunks| chunks.recv().await.map(|chunk| (Ok(chunk), chunks)))
}

on_both_databases!(
    a_call_arrives_as_it_was_made_with_the_connections_token,
    every_answer_of_officernd_is_handed_back,
    escapes_pass_as_they_are,
    redirects_are_not_followed,
    no_path_leaves_the_organization,
    a_token_goes_to_allowed_regions_only,
    keys_reach_their_own_connections,
    a_token_that_is_refused_is_replaced_once,
    a_limit_of_officernds_holds_for_all_callers,
    queries_pass_as_they_are_and_some_methods_do_not,
    calls_are_counted_by_how_they_ended,
    bodies_stream_both_ways,
    states_without_a_call,
);
