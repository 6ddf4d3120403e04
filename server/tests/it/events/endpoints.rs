//! Endpoints through the API: made, rotated, disabled, enabled, deleted, and nobody else's.

use app::ports::Actor;
use serde_json::{Value, json};
use server::clock::{DAY, HOUR, MINUTE, SECOND};
use server::http::operations;
use server::services::events::endpoints::{self as service, By, Replay};
use server::storage::{endpoints, housekeeping};
use uuid::Uuid;

use super::{DOORS, Ear, WIFI, act, api, deliver, happen, heard, is_signed, know, listen, names, shown, start};
use crate::support::command::{Deskbridge, sound_manifest};
use crate::support::partner::Mood;
use crate::support::{Database, TestApp, on_both_databases};

const HOME: &str = "/api/v1/event-endpoints";

async fn an_endpoint_is_made_shown_and_deleted(database: Database) {
    let (partner, app) = start(database).await;
    let mut api = api(&app, &[DOORS, WIFI]).await;
    let ear =
        listen(&app, &mut api, &partner, (DOORS, "events"), &["connection.*", "settings.changed", "connection.*"])
            .await;
    assert!(ear.id.starts_with("ep_") && ear.secret.starts_with("whsec_"));
    let view = shown(&mut api, &ear).await;
    assert_eq!(
        view,
        json!({
            "id": ear.id,
            "integration": DOORS,
            "url": format!("{}/events", partner.url(DOORS)),
            "types": ["connection.*", "settings.changed"],
            "created_at": "2026-11-24T12:00:00.000Z",
            "previous_secret_until": null,
            "failing_since": null,
            "disabled_at": null,
            "reason": null,
            "deliveries": { "waiting": 0, "oldest_waiting_at": null, "dead": 0 },
        }),
        "without its secret"
    );
    app.clock.advance(SECOND);
    let second = listen(&app, &mut api, &partner, (WIFI, "more"), &["*"]).await;
    let list = api.get(HOME).await.json();
    assert_eq!(list, json!({ "data": [view, shown(&mut api, &second).await], "next": null }));
    let page = api.get(&format!("{HOME}?limit=1")).await.json();
    assert_eq!((&page["data"][0]["id"], &page["next"]), (&json!(ear.id), &json!(ear.id)));
    let page = api.get(&format!("{HOME}?limit=1&cursor={}", ear.id)).await.json();
    assert_eq!((&page["data"][0]["id"], &page["next"]), (&json!(second.id), &Value::Null));

    let connection = app.connection_of(&app.connected("harbour-and-loom", DOORS, &[]).await).await;
    partner.mood_of(DOORS, "events", Mood::Status(500));
    happen(&app, connection, 2).await;
    deliver(&app).await;
    let gone = api.send("DELETE", &format!("{HOME}/{}", ear.id), None).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(api.get(&format!("{HOME}/{}", ear.id)).await.status, 404);
    app.clock.advance(HOUR);
    deliver(&app).await;
    happen(&app, connection, 1).await;
    deliver(&app).await;
    assert_eq!(partner.calls("events").len(), 2, "nothing more is sent there");
    assert_eq!(app.number("SELECT COUNT(*) FROM outbox WHERE event_id IS NOT NULL").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM event_endpoint_secrets").await, 1);
}

async fn bad_wishes_are_named_and_change_nothing(database: Database) {
    let (partner, app) = start(database).await;
    let mut api = api(&app, &[DOORS, "tally-desk"]).await;
    let url = format!("{}/events", partner.url(DOORS));
    let good = json!({ "integration": DOORS, "url": url, "types": ["*"] });
    let with = |key: &str, value: Value| {
        let mut wish = good.clone();
        wish[key] = value;
        wish
    };
    let without = |key: &str| {
        let mut wish = good.clone();
        wish.as_object_mut().unwrap().remove(key);
        wish
    };
    for (wish, part) in [
        (without("integration"), "integration"),
        (without("url"), "url"),
        (without("types"), "types"),
        (with("secret", json!("whsec_AAAA")), "secret"),
        (with("integration", json!(WIFI)), "integration"),
        (with("integration", json!("unknown")), "integration"),
        (with("integration", json!(7)), "integration"),
        (with("types", json!([])), "types"),
        (with("types", json!("*")), "types"),
        (with("types", json!(["settings.changed", "settings.removed"])), "types"),
        (with("types", json!(["officernd.*", 7])), "types"),
        (with("url", json!("")), "url"),
        (with("url", json!("/events")), "url"),
        (with("url", json!("mailto:a@b.example")), "url"),
        (with("url", json!("https://user@partner.example/")), "url"),
        (with("url", json!("https://u:p@partner.example/")), "url"),
        (with("url", json!("https://partner.example/#part")), "url"),
        (with("url", json!(format!("https://partner.example/{}", "x".repeat(2_000)))), "url"),
        (json!(null), "body"),
        (json!([good]), "body"),
    ] {
        let refused = api.post(HOME, &wish).await;
        names(&refused, part);
    }
    // Without `allow_private_addresses` in a manifest nothing inside is reached.
    for (url, why) in [
        ("http://partner.example/", "The address is not https."),
        ("https://127.0.0.1/", "The address is private, local or reserved."),
        ("https://[::1]/", "The address is private, local or reserved."),
        ("https://0x7f.1/", "The address is private, local or reserved."),
        ("https://169.254.169.254/latest/meta-data", "The address is private, local or reserved."),
        ("https://10.0.0.7/", "The address is private, local or reserved."),
        ("https://[fd00:ec2::254]/", "The address is private, local or reserved."),
        ("https://localhost/", "The address is private, local or reserved."),
        ("https://nobody.invalid/", "The name leads to no address."),
        ("ftp://8.8.8.8/", "The address is not https."),
    ] {
        let refused = api.post(HOME, &json!({ "integration": "tally-desk", "url": url, "types": ["*"] })).await;
        assert_eq!((refused.status, refused.json()["code"].clone()), (422, json!("address_refused")), "{url}");
        assert_eq!(refused.json()["errors"], json!([{ "field": "url", "message": why }]), "{url}");
    }
    let ftp = api.post(HOME, &with("url", json!("ftp://127.0.0.1/"))).await;
    assert_eq!(ftp.status, 422, "not even where private addresses are allowed");
    for broken in ["", "{", "\u{0}"] {
        let refused = api.send("POST", HOME, Some(("application/json", broken.as_bytes().to_vec()))).await;
        assert_eq!((refused.status, refused.json()["detail"].clone()), (400, json!("Cannot read body.")));
    }
    for wrong in ["limit=0", "limit=x", "cursor=7", "after=7", "limit=1&limit=2"] {
        assert_eq!(api.get(&format!("{HOME}?{wrong}")).await.status, 400, "{wrong}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM event_endpoints").await, 0);
    for number in 0..20 {
        listen(&app, &mut api, &partner, (DOORS, &format!("events{number}")), &["*"]).await;
    }
    let refused = api.post(HOME, &good).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (409, json!("too_many_endpoints")));
    assert_eq!(api.send("PUT", HOME, None).await.status, 405);
}

/// Both secrets sign while receivers change over; then only the new one.
async fn a_rotation_overlaps(database: Database) {
    let (partner, app) = start(database).await;
    let mut api = api(&app, &[DOORS]).await;
    let connection = app.connection_of(&app.connected("harbour-and-loom", DOORS, &[]).await).await;
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["*"]).await;
    let rotate = async |api: &mut crate::support::Browser, body: Value| -> Ear {
        let rotated = act(api, &ear, "rotate", body).await;
        assert_eq!(rotated.status, 200, "{}", rotated.text);
        assert_eq!(rotated.header("cache-control"), "no-store");
        let secret = rotated.json()["secret"].as_str().unwrap().to_owned();
        know(&app, &secret);
        Ear { secret, ..ear.clone() }
    };
    let second = rotate(&mut api, json!({})).await;
    assert_ne!(second.secret, ear.secret);
    assert_eq!(shown(&mut api, &ear).await["previous_secret_until"], "2026-11-25T12:00:00.000Z");
    happen(&app, connection, 1).await;
    deliver(&app).await;
    let received = partner.calls("events").pop().unwrap();
    assert!(is_signed(&received, &ear.secret) && is_signed(&received, &second.secret));
    assert_eq!(received.signature.split(' ').count(), 2);

    app.clock.advance(DAY);
    happen(&app, connection, 1).await;
    deliver(&app).await;
    let received = partner.calls("events").pop().unwrap();
    assert!(!is_signed(&received, &ear.secret) && is_signed(&received, &second.secret), "also before it is cleared");
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM event_endpoint_secrets WHERE previous IS NOT NULL").await, 0);
    assert_eq!(shown(&mut api, &ear).await["previous_secret_until"], Value::Null);

    // A secret that is known to others ends at once.
    let third = rotate(&mut api, json!({ "overlap_seconds": 0 })).await;
    happen(&app, connection, 1).await;
    deliver(&app).await;
    let received = partner.calls("events").pop().unwrap();
    assert!(!is_signed(&received, &second.secret) && is_signed(&received, &third.secret));
    for wrong in
        [json!({ "overlap_seconds": -1 }), json!({ "overlap_seconds": 604_801 }), json!({ "overlap_seconds": "1" })]
    {
        let refused = act(&mut api, &ear, "rotate", wrong).await;
        names(&refused, "overlap_seconds");
    }
}

async fn metrics(app: &TestApp) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let router = operations::router(app.app.clone(), None);
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let text = app.request("GET", &url).send().await.unwrap().text().await.unwrap();
    server.abort();
    text
}

/// What `deskbridge check` says of events.
async fn findings(app: &TestApp) -> Vec<String> {
    let deskbridge = Deskbridge::beside(app);
    for integration in &app.integrations {
        let mut manifest = sound_manifest();
        manifest["integration"] = integration.slug.as_str().into();
        manifest["client_id"] = integration.client.client_id.as_str().into();
        let file = deskbridge.path(&format!("integrations/{}.json", integration.slug));
        std::fs::write(file, manifest.to_string()).unwrap();
    }
    let ran = deskbridge.run(&["check"]).await;
    ran.stdout.lines().filter(|line| line.contains("events: ")).map(str::to_owned).collect()
}

/// Five days without anything that arrives: it is disabled, and that is seen everywhere.
async fn who_hears_nothing_for_days_is_disabled(database: Database) {
    let (partner, app) = start(database).await;
    let mut api = api(&app, &[DOORS]).await;
    let connection = app.connection_of(&app.connected("harbour-and-loom", DOORS, &[]).await).await;
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["settings.changed"]).await;
    partner.mood_of(DOORS, "events", Mood::Status(500));
    happen(&app, connection, 1).await;
    deliver(&app).await;
    app.clock.advance(4 * DAY);
    // One that arrives in between begins it anew.
    partner.mood_of(DOORS, "events", Mood::Status(200));
    deliver(&app).await;
    assert_eq!(shown(&mut api, &ear).await["failing_since"], Value::Null);
    partner.mood_of(DOORS, "events", Mood::Status(410));
    app.clock.advance(DAY);
    happen(&app, connection, 2).await;
    deliver(&app).await;
    app.clock.advance(5 * DAY - SECOND);
    happen(&app, connection, 1).await;
    deliver(&app).await;
    let failing = shown(&mut api, &ear).await;
    assert_eq!(
        (&failing["failing_since"], &failing["disabled_at"]),
        (&json!("2026-11-29T12:00:00.000Z"), &Value::Null)
    );
    app.clock.advance(6 * SECOND);
    deliver(&app).await;
    let disabled = shown(&mut api, &ear).await;
    assert!(disabled["disabled_at"].as_str().unwrap().starts_with("2026-12-04T12:00:0"), "{disabled}");
    let reason = "nothing arrived since 2026-11-29T12:00:00.000Z; the last failure: event: status, status 410";
    assert_eq!(disabled["reason"], reason);
    assert_eq!(disabled["deliveries"]["waiting"], 0, "what waited is given up");
    let calls = partner.calls("events").len();
    happen(&app, connection, 2).await;
    app.clock.advance(HOUR);
    deliver(&app).await;
    assert_eq!(partner.calls("events").len(), calls, "nothing more is sent");

    let found = findings(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("WRONG events: ") && found[0].contains(&ear.id) && found[0].contains(reason),
        "{found:?}"
    );
    let text = metrics(&app).await;
    let labels = format!("{{integration=\"{DOORS}\",endpoint=\"{}\"}}", ear.id);
    assert!(text.contains(&format!("deskbridge_event_endpoint_disabled{labels} 1\n")), "{text}");
    assert!(text.contains(&format!("deskbridge_event_deliveries_dead{labels} 3\n")), "{text}");
    assert!(!text.contains("deskbridge_outbox_dead{integration=\"ep_"), "{text}");

    let refused = act(&mut api, &ear, "replay", json!({ "since": "2026-11-24T00:00:00Z" })).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (409, json!("endpoint_disabled")));
    partner.mood_of(DOORS, "events", Mood::Status(200));
    let enabled = act(&mut api, &ear, "enable", json!({})).await;
    assert_eq!((enabled.status, enabled.json()["disabled_at"].clone()), (200, Value::Null));
    let since = json!({ "since": "2026-11-29T00:00:00Z" });
    assert_eq!(act(&mut api, &ear, "replay", since).await.json(), json!({ "events": 5 }));
    deliver(&app).await;
    assert_eq!(heard(&partner, &ear).len(), calls + 5);
    assert_eq!(findings(&app).await, [""; 0]);
    app.clock.advance(MINUTE);
    happen(&app, connection, 1).await;
    deliver(&app).await;
    assert_eq!(heard(&partner, &ear).len(), calls + 6, "it hears again");
}

/// One failure after a long silence is no five days of failures.
async fn a_failure_after_silence_has_to_be_one_again(database: Database) {
    let (partner, app) = start(database).await;
    let mut api = api(&app, &[DOORS]).await;
    let connection = app.connection_of(&app.connected("harbour-and-loom", DOORS, &[]).await).await;
    let ear = listen(&app, &mut api, &partner, (DOORS, "events"), &["settings.changed"]).await;
    partner.mood_of(DOORS, "events", Mood::Status(500));
    happen(&app, connection, 1).await;
    deliver(&app).await;
    // Given up long ago, and nothing happened since.
    app.execute("DELETE FROM outbox").await;
    app.clock.advance(6 * DAY);
    happen(&app, connection, 1).await;
    deliver(&app).await;
    assert_eq!(shown(&mut api, &ear).await["disabled_at"], Value::Null);
    app.clock.advance(6 * SECOND);
    deliver(&app).await;
    assert!(shown(&mut api, &ear).await["disabled_at"].is_string(), "it failed again");
}

/// What a key does not have is not there, by no way and in the same words.
async fn nobody_reaches_anothers(database: Database) {
    let (partner, app) = start(database).await;
    let (mut mine, mut other) = (api(&app, &[DOORS]).await, api(&app, &[WIFI]).await);
    let ear = listen(&app, &mut mine, &partner, (DOORS, "events"), &["*"]).await;
    let theirs = listen(&app, &mut other, &partner, (WIFI, "theirs"), &["*"]).await;
    let connection = app.connection_of(&app.connected("harbour-and-loom", DOORS, &[]).await).await;
    happen(&app, connection, 1).await;
    deliver(&app).await;
    assert_eq!((heard(&partner, &ear).len(), partner.calls("theirs").len()), (1, 0));
    let unknown = "ep_00000000000070008000000000000007";
    for (method, rest) in
        [("GET", ""), ("DELETE", ""), ("GET", "/dead"), ("POST", "/enable"), ("POST", "/replay"), ("POST", "/rotate")]
    {
        let body = Some(("application/json", br#"{"since":"2026-11-24T00:00:00Z"}"#.to_vec()));
        let body = body.filter(|_| method == "POST");
        let foreign = other.send(method, &format!("{HOME}/{}{rest}", ear.id), body.clone()).await;
        let missing = other.send(method, &format!("{HOME}/{unknown}{rest}"), body).await;
        assert_eq!((foreign.status, &foreign.text), (404, &missing.text), "{method} {rest}");
    }
    let list = other.get(HOME).await.json();
    assert_eq!((list["data"].as_array().unwrap().len(), &list["data"][0]["id"]), (1, &json!(theirs.id)));
    let event = heard(&partner, &ear)[0].id.clone();
    assert_eq!(act(&mut other, &theirs, "replay", json!({ "event": event })).await.status, 404);
    let since = act(&mut other, &theirs, "replay", json!({ "since": "2026-11-24T00:00:00Z" })).await;
    assert_eq!(since.json(), json!({ "events": 0 }));
    // A key without the scope, and none at all.
    let mut reader = app.api(&app.api_key(&[DOORS], &["events:read"]).await);
    assert_eq!(reader.get(&format!("{HOME}/{}", ear.id)).await.status, 200);
    for (method, rest) in [("DELETE", ""), ("POST", "/enable"), ("POST", "/replay"), ("POST", "/rotate")] {
        let refused = reader.send(method, &format!("{HOME}/{}{rest}", ear.id), None).await;
        assert_eq!((refused.status, refused.json()["code"].clone()), (403, json!("forbidden")), "{method} {rest}");
    }
    assert_eq!(reader.post(HOME, &json!({})).await.status, 403);
    assert_eq!(app.browser().get(HOME).await.status, 401);
    assert_eq!(shown(&mut mine, &ear).await["previous_secret_until"], Value::Null, "nothing was changed");
}

/// Who replays while the endpoint is deleted, or the connection purged, leaves nothing that waits for nobody.
async fn a_replay_beside_an_end_leaves_nothing(database: Database) {
    let (partner, app) = start(database).await;
    let mut api = api(&app, &[DOORS]).await;
    listen(&app, &mut api, &partner, (DOORS, "gone"), &["*"]).await;
    let deleted = endpoints::all(app.app.db.read()).await.unwrap().remove(0);
    let installed = app.connected("harbour-and-loom", DOORS, &[]).await;
    happen(&app, app.connection_of(&installed).await, 3).await;
    deliver(&app).await;
    // As if it had been read before it was deleted.
    service::delete(&app.app, &deleted, &By::Key).await.unwrap();
    let staff = By::Staff(Actor::Staff { id: Uuid::from_u128(1), name: "Robin support".to_owned() });
    let unknown = Replay::Event(Uuid::from_u128(7));
    for what in [Replay::Since(0), unknown] {
        assert_eq!(service::replay(&app.app, &deleted, what, &staff).await.unwrap(), None);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM outbox WHERE event_id IS NOT NULL").await, 0);

    listen(&app, &mut api, &partner, (DOORS, "events"), &["*"]).await;
    let endpoint = endpoints::all(app.app.db.read()).await.unwrap().remove(0);
    assert_eq!(service::replay(&app.app, &endpoint, unknown, &staff).await.unwrap(), None);
    assert!(app.staff_kinds().await.is_empty(), "what was not there was not replayed");
    for slug in ["kaffee-und-werk", "studio-17", "harbour-space", "northern-harbours"] {
        let installed = app.connected(slug, DOORS, &[]).await;
        let connection = app.stored(app.connection_of(&installed).await).await;
        happen(&app, connection.id, 40).await;
        deliver(&app).await;
        let purge = async {
            let mut tx = app.app.db.begin().await.unwrap();
            let now = app.clock.now();
            housekeeping::purge_one(&mut tx, connection.id, connection.organization, now).await.unwrap();
            tx.commit().await.unwrap();
        };
        let replay = service::replay(&app.app, &endpoint, Replay::Since(0), &By::Key);
        let (replayed, ()) = tokio::join!(replay, purge);
        assert!(replayed.unwrap().is_some());
        deliver(&app).await;
        app.clock.advance(1);
        let mut tx = app.app.db.begin().await.unwrap();
        assert!(!housekeeping::delete_some(&mut tx, app.clock.now()).await.unwrap(), "there is not much of it");
        tx.commit().await.unwrap();
        let of = |table: &str| {
            format!("SELECT COUNT(*) FROM {table} WHERE connection_id NOT IN (SELECT id FROM connections)")
        };
        assert_eq!((app.number(&of("outbox")).await, app.number(&of("events")).await), (0, 0), "{slug}");
        assert_eq!(app.number("SELECT COUNT(*) FROM outbox WHERE state = 'dead'").await, 0);
    }
}

on_both_databases!(
    a_replay_beside_an_end_leaves_nothing,
    an_endpoint_is_made_shown_and_deleted,
    bad_wishes_are_named_and_change_nothing,
    a_rotation_overlaps,
    who_hears_nothing_for_days_is_disabled,
    a_failure_after_silence_has_to_be_one_again,
    nobody_reaches_anothers,
);
