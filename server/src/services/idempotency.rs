//! Calls with an `Idempotency-Key`: who carries one out, and what it was answered. For all processes together.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ServiceError;
use crate::clock::{DAY, MINUTE, Millis, SECOND};
use crate::crypto::digest::{Digest, digest};
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::idempotent_calls::{self as calls, Call, Held};

/// How long a call is known.
pub const KEPT: Millis = DAY;
/// Whoever carries a call out and dies, holds it up for that long. No call takes half of it.
const LEASE: Millis = 2 * MINUTE;

/// An answer as it was given. It may hold a secret, so it has no `Debug` and is kept sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

pub enum Begun {
    /// Carry it out, and end it with this.
    First(Millis),
    Before(Answer),
    Running {
        seconds: i64,
    },
    /// The key stands for another call.
    Other,
}

/// The row of a key's call.
pub fn id(api_key: Uuid, key: &str) -> Uuid {
    let digest = digest("idempotency key", &[api_key.as_bytes(), key.as_bytes()]);
    let mut row = [0; 16];
    row.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(row).into_uuid()
}

/// # Errors
/// When the database does not answer; then nothing may be carried out.
pub async fn begin(app: &App, id: Uuid, api_key: Uuid, call: &Digest) -> Result<Begun, ServiceError> {
    let now = app.clock.now();
    let new = Call { id, api_key, call: *call, leased_until: now + LEASE, expires_at: now + KEPT };
    let mut tx = app.db.begin().await?;
    let held = calls::begin(&mut tx, &app.vault, &new, now).await?;
    tx.commit().await?;
    Ok(match held {
        Held::Ours => Begun::First(new.leased_until),
        Held::Other => Begun::Other,
        Held::Running { until } => {
            Begun::Running { seconds: (until - now + SECOND - 1).div_euclid(SECOND).clamp(1, 5) }
        }
        Held::Answered(text) => Begun::Before(serde_json::from_str(text.expose_secret()).map_err(|_| {
            StorageError::Inconsistent { table: "idempotent_calls", what: "an answer that cannot be read" }
        })?),
    })
}

/// Keeps the answer; without one the key is free again.
///
/// # Errors
/// When the database does not answer.
pub async fn end(app: &App, id: Uuid, lease: Millis, answer: Option<Answer>) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    match answer {
        Some(answer) => {
            let text = SecretString::from(serde_json::to_string(&answer).unwrap_or_default());
            calls::answered(&mut tx, &app.vault, id, lease, &text).await?;
        }
        None => calls::forget(&mut tx, id, lease).await?,
    }
    tx.commit().await?;
    Ok(())
}
