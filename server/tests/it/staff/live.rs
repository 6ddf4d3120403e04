//! Pages that keep themselves new: who may listen, what is heard, and when it ends.

use std::time::Duration;

use app::ids::ConnectionId;
use app::role::Role;
use futures_util::future::join_all;
use secrecy::SecretString;
use serde_json::Value;
use server::clock::{HOUR, MINUTE};
use server::lifecycle::{self, Listeners};
use server::services::live::{self, OF_ALL, OF_SESSION, Refused};
use server::services::staff::session::{IDLE, Member};
use server::storage::staff::sessions;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::tenants::settle;
use crate::support::{Browser, Database, TestApp, on_both_databases};

on_both_databases!(
    only_who_has_signed_in_listens,
    a_change_is_told_with_numbers_and_no_names,
    a_delivery_is_told,
    the_page_of_a_tenant_hears_of_its_connection_only,
    who_comes_again_is_told_of_what_was_missed,
    a_session_that_ends_ends_its_streams,
    a_page_that_fetches_itself_keeps_no_session_from_ending,
    streams_are_bounded_and_make_room,
    who_comes_at_the_same_time_shares_a_look,
    a_stop_ends_streams_at_once,
);

/// A stream that never says anything must not hold up the tests for ever.
const GUARD: Duration = Duration::from_secs(30);

/// A stream as a browser has it.
struct Stream {
    response: reqwest::Response,
    come: String,
    /// Everything that came.
    whole: String,
}

struct Event {
    id: String,
    retry: Option<String>,
    data: Value,
}

impl Event {
    fn changed(&self) -> bool {
        self.data["changed"].as_bool().unwrap()
    }
}

fn asked(app: &TestApp, browser: &Browser, query: &str) -> reqwest::RequestBuilder {
    let cookie = browser.cookies.get("staff").map(String::as_str).unwrap_or_default();
    app.request("GET", &format!("/live{query}")).header("cookie", format!("staff={cookie}"))
}

impl Stream {
    async fn open(app: &TestApp, browser: &Browser, query: &str) -> Self {
        Self::of(asked(app, browser, query)).await
    }

    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, come: String::new(), whole: String::new() }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.come.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.come = rest;
                let line = |name: &str| {
                    let mut lines = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    lines.next().map(str::to_owned)
                };
                // A comment keeps the line alive and says nothing.
                let Some(data) = line("data") else { continue };
                let data = serde_json::from_str(&data).unwrap();
                return Some(Event { id: line("id").unwrap(), retry: line("retry"), data });
            }
            let chunk = tokio::time::timeout(GUARD, self.response.chunk()).await.expect("a word in time");
            let chunk = String::from_utf8(chunk.ok()??.to_vec()).unwrap();
            self.whole.push_str(&chunk);
            self.come.push_str(&chunk);
        }
    }
}

async fn member(app: &TestApp, browser: &Browser) -> Member {
    Member::glance(&app.app, &SecretString::from(browser.cookies["staff"].clone())).await.unwrap().unwrap()
}

async fn connections(app: &TestApp) -> Vec<Uuid> {
    let rows = app.rows("SELECT id FROM connections WHERE state = 'connected' ORDER BY id").await;
    rows.iter().map(|row| row.try_get("", "id").unwrap()).collect()
}

/// One connection gets into another state.
async fn change(app: &TestApp, connection: Uuid, state: app::state::ConnectionState) {
    let mut tx = app.app.db.begin().await.unwrap();
    let mut found = server::storage::connections::lock(&tx, connection).await.unwrap().unwrap();
    found.state = state;
    found.state_since = app.clock.now();
    server::storage::connections::save(&mut tx, &found, false).await.unwrap();
    tx.commit().await.unwrap();
}

async fn only_who_has_signed_in_listens(database: Database) {
    let app = TestApp::start(database).await;
    let nobody = app.browser().get("/live").await;
    assert_eq!((nobody.status, nobody.text.as_str()), (401, "Sign in first.\n"));
    assert_eq!((nobody.header("cache-control"), nobody.location.as_str()), ("no-store", ""));
    let mut forged = app.browser();
    forged.cookies.insert("staff".into(), "6yJm2Rr9o2b8Vn1xWc0PqA".into());
    assert_eq!(forged.get("/live").await.status, 401);
    let viewer = app.staff(Role::Viewer).await;
    assert_eq!(viewer.clone().get("/live?connection=x").await.status, 400);

    // Compressed, events would wait in the compressor until there are many of them.
    let request = asked(&app, &viewer, "").header("accept-encoding", "br, gzip");
    let mut stream = Stream::of(request).await;
    let header = |name: &str| stream.response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
    assert_eq!(header("content-encoding"), None);
    let first = stream.next().await.unwrap();
    let again: u64 = first.retry.unwrap().parse().unwrap();
    assert!((3_000..=6_000).contains(&again), "{again}");
    assert_eq!(first.id.len(), 16);
    assert_eq!(first.data, serde_json::json!({ "changed": true, "troubled": 0, "connections": 0 }));
}

async fn a_change_is_told_with_numbers_and_no_names(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 40, 3).await;
    let mut viewer = app.staff(Role::Viewer).await;
    // The page says what it shows, so that nothing is fetched twice.
    let page = viewer.get("/").await;
    let known = page.text.split("data-stamp=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let mut stream = Stream::open(&app, &viewer, &format!("?known={known}")).await;
    let first = stream.next().await.unwrap();
    assert_eq!((first.changed(), first.id.as_str()), (false, known.as_str()));
    let before = first.data["troubled"].as_u64().unwrap();
    assert_eq!(first.data["connections"], 40);

    change(&app, connections(&app).await[0], app::state::ConnectionState::Reconnect).await;
    live::look(&app.app).await.unwrap();
    let told = stream.next().await.unwrap();
    assert!(told.changed() && told.id != first.id);
    assert_eq!(told.data["troubled"].as_u64().unwrap(), before + 1);
    // Ages on the page go on while nothing happens.
    app.clock.advance(MINUTE);
    live::look(&app.app).await.unwrap();
    let later = stream.next().await.unwrap();
    assert!(later.changed());
    for name in ["Harbour", "workspace-", "reconnect", "@", "con_"] {
        assert!(!stream.whole.contains(name), "{name}: {}", stream.whole);
    }
    let fields: Vec<&String> = told.data.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["changed", "troubled", "connections"]);
}

/// Whether it is the first of its hour or one more.
async fn a_delivery_is_told(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    let mut seen = vec![live::stamp(&app.app, None).await.unwrap()];
    for number in 0..3 {
        let body = serde_json::json!({ "eventType": "member.created", "data": { "number": number } }).to_string();
        assert_eq!(app.deliver(&subscription, body.as_bytes()).await.status, 200);
        let stamp = live::stamp(&app.app, None).await.unwrap();
        assert!(!seen.contains(&stamp), "{number}: {seen:?}");
        seen.push(stamp);
    }
}

async fn the_page_of_a_tenant_hears_of_its_connection_only(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 40, 3).await;
    let [own, other, ..] = connections(&app).await[..] else { panic!("two are connected") };
    let mut viewer = app.staff(Role::Viewer).await;
    let id = ConnectionId(own);
    let page = viewer.get(&format!("/connections/{id}")).await;
    assert!(page.text.contains(&format!("/live?connection={id}")), "{}", page.text);
    let mut of_all = Stream::open(&app, &viewer, "").await;
    let mut of_one = Stream::open(&app, &viewer, &format!("?connection={id}")).await;
    let (all, one) = (of_all.next().await.unwrap(), of_one.next().await.unwrap());

    change(&app, other, app::state::ConnectionState::Delayed).await;
    live::look(&app.app).await.unwrap();
    let told = of_all.next().await.unwrap();
    assert!(told.changed() && told.id != all.id);
    change(&app, own, app::state::ConnectionState::Delayed).await;
    live::look(&app.app).await.unwrap();
    // Had it heard of the other one, this would be the stamp that it knew.
    let told = of_one.next().await.unwrap();
    assert!(told.changed() && told.id != one.id);

    // One that is gone is a change, and nothing to fall over.
    app.execute("DELETE FROM connections").await;
    live::look(&app.app).await.unwrap();
    assert!(of_one.next().await.unwrap().changed());
}

async fn who_comes_again_is_told_of_what_was_missed(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 20, 3).await;
    let viewer = app.staff(Role::Viewer).await;
    let mut stream = Stream::open(&app, &viewer, "?known=older").await;
    let first = stream.next().await.unwrap();
    assert!(first.changed(), "the page is older");
    drop(stream);
    // The browser says what it heard last, and its address is as old as the page.
    let again = asked(&app, &viewer, "?known=older").header("last-event-id", &first.id);
    let mut stream = Stream::of(again).await;
    assert!(!stream.next().await.unwrap().changed());
    drop(stream);
    change(&app, connections(&app).await[0], app::state::ConnectionState::Delayed).await;
    let again = asked(&app, &viewer, "?known=older").header("last-event-id", &first.id);
    let mut stream = Stream::of(again).await;
    assert!(stream.next().await.unwrap().changed(), "it happened while nobody listened");
    // Another process sees the same.
    let replica = app.replica().await;
    let mut elsewhere = Stream::open(&replica, &viewer, "").await;
    let here = live::stamp(&app.app, None).await.unwrap();
    assert_eq!(elsewhere.next().await.unwrap().id, here);
}

async fn a_session_that_ends_ends_its_streams(database: Database) {
    let app = TestApp::start(database).await;
    let (staff, other) = (app.staff_account("a@b.example", Role::Support).await, app.staff(Role::Owner).await);
    let mut stays = Stream::open(&app, &other, "").await;
    stays.next().await.unwrap();
    // Signed out elsewhere.
    let browser = app.signed_in(staff).await;
    let mut stream = Stream::open(&app, &browser, "").await;
    stream.next().await.unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    sessions::end_all(&mut tx, staff, None).await.unwrap();
    tx.commit().await.unwrap();
    live::look(&app.app).await.unwrap();
    assert!(stream.next().await.is_none(), "signed out");
    assert_eq!(browser.clone().get("/live").await.status, 401);
    // The account was disabled.
    let browser = app.signed_in(staff).await;
    let mut stream = Stream::open(&app, &browser, "").await;
    stream.next().await.unwrap();
    let now = app.clock.now();
    app.change_staff(staff, |account| account.disabled_at = Some(now)).await;
    live::look(&app.app).await.unwrap();
    assert!(stream.next().await.is_none(), "disabled");
    // Whoever works goes on hearing.
    app.clock.advance(MINUTE);
    live::look(&app.app).await.unwrap();
    assert!(stays.next().await.is_some());
    // Nobody was at work for too long.
    app.clock.advance(IDLE);
    live::look(&app.app).await.unwrap();
    assert!(stays.next().await.is_none(), "idle");
}

async fn a_page_that_fetches_itself_keeps_no_session_from_ending(database: Database) {
    let app = TestApp::start(database).await;
    let by = async |browser: &Browser, kind: &str| {
        let cookie = format!("staff={}", browser.cookies["staff"]);
        let request = app.request("GET", "/").header("cookie", cookie).header("fragment", kind);
        crate::support::answer(request).await
    };
    let (alone, at_work) = (app.staff(Role::Viewer).await, app.staff(Role::Viewer).await);
    app.clock.advance(HOUR);
    let piece = by(&alone, "live").await;
    assert_eq!(piece.status, 200);
    assert!(piece.text.contains("id=\"main\"") && !piece.text.contains("/app.js"), "a page without its scripts");
    assert_eq!(by(&at_work, "page").await.status, 200);
    app.clock.advance(IDLE - HOUR);
    let ended = by(&alone, "live").await;
    assert_eq!((ended.status, ended.text.as_str()), (401, ""));
    assert_eq!(by(&at_work, "live").await.status, 200, "somebody searched an hour ago");
}

async fn streams_are_bounded_and_make_room(database: Database) {
    let app = TestApp::start(database).await;
    let browser = app.staff(Role::Viewer).await;
    let one = member(&app, &browser).await;
    let mut open = Vec::new();
    for _ in 0..OF_SESSION {
        open.push(live::listen(&app.app, &one, None, None).await.unwrap());
    }
    assert!(matches!(live::listen(&app.app, &one, None, None).await, Err(Refused::SessionFull)));
    let full = browser.clone().get("/live").await;
    assert_eq!((full.status, full.header("retry-after"), full.header("cache-control")), (429, "30", "no-store"));
    assert!(full.text.starts_with("Too many pages of this session listen."), "{}", full.text);
    drop(open.pop());
    open.push(live::listen(&app.app, &one, None, None).await.unwrap());
    while open.len() < OF_ALL {
        let another = member(&app, &app.staff(Role::Viewer).await).await;
        for _ in 0..OF_SESSION.min(OF_ALL - open.len()) {
            open.push(live::listen(&app.app, &another, None, None).await.unwrap());
        }
    }
    let mut late = app.staff(Role::Viewer).await;
    let full = late.get("/live").await;
    assert_eq!((full.status, full.header("retry-after")), (503, "30"));
    assert_eq!(late.get("/").await.status, 200, "pages go on without");
    open.clear();
    assert_eq!(app.app.live.open(), 0);
    let mut stream = Stream::open(&app, &late, "").await;
    assert!(stream.next().await.is_some());
}

/// After a break all pages come again at the same time, and not all of them at the same moment.
async fn who_comes_at_the_same_time_shares_a_look(database: Database) {
    let app = TestApp::start(database).await;
    let mut members = Vec::new();
    for _ in 0..5 {
        members.push(member(&app, &app.staff(Role::Viewer).await).await);
    }
    let coming = members.iter().flat_map(|one| (0..OF_SESSION).map(move |_| one));
    let before = app.app.live.looks();
    let come = join_all(coming.map(|one| live::listen(&app.app, one, None, None))).await;
    let looks = app.app.live.looks() - before;
    // One for the first, one for all others, and those that are made anyway meanwhile.
    assert!(come.len() == 5 * OF_SESSION && looks < 20, "{looks} looks for {}", come.len());
    for listener in come {
        let heard = listener.unwrap().next().await.expect("the first is heard at once");
        assert!(heard.changed);
    }

    let browser = app.staff(Role::Viewer).await;
    let mut again = Vec::new();
    for _ in 0..OF_SESSION {
        let mut stream = Stream::open(&app, &browser, "").await;
        again.extend(stream.next().await.unwrap().retry);
    }
    again.sort_unstable();
    again.dedup();
    assert!(again.len() > 1, "{again:?}");
}

async fn a_stop_ends_streams_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let browser = app.staff(Role::Viewer).await;
    let stopping = app.replica().await;
    let (_jobs, receiver) = mpsc::channel(1);
    let listeners = Listeners::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
    let address = format!("http://{}/live", listeners.public.local_addr().unwrap());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(lifecycle::serve(stopping.app.clone(), receiver, listeners, None, stop.clone()));
    let cookie = format!("staff={}", browser.cookies["staff"]);
    let mut stream = Stream::of(app.request("GET", &address).header("cookie", cookie)).await;
    stream.next().await.unwrap();
    stop.cancel();
    assert!(stream.next().await.is_none());
    // Well before requests are cut off.
    tokio::time::timeout(Duration::from_secs(15), serving).await.expect("it stopped").unwrap().unwrap();
    let one = member(&app, &browser).await;
    assert!(matches!(live::listen(&stopping.app, &one, None, None).await, Err(Refused::Closed)));
}
