//! What must be seen: answers, connections, activity, subscriptions, deliveries, calls.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use app::ids::ConnectionId;
use serde_json::{Map, Value};

use super::browser::Got;
use super::format::{Answer, See, Step};
use super::play::{Player, is_return};
use crate::storage::{activity, outbox};

/// More of an answer would hide what is wrong with it.
const SHOWN: usize = 2_000;

impl Player<'_> {
    pub(super) async fn check_answer(&self, wanted: &Answer, got: &Got, step: &Step) -> anyhow::Result<()> {
        let shown: String = got.text.chars().take(SHOWN).collect();
        if let Some(status) = wanted.status {
            ensure!(got.status == status, "the answer is {} and not {status}: {shown}", got.status);
        }
        if let Some(json) = &wanted.json {
            let json = Value::Object(json.clone());
            ensure!(holds(&got.json(), &json), "the answer has not {json}: {shown}");
        }
        for words in &wanted.says {
            ensure!(got.text.contains(words.as_str()), "the answer does not say {words:?}: {shown}");
        }
        for words in &wanted.says_not {
            ensure!(!got.text.contains(words.as_str()), "the answer says {words:?}: {shown}");
        }
        if let Some(ends) = wanted.ends_at_officernd {
            ensure!(is_return(got) == ends, "the pop-up goes to {:?}, {}: {shown}", got.location, got.status);
        }
        if let (Some(works), Some(token)) = (wanted.token_works, &step.token) {
            let body = got.json();
            let access = body["access_token"].as_str().with_context(|| format!("no token: {shown}"))?;
            let organization = &self.installation(token.of.as_deref())?.organization;
            let accepted = self.outside.accepts(access, organization).await?;
            ensure!(accepted == works, "OfficeRnD {} the token", if accepted { "takes" } else { "refuses" });
        }
        Ok(())
    }

    pub(super) async fn check_see(&self, see: &See) -> anyhow::Result<()> {
        let of = see.of.as_deref();
        if see.state.is_some() || see.connection.is_some() {
            self.check_connection(see).await?;
        }
        if let Some(wanted) = &see.activity {
            let id: ConnectionId = self.connection_id(of).await?.parse().ok().context("an id of a connection")?;
            let list = activity::of_connection(self.stage.app.db.read(), id.0, 1_000).await?;
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for happened in list {
                *counts.entry(happened.kind).or_default() += 1;
            }
            same_counts("the activity", wanted, &counts)?;
        }
        if let Some(wanted) = see.subscriptions {
            let found = self.subscriptions(of).await?.len() as u64;
            ensure!(found == wanted, "OfficeRnD holds {found} subscriptions and not {wanted}");
        }
        if let Some(wanted) = &see.deliveries {
            let id = self.connection_id(of).await?;
            let all = self.outside.control("GET", "/deliveries", &Value::Null).await?;
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for delivery in all.as_array().into_iter().flatten() {
                if delivery["url"].as_str().is_some_and(|url| url.ends_with(&id)) {
                    *counts.entry(delivery["state"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
                }
            }
            same_counts("the deliveries", wanted, &counts)?;
        }
        if let Some(wanted) = &see.told {
            let id: ConnectionId = self.connection_id(of).await?.parse().ok().context("an id of a connection")?;
            let list = outbox::told(self.stage.app.db.read(), id.0, 0).await?;
            let counts = list.into_iter().map(|(hook, count)| (hook, count.unsigned_abs())).collect();
            same_counts("what the partner system was told", wanted, &counts)?;
        }
        if let Some(wanted) = see.connections {
            let all = self.outside.connections().await?;
            let own = |connection: &&Value| {
                self.installations.iter().any(|known| connection["officernd_integration_id"] == *known.id)
            };
            let found = all.iter().filter(own).count() as u64;
            ensure!(found == wanted, "there are {found} connections and not {wanted}");
        }
        if let Some(wanted) = &see.calls {
            let now = self.outside.control("GET", "/counters", &Value::Null).await?;
            let count = |counters: &Value, at: &str| counters["endpoints"][at].as_u64().unwrap_or(0);
            let since = |at: &String| (at.clone(), count(&now, at) - count(&self.counted, at));
            same_counts("OfficeRnD's calls", wanted, &wanted.keys().map(since).collect())?;
        }
        Ok(())
    }

    async fn check_connection(&self, see: &See) -> anyhow::Result<()> {
        let installation = self.installation(see.of.as_deref())?;
        let connection = self.connection(installation).await?;
        let state = connection.as_ref().and_then(|connection| connection["state"].as_str()).unwrap_or("none");
        if let Some(wanted) = &see.state {
            ensure!(state == wanted, "the connection of {} is {state} and not {wanted}", installation.name);
        }
        if let Some(wanted) = &see.connection {
            let Some(found) = connection else { bail!("{} has no connection", installation.name) };
            let wanted = Value::Object(wanted.clone());
            ensure!(holds(&found, &wanted), "the connection has not {wanted}: {found}");
        }
        Ok(())
    }
}

/// What is not named may have happened as often as it likes.
fn same_counts(what: &str, wanted: &Map<String, Value>, found: &BTreeMap<String, u64>) -> anyhow::Result<()> {
    for (key, count) in wanted {
        let found_here = found.get(key).copied().unwrap_or(0);
        ensure!(
            count.as_u64() == Some(found_here),
            "in {what}, {key} is there {found_here} times and not {count}: {found:?}"
        );
    }
    Ok(())
}

/// Whether `found` has what `wanted` has; objects may have more members.
fn holds(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|found| holds(found, value)))
        }
        (found, wanted) => found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_may_have_more_and_never_less() {
        let found = json!({ "a": 1, "b": { "c": [1, 2], "d": null } });
        for wanted in [json!({}), json!({ "a": 1 }), json!({ "b": { "c": [1, 2] } }), json!({ "b": { "d": null } })] {
            assert!(holds(&found, &wanted), "{wanted}");
        }
        for wanted in [json!({ "a": 2 }), json!({ "e": null }), json!({ "b": { "c": [1] } }), json!({ "b": 1 })] {
            assert!(!holds(&found, &wanted), "{wanted}");
        }
    }

    #[test]
    fn a_count_that_is_not_there_is_nought() {
        let wanted = json!({ "grant.revoked": 0 }).as_object().unwrap().clone();
        assert!(same_counts("x", &wanted, &BTreeMap::new()).is_ok());
        assert!(same_counts("x", &wanted, &BTreeMap::from([("grant.revoked".to_owned(), 1)])).is_err());
    }
}
