//! Texts of the manifest and names from outside, marked as what they are.

use leptos::prelude::*;

use crate::ports::{Condition, Gone, LanguageName, Mistake, Unit, Words};
use crate::texts::{all_of, around, mark, mistake, number, one_of, text, text_with};

/// Isolated, and with its language where that is not the page's.
pub fn said(words: &Words) -> AnyView {
    view! { <bdi lang=words.lang.clone()>{words.text.clone()}</bdi> }.into_any()
}

/// `Groups by plan: Hot desk`, in one text.
pub fn path_of(label: &[Words]) -> String {
    inside(label.iter().map(|words| words.text.clone()))
}

/// What is wrong with a value, in which the parts of its label say their language where that is not the page's.
pub fn wrong(label: &[Words], found: &Mistake) -> AnyView {
    about(label, |label| mistake(label, found))
}

/// A text about what is called so; `make` makes it from the label.
pub fn about(label: &[Words], make: impl FnOnce(&str) -> String) -> AnyView {
    if label.iter().all(|words| words.lang.is_none()) {
        return make(&path_of(label)).into_any();
    }
    around(&inside(label.iter().map(mark)), make)
}

fn inside(mut parts: impl Iterator<Item = String>) -> String {
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |head, next| text_with("label-inside", &[("head", head.into()), ("next", next.into())]))
}

/// What is behind a number: words for the units that the catalogue knows, else as the manifest writes it.
pub fn unit(unit: &Unit, count: &str) -> String {
    let key = match unit.0.as_str() {
        "s" => "unit-s",
        "min" => "unit-min",
        "h" => "unit-h",
        "d" => "unit-d",
        "w" => "unit-w",
        "month" => "unit-month",
        other => return other.to_owned(),
    };
    let count = if count.trim() == "1" { "one" } else { "other" };
    text_with(key, &[("count", count.into())])
}

/// `10 minutes`, `20 %`.
pub fn with_unit(value: &str, behind: Option<&Unit>) -> String {
    match behind {
        None => number(value),
        Some(behind) => {
            text_with("number-unit", &[("number", number(value).into()), ("unit", unit(behind, value).into())])
        }
    }
}

/// Why a reference leads nowhere.
pub fn gone(gone: &Gone) -> String {
    match gone {
        Gone::Missing => text("gone-missing"),
        Gone::Elsewhere(Some(chosen)) => text_with("gone-elsewhere", &[("chosen", chosen.as_str().into())]),
        Gone::Elsewhere(None) => text("gone-elsewhere-unknown"),
        Gone::Archived => text("gone-archived"),
    }
}

/// `“Guests” is “On”`
pub fn condition(condition: &Condition) -> String {
    let field = |words: &Words| ("field", words.text.clone().into());
    match condition {
        Condition::Is(label, values) => {
            let values: Vec<String> =
                values.iter().map(|value| text_with("quoted", &[("text", value.text.as_str().into())])).collect();
            text_with("condition-is", &[field(label), ("values", one_of(&values).into())])
        }
        Condition::Contains(label, value) => {
            text_with("condition-contains", &[field(label), ("value", value.text.as_str().into())])
        }
        Condition::Switched(label, true) => text_with("condition-on", &[field(label)]),
        Condition::Switched(label, false) => text_with("condition-off", &[field(label)]),
        Condition::All(inner) => all_of(&inner.iter().map(self::condition).collect::<Vec<_>>()),
        Condition::Any(inner) => one_of(&inner.iter().map(self::condition).collect::<Vec<_>>()),
        Condition::Not(inner) => text_with("condition-not", &[("condition", self::condition(inner).into())]),
    }
}

/// A language as its speakers call it, else by its tag.
pub fn language(language: &LanguageName) -> String {
    if language.name.is_empty() { language.tag.clone() } else { language.name.clone() }
}
