//! Sealing of everything secret at rest.
//!
//! Record: version byte, key id (u32), nonce (24 bytes), ciphertext with tag. The associated data
//! binds a record to table, row, column, organization and key, so that a record moved elsewhere
//! does not open. XChaCha20-Poly1305, since its nonces may be random for any number of records.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

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

/// Opens with every key it has, seals with one. Cheap to clone; what one learns all clones know.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<RwLock<Keys>>,
    random: Random,
}

struct Keys {
    ciphers: HashMap<u32, XChaCha20Poly1305>,
    newest_first: Vec<u32>,
    sealing: u32,
}

/// What every record of a key begins with.
pub type Mark = [u8; 5];

/// A record that does not open. It says where, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("a sealed record is damaged or stands in the wrong place")]
    Damaged,
    #[error("key {0} is needed to open a sealed record, but it is not in encryption_keys")]
    UnknownKey(u32),
}

impl Vault {
    /// Seals with the newest key until it is told another one.
    pub fn new(ring: &KeyRing, random: Random) -> Self {
        let keys = Keys { ciphers: HashMap::new(), newest_first: Vec::new(), sealing: ring.newest() };
        let vault = Self { keys: Arc::new(RwLock::new(keys)), random };
        vault.learn(ring);
        vault
    }

    /// Takes keys up that were added while this process runs. None is dropped: records that it sealed may be left.
    pub fn learn(&self, ring: &KeyRing) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        for (id, key) in ring.keys() {
            keys.ciphers.entry(id).or_insert_with(|| {
                let mut derived = Zeroizing::new([0_u8; 32]);
                Hkdf::<Sha256>::new(None, key).expand(PURPOSE, &mut *derived).expect("32 bytes is a length HKDF gives");
                XChaCha20Poly1305::new(&Key::from(*derived))
            });
        }
        let mut order: Vec<u32> = ring.keys().map(|(id, _)| id).collect();
        order.extend(keys.newest_first.iter().filter(|id| ring.keys().all(|(known, _)| known != **id)));
        keys.newest_first = order;
    }

    /// Ids of all keys, newest first.
    pub fn key_ids(&self) -> Vec<u32> {
        self.keys().newest_first.clone()
    }

    pub fn sealing_key(&self) -> u32 {
        self.keys().sealing
    }

    /// Seals with this key from now on, if it is there.
    pub fn seal_with(&self, key: u32) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.ciphers.contains_key(&key) {
            keys.sealing = key;
        }
    }

    pub fn seal(&self, slot: Slot, secret: &SecretString) -> Vec<u8> {
        let keys = self.keys();
        self.seal_by(&keys, keys.sealing, slot, secret).expect("the sealing key is one of ours")
    }

    /// A record that only this key opens, whatever else has its id. None without that key.
    pub fn proof(&self, key: u32) -> Option<Vec<u8>> {
        self.seal_by(&self.keys(), key, proof_slot(key), &SecretString::from("proof"))
    }

    /// # Errors
    /// When a key of this id is not there, or is another one.
    pub fn verify_proof(&self, key: u32, proof: &[u8]) -> Result<(), VaultError> {
        self.open(proof_slot(key), proof).map(drop)
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
        let keys = self.keys();
        let cipher = keys.ciphers.get(&key).ok_or(VaultError::UnknownKey(key))?;
        let payload = Payload { msg: sealed, aad: &associated_data(slot, key) };
        let plain = Zeroizing::new(cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Damaged)?);
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Damaged)?;
        Ok(SecretString::from(text))
    }

    fn keys(&self) -> RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn seal_by(&self, keys: &Keys, key: u32, slot: Slot, secret: &SecretString) -> Option<Vec<u8>> {
        let nonce: [u8; 24] = self.random.bytes();
        let aad = associated_data(slot, key);
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &aad };
        let cipher = keys.ciphers.get(&key)?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).expect("sealing fails only beyond 256 GiB");
        let mut record = Vec::with_capacity(HEADER + sealed.len());
        record.extend(mark(key));
        record.extend(nonce);
        record.extend(sealed);
        Some(record)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault(sealing with key {})", self.sealing_key())
    }
}

pub fn mark(key: u32) -> Mark {
    let [a, b, c, d] = key.to_be_bytes();
    [VERSION, a, b, c, d]
}

/// Of a key's own record, which belongs to nobody.
fn proof_slot(key: u32) -> Slot {
    Slot { table: "sealing_keys", column: "proof", row: Uuid::from_u128(key.into()), organization: Uuid::nil() }
}

/// The key a record was sealed with.
fn key_id(record: &[u8]) -> Option<u32> {
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
        assert_eq!(format!("{both:?}"), "Vault(sealing with key 2)");
    }
    #[test]
    fn a_key_that_is_learned_opens_and_seals_only_when_told() {
        let vault = Vault::new(&ring(&[1]), Random::seeded(1));
        let old = vault.seal(slot(), &SecretString::from("x"));
        let newer = Vault::new(&ring(&[2]), Random::seeded(2)).seal(slot(), &SecretString::from("y"));
        vault.seal_with(2);
        assert_eq!((vault.sealing_key(), vault.key_ids()), (1, vec![1]), "it is not there yet");

        let clone = vault.clone();
        vault.learn(&ring(&[2, 1]));
        assert_eq!(clone.open(slot(), &newer).unwrap().expose_secret(), "y");
        assert_eq!(key_id(&clone.seal(slot(), &SecretString::from("x"))), Some(1));
        vault.seal_with(2);
        assert_eq!(key_id(&clone.seal(slot(), &SecretString::from("x"))), Some(2));

        vault.learn(&ring(&[3, 2]));
        assert_eq!(clone.key_ids(), [3, 2, 1], "none is dropped");
        assert_eq!(clone.open(slot(), &old).unwrap().expose_secret(), "x");
    }

    #[test]
    fn a_proof_tells_keys_of_one_id_apart() {
        let vault = Vault::new(&ring(&[2, 1]), Random::seeded(1));
        let proof = vault.proof(1).unwrap();
        assert_eq!(vault.verify_proof(1, &proof), Ok(()));
        assert_eq!(vault.verify_proof(2, &proof), Err(VaultError::Damaged));
        assert_eq!(vault.proof(3), None);
        let other = KeyRing::parse(&["1:AgMFBwsNERMXHR8lKSsvNTs9Q0dJT1NZYWVna21xf4M="]).unwrap();
        assert_eq!(Vault::new(&other, Random::seeded(1)).verify_proof(1, &proof), Err(VaultError::Damaged));
        assert_eq!(Vault::new(&ring(&[2]), Random::seeded(1)).verify_proof(1, &proof), Err(VaultError::UnknownKey(1)));
    }
}
