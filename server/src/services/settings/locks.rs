//! "Set for all locations": the organization's word counts everywhere, except where it grants another.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::forms::Act;
use app::ports::Actor;
use uuid::Uuid;

use super::change::Change;
use super::save::owner;
use crate::domain::settings::record::Origin;
use crate::manifest::Integration;
use crate::manifest::field::Scope;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::connections;
use crate::storage::settings::layers;

/// `false` when there is no such field or location. Pressed twice, it changes nothing more.
///
/// # Errors
/// When the database does not answer; nothing is changed then.
pub async fn set(
    app: &App,
    integration: &Arc<Integration>,
    connection: Uuid,
    act: &Act,
    member: Option<String>,
) -> Result<bool, ServiceError> {
    let (integration, act) = (integration.clone(), act.clone());
    to_the_end(app, async move |app| {
        let (key, location) = match &act {
            Act::Lock(key) | Act::Unlock(key) => (key.clone(), None),
            Act::Except(at) | Act::Unexcept(at) => (at.field.clone(), at.row().map(str::to_owned)),
            _ => return Ok(false),
        };
        let field = integration.manifest.field(&key);
        if field.is_none_or(|field| field.common.scope != Scope::Both || !field.kind.has_value()) {
            return Ok(false);
        }
        let Some((_, connection)) = owner(&app, connection).await? else { return Ok(false) };
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection.id).await?.filter(|one| one.disconnected.is_none())
        else {
            return Ok(false);
        };
        if let Some(location) = &location {
            let known = connections::locations(tx.connection(), current.id).await?;
            if known.iter().all(|one| one.id != *location) {
                return Ok(false);
            }
        }
        let before = layers::load(tx.connection(), current.id).await?;
        let mut after = before.layers.clone();
        match (&act, location) {
            (Act::Lock(_), _) => _ = after.locks.entry(key).or_insert_with(BTreeSet::new),
            (Act::Unlock(_), _) => _ = after.locks.remove(&key),
            (Act::Except(_), Some(location)) => {
                if let Some(exceptions) = after.locks.get_mut(&key) {
                    exceptions.insert(location);
                }
            }
            (Act::Unexcept(_), Some(location)) => {
                if let Some(exceptions) = after.locks.get_mut(&key) {
                    exceptions.remove(&location);
                }
            }
            _ => return Ok(false),
        }
        let change = Change {
            integration: &integration,
            connection: &current,
            before: &before,
            after,
            secrets: Vec::new(),
            by: Actor::Admin(member),
            origin: Origin::Page,
        };
        change.commit(&app, &mut tx, now).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await
}
