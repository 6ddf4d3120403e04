//! What was changed, so exactly that it can be taken back: how the page knows what somebody saw at an earlier version,
//! and how history is told and restored.

use app::ports::Actor;
use serde_json::{Map, Value};

use super::Layers;
use super::edits::{Edit, Of, Path};
use crate::clock::Millis;
use crate::manifest::Manifest;
use crate::manifest::kind::Kind;

/// Who entered something, and when. Nobody is known of what was entered before that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub at: Millis,
    pub by: Option<Actor>,
}

/// A field, row or cell of a layer that says something else than before. None: it said nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub path: Path,
    pub old: Option<Value>,
    pub new: Option<Value>,
}

/// A lock that was set, lifted, or has other exceptions. None: the field was not locked.
#[derive(Debug, Clone, PartialEq)]
pub struct LockChanged {
    pub field: String,
    pub old: Option<Vec<String>>,
    pub new: Option<Vec<String>>,
}

/// From where a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The pop-up, or its steps from Configure.
    SetUp,
    Page,
    Restore,
    /// The partner system.
    Api,
}

impl Origin {
    const ALL: [Self; 4] = [Self::SetUp, Self::Page, Self::Restore, Self::Api];

    pub fn slug(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Page => "page",
            Self::Restore => "restore",
            Self::Api => "api",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.slug() == slug)
    }
}

/// One act of somebody: everything in it changed together.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Of the connection's settings after it; the first is 1.
    pub version: i64,
    pub mark: Mark,
    pub origin: Origin,
    pub values: Vec<Changed>,
    pub locks: Vec<LockChanged>,
}

/// What is different, as small as it can be taken back: rows of maps and cells of tables by themselves where both
/// sides have some.
pub fn diff(manifest: &Manifest, before: &Layers, after: &Layers) -> Vec<Changed> {
    let mut found = Vec::new();
    let none = Map::new();
    of_layer(manifest, &Of::Organization, &before.organization, &after.organization, &mut found);
    let mut ids: Vec<&String> = before.locations.keys().chain(after.locations.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let layer = |layers: &'_ Layers| layers.locations.get(id).cloned();
        let (old, new) = (layer(before), layer(after));
        let (old, new) = (old.as_ref().unwrap_or(&none), new.as_ref().unwrap_or(&none));
        of_layer(manifest, &Of::Location(id.clone()), old, new, &mut found);
    }
    found
}

/// The same of locks.
pub fn lock_diff(before: &Layers, after: &Layers) -> Vec<LockChanged> {
    let mut fields: Vec<&String> = before.locks.keys().chain(after.locks.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let list = |layers: &Layers, field: &str| layers.locks.get(field).map(|ids| ids.iter().cloned().collect());
    let changed = fields.into_iter().map(|field| LockChanged {
        field: field.clone(),
        old: list(before, field),
        new: list(after, field),
    });
    changed.filter(|lock| lock.old != lock.new).collect()
}

fn of_layer(
    manifest: &Manifest,
    of: &Of,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    found: &mut Vec<Changed>,
) {
    let mut keys: Vec<&String> = old.keys().collect();
    keys.extend(new.keys().filter(|key| !old.contains_key(*key)));
    for key in keys {
        let (was, is) = (old.get(key), new.get(key));
        if was == is {
            continue;
        }
        let path = Path::field(of.clone(), key);
        let depth = match manifest.field(key).map(|field| &field.kind) {
            Some(Kind::Table(_)) => 2,
            Some(Kind::Map(_)) => 1,
            _ => 0,
        };
        deeper(&path, was, is, depth, found);
    }
}

fn deeper(path: &Path, was: Option<&Value>, is: Option<&Value>, depth: usize, found: &mut Vec<Changed>) {
    let inner = |value: Option<&Value>| value.and_then(Value::as_object).filter(|map| !map.is_empty()).cloned();
    match (inner(was), inner(is)) {
        (Some(old), Some(new)) if depth > 0 => {
            let mut keys: Vec<&String> = old.keys().collect();
            keys.extend(new.keys().filter(|key| !old.contains_key(*key)));
            for key in keys {
                if old.get(key) != new.get(key) {
                    let path = if path.row.is_none() { path.clone().row(key) } else { path.clone().column(key) };
                    deeper(&path, old.get(key), new.get(key), depth - 1, found);
                }
            }
        }
        _ => found.push(Changed { path: path.clone(), old: was.cloned(), new: is.cloned() }),
    }
}

fn edit(value: Option<&Value>) -> Edit {
    value.map_or(Edit::Reset, |value| Edit::Set(value.clone()))
}

impl Revision {
    /// Takes it back. `layers` are as they were right after it.
    pub fn undo(&self, layers: &mut Layers) {
        for change in self.values.iter().rev() {
            layers.edit(&change.path, edit(change.old.as_ref()));
        }
        for lock in self.locks.iter().rev() {
            match &lock.old {
                Some(exceptions) => _ = layers.locks.insert(lock.field.clone(), exceptions.iter().cloned().collect()),
                None => _ = layers.locks.remove(&lock.field),
            }
        }
    }
}
