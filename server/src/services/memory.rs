//! What is read from the database far more often than it changes, kept in memory and never older than a commit.
//!
//! Each commit tells what it changed, and what was read before that is not kept. While it cannot be heard what other
//! processes change, nothing is kept at all.

use std::borrow::Borrow;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use quick_cache::sync::Cache;
use quick_cache::{UnitWeighter, Weighter};

/// Guards against keeping what was read before a change; more stripes only mean fewer chance meetings.
const STRIPES: usize = 256;

/// Room that is taken at the start; more is taken when it is needed.
const AT_FIRST: u64 = 1_000;

pub struct Memory<K, V, W = UnitWeighter> {
    kept: Cache<K, V, W>,
    stripes: Box<[Mutex<u64>]>,
    hasher: RandomState,
    deaf: AtomicBool,
}

impl<K: Hash + Eq, V: Clone> Memory<K, V> {
    /// Keeps about that many.
    pub fn new(capacity: u64) -> Self {
        Self::with_weighter(capacity, UnitWeighter)
    }
}

impl<K: Hash + Eq, V: Clone, W: Weighter<K, V> + Clone> Memory<K, V, W> {
    pub fn with_weighter(capacity: u64, weighter: W) -> Self {
        Self {
            kept: cache(capacity, weighter),
            stripes: (0..STRIPES).map(|_| Mutex::new(0)).collect(),
            hasher: RandomState::new(),
            deaf: AtomicBool::new(false),
        }
    }

    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.kept.get(key)
    }

    /// What is kept, or else what is read, which is kept if nothing changed meanwhile.
    ///
    /// # Errors
    /// Those of reading.
    pub async fn get_or_read<E>(
        &self,
        key: K,
        read: impl Future<Output = Result<Option<V>, E>>,
    ) -> Result<Option<V>, E> {
        if let Some(known) = self.kept.get(&key) {
            return Ok(Some(known));
        }
        let version = *self.stripe(&key);
        let Some(read) = read.await? else { return Ok(None) };
        let current = self.stripe(&key);
        if *current == version && !self.deaf.load(Ordering::Relaxed) {
            self.kept.insert(key, read.clone());
        }
        drop(current);
        Ok(Some(read))
    }

    /// It is out of date.
    pub fn forget(&self, key: &K) {
        let mut version = self.stripe(key);
        *version += 1;
        self.kept.remove(key);
    }

    /// All of it may be out of date.
    pub fn forget_all(&self) {
        for stripe in &self.stripes {
            *stripe.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
        self.kept.clear();
    }

    /// Whether it is not heard what other processes change; what is kept is forgotten either way.
    pub fn deafen(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::Relaxed);
        self.forget_all();
    }

    /// The weight of all that is kept now; never more than there is room for.
    pub fn weight(&self) -> u64 {
        self.kept.weight()
    }

    fn stripe(&self, key: &K) -> MutexGuard<'_, u64> {
        let index = self.hasher.hash_one(key) % STRIPES as u64;
        self.stripes[index as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn cache<K: Hash + Eq, V: Clone, W: Weighter<K, V> + Clone>(capacity: u64, weighter: W) -> Cache<K, V, W> {
    // More than there is room for would make the memory think that it has more.
    let at_first = usize::try_from(capacity.min(AT_FIRST)).unwrap_or_default();
    Cache::with_weighter(at_first, capacity, weighter)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::ready;

    use super::*;

    async fn read(memory: &Memory<u32, u32>, value: u32) -> Option<u32> {
        memory.get_or_read(1, ready(Ok::<_, Infallible>(Some(value)))).await.unwrap()
    }

    #[tokio::test]
    async fn it_is_read_once_and_again_after_a_change() {
        let memory = Memory::new(10);
        assert_eq!(read(&memory, 1).await, Some(1));
        assert_eq!(read(&memory, 2).await, Some(1));
        memory.forget(&1);
        assert_eq!(read(&memory, 3).await, Some(3));
        memory.forget_all();
        assert_eq!(read(&memory, 4).await, Some(4));
    }

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_kept() {
        let memory = Memory::new(10);
        let racing = async {
            memory.forget(&1);
            Ok::<_, Infallible>(Some(1))
        };
        assert_eq!(memory.get_or_read(1, racing).await.unwrap(), Some(1), "the reader has what it read");
        assert_eq!(memory.get(&1), None);
        let racing = async {
            memory.forget_all();
            Ok::<_, Infallible>(Some(1))
        };
        memory.get_or_read(1, racing).await.unwrap();
        assert_eq!(memory.get(&1), None);
    }

    #[tokio::test]
    async fn nothing_is_kept_by_who_does_not_hear() {
        let memory = Memory::new(10);
        read(&memory, 1).await;
        memory.deafen(true);
        assert_eq!(read(&memory, 2).await, Some(2));
        assert_eq!(memory.get(&1), None);
        memory.deafen(false);
        assert_eq!(read(&memory, 3).await, Some(3));
        assert_eq!(memory.get(&1), Some(3));
    }
}
