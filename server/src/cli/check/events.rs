//! What endpoints did not hear, and which hear nothing any more.

use app::ids::EndpointId;

use super::{Finding, wrong};
use crate::clock::rfc3339;
use crate::storage::outbox::endpoints::backlog;
use crate::storage::{Db, StorageError, endpoints};

/// Says nothing when everything arrives.
pub(super) async fn findings(db: &Db) -> Vec<Finding> {
    read(db).await.unwrap_or_else(|error| vec![wrong(format!("events: endpoints cannot be read ({error})"))])
}

async fn read(db: &Db) -> Result<Vec<Finding>, StorageError> {
    let mut findings = Vec::new();
    let endpoints = endpoints::all(db.read()).await?;
    for endpoint in endpoints.iter().filter(|endpoint| endpoint.disabled_at.is_some()) {
        findings.push(wrong(format!(
            "events: {} of {} ({}) is disabled since {}: {}; correct that, then press Enable under Integrations in the dashboard, or POST /api/v1/event-endpoints/{0}/enable, and replay what it missed",
            EndpointId(endpoint.id),
            endpoint.integration,
            endpoint.url,
            endpoint.disabled_at.and_then(rfc3339).unwrap_or_default(),
            endpoint.reason.as_deref().unwrap_or("no reason"),
        )));
    }
    for one in backlog(db.read()).await?.into_iter().filter(|one| one.dead > 0) {
        let known = endpoints.iter().find(|endpoint| EndpointId(endpoint.id).to_string() == one.receiver);
        if known.is_some_and(|endpoint| endpoint.disabled_at.is_some()) {
            continue;
        }
        let (noun, integration) = (
            if one.dead == 1 { "event was" } else { "events were" },
            known.map_or("an integration that is gone", |endpoint| endpoint.integration.as_str()),
        );
        findings.push(wrong(format!(
            "events: {} {noun} given up for {} of {integration}; `deskbridge outbox list --integration {1}` says why; a replay from the dashboard or through the API, or `deskbridge outbox retry --integration {1}` sends them after all",
            one.dead, one.receiver,
        )));
    }
    Ok(findings)
}
