//! `ETag`, `If-Match` and `If-None-Match` (RFC 9110) of the settings.

use app::problems::ProblemCode;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::problem::Problem;

pub(super) fn tag(version: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Whether the caller has this version already.
pub(super) fn none_matches(headers: &HeaderMap, version: &str) -> bool {
    match listed(headers, &header::IF_NONE_MATCH, true) {
        Some(Some(tags)) => tags.iter().any(|tag| tag == version),
        Some(None) => true,
        None => false,
    }
}

/// The versions that a change may be made from. None: any.
///
/// # Errors
/// When the header is missing.
pub(super) fn matches(headers: &HeaderMap) -> Result<Option<Vec<String>>, Problem> {
    listed(headers, &header::IF_MATCH, false).ok_or_else(|| Problem::of(ProblemCode::IfMatchRequired))
}

type Tags = Option<Vec<String>>;

/// Without the header none; then `*`, or the tags. Weak ones never match where something is written, and what is no
/// tag matches nothing.
fn listed(headers: &HeaderMap, name: &HeaderName, weak: bool) -> Option<Tags> {
    let mut tags = Vec::new();
    let mut seen = false;
    for value in headers.get_all(name) {
        seen = true;
        let text = value.to_str().unwrap_or_default();
        if text.trim() == "*" {
            return Some(None);
        }
        // Our tags have no commas, so others may be taken apart wrongly: they match nothing all the same.
        for tag in text.split(',').map(str::trim) {
            let (is_weak, tag) = tag.strip_prefix("W/").map_or((false, tag), |tag| (true, tag));
            let tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            tags.extend(tag.filter(|_| weak || !is_weak).map(str::to_owned));
        }
    }
    seen.then_some(Some(tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn tags_are_compared_as_rfc_9110_says() {
        for (value, expected) in [
            ("\"3.1\"", true),
            ("W/\"3.1\"", true),
            ("\"2.1\", \"3.1\"", true),
            ("*", true),
            ("\"2.1\"", false),
            ("3.1", false),
        ] {
            assert_eq!(none_matches(&with(header::IF_NONE_MATCH, value), "3.1"), expected, "{value}");
        }
        assert!(!none_matches(&HeaderMap::new(), "3.1"));
        assert_eq!(matches(&with(header::IF_MATCH, "\"3.1\", W/\"4.1\"")).unwrap(), Some(vec!["3.1".to_owned()]));
        assert_eq!(matches(&with(header::IF_MATCH, "*")).unwrap(), None);
        assert_eq!(matches(&HeaderMap::new()).unwrap_err().code(), ProblemCode::IfMatchRequired);
        assert_eq!(matches(&with(header::IF_MATCH, "3.1")).unwrap(), Some(Vec::new()), "no tag matches nothing");
    }
}
