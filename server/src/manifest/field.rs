//! Fields: what every kind has in common, and how a field is read.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::condition::Condition;
use super::kind::Kind;
use super::problem::{Place, Problem, Problems, nearest};
use super::scalar::present;
use super::typed::{list, type_of, typed};
use super::words::words;

/// A setting of the integration.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub common: Common,
    pub kind: Kind,
}

/// A column of a table, or a field of the things in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub common: ItemCommon,
    pub kind: Kind,
}

/// The keys that every field knows beside `kind`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// The name of the field in stored settings, in the API and in hooks.
    pub key: String,
    /// What people read.
    pub label: String,
    /// A sentence more, below the field.
    pub help: Option<String>,
    /// Where the field has a value.
    pub scope: Scope,
    /// A value has to be there before the integration runs.
    #[serde(default)]
    pub required: bool,
    /// The value nobody has to enter.
    #[serde(default, deserialize_with = "present")]
    pub default: Option<Value>,
    /// What a location's value does to that of the organization; `replace` without this key.
    pub r#override: Option<Override>,
    /// What an empty value means, in words.
    pub empty_means: Option<String>,
    /// When the field is shown; hidden, its value is kept but neither checked nor used.
    pub visible_when: Option<Condition>,
    /// What to confirm before a value is saved.
    pub danger: Option<Danger>,
    /// A fact; once it holds, the value cannot be changed any more. `connected`, or a fact of the partner system.
    pub locked_after: Option<String>,
    /// A fact of the partner system; while it holds, the value cannot be changed.
    pub change_blocked_while: Option<String>,
}

/// The keys that every column and every field of a list's things knows beside `kind`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemCommon {
    /// The name in stored settings.
    pub key: String,
    /// What people read.
    pub label: String,
    /// A sentence more.
    pub help: Option<String>,
    /// A value has to be there.
    #[serde(default)]
    pub required: bool,
    /// The value nobody has to enter.
    #[serde(default, deserialize_with = "present")]
    pub default: Option<Value>,
    /// What an empty value means, in words.
    pub empty_means: Option<String>,
    /// When it is shown; fields of the same row or thing can be named.
    pub visible_when: Option<Condition>,
}

const COMMON: &[&str] = &[
    "key",
    "label",
    "help",
    "scope",
    "required",
    "default",
    "override",
    "empty_means",
    "visible_when",
    "danger",
    "locked_after",
    "change_blocked_while",
];
const ITEM_COMMON: &[&str] = &["key", "label", "help", "required", "default", "empty_means", "visible_when"];

words! {
    /// Where a field has a value: at the organization, at each location, or at the organization with
    /// locations that may say otherwise.
    Scope { Org "org", Location "location", Both "both" }
    /// What a location's value does to the organization's: it stands instead of it, row by row in a
    /// map, cell by cell in a table, or is added to it in a list.
    Override { Replace "replace", Rows "rows", Cells "cells", Union "union" }
    /// How a dangerous value is confirmed: on a page, or there by typing the organization's name.
    DangerLevel { Confirm "confirm", TypeName "type_name" }
}

/// What to confirm before a value is saved.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Danger {
    /// The value that is dangerous; without this key, any that differs from the default.
    #[serde(default, deserialize_with = "present")]
    pub when: Option<Value>,
    /// How it is confirmed.
    pub level: DangerLevel,
    /// What will happen. `{count}` stands for the fact that says how often.
    pub text: String,
}

/// One option of a kind with `options`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What people read.
    pub label: String,
    /// A sentence more.
    pub help: Option<String>,
    /// Only at locations with one of these currencies, like `EUR`.
    #[serde(default)]
    pub only_currencies: Vec<String>,
    /// Only at locations in one of these countries, like `NL`.
    #[serde(default)]
    pub only_countries: Vec<String>,
    /// Offered no more, but still valid where it is stored.
    #[serde(default)]
    pub withdrawn: bool,
    /// What to confirm before this option is saved.
    pub danger: Option<ChoiceDanger>,
}

/// What to confirm before an option is saved.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceDanger {
    /// How it is confirmed.
    pub level: DangerLevel,
    /// What will happen.
    pub text: String,
}

impl Field {
    pub fn key(&self) -> &str {
        &self.common.key
    }

    /// Whether the value fits the kind and its limits.
    pub fn accepts(&self, value: &Value) -> bool {
        self.problems(value).is_empty()
    }

    /// What is wrong with a value, in plain English; paths begin at the value.
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        self.kind.problems(value)
    }

    /// The override in force: what is written, or `replace`.
    pub fn override_mode(&self) -> Override {
        self.common.r#override.unwrap_or(Override::Replace)
    }

    pub(super) fn read(place: &Place, value: Value, problems: &mut Problems) -> Option<Self> {
        let (name, common, own) = split(place, value, COMMON, problems)?;
        let kind = kind_named(place, &name, own, COMMON, problems);
        let common = typed(place, common, &[], problems);
        Some(Self { common: common?, kind: kind? })
    }
}

impl Item {
    pub fn key(&self) -> &str {
        &self.common.key
    }

    /// Reads all, so that a mistake in one does not hide those in others.
    pub(super) fn read_all(place: &Place, values: Vec<Value>, problems: &mut Problems) -> Option<Vec<Self>> {
        let read = |(i, value)| Self::read(&place.index(i), value, problems);
        let items: Vec<Option<Self>> = values.into_iter().enumerate().map(read).collect();
        items.into_iter().collect()
    }

    fn read(place: &Place, value: Value, problems: &mut Problems) -> Option<Self> {
        let (name, common, own) = split(place, value, ITEM_COMMON, problems)?;
        let kind = cell_kind(place, &name, own, ITEM_COMMON, problems);
        let common = typed(place, common, &[], problems);
        Some(Self { common: common?, kind: kind? })
    }
}

impl Kind {
    /// What is wrong with a value of this kind, in plain English; paths begin at the value.
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        let mut problems = Problems::of("");
        super::check::value::check(self, &Place::root(), value, &mut problems);
        problems.into_vec()
    }

    /// Whether a value fits the kind and its limits.
    pub fn accepts(&self, value: &Value) -> bool {
        self.problems(value).is_empty()
    }

    /// Reads what a row of a map holds: a kind and its keys, no label.
    pub(super) fn of_cell(place: &Place, value: Value, problems: &mut Problems) -> Option<Self> {
        let (name, _, own) = split(place, value, &[], problems)?;
        cell_kind(place, &name, own, &[], problems)
    }
}

fn cell_kind(place: &Place, name: &str, own: Value, shared: &[&str], problems: &mut Problems) -> Option<Kind> {
    if Kind::NAMES.contains(&name) && !Kind::name_fits_cell(name) {
        problems.add(&place.key("kind"), format!("`{name}` cannot stand inside a map, table or list"));
        return None;
    }
    kind_named(place, name, own, shared, problems)
}

fn kind_named(place: &Place, name: &str, own: Value, shared: &[&str], problems: &mut Problems) -> Option<Kind> {
    if Kind::NAMES.contains(&name) {
        return Kind::read(name, place, own, shared, problems);
    }
    let reason = match nearest(name, Kind::NAMES.iter().copied()) {
        Some(meant) => format!("unknown kind `{name}`; did you mean `{meant}`?"),
        None => format!("unknown kind `{name}`; known are {}", list(Kind::NAMES)),
    };
    problems.add(&place.key("kind"), reason);
    None
}

/// Takes an object apart: the name of its kind, the keys every kind has, the keys of this kind.
pub(super) fn split(
    place: &Place,
    value: Value,
    shared: &[&str],
    problems: &mut Problems,
) -> Option<(String, Value, Value)> {
    let mut keys = match value {
        Value::Object(keys) => keys,
        other => {
            problems.add(place, format!("expected an object, found {}", type_of(&other)));
            return None;
        }
    };
    let name = match keys.shift_remove("kind") {
        Some(Value::String(name)) => name,
        Some(other) => {
            problems.add(&place.key("kind"), format!("expected a text, found {}", type_of(&other)));
            return None;
        }
        None => {
            problems.add(place, "missing key `kind`");
            return None;
        }
    };
    let (common, own): (Map<_, _>, Map<_, _>) = keys.into_iter().partition(|(key, _)| shared.contains(&key.as_str()));
    Some((name, Value::Object(common), Value::Object(own)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_shared_keys_are_those_of_the_types() {
        let keys = |schema: schemars::Schema| -> Vec<String> {
            let properties = schema.get("properties").and_then(Value::as_object);
            properties.expect("a struct has properties").keys().cloned().collect()
        };
        assert_eq!(keys(schemars::schema_for!(Common)), COMMON);
        assert_eq!(keys(schemars::schema_for!(ItemCommon)), ITEM_COMMON);
    }
}
