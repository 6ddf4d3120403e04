//! What a partner system has to hear through its hooks, written in the transaction of what happened. Events are in
//! [`super::events`], one attempt to tell is in [`parcel`]; who sends when is decided in [`crate::jobs`].

pub mod parcel;

use app::ids::RunId;
use app::ports::Actor;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::clock::{DAY, Millis, rfc3339};
use crate::domain::connection::{Connection, Disconnected};
use crate::manifest::Hook;
use crate::random::Random;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::outbox::{Failure, Message};
use crate::storage::{StorageError, Tx, connections, organizations, outbox, runs};
use crate::upstream::partner::{self, Locations, Subject};

/// Deliveries that are over stay readable that long.
const KEPT: Millis = 30 * DAY;

/// Tells the sender of this process that something was written. Other processes find it by themselves.
#[derive(Debug, Default)]
pub struct Wake(Notify);

impl Wake {
    /// Call it after the commit.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    /// Returns at once when somebody called [`Wake::wake`] since the last time.
    pub async fn woken(&self) {
        self.0.notified().await;
    }
}

/// Synchronization was asked for (`run`) or switched (no run). `connection` is as it is after that.
///
/// # Errors
/// When the database does not answer.
pub async fn sync(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    reason: &str,
    run: Option<Uuid>,
    now: Millis,
) -> Result<(), StorageError> {
    if !answers(app, connection, Hook::Sync) {
        return Ok(());
    }
    let list = connections::locations(tx.connection(), connection.id).await?;
    let locations = if connection.all_locations { Locations::All } else { Locations::These(&list) };
    let since = runs::last_success(tx.connection(), connection.id).await?.and_then(rfc3339);
    let more = partner::Sync {
        reason,
        enabled: connection.sync_on,
        locations,
        since,
        run: run.map(|run| RunId(run).to_string()),
        at: rfc3339(now).unwrap_or_default(),
    };
    add(app, tx, connection, Hook::Sync, &more, now).await
}

/// # Errors
/// When the database does not answer.
pub async fn disconnected(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    ended: Disconnected,
    now: Millis,
) -> Result<(), StorageError> {
    if !answers(app, connection, Hook::Disconnected) {
        return Ok(());
    }
    add(app, tx, connection, Hook::Disconnected, &end_of(ended), now).await
}

/// What hook and event say of an end.
pub(super) fn end_of(ended: Disconnected) -> partner::Disconnected<'static> {
    partner::Disconnected {
        cause: ended.cause.slug(),
        keep_data_until: rfc3339(ended.purge_at).unwrap_or_default(),
        at: rfc3339(ended.at).unwrap_or_default(),
    }
}

/// Nobody tries any more, and whoever looks at the connection can see it. One that is purged has no record, and an
/// endpoint that hears nothing is no matter of a connection.
///
/// # Errors
/// When the database does not answer.
pub async fn given_up(app: &App, tx: &mut Tx, failure: &Failure, now: Millis) -> Result<(), StorageError> {
    if failure.event.is_some() {
        return Ok(());
    }
    let Some(connection) = connections::get(tx.connection(), failure.connection).await? else { return Ok(()) };
    let detail = Some(failure.hook.clone());
    let happened = Activity { at: now, kind: "partner.not_told".into(), actor: Actor::Deskbridge, detail };
    activity::record(tx, &connection, app.random.uuid(now), happened).await
}

fn answers(app: &App, connection: &Connection, hook: Hook) -> bool {
    let integration = app.integrations.get(&connection.integration);
    integration.is_some_and(|integration| integration.partner.as_ref().is_some_and(|partner| partner.answers(hook)))
}

async fn add(
    app: &App,
    tx: &mut Tx,
    connection: &Connection,
    hook: Hook,
    more: &impl serde::Serialize,
    now: Millis,
) -> Result<(), StorageError> {
    let message = message(&app.random, tx, connection, hook.as_str(), more, now).await?;
    outbox::add(tx, &[message]).await
}

async fn message(
    random: &Random,
    tx: &Tx,
    connection: &Connection,
    name: &str,
    more: &impl serde::Serialize,
    now: Millis,
) -> Result<Message, StorageError> {
    let organization = organizations::get(tx.connection(), connection.organization)
        .await?
        .ok_or(StorageError::Inconsistent { table: "connections", what: "no organization" })?;
    let subject =
        Subject { integration: &connection.integration, connection: connection.id, organization: &organization };
    let body = String::from_utf8(partner::body(subject, more)).expect("JSON is UTF-8");
    Ok(Message {
        id: random.uuid(now),
        organization: organization.id,
        connection: connection.id,
        receiver: connection.integration.clone(),
        hook: name.to_owned(),
        body,
        created_at: now,
        keep_until: now + KEPT,
    })
}
