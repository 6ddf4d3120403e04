//! What bodies have to keep to beside their types: each thing that is wrong is named.

use std::collections::BTreeSet;

use app::texts;

use super::problem::{FieldError, Problem};

/// Words that programs act on.
pub(super) const SHORT: usize = 100;
/// Sentences for people.
pub(super) const LONG: usize = 1_000;
/// More locations than any organization has.
const MOST_LOCATIONS: usize = 5_000;

#[derive(Default)]
pub(super) struct Checks(Vec<FieldError>);

impl Checks {
    pub(super) fn wrong(&mut self, field: String, key: &str) {
        self.0.push(FieldError { field, message: texts::text(key) });
    }

    pub(super) fn filled(&mut self, field: &str, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.wrong(field.to_owned(), "api-field-empty");
        }
        self.short(field, text, most);
    }

    pub(super) fn short(&mut self, field: &str, text: &str, most: usize) {
        if text.chars().count() > most {
            self.wrong(field.to_owned(), "api-field-too-long");
        }
        // PostgreSQL could not even store NUL.
        if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.wrong(field.to_owned(), "api-field-control");
        }
    }

    pub(super) fn many(&mut self, field: &str, count: usize) {
        if count > MOST_LOCATIONS {
            self.wrong(field.to_owned(), "api-field-too-many");
        }
    }

    /// A list of ids, each once; nothing at all would mean nothing.
    pub(super) fn locations(&mut self, field: &str, ids: Option<&[String]>) {
        let Some(ids) = ids else { return };
        self.many(field, ids.len());
        ids.iter().for_each(|id| self.short(field, id, SHORT));
        if ids.is_empty() {
            self.wrong(field.to_owned(), "api-field-empty");
        }
        if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
            self.wrong(field.to_owned(), "api-field-repeats");
        }
    }

    /// # Errors
    /// With all that is wrong.
    pub(super) fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid_fields(self.0)) }
    }

    /// The only thing that is wrong.
    pub(super) fn one(field: &str, key: &str) -> Problem {
        Problem::invalid_fields(vec![FieldError { field: field.to_owned(), message: texts::text(key) }])
    }

    /// A location that is none of the connection's.
    pub(super) fn no_location(field: String) -> Problem {
        Problem::invalid_fields(vec![FieldError { field, message: texts::text("api-field-location") }])
    }
}
