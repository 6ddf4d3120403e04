//! "Set for all locations": the organization's word counts everywhere, except where it grants another.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::forms::Act;
use app::ports::Actor;
use app::texts::Language;
use uuid::Uuid;

use super::change::Change;
use super::guards;
use super::lists::Wanted;
use super::save::{Refused, ask, owner, plan, typed_ids};
use super::scene::Scene;
use super::waiting::without_secrets;
use crate::domain::settings::Layers;
use crate::domain::settings::edits::Of;
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
    /// What stands on the form beside the button.
    pub entries: Entries,
    pub confirmed: Option<Confirmed>,
    /// The address of the form; that of one which asks first names the button.
    pub page: String,
    /// Of whoever reads what is refused.
    pub language: Language,
}

/// An answer to the question before something dangerous.
#[derive(Debug, Clone, Copy)]
pub struct Confirmed {
    pub draft: Uuid,
    /// The version that was shown with the question.
    pub version: i64,
}

pub enum Outcome {
    Done,
    /// It brings a dangerous value into use somewhere: a draft waits at the confirmation page.
    Confirm(Uuid),
    /// The values that it brings into use are refused as if they were entered. Nothing is changed.
    Refused(Box<Refused>),
    /// The settings changed since this was asked or judged; nothing is changed, and pressed again it is judged anew.
    Moved,
    /// There is no such field or location.
    Unknown,
}

/// The field that a button sets or lifts a lock of.
pub fn field_of(act: &Act) -> Option<&str> {
    match act {
        Act::Lock(key) | Act::Unlock(key) => Some(key),
        Act::Except(at) | Act::Unexcept(at) => Some(&at.field),
        _ => None,
    }
}

/// The layers with a lock set or lifted. None where there is no such field.
pub fn after(integration: &Integration, before: &Layers, act: &Act) -> Option<Layers> {
    let key = field_of(act)?.to_owned();
    let location = match act {
        Act::Except(at) | Act::Unexcept(at) => Some(at.row()?.to_owned()),
        _ => None,
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
        let typed = typed_ids(&integration, &press.entries);
        let wanted = Wanted { typed, judging: true, ..Wanted::default() };
        let scene = Scene::load(&app, &integration, &organization, &connection, &wanted).await?;
        let scene = Scene { language: press.language, ..scene };
        let judged = scene.stored.version;
        if press.confirmed.is_some_and(|confirmed| confirmed.version != judged) {
            return Ok(Outcome::Moved);
        }
        let key = field_of(&press.act).unwrap_or_default();
        let Some(locked) = after(&integration, &scene.stored.layers, &press.act) else { return Ok(Outcome::Unknown) };
        let wrong = guards::lock_refusals(&app, &scene, &locked, key).await?;
        if !wrong.is_empty() {
            let entries = press.entries.clone();
            return Ok(Outcome::Refused(Box::new(Refused { scene, entries, wrong })));
        }
        if press.confirmed.is_none() && !guards::dangers(&scene, &locked).is_empty() {
            let entries = beside(&app, &scene, &press.entries).await?;
            let draft = ask(&app, &scene, press.member.as_deref(), &press.page, &entries).await?;
            return Ok(Outcome::Confirm(draft));
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
        if judged != before.version {
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
        match press.confirmed {
            Some(confirmed) if press.entries.is_empty() => {
                drafts::delete(&mut tx, current.id, confirmed.draft).await?;
            }
            Some(confirmed) => drafts::set_aside(&mut tx, current.id, confirmed.draft, &press.page).await?,
            None => {}
        }
        tx.commit().await?;
        app.jobs.send(Job::Settings { connection: current.id });
        app.outbox.wake();
        Ok(Outcome::Done)
    })
    .await
}

/// What waits with the question: what was typed on the form, but secrets; nothing of a page that stands as it came.
async fn beside(app: &App, scene: &Scene, entries: &Entries) -> Result<Entries, ServiceError> {
    let entries = without_secrets(scene.manifest(), entries);
    let plan = plan(app, scene, &Of::Organization, &entries, &BTreeMap::new()).await?;
    let typed = plan.is_none_or(|plan| {
        !plan.judged.edits.is_empty() || !plan.judged.secrets.is_empty() || !plan.judged.wrong.is_empty()
    });
    Ok(if typed && !entries.is_empty() { entries } else { Entries::of_version(scene.version()) })
}
