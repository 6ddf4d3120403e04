//! What the budget is needed for, kept for a while in each process.

use super::Refresh;
use crate::clock::{DAY, HOUR, Millis, SECOND};
use crate::config;
use crate::domain::forecast::{Budget, Deadlines, Enough, Outlook, Use, enough, needed_per_minute};
use crate::storage::{Db, StorageError, budget, grant_lists};

/// Counting many grants takes a while, and half an hour is how finely they are counted.
const KEPT: Millis = 30 * SECOND;
/// Few are counted quickly, so that replicas see soon what the others did.
const FEW: u64 = 10_000;
const KEPT_OF_FEW: Millis = 5 * SECOND;

/// A forecast with its time.
pub(crate) struct Planned {
    made_at: Millis,
    kept: Millis,
    outlook: Outlook,
}

pub(crate) fn budget_of(refresh: &config::Refresh, lowered_to: Option<u32>) -> Budget {
    let per_minute = refresh.requests_per_minute.map(|limit| lowered_to.map_or(limit, |lowered| lowered.min(limit)));
    Budget { per_minute, horizon: i64::from(refresh.horizon_days) * DAY }
}

impl Refresh {
    /// Looks at the forecast, or spends what it leaves.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn plan<T>(
        &self,
        db: &Db,
        refresh: &config::Refresh,
        client_id: &str,
        now: Millis,
        look: impl FnOnce(&mut Outlook) -> T,
    ) -> Result<T, StorageError> {
        let client = self.client(client_id);
        let mut planned = client.planned.lock().await;
        let fresh = planned.as_ref().is_some_and(|known| known.made_at <= now && now < known.made_at + known.kept);
        if !fresh {
            *planned = Some(make(db, refresh, client_id, now).await?);
        }
        let Some(known) = planned.as_mut() else {
            return Err(StorageError::Inconsistent { table: "grants", what: "no forecast" });
        };
        Ok(look(&mut known.outlook))
    }

    /// The next look makes a new forecast.
    pub async fn forget_plan(&self, client_id: &str) {
        *self.client(client_id).planned.lock().await = None;
    }
}

async fn make(db: &Db, refresh: &config::Refresh, client_id: &str, now: Millis) -> Result<Planned, StorageError> {
    if refresh.requests_per_minute.is_none() {
        // Everybody has a request, so nothing needs to be counted.
        let outlook = Outlook::new(&Deadlines::default(), &budget_of(refresh, None), now);
        return Ok(Planned { made_at: now, kept: HOUR, outlook });
    }
    let lowered_to = budget::limits(db.read(), client_id).await?.lowered_to;
    let deadlines = grant_lists::deadlines(db.read(), client_id, now).await?;
    let kept = if deadlines.total() < FEW { KEPT_OF_FEW } else { KEPT };
    Ok(Planned { made_at: now, kept, outlook: Outlook::new(&deadlines, &budget_of(refresh, lowered_to), now) })
}

/// What the budget of a client carries, and until when: for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospect {
    pub grants: u64,
    /// Grants that survive a four-day outage, with a slot left to a connecting admin and without.
    pub carries: Option<(u64, u64)>,
    pub needed_per_minute: f64,
    /// The limit now, and the configured one.
    pub limit: Option<(u32, u32)>,
    pub used: u32,
    pub enough: Enough,
    pub keeps_slot: bool,
    pub spare: u64,
    pub due: u64,
    pub new_a_day: f64,
    pub client_refused_at: Option<Millis>,
    pub blocked_until: Option<Millis>,
}

impl Prospect {
    /// # Errors
    /// When the database does not answer.
    pub async fn read(
        db: &Db,
        refresh: &config::Refresh,
        client_id: &str,
        integrations: &[String],
        now: Millis,
    ) -> Result<Self, StorageError> {
        /// Long enough to see growth, short enough to see that it changed.
        const LOOKED_BACK: i64 = 30;
        let limits = budget::limits(db.read(), client_id).await?;
        let deadlines = grant_lists::deadlines(db.read(), client_id, now).await?;
        let budget = budget_of(refresh, None);
        let now_budget = budget_of(refresh, limits.lowered_to);
        let outlook = Outlook::new(&deadlines, &now_budget, now);
        let new = grant_lists::connected_since(db.read(), integrations, now - LOOKED_BACK * DAY).await?;
        // Everybody of a deployment that has just begun is new, and that says nothing about the time to come.
        let new_a_day = if new * 2 > deadlines.total() { 0.0 } else { new as f64 / LOOKED_BACK as f64 };
        let grown = Use { new_grants_per_day: new_a_day, other_requests_per_day: new_a_day, ..Use::default() };
        Ok(Self {
            grants: deadlines.total(),
            carries: budget.per_minute.map(|_| (budget.carries(true), budget.carries(false))),
            needed_per_minute: needed_per_minute(deadlines.total(), &budget),
            limit: budget.per_minute.map(|limit| (limits.effective(limit), limit)),
            used: budget::used(db.read(), client_id, now).await?,
            enough: enough(&deadlines, &budget, grown, now),
            keeps_slot: outlook.keeps_slot,
            spare: outlook.spare(),
            due: outlook.due,
            new_a_day,
            client_refused_at: limits.client_refused_at,
            blocked_until: Some(limits.blocked_until).filter(|until| *until > now),
        })
    }
}
