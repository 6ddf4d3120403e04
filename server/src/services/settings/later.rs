//! After a form was posted: the question before something dangerous, and going back to what counted before.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::ports::Actor;
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::change::{self, Change};
use super::guards::{self, Danger};
use super::lists::Wanted;
use super::save::{Plan, owner, plan, typed_ids};
use super::scene::Scene;
use crate::domain::settings::Layers;
use crate::domain::settings::edits::{Edit, Of, Path};
use crate::domain::settings::entries::Entries;
use crate::domain::settings::record::{Mark, Origin, Revision, diff};
use crate::manifest::Integration;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::connections;
use crate::storage::settings::drafts::{self, Draft, Why};
use crate::storage::settings::{history, layers};

/// What a confirmation page asks, from what waits there.
pub struct Question {
    pub scene: Scene,
    pub draft: Draft,
    pub entries: Entries,
    pub plan: Plan,
    pub dangers: Vec<Danger>,
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
    of: impl Fn(&str) -> Option<Of>,
) -> Result<Option<Question>, ServiceError> {
    let Some((organization, connection)) = owner(app, connection).await? else { return Ok(None) };
    let now = app.clock.now();
    let found = drafts::get(app.db.read(), &app.vault, &connection, member, draft, now).await?;
    let Some((draft, text)) = found.filter(|(draft, _)| draft.why == Why::Confirm) else { return Ok(None) };
    let Ok(entries) = Entries::of_kept(text.expose_secret()) else { return Ok(None) };
    let Some(of) = of(&draft.page) else { return Ok(None) };
    let wanted = Wanted { typed: typed_ids(integration, &entries), ..Wanted::default() };
    let scene = Scene::load(app, integration, &organization, &connection, &wanted).await?;
    let Some(plan) = plan(app, &scene, &of, &entries, &BTreeMap::new()).await? else { return Ok(None) };
    let dangers = guards::dangers(&scene, &plan.after);
    Ok(Some(Question { scene, draft, entries, plan, dangers }))
}

/// Makes what counted at a version count again: everything but secrets, and what cannot be changed now.
///
/// # Errors
/// When the database does not answer; nothing is changed then.
pub async fn restore(
    app: &App,
    integration: &Arc<Integration>,
    connection: Uuid,
    member: Option<String>,
    version: i64,
    seen: i64,
) -> Result<Option<Option<Revision>>, ServiceError> {
    let integration = integration.clone();
    to_the_end(app, async move |app| {
        let Some((organization, connection)) = owner(&app, connection).await? else { return Ok(None) };
        let scene = Scene::load(&app, &integration, &organization, &connection, &Wanted::default()).await?;
        let Some(back) = restored(&app, &scene, version).await?.filter(|_| scene.stored.version == seen) else {
            return Ok(None);
        };
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let current = connections::lock(&tx, connection.id).await?;
        let Some(current) = current.filter(|current| current.disconnected.is_none()) else { return Ok(None) };
        let before = layers::load(tx.connection(), current.id).await?;
        if before.version != seen {
            return Ok(None);
        }
        let change = Change {
            integration: &integration,
            connection: &current,
            before: &before,
            after: back.layers,
            secrets: Vec::new(),
            by: Actor::Admin(member),
            origin: Origin::Restore,
        };
        let revision = change.commit(&app, &mut tx, now).await?;
        tx.commit().await?;
        Ok(Some(revision))
    })
    .await
}

pub struct Restored {
    pub layers: Layers,
    /// Keys of fields that stay as they are.
    pub left_out: Vec<String>,
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
    Ok(Some(Restored { layers, left_out }))
}

/// Who saved between the version that a person saw and the one that came of it.
///
/// # Errors
/// When the database does not answer.
pub async fn merged_with(app: &App, connection: Uuid, seen: i64, saved: i64) -> Result<Option<Mark>, ServiceError> {
    let between = history::after(app.db.read(), connection, seen).await?;
    Ok(between.into_iter().find(|revision| revision.version < saved).map(|revision| revision.mark))
}
