//! Looks for incidents, sends what is to be told of them, and takes away what signed it before.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::turns;
use crate::services::ServiceError;
use crate::services::alerts::{end_overlap, look, send::send_due};
use crate::state::App;

const EVERY: Duration = Duration::from_secs(10);

/// Works until `stop`. A mail server that takes its time keeps nobody from looking, and a look that fails keeps nothing
/// that was decided before from being sent. What is cut off while it is sent is sent by another process, after its
/// lease.
pub async fn work(app: App, stop: CancellationToken) {
    tokio::join!(
        turns(EVERY, "alerts", &app, &stop, async move |app| look(&app).await),
        turns(EVERY, "notices", &app, &stop, async move |app| send_due(&app).await),
        turns(EVERY, "alert secrets", &app, &stop, async move |app| end_overlap(&app).await),
    );
}

/// Looks once, then sends what is due; tests call it instead of waiting.
///
/// # Errors
/// When the database does not answer.
pub async fn run_due(app: &App) -> Result<(), ServiceError> {
    let looked = look(app).await;
    send_due(app).await?;
    end_overlap(app).await?;
    looked
}
