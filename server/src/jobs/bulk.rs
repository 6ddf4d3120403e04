//! Acts of staff on many connections go on here, so that a long one holds up neither states nor runs.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::turn;
use crate::services::acts::bulk;
use crate::state::App;

const EVERY: Duration = Duration::from_secs(5);

/// Works until `stop`.
pub async fn work(app: App, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        // What is cut off between two commits is found again.
        tokio::select! {
            () = stop.cancelled() => return,
            () = turn(&app, "bulk", || bulk::go_on(&app)) => {}
        }
    }
}
