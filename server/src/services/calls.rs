//! Calls of the partner system to OfficeRnD: how many, and how they ended; and hooks that somebody waited for in vain.
//! Counted in memory and written together, since a write for each would cost more than the call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::ServiceError;
use crate::clock::{HOUR, Millis};
use crate::manifest::Hook;
use crate::state::App;
use crate::storage::call_counts::{self, Counted};
use crate::upstream::partner::{PartnerError, Told};

/// How a call ended, as far as a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Ok,
    /// OfficeRnD refused it: 4xx.
    Refused,
    /// 429, by OfficeRnD or by us for it.
    Limited,
    /// OfficeRnD answered that it is broken: 5xx, or a redirect.
    Broken,
    /// No answer.
    Unavailable,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Refused => "refused",
            Outcome::Limited => "limited",
            Outcome::Broken => "broken",
            Outcome::Unavailable => "unavailable",
        }
    }

    pub fn of_status(status: u16) -> Self {
        match status {
            200..=299 | 304 => Outcome::Ok,
            429 => Outcome::Limited,
            400..=499 => Outcome::Refused,
            _ => Outcome::Broken,
        }
    }
}

/// Hooks that are tried once, while a person waits. The others go through the outbox, which counts what failed.
const HOOKS: [(Hook, Told, &str); 8] = [
    (Hook::Verify, Told::NoAnswer, "hook.verify.no_answer"),
    (Hook::Verify, Told::BadAnswer, "hook.verify.bad_answer"),
    (Hook::Options, Told::NoAnswer, "hook.options.no_answer"),
    (Hook::Options, Told::BadAnswer, "hook.options.bad_answer"),
    (Hook::Actions, Told::NoAnswer, "hook.actions.no_answer"),
    (Hook::Actions, Told::BadAnswer, "hook.actions.bad_answer"),
    (Hook::Facts, Told::NoAnswer, "hook.facts.no_answer"),
    (Hook::Facts, Told::BadAnswer, "hook.facts.bad_answer"),
];

/// The hook that a stored outcome is about, and how it failed.
pub fn failed_hook(outcome: &str) -> Option<(Hook, Told)> {
    HOOKS.iter().find(|(.., name)| *name == outcome).map(|(hook, told, _)| (*hook, *told))
}

#[derive(Default)]
pub struct Calls(Mutex<HashMap<Counted, i64>>);

impl Calls {
    pub fn count(&self, connection: Uuid, outcome: Outcome, now: Millis) {
        metrics::counter!("deskbridge_proxy_calls_total", "outcome" => outcome.name()).increment(1);
        self.add(connection, outcome.name(), now);
    }

    /// Counts a hook that the partner system did not answer, or not in a way that can be used: its trouble, which staff
    /// see beside the administrator. What it refuses in words is an answer.
    pub fn hook<T>(&self, connection: Uuid, hook: Hook, answer: &Result<T, PartnerError>, now: Millis) {
        let Err(error) = answer else { return };
        let told = error.told();
        let known = HOOKS.iter().find(|(known, how, _)| (*known, *how) == (hook, told));
        let Some(outcome) = known.map(|(.., name)| *name) else { return };
        let how = if told == Told::NoAnswer { "no_answer" } else { "bad_answer" };
        metrics::counter!("deskbridge_hook_failures_total", "hook" => hook.as_str(), "outcome" => how).increment(1);
        self.add(connection, outcome, now);
    }

    fn add(&self, connection: Uuid, outcome: &'static str, now: Millis) {
        let of = Counted { connection, hour: now.div_euclid(HOUR), outcome };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(of).or_default() += 1;
    }

    fn take(&self) -> Vec<(Counted, i64)> {
        let mut counts: Vec<_> = self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        // Two processes that add to the same rows take them in the same order.
        counts.sort_unstable();
        counts
    }

    fn put_back(&self, counts: Vec<(Counted, i64)>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (of, calls) in counts {
            *all.entry(of).or_default() += calls;
        }
    }
}

/// Writes what was counted since the last time. What cannot be written is kept for the next.
///
/// # Errors
/// When the database does not answer.
pub async fn write(app: &App) -> Result<(), ServiceError> {
    let counts = app.calls.take();
    if counts.is_empty() {
        return Ok(());
    }
    let written = async {
        let mut tx = app.db.begin().await?;
        call_counts::add(&mut tx, &counts).await?;
        tx.commit().await
    };
    if let Err(error) = written.await {
        app.calls.put_back(counts);
        return Err(error.into());
    }
    Ok(())
}
