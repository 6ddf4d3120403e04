//! The path behind `/connections/{connection}/officernd/`: forwarded as it came, once it is sure that it stays below
//! the organization whatever a server on the way decodes, joins or cuts.

/// What OfficeRnD keeps of ours there: the integration secret, and the subscription that tells us of a removal.
const RESERVED: [&str; 2] = ["integrations", "webhooks"];
/// Longer ones name nothing of OfficeRnD's.
const MOST_BYTES: usize = 4_096;

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
    if raw.len() > MOST_BYTES || !raw.bytes().all(may_stand_in_a_path) || !escapes_are_whole(raw) {
        return Err(PathRefused::Unsafe);
    }
    let (version, rest) = raw.split_once('/').unwrap_or((raw, ""));
    if raw.ends_with('/') || !raw.split('/').all(is_plain) {
        return Err(PathRefused::Unsafe);
    }
    if !matches!(version, "v1" | "v2") {
        return Err(PathRefused::Version);
    }
    let first = decoded(rest.split('/').next().unwrap_or_default());
    if RESERVED.iter().any(|reserved| name(&first).eq_ignore_ascii_case(reserved)) {
        return Err(PathRefused::Reserved);
    }
    Ok(ProxyPath { version, rest })
}

/// What RFC 3986 allows there. Of anything else each parser makes its own; ours encodes it, so that it would not go out
/// as it came.
fn may_stand_in_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/".contains(&byte)
}

/// A percent sign that encodes nothing is read differently by everybody.
fn escapes_are_whole(raw: &str) -> bool {
    let is_hex = |two: &[u8; 2]| two.iter().all(u8::is_ascii_hexdigit);
    raw.split('%').skip(1).all(|behind| behind.as_bytes().first_chunk().is_some_and(is_hex))
}

/// Whether a segment is a name whatever is decoded of it, and how often.
fn is_plain(segment: &str) -> bool {
    let decoded = decoded(segment);
    // Of `;x=1` some servers leave nothing.
    let is_empty = decoded.split(';').next().is_none_or(|name| name.trim().is_empty());
    let harmless = |character: char| !character.is_control() && !matches!(character, '/' | '\\');
    !is_empty && !matches!(name(&decoded), "." | "..") && decoded.chars().all(harmless)
}

/// What servers may take of a decoded segment: of `webhooks;x=1` some take `webhooks`, and what was an encoded question
/// mark may begin a query for whoever decodes first.
fn name(decoded: &str) -> &str {
    decoded.split([';', '?', '#']).next().unwrap_or_default().trim()
}

/// What a segment says to whoever decodes it carelessly, and until nothing is left to decode.
fn decoded(segment: &str) -> String {
    let mut text = segment.to_owned();
    loop {
        let next = careless(&without_escapes(&text));
        if next == text {
            return text;
        }
        text = next;
    }
}

/// Each escape is replaced by what it stands for, also those that appear by that.
fn without_escapes(text: &str) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        plain.push(byte);
        loop {
            let end = plain.len();
            if let Some([b'%', digits @ ..]) = plain.last_chunk::<3>().copied()
                && let Some(byte) = number(&digits).and_then(|number| u8::try_from(number).ok())
            {
                plain.truncate(end - 3);
                plain.push(byte);
            } else if let Some([b'%', b'u' | b'U', digits @ ..]) = plain.last_chunk::<6>().copied()
                && let Some(character) = number(&digits).and_then(char::from_u32)
            {
                plain.truncate(end - 6);
                plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                break;
            }
        }
    }
    plain
}

fn number(hex: &[u8]) -> Option<u32> {
    hex.iter().try_fold(0_u32, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// Reads UTF-8 also where it is longer than it has to be, which hid many a dot. What is no UTF-8 is no character.
fn careless(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [lead, tail @ ..] = rest {
        let (more, bits) = match *lead {
            lead @ 0..=0x7f => (0, lead),
            lead @ 0xc0..=0xdf => (1, lead & 0x1f),
            lead @ 0xe0..=0xef => (2, lead & 0x0f),
            lead @ 0xf0..=0xf7 => (3, lead & 0x07),
            lead @ 0xf8..=0xfb => (4, lead & 0x03),
            lead @ 0xfc..=0xfd => (5, lead & 0x01),
            _ => (usize::MAX, 0),
        };
        match tail.get(..more) {
            Some(following) if following.iter().all(|byte| byte & 0xc0 == 0x80) => {
                let code = following.iter().fold(u32::from(bits), |code, byte| (code << 6) | u32::from(byte & 0x3f));
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = &tail[more..];
            }
            _ => {
                text.push(char::REPLACEMENT_CHARACTER);
                rest = tail;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
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
            ("v2/members/why%3F", "v2", "members/why%3F"),
            ("v2/members%3flimit=1", "v2", "members%3flimit=1"),
            ("v2/plans/%23x", "v2", "plans/%23x"),
            ("v2/plans/50%25", "v2", "plans/50%25"),
            ("v2/plans/%25zz%2525", "v2", "plans/%25zz%2525"),
            ("v2/%ff", "v2", "%ff"),
            ("v2/members/Caf%e9", "v2", "members/Caf%e9"),
            ("v2/webhooks%25", "v2", "webhooks%25"),
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
            "v2/%25u002e%25u002e/other",
            "v2/%c0%ae%c0%ae/other",
            "v2/%e0%80%ae%fc%80%80%80%80%ae/other",
            "v2/%25c0%25ae./other",
            "v2/%c0%a52e%c0%a52e/other",
            "v2/%25%32e./other",
            "v2/members%c0%afother",
            "v2/members%e0%81%9cother",
            "v2/mem%c0%80bers",
            "v2/mem%c2%85bers",
            "v2/münchen",
            "v2/..%3fx/other",
            "v2/%2e%2e%23/other",
            "v2/.%253f/other",
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
            "v2/webhooks%3fx",
            "v2/webhooks%2523",
            "v2/web%c1%a8ooks",
        ] {
            assert_eq!(check(raw), Err(PathRefused::Reserved), "{raw}");
        }
    }

    const PIECES: &str = concat!(
        "(v1|v2|v3)?(/|%2[fF]|\\.|%2[eE]|%25|%|2e|u002e|%3[fF]|%23|%ff|%c0|%ae|%af|;|@|:|\\\\|%5c|a|b|webhooks|",
        "é|\\?|#|>|\\||\"| ){0,12}",
    );

    proptest! {
        #[test]
        fn nothing_that_passes_leaves_the_organization(raw in PIECES) {
            if let Ok(path) = check(&raw) {
                let base = format!("https://region.example/api/{}/organizations/one/", path.version);
                let url = Url::parse(&format!("{base}{}", path.rest)).unwrap();
                prop_assert_eq!(url.host_str(), Some("region.example"));
                prop_assert_eq!(url.query().or(url.fragment()), None);
                prop_assert!(url.as_str().starts_with(&base));
                // As received, also after a parser has normalized it.
                prop_assert_eq!(&url.as_str()[base.len()..], path.rest);
                // And whatever servers behind it decode.
                let mut rest = path.rest.to_owned();
                for _ in 0..4 {
                    rest = percent_decode_str(&rest).decode_utf8_lossy().into_owned();
                    let url = Url::parse(&format!("{base}{rest}")).unwrap();
                    prop_assert!(url.as_str().starts_with(&base), "{} leads to {}", raw, url);
                    let first = url.path_segments().and_then(|mut segments| segments.nth(4)).unwrap_or_default();
                    prop_assert!(!first.eq_ignore_ascii_case("webhooks"), "{} leads to {}", raw, url);
                }
            }
        }
    }
}
