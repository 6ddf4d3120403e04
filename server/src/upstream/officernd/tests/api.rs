//! The REST API in both versions.

use secrecy::ExposeSecret as _;

use super::fake::{Fake, Seen, json, with};
use super::*;

fn region(fake: &Fake) -> Region {
    client(&fake.base).app_region()
}

fn missing() -> axum::response::Response {
    json(404, r#"{"message":"leaked-by-server"}"#)
}

fn paths(fake: &Fake) -> Vec<String> {
    fake.seen().iter().map(|seen| format!("{} {}", seen.method, seen.path())).collect()
}

#[tokio::test]
async fn an_organization_is_read_from_the_app_host() {
    let fake = Fake::start(|_| {
        json(200, r#"{"_id":"64f0","name":"Harbour & Loom","slug":"Harbour","regionInfo":{"regionUrl":"https://us.officernd.com/"}}"#)
    })
    .await;
    let found = client(&fake.base).organization(&token(), "harbour").await.expect("an organization");
    assert_eq!((found.id.as_str(), found.name.as_str()), ("64f0", "Harbour & Loom"));
    assert_eq!((found.slug.as_deref(), found.region.as_str()), (Some("Harbour"), "https://us.officernd.com"));
    let seen = fake.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/api/v1/organizations/harbour"));
    assert_eq!(seen.header("authorization"), format!("Bearer {TOKEN}"));
}

#[tokio::test]
async fn an_organization_without_region_lives_on_the_app_host() {
    for body in [
        r#"{"_id":"o"}"#,
        r#"{"_id":"o","regionInfo":null}"#,
        r#"{"_id":"o","regionInfo":{}}"#,
        r#"{"_id":"o","regionInfo":{"regionUrl":""}}"#,
    ] {
        let fake = Fake::start(move |_| json(200, body)).await;
        let found = client(&fake.base).organization(&token(), "s").await.expect(body);
        assert_eq!(found.region.as_str(), fake.base, "{body}");
        assert_eq!((found.name.as_str(), found.slug), ("s", None), "{body}");
    }
}

#[tokio::test]
async fn an_organization_that_is_another_or_lives_elsewhere_is_refused() {
    for (body, kind, class) in [
        (r#"{"_id":"o","slug":"other"}"#, Kind::OtherOrganization, Class::Refused),
        (r#"{"_id":"o","regionInfo":{"regionUrl":"https://evil.com"}}"#, Kind::RegionRefused, Class::OurFault),
        (r#"{"_id":"","name":"s"}"#, Kind::Unreadable, Class::RetryLater { retry_after: None }),
        (r#"[{"_id":"o"}]"#, Kind::Unreadable, Class::RetryLater { retry_after: None }),
        ("<html>leaked-by-server", Kind::Unreadable, Class::RetryLater { retry_after: None }),
        ("", Kind::Unreadable, Class::RetryLater { retry_after: None }),
    ] {
        let fake = Fake::start(move |_| json(200, body)).await;
        let error = client(&fake.base).organization(&token(), "s").await.expect_err(body);
        assert_eq!((error.kind(), error.class()), (kind, class), "{body}");
        assert_silent(&error);
    }
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    let later = Class::RetryLater { retry_after: None };
    let processed = Sent::Answered { processed: true };
    for (status, kind, class, sent) in [
        (400, Kind::Rejected, Class::Refused, processed),
        (401, Kind::Unauthorized, Class::Revoked, processed),
        (403, Kind::PermissionMissing, Class::Refused, processed),
        (404, Kind::NotFound, Class::Refused, processed),
        (405, Kind::NotFound, Class::Refused, processed),
        (409, Kind::Rejected, Class::Refused, processed),
        (422, Kind::Rejected, Class::Refused, processed),
        (429, Kind::Limited, later, Sent::Answered { processed: false }),
        (408, Kind::Down, later, Sent::Maybe),
        (500, Kind::Down, later, Sent::Maybe),
        (503, Kind::Down, later, Sent::Maybe),
    ] {
        let fake = Fake::start(move |_| json(status, r#"{"message":"leaked-by-server"}"#)).await;
        let error = client(&fake.base).organization(&token(), "s").await.expect_err("a failure");
        assert_eq!((error.kind(), error.class(), error.sent()), (kind, class, sent), "{status}");
        assert_eq!(error.http_status(), Some(status));
        assert_silent(&error);
    }
}

#[tokio::test]
async fn ids_from_outside_stay_in_their_place() {
    let fake = Fake::start(|_| json(200, r#"{"_id":"o","settings":{"secret":"s"}}"#)).await;
    let client = client(&fake.base);
    for bad in ["", ".", "..", "../x", "a/b", "a\\b", "a..b", "a\nb", "a\0", &"x".repeat(201)] {
        let error = client.organization(&token(), bad).await.expect_err(bad);
        assert_eq!((error.kind(), error.class(), error.sent()), (Kind::NotFound, Class::Refused, Sent::No), "{bad:?}");
        let error = client.integration_secret(&token(), &region(&fake), installation(bad, "c")).await.expect_err(bad);
        assert_eq!((error.kind(), error.sent()), (Kind::NotFound, Sent::No), "{bad:?}");
        client.delete_webhook(&token(), &region(&fake), "s", bad).await.expect_err(bad);
    }
    assert!(fake.seen().is_empty(), "{:?}", paths(&fake));

    for (id, encoded) in
        [("a?b=c", "a%3Fb=c"), ("a#b", "a%23b"), ("%2e%2e", "%252e%252e"), ("a%2Fb", "a%252Fb"), ("ü b", "%C3%BC%20b")]
    {
        client.integration_secret(&token(), &region(&fake), installation(id, "c&d=e")).await.expect("a secret");
        let seen = fake.seen().pop().expect("a request");
        assert_eq!(seen.path(), format!("/api/v2/organizations/s/integrations/{encoded}"));
        assert_eq!(seen.query("appClientId").as_deref(), Some("c&d=e"));
    }
}

const ORGANIZATION: &str = "65f0a1b2c3d4e5f600000001";

fn installation<'a>(integration: &'a str, client_id: &'a str) -> Installation<'a> {
    Installation { slug: "s", organization: ORGANIZATION, integration, client_id }
}

#[tokio::test]
async fn an_integration_of_another_organization_is_not_believed() {
    let secret_of = async |organization: &str| {
        let body = format!(r#"{{"organization":{organization},"settings":{{"secret":"k"}}}}"#);
        let fake = Fake::start(move |_| json(200, &body)).await;
        let answer = client(&fake.base).integration_secret(&token(), &region(&fake), installation("i", "c")).await;
        answer.map(|secret| secret.expose_secret().to_owned()).map_err(|error| error.kind())
    };
    // What is no id, and silence, contradict nothing.
    let id = format!("{ORGANIZATION:?}");
    for right in [id.as_str(), &id.to_uppercase(), &format!(r#"{{"_id":{id}}}"#), "null", r#""""#, r#""the-slug""#, "7"]
    {
        assert_eq!(secret_of(right).await, Ok("k".to_owned()), "{right}");
    }
    let other = r#""65f0a1b2c3d4e5f600000002""#;
    for wrong in [other, &format!(r#"{{"_id":{other}}}"#)] {
        assert_eq!(secret_of(wrong).await, Err(Kind::OtherOrganization), "{wrong}");
    }
}

/// The secret call against one answer for each version.
async fn secret(v2: (u16, &'static str), v1: (u16, &'static str)) -> (Result<String, Kind>, usize) {
    let fake = Fake::start(move |seen| {
        let (status, body) = if seen.target.starts_with("/api/v2/") { v2 } else { v1 };
        json(status, body)
    })
    .await;
    let answer = client(&fake.base).integration_secret(&token(), &region(&fake), installation("i", "c")).await;
    if let Err(error) = &answer {
        assert_silent(error);
    }
    (answer.map(|secret| secret.expose_secret().to_owned()).map_err(|error| error.kind()), fake.seen().len())
}

#[tokio::test]
async fn the_secret_comes_by_version_2_else_by_version_1() {
    const GOOD: (u16, &str) = (200, r#"{"settings":{"secret":" k "}}"#);
    const NONE: (u16, &str) = (200, r#"{"settings":{"secret":""},"secret":"leaked-by-server"}"#);
    const NO_SETTINGS: (u16, &str) = (200, r#"{"_id":"i"}"#);
    let not_found = (404, "{}");
    let forbidden = (403, "{}");
    let found = || Ok(" k ".to_owned());

    assert_eq!(secret(GOOD, not_found).await, (found(), 1));
    for v2 in [not_found, forbidden, (405, ""), NONE, NO_SETTINGS] {
        assert_eq!(secret(v2, GOOD).await, (found(), 2), "{v2:?}");
    }
    for (v2, v1, kind) in [
        (not_found, not_found, Kind::NotFound),
        (not_found, forbidden, Kind::NotFound),
        (forbidden, not_found, Kind::PermissionMissing),
        (NONE, not_found, Kind::SecretMissing),
        (NO_SETTINGS, NONE, Kind::SecretMissing),
        (not_found, (500, ""), Kind::Down),
        (not_found, (401, ""), Kind::Unauthorized),
    ] {
        assert_eq!(secret(v2, v1).await, (Err(kind), 2), "{v2:?} {v1:?}");
    }
    for (v2, kind) in [((401, "{}"), Kind::Unauthorized), ((500, ""), Kind::Down), ((429, ""), Kind::Limited)] {
        assert_eq!(secret(v2, GOOD).await, (Err(kind), 1), "{v2:?} is not about the version");
    }
}

/// Three pages of locations by version 2, or of offices by version 1.
fn paged(seen: &Seen) -> axum::response::Response {
    match (seen.path(), seen.query("$limit").as_deref()) {
        ("/api/v2/organizations/s/locations", Some("50")) => match seen.query("$cursorNext").as_deref() {
            None => json(
                200,
                r#"{"results":[{"_id":"1","name":"Loom","timezone":"Europe/Sofia","currency":"EUR"}],"cursorNext":"p+2&"}"#,
            ),
            Some("p+2&") => {
                json(200, r#"{"results":[{"id":"2","timeZone":"UTC","currency":{"code":"GBP"}}],"cursorNext":"3"}"#)
            }
            Some("3") => {
                json(200, r#"{"results":[{"_id":"3","name":"","time_zone":5,"currency":null}],"cursorNext":null}"#)
            }
            Some(_) => json(400, "{}"),
        },
        ("/api/v1/organizations/s/offices", Some("100")) => match seen.query("$next").as_deref() {
            None => with(200, &[("rnd-cursor-next", "b")], r#"[{"_id":"1","name":"Loom"}]"#),
            Some("b") => with(200, &[("rnd-cursor-next", "")], r#"[{"_id":"2"}]"#),
            Some(_) => json(400, "{}"),
        },
        _ => missing(),
    }
}

#[tokio::test]
async fn locations_come_from_all_pages_of_version_2() {
    let fake = Fake::start(paged).await;
    let found = client(&fake.base).locations(&token(), &region(&fake), "s").await.expect("locations");
    let location = |id: &str, name: &str, zone: Option<&str>, currency: Option<&str>| Location {
        id: id.to_owned(),
        name: name.to_owned(),
        time_zone: zone.map(str::to_owned),
        currency: currency.map(str::to_owned),
    };
    assert_eq!(
        found,
        [
            location("1", "Loom", Some("Europe/Sofia"), Some("EUR")),
            location("2", "2", Some("UTC"), Some("GBP")),
            location("3", "3", None, None),
        ]
    );
    assert_eq!(fake.seen().len(), 3);
}

#[tokio::test]
async fn locations_come_as_offices_where_version_2_is_closed() {
    for status in [403, 404] {
        let fake =
            Fake::start(move |seen| if seen.target.starts_with("/api/v2/") { json(status, "{}") } else { paged(seen) })
                .await;
        let found = client(&fake.base).locations(&token(), &region(&fake), "s").await.expect("offices");
        assert_eq!(found.iter().map(|office| office.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fake.seen().len(), 3);
    }
}

#[tokio::test]
async fn locations_that_nobody_may_read_are_a_missing_permission() {
    let fake = Fake::start(|seen| if seen.target.starts_with("/api/v2/") { json(403, "{}") } else { missing() }).await;
    let error = client(&fake.base).locations(&token(), &region(&fake), "s").await.expect_err("403");
    assert_eq!(error.kind(), Kind::PermissionMissing);
}

#[tokio::test]
async fn a_list_with_holes_or_without_end_is_no_list() {
    for body in [r#"{"results":[{"name":"no id"}]}"#, r#"{"results":{}}"#, r#"{"message":"x"}"#, "7"] {
        let fake = Fake::start(move |_| json(200, body)).await;
        let error = client(&fake.base).locations(&token(), &region(&fake), "s").await.expect_err(body);
        assert_eq!(error.kind(), Kind::Unreadable, "{body}");
    }
    let circle = Fake::start(|_| json(200, r#"{"results":[],"cursorNext":"same"}"#)).await;
    client(&circle.base).locations(&token(), &region(&circle), "s").await.expect_err("a circle");
    assert_eq!(circle.seen().len(), 2);

    let endless = Fake::start(|seen| {
        let page: usize = seen.query("$cursorNext").map_or(0, |cursor| cursor.parse().expect("a number"));
        json(200, &format!(r#"{{"results":[],"cursorNext":"{}"}}"#, page + 1))
    })
    .await;
    let error = client(&endless.base).locations(&token(), &region(&endless), "s").await.expect_err("no end");
    assert!(error.to_string().contains("too many pages"), "{error}");
    assert_eq!(endless.seen().len(), pages::MAX_PAGES);
}

async fn subscribe(fake: &Fake) -> Result<Subscription, OfficeRndError> {
    let types = ["integration.removed".to_owned(), "member.created".to_owned()];
    client(&fake.base).create_webhook(&token(), &region(fake), "s", "https://x.test/hook", &types, "Deskbridge").await
}

#[tokio::test]
async fn a_subscription_is_made_by_version_2() {
    let fake = Fake::start(|_| json(201, r#"{"_id":"w2","eventTypes":[],"secret":"k2"}"#)).await;
    let made = subscribe(&fake).await.expect("a subscription");
    assert_eq!((made.id.as_str(), made.secret.expose_secret()), ("w2", "k2"));
    assert!(!format!("{made:?}").contains("k2"));
    let seen = fake.only();
    assert_eq!(format!("{} {}", seen.method, seen.target), "POST /api/v2/organizations/s/webhooks");
    assert_eq!(seen.header("authorization"), format!("Bearer {TOKEN}"));
    let body: serde_json::Value = serde_json::from_str(&seen.body).expect("JSON");
    let expected = r#"{"url":"https://x.test/hook","eventTypes":["integration.removed","member.created"],"description":"Deskbridge"}"#;
    assert_eq!(body, serde_json::from_str::<serde_json::Value>(expected).expect("JSON"));
}

#[tokio::test]
async fn a_subscription_is_made_by_version_1_where_2_is_closed() {
    for status in [403, 404, 405] {
        let fake = Fake::start(move |seen| {
            if seen.target.starts_with("/api/v2/") {
                json(status, "{}")
            } else {
                json(200, r#"[{"_id":"w1","secret":"k1"}]"#)
            }
        })
        .await;
        let made = subscribe(&fake).await.expect("a subscription");
        assert_eq!((made.id.as_str(), made.secret.expose_secret()), ("w1", "k1"));
        let body: serde_json::Value = serde_json::from_str(&fake.seen()[1].body).expect("JSON");
        assert_eq!(body["enabled"], true, "version 1 wants to be told");
    }
}

#[tokio::test]
async fn a_subscription_is_never_made_twice() {
    for (status, body, kind) in [
        (200, r#"{"_id":"w"}"#, Kind::SecretMissing),
        (200, r#"[{"_id":"w","secret":""}]"#, Kind::SecretMissing),
        (200, "[]", Kind::Unreadable),
        (200, r#"{"secret":"leaked-by-server"}"#, Kind::Unreadable),
        (422, "{}", Kind::Rejected),
        (500, "{}", Kind::Down),
    ] {
        let fake = Fake::start(move |_| json(status, body)).await;
        let error = subscribe(&fake).await.expect_err(body);
        assert_eq!(error.kind(), kind, "{body}");
        assert_silent(&error);
        assert_eq!(paths(&fake), ["POST /api/v2/organizations/s/webhooks"]);
    }
}

#[tokio::test]
async fn subscriptions_are_listed_in_both_shapes() {
    const HOOK: &str =
        r#"{"_id":"w","url":"https://x.test/hook","eventTypes":["member.created",7],"secret":"leaked-by-server"}"#;
    let expected = WebhookInfo {
        id: "w".to_owned(),
        url: Some("https://x.test/hook".to_owned()),
        event_types: vec!["member.created".to_owned()],
    };
    let v2 = Fake::start(|_| json(200, &format!(r#"{{"results":[{HOOK}]}}"#))).await;
    let bare = Fake::start(|_| json(200, &format!("[{HOOK}]"))).await;
    let v1 = Fake::start(|seen| match (seen.target.starts_with("/api/v2/"), seen.query("$next").as_deref()) {
        (true, _) => missing(),
        (false, None) => with(200, &[("rnd-cursor-next", "2")], "[]"),
        (false, Some(_)) => json(200, &format!("[{HOOK}]")),
    })
    .await;
    for (fake, requests) in [(v2, 1), (bare, 1), (v1, 3)] {
        let found = client(&fake.base).list_webhooks(&token(), &region(&fake), "s").await.expect("a list");
        assert_eq!(found, std::slice::from_ref(&expected));
        assert_eq!(fake.seen().len(), requests);
    }
}

#[tokio::test]
async fn a_subscription_that_is_gone_is_deleted() {
    for (v2, v1, outcome, requests) in [
        (204, 500, Ok(()), 1),
        (200, 500, Ok(()), 1),
        (404, 204, Ok(()), 2),
        (403, 200, Ok(()), 2),
        (404, 404, Ok(()), 2),
        (404, 403, Ok(()), 2),
        (403, 404, Ok(()), 2),
        (403, 403, Err(Kind::PermissionMissing), 2),
        (404, 500, Err(Kind::Down), 2),
        (404, 401, Err(Kind::Unauthorized), 2),
        (401, 204, Err(Kind::Unauthorized), 1),
        (500, 204, Err(Kind::Down), 1),
    ] {
        let fake = Fake::start(move |seen| {
            with(if seen.target.starts_with("/api/v2/") { v2 } else { v1 }, &[], if v2 == 200 { "OK" } else { "" })
        })
        .await;
        let answer = client(&fake.base).delete_webhook(&token(), &region(&fake), "s", "w").await;
        assert_eq!(answer.map_err(|error| error.kind()), outcome, "{v2} {v1}");
        assert_eq!(paths(&fake)[0], "DELETE /api/v2/organizations/s/webhooks/w");
        assert_eq!(fake.seen().len(), requests, "{v2} {v1}");
    }
}
