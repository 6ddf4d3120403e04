//! The same judgement of what a program says: values as JSON instead of entries of a form.

use app::forms::Path as At;
use app::ports::Mistake;
use serde_json::{Map, Value};

use super::{Judge, Judged, Sheet, TypedSecret};
use crate::domain::entry::{self, Limits};
use crate::domain::settings::Settings;
use crate::domain::settings::edits::{Edit, Path};
use crate::domain::settings::entries::Entries;
use crate::domain::settings::typed::{bits, bytes, day, same, unfilled};
use crate::manifest::Manifest;
use crate::manifest::field::Field;
use crate::manifest::kind::{Kind, Secret};

/// What is said of one place.
#[derive(Default)]
pub struct Given<'g> {
    pub values: Vec<(&'g str, &'g Value)>,
    pub reset: Vec<At>,
}

/// Judges values against the layers of the sheet, which hold what counts now.
pub fn judge_given(sheet: &Sheet<'_>, given: &Given<'_>) -> Judged {
    let entries = Entries::default();
    let in_force = Settings::resolve(sheet.manifest, sheet.seen, sheet.place);
    let mut judge = Judge { sheet, entries: &entries, in_force, judged: Judged::default() };
    given.reset.iter().for_each(|at| judge.reset(at));
    // Lists that others choose from come first.
    let sources = |key: &str| sheet.manifest.sources.values().any(|source| source.from_field.as_deref() == Some(key));
    let (first, then): (Vec<_>, Vec<_>) = given.values.iter().partition(|(key, _)| sources(key));
    for (key, value) in first.into_iter().chain(then) {
        judge.given(key, value);
    }
    // What is not asked now is judged all the same: a program has named it, and is told what became of it.
    judge.judged
}

/// A path as the API writes it: `field`, `field.row` or `field.row.column`. A row's id may have points in it.
pub fn at_of_text(manifest: &Manifest, text: &str) -> Option<At> {
    let (key, rest) = text.split_once('.').map_or((text, None), |(key, rest)| (key, Some(rest)));
    let field = manifest.field(key)?;
    let at = At::field(key);
    let Some(rest) = rest.filter(|rest| !rest.is_empty()) else { return (key == text).then_some(at) };
    match &field.kind {
        Kind::Table(table) => {
            let cell = rest.rsplit_once('.').filter(|(_, column)| table.columns.iter().any(|one| one.key() == *column));
            Some(match cell {
                Some((row, column)) => at.at(row).at(column),
                None => at.at(rest),
            })
        }
        Kind::Map(_) => Some(at.at(rest)),
        Kind::Template(template) if template.localized => Some(at.at(rest)),
        _ => None,
    }
}

impl Judge<'_> {
    fn given(&mut self, key: &str, value: &Value) {
        let (manifest, of) = (self.sheet.manifest, self.sheet.of);
        let at = At::field(key);
        let Some(field) = manifest.field(key).filter(|field| field.kind.has_value()) else {
            return self.wrong(&at, None, Mistake::Unknown);
        };
        if !self.is_here(&at, field) {
            return;
        }
        let path = Path::field(of.clone(), key);
        let rows = matches!(&field.kind, Kind::Map(_) | Kind::Table(_))
            || matches!(&field.kind, Kind::Template(template) if template.localized);
        match (&field.kind, value) {
            (Kind::Secret(kind), value) => self.given_secret(&at, kind, value),
            (_, Value::Object(given)) if rows && !given.is_empty() => self.given_rows(field, &at, &path, given),
            (_, Value::Object(_)) if rows => self.set(field, &at, path, value.clone()),
            _ if rows => self.wrong(&at, None, Mistake::WrongForm { example: None }),
            (kind, value) => self.given_one(field, &at, path, kind, value),
        }
    }

    /// Rows that are named; all others stay.
    fn given_rows(&mut self, field: &Field, at: &At, path: &Path, rows: &Map<String, Value>) {
        for (row, value) in rows {
            let (at, path) = (at.at(row), path.clone().row(row));
            let Kind::Table(table) = &field.kind else {
                let kind = match &field.kind {
                    Kind::Map(map) => &map.value,
                    kind => kind,
                };
                self.given_one(field, &at, path, kind, value);
                continue;
            };
            let Some(cells) = value.as_object().filter(|cells| !cells.is_empty()) else {
                self.wrong(&at, None, Mistake::WrongForm { example: None });
                continue;
            };
            for (column, value) in cells {
                let (at, path) = (at.at(column), path.clone().column(column));
                match table.columns.iter().find(|known| known.key() == column) {
                    Some(known) => self.given_one(field, &at, path, &known.kind, value),
                    None => self.wrong(&at, None, Mistake::Unknown),
                }
            }
        }
    }

    fn given_one(&mut self, field: &Field, at: &At, path: Path, kind: &Kind, value: &Value) {
        let said = self.sheet.seen.said(&path).cloned();
        if !self.row_exists(field, &path, said.is_some()) {
            return self.wrong(at, None, Mistake::UnknownChoice);
        }
        // Saved when other values were allowed, and left as it is.
        if said.as_ref().is_some_and(|said| same(kind, said, value)) {
            return;
        }
        let value = match fitting(kind, value) {
            Ok(value) => value,
            Err(mistake) => return self.wrong(at, None, mistake),
        };
        if !self.may_be(kind, &value, said.as_ref()) {
            return self.wrong(at, None, Mistake::UnknownChoice);
        }
        self.set(field, at, path, value);
    }

    fn set(&mut self, field: &Field, at: &At, path: Path, value: Value) {
        if field.common.required && unfilled(&field.kind, &value) && path.row.is_none() {
            return self.wrong(at, None, Mistake::Missing);
        }
        self.whole_first(field, &path);
        self.judged.edits.push((path, Edit::Set(value)));
    }

    /// `{"secret": "text"}`, perhaps with `"expires_at": "YYYY-MM-DD"`.
    fn given_secret(&mut self, at: &At, kind: &Secret, value: &Value) {
        let text = value.get("secret").and_then(Value::as_str).filter(|text| !text.is_empty());
        let known = |key: &String| key == "secret" || key == "expires_at";
        let (Some(text), true) = (text, value.as_object().is_some_and(|parts| parts.keys().all(known))) else {
            return self.wrong(at, None, Mistake::WrongForm { example: Some("{\"secret\": \"…\"}".to_owned()) });
        };
        let expires_on = match value.get("expires_at") {
            None | Some(Value::Null) => None,
            Some(given) => match day(given.as_str().unwrap_or_default(), None, None) {
                Ok(day) => Some(day),
                Err(mistake) => return self.wrong(at, None, mistake),
            },
        };
        match entry::within(text, kind.min_length, kind.max_length) {
            Ok(()) => {
                let secret = TypedSecret::Text { text: text.to_owned(), expires_on };
                self.judged.secrets.push((at.field.clone(), secret));
            }
            Err(mistake) => self.wrong(at, None, mistake),
        }
    }
}

/// A value as it is stored, if it is of the kind.
fn fitting(kind: &Kind, value: &Value) -> Result<Value, Mistake> {
    let wrong = || Mistake::WrongForm { example: None };
    match (kind, value) {
        // Lines are read as the page reads them, so that what fits there fits here.
        (Kind::Text(_) | Kind::Url(_) | Kind::HostPort(_), Value::String(text)) => {
            return Ok(entry::line(kind, text)?.unwrap_or_default());
        }
        (Kind::Acknowledgement(_), Value::Bool(_)) => return Ok(value.clone()),
        (Kind::Acknowledgement(_), _) => return Err(wrong()),
        // A language of a localized text, or the text; empty on purpose.
        (Kind::Template(_), Value::Null) => return Ok(Value::Null),
        (Kind::Template(template), Value::String(text)) => {
            let judged = if template.localized { serde_json::json!({ "en": text }) } else { value.clone() };
            return refused(kind, &judged).map_or_else(|| Ok(value.clone()), Err);
        }
        (Kind::Template(_), _) => return Err(wrong()),
        // Their limits are in the unit that is shown, values in the one that is stored.
        (Kind::Rate(rate), Value::Number(number)) => {
            let factor = bits(rate.unit) / bits(rate.stored_unit.unwrap_or(rate.unit));
            let limits = Limits { min: rate.min.or(Some(0.0)), max: rate.max, step: rate.step, ..Limits::default() };
            limits.check(number.as_f64().unwrap_or(f64::NAN) / factor)?;
        }
        (Kind::DataSize(size), Value::Number(number)) => {
            let factor = bytes(size.unit) / bytes(size.stored_unit.unwrap_or(size.unit));
            let limits = Limits { min: size.min.or(Some(0.0)), max: size.max, step: size.step, ..Limits::default() };
            limits.check(number.as_f64().unwrap_or(f64::NAN) / factor)?;
        }
        // None of several is an answer, whatever number some have to have.
        (
            Kind::MultiEnum(_)
            | Kind::MultiRef(_)
            | Kind::PriorityList(_)
            | Kind::NumberList(_)
            | Kind::StringList(_)
            | Kind::EmailList(_)
            | Kind::DateRanges(_)
            | Kind::PropertyMap(_),
            Value::Array(list),
        ) if list.is_empty() => return Ok(value.clone()),
        _ => {}
    }
    refused(kind, value).map_or_else(|| Ok(value.clone()), Err)
}

/// The first thing that is wrong, in the manifest's own words.
fn refused(kind: &Kind, value: &Value) -> Option<Mistake> {
    let problem = kind.problems(value).into_iter().next()?;
    let reason = if problem.path.is_empty() { problem.reason } else { format!("{}: {}", problem.path, problem.reason) };
    Some(Mistake::Said(format!("{reason}.")))
}
