//! Signatures as OfficeRnD makes them: HMAC-SHA256, in hex, over a text that ends with the timestamp.
//!
//! What is signed is read in [`crate::domain::signed_query`]; here it is only proved.

use std::fmt;
use std::sync::LazyLock;

use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::domain::signed_query::{Form, SignatureHeader, SignedQuery};

/// An integration secret or a subscription's secret, ready to use: the key schedule is done once, so a
/// verification costs only the text. Treat it as the secret itself.
#[derive(Clone)]
pub struct SigningKey {
    keyed: Hmac<Sha256>,
}

/// Verifies nothing that anybody sends. It stands in where no connection is known, so that a refusal costs the same.
pub static NOBODY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::new(&SecretString::from("nobody has this secret")).expect("the text is not empty"));

/// An empty secret would make signatures that anybody can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signing secret is empty")]
pub struct EmptySecret;

impl SigningKey {
    /// # Errors
    /// When the secret is empty.
    pub fn new(secret: &SecretString) -> Result<Self, EmptySecret> {
        let secret = secret.expose_secret().as_bytes();
        if secret.is_empty() {
            return Err(EmptySecret);
        }
        let keyed = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret).map_err(|_| EmptySecret)?;
        Ok(Self { keyed })
    }

    /// Compares in constant time.
    pub fn verify(&self, text: &[u8], mac: &[u8; 32]) -> bool {
        self.over(&[text]).verify_slice(mac).is_ok()
    }

    /// In lower-case hex.
    pub fn sign(&self, text: &[u8]) -> String {
        hex::encode(self.over(&[text]).finalize().into_bytes())
    }

    /// The form in which the sender signed the query, or `None` when this key did not sign it.
    ///
    /// Stops at the right candidate: how long that takes tells only in which form the sender wrote, and only to
    /// somebody whose signature is right. Freshness is the caller's question.
    pub fn verify_query(&self, query: &SignedQuery) -> Option<Form> {
        let mut candidates = query.candidates();
        candidates.find(|candidate| self.verify(candidate.text.as_bytes(), query.mac())).map(|right| right.form)
    }

    /// Whether this key signed the body as received, byte by byte, at the header's time. Freshness is the
    /// caller's question.
    pub fn verify_webhook(&self, raw_body: &[u8], header: &SignatureHeader) -> bool {
        let t = header.t().to_string();
        self.over(&[raw_body, b".", t.as_bytes()]).verify_slice(header.mac()).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([redacted])")
    }
}

#[cfg(test)]
mod tests;
