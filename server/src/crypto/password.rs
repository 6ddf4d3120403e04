//! Hashes of passwords: Argon2id with the parameters of the day, which each hash carries with it.

use argon2::password_hash::{Ident, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Salt, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};

/// 19 MiB, two passes, one lane: what OWASP recommends as the least.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Nobody's. A sign-in to an account that does not exist does the same work with it.
const NOBODY: &str = "bm9ib2R5IG5vYm9keSBuby4";

/// What came of comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub right: bool,
    /// The hash was made with other parameters than those of today.
    pub outdated: bool,
}

/// None only where memory for it cannot be had.
pub fn hash(password: &SecretString, salt: [u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(&salt).ok()?;
    hashed(password, salt.as_salt())
}

fn hashed(password: &SecretString, salt: Salt<'_>) -> Option<String> {
    let hash = today()?.hash_password(password.expose_secret().as_bytes(), salt).ok()?;
    Some(hash.to_string())
}

/// Without a hash, the same work for nothing, so that the time says nothing about who exists.
pub fn verify(password: &SecretString, stored: Option<&str>) -> Verdict {
    let Some(stored) = stored.and_then(|stored| PasswordHash::new(stored).ok()) else {
        if let Ok(salt) = Salt::from_b64(NOBODY) {
            std::hint::black_box(hashed(password, salt));
        }
        return Verdict { right: false, outdated: false };
    };
    let right = Argon2::default().verify_password(password.expose_secret().as_bytes(), &stored).is_ok();
    let same = stored.algorithm == Ident::new_unwrap("argon2id")
        && Params::try_from(&stored)
            .is_ok_and(|params| (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES));
    Verdict { right, outdated: right && !same }
}

fn today() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_its_own_and_old_parameters_are_seen() {
        let (mine, other) = (SecretString::from("correct horse battery"), SecretString::from("correct horse batterx"));
        let stored = hash(&mine, [7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(hash(&mine, [8; 16]).unwrap(), stored);
        assert_eq!(verify(&mine, Some(&stored)), Verdict { right: true, outdated: false });
        assert_eq!(verify(&other, Some(&stored)), Verdict { right: false, outdated: false });
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let salt = SaltString::encode_b64(&[7; 16]).unwrap();
        let old = weak.hash_password(b"correct horse battery", salt.as_salt()).unwrap().to_string();
        assert_eq!(verify(&mine, Some(&old)), Verdict { right: true, outdated: true });
        for nothing in [None, Some(""), Some("no hash"), Some("$argon2id$")] {
            assert_eq!(verify(&mine, nothing), Verdict { right: false, outdated: false });
        }
    }
}
