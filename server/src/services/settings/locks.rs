//! "Set for all locations": the organization's word counts everywhere, except where it grants another.

use std::sync::Arc;

use app::forms::Act;
use app::ports::Actor;
use uuid::Uuid;

use super::change::Change;
use super::guards;
use super::lists::Wanted;
use super::save::{ask, owner};
use super::scene::Scene;
use crate::domain::settings::Layers;
use crate::domain::settings::entries::Entries;
use crate::domain::settings::record::Origin;
use crate::jobs::Job;
use crate::manifest::Integration;
use crate::manifest::field::Scope;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::connections;
use crate::storage::settings::{drafts, layers};

/// Who presses it, and where.
#[derive(Clone)]
pub struct Press {
    pub act: Act,
    pub member: Option<String>,
    /// Dangers were confirmed, counted when this draft was made.
    pub confirmed: Option<Uuid>,
    /// The address that the confirmation page is told.
    pub page: String,
}

pub enum Outcome {
    Done,
    /// It brings a dangerous value into use somewhere: a draft waits at the confirmation page.
    Confirm(Uuid),
    /// The settings changed while this was judged; nothing is changed, and pressed again it is judged anew.
    Moved,
    /// There is no such field or location.
    Unknown,
}

/// The layers with a lock set or lifted. None where there is no such field.
pub fn after(integration: &Integration, before: &Layers, act: &Act) -> Option<Layers> {
    let (key, location) = match act {
        Act::Lock(key) | Act::Unlock(key) => (key.clone(), None),
        Act::Except(at) | Act::Unexcept(at) => (at.field.clone(), Some(at.row()?.to_owned())),
        _ => return None,
    };
    let field = integration.manifest.field(&key)?;
    if field.common.scope != Scope::Both || !field.kind.has_value() {
        return None;
    }
    let mut after = before.clone();
    match (act, location) {
        (Act::Lock(_), _) => _ = after.locks.entry(key).or_default(),
        (Act::Unlock(_), _) => _ = after.locks.remove(&key),
        (Act::Except(_), Some(location)) => {
            if let Some(exceptions) = after.locks.get_mut(&key) {
                exceptions.insert(location);
            }
        }
        (_, Some(location)) => {
            if let Some(exceptions) = after.locks.get_mut(&key) {
                exceptions.remove(&location);
            }
        }
        (_, None) => return None,
    }
    Some(after)
}

/// Pressed twice, it changes nothing more.
///
/// # Errors
/// When the database does not answer; nothing is changed then.
pub async fn set(
    app: &App,
    integration: &Arc<Integration>,
    connection: Uuid,
    press: Press,
) -> Result<Outcome, ServiceError> {
    let integration = integration.clone();
    to_the_end(app, async move |app| {
        let Some((organization, connection)) = owner(&app, connection).await? else { return Ok(Outcome::Unknown) };
        let mut judged = None;
        if press.confirmed.is_none() {
            let scene = Scene::load(&app, &integration, &organization, &connection, &Wanted::default()).await?;
            let Some(after) = after(&integration, &scene.stored.layers, &press.act) else {
                return Ok(Outcome::Unknown);
            };
            if !guards::dangers(&scene, &after).is_empty() {
                let entries = Entries::of_version(scene.version());
                let draft = ask(&app, &scene, press.member.as_deref(), &press.page, &entries).await?;
                return Ok(Outcome::Confirm(draft));
            }
            judged = Some(scene.stored.version);
        }
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection.id).await?.filter(|one| one.disconnected.is_none())
        else {
            return Ok(Outcome::Unknown);
        };
        if let Act::Except(at) | Act::Unexcept(at) = &press.act {
            let known = connections::locations(tx.connection(), current.id).await?;
            if known.iter().all(|one| Some(one.id.as_str()) != at.row()) {
                return Ok(Outcome::Unknown);
            }
        }
        let before = layers::load(tx.connection(), current.id).await?;
        if judged.is_some_and(|judged| judged != before.version) {
            // Somebody saved while the dangers were looked at; theirs may be what the lock brings into use.
            return Ok(Outcome::Moved);
        }
        let Some(after) = after(&integration, &before.layers, &press.act) else { return Ok(Outcome::Unknown) };
        let change = Change {
            integration: &integration,
            connection: &current,
            before: &before,
            after,
            secrets: Vec::new(),
            by: Actor::Admin(press.member.clone()),
            origin: Origin::Page,
        };
        change.commit(&app, &mut tx, now).await?;
        if let Some(draft) = press.confirmed {
            drafts::delete(&mut tx, current.id, draft).await?;
        }
        tx.commit().await?;
        app.jobs.send(Job::Settings { connection: current.id });
        app.outbox.wake();
        Ok(Outcome::Done)
    })
    .await
}
