//! The partner system's way to OfficeRnD: tokens that are handed out, calls that are passed through, a gigabyte, and
//! readers that take their time.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use app::ids::ConnectionId;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream;
use secrecy::{ExposeSecret as _, SecretString};
use server::crypto::digest::secret_digest;
use server::domain::scope::Scope;
use server::http::api::caller::{PREFIX, PURPOSE};
use server::state::App;
use server::storage::api_keys::{self, ApiKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use crate::Plan;
use crate::child::Started;
use crate::deployment::{Database, Deployment, INTEGRATION};
use crate::load::{self, CONNECTIONS, Exchange};
use crate::report::{Report, Verdict};
use crate::start::deskbridge;
use crate::tenants::{Tenant, settle_at};
use crate::{http, refresh};

const OF_A_BARE_PROXY: f64 = 0.6;
const OF_A_BARE_ROUTE: f64 = 0.5;
const ADDED_MILLIS: f64 = 2.0;
/// Slow enough for a machine that does nothing else to answer each at once.
const PACE: f64 = 400.0;
const GIGABYTE: usize = 1_000_000_000;
const GROWTH_MEGABYTES: f64 = 60.0;
const SLOW: usize = 1_000;
/// What a page of OfficeRnD's is about.
const PAGE_BYTES: usize = 2_048;
const PIECE: usize = 64 * 1024;

pub(crate) async fn measure(database: &Database, plan: Plan, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("tokens and proxy on {}", database.label());
    let region = officernd().await?;
    let region_url = format!("http://{region}");
    let keys = [
        ("OFFICERND__IDENTITY_URL", region_url.as_str()),
        ("OFFICERND__APP_URL", region_url.as_str()),
        ("OFFICERND__REGION_HOSTS", "127.0.0.1"),
        ("API__REQUESTS_PER_MINUTE", "100000000"),
    ];
    let deployment = Deployment::start(&database.url()?, &keys).await?;
    // One organization for each connection of the load, so that none waits for the others of its organization.
    let tenants = settle_at(&deployment.app, CONNECTIONS, &region_url).await?;
    refresh::permit(&deployment.app, &tenants).await?;
    let key = key(&deployment.app).await?;
    let label = database.label();

    tokens(&deployment, &tenants, &key, plan, label, report).await?;
    calls(&deployment, &tenants, &key, region, plan, label, report).await?;
    deployment.stop().await?;
    if matches!(database, Database::Sqlite(_)) {
        let mut command = deskbridge(&database.url()?, folder)?;
        for (name, value) in keys {
            command.env(format!("DESKBRIDGE_{name}"), value);
        }
        let started = Started::of(command, "/healthz").await?;
        gigabyte(&started, &tenants[0], &key, report).await?;
        slow(&started, &tenants, &key, report).await?;
    }
    Ok(())
}

/// Tokens that are good for long enough, beside a route that answers as much from nothing.
async fn tokens(
    deployment: &Deployment,
    tenants: &[Tenant],
    key: &SecretString,
    plan: Plan,
    label: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut exchanges = Vec::new();
    for tenant in tenants {
        let request = request("POST", &format!("{}/token", address(tenant)), key);
        let mut client = http::Client::connect(deployment.address).await?;
        let answer = client.send(&request).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, String::from_utf8_lossy(answer.body));
        let body = answer.body.to_vec();
        exchanges.push(Arc::new(Exchange::new(request, &body)));
    }
    let body: &'static [u8] = Box::leak(exchanges[0].body().to_vec().into_boxed_slice());
    let json = [(header::CONTENT_TYPE, "application/json")];
    let bare = serve(Router::new().route("/", get(async move || (json, body)))).await?;
    let baseline = Arc::new(Exchange::new(http::get("/"), body));
    let compared =
        compare(plan, (bare, &[baseline]), (deployment.address, &exchanges)).await.context("tokens handed out")?;
    report.row(
        "a fresh token handed out",
        label,
        compared.measured(),
        format!("bare axum route {:.0}/s", compared.theirs),
        &format!("≥ {OF_A_BARE_ROUTE} of bare"),
        Verdict::of(compared.ratio >= OF_A_BARE_ROUTE),
    );
    Ok(())
}

/// Pages of OfficeRnD's, passed through by the product, by a bare proxy, and asked for directly.
async fn calls(
    deployment: &Deployment,
    tenants: &[Tenant],
    key: &SecretString,
    region: SocketAddr,
    plan: Plan,
    label: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let page = page();
    let through: Vec<Arc<Exchange>> = tenants
        .iter()
        .map(|tenant| request("GET", &format!("{}/officernd/v2/members", address(tenant)), key))
        .map(|request| Arc::new(Exchange::new(request, &page)))
        .collect();
    let path = "/api/v2/organizations/workspace-0/members";
    let direct = Arc::new(Exchange::new(http::get(path), &page));
    let bare = bare_proxy(region).await?;
    let compared = compare(plan, (bare, std::slice::from_ref(&direct)), (deployment.address, &through)).await?;
    report.row(
        "calls to OfficeRnD passed through",
        label,
        compared.measured(),
        format!("bare axum and reqwest {:.0}/s", compared.theirs),
        &format!("≥ {OF_A_BARE_PROXY} of bare"),
        Verdict::of(compared.ratio >= OF_A_BARE_PROXY),
    );

    let count = (PACE * plan.round.as_secs_f64()) as usize;
    let repeat = |exchanges: &[Arc<Exchange>]| -> Arc<[Arc<Exchange>]> {
        exchanges.iter().cycle().take(count).cloned().collect()
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let asked = load::paced(region, PACE, repeat(std::slice::from_ref(&direct))).await?;
        let passed = load::paced(deployment.address, PACE, repeat(&through)).await?;
        for outcome in [&asked, &passed] {
            ensure!(outcome.wrong == 0, "{} wrong answers, such as {:?}", outcome.wrong, outcome.example);
        }
        ours.push(passed.latency(0.99));
        theirs.push(asked.latency(0.99));
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    report.row(
        &format!("time that passing through adds, {PACE:.0} calls a second"),
        label,
        format!("{:.2} ms at p99", ours - theirs),
        format!("{theirs:.2} ms asked directly, {ours:.2} ms through"),
        &format!("< {ADDED_MILLIS} ms"),
        Verdict::of(ours - theirs < ADDED_MILLIS),
    );
    Ok(())
}

/// One answer of a gigabyte, and what the process grows by meanwhile.
async fn gigabyte(started: &Started, tenant: &Tenant, key: &SecretString, report: &mut Report) -> anyhow::Result<()> {
    let small = request("GET", &format!("{}/officernd/v2/members", address(tenant)), key);
    let answer = http::Client::connect(started.address).await?.send(&small).await?.status;
    ensure!(answer == 200, "{answer}");
    let before = started.resident()?.0;
    let mut stream = TcpStream::connect(started.address).await?;
    stream.write_all(&request("GET", &format!("{}/officernd/v2/big", address(tenant)), key)).await?;
    let (mut buffer, mut read, mut most, since) = (vec![0; 256 * 1024], 0, before, Instant::now());
    while read < GIGABYTE {
        let count = stream.read(&mut buffer).await?;
        ensure!(count > 0, "the answer ended after {read} bytes");
        if read / (GIGABYTE / 100) != (read + count) / (GIGABYTE / 100) {
            most = f64::max(most, started.resident()?.0);
        }
        read += count;
    }
    let growth = most - before;
    report.row(
        "a gigabyte passed through",
        "SQLite",
        format!("{growth:.1} MB more memory, {:.0} MB/s", 1_000.0 / since.elapsed().as_secs_f64()),
        format!("{before:.1} MB before"),
        &format!("< {GROWTH_MEGABYTES:.0} MB"),
        Verdict::of(growth < GROWTH_MEGABYTES),
    );
    Ok(())
}

/// Answers that nobody reads to their end, and others that need the database meanwhile. Each has more pieces under way
/// than the database has connections.
async fn slow(started: &Started, tenants: &[Tenant], key: &SecretString, report: &mut Report) -> anyhow::Result<()> {
    let before = started.resident()?.0;
    let mut readers = Vec::new();
    for index in 0..SLOW {
        let tenant = &tenants[index % tenants.len()];
        let mut stream = TcpStream::connect(started.address).await?;
        stream.write_all(&request("GET", &format!("{}/officernd/v2/big", address(tenant)), key)).await?;
        let mut head = [0; 512];
        ensure!(stream.read(&mut head).await? > 0 && head.starts_with(b"HTTP/1.1 200"), "reader {index}");
        readers.push(stream);
    }
    let list = request("GET", "/api/v1/connections?limit=10", key);
    let mut client = http::Client::connect(started.address).await?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let since = Instant::now();
        let answer = client.send(&list).await?;
        ensure!(answer.status == 200, "{} {}", answer.status, String::from_utf8_lossy(answer.body));
        times.push(since.elapsed().as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    let slowest = times.last().copied().unwrap_or(f64::INFINITY);
    report.row(
        &format!("a list from the database beside {SLOW} slow readers"),
        "SQLite",
        format!("{slowest:.1} ms at most"),
        format!("{:.0} kB of memory a reader", (started.resident()?.0 - before) * 1_000.0 / SLOW as f64),
        "< 1 s",
        Verdict::of(slowest < 1_000.0),
    );
    drop(readers);
    Ok(())
}

struct Compared {
    ours: f64,
    theirs: f64,
    ratio: f64,
    p99: f64,
}

impl Compared {
    fn measured(&self) -> String {
        format!("{:.0}/s, {:.2} of bare, p99 {:.1} ms", self.ours, self.ratio, self.p99)
    }
}

type Side<'a> = (SocketAddr, &'a [Arc<Exchange>]);

/// Pairs of rounds, of which the first warms up and does not count.
async fn compare(plan: Plan, baseline: Side<'_>, product: Side<'_>) -> anyhow::Result<Compared> {
    let (mut ratios, mut ours, mut theirs, mut latencies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..=plan.rounds {
        let mut rates = Vec::new();
        for (address, exchanges) in [baseline, product] {
            let outcome = load::closed(address, plan.round, |index| {
                let exchange = exchanges[index % exchanges.len()].clone();
                move || Some(exchange.clone())
            })
            .await?;
            ensure!(outcome.wrong == 0, "{} wrong answers, such as {:?}", outcome.wrong, outcome.example);
            rates.push((outcome.per_second(), outcome.latency(0.99)));
        }
        if round > 0 {
            ratios.push(rates[1].0 / rates[0].0);
            theirs.push(rates[0].0);
            ours.push(rates[1].0);
            latencies.push(rates[1].1);
        }
    }
    Ok(Compared {
        ours: median(&mut ours),
        theirs: median(&mut theirs),
        ratio: median(&mut ratios),
        p99: median(&mut latencies),
    })
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn address(tenant: &Tenant) -> String {
    format!("/api/v1/connections/{}", ConnectionId(tenant.connection.id))
}

fn request(method: &str, path: &str, key: &SecretString) -> Vec<u8> {
    let key = key.expose_secret();
    let length = if method == "POST" { "content-length: 0\r\n" } else { "" };
    format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n{length}\r\n").into_bytes()
}

async fn key(app: &App) -> anyhow::Result<SecretString> {
    let secret = SecretString::from(format!("{PREFIX}{}", app.random.token().expose_secret()));
    let now = app.clock.now();
    let key = ApiKey {
        id: app.random.uuid(now),
        name: "bench".into(),
        integrations: vec![INTEGRATION.to_owned()],
        scopes: Scope::ALL.to_vec(),
        created_at: now,
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    let mut tx = app.db.begin().await?;
    api_keys::create(&mut tx, &key, &secret_digest(PURPOSE, &secret)).await?;
    tx.commit().await?;
    Ok(secret)
}

fn page() -> Vec<u8> {
    let mut page = br#"{"results":[],"filler":""#.to_vec();
    page.resize(PAGE_BYTES - 2, b'x');
    page.extend_from_slice(b"\"}");
    page
}

/// OfficeRnD's API as far as it is asked here: a page, or a gigabyte at `…/big`.
async fn officernd() -> anyhow::Result<SocketAddr> {
    let page = Bytes::from(page());
    serve(Router::new().fallback(async move |request: Request| -> Response {
        let json = HeaderValue::from_static("application/json");
        if !request.uri().path().ends_with("/big") {
            return ([(header::CONTENT_TYPE, json)], page.clone()).into_response();
        }
        let piece = Bytes::from(vec![b'x'; PIECE]);
        let pieces = stream::unfold(GIGABYTE, move |left| {
            let next = piece.slice(..left.min(PIECE));
            async move { (left > 0).then(|| (Ok::<_, std::io::Error>(next.clone()), left - next.len())) }
        });
        let length = HeaderValue::from(GIGABYTE);
        ([(header::CONTENT_TYPE, json), (header::CONTENT_LENGTH, length)], Body::from_stream(pieces)).into_response()
    }))
    .await
}

/// The least that passes an answer through as it comes.
#[expect(clippy::disallowed_methods, reason = "the baseline is a client without the product's limits")]
async fn bare_proxy(region: SocketAddr) -> anyhow::Result<SocketAddr> {
    #[derive(Clone)]
    struct Bare(reqwest::Client, SocketAddr);
    async fn pass(State(Bare(client, region)): State<Bare>, request: Request) -> Response {
        let url = format!("http://{region}{}", request.uri());
        let Ok(answer) = client.get(url).bearer_auth("a.token").send().await else {
            return axum::http::StatusCode::BAD_GATEWAY.into_response();
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, Body::from_stream(answer.bytes_stream())).into_response()
    }
    let client = reqwest::Client::builder().no_proxy().build()?;
    serve(Router::new().fallback(pass).with_state(Bare(client, region))).await
}

async fn serve(router: Router) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}
