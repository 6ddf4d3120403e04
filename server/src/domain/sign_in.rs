//! One visit of the partner's own sign-in page, from Continue to the return.

use uuid::Uuid;

use crate::clock::{MINUTE, Millis};
use crate::crypto::digest::Digest;

/// People look for a password, or for whoever knows it.
pub const LIFETIME: Millis = 30 * MINUTE;

/// The browser that may work on a connection's steps, by what its cookie opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opener {
    /// One run of the pop-up.
    Attempt { id: Uuid, cookie: Digest },
    /// One visit from Configure.
    Visit { cookie: Digest },
}

impl Opener {
    pub fn attempt(self) -> Option<Uuid> {
        match self {
            Opener::Attempt { id, .. } => Some(id),
            Opener::Visit { .. } => None,
        }
    }

    pub fn cookie(self) -> Digest {
        match self {
            Opener::Attempt { cookie, .. } | Opener::Visit { cookie } => cookie,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub id: Uuid,
    pub connection: Uuid,
    pub step: String,
    pub opener: Opener,
    pub created_at: Millis,
    pub expires_at: Millis,
    /// When the browser came back, once.
    pub used_at: Option<Millis>,
    /// What was wrong, where something was.
    pub outcome: Option<serde_json::Value>,
}
