//! What API keys leave open: those that never expire, and those that nobody uses.

use app::ids::ApiKeyId;

use super::{Finding, doubtful, wrong};
use crate::clock::Millis;
use crate::services::api_keys::{Neglected, neglected};
use crate::storage::Db;
use crate::storage::api_keys::{self, ApiKey};

/// So many are named.
const NAMED: usize = 5;

/// Says nothing when each key has an end and is in use.
pub(super) async fn findings(db: &Db, now: Millis) -> Vec<Finding> {
    let all = match api_keys::all(db.read()).await {
        Ok(all) => all,
        Err(error) => return vec![wrong(format!("api_keys: keys cannot be read ({error})"))],
    };
    let Neglected { endless, unused } = neglected(&all, now);
    let mut findings = Vec::new();
    if !endless.is_empty() {
        findings.push(doubtful(format!(
            "api_keys: never expires: {}; `deskbridge api-keys replace KEY_ID --expires-in-days DAYS` makes one with an end",
            named(&endless)
        )));
    }
    if !unused.is_empty() {
        findings.push(doubtful(format!(
            "api_keys: not used for 90 days: {}; `deskbridge api-keys revoke KEY_ID` ends what nobody needs",
            named(&unused)
        )));
    }
    findings
}

fn named(keys: &[&ApiKey]) -> String {
    let names = keys.iter().take(NAMED).map(|key| format!("{} ({})", key.name, ApiKeyId(key.id)));
    let rest = keys.len().saturating_sub(NAMED);
    let rest = (rest > 0).then(|| format!("and {rest} more"));
    names.chain(rest).collect::<Vec<_>>().join(", ")
}
