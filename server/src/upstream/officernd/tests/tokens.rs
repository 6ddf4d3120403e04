//! What is sent to the token endpoint, and the policy for every answer.

use secrecy::ExposeSecret as _;

use super::fake::{Fake, json, raw, with};
use super::*;

const GOOD: &str =
    r#"{"access_token":"at","refresh_token":"rt","expires_in":3599,"token_type":"Bearer","scope":"a b"}"#;

fn app() -> OAuthApp {
    OAuthApp {
        client_id: "client id/1".to_owned(),
        client_secret: SecretString::from("the-client-secret&+"),
        scopes: vec!["a".to_owned(), "b.c".to_owned()],
    }
}

async fn exchange(base: &str) -> Result<TokenAnswer, OfficeRndError> {
    let code = SecretString::from("the-code+/=");
    client(base).exchange(&app(), &code, "http://127.0.0.1:3000/i/wifi/connect").await
}

async fn refresh(base: &str) -> Result<TokenAnswer, OfficeRndError> {
    let answer = client(base).refresh(&app(), &SecretString::from("the-refresh-token"), "a b").await;
    answer.map_err(|unrenewed| unrenewed.error)
}

/// What a refresh makes of a 200 with this body.
async fn read(body: &'static str) -> Result<TokenAnswer, OfficeRndError> {
    refresh(&Fake::start(move |_| json(200, body)).await.base).await
}

fn sorted(mut form: Vec<(String, String)>) -> Vec<(String, String)> {
    form.sort();
    form
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn an_exchange_sends_exactly_the_documented_form() {
    let fake = Fake::start(|_| json(200, GOOD)).await;
    let answer = exchange(&fake.base).await.expect("tokens");
    assert_eq!(answer.access_token.expose_secret(), "at");
    assert_eq!(answer.refresh_token.expect("a refresh token").expose_secret(), "rt");
    assert_eq!((answer.expires_in_seconds, answer.scope.as_deref()), (3599, Some("a b")));
    assert_eq!(answer.notes, []);

    let seen = fake.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/oauth/token"));
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(seen.header("user-agent"), concat!("Deskbridge/", env!("CARGO_PKG_VERSION")));
    assert_eq!(seen.header("authorization"), "");
    let expected = pairs(&[
        ("client_id", "client id/1"),
        ("client_secret", "the-client-secret&+"),
        ("code", "the-code+/="),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "http://127.0.0.1:3000/i/wifi/connect"),
        ("scope", "a b.c"),
    ]);
    assert_eq!(sorted(seen.form()), expected);
}

#[tokio::test]
async fn a_refresh_sends_exactly_the_documented_form() {
    let fake = Fake::start(|_| json(200, GOOD)).await;
    refresh(&fake.base).await.expect("tokens");
    let expected = |scope| {
        pairs(&[
            ("client_id", "client id/1"),
            ("client_secret", "the-client-secret&+"),
            ("grant_type", "refresh_token"),
            ("refresh_token", "the-refresh-token"),
            ("scope", scope),
        ])
    };
    assert_eq!(sorted(fake.only().form()), expected("a b"));

    let token = SecretString::from("the-refresh-token");
    client(&fake.base).refresh(&app(), &token, " ").await.expect("tokens");
    assert_eq!(sorted(fake.seen()[1].form()), expected("a b.c"), "the integration's scopes where none are known");
}

#[tokio::test]
async fn the_token_endpoint_is_below_the_identity_url() {
    let fake = Fake::start(|_| json(200, GOOD)).await;
    for suffix in ["/id", "/id/", "/id?x=1#y"] {
        let settings = settings(&format!("{}{suffix}", fake.base), &fake.base, &[]);
        let client = OfficeRnd::new(settings).expect("a client");
        client.refresh(&app(), &token(), "a").await.expect("tokens");
    }
    assert!(fake.seen().iter().all(|seen| seen.target == "/id/oauth/token"), "{:?}", fake.seen());
}

#[tokio::test]
async fn every_life_is_read_by_policy() {
    use TokenNote::{LifeAsText, LifeClamped, LifeMissing};
    let table: &[(&'static str, u32, &[TokenNote])] = &[
        (r#"{"access_token":"x","refresh_token":"r","scope":"a"}"#, 3600, &[LifeMissing]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":null}"#, 3600, &[LifeMissing]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":"soon"}"#, 3600, &[LifeMissing]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":{}}"#, 3600, &[LifeMissing]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":"1800"}"#, 1800, &[LifeAsText]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":"-1"}"#, 60, &[LifeAsText, LifeClamped]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":0}"#, 60, &[LifeClamped]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":-3599}"#, 60, &[LifeClamped]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":60}"#, 60, &[]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":1799.9}"#, 1799, &[]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":86400}"#, 86400, &[]),
        (r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":86401}"#, 86400, &[LifeClamped]),
        (
            r#"{"access_token":"x","refresh_token":"r","scope":"a","expires_in":99999999999999999999999999}"#,
            86400,
            &[LifeClamped],
        ),
    ];
    for (body, seconds, notes) in table {
        let answer = read(body).await.expect(body);
        assert_eq!((answer.expires_in_seconds, answer.notes.as_slice()), (*seconds, *notes), "{body}");
    }
}

#[tokio::test]
async fn missing_parts_keep_what_was_there() {
    for body in [
        r#"{"access_token":"x","expires_in":60}"#,
        r#"{"access_token":"x","expires_in":60,"refresh_token":"","scope":""}"#,
        r#"{"access_token":"x","expires_in":60,"refresh_token":null,"scope":null,"token_type":7}"#,
    ] {
        let answer = read(body).await.expect(body);
        assert!(answer.refresh_token.is_none() && answer.scope.is_none(), "{body}");
        assert_eq!(answer.notes, [TokenNote::RefreshTokenMissing, TokenNote::ScopeMissing], "{body}");
    }
}

#[tokio::test]
async fn odd_envelopes_lose_no_token() {
    for body in [
        r#"{"access_token":"x","refresh_token":"r","expires_in":60,"scope":"a  b","token_type":"bEARER"}"#,
        r#"{"access_token":" x ","refresh_token":"r","expires_in":60,"scope":["a","b"],"extra":{"deep":[1]}}"#,
    ] {
        let answer = read(body).await.expect(body);
        assert_eq!(answer.access_token.expose_secret(), "x");
        assert_eq!(answer.scope.as_deref(), Some("a b"), "{body}");
        assert_eq!(answer.notes, [], "{body}");
    }
    let created = Fake::start(|_| with(201, &[("content-type", "text/html")], GOOD)).await;
    assert_eq!(refresh(&created.base).await.expect("tokens").expires_in_seconds, 3599);
}

#[tokio::test]
async fn an_unusable_good_answer_is_an_outage_and_the_token_may_be_spent() {
    for body in [
        r#"{"access_token":"","refresh_token":"leaked-by-server","expires_in":3599}"#,
        r#"{"access_token":"  ","refresh_token":"leaked-by-server"}"#,
        r#"{"access_token":null,"refresh_token":"leaked-by-server"}"#,
        r#"{"access_token":["leaked-by-server"]}"#,
        r#"{"access_token":"leaked-by-server\r\nx: y"}"#,
        r#"{"refresh_token":"leaked-by-server"}"#,
        r#"{"access_token":"leaked-by-server","refresh_tok"#,
        r#"["leaked-by-server"]"#,
        "<html>leaked-by-server</html>",
        "",
    ] {
        let error = read(body).await.expect_err(body);
        assert_eq!((error.kind(), error.sent()), (Kind::Unreadable, Sent::Maybe), "{body}");
        assert_eq!(error.class(), Class::RetryLater { retry_after: None }, "{body}");
        assert_eq!(error.http_status(), Some(200), "{body}");
        assert_silent(&error);
    }
}

#[tokio::test]
async fn a_refresh_token_that_comes_alone_is_not_thrown_away() {
    for (body, expected) in [
        (r#"{"access_token":"","refresh_token":"leaked-by-server","expires_in":3599}"#, Some("leaked-by-server")),
        (r#"{"access_token":null,"refresh_token":" leaked-by-server "}"#, Some("leaked-by-server")),
        (r#"{"access_token":"a\nb","refresh_token":"leaked-by-server"}"#, Some("leaked-by-server")),
        (r#"{"refresh_token":"leaked-by-server"}"#, Some("leaked-by-server")),
        (r#"{"access_token":"","refresh_token":""}"#, None),
        (r#"{"access_token":""}"#, None),
        ("{", None),
    ] {
        let fake = Fake::start(move |_| json(200, body)).await;
        let unrenewed = client(&fake.base).refresh(&app(), &token(), "a").await.expect_err(body);
        let kept = unrenewed.refresh_token.as_ref().map(secrecy::ExposeSecret::expose_secret);
        assert_eq!(kept, expected, "{body}");
        assert_silent(&unrenewed.error);
        assert!(!format!("{unrenewed:?}").contains("leaked-by-server"), "{body}");
    }
}

#[tokio::test]
async fn oauth_errors_are_told_apart() {
    let processed = Sent::Answered { processed: true };
    let table = [
        (400, r#"{"error":"invalid_grant"}"#, Kind::InvalidGrant, Class::Revoked, processed),
        (
            401,
            r#"{"error":"invalid_grant","error_description":"leaked-by-server"}"#,
            Kind::InvalidGrant,
            Class::Revoked,
            processed,
        ),
        (401, r#"{"error":"invalid_client"}"#, Kind::InvalidClient, Class::OurFault, processed),
        (400, r#"{"error":"invalid_client"}"#, Kind::InvalidClient, Class::OurFault, processed),
        (400, r#"{"error":"invalid_request"}"#, Kind::InvalidRequest, Class::OurFault, processed),
        (400, r#"{"error":"invalid_scope"}"#, Kind::InvalidRequest, Class::OurFault, processed),
        (400, r#"{"error":"unauthorized_client"}"#, Kind::InvalidRequest, Class::OurFault, processed),
        (400, r#"{"error":"unsupported_grant_type"}"#, Kind::InvalidRequest, Class::OurFault, processed),
        (
            400,
            r#"{"error":"temporarily_unavailable"}"#,
            Kind::Down,
            Class::RetryLater { retry_after: None },
            Sent::Maybe,
        ),
        (403, r#"{"error":"leaked-by-server"}"#, Kind::Rejected, Class::Refused, processed),
    ];
    for (status, body, kind, class, sent) in table {
        let fake = Fake::start(move |_| json(status, body)).await;
        let error = refresh(&fake.base).await.expect_err(body);
        assert_eq!((error.kind(), error.class(), error.sent()), (kind, class, sent), "{body}");
        assert_eq!((error.call(), error.http_status()), (Call::Refresh, Some(status)), "{body}");
        assert_silent(&error);
    }
}

#[tokio::test]
async fn a_refused_code_revokes_nothing() {
    let fake = Fake::start(|_| json(400, r#"{"error":"invalid_grant"}"#)).await;
    let error = exchange(&fake.base).await.expect_err("a used code");
    assert_eq!((error.kind(), error.class()), (Kind::InvalidGrant, Class::Refused));
    assert!(!error.may_be_spent());
    assert_eq!(error.to_string(), "OfficeRnD exchange: invalid_grant, status 400: invalid_grant");
}

#[tokio::test]
async fn a_4xx_that_is_not_oauth_kills_no_grant() {
    for (status, body) in [
        (400, "<html>leaked-by-server</html>"),
        (401, r#"{"message":"leaked-by-server"}"#),
        (403, "leaked-by-server"),
        (404, ""),
    ] {
        let fake = Fake::start(move |_| with(status, &[("content-type", "text/html")], body)).await;
        let error = refresh(&fake.base).await.expect_err("no OAuth error");
        assert_eq!((error.kind(), error.http_status()), (Kind::Unreadable, Some(status)));
        assert_eq!(error.class(), Class::RetryLater { retry_after: None });
        assert_silent(&error);
    }
}

type Headers = &'static [(&'static str, &'static str)];

#[tokio::test]
async fn a_429_leaves_the_token_unused_and_names_the_wait() {
    let table: [(Headers, Option<u64>); 7] = [
        (&[], None),
        (&[("retry-after", "17")], Some(17)),
        (&[("retry-after", "999999999")], Some(86_400)),
        (&[("retry-after", "soon")], None),
        (&[("retry-after", "-1")], None),
        (&[("date", "Tue, 24 Nov 2026 12:00:00 GMT"), ("retry-after", "Tue, 24 Nov 2026 12:01:30 GMT")], Some(90)),
        (&[("date", "Tue, 24 Nov 2026 12:00:00 GMT"), ("retry-after", "Tue, 24 Nov 2026 11:00:00 GMT")], Some(0)),
    ];
    for (headers, wait) in table {
        let fake = Fake::start(move |_| with(429, headers, "Too many requests, please try again later")).await;
        let error = refresh(&fake.base).await.expect_err("429");
        assert_eq!((error.kind(), error.sent()), (Kind::Limited, Sent::Answered { processed: false }));
        assert_eq!(error.class(), Class::RetryLater { retry_after: wait.map(Duration::from_secs) }, "{headers:?}");
        assert!(!error.may_be_spent());
        assert_eq!(fake.seen().len(), 1, "nothing is repeated behind the budget's back");
    }
}

#[tokio::test]
async fn a_server_error_may_have_spent_the_token() {
    for status in [500, 502, 503, 504, 408] {
        let fake = Fake::start(move |_| with(status, &[("retry-after", "5")], "<html>leaked-by-server</html>")).await;
        let error = refresh(&fake.base).await.expect_err("an outage");
        assert_eq!((error.kind(), error.sent(), error.http_status()), (Kind::Down, Sent::Maybe, Some(status)));
        assert_eq!(error.class(), Class::RetryLater { retry_after: Some(Duration::from_secs(5)) });
        assert_silent(&error);
        assert_eq!(fake.seen().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_cut_off_or_never_given_may_have_spent_the_token() {
    for bytes in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"access_token\":\"leaked-by-server\"",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"acc",
        "garbage\r\n\r\n",
    ] {
        let error = refresh(&raw(bytes).await).await.expect_err("no answer");
        assert_eq!((error.kind(), error.sent()), (Kind::Down, Sent::Maybe), "{bytes}: {error}");
        assert_silent(&error);
    }
}

#[tokio::test]
async fn what_never_left_is_not_spent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let error = refresh(&base).await.expect_err("nobody listens");
    assert_eq!((error.kind(), error.sent(), error.http_status()), (Kind::Down, Sent::No, None));
    assert_silent(&error);

    let nowhere = settings("https://nowhere.invalid", "https://app.officernd.com", &[]);
    let client = OfficeRnd::new(nowhere).expect("a client");
    let error = client.refresh(&app(), &token(), "a").await.expect_err("no such name").error;
    assert_eq!((error.kind(), error.sent()), (Kind::Down, Sent::No), "{error}");

    let error = client.exchange(&app(), &token(), "no url").await.expect_err("no redirect URI");
    assert_eq!((error.kind(), error.class(), error.sent()), (Kind::InvalidRequest, Class::OurFault, Sent::No));
}

#[test]
fn secrets_are_not_in_debug_output() {
    let shown = format!("{:?} {:?}", app(), client("http://127.0.0.1:1"));
    assert!(shown.contains("client id/1") && !shown.contains("the-client-secret"), "{shown}");
}
