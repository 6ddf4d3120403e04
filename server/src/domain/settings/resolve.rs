//! How layers lie on each other.
//!
//! From low to high: the manifest's default, the organization, the location. A location overrides field by field;
//! in a map row by row and in a table cell by cell where the manifest says so. The row `*` stands for rows that
//! nobody named: a row of its own comes before it, whichever layer said which. In a list that adds up, a location's
//! items are added to those that it inherits. A localized text falls through language by language.

use serde_json::{Map, Value};

use super::tenant::{DEFAULT_ROW, Entity};
use super::{Gap, InForce, Layer, Layers, Parts, Place, Sourced};
use crate::manifest::Manifest;
use crate::manifest::field::{Field, Override, Scope};
use crate::manifest::kind::{Kind, Money};

/// What is in force at one place.
#[derive(Debug, Clone)]
pub struct Settings<'m> {
    /// In the order of the manifest; fields without a value are left out.
    pub fields: Vec<InForce<'m>>,
    /// Id of the location, if it is one.
    pub location: Option<String>,
}

impl<'m> Settings<'m> {
    /// Never fails: what does not fit its field stands as it was entered, or counts as not entered where it has no
    /// rows to look into.
    pub fn resolve(manifest: &'m Manifest, layers: &Layers, place: Place<'_>) -> Self {
        let asked = manifest.fields().filter(|field| field.kind.has_value());
        let location = place.location().map(|location| location.id.clone());
        let mut settings = Self { fields: asked.map(|field| in_force(field, layers, place)).collect(), location };
        settings.keep_secrets_home(layers, place);
        let active: Vec<Option<bool>> = settings.fields.iter().map(|field| settings.activity(field)).collect();
        for (field, active) in settings.fields.iter_mut().zip(active) {
            field.active = active;
        }
        settings
    }

    pub fn field(&self, key: &str) -> Option<&InForce<'m>> {
        self.fields.iter().find(|field| field.key() == key)
    }

    pub fn value(&self, key: &str) -> Option<&Value> {
        self.field(key).map(|field| &field.value)
    }

    /// What a map says about a row: its own value, else that of the row `*`.
    pub fn row(&self, key: &str, row: &str) -> Option<&Sourced> {
        match &self.field(key)?.parts {
            Parts::Rows(rows) => find(rows, row).or_else(|| find(rows, DEFAULT_ROW)),
            _ => None,
        }
    }

    /// What a table says in a row and column: its own cell, else that of the row `*`.
    pub fn cell(&self, key: &str, row: &str, column: &str) -> Option<&Sourced> {
        let Parts::Cells(rows) = &self.field(key)?.parts else { return None };
        let cell = |row: &str| find(rows, row).and_then(|cells| find(cells, column));
        cell(row).or_else(|| cell(DEFAULT_ROW))
    }

    /// The list that a field of the same settings makes: things with ids, or what is chosen.
    pub fn list_of(&self, key: &str) -> Vec<Entity> {
        let Some(field) = self.field(key) else { return Vec::new() };
        let list = match &field.value {
            Value::Array(list) => list.as_slice(),
            Value::Object(any_all) => any_all.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice),
            _ => &[],
        };
        let entity = |one: &Value| match (&field.field.kind, one) {
            (Kind::List(kind), thing) => {
                let id = thing.get("id")?.as_str()?;
                let label = kind.item_label.as_ref().and_then(|label| thing.get(label)?.as_str());
                Some(Entity::new(id, label.unwrap_or(id)))
            }
            (kind, Value::String(id)) => {
                let option = kind.options().iter().find(|option| option.value == *id);
                Some(Entity::new(id, option.map_or(id.as_str(), |option| &option.label)))
            }
            _ => None,
        };
        list.iter().filter_map(entity).collect()
    }

    fn activity(&self, field: &InForce<'m>) -> Option<bool> {
        let condition = field.field.common.visible_when.as_ref()?;
        Some(condition.holds(&|key| self.value(key)))
    }

    /// A secret that the organization entered stays with the address it was entered for: where a location has
    /// another value in a field that says where the secret is sent, the location has to enter its own.
    fn keep_secrets_home(&mut self, layers: &Layers, place: Place<'_>) {
        if place.location().is_none() {
            return;
        }
        let gone: Vec<usize> = self
            .fields
            .iter()
            .enumerate()
            .filter_map(|(i, secret)| {
                let Kind::Secret(kind) = &secret.field.kind else { return None };
                let inherited = matches!(&secret.parts, Parts::Whole(part) if part.source == Layer::Organization);
                let elsewhere = kind
                    .bound_to
                    .iter()
                    .filter_map(|key| self.field(key))
                    .any(|bound| bound.value != in_force(bound.field, layers, Place::Organization).value);
                (inherited && !secret.value.is_null() && elsewhere).then_some(i)
            })
            .collect();
        for i in gone {
            let secret = &mut self.fields[i];
            secret.value = Value::Null;
            secret.parts =
                Parts::Whole(Sourced { value: Value::Null, source: Layer::Organization, gap: Some(Gap::BoundTo) });
        }
    }
}

pub(super) fn find<'p, T>(parts: &'p [(String, T)], key: &str) -> Option<&'p T> {
    parts.iter().find(|(known, _)| known == key).map(|(_, part)| part)
}

type Said<'v> = Vec<(Layer, &'v Value)>;

fn in_force<'m>(field: &'m Field, layers: &Layers, place: Place<'_>) -> InForce<'m> {
    let (said, locked) = said(field, layers, place);
    let parts = parts(field, &said, place);
    let value = whole(&parts);
    InForce { field, parts, value, active: None, locked }
}

/// What each layer says about a field, low to high; and whether the location's word does not count.
fn said<'v>(field: &'v Field, layers: &'v Layers, place: Place<'_>) -> (Said<'v>, bool) {
    let key = field.key();
    let scope = field.common.scope;
    let mut said: Said<'v> = field.common.default.iter().map(|value| (Layer::Default, value)).collect();
    if scope != Scope::Location {
        said.extend(layers.organization.get(key).map(|value| (Layer::Organization, value)));
    }
    let Some(location) = place.location().filter(|_| scope != Scope::Org) else { return (said, false) };
    let locked =
        scope == Scope::Both && layers.locks.get(key).is_some_and(|exceptions| !exceptions.contains(&location.id));
    if !locked {
        let own = layers.locations.get(&location.id).and_then(|own| own.get(key));
        said.extend(own.map(|value| (Layer::Location, value)));
    }
    (said, locked)
}

fn parts(field: &Field, said: &Said<'_>, place: Place<'_>) -> Parts {
    let mode = field.override_mode();
    match &field.kind {
        Kind::Map(map) => {
            let rows = rows(said, mode == Override::Rows);
            let value = |value: &Value, source| amount(&map.value, value, source, place);
            Parts::Rows(rows.into_iter().map(|(row, (source, one))| (row, value(one, source))).collect())
        }
        Kind::Table(table) => {
            let mut merged: Vec<(String, Vec<(String, Sourced)>)> = Vec::new();
            let layers = if mode == Override::Replace { highest(said, Value::is_object) } else { said.as_slice() };
            for (source, value) in layers {
                for (row, cells) in value.as_object().into_iter().flatten() {
                    let Some(cells) = cells.as_object() else { continue };
                    let place_of_row = position(&mut merged, row);
                    let known = &mut merged[place_of_row].1;
                    if mode == Override::Rows {
                        known.clear();
                    }
                    for (column, cell) in cells {
                        let sourced = match table.columns.iter().find(|known| known.key() == column) {
                            Some(column) => amount(&column.kind, cell, *source, place),
                            None => Sourced { value: cell.clone(), source: *source, gap: None },
                        };
                        put(known, column, sourced);
                    }
                }
            }
            Parts::Cells(merged)
        }
        Kind::Template(kind) if kind.localized => {
            let languages = rows(said, true).into_iter();
            let sourced = |(source, text): (Layer, &Value)| Sourced { value: text.clone(), source, gap: None };
            Parts::Languages(languages.map(|(language, said)| (language, sourced(said))).collect())
        }
        _ if mode == Override::Union => {
            let mut items: Vec<Sourced> = Vec::new();
            let inherited = said.iter().rev().find(|(layer, _)| *layer != Layer::Location);
            let own = said.iter().find(|(layer, _)| *layer == Layer::Location);
            for (source, list) in inherited.into_iter().chain(own) {
                for item in list.as_array().into_iter().flatten() {
                    if items.iter().all(|known| known.value != *item) {
                        items.push(Sourced { value: item.clone(), source: *source, gap: None });
                    }
                }
            }
            Parts::Items(items)
        }
        kind => Parts::Whole(match said.last() {
            Some((source, value)) => amount(kind, value, *source, place),
            None => Sourced { value: Value::Null, source: Layer::Default, gap: None },
        }),
    }
}

/// The highest layer that fits, alone.
fn highest<'s, 'v>(said: &'s Said<'v>, fits: impl Fn(&Value) -> bool) -> &'s [(Layer, &'v Value)] {
    let found = said.iter().rposition(|(_, value)| fits(value));
    found.map_or(&[], |i| &said[i..=i])
}

/// The rows of a map: of all layers, a higher one's instead of a lower one's; or of the highest layer alone.
fn rows<'v>(said: &Said<'v>, merge: bool) -> Vec<(String, (Layer, &'v Value))> {
    let mut merged = Vec::new();
    let layers = if merge { said.as_slice() } else { highest(said, Value::is_object) };
    for (source, value) in layers {
        for (row, value) in value.as_object().into_iter().flatten() {
            put(&mut merged, row, (*source, value));
        }
    }
    merged
}

fn position<T: Default>(parts: &mut Vec<(String, T)>, key: &str) -> usize {
    parts.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
        parts.push((key.to_owned(), T::default()));
        parts.len() - 1
    })
}

fn put<T>(parts: &mut Vec<(String, T)>, key: &str, part: T) {
    match parts.iter_mut().find(|(known, _)| known == key) {
        Some((_, known)) => *known = part,
        None => parts.push((key.to_owned(), part)),
    }
}

/// At a location, the amount in its currency of what was entered by currency.
fn amount(kind: &Kind, value: &Value, source: Layer, place: Place<'_>) -> Sourced {
    let as_entered = || Sourced { value: value.clone(), source, gap: None };
    let (Kind::Money(money), Value::Object(by_currency)) = (kind, value) else { return as_entered() };
    let Some(currency) = currency(money, place) else { return as_entered() };
    match by_currency.get(currency) {
        Some(amount) => Sourced { value: amount.clone(), source, gap: None },
        None => Sourced { value: Value::Null, source, gap: Some(Gap::NoAmount { currency: currency.to_owned() }) },
    }
}

fn currency<'p>(money: &'p Money, place: Place<'p>) -> Option<&'p str> {
    match money.currency.as_str() {
        "location" => place.currency(),
        fixed => place.location().map(|_| fixed),
    }
}

fn whole(parts: &Parts) -> Value {
    let object = |parts: &[(String, Sourced)]| -> Value {
        Value::Object(parts.iter().map(|(key, part)| (key.clone(), part.value.clone())).collect::<Map<_, _>>())
    };
    match parts {
        Parts::Whole(part) => part.value.clone(),
        Parts::Rows(parts) | Parts::Languages(parts) => object(parts),
        Parts::Cells(rows) => Value::Object(rows.iter().map(|(row, cells)| (row.clone(), object(cells))).collect()),
        Parts::Items(items) => Value::Array(items.iter().map(|item| item.value.clone()).collect()),
    }
}
