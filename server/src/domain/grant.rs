//! The OAuth token pair of a connection, and the rules of its life.

use uuid::Uuid;

use crate::clock::Millis;
use crate::domain::lease::Row;
use crate::domain::schedule::{Access, CALLERS_BACKOFF, Rank, USE_WRITTEN};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub connection: Uuid,
    pub client_id: String,
    pub state: GrantState,
    pub scope: String,
    pub access_expires_at: Millis,
    pub access_lifetime_seconds: i64,
    pub refresh_expires_at: Millis,
    pub refreshed_at: Millis,
    /// What decides who may send the refresh token and whose answer counts (`lease`).
    pub version: i64,
    pub number: i64,
    pub lease_until: Option<Millis>,
    /// Which process is at work under that lease; else it is the pause after a failure.
    pub holder: Option<Uuid>,
    /// A request with the stored refresh token was sent and its answer never came.
    pub answer_lost: bool,
    /// What went wrong since the last pair that was stored.
    pub trouble: Option<Trouble>,
    /// Somebody took a token; written down coarsely.
    pub used_at: Option<Millis>,
    /// When the access token is to be renewed before it ends, if it is.
    pub fresh: Option<(Rank, Millis)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// A word for it, as `upstream::officernd::Kind::name`, or `no_refresh_token` where the pair was half a one.
    pub what: String,
    /// How often in a row.
    pub failures: u32,
    pub at: Millis,
    /// Before then the engine does not try.
    pub again_at: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    /// The pair is good, or good enough to get a new one.
    Alive,
    NeedsReauthorization(RefusalCause),
}

/// Why OfficeRnD no longer accepts the pair, in words that blame the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCause {
    Refused,
    /// OfficeRnD renewed the pair, but its answer was lost on the way.
    AnswerLost,
    /// OfficeRnD gave no refresh token and the access token has ended.
    NoRefreshToken,
}

impl RefusalCause {
    pub fn slug(self) -> &'static str {
        match self {
            RefusalCause::Refused => "refused",
            RefusalCause::AnswerLost => "answer_lost",
            RefusalCause::NoRefreshToken => "no_refresh_token",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [RefusalCause::Refused, RefusalCause::AnswerLost, RefusalCause::NoRefreshToken]
            .into_iter()
            .find(|cause| cause.slug() == slug)
    }
}

impl Grant {
    pub fn row(&self) -> Row {
        Row {
            alive: self.state == GrantState::Alive,
            number: self.number,
            version: self.version,
            held: self.holder.is_some(),
            until: self.lease_until.unwrap_or(0),
            answer_lost: self.answer_lost,
        }
    }

    /// The same grant with another lease. `holder` is who holds it, where somebody does.
    #[must_use]
    pub fn with_row(self, row: Row, holder: Option<Uuid>) -> Self {
        let state = match self.state {
            GrantState::NeedsReauthorization(_) if row.alive => GrantState::Alive,
            state => state,
        };
        Self {
            state,
            number: row.number,
            version: row.version,
            holder: holder.filter(|_| row.held),
            lease_until: (row.until > 0).then_some(row.until),
            answer_lost: row.answer_lost,
            ..self
        }
    }

    /// The same grant with the time from which its access token is to be renewed. That brings a refresh token too, so
    /// where only this is missing, nobody waits longer.
    #[must_use]
    pub fn renewed_from(self, fresh: Option<(Rank, Millis)>) -> Self {
        let mut trouble = self.trouble;
        if let (Some(trouble), Some((_, at))) = (&mut trouble, fresh)
            && trouble.what == RefusalCause::NoRefreshToken.slug()
        {
            trouble.again_at = trouble.again_at.min(at);
        }
        Self { fresh, trouble, ..self }
    }

    /// Until when a caller need not try, after a refresh that failed.
    pub fn paused_until(&self, now: Millis) -> Option<Millis> {
        let pause = self.lease_until.filter(|_| self.holder.is_none());
        let backoff = self.trouble.as_ref().map(|trouble| trouble.again_at.min(trouble.at + CALLERS_BACKOFF));
        // A time further away was written before the clock was set back.
        pause.max(backoff).filter(|until| *until > now && *until <= now + 2 * CALLERS_BACKOFF)
    }

    /// Whether its use now is worth writing down.
    pub fn use_is_news(&self, now: Millis) -> bool {
        use_is_news(self.used_at, now)
    }

    pub fn access(&self) -> Access {
        Access { expires_at: self.access_expires_at, lifetime_seconds: self.access_lifetime_seconds }
    }
}

/// Whether a use now is to be written down, after one that was.
pub fn use_is_news(used_at: Option<Millis>, now: Millis) -> bool {
    used_at.is_none_or(|used| used + USE_WRITTEN <= now || used > now + USE_WRITTEN)
}

/// How much life a token handed out without a wish must have: the margin, but at most a third of its life.
pub fn margin_seconds(configured: u32, lifetime_seconds: i64) -> i64 {
    i64::from(configured).min(lifetime_seconds / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_at_most_a_third_of_the_life() {
        assert_eq!(margin_seconds(600, 3_600), 600);
        assert_eq!(margin_seconds(600, 60), 20);
    }
}
