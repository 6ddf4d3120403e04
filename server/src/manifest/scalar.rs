//! Small values with a form of their own: amounts, days, names, and texts that may come from a variable.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// A text, or the name of the environment variable that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextOrEnv {
    Text(String),
    Env(String),
}

/// Like [`TextOrEnv`], for what must not be shown. No error about it quotes what was written.
#[derive(Debug, Clone)]
pub enum SecretOrEnv {
    Text(SecretString),
    Env(String),
}

impl<'de> Deserialize<'de> for TextOrEnv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_env(deserializer, Self::Text, Self::Env)
    }
}

impl<'de> Deserialize<'de> for SecretOrEnv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_env(deserializer, |text| Self::Text(SecretString::from(text)), Self::Env)
    }
}

fn text_or_env<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    text: impl FnOnce(String) -> T,
    env: impl FnOnce(String) -> T,
) -> Result<T, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(literal) if !literal.trim().is_empty() => Ok(text(literal)),
        Value::Object(mut map) if map.len() == 1 => match map.remove("env") {
            Some(Value::String(name)) if is_variable_name(&name) => Ok(env(name)),
            Some(_) => Err(de::Error::custom("`env` must name a variable: letters, digits and `_`")),
            None => Err(de::Error::custom("expected a text or {\"env\": \"NAME\"}")),
        },
        _ => Err(de::Error::custom("expected a text that is not empty, or {\"env\": \"NAME\"}")),
    }
}

fn is_variable_name(name: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    name.bytes().all(word) && name.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

fn text_or_env_schema(description: &str) -> Schema {
    json_schema!({
        "description": description,
        "anyOf": [
            {"type": "string", "minLength": 1},
            {
                "type": "object",
                "properties": {"env": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}},
                "required": ["env"],
                "additionalProperties": false
            }
        ]
    })
}

impl JsonSchema for TextOrEnv {
    fn schema_name() -> Cow<'static, str> {
        "TextOrEnv".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text_or_env_schema("A text, or the name of the environment variable that holds it.")
    }
}

impl JsonSchema for SecretOrEnv {
    fn schema_name() -> Cow<'static, str> {
        "SecretOrEnv".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text_or_env_schema(
            "The name of the environment variable that holds the secret; a literal text only outside production.",
        )
    }
}

/// A sum of money as text, so that no rounding can happen: digits, perhaps a point and more digits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Amount {
    text: String,
    /// In millionths, for comparing.
    micros: i128,
    decimals: u32,
}

impl Amount {
    const SCALE: u32 = 6;

    /// Reads `"12"` or `"12.50"`.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn new(text: &str) -> Result<Self, String> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let point_alone = text.contains('.') && fraction.is_empty();
        let decimals = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        if whole.is_empty()
            || whole.len() > 15
            || decimals > Self::SCALE
            || point_alone
            || !digits(whole)
            || !digits(fraction)
        {
            return Err("an amount is a text like \"12.50\": digits, and at most 6 after a point".to_owned());
        }
        let number: i128 = format!("{whole}{fraction}").parse().map_err(|_| "not a number".to_owned())?;
        Ok(Self { text: text.to_owned(), micros: number * 10_i128.pow(Self::SCALE - decimals), decimals })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Digits after the point, as written.
    pub fn decimals(&self) -> u32 {
        self.decimals
    }
}

impl PartialOrd for Amount {
    /// By value; `1.0` and `1.00` are neither less nor greater than each other.
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match self.micros.cmp(&other.micros) {
            std::cmp::Ordering::Equal if self != other => None,
            order => Some(order),
        }
    }
}

impl TryFrom<String> for Amount {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text)
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]{1,15}(\\.[0-9]{1,6})?$", "description": "A sum of money as text, like \"12.50\"."})
    }
}

/// A calendar day, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub NaiveDate);

impl Day {
    /// Reads exactly `YYYY-MM-DD`.
    ///
    /// # Errors
    /// When the text has another form or there is no such day.
    pub fn new(text: &str) -> Result<Self, String> {
        let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        parsed.map(Self).ok_or_else(|| "a date is written YYYY-MM-DD and must exist".to_owned())
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "description": "A calendar day, YYYY-MM-DD."})
    }
}

/// For keys where `null` is a value and not the same as a missing key.
pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// `a_word`: what keys, ids and facts are called. They appear in URLs, forms and texts.
pub(super) fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
}

/// `words.joined.by_points`: what sources, checks and actions are called.
pub(super) fn is_dotted(text: &str) -> bool {
    text.contains('.') && text.split('.').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_compare_by_value() {
        let amount = |text| Amount::new(text).unwrap();
        assert!(amount("0.30") < amount("1"));
        assert!(amount("10") > amount("9.99"));
        assert_eq!(amount("0.12").decimals(), 2);
        assert_eq!(amount("1.0").partial_cmp(&amount("1.00")), None);
        for wrong in ["", ".5", "1.", "-1", "1,5", "1e3", "0.1234567", "1234567890123456", " 1"] {
            assert!(Amount::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_must_exist() {
        assert!(Day::new("2028-02-29").is_ok());
        for wrong in ["2026-02-29", "2026-2-9", "29.02.2028", "2026-13-01", ""] {
            assert!(Day::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_neither_in_debug_nor_in_errors() {
        let secret: SecretOrEnv = serde_json::from_str("\"hunter2\"").unwrap();
        assert!(!format!("{secret:?}").contains("hunter2"));
        for wrong in [
            "[\"hunter2\"]",
            "{\"value\": \"hunter2\"}",
            "{\"env\": \"hunter2 \"}",
            "{\"env\": \"A\", \"b\": \"hunter2\"}",
        ] {
            let refused = serde_json::from_str::<SecretOrEnv>(wrong).unwrap_err().to_string();
            assert!(!refused.contains("hunter2"), "{refused}");
        }
        assert!(
            matches!(serde_json::from_str("{\"env\": \"A_B1\"}").unwrap(), SecretOrEnv::Env(name) if name == "A_B1")
        );
    }
}
