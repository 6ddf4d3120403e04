//! The admin's Connect (or Continue): secret and subscription from OfficeRnD, then the connection, in one commit.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::ports::{Actor, Problem, Waiting};
use secrecy::SecretString;
use uuid::Uuid;

use super::connect::{finish, problem_of, stopped, trouble};
use super::{ServiceError, attempt_lease, attempt_tokens, events, health, overlap, runs, to_the_end};
use crate::clock::{DAY, Millis};
use crate::domain::attempt::{Attempt, FoundOrganization, LIFETIME, Stage};
use crate::domain::connection::{Connection, ConnectionState, DisconnectCause, Location, SubscriptionState};
use crate::domain::event::EventType;
use crate::domain::grant::{Grant, GrantState};
use crate::domain::health::Cause;
use crate::domain::organization::Organization;
use crate::domain::schedule;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::attempts::{self, AttemptSecrets};
use crate::storage::connections::{self, ConnectionSecrets};
use crate::storage::grants::{self, TokenPair};
use crate::storage::{StorageError, Tx, is_conflict, location_health, organizations, tenant_rows};
use crate::upstream::officernd::{Installation, OfficeRndError, Region, Subscription};

/// OfficeRnD's name of the event that ends a connection; compared without case when it arrives.
pub const REMOVED: &str = "integration.removed";

/// Makes the connection of an attempt that is ready. What came of it stands in the attempt afterwards.
///
/// # Errors
/// When the database does not answer. The attempt is as it was then, and can be tried again.
pub async fn link(app: &App, integration: &Arc<Integration>, attempt: Attempt) -> Result<(), ServiceError> {
    // A double click gets none: the first one is at work or done.
    let Some(attempt) = attempt_lease::take(app, attempt).await? else { return Ok(()) };
    let integration = integration.clone();
    to_the_end(app, async move |app| {
        Box::pin(attempt_lease::keep(&app, attempt.id, link_leased(&app, &integration, attempt))).await
    })
    .await
}

async fn link_leased(app: &App, integration: &Arc<Integration>, attempt: Attempt) -> Result<(), ServiceError> {
    let Some((attempt, pair)) = attempt_tokens::usable(app, integration, attempt).await? else { return Ok(()) };
    let Some(found) = attempt.found.clone() else {
        return finish(app, attempt, Stage::Failed(Problem::Expired)).await;
    };
    let Ok(region) = Region::parse_stored(&found.region_url, app.officernd.settings()) else {
        return finish(app, attempt, Stage::Failed(Problem::RegionRefused)).await;
    };
    let mut attempt = attempt;
    if let Some(known) = known(app, integration, &attempt, &found).await? {
        plan(app, &mut attempt, known.id).await?;
    }
    // A second round only when another attempt made the same installation in between.
    for _ in 0..3 {
        let id = attempt.connection;
        let others = attempts::planned_by_others(app.db.read(), &attempt, app.clock.now() - LIFETIME).await?;
        let fetched = match fetch(app, integration, &attempt, &found, &region, &pair.access, &others).await {
            Ok(fetched) => fetched,
            Err(error) => return refused(app, integration, attempt, &found, &error).await,
        };
        let subscription = fetched.subscription.id.clone();
        match commit(app, integration, &attempt, &found, &region, id, &pair, fetched).await? {
            Committed::Done => return Ok(()),
            Committed::Cancelled => {
                take_back(app, &attempt, &region, &pair.access, &subscription).await;
                return Ok(());
            }
            Committed::Removed => {
                take_back(app, &attempt, &region, &pair.access, &subscription).await;
                return finish(app, attempt, Stage::Failed(Problem::RemovedMeanwhile)).await;
            }
            Committed::Exists(existing) => {
                if existing != id {
                    take_back(app, &attempt, &region, &pair.access, &subscription).await;
                }
                plan(app, &mut attempt, existing).await?;
            }
        }
    }
    trouble(app, attempt, Stage::Ready, Waiting::Busy).await
}

/// Deliveries that come while the subscription is being made find the attempt by its connection's id.
async fn plan(app: &App, attempt: &mut Attempt, connection: Uuid) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    attempts::plan_connection(&mut tx, attempt.id, connection).await?;
    tx.commit().await?;
    attempt.connection = connection;
    Ok(())
}

struct Fetched {
    secret: SecretString,
    subscription: Subscription,
}

/// Reading the integration also proves that its id belongs to this organization and this client.
async fn fetch(
    app: &App,
    integration: &Arc<Integration>,
    attempt: &Attempt,
    found: &FoundOrganization,
    region: &Region,
    token: &SecretString,
    others: &[Uuid],
) -> Result<Fetched, OfficeRndError> {
    let slug = &attempt.org_slug;
    let installation = Installation {
        slug,
        organization: &found.officernd_id,
        integration: &attempt.integration_id,
        client_id: &integration.client.client_id,
    };
    let secret = app.officernd.integration_secret(token, region, installation).await?;
    let subscription = subscribe(app, integration, region, slug, token, attempt.connection, others).await?;
    Ok(Fetched { secret, subscription })
}

/// One subscription for this connection: older ones with its address go first, and those of `others`, which are
/// attempts of the same installation. One that died or lost an answer has left its subscription behind; one that is
/// under way in another window finds this connection when it commits, and subscribes anew.
///
/// # Errors
/// As OfficeRnD refuses.
pub async fn subscribe(
    app: &App,
    integration: &Arc<Integration>,
    region: &Region,
    slug: &str,
    token: &SecretString,
    connection: Uuid,
    others: &[Uuid],
) -> Result<Subscription, OfficeRndError> {
    let url = webhook_url(app, integration, connection);
    let left: Vec<String> = others.iter().map(|other| webhook_url(app, integration, *other)).collect();
    for older in app.officernd.list_webhooks(token, region, slug).await? {
        if older.url.is_some_and(|older| older == url || left.contains(&older)) {
            app.officernd.delete_webhook(token, region, slug, &older.id).await?;
        }
    }
    app.officernd.create_webhook(token, region, slug, &url, &integration.webhooks, &integration.name).await
}

/// Where OfficeRnD sends this connection's events.
pub fn webhook_url(app: &App, integration: &Arc<Integration>, connection: Uuid) -> String {
    app.config.public(&format!("/i/{}/webhooks/{}", integration.slug, app::ids::ConnectionId(connection)))
}

/// A subscription of which no connection came. Left there, its deliveries would be refused for ever.
async fn take_back(app: &App, attempt: &Attempt, region: &Region, token: &SecretString, subscription: &str) {
    if let Err(error) = app.officernd.delete_webhook(token, region, &attempt.org_slug, subscription).await {
        tracing::warn!(attempt = %attempt.reference, %error, "a subscription was left at OfficeRnD");
    }
}

async fn refused(
    app: &App,
    integration: &Arc<Integration>,
    attempt: Attempt,
    found: &FoundOrganization,
    error: &OfficeRndError,
) -> Result<(), ServiceError> {
    tracing::warn!(attempt = %attempt.reference, %error, "a connection was not made");
    // A removal ends the login too; when its delivery was faster than the click, we know better.
    if problem_of(error) == Some(Problem::CodeRefused)
        && known(app, integration, &attempt, found)
            .await?
            .is_some_and(|existing| removed_since(&existing, attempt.created_at))
    {
        return finish(app, attempt, Stage::Failed(Problem::RemovedMeanwhile)).await;
    }
    stopped(app, attempt, error).await
}

/// The connection that this installation has already.
async fn known(
    app: &App,
    integration: &Arc<Integration>,
    attempt: &Attempt,
    found: &FoundOrganization,
) -> Result<Option<Connection>, StorageError> {
    let db = app.db.read();
    let Some(organization) = organizations::by_officernd_id(db, &found.officernd_id).await? else { return Ok(None) };
    connections::by_installation(db, organization.id, &integration.slug, &attempt.integration_id).await
}

enum Committed {
    Done,
    /// In another window, between the click and now: nothing of this is kept.
    Cancelled,
    /// The integration was removed in OfficeRnD while the pop-up was open.
    Removed,
    /// Another attempt made this installation under that id.
    Exists(Uuid),
}

#[expect(clippy::too_many_arguments, reason = "one commit of everything that was gathered")]
async fn commit(
    app: &App,
    integration: &Arc<Integration>,
    attempt: &Attempt,
    found: &FoundOrganization,
    region: &Region,
    id: Uuid,
    pair: &TokenPair,
    fetched: Fetched,
) -> Result<Committed, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let organization = Organization {
        id: app.random.uuid(now),
        officernd_id: found.officernd_id.clone(),
        slug: attempt.org_slug.clone(),
        name: found.name.clone(),
        region_url: region.as_str().to_owned(),
    };
    let organization = match organizations::save(&mut tx, &organization, now).await {
        Err(StorageError::Database(error)) if is_conflict(&error) => return Ok(Committed::Exists(id)),
        saved => saved?,
    };
    overlap::lock(&tx, integration, organization.id).await?;
    let existing =
        connections::by_installation(tx.connection(), organization.id, &integration.slug, &attempt.integration_id)
            .await?;
    let existing = match existing {
        Some(existing) if existing.id != id => return Ok(Committed::Exists(existing.id)),
        Some(existing) => connections::lock(&tx, existing.id).await?,
        None => None,
    };
    if existing.as_ref().is_some_and(|existing| removed_since(existing, attempt.created_at)) {
        return Ok(Committed::Removed);
    }
    let connection = Connection {
        id,
        organization: organization.id,
        integration: integration.slug.clone(),
        integration_id: attempt.integration_id.clone(),
        all_locations: attempt.locations.is_empty(),
        state: ConnectionState::Connected,
        state_since: now,
        cause: Cause::None,
        troubles: Vec::new(),
        changes_at: None,
        authorized_at: attempt.created_at,
        connected_at: now,
        finished_at: existing
            .as_ref()
            // Who comes back after an end stands behind those who came meanwhile.
            .and_then(|existing| existing.finished_at.map(|at| if existing.disconnected.is_some() { now } else { at }))
            .or_else(|| integration.steps().is_empty().then_some(now)),
        waits_for: existing.as_ref().and_then(|existing| existing.waits_for),
        sync_on: existing.as_ref().is_none_or(|existing| existing.sync_on),
        progress: existing.as_ref().map(|existing| existing.progress.clone()).unwrap_or_default(),
        account_name: existing.as_ref().and_then(|existing| existing.account_name.clone()),
        subscription_id: Some(fetched.subscription.id),
        subscription: SubscriptionState::Active,
        subscription_checked_at: now,
        // What was just read does not count as a check: a secret that changes soon is fetched again.
        secret_checked_at: 0,
        disconnected: None,
        created_at: existing.as_ref().map_or(now, |existing| existing.created_at),
        updated_at: now,
    };
    let connection = match health::save(app, &mut tx, &connection, false, now).await {
        Err(StorageError::Database(error)) if is_conflict(&error) => return Ok(Committed::Exists(id)),
        saved => saved?,
    };
    let covered = chosen(attempt, found);
    let before = match &existing {
        Some(existing) if existing.disconnected.is_none() => {
            Some((existing.all_locations, connections::locations(tx.connection(), id).await?))
        }
        _ => None,
    };
    connections::replace_locations(&mut tx, &connection, &covered).await?;
    let places: BTreeSet<String> = covered.iter().map(|location| location.id.clone()).collect();
    location_health::keep_only(&mut tx, connection.id, &places).await?;
    // It was judged by the locations of before.
    let elsewhere = connection.troubles.iter().any(|trouble| !places.contains(&trouble.location));
    let connection = if elsewhere { health::save(app, &mut tx, &connection, false, now).await? } else { connection };
    let secrets = ConnectionSecrets { integration: fetched.secret, subscription: Some(fetched.subscription.secret) };
    connections::save_secrets(&mut tx, &app.vault, &connection, &secrets).await?;
    let authorized = grant(app, integration, attempt, &connection, now);
    grants::authorize(&mut tx, &app.vault, &connection, &authorized, pair, now).await?;
    let waits = overlap::settle(app, &mut tx, integration, organization.id, now).await?.contains(&id);
    let works = connection.finished_at.is_some() && !waits;
    record(app, &mut tx, attempt, existing.as_ref(), &connection, works, now).await?;
    if existing.is_none() && works {
        tenant_rows::note_revision(&mut tx, id, integration.revision).await?;
    }
    // One that no longer waits for another was told of when that was settled.
    if works && connection.waits_for.is_none() {
        let kind = if existing.is_some() { EventType::Reconnected } else { EventType::Connected };
        events::connected(app, &mut tx, &connection, kind, now).await?;
        if existing.is_some_and(|existing| !existing.state.is_at_work()) {
            Box::pin(runs::fetch_gap(app, &mut tx, &connection, "admin", now)).await?;
        }
    }
    if before.is_some_and(|(all, list)| all != connection.all_locations || !same_places(&list, &covered)) {
        events::locations_changed(app, &mut tx, &connection, now).await?;
    }
    let stage = if works { Stage::Connected } else { Stage::FinishSetUp };
    let ended = Attempt {
        stage,
        connection: connection.id,
        trouble: None,
        busy_until: None,
        updated_at: now,
        ..attempt.clone()
    };
    if !attempts::save(&mut tx, Stage::Ready, &ended).await? {
        return Ok(Committed::Cancelled);
    }
    attempts::save_secrets(&mut tx, &app.vault, attempt.id, &AttemptSecrets::default()).await?;
    tx.commit().await?;
    app.refresh.wake();
    app.outbox.wake();
    tracing::info!(connection.id = %connection.id, integration = %integration.slug, state = connection.state.slug(), "connected");
    Ok(Committed::Done)
}

/// Whether two lists name the same locations, in whatever order.
fn same_places(a: &[Location], b: &[Location]) -> bool {
    let ids = |list: &[Location]| list.iter().map(|location| location.id.clone()).collect::<BTreeSet<_>>();
    ids(a) == ids(b)
}

fn removed_since(existing: &Connection, opened: Millis) -> bool {
    existing.disconnected.is_some_and(|ended| ended.cause == DisconnectCause::RemovedInOfficeRnd && ended.at >= opened)
}

fn grant(app: &App, integration: &Arc<Integration>, attempt: &Attempt, connection: &Connection, now: Millis) -> Grant {
    let refresh = &app.config.refresh;
    let grant = Grant {
        connection: connection.id,
        client_id: integration.client.client_id.clone(),
        state: GrantState::Alive,
        scope: attempt.scope.clone().unwrap_or_default(),
        access_expires_at: attempt.access_expires_at.unwrap_or(now),
        access_lifetime_seconds: attempt.access_lifetime_seconds.unwrap_or(0),
        // The code was exchanged when the attempt began, at the earliest.
        refresh_expires_at: attempt.created_at + i64::from(refresh.horizon_days) * DAY,
        refreshed_at: attempt.created_at,
        version: 0,
        number: 0,
        lease_until: None,
        holder: None,
        answer_lost: false,
        trouble: None,
        used_at: None,
        fresh: None,
    };
    let (policy, margin, jitter) = (refresh.policy, refresh.margin_seconds, app.random.below(u64::MAX));
    Grant { fresh: schedule::fresh(policy, grant.access(), None, margin, jitter, now), ..grant }
}

/// All of today's, or the ones the call named. An id that OfficeRnD's list lacks is kept without a name.
pub fn chosen(attempt: &Attempt, found: &FoundOrganization) -> Vec<Location> {
    if attempt.locations.is_empty() {
        return found.locations.clone();
    }
    let known = |id: &str| found.locations.iter().find(|location| location.id == id).cloned();
    attempt.locations.iter().map(|id| known(id).unwrap_or_else(|| Location::unnamed(id))).collect()
}

async fn record(
    app: &App,
    tx: &mut Tx,
    attempt: &Attempt,
    existing: Option<&Connection>,
    connection: &Connection,
    works: bool,
    now: Millis,
) -> Result<(), StorageError> {
    let kind = match existing {
        _ if !works => "connection.finish_set_up",
        Some(_) => "connection.reconnected",
        None => "connection.connected",
    };
    let mut kinds = vec![(kind, Some(attempt.reference.clone()))];
    if existing.is_some_and(|existing| existing.disconnected.is_none() && existing.connected_at >= attempt.created_at) {
        kinds.push(("attempt.replaced", Some(attempt.reference.clone())));
    }
    kinds.push(("webhooks.subscribed", None));
    for (kind, detail) in kinds {
        let happened = Activity { at: now, kind: kind.into(), actor: Actor::Admin(None), detail };
        activity::record(tx, connection, app.random.uuid(now), happened).await?;
    }
    Ok(())
}
