//! When a field is asked, in the words of the fields that decide.

use app::ports::{Condition as View, Words};
use serde_json::Value;

use super::words::Speech;
use crate::manifest::condition::Condition;
use crate::manifest::kind::Kind;

impl Speech<'_> {
    pub(super) fn condition(&self, condition: &Condition) -> View {
        match condition {
            Condition::Equals { field, value: Value::Bool(on) } => View::Switched(self.label(field), *on),
            Condition::Equals { field, value } => View::Is(self.label(field), vec![self.value(field, value)]),
            Condition::In { field, values } => {
                View::Is(self.label(field), values.iter().map(|value| self.value(field, value)).collect())
            }
            Condition::Contains { field, value } => View::Contains(self.label(field), self.value(field, value)),
            Condition::All(inner) => View::All(inner.iter().map(|one| self.condition(one)).collect()),
            Condition::Any(inner) => View::Any(inner.iter().map(|one| self.condition(one)).collect()),
            Condition::Not(inner) => View::Not(Box::new(self.condition(inner))),
        }
    }

    /// A value that a condition compares with, as people know it.
    fn value(&self, field: &str, value: &Value) -> Words {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let kind = self.manifest.field(field).map(|field| &field.kind);
        let option = kind.and_then(|kind: &Kind| kind.options().iter().find(|option| option.value == text));
        match option {
            Some(option) => self.say(&format!("fields.{field}.options.{text}"), &option.label),
            None => Words::new(text),
        }
    }
}
