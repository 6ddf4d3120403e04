//! Sending again what partner systems should have heard: one event, everything since a time, or one delivery.

use uuid::Uuid;

use super::{By, Outcome};
use crate::clock::{Millis, rfc3339};
use crate::domain::connection::Connection;
use crate::domain::event::Endpoint;
use crate::services::ServiceError;
use crate::services::events::distribute;
use crate::services::events::endpoints::ENDS;
use crate::services::staff::permit::{Permit, acts};
use crate::state::App;
use crate::storage::activity::{self};
use crate::storage::events::Numbered;
use crate::storage::outbox::endpoints::ToEndpoint;
use crate::storage::{connections, endpoints, events, outbox};

/// In one act, so that it fits one transaction.
pub const MOST_EVENTS: u64 = 5_000;

/// One event of a connection, to every endpoint that can hear it.
///
/// # Errors
/// When the database does not answer; nothing is sent then.
pub async fn replay_event(
    app: &App,
    permit: &Permit<acts::Replay>,
    connection: Uuid,
    event: Uuid,
    reason: &str,
) -> Result<Outcome, ServiceError> {
    let Some(known) = connections::get(app.db.read(), connection).await? else { return Ok(Outcome::Disconnected) };
    distribute(app).await?;
    let found = events::get(app.db.read(), &known.integration, event).await?;
    let Some(found) = found.filter(|event| event.connection_id == connection) else { return Ok(Outcome::Nothing) };
    let fact = format!("1 · {}", found.kind);
    again(app, By::of(permit, reason), &known, vec![found], fact).await
}

/// What happened to a connection since then, to every endpoint that wants it.
///
/// # Errors
/// When the database does not answer; nothing is sent then.
pub async fn replay_since(
    app: &App,
    permit: &Permit<acts::Replay>,
    connection: Uuid,
    since: Millis,
    reason: &str,
) -> Result<Outcome, ServiceError> {
    since_then(app, By::of(permit, reason), connection, since).await
}

pub(super) async fn since_then(app: &App, by: By, connection: Uuid, since: Millis) -> Result<Outcome, ServiceError> {
    let Some(known) = connections::get(app.db.read(), connection).await? else { return Ok(Outcome::Disconnected) };
    distribute(app).await?;
    let found = events::of_connection(app.db.read(), connection, since, MOST_EVENTS + 1).await?;
    if found.len() as u64 > MOST_EVENTS {
        return Ok(Outcome::TooMany);
    }
    let fact = format!("{} · {}", found.len(), rfc3339(since).unwrap_or_default());
    again(app, by, &known, found, fact).await
}

async fn again(
    app: &App,
    by: By,
    connection: &Connection,
    list: Vec<Numbered>,
    fact: String,
) -> Result<Outcome, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // A purge and whoever deletes an endpoint are waited for, in their order, and what they left counts.
    let Some(_) = connections::lock(&tx, connection.id).await? else { return Ok(Outcome::Disconnected) };
    events::hold(&tx).await?;
    let ids: Vec<Uuid> = list.iter().map(|event| event.id).collect();
    let list = events::hold_kept(&tx, &ids, now + ENDS).await?;
    let all = endpoints::all(tx.connection()).await?;
    let mut sent = false;
    for endpoint in all.iter().filter(|one| one.integration == connection.integration && one.disabled_at.is_none()) {
        // As if it had been there when it happened.
        let anew = Endpoint { created_at: 0, ..endpoint.clone() };
        let wanted: Vec<&Numbered> = list.iter().filter(|event| anew.wants(&event.kind, event.created_at)).collect();
        let ids: Vec<Uuid> = wanted.iter().map(|event| event.id).collect();
        let waiting = outbox::endpoints::waiting(tx.connection(), endpoint.id, &ids).await?;
        let deliveries: Vec<ToEndpoint<'_>> = wanted
            .into_iter()
            .filter(|event| !waiting.contains(&event.id))
            .map(|event| ToEndpoint { id: app.random.uuid(now), event, endpoint: endpoint.id })
            .collect();
        outbox::endpoints::add(&mut tx, &deliveries, now).await?;
        sent |= !ids.is_empty();
    }
    if !sent {
        return Ok(Outcome::Nothing);
    }
    activity::record(&mut tx, connection, app.random.uuid(now), by.did("events.replayed", Some(fact), now)).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(Outcome::Done)
}

/// One hook that was delivered or given up, once more.
///
/// # Errors
/// When the database does not answer; nothing is sent then.
pub async fn repeat_delivery(
    app: &App,
    permit: &Permit<acts::Replay>,
    connection: Uuid,
    delivery: Uuid,
    reason: &str,
) -> Result<Outcome, ServiceError> {
    let now = app.clock.now();
    let by = By::of(permit, reason);
    let mut tx = app.db.begin().await?;
    let Some(known) = connections::lock(&tx, connection).await? else { return Ok(Outcome::Disconnected) };
    let Some(hook) = outbox::again(&mut tx, connection, delivery, now).await? else { return Ok(Outcome::Nothing) };
    let happened = by.did("delivery.repeated", Some(hook), now);
    activity::record(&mut tx, &known, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(Outcome::Done)
}
