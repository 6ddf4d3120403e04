//! Storing a change of settings, with all that goes with it: the version, the history, the activity, and what the
//! partner system hears. One transaction, which belongs to the caller.

use std::collections::BTreeSet;

use app::ports::Actor;
use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::clock::{HOUR, Millis};
use crate::domain::connection::Connection;
use crate::domain::event::EventType;
use crate::domain::settings::edits::{Of, Path};
use crate::domain::settings::findings;
use crate::domain::settings::record::{self, Changed, Mark, Origin, Revision};
use crate::domain::settings::tenant::Location;
use crate::domain::settings::{Layers, Place, Settings};
use crate::manifest::field::Field;
use crate::manifest::kind::{Kind, Secret};
use crate::manifest::{Integration, Manifest};
use crate::services::events;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::settings::layers::{self, Stored};
use crate::storage::settings::secrets::{self, Entered, Kept};
use crate::storage::settings::{history, uses};
use crate::storage::{StorageError, Tx, connections, tenant_rows};
use crate::upstream::partner::SettingsChanged;

/// What somebody typed as a secret.
#[derive(Clone)]
pub struct NewSecret {
    pub text: SecretString,
    /// `YYYY-MM-DD`
    pub expires_on: Option<String>,
}

/// A secret that is entered, or taken away.
#[derive(Clone)]
pub struct SecretEdit {
    pub of: Of,
    pub field: String,
    pub new: Option<NewSecret>,
}

/// A change that was judged. The connection is locked, and `before` was read under that lock.
pub struct Change<'a> {
    pub integration: &'a Integration,
    pub connection: &'a Connection,
    pub before: &'a Stored,
    /// Values and locks from now on. What it says of secrets does not count.
    pub after: Layers,
    pub secrets: Vec<SecretEdit>,
    pub by: Actor,
    pub origin: Origin,
}

impl Change<'_> {
    /// None when it changes nothing; then nothing is written either.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn commit(self, app: &App, tx: &mut Tx, now: Millis) -> Result<Option<Revision>, StorageError> {
        let manifest = &self.integration.manifest;
        let mut after = self.after;
        keep_secrets(&self.before.layers, &mut after, manifest);
        let mut edits = self.secrets;
        let behind = left_behind(tx, self.connection.id, manifest, (self.before, &after), &edits).await?;
        let gone: Vec<Path> = behind.iter().map(|edit| Path::field(edit.of.clone(), &edit.field)).collect();
        edits.extend(behind);
        for edit in &edits {
            let mark = Mark { at: now, by: Some(self.by.clone()) };
            let value = edit.new.as_ref().map(|new| {
                let expires_on = new.expires_on.clone();
                layers::marker(&Kept { mark, expires_on, bound: None, previous_until: None })
            });
            say(&mut after, &edit.of, &edit.field, value);
        }
        let changed = record::diff(manifest, &self.before.layers, &after);
        let locks = record::lock_diff(&self.before.layers, &after);
        if changed.is_empty() && locks.is_empty() {
            return Ok(None);
        }
        let version = layers::next_version(tx, self.connection, now).await?;
        for edit in &edits {
            let Some(new) = &edit.new else {
                secrets::remove(tx, self.connection, &edit.of, &edit.field).await?;
                continue;
            };
            let kind = secret_kind(manifest, &edit.field);
            let overlap = kind.and_then(|kind| kind.rotate_overlap_hours).filter(|hours| *hours > 0);
            let entered = Entered {
                secret: new.text.clone(),
                expires_on: new.expires_on.clone(),
                bound: kind.and_then(|kind| bound(manifest, kind, &after, &edit.of)),
                overlap_until: overlap.map(|hours| now + i64::from(hours) * HOUR),
            };
            secrets::save(tx, &app.vault, self.connection, &edit.of, &edit.field, &entered, &self.by, now).await?;
        }
        let is_sealed = |path: &Path| {
            let entered = |edit: &SecretEdit| edit.of == path.of && edit.field == path.field;
            secret_kind(manifest, &path.field).is_some() || edits.iter().any(entered)
        };
        let plain: Vec<Changed> = changed.iter().filter(|change| !is_sealed(&change.path)).cloned().collect();
        layers::save(tx, self.connection, &after, &plain, &self.by, now).await?;
        layers::save_locks(tx, self.connection, &locks, now).await?;
        uses::save(tx, self.connection, &findings::uses::entered(manifest, &after)).await?;
        let mark = Mark { at: now, by: Some(self.by.clone()) };
        let revision = Revision { version, mark, origin: self.origin, values: changed, locks };
        history::add(tx, self.connection, &revision).await?;
        tenant_rows::note_revision(tx, self.connection.id, self.integration.revision).await?;
        if self.origin != Origin::SetUp {
            let happened = Activity {
                at: now,
                kind: "settings.changed".into(),
                actor: self.by.clone(),
                detail: Some(labels(manifest, &revision).join(", ")),
            };
            activity::record(tx, self.connection, app.random.uuid(now), happened).await?;
        }
        // Before it works with a connection, the partner system has read nothing that could be out of date.
        if self.connection.finished_at.is_some() {
            tell(app, tx, self.connection, &revision, &gone, now).await?;
        }
        Ok(Some(revision))
    }
}

/// What is gone from locations that the connection does not cover is of no concern to the partner system.
async fn tell(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    revision: &Revision,
    gone: &[Path],
    now: Millis,
) -> Result<(), StorageError> {
    let values: Vec<&Changed> = revision.values.iter().filter(|change| !gone.contains(&change.path)).collect();
    let of_values = values.iter().map(|change| change.path.field.as_str());
    let fields: BTreeSet<&str> = of_values.chain(revision.locks.iter().map(|lock| lock.field.as_str())).collect();
    let locations: BTreeSet<&str> = values.iter().filter_map(|change| change.path.of.location()).collect();
    let by_organization = values.iter().any(|change| change.path.of == Of::Organization);
    let changed = SettingsChanged {
        version: revision.version,
        fields: &fields.into_iter().collect::<Vec<_>>(),
        locations: &locations.into_iter().collect::<Vec<_>>(),
        organization_changed: by_organization || !revision.locks.is_empty(),
    };
    events::tell(&app.random, tx, connection, EventType::SettingsChanged, &changed, now).await
}

/// Secrets are changed by being entered or taken away, never by a value.
fn keep_secrets(before: &Layers, after: &mut Layers, manifest: &Manifest) {
    let fields: Vec<&str> = manifest.fields().filter(|field| is_secret(&field.kind)).map(Field::key).collect();
    let locations: BTreeSet<&String> = before.locations.keys().chain(after.locations.keys()).collect();
    let places: Vec<Of> =
        std::iter::once(Of::Organization).chain(locations.into_iter().cloned().map(Of::Location)).collect();
    for of in &places {
        for field in &fields {
            let kept = before.said(&Path::field(of.clone(), field)).cloned();
            say(after, of, field, kept);
        }
    }
}

/// Secrets of locations that would be sent elsewhere than they were entered for, and are neither entered nor taken away
/// with the change.
pub fn moved(manifest: &Manifest, before: &Stored, after: &Layers, edits: &[SecretEdit]) -> Vec<(Of, String)> {
    let is_moved = |of: &Of, field: &str| {
        let Some(kind) = secret_kind(manifest, field) else { return false };
        let is_edited = edits.iter().any(|edit| edit.of == *of && edit.field == field);
        !is_edited && bound(manifest, kind, &before.layers, of) != bound(manifest, kind, after, of)
    };
    let of_locations = before.secrets.keys().filter(|(of, _)| *of != Of::Organization);
    of_locations.filter(|(of, field)| is_moved(of, field)).cloned().collect()
}

/// Of those the ones of locations that have left: they have no page, their secrets stay for the day on which they come
/// back, and so the organization's new address takes them away. Where somebody can enter them again, the change was
/// refused before; one that came back since then ends it, since it must lose nothing unasked.
async fn left_behind(
    tx: &Tx,
    connection: Uuid,
    manifest: &Manifest,
    (before, after): (&Stored, &Layers),
    edits: &[SecretEdit],
) -> Result<Vec<SecretEdit>, StorageError> {
    let moved = moved(manifest, before, after, edits);
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let here = connections::locations(tx.connection(), connection).await?;
    if moved.iter().any(|(of, _)| here.iter().any(|one| of.location() == Some(one.id.as_str()))) {
        let what = "a secret of a connected location would be sent elsewhere than it was entered for";
        return Err(StorageError::Inconsistent { table: "setting_secrets", what });
    }
    Ok(moved.into_iter().map(|(of, field)| SecretEdit { of, field, new: None }).collect())
}

fn say(layers: &mut Layers, of: &Of, field: &str, value: Option<Value>) {
    use crate::domain::settings::edits::Edit;
    layers.edit(&Path::field(of.clone(), field), value.map_or(Edit::Reset, Edit::Set));
}

fn is_secret(kind: &Kind) -> bool {
    matches!(kind, Kind::Secret(_))
}

pub fn secret_kind<'m>(manifest: &'m Manifest, field: &str) -> Option<&'m Secret> {
    match &manifest.field(field)?.kind {
        Kind::Secret(kind) => Some(kind),
        _ => None,
    }
}

/// Where a secret is sent from this place, as JSON by field. None for one that is bound to nothing.
pub fn bound(manifest: &Manifest, kind: &Secret, layers: &Layers, of: &Of) -> Option<String> {
    if kind.bound_to.is_empty() {
        return None;
    }
    let location;
    let place = match of {
        Of::Organization => Place::Organization,
        Of::Location(id) => {
            location = Location {
                id: id.clone(),
                name: id.clone(),
                time_zone: None,
                currency: None,
                country: None,
                language: None,
            };
            Place::Location(&location)
        }
    };
    let settings = Settings::resolve(manifest, layers, place);
    let values = kind.bound_to.iter().map(|key| (key.clone(), settings.value(key).cloned().unwrap_or_default()));
    Some(Value::Object(values.collect::<Map<_, _>>()).to_string())
}

/// Labels of the fields that were changed, each once; of very many the first.
fn labels(manifest: &Manifest, revision: &Revision) -> Vec<String> {
    const MOST: usize = 5;
    let of_values = revision.values.iter().map(|change| &change.path.field);
    let mut labels: Vec<String> = Vec::new();
    for key in of_values.chain(revision.locks.iter().map(|lock| &lock.field)) {
        let label = manifest.field(key).map_or_else(|| key.clone(), |field| field.common.label.clone());
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    if labels.len() > MOST {
        labels.truncate(MOST);
        labels.push("…".to_owned());
    }
    labels
}
