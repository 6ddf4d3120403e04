//! Settings in force as the API, exports and `manifest resolve` write them.

use serde_json::{Map, Value, json};

use super::{Gap, InForce, Layer, Layers, Parts, Place, Settings, Sourced};
use crate::manifest::Manifest;

/// By field: `value` and `source`; or `rows`, `items` or `by_language` of such, where layers add up. `active` stands
/// with fields that can be hidden, `locked` with those that the organization has set for all.
pub fn effective(settings: &Settings<'_>) -> Value {
    Value::Object(settings.fields.iter().map(|field| (field.key().to_owned(), one(field))).collect())
}

fn one(field: &InForce<'_>) -> Value {
    let mut written = match &field.parts {
        Parts::Whole(part) => sourced(part),
        Parts::Rows(rows) => under("rows", named(rows)),
        Parts::Cells(rows) => {
            let rows = rows.iter().map(|(row, cells)| (row.clone(), named(cells)));
            under("rows", Value::Object(rows.collect()))
        }
        Parts::Items(items) => under("items", items.iter().map(|item| Value::Object(sourced(item))).collect()),
        Parts::Languages(languages) => under("by_language", named(languages)),
    };
    if let Some(active) = field.active {
        written.insert("active".into(), active.into());
    }
    if field.locked {
        written.insert("locked".into(), true.into());
    }
    Value::Object(written)
}

fn under(key: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), value)])
}

fn named(parts: &[(String, Sourced)]) -> Value {
    Value::Object(parts.iter().map(|(key, part)| (key.clone(), Value::Object(sourced(part)))).collect())
}

fn sourced(part: &Sourced) -> Map<String, Value> {
    let mut written = under("value", part.value.clone());
    written.insert("source".into(), part.source.name().into());
    match &part.gap {
        Some(Gap::BoundTo) => _ = written.insert("not_inherited".into(), "bound_to".into()),
        Some(Gap::NoAmount { currency }) => _ = written.insert("missing_currency".into(), json!(currency)),
        None => {}
    }
    written
}

/// The same with reasons: what each layer says as it was entered, and what would be in force if the layer that
/// decides said nothing.
pub fn explained(manifest: &Manifest, layers: &Layers, place: Place<'_>) -> Value {
    let settings = Settings::resolve(manifest, layers, place);
    let mut written = effective(&settings);
    for field in &settings.fields {
        let key = field.key();
        let own = place.location().and_then(|location| layers.locations.get(&location.id));
        let entered = [
            (Layer::Default, field.field.common.default.as_ref()),
            (Layer::Organization, layers.organization.get(key)),
            (Layer::Location, own.and_then(|own| own.get(key))),
        ];
        let entered = entered.into_iter().filter_map(|(layer, value)| Some((layer.name().to_owned(), value?.clone())));
        written[key]["entered"] = Value::Object(entered.collect());
        if let Some(without) = without(layers, place, key, field.source()) {
            let otherwise = Settings::resolve(manifest, &without, place);
            written[key]["otherwise"] = otherwise.value(key).cloned().unwrap_or_default();
        }
    }
    written
}

/// The layers as they would be if this one said nothing about the field. None for the default, which stays.
fn without(layers: &Layers, place: Place<'_>, key: &str, layer: Layer) -> Option<Layers> {
    let mut layers = layers.clone();
    match (layer, place.location()) {
        (Layer::Organization, _) => _ = layers.organization.shift_remove(key),
        (Layer::Location, Some(location)) => _ = layers.locations.get_mut(&location.id)?.shift_remove(key),
        _ => return None,
    }
    Some(layers)
}
