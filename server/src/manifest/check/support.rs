//! Where people ask who get stuck. It is written into links of pages, so its form is narrow.

use url::{Host, Url};

use crate::manifest::model::Manifest;
use crate::manifest::problem::{Place, Problems};

use super::text::is_domain;

/// The connect pages have to stay small.
const MAX_URL: usize = 300;

pub(super) fn check(manifest: &Manifest, problems: &mut Problems) {
    let Some(support) = &manifest.support else { return };
    let place = Place::root().key("support");
    if support.email.is_none() && support.url.is_none() {
        problems.add(&place, "is empty: give an `email`, a `url` or both, or leave it out");
    }
    if let Some(email) = support.email.as_deref().filter(|email| !is_plain_mail(email)) {
        let reason = format!(
            "`{email}` is not a mail address like `help@example.com`: the address alone, of ASCII letters, digits, \
             `.`, `_`, `+` and `-`"
        );
        problems.add(&place.key("email"), reason);
    }
    if let Some(Err(reason)) = support.url.as_deref().map(page) {
        problems.add(&place.key("url"), reason);
    }
}

/// Whatever a `mailto:` link would read as something else is refused.
fn is_plain_mail(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-');
    text.is_ascii()
        && text.split_once('@').is_some_and(|(name, domain)| {
            (1..=64).contains(&name.len()) && name.bytes().all(plain) && is_domain(domain)
        })
}

fn page(text: &str) -> Result<(), String> {
    if text.chars().count() > MAX_URL {
        return Err(format!("has more than {MAX_URL} characters"));
    }
    let url = Url::parse(text).map_err(|error| format!("is not a web address: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password".to_owned());
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        "http" => Err("must be https; http is for loopback addresses, in development".to_owned()),
        _ => Err("must be an https address like `https://example.com/help`".to_owned()),
    }
}
