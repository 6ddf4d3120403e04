//! After a form was posted: the question before something dangerous, and going back to what counted before.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::forms::Act;
use app::ports::Actor;
use app::texts::Language;
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::change::{self, Change};
use super::facts;
use super::guards::{self, Danger};
use super::lists::Wanted;
use super::locks;
use super::save::{ASKED, ask, owner, plan, typed_ids};
use super::scene::Scene;
use crate::domain::settings::Layers;
use crate::domain::settings::edits::{Edit, Of, Path};
use crate::domain::settings::entries::Entries;
use crate::domain::settings::judge::{Judged, Wrong};
use crate::domain::settings::record::{Mark, Origin, Revision, diff, lock_diff};
use crate::jobs::Job;
use crate::manifest::Integration;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::connections;
use crate::storage::settings::drafts::{self, Draft, Why};
use crate::storage::settings::{history, layers};

/// What a page is about whose answer waits for a confirmation.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// The settings of a place.
    Place(Of),
    /// A version to restore.
    Version(i64),
    /// A lock, set or lifted at the organization's settings.
    Lock(Act),
}

/// What a confirmation page asks, from what waits there.
pub struct Question {
    pub scene: Scene,
    pub draft: Draft,
    pub subject: Subject,
    pub entries: Entries,
    /// What would count.
    pub after: Layers,
    pub dangers: Vec<Danger>,
    /// Why it is refused now, however it is answered.
    pub broken: Vec<Wrong>,
}

impl Subject {
    /// The place that it is about.
    fn of(&self) -> Of {
        match self {
            Self::Place(of) => of.clone(),
            Self::Version(_) | Self::Lock(_) => Of::Organization,
        }
    }
}

impl Question {
    /// The place whose name is typed.
    pub fn of(&self) -> Of {
        self.subject.of()
    }
}

/// None when nothing waits there for this person, or not any more.
///
/// # Errors
/// When the database does not answer.
pub async fn question(
    app: &App,
    integration: &Arc<Integration>,
    connection: Uuid,
    member: Option<&str>,
    draft: Uuid,
    language: Language,
    subject: impl Fn(&str) -> Option<Subject>,
) -> Result<Option<Question>, ServiceError> {
    let Some((organization, connection)) = owner(app, connection).await? else { return Ok(None) };
    let now = app.clock.now();
    let found = drafts::get(app.db.read(), &app.vault, &connection, member, draft, now).await?;
    let is_open = |draft: &Draft| draft.why == Why::Confirm && now < draft.created_at + ASKED;
    let Some((draft, text)) = found.filter(|(draft, _)| is_open(draft)) else { return Ok(None) };
    let Ok(entries) = Entries::of_kept(text.expose_secret()) else { return Ok(None) };
    let Some(subject) = subject(&draft.page) else { return Ok(None) };
    let of = subject.of();
    let location = of.location().map(str::to_owned);
    let wanted = Wanted { typed: typed_ids(integration, &entries), location, ..Wanted::default() };
    let scene = Scene::load(app, integration, &organization, &connection, &wanted).await?;
    let scene = Scene { language, ..scene };
    let after = match &subject {
        Subject::Place(of) => plan(app, &scene, of, &entries, &BTreeMap::new()).await?.map(|plan| plan.after),
        Subject::Version(version) => restored(app, &scene, *version).await?.map(|back| back.layers),
        Subject::Lock(act) => locks::after(integration, &scene.stored.layers, act),
    };
    let Some(after) = after else { return Ok(None) };
    let dangers = guards::dangers(&scene, &after);
    let dangers = Box::pin(facts::counted(app, &scene, &of, &after, dangers)).await?;
    let broken = match &subject {
        Subject::Lock(act) => {
            guards::lock_refusals(app, &scene, &after, locks::field_of(act).unwrap_or_default()).await?
        }
        Subject::Place(_) | Subject::Version(_) => {
            guards::broken(app, &scene, &after).await?.into_iter().map(|(_, wrong)| wrong).collect()
        }
    };
    Ok(Some(Question { scene, draft, subject, entries, after, dangers, broken }))
}

/// A version that somebody wants back.
#[derive(Clone)]
pub struct Wish {
    pub member: Option<String>,
    pub version: i64,
    /// The version that counted on the page which was answered.
    pub seen: i64,
    /// Dangers were confirmed that this draft asked about.
    pub confirmed: Option<Uuid>,
    /// The address of the page.
    pub page: String,
}

/// What came of it.
pub enum Restoring {
    /// None: there was nothing to change.
    Done(Option<Revision>),
    /// A draft waits at the confirmation page.
    Confirm(Uuid),
    /// It would break a rule, as the page of the version says.
    Refused,
    /// Others saved meanwhile, or there is no such version.
    Moved,
}

/// Makes what counted at a version count again: everything but secrets, and what cannot be changed now. Asked about
/// and refused as a save would be.
///
/// # Errors
/// When the database does not answer; nothing is changed then.
pub async fn restore(
    app: &App,
    integration: &Arc<Integration>,
    connection: Uuid,
    wish: Wish,
) -> Result<Restoring, ServiceError> {
    let integration = integration.clone();
    to_the_end(app, async move |app| {
        let Some((organization, connection)) = owner(&app, connection).await? else { return Ok(Restoring::Moved) };
        let wanted = Wanted { judging: true, ..Wanted::default() };
        let scene = Scene::load(&app, &integration, &organization, &connection, &wanted).await?;
        let back = restored(&app, &scene, wish.version).await?.filter(|_| scene.stored.version == wish.seen);
        let Some(back) = back else { return Ok(Restoring::Moved) };
        if !back.broken.is_empty() {
            return Ok(Restoring::Refused);
        }
        if wish.confirmed.is_none() && !guards::dangers(&scene, &back.layers).is_empty() {
            let entries = Entries::of_version(scene.version());
            let draft = ask(&app, &scene, wish.member.as_deref(), &wish.page, &entries).await?;
            return Ok(Restoring::Confirm(draft));
        }
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let current = connections::lock(&tx, connection.id).await?;
        let Some(current) = current.filter(|current| current.disconnected.is_none()) else {
            return Ok(Restoring::Moved);
        };
        let before = layers::load(tx.connection(), current.id).await?;
        if before.version != wish.seen {
            return Ok(Restoring::Moved);
        }
        let change = Change {
            integration: &integration,
            connection: &current,
            before: &before,
            after: back.layers,
            secrets: Vec::new(),
            by: Actor::Admin(wish.member.clone()),
            origin: Origin::Restore,
        };
        let revision = change.commit(&app, &mut tx, now).await?;
        if let Some(draft) = wish.confirmed {
            drafts::delete(&mut tx, current.id, draft).await?;
        }
        tx.commit().await?;
        app.jobs.send(Job::Settings { connection: connection.id });
        app.outbox.wake();
        Ok(Restoring::Done(revision))
    })
    .await
}

pub struct Restored {
    pub layers: Layers,
    /// Keys of fields that stay as they are.
    pub left_out: Vec<String>,
    /// Rules that it would break, each with the location where it would; none for all of them.
    pub broken: Vec<(Option<String>, Wrong)>,
}

/// The layers at a version, as far as they can come back. None for a version that never was.
///
/// # Errors
/// When the database does not answer.
pub async fn restored(app: &App, scene: &Scene, version: i64) -> Result<Option<Restored>, ServiceError> {
    let Some(mut layers) = scene.at(app, version).await? else { return Ok(None) };
    let manifest = scene.manifest();
    let mut left_out: Vec<String> = Vec::new();
    let changes = diff(manifest, &scene.stored.layers, &layers);
    for change in changes {
        let field = manifest.field(&change.path.field);
        let secret = change::secret_kind(manifest, &change.path.field).is_some();
        let fixed =
            field.is_none_or(|field| guards::lock(scene, field, &scene.stored.layers, &change.path.of).is_some());
        if secret || fixed {
            let whole = Path::field(change.path.of.clone(), &change.path.field);
            let now = scene.stored.layers.said(&whole).cloned();
            layers.edit(&whole, now.map_or(Edit::Reset, Edit::Set));
            if !left_out.contains(&change.path.field) {
                left_out.push(change.path.field);
            }
        }
    }
    // Nor does a lock bring another value into use where none can be entered.
    for lock in lock_diff(&scene.stored.layers, &layers) {
        if manifest.field(&lock.field).is_some_and(|field| guards::moves_fixed(scene, &layers, field)) {
            keep_lock(scene, &mut layers, &lock.field);
            if !left_out.contains(&lock.field) {
                left_out.push(lock.field);
            }
        }
    }
    for key in sent_elsewhere(scene, &layers) {
        keep_lock(scene, &mut layers, &key);
        let changed = diff(manifest, &scene.stored.layers, &layers).into_iter();
        for change in changed.filter(|change| change.path.field == key) {
            let now = scene.stored.layers.said(&change.path).cloned();
            layers.edit(&change.path, now.map_or(Edit::Reset, Edit::Set));
        }
        if !left_out.contains(&key) {
            left_out.push(key);
        }
    }
    let broken = guards::broken(app, scene, &layers).await?;
    Ok(Some(Restored { layers, left_out, broken }))
}

/// The lock of a field as it is now.
fn keep_lock(scene: &Scene, layers: &mut Layers, key: &str) {
    match scene.stored.layers.locks.get(key) {
        Some(exceptions) => _ = layers.locks.insert(key.to_owned(), exceptions.clone()),
        None => _ = layers.locks.remove(key),
    }
}

/// Fields that say where a secret is sent, where it would be sent elsewhere than it was entered for: with a version of
/// the past nobody can enter it again.
fn sent_elsewhere(scene: &Scene, after: &Layers) -> Vec<String> {
    let manifest = scene.manifest();
    let locations = scene.tenant.locations.iter().map(|location| Of::Location(location.id.clone()));
    let moved = std::iter::once(Of::Organization)
        .chain(locations)
        .flat_map(|of| guards::moved_secrets(scene, &of, after, &Judged::default()));
    let mut found: Vec<String> = Vec::new();
    for secret in moved {
        let bound_to = change::secret_kind(manifest, &secret).into_iter().flat_map(|kind| kind.bound_to.clone());
        for key in bound_to {
            if !found.contains(&key) {
                found.push(key);
            }
        }
    }
    found
}

/// Who saved between the version that a person saw and the one that came of it.
///
/// # Errors
/// When the database does not answer.
pub async fn merged_with(app: &App, connection: Uuid, seen: i64, saved: i64) -> Result<Option<Mark>, ServiceError> {
    let between = history::after(app.db.read(), connection, seen).await?;
    Ok(between.into_iter().find(|revision| revision.version < saved).map(|revision| revision.mark))
}
