//! What every request and job works with.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::vault::Vault;
use crate::jobs::Jobs;
use crate::manifest::Integration;
use crate::random::Random;
use crate::services::alerts;
use crate::services::answers::Answers;
use crate::services::calls::Calls;
use crate::services::directory::Directory;
use crate::services::inbox::Inbox;
use crate::services::limits::Limits;
use crate::services::live::Live;
use crate::services::outbox::Wake;
use crate::services::overview::Kept;
use crate::services::presence::Presence;
use crate::services::refresh::Refresh;
use crate::services::sightings::Sightings;
use crate::services::staff::passwords::Passwords;
use crate::services::turns::Turns;
use crate::site::Site;
use crate::storage::Db;
use crate::telemetry::traces::Traces;
use crate::upstream::mail::Mailer;
use crate::upstream::officernd::OfficeRnd;
use crate::upstream::oidc::Oidc;
use crate::upstream::partner::PartnerSystems;

/// Cheap to clone; everything behind it is shared.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    pub clock: Clock,
    pub random: Random,
    pub vault: Vault,
    pub db: Db,
    pub officernd: OfficeRnd,
    pub partners: PartnerSystems,
    /// The provider that staff may sign in with.
    pub oidc: Option<Oidc>,
    pub answers: Answers,
    /// None where no mail server is set.
    pub mail: Option<Mailer>,
    /// What the job of alerts counted last.
    pub alerts: alerts::Kept,
    pub integrations: Integrations,
    pub directory: Arc<Directory>,
    pub inbox: Inbox,
    /// How often the partner system may call.
    pub limits: Limits,
    pub outbox: Wake,
    /// Hashes passwords of staff, a few at a time.
    pub passwords: Passwords,
    /// What OfficeRnD has called.
    pub sightings: Sightings,
    pub jobs: Jobs,
    pub presence: Presence,
    pub site: Site,
    pub leptos: LeptosOptions,
    /// What runs on when its asker has gone; a stop waits for it.
    pub unfinished: TaskTracker,
    /// Calls of the partner system to OfficeRnD, and hooks without an answer, not yet written down.
    pub calls: Calls,
    /// Who calls OfficeRnD next.
    pub turns: Arc<Turns>,
    /// Callers of a connection, one after another.
    pub flights: Flights,
    pub refresh: Refresh,
    /// What the overview of the dashboard counted last.
    pub overview: Kept,
    /// Tells open pages of the dashboard what changed.
    pub live: Live,
    /// Off where no collector is set.
    pub traces: Traces,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<App> for LeptosOptions {
    fn from_ref(app: &App) -> Self {
        app.leptos.clone()
    }
}

/// The integrations of this deployment by slug.
#[derive(Clone, Default)]
pub struct Integrations(Arc<HashMap<String, Arc<Integration>>>);

impl Integrations {
    pub fn new(all: impl IntoIterator<Item = Arc<Integration>>) -> Self {
        Self(Arc::new(all.into_iter().map(|integration| (integration.slug.clone(), integration)).collect()))
    }

    pub fn get(&self, slug: &str) -> Option<Arc<Integration>> {
        self.0.get(slug).cloned()
    }

    /// In the order of slugs.
    pub fn all(&self) -> Vec<Arc<Integration>> {
        let mut all: Vec<_> = self.0.values().cloned().collect();
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        all
    }
}

/// One lock a connection, as long as somebody holds it.
#[derive(Default)]
pub struct Flights(Mutex<HashMap<Uuid, Weak<tokio::sync::Mutex<()>>>>);

impl Flights {
    pub fn of(&self, connection: Uuid) -> Arc<tokio::sync::Mutex<()>> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&connection).and_then(Weak::upgrade) {
            return flight;
        }
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::default();
        flights.insert(connection, Arc::downgrade(&flight));
        flight
    }
}
