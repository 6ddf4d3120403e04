//! The signature itself, which signed calls and deliveries write alike.

use std::fmt;

use super::Malformed;

/// `t=<unix seconds>,signature=<hex>`, as the query parameter and as the webhook header.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureHeader {
    pub(super) t: i64,
    pub(super) mac: [u8; 32],
}

impl SignatureHeader {
    /// Takes the two values by name, else by position; other parts are ignored.
    ///
    /// # Errors
    /// When a value is missing, ambiguous or of another shape.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let parts = text.split(',').map(str::trim).map(|part| part.split_once('=').unwrap_or(("", part)));
        let t = named_or_at(parts.clone(), "t", 0, "signature")?;
        let mac = named_or_at(parts, "signature", 1, "t")?;
        match (t, mac) {
            (Some(t), Some(mac)) => Ok(Self { t: parse_timestamp(t)?, mac: parse_mac(mac)? }),
            (None, Some(_)) => Err(Malformed::NoTimestamp),
            (_, None) => Err(Malformed::NoSignature),
        }
    }

    /// When it was signed, in seconds since 1970.
    pub fn t(&self) -> i64 {
        self.t
    }

    pub fn mac(&self) -> &[u8; 32] {
        &self.mac
    }

    /// Signed at most `back` seconds ago and at most `ahead` seconds in the future.
    pub fn is_within(&self, now_seconds: i64, back: u64, ahead: u64) -> bool {
        let distance = now_seconds.abs_diff(self.t);
        if self.t > now_seconds { distance <= ahead } else { distance <= back }
    }
}

/// A signature must not be readable in a log, where it would open what it signs.
impl fmt::Debug for SignatureHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureHeader").field("t", &self.t).finish_non_exhaustive()
    }
}

/// The value called `name`; without one, what stands at `position` unless it is called `other`.
fn named_or_at<'a>(
    mut parts: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    name: &str,
    position: usize,
    other: &str,
) -> Result<Option<&'a str>, Malformed> {
    let mut named = parts.clone().filter(|(part, _)| *part == name).map(|(_, value)| value);
    let first = named.next();
    if named.next().is_some() {
        return Err(Malformed::Repeated);
    }
    let at = || parts.nth(position).filter(|(part, _)| *part != other).map(|(_, value)| value);
    Ok(first.or_else(at).filter(|value| !value.is_empty()))
}

/// Canonical digits only, so that the number written again is the text that was signed.
fn parse_timestamp(text: &str) -> Result<i64, Malformed> {
    let canonical = text.len() <= 15
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if !canonical {
        return Err(Malformed::BadTimestamp);
    }
    text.parse().map_err(|_| Malformed::BadTimestamp)
}

fn parse_mac(text: &str) -> Result<[u8; 32], Malformed> {
    let mut mac = [0_u8; 32];
    hex::decode_to_slice(text, &mut mac).map_err(|_| Malformed::BadMac)?;
    Ok(mac)
}
