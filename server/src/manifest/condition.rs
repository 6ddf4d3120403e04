//! Conditions on other fields: when something is shown, or when a rule holds.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::scalar::present;

/// Holds or not, depending on the values of fields.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "ConditionKeys")]
#[schemars(with = "ConditionKeys")]
pub enum Condition {
    Equals { field: String, value: Value },
    In { field: String, values: Vec<Value> },
    Contains { field: String, value: Value },
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

/// A condition on a field (`field` with one of `equals`, `in`, `contains`), or on conditions (one of `all`, `any`, `not`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Condition")]
pub struct ConditionKeys {
    /// The key of the field that is looked at.
    field: Option<String>,
    /// The field has exactly this value.
    #[serde(default, deserialize_with = "present")]
    equals: Option<Value>,
    /// The field has one of these values.
    r#in: Option<Vec<Value>>,
    /// The field is a list, and this is in it.
    #[serde(default, deserialize_with = "present")]
    contains: Option<Value>,
    /// All of these hold.
    all: Option<Vec<Condition>>,
    /// At least one of these holds.
    any: Option<Vec<Condition>>,
    /// This does not hold.
    not: Option<Box<Condition>>,
}

impl TryFrom<ConditionKeys> for Condition {
    type Error = &'static str;

    fn try_from(keys: ConditionKeys) -> Result<Self, Self::Error> {
        let ConditionKeys { field, equals, r#in, contains, all, any, not } = keys;
        match (field, equals, r#in, contains, all, any, not) {
            (Some(field), Some(value), None, None, None, None, None) => Ok(Self::Equals { field, value }),
            (Some(field), None, Some(values), None, None, None, None) if !values.is_empty() => {
                Ok(Self::In { field, values })
            }
            (Some(field), None, None, Some(value), None, None, None) => Ok(Self::Contains { field, value }),
            (None, None, None, None, Some(all), None, None) if !all.is_empty() => Ok(Self::All(all)),
            (None, None, None, None, None, Some(any), None) if !any.is_empty() => Ok(Self::Any(any)),
            (None, None, None, None, None, None, Some(not)) => Ok(Self::Not(not)),
            _ => Err(
                "a condition is `field` with one of `equals`, `in` or `contains`, or one of `all`, `any` or `not`; \
                      its list is not empty",
            ),
        }
    }
}

impl Condition {
    /// The conditions on a field that this one is made of, in reading order.
    pub fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::All(inner) | Self::Any(inner) => inner.iter().flat_map(Self::leaves).collect(),
            Self::Not(inner) => inner.leaves(),
            leaf => vec![leaf],
        }
    }

    /// Whether it holds when fields have the values that `value` knows; a field without one is null.
    pub fn holds<'v>(&self, value: &dyn Fn(&str) -> Option<&'v Value>) -> bool {
        let of = |field: &str| value(field).unwrap_or(&Value::Null);
        match self {
            Self::Equals { field, value: wanted } => of(field) == wanted,
            Self::In { field, values } => values.contains(of(field)),
            Self::Contains { field, value: wanted } => of(field).as_array().is_some_and(|list| list.contains(wanted)),
            Self::All(inner) => inner.iter().all(|inner| inner.holds(value)),
            Self::Any(inner) => inner.iter().any(|inner| inner.holds(value)),
            Self::Not(inner) => !inner.holds(value),
        }
    }

    /// The field a leaf looks at; none for a combination.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Equals { field, .. } | Self::In { field, .. } | Self::Contains { field, .. } => Some(field),
            Self::All(_) | Self::Any(_) | Self::Not(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<Condition, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn each_form_reads_and_null_is_a_value() {
        let equals = |value: Value| Condition::Equals { field: "a".to_owned(), value };
        assert_eq!(read(json!({"field": "a", "equals": null})), Ok(equals(Value::Null)));
        assert_eq!(
            read(json!({"field": "a", "in": [1, 2]})),
            Ok(Condition::In { field: "a".to_owned(), values: vec![json!(1), json!(2)] })
        );
        let not =
            read(json!({"not": {"all": [{"field": "a", "equals": 1}, {"any": [{"field": "b", "contains": "x"}]}]}}));
        let fields: Vec<_> = not.iter().flat_map(Condition::leaves).filter_map(Condition::field).collect();
        assert_eq!(fields, ["a", "b"]);
    }

    #[test]
    fn a_condition_holds_or_not() {
        let values = json!({"a": 1, "list": ["x"], "off": false});
        let holds = |condition: Value| read(condition).unwrap().holds(&|field| values.get(field));
        for (condition, expected) in [
            (json!({"field": "a", "equals": 1}), true),
            (json!({"field": "a", "equals": 2}), false),
            (json!({"field": "gone", "equals": null}), true),
            (json!({"field": "a", "in": [2, 1]}), true),
            (json!({"field": "list", "contains": "x"}), true),
            (json!({"field": "list", "contains": "y"}), false),
            (json!({"field": "a", "contains": 1}), false),
            (json!({"not": {"field": "off", "equals": true}}), true),
            (json!({"all": [{"field": "a", "equals": 1}, {"field": "off", "equals": true}]}), false),
            (json!({"any": [{"field": "a", "equals": 1}, {"field": "off", "equals": true}]}), true),
        ] {
            assert_eq!(holds(condition.clone()), expected, "{condition}");
        }
    }

    #[test]
    fn a_mixture_or_half_a_condition_is_refused() {
        for wrong in [
            json!({}),
            json!({"field": "a"}),
            json!({"equals": 1}),
            json!({"field": "a", "equals": 1, "in": [1]}),
            json!({"field": "a", "in": []}),
            json!({"all": []}),
            json!({"field": "a", "all": [{"field": "a", "equals": 1}]}),
        ] {
            assert!(read(wrong.clone()).is_err_and(|reason| reason.contains("a condition is")), "{wrong}");
        }
    }
}
