//! This process among those that work on the same database: which keys it has, and which one seals.
//!
//! A process announces its keys before it seals or opens anything, and every few seconds again. It seals with
//! the newest key that all live processes have, so that none meets a record that it cannot open; and it does
//! not start where others seal with a key that it lacks.

use std::time::Duration;

use uuid::Uuid;

use crate::clock::{Clock, Millis, SECOND};
use crate::config::KeyFile;
use crate::crypto::vault::{Vault, VaultError};
use crate::domain::process::{Apart, Process, sealing_key};
use crate::random::Random;
use crate::storage::processes::{self, SealingKey};
use crate::storage::sealed::{self, Sealed};
use crate::storage::{Db, StorageError, Tx};

/// Between two announcements.
const BEAT: Millis = 15 * SECOND;
/// And while the newest key does not seal yet.
const IMPATIENT_BEAT: Millis = 3 * SECOND;
/// Between two looks at the key file.
const LOOK: Duration = Duration::from_secs(1);

/// The announced process.
#[derive(Clone)]
pub struct Presence {
    id: Uuid,
    name: String,
    db: Db,
    vault: Vault,
    clock: Clock,
    /// Where keys may be added while this process runs.
    key_file: Option<KeyFile>,
}

/// Why this process must not work on this database with its keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("records are sealed with key {0}, which is not there; add it again behind the newest")]
    Missing(u32),
    #[error(
        "key {0} is there, but does not open what was sealed as key {0}; restore the key that belongs to this database from its backup"
    )]
    Another(u32),
    #[error(transparent)]
    Apart(#[from] Apart),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Presence {
    /// Announces this process, and decides which key it seals with.
    ///
    /// # Errors
    /// When its keys do not open what is stored or what others seal, or the database does not answer.
    pub async fn begin(
        db: &Db,
        vault: &Vault,
        clock: &Clock,
        random: &Random,
        name: String,
        key_file: Option<KeyFile>,
    ) -> Result<Self, KeysError> {
        let id = random.uuid(clock.now());
        let this = Self { id, name, db: db.clone(), vault: vault.clone(), clock: clock.clone(), key_file };
        let mut tx = db.begin().await?;
        processes::take_turn(&tx).await?;
        processes::forget_dead(&mut tx, clock.now()).await?;
        this.verify_stored(&mut tx).await?;
        let sealing = this.announce(&mut tx, None).await?;
        tx.commit().await?;
        vault.seal_with(sealing);
        Ok(this)
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Says again which keys are there, and takes another one to seal with when all have it.
    ///
    /// # Errors
    /// As [`Presence::begin`]; what seals stays as it was then.
    pub async fn beat(&self) -> Result<(), KeysError> {
        let mut tx = self.db.begin().await?;
        processes::take_turn(&tx).await?;
        let before = processes::live(tx.connection(), self.clock.now()).await?;
        let before = before.into_iter().find(|process| process.id == self.id);
        let since = before.map_or_else(|| self.clock.now(), |before| before.sealing_since);
        let sealing = self.announce(&mut tx, Some((self.vault.sealing_key(), since))).await?;
        tx.commit().await?;
        if sealing != self.vault.sealing_key() {
            tracing::info!(key = sealing, "another key seals from now on");
        }
        self.vault.seal_with(sealing);
        Ok(())
    }

    /// Takes up keys that were added to the key file. `true` when there were some.
    pub fn look_at_key_file(&self) -> bool {
        let Some(file) = &self.key_file else { return false };
        match file.read() {
            Ok(ring) => {
                let before = self.vault.key_ids();
                self.vault.learn(&ring);
                before != self.vault.key_ids()
            }
            Err(error) => {
                tracing::warn!(error = file.explain(&error), "the key file cannot be used; its keys stay as they were");
                false
            }
        }
    }

    /// Keeps announcing, until it is dropped.
    pub async fn keep(self) {
        let mut modified = self.key_file.as_ref().and_then(KeyFile::modified);
        let mut next = self.clock.now() + self.interval();
        loop {
            tokio::time::sleep(LOOK).await;
            let found = self.key_file.as_ref().and_then(KeyFile::modified);
            let changed = found != modified && self.look_at_key_file();
            modified = found;
            if !changed && self.clock.now() < next {
                continue;
            }
            match self.beat().await {
                Ok(()) => {}
                Err(KeysError::Storage(error)) => tracing::warn!(%error, "this process could not announce itself"),
                Err(error) => tracing::error!(%error, "encryption_keys: restart this process with the right keys"),
            }
            next = self.clock.now() + self.interval();
        }
    }

    fn interval(&self) -> Millis {
        let settled = self.vault.key_ids().first() == Some(&self.vault.sealing_key());
        if settled { BEAT } else { IMPATIENT_BEAT }
    }

    /// Nothing is sealed or opened here any more. A process that dies without it is forgotten after a minute.
    pub async fn end(&self) {
        let left = async {
            let mut tx = self.db.begin().await?;
            processes::leave(&mut tx, self.id).await?;
            tx.commit().await
        };
        if let Err(error) = left.await {
            tracing::warn!(%error, "this process could not take its leave");
        }
    }

    /// `before` is what sealed until now, and since when.
    async fn announce(&self, tx: &mut Tx, before: Option<(u32, Millis)>) -> Result<u32, KeysError> {
        let now = self.clock.now();
        let mut others = processes::live(tx.connection(), now).await?;
        others.retain(|process| process.id != self.id);
        let keys = self.vault.key_ids();
        let sealing = sealing_key(&keys, &others)?;
        let sealing_since = match before {
            // It has sealed nothing yet, so nothing of it is under way.
            None => 0,
            Some((key, since)) if key == sealing => since,
            Some(_) => now,
        };
        let known = processes::sealing_keys(tx.connection()).await?;
        if known.iter().all(|known| known.key != sealing) {
            self.add_sealing_key(tx, sealing).await?;
        }
        let process = Process { id: self.id, name: self.name.clone(), keys, sealing, sealing_since, seen_at: now };
        processes::announce(tx, &process).await?;
        Ok(sealing)
    }

    /// Costs nothing unless something is wrong, or the database is older than this list of keys.
    async fn verify_stored(&self, tx: &mut Tx) -> Result<(), KeysError> {
        let known = processes::sealing_keys(tx.connection()).await?;
        let verified = |key: &SealingKey| self.vault.verify_proof(key.key, &key.proof);
        if !known.is_empty() && known.iter().all(|key| verified(key).is_ok()) {
            return Ok(());
        }
        let used = sealed::counts(tx.connection()).await?;
        for key in &known {
            match verified(key) {
                Ok(()) => {}
                Err(_) if !used.contains_key(&key.key) => processes::forget_sealing_key(tx, key.key).await?,
                Err(VaultError::UnknownKey(id)) => return Err(KeysError::Missing(id)),
                Err(VaultError::Damaged) => return Err(KeysError::Another(key.key)),
            }
        }
        for key in used.into_keys().filter(|used| known.iter().all(|known| known.key != *used)) {
            verify_sample(&self.vault, key, sealed::sample(tx.connection(), key).await?.as_ref())?;
            self.add_sealing_key(tx, key).await?;
        }
        Ok(())
    }

    async fn add_sealing_key(&self, tx: &mut Tx, key: u32) -> Result<(), KeysError> {
        let proof = self.vault.proof(key).ok_or(KeysError::Missing(key))?;
        processes::add_sealing_key(tx, &SealingKey { key, proof }, self.clock.now()).await?;
        Ok(())
    }
}

/// Whether the key of this record is there and is the one that sealed it.
///
/// # Errors
/// When it is not.
pub fn verify_sample(vault: &Vault, key: u32, found: Option<&Sealed>) -> Result<(), KeysError> {
    match found.map(|found| vault.open(found.slot, &found.record)) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(VaultError::UnknownKey(key))) => Err(KeysError::Missing(key)),
        Some(Err(VaultError::Damaged)) => Err(KeysError::Another(key)),
    }
}

/// A name by which a person finds this process.
pub fn process_name(what: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    format!("{what} (process {} on {})", std::process::id(), if host.is_empty() { "this machine" } else { host })
}
