//! Who may send a grant's refresh token, and whose answer counts. Plain functions from a row and an event to the row
//! that must be written: the database code calls them under the row's lock, and a model checker calls the same.
//!
//! Each claim and each new permission takes the next number of its row. A pair that comes back is kept if its number is
//! higher than the stored pair's, so that neither an answer that came late nor one that was overtaken takes the place
//! of a newer pair. A refusal counts only from the claim that is still the last one, about the pair that is stored.

use std::time::Duration;

use crate::clock::{Millis, SECOND};

/// The HTTP time limit of 20 s plus 10 s: nobody else sends the same refresh token meanwhile.
pub const LEASE: Millis = 30 * SECOND;
/// A claim that is older is given back unsent: its request could outlast the lease, by our clock or by another
/// process's that is a few seconds ahead.
pub const SEND_WITHIN: Millis = 5 * SECOND;
/// A lease that ends later than this from now was written before the clock was set back.
const BELIEVED: Millis = LEASE + 15 * SECOND;

/// What of a grant's row decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Row {
    /// OfficeRnD has not refused the stored pair.
    pub alive: bool,
    /// The number of the last claim or permission.
    pub number: i64,
    /// The number with which the stored pair came.
    pub version: i64,
    /// Somebody holds the last claim, until `until`.
    pub held: bool,
    /// Before this nobody may send. In the past, or 0: anybody may.
    pub until: Millis,
    /// The stored refresh token was sent, and what came of it is not known.
    pub answer_lost: bool,
}

/// The right to send the pair of `version` once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Claim {
    pub number: i64,
    pub version: i64,
    pub until: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotClaimed {
    /// There is no pair that OfficeRnD accepts.
    Ended,
    /// Somebody is at work.
    Held { until: Millis },
    /// An answer was lost, and the request may still be under way.
    Paused { until: Millis },
    /// The lease ends later than any can: the clock was set back. Write this row; it is free a lease from now.
    SetBack(Row),
}

/// How a request ended that brought no pair and no refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failed {
    /// OfficeRnD has not seen the token, or said that it did nothing with it.
    Unused,
    /// The token may be used up, and the request may still be under way.
    InDoubt,
}

/// Takes the right to send, if nobody has it. A lease that ended by itself belonged to a process that died or hung, and
/// nobody knows what it had sent.
pub fn claim(row: Row, now: Millis) -> Result<(Row, Claim), NotClaimed> {
    if !row.alive {
        return Err(NotClaimed::Ended);
    }
    let until = row.until;
    if until > now.saturating_add(BELIEVED) {
        return Err(NotClaimed::SetBack(Row { until: now.saturating_add(LEASE), ..row }));
    }
    if until > now {
        return Err(if row.held { NotClaimed::Held { until } } else { NotClaimed::Paused { until } });
    }
    let (number, until) = (next(row), now.saturating_add(LEASE));
    let claimed = Row { number, held: true, until, answer_lost: row.answer_lost || row.held, ..row };
    Ok((claimed, Claim { number, version: row.version, until }))
}

/// Whether a request that begins now surely ends with its claim. `since` is measured by a clock that nobody sets.
pub fn may_send(claim: &Claim, now: Millis, since: Duration) -> bool {
    let sendable_until = claim.until.saturating_sub(LEASE - SEND_WITHIN);
    now <= sendable_until && since <= Duration::from_millis(SEND_WITHIN.unsigned_abs())
}

/// A pair came. None: a newer one is stored, which stays.
///
/// A later claim goes on where there is one. It sent the token that this pair replaced, and what that does to this pair
/// is not known.
pub fn store(row: Row, claim: &Claim) -> Option<Row> {
    if claim.number <= row.version {
        return None;
    }
    let stored = Row { alive: true, version: claim.number, ..row };
    Some(if is_last(row, claim) {
        Row { held: false, until: 0, answer_lost: false, ..stored }
    } else {
        Row { answer_lost: true, ..stored }
    })
}

/// OfficeRnD refused the token. None: it means nothing, since another pair is stored or another request is under way.
pub fn refuse(row: Row, claim: &Claim) -> Option<Row> {
    let believed = row.alive && row.held && is_last(row, claim) && row.version == claim.version;
    believed.then_some(Row { alive: false, held: false, until: 0, ..row })
}

/// No pair and no refusal came. None: somebody else has the grant by now.
pub fn fail(row: Row, claim: &Claim, failed: Failed, now: Millis) -> Option<Row> {
    if !row.held || !is_last(row, claim) {
        return None;
    }
    Some(match failed {
        Failed::Unused => Row { held: false, until: 0, ..row },
        Failed::InDoubt => Row { held: false, until: now.saturating_add(LEASE), answer_lost: true, ..row },
    })
}

/// The admin gave a new permission: whatever is under way for an older one counts no more.
///
/// Without a row the numbers begin with the time, so that an answer for a grant that was destroyed before cannot have
/// a higher one.
pub fn authorize(row: Option<Row>, now: Millis) -> Row {
    let number = row.map_or(now.max(1), next);
    Row { alive: true, number, version: number, held: false, until: 0, answer_lost: false }
}

/// Also where an older Deskbridge stores pairs without numbers, during an upgrade.
fn next(row: Row) -> i64 {
    row.number.max(row.version) + 1
}

fn is_last(row: Row, claim: &Claim) -> bool {
    row.number == claim.number
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
