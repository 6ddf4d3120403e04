//! Codes of authenticator apps (RFC 6238: SHA-1, six digits, 30 seconds), which is what every app can do.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;

const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
/// A clock of a telephone may be off by that many steps.
const DRIFT: i64 = 1;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base32 without padding, as apps and people read it (RFC 4648).
pub fn base32(bytes: &[u8]) -> String {
    let (mut text, mut bits, mut held) = (String::new(), 0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
        }
    }
    if held > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - held) & 31) as usize]));
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for sign in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == sign)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 255) as u8);
        }
    }
    Some(bytes)
}

/// The step whose code this is, if it lies near now and after the last one that was used.
pub fn step_of(secret: &SecretString, code: &str, now_seconds: i64, used: Option<i64>) -> Option<i64> {
    let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    let key = from_base32(secret.expose_secret())?;
    let current = now_seconds.div_euclid(STEP_SECONDS);
    (current - DRIFT..=current + DRIFT)
        .filter(|step| used.is_none_or(|used| *step > used))
        .find(|step| same(&code_at(&key, *step), &code))
}

/// The code of this moment. What an app does; tests and the demo use it.
pub fn code_now(secret: &SecretString, now_seconds: i64) -> Option<String> {
    Some(code_at(&from_base32(secret.expose_secret())?, now_seconds.div_euclid(STEP_SECONDS)))
}

fn same(a: &str, b: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(a.as_bytes(), b.as_bytes()).into()
}

fn code_at(key: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[digest.len() - 1] & 15);
    let part = [digest[at] & 127, digest[at + 1], digest[at + 2], digest[at + 3]];
    format!("{:0DIGITS$}", u32::from_be_bytes(part) % 10_u32.pow(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = SecretString::from(base32(b"12345678901234567890"));
        assert_eq!(secret.expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (at, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code_now(&secret, at).unwrap(), code);
            assert_eq!(step_of(&secret, code, at, None), Some(at / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_its_time_and_once() {
        let secret = SecretString::from(base32(&[9; 20]));
        let code = code_now(&secret, 3_000).unwrap();
        assert_eq!(step_of(&secret, &code, 3_030, None), Some(100));
        assert_eq!(step_of(&secret, &format!(" {} {} ", &code[..3], &code[3..]), 2_971, None), Some(100));
        assert_eq!(step_of(&secret, &code, 3_060, None), None);
        assert_eq!(step_of(&secret, &code, 3_000, Some(100)), None);
        assert_eq!(step_of(&secret, "", 3_000, None), None);
        assert_eq!(step_of(&SecretString::from("not base32"), &code, 3_000, None), None);
    }

    #[test]
    fn base32_reads_back() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", b"fooba", b"foobar"] {
            assert_eq!(from_base32(&base32(bytes)).unwrap(), bytes);
        }
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
    }
}
