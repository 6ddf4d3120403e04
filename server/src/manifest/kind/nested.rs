//! Kinds that hold kinds: read in two steps, so that a mistake deep inside has its place and a
//! second mistake beside it is found in the same run.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::super::field::Item;
use super::super::problem::{Place, Problems};
use super::super::typed::typed;
use super::Kind;

/// One value for each row of a source. Value: an object from row id to value; `*` is the default row.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Map<V = Box<Kind>> {
    /// The source of the rows.
    pub rows: String,
    /// What each row holds: a kind with its keys.
    pub value: V,
    /// Offers a row `*` for all rows that are not named.
    #[serde(default)]
    pub default_row: bool,
    /// The row `*` has to be filled in.
    #[serde(default)]
    pub default_row_required: bool,
    /// Each row has to be filled in.
    #[serde(default)]
    pub every_row_required: bool,
    /// No two rows may hold the same value.
    #[serde(default)]
    pub unique_values: bool,
}

/// Several columns for each row of a source. Value: an object from row id to an object from column to value.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table<I = Item> {
    /// The source of the rows.
    pub rows: String,
    /// The columns, each with a key, a label and a kind.
    pub columns: Vec<I>,
    /// Offers a row `*` whose cells hold for all rows that do not say otherwise.
    #[serde(default)]
    pub default_row: bool,
    /// The row `*` has to be filled in.
    #[serde(default)]
    pub default_row_required: bool,
    /// Each row has to be filled in.
    #[serde(default)]
    pub every_row_required: bool,
}

/// A list of things that have fields themselves. Value: a list of objects.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct List<I = Item> {
    /// The fields of one thing. One with the key `id` lets other fields refer to the thing.
    pub item: Vec<I>,
    /// The field whose value names a thing in messages and headings.
    pub item_label: Option<String>,
    /// At least so many.
    pub min_items: Option<u32>,
    /// At most so many.
    pub max_items: Option<u32>,
}

impl Map {
    pub(super) fn read(place: &Place, keys: Value, shared: &[&str], problems: &mut Problems) -> Option<Self> {
        let raw: Map<Value> = typed(place, keys, shared, problems)?;
        let Map { rows, value, default_row, default_row_required, every_row_required, unique_values } = raw;
        let value = Box::new(Kind::of_cell(&place.key("value"), value, problems)?);
        Some(Self { rows, value, default_row, default_row_required, every_row_required, unique_values })
    }
}

impl Table {
    pub(super) fn read(place: &Place, keys: Value, shared: &[&str], problems: &mut Problems) -> Option<Self> {
        let raw: Table<Value> = typed(place, keys, shared, problems)?;
        let Table { rows, columns, default_row, default_row_required, every_row_required } = raw;
        let columns = Item::read_all(&place.key("columns"), columns, problems)?;
        Some(Self { rows, columns, default_row, default_row_required, every_row_required })
    }
}

impl List {
    pub(super) fn read(place: &Place, keys: Value, shared: &[&str], problems: &mut Problems) -> Option<Self> {
        let raw: List<Value> = typed(place, keys, shared, problems)?;
        let List { item, item_label, min_items, max_items } = raw;
        let item = Item::read_all(&place.key("item"), item, problems)?;
        Some(Self { item, item_label, min_items, max_items })
    }
}
