//! The other side, for tests that disturb it or look at what it saw; and a look into the database.

use app::ids::ConnectionId;
use serde_json::{Value, json};

use super::{Browser, Installed, TestApp};

impl TestApp {
    /// The next answer at a place is a fault; `more` may hold `times`, `milliseconds`, `retry_after`.
    pub async fn fault(&self, at: &str, answer: &str, more: &Value) {
        let mut body = json!({ "at": at, "answer": answer, "times": 1 });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.control("POST", "/faults", &body).await;
    }

    pub async fn no_more_faults(&self) {
        self.control("DELETE", "/faults", &Value::Null).await;
    }

    /// How often OfficeRnD was called there.
    pub async fn calls(&self, endpoint: &str) -> u64 {
        self.counters().await["endpoints"][endpoint].as_u64().unwrap_or(0)
    }

    /// The most token requests that OfficeRnD saw in any 60 seconds.
    pub async fn most_in_a_minute(&self, client_id: &str) -> u64 {
        let counters = self.counters().await;
        counters["most_token_requests_in_60_seconds"][client_id].as_u64().unwrap()
    }

    /// The subscriptions that OfficeRnD holds.
    pub async fn subscriptions(&self) -> Vec<Value> {
        self.officernd().await["subscriptions"].as_object().unwrap().values().cloned().collect()
    }

    /// OfficeRnD's Connect for an installation, with something wrong about its code or scopes.
    pub async fn connect_with(&self, known: &Installed, twist: &Value) -> String {
        let answer = self.control("POST", &format!("/integrations/{}/connect", known.integration_id), twist).await;
        answer["connectUrl"].as_str().unwrap().to_owned()
    }

    /// Attempts that hold a code or tokens.
    pub async fn attempts_with_secrets(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM attempt_secrets").await
    }

    /// What the record says of a connection, newest first.
    pub async fn activity(&self, connection: &str) -> Vec<String> {
        let ConnectionId(id) = connection.parse().unwrap();
        self.kinds(id).await.into_iter().rev().collect()
    }

    /// The partner system with a key for everything.
    pub async fn partner(&self) -> Browser {
        let all = ["tally-desk", "portunus-access", "meshfern-wifi", "ledgerline-pay"];
        let key = self.api_key(&all, &["connections:read", "tokens:read"]).await;
        self.api(&key)
    }

    /// Every connection as the API shows it, oldest first.
    pub async fn connections(&self) -> Vec<Value> {
        let list = self.partner().await.get("/api/v1/connections?limit=100").await;
        assert_eq!(list.status, 200, "{}", list.text);
        list.json()["data"].as_array().unwrap().clone()
    }

    /// The connection of an installation as the API shows it.
    pub async fn connection(&self, installed: &Installed) -> Value {
        let all = self.connections().await;
        let found = all.iter().find(|connection| connection["officernd_integration_id"] == *installed.integration_id);
        found.cloned().unwrap_or_else(|| panic!("no connection of {} in {all:?}", installed.integration_id))
    }

    /// Its `con_…`.
    pub async fn connection_id(&self, installed: &Installed) -> String {
        self.connection(installed).await["id"].as_str().unwrap().to_owned()
    }
}
