//! The whole page: places, sections, and what came before it.

use app::paths;
use app::ports::{
    Applies, DraftView, LocationView, MistakeView, Outcome, PlaceView, RanView, SectionView, SettingView, SettingsView,
    Shape, Words,
};

use super::build::Builder;
use crate::domain::settings::Settings;
use crate::domain::settings::edits::Of;
use crate::domain::settings::judge::Wrong;
use crate::domain::settings::tenant::Location;
use crate::domain::settings::{Place, edits::Path};
use crate::manifest::Section;
use crate::manifest::field::{Field, Scope};
use crate::services::explain;

/// More are a page each.
const MOST_SECTIONS: usize = 10;
const MOST_FIELDS: usize = 150;

/// What the address says beside the place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    pub section: Option<String>,
}

pub fn location_view(location: &Location) -> LocationView {
    LocationView { id: location.id.clone(), name: location.name.clone(), time_zone: location.time_zone.clone() }
}

impl<'b> Builder<'b> {
    pub fn view(&self, look: &Look, version: String, outcome: Outcome, draft: Option<DraftView>) -> SettingsView {
        let manifest = self.scene.manifest();
        let home = match self.of {
            Of::Organization => paths::settings(self.id()),
            Of::Location(id) => paths::location_settings(self.id(), id),
        };
        let by_section = manifest.sections.len() > MOST_SECTIONS || manifest.fields().count() > MOST_FIELDS;
        let wanted = look.section.as_deref().filter(|wanted| manifest.sections.iter().any(|one| one.id == *wanted));
        let wanted = wanted.or_else(|| manifest.sections.first().map(|section| section.id.as_str()));
        let sections = manifest.sections.iter().map(|section| {
            let here = !by_section || wanted == Some(section.id.as_str());
            let href = by_section.then(|| paths::section(&home, &section.id));
            self.section(section, here, href)
        });
        let sections: Vec<SectionView> = sections.collect();
        let outcome = if by_section { self.leading_to_pages(outcome, &home, wanted) } else { outcome };
        SettingsView {
            location: self.location().map(location_view),
            places: self.places(),
            sections,
            by_section,
            version,
            first_visit: self.scene.stored.version == 0 || self.is_new(),
            outcome,
            applies: self.applies(),
            draft,
            findings: self.general(),
            trouble: self.scene.facts.trouble,
            explains: explain::can_be_asked(&self.scene.integration),
            about: self.entries.and_then(|entries| entries.about.clone()),
        }
    }

    /// Where each section is a page, mistakes in fields of another one lead there.
    fn leading_to_pages(&self, outcome: Outcome, home: &str, shown: Option<&str>) -> Outcome {
        let lead = |mut found: MistakeView| {
            let field = found.at.as_ref().map(|at| at.field.as_str());
            let has_it = |section: &&Section| section.fields.iter().any(|one| Some(one.key()) == field);
            let section = self.scene.manifest().sections.iter().find(has_it);
            let other = section.filter(|section| shown != Some(section.id.as_str()));
            found.page = other.map(|section| paths::section(home, &section.id));
            found
        };
        match outcome {
            Outcome::Refused(mistakes) => Outcome::Refused(mistakes.into_iter().map(lead).collect()),
            Outcome::Ran(ran) => {
                let mistakes = ran.mistakes.into_iter().map(lead).collect();
                Outcome::Ran(RanView { mistakes, ..ran })
            }
            outcome => outcome,
        }
    }

    /// Nobody has saved anything beside the steps of the set-up.
    fn is_new(&self) -> bool {
        let by_steps =
            |field: &str| self.scene.integration.steps().iter().any(|step| step.fields.iter().any(|key| key == field));
        self.layers.locations.is_empty() && self.layers.organization.keys().all(|field| by_steps(field))
    }

    pub fn applies(&self) -> Applies {
        let connection = &self.scene.connection;
        if !connection.sync_on || connection.progress.paused.is_some() {
            return Applies::Paused;
        }
        connection.progress.next_run_at.map_or(Applies::NextRun, Applies::At)
    }

    fn places(&self) -> Vec<PlaceView> {
        let organization = PlaceView {
            location: None,
            href: paths::settings(self.id()),
            current: *self.of == Of::Organization,
            own: self.layers.organization.len(),
            errors: self.counts(None, None).0,
            warnings: self.counts(None, None).1,
        };
        let locations = self.scene.tenant.locations.iter().map(|location| {
            let (errors, warnings) = self.counts(Some(&location.id), None);
            PlaceView {
                location: Some(location_view(location)),
                href: paths::location_settings(self.id(), &location.id),
                current: *self.of == Of::Location(location.id.clone()),
                own: self.layers.locations.get(&location.id).map_or(0, serde_json::Map::len),
                errors,
                warnings,
            }
        });
        std::iter::once(organization).chain(locations).collect()
    }

    fn section(&self, section: &'b Section, here: bool, href: Option<String>) -> SectionView {
        let base = format!("sections.{}", section.id);
        let with_value = section.fields.iter().filter(|field| field.kind.has_value());
        let keys: Vec<&str> = with_value.clone().map(Field::key).collect();
        let says = |key: &&&str| match self.of {
            Of::Organization => self.layers.organization.contains_key(**key),
            Of::Location(id) => self.layers.locations.get(id).is_some_and(|own| own.contains_key(**key)),
        };
        let location = match self.of {
            Of::Organization => None,
            Of::Location(id) => Some(id.as_str()),
        };
        let settings: Vec<SettingView> =
            if here { section.fields.iter().map(|field| self.setting(field)).collect() } else { Vec::new() };
        let unsaved = settings.iter().map(unsaved).sum();
        let (errors, warnings) = self.counts(location, Some(&keys));
        let mistakes = self.wrong.iter().filter(|wrong| keys.contains(&wrong.at.field.as_str())).count();
        SectionView {
            id: section.id.clone(),
            title: self.speech.say(&format!("{base}.title"), &section.title),
            help: self.speech.maybe(&format!("{base}.help"), section.help.as_ref()),
            settings,
            href,
            here,
            all: keys.len(),
            own: keys.iter().filter(says).count(),
            errors: errors + mistakes,
            warnings,
            unsaved,
        }
    }

    /// Lines of the summary.
    pub fn summary(&self, wrong: &[Wrong]) -> Vec<MistakeView> {
        wrong
            .iter()
            .map(|wrong| {
                let known = self.scene.manifest().field(&wrong.at.field).is_some();
                let path = Path {
                    of: self.of.clone(),
                    field: wrong.at.field.clone(),
                    row: wrong.at.row().map(str::to_owned),
                    column: wrong.at.column().map(str::to_owned),
                };
                MistakeView {
                    at: known.then(|| wrong.at.clone()),
                    name: wrong.name.clone(),
                    page: None,
                    label: if known { self.labels(&path) } else { Vec::<Words>::new() },
                    mistake: wrong.mistake.clone(),
                }
            })
            .collect()
    }

    /// Names of locations where a value in force differs between two sets of layers.
    pub fn touched(
        &self,
        before: &crate::domain::settings::Layers,
        after: &crate::domain::settings::Layers,
    ) -> Vec<String> {
        let manifest = self.scene.manifest();
        let locations = self.scene.tenant.locations.iter();
        let differs = |location: &&Location| {
            let place = Place::Location(location);
            let (old, new) = (Settings::resolve(manifest, before, place), Settings::resolve(manifest, after, place));
            old.fields.iter().zip(&new.fields).any(|(old, new)| {
                old.value != new.value || (old.field.common.scope != Scope::Org && old.is_used() != new.is_used())
            })
        };
        locations.filter(differs).map(|location| location.name.clone()).collect()
    }
}

fn unsaved(setting: &SettingView) -> usize {
    let body = |body: &app::ports::SettingBody| usize::from(body.change.is_unsaved());
    match &setting.shape {
        Shape::Value(value) => match &value.control {
            Some(app::ports::Control::Templates { texts, .. }) => texts.iter().map(|text| body(&text.text)).sum(),
            _ => body(value),
        },
        Shape::Table(table) => table.rows.iter().flat_map(|row| &row.cells).map(body).sum(),
        Shape::Info { .. } | Shape::File { .. } | Shape::Action { .. } => 0,
    }
}
