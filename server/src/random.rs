//! The one source of ids, tokens and nonces.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use secrecy::SecretString;
use uuid::Uuid;

use crate::clock::Millis;

/// An id has 12 bits between its time and its random part.
const COUNTERS: u16 = 1 << 12;

/// Hands out unpredictable bytes; seeded only in tests.
#[derive(Clone)]
pub struct Random {
    source: Arc<Mutex<Source>>,
}

struct Source {
    rng: StdRng,
    /// Time and counter of the last id.
    last: (u64, u16),
}

impl Random {
    /// Seeded once from the operating system.
    ///
    /// # Errors
    /// When the operating system gives no randomness; nothing should start then.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self::of(StdRng::from_seed(seed)))
    }

    /// The same sequence in each run, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    fn of(rng: StdRng) -> Self {
        Self { source: Arc::new(Mutex::new(Source { rng, last: (0, 0) })) }
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.source().rng.fill_bytes(&mut bytes);
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

    /// A time-ordered id. Within a millisecond this process's ids keep the order in which they were made, since
    /// what one commit records shares its time and is read in the order of ids.
    pub fn uuid(&self, now: Millis) -> Uuid {
        let now = u64::try_from(now).unwrap_or(0);
        let mut source = self.source();
        let mut bytes = [0_u8; 10];
        source.rng.fill_bytes(&mut bytes);
        let fresh = u16::from_be_bytes([bytes[0], bytes[1]]) % (COUNTERS / 2);
        let counter = match source.last {
            (at, counter) if at == now && counter + 1 < COUNTERS => counter + 1,
            _ => fresh,
        };
        source.last = (now, counter);
        bytes[..2].copy_from_slice(&counter.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(now, &bytes).into_uuid()
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_keep_their_order() {
        let random = Random::seeded(7);
        let mut ids = Vec::new();
        for now in [1_795_521_600_000, 1_795_521_600_001] {
            ids.extend((0..1_000).map(|_| random.uuid(now)));
        }
        assert!(ids.is_sorted());
        assert_eq!(ids[0].get_version_num(), 7);
        ids.dedup();
        assert_eq!(ids.len(), 2_000);
    }

    #[test]
    fn more_ids_than_a_millisecond_can_order_are_still_different() {
        let random = Random::seeded(7);
        let ids: std::collections::HashSet<Uuid> = (0..10_000).map(|_| random.uuid(1)).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
