//! Whoever reads events one page after the other misses none, however they are committed.

use std::collections::HashSet;

use serde_json::{Value, json};
use server::clock::{DAY, HOUR, MINUTE};
use server::domain::event::EventType;
use server::services::events::{distribute, tell};
use uuid::Uuid;

use super::{DOORS, WIFI, api, happen, names, read, types};
use crate::support::{Browser, Database, TestApp, on_both_databases};

async fn connected(app: &TestApp, organization: &str, integration: &str) -> Uuid {
    let installed = app.connected(organization, integration, &[]).await;
    app.connection_of(&installed).await
}

/// Everything after an event, in pages of `limit`.
async fn all(api: &mut Browser, query: &str, limit: usize, after: Option<String>) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), after);
    loop {
        let cursor = after.as_ref().map_or_else(String::new, |id| format!("&after={id}"));
        let (page, next) = read(api, &format!("?limit={limit}{cursor}{query}")).await;
        assert!(page.len() <= limit);
        found.extend(page);
        match next {
            None => return found,
            Some(next) => {
                assert_eq!(found.last().unwrap()["id"], next, "it goes on behind the last one");
                after = Some(next);
            }
        }
    }
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().filter_map(|event| event["data"]["number"].as_i64()).collect()
}

/// Each once. Where one writes at a time, in the commit that stores the delivery: another would hold up the next ones.
async fn webhooks_are_numbered(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    distribute(&app.app).await.unwrap();
    let before = app.number("SELECT last FROM event_numbering").await;
    let numbered = format!("SELECT COUNT(*) FROM events WHERE position > {before}");
    for number in 0..3 {
        let body = json!({ "eventType": "member.created", "data": { "number": number } }).to_string();
        for _ in 0..2 {
            assert_eq!(app.deliver(&subscription, body.as_bytes()).await.status, 200);
        }
    }
    if database == Database::Sqlite {
        assert_eq!(app.number(&numbered).await, 3);
    }
    distribute(&app.app).await.unwrap();
    assert_eq!(app.number(&numbered).await, 3);
    assert_eq!(app.number("SELECT COUNT(*) FROM events WHERE position IS NULL").await, 0);
}

async fn pages_hold_everything_once_and_in_order(database: Database) {
    let app = TestApp::start(database).await;
    let tally = connected(&app, "harbour-and-loom", "tally-desk").await;
    let mut api = api(&app, &["tally-desk", DOORS]).await;
    assert_eq!(read(&mut api, "?type=settings.changed").await, (vec![], None));
    happen(&app, tally, 7).await;
    for limit in [1, 2, 6, 7, 8, 100] {
        assert_eq!(numbers(&all(&mut api, "&type=settings.changed", limit, None).await), [0, 1, 2, 3, 4, 5, 6]);
    }
    let (first, _) = read(&mut api, "?type=settings.changed").await;
    let third = first[2]["id"].as_str().unwrap().to_owned();
    let rest = all(&mut api, "&type=settings.*", 2, Some(third.clone())).await;
    assert_eq!(numbers(&rest), [3, 4, 5, 6]);
    // Under the name that other lists have for it, and not under both.
    let (same, _) = read(&mut api, &format!("?type=settings.*&cursor={third}")).await;
    assert_eq!(numbers(&same), [3, 4, 5, 6]);
    let both = api.get(&format!("/api/v1/events?after={third}&cursor={third}")).await;
    names(&both, "cursor");
    assert_eq!(rest, all(&mut api, "&type=settings.*", 100, Some(third)).await, "the same bodies every time");
    let last = first[6]["id"].as_str().unwrap().to_owned();
    assert_eq!(all(&mut api, "", 100, Some(last.clone())).await, Vec::<Value>::new());
    app.clock.advance(MINUTE);
    happen(&app, tally, 1).await;
    assert_eq!(numbers(&all(&mut api, "", 100, Some(last)).await), [0]);
}

async fn filters_find_what_they_name(database: Database) {
    let app = TestApp::start(database).await;
    let tally = connected(&app, "harbour-and-loom", "tally-desk").await;
    let other = connected(&app, "studio-17", "tally-desk").await;
    let doors = connected(&app, "studio-17", DOORS).await;
    for connection in [tally, other, doors] {
        happen(&app, connection, 1).await;
    }
    let mut api = api(&app, &["tally-desk", DOORS]).await;
    let of = |connection: Uuid| app::ids::ConnectionId(connection).to_string();
    let tallies = ["connection.connected", "settings.changed"];
    assert_eq!(types(&mut api, &format!("?connection={}", of(tally))).await, tallies);
    assert_eq!(types(&mut api, &format!("?connection={}&type=*", of(other))).await, tallies);
    assert_eq!(types(&mut api, "?integration=portunus-access").await, ["settings.changed"]);
    assert_eq!(types(&mut api, "?type=connection.connected").await.len(), 2);
    assert_eq!(types(&mut api, "?type=officernd.*").await, [""; 0]);
    assert_eq!(types(&mut api, "?integration=unknown").await, [""; 0]);
    assert_eq!(types(&mut api, &format!("?connection={}", of(Uuid::from_u128(7)))).await, [""; 0]);
    for wrong in [
        "connection=7",
        "after=7",
        "after=con_00000000000000000000000000000007",
        "limit=0",
        "limit=101",
        "since=1",
        "type=*&type=*",
    ] {
        let answer = api.get(&format!("/api/v1/events?{wrong}")).await;
        assert_eq!((answer.status, answer.json()["code"].clone()), (400, json!("invalid_request")), "{wrong}");
        let named = wrong.split('=').next().unwrap();
        assert!(answer.json()["detail"].as_str().unwrap().contains(named), "{}", answer.text);
    }
    for unknown in ["type=settings", "type="] {
        let answer = api.get(&format!("/api/v1/events?{unknown}")).await;
        assert_eq!((answer.status, answer.json()["errors"][0]["field"].clone()), (422, json!("type")), "{unknown}");
    }
}

/// Two transactions overlap, and the one whose event has the older id ends last.
async fn a_late_commit_is_not_missed(database: Database) {
    if database == Database::Sqlite {
        // There one transaction writes at a time; the next test looks at both.
        return;
    }
    let app = TestApp::start(database).await;
    let tally = connected(&app, "harbour-and-loom", "tally-desk").await;
    let connection = app.stored(tally).await;
    let mut api = api(&app, &["tally-desk"]).await;
    let start = read(&mut api, "").await.0.last().unwrap()["id"].as_str().unwrap().to_owned();
    let mut late = app.app.db.begin().await.unwrap();
    tell(&app.app.random, &mut late, &connection, EventType::SyncSwitched, &json!({}), app.clock.now()).await.unwrap();
    app.clock.advance(1);
    let mut early = app.app.db.begin().await.unwrap();
    tell(&app.app.random, &mut early, &connection, EventType::SettingsChanged, &json!({}), app.clock.now())
        .await
        .unwrap();
    early.commit().await.unwrap();
    let (seen, _) = read(&mut api, &format!("?after={start}")).await;
    assert_eq!((seen.len(), &seen[0]["type"]), (1, &json!("settings.changed")), "it waits for nobody");
    let cursor = seen[0]["id"].as_str().unwrap().to_owned();
    late.commit().await.unwrap();
    let (seen, _) = read(&mut api, &format!("?after={cursor}")).await;
    assert_eq!((seen.len(), &seen[0]["type"]), (1, &json!("sync.switched")));
    assert!(seen[0]["id"].as_str().unwrap() < cursor.as_str(), "its id is older than the cursor");
}

/// Many write, two processes number, one reads meanwhile.
async fn a_reader_beside_writers_misses_nothing(database: Database) {
    const WRITERS: usize = 8;
    const EACH: usize = 25;
    let app = TestApp::start(database).await;
    let tally = connected(&app, "harbour-and-loom", "tally-desk").await;
    let replica = app.replica().await;
    let connection = app.stored(tally).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (app, connection) =
                (if writer % 2 == 0 { app.app.clone() } else { replica.app.clone() }, connection.clone());
            tokio::spawn(async move {
                for number in 0..EACH {
                    let mut tx = app.db.begin().await.unwrap();
                    let more = json!({ "number": writer * EACH + number });
                    tell(&app.random, &mut tx, &connection, EventType::SettingsChanged, &more, app.clock.now())
                        .await
                        .unwrap();
                    // Others begin and end in between.
                    for _ in 0..writer {
                        tokio::task::yield_now().await;
                    }
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    let mut api = api(&app, &["tally-desk"]).await;
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    let numbering = tokio::spawn({
        let app = replica.app.clone();
        async move {
            loop {
                server::services::events::distribute(&app).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    while seen.len() < WRITERS * EACH {
        let ended = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let cursor = after.as_ref().map_or_else(String::new, |id| format!("&after={id}"));
        let (page, _) = read(&mut api, &format!("?limit=100&type=settings.changed{cursor}")).await;
        assert!(!(ended && page.is_empty()), "only {} of {} were read", seen.len(), WRITERS * EACH);
        after = page.last().map(|event| event["id"].as_str().unwrap().to_owned()).or(after);
        seen.extend(numbers(&page));
    }
    numbering.abort();
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), WRITERS * EACH, "none twice");
    for writer in writers {
        writer.await.unwrap();
    }
    let whole = numbers(&all(&mut api, "&type=settings.changed", 100, None).await);
    assert_eq!(seen, whole, "who reads later reads the same order");
}

/// Events are forgotten after a month; a reader who was away so long gets what is left, and nobody's position is given twice.
async fn a_forgotten_cursor_goes_on_with_what_is_kept(database: Database) {
    let app = TestApp::start(database).await;
    let tally = connected(&app, "harbour-and-loom", "tally-desk").await;
    let mut api = api(&app, &["tally-desk"]).await;
    happen(&app, tally, 1).await;
    let (first, _) = read(&mut api, "").await;
    let cursor = first.last().unwrap()["id"].as_str().unwrap().to_owned();
    app.clock.advance(30 * DAY - HOUR);
    app.run_jobs().await;
    assert_eq!(read(&mut api, "").await.0[..first.len()], first, "kept that long");
    app.clock.advance(2 * HOUR);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM events WHERE kind = 'settings.changed'").await, 0);
    let quiet = types(&mut api, &format!("?after={cursor}")).await;
    assert!(!quiet.contains(&"settings.changed".to_owned()), "{quiet:?}");
    happen(&app, tally, 2).await;
    let (rest, _) = read(&mut api, &format!("?after={cursor}&type=settings.changed")).await;
    assert_eq!(numbers(&rest), [0, 1]);
    assert!(app.number("SELECT MIN(position) FROM events WHERE kind = 'settings.changed'").await > 2);
    // From the future, or no id of ours at all.
    let ahead = app.app.random.uuid(app.clock.now() + HOUR);
    for wrong in [ahead, Uuid::from_u128(7)] {
        let answer = api.get(&format!("/api/v1/events?after={}", app::ids::EventId(wrong))).await;
        assert_eq!((answer.status, answer.json()["errors"][0]["field"].clone()), (422, json!("after")));
    }
}

/// Bodies of OfficeRnD's events are large: a page ends early, says so, and leaves nothing out.
async fn large_bodies_end_a_page(database: Database) {
    let app = TestApp::start(database).await;
    let tally = connected(&app, "harbour-and-loom", "tally-desk").await;
    let connection = app.stored(tally).await;
    let mut tx = app.app.db.begin().await.unwrap();
    for (number, size) in [5_000_000, 1, 1_500_000, 1_500_000, 1_500_000, 1].into_iter().enumerate() {
        let more = json!({ "number": number, "text": "x".repeat(size) });
        let kind = EventType::SettingsChanged;
        tell(&app.app.random, &mut tx, &connection, kind, &more, app.clock.now()).await.unwrap();
        app.clock.advance(1);
    }
    tx.commit().await.unwrap();
    // A key that names its integration twice reads it once.
    let mut api = api(&app, &["tally-desk", "tally-desk"]).await;
    let (mut after, mut pages) = (String::new(), Vec::new());
    loop {
        let (page, next) = read(&mut api, &format!("?type=settings.changed{after}")).await;
        pages.push(numbers(&page));
        let Some(next) = next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(pages, [vec![0], vec![1, 2, 3], vec![4, 5]]);
}

/// Nothing of an integration that the key does not have: not by list, filter or cursor.
async fn a_key_reads_its_own(database: Database) {
    let app = TestApp::start(database).await;
    let tally = connected(&app, "harbour-and-loom", "tally-desk").await;
    let wifi = connected(&app, "harbour-and-loom", WIFI).await;
    happen(&app, tally, 2).await;
    happen(&app, wifi, 3).await;
    let (mut of_tally, mut of_wifi) = (api(&app, &["tally-desk"]).await, api(&app, &[WIFI]).await);
    assert_eq!(numbers(&read(&mut of_tally, "").await.0), [0, 1]);
    let (theirs, _) = read(&mut of_wifi, "?type=settings.changed").await;
    assert_eq!(numbers(&theirs), [0, 1, 2]);
    let of = app::ids::ConnectionId(wifi);
    assert_eq!(read(&mut of_tally, &format!("?connection={of}")).await, (vec![], None));
    assert_eq!(read(&mut of_tally, &format!("?integration={WIFI}")).await, (vec![], None));
    // A foreign cursor is as good as a forgotten one of that time.
    let foreign = theirs[0]["id"].as_str().unwrap();
    assert_eq!(numbers(&read(&mut of_tally, &format!("?after={foreign}")).await.0), [0, 1]);
    let none = app.api(&app.api_key(&["tally-desk"], &["events:write"]).await).get("/api/v1/events").await;
    assert_eq!((none.status, none.json()["code"].clone()), (403, json!("forbidden")));
    assert_eq!(app.browser().get("/api/v1/events").await.status, 401);
}

on_both_databases!(
    webhooks_are_numbered,
    pages_hold_everything_once_and_in_order,
    filters_find_what_they_name,
    a_late_commit_is_not_missed,
    a_reader_beside_writers_misses_nothing,
    a_forgotten_cursor_goes_on_with_what_is_kept,
    large_bodies_end_a_page,
    a_key_reads_its_own
);
