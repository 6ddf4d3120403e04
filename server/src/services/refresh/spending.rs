//! Taking slots of the token budget, and closing them.

use std::time::Duration;

use app::ports::Waiting;
use uuid::Uuid;

use super::{Heard, Refresh, held};
use crate::clock::{Millis, SECOND};
use crate::domain::budget::{Ask, Purpose, Slots};
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::{StorageError, Tx, budget};
use crate::upstream::officernd::{Class, Kind, OfficeRndError, Sent};

/// An exchange that would wait longer gets a page that says so (`pinned.md` 11).
const EXCHANGE_PATIENCE: Millis = 15 * SECOND;
/// Where OfficeRnD says 429 without a time.
const DEFAULT_BACKOFF: Millis = 60 * SECOND;

/// A slot that one request holds.
#[derive(Debug, Clone)]
pub struct Reservation {
    pub client_id: String,
    /// None where nothing is counted.
    pub id: Option<Uuid>,
    /// One of many that were reserved together.
    pub shared: bool,
}

/// Requests of one reservation that are over and not written down.
#[derive(Debug, Clone)]
pub struct Part {
    client_id: String,
    ended: u32,
    unsent: u32,
    at: Millis,
}

/// A slot for somebody in the pop-up, within a person's patience; else what the page says. It holds the permit to ask.
pub(crate) async fn exchange_slot(app: &App, client_id: &str) -> Result<Result<Reservation, Waiting>, ServiceError> {
    let deadline = app.clock.now() + EXCHANGE_PATIENCE;
    // A code is sent once ever, so the forecast is asked once for it.
    let leaves =
        app.refresh.plan(&app.db, &app.config.refresh, client_id, app.clock.now(), |outlook| outlook.take(None));
    let ask = Ask {
        limit: app.config.refresh.requests_per_minute,
        purpose: Purpose::Exchange,
        most: 1,
        keeps_slot: false,
        scarce: !leaves.await?,
    };
    loop {
        let now = app.clock.now();
        if app.refresh.permit(client_id, now).is_err() {
            return Ok(Err(Waiting::Down));
        }
        let mut tx = app.db.begin().await?;
        let slots = budget::reserve(&mut tx, client_id, app.random.uuid(now), &ask, now).await?;
        tx.commit().await?;
        match slots {
            Slots::Taken { id, .. } => {
                return Ok(Ok(Reservation { client_id: client_id.to_owned(), id, shared: false }));
            }
            Slots::Full { until } => {
                app.refresh.unused(client_id, now);
                if until > deadline {
                    return Ok(Err(Waiting::Busy));
                }
                let wait = u64::try_from(until - now).unwrap_or(0).clamp(20, 1_000);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
        }
    }
}

/// Closes a slot with what came of its request, and remembers what that tells of host and client.
pub(crate) async fn settle(
    app: &App,
    reservation: &Reservation,
    who: Uuid,
    error: Option<&OfficeRndError>,
) -> Result<(), ServiceError> {
    let (client_id, now) = (reservation.client_id.as_str(), app.clock.now());
    let heard = app.refresh.heard((client_id, who), error, app.config.refresh.concurrency, now);
    let limited = error.filter(|error| error.kind() == Kind::Limited);
    let unsent = error.is_some_and(|error| error.sent() == Sent::No);
    if let (Some(id), true) = (reservation.id, reservation.shared) {
        app.refresh.is_over(id, client_id, unsent, now);
    }
    let own = reservation.id.filter(|_| !reservation.shared);
    if own.is_none() && limited.is_none() && heard == Heard::Nothing {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    match own {
        Some(id) if unsent => budget::forget(&mut tx, id).await?,
        Some(id) => budget::finish(&mut tx, id, now).await?,
        None => {}
    }
    if let Some(error) = limited {
        tracing::warn!(
            client.id = client_id,
            seconds = backoff(error) / SECOND,
            "OfficeRnD asks to wait; the limit is lowered for a while"
        );
        let limit = app.config.refresh.requests_per_minute;
        budget::block(&mut tx, client_id, limit, now + backoff(error), now).await?;
    }
    match heard {
        Heard::ClientRefused => {
            tracing::error!(
                client.id = client_id,
                "OfficeRnD refuses the client id or the client secret of an integration; no token is renewed until its manifest is corrected"
            );
            budget::client_refused(&mut tx, client_id, Some(now)).await?;
        }
        Heard::ClientAccepted => {
            if budget::limits(tx.connection(), client_id).await?.client_refused_at.is_some() {
                tracing::info!(client.id = client_id, "OfficeRnD accepts the client again");
                budget::client_refused(&mut tx, client_id, None).await?;
            }
        }
        Heard::Nothing => {}
    }
    Ok(tx.commit().await?)
}

/// A slot of its own that was not used.
pub(crate) async fn give_back(app: &App, reservation: &Reservation) -> Result<(), ServiceError> {
    app.refresh.unused(&reservation.client_id, app.clock.now());
    if let Some(id) = reservation.id {
        let mut tx = app.db.begin().await?;
        budget::forget(&mut tx, id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// How long a 429 asks everybody to wait.
pub(super) fn backoff(error: &OfficeRndError) -> Millis {
    match error.class() {
        Class::RetryLater { retry_after: Some(wait) } => {
            i64::try_from(wait.as_millis()).unwrap_or(DEFAULT_BACKOFF).clamp(SECOND, 60 * DEFAULT_BACKOFF)
        }
        _ => DEFAULT_BACKOFF,
    }
}

impl Refresh {
    fn is_over(&self, id: Uuid, client_id: &str, unsent: bool, now: Millis) {
        let mut over = held(&self.over);
        let part =
            over.entry(id).or_insert_with(|| Part { client_id: client_id.to_owned(), ended: 0, unsent: 0, at: now });
        if unsent {
            part.unsent += 1;
        } else {
            part.ended += 1;
        }
        part.at = part.at.max(now);
    }

    /// A request of a shared reservation was given back unsent.
    pub(super) fn not_sent(&self, reservation: &Reservation, now: Millis) {
        if let Some(id) = reservation.id.filter(|_| reservation.shared) {
            self.is_over(id, &reservation.client_id, true, now);
        }
    }

    /// Whether there is something that the next reservation should write.
    pub fn has_over(&self) -> bool {
        !held(&self.over).is_empty()
    }

    /// What is over, for the caller to write. It must give back what it could not write.
    pub fn take_over(&self) -> Vec<(Uuid, Part)> {
        held(&self.over).drain().collect()
    }

    pub fn give_back_over(&self, parts: Vec<(Uuid, Part)>) {
        let mut over = held(&self.over);
        for (id, part) in parts {
            let known = over.entry(id).or_insert_with(|| Part { ended: 0, unsent: 0, ..part.clone() });
            known.ended += part.ended;
            known.unsent += part.unsent;
            known.at = known.at.max(part.at);
        }
    }
}

/// Writes what is over into this transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn write_over(app: &App, tx: &mut Tx, parts: &[(Uuid, Part)]) -> Result<(), StorageError> {
    for (id, part) in parts {
        let row = app.random.uuid(part.at);
        budget::finish_some(tx, &part.client_id, *id, row, (part.ended, part.unsent), part.at).await?;
    }
    Ok(())
}
