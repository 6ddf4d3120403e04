//! Events reach every endpoint that wants them: after failures, after a crash, beside endpoints that hang.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use server::clock::{Clock, DAY, HOUR, MINUTE, Millis, SECOND, rfc3339};
use server::random::Random;
use server::storage::Db;
use server::storage::events::{self, Event};
use server::storage::outbox;
use uuid::Uuid;

use super::{DOORS, WIFI, act, api, deliver, happen, heard, listen, names, read, shown, start};
use crate::support::command::{Deskbridge, sound_manifest};
use crate::support::partner::{Mood, Raw, TestPartner};
use crate::support::{Browser, Database, TestApp, on_both_databases};

const WAITS: [Millis; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR, 24 * HOUR, 24 * HOUR];
/// An endpoint's time limit of 10 s, and 30 s more.
const LEASE: Millis = 40 * SECOND;

async fn doors(app: &TestApp) -> Uuid {
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    app.connection_of(&installed).await
}

/// Ten attempts over three days with one id and one body; then it is given up, visibly, and comes when it is replayed.
async fn failures_are_tried_again_and_end(database: Database) {
    let (partner, app) = start(database).await;
    let (connection, mut api) = (doors(&app).await, api(&app, &[DOORS]).await);
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["settings.changed"]).await;
    partner.mood_of(DOORS, "events", Mood::Status(503));
    happen(&app, connection, 1).await;
    for (index, wait) in WAITS.into_iter().enumerate() {
        deliver(&app).await;
        assert_eq!(partner.calls("events").len(), index + 1);
        // A tenth of jitter either way.
        let early = wait * 9 / 10 - 1;
        app.clock.advance(early);
        deliver(&app).await;
        assert_eq!(partner.calls("events").len(), index + 1, "too early after failure {}", index + 1);
        let waiting = shown(&mut api, &ear).await;
        assert_eq!((&waiting["deliveries"]["waiting"], &waiting["deliveries"]["dead"]), (&json!(1), &json!(0)));
        assert_eq!(waiting["failing_since"], "2026-11-24T12:00:00.000Z");
        app.clock.advance(wait * 11 / 10 - early);
    }
    deliver(&app).await;
    app.clock.advance(DAY);
    deliver(&app).await;
    let received = heard(&partner, &ear);
    let ids: HashSet<&str> = received.iter().map(|received| received.id.as_str()).collect();
    let times: HashSet<&str> = received.iter().map(|received| received.timestamp.as_str()).collect();
    let bodies: HashSet<&[u8]> = received.iter().map(|received| &received.raw[..]).collect();
    assert_eq!((received.len(), ids.len(), times.len(), bodies.len()), (10, 1, 10, 1));
    let dead = shown(&mut api, &ear).await;
    assert_eq!(dead["deliveries"], json!({ "waiting": 0, "oldest_waiting_at": null, "dead": 1 }));
    let list = api.get(&format!("/api/v1/event-endpoints/{}/dead", ear.id)).await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["event"], received[0].id);
    assert_eq!(list["data"][0]["type"], "settings.changed");
    assert_eq!(
        (&list["data"][0]["attempts"], &list["data"][0]["trouble"]),
        (&json!(10), &json!("event: status, status 503"))
    );
    // An endpoint is no matter of the connection.
    assert_eq!(app.happened(connection, "partner.not_told").await, 0);

    partner.mood_of(DOORS, "events", Mood::Status(204));
    let replayed = act(&mut api, &ear, "replay", json!({ "event": received[0].id })).await;
    assert_eq!((replayed.status, replayed.json()), (202, json!({ "events": 1 })));
    deliver(&app).await;
    let again = heard(&partner, &ear).pop().unwrap();
    assert_eq!((&again.id, &again.raw), (&received[0].id, &received[0].raw));
    let well = shown(&mut api, &ear).await;
    assert_eq!((&well["failing_since"], &well["deliveries"]["dead"]), (&Value::Null, &json!(0)));
}

/// What is replayed since a time is what the endpoint wants, once each, whatever became of it before.
async fn a_replay_sends_what_is_wanted(database: Database) {
    let (partner, app) = start(database).await;
    let (connection, mut api) = (doors(&app).await, api(&app, &[DOORS]).await);
    happen(&app, connection, 3).await;
    app.clock.advance(HOUR);
    let since = rfc3339(app.clock.now()).unwrap();
    happen(&app, connection, 4).await;
    let installed = app.connected("studio-17", DOORS, &[]).await;
    app.remove(&installed).await;
    app.run_jobs().await;
    app.clock.advance(HOUR);
    // An endpoint hears nothing of what was before it, until it asks.
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["settings.*"]).await;
    let other = listen(&app, &mut api, &partner, (DOORS, "others"), &["*"]).await;
    happen(&app, connection, 1).await;
    deliver(&app).await;
    assert_eq!((heard(&partner, &ear).len(), heard(&partner, &other).len()), (1, 1));
    let replayed = act(&mut api, &ear, "replay", json!({ "since": since })).await;
    assert_eq!((replayed.status, replayed.json()), (202, json!({ "events": 5 })));
    deliver(&app).await;
    let ids: Vec<String> = heard(&partner, &ear).iter().map(|received| received.id.clone()).collect();
    assert_eq!(ids.len(), 6);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 5, "the one that it had came again, with its id");
    assert_eq!(heard(&partner, &other).len(), 1, "nobody else");
    // One by its id, also of a type that it does not want.
    let (ended, _) = read(&mut api, "?type=connection.disconnected").await;
    let replayed = act(&mut api, &ear, "replay", json!({ "event": ended[0]["id"] })).await;
    assert_eq!(replayed.json(), json!({ "events": 1 }));
    deliver(&app).await;
    assert_eq!(heard(&partner, &ear).last().unwrap().body(), ended[0]);
    // In the same moment twice is once: it is under way already.
    for _ in 0..2 {
        act(&mut api, &ear, "replay", json!({ "event": ended[0]["id"] })).await;
    }
    deliver(&app).await;
    assert_eq!(heard(&partner, &ear).len(), 8);

    for (wish, part) in [
        (json!({}), "since"),
        (json!({ "since": "yesterday" }), "since"),
        (json!({ "event": "7" }), "event"),
        (json!({ "event": ended[0]["id"], "since": since }), "since"),
        (json!({ "until": since }), "until"),
        (json!([]), "body"),
    ] {
        let refused = act(&mut api, &ear, "replay", wish).await;
        names(&refused, part);
    }
    let unknown = app::ids::EventId(app.app.random.uuid(app.clock.now())).to_string();
    assert_eq!(act(&mut api, &ear, "replay", json!({ "event": unknown })).await.status, 404);
}

/// What was given up in one moment stands on some page, once.
async fn the_dead_are_read_in_pages(database: Database) {
    let (partner, app) = start(database).await;
    let (connection, mut api) = (doors(&app).await, api(&app, &[DOORS]).await);
    partner.mood_of(DOORS, "events", Mood::Status(503));
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["settings.*"]).await;
    happen(&app, connection, 5).await;
    deliver(&app).await;
    let now = app.clock.now();
    app.execute(&format!("UPDATE outbox SET state = 'dead', due_at = NULL, ended_at = {now}")).await;
    for limit in [1, 2, 5, 6] {
        let (mut seen, mut cursor) = (HashSet::new(), String::new());
        loop {
            let page = api.get(&format!("/api/v1/event-endpoints/{}/dead?limit={limit}{cursor}", ear.id)).await.json();
            let data = page["data"].as_array().unwrap();
            assert!(data.len() <= limit);
            assert!(data.iter().all(|one| seen.insert(one["event"].as_str().unwrap().to_owned())), "{page}");
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 5, "{limit}");
    }
    for wrong in ["limit=0", "cursor=x", "cursor=1-2", "colour=red"] {
        let refused = api.get(&format!("/api/v1/event-endpoints/{}/dead?{wrong}", ear.id)).await;
        names(&refused, wrong.split('=').next().unwrap());
    }
    // Who may change endpoints may look at them.
    let mut writer = app.api(&app.api_key(&[DOORS], &["events:write"]).await);
    for path in ["/api/v1/event-endpoints", &format!("/api/v1/event-endpoints/{}/dead", ear.id)] {
        assert_eq!(writer.get(path).await.status, 200, "{path}");
    }
    assert_eq!(writer.get("/api/v1/events").await.status, 403);
}

/// Each endpoint has a lane of its own.
async fn a_slow_endpoint_holds_up_no_other(database: Database) {
    let (partner, app) = start(database).await;
    let (connection, mut api) = (doors(&app).await, api(&app, &[DOORS]).await);
    partner.mood_of(DOORS, "slow", Mood::Hangs);
    listen(&app, &mut api, &partner, (DOORS, "slow"), &["*"]).await;
    let quick = listen(&app, &mut api, &partner, (DOORS, "quick"), &["*"]).await;
    happen(&app, connection, 300).await;
    let sending = tokio::spawn({
        let app = app.app.clone();
        async move { server::jobs::deliver_outbox(&app).await }
    });
    let arrived = async {
        while partner.calls("quick").len() < 300 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.expect("the quick one is served");
    assert_eq!(partner.calls("slow").len(), 1, "a new endpoint gets one at a time until it answers");
    assert_eq!(heard(&partner, &quick).len(), 300);
    sending.abort();
}

/// Whatever an endpoint says besides its status is not read; what is no 2xx is a failure, told without a word of it.
async fn odd_answers_are_judged_by_their_status(database: Database) {
    let (partner, app) = start(database).await;
    let (connection, mut api) = (doors(&app).await, api(&app, &[DOORS]).await);
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["settings.changed"]).await;
    let huge = vec![b'x'; 8 * 1024 * 1024];
    let location = ("location", "http://169.254.169.254/latest".to_owned());
    for (raw, trouble) in [
        (Raw { status: 200, headers: vec![], body: huge }, None),
        (Raw { status: 204, headers: vec![], body: vec![] }, None),
        (Raw { status: 302, headers: vec![location], body: vec![] }, Some("event: redirect, status 302")),
        (Raw { status: 400, headers: vec![], body: b"leaked-by-partner".to_vec() }, Some("event: status, status 400")),
    ] {
        partner.answers_raw(DOORS, "events", Some(raw));
        happen(&app, connection, 1).await;
        deliver(&app).await;
        let troubles =
            app.texts("SELECT trouble FROM outbox WHERE event_id IS NOT NULL ORDER BY id DESC LIMIT 1").await;
        assert_eq!(troubles[0].as_deref(), trouble);
    }
    assert_eq!(heard(&partner, &ear).len(), 4);
    assert_eq!(shown(&mut api, &ear).await["deliveries"]["waiting"], 2);
}

/// Addresses are judged again when something is sent: one that was saved before a manifest forbade it, for example.
async fn what_must_not_be_reached_is_not_reached(database: Database) {
    let (partner, app) = start(database).await;
    let (connection, mut api) = (doors(&app).await, api(&app, &[DOORS]).await);
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["settings.changed"]).await;
    // tally-desk has no partner, so nothing private is allowed to it.
    app.execute("UPDATE event_endpoints SET integration = 'tally-desk'").await;
    app.execute("UPDATE event_endpoints SET url = REPLACE(url, 'http:', 'https:')").await;
    let tally = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    happen(&app, app.connection_of(&tally).await, 1).await;
    happen(&app, connection, 1).await;
    deliver(&app).await;
    assert_eq!(heard(&partner, &ear).len(), 0);
    let troubles = app.texts("SELECT trouble FROM outbox WHERE event_id IS NOT NULL").await;
    let refused = "event: forbidden_address: the address is private, local or reserved";
    assert_eq!(troubles, [Some(refused.to_owned())]);
}

/// Between sending and writing down that it was sent lies the moment of every crash that matters.
async fn several_processes_send_each_once(database: Database) {
    let (partner, app) = start(database).await;
    let (connection, mut api) = (doors(&app).await, api(&app, &[DOORS]).await);
    let ears = [
        listen(&app, &mut api, &partner, (DOORS, "first"), &["*"]).await,
        listen(&app, &mut api, &partner, (DOORS, "second"), &["settings.changed"]).await,
    ];
    let (second, third) = (app.replica().await, app.replica().await);
    happen(&app, connection, 200).await;
    let (a, b, c) = tokio::join!(
        server::jobs::deliver_outbox(&app.app),
        server::jobs::deliver_outbox(&second.app),
        server::jobs::deliver_outbox(&third.app)
    );
    for outcome in [a, b, c] {
        outcome.unwrap();
    }
    // One that saw nothing left for it may have ended before the others.
    deliver(&app).await;
    for ear in &ears {
        let received = heard(&partner, ear);
        let ids: HashSet<&str> = received.iter().map(|received| received.id.as_str()).collect();
        assert_eq!((received.len(), ids.len()), (200, 200));
    }
}

/// As if so many things had happened, written by somebody else.
async fn write(db: &Db, random: &Random, integration: &str, count: usize) {
    let now = Clock::system().now();
    let events: Vec<Event> = (0..count)
        .map(|number| {
            let id = random.uuid(now);
            let evt = app::ids::EventId(id).to_string();
            Event {
                id,
                kind: "settings.changed".to_owned(),
                integration: integration.to_owned(),
                organization: Uuid::nil(),
                connection: Uuid::nil(),
                body: json!({ "type": "settings.changed", "id": evt, "data": { "number": number } }).to_string(),
                created_at: now,
                keep_until: now + 30 * DAY,
            }
        })
        .collect();
    let mut tx = db.begin().await.unwrap();
    events::add(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
}

/// The real binary, killed in the middle again and again, also between an event and its deliveries.
async fn kill_nine_loses_nothing(database: Database) {
    const COUNT: usize = 600;
    let partner = TestPartner::start().await;
    partner.mood("acme-doors", Mood::Late(Duration::from_millis(40), 202));
    let deskbridge = Deskbridge::on(database).await;
    let mut manifest = sound_manifest();
    manifest["partner"] = json!({
        "base_url": partner.url("acme-doors"), "secret": "whsec_AAAAAAAA", "allow_private_addresses": true,
    });
    deskbridge.manifest(&manifest);
    let serving = deskbridge.serve().await;
    let made = deskbridge
        .run(&["api-keys", "create", "--integration", "acme-doors", "--scope", "events:read", "events:write"])
        .await;
    let http = reqwest::Client::builder().build().unwrap();
    let mut api = Browser::new(http, serving.url().to_owned()).with_bearer(&made.stdout.trim().to_owned().into());
    let wish = json!({
        "integration": "acme-doors", "url": format!("{}/events", partner.url("acme-doors")), "types": ["*"],
    });
    let endpoint = api.post("/api/v1/event-endpoints", &wish).await;
    assert_eq!(endpoint.status, 201, "{}", endpoint.text);
    let secret = endpoint.json()["secret"].as_str().unwrap().to_owned();
    drop(serving);
    let db = Db::open(&deskbridge.database()).await.unwrap();
    let random = Random::from_system().unwrap();
    for quarter in 1..4 {
        write(&db, &random, "acme-doors", COUNT / 3).await;
        let serving = deskbridge.serve().await;
        partner.arrives("acme-doors", COUNT * quarter / 4).await;
        // SIGKILL.
        drop(serving);
        // What it was sending waits for its lease; nobody here waits 40 s.
        let tx = db.begin().await.unwrap();
        let earlier = format!("UPDATE outbox SET due_at = due_at - {LEASE} WHERE lease_id IS NOT NULL");
        tx.connection().execute_unprepared(&earlier).await.unwrap();
        tx.commit().await.unwrap();
    }
    let _serving = deskbridge.serve().await;
    let over = async {
        while events::are_unnumbered(db.read()).await.unwrap() || !outbox::due(db.read()).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), over).await.unwrap();
    let received = partner.received();
    let ids: HashSet<&str> = received.iter().map(|received| received.id.as_str()).collect();
    assert_eq!(ids.len(), COUNT, "each arrived");
    let bodies: HashSet<(&str, &[u8])> =
        received.iter().map(|received| (received.id.as_str(), &received.raw[..])).collect();
    assert_eq!(bodies.len(), COUNT, "never with another body");
    assert!(received.iter().all(|received| super::is_signed(received, &secret)));
    // At most what three processes had under way came twice.
    assert!(received.len() <= COUNT + 3 * 64, "{}", received.len());
}

/// Hooks and events share a sender, and neither is taken for the other.
async fn hooks_go_on_beside_events(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", WIFI, &[]).await;
    let mut api = api(&app, &[WIFI]).await;
    let ear = listen(&app, &mut api, &partner, (WIFI, "events"), &["sync.requested"]).await;
    app.clock.advance(SECOND);
    assert_eq!(app.call(&installed, "sync", &json!({})).await.status, 200);
    deliver(&app).await;
    let hook = partner.calls("sync").pop().unwrap();
    assert!(app.is_signed(&hook), "with the manifest's secret");
    let event = heard(&partner, &ear).pop().unwrap();
    assert!(!app.is_signed(&event), "with the endpoint's own");
    assert_eq!(event.body()["data"]["run"], hook.body()["run"]);
}

on_both_databases!(
    failures_are_tried_again_and_end,
    a_replay_sends_what_is_wanted,
    the_dead_are_read_in_pages,
    a_slow_endpoint_holds_up_no_other,
    odd_answers_are_judged_by_their_status,
    what_must_not_be_reached_is_not_reached,
    several_processes_send_each_once,
    kill_nine_loses_nothing,
    hooks_go_on_beside_events
);
