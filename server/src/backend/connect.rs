//! One connect attempt, for the browser that started it.

use std::collections::HashSet;
use std::sync::Arc;

use app::ids::AttemptId;
use app::paths;
use app::ports::{
    AttemptStage, AttemptView, ConnectDesk, CoveredView, Fault, OrganizationView, Problem, StepView, Waiting,
};
use app::texts::Language;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::set_up::{Asked, SetUp};
use super::{integration_view, locations_view, unavailable};
use crate::crypto::digest::secret_digest;
use crate::domain::attempt::{Attempt, Stage};
use crate::domain::connection::Location;
use crate::domain::sign_in::Opener;
use crate::manifest::Integration;
use crate::services::connect::{PURPOSE, expire, has_expired};
use crate::services::link::chosen;
use crate::services::{ServiceError, overlap};
use crate::state::App;
use crate::storage::{StorageError, attempts, connections, organizations, settings};
use crate::upstream::officernd::Region;

/// The permission to work on one attempt.
#[derive(Clone)]
pub struct AttemptDesk {
    app: App,
    integration: Arc<Integration>,
    attempt: Attempt,
    /// The steps of its connection, while it is this attempt that they wait for.
    set_up: Option<SetUp>,
    asked: Asked,
    language: Language,
}

impl AttemptDesk {
    /// None for an attempt that does not exist, is another browser's, or whose integration is gone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(app: &App, attempt: Uuid, cookie: Option<&SecretString>) -> Result<Option<Self>, ServiceError> {
        let Some(cookie) = cookie else { return Ok(None) };
        let attempt = match attempts::get(app.db.read(), attempt).await? {
            Some(stored) => {
                let presented = secret_digest(PURPOSE, cookie);
                Some(stored).filter(|stored| bool::from(presented.ct_eq(&stored.cookie_digest)))
            }
            None => Attempt::from_cookie(attempt, cookie.expose_secret(), app.clock.now()),
        };
        let Some(attempt) = attempt else { return Ok(None) };
        let Some(integration) = app.integrations.get(&attempt.integration) else { return Ok(None) };
        let attempt = if has_expired(&attempt, app.clock.now()) { expire(app, attempt).await? } else { attempt };
        let set_up = set_up(app, &integration, &attempt).await?;
        let language = Language::default();
        Ok(Some(Self { app: app.clone(), integration, attempt, set_up, asked: Asked::default(), language }))
    }

    /// The partner's sign-in page, when the browser goes there now.
    pub fn goes_on(&self) -> Option<&SecretString> {
        self.asked.sign_in.as_ref()
    }

    /// The same about one step.
    pub fn asked(mut self, asked: Asked) -> Self {
        self.asked = asked;
        self
    }

    /// The same in the language of the page.
    pub fn speaking(mut self, language: Language) -> Self {
        self.language = language;
        self.set_up = self.set_up.map(|set_up| set_up.speaking(language));
        self
    }

    pub fn set_up(&self) -> Option<&SetUp> {
        self.set_up.as_ref()
    }

    /// Where the window goes on: the first open step.
    pub fn next_step(&self) -> Option<String> {
        let set_up = self.set_up.as_ref()?;
        let step = set_up.first_open()?;
        Some(paths::attempt_step(AttemptId(self.attempt.id), &step.id))
    }

    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    pub fn integration(&self) -> &Arc<Integration> {
        &self.integration
    }

    /// OfficeRnD's page that ends the pop-up; the app host's where the region is not known.
    pub fn return_url(&self) -> String {
        let region = self
            .attempt
            .found
            .as_ref()
            .and_then(|found| Region::parse_stored(&found.region_url, self.app.officernd.settings()).ok());
        region.unwrap_or_else(|| self.app.officernd.app_region()).return_url().to_string()
    }

    async fn stage(&self) -> Result<AttemptStage, StorageError> {
        let attempt = &self.attempt;
        let is_busy = attempt.is_busy(self.app.clock.now());
        Ok(match attempt.stage {
            Stage::Waiting | Stage::Exchanged => AttemptStage::Waiting(attempt.trouble.unwrap_or(Waiting::UnderWay)),
            // When the process died over it, the code is spent.
            Stage::Exchanging if !is_busy => AttemptStage::Failed(Problem::AnswerLost),
            Stage::Exchanging => AttemptStage::Waiting(Waiting::UnderWay),
            Stage::Ready if is_busy => AttemptStage::Waiting(Waiting::UnderWay),
            Stage::Ready => match attempt.trouble {
                Some(trouble) => AttemptStage::Waiting(trouble),
                None => self.scope().await?,
            },
            Stage::FinishSetUp => self.finishing().await?,
            Stage::Connected => AttemptStage::Connected,
            Stage::Declined | Stage::Cancelled => AttemptStage::Declined,
            Stage::Failed(problem) => AttemptStage::Failed(problem),
        })
    }

    /// The connection may have gone on without this window: finished from Configure, or removed.
    async fn finishing(&self) -> Result<AttemptStage, StorageError> {
        let db = self.app.db.read();
        let connection = connections::get(db, self.attempt.connection).await?;
        let Some(connection) = connection.filter(|connection| connection.disconnected.is_none()) else {
            return Ok(AttemptStage::Failed(Problem::RemovedMeanwhile));
        };
        if connection.finished_at.is_some() && connection.waits_for.is_none() {
            return Ok(AttemptStage::Connected);
        }
        let known = connections::locations(db, connection.id).await?;
        let locations = locations_view(connection.all_locations, &known);
        let steps = self.integration.steps();
        match &self.set_up {
            Some(set_up) if set_up.first_open().is_none() => {
                // Who it waits for is said as an error, and not once more.
                let covered = match connection.waits_for {
                    Some(_) => Vec::new(),
                    None => self.covered(&known).await?.0,
                };
                let back = steps.last().map(|step| paths::attempt_step(AttemptId(self.attempt.id), &step.id));
                let review = set_up.review(locations, covered, back.unwrap_or_default()).await;
                review.map(AttemptStage::Review).map_err(|error| match error {
                    ServiceError::Storage(error) => error,
                    ServiceError::CutOff(_) | ServiceError::Busy => {
                        StorageError::Inconsistent { table: "settings", what: "cut off" }
                    }
                })
            }
            _ => {
                let done = settings::done_steps(db, connection.id).await?;
                let titles = integration_view(&self.integration, self.language).steps;
                let open = steps.iter().zip(titles).filter(|(step, _)| !done.contains(&step.id));
                let open = open.map(|(_, title)| title).collect();
                let waits_for = overlap::first(&self.app, &connection).await?;
                Ok(AttemptStage::FinishSetUp { locations, open, waits_for })
            }
        }
    }

    async fn scope(&self) -> Result<AttemptStage, StorageError> {
        let Some(found) = &self.attempt.found else { return Ok(AttemptStage::Failed(Problem::Expired)) };
        let locations = chosen(&self.attempt, found);
        let (covered, reconnects) = self.covered(&locations).await?;
        Ok(AttemptStage::Scope {
            locations: locations_view(self.attempt.locations.is_empty(), &locations),
            covered,
            reconnects,
        })
    }

    /// Other connections of these locations, and whether this installation is known already.
    async fn covered(&self, locations: &[Location]) -> Result<(Vec<CoveredView>, bool), StorageError> {
        let db = self.app.db.read();
        let Some(found) = &self.attempt.found else { return Ok((Vec::new(), false)) };
        let mut covered = Vec::new();
        let mut reconnects = false;
        if let Some(organization) = organizations::by_officernd_id(db, &found.officernd_id).await? {
            for other in connections::of_organization(db, organization.id).await? {
                if other.integration != self.integration.slug {
                    continue;
                }
                if other.integration_id == self.attempt.integration_id {
                    reconnects = true;
                    continue;
                }
                // One that was never finished works nowhere, and would wait for this one.
                if other.disconnected.is_some() || other.finished_at.is_none() {
                    continue;
                }
                let theirs: HashSet<String> =
                    connections::locations(db, other.id).await?.into_iter().map(|location| location.id).collect();
                let both: Vec<String> = locations
                    .iter()
                    .filter(|location| other.all_locations || theirs.contains(&location.id))
                    .map(|location| location.name.clone().unwrap_or_else(|| location.id.clone()))
                    .collect();
                if !both.is_empty() {
                    let account = other.account_name.unwrap_or_else(|| organization.name.clone());
                    let excludes = self.integration.manifest.connection.one_connection_per_location;
                    add(&mut covered, account, other.all_locations, both, excludes);
                }
            }
        }
        Ok((covered, reconnects))
    }
}

/// The steps of the connection that this attempt made. A later attempt takes them over, and so does another
/// consent: the connection rests on the last one.
async fn set_up(app: &App, integration: &Arc<Integration>, attempt: &Attempt) -> Result<Option<SetUp>, StorageError> {
    if attempt.stage != Stage::FinishSetUp {
        return Ok(None);
    }
    let db = app.db.read();
    let connection = connections::get(db, attempt.connection).await?.filter(|connection| {
        connection.disconnected.is_none()
            && connection.finished_at.is_none()
            && connection.authorized_at == attempt.created_at
    });
    let Some(connection) = connection else { return Ok(None) };
    let Some(organization) = organizations::get(db, connection.organization).await? else { return Ok(None) };
    let opener = Opener::Attempt { id: attempt.id, cookie: attempt.cookie_digest };
    SetUp::of(app, integration, &organization, &connection, opener).await.map(Some)
}

/// Connections that would be told in the same words are told once, with their number.
fn add(covered: &mut Vec<CoveredView>, account: String, all: bool, locations: Vec<String>, excludes: bool) {
    let same = |known: &&mut CoveredView| (&known.account, known.all, &known.locations) == (&account, all, &locations);
    match covered.iter_mut().find(same) {
        Some(known) => known.connections += 1,
        None => covered.push(CoveredView { account, connections: 1, all, locations, excludes }),
    }
}

#[async_trait]
impl ConnectDesk for AttemptDesk {
    async fn attempt(&self) -> Result<AttemptView, Fault> {
        let stage = self.stage().await.map_err(|error| unavailable(&error))?;
        let attempt = &self.attempt;
        Ok(AttemptView {
            id: AttemptId(attempt.id),
            integration: integration_view(&self.integration, self.language),
            organization: attempt
                .found
                .as_ref()
                .map(|found| OrganizationView { name: found.name.clone(), slug: attempt.org_slug.clone() }),
            stage,
            return_url: self.return_url(),
            reference: attempt.reference.clone(),
            at: attempt.updated_at,
        })
    }

    async fn step(&self) -> Result<StepView, Fault> {
        let set_up = self.set_up.as_ref().ok_or(Fault::NotFound)?;
        let (index, _) = set_up.ready(&self.asked.step).ok_or(Fault::NotFound)?;
        let before = index.checked_sub(1).and_then(|index| self.integration.steps().get(index));
        let back = before.map(|step| paths::attempt_step(AttemptId(self.attempt.id), &step.id));
        set_up.step(&self.asked, back, self.return_url()).await
    }
}
