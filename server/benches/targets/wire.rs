//! How many bytes a connect page is, everything that it loads included.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use server::clock::Clock;
use server::demo::{applications, load_samples};
use server::lifecycle::Listeners;
use server::random::Random;
use server::simulator::{Simulator, SimulatorOptions};

use crate::deployment::{Database, Deployment, INTEGRATION, INTEGRATIONS_DIR};
use crate::http::{find, status, whole_answer};
use crate::report::{Report, Verdict};

/// 14 kB: what arrives before the first acknowledgement comes back.
const TARGET_BYTES: usize = 14_000;

pub(crate) async fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("connect pages");
    let local = SocketAddr::from(([127, 0, 0, 1], 0));
    let listeners = Listeners::bind(local, None).await?;
    let address = listeners.public.local_addr()?;
    let product_url = format!("http://{address}");
    let integrations = load_samples(INTEGRATIONS_DIR.as_ref(), &Default::default(), 4100)?;
    let simulator = Simulator::start(SimulatorOptions {
        listen: local,
        public_url: None,
        product_url: product_url.clone(),
        clock: Clock::system(),
        random: Random::from_system()?,
        state_file: None,
        applications: applications(&integrations, &product_url),
        rate_limit: None,
        deliver_to_loopback: false,
        seed_organizations: true,
    })
    .await?;
    let database = Database::sqlite(folder);
    let keys = [
        ("PUBLIC_URL", product_url.as_str()),
        ("OFFICERND__IDENTITY_URL", &simulator.url),
        ("OFFICERND__APP_URL", &simulator.url),
        ("OFFICERND__REGION_HOSTS", "127.0.0.1"),
        ("REFRESH__REQUESTS_PER_MINUTE", "1000"),
    ];
    let deployment = Deployment::on(listeners, &database.url()?, &keys).await?;

    let region: SocketAddr = simulator.url.strip_prefix("http://").context("plain http")?.parse()?;
    let connect = install(region).await?;
    let review = Visitor::new(address).follow(&connect).await?;
    // A second browser brings a code that was used.
    let failed = Visitor::new(address).follow(&connect).await?;
    let unknown = Visitor::new(address).follow("/i/nobody/connect?code=x").await?;
    for (name, page) in [("scope and review", review), ("used code", failed), ("unknown integration", unknown)] {
        report.row(
            &format!("connect page: {name}"),
            "",
            format!("{} bytes: {}", page.total(), page.parts()),
            format!("{} bytes uncompressed", page.uncompressed),
            &format!("≤ {TARGET_BYTES} bytes"),
            Verdict::of(page.total() <= TARGET_BYTES),
        );
    }
    deployment.stop().await?;
    simulator.stop().await;
    database.remove().await
}

/// The Connect URL's path and query of a new installation in the simulated OfficeRnD.
async fn install(simulator: SocketAddr) -> anyhow::Result<String> {
    let known = body(&control(simulator, "GET", "/organizations", "").await?)?;
    let organization = known
        .as_array()
        .and_then(|all| all.first())
        .and_then(|first| first["slug"].as_str())
        .context("the simulator has no organization")?
        .to_owned();
    let new = json!({ "organization": organization, "application": INTEGRATION, "locations": [] }).to_string();
    let made = body(&control(simulator, "POST", "/integrations", &new).await?)?;
    let url = url::Url::parse(made["connectUrl"].as_str().context("no Connect URL")?)?;
    Ok(format!("{}?{}", url.path(), url.query().unwrap_or_default()))
}

async fn control(simulator: SocketAddr, method: &str, path: &str, body: &str) -> anyhow::Result<Vec<u8>> {
    let request = format!(
        "{method} /control{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = whole_answer(simulator, &request).await?;
    ensure!(status(&answer)? < 300, "{method} {path}: {}", String::from_utf8_lossy(&answer));
    Ok(answer)
}

fn body(answer: &[u8]) -> anyhow::Result<Value> {
    let head = find(answer, b"\r\n\r\n").context("an answer has a head")?;
    Ok(serde_json::from_slice(&answer[head + 4..])?)
}

/// What came over the wire for a page and for each file it names, heads included.
struct Page {
    files: Vec<(String, usize)>,
    uncompressed: usize,
}

impl Page {
    fn total(&self) -> usize {
        self.files.iter().map(|(_, bytes)| bytes).sum()
    }

    fn parts(&self) -> String {
        self.files.iter().map(|(name, bytes)| format!("{name} {bytes}")).collect::<Vec<_>>().join(", ")
    }
}

/// A browser as far as bytes are concerned.
struct Visitor {
    address: SocketAddr,
    cookie: Option<String>,
}

impl Visitor {
    fn new(address: SocketAddr) -> Self {
        Self { address, cookie: None }
    }

    /// Goes where redirects lead and loads what the page there names.
    async fn follow(mut self, path: &str) -> anyhow::Result<Page> {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let answer = self.ask(&path, "br").await?;
            let head = String::from_utf8_lossy(&answer[..find(&answer, b"\r\n\r\n").unwrap_or(0)]).into_owned();
            if let Some(cookie) = header(&head, "set-cookie") {
                self.cookie = cookie.split(';').next().map(str::to_owned);
            }
            match header(&head, "location") {
                Some(location) => path = location.to_owned(),
                None => return self.load(&path, answer.len()).await,
            }
        }
        anyhow::bail!("too many redirects")
    }

    async fn load(&self, path: &str, bytes: usize) -> anyhow::Result<Page> {
        let mut page = Page { files: vec![("page".into(), bytes)], uncompressed: 0 };
        let plain = self.ask(path, "identity").await?;
        page.uncompressed += plain.len();
        let html = String::from_utf8(plain)?;
        ensure!(!html.contains("<script src"), "a connect page loads a script");
        for file in named_files(&html) {
            let name = file.rsplit('/').next().unwrap_or_default().to_owned();
            page.files.push((name, self.ask(&file, "br").await?.len()));
            page.uncompressed += self.ask(&file, "identity").await?.len();
        }
        ensure!(page.files.len() >= 3, "style sheet or icon is missing: {}", page.parts());
        Ok(page)
    }

    async fn ask(&self, path: &str, encoding: &str) -> anyhow::Result<Vec<u8>> {
        let cookie = self.cookie.as_ref().map(|cookie| format!("cookie: {cookie}\r\n")).unwrap_or_default();
        let host = self.address;
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/html\r\naccept-encoding: {encoding}\r\n{cookie}\
             connection: close\r\n\r\n"
        );
        Ok(whole_answer(self.address, &request).await?)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Style sheets, icons and pictures of our own, each once.
fn named_files(html: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for attribute in ["href=\"/", "src=\"/"] {
        for (at, _) in html.match_indices(attribute) {
            let rest = &html[at + attribute.len() - 1..];
            let file = &rest[..rest.find('"').unwrap_or(rest.len())];
            if file.starts_with("/pkg/") && !files.iter().any(|known| known == file) {
                files.push(file.to_owned());
            }
        }
    }
    files
}
