//! What a field says about itself: its limits, whether it has to be filled in, and for which rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::lists::rows_source;
use super::words::joined;
use super::{Finding, Judge, Severity};
use crate::domain::settings::tenant::{DEFAULT_ROW, Entity};
use crate::domain::settings::typed::unfilled;
use crate::domain::settings::{Gap, InForce, Layer, Parts, Sourced};
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;

/// Nothing was entered. 0 and `false` are something, except for a statement that has to be confirmed.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

pub(super) fn is_missing(field: &InForce<'_>) -> bool {
    match field.field.kind {
        Kind::Acknowledgement(_) => field.value != Value::Bool(true),
        _ => unfilled(&field.field.kind, &field.value),
    }
}

/// Whether a row's value says nothing.
fn is_open(field: &InForce<'_>, value: &Value) -> bool {
    match &field.field.kind {
        Kind::Map(map) => unfilled(&map.value, value),
        _ => is_empty(value),
    }
}

impl<'j> Judge<'j> {
    pub(super) fn own(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        self.limits(field, found);
        self.required(field, found);
        self.rows(field, found);
        self.amounts(field, found);
        self.danger(field, found);
    }

    /// What somebody entered fits the kind. Defaults were judged with the manifest.
    fn limits(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let entered = |part: &Sourced| part.source != Layer::Default && part.gap.is_none();
        let mut judge = |rows: Vec<String>, value: &Value| {
            let problems = problems(field.field, value);
            if let Some(first) = problems.first() {
                found.push(self.finding(field, rows, Severity::Error, "invalid", first));
            }
        };
        match &field.parts {
            Parts::Whole(part) if entered(part) => judge(Vec::new(), &part.value),
            Parts::Whole(_) => {}
            Parts::Rows(rows) => {
                for (row, part) in rows.iter().filter(|(_, part)| entered(part)) {
                    judge(vec![row.clone()], &json!({row: part.value}));
                }
            }
            Parts::Cells(rows) => {
                for (row, cells) in rows {
                    let cells = cells.iter().filter(|(_, part)| entered(part));
                    let cells: Map<String, Value> =
                        cells.map(|(column, part)| (column.clone(), part.value.clone())).collect();
                    judge(vec![row.clone()], &json!({row: cells}));
                }
            }
            Parts::Items(items) if items.iter().any(entered) => judge(Vec::new(), &field.value),
            Parts::Items(_) => {}
            Parts::Languages(languages) => {
                for (language, part) in languages.iter().filter(|(_, part)| entered(part)) {
                    judge(Vec::new(), &json!({language: part.value}));
                }
            }
        }
    }

    fn required(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let bound = matches!(&field.parts, Parts::Whole(Sourced { gap: Some(Gap::BoundTo), .. }));
        if bound {
            let severity = if field.field.common.required { Severity::Error } else { Severity::Warning };
            let why = "this location sends it to another address than the organization, so it has to be entered here";
            found.push(self.finding(field, Vec::new(), severity, "bound_to", why));
        } else if field.field.common.required && is_missing(field) && !has_gap(field) {
            let why = format!("“{}” is not filled in yet", field.field.common.label);
            found.push(self.finding(field, Vec::new(), Severity::Error, "required", why));
        }
    }

    /// Rows that nobody filled in.
    fn rows(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let (default_row_required, every_row_required, one_value) = match &field.field.kind {
            Kind::Map(map) => (map.default_row_required, map.every_row_required, is_one(&map.value)),
            Kind::Table(table) => (table.default_row_required, table.every_row_required, true),
            _ => return,
        };
        if default_row_required && self.row_is_empty(field, DEFAULT_ROW) {
            let why = format!("“{}”: the row for all others is not filled in yet", field.field.common.label);
            found.push(self.finding(field, vec![DEFAULT_ROW.to_owned()], Severity::Error, "required", why));
        }
        // A row with several values gives nothing while nobody says what; a row with one is a decision to make.
        if every_row_required || one_value {
            let (severity, rule) =
                if every_row_required { (Severity::Error, "required") } else { (Severity::Warning, "unmapped") };
            self.tell_rows(
                field,
                self.open_rows(field, every_row_required),
                severity,
                rule,
                "not filled in yet",
                found,
            );
        }
        self.required_cells(field, found);
        self.twice(field, found);
    }

    /// Rows without anything of their own or from the row `*`. `strict`: an explicit empty is not enough.
    pub(super) fn open_rows(&self, field: &InForce<'j>, strict: bool) -> Vec<Entity> {
        let entities = rows_source(&field.field.kind).and_then(|source| self.rows_of(source)).unwrap_or_default();
        let open = |entity: &Entity| match &field.parts {
            Parts::Rows(_) => {
                self.settings.row(field.key(), &entity.id).is_none_or(|part| strict && is_open(field, &part.value))
            }
            _ => self.row_is_empty(field, &entity.id) && self.row_is_empty(field, DEFAULT_ROW),
        };
        entities.into_iter().filter(|entity| !entity.archived && open(entity)).collect()
    }

    fn row_is_empty(&self, field: &InForce<'j>, row: &str) -> bool {
        field.value.get(row).is_none_or(|value| is_open(field, value))
    }

    fn required_cells(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let (Kind::Table(table), Parts::Cells(rows)) = (&field.field.kind, &field.parts) else { return };
        let mut incomplete = Vec::new();
        for column in table.columns.iter().filter(|column| column.common.required) {
            for (row, _) in rows.iter().filter(|(row, _)| self.applies(&table.rows, row)) {
                let cell = self.settings.cell(field.key(), row, column.key());
                let open = cell.is_none_or(|cell| unfilled(&column.kind, &cell.value) && cell.gap.is_none());
                if open && !incomplete.contains(row) {
                    incomplete.push(row.clone());
                }
            }
        }
        if !incomplete.is_empty() {
            let why = format!("“{}”: a column is not filled in yet", field.field.common.label);
            found.push(self.finding(field, incomplete, Severity::Error, "required", why));
        }
    }

    fn twice(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let (Kind::Map(map), Parts::Rows(rows)) = (&field.field.kind, &field.parts) else { return };
        if !map.unique_values {
            return;
        }
        let values = |part: &Sourced| -> BTreeSet<String> {
            let one = || part.value.as_str().map(str::to_owned);
            part.value.as_array().map_or_else(
                || one().into_iter().collect(),
                |list| list.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            )
        };
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        for value in rows.iter().flat_map(|(_, part)| values(part)) {
            *used.entry(value).or_default() += 1;
        }
        let shares = |(_, part): &&(String, Sourced)| values(part).iter().any(|value| used[value] > 1);
        let rows: Vec<String> = rows.iter().filter(shares).map(|(row, _)| row.clone()).collect();
        if !rows.is_empty() {
            found.push(self.finding(field, rows, Severity::Error, "unique_values", "the same is chosen in two rows"));
        }
    }

    /// Sums that were entered by currency, and not in the one of this location.
    fn amounts(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let source = rows_source(&field.field.kind).unwrap_or_default();
        let (rows, currency) = match &field.parts {
            Parts::Whole(part) => (Vec::new(), gap_of(part)),
            Parts::Rows(rows) => with_gap(rows.iter().map(|(row, part)| (row, gap_of(part)))),
            Parts::Cells(rows) => {
                let here = rows.iter().filter(|(row, _)| self.applies(source, row));
                with_gap(here.map(|(row, cells)| (row, cells.iter().find_map(|(_, part)| gap_of(part)))))
            }
            Parts::Items(_) | Parts::Languages(_) => return,
        };
        if let Some(currency) = currency {
            let why = format!("no amount in {currency}");
            found.push(self.finding(field, rows, Severity::Error, "missing_currency", why));
        }
    }

    fn danger(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let common = &field.field.common;
        let options = field.field.kind.options().iter();
        let chosen = options.filter(|option| is_or_has(&field.value, &Value::String(option.value.clone())));
        let at = format!("fields.{}", field.key());
        let mut by_option = chosen.filter_map(|option| {
            let key = format!("{at}.options.{}.danger", option.value);
            option.danger.as_ref().map(|danger| self.translated(&key, &danger.text))
        });
        let by_option = by_option.next();
        let by_field = common.danger.as_ref().filter(|danger| match &danger.when {
            Some(when) => is_or_has(&field.value, when),
            None => Some(&field.value) != common.default.as_ref() && !is_empty(&field.value),
        });
        let key = format!("{at}.danger");
        let by_field = by_field.map(|danger| self.translated(&key, &danger.text));
        if let Some(text) = by_field.or(by_option) {
            found.push(self.finding(field, Vec::new(), Severity::Danger, "danger", self.say(text, &[])));
        }
    }

    /// Rows by name. A row that is a location is the trouble of that location.
    pub(super) fn tell_rows(
        &self,
        field: &InForce<'j>,
        rows: Vec<Entity>,
        severity: Severity,
        rule: &str,
        what: &str,
        found: &mut Vec<Finding>,
    ) {
        if rows_source(&field.field.kind) == Some("ornd.locations") {
            found.extend(rows.into_iter().map(|row| Finding {
                location: Some(row.id.clone()),
                ..self.finding(field, vec![row.id], severity, rule, format!("{}: {what}", row.name))
            }));
        } else if !rows.is_empty() {
            let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
            let rows = rows.into_iter().map(|row| row.id).collect();
            let why = format!("{}: {what}", joined(names.clone()));
            found.push(Finding { names, ..self.finding(field, rows, severity, rule, why) });
        }
    }
}

fn problems(field: &Field, value: &Value) -> Vec<String> {
    let said = |reason: &str| vec![reason.to_owned()];
    match (&field.kind, value) {
        (Kind::Secret(_), Value::Null) => Vec::new(),
        (Kind::Secret(_), value) if value.get("secret").is_some_and(Value::is_string) => Vec::new(),
        (Kind::Secret(_), _) => said("is not a secret"),
        (Kind::Acknowledgement(_), Value::Bool(_) | Value::Null) => Vec::new(),
        (Kind::Acknowledgement(_), _) => said("is not true or false"),
        _ => field.problems(value).into_iter().map(|problem| problem.reason).collect(),
    }
}

/// Whether a value is this one, or a list with it. What any or all have to hold of stands under `items`.
pub fn is_or_has(value: &Value, wanted: &Value) -> bool {
    let list = value.as_array().or_else(|| value.get("items")?.as_array());
    value == wanted || list.is_some_and(|list| list.contains(wanted))
}

fn has_gap(field: &InForce<'_>) -> bool {
    matches!(&field.parts, Parts::Whole(Sourced { gap: Some(_), .. }))
}

fn gap_of(part: &Sourced) -> Option<&str> {
    match &part.gap {
        Some(Gap::NoAmount { currency }) => Some(currency),
        _ => None,
    }
}

fn with_gap<'g>(rows: impl Iterator<Item = (&'g String, Option<&'g str>)>) -> (Vec<String>, Option<&'g str>) {
    let rows: Vec<(&String, &str)> = rows.filter_map(|(row, gap)| Some((row, gap?))).collect();
    let currency = rows.first().map(|(_, currency)| *currency);
    (rows.into_iter().map(|(row, _)| row.clone()).collect(), currency)
}

/// Whether a row holds one value rather than a list of them.
fn is_one(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::MultiRef(_)
            | Kind::MultiEnum(_)
            | Kind::StringList(_)
            | Kind::EmailList(_)
            | Kind::NumberList(_)
            | Kind::DateRanges(_)
            | Kind::PriorityList(_)
            | Kind::AnyAll(_)
    )
}
