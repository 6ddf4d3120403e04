//! What signed calls and deliveries need of an organization, kept ready in memory.
//!
//! Filled on first use, bounded, and never out of date after a commit: each commit names the
//! organizations it changed, and an entry that was read before that is not kept. Other replicas hear
//! of it through PostgreSQL; after a lost connection everything is forgotten and read anew.

use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::sync::Cache;
use quick_cache::{UnitWeighter, Weighter};
use uuid::Uuid;

use crate::crypto::signature::SigningKey;
use crate::crypto::vault::Vault;
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::organization::Organization;
use crate::storage::organizations::SLUGS;
use crate::storage::{self, Db, connections, organizations, settings};

/// Guards against keeping what was read before a change; more stripes only mean fewer chance meetings.
const STRIPES: usize = 256;

/// More would be a mistake, and each costs work.
const MOST_WITH_ONE_SLUG: u64 = 8;

/// Room that is taken at the start; more is taken when it is needed.
const AT_FIRST: usize = 1_000;

pub struct KnownOrganization {
    pub organization: Organization,
    pub connections: Vec<KnownConnection>,
}

pub struct KnownConnection {
    pub connection: Connection,
    /// Ids of the locations it is for today, with commas between them: one place in memory for all.
    pub locations: String,
    /// Ids of the steps that are done, while its set-up is not finished.
    pub done_steps: Box<[String]>,
    pub key: SigningKey,
    pub subscription_key: Option<SigningKey>,
}

/// There is room for a number of connections, so an organization weighs as many as it has.
#[derive(Clone)]
struct ByConnections;

impl Weighter<Uuid, Arc<KnownOrganization>> for ByConnections {
    fn weight(&self, _: &Uuid, known: &Arc<KnownOrganization>) -> u64 {
        known.connections.len().max(1) as u64
    }
}

pub struct Directory {
    organizations: Cache<Uuid, Arc<KnownOrganization>, ByConnections>,
    /// Where to look first. Each hit is checked against the entry, so these may be out of date.
    by_officernd_id: Cache<String, Uuid>,
    by_slug: Cache<String, Arc<[Uuid]>>,
    by_connection: Cache<Uuid, Uuid>,
    stripes: Arc<[Mutex<u64>]>,
}

impl Directory {
    /// Keeps about that many connections.
    pub fn new(capacity: u64) -> Self {
        // More than there is room for would make the memory think that it has more.
        let at_first = usize::try_from(capacity).map_or(AT_FIRST, |capacity| capacity.min(AT_FIRST));
        Self {
            organizations: Cache::with_weighter(at_first, capacity, ByConnections),
            by_officernd_id: Cache::with_weighter(at_first, capacity, UnitWeighter),
            by_slug: Cache::with_weighter(at_first, capacity, UnitWeighter),
            by_connection: Cache::with_weighter(at_first, capacity, UnitWeighter),
            stripes: (0..STRIPES).map(|_| Mutex::new(0)).collect(),
        }
    }

    /// What is known of this organization is out of date; of [`SLUGS`], where slugs lead to.
    pub fn forget(&self, organization: Uuid) {
        let mut version = self.stripe(organization);
        *version += 1;
        if organization == SLUGS {
            self.by_slug.clear();
        }
        self.organizations.remove(&organization);
    }

    /// Changes may have been missed.
    pub fn forget_all(&self) {
        for stripe in self.stripes.iter() {
            *stripe.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
        self.organizations.clear();
        self.by_slug.clear();
    }

    /// How many connections are kept now; never more than there is room for.
    pub fn kept(&self) -> u64 {
        self.organizations.weight()
    }

    /// By OfficeRnD's id where the call names one that we know, else by slug. A slug can pass to another
    /// organization, and who had it before may not have told us yet: then all who may be meant.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(
        &self,
        db: &Db,
        vault: &Vault,
        officernd_id: Option<&str>,
        slug: Option<&str>,
    ) -> storage::Result<Vec<Arc<KnownOrganization>>> {
        if let Some(wanted) = officernd_id {
            if let Some(id) = self.by_officernd_id.get(wanted)
                && let Some(known) = self.get(db, vault, id).await?
                && known.organization.officernd_id == wanted
            {
                return Ok(vec![known]);
            }
            if let Some(organization) = organizations::by_officernd_id(db.read(), wanted).await? {
                self.by_officernd_id.insert(wanted.to_owned(), organization.id);
                return Ok(self.get(db, vault, organization.id).await?.into_iter().collect());
            }
        }
        let Some(wanted) = slug else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for id in self.with_slug(db, wanted).await?.iter() {
            found.extend(self.get(db, vault, *id).await?.filter(|known| known.organization.slug == wanted));
        }
        Ok(found)
    }

    async fn with_slug(&self, db: &Db, slug: &str) -> storage::Result<Arc<[Uuid]>> {
        if let Some(known) = self.by_slug.get(slug) {
            return Ok(known);
        }
        let version = *self.stripe(SLUGS);
        let read: Arc<[Uuid]> = organizations::with_slug(db.read(), slug, MOST_WITH_ONE_SLUG).await?.into();
        let current = self.stripe(SLUGS);
        // Slugs that nobody has are not kept, or anybody could fill the memory with them.
        if *current == version && !read.is_empty() {
            self.by_slug.insert(slug.to_owned(), read.clone());
        }
        Ok(read)
    }

    /// The organization of a connection.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_connection(
        &self,
        db: &Db,
        vault: &Vault,
        connection: Uuid,
    ) -> storage::Result<Option<Arc<KnownOrganization>>> {
        if let Some(id) = self.by_connection.get(&connection)
            && let Some(known) = self.get(db, vault, id).await?
            && known.connections.iter().any(|known| known.connection.id == connection)
        {
            return Ok(Some(known));
        }
        match connections::get(db.read(), connection).await? {
            Some(row) => {
                self.by_connection.insert(connection, row.organization);
                self.get(db, vault, row.organization).await
            }
            None => Ok(None),
        }
    }

    async fn get(&self, db: &Db, vault: &Vault, organization: Uuid) -> storage::Result<Option<Arc<KnownOrganization>>> {
        if let Some(known) = self.organizations.get(&organization) {
            return Ok(Some(known));
        }
        let version = *self.stripe(organization);
        let Some(read) = read(db, vault, organization).await? else { return Ok(None) };
        let read = Arc::new(read);
        let current = self.stripe(organization);
        if *current == version {
            self.organizations.insert(organization, read.clone());
        }
        Ok(Some(read))
    }

    fn stripe(&self, organization: Uuid) -> std::sync::MutexGuard<'_, u64> {
        let index = organization.as_bytes()[15] as usize % STRIPES;
        self.stripes[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(db: &Db, vault: &Vault, organization: Uuid) -> storage::Result<Option<KnownOrganization>> {
    let Some(organization) = organizations::get(db.read(), organization).await? else { return Ok(None) };
    let mut known = Vec::new();
    let mut locations = connections::location_ids_of_organization(db.read(), organization.id).await?;
    for (connection, secrets) in connections::of_organization_with_secrets(db.read(), vault, organization.id).await? {
        let Some(secrets) = secrets else { continue };
        let Ok(key) = SigningKey::new(&secrets.integration) else { continue };
        let subscription_key = secrets.subscription.as_ref().and_then(|secret| SigningKey::new(secret).ok());
        let locations = locations.remove(&connection.id).unwrap_or_default().join(",");
        let done_steps: Box<[String]> = if connection.state == ConnectionState::FinishSetUp {
            settings::done_steps(db.read(), connection.id).await?.into_iter().collect()
        } else {
            Box::default()
        };
        known.push(KnownConnection { connection, locations, done_steps, key, subscription_key });
    }
    Ok(Some(KnownOrganization { organization, connections: known }))
}
