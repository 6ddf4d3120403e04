//! The removal guard: a number field of the manifest with the key `removal_guard`, in percent (`pinned.md` 28).

use std::collections::BTreeMap;

use app::ids::RunId;
use app::ports::Actor;
use uuid::Uuid;

use crate::clock::Millis;
use crate::domain::connection::Connection;
use crate::domain::run::{self, RunState, WouldRemove};
use crate::domain::settings::tenant::Location;
use crate::domain::settings::{Place, Settings};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::runs::{self, Run};
use crate::storage::settings::layers;
use crate::storage::{StorageError, Tx, connections};

const FIELD: &str = "removal_guard";

/// Locations where more would go than the guard in force allows, with its percent.
pub(super) async fn held(
    app: &App,
    tx: &Tx,
    connection: &Connection,
    would: &WouldRemove,
) -> Result<BTreeMap<String, f64>, StorageError> {
    let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(BTreeMap::new()) };
    let manifest = &integration.manifest;
    if would.is_empty() || manifest.field(FIELD).is_none() {
        return Ok(BTreeMap::new());
    }
    let db = tx.connection();
    let stored = layers::load(db, connection.id).await?;
    let known = connections::locations(db, connection.id).await?;
    let percent = |id: &str| {
        let known = known.iter().find(|location| location.id == id);
        let location = Location {
            id: id.to_owned(),
            name: id.to_owned(),
            time_zone: known.and_then(|known| known.time_zone.clone()),
            currency: known.and_then(|known| known.currency.clone()),
            country: None,
            language: None,
        };
        let settings = Settings::resolve(manifest, &stored.layers, Place::Location(&location));
        let field = settings.field(FIELD)?;
        if field.is_used() { field.value.as_f64() } else { None }
    };
    Ok(run::held(would, percent).map(|(location, percent)| (location.to_owned(), percent)).collect())
}

/// A run that asks anew makes older questions void.
pub(super) async fn supersede(tx: &mut Tx, connection: Uuid, by: Uuid, now: Millis) -> Result<(), StorageError> {
    for old in runs::waiting(tx.connection(), connection).await?.into_iter().filter(|old| old.id != by) {
        runs::save(tx, &Run { state: RunState::Superseded, ended_at: Some(now), ..old }).await?;
    }
    Ok(())
}

/// What the connection's history says of it.
pub(super) async fn tell_held(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    run: &Run,
    now: Millis,
) -> Result<(), StorageError> {
    let would = run.would_remove.clone().unwrap_or_default();
    let detail = Some(counted(&would));
    let happened = Activity { at: now, kind: "run.held".to_owned(), actor: Actor::Deskbridge, detail };
    activity::record(tx, connection, app.random.uuid(now), happened).await?;
    let id = RunId(run.id);
    tracing::info!(connection.id = %connection.id, run.id = %id, "a run waits for approval of what it would remove");
    Ok(())
}

/// All locations together: `64 / 180`.
pub(super) fn counted(would: &WouldRemove) -> String {
    let sum = |count: fn(&run::Removal) -> u32| would.values().map(|one| u64::from(count(one))).sum::<u64>();
    format!("{} / {}", sum(|one| one.remove), sum(|one| one.of))
}
