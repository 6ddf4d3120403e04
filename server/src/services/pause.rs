//! Pause and resume by the partner's system or staff. What the admin switched off in OfficeRnD is another matter, and
//! only the admin switches it on again.

use app::ports::Actor;
use uuid::Uuid;

use super::{ServiceError, health, to_the_end};
use crate::domain::connection::{Connection, Paused, Progress};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::{connections, grants};

/// The connection as it is then; none when it is no more. `reason` stands in the record where somebody gave one.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn set(
    app: &App,
    connection: Uuid,
    pause: bool,
    actor: Actor,
    by: String,
    reason: Option<String>,
) -> Result<Option<Connection>, ServiceError> {
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let current = connections::lock(&tx, connection).await?.filter(|one| one.disconnected.is_none());
        let Some(current) = current else { return Ok(None) };
        if current.progress.paused.is_some() == pause {
            return Ok(Some(current));
        }
        let paused = pause.then_some(Paused { at: now, by });
        let after = Connection { progress: Progress { paused, ..current.progress.clone() }, ..current };
        let refused = grants::is_refused(tx.connection(), connection).await?;
        let after = health::save(&app, &mut tx, &after, refused, now).await?;
        let kind = if pause { "connection.paused" } else { "connection.resumed" };
        let happened = Activity { at: now, kind: kind.to_owned(), actor, detail: reason };
        activity::record(&mut tx, &after, app.random.uuid(now), happened).await?;
        tx.commit().await?;
        app.outbox.wake();
        Ok(Some(after))
    })
    .await
}
