//! Acting on deliveries after they were answered.

use app::ports::Actor;
use serde_json::Value;

use crate::services::link::REMOVED;
use crate::services::{ServiceError, disconnect};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections;
use crate::storage::webhook_events::{self, WebhookEvent};

const GROUP: u64 = 500;

/// Whether something of ours changes with a delivery. The others are kept for the partner system and for
/// staff, and storing them is all there is to do.
pub fn acts_on(event_type: Option<&str>) -> bool {
    event_type.is_none_or(|kind| kind.eq_ignore_ascii_case(REMOVED))
}

/// Processes everything that waits, oldest first.
///
/// # Errors
/// When the database does not answer; what is not marked is processed again.
pub async fn process(app: &App) -> Result<(), ServiceError> {
    loop {
        let waiting = webhook_events::waiting(app.db.read(), GROUP).await?;
        let more = waiting.len() as u64 == GROUP;
        for event in waiting {
            if event.event_type.is_none() {
                unreadable(app, &event).await?;
            } else if acts_on(event.event_type.as_deref()) && !names_another(app, &event).await? {
                disconnect::removed(app, &event).await?;
            } else {
                mark(app, &event).await?;
            }
        }
        if !more {
            return Ok(());
        }
    }
}

/// Whether a removal is of another installation in the same organization. Subscriptions belong to the
/// organization, so OfficeRnD may tell all of them; without an id, or with one that we never saw, the
/// address it came to decides.
async fn names_another(app: &App, event: &WebhookEvent) -> Result<bool, ServiceError> {
    let body: Value = serde_json::from_slice(&event.body).unwrap_or_default();
    let Some(named) = body["data"]["object"]["_id"].as_str() else { return Ok(false) };
    let Some(ours) = connections::get(app.db.read(), event.connection).await? else { return Ok(false) };
    if named == ours.integration_id || named.contains('\0') {
        return Ok(false);
    }
    let other = connections::by_installation(app.db.read(), ours.organization, &ours.integration, named).await?;
    Ok(other.is_some())
}

async fn mark(app: &App, event: &WebhookEvent) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    webhook_events::mark_processed(&mut tx, event.connection, event.id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn unreadable(app: &App, event: &WebhookEvent) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // After a disconnect nothing changes any more, the activity included.
    if webhook_events::mark_processed(&mut tx, event.connection, event.id, now).await?
        && let Some(connection) = connections::get(tx.connection(), event.connection).await?
        && connection.disconnected.is_none()
    {
        let detail = Some(format!("{} bytes", event.body.len()));
        let happened = Activity { at: now, kind: "webhook.unreadable".into(), actor: Actor::OfficeRnD, detail };
        activity::record(&mut tx, &connection, app.random.uuid(now), happened).await?;
    }
    Ok(tx.commit().await?)
}
