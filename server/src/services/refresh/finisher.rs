//! Answers that arrive together share one commit. A new refresh token is durable before anybody hears of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use uuid::Uuid;

use super::verdict;
use crate::clock::{Clock, DAY, Millis, SECOND};
use crate::config;
use crate::crypto::vault::Vault;
use crate::domain::grant::{Grant, GrantState, RefusalCause, Trouble};
use crate::domain::lease::{self, Failed};
use crate::domain::schedule::{self, Access};
use crate::random::Random;
use crate::services::health;
use crate::state::Integrations;
use crate::storage::leases::{self, Claimed, NewPair};
use crate::storage::{Db, StorageError, Tx};
use crate::upstream::officernd::TokenAnswer;

/// Answers in one commit.
const GROUP: usize = 50;
/// A group is closed after that, however small it is.
const OPEN: Duration = Duration::from_millis(20);
/// Answers that may wait for a group.
const WAITING: usize = 10_000;
/// Between tries to store what the database did not take.
const AGAIN: Duration = Duration::from_millis(500);
/// A pair is held in memory for so many tries; without it the connection may be lost.
const TRIES: u32 = 1_200;
/// What else came of a request can be found out again.
const FEW_TRIES: u32 = 4;

/// What storing needs.
pub struct Keeper {
    pub db: Db,
    pub vault: Vault,
    pub clock: Clock,
    pub random: Random,
    pub integrations: Integrations,
    pub refresh: config::Refresh,
    pub replaced: Replaced,
}

/// By client id: whose answers replaced no refresh token since one was replaced.
#[derive(Default)]
pub struct Replaced(Mutex<HashMap<String, HashSet<Uuid>>>);

impl Replaced {
    /// Whether refresh tokens are replaced at all, now that this answer is known too.
    fn learn(&self, grant: &Grant, replaced: bool) -> bool {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let without = clients.entry(grant.client_id.clone()).or_default();
        if replaced {
            without.clear();
        } else if without.len() < schedule::GIVES_NONE
            && without.insert(grant.connection)
            && without.len() == schedule::GIVES_NONE
        {
            let client_id = &grant.client_id;
            tracing::warn!(client_id, "OfficeRnD seems to replace no refresh tokens; they are asked for rarely");
        }
        without.len() < schedule::GIVES_NONE
    }
}

impl<'a> From<&'a Keeper> for health::Around<'a> {
    fn from(keeper: &'a Keeper) -> Self {
        Self { integrations: &keeper.integrations, random: &keeper.random }
    }
}

/// How a request ended.
#[derive(Clone)]
pub(super) enum Outcome {
    Pair(Box<TokenAnswer>),
    /// A refresh token came without an access token. The one that was sent is spent, so this one is stored like a
    /// pair; all the same it was a failure.
    Alone {
        refresh_token: SecretString,
        what: &'static str,
        probe: bool,
    },
    Refused(RefusalCause),
    /// `what` names the trouble, unless it was not the connection's own. A probe tells of the host
    /// and not of it.
    Failed {
        failed: Failed,
        what: Option<&'static str>,
        probe: bool,
    },
    /// It was not sent; not before then, if there is a time.
    Unsent {
        again_at: Option<Millis>,
    },
}

impl Outcome {
    /// Without it the connection may be lost.
    fn brings_token(&self) -> bool {
        matches!(self, Self::Pair(_) | Self::Alone { .. })
    }
}

#[derive(Clone)]
pub(super) struct Answer {
    pub(super) claimed: Claimed,
    pub(super) outcome: Outcome,
    pub(super) received_at: Millis,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    Renewed,
    /// A newer pair is stored, or somebody else is at work.
    Superseded,
    Refused(RefusalCause),
    Failed {
        paused_until: Option<Millis>,
    },
    Unsent,
    /// The grant was destroyed meanwhile.
    Gone,
}

/// Somebody who waits for an answer to be stored.
struct Waiting {
    answer: Answer,
    /// A person or a caller waits.
    urgent: bool,
    done: oneshot::Sender<Finished>,
}

#[derive(Clone)]
pub struct Finisher {
    sender: mpsc::Sender<Waiting>,
}

impl Finisher {
    /// Starts the writer; it ends when the last `Finisher` is dropped.
    pub fn start(keeper: Keeper) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(gather(Arc::new(keeper), receiver));
        Self { sender }
    }

    /// Returns once it is durable. None: it could not be written.
    pub(super) async fn finish(&self, answer: Answer, urgent: bool) -> Option<Finished> {
        let (done, finished) = oneshot::channel();
        self.sender.send(Waiting { answer, urgent, done }).await.ok()?;
        finished.await.ok()
    }
}

async fn gather(keeper: Arc<Keeper>, mut receiver: mpsc::Receiver<Waiting>) {
    while let Some(first) = receiver.recv().await {
        let closes = Instant::now() + OPEN;
        let mut urgent = first.urgent;
        let mut group = vec![first];
        while group.len() < GROUP && !urgent {
            let Ok(Some(next)) = tokio::time::timeout_at(closes, receiver.recv()).await else { break };
            urgent = next.urgent;
            group.push(next);
        }
        // Many groups are under way at once; each has other grants than the rest.
        tokio::spawn(store(keeper.clone(), group));
    }
}

/// Tries until it is stored: together, and each alone where together it does not work.
async fn store(keeper: Arc<Keeper>, group: Vec<Waiting>) {
    let answers: Vec<&Answer> = group.iter().map(|waiting| &waiting.answer).collect();
    match commit(&keeper, &answers).await {
        Ok(finished) => tell(group, finished),
        Err(error) => {
            tracing::error!(%error, count = group.len(), "answers of OfficeRnD were not stored; they are kept and tried again");
            for waiting in group {
                tokio::spawn(store_alone(keeper.clone(), waiting));
            }
        }
    }
}

async fn store_alone(keeper: Arc<Keeper>, waiting: Waiting) {
    let tries = if waiting.answer.outcome.brings_token() { TRIES } else { FEW_TRIES };
    for _ in 0..tries {
        tokio::time::sleep(AGAIN).await;
        if let Ok(finished) = commit(&keeper, &[&waiting.answer]).await {
            return tell(vec![waiting], finished);
        }
    }
    let connection = waiting.answer.claimed.grant.connection;
    tracing::error!(connection.id = %connection, "an answer of OfficeRnD was never stored");
}

fn tell(group: Vec<Waiting>, finished: Vec<Finished>) {
    for (waiting, finished) in group.into_iter().zip(finished) {
        // An asker that is gone does not need it; what is stored stays stored.
        drop(waiting.done.send(finished));
    }
}

/// One transaction for all that is plain; what changes the state of a connection has one of its own before.
async fn commit(keeper: &Keeper, answers: &[&Answer]) -> Result<Vec<Finished>, StorageError> {
    let ids: Vec<Uuid> = answers.iter().map(|answer| answer.claimed.grant.connection).collect();
    let mut finished: Vec<Option<Finished>> = vec![None; answers.len()];
    for (answer, finished) in answers.iter().zip(&mut finished) {
        if let Outcome::Refused(cause) = answer.outcome {
            *finished = Some(verdict::refused(keeper, answer, cause).await?);
        }
    }
    if finished.iter().all(Option::is_some) {
        return Ok(finished.into_iter().flatten().collect());
    }
    let mut tx = keeper.db.begin().await?;
    let grants = leases::lock_group(&tx, &ids).await?;
    let (mut written, mut stored, mut revived) = (Vec::new(), Vec::new(), Vec::new());
    for (index, answer) in answers.iter().enumerate() {
        if finished[index].is_some() {
            continue;
        }
        let Some(grant) = grants.get(&answer.claimed.grant.connection) else {
            finished[index] = Some(Finished::Gone);
            continue;
        };
        if grant.state != GrantState::Alive && answer.outcome.brings_token() {
            revived.push(index);
            continue;
        }
        let (after, what) = apply(keeper, grant, answer);
        if let Some(after) = after {
            stored.push(*answer);
            written.push(after);
        }
        finished[index] = Some(what);
    }
    leases::write_group(&mut tx, &written).await?;
    save_tokens(keeper, &mut tx, &stored).await?;
    tx.commit().await?;
    for index in revived {
        finished[index] = Some(verdict::revived(keeper, answers[index]).await?);
    }
    Ok(finished.into_iter().map(|one| one.unwrap_or(Finished::Gone)).collect())
}

/// The tokens that came with these answers, each of which was applied.
pub(super) async fn save_tokens(keeper: &Keeper, tx: &mut Tx, answers: &[&Answer]) -> Result<(), StorageError> {
    let mut pairs = Vec::new();
    for answer in answers {
        match &answer.outcome {
            Outcome::Pair(pair) => pairs.push(pair_of(answer, pair)),
            Outcome::Alone { refresh_token, .. } => {
                leases::save_refresh_token(tx, &keeper.vault, &answer.claimed, refresh_token).await?;
            }
            Outcome::Refused(_) | Outcome::Failed { .. } | Outcome::Unsent { .. } => {}
        }
    }
    leases::save_pairs(tx, &keeper.vault, &pairs).await
}

fn pair_of(answer: &Answer, pair: &TokenAnswer) -> NewPair {
    NewPair {
        connection: answer.claimed.grant.connection,
        organization: answer.claimed.organization,
        access: pair.access_token.clone(),
        refresh: pair.refresh_token.clone(),
        sent: answer.claimed.clone(),
    }
}

/// The grant after an answer, if it changes. Refusals are not decided here.
pub(super) fn apply(keeper: &Keeper, grant: &Grant, answer: &Answer) -> (Option<Grant>, Finished) {
    let (row, claim, now) = (grant.row(), &answer.claimed.claim, answer.received_at);
    match &answer.outcome {
        Outcome::Pair(pair) => {
            let Some(row) = lease::store(row, claim) else { return (None, Finished::Superseded) };
            let lifetime_seconds = i64::from(pair.expires_in_seconds);
            let access = Access { expires_at: now + lifetime_seconds * SECOND, lifetime_seconds };
            let refresh = &keeper.refresh;
            let jitter = keeper.random.below(u64::MAX);
            let fresh = schedule::fresh(refresh.policy, access, grant.used_at, refresh.margin_seconds, jitter, now);
            let horizon = now + i64::from(refresh.horizon_days) * DAY;
            // Whether use renews the life of a refresh token is not known. One that stays keeps its end, until an
            // answer after that end shows that it lives on.
            let old = answer.claimed.grant.refresh_expires_at;
            let replaces = keeper.replaced.learn(grant, pair.refresh_token.is_some());
            let stays = pair.refresh_token.is_none() && old > now;
            let renewed = Grant {
                scope: pair.scope.clone().unwrap_or_else(|| grant.scope.clone()),
                access_expires_at: access.expires_at,
                access_lifetime_seconds: lifetime_seconds,
                refresh_expires_at: if stays { old } else { horizon },
                refreshed_at: now,
                trouble: stays.then(|| without_token(keeper, grant, replaces, now)),
                ..grant.clone()
            };
            let renewed = renewed.renewed_from(fresh);
            (Some(renewed.with_row(row, grant.holder)), Finished::Renewed)
        }
        Outcome::Alone { what, probe, .. } => {
            let Some(row) = lease::store(row, claim) else { return (None, Finished::Superseded) };
            let refresh_expires_at = now + i64::from(keeper.refresh.horizon_days) * DAY;
            let kept = Grant { refresh_expires_at, ..grant.clone() };
            let trouble = Some(failure(keeper, &kept, what, *probe, now));
            let kept = Grant { trouble, ..kept }.with_row(row, grant.holder);
            let paused_until = kept.paused_until(now);
            (Some(kept), Finished::Failed { paused_until })
        }
        Outcome::Failed { failed, what, probe } => {
            let Some(row) = lease::fail(row, claim, *failed, now) else { return (None, Finished::Superseded) };
            let trouble = what.map(|what| failure(keeper, grant, what, *probe, now));
            let failed = Grant { trouble: trouble.or_else(|| grant.trouble.clone()), ..grant.clone() };
            let failed = failed.with_row(row, None);
            let paused_until = failed.paused_until(now);
            (Some(failed), Finished::Failed { paused_until })
        }
        Outcome::Unsent { again_at } => {
            let Some(row) = lease::fail(row, claim, Failed::Unused, now) else { return (None, Finished::Superseded) };
            let mut unsent = grant.clone().with_row(row, None);
            if let Some(again_at) = *again_at {
                unsent.fresh = unsent.fresh.map(|(rank, at)| (rank, at.max(again_at)));
            }
            (Some(unsent), Finished::Unsent)
        }
        Outcome::Refused(_) => (None, Finished::Superseded),
    }
}

/// One more in a row, after which the grant waits. A probe tells of the host and not of it.
fn failure(keeper: &Keeper, grant: &Grant, what: &str, probe: bool, now: Millis) -> Trouble {
    let before = grant.trouble.as_ref().map_or(0, |trouble| trouble.failures);
    let failures = if probe { before.max(1) } else { before.saturating_add(1) };
    let again_at = if probe {
        now + schedule::AFTER_PROBE
    } else {
        schedule::again_at(failures, grant.refresh_expires_at, keeper.random.below(u64::MAX), now)
    };
    Trouble { what: what.to_owned(), failures, at: now, again_at }
}

/// One is asked for again before the old one ends: with the next access token, or sooner.
fn without_token(keeper: &Keeper, grant: &Grant, replaces: bool, now: Millis) -> Trouble {
    let what = RefusalCause::NoRefreshToken.slug();
    let before = grant.trouble.as_ref().filter(|trouble| trouble.what == what).map_or(0, |trouble| trouble.failures);
    let (ends, jitter) = (grant.refresh_expires_at, keeper.random.below(u64::MAX));
    let failures = before.saturating_add(1).max(if replaces { 0 } else { schedule::HOPELESS });
    let again_at = schedule::again_without_token(failures, replaces, ends, jitter, now);
    Trouble { what: what.to_owned(), failures, at: now, again_at }
}
