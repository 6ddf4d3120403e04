//! Conditions: that the fields exist and the values can occur.

use serde_json::Value;

use crate::manifest::condition::Condition;
use crate::manifest::kind::Kind;
use crate::manifest::problem::{Place, Problems};

use super::{is_list, no_such, value};

/// Where a condition may look: a key, and the kind behind it.
pub(super) type Visible<'m> = Vec<(&'m str, &'m Kind)>;

pub(super) fn condition(condition: &Condition, visible: &Visible<'_>, place: &Place, problems: &mut Problems) {
    for leaf in condition.leaves() {
        let Some(key) = leaf.field() else { continue };
        let Some((_, kind)) = visible.iter().find(|(known, _)| *known == key) else {
            problems.add(place, no_such("field", key, visible.iter().map(|(known, _)| *known)));
            continue;
        };
        match leaf {
            Condition::Equals { value, .. } => occurs(kind, key, value, place, problems),
            Condition::In { values, .. } => values.iter().for_each(|value| occurs(kind, key, value, place, problems)),
            Condition::Contains { value, .. } if is_list(kind) => {
                let list = Value::Array(vec![value.clone()]);
                value::check(kind, &place.key("contains"), &list, problems);
            }
            Condition::Contains { .. } => {
                problems.add(place, format!("`contains` needs a list, and `{key}` is of kind `{}`", kind.name()));
            }
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {}
        }
    }
}

/// Whether the field could ever have this value; a comparison that never holds is a mistake.
pub(super) fn occurs(kind: &Kind, key: &str, value: &Value, place: &Place, problems: &mut Problems) {
    match kind {
        Kind::Acknowledgement(_) if value.is_boolean() => {}
        Kind::Acknowledgement(_) => problems.add(place, format!("`{key}` is compared with true or false")),
        Kind::Secret(_) | Kind::Info(_) | Kind::Artifact(_) | Kind::Action(_) => {
            problems.add(place, format!("`{key}` is of kind `{}`, which cannot be compared", kind.name()));
        }
        _ => value::check(kind, place, value, problems),
    }
}
