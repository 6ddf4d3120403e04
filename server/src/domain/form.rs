//! Form encoding, as queries and posted forms have it.

/// The text has no single reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// A percent sign that is not followed by two hexadecimal digits.
    PercentEncoding,
    Utf8,
}

/// A name or value, decoded. Refuses what browsers and servers repair, each in its own way.
///
/// # Errors
/// See [`Undecodable`].
pub fn decode(text: &str) -> Result<String, Undecodable> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex_digit(rest.next())? << 4 | hex_digit(rest.next())?,
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Undecodable::Utf8)
}

/// The same, appended; what needs no decoding is only copied.
///
/// # Errors
/// See [`Undecodable`].
pub fn decode_onto(out: &mut String, text: &str) -> Result<(), Undecodable> {
    if text.bytes().any(|byte| matches!(byte, b'+' | b'%')) {
        out.push_str(&decode(text)?);
    } else {
        out.push_str(text);
    }
    Ok(())
}

fn hex_digit(byte: Option<u8>) -> Result<u8, Undecodable> {
    match byte {
        Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
        Some(digit @ b'a'..=b'f') => Ok(digit - b'a' + 10),
        Some(digit @ b'A'..=b'F') => Ok(digit - b'A' + 10),
        _ => Err(Undecodable::PercentEncoding),
    }
}

/// A posted form: names and values in their order, with repeats. It may hold secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
