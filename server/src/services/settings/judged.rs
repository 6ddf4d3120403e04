//! What settings in force mean for the state of a connection: a location where something that was chosen is not there
//! any more, or breaks a rule, does not work. What was never filled in is the page's business.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::lists::Wanted;
use super::scene::Scene;
use crate::domain::settings::findings::uses::entered;
use crate::domain::settings::findings::{Finding, Severity};
use crate::manifest::Integration;
use crate::services::{ServiceError, health};
use crate::state::App;
use crate::storage::settings::{layers, uses};
use crate::storage::{connections, organizations};

/// Nobody has chosen anything yet.
const UNFILLED: &str = "required";

/// # Errors
/// When the database does not answer.
pub async fn judge(app: &App, connection: Uuid) -> Result<(), ServiceError> {
    Box::pin(judge_by(app, connection, &Wanted::default())).await
}

/// The same although nobody has done anything: what was chosen may be gone.
///
/// # Errors
/// As [`judge`].
pub async fn judge_quietly(app: &App, connection: Uuid) -> Result<(), ServiceError> {
    Box::pin(judge_by(app, connection, &Wanted { quietly: true, ..Wanted::default() })).await
}

async fn judge_by(app: &App, connection: Uuid, wanted: &Wanted) -> Result<(), ServiceError> {
    let db = app.db.read();
    let Some(connection) = connections::get(db, connection).await?.filter(|one| one.disconnected.is_none()) else {
        return Ok(());
    };
    let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(()) };
    let Some(organization) = organizations::get(db, connection.organization).await? else { return Ok(()) };
    Box::pin(keep_uses(app, &integration, connection.id)).await?;
    let scene = Scene::load(app, &integration, &organization, &connection, wanted).await?;
    let findings = scene.findings();
    let broken = broken(&findings, scene.tenant.locations.iter().map(|location| location.id.as_str()));
    let mut tx = app.db.begin().await?;
    if layers::load(tx.connection(), connection.id).await?.version != scene.stored.version {
        // The save that came meanwhile is judged by the job that it sent.
        return Ok(());
    }
    health::settings_judged(app, &mut tx, connection.id, &broken, app.clock.now()).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(())
}

/// What the connection uses is kept with each save. This keeps it of settings that were saved before anybody did, or
/// while the manifest had other rules.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_uses(app: &App, integration: &Integration, connection: Uuid) -> Result<(), ServiceError> {
    let (db, manifest) = (app.db.read(), &integration.manifest);
    let stored = layers::load(db, connection).await?;
    if uses::of(db, connection).await? == entered(manifest, &stored.layers) {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let Some(current) = connections::lock(&tx, connection).await? else { return Ok(()) };
    let stored = layers::load(tx.connection(), connection).await?;
    uses::save(&mut tx, &current, &entered(manifest, &stored.layers)).await?;
    tx.commit().await?;
    Ok(())
}

fn broken<'l>(findings: &[Finding], locations: impl Iterator<Item = &'l str>) -> Vec<String> {
    let counts = |finding: &&Finding| finding.severity == Severity::Error && finding.rule != UNFILLED;
    let named: BTreeSet<Option<&str>> =
        findings.iter().filter(counts).map(|finding| finding.location.as_deref()).collect();
    let everywhere = named.contains(&None);
    locations.filter(|id| everywhere || named.contains(&Some(*id))).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(location: Option<&str>, severity: Severity, rule: &str) -> Finding {
        Finding {
            location: location.map(str::to_owned),
            field: Some("f".to_owned()),
            rows: Vec::new(),
            severity,
            rule: rule.to_owned(),
            why: String::new(),
            names: Vec::new(),
        }
    }

    fn at(findings: &[Finding]) -> Vec<String> {
        broken(findings, ["a", "b"].into_iter())
    }

    #[test]
    fn errors_count_where_they_stand_and_gaps_do_not() {
        assert_eq!(at(&[finding(Some("b"), Severity::Error, "dangling")]), ["b"]);
        assert_eq!(at(&[finding(None, Severity::Error, "one_gateway")]), ["a", "b"]);
        assert!(at(&[finding(Some("b"), Severity::Warning, "dangling_row")]).is_empty());
        assert!(at(&[finding(None, Severity::Error, "required")]).is_empty());
    }
}
