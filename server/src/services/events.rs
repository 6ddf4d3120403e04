//! Tells partner systems what happened, in the transaction of what happened; after its commit the event gets its
//! position, and a delivery for every endpoint that wants it.

pub mod endpoints;

use app::ids::RunId;
use serde::Serialize;
use uuid::Uuid;

use crate::clock::{DAY, HOUR, MINUTE, Millis, rfc3339};
use crate::domain::connection::{Connection, Location};
use crate::domain::event::{Endpoint, EventType};
use crate::domain::organization::Organization;
use crate::random::Random;
use crate::state::App;
use crate::storage::events::{Event, Filter, Listed, Numbered};
use crate::storage::outbox::endpoints::ToEndpoint;
use crate::storage::webhook_events::WebhookEvent;
use crate::storage::{
    StorageError, Tx, connections, endpoints as stored, events, organizations, outbox, runs, settings,
};
use crate::upstream::partner::{
    Connected, Content, Envelope, LinkedAccount, Locations, LocationsChanged, Subject, SyncRequested, SyncSwitched,
    event_body,
};

/// Who asks for events less often than this misses some.
pub const KEPT: Millis = 30 * DAY;
/// Events that are numbered in one transaction.
const GROUP: u32 = 250;
/// Clocks of two processes differ by less, and a transaction takes less, than this.
const APART: Millis = HOUR;
/// No clock of ours is ahead by that much.
const AHEAD: Millis = 5 * MINUTE;

/// Writes an event of a connection. `more` is what the type adds to whom it is about, and never holds a secret.
/// Call `app.outbox.wake()` after the commit.
///
/// # Errors
/// When the database does not answer.
pub async fn tell(
    random: &Random,
    tx: &mut Tx,
    connection: &Connection,
    kind: EventType,
    more: &impl Serialize,
    now: Millis,
) -> Result<(), StorageError> {
    let organization = organization_of(tx, connection).await?;
    events::add(tx, vec![event(random, connection, &organization, &kind, &Content::More(more), now)]).await
}

async fn organization_of(tx: &Tx, connection: &Connection) -> Result<Organization, StorageError> {
    organizations::get(tx.connection(), connection.organization)
        .await?
        .ok_or(StorageError::Inconsistent { table: "connections", what: "no organization" })
}

/// A webhook of OfficeRnD as an event, to be stored with it. `body` is JSON.
pub fn passed_on(
    app: &App,
    connection: &Connection,
    organization: &Organization,
    kind: &str,
    body: &[u8],
    now: Millis,
) -> Event {
    let body = String::from_utf8_lossy(body);
    let content: Content<'_, ()> = Content::Verbatim(body.trim());
    event(&app.random, connection, organization, &EventType::OfficeRnD(kind.to_owned()), &content, now)
}

/// OfficeRnD's own word of a removal. Unlike its other webhooks it is passed on when it is acted on: only then is it
/// certain that it means this connection.
///
/// # Errors
/// When the database does not answer.
pub async fn removal_passed_on(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    removal: &WebhookEvent,
    now: Millis,
) -> Result<(), StorageError> {
    let Some(kind) = &removal.event_type else { return Ok(()) };
    let organization = organization_of(tx, connection).await?;
    events::add(tx, vec![passed_on(app, connection, &organization, kind, &removal.body, now)]).await
}

fn event<M: Serialize>(
    random: &Random,
    connection: &Connection,
    organization: &Organization,
    kind: &EventType,
    content: &Content<'_, M>,
    now: Millis,
) -> Event {
    let (id, kind) = (random.uuid(now), kind.name());
    let timestamp = rfc3339(now).unwrap_or_default();
    let subject = Subject { integration: &connection.integration, connection: connection.id, organization };
    let envelope = Envelope { id, kind: &kind, timestamp: &timestamp, subject };
    Event {
        id,
        body: event_body(envelope, content),
        kind: kind.into_owned(),
        integration: connection.integration.clone(),
        organization: organization.id,
        connection: connection.id,
        created_at: now,
        keep_until: now + KEPT,
    }
}

/// It begins to work, for the first time (`Connected`) or once more (`Reconnected`).
///
/// # Errors
/// When the database does not answer.
pub async fn connected(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    kind: EventType,
    now: Millis,
) -> Result<(), StorageError> {
    let list = connections::locations(tx.connection(), connection.id).await?;
    let linked = settings::account(tx.connection(), connection.id).await?;
    let account = match &linked {
        Some(account) => Some(LinkedAccount { id: Some(&account.id), name: &account.name }),
        None => connection.account_name.as_deref().map(|name| LinkedAccount { id: None, name }),
    };
    let more = Connected { locations: covered(connection, &list), account };
    tell(&app.random, tx, connection, kind, &more, now).await
}

/// It covers other locations than before.
///
/// # Errors
/// When the database does not answer.
pub async fn locations_changed(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    now: Millis,
) -> Result<(), StorageError> {
    let list = connections::locations(tx.connection(), connection.id).await?;
    let more = LocationsChanged { locations: covered(connection, &list) };
    tell(&app.random, tx, connection, EventType::LocationsChanged, &more, now).await
}

/// Somebody wants a run, and there was none under way, or that one has missed something.
///
/// # Errors
/// When the database does not answer.
pub async fn sync_requested(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    reason: &str,
    run: Uuid,
    now: Millis,
) -> Result<(), StorageError> {
    let list = connections::locations(tx.connection(), connection.id).await?;
    let since = runs::last_success(tx.connection(), connection.id).await?.and_then(rfc3339);
    let more = SyncRequested { reason, run: RunId(run).to_string(), locations: covered(connection, &list), since };
    tell(&app.random, tx, connection, EventType::SyncRequested, &more, now).await
}

/// Synchronization was switched; `connection` is as it is after that.
///
/// # Errors
/// When the database does not answer.
pub async fn sync_switched(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    reason: &str,
    now: Millis,
) -> Result<(), StorageError> {
    let more = SyncSwitched { reason, enabled: connection.sync_on };
    tell(&app.random, tx, connection, EventType::SyncSwitched, &more, now).await
}

fn covered<'a>(connection: &Connection, list: &'a [Location]) -> Locations<'a> {
    if connection.all_locations { Locations::All } else { Locations::These(list) }
}

/// Numbers what was committed since the last time, and makes the deliveries of it, in one transaction: an event that
/// can be read is under way to every endpoint that wants it.
///
/// # Errors
/// When the database does not answer; what is not numbered then is numbered the next time.
pub async fn distribute(app: &App) -> Result<(), StorageError> {
    while events::are_unnumbered(app.db.read()).await? {
        let mut tx = app.db.begin().await?;
        number(&app.random, &mut tx, GROUP, app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The same for at most so many, in a transaction that somebody has open. It keeps everybody else from numbering until
/// it ends.
///
/// # Errors
/// When the database does not answer.
pub async fn number(random: &Random, tx: &mut Tx, limit: u32, now: Millis) -> Result<(), StorageError> {
    let numbered = events::number(tx, limit).await?;
    let endpoints = stored::all(tx.connection()).await?;
    let mut deliveries = Vec::new();
    for event in &numbered {
        let wanting = endpoints.iter().filter(|endpoint| is_for(endpoint, event));
        deliveries.extend(wanting.map(|endpoint| ToEndpoint { id: random.uuid(now), event, endpoint: endpoint.id }));
    }
    outbox::endpoints::add(tx, &deliveries, now).await
}

fn is_for(endpoint: &Endpoint, event: &Numbered) -> bool {
    endpoint.integration == event.integration && endpoint.wants(&event.kind, event.created_at)
}

/// From where somebody reads on who has read up to this event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After(pub Option<Uuid>);

/// The id names no event that we can have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOurs;

/// Events in the order in which everybody reads them. None that is committed is left out, now or later.
///
/// # Errors
/// When the database does not answer; inside, when `after` is no event of ours.
pub async fn read(
    app: &App,
    filter: Filter<'_>,
    after: After,
    limit: u64,
) -> Result<Result<Vec<Listed>, NotOurs>, StorageError> {
    distribute(app).await?;
    let db = app.db.read();
    // First, so that everything up to here is there when it is read.
    let up_to = events::last_position(db).await?;
    let after = match after.0 {
        None => 0,
        Some(id) => match events::position(db, filter.integrations, id).await? {
            Some(position) => position,
            None => {
                let Some(at) = made_at(id).filter(|at| *at <= app.clock.now() + AHEAD) else { return Ok(Err(NotOurs)) };
                // It is forgotten. What is kept and may have come after it is all there is to give; some of it twice.
                events::first_position(db, filter.integrations, at - APART).await?.map_or(up_to, |first| first - 1)
            }
        },
    };
    Ok(Ok(events::list(db, filter, after, up_to, limit).await?))
}

/// When an id was made.
fn made_at(id: Uuid) -> Option<Millis> {
    if id.get_version_num() != 7 {
        return None;
    }
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    Some(i64::try_from(seconds).ok()?.checked_mul(1_000)? + i64::from(nanos / 1_000_000))
}
