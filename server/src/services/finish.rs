//! The last button of the set-up: the connection begins to work.

use std::sync::Arc;

use app::ports::Actor;
use uuid::Uuid;

use super::{ServiceError, events, health, overlap, to_the_end};
use crate::domain::attempt::{Attempt, Stage};
use crate::domain::connection::Connection;
use crate::domain::event::EventType;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::{attempts, connections, grants, settings, tenant_rows};

/// Finishes the set-up of a connection whose steps are all done and that is in nobody's way; else nothing changes. `attempt` is the run of
/// the pop-up that ends with it.
///
/// # Errors
/// When the database does not answer.
pub async fn finish(
    app: &App,
    integration: &Arc<Integration>,
    connection: Uuid,
    attempt: Option<Attempt>,
    actor: Actor,
) -> Result<(), ServiceError> {
    let integration = integration.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(known) = connections::get(tx.connection(), connection).await? else { return Ok(()) };
        overlap::lock(&tx, &integration, known.organization).await?;
        let current = connections::lock(&tx, connection).await?;
        let Some(current) = current.filter(|current| current.disconnected.is_none()) else { return Ok(()) };
        let done = settings::done_steps(tx.connection(), connection).await?;
        if current.finished_at.is_none() {
            // The review says which steps are open, or whom it waits for.
            if current.waits_for.is_some() || !integration.steps().iter().all(|step| done.contains(&step.id)) {
                return Ok(());
            }
            let refused = grants::is_refused(tx.connection(), connection).await?;
            let finished = Connection { finished_at: Some(now), ..current.clone() };
            health::save(&app, &mut tx, &finished, refused, now).await?;
            tenant_rows::note_revision(&mut tx, connection, integration.revision).await?;
            let detail = attempt.as_ref().map(|attempt| attempt.reference.clone());
            let happened = Activity { at: now, kind: "connection.connected".into(), actor, detail };
            activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
            overlap::settle(&app, &mut tx, &integration, current.organization, now).await?;
            events::connected(&app, &mut tx, &finished, EventType::Connected, now).await?;
        }
        if let Some(attempt) = attempt {
            let ended = Attempt { stage: Stage::Connected, updated_at: now, ..attempt };
            attempts::save(&mut tx, Stage::FinishSetUp, &ended).await?;
        }
        tx.commit().await?;
        app.outbox.wake();
        tracing::info!(connection.id = %connection, integration = %integration.slug, "set-up finished");
        Ok(())
    })
    .await
}
