//! An access token for whoever needs one. All refreshes of a grant go through here, one at a time.
//!
//! The right to send a refresh token is a lease on the grant's row; whoever does not get it waits for
//! the winner's pair. The new pair is stored before anything else is done with the answer, and only
//! over the version that was sent.

use std::sync::Arc;
use std::time::Duration;

use app::ports::Actor;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::{ServiceError, oauth_app, to_the_end};
use crate::clock::{DAY, Millis, SECOND};
use crate::domain::connection::Connection;
use crate::domain::grant::{Grant, GrantState, RefusalCause, margin_seconds};
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::budget::{self, Slot};
use crate::storage::connections;
use crate::storage::grants::{self, TokenPair};
use crate::upstream::officernd::{Class, Kind, OfficeRndError, Sent, TokenAnswer};

/// The HTTP time limit of 20 s plus 10 s: nobody else sends the same refresh token meanwhile.
const LEASE: Millis = 30 * SECOND;
/// How long a caller waits for another process's refresh: as long as that may take.
const PATIENCE: Duration = Duration::from_secs(32);
/// Between two looks at a grant that another process refreshes.
const POLL: Duration = Duration::from_millis(100);
/// Where OfficeRnD says 429 without a time.
const DEFAULT_BACKOFF: Millis = 60 * SECOND;

/// A token that is refused sooner than that after it came is refused for another reason than its age.
const NEW: Millis = 60 * SECOND;

/// A token good for the time that was asked for.
pub struct Token {
    pub access: SecretString,
    pub scope: String,
    pub expires_at: Millis,
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

/// A token of this connection that is good for `valid_for_seconds` (by default the margin).
///
/// # Errors
/// See [`NoToken`]; nothing about the grant changes unless OfficeRnD refused the stored pair.
pub async fn token(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    valid_for_seconds: Option<i64>,
) -> Result<Token, NoToken> {
    if let Some(token) = good_token(app, connection, valid_for_seconds).await? {
        return Ok(token);
    }
    // Callers in this process queue here; the first refreshes, the others find its token.
    let flight = app.flights.of(connection.id);
    let _turn = flight.lock().await;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(token) = good_token(app, connection, valid_for_seconds).await? {
            return Ok(token);
        }
        let Some(grant) = grants::get(app.db.read(), connection.id).await? else { return Err(NoToken::Disconnected) };
        let now = app.clock.now();
        if let Some(until) = grant.paused_until(now) {
            return Err(NoToken::OfficeRndUnavailable { retry_after_seconds: seconds_until(until, now) });
        }
        if let Some(lease) = take_lease(app, &grant).await? {
            let of = (integration.clone(), connection.clone());
            to_the_end(app, async move |app| Ok(refresh(&app, &of.0, &of.1, &grant, lease).await)).await??;
            // A life shorter than what was asked for is all that OfficeRnD gives.
            return good_token(app, connection, Some(1))
                .await?
                .ok_or(NoToken::OfficeRndUnavailable { retry_after_seconds: 5 });
        }
        if tokio::time::Instant::now() >= deadline {
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
) -> Result<Option<Token>, NoToken> {
    let Some(grant) = grants::get(app.db.read(), connection.id).await? else { return Err(NoToken::Disconnected) };
    if let Some(token) = good_token(app, connection, None).await?
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

/// The stored token if it needs no refresh. Never calls anybody.
///
/// # Errors
/// When there can be no token before the admin acts, or the database does not answer.
pub async fn good_token(
    app: &App,
    connection: &Connection,
    valid_for_seconds: Option<i64>,
) -> Result<Option<Token>, NoToken> {
    let Some(grant) = grants::get(app.db.read(), connection.id).await? else { return Err(NoToken::Disconnected) };
    if let GrantState::NeedsReauthorization(_) = grant.state {
        return Err(NoToken::ReconnectRequired);
    }
    let wanted = valid_for_seconds
        .unwrap_or_else(|| margin_seconds(app.config.refresh.margin_seconds, grant.access_lifetime_seconds));
    if !grant.good_for(wanted, app.clock.now()) {
        return Ok(None);
    }
    let Some(pair) = grants::tokens(app.db.read(), &app.vault, connection).await? else {
        return Err(NoToken::Disconnected);
    };
    Ok(Some(Token { access: pair.access, scope: grant.scope, expires_at: grant.access_expires_at }))
}

async fn take_lease(app: &App, grant: &Grant) -> Result<Option<Uuid>, ServiceError> {
    let now = app.clock.now();
    let lease = app.random.uuid(now);
    let mut tx = app.db.begin().await?;
    let won = grants::lease(&mut tx, grant.connection, grant.version, lease, now, now + LEASE).await?;
    tx.commit().await?;
    Ok(won.then_some(lease))
}

async fn refresh(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    grant: &Grant,
    lease: Uuid,
) -> Result<(), NoToken> {
    let Some(pair) = grants::tokens(app.db.read(), &app.vault, connection).await? else {
        return Err(NoToken::Disconnected);
    };
    let Some(sent) = pair.refresh else {
        refused(app, connection, grant, RefusalCause::NoRefreshToken).await?;
        return Err(NoToken::ReconnectRequired);
    };
    // One slot stays free for a connecting admin.
    let limit = app.config.refresh.requests_per_minute.saturating_sub(1).max(1);
    let request = match reserve(app, &integration.client.client_id, limit).await? {
        Slot::Taken(request) => request,
        Slot::Full { until } => {
            release(app, grant, lease, false, None).await?;
            return Err(NoToken::BudgetExhausted { retry_after_seconds: seconds_until(until, app.clock.now()) });
        }
    };
    let answer = app.officernd.refresh(&oauth_app(integration), &sent, &grant.scope).await;
    match answer {
        Ok(answer) => {
            let renewed = store(app, connection, grant, answer, sent).await;
            settle(app, &integration.client.client_id, request, None).await?;
            Ok(renewed?)
        }
        Err(error) => {
            settle(app, &integration.client.client_id, request, Some(&error)).await?;
            failed(app, connection, grant, lease, &error).await
        }
    }
}

/// Takes a slot of the token budget now, or says when one is free.
pub(super) async fn reserve(app: &App, client_id: &str, limit: u32) -> Result<Slot, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let slot = budget::reserve(&mut tx, client_id, app.random.uuid(now), limit, now).await?;
    tx.commit().await?;
    Ok(slot)
}

/// Closes a slot with what came of its request.
pub(super) async fn settle(
    app: &App,
    client_id: &str,
    request: Uuid,
    error: Option<&OfficeRndError>,
) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if error.is_some_and(|error| error.sent() == Sent::No) {
        budget::forget(&mut tx, request).await?;
    } else {
        budget::finish(&mut tx, request, now).await?;
    }
    if let Some(error) = error.filter(|error| error.kind() == Kind::Limited) {
        budget::block(&mut tx, client_id, now + backoff(error)).await?;
    }
    Ok(tx.commit().await?)
}

/// The first thing that happens with a good answer.
async fn store(
    app: &App,
    connection: &Connection,
    grant: &Grant,
    answer: TokenAnswer,
    sent: SecretString,
) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let notes: Vec<String> = answer.notes.iter().map(ToString::to_string).collect();
    let renewed = Grant {
        state: GrantState::Alive,
        scope: answer.scope.unwrap_or_else(|| grant.scope.clone()),
        access_expires_at: now + i64::from(answer.expires_in_seconds) * SECOND,
        access_lifetime_seconds: i64::from(answer.expires_in_seconds),
        refresh_expires_at: now + i64::from(app.config.refresh.horizon_days) * DAY,
        refreshed_at: now,
        answer_lost: false,
        ..grant.clone()
    };
    let pair = TokenPair { access: answer.access_token, refresh: Some(answer.refresh_token.unwrap_or(sent)) };
    let mut tx = app.db.begin().await?;
    let stored = grants::replace_pair(&mut tx, &app.vault, connection, grant.version, &renewed, &pair).await?;
    tx.commit().await?;
    if !stored {
        tracing::info!(connection.id = %connection.id, "a refresh came late; the newer tokens were kept");
        return Ok(());
    }
    for note in notes {
        tracing::warn!(connection.id = %connection.id, %note, "OfficeRnD's token answer was repaired");
    }
    Ok(())
}

/// What a failed refresh means for the grant, and what the caller is told. `Ok` when it means nothing, since a
/// newer pair is stored.
async fn failed(
    app: &App,
    connection: &Connection,
    grant: &Grant,
    lease: Uuid,
    error: &OfficeRndError,
) -> Result<(), NoToken> {
    tracing::warn!(connection.id = %connection.id, %error, "a refresh failed");
    let now = app.clock.now();
    if error.class() == Class::Revoked {
        let cause = if grant.answer_lost { RefusalCause::AnswerLost } else { RefusalCause::Refused };
        let believed = refused(app, connection, grant, cause).await?;
        return if believed { Err(NoToken::ReconnectRequired) } else { Ok(()) };
    }
    // Without an answer the request may still be under way, so nobody sends this token before the lease ends.
    let until = if error.may_be_spent() { now + LEASE } else { now };
    release(app, grant, lease, error.may_be_spent(), Some(until)).await?;
    let retry_after_seconds =
        if error.kind() == Kind::Limited { backoff(error) / SECOND } else { seconds_until(until, now).max(5) };
    Err(NoToken::OfficeRndUnavailable { retry_after_seconds })
}

/// Believes a refusal only if the stored pair is the one that was sent.
async fn refused(app: &App, connection: &Connection, grant: &Grant, cause: RefusalCause) -> Result<bool, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(current) = connections::lock(&tx, connection.id).await? else { return Ok(false) };
    let believed = grants::refuse(&mut tx, connection.id, grant.version, cause).await?;
    if believed {
        connections::save(&mut tx, &current, true, now).await?;
        let happened = Activity {
            at: now,
            kind: "grant.revoked".into(),
            actor: Actor::OfficeRnD,
            detail: Some(cause.slug().into()),
        };
        activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
    }
    tx.commit().await?;
    Ok(believed)
}

async fn release(
    app: &App,
    grant: &Grant,
    lease: Uuid,
    answer_lost: bool,
    until: Option<Millis>,
) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    grants::release(&mut tx, grant.connection, lease, answer_lost, until).await?;
    Ok(tx.commit().await?)
}

fn backoff(error: &OfficeRndError) -> Millis {
    match error.class() {
        Class::RetryLater { retry_after: Some(wait) } => {
            i64::try_from(wait.as_millis()).unwrap_or(DEFAULT_BACKOFF).clamp(SECOND, 60 * DEFAULT_BACKOFF)
        }
        _ => DEFAULT_BACKOFF,
    }
}

pub fn seconds_until(until: Millis, now: Millis) -> i64 {
    ((until - now).max(0) + SECOND - 1) / SECOND
}
