//! What commits tell of what is kept in memory, here and in other processes.

use uuid::Uuid;

/// What a commit changed of what is kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// With its connections.
    Organization(Uuid),
    /// Where a slug leads.
    Slugs,
    /// The grant of a connection, with its tokens.
    Grant(Uuid),
    ApiKeys,
}

/// PostgreSQL takes 8,000 bytes in a notification.
const TOGETHER: usize = 200;
const GRANTS: &str = "grants ";
const API_KEYS: &str = "api_keys";
/// For slugs, as releases before this one wrote it; no organization has this id.
const SLUGS: Uuid = Uuid::nil();

/// What other replicas are told, in as few notifications as it takes.
pub(super) fn written(changes: &[Change]) -> Vec<String> {
    let mut all = Vec::new();
    let mut grants = Vec::new();
    for change in changes {
        match change {
            Change::Organization(id) => all.push(id.simple().to_string()),
            Change::Slugs => all.push(SLUGS.simple().to_string()),
            Change::Grant(connection) => grants.push(connection.simple().to_string()),
            Change::ApiKeys => all.push(API_KEYS.to_owned()),
        }
    }
    all.extend(grants.chunks(TOGETHER).map(|some| format!("{GRANTS}{}", some.join(" "))));
    all
}

/// None for what this release does not know.
pub fn read(payload: &str) -> Option<Vec<Change>> {
    if payload == API_KEYS {
        return Some(vec![Change::ApiKeys]);
    }
    if let Some(grants) = payload.strip_prefix(GRANTS) {
        return grants.split(' ').map(|id| Some(Change::Grant(Uuid::try_parse(id).ok()?))).collect();
    }
    let id = Uuid::try_parse(payload).ok()?;
    Some(vec![if id == SLUGS { Change::Slugs } else { Change::Organization(id) }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_read_what_was_written_in_notifications_that_fit() {
        let id = |number: usize| Uuid::from_u128(number as u128 + 1);
        let mut changes = vec![Change::Organization(id(0)), Change::Slugs, Change::ApiKeys];
        changes.extend((0..2 * TOGETHER + 1).map(|number| Change::Grant(id(number))));
        let payloads = written(&changes);
        assert_eq!(payloads.len(), 6);
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let heard: Vec<Change> = payloads.iter().flat_map(|payload| read(payload).unwrap()).collect();
        assert_eq!(heard, changes);
        for unknown in ["", "grants", "grants x", "news of a later release"] {
            assert_eq!(read(unknown), None, "{unknown}");
        }
    }
}
