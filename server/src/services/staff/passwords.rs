//! Passwords are hashed beside the requests, a few at a time: each takes 19 MiB and a moment.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::crypto::password::{self, Verdict};
use crate::random::Random;

/// At the same time.
const TURNS: usize = 2;
/// Who comes when so many wait is told to come again.
const WAITING: usize = 64;
/// Characters. Length is what counts; no rule says which.
pub const SHORTEST: usize = 12;
/// Beyond it nobody types, and hashing it would only cost.
pub const LONGEST: usize = 256;
/// So many different signs at least: `aaaaaaaaaaaa` is long and no password.
const DIFFERENT: usize = 5;

/// Too many wait, or there is no memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Busy;

#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(TURNS)), waiting: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Passwords {
    /// # Errors
    /// When too many wait.
    pub async fn hash(&self, random: &Random, password: SecretString) -> Result<String, Busy> {
        let salt = random.bytes();
        self.in_turn(move || password::hash(&password, salt)).await?.ok_or(Busy)
    }

    /// Without a hash, the same work for nothing.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn verify(&self, password: SecretString, stored: Option<String>) -> Result<Verdict, Busy> {
        self.in_turn(move || password::verify(&password, stored.as_deref())).await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self.waiting.try_acquire().map_err(|_| Busy)?;
        // The turn goes with the work: a browser that goes away does not make room for another beside it.
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| Busy)
    }
}

/// Why a new password is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    TooShort,
    TooLong,
    /// The address, or few signs over and over.
    Guessable,
}

/// # Errors
/// With what is wrong with it.
pub fn is_fit(password: &SecretString, email: &str) -> Result<(), Unfit> {
    let text = password.expose_secret();
    let count = text.chars().count();
    if count < SHORTEST {
        return Err(Unfit::TooShort);
    }
    if count > LONGEST {
        return Err(Unfit::TooLong);
    }
    let different = text.chars().collect::<std::collections::HashSet<_>>().len();
    let (lower, email) = (text.to_lowercase(), email.trim().to_lowercase());
    if different < DIFFERENT || lower == email || email.contains(lower.as_str()) {
        return Err(Unfit::Guessable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_address() {
        let fit = |text: &str| is_fit(&SecretString::from(text), "robin.vandermeer@partner.example");
        assert_eq!(fit("kestrel hinge"), Ok(()));
        assert_eq!(fit("kestrel hin"), Err(Unfit::TooShort));
        assert_eq!(fit("äöüäöüxyzabc"), Ok(()), "characters are counted, not bytes");
        assert_eq!(fit("aaaabbbbccccdddd"), Err(Unfit::Guessable));
        assert_eq!(fit("Robin.VanDerMeer@partner.example"), Err(Unfit::Guessable));
        assert_eq!(fit("robin.vandermeer"), Err(Unfit::Guessable));
        assert_eq!(fit(&"ab cd ef".repeat(40)), Err(Unfit::TooLong));
    }

    #[tokio::test]
    async fn hashing_is_bounded() {
        let passwords = Passwords::default();
        let held: Vec<_> = (0..WAITING).map(|_| passwords.waiting.try_acquire().unwrap()).collect();
        let refused = passwords.verify(SecretString::from("x"), None).await;
        assert_eq!(refused, Err(Busy));
        drop(held);
        assert!(!passwords.verify(SecretString::from("x"), None).await.unwrap().right);
    }
}
