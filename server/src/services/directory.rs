//! What signed calls, deliveries and calls of the partner system need, kept ready in memory: organizations with their
//! connections, API keys and tokens.
//!
//! Filled on first use, bounded, and never out of date after a commit: each commit names what it
//! changed, and an entry that was read before that is not kept. Other replicas hear of it through
//! PostgreSQL; while they do not, they keep nothing.

use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{UnitWeighter, Weighter};
use uuid::Uuid;

use super::api_keys::KnownKey;
use super::memory::{Memory, cache};
use super::tokens::Token;
use crate::crypto::digest::Digest;
use crate::crypto::signature::SigningKey;
use crate::crypto::vault::Vault;
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::organization::Organization;
use crate::storage::{self, Change, Db, StorageError, connections, organizations, settings};

/// More would be a mistake, and each costs work.
const MOST_WITH_ONE_SLUG: u64 = 8;

/// A partner system has a few.
const MOST_API_KEYS: u64 = 1_000;

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

/// A connection with its organization.
pub enum Found {
    Kept {
        organization: Arc<KnownOrganization>,
        index: usize,
    },
    /// One of which nothing is kept, such as one that was disconnected.
    Read(Box<(Connection, Organization)>),
}

impl Found {
    fn kept(organization: Arc<KnownOrganization>, connection: Uuid) -> Option<Self> {
        let index = organization.connections.iter().position(|known| known.connection.id == connection)?;
        Some(Found::Kept { organization, index })
    }

    pub fn connection(&self) -> &Connection {
        match self {
            Found::Kept { organization, index } => &organization.connections[*index].connection,
            Found::Read(read) => &read.0,
        }
    }

    pub fn organization(&self) -> &Organization {
        match self {
            Found::Kept { organization, .. } => &organization.organization,
            Found::Read(read) => &read.1,
        }
    }
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
    organizations: Memory<Uuid, Arc<KnownOrganization>, ByConnections>,
    /// Where to look first. Each hit is checked against the entry, so these may be out of date.
    by_officernd_id: Cache<String, Uuid>,
    by_connection: Cache<Uuid, Uuid>,
    by_slug: Memory<String, Arc<[Uuid]>>,
    /// By what is stored of them.
    pub api_keys: Memory<Digest, Arc<KnownKey>>,
    /// By connection.
    pub tokens: Memory<Uuid, Arc<Token>>,
}

impl Directory {
    /// Keeps about that many connections.
    pub fn new(capacity: u64) -> Self {
        Self {
            organizations: Memory::with_weighter(capacity, ByConnections),
            by_officernd_id: cache(capacity, UnitWeighter),
            by_connection: cache(capacity, UnitWeighter),
            by_slug: Memory::new(capacity),
            api_keys: Memory::new(MOST_API_KEYS),
            tokens: Memory::new(capacity),
        }
    }

    /// It is out of date.
    pub fn forget(&self, changed: Change) {
        match changed {
            Change::Organization(id) => self.organizations.forget(&id),
            Change::Slugs => self.by_slug.forget_all(),
            Change::Grant(connection) => self.tokens.forget(&connection),
            Change::ApiKeys => self.api_keys.forget_all(),
        }
    }

    /// Changes may have been missed.
    pub fn forget_all(&self) {
        self.organizations.forget_all();
        self.by_slug.forget_all();
        self.api_keys.forget_all();
        self.tokens.forget_all();
    }

    /// Whether changes may be missed from now on.
    pub fn deafen(&self, deaf: bool) {
        self.organizations.deafen(deaf);
        self.by_slug.deafen(deaf);
        self.api_keys.deafen(deaf);
        self.tokens.deafen(deaf);
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
        let read = async {
            let read: Arc<[Uuid]> = organizations::with_slug(db.read(), slug, MOST_WITH_ONE_SLUG).await?.into();
            // Slugs that nobody has are not kept, or anybody could fill the memory with them.
            Ok::<_, StorageError>(Some(read).filter(|read| !read.is_empty()))
        };
        Ok(self.by_slug.get_or_read(slug.to_owned(), read).await?.unwrap_or_default())
    }

    /// A connection, if it is remembered.
    pub fn remembered(&self, connection: Uuid) -> Option<Found> {
        let organization = self.organizations.get(&self.by_connection.get(&connection)?)?;
        Found::kept(organization, connection)
    }

    /// A connection that was just read, with its organization; from now on it is remembered. None: the organization
    /// was purged.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remember(&self, db: &Db, vault: &Vault, connection: Connection) -> storage::Result<Option<Found>> {
        self.by_connection.insert(connection.id, connection.organization);
        let organization = match self.get(db, vault, connection.organization).await {
            Ok(Some(known)) => match Found::kept(known.clone(), connection.id) {
                Some(found) => return Ok(Some(found)),
                None => Some(known.organization.clone()),
            },
            // A secret that does not open, be it another connection's, is needed for signatures only.
            Err(StorageError::Sealed(_)) => organizations::get(db.read(), connection.organization).await?,
            Ok(None) => None,
            Err(error) => return Err(error),
        };
        Ok(organization.map(|organization| Found::Read(Box::new((connection, organization)))))
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
        let read = async { Ok(read(db, vault, organization).await?.map(Arc::new)) };
        self.organizations.get_or_read(organization, read).await
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
