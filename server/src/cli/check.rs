//! `check`: looks at a deployment as it is, and says what is wrong and what to do.

use std::time::Duration;

use super::{End, Outside, lines, say};
use crate::config::{Config, DatabaseUrl};
use crate::manifest::load_dir;
use crate::storage::{Db, housekeeping};
use crate::upstream::officernd::OfficeRnd;

const PATIENCE: Duration = Duration::from_secs(10);
/// A clock that is off by more makes signed calls fail now and then: the tolerance is 60 s.
const MOST_SKEW_SECONDS: i64 = 10;

/// What was found of one thing.
struct Finding {
    good: bool,
    text: String,
}

fn good(text: impl Into<String>) -> Finding {
    Finding { good: true, text: text.into() }
}

fn wrong(text: impl Into<String>) -> Finding {
    Finding { good: false, text: text.into() }
}

pub(super) async fn check(outside: &Outside) -> Result<(), End> {
    let config = outside.config()?;
    let mut findings = vec![manifests(outside, &config)];
    findings.extend(database(outside, &config).await);
    findings.extend(officernd(outside, &config).await);
    findings.push(public_url(&config).await);
    for finding in &findings {
        say(format_args!("{} {}", if finding.good { "ok   " } else { "WRONG" }, finding.text));
    }
    if findings.iter().all(|finding| finding.good) { Ok(()) } else { Err(End::FoundWrong) }
}

fn manifests(outside: &Outside, config: &Config) -> Finding {
    let dir = config.integrations_dir.display();
    match load_dir(&config.integrations_dir, &|name| outside.variable(name), config.production()) {
        Ok(found) if found.is_empty() => {
            wrong(format!("integrations_dir: {dir} holds no manifest; put one there, named after its slug"))
        }
        Ok(found) => {
            let slugs: Vec<&str> = found.iter().map(|integration| integration.slug.as_str()).collect();
            good(format!("integrations_dir: {} ({})", dir, slugs.join(", ")))
        }
        Err(problems) => {
            wrong(format!("integrations_dir: manifests cannot be used; correct this:\n{}", lines(&problems)))
        }
    }
}

async fn database(outside: &Outside, config: &Config) -> Vec<Finding> {
    let file = match &config.database {
        DatabaseUrl::Sqlite(path) if !path.exists() => {
            return vec![good(format!(
                "database_url: {} is made, with its keys, when `deskbridge serve` starts first",
                path.display()
            ))];
        }
        DatabaseUrl::Sqlite(path) => path.clone(),
        DatabaseUrl::Postgres(_) => std::path::PathBuf::new(),
    };
    let ring = match config.encryption_keys.load(&file, &outside.random) {
        Ok(ring) => ring,
        Err(problem) => return vec![wrong(format!("encryption_keys: {problem}"))],
    };
    let opened = tokio::time::timeout(PATIENCE, Db::open(&config.database)).await;
    let db = match opened {
        Ok(Ok(db)) => db,
        Ok(Err(error)) => {
            return vec![wrong(format!(
                "database_url: {:?} does not answer ({error}); is it running, and are name and password right?",
                config.database
            ))];
        }
        Err(_) => {
            return vec![wrong(format!(
                "database_url: {:?} did not answer within {} s; is the address right?",
                config.database,
                PATIENCE.as_secs()
            ))];
        }
    };
    let mut findings = Vec::new();
    match housekeeping::connection_count(db.read()).await {
        Ok(count) => {
            findings.push(good(format!("database_url: {:?} answers and holds {count} connections", config.database)));
            match housekeeping::sealing_keys(db.read()).await {
                Ok(used) => findings.push(keys(&ring, &used)),
                Err(error) => findings.push(wrong(format!("database_url: sealed records cannot be read ({error})"))),
            }
        }
        Err(_) => findings.push(wrong("database_url: the tables are missing; run `deskbridge migrate`, or start `deskbridge serve`, which does it too")),
    }
    db.close().await;
    findings
}

fn keys(ring: &crate::config::KeyRing, used: &[u32]) -> Finding {
    let missing: Vec<String> =
        used.iter().filter(|id| !ring.keys().any(|(known, _)| known == **id)).map(ToString::to_string).collect();
    if missing.is_empty() {
        return good(format!("encryption_keys: key {} seals, and every stored record can be opened", ring.newest()));
    }
    wrong(format!(
        "encryption_keys: records are sealed with key {}, which is not there; add it again behind the newest",
        missing.join(", ")
    ))
}

async fn officernd(outside: &Outside, config: &Config) -> Vec<Finding> {
    let client = match OfficeRnd::new(config.officernd.clone()) {
        Ok(client) => client,
        Err(error) => return vec![wrong(error.to_string())],
    };
    let identity = &config.officernd.identity_url;
    match client.server_time().await {
        Ok(theirs) => {
            let skew = outside.clock.now_seconds() - theirs;
            let clock = if skew.abs() > MOST_SKEW_SECONDS {
                let way = if skew > 0 { "ahead of" } else { "behind" };
                wrong(format!(
                    "clock: this machine is {} s {way} OfficeRnD, so signed calls will be refused; switch time synchronization (NTP) on",
                    skew.abs()
                ))
            } else {
                good("clock: agrees with OfficeRnD's")
            };
            vec![good(format!("officernd__identity_url: {identity} answers")), clock]
        }
        Err(error) => vec![wrong(format!(
            "officernd__identity_url: {identity} cannot be reached ({error}); check the address, the firewall and DNS"
        ))],
    }
}

/// From here, so a proxy that answers only from outside is not seen; OfficeRnD's view may differ.
#[expect(clippy::disallowed_methods, reason = "one request to our own address, with limits, and no secret in it")]
async fn public_url(config: &Config) -> Finding {
    let address = config.public("/healthz");
    let client = match reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()
    {
        Ok(client) => client,
        Err(error) => return wrong(format!("public_url: cannot be tried ({error})")),
    };
    match client.get(&address).send().await {
        Ok(answer) if answer.status().is_success() => {
            if config.production() {
                good(format!("public_url: {address} answers"))
            } else {
                good(format!(
                    "public_url: {address} answers, but OfficeRnD cannot reach this machine's own address; set an https address for production"
                ))
            }
        }
        Ok(answer) => wrong(format!(
            "public_url: {address} answers {}; does the proxy pass everything to {}?",
            answer.status().as_u16(),
            config.listen
        )),
        Err(error) => wrong(format!(
            "public_url: {address} does not answer ({}); is `deskbridge serve` running, and does the name lead to it?",
            error.without_url()
        )),
    }
}
