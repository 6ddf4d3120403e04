//! The page of a connection, and of an organization with several.

use app::ids::{ConnectionId, OrganizationId, RunId};
use app::ports::{
    ConnectionRow, GrantLine, LocationView, PlaceRow, PlaceState, Said, Subscription, TenantOrganizationView,
    TenantView,
};
use uuid::Uuid;

use super::super::StaffMember;
use super::{Found, rows, timeline};
use crate::clock::{MINUTE, Millis};
use crate::domain::connection::{Connection, SubscriptionState};
use crate::domain::grant::{Grant, GrantState};
use crate::domain::mask;
use crate::domain::organization::Organization;
use crate::services::signed_calls::vendor;
use crate::state::App;
use crate::storage::location_health::LocationHealth;
use crate::storage::settings::layers;
use crate::storage::{
    StorageError, connections, endpoints, grants, location_health, notes, organizations, runs, settings,
};

/// Rows of each list; the time line has all.
const ROWS: u64 = 6;
const MOMENTS: u64 = 12;
const NOTES: u64 = 20;
/// What an act answered is said that long after it.
const SAID_FOR: Millis = 2 * MINUTE;

/// `stamp` was read before the connection was, so that what changes meanwhile is told as a change.
pub(super) async fn view(desk: &StaffMember, found: &Found, stamp: String) -> Result<TenantView, StorageError> {
    let db = desk.app.db.read();
    let connection = &found.connection;
    let id = connection.id;
    let known = connections::locations(db, id).await?;
    let health = location_health::all(db, id).await?;
    let stored = layers::load(db, id).await?;
    let mut places = Vec::new();
    for location in known {
        let own = stored.layers.locations.get(&location.id).map_or(0, serde_json::Map::len);
        places.push(PlaceRow {
            state: health.get(&location.id).map_or(PlaceState::Unknown, place_state),
            last_success_at: health.get(&location.id).and_then(|health| health.succeeded_at),
            differ: own,
            currency: location.currency,
            location: LocationView {
                name: location.name.unwrap_or_else(|| location.id.clone()),
                time_zone: location.time_zone,
                id: location.id,
            },
        });
    }
    let waiting = runs::waiting(db, id).await?;
    let held = waiting.last().map(|run| {
        let would = run.would_remove.iter().flatten();
        let (remove, of) =
            would.fold((0, 0), |(remove, of), (_, one)| (remove + u64::from(one.remove), of + u64::from(one.of)));
        (RunId(run.id), remove, of)
    });
    let all = endpoints::all(db).await?;
    let hear = all.iter().filter(|one| one.integration == connection.integration && one.disabled_at.is_none());
    let colleagues = notes::of_connection(db, id, NOTES).await?;
    Ok(TenantView {
        head: found.head(),
        now: desk.app.clock.now(),
        stamp,
        cause: connection.cause.slug().to_owned(),
        who: connection.cause.who().slug().to_owned(),
        account: account_of(connection, &found.organization, |name| found.shown(name)),
        paused_by: connection.progress.paused.as_ref().map(|paused| paused.by.clone()),
        vendor: found.integration.as_ref().map_or_else(String::new, |known| vendor(known, connection).to_owned()),
        sync_on: connection.sync_on,
        last_success_at: connection.progress.last_success_at,
        next_run_at: connection.progress.next_run_at,
        kept_until: connection.disconnected.map(|ended| ended.purge_at),
        all_locations: connection.all_locations,
        places,
        held,
        grant: grants::get(db, id).await?.map(|grant| grant_line(connection, &grant)),
        runs: rows::runs_of(desk, found, ROWS).await?,
        subscription: match connection.subscription {
            SubscriptionState::Active => Subscription::Active { checked_at: connection.subscription_checked_at },
            SubscriptionState::Lost => Subscription::Lost,
            SubscriptionState::Gone => Subscription::Gone,
        },
        received: rows::received(desk, found, ROWS).await?,
        sent: rows::sent(desk, found, ROWS).await?,
        endpoints: hear.count(),
        calls: rows::calls(desk, found).await?,
        notes: colleagues.into_iter().map(|note| timeline::note_view(desk, found, note)).collect(),
        moments: timeline::newest(desk, found, MOMENTS).await?,
        facts: facts(desk, found, stored.version).await?,
        said: said(desk),
        typed: desk.typed_act(),
    })
}

fn place_state(health: &LocationHealth) -> PlaceState {
    match (health.broken_since, health.failing_since, health.succeeded_at) {
        (Some(since), _, _) => PlaceState::BySettings(since),
        (None, Some(since), _) => PlaceState::Failing(since),
        (None, None, Some(_)) => PlaceState::Good,
        (None, None, None) => PlaceState::Unknown,
    }
}

fn grant_line(connection: &Connection, grant: &Grant) -> GrantLine {
    GrantLine {
        granted_at: connection.authorized_at,
        renewed_at: grant.refreshed_at,
        access_until: grant.access_expires_at,
        ends_at: grant.refresh_expires_at,
        used_at: grant.used_at,
        refused: match grant.state {
            GrantState::Alive => None,
            GrantState::NeedsReauthorization(cause) => Some(cause.slug().to_owned()),
        },
        failures: grant.trouble.as_ref().map_or(0, |trouble| trouble.failures),
        trouble: grant.trouble.as_ref().map(|trouble| trouble.what.clone()),
        again_at: grant.trouble.as_ref().map(|trouble| trouble.again_at),
    }
}

async fn facts(desk: &StaffMember, found: &Found, version: i64) -> Result<Vec<(&'static str, String)>, StorageError> {
    let account = settings::account(desk.app.db.read(), found.connection.id).await?;
    let mut facts = vec![
        ("tenant-fact-connection", ConnectionId(found.connection.id).to_string()),
        ("tenant-fact-organization", OrganizationId(found.organization.id).to_string()),
        ("tenant-fact-officernd-id", found.organization.officernd_id.clone()),
        ("tenant-fact-slug", found.organization.slug.clone()),
        ("tenant-fact-installation", found.connection.integration_id.clone()),
        ("tenant-fact-region", found.organization.region_url.clone()),
    ];
    facts.extend(account.map(|account| ("tenant-fact-account", found.shown(&account.id))));
    let revision = found.integration.as_ref().map(|known| known.revision.to_string());
    facts.extend(revision.map(|revision| ("tenant-fact-revision", revision)));
    facts.push(("tenant-fact-version", version.to_string()));
    Ok(facts)
}

/// `?said=pause.done.1795521600000`, for a moment after the act.
fn said(desk: &StaffMember) -> Option<Said> {
    let mut parts = desk.at.query("said")?.split('.');
    let (act, outcome, at) = (parts.next()?, parts.next()?, parts.next()?.parse::<Millis>().ok()?);
    let now = desk.app.clock.now();
    (at..at.saturating_add(SAID_FOR)).contains(&now).then(|| Said { act: act.to_owned(), outcome: outcome.to_owned() })
}

impl StaffMember {
    /// The organization that the address names: by its id, or by its slug.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn organization_found(&self) -> Result<Option<Organization>, StorageError> {
        let db = self.app.db.read();
        let named = self.at.segment(1);
        if let Ok(OrganizationId(id)) = named.parse() {
            return organizations::get(db, id).await;
        }
        // Slugs are OfficeRnD's, and two organizations may have had the same one after another.
        let mut with = organizations::with_slug(db, named, 2).await?;
        match (with.pop(), with.is_empty()) {
            (Some(only), true) => organizations::get(db, only).await,
            _ => Ok(None),
        }
    }
}

pub(super) async fn organization(desk: &StaffMember) -> Result<Option<TenantOrganizationView>, StorageError> {
    let Some(organization) = desk.organization_found().await? else { return Ok(None) };
    let mut rows = Vec::new();
    for connection in connections::of_organization(desk.app.db.read(), organization.id).await? {
        rows.push(connection_row(&desk.app, &connection, &organization).await?);
    }
    let view = TenantOrganizationView {
        id: OrganizationId(organization.id),
        name: organization.name,
        slug: organization.slug,
        officernd_id: organization.officernd_id,
        region: organization.region_url,
        connections: rows,
        elsewhere: None,
    };
    let named_by_id = desk.at.segment(1) == view.id.to_string();
    let elsewhere = app::pages::staff::elsewhere(&view, named_by_id);
    Ok(Some(TenantOrganizationView { elsewhere, ..view }))
}

/// The account in the partner system, which may be the address of a person.
fn account_of(connection: &Connection, organization: &Organization, shown: impl Fn(&str) -> String) -> String {
    connection.account_name.as_deref().map_or_else(|| organization.name.clone(), shown)
}

/// A connection in a list.
pub(super) async fn connection_row(
    app: &App,
    connection: &Connection,
    organization: &Organization,
) -> Result<ConnectionRow, StorageError> {
    let known = connections::locations(app.db.read(), connection.id).await?;
    let integration = app.integrations.get(&connection.integration);
    Ok(ConnectionRow {
        id: ConnectionId(connection.id),
        integration: integration.map_or_else(|| connection.integration.clone(), |known| known.name.clone()),
        // A list is of many, and names are shown for one at a time.
        account: account_of(connection, organization, mask::text),
        state: connection.state,
        since: connection.state_since,
        last_success_at: connection.progress.last_success_at,
        locations: known.into_iter().map(|location| location.name.unwrap_or(location.id)).collect(),
        all_locations: connection.all_locations,
    })
}

/// With the name of its organization.
pub(super) async fn named_row(app: &App, connection: Uuid) -> Result<Option<ConnectionRow>, StorageError> {
    let db = app.db.read();
    let Some(known) = connections::get(db, connection).await? else { return Ok(None) };
    let Some(organization) = organizations::get(db, known.organization).await? else { return Ok(None) };
    let row = connection_row(app, &known, &organization).await?;
    Ok(Some(ConnectionRow { account: organization.name, ..row }))
}
