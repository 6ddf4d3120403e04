//! Acting on deliveries after they were answered.

use app::ports::Actor;
use serde_json::Value;
use uuid::Uuid;

use crate::services::link::REMOVED;
use crate::services::{ServiceError, disconnect};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections;
use crate::storage::webhook_events::{self, WebhookEvent};

const GROUP: u64 = 500;

/// Processes everything that waits, oldest first.
///
/// # Errors
/// When the database does not answer; what is not marked is processed again.
pub async fn process(app: &App) -> Result<(), ServiceError> {
    loop {
        let waiting = webhook_events::waiting(app.db.read(), GROUP).await?;
        let more = waiting.len() as u64 == GROUP;
        let mut plain = Vec::new();
        for event in waiting {
            match event.event_type.as_deref() {
                Some(kind) if kind.eq_ignore_ascii_case(REMOVED) => {
                    if names_another(app, &event).await? {
                        plain.push(event.id);
                    } else {
                        disconnect::removed(app, &event).await?;
                    }
                }
                // Kept for the partner system and for staff; nothing of ours changes.
                Some(_) => plain.push(event.id),
                None => unreadable(app, &event).await?,
            }
        }
        mark(app, &plain).await?;
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

async fn mark(app: &App, events: &[Uuid]) -> Result<(), ServiceError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    webhook_events::mark_all_processed(&mut tx, events, app.clock.now()).await?;
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
