//! A place in a list: the last row of the page before, by what the list is sorted by.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Sort;

/// What a row is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub number: i64,
    pub trouble: i16,
    pub name: String,
    pub since: i64,
    pub last_success: i64,
    pub errors: i64,
    pub grant_day: i64,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub key: Key,
    /// The page before that row and not the one after.
    pub backwards: bool,
}

impl Cursor {
    /// A text that says the place in that order and nothing else.
    pub fn write(sort: Sort, key: &Key) -> String {
        let value: Value = match sort {
            Sort::Trouble => json!([key.trouble, key.since]),
            Sort::Organization => json!([key.name]),
            Sort::Since => json!([key.since]),
            Sort::LastSuccess => json!([key.last_success]),
            Sort::Errors => json!([key.errors]),
            Sort::GrantEnd => json!([key.grant_day]),
        };
        URL_SAFE_NO_PAD.encode(json!([sort.slug(), value, key.number]).to_string())
    }

    /// `None` for what no list has written, or one of another order.
    pub fn read(sort: Sort, text: &str, backwards: bool) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (slug, value, number): (String, Value, i64) = serde_json::from_slice(&bytes).ok()?;
        if slug != sort.slug() {
            return None;
        }
        let mut key =
            Key { number, trouble: 0, name: String::new(), since: 0, last_success: 0, errors: 0, grant_day: 0 };
        match sort {
            Sort::Trouble => (key.trouble, key.since) = serde_json::from_value(value).ok()?,
            Sort::Organization => (key.name,) = serde_json::from_value(value).ok()?,
            Sort::Since => (key.since,) = serde_json::from_value(value).ok()?,
            Sort::LastSuccess => (key.last_success,) = serde_json::from_value(value).ok()?,
            Sort::Errors => (key.errors,) = serde_json::from_value(value).ok()?,
            Sort::GrantEnd => (key.grant_day,) = serde_json::from_value(value).ok()?,
        }
        // PostgreSQL takes no such text.
        if key.name.contains('\0') {
            return None;
        }
        Some(Self { key, backwards })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_in_its_order_only() {
        let key = Key {
            number: 7,
            trouble: 3,
            name: "harbour & loom".into(),
            since: 1_795_521_600_000,
            last_success: 5,
            errors: 4,
            grant_day: 20_000,
        };
        for sort in Sort::ALL {
            let text = Cursor::write(sort, &key);
            let read = Cursor::read(sort, &text, true).unwrap();
            assert_eq!(Cursor::write(sort, &read.key), text);
            assert!(read.backwards);
            for other in Sort::ALL.into_iter().filter(|other| *other != sort) {
                assert_eq!(Cursor::read(other, &text, false), None, "{other:?}");
            }
        }
        for wrong in ["", "x", "W10", "WyJlcnJvcnMiLFsxLDJdLDdd", "🦀"] {
            assert_eq!(Cursor::read(Sort::Errors, wrong, false), None, "{wrong}");
        }
        let hostile = URL_SAFE_NO_PAD.encode("[\"organization\",[\"a\\u0000\"],1]");
        assert_eq!(Cursor::read(Sort::Organization, &hostile, false), None);
    }
}
