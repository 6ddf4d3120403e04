//! Sealing of everything secret at rest.
//!
//! Record: version byte, key id (u32), nonce (24 bytes), ciphertext with tag. The associated data
//! binds a record to table, row, column, organization and key, so that a record moved elsewhere
//! does not open. XChaCha20-Poly1305, since its nonces may be random for any number of records.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::config::KeyRing;
use crate::random::Random;

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4 + 24;
const PURPOSE: &[u8] = b"deskbridge record v1";

/// The place a record belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    pub table: &'static str,
    pub column: &'static str,
    pub row: Uuid,
    /// Nil while the organization is not proved yet.
    pub organization: Uuid,
}

/// Opens and seals; cheap to clone.
#[derive(Clone)]
pub struct Vault {
    ciphers: Arc<HashMap<u32, XChaCha20Poly1305>>,
    newest: u32,
    random: Random,
}

/// A record that does not open. It says where, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("a sealed record is damaged or stands in the wrong place")]
    Damaged,
    #[error("key {0} is needed to open a sealed record, but it is not in encryption_keys")]
    UnknownKey(u32),
}

impl Vault {
    pub fn new(ring: &KeyRing, random: Random) -> Self {
        let ciphers = ring
            .keys()
            .map(|(id, key)| {
                let mut derived = Zeroizing::new([0_u8; 32]);
                Hkdf::<Sha256>::new(None, key).expand(PURPOSE, &mut *derived).expect("32 bytes is a length HKDF gives");
                (id, XChaCha20Poly1305::new(&Key::from(*derived)))
            })
            .collect();
        Self { ciphers: Arc::new(ciphers), newest: ring.newest(), random }
    }

    pub fn seal(&self, slot: Slot, secret: &SecretString) -> Vec<u8> {
        let nonce: [u8; 24] = self.random.bytes();
        let aad = associated_data(slot, self.newest);
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &aad };
        let sealed = self
            .ciphers
            .get(&self.newest)
            .expect("the newest key is in the ring")
            .encrypt(&XNonce::from(nonce), payload)
            .expect("sealing fails only beyond 256 GiB");
        let mut record = Vec::with_capacity(HEADER + sealed.len());
        record.push(VERSION);
        record.extend(self.newest.to_be_bytes());
        record.extend(nonce);
        record.extend(sealed);
        record
    }

    /// # Errors
    /// When the record was changed, moved, or sealed with a key we do not have.
    pub fn open(&self, slot: Slot, record: &[u8]) -> Result<SecretString, VaultError> {
        let (header, sealed) = record.split_at_checked(HEADER).ok_or(VaultError::Damaged)?;
        if header[0] != VERSION {
            return Err(VaultError::Damaged);
        }
        let key = key_id(record).ok_or(VaultError::Damaged)?;
        let nonce = <[u8; 24]>::try_from(&header[5..]).map_err(|_| VaultError::Damaged)?;
        let cipher = self.ciphers.get(&key).ok_or(VaultError::UnknownKey(key))?;
        let payload = Payload { msg: sealed, aad: &associated_data(slot, key) };
        let plain = Zeroizing::new(cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Damaged)?);
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Damaged)?;
        Ok(SecretString::from(text))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault(newest key {})", self.newest)
    }
}

/// The key a record was sealed with.
pub fn key_id(record: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(record.get(1..5)?.try_into().ok()?))
}

fn associated_data(slot: Slot, key: u32) -> Vec<u8> {
    let mut data = Vec::with_capacity(96);
    for part in [
        slot.table.as_bytes(),
        slot.column.as_bytes(),
        slot.row.as_bytes(),
        slot.organization.as_bytes(),
        &key.to_be_bytes(),
    ] {
        data.extend((part.len() as u32).to_be_bytes());
        data.extend(part);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(ids: &[u32]) -> KeyRing {
        let entries: Vec<String> = ids
            .iter()
            .map(|id| {
                let mut bytes = [u8::try_from(*id).unwrap(); 32];
                bytes[31] = 0;
                use base64::Engine as _;
                format!("{id}:{}", base64::engine::general_purpose::STANDARD.encode(bytes))
            })
            .collect();
        KeyRing::parse(&entries).unwrap()
    }

    fn slot() -> Slot {
        Slot {
            table: "grant_tokens",
            column: "access_token",
            row: Uuid::from_u128(1),
            organization: Uuid::from_u128(2),
        }
    }

    #[test]
    fn a_record_opens_only_in_its_place() {
        let vault = Vault::new(&ring(&[1]), Random::seeded(1));
        let record = vault.seal(slot(), &SecretString::from("hunter2"));
        assert_eq!(vault.open(slot(), &record).unwrap().expose_secret(), "hunter2");
        for wrong in [
            Slot { table: "connection_secrets", ..slot() },
            Slot { column: "refresh_token", ..slot() },
            Slot { row: Uuid::from_u128(9), ..slot() },
            Slot { organization: Uuid::from_u128(9), ..slot() },
        ] {
            assert_eq!(vault.open(wrong, &record).unwrap_err(), VaultError::Damaged);
        }
        assert!(!record.windows(7).any(|part| part == b"hunter2"));
        assert_ne!(record, vault.seal(slot(), &SecretString::from("hunter2")), "nonces differ");
    }

    #[test]
    fn damaged_and_short_records_are_refused() {
        let vault = Vault::new(&ring(&[1]), Random::seeded(1));
        let record = vault.seal(slot(), &SecretString::from("hunter2"));
        for length in 0..record.len() {
            assert!(vault.open(slot(), &record[..length]).is_err(), "{length}");
        }
        for index in 0..record.len() {
            let mut changed = record.clone();
            changed[index] ^= 1;
            assert!(vault.open(slot(), &changed).is_err(), "{index}");
        }
    }

    #[test]
    fn old_keys_open_and_the_newest_seals() {
        let old = Vault::new(&ring(&[1]), Random::seeded(1)).seal(slot(), &SecretString::from("x"));
        let both = Vault::new(&ring(&[2, 1]), Random::seeded(2));
        assert_eq!(both.open(slot(), &old).unwrap().expose_secret(), "x");
        assert_eq!(key_id(&both.seal(slot(), &SecretString::from("x"))), Some(2));
        let without = Vault::new(&ring(&[2]), Random::seeded(3));
        assert_eq!(without.open(slot(), &old).unwrap_err(), VaultError::UnknownKey(1));
        assert_eq!(format!("{both:?}"), "Vault(newest key 2)");
    }
}
