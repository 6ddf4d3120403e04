//! Maps and tables: a row for each entity, one for all others, and those that are not there any more.

use app::forms::Path as At;
use app::ports::{ColumnView, Gone, ListState, RowName, RowView, Severity as Bad, TableView, Words};
use app::texts::{speaking, text};
use serde_json::Value;

use super::build::Builder;
use crate::domain::settings::edits::{Of, Path};
use crate::domain::settings::findings::Severity;
use crate::domain::settings::tenant::{DEFAULT_ROW, Entity};
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::services::settings::lists::State;

impl<'b> Builder<'b> {
    pub(super) fn table(&self, field: &'b Field, base: &str) -> TableView {
        let key = field.key();
        let at = At::field(key);
        let (source, default_row) = match &field.kind {
            Kind::Map(map) => (map.rows.as_str(), map.default_row),
            Kind::Table(table) => (table.rows.as_str(), table.default_row),
            _ => ("", false),
        };
        let columns = match &field.kind {
            Kind::Table(table) => table
                .columns
                .iter()
                .map(|column| {
                    let base = format!("{base}.columns.{}", column.key());
                    ColumnView {
                        key: Some(column.key().to_owned()),
                        label: self.speech.say(&format!("{base}.label"), &column.common.label),
                        help: self.speech.maybe(&format!("{base}.help"), column.common.help.as_ref()),
                    }
                })
                .collect(),
            _ => vec![ColumnView { key: None, label: Words::default(), help: None }],
        };
        let mut rows: Vec<RowView> = Vec::new();
        if default_row {
            rows.push(self.row(field, base, DEFAULT_ROW, RowName::Others));
        }
        let entities = self.rows(source);
        let named: Vec<&String> = match self.settings.value(key) {
            Some(Value::Object(rows)) => rows.keys().filter(|row| *row != DEFAULT_ROW).collect(),
            _ => Vec::new(),
        };
        let says = |id: &String| named.contains(&id);
        for entity in entities.iter().filter(|entity| !entity.archived || default_row || says(&entity.id)) {
            let gone = entity.archived.then_some(Gone::Archived);
            rows.push(self.row(field, base, &entity.id, RowName::Entity { name: entity.name.clone(), gone }));
        }
        for row in named.iter().filter(|row| entities.iter().all(|entity| entity.id != ***row)) {
            // Rows of rooms and floors that other locations have.
            let elsewhere = self.scene.tenant.sources.get(source).is_some_and(|list| {
                list.iter().any(|entity| entity.id == ***row && !entity.is_at(self.location().map(|it| it.id.as_str())))
            });
            let made_here = self.own_list(source).is_some();
            if elsewhere || made_here {
                continue;
            }
            let choice = self.gone(source, row);
            let name = RowName::Entity { name: choice.label.text, gone: choice.gone };
            rows.push(self.row(field, base, row, name));
        }
        let open = entities.iter().filter(|entity| {
            let findings = self.findings.iter().filter(|one| one.field.as_deref() == Some(key) && self.concerns(one));
            findings
                .filter(|one| matches!(one.rule.as_str(), "unmapped" | "required"))
                .any(|one| one.rows.contains(&entity.id))
        });
        let open = open.map(|entity| entity.name.clone()).collect();
        let listed = self.scene.lists.0.iter().find(|((known, _), _)| known == source).map(|(_, list)| list.state);
        let label = self.scene.manifest().sources.get(source).map_or(source, |source| source.label.as_str());
        let own = match self.of {
            Of::Organization => self.after.organization.get(key),
            Of::Location(id) => self.after.locations.get(id).and_then(|own| own.get(key)),
        };
        TableView {
            path: at,
            rows_label: self.speech.say(&format!("sources.{source}.label"), label),
            columns,
            rows,
            open,
            state: match listed.unwrap_or_default() {
                State::Fresh => ListState::Fresh,
                State::Stale { at, trouble } => ListState::Stale { at, trouble },
                State::Failed(trouble) => ListState::Failed(trouble),
            },
            can_refresh: source.starts_with("ornd.") || source.starts_with("partner."),
            own: own.and_then(Value::as_object).map_or(0, serde_json::Map::len),
        }
    }

    /// Entities that have a row here.
    pub(super) fn rows(&self, source: &str) -> Vec<Entity> {
        if let Some(own) = self.own_list(source) {
            return own;
        }
        let here = self.location().map(|location| location.id.as_str());
        let all = self.scene.tenant.sources.get(source).into_iter().flatten();
        all.filter(|entity| entity.is_at(here)).cloned().collect()
    }

    fn row(&self, field: &'b Field, base: &str, row: &str, name: RowName) -> RowView {
        let at = At::field(field.key()).at(row);
        let cells = match &field.kind {
            Kind::Table(table) => table
                .columns
                .iter()
                .map(|column| {
                    let base = format!("{base}.columns.{}", column.key());
                    self.body(field, &column.kind, &base, &at.at(column.key()))
                })
                .collect(),
            Kind::Map(map) => vec![self.body(field, &map.value, &format!("{base}.value"), &at)],
            _ => Vec::new(),
        };
        let worst = self.findings.iter().filter(|one| {
            one.field.as_deref() == Some(field.key()) && self.concerns(one) && one.rows.iter().any(|known| known == row)
        });
        let severity = worst.map(|one| bad(one.severity)).min();
        RowView { path: at, name, cells, severity }
    }

    /// The name of a row, for summaries and history.
    pub(super) fn row_name(&self, field: &Field, path: &Path) -> Option<Words> {
        let row = path.row.as_deref()?;
        let source = match &field.kind {
            Kind::Map(map) => &map.rows,
            Kind::Table(table) => &table.rows,
            _ => return Some(Words::new(language_name(row))),
        };
        if row == DEFAULT_ROW {
            return Some(Words::new(speaking(self.speech.language, || text("table-others"))));
        }
        Some(self.entity_name(source, row).name)
    }
}

pub(super) fn bad(severity: Severity) -> Bad {
    match severity {
        Severity::Error => Bad::Error,
        Severity::Warning => Bad::Warning,
        Severity::Info => Bad::Info,
        Severity::Danger => Bad::Danger,
    }
}

/// As its speakers call it, else its tag.
fn language_name(tag: &str) -> String {
    let name = app::ports::LanguageName::of(tag).name;
    if name.is_empty() { tag.to_owned() } else { name }
}
