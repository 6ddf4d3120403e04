//! From JSON to types, with the place of each mistake and as many mistakes as possible in one run.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};
use serde_path_to_error::{Path, Segment};

use super::problem::{Place, Problems, nearest};

/// Reads JSON and refuses a key that stands twice in one object, of which one would be lost silently.
///
/// # Errors
/// Where and why the text is not JSON.
pub(super) fn parse(text: &str) -> Result<Value, (Place, String)> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize::<_, Strict>(&mut json)
        .map_err(|error| (place_of(&Place::root(), error.path(), None), error.into_inner().to_string()))?;
    json.end().map_err(|error| (Place::root(), error.to_string()))?;
    Ok(value.0)
}

/// Turns `value` into a `T`. Unknown keys are reported one by one and left out, so that reading
/// goes on behind them; any other mistake ends it. `shared` are keys that are known here although
/// `T` does not have them; they are suggested for a typo too.
pub(super) fn typed<T: DeserializeOwned>(
    place: &Place,
    mut value: Value,
    shared: &[&str],
    problems: &mut Problems,
) -> Option<T> {
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(typed) => return Some(typed),
            Err(error) => error,
        };
        let message = error.inner().to_string();
        let Some((key, known)) = unknown_key(&message) else {
            problems.add(&place_of(place, error.path(), None), plain(&message));
            return None;
        };
        // `shared` belongs to the outermost object only.
        let outermost = error.path().iter().all(|segment| matches!(segment, Segment::Map { key: last } if last == key));
        let known: Vec<&str> = known.iter().copied().chain(shared.iter().copied().filter(|_| outermost)).collect();
        problems.add(&place_of(place, error.path(), Some(key)), unknown(key, &known));
        if !remove(&mut value, error.path(), key) {
            return None;
        }
    }
}

/// The sentence for a key that nobody knows.
pub(super) fn unknown(key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(meant) => format!("unknown key `{key}`; did you mean `{meant}`?"),
        None if known.is_empty() => format!("unknown key `{key}`; there are no keys here"),
        None => format!("unknown key `{key}`; known are {}", list(known)),
    }
}

/// `a`, `b` and `c`.
pub(super) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// The name of a JSON type, for "expected … but found …".
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Serde's sentence about an unknown key, taken apart: the key and the keys it expected.
fn unknown_key(message: &str) -> Option<(&str, Vec<&str>)> {
    let (key, expected) = message.strip_prefix("unknown field `")?.split_once('`')?;
    Some((key, expected.split('`').skip(1).step_by(2).collect()))
}

/// Serde's words in those of manifests. A text that should be something else is not quoted: it may be
/// a secret that was put one level too high.
fn plain(message: &str) -> String {
    let message = match (message.strip_prefix("invalid type: string "), message.rsplit_once(", expected ")) {
        (Some(_), Some((_, expected))) => format!("found a text, expected {expected}"),
        _ => message.to_owned(),
    };
    let message = match message.rsplit_once(", expected struct ") {
        Some((found, _)) => format!("{found}, expected an object"),
        None => message,
    };
    message
        .replace("missing field `", "missing key `")
        .replace("duplicate field `", "twice the key `")
        .replace("unknown variant `", "unknown word `")
        .replace("invalid type: ", "found ")
        .replace("invalid value: ", "found ")
        .replace("found map", "found an object")
        .replace("found sequence", "found a list")
        .replace("found integer ", "found the number ")
        .replace("found floating point ", "found the number ")
        .replace("expected a string", "expected a text")
        .replace("expected a boolean", "expected true or false")
        .replace("expected u16", "expected a whole number from 0 to 65535")
        .replace("expected u32", "expected a whole number from 0")
        .replace("expected f64", "expected a number")
        .replace("expected a sequence", "expected a list")
        .replace("expected a map", "expected an object")
}

fn place_of(base: &Place, path: &Path, without_last: Option<&str>) -> Place {
    let mut segments: Vec<&Segment> = path.iter().collect();
    if matches!((segments.last(), without_last), (Some(Segment::Map { key }), Some(last)) if key == last) {
        segments.pop();
    }
    segments.into_iter().fold(base.clone(), |place, segment| match segment {
        Segment::Seq { index } => place.index(*index),
        Segment::Map { key } | Segment::Enum { variant: key } => place.key(key),
        Segment::Unknown => place,
    })
}

/// Takes `key` out of the object at `path`; false when there is no such thing.
fn remove(value: &mut Value, path: &Path, key: &str) -> bool {
    let mut at = value;
    let segments: Vec<&Segment> = path.iter().collect();
    for (i, segment) in segments.iter().enumerate() {
        let next = match segment {
            Segment::Seq { index } => at.get_mut(*index),
            // The path may or may not end with the unknown key itself.
            Segment::Map { key: last } if last == key && i + 1 == segments.len() => break,
            Segment::Map { key } => at.get_mut(key.as_str()),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    at.as_object_mut().is_some_and(|map| map.shift_remove(key).is_some())
}

/// A JSON value in which no object has a key twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> DeserializeSeed<'de> for StrictVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(StrictVisitor)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` stands here twice")));
            }
            map.insert(key, entries.next_value_seed(StrictVisitor)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        label: String,
    }

    fn lines(value: Value) -> (bool, Vec<String>) {
        let mut problems = Problems::of("f");
        let read = typed::<Outer>(&Place::root().key("at"), value, &["shared"], &mut problems);
        if let Some(outer) = &read {
            assert!(outer.inner.iter().all(|inner| !inner.label.is_empty()));
        }
        (read.is_some(), problems.into_vec().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn unknown_keys_are_all_reported_and_reading_goes_on() {
        let (read, found) =
            lines(json!({"iner": 1, "shred": 2, "inner": [{"label": "a"}, {"label": "b", "lable": "c", "zzz": 1}]}));
        assert!(read);
        assert_eq!(
            found,
            [
                "f: at: unknown key `iner`; did you mean `inner`?",
                "f: at: unknown key `shred`; did you mean `shared`?",
                "f: at.inner[1]: unknown key `lable`; did you mean `label`?",
                "f: at.inner[1]: unknown key `zzz`; known are `label`",
            ]
        );
    }

    #[test]
    fn a_wrong_type_has_its_place() {
        let (read, found) = lines(json!({"inner": [{"label": 5}]}));
        assert!(!read);
        assert_eq!(found, ["f: at.inner[0].label: found the number `5`, expected a text"]);
        assert_eq!(lines(json!({"inner": [{}]})).1, ["f: at.inner[0]: missing key `label`"]);
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert_eq!(
            parse("{\"a\": [1, -2, 1.5, null, true, \"x\"]}").unwrap(),
            json!({"a": [1, -2, 1.5, null, true, "x"]})
        );
        let (_, reason) = parse("{\"a\": {\"b\": 1, \"b\": 2}}").unwrap_err();
        assert!(reason.contains("the key `b` stands here twice"), "{reason}");
        assert!(parse("{} {}").is_err());
        assert!(parse("").unwrap_err().1.contains("line 1"));
    }
}
