//! How grants are refreshed, and which combinations cannot work.

use serde::Deserialize;

use super::checks::at_least;
use crate::domain::schedule::Policy;

#[derive(Debug, Clone)]
pub struct Refresh {
    pub policy: Policy,
    /// Token requests per client id in any 60 s; none was agreed with `None`.
    pub requests_per_minute: Option<u32>,
    /// A token is renewed when it has less than this left.
    pub margin_seconds: u32,
    /// How long OfficeRnD's refresh tokens live.
    pub horizon_days: u32,
    /// Refreshes at once, by each process.
    pub concurrency: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawRefresh {
    policy: String,
    requests_per_minute: u32,
    margin_seconds: u32,
    horizon_days: u32,
    concurrency: u32,
}

impl Default for RawRefresh {
    fn default() -> Self {
        Self {
            policy: Policy::KeepAlive.slug().into(),
            requests_per_minute: 5,
            margin_seconds: 600,
            horizon_days: 15,
            concurrency: 200,
        }
    }
}

/// More at once no identity server wants, and each holds a connection.
const MOST_AT_ONCE: u64 = 2_000;
/// A grant is renewed when about a third of its life is left.
const LONGEST_HORIZON: u64 = 3_650;

impl RawRefresh {
    /// # Errors
    /// Every key that is wrong, with the reason.
    pub(super) fn check(&self) -> Result<Refresh, Vec<String>> {
        let mut problems = Vec::new();
        let at_most = |key: &str, value: u64, most: u64| {
            if value <= most { Ok(()) } else { Err(format!("{key}: must be at most {most}")) }
        };
        for checked in [
            at_least("refresh__horizon_days", self.horizon_days.into(), 1),
            at_most("refresh__horizon_days", self.horizon_days.into(), LONGEST_HORIZON),
            at_least("refresh__concurrency", self.concurrency.into(), 1),
            at_most("refresh__concurrency", self.concurrency.into(), MOST_AT_ONCE),
        ] {
            problems.extend(checked.err());
        }
        let policy = Policy::from_slug(&self.policy);
        if policy.is_none() {
            problems.push("refresh__policy: must be keep_alive or always_fresh".to_owned());
        }
        if i64::from(self.margin_seconds) >= i64::from(self.horizon_days) * 86_400 {
            problems.push("refresh__margin_seconds: must be shorter than refresh__horizon_days, or each token would be renewed at once".to_owned());
        }
        match policy {
            Some(policy) if problems.is_empty() => Ok(Refresh {
                policy,
                // OfficeRnD has set no limit, or one that nobody reaches.
                requests_per_minute: Some(self.requests_per_minute).filter(|limit| *limit > 0),
                margin_seconds: self.margin_seconds,
                horizon_days: self.horizon_days,
                concurrency: self.concurrency as usize,
            }),
            _ => Err(problems),
        }
    }
}
