//! Integrations as the rest of the server uses them, and the folder they come from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::logo;
use super::event;
use super::model::{Manifest, Step, Support, Sync};
use super::problem::{Place, Problem, Problems};
use super::read::ReadMode;
use super::resolve::{Client, Environment, Partner};

/// A manifest with its variables filled in. Several integrations may share a client id.
#[derive(Debug, Clone)]
pub struct Integration {
    pub slug: String,
    pub name: String,
    pub about: Option<String>,
    pub category: Option<String>,
    pub revision: u32,
    pub client: Client,
    pub scopes: Vec<String>,
    /// All event types to subscribe to, `integration.removed` first.
    pub webhooks: Vec<String>,
    /// As written; supported and without a schedule when nothing is.
    pub sync: Sync,
    pub partner: Option<Partner>,
    /// The text of an SVG file that was checked to be a picture and nothing else.
    pub logo: Option<Arc<str>>,
    pub support: Option<Support>,
    /// Steps, sections, sources, rules and translations.
    pub manifest: Manifest,
}

impl Integration {
    /// Reads one manifest and fills in its variables.
    ///
    /// # Errors
    /// Every problem that could be found.
    pub fn read(path: &Path, env: Environment<'_>, production: bool) -> Result<Self, Vec<Problem>> {
        let manifest = Manifest::read(path, ReadMode::Serve)?;
        let (client, partner) = manifest.resolve(env, production)?;
        let logo = manifest.logo.as_deref().and_then(|name| logo::read(path, name).ok()).map(Arc::from);
        Ok(Self {
            slug: manifest.slug.clone(),
            name: manifest.name.clone(),
            about: manifest.about.clone(),
            category: manifest.category.clone(),
            revision: manifest.revision,
            client,
            scopes: manifest.scopes.clone(),
            webhooks: event::subscribed(&manifest.webhooks),
            sync: manifest.sync.unwrap_or_default(),
            partner,
            logo,
            support: manifest.support.clone(),
            manifest,
        })
    }

    /// What the pop-up asks after OfficeRnD's own part.
    pub fn steps(&self) -> &[Step] {
        &self.manifest.connection.steps
    }
}

/// Reads every `.json` file of the folder, in the order of their names.
///
/// # Errors
/// Every problem of every file; two files with one slug, and a file that is not called like its slug, are problems.
pub fn load_dir(dir: &Path, env: Environment<'_>, production: bool) -> Result<Vec<Arc<Integration>>, Vec<Problem>> {
    let mut integrations = Vec::new();
    let mut found = Vec::new();
    let mut files_by_slug: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in manifests_in(dir)? {
        let integration = match Integration::read(&path, env, production) {
            Ok(integration) => integration,
            Err(problems) => {
                found.extend(problems);
                continue;
            }
        };
        let mut problems = Problems::of(&path.display().to_string());
        let place = Place::root().key("integration");
        if let Some(other) = files_by_slug.insert(integration.slug.clone(), path.clone()) {
            problems.add(&place, format!("the slug `{}` is taken by {}", integration.slug, other.display()));
        } else if path.file_stem().is_none_or(|stem| stem != integration.slug.as_str()) {
            problems.add(&place, format!("the file of `{0}` has to be called {0}.json", integration.slug));
        }
        if problems.is_empty() {
            integrations.push(Arc::new(integration));
        }
        found.extend(problems.into_vec());
    }
    if found.is_empty() { Ok(integrations) } else { Err(found) }
}

fn manifests_in(dir: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let unreadable = |error: std::io::Error| {
        let reason = format!("the folder of manifests cannot be read: {error}");
        vec![Problem { file: dir.display().to_string(), path: String::new(), reason }]
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
