//! What settings in force mean for the state of a connection: a location where something that was chosen is not there
//! any more, or breaks a rule, does not work. What was never filled in is the page's business.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::lists::Wanted;
use super::scene::Scene;
use crate::domain::settings::findings::{Finding, Severity};
use crate::services::{ServiceError, health};
use crate::state::App;
use crate::storage::settings::layers;
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
    let scene = Scene::load(app, &integration, &organization, &connection, wanted).await?;
    let findings = scene.findings(&scene.stored.layers);
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
