//! From a file to a [`Manifest`], with everything that is wrong in one go.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::check::{self, logo};
use super::field::Field;
use super::model::{Manifest, Section, first_revision};
use super::problem::{Place, Problem, Problems};
use super::rule::Rule;
use super::typed::{parse, type_of, typed, unknown};

/// A manifest is text that people write; beyond this it is something else.
const MAX_BYTES: u64 = 1024 * 1024;

/// What a manifest has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadMode {
    /// Everything that is needed to run the integration.
    Serve,
    /// The settings part is enough: client and scopes may be missing, as they may be for `manifest check` and `resolve`.
    Shape,
}

/// The keys at the top, in the order of the documentation.
const TOP: &[&str] = &[
    "integration",
    "slug",
    "name",
    "about",
    "category",
    "revision",
    "logo",
    "support",
    "client_id",
    "client_secret",
    "scopes",
    "webhooks",
    "sync",
    "connection",
    "sources",
    "sections",
    "rules",
    "translations",
    "partner",
];

impl Manifest {
    /// Reads and checks a file and the logo beside it.
    ///
    /// # Errors
    /// Every problem that could be found; never an empty list.
    pub fn read(path: &Path, mode: ReadMode) -> Result<Self, Vec<Problem>> {
        let file = path.display().to_string();
        let text = read_text(path, MAX_BYTES).map_err(|reason| {
            let mut problems = Problems::of(&file);
            problems.add(&Place::root(), reason);
            problems.into_vec()
        })?;
        let manifest = Self::parse(&file, &text, mode);
        let Some(logo) = manifest.as_ref().ok().and_then(|manifest| manifest.logo.as_deref()) else { return manifest };
        match logo::read(path, logo) {
            Ok(_) => manifest,
            Err(reason) => Err(vec![Problem { file, path: "logo".to_owned(), reason }]),
        }
    }

    /// Reads and checks a text; `file` names it in problems. The logo is not looked at.
    ///
    /// # Errors
    /// Every problem that could be found; never an empty list.
    pub fn parse(file: &str, text: &str, mode: ReadMode) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::of(file);
        let manifest = match parse(text) {
            Ok(value) => assemble(file, value, &mut problems),
            Err((place, reason)) => {
                problems.add(&place, format!("not readable as JSON: {reason}"));
                None
            }
        };
        // With a part missing, references to it would be reported as mistakes that nobody made.
        if let Some(manifest) = &manifest {
            check::check(manifest, mode, &mut problems);
        }
        match manifest {
            Some(manifest) if problems.is_empty() => Ok(manifest),
            _ => Err(problems.into_vec()),
        }
    }
}

pub(super) fn read_text(path: &Path, limit: u64) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > limit {
        return Err(format!("has {size} bytes; at most {limit} are read"));
    }
    fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))
}

fn assemble(file: &str, value: Value, problems: &mut Problems) -> Option<Manifest> {
    let Value::Object(keys) = value else {
        problems.add(&Place::root(), format!("expected an object, found {}", type_of(&value)));
        return None;
    };
    let mut top = Top { keys, problems, broken: false };
    let slug = top.slug();
    let name: Option<String> = top.required("name");
    let named = slug.is_some() && name.is_some();
    let manifest = Manifest {
        file: file.to_owned(),
        about: top.take("about"),
        category: top.take("category"),
        revision: top.take("revision").unwrap_or_else(first_revision),
        logo: top.take("logo"),
        support: top.take("support"),
        client_id: top.take("client_id"),
        client_secret: top.take("client_secret"),
        scopes: top.take("scopes").unwrap_or_default(),
        webhooks: top.take("webhooks").unwrap_or_default(),
        sync: top.take("sync"),
        connection: top.take("connection").unwrap_or_default(),
        sources: top.each("sources"),
        sections: top.list("sections", section),
        rules: top.list("rules", Rule::read),
        translations: top.each("translations"),
        partner: top.take("partner"),
        slug: slug.unwrap_or_default(),
        name: name.unwrap_or_default(),
    };
    top.rest();
    (named && !top.broken).then_some(manifest)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionKeys {
    id: String,
    title: String,
    help: Option<String>,
    fields: Vec<Value>,
}

fn section(place: &Place, value: Value, problems: &mut Problems) -> Option<Section> {
    let SectionKeys { id, title, help, fields } = typed(place, value, &[], problems)?;
    let inside = place.key("fields");
    let read = |(i, field)| Field::read(&inside.index(i), field, problems);
    let fields: Vec<Option<Field>> = fields.into_iter().enumerate().map(read).collect();
    let fields: Option<Vec<Field>> = fields.into_iter().collect();
    Some(Section { id, title, help, fields: fields? })
}

/// The object at the top: each key is taken out and read by itself, so that a mistake in one does
/// not hide those in others.
struct Top<'p> {
    keys: Map<String, Value>,
    problems: &'p mut Problems,
    broken: bool,
}

impl Top<'_> {
    fn take<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.keys.shift_remove(key)?;
        let read = typed(&Place::root().key(key), value, &[], self.problems);
        self.broken |= read.is_none();
        read
    }

    fn required<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        if !self.keys.contains_key(key) {
            self.problems.add(&Place::root(), format!("missing key `{key}`"));
        }
        self.take(key)
    }

    fn slug(&mut self) -> Option<String> {
        if self.keys.contains_key("integration") && self.keys.contains_key("slug") {
            self.problems.add(&Place::root().key("slug"), "`slug` is another word for `integration`; give one of them");
            self.keys.shift_remove("slug");
        }
        if self.keys.contains_key("slug") { self.take("slug") } else { self.required("integration") }
    }

    fn list<T>(&mut self, key: &str, read: impl Fn(&Place, Value, &mut Problems) -> Option<T>) -> Vec<T> {
        let place = Place::root().key(key);
        let values: Vec<Value> = self.take(key).unwrap_or_default();
        let mut list = Vec::new();
        for (i, value) in values.into_iter().enumerate() {
            match read(&place.index(i), value, self.problems) {
                Some(item) => list.push(item),
                None => self.broken = true,
            }
        }
        list
    }

    fn each<T: DeserializeOwned>(&mut self, key: &str) -> std::collections::BTreeMap<String, T> {
        let place = Place::root().key(key);
        let values: Map<String, Value> = self.take(key).unwrap_or_default();
        let mut map = std::collections::BTreeMap::new();
        for (name, value) in values {
            match typed(&place.key(&name), value, &[], self.problems) {
                Some(item) => _ = map.insert(name, item),
                None => self.broken = true,
            }
        }
        map
    }

    /// What is left is not known.
    fn rest(&mut self) {
        for key in self.keys.keys() {
            self.problems.add(&Place::root(), unknown(key, TOP));
        }
    }
}
