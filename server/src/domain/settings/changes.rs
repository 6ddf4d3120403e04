//! What a change of what was entered changes in force: exactly the locations, rows and columns concerned.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tenant::Tenant;
use super::{InForce, Layers, Parts, Place, Settings};
use crate::manifest::Manifest;
use crate::manifest::kind::Kind;

/// One value that will be another. A value that is not in force, because its field is hidden, is null here.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The location's id.
    pub location: String,
    pub field: String,
    /// The row of a map or table, `*` for the one of all others; or the language of a localized text.
    pub row: Option<String>,
    /// The column of a table.
    pub column: Option<String>,
    pub before: Value,
    pub after: Value,
}

/// What is different at the tenant's locations. A new row `*` is named for itself and for each entity that it reaches.
pub fn changes(manifest: &Manifest, before: &Layers, after: &Layers, tenant: &Tenant) -> Vec<Change> {
    let mut found = Vec::new();
    for location in &tenant.locations {
        let place = Place::Location(location);
        let (before, after) = (Settings::resolve(manifest, before, place), Settings::resolve(manifest, after, place));
        for (old, new) in before.fields.iter().zip(&after.fields) {
            if old.parts == new.parts && old.is_used() == new.is_used() {
                continue;
            }
            for (row, column) in parts(old, new, tenant, &location.id) {
                let part = |settings: &Settings<'_>, field: &InForce<'_>| match field.is_used() {
                    true => part(settings, field, row.as_deref(), column.as_deref()),
                    false => Value::Null,
                };
                let (was, will_be) = (part(&before, old), part(&after, new));
                if was != will_be {
                    found.push(Change {
                        location: location.id.clone(),
                        field: old.key().to_owned(),
                        row,
                        column,
                        before: was,
                        after: will_be,
                    });
                }
            }
        }
    }
    found
}

/// Everything in a field that has a value of its own, before or after.
fn parts(
    old: &InForce<'_>,
    new: &InForce<'_>,
    tenant: &Tenant,
    location: &str,
) -> Vec<(Option<String>, Option<String>)> {
    match &old.field.kind {
        Kind::Map(map) => {
            rows(old, new, &map.rows, tenant, location).into_iter().map(|row| (Some(row), None)).collect()
        }
        Kind::Table(table) => {
            let rows = rows(old, new, &table.rows, tenant, location);
            let columns = || table.columns.iter().map(|column| Some(column.key().to_owned()));
            rows.into_iter().flat_map(|row| columns().map(move |column| (Some(row.clone()), column))).collect()
        }
        _ => match (&old.parts, &new.parts) {
            (Parts::Languages(_), Parts::Languages(_)) => {
                named(old, new).into_iter().map(|it| (Some(it), None)).collect()
            }
            _ => vec![(None, None)],
        },
    }
}

/// The rows that anybody named, and the entities that have one whether they were named or not.
fn rows(old: &InForce<'_>, new: &InForce<'_>, source: &str, tenant: &Tenant, location: &str) -> Vec<String> {
    let entities = tenant.sources.get(source).into_iter().flatten();
    let entities = entities.filter(|entity| entity.is_at(Some(location))).map(|entity| entity.id.clone());
    let mut rows = named(old, new);
    let known: BTreeSet<String> = rows.iter().cloned().collect();
    rows.extend(entities.filter(|id| !known.contains(id)));
    rows
}

fn named(old: &InForce<'_>, new: &InForce<'_>) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for value in [&old.value, &new.value] {
        for row in value.as_object().into_iter().flat_map(|rows| rows.keys()) {
            if !rows.contains(row) {
                rows.push(row.clone());
            }
        }
    }
    rows
}

fn part(settings: &Settings<'_>, field: &InForce<'_>, row: Option<&str>, column: Option<&str>) -> Value {
    let found = match (&field.parts, row, column) {
        (Parts::Rows(_), Some(row), None) => settings.row(field.key(), row).map(|part| &part.value),
        (Parts::Cells(_), Some(row), Some(column)) => settings.cell(field.key(), row, column).map(|part| &part.value),
        (Parts::Languages(_), Some(language), None) => field.value.get(language),
        _ => Some(&field.value),
    };
    found.cloned().unwrap_or_default()
}
