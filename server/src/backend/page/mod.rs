//! The settings page of the organization or a location, filled in: from what is stored, or as it was typed.

mod build;
mod changes;
mod conditions;
mod controls;
mod finds;
mod lists;
mod shown;
mod special;
mod tables;
mod whole;
mod words;

pub use build::{Builder, Typed};
pub use changes::{Told, change_views, effect, told};
pub use whole::{Look, location_view};
pub use words::{Speech, rule_words};
