//! Deliveries arrive: after failures, after a crash, beside receivers that hang, from several processes.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use serde_json::json;
use server::clock::{Clock, DAY, HOUR, MINUTE, Millis, SECOND};
use server::jobs::{deliver_outbox, send_outbox};
use server::random::Random;
use server::storage::outbox::{self, Message};
use server::storage::{Db, connections};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{states, sync};
use crate::support::command::{Deskbridge, sound_manifest};
use crate::support::partner::{Mood, Raw, TestPartner};
use crate::support::{Database, TestApp, on_both_databases};

const DOORS: &str = "portunus-access";
const WIFI: &str = "meshfern-wifi";
/// The samples' time limit of 10 s, and 30 s more.
const LEASE: Millis = 40 * SECOND;

async fn start(database: Database) -> (TestPartner, TestApp) {
    start_with(database, &[]).await
}

async fn start_with(database: Database, keys: &[(&str, &str)]) -> (TestPartner, TestApp) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, keys, partner.manifests()).await;
    (partner, app)
}

/// As if so many things had happened to connections of the integration.
async fn write(app: &TestApp, receiver: &str, count: usize) {
    write_to(&app.app.db, &app.app.random, app.clock.now(), receiver, count).await;
}

async fn write_to(db: &Db, random: &Random, now: Millis, receiver: &str, count: usize) {
    let messages: Vec<Message> = (0..count)
        .map(|number| Message {
            id: random.uuid(now),
            organization: Uuid::nil(),
            connection: Uuid::nil(),
            receiver: receiver.to_owned(),
            hook: "sync".to_owned(),
            body: json!({ "number": number }).to_string(),
            created_at: now,
            keep_until: now + 30 * DAY,
        })
        .collect();
    let mut tx = db.begin().await.unwrap();
    outbox::add(&mut tx, &messages).await.unwrap();
    tx.commit().await.unwrap();
}

/// Ten attempts over three days, with one id, each signed at its time; then it is given up, visibly.
async fn failures_are_tried_again_and_end(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    partner.mood(DOORS, Mood::Status(503));
    sync(&app, &installed, json!({})).await;
    let waits: [Millis; 9] =
        [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR, 24 * HOUR, 24 * HOUR];
    for (index, wait) in waits.into_iter().enumerate() {
        deliver_outbox(&app.app).await.unwrap();
        assert_eq!(partner.received().len(), index + 1);
        assert_eq!(states(&app).await, [format!("waiting {}", index + 1)]);
        // A tenth of jitter either way.
        let early = wait * 9 / 10 - 1;
        app.clock.advance(early);
        deliver_outbox(&app.app).await.unwrap();
        assert_eq!(partner.received().len(), index + 1, "too early after failure {}", index + 1);
        app.clock.advance(wait * 11 / 10 - early);
    }
    deliver_outbox(&app.app).await.unwrap();
    assert_eq!(states(&app).await, ["dead 10"]);
    let trouble = app.texts("SELECT trouble FROM outbox").await;
    assert_eq!(trouble, [Some("hook sync: status, status 503".to_owned())]);
    partner.mood(DOORS, Mood::Status(202));
    app.clock.advance(10 * DAY);
    deliver_outbox(&app.app).await.unwrap();

    let received = partner.received();
    assert_eq!(received.len(), 10);
    let ids: HashSet<&str> = received.iter().map(|received| received.id.as_str()).collect();
    let times: HashSet<&str> = received.iter().map(|received| received.timestamp.as_str()).collect();
    let bodies: HashSet<&[u8]> = received.iter().map(|received| &received.raw[..]).collect();
    assert_eq!((ids.len(), times.len(), bodies.len()), (1, 10, 1));
}

async fn it_arrives_when_the_receiver_is_back(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    for mood in [Mood::Status(500), Mood::Status(302), Mood::Status(404), Mood::Status(429)] {
        partner.mood(DOORS, mood);
        sync(&app, &installed, json!({ "sync": "off" })).await;
        sync(&app, &installed, json!({ "sync": "on" })).await;
        app.run_jobs().await;
    }
    let waiting = states(&app).await;
    assert!(waiting.len() == 8 && waiting.iter().all(|state| state.starts_with("waiting")), "{waiting:?}");
    partner.mood(DOORS, Mood::Status(200));
    app.clock.advance(6 * MINUTE);
    app.run_jobs().await;
    assert!(states(&app).await.iter().all(|state| state.starts_with("delivered")));
    // Kept a while for those who look, then forgotten.
    app.clock.advance(30 * DAY - 7 * MINUTE);
    app.run_jobs().await;
    assert_eq!(states(&app).await.len(), 8);
    app.clock.advance(10 * MINUTE);
    app.run_jobs().await;
    assert_eq!(states(&app).await.len(), 0);
}

/// A receiver that names a wait, in seconds or as a date, is left alone for so long; the plan goes on behind it.
async fn a_receiver_that_asks_for_a_wait_gets_it(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    let dated = [("date", "Tue, 24 Nov 2020 12:00:00 GMT"), ("retry-after", "Tue, 24 Nov 2020 13:00:00 GMT")];
    for (index, headers) in [&[("retry-after", "3600")][..], &dated].into_iter().enumerate() {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        partner.answers_raw(DOORS, "sync", Some(Raw { status: 503, headers, body: Vec::new() }));
        if index == 0 {
            sync(&app, &installed, json!({})).await;
        }
        deliver_outbox(&app.app).await.unwrap();
        assert_eq!(partner.received().len(), index + 1);
        app.clock.advance(HOUR - 1);
        deliver_outbox(&app.app).await.unwrap();
        assert_eq!(partner.received().len(), index + 1, "it asked for an hour: {dated:?}");
        app.clock.advance(1);
    }
    partner.answers_raw(DOORS, "sync", None);
    deliver_outbox(&app.app).await.unwrap();
    assert_eq!(states(&app).await, ["delivered 2"]);
}

/// Between sending and writing down that it was sent lies the moment of every crash that matters.
async fn a_crash_loses_nothing(database: Database) {
    let (partner, app) = start(database).await;
    partner.mood(DOORS, Mood::Hangs);
    write(&app, DOORS, 1).await;
    let dying = tokio::spawn({
        let app = app.app.clone();
        async move { deliver_outbox(&app).await }
    });
    partner.arrives(DOORS, 1).await;
    dying.abort();
    assert!(dying.await.is_err());
    partner.mood(DOORS, Mood::Status(202));

    // Whoever lives does not send it while the other may still be sending.
    let survivor = app.replica().await;
    app.clock.advance(LEASE - 1);
    deliver_outbox(&survivor.app).await.unwrap();
    assert_eq!(partner.received().len(), 1);
    app.clock.advance(1);
    deliver_outbox(&survivor.app).await.unwrap();
    let received = partner.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id, received[1].id);
    assert_eq!(states(&app).await, ["delivered 0"]);
}

/// The real binary, killed in the middle again and again.
async fn kill_nine_loses_nothing(database: Database) {
    const COUNT: usize = 1_000;
    let partner = TestPartner::start().await;
    partner.mood("acme-doors", Mood::Late(Duration::from_millis(40), 202));
    let deskbridge = Deskbridge::on(database).await;
    let mut manifest = sound_manifest();
    manifest["partner"] = json!({
        "base_url": partner.url("acme-doors"), "secret": "whsec_AAAAAAAA", "allow_private_addresses": true,
    });
    deskbridge.manifest(&manifest);
    drop(deskbridge.serve().await);
    let db = Db::open(&deskbridge.database()).await.unwrap();
    let now = Clock::system().now();
    write_to(&db, &Random::from_system().unwrap(), now, "acme-doors", COUNT).await;
    for quarter in 1..4 {
        let serving = deskbridge.serve().await;
        partner.arrives("acme-doors", COUNT * quarter / 4).await;
        // SIGKILL.
        drop(serving);
        // What it was sending waits for its lease; nobody here waits 40 s.
        let tx = db.begin().await.unwrap();
        let earlier = format!("UPDATE outbox SET due_at = due_at - {LEASE} WHERE lease_id IS NOT NULL");
        let interrupted = tx.connection().execute_unprepared(&earlier).await.unwrap().rows_affected();
        assert!(interrupted > 0, "it was killed between two deliveries");
        tx.commit().await.unwrap();
    }
    let _serving = deskbridge.serve().await;
    let over = async {
        while !outbox::due(db.read()).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), over).await.unwrap();
    let received = partner.received();
    let ids: HashSet<&str> = received.iter().map(|received| received.id.as_str()).collect();
    assert_eq!(ids.len(), COUNT, "each arrived");
    // At most what three processes had under way came twice.
    assert!(received.len() <= COUNT + 3 * 64, "{}", received.len());
}

async fn several_processes_send_each_once(database: Database) {
    let (partner, app) = start(database).await;
    let (second, third) = (app.replica().await, app.replica().await);
    for receiver in [DOORS, WIFI] {
        write(&app, receiver, 300).await;
    }
    let (a, b, c) = tokio::join!(deliver_outbox(&app.app), deliver_outbox(&second.app), deliver_outbox(&third.app));
    for outcome in [a, b, c] {
        outcome.unwrap();
    }
    // One that saw nothing left for it may have ended before the others.
    deliver_outbox(&app.app).await.unwrap();
    let received = partner.received();
    let ids: HashSet<&str> = received.iter().map(|received| received.id.as_str()).collect();
    assert_eq!((received.len(), ids.len()), (600, 600));
    assert_eq!(app.number("SELECT COUNT(*) FROM outbox WHERE state = 'delivered'").await, 600);
}

async fn one_that_hangs_holds_nobody_up(database: Database) {
    let (partner, app) = start(database).await;
    partner.mood(WIFI, Mood::Hangs);
    write(&app, WIFI, 500).await;
    write(&app, DOORS, 500).await;
    let sending = tokio::spawn({
        let app = app.app.clone();
        async move { deliver_outbox(&app).await }
    });
    partner.arrives(DOORS, 500).await;
    assert_eq!(partner.count(WIFI), 1, "a new receiver gets one at a time until it answers");
    sending.abort();
}

/// The sender of a process that serves: it wakes when something is written, and stops when all is written down.
async fn it_wakes_at_once_and_ends_in_order(database: Database) {
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    let stop = CancellationToken::new();
    let sender = tokio::spawn(send_outbox(app.app.clone(), stop.clone()));
    partner.mood(DOORS, Mood::Late(Duration::from_millis(1_500), 202));
    // It has looked and found nothing.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = tokio::time::Instant::now();
    sync(&app, &installed, json!({})).await;
    partner.arrives(DOORS, 1).await;
    assert!(started.elapsed() < Duration::from_secs(3), "it waited for its timer: {:?}", started.elapsed());
    stop.cancel();
    sync(&app, &installed, json!({ "sync": "off" })).await;
    sender.await.unwrap();
    assert_eq!(states(&app).await, ["delivered 0", "waiting 0"], "the one under way was ended, no other begun");
    assert_eq!(partner.received().len(), 1);
}

/// A connection is judged anew after its hook, once nobody holds it; no delivery waits for that.
async fn a_connection_that_is_held_holds_up_no_delivery(database: Database) {
    if database == Database::Sqlite {
        // It has one writer: whoever holds a connection there holds the outbox as well.
        return;
    }
    let (partner, app) = start(database).await;
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    sync(&app, &installed, json!({})).await;
    app.execute("UPDATE connections SET state = 'delayed', cause = 'hook_failures'").await;
    let held = app.app.db.begin().await.unwrap();
    connections::lock(&held, app.connection_of(&installed).await).await.unwrap().unwrap();
    let stop = CancellationToken::new();
    let sender = tokio::spawn(send_outbox(app.app.clone(), stop.clone()));
    let patience = Duration::from_secs(20);
    let delivered = async |count: usize| {
        while states(&app).await.iter().filter(|state| *state == "delivered 0").count() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(patience, delivered(1)).await.unwrap();
    write(&app, WIFI, 1).await;
    app.app.outbox.wake();
    tokio::time::timeout(patience, delivered(2)).await.unwrap();
    assert_eq!(app.texts("SELECT state FROM connections").await, [Some("delayed".to_owned())], "it is still held");
    held.commit().await.unwrap();
    stop.cancel();
    sender.await.unwrap();
    assert_eq!(app.texts("SELECT state FROM connections").await, [Some("finish_set_up".to_owned())]);
    assert_eq!((partner.count(DOORS), partner.count(WIFI)), (1, 1));
}

/// A database that is away for a moment costs neither the message nor a second delivery.
async fn an_end_that_is_not_written_is_written_later(database: Database) {
    let (partner, app) = start(database).await;
    partner.mood(DOORS, Mood::Late(Duration::from_millis(500), 202));
    write(&app, DOORS, 1).await;
    let stop = CancellationToken::new();
    let sender = tokio::spawn(send_outbox(app.app.clone(), stop.clone()));
    partner.arrives(DOORS, 1).await;
    app.execute("ALTER TABLE outbox RENAME TO away").await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    app.execute("ALTER TABLE away RENAME TO outbox").await;
    let written = async {
        while states(&app).await != ["delivered 0"] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), written).await.unwrap();
    assert_eq!(partner.received().len(), 1);
    stop.cancel();
    sender.await.unwrap();
}

/// That a connection has ended is heard also when nothing of it is kept; then its last trace goes.
async fn the_last_word_outlives_the_purge(database: Database) {
    let (partner, app) = start_with(database, &[("RETENTION_DAYS", "0")]).await;
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    sync(&app, &installed, json!({})).await;
    app.run_jobs().await;
    partner.mood(DOORS, Mood::Status(500));
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM connections").await, 0);
    assert_eq!(states(&app).await, ["waiting 1"], "what was delivered went with the connection");
    partner.mood(DOORS, Mood::Status(202));
    app.clock.advance(MINUTE);
    app.run_jobs().await;
    assert_eq!(partner.received().last().unwrap().hook, "disconnected");
    assert_eq!(states(&app).await, ["delivered 1"]);
    app.run_jobs().await;
    assert_eq!(states(&app).await.len(), 0);
}

/// The statement that finds receivers goes by the index, however much waits.
async fn receivers_are_found_one_by_one(database: Database) {
    let (_partner, app) = start(database).await;
    assert_eq!(outbox::due(app.app.db.read()).await.unwrap(), []);
    for (receiver, count) in [("b", 3), ("a", 2), ("c", 1)] {
        write(&app, receiver, count).await;
        app.clock.advance(SECOND);
    }
    app.execute("UPDATE outbox SET due_at = NULL WHERE receiver = 'c'").await;
    let now = app.clock.now();
    let due = outbox::due(app.app.db.read()).await.unwrap();
    let due: Vec<(&str, Millis)> = due.iter().map(|due| (due.receiver.as_str(), now - due.due_at)).collect();
    assert_eq!(due, [("a", 2 * SECOND), ("b", 3 * SECOND)]);
}

on_both_databases!(
    failures_are_tried_again_and_end,
    it_arrives_when_the_receiver_is_back,
    a_receiver_that_asks_for_a_wait_gets_it,
    a_crash_loses_nothing,
    kill_nine_loses_nothing,
    several_processes_send_each_once,
    one_that_hangs_holds_nobody_up,
    it_wakes_at_once_and_ends_in_order,
    a_connection_that_is_held_holds_up_no_delivery,
    an_end_that_is_not_written_is_written_later,
    the_last_word_outlives_the_purge,
    receivers_are_found_one_by_one
);
