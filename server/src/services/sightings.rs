//! Which kinds of calls OfficeRnD has made to an integration, ever: what the checklist of its set-up ticks. Written
//! once; after that a look into memory.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::state::App;
use crate::storage::sightings::{self, Call};

#[derive(Default)]
pub struct Sightings {
    /// One bit a kind, by integration.
    known: RwLock<HashMap<String, u8>>,
}

impl Sightings {
    /// `true` the first time in this process.
    fn is_new(&self, integration: &str, call: Call) -> bool {
        let bit = 1_u8 << call as u8;
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.get(integration).is_some_and(|bits| bits & bit != 0) {
                return false;
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let bits = known.entry(integration.to_owned()).or_default();
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }

    fn forget(&self, integration: &str, call: Call) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(bits) = known.get_mut(integration) {
            *bits &= !(1_u8 << call as u8);
        }
    }
}

/// Remembers a genuine call. The caller does not wait for it.
pub fn saw(app: &App, integration: &str, call: Call) {
    if !app.sightings.is_new(integration, call) {
        return;
    }
    let (app, integration) = (app.clone(), integration.to_owned());
    let tracker = app.unfinished.clone();
    tracker.spawn(async move {
        let now = app.clock.now();
        let written = async {
            let mut tx = app.db.begin().await?;
            sightings::add(&mut tx, &integration, call, now).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            // The next call tries again.
            app.sightings.forget(&integration, call);
            tracing::warn!(%error, %integration, "that OfficeRnD called could not be remembered");
        }
    });
}
