//! Time, size and redirects.

use super::fake::{Fake, endless, json, with};
use super::*;

#[tokio::test]
async fn bodies_are_read_up_to_their_limit() {
    let padded = |length: usize| {
        let head = r#"{"access_token":"leaked-by-server","pad":""#;
        format!("{head}{}\"}}", "x".repeat(length - head.len() - 2))
    };
    let app = OAuthApp { client_id: "c".to_owned(), client_secret: token(), scopes: vec![] };
    let limit = Limits::default().token_bytes;
    assert_eq!(limit, 65_536);
    for (length, fits) in [(limit, true), (limit + 1, false)] {
        let body = padded(length);
        let fake = Fake::start(move |_| json(200, &body)).await;
        let answer = client(&fake.base).refresh(&app, &token(), "a").await;
        assert_eq!(answer.is_ok(), fits, "{length}");
        if let Err(unrenewed) = answer {
            let error = unrenewed.error;
            assert_eq!((error.kind(), error.sent()), (Kind::Unreadable, Sent::Maybe));
            assert_silent(&error);
        }
    }
}

/// Without a length in the head the limit must hold while reading.
#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let limits = Limits { total: Duration::from_secs(60), ..Limits::default() };
    let base = endless().await;
    let client = OfficeRnd::with_limits(settings(&base, &base, &[]), limits).expect("a client");
    let error = client.organization(&token(), "s").await.expect_err("no end");
    assert_eq!(error.kind(), Kind::Unreadable, "{error}");
    assert!(error.to_string().contains("too large"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_token_along() {
    let thief = Fake::start(|_| json(200, r#"{"_id":"o","access_token":"x"}"#)).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/stolen", thief.base);
        let fake = Fake::start(move |_| with(status, &[("location", &location)], "")).await;
        let client = client(&fake.base);
        let error = client.organization(&token(), "s").await.expect_err("a redirect");
        assert_eq!((error.kind(), error.http_status()), (Kind::Unreadable, Some(status)));
        assert_silent(&error);

        let app = OAuthApp { client_id: "c".to_owned(), client_secret: token(), scopes: vec![] };
        let error = client.refresh(&app, &token(), "a").await.expect_err("a redirect").error;
        assert_eq!((error.kind(), error.sent()), (Kind::Unreadable, Sent::Maybe));
        assert_eq!(fake.seen().len(), 2);
    }
    assert!(thief.seen().is_empty(), "{:?}", thief.seen());
}

#[tokio::test]
async fn a_silent_server_is_left_in_time() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let limits = Limits { total: Duration::from_millis(200), ..Limits::default() };
    let client = OfficeRnd::with_limits(settings(&base, &base, &[]), limits).expect("a client");
    let token = token();
    let call = client.organization(&token, "s");
    let error = tokio::time::timeout(Duration::from_secs(5), call).await.expect("in time").expect_err("no answer");
    assert_eq!((error.kind(), error.sent()), (Kind::Down, Sent::Maybe));
    assert_eq!(error.to_string(), "OfficeRnD organization: down: no answer in time");
    drop(listener);
}

#[tokio::test]
async fn the_identity_servers_clock_is_read_from_any_answer() {
    let dated = [("date", "Tue, 24 Nov 2026 12:00:00 GMT")];
    let fake = Fake::start(move |_| with(404, &dated, "")).await;
    assert_eq!(client(&fake.base).server_time().await.expect("a time"), 1_795_521_600);

    let fake = Fake::start(|_| with(200, &[("date", "yesterday")], "")).await;
    let error = client(&fake.base).server_time().await.expect_err("no date");
    assert_eq!((error.kind(), error.call()), (Kind::Unreadable, Call::ServerTime));
}

#[test]
fn unsafe_settings_are_refused_by_name() {
    let refused = |identity, app, hosts: &[&str]| {
        OfficeRnd::new(settings(identity, app, hosts)).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let (identity, app) = ("https://identity.officernd.com", "https://app.officernd.com");
    assert_eq!(refused(identity, app, &["officernd.com", "127.0.0.1", "[::1]"]), "");
    assert_eq!(refused("http://127.0.0.1:4000", "http://localhost:4000", &[]), "");
    assert!(refused("http://identity.officernd.com", app, &[]).contains("officernd__identity_url"));
    assert!(refused(identity, "http://app.officernd.com", &[]).contains("officernd__app_url"));
    assert!(refused(identity, "file:///etc", &[]).contains("officernd__app_url"));
    for host in
        ["", " ", "*.officernd.com", ".officernd.com", "officernd.com.", "https://officernd.com", "a/b", "h:443"]
    {
        assert!(refused(identity, app, &[host]).contains("officernd__region_hosts"), "{host:?}");
    }
}

/// Handlers and spawned jobs need futures that may move between threads.
#[test]
fn every_call_may_run_on_any_thread() {
    fn assert_send(_: impl Send) {}
    let client = client("http://127.0.0.1:1");
    let app = OAuthApp { client_id: "c".to_owned(), client_secret: token(), scopes: vec![] };
    let (token, region) = (token(), client.app_region());
    assert_send(client.exchange(&app, &token, "http://127.0.0.1"));
    assert_send(client.refresh(&app, &token, "a"));
    assert_send(client.organization(&token, "s"));
    let installation = Installation { slug: "s", organization: "o", integration: "i", client_id: "c" };
    assert_send(client.integration_secret(&token, &region, installation));
    assert_send(client.locations(&token, &region, "s"));
    assert_send(client.create_webhook(&token, &region, "s", "u", &[], "d"));
    assert_send(client.list_webhooks(&token, &region, "s"));
    assert_send(client.delete_webhook(&token, &region, "s", "w"));
    assert_send(client.server_time());
}
