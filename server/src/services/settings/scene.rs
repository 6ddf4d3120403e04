//! A connection's settings with all that they are judged by, read in one go.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::ports::Actor;
use app::texts::{self, Language};
use chrono::DateTime;

use super::facts::{self, Facts};
use super::lists::{self, Lists, Wanted};
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::domain::settings::edits::Of;
use crate::domain::settings::findings::uses::possible;
use crate::domain::settings::findings::{self, Finding, Others, Severity, World};
use crate::domain::settings::judge::Offers;
use crate::domain::settings::tenant::{Location, Tenant};
use crate::domain::settings::{Layers, Place, Settings};
use crate::manifest::kind::Kind;
use crate::manifest::rule::RuleKind;
use crate::manifest::scalar::Day;
use crate::manifest::{Integration, Manifest};
use crate::services::answers::About;
use crate::services::{ServiceError, overlap};
use crate::state::App;
use crate::storage::connections;
use crate::storage::settings::layers::{self, Stored};
use crate::storage::settings::{acts, history, uses};

pub struct Scene {
    pub integration: Arc<Integration>,
    pub organization: Organization,
    pub connection: Connection,
    pub stored: Stored,
    pub lists: Lists,
    /// Its locations, and the lists as far as they are known.
    pub tenant: Tenant,
    pub facts: Facts,
    /// When its buttons were pressed last.
    pub pressed: acts::All,
    pub others: Others,
    pub today: Day,
    /// What is found wrong is said in it.
    pub language: Language,
}

impl Scene {
    /// # Errors
    /// When the database does not answer. The trouble of others leaves gaps that the scene names.
    pub async fn load(
        app: &App,
        integration: &Arc<Integration>,
        organization: &Organization,
        connection: &Connection,
        wanted: &Wanted,
    ) -> Result<Self, ServiceError> {
        let db = app.db.read();
        let stored = layers::load(db, connection.id).await?;
        let list = connections::locations(db, connection.id).await?;
        let mut seen = BTreeSet::new();
        let locations: Vec<Location> = list
            .into_iter()
            .filter(|location| seen.insert(location.id.clone()))
            .map(|location| Location {
                name: location.name.unwrap_or_else(|| location.id.clone()),
                time_zone: location.time_zone,
                currency: location.currency,
                country: None,
                language: None,
                id: location.id,
            })
            .collect();
        let has_buttons =
            integration.manifest.fields().any(|field| matches!(field.kind, Kind::Action(_) | Kind::Artifact(_)));
        let pressed = if has_buttons { acts::all(db, connection.id).await? } else { acts::All::default() };
        let about = About { integration, organization, connection };
        // An address may name any location.
        let location = wanted.location.as_deref().filter(|wanted| locations.iter().any(|one| one.id == *wanted));
        let (lists, facts, others) = tokio::join!(
            lists::load(app, about, integration, (locations.as_slice(), location), &stored.layers, wanted),
            facts::load(app, about, location, wanted.judging),
            others(app, about, &stored.layers),
        );
        let lists = lists?;
        let mut tenant = Tenant { locations, ..Tenant::default() };
        for source in lists::sources(&integration.manifest).keys() {
            if let Some(entities) = lists.whole(source) {
                tenant.sources.insert((*source).to_owned(), entities);
            }
        }
        let today = DateTime::from_timestamp_millis(app.clock.now()).map(|now| Day(now.date_naive()));
        Ok(Self {
            integration: integration.clone(),
            organization: organization.clone(),
            connection: connection.clone(),
            stored,
            lists,
            tenant,
            facts: facts?,
            pressed,
            others: others?,
            today: today.unwrap_or_default(),
            language: Language::default(),
        })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.integration.manifest
    }

    /// None for a location that is none of the connection's.
    pub fn place<'s>(&'s self, of: &Of) -> Option<Place<'s>> {
        match of {
            Of::Organization => Some(Place::Organization),
            Of::Location(id) => self.tenant.locations.iter().find(|location| location.id == *id).map(Place::Location),
        }
    }

    /// Currencies of the locations, each once, in their order.
    pub fn currencies(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for currency in self.tenant.locations.iter().filter_map(|location| location.currency.as_ref()) {
            if !found.contains(currency) {
                found.push(currency.clone());
            }
        }
        found
    }

    /// What OfficeRnD calls whoever did something.
    pub fn name_of(&self, by: Option<&Actor>) -> Option<String> {
        match by? {
            Actor::Admin(Some(member)) => self.lists.1.get(member).cloned(),
            _ => None,
        }
    }

    /// What is found in the settings as they are stored.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_in(self.language)
    }

    /// The same in the words of a language, as far as the manifest has them.
    pub fn findings_in(&self, language: Language) -> Vec<Finding> {
        self.found(&self.stored.layers, self.others.clone(), language)
    }

    /// What would be found in others, for which more of what others use has to be known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn findings_after(&self, app: &App, layers: &Layers) -> Result<Vec<Finding>, ServiceError> {
        let mine = possible(self.manifest(), layers);
        let used = Box::pin(uses::used_elsewhere(app.db.read(), &self.connection, &mine)).await?;
        Ok(self.found(layers, Others { used, ..self.others.clone() }, self.language))
    }

    fn found(&self, layers: &Layers, others: Others, language: Language) -> Vec<Finding> {
        let translations = &self.manifest().translations;
        let texts =
            translations.iter().find(|(tag, _)| Language::of_tag(tag) == Some(language)).map(|(_, texts)| texts);
        let world = World { tenant: &self.tenant, today: self.today, others, texts };
        findings::find(self.manifest(), layers, &world)
    }

    /// What is found in these, and what is wrong beside settings: a connection that waits for another one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn all_findings(&self, app: &App, layers: &Layers) -> Result<Vec<Finding>, ServiceError> {
        let first = overlap::first(app, &self.connection).await?;
        let waits = first.map(|first| Finding {
            location: None,
            field: None,
            rows: Vec::new(),
            severity: Severity::Error,
            rule: "overlap".to_owned(),
            why: texts::healthcheck_overlaps(&self.integration.name, &first),
            names: vec![first],
        });
        let found = self.findings_after(app, layers).await?;
        Ok(waits.into_iter().chain(found).collect())
    }

    /// The layers at an earlier version. None for a version that never was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn at(&self, app: &App, version: i64) -> Result<Option<Layers>, ServiceError> {
        if !(0..=self.stored.version).contains(&version) {
            return Ok(None);
        }
        let mut layers = self.stored.layers.clone();
        if version < self.stored.version {
            for revision in history::after(app.db.read(), self.connection.id, version).await? {
                // What was saved while this was read is not in the layers.
                if revision.version <= self.stored.version {
                    revision.undo(&mut layers);
                }
            }
        }
        Ok(Some(layers))
    }

    /// What the lists offer at a place.
    pub fn offers<'s>(&'s self, settings: &'s Settings<'s>) -> impl Offers + 's {
        Offered { scene: self, settings }
    }

    /// Settings version and manifest revision, as forms carry it.
    pub fn version(&self) -> String {
        format!("{}.{}", self.stored.version, self.integration.revision)
    }
}

/// The settings version in what a form carries.
pub fn version_of(text: &str) -> Option<i64> {
    let (version, revision) = text.split_once('.')?;
    revision.parse::<u32>().ok()?;
    let plain = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    version.parse().ok().filter(|_| plain)
}

struct Offered<'s> {
    scene: &'s Scene,
    settings: &'s Settings<'s>,
}

impl Offers for Offered<'_> {
    fn has(&self, source: &str, id: &str) -> bool {
        let Some(list) = self.scene.lists.of(self.scene.manifest(), source, self.settings) else { return false };
        let location = self.settings.location.as_deref();
        list.entities.iter().any(|entity| entity.id == id && entity.disabled.is_none() && entity.is_at(location))
    }
}

/// What other connections of the same organization do; and which of what may be in force here all others of the
/// integration use, where a rule asks.
async fn others(app: &App, about: About<'_>, layers: &Layers) -> Result<Others, ServiceError> {
    let mut others = Others::default();
    let db = app.db.read();
    let rules = &about.integration.manifest.rules;
    let by_rule = rules.iter().any(|rule| matches!(rule.kind, RuleKind::ExclusiveCategoryPerLocation(_)));
    let by_category = by_rule || about.integration.manifest.connection.exclusive_category;
    if by_category && about.integration.category.is_some() {
        let locations = connections::location_ids_of_organization(db, about.connection.organization).await?;
        for other in connections::of_organization(db, about.connection.organization).await? {
            let integration = app.integrations.get(&other.integration);
            let same = integration.as_ref().is_some_and(|known| known.category == about.integration.category);
            let active = other.disconnected.is_none() && other.finished_at.is_some();
            if other.id == about.connection.id || !same || !active || other.integration == about.integration.slug {
                continue;
            }
            let name = integration.map_or_else(|| other.integration.clone(), |known| known.name.clone());
            for id in locations.get(&other.id).into_iter().flatten() {
                others.same_category.entry(id.clone()).or_insert_with(|| name.clone());
            }
        }
    }
    let mine = possible(&about.integration.manifest, layers);
    others.used = uses::used_elsewhere(db, about.connection, &mine).await?;
    Ok(others)
}
