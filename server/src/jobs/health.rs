//! What happens to states and runs because time passes: late connections, runs that are due or forgotten, outages.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{logged, turns};
use crate::services::{ServiceError, health, outages, overview, runs};
use crate::state::App;
use crate::storage::upkeep_runs;

/// Connections looked at in one go.
const AT_ONCE: u64 = 200;
const EVERY: Duration = Duration::from_secs(5);

/// Works until `stop`.
pub async fn work(app: App, stop: CancellationToken) {
    logged("states", begin(&app).await);
    turns(EVERY, "states", &app, &stop, async move |app| run_due(&app).await).await;
}

/// # Errors
/// When the database does not answer.
pub(super) async fn run_due(app: &App) -> Result<(), ServiceError> {
    runs::end_forgotten(app).await?;
    late(app).await?;
    outages::look(app).await?;
    overview::tell_the_rest(app).await?;
    runs::start_due(app).await
}

/// A manifest may say since the last start that runs are expected, or that Deskbridge starts them.
async fn begin(app: &App) -> Result<(), ServiceError> {
    for integration in app.integrations.all() {
        if health::expected(Some(&integration)).is_some() {
            let mut tx = app.db.begin().await?;
            upkeep_runs::look_again(&mut tx, &integration.slug).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn late(app: &App) -> Result<(), ServiceError> {
    loop {
        let due = upkeep_runs::changing(app.db.read(), app.clock.now(), AT_ONCE).await?;
        let more = due.len() as u64 == AT_ONCE;
        for connection in due {
            health::look_again_at(app, connection).await?;
        }
        if !more {
            return Ok(());
        }
    }
}
