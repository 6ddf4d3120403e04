//! `check`: looks at a deployment as it is, changes nothing, and says what is wrong and what to do.
//! Each line begins with the key that it is about.

mod addresses;
mod api_keys;
mod events;
mod mail;
mod oidc;
mod tokens;
mod traces;

use std::path::Path;
use std::time::Duration;

use addresses::{listener, proxies, public_url};

use super::{End, Outside, lines, say};
use crate::config::{Config, DatabaseUrl, KeyRing};
use crate::crypto::vault::Vault;
use crate::manifest::{Integration, load_dir};
use crate::services::presence::verify_sample;
use crate::storage::{Db, StorageError, housekeeping, outbox, sealed, tenant_rows};
use crate::upstream::officernd::OfficeRnd;
use crate::upstream::probe;

const PATIENCE: Duration = Duration::from_secs(10);
/// The header of OfficeRnD's answer is cut to seconds and some network time old, so less says nothing.
const MOST_SKEW_SECONDS: i64 = 10;
/// What a connection cannot be made without (`docs/MANIFEST.md`).
const NEEDED_SCOPES: [&str; 6] = [
    "flex.settings.integrations.read",
    "flex.settings.webhooks.read",
    "flex.settings.webhooks.create",
    "flex.settings.webhooks.delete",
    "flex.settings.organization.read",
    "flex.space.locations.read",
];
/// The same in the words of version 1.
const NEEDED_SCOPES_V1: [&str; 2] = ["officernd.api.read", "officernd.api.write"];

/// What was found of one thing.
struct Finding {
    good: bool,
    /// Nothing fails for it, and somebody should see to it.
    warns: bool,
    text: String,
}

fn good(text: impl Into<String>) -> Finding {
    Finding { good: true, warns: false, text: text.into() }
}

fn doubtful(text: impl Into<String>) -> Finding {
    Finding { good: true, warns: true, text: text.into() }
}

fn wrong(text: impl Into<String>) -> Finding {
    Finding { good: false, warns: false, text: text.into() }
}

pub(super) async fn check(outside: &Outside) -> Result<(), End> {
    let config = outside.config()?;
    let mut findings = manifests(outside, &config);
    findings.extend(database(outside, &config).await);
    findings.extend(officernd(outside, &config).await);
    findings.extend(oidc::finding(&config, &outside.clock).await);
    findings.extend(listener("listen", config.listen).await);
    findings.extend(listener("operations_listen", config.operations_listen).await);
    findings.push(public_url(&config).await);
    findings.extend(proxies(&config));
    findings.extend(mail::finding(&config).await);
    findings.extend(traces::finding(&config).await);
    for finding in &findings {
        let mark = match finding {
            Finding { good: false, .. } => "WRONG",
            Finding { warns: true, .. } => "WARN ",
            _ => "ok   ",
        };
        say(format_args!("{mark} {}", finding.text));
    }
    match findings.iter().filter(|finding| !finding.good).count() {
        0 => {
            say("Nothing is wrong.");
            Ok(())
        }
        1 => {
            say("One thing is wrong.");
            Err(End::FoundWrong)
        }
        count => {
            say(format_args!("{count} things are wrong."));
            Err(End::FoundWrong)
        }
    }
}

fn manifests(outside: &Outside, config: &Config) -> Vec<Finding> {
    let dir = config.integrations_dir.display();
    let found = match load_dir(&config.integrations_dir, &|name| outside.variable(name), config.production()) {
        Ok(found) if found.is_empty() => {
            return vec![wrong(format!(
                "integrations_dir: {dir} holds no manifest; put one there, named after its slug"
            ))];
        }
        Ok(found) => found,
        Err(problems) => {
            return vec![wrong(format!(
                "integrations_dir: manifests cannot be used; correct this and start again:\n{}",
                lines(&problems)
            ))];
        }
    };
    let slugs: Vec<&str> = found.iter().map(|integration| integration.slug.as_str()).collect();
    let mut findings = vec![good(format!("integrations_dir: {dir} ({})", slugs.join(", ")))];
    for integration in &found {
        let missing = missing_scopes(integration);
        if !missing.is_empty() {
            findings.push(wrong(format!(
                "integrations_dir: {dir}/{}.json: scopes: no organization can connect without {}; add it here and in OfficeRnD's developer portal",
                integration.slug,
                missing.join(" and ")
            )));
        }
    }
    findings
}

fn missing_scopes(integration: &Integration) -> Vec<&'static str> {
    let has = |wanted: &&str| integration.scopes.iter().any(|scope| scope.split_whitespace().any(|one| one == *wanted));
    if NEEDED_SCOPES_V1.iter().all(has) {
        return Vec::new();
    }
    NEEDED_SCOPES.into_iter().filter(|wanted| !has(wanted)).collect()
}

async fn database(outside: &Outside, config: &Config) -> Vec<Finding> {
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        return vec![not_made_yet(path)];
    }
    let mut findings = Vec::new();
    let ring = match config.encryption_keys.load(config.database.file(), &outside.random) {
        Ok(ring) => Some(ring),
        Err(problem) => {
            findings.push(wrong(format!("encryption_keys: {problem}")));
            None
        }
    };
    let shown = &config.database;
    let db = match tokio::time::timeout(PATIENCE, Db::open(&config.database)).await {
        Ok(Ok(db)) => db,
        Ok(Err(error)) => {
            findings.push(wrong(not_opened(shown, &error)));
            return findings;
        }
        Err(_) => {
            findings.push(wrong(format!(
                "database_url: {shown:?} did not answer within {} s; is the address right?",
                PATIENCE.as_secs()
            )));
            return findings;
        }
    };
    match contents(&db).await {
        Ok((0, count)) => {
            let noun = if count == 1 { "connection" } else { "connections" };
            findings.push(good(format!("database_url: {shown:?} answers and holds {count} {noun}")));
            if let Some(ring) = ring {
                findings.push(match keys(outside, &db, &ring).await {
                    Ok(finding) => finding,
                    Err(error) => wrong(format!("database_url: sealed records cannot be read ({error})")),
                });
            }
            findings.extend(given_up(&db).await);
            findings.extend(events::findings(&db).await);
            findings.extend(api_keys::findings(&db, outside.clock.now()).await);
            findings.extend(search(&db).await);
            // Without a manifest that is said already.
            if let Some(integrations) = outside.integrations(config).ok().filter(|all| !all.is_empty()) {
                let read = tokens::findings(&db, config, &integrations, outside.clock.now()).await;
                findings.extend(read.unwrap_or_else(|error| {
                    vec![wrong(format!("database_url: grants cannot be read ({error})"))]
                }));
            }
        }
        Ok((pending, _)) => findings.push(wrong(format!(
            "database_url: {shown:?} lacks {pending} steps of the schema; run `deskbridge migrate`, or start `deskbridge serve`, which does it too"
        ))),
        Err(error) => findings.push(wrong(format!(
            "database_url: {shown:?} answers, but its tables cannot be read ({error}); is it the database of this or an older Deskbridge, and may this user read it?"
        ))),
    }
    db.close().await;
    findings
}

/// Says nothing where staff find tenants by index.
async fn search(db: &Db) -> Option<Finding> {
    match tenant_rows::has_search_index(db.read()).await {
        Ok(true) => None,
        Ok(false) => Some(wrong(
            "database_url: the extension pg_trgm is missing, so searching tenants reads all of them; run `CREATE EXTENSION pg_trgm` in this database as a user who may, and start Deskbridge again, which makes the index",
        )),
        Err(error) => Some(wrong(format!("database_url: indexes cannot be read ({error})"))),
    }
}

/// An embedded database is made by the first start, in a folder that must be usable then.
fn not_made_yet(path: &Path) -> Finding {
    let folder = path.ancestors().skip(1).find(|folder| folder.as_os_str().is_empty() || folder.exists());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A file without a name, since permissions do not tell of read-only file systems.
    let usable = tempfile::tempfile_in(folder).is_ok();
    let file = path.display();
    if usable {
        good(format!("database_url: {file} is made, with its keys, when `deskbridge serve` starts first"))
    } else {
        wrong(format!(
            "database_url: {file} cannot be made, since {} is no folder that this user can write to; make it one or name another file",
            folder.display()
        ))
    }
}

fn not_opened(database: &DatabaseUrl, error: &StorageError) -> String {
    let state = error.sql_state();
    match (database, state.as_deref()) {
        (DatabaseUrl::Sqlite(_), _) => format!(
            "database_url: {database:?} cannot be opened ({error}); is it a database of Deskbridge, and may this user write to the file and its folder?"
        ),
        (DatabaseUrl::Postgres(_), Some("28P01" | "28000")) => {
            format!("database_url: {database:?} does not let us in ({error}); correct user and password")
        }
        (DatabaseUrl::Postgres(_), Some("3D000")) => format!(
            "database_url: {database:?} is not there ({error}); make it with `createdb`, or correct the name of the database"
        ),
        (DatabaseUrl::Postgres(_), _) => format!(
            "database_url: {database:?} does not answer ({error}); is it running there, and are host and port right?"
        ),
    }
}

/// How many steps of the schema are missing; without any, how many connections there are.
async fn contents(db: &Db) -> Result<(usize, u64), StorageError> {
    let pending = db.pending_migrations().await?;
    let count = if pending == 0 { housekeeping::connection_count(db.read()).await? } else { 0 };
    Ok((pending, count))
}

/// Whether what is stored can be opened: every key is there, and is the one that sealed.
async fn keys(outside: &Outside, db: &Db, ring: &KeyRing) -> Result<Finding, StorageError> {
    let used = sealed::counts(db.read()).await?;
    let missing: Vec<String> =
        used.keys().filter(|id| !ring.keys().any(|(known, _)| known == **id)).map(ToString::to_string).collect();
    if !missing.is_empty() {
        return Ok(wrong(format!(
            "encryption_keys: records are sealed with key {}, which is not there; add it again behind the newest",
            missing.join(", ")
        )));
    }
    let vault = Vault::new(ring, outside.random.clone());
    for id in used.into_keys() {
        if let Err(error) = verify_sample(&vault, id, sealed::sample(db.read(), id).await?.as_ref()) {
            return Ok(wrong(format!("encryption_keys: {error}")));
        }
    }
    let older = if ring.keys().count() > 1 { "; `deskbridge keys rotate` ends the use of older keys" } else { "" };
    Ok(good(format!("encryption_keys: key {} seals, and what is stored can be opened{older}", ring.newest())))
}

/// What partner systems were not told. Says nothing when they were told everything.
async fn given_up(db: &Db) -> Option<Finding> {
    let (dead, last) = match (outbox::dead(db.read()).await, outbox::list_dead(db.read(), None, 1).await) {
        (Ok(dead), Ok(last)) => (dead, last),
        (Err(error), _) | (_, Err(error)) => {
            return Some(wrong(format!("outbox: what was given up cannot be read ({error})")));
        }
    };
    let last = last.first()?;
    let counts: Vec<String> =
        dead.iter().map(|one| format!("{} of {} ({})", one.count, one.receiver, one.hook)).collect();
    Some(wrong(format!(
        "outbox: partner systems were not told: {}; the last one failed with \"{}\"; correct that and run `deskbridge outbox retry`, or `deskbridge outbox forget` if it does not matter any more",
        counts.join(", "),
        last.trouble.as_deref().unwrap_or("no reason")
    )))
}

async fn officernd(outside: &Outside, config: &Config) -> Vec<Finding> {
    let client = match OfficeRnd::new(config.officernd.clone()) {
        Ok(client) => client,
        Err(error) => return vec![wrong(error.to_string())],
    };
    let (identity, app) = (&config.officernd.identity_url, &config.officernd.app_url);
    let mut findings = match client.server_time().await {
        Ok(theirs) => {
            vec![
                good(format!("officernd__identity_url: {identity} answers")),
                clock(outside.clock.now_seconds() - theirs, config.signature_tolerance_seconds),
            ]
        }
        Err(error) => vec![wrong(format!(
            "officernd__identity_url: {identity} cannot be reached ({error}); check the address, the firewall and DNS"
        ))],
    };
    findings.push(match probe::ask(app).await {
        Ok(answer) if answer.status < 500 => good(format!("officernd__app_url: {app} answers")),
        Ok(answer) => wrong(format!(
            "officernd__app_url: {app} answers {}; is OfficeRnD down, or is this another server?",
            answer.status
        )),
        Err(cause) => wrong(format!(
            "officernd__app_url: {app} cannot be reached ({cause}); check the address, the firewall and DNS"
        )),
    });
    findings
}

/// How far this machine's clock is from OfficeRnD's, in seconds.
fn clock(skew: i64, tolerance: i64) -> Finding {
    let off = skew.abs();
    if off <= MOST_SKEW_SECONDS {
        return good("clock: agrees with OfficeRnD's");
    }
    let way = if skew > 0 { "ahead of" } else { "behind" };
    let effect =
        if off > tolerance { "signed calls are refused" } else { "signed calls that take a while are refused" };
    wrong(format!(
        "clock: this machine is {off} s {way} OfficeRnD, so that {effect} (signature_tolerance_seconds is {tolerance}); switch time synchronization (NTP) on"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_judged_by_the_tolerance() {
        assert!(clock(10, 60).good && clock(-10, 60).good);
        for (skew, part) in [(11, "ahead of"), (-59, "that take a while"), (61, "so that signed calls are refused")] {
            let finding = clock(skew, 60);
            assert!(!finding.good && finding.text.contains(part) && finding.text.contains("NTP"), "{}", finding.text);
        }
    }

    #[test]
    fn a_folder_that_is_a_file_is_no_place_for_a_database() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        assert!(not_made_yet(&file.join("deep/deskbridge.db")).good);
        assert!(not_made_yet(Path::new("deskbridge.db")).good);
        std::fs::write(&file, "").unwrap();
        let finding = not_made_yet(&file.join("deep/deskbridge.db"));
        assert!(!finding.good && finding.text.contains(&file.display().to_string()), "{}", finding.text);
    }
}
