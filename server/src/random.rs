//! The one source of ids, tokens and nonces.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use secrecy::SecretString;
use uuid::Uuid;

use crate::clock::Millis;

/// Hands out unpredictable bytes; seeded only in tests.
#[derive(Clone)]
pub struct Random {
    rng: Arc<Mutex<StdRng>>,
}

impl Random {
    /// Seeded once from the operating system.
    ///
    /// # Errors
    /// When the operating system gives no randomness; nothing should start then.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self { rng: Arc::new(Mutex::new(StdRng::from_seed(seed))) })
    }

    /// The same sequence in each run, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self { rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))) }
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// Below `limit`, for jitter; 0 when the limit is.
    pub fn below(&self, limit: u64) -> u64 {
        let value = u64::from_le_bytes(self.bytes());
        if limit == 0 { 0 } else { value % limit }
    }

    /// 256 bits that nobody can guess, as text that fits a cookie or a header.
    pub fn token(&self) -> SecretString {
        SecretString::from(URL_SAFE_NO_PAD.encode(self.bytes::<32>()))
    }

    /// A time-ordered id.
    pub fn uuid(&self, now: Millis) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(now).unwrap_or(0), &self.bytes()).into_uuid()
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}
