//! What settings refer to: rows of maps and tables, and what is chosen in them.

use serde_json::Value;

use super::words::{joined, singular};
use super::{Finding, Judge, Severity};
use crate::domain::settings::tenant::{DEFAULT_ROW, Entity};
use crate::domain::settings::{InForce, Parts};
use crate::manifest::kind::Kind;
use crate::manifest::rule::{Rule, RuleKind};

/// One mention of an entity.
pub(super) struct Reference<'r> {
    /// The row that it stands in.
    pub row: Option<&'r str>,
    pub source: &'r str,
    pub id: &'r str,
    /// The row itself names the entity.
    pub is_row: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The list could not be loaded.
    NotToSay,
    Missing,
    /// There is one, but it belongs to something else than what is chosen here.
    Elsewhere,
    Archived,
    Fine,
}

impl<'j> Judge<'j> {
    /// The entities that are rows of a map or table at this place, archived ones too. None when they are not known.
    pub(super) fn rows_of(&self, source: &str) -> Option<Vec<Entity>> {
        let location = self.place.location().map(|location| location.id.as_str());
        match self.made_by(source) {
            Some(field) => Some(self.own.list(field)),
            None => {
                let list = self.world.tenant.sources.get(source)?;
                Some(list.iter().filter(|entity| entity.is_at(location)).cloned().collect())
            }
        }
    }

    /// The field whose value is this list, if the settings make it themselves.
    fn made_by(&self, source: &str) -> Option<&'j str> {
        self.manifest.sources.get(source)?.from_field.as_deref()
    }

    /// All that a field mentions here.
    pub(super) fn mentions<'r>(&self, field: &'r InForce<'j>) -> Vec<Reference<'r>> {
        let mut found = Vec::new();
        match (&field.field.kind, &field.parts) {
            (Kind::Map(map), Parts::Rows(rows)) => {
                for (row, part) in rows.iter().filter(|(row, _)| self.applies(&map.rows, row)) {
                    named(row, &map.rows, &mut found);
                    chosen(&map.value, &part.value, Some(row), &mut found);
                }
            }
            (Kind::Table(table), Parts::Cells(rows)) => {
                for (row, cells) in rows.iter().filter(|(row, _)| self.applies(&table.rows, row)) {
                    named(row, &table.rows, &mut found);
                    for (column, part) in cells {
                        if let Some(column) = table.columns.iter().find(|known| known.key() == column) {
                            chosen(&column.kind, &part.value, Some(row), &mut found);
                        }
                    }
                }
            }
            (kind, _) => chosen(kind, &field.value, None, &mut found),
        }
        found
    }

    /// A row of a list that the settings make themselves counts while the list has it; one of another location's
    /// rooms or floors does not count here.
    pub(super) fn applies(&self, source: &str, row: &str) -> bool {
        if row == DEFAULT_ROW {
            return true;
        }
        let location = self.place.location().map(|location| location.id.as_str());
        match self.made_by(source) {
            Some(field) => self.own.has(field, row),
            None => self.index.get(source, row).is_none_or(|entity| entity.is_at(location)),
        }
    }

    fn look(&self, source: &str, id: &str) -> Known {
        if let Some(field) = self.made_by(source) {
            return if self.own.has(field, id) { Known::Fine } else { Known::Missing };
        }
        if !self.world.tenant.sources.contains_key(source) {
            return Known::NotToSay;
        }
        let Some(entity) = self.index.get(source, id) else { return Known::Missing };
        let depends_on = self.manifest.sources.get(source).and_then(|source| source.depends_on.as_deref());
        let chosen = depends_on.and_then(|field| self.settings.value(field)).filter(|value| !value.is_null());
        let is_elsewhere = |parent: &String| match chosen {
            Some(Value::Array(several)) => several.iter().all(|one| one.as_str() != Some(parent)),
            Some(one) => one.as_str() != Some(parent),
            None => false,
        };
        match entity {
            entity if entity.parent.as_ref().is_some_and(is_elsewhere) => Known::Elsewhere,
            entity if entity.archived => Known::Archived,
            _ => Known::Fine,
        }
    }

    pub(super) fn name_of(&self, source: &str, id: &str) -> String {
        if id == DEFAULT_ROW {
            return "all others".to_owned();
        }
        let own = self.made_by(source).and_then(|field| self.own.get(field, id));
        let found = own.or_else(|| self.index.get(source, id));
        found.map_or_else(|| id.to_owned(), |entity| entity.name.clone())
    }

    /// References that lead nowhere, and to what is archived.
    pub(super) fn references(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let mentions = self.mentions(field);
        let look = |wanted: &dyn Fn(Known) -> bool| -> Vec<&Reference<'_>> {
            mentions.iter().filter(|mention| wanted(self.look(mention.source, mention.id))).collect()
        };
        let gone = look(&|known| matches!(known, Known::Missing | Known::Elsewhere));
        match self.rule_of(field, |kind| matches!(kind, RuleKind::ReferenceExists(_))) {
            Some(rule) => self.tell(field, rule, &gone, found),
            None => {
                let (rows, values): (Vec<&Reference<'_>>, Vec<&Reference<'_>>) =
                    gone.into_iter().partition(|mention| mention.is_row);
                for (mentions, severity, rule, what) in [
                    (values, Severity::Error, "dangling", "is not there any more, or belongs to something else"),
                    (rows, Severity::Warning, "dangling_row", "is not there any more; its row is kept"),
                ] {
                    if !mentions.is_empty() {
                        let mut names: Vec<String> = Vec::new();
                        for mention in &mentions {
                            let name = self.name_of(mention.source, mention.id);
                            if !names.contains(&name) {
                                names.push(name);
                            }
                        }
                        let why = format!("{} {what}", joined(names.clone()));
                        found.push(Finding { names, ..self.finding(field, rows_in(&mentions), severity, rule, why) });
                    }
                }
            }
        }
        if let Some(rule) = self.rule_of(field, |kind| matches!(kind, RuleKind::ReferenceActive(_))) {
            let archived = look(&|known| known == Known::Archived);
            let by_default = self.archived_by_default(field);
            let rows_source = rows_source(&field.field.kind).unwrap_or_default();
            let by_default: Vec<Reference<'_>> = by_default
                .iter()
                .map(|id| Reference { row: Some(id), source: rows_source, id, is_row: true })
                .collect();
            self.tell(field, rule, &archived.into_iter().chain(&by_default).collect::<Vec<_>>(), found);
        }
    }

    /// Archived entities without a row of their own, to which the default row gives something all the same.
    fn archived_by_default(&self, field: &InForce<'j>) -> Vec<String> {
        let (source, named, gives): (&str, Vec<&str>, bool) = match (&field.field.kind, &field.parts) {
            (Kind::Map(map), Parts::Rows(rows)) => {
                let default = rows.iter().find(|(row, _)| row == DEFAULT_ROW);
                let gives = default.is_some_and(|(_, part)| !super::fields::is_empty(&part.value));
                (&map.rows, rows.iter().map(|(row, _)| row.as_str()).collect(), gives)
            }
            (Kind::Table(table), Parts::Cells(rows)) => {
                let gives = rows.iter().any(|(row, cells)| row == DEFAULT_ROW && !cells.is_empty());
                (&table.rows, rows.iter().map(|(row, _)| row.as_str()).collect(), gives)
            }
            _ => return Vec::new(),
        };
        let entities = self.rows_of(source).filter(|_| gives).unwrap_or_default();
        let ids = entities.into_iter().filter(|entity| entity.archived).map(|entity| entity.id);
        ids.filter(|id| !named.contains(&id.as_str())).collect()
    }

    /// The rule of a kind that judges this field: one that names it, or one that names none.
    pub(super) fn rule_of(&self, field: &InForce<'_>, is: impl Fn(&RuleKind) -> bool) -> Option<&'j Rule> {
        let rules = || self.manifest.rules.iter().filter(|rule| is(&rule.kind));
        let names_it = |rule: &&Rule| rule.fields().iter().any(|(_, _, key)| *key == field.key());
        rules().find(names_it).or_else(|| rules().find(|rule| rule.fields().is_empty()))
    }

    pub(super) fn tell(&self, field: &InForce<'j>, rule: &Rule, mentions: &[&Reference<'_>], found: &mut Vec<Finding>) {
        if mentions.is_empty() {
            return;
        }
        let mut names: Vec<(String, Vec<String>)> = Vec::new();
        let mut add = |key: String, name: String| match names.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) if known.contains(&name) => {}
            Some((_, known)) => known.push(name),
            None => names.push((key, vec![name])),
        };
        for mention in mentions {
            add(singular(mention.source), self.name_of(mention.source, mention.id));
            if let (Some(row), Some(source)) = (mention.row, rows_source(&field.field.kind)) {
                add(singular(source), self.name_of(source, row));
            }
            if let RuleKind::UniqueAcrossOrganizations(unique) = &rule.kind {
                add(unique.on.clone(), self.name_of(mention.source, mention.id));
            }
        }
        let names: Vec<(String, String)> = names.into_iter().map(|(key, names)| (key, joined(names))).collect();
        let why = self.say_rule(rule, &names);
        found.push(self.finding(field, rows_in(mentions), rule.common.severity.into(), &rule.common.id, why));
    }
}

pub(super) fn rows_source(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Map(map) => Some(&map.rows),
        Kind::Table(table) => Some(&table.rows),
        _ => None,
    }
}

fn rows_in(mentions: &[&Reference<'_>]) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for row in mentions.iter().filter_map(|mention| mention.row) {
        if rows.iter().all(|known| known != row) {
            rows.push(row.to_owned());
        }
    }
    rows
}

fn named<'r>(row: &'r str, source: &'r str, found: &mut Vec<Reference<'r>>) {
    if row != DEFAULT_ROW {
        found.push(Reference { row: Some(row), source, id: row, is_row: true });
    }
}

/// What a value of this kind refers to. A value of another form refers to nothing; it is found elsewhere.
pub(super) fn chosen<'r>(kind: &'r Kind, value: &'r Value, row: Option<&'r str>, found: &mut Vec<Reference<'r>>) {
    let mut add = |source: &'r str, id: &'r Value| {
        if let Some(id) = id.as_str() {
            found.push(Reference { row, source, id, is_row: false });
        }
    };
    let list = |value: &'r Value| value.as_array().map_or(&[][..], Vec::as_slice);
    match kind {
        Kind::Ref(kind) => add(&kind.source, value),
        Kind::MultiRef(kind) => list(value).iter().for_each(|id| add(&kind.source, id)),
        Kind::Enum(kind) => kind.source.iter().for_each(|source| add(source, value)),
        Kind::MultiEnum(kind) => {
            kind.source.iter().for_each(|source| list(value).iter().for_each(|id| add(source, id)));
        }
        Kind::PriorityList(kind) => {
            kind.source.iter().for_each(|source| list(value).iter().for_each(|id| add(source, id)));
        }
        Kind::AnyAll(kind) => {
            let items = value.get("items").map(list).unwrap_or_default();
            kind.source.iter().for_each(|source| items.iter().for_each(|id| add(source, id)));
        }
        Kind::PropertyMap(kind) => {
            for pair in list(value) {
                pair.get("left").into_iter().for_each(|id| add(&kind.left, id));
                pair.get("right").into_iter().for_each(|id| add(&kind.right, id));
            }
        }
        Kind::List(kind) => {
            for (thing, item) in list(value).iter().flat_map(|thing| kind.item.iter().map(move |item| (thing, item))) {
                if let Some(value) = thing.get(item.key()) {
                    chosen(&item.kind, value, row, found);
                }
            }
        }
        _ => {}
    }
}
