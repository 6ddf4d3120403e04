//! Acts of staff on many connections go on here, so that a long one holds up neither states nor runs.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::turns;
use crate::services::acts::bulk;
use crate::state::App;

const EVERY: Duration = Duration::from_secs(5);

/// Works until `stop`.
pub async fn work(app: App, stop: CancellationToken) {
    turns(EVERY, "bulk", &app, &stop, async move |app| bulk::go_on(&app).await).await;
}
