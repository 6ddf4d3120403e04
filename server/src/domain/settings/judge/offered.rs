//! Whether what was typed is there to be chosen: rows, options, things of lists.

use app::forms::Path as At;
use serde_json::Value;

use super::Judge;
use crate::domain::settings::edits::{Edit, Path};
use crate::domain::settings::tenant::DEFAULT_ROW;
use crate::domain::settings::typed::{self, Where};
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;

impl Judge<'_> {
    pub(super) fn row_exists(&self, field: &Field, path: &Path, known: bool) -> bool {
        let Some(row) = &path.row else { return true };
        let (source, default_row) = match &field.kind {
            Kind::Map(map) => (&map.rows, map.default_row),
            Kind::Table(table) => (&table.rows, table.default_row),
            // A language.
            _ => return row.len() <= 35,
        };
        let stands = self.in_force.value(field.key()).and_then(|value| value.get(row)).is_some();
        known || stands || (row == DEFAULT_ROW && default_row) || (row != DEFAULT_ROW && self.offers(source, row))
    }

    /// Lists of the settings themselves offer what they hold, also what is typed at the same time.
    fn offers(&self, source: &str, id: &str) -> bool {
        let from = self.sheet.manifest.sources.get(source).and_then(|source| source.from_field.as_deref());
        let Some(from) = from else { return self.sheet.world.has(source, id) };
        let holds = |value: &Value| {
            let list = value.as_array().or_else(|| value.get("items")?.as_array());
            list.into_iter().flatten().any(|one| one.as_str() == Some(id) || one["id"].as_str() == Some(id))
        };
        let at_once = self
            .judged
            .edits
            .iter()
            .any(|(path, edit)| path.field == from && matches!(edit, Edit::Set(value) if holds(value)));
        // Entries are read field by field, so what comes later in the form is looked up there.
        let later = || {
            let at = At::field(from);
            self.entries.has(&at)
                && self.sheet.manifest.field(from).is_some_and(|field| {
                    let place = Where { currency: None, currencies: self.sheet.currencies };
                    typed::typed(&field.kind, &at, self.entries, place).is_ok_and(|value| holds(&value))
                })
        };
        at_once || self.in_force.value(from).is_some_and(holds) || later()
    }

    /// Whether everything that is chosen is offered, or was chosen before.
    pub(super) fn may_be(&self, kind: &Kind, value: &Value, before: Option<&Value>) -> bool {
        let list = |value: &Value| -> Vec<Value> {
            match value {
                Value::Array(list) => list.clone(),
                Value::Null => Vec::new(),
                Value::Object(parts) => parts.get("items").and_then(Value::as_array).cloned().unwrap_or_default(),
                one => vec![one.clone()],
            }
        };
        let before = before.map(list).unwrap_or_default();
        let new: Vec<Value> = list(value).into_iter().filter(|one| !before.contains(one)).collect();
        let from = |source: &Option<String>| {
            source
                .as_ref()
                .is_none_or(|source| new.iter().all(|one| one.as_str().is_some_and(|id| self.offers(source, id))))
        };
        let options = kind.options();
        let by_option = options.is_empty()
            || new.iter().all(|one| {
                options.iter().any(|option| !option.withdrawn && one.as_str() == Some(option.value.as_str()))
            });
        match kind {
            Kind::Ref(kind) => from(&Some(kind.source.clone())),
            Kind::MultiRef(kind) => from(&Some(kind.source.clone())),
            Kind::Enum(kind) => by_option && from(&kind.source),
            Kind::MultiEnum(kind) => by_option && from(&kind.source),
            Kind::PriorityList(kind) => by_option && from(&kind.source),
            Kind::AnyAll(kind) if kind.item.is_none() => by_option && from(&kind.source),
            Kind::PropertyMap(kind) => new.iter().all(|pair| {
                let has = |side: &str, source: &str| pair[side].as_str().is_some_and(|id| self.offers(source, id));
                has("left", &kind.left) && has("right", &kind.right)
            }),
            _ => true,
        }
    }
}
