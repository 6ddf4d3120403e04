//! Who may send the next token request of a client, by what is under way and what OfficeRnD said.

use uuid::Uuid;

use crate::clock::{MINUTE, Millis, SECOND};

/// A limit that a 429 lowered rises again in steps, one in this time.
const STEP: Millis = 5 * MINUTE;
/// Each step is this part of the limit, and one request at least.
const STEPS: u32 = 10;
/// Those that were under way together are told together, and lower the limit once.
const TOGETHER: Millis = MINUTE;
/// An admin waits for the next slot; each look at it renews this.
const WAITS: Millis = 3 * SECOND;
/// Requests of the background that were not sent can be made up for this long.
const CATCH_UP: Millis = SECOND;
/// Exchanges get this part of the limit, whatever is needed for grants.
const EXCHANGES: Millis = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A person in the pop-up waits.
    Exchange,
    /// A partner system waits.
    Caller,
    Background,
}

/// Asking for slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Requests in any 60 s; none was agreed with `None`.
    pub limit: Option<u32>,
    pub purpose: Purpose,
    pub most: u32,
    /// One slot is a connecting admin's.
    pub keeps_slot: bool,
    /// Grants need every request; an exchange gets only its guaranteed part.
    pub scarce: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slots {
    /// Without an id nothing is counted.
    Taken { id: Option<Uuid>, count: u32 },
    /// One may be free then.
    Full { until: Millis },
}

/// What is remembered of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// A 429 said so.
    pub blocked_until: Millis,
    /// The limit since a 429, and when it rises.
    pub lowered_to: Option<u32>,
    pub raise_at: Option<Millis>,
    /// When the next request of the background is due, in microseconds: at high rates they are closer than millis.
    pub background_at: i64,
    /// When the next guaranteed exchange is.
    pub exchange_at: Millis,
    /// Somebody in the pop-up waits for the next slot, until then.
    pub waiting_until: Millis,
    /// OfficeRnD refuses the client itself, since then.
    pub client_refused_at: Option<Millis>,
}

impl Limits {
    /// How many may be sent in 60 s now.
    pub fn effective(&self, limit: u32) -> u32 {
        self.lowered_to.unwrap_or(limit).clamp(1, limit.max(1))
    }

    /// A lowered limit rises by itself.
    fn recover(&mut self, limit: u32, now: Millis) {
        while let (Some(lowered), Some(at)) = (self.lowered_to, self.raise_at) {
            let set_back = at > now + STEP;
            if at > now && !set_back {
                return;
            }
            let raised = lowered.saturating_add((limit / STEPS).max(1));
            (self.lowered_to, self.raise_at) = if raised >= limit {
                (None, None)
            } else {
                (Some(raised), Some(if set_back { now } else { at } + STEP))
            };
        }
    }

    /// OfficeRnD said 429.
    pub fn limited(&mut self, limit: Option<u32>, until: Millis, now: Millis) {
        self.blocked_until = self.blocked_until.max(until);
        let Some(limit) = limit else { return };
        let just_now = self.raise_at.is_some_and(|at| at - STEP + TOGETHER > now && at <= now + STEP);
        if !just_now {
            self.lowered_to = Some((self.effective(limit) / 2).max(1));
            self.raise_at = Some(now + STEP);
        }
    }
}

/// The slots that are held, with their ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    held: Vec<(Millis, u32)>,
}

impl Ledger {
    pub fn new(mut held: Vec<(Millis, u32)>) -> Self {
        held.sort_unstable();
        Self { held }
    }

    fn count(&self) -> u32 {
        self.held.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// When no more than so many are held.
    fn at_most(&self, count: u32) -> Option<Millis> {
        let mut left = self.count();
        for (until, ended) in &self.held {
            left = left.saturating_sub(*ended);
            if left <= count {
                return Some(*until);
            }
        }
        None
    }
}

impl Ask {
    /// How many slots there are, or when to come again. A change of `limits` must be written.
    ///
    /// # Errors
    /// The time at which a slot may be free.
    pub fn decide(&self, limits: &mut Limits, ledger: &Ledger, now: Millis) -> Result<u32, Millis> {
        let Some(limit) = self.limit else { return Ok(self.most) };
        limits.recover(limit, now);
        let effective = limits.effective(limit);
        let exchange = self.purpose == Purpose::Exchange;
        let spacing = EXCHANGES * MINUTE / i64::from(limit.max(1));
        if exchange && self.scarce && limits.exchange_at > now && limits.exchange_at <= now + spacing {
            return Err(limits.exchange_at);
        }
        let keeps = self.keeps_slot && !exchange && effective > 1;
        // The next slot is theirs.
        let waits = !exchange && limits.waiting_until > now && limits.waiting_until <= now + WAITS;
        let allowed = effective - u32::from(keeps);
        let free = allowed.saturating_sub(ledger.count()).saturating_sub(u32::from(waits));
        if free == 0 {
            if exchange {
                limits.waiting_until = now + WAITS;
            }
            let enough = allowed.saturating_sub(1).saturating_sub(u32::from(waits));
            return Err(ledger.at_most(enough).unwrap_or(now + SECOND));
        }
        let count = match self.purpose {
            Purpose::Background => limits.spaced(allowed, free.min(self.most), now)?,
            Purpose::Exchange | Purpose::Caller => free.min(self.most),
        };
        if exchange {
            limits.exchange_at = now + spacing;
            limits.waiting_until = 0;
        }
        Ok(count)
    }
}

impl Limits {
    /// Requests of the background come one after another, evenly.
    fn spaced(&mut self, allowed: u32, most: u32, now: Millis) -> Result<u32, Millis> {
        let (now_us, spacing) = (now * 1_000, MINUTE * 1_000 / i64::from(allowed.max(1)));
        let next = if self.background_at > now_us + 2 * MINUTE * 1_000 { now_us } else { self.background_at };
        if next > now_us {
            // Up to the next whole millisecond.
            return Err((next + 999) / 1_000);
        }
        let next = match now_us - CATCH_UP * 1_000 {
            earliest if next >= earliest => next,
            // After a rest single requests begin anew; fast ones make up for as much as is made up for at all.
            _ if spacing >= CATCH_UP * 1_000 => now_us,
            earliest => earliest,
        };
        let due = (now_us - next) / spacing.max(1) + 1;
        let count = most.min(u32::try_from(due).unwrap_or(u32::MAX));
        self.background_at = next + i64::from(count) * spacing;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
