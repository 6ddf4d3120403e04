//! Acting on deliveries after they were answered.

use app::ports::Actor;
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
                    disconnect::removed(app, event.connection, event.id).await?;
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
    if webhook_events::mark_processed(&mut tx, event.connection, event.id, now).await?
        && let Some(connection) = connections::get(tx.connection(), event.connection).await?
    {
        let detail = Some(format!("{} bytes", event.body.len()));
        let happened = Activity { at: now, kind: "webhook.unreadable".into(), actor: Actor::OfficeRnD, detail };
        activity::record(&mut tx, &connection, app.random.uuid(now), happened).await?;
    }
    Ok(tx.commit().await?)
}
