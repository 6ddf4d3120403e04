//! The OAuth token pair of a connection, and the rules of its life.

use uuid::Uuid;

use crate::clock::{Millis, SECOND};

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
    /// Grows with every pair that is stored; fences answers that come late.
    pub version: i64,
    /// Until then nobody else may send the refresh token.
    pub lease_until: Option<Millis>,
    /// Whether somebody is at work under that lease; else it is the pause after a failure.
    pub leased: bool,
    /// A request with the stored refresh token was sent and its answer never came.
    pub answer_lost: bool,
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
    /// When the pause after a failed refresh ends, while there is one.
    pub fn paused_until(&self, now: Millis) -> Option<Millis> {
        self.lease_until.filter(|until| !self.leased && *until > now)
    }

    /// Whether the access token is still good for that long.
    pub fn good_for(&self, seconds: i64, now: Millis) -> bool {
        self.access_expires_at.saturating_sub(now) >= seconds.saturating_mul(SECOND)
    }
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
