//! One cookie an attempt or a connection, so that two windows never mix.

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::clock::{MINUTE, Millis, SECOND};
use crate::crypto::digest::digest;

/// What a cookie opens.
#[derive(Debug, Clone, Copy)]
pub enum Opens {
    Attempt(Uuid),
    Connection(Uuid),
    /// A reconnect link of this connection, for a return from the partner's sign-in page.
    Link(Uuid),
    /// The dashboard. `plain` where this machine is reached without https, at which some browsers drop a cookie
    /// that wants it.
    Staff {
        plain: bool,
    },
    /// The second step of a sign-in.
    StaffStep {
        plain: bool,
    },
    /// Nothing: this browser has signed in to the dashboard before.
    StaffKnown {
        plain: bool,
    },
    /// Nothing: a sign-in that began in this browser comes back from the provider.
    StaffOidc {
        id: Uuid,
        plain: bool,
    },
    /// Nothing: the next page of this connection has something to say, once.
    Said(Uuid),
}

/// An account was linked.
pub const LINKED: &str = "linked";
/// Who does not look at the next page by then will not know what it speaks of.
const SAID: Millis = 10 * MINUTE;

impl Opens {
    /// `__Host-` keeps it to this host, path `/` and https (or this machine).
    fn name(self) -> String {
        let (prefix, id) = match self {
            Opens::Staff { plain } => return if plain { "staff" } else { "__Host-staff" }.to_owned(),
            Opens::StaffKnown { plain } => return if plain { "staff-known" } else { "__Host-staff-known" }.to_owned(),
            Opens::StaffStep { plain } => return if plain { "staff-step" } else { "__Host-staff-step" }.to_owned(),
            Opens::StaffOidc { id, plain } => {
                let prefix = if plain { "" } else { "__Host-" };
                return format!("{prefix}staff-oidc-{}", short(id));
            }
            Opens::Attempt(id) => ("connect", id),
            Opens::Connection(id) => ("desk", id),
            Opens::Link(id) => ("link", id),
            Opens::Said(id) => ("said", id),
        };
        format!("__Host-{prefix}-{}", short(id))
    }
}

fn short(id: Uuid) -> String {
    hex::encode(digest("cookie name", &[id.as_bytes()])).chars().take(12).collect()
}

/// The value that the browser sent. A name that stands there twice is no cookie of ours.
pub fn read(headers: &HeaderMap, opens: Opens) -> Option<SecretString> {
    let name = opens.name();
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    Some(SecretString::from(value))
}

pub fn set(opens: Opens, value: &SecretString, lifetime: Millis) -> Option<HeaderValue> {
    let secure = match opens {
        Opens::Staff { plain: true }
        | Opens::StaffStep { plain: true }
        | Opens::StaffKnown { plain: true }
        | Opens::StaffOidc { plain: true, .. } => "",
        _ => " Secure;",
    };
    let text = format!(
        "{}={}; Path=/; Max-Age={};{secure} HttpOnly; SameSite=Lax",
        opens.name(),
        value.expose_secret(),
        lifetime / SECOND
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The next page of a visit says that.
pub fn say(headers: &mut HeaderMap, connection: Uuid, what: &'static str) {
    if let Some(cookie) = set(Opens::Said(connection), &SecretString::from(what), SAID) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// It was said.
pub fn unsay(headers: &mut HeaderMap, connection: Uuid) {
    if let Some(cookie) = set(Opens::Said(connection), &SecretString::from(String::new()), 0) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_reads_back_for_its_own_attempt_only() {
        let (mine, other) = (Opens::Attempt(Uuid::from_u128(1)), Opens::Attempt(Uuid::from_u128(2)));
        let header = set(mine, &SecretString::from("v4lue"), 60 * SECOND).unwrap();
        let text = header.to_str().unwrap();
        assert!(
            text.starts_with("__Host-connect-")
                && text.ends_with("; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"),
            "{text}"
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, format!("a=b; {}", text.split(';').next().unwrap()).parse().unwrap());
        assert_eq!(read(&headers, mine).unwrap().expose_secret(), "v4lue");
        assert!(read(&headers, other).is_none());
        assert!(read(&headers, Opens::Connection(Uuid::from_u128(1))).is_none());
        let twice = text.split(';').next().unwrap();
        headers.insert(header::COOKIE, format!("{twice}; {twice}").parse().unwrap());
        assert!(read(&headers, mine).is_none());
    }
}
