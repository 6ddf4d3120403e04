//! Changing what was entered: single fields, rows and cells, and what happens when two people do it at once.

use serde_json::{Map, Value};

use super::Layers;

/// Whose word is changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    Organization,
    /// By id.
    Location(String),
}

impl Of {
    /// Id of the location, if it is one.
    pub fn location(&self) -> Option<&str> {
        match self {
            Self::Organization => None,
            Self::Location(id) => Some(id),
        }
    }
}

/// Something in a layer: a field, a row of a map or table, or a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    pub of: Of,
    pub field: String,
    pub row: Option<String>,
    pub column: Option<String>,
}

/// What is to be said there from now on.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    Set(Value),
    /// Nothing: it is inherited again.
    Reset,
}

/// Two people changed the same thing to different values.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    pub path: Path,
    /// What both of them saw. None: nothing was said there.
    pub original: Option<Value>,
    pub theirs: Option<Value>,
    pub mine: Option<Value>,
}

impl Path {
    pub fn field(of: Of, field: &str) -> Self {
        Self { of, field: field.to_owned(), row: None, column: None }
    }

    #[must_use]
    pub fn row(mut self, row: &str) -> Self {
        self.row = Some(row.to_owned());
        self
    }

    #[must_use]
    pub fn column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }
}

impl Layers {
    /// What is said there.
    pub fn said(&self, path: &Path) -> Option<&Value> {
        let layer = match &path.of {
            Of::Organization => &self.organization,
            Of::Location(id) => self.locations.get(id)?,
        };
        let mut value = layer.get(&path.field)?;
        for key in path.row.iter().chain(&path.column) {
            value = value.get(key)?;
        }
        Some(value)
    }

    /// Says something else there. A row without cells, and a location that says nothing, are gone; a map whose last
    /// row is reset says nothing either.
    pub fn edit(&mut self, path: &Path, edit: Edit) {
        let layer = match &path.of {
            Of::Organization => &mut self.organization,
            Of::Location(id) => self.locations.entry(id.clone()).or_default(),
        };
        let keys: Vec<&str> =
            std::iter::once(&path.field).chain(&path.row).chain(&path.column).map(String::as_str).collect();
        change(layer, &keys, edit);
        if let Of::Location(id) = &path.of
            && self.locations.get(id).is_some_and(Map::is_empty)
        {
            self.locations.remove(id);
        }
    }

    /// Edits made by somebody who saw `original`, while these are the layers now. What only one side changed is
    /// taken from that side.
    ///
    /// # Errors
    /// With everything that both sides changed differently. Nothing is changed then.
    pub fn merge(&self, original: &Self, edits: &[(Path, Edit)]) -> Result<Self, Vec<Conflict>> {
        let mut mine = original.clone();
        edits.iter().for_each(|(path, edit)| mine.edit(path, edit.clone()));
        let conflicts: Vec<Conflict> = edits
            .iter()
            .filter_map(|(path, _)| {
                let (original, theirs, mine) = (original.said(path), self.said(path), mine.said(path));
                let differ = original != theirs && mine != theirs;
                differ.then(|| Conflict {
                    path: path.clone(),
                    original: original.cloned(),
                    theirs: theirs.cloned(),
                    mine: mine.cloned(),
                })
            })
            .collect();
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        let mut merged = self.clone();
        edits.iter().for_each(|(path, edit)| merged.edit(path, edit.clone()));
        Ok(merged)
    }
}

fn change(map: &mut Map<String, Value>, keys: &[&str], edit: Edit) {
    let [key, rest @ ..] = keys else { return };
    if rest.is_empty() {
        match edit {
            Edit::Set(value) => _ = map.insert((*key).to_owned(), value),
            Edit::Reset => _ = map.shift_remove(*key),
        }
        return;
    }
    // What has no rows, or was left empty on purpose, has nothing to reset.
    let has_rows = map.get(*key).and_then(Value::as_object).is_some_and(|rows| !rows.is_empty());
    if edit == Edit::Reset && !has_rows {
        return;
    }
    let inner = map.entry(*key).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        change(inner, rest, edit);
        if inner.is_empty() {
            map.shift_remove(*key);
        }
    }
}
