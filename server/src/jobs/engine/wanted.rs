//! What waits for the engine, and where in the order of the index it begins.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::Millis;
use crate::domain::schedule::{Policy, Rank};
use crate::services::refresh;
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::leases::{self, Claimed, Due};

/// Where the ordered claims began, is forgotten after this: what was skipped then is seen again.
const FLOOR_KEPT: Duration = Duration::from_secs(60);
/// As the forecast: half a day before an outage of the planned length could cost a grant.
const RENEW_EARLY: Millis = 30;

/// What a turn would claim.
pub(super) struct Wanted {
    pub(super) kinds: Vec<(Due, u64)>,
    pub(super) count: u64,
    /// When something else is due.
    pub(super) next: Option<Millis>,
}

impl Wanted {
    /// What waits for this client, the most urgent kind first.
    pub(super) async fn look(
        app: &App,
        floors: &mut Floors,
        client_id: &str,
        (due, due_until, leaves): (u64, Millis, bool),
        now: Millis,
    ) -> Result<Self, StorageError> {
        let refresh = &app.config.refresh;
        let mut wanted = Wanted { kinds: Vec::new(), count: 0, next: None };
        if refresh.requests_per_minute.is_some() {
            if due > 0 {
                let ending = Due::Ending { from: floors.of(client_id, None), to: due_until - 1 };
                wanted.add_free(app, client_id, (ending, due), now).await?;
            }
        } else {
            let budget = refresh::budget_of(refresh, None);
            let to = now + budget.outage() + budget.horizon / RENEW_EARLY;
            let from = floors.of(client_id, None);
            match leases::first_end(app.db.read(), client_id, from).await? {
                Some(first) if first <= to => {
                    wanted.add_free(app, client_id, (Due::Ending { from, to }, u64::MAX), now).await?;
                }
                Some(first) => wanted.next_at(now + (first - to)),
                None => {}
            }
        }
        if !leaves {
            return Ok(wanted);
        }
        let everybody = refresh.policy == Policy::AlwaysFresh;
        for rank in [Rank::Used, Rank::Everybody].into_iter().filter(|rank| everybody || *rank == Rank::Used) {
            let from = floors.of(client_id, Some(rank));
            match leases::next_fresh(app.db.read(), client_id, rank, from).await? {
                Some(at) if at <= now => {
                    wanted.add_free(app, client_id, (Due::Fresh { rank, from }, u64::MAX), now).await?;
                }
                Some(at) => wanted.next_at(at),
                None => {}
            }
        }
        Ok(wanted)
    }

    /// Those that are due may all be under way or wait after a failure: then nobody is renewed in their place, and
    /// there is nothing to write.
    async fn add_free(
        &mut self,
        app: &App,
        client_id: &str,
        (due, count): (Due, u64),
        now: Millis,
    ) -> Result<(), StorageError> {
        if leases::any_free(app.db.read(), client_id, due, now).await? {
            self.kinds.push((due, count));
            self.count = self.count.saturating_add(count);
        }
        Ok(())
    }

    fn next_at(&mut self, at: Millis) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }

    /// Whether it was claimed for its end, which the forecast counts.
    pub(super) fn is_ending(&self, claimed: &Claimed) -> bool {
        let wants_fresh = claimed.grant.fresh.is_some_and(|(_, at)| at <= claimed.claim.until);
        self.kinds.iter().any(|(due, _)| matches!(due, Due::Ending { .. })) && !wants_fresh
    }
}

/// Where the claims of each kind begin.
#[derive(Default)]
pub(super) struct Floors(HashMap<(String, Option<Rank>), (Millis, Instant)>);

impl Floors {
    /// Where the claims of this kind begin. Before it are only those under way or after a failure, and what others left
    /// in the index while a long transaction keeps it from being swept.
    fn of(&mut self, client_id: &str, rank: Option<Rank>) -> Millis {
        let key = (client_id.to_owned(), rank);
        match self.0.get(&key) {
            Some((floor, since)) if since.elapsed() < FLOOR_KEPT => *floor,
            _ => {
                self.0.insert(key, (0, Instant::now()));
                0
            }
        }
    }

    pub(super) fn raise(&mut self, client_id: &str, rank: Option<Rank>, to: Millis) {
        if let Some((floor, _)) = self.0.get_mut(&(client_id.to_owned(), rank)) {
            *floor = (*floor).max(to);
        }
    }
}
