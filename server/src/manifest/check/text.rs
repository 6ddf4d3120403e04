//! Values that are texts: plain, with placeholders, addresses.

use std::net::IpAddr;

use serde_json::Value;

use crate::manifest::kind::units::LineKind;
use crate::manifest::kind::{Line, Template, Text, Url};
use crate::manifest::pattern::Pattern;
use crate::manifest::problem::{Place, Problems};
use crate::manifest::typed::{list, unknown};

use super::value::as_text;

pub(super) fn plain(kind: &Text, place: &Place, value: &Value, problems: &mut Problems) {
    let Some(text) = as_text(place, value, problems) else { return };
    length(text, kind.min_length, kind.max_length, place, problems);
    if let Some(max) = kind.max_bytes.filter(|max| text.len() > *max as usize) {
        problems.add(place, format!("has {} bytes, may have {max}", text.len()));
    }
    if text.contains('\n') && !kind.multiline {
        problems.add(place, "has a line break, which needs `\"multiline\": true`");
    }
    fits(kind.pattern.as_ref(), text, place, problems);
}

fn length(text: &str, min: Option<u32>, max: Option<u32>, place: &Place, problems: &mut Problems) {
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if let Some(min) = min.filter(|min| length < *min) {
        problems.add(place, format!("has {length} characters, needs {min}"));
    }
    if let Some(max) = max.filter(|max| length > *max) {
        problems.add(place, format!("has {length} characters, may have {max}"));
    }
}

fn fits(pattern: Option<&Pattern>, text: &str, place: &Place, problems: &mut Problems) {
    if let Some(pattern) = pattern.filter(|pattern| !pattern.matches(text)) {
        problems.add(place, format!("does not fit the pattern {}", pattern.as_str()));
    }
}

pub(super) fn line(kind: &Line, place: &Place, value: &Value, problems: &mut Problems) {
    let Some(text) = as_text(place, value, problems) else { return };
    length(text, Some(1), kind.max_length, place, problems);
    fits(kind.pattern.as_ref(), text, place, problems);
    match kind.kind {
        LineKind::Text => {}
        LineKind::Email => email(place, value, problems),
        LineKind::Domain if is_domain(text) => {}
        LineKind::Domain => problems.add(place, format!("`{text}` is not a domain")),
        LineKind::Cidr if is_cidr(text) => {}
        LineKind::Cidr => problems.add(place, format!("`{text}` is not an address or a network like 192.0.2.0/24")),
        LineKind::Url => web_address(text, &[], place, problems),
    }
}

pub(super) fn email(place: &Place, value: &Value, problems: &mut Problems) {
    let Some(text) = as_text(place, value, problems) else { return };
    let good = text.rsplit_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && name.len() <= 64
            && !name.contains(|c: char| c.is_whitespace() || c == '@')
            && is_domain(domain)
    });
    if !good {
        problems.add(place, format!("`{text}` is not a mail address"));
    }
}

pub(super) fn url(kind: &Url, place: &Place, value: &Value, problems: &mut Problems) {
    let Some(text) = as_text(place, value, problems) else { return };
    web_address(text, &kind.schemes, place, problems);
}

fn web_address(text: &str, schemes: &[String], place: &Place, problems: &mut Problems) {
    let https = ["https".to_owned()];
    let schemes = if schemes.is_empty() { &https } else { schemes };
    match url::Url::parse(text) {
        Ok(url) if url.has_host() && schemes.iter().any(|scheme| scheme == url.scheme()) => {}
        Ok(_) => {
            let known: Vec<&str> = schemes.iter().map(String::as_str).collect();
            problems.add(place, format!("needs a host and one of the schemes {}", list(&known)));
        }
        Err(error) => problems.add(place, format!("is not a web address: {error}")),
    }
}

pub(super) fn host_port(place: &Place, value: &Value, problems: &mut Problems) {
    let Some(text) = as_text(place, value, problems) else { return };
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let host_is_good = bare.parse::<IpAddr>().is_ok() || is_host(host);
    if !host_is_good || port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        problems.add(place, format!("`{text}` is not a host name or address, perhaps with a port"));
    }
}

/// Checks the placeholders and the length of one language's text.
pub(super) fn template(kind: &Template, text: &str, place: &Place, problems: &mut Problems) {
    length(text, None, kind.max_length, place, problems);
    if kind.single_line && text.contains('\n') {
        problems.add(place, "has a line break, which `single_line` refuses");
    }
    let used = match placeholders(text) {
        Ok(used) => used,
        Err(reason) => return problems.add(place, reason),
    };
    let known: Vec<&str> = kind.placeholders.iter().map(String::as_str).collect();
    for name in used.iter().filter(|name| !known.contains(name)) {
        problems.add(place, unknown(name, &known).replace("unknown key", "unknown placeholder"));
    }
    let needed: Vec<&str> = kind.must_contain_one.iter().map(String::as_str).collect();
    if !needed.is_empty() && !used.iter().any(|name| needed.contains(name)) {
        problems.add(place, format!("has to contain at least one of {}", list(&needed)));
    }
}

/// The names in braces. A brace that should be read as such cannot be written.
pub(super) fn placeholders(text: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        if rest[at..].starts_with('}') {
            return Err("has a `}` without `{`".to_owned());
        }
        let after = &rest[at + 1..];
        let end = after.find(['{', '}']).filter(|end| after[*end..].starts_with('}'));
        let end = end.ok_or_else(|| "has a `{` without `}`".to_owned())?;
        names.push(&after[..end]);
        rest = &after[end + 1..];
    }
    Ok(names)
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

pub(super) fn is_domain(text: &str) -> bool {
    text.contains('.') && is_host(text)
}

fn is_cidr(text: &str) -> bool {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    match (address.parse::<IpAddr>(), length) {
        (Err(_), _) => false,
        (Ok(_), None) => true,
        (Ok(address), Some(length)) => {
            length.parse::<u8>().is_ok_and(|length| length <= if address.is_ipv4() { 32 } else { 128 })
        }
    }
}

pub(super) fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

pub(super) fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// `en`, `pt-BR`, `zh-Hant`.
pub(super) fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    parts.next().is_some_and(|first| matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.all(|part| matches!(part.len(), 2..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}
