//! Form-encoded text, read in exactly one way or not at all.

use crate::domain::form::{Undecodable, decode};

/// Longer queries and more parameters are no call of OfficeRnD's.
const MOST_BYTES: usize = 32 * 1024;
const MOST_PARAMETERS: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl From<Undecodable> for Unreadable {
    fn from(_: Undecodable) -> Self {
        Self
    }
}

/// The parameters in the order received.
///
/// # Errors
/// When the text is too long, has too many parameters, or is not UTF-8 in valid percent-encoding.
pub fn parse(raw: &str) -> Result<Vec<(String, String)>, Unreadable> {
    parse_up_to(raw, MOST_BYTES, MOST_PARAMETERS)
}

/// The same with limits of its own.
///
/// # Errors
/// See [`parse`].
pub fn parse_up_to(raw: &str, bytes: usize, parameters: usize) -> Result<Vec<(String, String)>, Unreadable> {
    if raw.len() > bytes {
        return Err(Unreadable);
    }
    let pairs: Vec<&str> = raw.split('&').filter(|pair| !pair.is_empty()).collect();
    if pairs.len() > parameters {
        return Err(Unreadable);
    }
    pairs
        .into_iter()
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// The value of a parameter that may stand there once.
///
/// # Errors
/// When it stands there twice.
pub fn single(parameters: &[(String, String)], name: &str) -> Result<Option<String>, Unreadable> {
    let mut values = parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
    let first = values.next().cloned();
    if values.next().is_some() { Err(Unreadable) } else { Ok(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_reading_is_accepted() {
        let read = parse("a=1+2&b=%C3%A9&c&=x").unwrap();
        let expected = [("a", "1 2"), ("b", "é"), ("c", ""), ("", "x")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        for wrong in ["a=%", "a=%4", "a=%zz", "a=%ff", "%ff=a"] {
            assert_eq!(parse(wrong), Err(Unreadable), "{wrong}");
        }
        assert_eq!(parse(&"a=1&".repeat(101)), Err(Unreadable));
        assert_eq!(parse(&"a".repeat(MOST_BYTES + 1)), Err(Unreadable));
    }

    #[test]
    fn a_repeated_name_has_no_single_value() {
        let read = parse("a=1&b=2&a=3").unwrap();
        assert_eq!(single(&read, "a"), Err(Unreadable));
        assert_eq!(single(&read, "b"), Ok(Some("2".into())));
        assert_eq!(single(&read, "c"), Ok(None));
    }
}
