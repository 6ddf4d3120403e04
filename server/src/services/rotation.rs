//! Sealing everything stored with the newest key, while others go on working.
//!
//! Nothing is locked while a record is opened and sealed; what comes of it is stored only over the very
//! record that was read. So a token that was renewed meanwhile stays, and rotation can be killed, repeated
//! and run twice at the same time.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::clock::Clock;
use crate::crypto::vault::{Vault, mark};
use crate::domain::process::Process;
use crate::services::presence::Presence;
use crate::storage::sealed::{self, Sealed, SealedTable, TABLES};
use crate::storage::{Db, Result, StorageError, processes};

/// Rows in one transaction: a few milliseconds of the one writer that SQLite has.
const BATCH: u32 = 100;
/// Between two transactions, so that others get their turn.
const PAUSE: Duration = Duration::from_millis(20);
/// A busy database is tried that often, with that long in between.
const TRIES: u32 = 10;
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// What became of the records.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Resealed {
    pub records: u64,
    /// Opened with no key, so they stay as they are.
    pub damaged: u64,
}

/// Live processes, other than this one, that do not yet seal with `key` alone.
///
/// # Errors
/// When the database does not answer.
pub async fn not_ready(db: &Db, me: &Presence, clock: &Clock, key: u32) -> Result<Vec<Process>> {
    let now = clock.now();
    let mut live = processes::live(db.read(), now).await?;
    live.retain(|process| process.id != me.id() && !process.seals_with(key, now));
    Ok(live)
}

/// How many records are sealed otherwise than with `key`, by the key that sealed them.
///
/// # Errors
/// When the database does not answer.
pub async fn left(db: &Db, key: u32) -> Result<BTreeMap<u32, u64>> {
    let mut counts = sealed::counts(db.read()).await?;
    counts.remove(&key);
    Ok(counts)
}

/// Seals every record with `key`, with which the vault must seal. `progress` hears how many are done.
///
/// # Errors
/// When the database does not answer, also not when it is tried again; what was done stays done.
pub async fn reseal(db: &Db, vault: &Vault, key: u32, mut progress: impl FnMut(u64)) -> Result<Resealed> {
    let mut all = Resealed::default();
    for table in &TABLES {
        loop {
            let passed = pass(db, vault, table, key, &mut |records| progress(all.records + records)).await?;
            all.records += passed.done.records;
            if passed.missed == 0 {
                all.damaged += passed.done.damaged;
                break;
            }
        }
    }
    Ok(all)
}

/// Nothing is sealed with this key, and nobody who runs will seal with it.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(db: &Db, key: u32) -> Result<()> {
    let mut tx = db.begin().await?;
    processes::forget_sealing_key(&mut tx, key).await?;
    tx.commit().await
}

struct Passed {
    done: Resealed,
    /// Changed by others between reading and storing; most of them with the new key.
    missed: u64,
}

async fn pass(db: &Db, vault: &Vault, table: &SealedTable, key: u32, progress: &mut impl FnMut(u64)) -> Result<Passed> {
    let mut passed = Passed { done: Resealed::default(), missed: 0 };
    let (mut after, mut patience) = (Uuid::nil(), Patience::default());
    loop {
        let found = loop {
            match sealed::sealed_otherwise(db.read(), table, mark(key), after, BATCH).await {
                Ok(found) => break found,
                Err(error) => patience.or_give_up(error).await?,
            }
        };
        let Some(last) = found.last() else { return Ok(passed) };
        after = last.slot.row;
        let mut fresh = Vec::with_capacity(found.len());
        for was in &found {
            match vault.open(was.slot, &was.record) {
                Ok(secret) => fresh.push((was, vault.seal(was.slot, &secret))),
                Err(error) => {
                    passed.done.damaged += 1;
                    let (table, column, row) = (was.slot.table, was.slot.column, was.slot.row);
                    tracing::error!(table, column, %row, %error, "a record stays as it is");
                }
            }
        }
        let stored = loop {
            match store(db, &fresh).await {
                Ok(stored) => break stored,
                Err(error) => patience.or_give_up(error).await?,
            }
        };
        patience = Patience::default();
        passed.done.records += stored;
        passed.missed += fresh.len() as u64 - stored;
        progress(passed.done.records);
        tokio::time::sleep(PAUSE).await;
    }
}

async fn store(db: &Db, fresh: &[(&Sealed, Vec<u8>)]) -> Result<u64> {
    let mut stored = 0;
    let mut tx = db.begin().await?;
    for (was, record) in fresh {
        stored += u64::from(sealed::replace(&mut tx, was, record.clone()).await?);
    }
    tx.commit().await?;
    Ok(stored)
}

/// Another process may hold an embedded database, and a server may be restarted.
#[derive(Default)]
struct Patience {
    tries: u32,
}

impl Patience {
    async fn or_give_up(&mut self, error: StorageError) -> Result<()> {
        self.tries += 1;
        if self.tries >= TRIES {
            return Err(error);
        }
        tracing::warn!(%error, "the database was busy; trying again");
        tokio::time::sleep(TRY_AGAIN).await;
        Ok(())
    }
}
