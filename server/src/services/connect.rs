//! The pop-up up to the page where the admin decides: code in, tokens sealed, organization read.
//!
//! Every step is written down before the next, so that a crash leaves an attempt that can go on or
//! says plainly that OfficeRnD must start again. A code is sent once ever.

use std::sync::Arc;

use app::ports::{Problem, Waiting};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::{ServiceError, attempt_lease, attempt_tokens, oauth_app, refresh, to_the_end};
use crate::clock::{MINUTE, Millis, SECOND};
use crate::crypto::digest::{Digest, digest, secret_digest};
use crate::domain::attempt::{Attempt, FoundOrganization, LIFETIME, Stage, reference};
use crate::domain::connection::Location;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::attempts::{self, AttemptSecrets};
use crate::upstream::officernd::{Call, Kind, OfficeRndError, Sent};

/// Refused codes of one address are counted over that time.
const BAD_CODE_WINDOW: Millis = 10 * MINUTE;
pub const PURPOSE: &str = "connect cookie";

/// What OfficeRnD's call brought.
pub struct ConnectCall {
    pub code: Option<SecretString>,
    pub org_slug: String,
    pub integration_id: String,
    /// Empty means all.
    pub locations: Vec<String>,
    /// OAuth's `error`, where OfficeRnD sends one.
    pub declined: bool,
}

/// Places for codes that wait to be sent, of an address and in all: anybody can bring codes. Continue keeps the place.
const PLACES_OF_ADDRESS: u64 = 20;
const PLACES: u64 = 10_000;

pub enum Begun {
    /// A new attempt, with its cookie's value. One that was over at once is in its cookie and nowhere else.
    Attempt { attempt: Uuid, cookie: SecretString },
    /// This browser brought the same code before.
    Same { attempt: Uuid },
    /// Too many refused codes came from this address.
    TooManyCodes,
}

/// Starts an attempt and gets as far as it can without the admin.
///
/// # Errors
/// When the database does not answer; nothing was sent to OfficeRnD then.
pub async fn begin(
    app: &App,
    integration: &Arc<Integration>,
    call: ConnectCall,
    address: &str,
    cookie_of: impl Fn(Uuid) -> Option<SecretString> + Send,
) -> Result<Begun, ServiceError> {
    let now = app.clock.now();
    let code_digest = call
        .code
        .as_ref()
        .map(|code| digest("connect code", &[integration.slug.as_bytes(), code.expose_secret().as_bytes()]));
    if let Some(code) = &code_digest
        && let Some(earlier) = attempts::by_code(app.db.read(), code).await?
        && cookie_of(earlier.id).is_some_and(|cookie| secret_digest(PURPOSE, &cookie) == earlier.cookie_digest)
    {
        return Ok(Begun::Same { attempt: earlier.id });
    }
    if call.code.is_some() && is_limited(app, address).await? {
        return Ok(Begun::TooManyCodes);
    }
    let cookie = app.random.token();
    let attempt = new_attempt(app, integration, &call, &cookie, code_digest, address, now);
    if attempt.stage != Stage::Waiting {
        return Ok(over(&attempt, cookie));
    }
    let mut tx = app.db.begin().await?;
    attempts::make_room(&mut tx, address, PLACES_OF_ADDRESS, PLACES).await?;
    if !attempts::create(&mut tx, &attempt).await? {
        // The code was brought before, by another browser. It is not sent again.
        return Ok(over(&Attempt { stage: Stage::Failed(Problem::CodeUsed), ..attempt }, cookie));
    }
    let secrets = AttemptSecrets { code: call.code, ..AttemptSecrets::default() };
    attempts::save_secrets(&mut tx, &app.vault, attempt.id, &secrets).await?;
    tx.commit().await?;
    let id = attempt.id;
    advance(app, integration, attempt, address).await?;
    Ok(Begun::Attempt { attempt: id, cookie })
}

/// Nothing is stored of an attempt that was over before it began.
fn over(attempt: &Attempt, cookie: SecretString) -> Begun {
    tracing::info!(attempt = %attempt.reference, integration = %attempt.integration, stage = ?attempt.stage, "a connect was over before it began");
    Begun::Attempt { attempt: attempt.id, cookie: attempt.to_cookie().map_or(cookie, SecretString::from) }
}

/// Goes on where an attempt was left: the code if it was never sent, the organization if it was never read.
///
/// # Errors
/// When the database does not answer.
pub async fn advance(
    app: &App,
    integration: &Arc<Integration>,
    attempt: Attempt,
    address: &str,
) -> Result<(), ServiceError> {
    let (integration, address) = (integration.clone(), address.to_owned());
    to_the_end(app, async move |app| {
        let mut attempt = attempt;
        if attempt.stage == Stage::Waiting {
            match exchange(&app, &integration, attempt, &address).await? {
                Some(exchanged) => attempt = exchanged,
                None => return Ok(()),
            }
        }
        if attempt.stage == Stage::Exchanged {
            Box::pin(examine(&app, &integration, attempt)).await?;
        }
        Ok(())
    })
    .await
}

/// Destroys what an attempt holds. After its connection was made there is nothing to destroy.
///
/// # Errors
/// When the database does not answer.
pub async fn cancel(app: &App, attempt: Attempt) -> Result<(), ServiceError> {
    if attempt.stage.is_over() || attempt.stage == Stage::FinishSetUp {
        return Ok(());
    }
    finish(app, attempt, Stage::Cancelled).await
}

/// Whether this attempt's time is over.
pub fn has_expired(attempt: &Attempt, now: Millis) -> bool {
    !attempt.stage.is_over() && attempt.stage != Stage::FinishSetUp && attempt.created_at + LIFETIME <= now
}

/// Ends an attempt whose time is over, with the login that it held.
///
/// # Errors
/// When the database does not answer.
pub async fn expire(app: &App, attempt: Attempt) -> Result<Attempt, ServiceError> {
    let expired = Attempt { stage: Stage::Failed(Problem::Expired), ..attempt.clone() };
    finish(app, attempt, expired.stage).await?;
    Ok(expired)
}

/// Ends an attempt in a stage that has nothing after it; its secrets go in the same commit.
pub(super) async fn finish(app: &App, attempt: Attempt, stage: Stage) -> Result<(), ServiceError> {
    let from = attempt.stage;
    let ended = Attempt { stage, trouble: None, busy_until: None, updated_at: app.clock.now(), ..attempt };
    let mut tx = app.db.begin().await?;
    if attempts::save(&mut tx, from, &ended).await? {
        attempts::save_secrets(&mut tx, &app.vault, ended.id, &AttemptSecrets::default()).await?;
    }
    tx.commit().await?;
    if let Stage::Failed(problem) = stage {
        tracing::info!(attempt = %ended.reference, integration = %ended.integration, ?problem, "a connect failed");
    }
    Ok(())
}

/// Leaves an attempt where it is, with the reason why it did not get on.
pub(super) async fn trouble(app: &App, attempt: Attempt, stage: Stage, trouble: Waiting) -> Result<(), ServiceError> {
    let from = attempt.stage;
    let left = Attempt { stage, trouble: Some(trouble), busy_until: None, updated_at: app.clock.now(), ..attempt };
    let mut tx = app.db.begin().await?;
    attempts::save(&mut tx, from, &left).await?;
    Ok(tx.commit().await?)
}

async fn is_limited(app: &App, address: &str) -> Result<bool, ServiceError> {
    let since = app.clock.now() - BAD_CODE_WINDOW;
    Ok(attempts::bad_codes_since(app.db.read(), address, since).await? >= u64::from(app.config.bad_codes_per_address))
}

fn new_attempt(
    app: &App,
    integration: &Arc<Integration>,
    call: &ConnectCall,
    cookie: &SecretString,
    code_digest: Option<Digest>,
    address: &str,
    now: Millis,
) -> Attempt {
    let stage = if call.declined || call.code.is_none() {
        Stage::Declined
    } else if call.org_slug.is_empty() || call.integration_id.is_empty() {
        Stage::Failed(Problem::Incomplete)
    } else {
        Stage::Waiting
    };
    Attempt {
        id: app.random.uuid(now),
        integration: integration.slug.clone(),
        cookie_digest: secret_digest(PURPOSE, cookie),
        // A code that cannot be used was not tried, and a complete call may bring it later.
        code_digest: code_digest.filter(|_| stage == Stage::Waiting),
        stage,
        trouble: None,
        org_slug: call.org_slug.clone(),
        integration_id: call.integration_id.clone(),
        locations: call.locations.clone(),
        found: None,
        scope: None,
        access_expires_at: None,
        access_lifetime_seconds: None,
        connection: app.random.uuid(now),
        busy_until: None,
        reference: reference("CA", app.random.bytes()),
        waiting_from: Some(address.to_owned()),
        created_at: now,
        updated_at: now,
    }
}

/// Sends the code, once. `None`: the attempt waits or has ended.
async fn exchange(
    app: &App,
    integration: &Arc<Integration>,
    attempt: Attempt,
    address: &str,
) -> Result<Option<Attempt>, ServiceError> {
    if is_limited(app, address).await? {
        trouble(app, attempt, Stage::Waiting, Waiting::Busy).await?;
        return Ok(None);
    }
    let request = match refresh::exchange_slot(app, &integration.client.client_id).await? {
        Ok(request) => request,
        Err(waiting) => {
            trouble(app, attempt, Stage::Waiting, waiting).await?;
            return Ok(None);
        }
    };
    // Durable before the code leaves: whoever finds this stage after a crash must not send it again.
    let secrets = attempts::secrets(app.db.read(), &app.vault, attempt.id).await?;
    let now = app.clock.now();
    let busy_until = Some(now + attempt_lease::LEASE);
    let sending = Attempt { stage: Stage::Exchanging, trouble: None, busy_until, updated_at: now, ..attempt };
    let mut tx = app.db.begin().await?;
    let won = attempts::save(&mut tx, Stage::Waiting, &sending).await?;
    tx.commit().await?;
    let (true, Some(code)) = (won, secrets.code) else {
        refresh::give_back(app, &request).await?;
        return Ok(None);
    };
    let redirect_uri = app.config.public(&format!("/i/{}/connect", integration.slug));
    let oauth_app = oauth_app(integration);
    let answer = attempt_lease::keep(app, sending.id, app.officernd.exchange(&oauth_app, &code, &redirect_uri)).await;
    let now = app.clock.now();
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(attempt = %sending.reference, integration = %integration.slug, %error, "a code was not exchanged");
            refresh::settle(app, &request, sending.id, Some(&error)).await?;
            exchange_failed(app, sending, &error, address).await?;
            return Ok(None);
        }
    };
    for note in &answer.notes {
        tracing::warn!(attempt = %sending.reference, %note, "OfficeRnD's token answer was repaired");
    }
    let lifetime = i64::from(answer.expires_in_seconds);
    let exchanged = Attempt {
        stage: Stage::Exchanged,
        scope: Some(answer.scope.unwrap_or_else(|| integration.scopes.join(" "))),
        access_expires_at: Some(now + lifetime * SECOND),
        access_lifetime_seconds: Some(lifetime),
        busy_until: None,
        updated_at: now,
        ..sending
    };
    let held = AttemptSecrets { code: None, access: Some(answer.access_token), refresh: answer.refresh_token };
    let mut tx = app.db.begin().await?;
    let kept = attempts::save(&mut tx, Stage::Exchanging, &exchanged).await?;
    if kept {
        attempts::save_secrets(&mut tx, &app.vault, exchanged.id, &held).await?;
    }
    tx.commit().await?;
    refresh::settle(app, &request, exchanged.id, None).await?;
    Ok(kept.then_some(exchanged))
}

async fn exchange_failed(
    app: &App,
    attempt: Attempt,
    error: &OfficeRndError,
    address: &str,
) -> Result<(), ServiceError> {
    // OfficeRnD provably did not take the code, so it is still good and stays sealed.
    match (error.kind(), error.sent()) {
        (Kind::Limited, _) => return trouble(app, attempt, Stage::Waiting, Waiting::Busy).await,
        (Kind::Down, Sent::No) => return trouble(app, attempt, Stage::Waiting, Waiting::Down).await,
        _ => {}
    }
    let problem = match error.kind() {
        Kind::InvalidGrant => {
            let now = app.clock.now();
            let mut tx = app.db.begin().await?;
            attempts::record_bad_code(&mut tx, app.random.uuid(now), address, now).await?;
            tx.commit().await?;
            Problem::CodeRefused
        }
        Kind::InvalidClient | Kind::InvalidRequest | Kind::Rejected => Problem::ClientRefused,
        _ => Problem::AnswerLost,
    };
    finish(app, attempt, Stage::Failed(problem)).await
}

/// Reads the organization with the new token: only then is the slug of the call believed.
async fn examine(app: &App, integration: &Arc<Integration>, attempt: Attempt) -> Result<(), ServiceError> {
    let Some(attempt) = attempt_lease::take(app, attempt).await? else { return Ok(()) };
    Box::pin(attempt_lease::keep(app, attempt.id, examine_leased(app, integration, attempt))).await
}

async fn examine_leased(app: &App, integration: &Arc<Integration>, attempt: Attempt) -> Result<(), ServiceError> {
    let Some((attempt, pair)) = attempt_tokens::usable(app, integration, attempt).await? else { return Ok(()) };
    let (found, org_slug) = match find(app, &pair.access, &attempt.org_slug).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(attempt = %attempt.reference, %error, "an organization was not read");
            return stopped(app, attempt, &error).await;
        }
    };
    let ready = Attempt {
        stage: Stage::Ready,
        trouble: None,
        busy_until: None,
        org_slug,
        found: Some(found),
        updated_at: app.clock.now(),
        ..attempt
    };
    let mut tx = app.db.begin().await?;
    attempts::save(&mut tx, Stage::Exchanged, &ready).await?;
    Ok(tx.commit().await?)
}

/// With the slug as OfficeRnD spells it, by which its signed calls name the organization: the one of this call was
/// written by whoever opened it.
async fn find(app: &App, token: &SecretString, slug: &str) -> Result<(FoundOrganization, String), OfficeRndError> {
    let organization = app.officernd.organization(token, slug).await?;
    let slug = organization.slug.unwrap_or_else(|| slug.to_owned());
    let locations = app.officernd.locations(token, &organization.region, &slug).await?;
    let found = FoundOrganization {
        officernd_id: organization.id,
        name: organization.name,
        region_url: organization.region.as_str().to_owned(),
        locations: locations.into_iter().map(Location::from).collect(),
    };
    Ok((found, slug))
}

/// Ends an attempt over an error of OfficeRnD's, or leaves it in its stage where trying again may help.
pub(super) async fn stopped(app: &App, attempt: Attempt, error: &OfficeRndError) -> Result<(), ServiceError> {
    if let Some(problem) = problem_of(error) {
        return finish(app, attempt, Stage::Failed(problem)).await;
    }
    let stage = attempt.stage;
    let waiting = if error.kind() == Kind::Limited { Waiting::Busy } else { Waiting::Down };
    trouble(app, attempt, stage, waiting).await
}

/// None where trying again may help.
pub(super) fn problem_of(error: &OfficeRndError) -> Option<Problem> {
    match error.kind() {
        Kind::Limited | Kind::Down | Kind::Unreadable => None,
        Kind::PermissionMissing => Some(Problem::PermissionMissing),
        Kind::RegionRefused => Some(Problem::RegionRefused),
        Kind::SecretMissing => Some(Problem::SecretMissing),
        Kind::InvalidClient => Some(Problem::ClientRefused),
        // The login that the code gave has ended; only a new code helps.
        Kind::Unauthorized | Kind::InvalidGrant => Some(Problem::CodeRefused),
        // The organization was read before, so what is missing is the integration itself.
        Kind::NotFound if error.call() == Call::IntegrationSecret => Some(Problem::RemovedMeanwhile),
        Kind::NotFound | Kind::Rejected | Kind::OtherOrganization | Kind::InvalidRequest => {
            Some(Problem::WrongOrganization)
        }
    }
}
