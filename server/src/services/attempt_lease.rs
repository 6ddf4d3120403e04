//! The right to work on an attempt. A step takes as long as OfficeRnD does, and its process can die over it; so the
//! right is short, and renewed for as long as the work goes on. Whoever finds it run out goes on from what is stored.

use std::future::Future;
use std::time::Duration;

use uuid::Uuid;

use super::ServiceError;
use crate::clock::{Millis, SECOND};
use crate::domain::attempt::Attempt;
use crate::state::App;
use crate::storage::attempts;

/// So long an admin waits for a process that died.
pub(super) const LEASE: Millis = 12 * SECOND;
const RENEW: Millis = 3 * SECOND;
const LOOK: Duration = Duration::from_millis(500);

/// Takes the right to work on an attempt in its stage. `None`: another request is at it, or done with it.
pub(super) async fn take(app: &App, attempt: Attempt) -> Result<Option<Attempt>, ServiceError> {
    let now = app.clock.now();
    let until = now + LEASE;
    let mut tx = app.db.begin().await?;
    let won = attempts::lease(&mut tx, attempt.id, attempt.stage, now, until).await?;
    tx.commit().await?;
    Ok(won.then_some(Attempt { busy_until: Some(until), ..attempt }))
}

/// Does the work of whoever has the right, and keeps the right meanwhile.
pub(super) async fn keep<T>(app: &App, attempt: Uuid, work: impl Future<Output = T>) -> T {
    // Beside the work and not between its parts: the work may hold the only connection that writes.
    tokio::select! {
        biased;
        done = work => done,
        never = renew(app, attempt) => match never {},
    }
}

async fn renew(app: &App, attempt: Uuid) -> std::convert::Infallible {
    let mut next = app.clock.now() + RENEW;
    loop {
        tokio::time::sleep(LOOK).await;
        let now = app.clock.now();
        if now < next {
            continue;
        }
        if let Err(error) = extend(app, attempt, now + LEASE).await {
            // Once it runs out somebody else may begin anew; what is stored decides between the two.
            tracing::warn!(%error, "the right to work on an attempt could not be renewed");
        }
        next = now + RENEW;
    }
}

/// Moves the end of a right that is held, never to an earlier time.
pub(super) async fn extend(app: &App, attempt: Uuid, until: Millis) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    attempts::extend_lease(&mut tx, attempt, until).await?;
    Ok(tx.commit().await?)
}
