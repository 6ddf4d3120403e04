//! Findings as a page tells them: at their fields, and where else they hold.

use app::forms::Path as At;
use app::ports::{FindingView, Mistake, PlaceLink, Why, Words};

use super::build::Builder;
use super::tables::bad;
use crate::domain::settings::edits::Of;
use crate::domain::settings::findings::{Finding, Severity};
use crate::domain::settings::tenant::DEFAULT_ROW;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;

impl<'b> Builder<'b> {
    /// Whether a finding is about this place.
    pub(super) fn concerns(&self, finding: &Finding) -> bool {
        match (self.of, finding.location.as_deref()) {
            (_, None) => true,
            (Of::Location(id), Some(location)) => id == location,
            (Of::Organization, Some(_)) => false,
        }
    }

    /// What is to be said at a field. At the organization also what holds at some locations, with links.
    pub(super) fn finds(&self, field: &'b Field) -> Vec<FindingView> {
        let of_field = self.findings.iter().filter(|one| one.field.as_deref() == Some(field.key()));
        let mut views: Vec<(&Finding, FindingView)> = Vec::new();
        for finding in of_field {
            if self.concerns(finding) {
                views.push((finding, self.find(finding, Some(field), Vec::new())));
            } else if *self.of == Of::Organization
                && let Some(location) = &finding.location
            {
                let link = self.link(location);
                let same = views.iter_mut().find(|(known, view)| {
                    known.rule == finding.rule && known.severity == finding.severity && !view.places.is_empty()
                });
                match same {
                    Some((_, view)) => view.places.push(link),
                    None => views.push((finding, self.find(finding, Some(field), vec![link]))),
                }
            }
        }
        views.into_iter().map(|(_, view)| view).collect()
    }

    /// Findings about the connection as a whole, and about fields that the manifest has no more.
    pub(super) fn general(&self) -> Vec<FindingView> {
        let known = |finding: &&Finding| {
            let field = finding.field.as_deref().and_then(|key| self.scene.manifest().field(key));
            field.is_none() && self.concerns(finding)
        };
        self.findings.iter().filter(known).map(|finding| self.find(finding, None, Vec::new())).collect()
    }

    fn find(&self, finding: &Finding, field: Option<&Field>, places: Vec<PlaceLink>) -> FindingView {
        let rows = finding.rows.iter().map(|row| At::field(finding.field.as_deref().unwrap_or_default()).at(row));
        FindingView { severity: bad(finding.severity), why: self.why(finding, field), rows: rows.collect(), places }
    }

    fn why(&self, finding: &Finding, field: Option<&Field>) -> Why {
        let names = || match finding.names.is_empty() {
            true => self.row_names(finding, field),
            false => finding.names.clone(),
        };
        // The finding is in the reader's language where the manifest's text of it is.
        let said = || {
            let key = match finding.rule.as_str() {
                "danger" => format!("fields.{}.danger", finding.field.as_deref().unwrap_or_default()),
                rule => format!("rules.{rule}.text"),
            };
            Why::Said(Words { text: finding.why.clone(), lang: self.speech.say(&key, "").lang })
        };
        if self.scene.manifest().rules.iter().any(|rule| rule.common.id == finding.rule) {
            return said();
        }
        match finding.rule.as_str() {
            "danger" => said(),
            "invalid" => Why::Invalid(Mistake::WrongForm { example: None }),
            "required" if finding.rows.is_empty() => Why::Required,
            "required" if finding.rows == [DEFAULT_ROW] => Why::DefaultRow,
            "required" if field.is_some_and(|field| matches!(field.kind, Kind::Table(_))) => {
                Why::RequiredCells(names())
            }
            "required" | "unmapped" => Why::OpenRows(names()),
            "unique_values" => Why::Twice(names()),
            "dangling" => Why::Dangling(names()),
            "dangling_row" => Why::DanglingRows(names()),
            "missing_currency" => {
                let location = finding
                    .location
                    .as_deref()
                    .and_then(|id| self.scene.tenant.locations.iter().find(|location| location.id == id));
                let currency = location.and_then(|location| location.currency.clone()).unwrap_or_default();
                Why::NoAmount { currency, rows: self.row_names(finding, field) }
            }
            "bound_to" => Why::BoundTo(match field.map(|field| &field.kind) {
                Some(Kind::Secret(kind)) => kind.bound_to.iter().map(|key| self.speech.label(key)).collect(),
                _ => Vec::new(),
            }),
            "exclusive_category" => Why::Exclusive(names().join(", ")),
            "option_allowed" => Why::Invalid(Mistake::NotHere { option: names().join(", ") }),
            other => Why::Other(other.to_owned()),
        }
    }

    fn row_names(&self, finding: &Finding, field: Option<&Field>) -> Vec<String> {
        let source = match field.map(|field| &field.kind) {
            Some(Kind::Map(map)) => &map.rows,
            Some(Kind::Table(table)) => &table.rows,
            _ => return Vec::new(),
        };
        let name = |row: &String| self.entity_name(source, row).name.text;
        finding.rows.iter().filter(|row| *row != DEFAULT_ROW).map(name).collect()
    }

    /// Errors and warnings at a place.
    pub(super) fn counts(&self, location: Option<&str>, fields: Option<&[&str]>) -> (usize, usize) {
        let here = self.findings.iter().filter(|one| match (location, one.location.as_deref()) {
            (Some(id), Some(at)) => id == at,
            (_, None) => location.is_none() || fields.is_some(),
            (None, Some(_)) => false,
        });
        let here = here.filter(|one| {
            fields.is_none_or(|fields| one.field.as_deref().is_some_and(|field| fields.contains(&field)))
        });
        here.fold((0, 0), |(errors, warnings), one| match one.severity {
            Severity::Error => (errors + 1, warnings),
            Severity::Warning => (errors, warnings + 1),
            Severity::Info | Severity::Danger => (errors, warnings),
        })
    }
}
