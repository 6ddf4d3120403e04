//! What is wrong with settings, or worth knowing: at which location, in which field and rows, by which rule.

mod fields;
mod index;
mod lists;
mod rules;
pub mod uses;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

pub use self::fields::is_or_has;
use self::index::{Index, Own};
use self::uses::Targets;
use super::tenant::Tenant;
use super::{InForce, Layers, Place, Settings};
use crate::manifest::Manifest;
use crate::manifest::field::Scope;
use crate::manifest::kind::Kind;
use crate::manifest::rule::Severity as RuleSeverity;
use crate::manifest::scalar::Day;

/// What a finding means for the admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is synchronized with this value, or not at this location.
    Error,
    Warning,
    Info,
    /// A value in force that was, or would have to be, confirmed.
    Danger,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Danger => "danger",
        }
    }
}

impl From<RuleSeverity> for Severity {
    fn from(severity: RuleSeverity) -> Self {
        match severity {
            RuleSeverity::Error => Self::Error,
            RuleSeverity::Warning => Self::Warning,
            RuleSeverity::Info => Self::Info,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The location's id; none where it holds at the organization and so at every location.
    pub location: Option<String>,
    /// None for what concerns the connection as a whole.
    pub field: Option<String>,
    /// Rows of a map or table; empty for the field as a whole.
    pub rows: Vec<String>,
    pub severity: Severity,
    /// The id of a rule of the manifest, or a name of ours.
    pub rule: String,
    /// In words, for people.
    pub why: String,
    /// What is concerned, by name, as far as `why` names it.
    pub names: Vec<String>,
}

impl Finding {
    /// As the API and `manifest resolve` write it.
    pub fn written(&self) -> Value {
        let mut written = json!({
            "location": self.location.as_deref().unwrap_or("*"),
            "field": self.field,
            "severity": self.severity.name(),
            "rule": self.rule,
            "why": self.why,
        });
        if !self.rows.is_empty() {
            written["rows"] = json!(self.rows);
        }
        written
    }

    /// The same thing, seen from somewhere else.
    fn is_like(&self, other: &Self) -> bool {
        let rows = |finding: &Self| finding.rows.iter().cloned().collect::<BTreeSet<_>>();
        (&self.field, &self.rule, self.severity) == (&other.field, &other.rule, other.severity)
            && rows(self) == rows(other)
    }
}

/// What a judgement needs to know beside the settings themselves.
#[derive(Debug)]
pub struct World<'w> {
    pub tenant: &'w Tenant,
    pub today: Day,
    pub others: Others,
    /// The manifest's texts in the reader's language, where that is not its own.
    pub texts: Option<&'w BTreeMap<String, String>>,
}

/// What other connections do. Nothing is known of them where a manifest is only tried.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// Of what may be in force here, as far as a rule asks: what other connections of the integration use.
    pub used: Targets,
    /// By location: another integration of the same category that is active there.
    pub same_category: BTreeMap<String, String>,
}

/// What a value of a field refers to: source and id. Rows are not among them.
pub fn chosen_in(field: &crate::manifest::field::Field, value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match (&field.kind, value) {
        (Kind::Map(map), Value::Object(rows)) => {
            rows.values().for_each(|value| lists::chosen(&map.value, value, None, &mut found));
        }
        (Kind::Table(table), Value::Object(rows)) => {
            for cells in rows.values().filter_map(Value::as_object) {
                for column in &table.columns {
                    if let Some(value) = cells.get(column.key()) {
                        lists::chosen(&column.kind, value, None, &mut found);
                    }
                }
            }
        }
        (kind, value) => lists::chosen(kind, value, None, &mut found),
    }
    found.into_iter().map(|one| (one.source.to_owned(), one.id.to_owned())).collect()
}

/// Everything there is to say. A finding of all locations and of the organization stands there once.
pub fn find(manifest: &Manifest, layers: &Layers, world: &World<'_>) -> Vec<Finding> {
    let index = Index::of(world.tenant);
    let at = |place| {
        let settings = Settings::resolve(manifest, layers, place);
        let own = Own::of(manifest, &settings);
        Judge { manifest, settings, place, world, index: &index, own }.judge()
    };
    let locations = &world.tenant.locations;
    let general = at(Place::Organization);
    let mut special: Vec<Vec<Finding>> = locations.iter().map(|location| at(Place::Location(location))).collect();
    let mut found = misplaced(manifest, layers);
    for finding in general {
        if special.iter().all(|here| here.iter().any(|one| one.is_like(&finding))) {
            special.iter_mut().for_each(|here| here.retain(|one| !one.is_like(&finding)));
            found.push(finding);
        }
    }
    for (location, here) in locations.iter().zip(special) {
        found.extend(here.into_iter().map(|finding| {
            // A row can be a location itself: then it is that one's trouble, wherever it was found.
            Finding { location: finding.location.or_else(|| Some(location.id.clone())), ..finding }
        }));
    }
    let mut told: Vec<Finding> = Vec::new();
    for finding in found {
        if !told.iter().any(|known| known.location == finding.location && known.is_like(&finding)) {
            told.push(finding);
        }
    }
    told
}

/// One place with its settings.
struct Judge<'j> {
    manifest: &'j Manifest,
    settings: Settings<'j>,
    place: Place<'j>,
    world: &'j World<'j>,
    index: &'j Index<'j>,
    own: Own,
}

impl Judge<'_> {
    fn judge(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for field in self.settings.fields.iter().filter(|field| field.is_used() && self.has_a_say(field)) {
            self.own(field, &mut found);
            self.references(field, &mut found);
        }
        self.rules(&mut found);
        found
    }

    /// A field of the locations has no value at the organization, so that nothing can be wrong with it there.
    fn has_a_say(&self, field: &InForce<'_>) -> bool {
        self.place.location().is_some() || field.field.common.scope != Scope::Location
    }

    fn finding(
        &self,
        field: &InForce<'_>,
        rows: Vec<String>,
        severity: Severity,
        rule: &str,
        why: impl Into<String>,
    ) -> Finding {
        Finding {
            location: None,
            field: Some(field.key().to_owned()),
            rows,
            severity,
            rule: rule.to_owned(),
            why: why.into(),
            names: Vec::new(),
        }
    }
}

/// What was entered for fields that are no longer there, or not in that layer. It is kept and not used.
fn misplaced(manifest: &Manifest, layers: &Layers) -> Vec<Finding> {
    let organization = layers.organization.keys().map(|key| (None, key, Scope::Location));
    let own = layers.locations.iter();
    let own = own.flat_map(|(location, own)| own.keys().map(move |key| (Some(location.clone()), key, Scope::Org)));
    let mut found = Vec::new();
    for (location, key, not_for) in organization.chain(own) {
        let field = manifest.field(key).filter(|field| field.kind.has_value());
        let (rule, why) = match field {
            None => ("unknown_field", "the manifest has no such setting any more; what was entered is kept, not used"),
            Some(field) if field.common.scope == not_for => {
                ("wrong_scope", "the setting has no value here; what was entered is kept, not used")
            }
            Some(_) => continue,
        };
        found.push(Finding {
            location,
            field: Some(key.clone()),
            rows: Vec::new(),
            severity: Severity::Warning,
            rule: rule.to_owned(),
            why: why.to_owned(),
            names: Vec::new(),
        });
    }
    found
}
