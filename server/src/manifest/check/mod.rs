//! What types cannot say: that names exist, limits make sense and defaults fit.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{Field, Scope};
use super::kind::Kind;
use super::model::Manifest;
use super::problem::{Place, Problems};
use super::read::ReadMode;

mod connection;
mod field;
mod kind;
mod lists;
pub(super) mod logo;
pub(super) mod partner;
mod reference;
mod rule;
mod source;
mod support;
mod text;
mod time;
mod top;
mod translation;
pub(super) mod value;

/// Adds everything that is wrong with a manifest whose parts could all be read.
pub(super) fn check(manifest: &Manifest, mode: ReadMode, problems: &mut Problems) {
    let index = Index::new(manifest, problems);
    top::check(manifest, mode, problems);
    support::check(manifest, problems);
    connection::check(&index, problems);
    source::check(&index, problems);
    field::check(&index, problems);
    rule::check(&index, problems);
    translation::check(manifest, problems);
    partner::check(manifest, mode, problems);
}

/// The fields by key, and where each stands.
struct Index<'m> {
    manifest: &'m Manifest,
    fields: BTreeMap<&'m str, &'m Field>,
    /// In the order of the file; a key that stands twice is here twice.
    placed: Vec<(Place, &'m Field)>,
}

impl<'m> Index<'m> {
    /// Also reports sections and fields whose name stands twice or is none.
    fn new(manifest: &'m Manifest, problems: &mut Problems) -> Self {
        let mut index = Self { manifest, fields: BTreeMap::new(), placed: Vec::new() };
        let mut sections = BTreeSet::new();
        for (i, section) in manifest.sections.iter().enumerate() {
            let place = Place::root().key("sections").index(i);
            if !sections.insert(&section.id) {
                problems.add(&place.key("id"), format!("the section `{}` stands here twice", section.id));
            }
            word(&section.id, &place.key("id"), problems);
            filled(&section.title, &place.key("title"), problems);
            for (j, field) in section.fields.iter().enumerate() {
                let place = place.key("fields").index(j);
                if index.fields.insert(field.key(), field).is_some() {
                    problems.add(&place.key("key"), format!("the field `{}` stands here twice", field.key()));
                }
                index.placed.push((place, field));
            }
        }
        index
    }

    /// The field, or a problem that says what could have been meant.
    fn known(&self, key: &str, place: &Place, problems: &mut Problems) -> Option<&'m Field> {
        let field = self.fields.get(key).copied();
        if field.is_none() {
            problems.add(place, no_such("field", key, self.fields.keys().copied()));
        }
        field
    }

    fn known_source(&self, id: &str, place: &Place, problems: &mut Problems) {
        if !self.manifest.sources.contains_key(id) {
            problems.add(place, no_such("source", id, self.manifest.sources.keys().map(String::as_str)));
        }
    }
}

/// An organization's value cannot depend on what only locations have.
fn reaches(from: Scope, to: &Field, place: &Place, problems: &mut Problems) {
    if from == Scope::Org && to.common.scope == Scope::Location {
        let key = to.key();
        problems.add(place, format!("`{key}` has a value only at locations, this field only at the organization"));
    }
}

fn no_such<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match super::problem::nearest(name, known) {
        Some(meant) => format!("there is no {what} `{name}`; did you mean `{meant}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}

fn word(text: &str, place: &Place, problems: &mut Problems) {
    if !super::scalar::is_word(text) {
        problems
            .add(place, format!("`{text}` is not a name: small letters, digits and `_`, a letter first, at most 64"));
    }
}

fn filled(text: &str, place: &Place, problems: &mut Problems) {
    if text.trim().is_empty() {
        problems.add(place, "must not be empty");
    }
}

/// Whether a value of this kind is a list in which something can be looked for.
fn is_list(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::MultiEnum(_)
            | Kind::MultiRef(_)
            | Kind::StringList(_)
            | Kind::EmailList(_)
            | Kind::NumberList(_)
            | Kind::PriorityList(_)
    )
}
