//! Signatures in the Standard Webhooks format: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// How far the timestamp may be off, both ways, in seconds.
const TOLERANCE: u64 = 300;

/// A signing secret, ready to use. Treat it as the secret itself.
#[derive(Clone)]
pub struct HookKey {
    keyed: Hmac<Sha256>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing secret is `whsec_` followed by base64")]
pub struct NoHookKey;

impl HookKey {
    /// # Errors
    /// When the text is not `whsec_` and the base64 of at least one byte.
    pub fn parse(secret: &SecretString) -> Result<Self, NoHookKey> {
        let encoded = secret.expose_secret().strip_prefix("whsec_").ok_or(NoHookKey)?;
        let key = zeroize::Zeroizing::new(STANDARD.decode(encoded).map_err(|_| NoHookKey)?);
        if key.is_empty() {
            return Err(NoHookKey);
        }
        let keyed = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key).map_err(|_| NoHookKey)?;
        Ok(Self { keyed })
    }

    /// The value of `webhook-signature`. `timestamp` is in seconds since 1970.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.over(id, &timestamp.to_string(), body).finalize().into_bytes()))
    }

    /// Whether one of the signatures, which blanks separate, is ours and was made within five minutes of `now`.
    pub fn verify(&self, id: &str, timestamp: &str, signatures: &str, body: &[u8], now: i64) -> bool {
        let fresh = timestamp.parse::<i64>().is_ok_and(|at| at.abs_diff(now) <= TOLERANCE);
        fresh
            && signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,")).any(|signature| {
                STANDARD.decode(signature).is_ok_and(|mac| self.over(id, timestamp, body).verify_slice(&mac).is_ok())
            })
    }

    fn over(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for HookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use standardwebhooks::Webhook;

    use super::*;
    use crate::clock::Clock;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn key() -> HookKey {
        HookKey::parse(&SecretString::from(SECRET)).expect("a secret")
    }

    /// The example of the specification's reference implementations.
    #[test]
    fn the_known_example_has_the_known_signature() {
        let body = br#"{"test": 2432232314}"#;
        let signature = key().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    proptest! {
        #[test]
        fn the_reference_crate_signs_and_verifies_alike(
            raw in proptest::collection::vec(any::<u8>(), 1..80),
            id in "[!-~]{1,40}",
            body in "\\PC{0,200}",
            before in 0_i64..290,
        ) {
            let secret = format!("whsec_{}", STANDARD.encode(&raw));
            let key = HookKey::parse(&SecretString::from(secret.clone())).unwrap();
            let theirs = Webhook::new(&secret).unwrap();
            let now = Clock::system().now_seconds();
            let t = now - before;
            let signature = key.sign(&id, t, body.as_bytes());
            prop_assert_eq!(&signature, &theirs.sign(&id, t, body.as_bytes()).unwrap());
            let mut headers = http::HeaderMap::new();
            headers.insert("webhook-id", id.parse().unwrap());
            headers.insert("webhook-timestamp", t.into());
            headers.insert("webhook-signature", signature.parse().unwrap());
            theirs.verify(body.as_bytes(), &headers).unwrap();
            prop_assert!(key.verify(&id, &t.to_string(), &signature, body.as_bytes(), now));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let (key, t) = (key(), 1_795_521_600);
        let signature = key.sign("msg_1", t, b"{}");
        let stamp = t.to_string();
        assert!(key.verify("msg_1", &stamp, &signature, b"{}", t));
        assert!(key.verify("msg_1", &stamp, &format!("v1a,AAAA v1,AAAA {signature}"), b"{}", t), "rotation");
        for (now, fresh) in [(t + 300, true), (t + 301, false), (t - 300, true), (t - 301, false)] {
            assert_eq!(key.verify("msg_1", &stamp, &signature, b"{}", now), fresh, "{now}");
        }
        let other = HookKey::parse(&SecretString::from("whsec_AAAA")).unwrap();
        assert!(!other.verify("msg_1", &stamp, &signature, b"{}", t));
        assert!(!key.verify("msg_2", &stamp, &signature, b"{}", t));
        assert!(!key.verify("msg_1", &stamp, &signature, b"{} ", t));
        assert!(!key.verify("msg_1", &(t + 1).to_string(), &signature, b"{}", t));
        for wrong in ["", "v1,", "v1", &signature[3..], &signature.replace("v1,", "v2,"), &signature[..20]] {
            assert!(!key.verify("msg_1", &stamp, wrong, b"{}", t), "{wrong}");
        }
        for wrong in ["", "soon", "1e9"] {
            assert!(!key.verify("msg_1", wrong, &signature, b"{}", t), "{wrong}");
        }
    }

    #[test]
    fn a_secret_has_one_form() {
        for wrong in ["", "whsec_", "whsec_%", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfK"] {
            assert_eq!(HookKey::parse(&SecretString::from(wrong)).unwrap_err(), NoHookKey, "{wrong}");
        }
        assert_eq!(format!("{:?}", key()), "HookKey([redacted])");
    }
}
