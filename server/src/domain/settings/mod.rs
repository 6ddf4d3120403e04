//! Settings: what was entered layer by layer, what is in force at a place because of it, and what is wrong there.
//!
//! [`Settings::resolve`] is the only place that knows how layers lie on each other; the pages, the API, exports and
//! `manifest resolve` all read its answer. [`findings::find`] judges that answer.

mod changes;
pub mod edits;
pub mod entries;
pub mod findings;
pub mod judge;
pub mod record;
mod resolve;
pub mod tenant;
#[cfg(test)]
mod tests;
pub mod typed;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

pub use changes::{Change, changes};
pub use resolve::Settings;
pub use written::{effective, explained};

use crate::manifest::field::Field;
use tenant::Location;

/// What was entered. A key that is absent is inherited; null, an empty list, 0 and `false` are values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layers {
    pub organization: Map<String, Value>,
    /// By id of the location.
    pub locations: BTreeMap<String, Map<String, Value>>,
    /// Fields that the organization has set for all locations, each with the locations that may differ all the same.
    pub locks: BTreeMap<String, BTreeSet<String>>,
}

/// Who said a value. A higher one stands before a lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Default,
    Organization,
    Location,
}

impl Layer {
    /// As the API and exports write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Organization => "organization",
            Self::Location => "location",
        }
    }
}

/// Where settings are looked at.
#[derive(Debug, Clone, Copy)]
pub enum Place<'t> {
    /// What holds where no location says otherwise.
    Organization,
    Location(&'t Location),
}

impl<'t> Place<'t> {
    pub fn location(self) -> Option<&'t Location> {
        match self {
            Self::Organization => None,
            Self::Location(location) => Some(location),
        }
    }

    pub fn currency(self) -> Option<&'t str> {
        self.location().and_then(|location| location.currency.as_deref())
    }
}

/// A value and who said it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sourced {
    pub value: Value,
    pub source: Layer,
    /// Why `value` is null although the layer said something.
    pub gap: Option<Gap>,
}

/// Something was entered and cannot be used at the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// A secret of the organization is not sent to an address that the location has chosen.
    BoundTo,
    /// Amounts were entered by currency, and not for this one.
    NoAmount { currency: String },
}

/// The value of a field, in as many parts as can come from different layers. Parts keep the order in which layers
/// named them, lower layers first.
#[derive(Debug, Clone, PartialEq)]
pub enum Parts {
    Whole(Sourced),
    /// Of a map: row and value.
    Rows(Vec<(String, Sourced)>),
    /// Of a table: row, then column and value.
    Cells(Vec<(String, Vec<(String, Sourced)>)>),
    /// Of lists that add up.
    Items(Vec<Sourced>),
    /// Of a localized text: language and text.
    Languages(Vec<(String, Sourced)>),
}

/// A field at a place.
#[derive(Debug, Clone)]
pub struct InForce<'m> {
    pub field: &'m Field,
    pub parts: Parts,
    /// All parts together, as one value of the field's kind.
    pub value: Value,
    /// Whether the field is shown with the values of the others; none for a field that always is. Hidden, its value
    /// is kept but neither checked nor used.
    pub active: Option<bool>,
    /// The location's own value is kept but not in force, since the organization has set the field for all.
    pub locked: bool,
}

impl InForce<'_> {
    pub fn key(&self) -> &str {
        self.field.key()
    }

    pub fn is_used(&self) -> bool {
        self.active != Some(false)
    }

    /// The highest layer that says anything about the field.
    pub fn source(&self) -> Layer {
        let highest = |parts: &mut dyn Iterator<Item = &Sourced>| parts.map(|part| part.source).max();
        let found = match &self.parts {
            Parts::Whole(whole) => Some(whole.source),
            Parts::Rows(parts) | Parts::Languages(parts) => highest(&mut parts.iter().map(|(_, part)| part)),
            Parts::Cells(rows) => highest(&mut rows.iter().flat_map(|(_, cells)| cells.iter().map(|(_, part)| part))),
            Parts::Items(items) => highest(&mut items.iter()),
        };
        found.unwrap_or(Layer::Default)
    }
}
