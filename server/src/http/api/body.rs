//! Bodies of calls: JSON, of a bounded size, without keys that nobody knows.

use app::problems::ProblemCode;
use axum::body::to_bytes;
use axum::extract::Request;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize as _, Deserializer};
use serde_json::{Map, Value};

use super::problem::Problem;
use super::repeated::MOST_BYTES;

/// The body, which has to be there.
///
/// # Errors
/// With the place in it that cannot be read.
pub(super) async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let bytes = bytes(request).await?;
    parsed(&bytes)
}

/// The same, where nothing is as good as `{}`.
///
/// # Errors
/// With the place in it that cannot be read.
pub(super) async fn read_or_default<T: DeserializeOwned + Default>(request: Request) -> Result<T, Problem> {
    let bytes = bytes(request).await?;
    if bytes.trim_ascii().is_empty() { Ok(T::default()) } else { parsed(&bytes) }
}

async fn bytes(request: Request) -> Result<axum::body::Bytes, Problem> {
    to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| Problem::of(ProblemCode::TooLarge))
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would take a list for the fields in their order.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Problem::invalid_request("body"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = match serde_path_to_error::deserialize(&mut json) {
        Ok(read) => read,
        Err(error) => {
            let (path, said) = (error.path().to_string(), error.into_inner().to_string());
            let fraction = said.starts_with("invalid type: floating point");
            return with_whole_numbers(bytes)
                .filter(|_| fraction)
                .ok_or_else(|| Problem::invalid_request(&part(&path, &said)));
        }
    };
    json.end().map_err(|_| Problem::invalid_request("body"))?;
    Ok(read)
}

/// A count may be written `5.0`: JSON has one kind of number. What is no whole number is refused as before.
fn with_whole_numbers<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut body: Value = serde_json::from_slice(bytes).ok()?;
    make_whole(&mut body);
    serde_json::from_value(body).ok()
}

fn make_whole(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(make_whole),
        Value::Array(list) => list.iter_mut().for_each(make_whole),
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0);
            if let Some(whole) = whole.and_then(|number| format!("{number:.0}").parse::<i64>().ok()) {
                *value = whole.into();
            }
        }
        _ => {}
    }
}

/// What is wrong, as far as Serde says it: `missing field `x``, `unknown field `x`, …`.
fn part(path: &str, said: &str) -> String {
    // `?` where it broke off before anything was named.
    let at = if matches!(path, "." | "?") { None } else { Some(path) };
    let named = ["missing field `", "unknown field `"].iter().find_map(|start| said.strip_prefix(start));
    match (at, named.and_then(|rest| rest.split('`').next())) {
        (None, Some(name)) => name.to_owned(),
        (None, None) => "body".to_owned(),
        (Some(at), Some(name)) if at != name && !at.ends_with(&format!(".{name}")) => format!("{at}.{name}"),
        (Some(at), _) => at.to_owned(),
    }
}

/// The same for an object inside.
///
/// # Errors
/// When it is no object, or not of its form.
pub(super) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let object = Map::<String, Value>::deserialize(deserializer)?;
    serde_json::from_value(Value::Object(object)).map_err(D::Error::custom)
}

/// A whole number, which JSON may write as `5.0` too. One that is larger than all that are stored is the largest, so that
/// it is out of range like any other that is too large.
///
/// # Errors
/// For everything else.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else { return Ok(None) };
    let of_fraction = || {
        let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
        let most = if number.is_sign_negative() { i64::MIN } else { i64::MAX };
        Some(format!("{number:.0}").parse().unwrap_or(most))
    };
    let whole = number.as_i64().or_else(of_fraction);
    whole.map(Some).ok_or_else(|| D::Error::custom("no whole number"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Counts {
        count: u32,
        by: Vec<u32>,
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let read = |text: &str| parsed::<Counts>(text.as_bytes()).ok().map(|read| (read.count, read.by));
        for text in [r#"{"count": 5, "by": [200]}"#, r#"{"count": 5.0, "by": [2e2]}"#] {
            assert_eq!(read(text), Some((5, vec![200])), "{text}");
        }
        for wrong in [r#"{"count": 5.5, "by": []}"#, r#"{"count": -5.0, "by": []}"#, r#"{"count": 1e99, "by": []}"#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
