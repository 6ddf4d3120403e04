//! The path behind `/connections/{connection}/officernd/`: forwarded as it came, once it is sure that it stays below
//! the organization whatever a server on the way decodes, joins or cuts.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// What OfficeRnD keeps of ours there: the integration secret, and the subscription that tells us of a removal.
const RESERVED: [&str; 2] = ["integrations", "webhooks"];
/// Longer ones name nothing of OfficeRnD's.
const MOST_BYTES: usize = 4_096;
/// Nothing of use is encoded more often than twice; who goes on hides something.
const MOST_DECODINGS: usize = 4;

/// A path that may be put behind `{region}/api/{version}/organizations/{slug}/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyPath<'a> {
    /// `v1` or `v2`.
    pub version: &'a str,
    /// As received, without a slash at either end; empty for the organization itself.
    pub rest: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathRefused {
    /// It could leave its place, or nobody can say what it means.
    Unsafe,
    /// It does not begin with a version of OfficeRnD's API.
    Version,
    /// Behind it lies what the connection itself needs.
    Reserved,
}

/// Checks `v1/…` or `v2/…`, percent-encoded as it stood in the request line.
///
/// # Errors
/// See [`PathRefused`].
pub fn check(raw: &str) -> Result<ProxyPath<'_>, PathRefused> {
    if raw.len() > MOST_BYTES || !raw.bytes().all(may_stand_in_a_path) {
        return Err(PathRefused::Unsafe);
    }
    let (version, rest) = raw.split_once('/').unwrap_or((raw, ""));
    if raw.ends_with('/') || !raw.split('/').all(is_plain) {
        return Err(PathRefused::Unsafe);
    }
    if !matches!(version, "v1" | "v2") {
        return Err(PathRefused::Version);
    }
    let first = rest.split('/').next().unwrap_or_default();
    // Of `webhooks;x=1` some servers take `webhooks`.
    let named = decoded(first).ok_or(PathRefused::Unsafe)?;
    let named = named.split(';').next().unwrap_or_default().trim();
    if RESERVED.iter().any(|reserved| named.eq_ignore_ascii_case(reserved)) {
        return Err(PathRefused::Reserved);
    }
    Ok(ProxyPath { version, rest })
}

/// What RFC 3986 allows there. Of anything else each parser makes its own; ours encodes it, so that it would not go out
/// as it came.
fn may_stand_in_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/".contains(&byte)
}

/// Whether a segment is a name whatever is decoded of it, and how often.
fn is_plain(segment: &str) -> bool {
    let Some(decoded) = decoded(segment) else { return false };
    let name = decoded.split(';').next().unwrap_or_default().trim();
    let harmless = |character: char| !character.is_control() && !matches!(character, '/' | '\\' | '?' | '#');
    !name.is_empty() && name != "." && name != ".." && decoded.chars().all(harmless)
}

/// Decoded until nothing is left to decode; none where that has no end or is no text.
fn decoded(segment: &str) -> Option<Cow<'_, str>> {
    let mut text = Cow::Borrowed(segment);
    for _ in 0..MOST_DECODINGS {
        if !text.contains('%') {
            return Some(text);
        }
        // A percent sign that encodes nothing is read differently by everybody.
        let stray = text.match_indices('%').any(|(at, _)| {
            !text.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
        });
        if stray {
            return None;
        }
        let next = percent_decode_str(&text).decode_utf8().ok()?.into_owned();
        text = Cow::Owned(next);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn paths_of_the_api_pass_as_they_came() {
        for (raw, version, rest) in [
            ("v2/members", "v2", "members"),
            ("v1/members/5f0c", "v1", "members/5f0c"),
            ("v2/custom-properties/M%C3%BCnchen%20Ost", "v2", "custom-properties/M%C3%BCnchen%20Ost"),
            ("v2/members/a@b", "v2", "members/a@b"),
            ("v2/members/.hidden/...", "v2", "members/.hidden/..."),
            ("v2/plans/x:webhooks", "v2", "plans/x:webhooks"),
            ("v2/members/webhooks", "v2", "members/webhooks"),
            ("v2", "v2", ""),
        ] {
            assert_eq!(check(raw), Ok(ProxyPath { version, rest }), "{raw}");
        }
    }

    #[test]
    fn whatever_could_leave_its_place_is_refused() {
        for raw in [
            "",
            "/v2/members",
            "//evil.example/v2",
            "v2//members",
            "v2/members/",
            "v2/",
            "v2/..",
            "v2/../v1/organizations/other",
            "v2/%2e%2e/other",
            "v2/.%2E/other",
            "v2/%252e%252e/other",
            "v2/%25252e%25252e/other",
            "v2/%2525252e%2525252e/other",
            "v2/./members",
            "v2/..;x=1/other",
            "v2/..%3bx/other",
            "v2/members%2f..%2fother",
            "v2/members%252fother",
            "v2/members%5cother",
            "v2/members\\other",
            "v2/mem%00bers",
            "v2/mem%0d%0abers",
            "v2/%20",
            "v2/ ",
            "v2/members>",
            "v2/members|x",
            "v2/{id}",
            "v2/a\"b",
            "v2/;x",
            "v2/%",
            "v2/%zz",
            "v2/%u002e%u002e",
            "v2/%c0%ae%c0%ae/other",
            "v2/%ff",
            "v2/münchen",
            "v2/members%3flimit=1",
            "v2/members%23x",
            "%2e%2e/v2/members",
        ] {
            assert_eq!(check(raw), Err(PathRefused::Unsafe), "{raw}");
        }
        assert_eq!(check(&format!("v2/{}", "a".repeat(5_000))), Err(PathRefused::Unsafe));
    }

    #[test]
    fn only_versions_that_officernd_has() {
        for raw in ["v3/members", "members", "V2/members", "v2x/members", "http:", "@evil.example", "%76%32/members"] {
            assert_eq!(check(raw), Err(PathRefused::Version), "{raw}");
        }
    }

    #[test]
    fn our_secret_and_subscription_are_out_of_reach() {
        for raw in [
            "v2/integrations",
            "v1/integrations/65f0",
            "v2/webhooks",
            "v2/WebHooks/1",
            "v2/%77ebhooks",
            "v2/%2577ebhooks",
            "v2/webhooks;x=1",
            "v2/webhooks%3bx",
            "v2/webhooks%20",
        ] {
            assert_eq!(check(raw), Err(PathRefused::Reserved), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_passes_leaves_the_organization(
            raw in "(v1|v2|v3)?(/|%2[fF]|\\.|%2[eE]|%25|;|@|:|\\\\|%5c|a|b|webhooks|é|\\?|#|>|\\||\"| ){0,12}"
        ) {
            if let Ok(path) = check(&raw) {
                let base = format!("https://region.example/api/{}/organizations/one/", path.version);
                let url = Url::parse(&format!("{base}{}", path.rest)).unwrap();
                prop_assert_eq!(url.host_str(), Some("region.example"));
                prop_assert_eq!(url.query().or(url.fragment()), None);
                prop_assert!(url.as_str().starts_with(&base));
                // As received, also after a parser has normalized it.
                prop_assert_eq!(&url.as_str()[base.len()..], path.rest);
            }
        }
    }
}
