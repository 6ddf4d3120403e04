//! `keys rotate`: from the old encryption key to a new one while servers run.
//!
//! The order is what matters. First everybody has the new key, then it seals, then what is stored is sealed
//! anew, and only then may the old key go. Each process announces its keys in the database
//! (`services/presence.rs`), so this command sees how far they are and waits for them.

use std::time::Duration;

use clap::Subcommand;

use super::{End, Outside, say};
use crate::clock::{Clock, Millis, SECOND};
use crate::config::{Config, DatabaseUrl, KeyFile, KeyRing};
use crate::crypto::vault::Vault;
use crate::domain::process::Process;
use crate::services::presence::{KeysError, Presence, process_name};
use crate::services::rotation::{self, Resealed};
use crate::storage::Db;

/// Long enough for a process that died, and for one that has just got the new key.
const PATIENCE_SECONDS: u32 = 75;
const LOOK: Duration = Duration::from_millis(500);
/// Records between two lines about the progress.
const PROGRESS: u64 = 10_000;
/// A record sealed with an old key after all was counted means that this is repeated.
const ROUNDS: u32 = 3;

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Seal every stored record with the newest encryption key, while servers run, and say which keys are no longer
    /// used. A key file of our own gets a new key first.
    Rotate {
        /// How long to wait for servers that do not seal with the newest key yet.
        #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE_SECONDS)]
        wait_seconds: u32,
    },
}

pub(super) async fn run(outside: &Outside, command: KeysCommand) -> Result<(), End> {
    let KeysCommand::Rotate { wait_seconds } = command;
    let config = outside.config()?;
    outside.start_log(config.log_format);
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        return Err(End::Refused(format!("database_url: there is no database {} yet", path.display())));
    }
    let db = outside.database(&config).await?;
    let rotated = rotate(outside, &config, &db, i64::from(wait_seconds) * SECOND).await;
    db.close().await;
    rotated
}

async fn rotate(outside: &Outside, config: &Config, db: &Db, patience: Millis) -> Result<(), End> {
    let file = config.encryption_keys.file(config.database.file());
    let mut ring = outside.keys(config)?;
    let vault = Vault::new(&ring, outside.random.clone());
    let name = process_name("`deskbridge keys rotate`");
    let presence = Presence::begin(db, &vault, &outside.clock, &outside.random, name, file.clone()).await;
    let presence = presence.map_err(refused)?;
    let beating = tokio::spawn(presence.clone().keep());
    let outcome = async {
        if let Some(file) = &file {
            ring = add_key(outside, db, file).await?;
            presence.look_at_key_file();
            presence.beat().await.map_err(refused)?;
        }
        Rotation { db, vault: &vault, clock: &outside.clock, presence: &presence, ring: &ring, patience }.run().await
    };
    let outcome = outcome.await;
    beating.abort();
    presence.end().await;
    let done = outcome?;
    say(summary(&ring, done));
    for key in ring.keys().map(|(id, _)| id).skip(1) {
        say(unused(key, file.as_ref()));
    }
    if ring.keys().count() == 1 {
        say(how_to(ring.newest()));
    }
    Ok(())
}

fn refused(error: KeysError) -> End {
    match error {
        KeysError::Storage(error) => End::Failed(error.into()),
        error => End::Refused(format!("encryption_keys: {error}")),
    }
}

/// A new key, unless the last one is still to be taken into use everywhere: after a crash rotation goes on.
async fn add_key(outside: &Outside, db: &Db, file: &KeyFile) -> Result<KeyRing, End> {
    let explain = |error| End::Refused(format!("encryption_keys: {}", file.explain(&error)));
    let _lock = file.lock()?;
    let ring = file.read().map_err(explain)?;
    if !rotation::left(db, ring.newest()).await?.is_empty() {
        say(format_args!("Key {} of {} does not seal everything yet.", ring.newest(), file.path().display()));
        return Ok(ring);
    }
    let ring = file.add_key(&outside.random).map_err(explain)?;
    say(format_args!(
        "Key {} was added to {}. Back this file up now, apart from the database.",
        ring.newest(),
        file.path().display()
    ));
    Ok(ring)
}

struct Rotation<'a> {
    db: &'a Db,
    vault: &'a Vault,
    clock: &'a Clock,
    presence: &'a Presence,
    ring: &'a KeyRing,
    patience: Millis,
}

impl Rotation<'_> {
    async fn run(&self) -> Result<Resealed, End> {
        let newest = self.ring.newest();
        self.wait_for_all(newest).await?;
        let mut done = Resealed::default();
        for _ in 0..ROUNDS {
            let mut next = PROGRESS;
            let progress = |records| {
                if records >= next {
                    next = records + PROGRESS;
                    say(format_args!("{records} records are sealed anew."));
                }
            };
            let round = rotation::reseal(self.db, self.vault, newest, progress).await?;
            done = Resealed { records: done.records + round.records, ..round };
            // Who came meanwhile and what they sealed: the count is a proof only while all seal with the newest.
            self.wait_for_all(newest).await?;
            let left = rotation::left(self.db, newest).await?;
            if done.damaged > 0 {
                return Err(End::Failed(anyhow::anyhow!("{}", damaged(done, newest))));
            }
            if left.is_empty() {
                for key in self.vault.key_ids().into_iter().filter(|key| *key != newest) {
                    rotation::forget(self.db, key).await?;
                }
                return Ok(done);
            }
        }
        let left = rotation::left(self.db, newest).await?;
        let keys: Vec<String> = left.iter().map(|(key, count)| format!("{count} with key {key}")).collect();
        Err(End::Failed(anyhow::anyhow!(
            "records are still being sealed with older keys ({}): is a server of an older version running? End it and run this again",
            keys.join(", ")
        )))
    }

    /// Until every live process has the newest key, seals with it, and has stored what it sealed before.
    async fn wait_for_all(&self, newest: u32) -> Result<(), End> {
        let until = self.clock.now() + self.patience;
        let mut said = Vec::new();
        loop {
            self.presence.beat().await.map_err(refused)?;
            let waiting = rotation::not_ready(self.db, self.presence, self.clock, newest).await?;
            if waiting.is_empty() && self.vault.sealing_key() == newest {
                return Ok(());
            }
            if self.clock.now() >= until {
                return Err(End::Failed(anyhow::anyhow!("{}", not_taken_up(&waiting, newest))));
            }
            for process in &waiting {
                if !said.contains(&process.id) {
                    said.push(process.id);
                    say(format_args!("Waiting until {} seals with key {newest}.", process.name));
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn summary(ring: &KeyRing, done: Resealed) -> String {
    let newest = ring.newest();
    match done.records {
        0 => format!("Every record is sealed with key {newest} already."),
        1 => format!("One record was sealed anew. Everything is sealed with key {newest} now."),
        records => format!("{records} records were sealed anew. Everything is sealed with key {newest} now."),
    }
}

fn unused(key: u32, file: Option<&KeyFile>) -> String {
    let place = match file {
        Some(file) => format!("take its line out of {}", file.path().display()),
        None => "take it out of encryption_keys, and restart every process".to_owned(),
    };
    format!(
        "Key {key} is not used any more: no record is sealed with it, and no process will. Older backups still need it: keep a copy with them, then {place}."
    )
}

fn how_to(newest: u32) -> String {
    let next = newest.saturating_add(1);
    format!(
        "To change to a new key:\n\
         1. Make one: echo \"{next}:$(head -c 32 /dev/urandom | base64)\"\n\
         2. Put it first in encryption_keys, before key {newest}, and restart every process with it. The first key that all of them have seals.\n\
         3. Run `deskbridge keys rotate` with the same keys. It seals everything anew and says when key {newest} is not used any more.\n\
         4. Take key {newest} out of encryption_keys and restart every process."
    )
}

fn damaged(done: Resealed, newest: u32) -> String {
    format!(
        "{} records open with no key and stay as they are; the log names them. {} were sealed anew with key {newest}. Keep all keys: `deskbridge check` says what is wrong",
        done.damaged, done.records
    )
}

fn not_taken_up(waiting: &[Process], newest: u32) -> String {
    let names: Vec<&str> = waiting.iter().map(|process| process.name.as_str()).collect();
    format!(
        "not every process has key {newest} and seals with it: {}. Restart what lacks it with the same encryption_keys (key {newest} first), or end it, and run this again",
        names.join(", ")
    )
}
