//! The tokens of an attempt that is not a connection yet. A pop-up may stay open for a day and its access token
//! lives an hour, so whoever needs the token gets it through here.

use std::sync::Arc;

use app::ports::{Problem, Waiting};
use secrecy::SecretString;

use super::connect::{finish, trouble};
use super::refresh::{exchange_slot, settle};
use super::{ServiceError, attempt_lease, oauth_app};
use crate::clock::{Millis, SECOND};
use crate::domain::attempt::{Attempt, Stage};
use crate::domain::lease;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::attempts::{self, AttemptSecrets};
use crate::storage::grants::TokenPair;
use crate::upstream::officernd::{Kind, TokenAnswer, Unrenewed};

/// A token that ends sooner is renewed first. Shorter than the shortest life that an answer can have.
const LEAST_LIFE: Millis = 30 * SECOND;

/// The pair of an attempt whose lease the caller holds, renewed when its time is nearly over. `None`: the attempt
/// has ended, or waits with the reason written down.
pub(super) async fn usable(
    app: &App,
    integration: &Arc<Integration>,
    attempt: Attempt,
) -> Result<Option<(Attempt, TokenPair)>, ServiceError> {
    let held = attempts::secrets(app.db.read(), &app.vault, attempt.id).await?;
    let Some(access) = held.access else {
        finish(app, attempt, Stage::Failed(Problem::Expired)).await?;
        return Ok(None);
    };
    let ends_at = attempt.access_expires_at.unwrap_or(0);
    if ends_at - app.clock.now() >= LEAST_LIFE {
        return Ok(Some((attempt, TokenPair { access, refresh: held.refresh })));
    }
    let Some(refresh) = held.refresh else {
        finish(app, attempt, Stage::Failed(Problem::CodeRefused)).await?;
        return Ok(None);
    };
    let stage = attempt.stage;
    let client_id = &integration.client.client_id;
    let request = match exchange_slot(app, client_id).await? {
        Ok(request) => request,
        Err(waiting) => {
            trouble(app, attempt, stage, waiting).await?;
            return Ok(None);
        }
    };
    let granted = attempt.scope.clone().unwrap_or_default();
    let id = attempt.id;
    // As long as no second request with the refresh token may leave.
    attempt_lease::extend(app, id, app.clock.now() + lease::LEASE).await?;
    match app.officernd.refresh(&oauth_app(integration), &refresh, &granted).await {
        Ok(answer) => {
            let pair = TokenPair {
                access: answer.access_token.clone(),
                refresh: Some(answer.refresh_token.clone().unwrap_or(refresh)),
            };
            let renewed = keep(app, attempt, answer, &pair).await?;
            settle(app, &request, id, None).await?;
            Ok(renewed.map(|attempt| (attempt, pair)))
        }
        Err(Unrenewed { error, refresh_token }) => {
            tracing::warn!(attempt = %attempt.reference, %error, "the tokens of an attempt were not renewed");
            if let Some(newer) = refresh_token {
                keep_refresh_token(app, &attempt, access, newer).await?;
            }
            settle(app, &request, id, Some(&error)).await?;
            match error.kind() {
                Kind::InvalidGrant => finish(app, attempt, Stage::Failed(Problem::CodeRefused)).await?,
                Kind::InvalidClient | Kind::InvalidRequest | Kind::Rejected => {
                    finish(app, attempt, Stage::Failed(Problem::ClientRefused)).await?;
                }
                Kind::Limited => trouble(app, attempt, stage, Waiting::Busy).await?,
                _ => trouble(app, attempt, stage, Waiting::Down).await?,
            }
            Ok(None)
        }
    }
}

/// The next try goes on with the one that came, since the one that was sent is spent.
async fn keep_refresh_token(
    app: &App,
    attempt: &Attempt,
    access: SecretString,
    newer: SecretString,
) -> Result<(), ServiceError> {
    let held = AttemptSecrets { code: None, access: Some(access), refresh: Some(newer) };
    let now = app.clock.now();
    let still = Attempt { busy_until: Some(now + attempt_lease::LEASE), updated_at: now, ..attempt.clone() };
    let mut tx = app.db.begin().await?;
    if attempts::save(&mut tx, attempt.stage, &still).await? {
        attempts::save_secrets(&mut tx, &app.vault, attempt.id, &held).await?;
    }
    Ok(tx.commit().await?)
}

/// Durable before the new token is used. `None` when the attempt was cancelled meanwhile.
async fn keep(
    app: &App,
    attempt: Attempt,
    answer: TokenAnswer,
    pair: &TokenPair,
) -> Result<Option<Attempt>, ServiceError> {
    let now = app.clock.now();
    let lifetime = i64::from(answer.expires_in_seconds);
    let renewed = Attempt {
        scope: answer.scope.or(attempt.scope),
        access_expires_at: Some(now + lifetime * SECOND),
        access_lifetime_seconds: Some(lifetime),
        busy_until: Some(now + attempt_lease::LEASE),
        updated_at: now,
        ..attempt
    };
    let held = AttemptSecrets { code: None, access: Some(pair.access.clone()), refresh: pair.refresh.clone() };
    let mut tx = app.db.begin().await?;
    let kept = attempts::save(&mut tx, renewed.stage, &renewed).await?;
    if kept {
        attempts::save_secrets(&mut tx, &app.vault, renewed.id, &held).await?;
    }
    tx.commit().await?;
    Ok(kept.then_some(renewed))
}
