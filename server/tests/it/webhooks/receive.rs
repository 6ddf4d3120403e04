//! What is accepted, what is refused, and what is stored of it.

use app::ids::ConnectionId;
use futures_util::future::join_all;
use serde_json::{Value, json};
use server::clock::SECOND;

use crate::support::{Database, TestApp, on_both_databases, signature_header};

const MEMBER: &[u8] = br#"{"eventType":"member.created","data":{"object":{"_id":"1"}}}"#;

async fn stored(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM webhook_events").await
}

async fn the_raw_bytes_are_verified_and_kept(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    // Spaces, escapes, order and a doubled key are the sender's; a parser would write them otherwise.
    let odd = "{ \"data\" :{\"object\":{\"n\":1.0,\"n\":2e1,\"s\":\"\\u00fc\u{fc}\\/\"}},\r\n\t\"eventType\":\"member.updated\" }  "
        .as_bytes();
    let header = signature_header(&subscription.secret, odd, app.clock.now_seconds());
    let answer = app.post_webhook(&subscription.path(), Some(&header), odd).await;
    assert_eq!((answer.status, answer.json()), (200, json!({})), "{}", answer.text);
    let row = &app.rows("SELECT body, event_type, signed_at FROM webhook_events").await[0];
    assert_eq!(row.try_get_by_index::<Vec<u8>>(0).unwrap(), odd);
    assert_eq!(row.try_get_by_index::<String>(1).unwrap(), "member.updated");
    assert_eq!(row.try_get_by_index::<i64>(2).unwrap(), app.clock.now_seconds() * SECOND);

    let same_meaning = serde_json::to_vec(&serde_json::from_slice::<Value>(odd).unwrap()).unwrap();
    let answer = app.post_webhook(&subscription.path(), Some(&header), &same_meaning).await;
    assert_eq!(answer.status, 401, "the same JSON in other bytes is not what was signed");
    assert_eq!(stored(&app).await, 1);

    // As the simulated OfficeRnD delivers it.
    let event = json!({ "organization": "harbour-and-loom", "event_type": "member.created" });
    let sent = app.control("POST", "/events", &event).await;
    assert_eq!(sent["deliveries"][0]["status"], 200, "{sent}");
    assert_eq!(stored(&app).await, 2);
    app.run_jobs().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);
}

async fn a_header_is_read_by_name_or_position_in_either_case(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    let path = subscription.path();
    let t = app.clock.now_seconds();
    for (index, form) in [
        "t={t},signature={hex}",
        "signature={hex},t={t}",
        "{t},{hex}",
        "t={t}, signature={HEX}",
        "v=1,t={t},signature={hex}",
    ]
    .into_iter()
    .enumerate()
    {
        let body = format!("{{\"eventType\":\"member.created\",\"n\":{index}}}");
        let header = signature_header(&subscription.secret, body.as_bytes(), t);
        let hex = header.rsplit('=').next().unwrap();
        let header =
            form.replace("{t}", &t.to_string()).replace("{hex}", hex).replace("{HEX}", &hex.to_ascii_uppercase());
        let answer = app.post_webhook(&path, Some(&header), body.as_bytes()).await;
        assert_eq!(answer.status, 200, "{form}");
    }
    assert_eq!(stored(&app).await, 5);
}

async fn whatever_is_not_signed_by_this_subscription_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let sibling = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010000"]).await;
    let other = app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let mine = app.subscription(&installed).await;
    let path = mine.path();
    let t = app.clock.now_seconds();
    let good = signature_header(&mine.secret, MEMBER, t);
    let by = |secret: &str| Some(signature_header(secret, MEMBER, t));
    let (sibling_secret, other_secret) =
        (app.subscription(&sibling).await.secret, app.subscription(&other).await.secret);
    let integration_secret = app.integration_secret(&installed).await;
    let elsewhere = path.replace("/i/tally-desk/", "/i/meshfern-wifi/");
    let nobody = format!("/i/tally-desk/webhooks/{}", ConnectionId(uuid::Uuid::from_u128(7)));
    let id = path.rsplit('/').next().unwrap();
    let longer = [MEMBER, b" "].concat();
    let cases: Vec<(&str, String, Option<String>, &[u8])> = vec![
        ("missing header", path.clone(), None, MEMBER),
        ("empty header", path.clone(), Some(String::new()), MEMBER),
        ("nonsense", path.clone(), Some("nonsense".into()), MEMBER),
        ("short hex", path.clone(), Some(format!("t={t},signature=abcd")), MEMBER),
        ("zeros", path.clone(), Some(format!("t={t},signature={}", "0".repeat(64))), MEMBER),
        ("another time", path.clone(), Some(good.replace(&t.to_string(), &(t - 1).to_string())), MEMBER),
        ("another body", path.clone(), Some(good.clone()), b"{}"),
        ("a byte more", path.clone(), Some(good.clone()), &longer),
        ("sibling's secret", path.clone(), by(&sibling_secret), MEMBER),
        ("other tenant's secret", path.clone(), by(&other_secret), MEMBER),
        ("integration secret", path.clone(), by(&integration_secret), MEMBER),
        ("another integration in the path", elsewhere, Some(good.clone()), MEMBER),
        ("unknown connection", nobody, Some(good.clone()), MEMBER),
        ("no id", "/i/tally-desk/webhooks/con_7".into(), Some(good.clone()), MEMBER),
        ("upper-case id", path.replace(id, &id.to_ascii_uppercase()), Some(good.clone()), MEMBER),
    ];
    let mut bodies = Vec::new();
    for (what, path, header, body) in cases {
        let answer = app.post_webhook(&path, header.as_deref(), body).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text);
        bodies.push(answer.text);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "one answer for all: {bodies:?}");
    for switch in ["wrong", "missing"] {
        app.switch("webhook_signature", &json!(switch), Some(1)).await;
        let event = json!({ "organization": "harbour-and-loom", "event_type": "member.created", "integration": installed.integration_id });
        let sent = app.control("POST", "/events", &event).await;
        assert_eq!(sent["deliveries"][0]["status"], 401, "{sent}");
    }
    assert_eq!(stored(&app).await, 0);
    assert_eq!(app.post_webhook(&path, Some(&good), MEMBER).await.status, 200, "and the right one is taken");
}

async fn old_and_early_deliveries_are_refused(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    let now = app.clock.now_seconds();
    for (t, expected) in [
        (now - 86_400, 200),
        (now - 86_401, 401),
        (now + 300, 200),
        (now + 301, 401),
        (0, 401),
        (999_999_999_999_999, 401),
    ] {
        let header = signature_header(&subscription.secret, MEMBER, t);
        assert_eq!(app.post_webhook(&subscription.path(), Some(&header), MEMBER).await.status, expected, "{t}");
    }
    assert_eq!(stored(&app).await, 2);
}

async fn exact_repetitions_are_one_event(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    let header = signature_header(&subscription.secret, MEMBER, app.clock.now_seconds());
    let path = subscription.path();
    let answers = join_all((0..20).map(|_| app.post_webhook(&path, Some(&header), MEMBER))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    app.run_jobs().await;
    app.clock.advance(3_600 * SECOND);
    assert_eq!(app.post_webhook(&path, Some(&header), MEMBER).await.status, 200);
    assert_eq!(stored(&app).await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);

    // Many at once, some of them repeated: each is there once, and each is answered.
    let bodies: Vec<String> =
        (0..60).map(|n| format!("{{\"eventType\":\"member.updated\",\"n\":{}}}", n % 20)).collect();
    let answers = join_all(bodies.iter().map(|body| app.deliver(&subscription, body.as_bytes()))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(stored(&app).await, 21);

    // The same bytes signed anew are no exact repetition: we cannot know that nothing happened twice.
    app.clock.advance(SECOND);
    assert_eq!(app.deliver(&subscription, MEMBER).await.status, 200);
    assert_eq!(stored(&app).await, 22);
    // The same bytes to another connection are another event.
    let sibling = app.connected("harbour-and-loom", "tally-desk", &["65f0a1b2c3d4e5f700010000"]).await;
    assert_eq!(app.deliver(&app.subscription(&sibling).await, MEMBER).await.status, 200);
    assert_eq!(stored(&app).await, 23);
}

async fn what_cannot_be_read_is_kept_and_shown(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&installed).await;
    let subscription = app.subscription(&installed).await;
    let nested = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let long = format!("{{\"eventType\":\"{}\"}}", "x".repeat(201));
    let bodies: [&[u8]; 10] = [
        b"",
        b"not json",
        b"{\"eventType\":\"member.created\"",
        b"{}",
        b"[1]",
        b"{\"eventType\":5}",
        b"{\"eventType\":\"\"}",
        b"{\"eventType\":\"member\\u0000created\"}",
        nested.as_bytes(),
        long.as_bytes(),
    ];
    for body in bodies {
        let answer = app.deliver(&subscription, body).await;
        assert_eq!(answer.status, 200, "{:?}: {}", String::from_utf8_lossy(body), answer.text);
    }
    assert_eq!(app.deliver(&subscription, b"\xff\xfe\x00{}").await.status, 200);
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE event_type IS NULL").await, 11);
    app.run_jobs().await;
    app.run_jobs().await;
    assert_eq!(app.happened(connection, "webhook.unreadable").await, 11);
    assert_eq!(app.number("SELECT COUNT(*) FROM webhook_events WHERE processed_at IS NULL").await, 0);
    assert_eq!(app.call(&installed, "healthcheck", &json!({})).await.status, 200);
}

async fn too_much_is_not_read(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let subscription = app.subscription(&installed).await;
    let body = |bytes: usize| {
        let frame = br#"{"eventType":"member.created","x":""}"#;
        format!("{{\"eventType\":\"member.created\",\"x\":\"{}\"}}", "x".repeat(bytes - frame.len())).into_bytes()
    };
    let most = body(1024 * 1024);
    assert_eq!(most.len(), 1024 * 1024);
    assert_eq!(app.deliver(&subscription, &most).await.status, 200);
    let more = app.deliver(&subscription, &body(1024 * 1024 + 1)).await;
    assert_eq!(more.status, 413, "{}", more.text);
    assert_eq!(more.json()["message"], "This delivery is larger than 1 MiB and was not read.");
    assert_eq!(stored(&app).await, 1);
}

on_both_databases!(
    the_raw_bytes_are_verified_and_kept,
    a_header_is_read_by_name_or_position_in_either_case,
    whatever_is_not_signed_by_this_subscription_is_refused,
    old_and_early_deliveries_are_refused,
    exact_repetitions_are_one_event,
    what_cannot_be_read_is_kept_and_shown,
    too_much_is_not_read
);
