//! Deleting what has served its time. It goes on beside the other jobs, since there may be very much of it.

use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::turn;
use crate::clock::HOUR;
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::housekeeping;

/// Connections that one sweep purges, and one commit of it: each may have thousands of rows.
const MOST_PURGED: u64 = 1_000;
const PURGED_AT_ONCE: u64 = 5;

/// Works until `stop`, then finishes the commit at hand.
pub async fn work(app: App, stop: CancellationToken) {
    // The clock of the product may be ahead of this machine's, so it is looked at often.
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut due_at = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let now = app.clock.now();
        if due_at <= now {
            due_at = now + HOUR;
            turn(&app, "sweep", || run(&app, &stop)).await;
        }
    }
}

/// One sweep, in commits that hold up nobody for long. It ends early at `stop`; the next one finds the rest.
///
/// # Errors
/// When the database does not answer.
pub async fn run(app: &App, stop: &CancellationToken) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut more = true;
    while more && !stop.is_cancelled() {
        let mut tx = app.db.begin().await?;
        more = housekeeping::delete_some(&mut tx, now).await?;
        tx.commit().await?;
    }
    if stop.is_cancelled() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    housekeeping::delete_expired(&mut tx, now).await?;
    tx.commit().await?;
    let mut purged = 0;
    while purged < MOST_PURGED && !stop.is_cancelled() {
        let mut tx = app.db.begin().await?;
        let some = housekeeping::purge(&mut tx, now, PURGED_AT_ONCE).await?;
        tx.commit().await?;
        purged += some;
        if some < PURGED_AT_ONCE {
            break;
        }
    }
    if purged > 0 {
        tracing::info!(purged, "settings and history of disconnected connections were deleted");
    }
    Ok(())
}
