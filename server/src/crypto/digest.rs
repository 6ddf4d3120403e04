//! One-way digests of what is looked up but never read back: cookies, codes, keys, deliveries.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// SHA-256, enough for values of 128 bits of randomness or more.
pub type Digest = [u8; 32];

/// Parts are length-prefixed, so that no two lists of parts have the same digest.
pub fn digest(purpose: &str, parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The stored form of a secret that a browser or the partner system presents again.
pub fn secret_digest(purpose: &str, secret: &SecretString) -> Digest {
    digest(purpose, &[secret.expose_secret().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purpose_and_borders_matter() {
        assert_ne!(digest("a", &[b"bc"]), digest("ab", &[b"c"]));
        assert_ne!(digest("a", &[b"b", b"c"]), digest("a", &[b"bc"]));
        assert_eq!(digest("a", &[b"b"]), digest("a", &[b"b"]));
    }
}
