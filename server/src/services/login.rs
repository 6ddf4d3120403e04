//! The login of an unfinished attempt. An attempt lives for a day and its access token for about an hour, so the
//! login may have to be renewed before OfficeRnD is asked anything.

use std::sync::Arc;

use app::ports::{Problem, Waiting};

use super::connect::STEP_LEASE;
use super::{ServiceError, oauth_app, tokens};
use crate::clock::{Millis, SECOND};
use crate::domain::attempt::Attempt;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::attempts::{self, AttemptSecrets};
use crate::storage::budget::Slot;
use crate::storage::grants::TokenPair;
use crate::upstream::officernd::Kind;

/// Why an attempt has no login that works now.
pub(super) enum NoLogin {
    Waits(Waiting),
    Ended(Problem),
}

/// The attempt with the login that it has then. The caller holds the attempt's lease, so that no refresh token is
/// sent twice.
pub(super) async fn login(
    app: &App,
    integration: &Arc<Integration>,
    attempt: Attempt,
) -> Result<(Attempt, Result<TokenPair, NoLogin>), ServiceError> {
    let held = attempts::secrets(app.db.read(), &app.vault, attempt.id).await?;
    let Some(access) = held.access else { return Ok((attempt, Err(NoLogin::Ended(Problem::Expired)))) };
    let (false, Some(sent)) = (is_good(&attempt, app.clock.now()), held.refresh.clone()) else {
        return Ok((attempt, Ok(TokenPair { access, refresh: held.refresh })));
    };
    let client_id = &integration.client.client_id;
    let request = match tokens::reserve(app, client_id, app.config.refresh.requests_per_minute).await? {
        Slot::Taken(request) => request,
        Slot::Full { .. } => return Ok((attempt, Err(NoLogin::Waits(Waiting::Busy)))),
    };
    let scope = attempt.scope.clone().unwrap_or_default();
    let answer = match app.officernd.refresh(&oauth_app(integration), &sent, &scope).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(attempt = %attempt.reference, %error, "the login of an attempt was not renewed");
            tokens::settle(app, client_id, request, Some(&error)).await?;
            let without = match error.kind() {
                Kind::InvalidGrant => NoLogin::Ended(Problem::RemovedMeanwhile),
                Kind::Limited => NoLogin::Waits(Waiting::Busy),
                Kind::InvalidClient | Kind::InvalidRequest | Kind::Rejected => NoLogin::Ended(Problem::ClientRefused),
                // The token may have done its work, so sending it again could end the grant.
                _ if error.may_be_spent() => NoLogin::Ended(Problem::AnswerLost),
                _ => NoLogin::Waits(Waiting::Down),
            };
            return Ok((attempt, Err(without)));
        }
    };
    let now = app.clock.now();
    let pair = TokenPair { access: answer.access_token, refresh: Some(answer.refresh_token.unwrap_or(sent)) };
    let lifetime = i64::from(answer.expires_in_seconds);
    let renewed = Attempt {
        scope: answer.scope.or(attempt.scope.clone()),
        access_expires_at: Some(now + lifetime * SECOND),
        access_lifetime_seconds: Some(lifetime),
        busy_until: Some(now + STEP_LEASE),
        updated_at: now,
        ..attempt
    };
    let secrets = AttemptSecrets { code: None, access: Some(pair.access.clone()), refresh: pair.refresh.clone() };
    let mut tx = app.db.begin().await?;
    let kept = attempts::save(&mut tx, renewed.stage, &renewed).await?;
    if kept {
        attempts::save_secrets(&mut tx, &app.vault, renewed.id, &secrets).await?;
    }
    tx.commit().await?;
    tokens::settle(app, client_id, request, None).await?;
    // Cancelled in another window meanwhile: its login is gone with it.
    Ok((renewed, if kept { Ok(pair) } else { Err(NoLogin::Ended(Problem::Expired)) }))
}

/// Good for all calls of one step, or for a third of its life where that is short.
fn is_good(attempt: &Attempt, now: Millis) -> bool {
    let wanted = attempt.access_lifetime_seconds.map_or(STEP_LEASE, |life| STEP_LEASE.min(life * SECOND / 3));
    attempt.access_expires_at.is_none_or(|until| until >= now + wanted)
}
