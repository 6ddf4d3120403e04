//! Entities by id, so that hundreds of rows with hundreds of choices are looked up and not searched for.

use std::collections::HashMap;

use crate::domain::settings::Settings;
use crate::domain::settings::tenant::{Entity, Tenant};
use crate::manifest::Manifest;

/// The lists of a tenant, one for all places.
pub(super) struct Index<'t>(HashMap<&'t str, HashMap<&'t str, &'t Entity>>);

impl<'t> Index<'t> {
    pub(super) fn of(tenant: &'t Tenant) -> Self {
        let list = |list: &'t Vec<Entity>| list.iter().rev().map(|entity| (entity.id.as_str(), entity)).collect();
        Self(tenant.sources.iter().map(|(source, entities)| (source.as_str(), list(entities))).collect())
    }

    pub(super) fn get(&self, source: &str, id: &str) -> Option<&'t Entity> {
        self.0.get(source)?.get(id).copied()
    }
}

/// The lists that fields of one place make themselves, by field.
pub(super) struct Own(HashMap<String, (Vec<Entity>, HashMap<String, usize>)>);

impl Own {
    pub(super) fn of(manifest: &Manifest, settings: &Settings<'_>) -> Self {
        let fields = manifest.sources.values().filter_map(|source| source.from_field.as_deref());
        let lists = fields.map(|field| {
            let list = settings.list_of(field);
            let by_id = list.iter().enumerate().rev().map(|(i, entity)| (entity.id.clone(), i)).collect();
            (field.to_owned(), (list, by_id))
        });
        Self(lists.collect())
    }

    pub(super) fn list(&self, field: &str) -> Vec<Entity> {
        self.0.get(field).map(|(list, _)| list.clone()).unwrap_or_default()
    }

    pub(super) fn has(&self, field: &str, id: &str) -> bool {
        self.0.get(field).is_some_and(|(_, by_id)| by_id.contains_key(id))
    }

    pub(super) fn get(&self, field: &str, id: &str) -> Option<&Entity> {
        let (list, by_id) = self.0.get(field)?;
        list.get(*by_id.get(id)?)
    }
}
