//! Who calls: the one verifier for Configure, Healthcheck and Sync.

use std::sync::Arc;

use app::texts;
use uuid::Uuid;

use super::directory::{KnownConnection, KnownOrganization};
use crate::clock::{Millis, SECOND};
use crate::crypto::digest::{Digest, digest};
use crate::crypto::signature::NOBODY;
use crate::domain::connection::{Connection, ConnectionState, is_healthy};
use crate::domain::health::Fault;
use crate::domain::signed_query::SignedQuery;
use crate::jobs::Job;
use crate::manifest::{Integration, Step};
use crate::state::App;
use crate::storage::StorageError;

const OFFICERND: &str = "OfficeRnD";
/// More connections of one integration in one organization would be a mistake, and each costs work.
const MOST_CONNECTIONS: usize = 200;

/// A call that OfficeRnD made for one connection.
pub struct Verified {
    pub query: SignedQuery,
    organization: Arc<KnownOrganization>,
    index: usize,
}

impl Verified {
    pub fn known(&self) -> &KnownConnection {
        &self.organization.connections[self.index]
    }

    pub fn organization(&self) -> &crate::domain::organization::Organization {
        &self.organization.organization
    }

    /// The account of another connection of the organization.
    pub fn account_of(&self, connection: Uuid) -> Option<&str> {
        let known = self.organization.connections.iter().find(|known| known.connection.id == connection)?;
        known.connection.account_name.as_deref()
    }

    /// What is to be written down when this call names locations that the connection does not have. It is for
    /// Configure and Sync: a healthcheck changes nothing, and may ask for any locations.
    ///
    /// Fewer locations than we have mean nothing, and neither does an empty list: only of Connect is it documented
    /// that it means all of them (`officernd-contract.md` 2), and more locations are more people. Assumption (C): who
    /// wants all locations instead of some connects again.
    pub fn other_locations(&self) -> Option<Job> {
        let known = self.known();
        let asked = self.query.locations()?;
        let names_others = asked.clone().any(|id| !known.locations.split(',').any(|known| known == id));
        let asked = asked.map(str::to_owned).collect();
        (!known.connection.all_locations && names_others)
            .then_some(Job::Locations { connection: known.connection.id, asked })
    }

    /// The call's identity: the same signed text of the same connection.
    pub fn digest(&self, purpose: &str) -> Digest {
        digest(purpose, &[self.known().connection.id.as_bytes(), self.query.mac(), &self.query.t().to_be_bytes()])
    }

    /// How long a repetition must be recognised: the signature is refused when it is older.
    pub fn remembered_until(&self, app: &App) -> Millis {
        (self.query.t() + 2 * app.config.signature_tolerance_seconds) * SECOND
    }
}

/// Why a call is not answered. To the caller all refusals of a signature look alike.
#[derive(Debug)]
pub enum Unverified {
    Refused(&'static str),
    Storage(StorageError),
}

/// # Errors
/// When the signature is not that of a connection of this integration, or too old or too new.
pub async fn verify(app: &App, integration: &Integration, raw_query: &str) -> Result<Verified, Unverified> {
    let query = SignedQuery::parse(raw_query).map_err(|_| Unverified::Refused("malformed"))?;
    let known = app
        .directory
        .find(&app.db, &app.vault, query.organization_id(), query.slug())
        .await
        .map_err(Unverified::Storage)?;
    let found = known.iter().fold(None, |found, organization| {
        let here = matching(organization, integration, &query).map(|index| (organization.clone(), index));
        found.or(here)
    });
    if !known.iter().any(|known| of(known, integration).any(|_| true)) {
        NOBODY.verify_query(&query);
    }
    let fresh = query.is_fresh(app.clock.now_seconds(), app.config.signature_tolerance_seconds.unsigned_abs());
    match found {
        Some((organization, index)) if fresh => {
            let verified = Verified { query, organization, index };
            notice(app, &verified);
            Ok(verified)
        }
        Some(_) => Err(Unverified::Refused("stale")),
        None if known.is_empty() => Err(Unverified::Refused("unknown organization")),
        None => {
            if fresh {
                for (_, connection) in known.iter().flat_map(|known| of(known, integration)) {
                    app.jobs.bad_signature(connection.connection.id);
                }
            }
            Err(Unverified::Refused("signature"))
        }
    }
}

/// The healthcheck's answer, from what is stored.
pub fn healthcheck(integration: &Integration, verified: &Verified) -> (&'static str, String) {
    let known = &verified.known().connection;
    if is_healthy(known.state) && !all_in_trouble(verified) {
        return ("accountName", known.account_name.clone().unwrap_or_else(|| verified.organization().name.clone()));
    }
    if let Some(first) = known.waits_for.filter(|_| known.state == ConnectionState::FinishSetUp) {
        let organization = &verified.organization().name;
        let account = verified.account_of(first).unwrap_or(organization);
        return ("message", texts::healthcheck_overlaps(&integration.name, account));
    }
    if let Some(step) = open_step(integration, verified.known()) {
        return ("message", texts::healthcheck_open_step(&integration.name, &step.title));
    }
    let kept_until = known.disconnected.map(|ended| ended.purge_at);
    ("message", texts::healthcheck(known.state, vendor(integration, known), Some(known.state_since), kept_until))
}

/// The step with which set-up goes on. None while all are done and only the last button is missing.
fn open_step<'i>(integration: &'i Integration, known: &KnownConnection) -> Option<&'i Step> {
    let open = integration.steps().iter().find(|step| !known.done_steps.contains(&step.id));
    open.filter(|_| known.connection.state == ConnectionState::FinishSetUp)
}

/// Who does not answer in an outage: it may be OfficeRnD itself.
pub fn vendor<'n>(integration: &'n Integration, connection: &Connection) -> &'n str {
    let failing = connection.progress.failing.as_ref().filter(|_| connection.state == ConnectionState::VendorOutage);
    if failing.is_some_and(|failing| failing.fault == Fault::Officernd) { OFFICERND } else { &integration.name }
}

/// A healthcheck that asks for broken locations only hears of them (`pinned.md` 8).
fn all_in_trouble(verified: &Verified) -> bool {
    let known = verified.known();
    let troubles = &known.connection.troubles;
    if known.connection.state != ConnectionState::SomeLocations || troubles.is_empty() {
        return false;
    }
    let troubled = |id: &str| troubles.iter().any(|trouble| trouble.location == id);
    match verified.query.locations() {
        Some(mut asked) if asked.clone().next().is_some() => asked.all(troubled),
        _ => known.locations.split(',').all(troubled),
    }
}

fn of<'a>(
    known: &'a KnownOrganization,
    integration: &'a Integration,
) -> impl Iterator<Item = (usize, &'a KnownConnection)> {
    known
        .connections
        .iter()
        .enumerate()
        .filter(|(_, known)| known.connection.integration == integration.slug)
        .take(MOST_CONNECTIONS)
}

/// Looks at every connection, so that the time tells nothing about which one matched.
fn matching(known: &KnownOrganization, integration: &Integration, query: &SignedQuery) -> Option<usize> {
    let mut found = None;
    for (index, connection) in of(known, integration) {
        let matches = connection.key.verify_query(query).is_some();
        if matches && found.is_none() {
            found = Some(index);
        }
    }
    found
}

/// A verified call may tell that something has changed at OfficeRnD. It is written down behind the answer.
fn notice(app: &App, verified: &Verified) {
    let organization = verified.organization();
    if verified.query.organization_id() == Some(&organization.officernd_id)
        && let Some(slug) = verified.query.slug()
        && slug != organization.slug
    {
        app.jobs.send(Job::Slug { organization: organization.id, slug: slug.to_owned() });
    }
    app.jobs.good_signature(verified.known().connection.id);
}
