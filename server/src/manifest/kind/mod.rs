//! The kinds of field, and the keys that each kind knows beside those of every field.

use schemars::JsonSchema;

use super::field::{Choice, Item};

pub mod choice;
pub mod nested;
pub mod units;
pub mod value;

pub use choice::*;
pub use nested::{List, Map, Table};
pub use value::*;

/// Declares the keys of kinds; unknown ones are refused by name.
macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident { $($body:tt)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, serde::Deserialize, schemars::JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($body)* }
        )+
    };
}
use keys;

/// Declares [`Kind`] from one list, so that the names in manifests, the types, the reader and the
/// published schema cannot differ. `nested` kinds hold kinds themselves and are read by hand.
macro_rules! kinds {
    (plain { $($plain_name:literal $plain:ident,)+ } nested { $($nested_name:literal $nested:ident,)+ }) => {
        /// What a field is. The variants are the values of the key `kind`.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Kind {
            $($plain($plain),)+
            $($nested($nested),)+
        }

        impl Kind {
            /// Every kind, as manifests name it.
            pub const NAMES: &'static [&'static str] = &[$($plain_name,)+ $($nested_name,)+];

            /// As manifests name it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$plain(_) => $plain_name,)+
                    $(Self::$nested(_) => $nested_name,)+
                }
            }

            /// The schema of each kind's own keys.
            pub(super) fn shapes(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![
                    $(($plain_name, <$plain as JsonSchema>::json_schema(generator)),)+
                    $(($nested_name, <$nested as JsonSchema>::json_schema(generator)),)+
                ]
            }

            pub(super) fn read(
                name: &str,
                place: &crate::manifest::problem::Place,
                keys: serde_json::Value,
                shared: &[&str],
                problems: &mut crate::manifest::problem::Problems,
            ) -> Option<Self> {
                match name {
                    $($plain_name => crate::manifest::typed::typed(place, keys, shared, problems).map(Self::$plain),)+
                    $($nested_name => $nested::read(place, keys, shared, problems).map(Self::$nested),)+
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    plain {
        "boolean" Boolean,
        "enum" Enum,
        "multi_enum" MultiEnum,
        "ref" Ref,
        "multi_ref" MultiRef,
        "property_map" PropertyMap,
        "number" Number,
        "duration" Duration,
        "rate" Rate,
        "data_size" DataSize,
        "money" Money,
        "percent" Percent,
        "text" Text,
        "template" Template,
        "secret" Secret,
        "acknowledgement" Acknowledgement,
        "url" Url,
        "host_port" HostPort,
        "time_of_day" TimeOfDay,
        "weekly_schedule" WeeklySchedule,
        "date" Date,
        "date_ranges" DateRanges,
        "number_list" NumberList,
        "string_list" StringList,
        "email_list" EmailList,
        "any_all" AnyAll,
        "priority_list" PriorityList,
        "info" Info,
        "artifact" Artifact,
        "action" Action,
    }
    nested {
        "map" Map,
        "table" Table,
        "list" List,
    }
}

/// Kinds that a column, an item of a list or a row of a map cannot have: they hold kinds or
/// lists of pairs themselves, or they are kept, shown or pressed rather than filled in.
const NOT_IN_CELLS: &[&str] =
    &["map", "table", "list", "property_map", "secret", "acknowledgement", "info", "artifact", "action"];

impl Kind {
    /// Whether the kind may stand in a column, an item or a row.
    pub(super) fn name_fits_cell(name: &str) -> bool {
        !NOT_IN_CELLS.contains(&name)
    }

    /// Whether there is anything to fill in.
    pub fn has_value(&self) -> bool {
        !matches!(self, Self::Info(_) | Self::Artifact(_) | Self::Action(_))
    }

    /// The options written in the manifest; none for a kind without, or with a source.
    pub fn options(&self) -> &[Choice] {
        match self {
            Self::Enum(kind) => &kind.options,
            Self::MultiEnum(kind) => &kind.options,
            Self::AnyAll(kind) => &kind.options,
            Self::PriorityList(kind) => &kind.options,
            _ => &[],
        }
    }

    /// The sources the kind itself names, each with its key; those of columns and items are theirs.
    pub fn sources(&self) -> Vec<(&'static str, &str)> {
        fn optional(source: Option<&String>) -> Vec<(&'static str, &str)> {
            source.map(|source| ("source", source.as_str())).into_iter().collect()
        }
        match self {
            Self::Enum(kind) => optional(kind.source.as_ref()),
            Self::MultiEnum(kind) => optional(kind.source.as_ref()),
            Self::AnyAll(kind) => optional(kind.source.as_ref()),
            Self::PriorityList(kind) => optional(kind.source.as_ref()),
            Self::Ref(kind) => vec![("source", &kind.source)],
            Self::MultiRef(kind) => vec![("source", &kind.source)],
            Self::PropertyMap(kind) => vec![("left", &kind.left), ("right", &kind.right)],
            Self::Map(kind) => vec![("rows", &kind.rows)],
            Self::Table(kind) => vec![("rows", &kind.rows)],
            _ => Vec::new(),
        }
    }

    /// The fields inside: columns of a table, items of a list; with the key that holds them.
    pub fn items(&self) -> (&'static str, &[Item]) {
        match self {
            Self::Table(kind) => ("columns", &kind.columns),
            Self::List(kind) => ("item", &kind.item),
            _ => ("item", &[]),
        }
    }
}
