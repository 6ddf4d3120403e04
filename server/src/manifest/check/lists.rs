//! Values that are lists.

use serde_json::Value;

use crate::manifest::kind::units::Direction;
use crate::manifest::kind::{AnyAll, PropertyMap};
use crate::manifest::problem::{Place, Problems};
use crate::manifest::typed::{type_of, unknown};

use super::{text, value as single};

/// An empty list means that nobody has chosen yet, so it may be shorter than `min`.
pub(super) fn count(min: Option<u32>, max: Option<u32>, place: &Place, value: &Value, problems: &mut Problems) {
    let Some(items) = value.as_array().filter(|items| !items.is_empty()) else { return };
    let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
    if let Some(min) = min.filter(|min| count < *min) {
        problems.add(place, format!("has {count} items, needs {min}"));
    }
    if let Some(max) = max.filter(|max| count > *max) {
        problems.add(place, format!("has {count} items, may have {max}"));
    }
}

pub(super) fn each(
    place: &Place,
    value: &Value,
    problems: &mut Problems,
    mut check: impl FnMut(&Place, &Value, &mut Problems),
) {
    let Value::Array(items) = value else {
        return problems.add(place, format!("expected a list, found {}", type_of(value)));
    };
    for (i, item) in items.iter().enumerate() {
        check(&place.index(i), item, problems);
    }
}

/// Like [`each`], for lists where the same thing twice is a mistake.
pub(super) fn unique(
    place: &Place,
    value: &Value,
    problems: &mut Problems,
    check: impl FnMut(&Place, &Value, &mut Problems),
) {
    each(place, value, problems, check);
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        if value.as_array().is_some_and(|items| items[..i].contains(item)) {
            problems.add(&place.index(i), format!("{item} stands here twice"));
        }
    }
}

pub(super) fn increasing(place: &Place, value: &Value, problems: &mut Problems) {
    let numbers: Vec<f64> = value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    if let Some(i) = numbers.windows(2).position(|pair| pair[1] <= pair[0]) {
        problems.add(&place.index(i + 1), "each number must be greater than the one before it");
    }
}

pub(super) fn any_all(kind: &AnyAll, place: &Place, value: &Value, problems: &mut Problems) {
    let Value::Object(keys) = value else {
        return problems.add(place, format!("expected {{\"operator\", \"items\"}}, found {}", type_of(value)));
    };
    for key in keys.keys().filter(|key| !matches!(key.as_str(), "operator" | "items")) {
        problems.add(place, unknown(key, &["operator", "items"]));
    }
    if !matches!(keys.get("operator").and_then(Value::as_str), Some("any" | "all")) {
        problems.add(&place.key("operator"), "expected `any` or `all`");
    }
    let (place, items) = (place.key("items"), keys.get("items").unwrap_or(&Value::Null));
    count(kind.min_items, kind.max_items, &place, items, problems);
    unique(&place, items, problems, |place, item, problems| match &kind.item {
        Some(line) => text::line(line, place, item, problems),
        None => single::one_of(&kind.options, place, item, problems),
    });
}

pub(super) fn property_map(kind: &PropertyMap, place: &Place, value: &Value, problems: &mut Problems) {
    count(None, kind.max_items, place, value, problems);
    each(place, value, problems, |place, pair, problems| {
        let Value::Object(keys) = pair else {
            return problems.add(place, format!("expected an object, found {}", type_of(pair)));
        };
        for key in keys.keys().filter(|key| !matches!(key.as_str(), "left" | "right" | "direction" | "values")) {
            problems.add(place, unknown(key, &["left", "right", "direction", "values"]));
        }
        for side in ["left", "right"] {
            single::as_text(&place.key(side), keys.get(side).unwrap_or(&Value::Null), problems);
        }
        let offered = if kind.directions.is_empty() {
            &[Direction::ToPartner, Direction::ToOfficeRnd, Direction::Both]
        } else {
            kind.directions.as_slice()
        };
        let direction = keys.get("direction").and_then(Value::as_str);
        if !offered.iter().any(|offered| Some(offered.as_str()) == direction) {
            problems.add(&place.key("direction"), "is not among the directions offered");
        }
        if keys.get("values").is_some_and(|values| !kind.map_values || !values.is_object()) {
            problems.add(&place.key("values"), "needs `\"map_values\": true` and is an object from option to option");
        }
    });
}
