//! Acting on deliveries after they were answered.

use std::time::Duration;

use app::ports::Actor;
use serde_json::Value;

use crate::domain::connection::Connection;
use crate::services::link::REMOVED;
use crate::services::{ServiceError, disconnect, home, tokens};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections;
use crate::storage::webhook_events::{self, WebhookEvent};
use crate::upstream::officernd::{Installation, Kind};

const GROUP: u64 = 500;
/// A token needs to be good for one or two calls.
const MOMENT_SECONDS: i64 = 30;
/// Other deliveries wait behind this one.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// What a removal that came to the address of a connection is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Removed {
    This,
    /// Another integration of the organization, ours or somebody else's.
    Another,
    /// It names an id that we never saw, and OfficeRnD could not be asked.
    Unknown,
}

async fn removal(app: &App, event: &WebhookEvent) -> Result<(), ServiceError> {
    match about(app, event).await? {
        Removed::This => _ = disconnect::removed(app, event).await?,
        // Whom it is about has a subscription and a history of its own.
        Removed::Another => mark(app, event).await?,
        Removed::Unknown => note(app, event, "webhook.removal_unknown", None).await?,
    }
    Ok(())
}

/// Subscriptions belong to the organization, so OfficeRnD may tell all of them of each removal, and which one it was
/// is not certain from the body (`officernd-contract.md` 6, C). Assumptions: `data.object._id`, where there is one, is
/// the id of what was removed; without it the address decides, one for each connection. An id that nobody here has
/// is somebody else's integration, unless OfficeRnD no longer has ours: tokens are not destroyed on a guess.
async fn about(app: &App, event: &WebhookEvent) -> Result<Removed, ServiceError> {
    let body: Value = serde_json::from_slice(&event.body).unwrap_or_default();
    let named = body["data"]["object"]["_id"].as_str().filter(|id| !id.is_empty());
    let Some(named) = named else { return Ok(Removed::This) };
    let ours = connections::get(app.db.read(), event.connection).await?;
    // What has ended does not end again; the delivery is only marked.
    let Some(ours) = ours.filter(|ours| ours.disconnected.is_none() && ours.integration_id != named) else {
        return Ok(Removed::This);
    };
    let known = connections::of_organization(app.db.read(), ours.organization).await?;
    if known.iter().any(|other| other.integration_id == named) {
        return Ok(Removed::Another);
    }
    Box::pin(ask(app, &ours)).await
}

/// Whether OfficeRnD still has this installation.
async fn ask(app: &App, ours: &Connection) -> Result<Removed, ServiceError> {
    let Some(integration) = app.integrations.get(&ours.integration) else { return Ok(Removed::Unknown) };
    let Some((organization, region)) = home(app, ours).await? else { return Ok(Removed::Unknown) };
    let token = tokens::token_for_ourselves(app, &integration, ours, Some(MOMENT_SECONDS));
    let Ok(Ok(token)) = tokio::time::timeout(PATIENCE, token).await else { return Ok(Removed::Unknown) };
    let installation = Installation {
        slug: &organization.slug,
        organization: &organization.officernd_id,
        integration: &ours.integration_id,
        client_id: &integration.client.client_id,
    };
    let Err(error) = app.officernd.integration_secret(&token.access, &region, installation).await else {
        return Ok(Removed::Another);
    };
    tracing::info!(connection.id = %ours.id, %error, "a removal named an unknown id, and our integration was not read");
    match error.kind() {
        Kind::SecretMissing => Ok(Removed::Another),
        // OfficeRnD ended a token that was good: so it is when an integration is removed.
        Kind::Unauthorized => Ok(Removed::This),
        // The organization may only have another slug by now.
        Kind::NotFound => {
            let read = app.officernd.organization(&token.access, &organization.slug).await;
            let there = read.is_ok_and(|read| read.id == organization.officernd_id);
            Ok(if there { Removed::This } else { Removed::Unknown })
        }
        _ => Ok(Removed::Unknown),
    }
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
