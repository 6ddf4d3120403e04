//! From posted entries to edits of a layer: only what differs from what the person saw, and only where the manifest
//! has something to change.

pub mod given;
mod offered;

use app::forms::Path as At;
use app::ports::Mistake;
use serde_json::Value;

use super::edits::{Edit, Of, Path};
use super::entries::Entries;
use super::typed::{Where, same, typed, unfilled};
use super::{Layers, Parts, Place, Settings};
use crate::domain::entry;
use crate::manifest::Manifest;
use crate::manifest::field::{Field, Override, Scope};
use crate::manifest::kind::{Kind, Secret};

/// What a form was filled in for.
pub struct Sheet<'s> {
    pub manifest: &'s Manifest,
    pub of: &'s Of,
    pub place: Place<'s>,
    /// As the person saw them.
    pub seen: &'s Layers,
    pub currencies: &'s [String],
    pub world: &'s dyn Offers,
}

/// What lists offer.
pub trait Offers {
    /// Whether something of a list may be chosen or filled in now.
    fn has(&self, source: &str, id: &str) -> bool;
}

/// Something that is wrong with an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrong {
    pub at: At,
    /// The control, where the path alone does not name one.
    pub name: Option<String>,
    pub mistake: Mistake,
}

/// What was typed into a secret's control. It has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum TypedSecret {
    Text {
        text: String,
        expires_on: Option<String>,
    },
    /// One is made up.
    Make {
        expires_on: Option<String>,
    },
    Remove,
}

#[derive(Default)]
pub struct Judged {
    pub edits: Vec<(Path, Edit)>,
    pub secrets: Vec<(String, TypedSecret)>,
    pub wrong: Vec<Wrong>,
}

/// Everything that is announced in a form is read; all mistakes are found at once.
pub fn judge(sheet: &Sheet<'_>, entries: &Entries) -> Judged {
    let in_force = Settings::resolve(sheet.manifest, sheet.seen, sheet.place);
    let mut judge = Judge { sheet, entries, in_force, judged: Judged::default() };
    judge.all();
    judge.hide();
    judge.judged
}

/// The controls that a path has when it is opened: the cells of a row of a table, else itself.
pub fn controls(manifest: &Manifest, at: &At) -> Vec<At> {
    match manifest.field(&at.field).map(|field| &field.kind) {
        Some(Kind::Table(table)) if at.inside.len() == 1 => {
            table.columns.iter().map(|column| at.at(column.key())).collect()
        }
        _ => vec![at.clone()],
    }
}

/// The field, the place inside a layer, and the kind of what is typed there.
pub fn target<'m>(manifest: &'m Manifest, of: &Of, at: &At) -> Option<(&'m Field, Path, &'m Kind)> {
    let field = manifest.field(&at.field)?;
    let path = Path::field(of.clone(), &at.field);
    match (&field.kind, at.inside.as_slice()) {
        (Kind::Map(map), [row]) => Some((field, path.row(row), &map.value)),
        (Kind::Table(table), [row, column]) => {
            let kind = &table.columns.iter().find(|known| known.key() == column)?.kind;
            Some((field, path.row(row).column(column), kind))
        }
        (Kind::Template(template), [language]) if template.localized => Some((field, path.row(language), &field.kind)),
        (Kind::Map(_) | Kind::Table(_), _) => None,
        (Kind::Template(template), []) if template.localized => None,
        (kind, []) if kind.has_value() => Some((field, path, kind)),
        _ => None,
    }
}

struct Judge<'j> {
    sheet: &'j Sheet<'j>,
    entries: &'j Entries,
    in_force: Settings<'j>,
    judged: Judged,
}

impl Judge<'_> {
    fn all(&mut self) {
        let (manifest, of) = (self.sheet.manifest, self.sheet.of);
        for at in &self.entries.reset {
            self.reset(at);
        }
        for at in self.entries.own.iter().filter(|at| !self.entries.reset.contains(at)) {
            for control in controls(manifest, at) {
                self.typed(&control, true);
            }
        }
        for at in self.entries.see.iter().filter(|at| !self.entries.own.contains(at)) {
            for control in controls(manifest, at) {
                self.typed(&control, false);
            }
        }
        // Three radio buttons announce nothing; what is chosen says it.
        if let Of::Location(_) = of {
            for field in manifest.fields().filter(|field| matches!(field.kind, Kind::Boolean(_))) {
                let at = At::field(field.key());
                if self.entries.has(&at) || self.entries.reset.contains(&at) {
                    continue;
                }
                match self.entries.text(&at) {
                    "inherit" => self.reset(&at),
                    "on" | "off" => self.typed(&at, true),
                    _ => {}
                }
            }
        }
    }

    fn wrong(&mut self, at: &At, name: Option<String>, mistake: Mistake) {
        self.judged.wrong.push(Wrong { at: at.clone(), name, mistake });
    }

    /// Whether a field can be said anything about here; says so if not.
    fn is_here(&mut self, at: &At, field: &Field) -> bool {
        let scope = field.common.scope;
        let here = match self.sheet.of {
            Of::Organization => scope != Scope::Location,
            Of::Location(_) => scope != Scope::Org,
        };
        if !here {
            self.wrong(at, None, Mistake::Unknown);
            return false;
        }
        if let Of::Location(id) = self.sheet.of {
            let lock = self.sheet.seen.locks.get(field.key());
            if lock.is_some_and(|except| !except.contains(id)) && scope == Scope::Both {
                self.wrong(at, None, Mistake::Locked);
                return false;
            }
        }
        true
    }

    fn reset(&mut self, at: &At) {
        let Some(field) = self.sheet.manifest.field(&at.field).filter(|field| field.kind.has_value()) else {
            return self.wrong(at, None, Mistake::Unknown);
        };
        if !self.is_here(at, field) {
            return;
        }
        let mut path = Path::field(self.sheet.of.clone(), &at.field);
        path.row = at.row().map(str::to_owned);
        path.column = at.column().map(str::to_owned);
        if self.sheet.seen.said(&path).is_none() {
            return;
        }
        if matches!(field.kind, Kind::Secret(_)) {
            self.judged.secrets.push((at.field.clone(), TypedSecret::Remove));
        } else {
            self.judged.edits.push((path, Edit::Reset));
        }
    }

    fn typed(&mut self, at: &At, own: bool) {
        let (manifest, of) = (self.sheet.manifest, self.sheet.of);
        let Some((field, path, kind)) = target(manifest, of, at) else { return self.wrong(at, None, Mistake::Unknown) };
        if !self.is_here(at, field) {
            return;
        }
        if let Kind::Secret(kind) = kind {
            return self.secret(at, kind);
        }
        let said = self.sheet.seen.said(&path).cloned();
        if !self.row_exists(field, &path, said.is_some()) {
            return self.wrong(at, None, Mistake::UnknownChoice);
        }
        if !self.entries.is_typed(at) {
            return;
        }
        let place = Where { currency: self.sheet.place.currency(), currencies: self.sheet.currencies };
        let value = match typed(kind, at, self.entries, place) {
            Ok(value) => value,
            // Saved when other values were allowed, and left as it is.
            Err(_) if said.as_ref().is_some_and(|said| !kind.accepts(said) && as_stored(said, self.entries, at)) => {
                return;
            }
            // Nothing was there and nothing is: what is still to be filled in is marked, and holds up nothing else.
            Err(_) if !own && self.is_nothing(at) && unfilled(kind, &self.shown(field, &path)) => return,
            Err((name, mistake)) => return self.wrong(at, name, mistake),
        };
        let seen = if own { said } else { Some(self.shown(field, &path)) };
        let value = with_unseen_amounts(kind, value, seen.as_ref(), self.sheet);
        let unchanged = match &seen {
            Some(seen) => same(kind, seen, &value),
            // Opened and left empty is empty on purpose, where that can be said.
            None => false,
        };
        if unchanged {
            return;
        }
        if field.common.required && unfilled(kind, &value) && path.row.is_none() {
            return self.wrong(at, None, Mistake::Missing);
        }
        if !self.may_be(kind, &value, seen.as_ref()) {
            return self.wrong(at, None, Mistake::UnknownChoice);
        }
        if !kind_accepts(kind, &value) {
            let mistake = if value.is_null() { Mistake::Choose } else { Mistake::WrongForm { example: None } };
            return self.wrong(at, None, mistake);
        }
        self.whole_first(field, &path);
        self.judged.edits.push((path, Edit::Set(value)));
    }

    /// Whether a control was left without anything in it.
    fn is_nothing(&self, at: &At) -> bool {
        self.entries.all(at).iter().all(String::is_empty)
    }

    /// What is in force at a path now.
    fn shown(&self, field: &Field, path: &Path) -> Value {
        let key = field.key();
        let found = match (&path.row, &path.column) {
            (Some(row), Some(column)) => self.in_force.cell(key, row, column).map(|part| part.value.clone()),
            (Some(row), None) => match self.in_force.field(key).map(|field| &field.parts) {
                Some(Parts::Rows(_)) => self.in_force.row(key, row).map(|part| part.value.clone()),
                _ => self.in_force.value(key).and_then(|value| value.get(row)).cloned(),
            },
            _ => self.in_force.value(key).cloned(),
        };
        // Lists that add up show what the place adds itself.
        if field.override_mode() == Override::Union && matches!(self.sheet.of, Of::Location(_)) {
            return Value::Null;
        }
        found.unwrap_or_default()
    }

    /// A location that says something about one row of a field that it overrides as a whole keeps the other rows.
    fn whole_first(&mut self, field: &Field, path: &Path) {
        // Texts fall through language by language.
        let has_rows = matches!(field.kind, Kind::Map(_) | Kind::Table(_));
        let by_whole = has_rows && path.row.is_some() && field.override_mode() == Override::Replace;
        if !by_whole || field.common.scope != Scope::Both || *self.sheet.of == Of::Organization {
            return;
        }
        let whole = Path::field(path.of.clone(), field.key());
        let begun = self.judged.edits.iter().any(|(known, _)| *known == whole);
        if begun || self.sheet.seen.said(&whole).is_some() {
            return;
        }
        let inherited = self.in_force.value(field.key()).filter(|value| value.is_object()).cloned();
        if let Some(inherited) = inherited {
            self.judged.edits.push((whole, Edit::Set(inherited)));
        }
    }

    fn secret(&mut self, at: &At, kind: &Secret) {
        let expires_on = match self.entries.part(at, "expires").map(str::trim).filter(|day| !day.is_empty()) {
            None => None,
            Some(day) => match super::typed::day(day, None, None) {
                Ok(day) => Some(day),
                Err(mistake) => {
                    let name = at.part(&app::forms::Part::Expires);
                    return self.wrong(at, Some(name), mistake);
                }
            },
        };
        let text = self.entries.text(at);
        let secret = if !text.is_empty() {
            if let Err(mistake) = entry::within(text, kind.min_length, kind.max_length) {
                return self.wrong(at, None, mistake);
            }
            TypedSecret::Text { text: text.to_owned(), expires_on }
        } else if kind.generate && self.entries.part(at, "make") == Some("yes") {
            TypedSecret::Make { expires_on }
        } else {
            return;
        };
        self.judged.secrets.push((at.field.clone(), secret));
    }

    /// What is not asked with the values that are chosen is kept and not checked.
    fn hide(&mut self) {
        let mut after = self.sheet.seen.clone();
        self.judged.edits.iter().for_each(|(path, edit)| after.edit(path, edit.clone()));
        let settings = Settings::resolve(self.sheet.manifest, &after, self.sheet.place);
        self.judged.wrong.retain(|wrong| {
            matches!(wrong.mistake, Mistake::Unknown | Mistake::Locked)
                || settings.field(&wrong.at.field).is_none_or(super::InForce::is_used)
        });
    }
}

/// A row or language is checked by itself; whole values with what they hold.
fn kind_accepts(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Template(_) | Kind::Acknowledgement(_) => true,
        kind if kind.options().is_empty() => kind.accepts(value),
        // Options were compared with those that are offered or were chosen before.
        Kind::Enum(_) => value.is_string(),
        _ => true,
    }
}

/// Amounts in currencies of no location of today stand on no page: whoever types the others keeps them.
fn with_unseen_amounts(kind: &Kind, value: Value, seen: Option<&Value>, sheet: &Sheet<'_>) -> Value {
    let (Kind::Money(money), Value::Object(mut amounts), Some(Value::Object(seen))) = (kind, value.clone(), seen)
    else {
        return value;
    };
    if money.currency != "location" || sheet.place.currency().is_some() {
        return value;
    }
    for (currency, amount) in seen.iter().filter(|(currency, _)| !sheet.currencies.contains(*currency)) {
        amounts.insert(currency.clone(), amount.clone());
    }
    Value::Object(amounts)
}

/// Whether a control still holds what is stored, word for word.
fn as_stored(said: &Value, entries: &Entries, at: &At) -> bool {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match said {
        Value::Null => entries.text(at).is_empty(),
        Value::Array(list) => {
            let list: Vec<String> = list.iter().map(plain).collect();
            entries.all(at) == list || entries.text(at).lines().eq(list.iter().map(String::as_str))
        }
        one => entries.text(at) == plain(one),
    }
}
