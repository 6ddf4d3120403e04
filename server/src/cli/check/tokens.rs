//! What `check` says of tokens: how many connections the budget carries, what is used and needed, until when it is
//! enough, and what to do.

use super::{Finding, good, wrong};
use crate::clock::{DAY, Millis, rfc3339};
use crate::config::{Config, Refresh};
use crate::manifest::Integration;
use crate::services::refresh::Prospect;
use crate::storage::{Db, StorageError, grant_lists};

/// A day that is further away needs no words.
const SOON: Millis = 90 * DAY;

pub(super) async fn findings(
    db: &Db,
    config: &Config,
    integrations: &[std::sync::Arc<Integration>],
    now: Millis,
) -> Result<Vec<Finding>, StorageError> {
    let mut clients: Vec<(String, Vec<String>)> = Vec::new();
    for integration in integrations {
        let client = &integration.client.client_id;
        match clients.iter_mut().find(|(known, _)| known == client) {
            Some((_, slugs)) => slugs.push(integration.slug.clone()),
            None => clients.push((client.clone(), vec![integration.slug.clone()])),
        }
    }
    let mut findings = Vec::new();
    for (client, slugs) in &clients {
        let prospect = Prospect::read(db, &config.refresh, client, slugs, now).await?;
        findings.extend(of_client(&slugs.join(", "), &prospect, &config.refresh, now));
    }
    for client in grant_lists::clients(db.read()).await? {
        if !clients.iter().any(|(known, _)| *known == client) {
            findings.push(wrong(format!(
                "integrations_dir: connections were made with the client id {client}, which no manifest has any more; their tokens are not renewed: put that client id back, or have these organizations connect again"
            )));
        }
    }
    Ok(findings)
}

fn of_client(slugs: &str, prospect: &Prospect, refresh: &Refresh, now: Millis) -> Vec<Finding> {
    let key = "refresh__requests_per_minute";
    let mut findings = Vec::new();
    if let Some(since) = prospect.client_refused_at {
        findings.push(wrong(format!(
            "integrations_dir: OfficeRnD refuses the client of {slugs} since {}; correct client_id and client_secret in the manifest, no tenant can repair this",
            rfc3339(since).unwrap_or_default()
        )));
    }
    let (Some((limit, configured)), Some((with_slot, all))) = (prospect.limit, prospect.carries) else {
        findings.push(good(format!(
            "{key}: 0, so that token requests of {slugs} are not limited; {} grants are kept",
            prospect.grants
        )));
        return findings;
    };
    if limit < configured {
        findings.push(wrong(format!(
            "{key}: OfficeRnD answered 429 to {slugs}, so {limit} instead of {configured} a minute are sent for a while; does something else use this client id, or is the agreed limit lower?"
        )));
    }
    if let Some(until) = prospect.blocked_until {
        findings.push(wrong(format!(
            "{key}: OfficeRnD asked {slugs} to wait until {}; it is waited for",
            rfc3339(until).unwrap_or_default()
        )));
    }
    let state = format!(
        "{key}: {configured} a minute carry {all} connections of {slugs} through a four-day outage, {with_slot} of them with a slot left for a connecting admin; there are {}, which need {:.1} a minute, and {} of the last minute's are used",
        prospect.grants, prospect.needed_per_minute, prospect.used
    );
    let enough = prospect.enough.until.filter(|at| *at < now + SOON);
    findings.push(match (prospect.enough.first_loss.filter(|at| *at < now + SOON), enough) {
        (Some(at), _) => wrong(format!(
            "{state}; from {} on grants will be lost; ask OfficeRnD for at least {} a minute and set it here",
            day(at),
            wanted(prospect, refresh)
        )),
        (None, Some(at)) => wrong(format!(
            "{state}; from {} on an outage of four days would cost grants; ask OfficeRnD for at least {} a minute and set it here",
            day(at),
            wanted(prospect, refresh)
        )),
        (None, None) => good(state),
    });
    findings
}

/// Twice what is needed in three months, so that the next question to OfficeRnD is far away.
fn wanted(prospect: &Prospect, refresh: &Refresh) -> u32 {
    let grants = prospect.grants as f64 + prospect.new_a_day * 90.0;
    let a_grant = prospect.needed_per_minute / (prospect.grants.max(1)) as f64;
    let wanted = (2.0 * grants * a_grant).ceil() as u32 + 1;
    wanted.max(refresh.requests_per_minute.unwrap_or(0) + 1)
}

fn day(at: Millis) -> String {
    rfc3339(at).unwrap_or_default().chars().take(10).collect()
}
