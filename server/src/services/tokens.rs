//! An access token for whoever needs one. All refreshes of a grant go one at a time, whoever asks for them.
//!
//! The right to send a refresh token is a lease on the grant's row; whoever does not get it waits for
//! the winner's pair.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;
use uuid::Uuid;

use super::refresh::{self, Finished, Reservation, Went};
use super::{ServiceError, to_the_end};
use crate::clock::{Millis, SECOND};
use crate::domain::budget::{Ask, Purpose, Slots};
use crate::domain::connection::Connection;
use crate::domain::grant::{Grant, GrantState, margin_seconds, use_is_news};
use crate::domain::lease::{LEASE, NotClaimed};
use crate::domain::schedule;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::leases::{self, Claimed};
use crate::storage::{budget, grants};

/// How long a caller waits for another process's refresh: as long as that may take.
const PATIENCE: Duration = Duration::from_secs(32);
/// Between two looks at a grant that somebody else refreshes.
const POLL: Duration = Duration::from_millis(100);
/// Where grants need every request, a caller may ask again after this.
const SCARCE: i64 = 60;

/// A token that is refused sooner than that after it came is refused for another reason than its age.
const NEW: Millis = 60 * SECOND;

/// An access token of OfficeRnD's, as it is stored. Its `Debug` would tell it, so it has none.
pub struct Token {
    pub access: SecretString,
    pub scope: String,
    pub expires_at: Millis,
    lifetime_seconds: i64,
    /// When its use was last written down.
    used_at: AtomicI64,
}

/// No use was written down.
const NEVER: i64 = i64::MIN;

impl Token {
    fn is_good(&self, app: &App, valid_for_seconds: Option<i64>) -> bool {
        is_good(app, self.expires_at, self.lifetime_seconds, valid_for_seconds)
    }
}

fn is_good(app: &App, expires_at: Millis, lifetime_seconds: i64, valid_for_seconds: Option<i64>) -> bool {
    let margin = || margin_seconds(app.config.refresh.margin_seconds, lifetime_seconds);
    let wanted = valid_for_seconds.unwrap_or_else(margin).saturating_mul(SECOND);
    expires_at.saturating_sub(app.clock.now()) >= wanted
}

/// Why there is none.
#[derive(Debug)]
pub enum NoToken {
    ReconnectRequired,
    Disconnected,
    BudgetExhausted { retry_after_seconds: i64 },
    OfficeRndUnavailable { retry_after_seconds: i64 },
    Internal(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for NoToken {
    fn from(error: E) -> Self {
        NoToken::Internal(error.into())
    }
}

/// A token of this connection that is good for `valid_for_seconds` (by default the margin), for somebody who uses the
/// connection: the engine has the next one ready in time.
///
/// # Errors
/// See [`NoToken`]; nothing about the grant changes unless OfficeRnD refused the stored pair.
pub async fn token(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    valid_for_seconds: Option<i64>,
) -> Result<Arc<Token>, NoToken> {
    let token = token_for_ourselves(app, integration, connection, valid_for_seconds).await?;
    note_use(app, connection.id, &token);
    Ok(token)
}

/// The same for our own ends, which are no use of the connection.
///
/// # Errors
/// See [`NoToken`].
pub async fn token_for_ourselves(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    valid_for_seconds: Option<i64>,
) -> Result<Arc<Token>, NoToken> {
    if let Some(token) = good_token(app, connection, valid_for_seconds).await? {
        return Ok(token);
    }
    // What is rare takes no room in the future of every caller.
    Box::pin(renewed(app, integration, connection, valid_for_seconds)).await
}

async fn renewed(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    valid_for_seconds: Option<i64>,
) -> Result<Arc<Token>, NoToken> {
    // Callers in this process queue here; the first refreshes, the others find its token.
    let flight = app.flights.of(connection.id);
    let _turn = flight.lock().await;
    let deadline = Instant::now() + PATIENCE;
    loop {
        // One look for both: who claims what another process has renewed since would renew it again.
        let grant = grant(app, connection).await?;
        if is_good(app, grant.access_expires_at, grant.access_lifetime_seconds, valid_for_seconds) {
            return token_of(app, connection, grant).await;
        }
        if let Some((claimed, reservation, since)) = claim(app, integration, &grant).await? {
            let went = to_the_end(app, async move |app| refresh::send(&app, claimed, reservation, since, true).await);
            match went.await? {
                Went::Finished(Finished::Renewed | Finished::Superseded) => {
                    // A life shorter than what was asked for is all that OfficeRnD gives.
                    if let Some(token) = stored_token(app, connection, Some(1)).await? {
                        return Ok(token);
                    }
                }
                Went::Finished(Finished::Refused(_)) => return Err(NoToken::ReconnectRequired),
                Went::Finished(Finished::Gone) => return Err(NoToken::Disconnected),
                Went::Finished(Finished::Failed { .. } | Finished::Unsent) | Went::NotStored => {}
                Went::Unavailable { until } => return Err(unavailable(until, app.clock.now())),
            }
        }
        if Instant::now() >= deadline {
            return Err(NoToken::OfficeRndUnavailable { retry_after_seconds: 5 });
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Another token than one that OfficeRnD's API refused. None: that one is so new that another would fare no better, and
/// whoever asks again and again would spend what other grants need.
///
/// # Errors
/// See [`NoToken`].
pub async fn token_instead_of(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    refused: &SecretString,
) -> Result<Option<Arc<Token>>, NoToken> {
    let Some(grant) = grants::get(app.db.read(), connection.id).await? else { return Err(NoToken::Disconnected) };
    if let Some(token) = stored_token(app, connection, None).await?
        && token.access.expose_secret() != refused.expose_secret()
    {
        return Ok(Some(token));
    }
    let now = app.clock.now();
    if now - grant.refreshed_at < NEW {
        return Ok(None);
    }
    // Longer than any token lives from now on, but not longer than one that is fetched now.
    let wanted = (grant.access_expires_at - now) / SECOND + 1;
    token(app, integration, connection, Some(wanted)).await.map(Some)
}

/// The stored token if it needs no refresh. Never calls anybody, and mostly not even the database.
///
/// # Errors
/// When there can be no token before the admin acts, or the database does not answer.
pub async fn good_token(
    app: &App,
    connection: &Connection,
    valid_for_seconds: Option<i64>,
) -> Result<Option<Arc<Token>>, NoToken> {
    let token = match app.directory.tokens.get(&connection.id) {
        Some(token) => Some(token),
        None => Box::pin(app.directory.tokens.get_or_read(connection.id, read(app, connection))).await?,
    };
    Ok(token.filter(|token| token.is_good(app, valid_for_seconds)))
}

/// The same from the database, for who waits for what another process stores.
async fn stored_token(
    app: &App,
    connection: &Connection,
    valid_for_seconds: Option<i64>,
) -> Result<Option<Arc<Token>>, NoToken> {
    let token = token_of(app, connection, grant(app, connection).await?).await?;
    Ok(Some(token).filter(|token| token.is_good(app, valid_for_seconds)))
}

/// A grant that can have a token.
async fn grant(app: &App, connection: &Connection) -> Result<Grant, NoToken> {
    let Some(grant) = grants::get(app.db.read(), connection.id).await? else { return Err(NoToken::Disconnected) };
    match grant.state {
        GrantState::NeedsReauthorization(_) => Err(NoToken::ReconnectRequired),
        GrantState::Alive => Ok(grant),
    }
}

async fn token_of(app: &App, connection: &Connection, grant: Grant) -> Result<Arc<Token>, NoToken> {
    let Some(pair) = grants::tokens(app.db.read(), &app.vault, connection).await? else {
        return Err(NoToken::Disconnected);
    };
    Ok(Arc::new(Token {
        access: pair.access,
        scope: grant.scope,
        expires_at: grant.access_expires_at,
        lifetime_seconds: grant.access_lifetime_seconds,
        used_at: AtomicI64::new(grant.used_at.unwrap_or(NEVER)),
    }))
}

async fn read(app: &App, connection: &Connection) -> Result<Option<Arc<Token>>, NoToken> {
    token_of(app, connection, grant(app, connection).await?).await.map(Some)
}

/// Takes a slot of the budget and the right to send, together. None: somebody else is at work, or was.
async fn claim(
    app: &App,
    integration: &Arc<Integration>,
    grant: &Grant,
) -> Result<Option<(Claimed, Reservation, Instant)>, NoToken> {
    let (now, since) = (app.clock.now(), Instant::now());
    let client_id = integration.client.client_id.as_str();
    if let Some(until) = grant.paused_until(now) {
        return Err(unavailable(until, now));
    }
    // A lease from further away was written before the clock was set back; claiming it puts that right.
    if grant.holder.is_some() && grant.lease_until.is_some_and(|until| until > now && until <= now + 2 * LEASE) {
        return Ok(None);
    }
    if let Some(until) = app.refresh.waits_until(client_id, now) {
        return Err(unavailable(until, now));
    }
    let ends = grant.refresh_expires_at;
    let plan = app
        .refresh
        .plan(&app.db, &app.config.refresh, client_id, now, |outlook| (outlook.keeps_slot, outlook.take(Some(ends))));
    let (keeps_slot, leaves) = plan.await?;
    if !leaves {
        return Err(NoToken::BudgetExhausted { retry_after_seconds: SCARCE });
    }
    app.refresh.permit(client_id, now).map_err(|until| unavailable(until, now))?;
    let ask = Ask {
        limit: app.config.refresh.requests_per_minute,
        purpose: Purpose::Caller,
        most: 1,
        keeps_slot,
        scarce: false,
    };
    let taken = take(app, client_id, grant, &ask, now).await;
    if !matches!(taken, Ok(Some(_))) {
        app.refresh.unused(client_id, now);
    }
    Ok(taken?.map(|(claimed, reservation)| (claimed, reservation, since)))
}

async fn take(
    app: &App,
    client_id: &str,
    grant: &Grant,
    ask: &Ask,
    now: Millis,
) -> Result<Option<(Claimed, Reservation)>, NoToken> {
    let mut tx = app.db.begin().await?;
    let id = match budget::reserve(&mut tx, client_id, app.random.uuid(now), ask, now).await? {
        Slots::Taken { id, .. } => id,
        Slots::Full { until } => {
            return Err(NoToken::BudgetExhausted { retry_after_seconds: seconds_until(until, now) });
        }
    };
    let holder = app.random.uuid(now);
    let claimed = match leases::claim_one(&mut tx, grant.connection, holder, now).await? {
        None => return Err(NoToken::Disconnected),
        // Somebody refreshed it between the look and the lock; what is not committed gives the slot back.
        Some(Ok(claimed)) if claimed.claim.version != grant.version => return Ok(None),
        Some(Ok(claimed)) => claimed,
        Some(Err(NotClaimed::Paused { until })) => return Err(unavailable(until, now)),
        Some(Err(NotClaimed::SetBack(_))) => {
            if let Some(id) = id {
                budget::forget(&mut tx, id).await?;
            }
            tx.commit().await?;
            return Ok(None);
        }
        Some(Err(NotClaimed::Held { .. } | NotClaimed::Ended)) => return Ok(None),
    };
    tx.commit().await?;
    Ok(Some((claimed, Reservation { client_id: client_id.to_owned(), id, shared: false })))
}

/// At most once in half an hour for a grant.
fn note_use(app: &App, connection: Uuid, token: &Arc<Token>) {
    let now = app.clock.now();
    let before = token.used_at.load(Ordering::Relaxed);
    if !use_is_news(Some(before).filter(|before| *before != NEVER), now)
        || token.used_at.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_err()
    {
        return;
    }
    let token = token.clone();
    app.unfinished.spawn({
        let app = app.clone();
        async move {
            if let Err(error) = write_use(&app, connection, now).await {
                // The next one tries again.
                token.used_at.store(before, Ordering::Relaxed);
                tracing::warn!(connection.id = %connection, %error, "the use of a token was not noted");
            }
        }
    });
}

async fn write_use(app: &App, connection: Uuid, now: Millis) -> Result<(), ServiceError> {
    let jitter = app.random.below(u64::MAX);
    let refresh = &app.config.refresh;
    let mut tx = app.db.begin().await?;
    grants::note_use(&mut tx, connection, now, |grant| {
        schedule::fresh(refresh.policy, grant.access(), grant.used_at, refresh.margin_seconds, jitter, now)
    })
    .await?;
    tx.commit().await?;
    app.refresh.wake();
    Ok(())
}

fn unavailable(until: Millis, now: Millis) -> NoToken {
    NoToken::OfficeRndUnavailable { retry_after_seconds: seconds_until(until, now).max(1) }
}

pub fn seconds_until(until: Millis, now: Millis) -> i64 {
    ((until - now).max(0) + SECOND - 1) / SECOND
}
