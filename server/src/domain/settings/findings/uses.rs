//! What no other connection of the integration may use: what fields of `unique_across_organizations` refer to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::chosen_in;
use crate::crypto::digest::{Digest, digest};
use crate::domain::settings::Layers;
use crate::manifest::Manifest;
use crate::manifest::field::Field;
use crate::manifest::rule::RuleKind;

/// Ids by source.
pub type Targets = BTreeMap<String, BTreeSet<String>>;

/// No list tells a longer id, and an index does not take every length.
const LONGEST: usize = 500;

/// What was entered refers to, at whatever place. That is what the connection uses.
pub fn entered(manifest: &Manifest, layers: &Layers) -> Targets {
    let mut found = Targets::new();
    for field in fields(manifest) {
        let of_locations = layers.locations.values().filter_map(|own| own.get(field.key()));
        for value in layers.organization.get(field.key()).into_iter().chain(of_locations) {
            add(field, value, &mut found);
        }
    }
    found
}

/// The same with what defaults refer to: more is in force nowhere.
pub fn possible(manifest: &Manifest, layers: &Layers) -> Targets {
    let mut found = entered(manifest, layers);
    for field in fields(manifest) {
        if let Some(value) = &field.common.default {
            add(field, value, &mut found);
        }
    }
    found
}

/// Whether anybody asks what connections use.
pub fn are_asked_for(manifest: &Manifest) -> bool {
    !fields(manifest).is_empty()
}

/// All of the manifest that says what connections use: as long as it is the same, what they use is the same.
pub fn rules(manifest: &Manifest) -> Digest {
    // The whole kind, since sources stand at any depth of it. What it says too much costs one walk.
    let kinds: Vec<String> = fields(manifest).iter().map(|field| format!("{} {:?}", field.key(), field.kind)).collect();
    let parts: Vec<&[u8]> = kinds.iter().map(String::as_bytes).collect();
    digest("uses", &parts)
}

/// Fields that such rules name, each once.
fn fields(manifest: &Manifest) -> Vec<&Field> {
    let named = manifest.rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::UniqueAcrossOrganizations(unique) => Some(&unique.fields),
        _ => None,
    });
    let keys: BTreeSet<&String> = named.flatten().collect();
    keys.into_iter().filter_map(|key| manifest.field(key)).collect()
}

fn add(field: &Field, value: &Value, found: &mut Targets) {
    for (source, id) in chosen_in(field, value) {
        if id.chars().count() <= LONGEST && !id.contains('\0') {
            found.entry(source).or_default().insert(id);
        }
    }
}
