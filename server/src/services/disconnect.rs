//! The end of a connection: tokens are destroyed at once, settings and history stay until purged.

use std::sync::Arc;
use std::time::Duration;

use app::ports::Actor;
use secrecy::SecretString;
use uuid::Uuid;

use super::{ServiceError, home, outbox, overlap, to_the_end, tokens};
use crate::clock::{DAY, MINUTE, Millis};
use crate::domain::connection::{Connection, DisconnectCause, Disconnected, SubscriptionState};
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::webhook_events::{self, WebhookEvent};
use crate::storage::{connections, grants};

/// A token needs to be good for a moment only, to take the subscription back.
const MOMENT_SECONDS: i64 = 30;
const PATIENCE: Duration = Duration::from_secs(5);
/// OfficeRnD's clock and ours may differ by that much.
const CLOCKS_APART: Millis = MINUTE;

/// The admin's own act. OfficeRnD is asked to stop sending events, as far as we still can.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn by_admin(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    member: Option<String>,
) -> Result<(), ServiceError> {
    // The admin waits for this only a little; a refresh that takes longer ends by itself.
    let token =
        tokio::time::timeout(PATIENCE, tokens::token_for_ourselves(app, integration, connection, Some(MOMENT_SECONDS)))
            .await;
    let token = token.ok().and_then(Result::ok);
    let connection = connection.clone();
    to_the_end(app, async move |app| {
        let ended = end(&app, connection.id, DisconnectCause::Admin, Actor::Admin(member), None).await?;
        if let (true, Some(token)) = (ended, token) {
            unsubscribe(&app, &connection, &token.access).await;
        }
        Ok(())
    })
    .await
}

/// OfficeRnD says that the integration was removed. The event is marked in the same commit.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn removed(app: &App, event: &WebhookEvent) -> Result<bool, ServiceError> {
    let cause = DisconnectCause::RemovedInOfficeRnd;
    end(app, event.connection, cause, Actor::OfficeRnD, Some(event)).await
}

/// `true` for the call that ended it; a connection ends once.
async fn end(
    app: &App,
    connection: Uuid,
    cause: DisconnectCause,
    actor: Actor,
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
    connections::save(&mut tx, &ended, false, now).await?;
    grants::destroy(&mut tx, connection).await?;
    let happened =
        Activity { at: now, kind: "connection.disconnected".into(), actor, detail: Some(cause.slug().into()) };
    activity::record(&mut tx, &ended, app.random.uuid(now), happened).await?;
    if let Some(integration) = &integration {
        overlap::settle(app, &mut tx, integration, ended.organization, now).await?;
    }
    outbox::disconnected(app, &mut tx, &ended, end, now).await?;
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
