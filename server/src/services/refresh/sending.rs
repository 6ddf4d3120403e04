//! One claimed grant: its refresh token is sent, once, and what comes of it is stored.

use app::ids::ConnectionId;
use opentelemetry::trace::SpanKind;
use secrecy::SecretString;
use tokio::time::Instant;

use super::finisher::{Answer, Finished, Outcome};
use super::spending::{Reservation, backoff, settle};
use crate::clock::{Millis, SECOND};
use crate::domain::grant::RefusalCause;
use crate::domain::lease::{Failed, may_send};
use crate::manifest::Integration;
use crate::services::{ServiceError, oauth_app};
use crate::state::App;
use crate::storage::leases::Claimed;
use crate::upstream::officernd::{Class, Kind, OfficeRndError, TokenAnswer, Unrenewed};

/// How it went, for somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Went {
    Finished(Finished),
    /// OfficeRnD is busy or away until then.
    Unavailable {
        until: Millis,
    },
    /// What came could not be stored yet; it is tried on.
    NotStored,
}

/// Sends and stores. `since` is from before the claim was written. `urgent`: somebody waits.
///
/// # Errors
/// When the database does not answer.
pub async fn run(
    app: &App,
    claimed: Claimed,
    reservation: Reservation,
    since: Instant,
    urgent: bool,
) -> Result<Went, ServiceError> {
    let connection = claimed.grant.connection;
    if !app.refresh.enter(connection) {
        // A clock that jumped made the lease look over. The one that is under way stays the only one.
        app.refresh.not_sent(&reservation, app.clock.now());
        app.refresh.unused(&reservation.client_id, app.clock.now());
        return give_back(app, &reservation, claimed, None, urgent).await;
    }
    let _place = Place { app, connection };
    run_alone(app, claimed, reservation, since, urgent).await
}

/// The same for the engine, where a circuit may have opened since the claim.
///
/// # Errors
/// When the database does not answer.
pub async fn run_if_permitted(
    app: &App,
    claimed: Claimed,
    reservation: Reservation,
    since: Instant,
) -> Result<(), ServiceError> {
    let now = app.clock.now();
    if app.refresh.permit(&reservation.client_id, now).is_ok() {
        run(app, claimed, reservation, since, false).await?;
    } else {
        app.refresh.not_sent(&reservation, now);
        give_back(app, &reservation, claimed, None, false).await?;
    }
    Ok(())
}

struct Place<'a> {
    app: &'a App,
    connection: uuid::Uuid,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.app.refresh.leave(self.connection);
    }
}

async fn run_alone(
    app: &App,
    claimed: Claimed,
    reservation: Reservation,
    since: Instant,
    urgent: bool,
) -> Result<Went, ServiceError> {
    let (now, connection) = (app.clock.now(), claimed.grant.connection);
    let integration = integration_of(app, &claimed);
    let sendable = may_send(&claimed.claim, now, since.elapsed());
    let (Some(integration), true) = (integration, sendable) else {
        app.refresh.not_sent(&reservation, now);
        app.refresh.unused(&reservation.client_id, now);
        return give_back(app, &reservation, claimed, None, urgent).await;
    };
    let Some(token) = claimed.refresh_token(&app.vault)? else {
        app.refresh.not_sent(&reservation, now);
        app.refresh.unused(&reservation.client_id, now);
        let ends = claimed.grant.access_expires_at;
        if ends > now && !urgent {
            // What there is can be used to its end.
            return give_back(app, &reservation, claimed, Some(ends), urgent).await;
        }
        return refuse_without_token(app, &reservation, claimed, urgent).await;
    };
    let probe = !app.refresh.host_is_well();
    let span = app.traces.span(SpanKind::Client, || "refresh token".into());
    span.note("deskbridge.integration", || integration.slug.clone());
    span.note("deskbridge.connection", || ConnectionId(connection).to_string());
    metrics::gauge!("deskbridge_token_refreshes_in_flight").increment(1.0);
    let result = span.around(app.officernd.refresh(&oauth_app(&integration), &token, &claimed.grant.scope)).await;
    metrics::gauge!("deskbridge_token_refreshes_in_flight").decrement(1.0);
    drop(token);
    let (result, alone) = match result {
        Ok(answer) => (Ok(answer), None),
        Err(Unrenewed { error, refresh_token }) => (Err(error), refresh_token),
    };
    let received_at = app.clock.now();
    counted(&result);
    tell(app, &claimed, &result, received_at);
    let error = result.as_ref().err().cloned();
    if let Some(error) = &error {
        span.fail(error.kind().name());
    }
    // It is about OfficeRnD's answer, not about what becomes of it here.
    drop(span);
    let answer = Answer { outcome: outcome(result, alone, probe), claimed, received_at };
    // First of all it is stored. Only then the slot is closed.
    let finished = app.refresh.finisher.finish(answer, urgent).await;
    settle(app, &reservation, connection, error.as_ref()).await?;
    Ok(went(app, &reservation, finished, error.as_ref(), received_at))
}

fn went(
    app: &App,
    reservation: &Reservation,
    finished: Option<Finished>,
    error: Option<&OfficeRndError>,
    now: Millis,
) -> Went {
    match (finished, error) {
        (None, _) => Went::NotStored,
        (Some(Finished::Failed { paused_until }), Some(error)) => {
            let host = app.refresh.waits_until(&reservation.client_id, now);
            let limited = (error.kind() == Kind::Limited).then(|| now + backoff(error));
            let until = limited.or(paused_until.max(host)).unwrap_or(now + 5 * SECOND);
            Went::Unavailable { until }
        }
        (Some(finished), _) => Went::Finished(finished),
    }
}

/// The integration of the connection, unless it has got another client since; then any with this client.
fn integration_of(app: &App, claimed: &Claimed) -> Option<std::sync::Arc<Integration>> {
    let client = &claimed.grant.client_id;
    let fits = |integration: &std::sync::Arc<Integration>| integration.client.client_id == *client;
    let own = app.integrations.get(&claimed.integration).filter(fits);
    own.or_else(|| app.integrations.all().into_iter().find(fits))
}

async fn give_back(
    app: &App,
    reservation: &Reservation,
    claimed: Claimed,
    again_at: Option<Millis>,
    urgent: bool,
) -> Result<Went, ServiceError> {
    end_unsent(app, reservation, claimed, Outcome::Unsent { again_at }, urgent).await
}

async fn refuse_without_token(
    app: &App,
    reservation: &Reservation,
    claimed: Claimed,
    urgent: bool,
) -> Result<Went, ServiceError> {
    end_unsent(app, reservation, claimed, Outcome::Refused(RefusalCause::NoRefreshToken), urgent).await
}

async fn end_unsent(
    app: &App,
    reservation: &Reservation,
    claimed: Claimed,
    outcome: Outcome,
    urgent: bool,
) -> Result<Went, ServiceError> {
    let answer = Answer { claimed, outcome, received_at: app.clock.now() };
    let finished = app.refresh.finisher.finish(answer, urgent).await;
    if let (Some(id), false) = (reservation.id, reservation.shared) {
        let mut tx = app.db.begin().await?;
        crate::storage::budget::forget(&mut tx, id).await?;
        tx.commit().await?;
    }
    Ok(finished.map_or(Went::NotStored, Went::Finished))
}

/// `alone`: the refresh token of an answer that held nothing else of use.
fn outcome(result: Result<TokenAnswer, OfficeRndError>, alone: Option<SecretString>, probe: bool) -> Outcome {
    match (result, alone) {
        (Ok(answer), _) => Outcome::Pair(Box::new(answer)),
        (Err(error), Some(refresh_token)) => Outcome::Alone { refresh_token, what: error.kind().name(), probe },
        (Err(error), None) if error.class() == Class::Revoked => Outcome::Refused(RefusalCause::Refused),
        (Err(error), None) => {
            let failed = if error.may_be_spent() { Failed::InDoubt } else { Failed::Unused };
            // A busy endpoint and a wrong client are nobody's trouble among the tenants.
            let own = !matches!(error.kind(), Kind::Limited | Kind::InvalidClient);
            Outcome::Failed { failed, what: own.then(|| error.kind().name()), probe }
        }
    }
}

fn counted(result: &Result<TokenAnswer, OfficeRndError>) {
    let outcome = match result {
        Ok(_) => "renewed",
        Err(error) => error.kind().name(),
    };
    metrics::counter!("deskbridge_token_refreshes_total", "outcome" => outcome).increment(1);
}

/// What belongs in the log and in the clocks' comparison.
fn tell(app: &App, claimed: &Claimed, result: &Result<TokenAnswer, OfficeRndError>, now: Millis) {
    let id = claimed.grant.connection;
    match result {
        Ok(answer) => {
            for note in &answer.notes {
                tracing::warn!(connection.id = %id, %note, "OfficeRnD's token answer was repaired");
            }
            if let Some(theirs) = answer.server_time {
                app.refresh.saw_time(theirs, now);
            }
        }
        // Said once for the client, when it is written down.
        Err(error) if matches!(error.kind(), Kind::InvalidClient | Kind::Limited) => {}
        Err(error) => tracing::warn!(connection.id = %id, %error, "a refresh failed"),
    }
}
