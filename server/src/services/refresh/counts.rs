//! How many grants are in which state. Counting a million takes a while and metrics are asked for often, so a count is
//! kept for some seconds and one is made at a time.

use std::time::Duration;

use tokio::time::Instant;

use super::held;
use crate::clock::{Millis, SECOND};
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::grant_lists::{self, Counts};

const KEPT: Millis = 10 * SECOND;
/// Counting takes this part of the database's time at most.
const PART: Millis = 20;
/// Whoever asks waits that long for a new count, and takes the one before if it lasts longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// A count with its time.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    pub counts: Counts,
    pub at: Millis,
    kept: Millis,
}

impl Counted {
    /// A clock that was set back ends it, too.
    fn is_fresh(&self, now: Millis) -> bool {
        self.at <= now && now < self.at + self.kept
    }
}

/// The last count of this client's grants. None: the first one is not done yet.
///
/// # Errors
/// When the database does not answer.
pub async fn counted(app: &App, client_id: &str) -> Result<Option<Counted>, ServiceError> {
    let client = app.refresh.client(client_id);
    // On its own, so that a count which takes longer than its asker waits is done all the same.
    let counting = tokio::spawn({
        let (app, client, client_id) = (app.clone(), client.clone(), client_id.to_owned());
        async move {
            let _one = client.counting.lock().await;
            let now = app.clock.now();
            let known = *held(&client.counted);
            if let Some(known) = known.filter(|known| known.is_fresh(now)) {
                return Ok(known);
            }
            let begun = Instant::now();
            let counts = grant_lists::counts(app.db.read(), &client_id, now).await?;
            let took = i64::try_from(begun.elapsed().as_millis()).unwrap_or(Millis::MAX / PART);
            let counted = Counted { counts, at: now, kept: KEPT.max(took.saturating_mul(PART)) };
            *held(&client.counted) = Some(counted);
            Ok::<_, ServiceError>(counted)
        }
    });
    match tokio::time::timeout(PATIENCE, counting).await {
        Ok(counted) => counted?.map(Some),
        Err(_) => Ok(*held(&client.counted)),
    }
}
