//! The end of a connection: tokens are destroyed at once, settings and history stay until purged.

mod guard;

use std::sync::Arc;
use std::time::Duration;

use app::ports::Actor;
use secrecy::SecretString;
use uuid::Uuid;

use super::{ServiceError, events, health, home, outbox, overlap, to_the_end, tokens};
use crate::clock::{DAY, MINUTE, Millis};
use crate::domain::connection::{Connection, DisconnectCause, Disconnected, SubscriptionState};
use crate::domain::event::EventType;
use crate::manifest::Integration;
use crate::services::staff::permit::{Permit, acts::Disconnect};
use crate::state::App;
use crate::storage::activity::{self, Activity, with_reason};
use crate::storage::webhook_events::{self, WebhookEvent};
use crate::storage::{connections, grants, organizations};

pub use guard::{Held, held};

/// A token needs to be good for a moment only, to take the subscription back.
const MOMENT_SECONDS: i64 = 30;
const PATIENCE: Duration = Duration::from_secs(5);
/// OfficeRnD's clock and ours may differ by that much.
const CLOCKS_APART: Millis = MINUTE;

/// What came of an order to disconnect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Rules of the manifest refuse it now. Nothing has changed.
    Held(Vec<Held>),
}

/// The admin's own act. OfficeRnD is asked to stop sending events, as far as we still can.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn by_admin(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    member: Option<String>,
) -> Result<Outcome, ServiceError> {
    by(app, integration, connection, DisconnectCause::Admin, Actor::Admin(member), None).await
}

/// The partner's own act, for a reason that colleagues read.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn by_staff(
    app: &App,
    permit: &Permit<Disconnect>,
    integration: &Arc<Integration>,
    connection: &Connection,
    reason: String,
) -> Result<Outcome, ServiceError> {
    by(app, integration, connection, DisconnectCause::Staff, permit.actor(), Some(reason)).await
}

async fn by(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    cause: DisconnectCause,
    actor: Actor,
    reason: Option<String>,
) -> Result<Outcome, ServiceError> {
    if let Some(organization) = organizations::get(app.db.read(), connection.organization).await? {
        let held = held(app, integration, &organization, connection, true).await?;
        if !held.is_empty() {
            return Ok(Outcome::Held(held));
        }
    }
    // Whoever pressed the button waits for this only a little; a refresh that takes longer ends by itself.
    let token =
        tokio::time::timeout(PATIENCE, tokens::token_for_ourselves(app, integration, connection, Some(MOMENT_SECONDS)))
            .await;
    let token = token.ok().and_then(Result::ok);
    let connection = connection.clone();
    to_the_end(app, async move |app| {
        let ended = end(&app, connection.id, cause, actor, reason, None).await?;
        if let (true, Some(token)) = (ended, token) {
            unsubscribe(&app, &connection, &token.access).await;
        }
        Ok(Outcome::Done)
    })
    .await
}

/// OfficeRnD says that the integration was removed. The event is marked in the same commit.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn removed(app: &App, event: &WebhookEvent) -> Result<bool, ServiceError> {
    let cause = DisconnectCause::RemovedInOfficeRnd;
    end(app, event.connection, cause, Actor::OfficeRnD, None, Some(event)).await
}

/// `true` for the call that ended it; a connection ends once.
async fn end(
    app: &App,
    connection: Uuid,
    cause: DisconnectCause,
    actor: Actor,
    reason: Option<String>,
    event: Option<&WebhookEvent>,
) -> Result<bool, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let known = connections::get(tx.connection(), connection).await?;
    let integration = known.as_ref().and_then(|known| app.integrations.get(&known.integration));
    if let (Some(known), Some(integration)) = (&known, &integration) {
        overlap::lock(&tx, integration, known.organization).await?;
    }
    let current = connections::lock(&tx, connection).await?;
    let at = event.map_or(now, happened_at);
    // An admin may have connected again before a removal was acted on, or before OfficeRnD got through to us.
    let ends = current.filter(|current| current.disconnected.is_none() && current.authorized_at <= at);
    if let Some(event) = event
        && !webhook_events::mark_processed(&mut tx, connection, event.id, now).await?
    {
        return Ok(false);
    }
    let Some(current) = ends else {
        tx.commit().await?;
        return Ok(false);
    };
    let end = Disconnected { at, cause, purge_at: at + i64::from(app.config.retention_days) * DAY };
    let ended =
        Connection { disconnected: Some(end), subscription: SubscriptionState::Gone, waits_for: None, ..current };
    let ended = health::save(app, &mut tx, &ended, false, now).await?;
    grants::destroy(&mut tx, connection).await?;
    let detail = with_reason(Some(cause.slug().to_owned()), reason);
    let happened = Activity { at: now, kind: "connection.disconnected".into(), actor, detail };
    activity::record(&mut tx, &ended, app.random.uuid(now), happened).await?;
    if let Some(integration) = &integration {
        overlap::settle(app, &mut tx, integration, ended.organization, now).await?;
    }
    if let Some(removal) = event {
        events::removal_passed_on(app, &mut tx, &ended, removal, now).await?;
    }
    outbox::disconnected(app, &mut tx, &ended, end, now).await?;
    events::tell(&app.random, &mut tx, &ended, EventType::Disconnected, &outbox::end_of(end), now).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::info!(connection.id = %connection, cause = cause.slug(), "disconnected");
    Ok(true)
}

/// The latest moment at which it can have happened, by either clock: ours when it came, OfficeRnD's when it was
/// signed. A retry may keep its first signature (`pinned.md` 20).
fn happened_at(event: &WebhookEvent) -> Millis {
    event.received_at.min(event.signed_at + CLOCKS_APART)
}

/// What cannot be taken back keeps arriving, is answered and changes nothing.
async fn unsubscribe(app: &App, connection: &Connection, token: &SecretString) {
    let Some(subscription) = &connection.subscription_id else { return };
    let (organization, region) = match home(app, connection).await {
        Ok(Some(home)) => home,
        Ok(None) => return,
        Err(error) => {
            return tracing::warn!(connection.id = %connection.id, %error, "the subscription was left at OfficeRnD");
        }
    };
    if let Err(error) = app.officernd.delete_webhook(token, &region, &organization.slug, subscription).await {
        tracing::warn!(connection.id = %connection.id, %error, "the subscription was left at OfficeRnD");
    }
}
