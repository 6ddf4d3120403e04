//! Calls of the partner system to OfficeRnD: how many, and how they ended. Counted in memory and written together, since
//! a write for each would cost more than the call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::ServiceError;
use crate::clock::{HOUR, Millis};
use crate::state::App;
use crate::storage::call_counts::{self, Counted};

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

#[derive(Default)]
pub struct Calls(Mutex<HashMap<Counted, i64>>);

impl Calls {
    pub fn count(&self, connection: Uuid, outcome: Outcome, now: Millis) {
        metrics::counter!("deskbridge_proxy_calls_total", "outcome" => outcome.name()).increment(1);
        let of = Counted { connection, hour: now.div_euclid(HOUR), outcome: outcome.name() };
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
