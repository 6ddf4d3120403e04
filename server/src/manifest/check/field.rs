//! Fields, with what is the same for every kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::manifest::condition::Condition;
use crate::manifest::field::{Danger, Field, Item, Override, Scope};
use crate::manifest::kind::Kind;
use crate::manifest::problem::{Place, Problems};

use super::source::reachable;
use super::{Index, filled, is_list, kind, reaches, reference, value, word};

/// The one fact that is ours; all others come from the partner system.
pub(super) const CONNECTED: &str = "connected";

pub(super) fn check(index: &Index<'_>, problems: &mut Problems) {
    let visible: reference::Visible<'_> = index.fields.iter().map(|(key, field)| (*key, &field.kind)).collect();
    for (place, field) in &index.placed {
        let common = &field.common;
        word(&common.key, &place.key("key"), problems);
        filled(&common.label, &place.key("label"), problems);
        kind::check(index, &field.kind, place, problems);
        items(index, field, place, problems);
        default(&field.kind, common.default.as_ref(), &place.key("default"), problems);
        overriding(field, &place.key("override"), problems);
        if common.required && !field.kind.has_value() {
            problems.add(&place.key("required"), format!("a field of kind `{}` has no value", field.kind.name()));
        }
        if let Some(condition) = &common.visible_when {
            let place = place.key("visible_when");
            reference::condition(condition, &visible, &place, problems);
            for leaf in condition.leaves().into_iter().filter_map(Condition::field) {
                if let Some(other) = index.fields.get(leaf) {
                    reaches(common.scope, other, &place, problems);
                }
            }
        }
        if let Some(danger) = &common.danger {
            dangerous(&field.kind, danger, &place.key("danger"), problems);
        }
        if let Some(fact) = &common.locked_after {
            word(fact, &place.key("locked_after"), problems);
        }
        if let Some(fact) = &common.change_blocked_while {
            word(fact, &place.key("change_blocked_while"), problems);
            if fact == CONNECTED {
                problems.add(&place.key("change_blocked_while"), "would never end; use `locked_after`");
            }
        }
        for source in field.kind.sources().into_iter().filter_map(|(_, id)| index.manifest.sources.get(id)) {
            if let Some(other) = source.depends_on.as_deref().and_then(|key| index.fields.get(key)) {
                reaches(common.scope, other, &place.key("source"), problems);
            }
        }
    }
    hidden_circles(index, problems);
}

fn default(kind: &Kind, default: Option<&Value>, place: &Place, problems: &mut Problems) {
    if let Some(default) = default {
        value::check(kind, place, default, problems);
    }
}

/// Columns of a table and fields of the things in a list.
fn items(index: &Index<'_>, field: &Field, place: &Place, problems: &mut Problems) {
    if let Kind::Map(map) = &field.kind {
        return kind::check(index, &map.value, &place.key("value"), problems);
    }
    let (key, items) = field.kind.items();
    let place = place.key(key);
    let visible: reference::Visible<'_> = items.iter().map(|item| (item.key(), &item.kind)).collect();
    let mut seen = BTreeSet::new();
    for (i, Item { common, kind }) in items.iter().enumerate() {
        let place = place.index(i);
        if !seen.insert(&common.key) {
            problems.add(&place.key("key"), format!("the key `{}` stands here twice", common.key));
        }
        word(&common.key, &place.key("key"), problems);
        filled(&common.label, &place.key("label"), problems);
        kind::check(index, kind, &place, problems);
        default(kind, common.default.as_ref(), &place.key("default"), problems);
        if let Some(condition) = &common.visible_when {
            reference::condition(condition, &visible, &place.key("visible_when"), problems);
        }
    }
}

fn overriding(field: &Field, place: &Place, problems: &mut Problems) {
    let Some(mode) = field.common.r#override else { return };
    if field.common.scope != Scope::Both {
        problems.add(place, "needs `\"scope\": \"both\"`: elsewhere nothing is overridden");
    }
    let (fits, needs) = match mode {
        Override::Replace => (field.kind.has_value(), "a value"),
        Override::Rows => (matches!(field.kind, Kind::Map(_)), "a map"),
        Override::Cells => (matches!(field.kind, Kind::Table(_)), "a table"),
        Override::Union => {
            // An order of preference cannot be added up, and adding to a table means its cells.
            let adds_up = is_list(&field.kind) && !matches!(field.kind, Kind::PriorityList(_) | Kind::NumberList(_));
            (adds_up || matches!(field.kind, Kind::DateRanges(_)), "a list without order")
        }
    };
    if !fits {
        problems.add(
            place,
            format!("`{}` needs {needs}, and this field is of kind `{}`", mode.as_str(), field.kind.name()),
        );
    }
}

fn dangerous(kind: &Kind, danger: &Danger, place: &Place, problems: &mut Problems) {
    filled(&danger.text, &place.key("text"), problems);
    match &danger.when {
        // In a list one item is dangerous, whatever stands beside it.
        Some(item) if is_list(kind) && !item.is_array() => {
            value::check(kind, &place.key("when"), &Value::Array(vec![item.clone()]), problems);
        }
        Some(when) => reference::occurs(kind, "when", when, &place.key("when"), problems),
        None => {}
    }
}

/// Two fields that are shown depending on each other could never be shown for sure.
fn hidden_circles(index: &Index<'_>, problems: &mut Problems) {
    let edges: BTreeMap<&str, Vec<&str>> = index
        .fields
        .values()
        .copied()
        .map(|field| {
            let leaves = field.common.visible_when.iter().flat_map(Condition::leaves);
            (field.key(), leaves.filter_map(Condition::field).collect())
        })
        .collect();
    for (place, field) in &index.placed {
        if reachable(&edges, field.key()).contains(&field.key()) {
            problems.add(&place.key("visible_when"), format!("whether `{}` is shown depends on itself", field.key()));
        }
    }
}
