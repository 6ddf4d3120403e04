//! Every address, with everything that does not belong there: a clear 4xx, no panic, nothing written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use app::ids::ConnectionId;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use server::router::ROUTES;

use crate::support::{Answer, Browser, Database, TestApp, on_both_databases, signature_header, wire};

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];

/// Everything that opens something, so that a request gets as far as it can.
struct Everything {
    app: TestApp,
    connection: String,
    attempt: String,
    key: SecretString,
    visit: Browser,
    popup: Browser,
    subscription_secret: String,
    counts: BTreeMap<&'static str, i64>,
}

impl Everything {
    async fn start(database: Database) -> Self {
        let app = TestApp::start(database).await;
        let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
        let mut visit = app.browser();
        let url = app.signed_url(&installed, "configure", &json!({})).await;
        assert_eq!(visit.follow(&url).await.status, 200);
        let mut popup = app.browser();
        let page = popup.follow(&app.install("kaffee-und-werk", "tally-desk", &[]).await.connect_url).await;
        assert_eq!(page.status, 200);
        let connection = ConnectionId(app.connection_of(&installed).await).to_string();
        let subscription_secret = app.subscription(&installed).await.secret;
        let key = app.api_key(&["tally-desk"], &["connections:read", "tokens:read"]).await;
        let attempt = page.path.trim_start_matches("/connect/").to_owned();
        let counts = app.counts().await;
        Self { app, connection, attempt, key, visit, popup, subscription_secret, counts }
    }

    fn path(&self, route: &str) -> String {
        route
            .replace("{integration}", "tally-desk")
            .replace("{connection}", &self.connection)
            .replace("{attempt}", &self.attempt)
    }

    fn headers(&self, known: bool) -> String {
        let mut headers = String::from("Host: desk.example\r\nConnection: close\r\n");
        if known {
            let cookies = self.visit.cookies.iter().chain(&self.popup.cookies);
            let cookies: Vec<String> = cookies.map(|(name, value)| format!("{name}={value}")).collect();
            let key = self.key.expose_secret();
            write!(headers, "Cookie: {}\r\nAuthorization: Bearer {key}\r\n", cookies.join("; ")).unwrap();
        }
        headers
    }

    async fn send(&self, method: &str, target: &str, more: &str, known: bool, body: &[u8]) -> Answer {
        let mut bytes = format!("{method} {target} HTTP/1.1\r\n{}{more}", self.headers(known)).into_bytes();
        if !body.is_empty() || method == "POST" {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        let shown: String = target.chars().take(120).collect();
        wire(&self.app.url, &bytes).await.unwrap_or_else(|| panic!("no answer to {method} {shown}"))
    }

    /// Nothing was written, and the product is well.
    async fn nothing_happened(&self, after: &str) {
        assert_eq!(self.app.counts().await, self.counts, "{after}");
        let disconnected = "SELECT COUNT(*) FROM connections WHERE disconnected_at IS NOT NULL";
        assert_eq!(self.app.number(disconnected).await, 0, "{after}");
        assert_eq!(self.app.number("SELECT COUNT(*) FROM connect_attempts WHERE stage = 'ready'").await, 1, "{after}");
        assert_eq!(self.send("GET", "/healthz", "", false, b"").await.status, 200, "{after}");
    }
}

fn is_clear(answer: &Answer, what: &str) {
    let what: String = what.chars().take(200).collect();
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text);
    // What is too long to be HTTP at all is answered by its status alone.
    let is_server_limit = matches!(answer.status, 414 | 431);
    assert!(is_server_limit || !answer.text.trim().is_empty(), "{what}: {} without a word", answer.status);
    assert!(answer.headers.get("set-cookie").is_none(), "{what}");
    assert!(!answer.text.contains("panicked") && !answer.text.contains("src/"), "{what}: {}", answer.text);
}

async fn queries_that_cannot_be_read(database: Database) {
    let all = Everything::start(database).await;
    let bad = [
        ("oversized", format!("x={}", "x".repeat(40_000))),
        ("oversized name", format!("{}=x", "x".repeat(40_000))),
        ("beyond the limit of the server", format!("x={}", "x".repeat(70_000))),
        ("bad UTF-8", "x=%ff".to_owned()),
        ("bad UTF-8 name", "%c3%28=x".to_owned()),
        ("overlong UTF-8", "x=%c0%af".to_owned()),
        ("surrogate", "x=%ed%a0%80".to_owned()),
        ("cut percent", "x=%".to_owned()),
        ("short percent", "x=%4".to_owned()),
        ("no hex", "x=%zz".to_owned()),
        ("10,000 parameters", vec!["a=1"; 10_000].join("&")),
        ("10,000 names", (0..8_000).map(|n| format!("p{n}")).collect::<Vec<_>>().join("&")),
    ];
    for (methods, route) in ROUTES {
        // Probes ask nothing, so whatever they add says nothing.
        if matches!(*route, "/healthz" | "/readyz" | "/openapi.json" | "/problems/{code}") {
            continue;
        }
        for method in methods.split(' ') {
            for (what, query) in &bad {
                for known in [false, true] {
                    let target = format!("{}?{query}", all.path(route));
                    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
                    let body: &[u8] = if method == "POST" { b"act=next" } else { b"" };
                    let answer = all.send(method, &target, form, known, body).await;
                    is_clear(&answer, &format!("{method} {route}, {what}, known: {known}"));
                }
            }
        }
        all.nothing_happened(route).await;
    }
}

async fn values_that_nothing_is_called(database: Database) {
    let all = Everything::start(database).await;
    let now = all.app.clock.now_seconds();
    let signature = format!("signature=t%3D{now}%2Csignature%3D{}", "0".repeat(64));
    let control = ["%00", "a%00b", "%0d%0a", "x%0d%0aSet-Cookie:%20a=b", "%1b[2J", "%7f", "%c2%85"];
    for value in control {
        for name in ["code", "org_slug", "integrationId", "locations", "error"] {
            let good = ["code=x", "org_slug=y", "integrationId=z"].into_iter().filter(|pair| !pair.starts_with(name));
            let query: Vec<&str> = good.collect();
            let target = format!("/i/tally-desk/connect?{name}={value}&{}", query.join("&"));
            is_clear(&all.send("GET", &target, "", false, b"").await, &target);
        }
        for call in ["healthcheck", "sync", "configure"] {
            for name in ["slug", "organizationId", "locations", "memberId", "enabled"] {
                let good = ["slug=harbour-and-loom", "organizationId=65f0a1b2c3d4e5f600000001"];
                let query: Vec<&str> = good.into_iter().filter(|pair| !pair.starts_with(name)).collect();
                let target = format!("/i/tally-desk/{call}?{name}={value}&{}&{signature}", query.join("&"));
                let answer = all.send("GET", &target, "", false, b"").await;
                assert_eq!(answer.status, 401, "{target}: {}", answer.text);
            }
        }
        for name in ["integration", "organization", "state", "location", "updated_since", "cursor", "limit"] {
            let target = format!("/api/v1/connections?{name}={value}");
            let answer = all.send("GET", &target, "", true, b"").await;
            assert_eq!(answer.status, 400, "{target}: {}", answer.text);
        }
    }
    for query in [
        "code=a&code=b&org_slug=x&integrationId=y",
        "code=a&org_slug=x&org_slug=x&integrationId=y",
        "code=a&org_slug=x&integrationId=y&integrationId=z",
        "code=a&org_slug=x&integrationId=y&locations=1&locations=2",
        "error=x&error=y",
    ] {
        let answer = all.send("GET", &format!("/i/tally-desk/connect?{query}"), "", false, b"").await;
        assert_eq!(answer.status, 400, "{query}");
    }
    for query in [
        "limit=1&limit=2",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1e1",
        "limit=",
        "state=Connected",
        "state=",
        "cursor=con_7",
        "cursor=x",
        "updated_since=yesterday",
        "updated_since=2026-11-24",
        "unknown=1",
        "=1",
    ] {
        let answer = all.send("GET", &format!("/api/v1/connections?{query}"), "", true, b"").await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        is_clear(&answer, query);
    }
    all.nothing_happened("values").await;
}

async fn paths_that_name_nothing(database: Database) {
    let all = Everything::start(database).await;
    let long = "x".repeat(10_000);
    let (connection, attempt) = (&all.connection, &all.attempt);
    for path in [
        "/%ff".into(),
        "/%00".into(),
        "//".into(),
        "/..%2f..%2fetc%2fpasswd".into(),
        "/i//connect".into(),
        "/i/tally-desk/".into(),
        "/i/%ff/connect?code=x&org_slug=y&integrationId=z".into(),
        "/i/tally-desk%00/healthcheck".into(),
        "/i/tally-desk%2fhealthcheck".into(),
        "/i/%74ally-desk%0d%0a/healthcheck".into(),
        format!("/i/{long}/healthcheck"),
        format!("/i/{long}/connect"),
        "/pkg/%ff".into(),
        "/pkg/../../../../etc/passwd".into(),
        "/pkg/%2e%2e/%2e%2e/Cargo.toml".into(),
        "/connect/".into(),
        "/connect/%ff".into(),
        "/connect/%00".into(),
        format!("/connect/{long}"),
        format!("/connect/{attempt}%00"),
        format!("/connect/{attempt}/next"),
        format!("/connect/{}", attempt.to_ascii_uppercase()),
        format!("/connect/{connection}"),
        "/settings/".into(),
        "/settings/%ff".into(),
        "/settings/%00".into(),
        format!("/settings/{long}"),
        format!("/settings/{connection}%0d%0a"),
        format!("/settings/{attempt}"),
        format!("/settings/{}", connection.to_ascii_uppercase()),
        format!("/settings/{connection}/%ff"),
        "/api/v1/connections/%ff".into(),
        "/api/v1/connections/%00".into(),
        "/api/v1/connections/con_00000000000000000000000000000007".into(),
        format!("/api/v1/connections/{connection}%00"),
        format!("/api/v1/connections/{}", connection.trim_start_matches("con_")),
        format!("/api/v1/connections/{connection}/tokens"),
        "/api/v1/".into(),
        "/api/v2/connections".into(),
    ] {
        for known in [false, true] {
            is_clear(&all.send("GET", &path, "", known, b"").await, &path);
        }
    }
    // Bytes that are no text at all, and no HTTP.
    for target in [&b"/\xff\xfe"[..], b"/i/tally-desk/healthcheck?slug=\xff", b"/settings/\xc3\x28", b"/a b", b"*", b""]
    {
        let bytes = [b"GET ", target, b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"].concat();
        if let Some(answer) = wire(&all.app.url, &bytes).await {
            assert!((400..500).contains(&answer.status), "{}: {}", String::from_utf8_lossy(target), answer.status);
        }
    }
    all.nothing_happened("paths").await;
}

async fn methods_that_are_not_offered(database: Database) {
    let all = Everything::start(database).await;
    for (methods, route) in ROUTES {
        for method in METHODS {
            if *methods == "ANY" || methods.split(' ').any(|offered| offered == method) {
                continue;
            }
            for known in [false, true] {
                let answer =
                    all.send(method, &all.path(route), "Content-Type: application/json\r\n", known, b"{}").await;
                is_clear(&answer, &format!("{method} {route}"));
                assert_eq!(answer.status == 405, answer.headers.contains_key("allow"), "{method} {route}");
                if known || route.starts_with("/i/") || route.ends_with('z') {
                    assert_eq!(answer.status, 405, "{method} {route}: {}", answer.text);
                }
            }
        }
        // HEAD uses nothing up where a GET does.
        if matches!(*route, "/i/{integration}/connect" | "/i/{integration}/configure" | "/i/{integration}/sync") {
            assert_eq!(all.send("HEAD", &all.path(route), "", false, b"").await.status, 405, "{route}");
        }
    }
    all.nothing_happened("methods").await;
}

async fn bodies_that_are_not_expected(database: Database) {
    let all = Everything::start(database).await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let huge = vec![b'x'; 3 * 1024 * 1024];
    let many = vec!["act=next"; 10_000].join("&");
    let other_names = vec!["a=1"; 5_000].join("&");
    let forms: Vec<(&str, &str, &[u8])> = vec![
        ("no type", "", b"act=next"),
        ("JSON", "Content-Type: application/json\r\n", br#"{"act":"next"}"#),
        ("text", "Content-Type: text/plain\r\n", b"act=next"),
        ("multipart", "Content-Type: multipart/form-data; boundary=x\r\n", b"--x\r\n\r\nnext\r\n--x--"),
        ("type in other bytes", "Content-Type: \u{fc}\r\n", b"act=next"),
        ("nothing", form, b""),
        ("no act", form, b"x=next"),
        ("empty act", form, b"act="),
        ("unknown act", form, b"act=destroy"),
        ("act in another case", form, b"act=NEXT"),
        ("twice", form, b"act=next&act=cancel"),
        ("bad UTF-8", form, b"act=%ff"),
        ("raw bytes", form, b"act=\xff\xfe"),
        ("bad percent", form, b"act=next&x=%4"),
        ("NUL", form, b"act=next%00"),
        ("CRLF", form, b"act=next%0d%0a"),
        ("10,000 parameters", form, many.as_bytes()),
        ("5,000 other parameters", form, other_names.as_bytes()),
        ("huge", form, &huge),
    ];
    let pages = [format!("/connect/{}", all.attempt), format!("/settings/{}/disconnect", all.connection)];
    for page in &pages {
        for (what, content_type, body) in &forms {
            is_clear(&all.send("POST", page, content_type, true, body).await, &format!("{page}, {what}"));
        }
        all.nothing_happened(page).await;
    }
    let too_large = all.send("POST", &pages[0], form, true, &huge).await;
    assert_eq!(too_large.status, 413);

    let nested = "[".repeat(20_000);
    let bodies: Vec<(&str, &[u8])> = vec![
        ("cut", b"{"),
        ("list", b"[]"),
        ("text", b"\"300\""),
        ("words", b"valid_for_seconds=300"),
        ("unknown member", br#"{"valid_for":300}"#),
        ("text for a number", br#"{"valid_for_seconds":"300"}"#),
        ("fraction", br#"{"valid_for_seconds":300.5}"#),
        ("huge number", br#"{"valid_for_seconds":99999999999999999999}"#),
        ("zero", br#"{"valid_for_seconds":0}"#),
        ("negative", br#"{"valid_for_seconds":-1}"#),
        ("too long", br#"{"valid_for_seconds":3001}"#),
        ("bytes", b"\xff\xfe\x00"),
        ("nested", nested.as_bytes()),
        ("huge", &huge),
    ];
    let token = format!("/api/v1/connections/{}/token", all.connection);
    for (what, body) in bodies {
        is_clear(&all.send("POST", &token, "Content-Type: application/json\r\n", true, body).await, what);
    }
    all.nothing_happened("token").await;

    let path = format!("/i/tally-desk/webhooks/{}", all.connection);
    let signature = signature_header(&all.subscription_secret, &huge, all.app.clock.now_seconds());
    let answer = all.send("POST", &path, &format!("officernd-signature: {signature}\r\n"), false, &huge).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
    for header in
        ["officernd-signature: \u{fc}\r\n", "officernd-signature: t=,signature=\r\n", "officernd-signature:\r\n"]
    {
        assert_eq!(all.send("POST", &path, header, false, b"{}").await.status, 401, "{header}");
    }
    all.nothing_happened("webhook").await;
}

async fn requests_that_are_cut_or_crooked(database: Database) {
    let all = Everything::start(database).await;
    let host = "Host: x\r\nConnection: close\r\n";
    for path in [
        format!("/i/tally-desk/webhooks/{}", all.connection),
        format!("/api/v1/connections/{}/token", all.connection),
        format!("/connect/{}", all.attempt),
    ] {
        for rest in [
            "Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
            "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            "Content-Length: abc\r\n\r\n",
            "Content-Length: -1\r\n\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "Bad Header\r\n\r\n",
        ] {
            let bytes = format!("POST {path} HTTP/1.1\r\n{host}{rest}");
            // A server may hang up on what is no HTTP; answering with 5xx would be a fault of ours.
            if let Some(answer) = wire(&all.app.url, bytes.as_bytes()).await {
                assert!((400..500).contains(&answer.status), "{path} {rest:?}: {} {}", answer.status, answer.text);
            }
        }
        let cookies = format!("Cookie: {}\r\n", "__Host-desk-0123456789ab=x; ".repeat(2_000));
        let answer = all.send("POST", &path, &cookies, false, b"").await;
        is_clear(&answer, "many cookies");
    }
    for header in ["Authorization: Bearer\r\n", "Authorization: Bearer dbk_\u{fc}\r\n", "Authorization: dbk_x\r\n"] {
        let answer = all.send("GET", "/api/v1/connections", header, false, b"").await;
        assert_eq!(answer.status, 401, "{header}");
    }
    let twice: String =
        all.visit.cookies.iter().map(|(name, value)| format!("{name}={value}; {name}={value}")).collect();
    let page = format!("/settings/{}", all.connection);
    assert_eq!(all.send("GET", &page, &format!("Cookie: {twice}\r\n"), false, b"").await.status, 401);
    all.nothing_happened("crooked requests").await;
}

/// A page of somebody else in the same browser cannot press our buttons, also without any token in the form.
async fn foreign_forms_are_refused(database: Database) {
    let all = Everything::start(database).await;
    let pages = [
        (format!("/connect/{}", all.attempt), "act=next"),
        (format!("/connect/{}", all.attempt), "act=cancel"),
        (format!("/settings/{}/disconnect", all.connection), "act=disconnect"),
    ];
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (page, body) in &pages {
        for foreign in [
            "Sec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: same-site\r\n",
            "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n",
            "Origin: https://evil.example\r\n",
            "Origin: null\r\n",
            "Origin: http://desk.example.evil\r\n",
        ] {
            let answer = all.send("POST", page, &format!("{form}{foreign}"), true, body.as_bytes()).await;
            assert_eq!(answer.status, 403, "{page} {foreign}: {}", answer.text);
            is_clear(&answer, foreign);
            assert!(answer.text.contains("Forms count only when they are sent from our own pages"), "{}", answer.text);
        }
        all.nothing_happened(page).await;
    }
    // Following a link from elsewhere is no form.
    let link = format!("/settings/{}", all.connection);
    assert_eq!(all.send("GET", &link, "Sec-Fetch-Site: cross-site\r\n", true, b"").await.status, 200);
    // Our own pages may press, in browsers that say where a form came from and in those that do not.
    let own = format!("{form}Sec-Fetch-Site: same-origin\r\nOrigin: {}\r\n", all.app.url);
    let (page, body) = &pages[0];
    assert_eq!(all.send("POST", page, &own, true, body.as_bytes()).await.status, 303);
    let own = format!("{form}Origin: {}\r\n", all.app.url);
    let (page, body) = &pages[2];
    assert_eq!(all.send("POST", page, &own, true, body.as_bytes()).await.status, 303);
    assert_eq!(all.app.number("SELECT COUNT(*) FROM connections WHERE disconnected_at IS NOT NULL").await, 1);
}

on_both_databases!(
    queries_that_cannot_be_read,
    values_that_nothing_is_called,
    paths_that_name_nothing,
    methods_that_are_not_offered,
    bodies_that_are_not_expected,
    requests_that_are_cut_or_crooked,
    foreign_forms_are_refused
);
