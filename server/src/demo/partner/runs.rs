//! What the sample partner system does when it is asked to synchronize: it reads the settings in force through the
//! API, compares them with what it did last, and reports. Its "doors" and "networks" are only what it remembers.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

/// Our own product answers sooner.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Runs {
    key: Mutex<Option<SecretString>>,
    /// By connection and location: the values that were applied.
    applied: Mutex<HashMap<(String, String), Map<String, Value>>>,
    /// The vendor's servers in the United States do not answer.
    down_in_us: AtomicBool,
}

impl Runs {
    pub(super) fn calls_with(&self, key: SecretString) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    pub(super) fn is_down_in_us(&self) -> bool {
        self.down_in_us.load(Ordering::Relaxed)
    }

    pub(super) fn set_down_in_us(&self, down: bool) {
        self.down_in_us.store(down, Ordering::Relaxed);
    }

    /// One run, from reading to reporting. Nobody waits for it, so what goes wrong is logged.
    pub(super) async fn run(&self, product_url: &str, connection: &str, run: &str) {
        let Some(key) = self.key.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
        let api = Api { url: product_url, key };
        let outcome = match api.settings(connection).await {
            Ok(settings) if self.is_down_in_us() && in_us(&settings) => api.report(run, &down()).await,
            Ok(settings) => api.report(run, &self.apply(connection, &settings)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::warn!(
                connection.id = connection,
                run.id = run,
                error,
                "the sample partner system did not finish a run"
            );
        }
    }

    fn apply(&self, connection: &str, settings: &Value) -> Value {
        let mut applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        let mut locations = Map::new();
        for (location, fields) in settings["effective"].as_object().into_iter().flatten() {
            let wanted: Map<String, Value> = fields.as_object().into_iter().flatten().filter_map(wanted).collect();
            let before = applied.insert((connection.to_owned(), location.clone()), wanted.clone()).unwrap_or_default();
            locations.insert(location.clone(), counts(&before, &wanted, &skipped(settings, location)));
        }
        json!({ "state": "succeeded", "locations": locations })
    }
}

/// Whether the tenant's data are with the servers in the United States.
fn in_us(settings: &Value) -> bool {
    let mut locations = settings["effective"].as_object().into_iter().flatten();
    locations.any(|(_, fields)| fields["region"]["value"] == "us")
}

/// What a partner reports whose servers do not answer.
pub(in crate::demo) fn down() -> Value {
    json!({ "state": "failed", "fault": "partner", "message": "api.us.portunus.example answered 503" })
}

/// A field with what is in force; what is not in use is not applied.
fn wanted((key, field): (&String, &Value)) -> Option<(String, Value)> {
    let used = field["active"] != Value::Bool(false);
    let value = ["value", "rows", "items", "by_language"].iter().find_map(|part| field.get(part));
    value.filter(|value| used && !value.is_null()).map(|value| (key.clone(), value.clone()))
}

/// Settings that cannot work here, by the rule that says so and what it says.
fn skipped(settings: &Value, location: &str) -> BTreeMap<(String, String), u64> {
    let mut reasons: BTreeMap<(String, String), u64> = BTreeMap::new();
    for finding in settings["findings"].as_array().into_iter().flatten() {
        let here = finding["location"] == "*" || finding["location"] == location;
        if here && finding["severity"] == "error" {
            let said = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            *reasons.entry((said("rule"), said("why"))).or_default() += 1;
        }
    }
    reasons
}

fn counts(before: &Map<String, Value>, after: &Map<String, Value>, skipped: &BTreeMap<(String, String), u64>) -> Value {
    let created = after.keys().filter(|key| !before.contains_key(*key)).count();
    let changed = after.iter().filter(|(key, value)| before.get(*key).is_some_and(|before| before != *value)).count();
    let removed = before.keys().filter(|key| !after.contains_key(*key)).count();
    let reasons: Vec<Value> =
        skipped.iter().map(|((rule, why), count)| json!({ "code": rule, "text": why, "count": count })).collect();
    let all: u64 = skipped.values().sum();
    json!({ "created": created, "changed": changed, "removed": removed, "skipped": all, "failed": 0, "reasons": reasons })
}

struct Api<'u> {
    url: &'u str,
    key: SecretString,
}

impl Api<'_> {
    async fn settings(&self, connection: &str) -> Result<Value, String> {
        self.call(Method::GET, &format!("/connections/{connection}/settings"), None).await
    }

    async fn report(&self, run: &str, body: &Value) -> Result<(), String> {
        self.call(Method::PATCH, &format!("/runs/{run}"), Some(body)).await.map(|_| ())
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, String> {
        #[expect(clippy::disallowed_methods, reason = "another program's client, which only talks to our own product")]
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().map_err(|error| error.to_string())?;
        let request =
            client.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(self.key.expose_secret());
        let request = if let Some(body) = body { request.json(body) } else { request };
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(|error| error.to_string())?;
        if status == StatusCode::OK { Ok(body) } else { Err(format!("{status}: {}", body["code"])) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_run_reports_only_what_changed() {
        let runs = Runs::default();
        let settings = |minutes: u64| {
            json!({
                "effective": { "loc-1": {
                    "minutes": { "value": minutes, "source": "organization" },
                    "hidden": { "value": 1, "active": false },
                    "empty": { "value": null },
                } },
                "findings": [
                    { "location": "loc-1", "severity": "error", "rule": "dangling", "why": "gone" },
                    { "location": "loc-1", "severity": "error", "rule": "dangling", "why": "gone" },
                    { "location": "loc-2", "severity": "error", "rule": "dangling", "why": "gone" },
                    { "location": "*", "severity": "warning", "rule": "unmapped", "why": "open" },
                ],
            })
        };
        let report = |runs: &Runs, minutes| runs.apply("con_1", &settings(minutes))["locations"]["loc-1"].clone();
        let first = report(&runs, 5);
        assert_eq!((&first["created"], &first["changed"], &first["skipped"]), (&json!(1), &json!(0), &json!(2)));
        assert_eq!(first["reasons"], json!([{ "code": "dangling", "text": "gone", "count": 2 }]));
        assert_eq!(report(&runs, 5)["created"], 0);
        assert_eq!(report(&runs, 6)["changed"], 1);
    }
}
