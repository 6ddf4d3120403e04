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
                let detail = format!("{} bytes", event.body.len());
                note(app, &event, "webhook.unreadable", Some(detail)).await?;
            } else if acts_on(event.event_type.as_deref()) {
                removal(app, &event).await?;
            } else {
                mark(app, &event).await?;
            }
        }
        if !more {
            return Ok(());
        }
    }
}

async fn removal(app: &App, event: &WebhookEvent) -> Result<(), ServiceError> {
    if names_another(app, event).await? {
        // It has a subscription and a history of its own.
        return mark(app, event).await;
    }
    disconnect::removed(app, event).await?;
    Ok(())
}

/// Which integration was removed is not certain from the body (`officernd-contract.md` 6, C), so the address decides,
/// one for each connection. Assumption: should OfficeRnD tell all subscriptions of an organization of each removal,
/// `data.object._id` names what was removed; the id of another connection of ours is that one's affair. An id that
/// nobody here has may be of any kind, and the address decides.
async fn names_another(app: &App, event: &WebhookEvent) -> Result<bool, ServiceError> {
    let body: Value = serde_json::from_slice(&event.body).unwrap_or_default();
    let named = body["data"]["object"]["_id"].as_str().filter(|id| !id.is_empty());
    let Some(named) = named else { return Ok(false) };
    let ours = connections::get(app.db.read(), event.connection).await?;
    let Some(ours) = ours.filter(|ours| ours.integration_id != named) else { return Ok(false) };
    let known = connections::of_organization(app.db.read(), ours.organization).await?;
    Ok(known.iter().any(|other| other.integration_id == named))
}

async fn mark(app: &App, event: &WebhookEvent) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    webhook_events::mark_processed(&mut tx, event.connection, event.id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Marks the delivery, with an entry in the record of its connection.
async fn note(app: &App, event: &WebhookEvent, kind: &str, detail: Option<String>) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // After a disconnect nothing changes any more, the activity included.
    if webhook_events::mark_processed(&mut tx, event.connection, event.id, now).await?
        && let Some(connection) = connections::get(tx.connection(), event.connection).await?
        && connection.disconnected.is_none()
    {
        let happened = Activity { at: now, kind: kind.to_owned(), actor: Actor::OfficeRnD, detail };
        activity::record(&mut tx, &connection, app.random.uuid(now), happened).await?;
    }
    Ok(tx.commit().await?)
}
