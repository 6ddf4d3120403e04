//! One connect attempt, for the browser that started it.

use std::collections::HashSet;
use std::sync::Arc;

use app::ids::AttemptId;
use app::ports::{AttemptStage, AttemptView, ConnectDesk, CoveredView, Fault, OrganizationView, Problem, Waiting};
use async_trait::async_trait;
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{integration_view, locations_view, unavailable};
use crate::crypto::digest::secret_digest;
use crate::domain::attempt::{Attempt, Stage};
use crate::manifest::Integration;
use crate::services::ServiceError;
use crate::services::connect::{PURPOSE, expire, has_expired};
use crate::services::link::chosen;
use crate::state::App;
use crate::storage::{StorageError, attempts, connections, organizations};
use crate::upstream::officernd::Region;

/// The permission to work on one attempt.
#[derive(Clone)]
pub struct AttemptDesk {
    app: App,
    integration: Arc<Integration>,
    attempt: Attempt,
}

impl AttemptDesk {
    /// None for an attempt that does not exist, is another browser's, or whose integration is gone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(app: &App, attempt: Uuid, cookie: Option<&SecretString>) -> Result<Option<Self>, ServiceError> {
        let Some(cookie) = cookie else { return Ok(None) };
        let Some(attempt) = attempts::get(app.db.read(), attempt).await? else { return Ok(None) };
        let presented = secret_digest(PURPOSE, cookie);
        if !bool::from(presented.ct_eq(&attempt.cookie_digest)) {
            return Ok(None);
        }
        let Some(integration) = app.integrations.get(&attempt.integration) else { return Ok(None) };
        let attempt = if has_expired(&attempt, app.clock.now()) { expire(app, attempt).await? } else { attempt };
        Ok(Some(Self { app: app.clone(), integration, attempt }))
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
        Ok(match attempt.stage {
            Stage::Waiting | Stage::Exchanged => AttemptStage::Waiting(attempt.trouble.unwrap_or(Waiting::Down)),
            // Under way in another window; when the process died over it, the code is spent.
            Stage::Exchanging if self.app.clock.now() - attempt.updated_at < crate::clock::MINUTE => {
                AttemptStage::Waiting(Waiting::Busy)
            }
            Stage::Exchanging => AttemptStage::Failed(Problem::AnswerLost),
            Stage::Ready => match attempt.trouble {
                Some(trouble) => AttemptStage::Waiting(trouble),
                None => self.scope().await?,
            },
            Stage::FinishSetUp => {
                let locations = connections::locations(self.app.db.read(), attempt.connection).await?;
                AttemptStage::FinishSetUp { locations: locations_view(attempt.locations.is_empty(), &locations) }
            }
            Stage::Connected => AttemptStage::Connected,
            Stage::Declined | Stage::Cancelled => AttemptStage::Declined,
            Stage::Failed(problem) => AttemptStage::Failed(problem),
        })
    }

    async fn scope(&self) -> Result<AttemptStage, StorageError> {
        let db = self.app.db.read();
        let Some(found) = &self.attempt.found else { return Ok(AttemptStage::Failed(Problem::Expired)) };
        let locations = chosen(&self.attempt, found);
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
                if other.disconnected.is_some() {
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
                    add(&mut covered, account, other.all_locations, both);
                }
            }
        }
        Ok(AttemptStage::Scope {
            locations: locations_view(self.attempt.locations.is_empty(), &locations),
            covered,
            reconnects,
        })
    }
}

/// Connections that would be told in the same words are told once, with their number.
fn add(covered: &mut Vec<CoveredView>, account: String, all: bool, locations: Vec<String>) {
    let same = |known: &&mut CoveredView| (&known.account, known.all, &known.locations) == (&account, all, &locations);
    match covered.iter_mut().find(same) {
        Some(known) => known.connections += 1,
        None => covered.push(CoveredView { account, connections: 1, all, locations }),
    }
}

#[async_trait]
impl ConnectDesk for AttemptDesk {
    async fn attempt(&self) -> Result<AttemptView, Fault> {
        let stage = self.stage().await.map_err(|error| unavailable(&error))?;
        let attempt = &self.attempt;
        Ok(AttemptView {
            id: AttemptId(attempt.id),
            integration: integration_view(&self.integration),
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
}
