//! One organization's journey: what its people did, what they were told, and what must be true of it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use url::form_urlencoded;

use super::rig::{DOORS, Rig};
use crate::support::{Answer, Browser, Installed, Subscription};

/// Why a journey did not go on.
#[derive(Debug)]
pub enum Stop {
    /// No answer came, or nobody waited for one.
    Lost,
    /// It was refused, in words.
    Refused(Answer),
}

/// What an answer has promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// The connection is made and waits for the partner's steps.
    Made,
    CredentialsDone,
    SiteDone,
    /// 303 to the return URL.
    Connected,
    Disconnected,
}

pub struct Scene {
    pub installed: Installed,
    pub browser: Browser,
    /// Where this browser's pop-up or visit is.
    pub home: Option<String>,
    pub told: BTreeSet<Told>,
    /// The next requests that are answered before the process is killed; all of them without it.
    pub requests_left: Option<u32>,
    pub requests: u32,
}

impl Scene {
    pub async fn new(rig: &mut Rig) -> Self {
        let installed = rig.install().await;
        rig.control("DELETE", "/log", &Value::Null).await;
        let browser = rig.browser();
        Self { installed, browser, home: None, told: BTreeSet::new(), requests_left: None, requests: 0 }
    }

    pub async fn get(&mut self, address: &str) -> Result<Answer, Stop> {
        self.ask("GET", address, None).await
    }

    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Stop> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask("POST", path, Some(("application/x-www-form-urlencoded", body.into_bytes()))).await
    }

    async fn ask(&mut self, method: &str, address: &str, body: Option<(&str, Vec<u8>)>) -> Result<Answer, Stop> {
        if self.requests_left == Some(0) {
            return Err(Stop::Lost);
        }
        self.requests_left = self.requests_left.map(|left| left - 1);
        self.requests += 1;
        match self.browser.try_send(method, address, body).await {
            Err(error) if error.is_timeout() => panic!("{method} {address} hangs"),
            Err(_) => Err(Stop::Lost),
            Ok(answer) if answer.status >= 500 => Err(Stop::Refused(answer)),
            Ok(answer) => Ok(answer),
        }
    }

    /// The connection as the API shows it.
    pub async fn shown(&self, rig: &Rig) -> Option<Value> {
        let id = self.connection(rig).await?;
        let one = rig.api().get(&format!("/api/v1/connections/{}", app::ids::ConnectionId(id))).await;
        assert_eq!(one.status, 200, "{}", one.text);
        Some(one.json())
    }

    pub async fn state(&self, rig: &Rig) -> String {
        let shown = self.shown(rig).await;
        shown.map_or_else(|| "none".to_owned(), |shown| shown["state"].as_str().unwrap().to_owned())
    }

    pub async fn connection(&self, rig: &Rig) -> Option<uuid::Uuid> {
        let sql = format!("SELECT id FROM connections WHERE integration_id = '{}'", self.installed.integration_id);
        let rows = rig.rows(&sql).await;
        assert!(rows.len() <= 1, "one installation is one connection");
        rows.first().map(|row| row.try_get_by_index(0).unwrap())
    }

    /// What OfficeRnD gets when it asks: status, account name.
    pub async fn health(&self, rig: &Rig) -> (u64, Option<String>) {
        let path = format!("/integrations/{}/call", self.installed.integration_id);
        let answer = rig.control("POST", &path, &json!({ "call": "healthcheck" })).await;
        (answer["status"].as_u64().unwrap_or(0), answer["body"]["accountName"].as_str().map(str::to_owned))
    }

    pub async fn subscriptions(&self, rig: &Rig) -> Vec<Subscription> {
        let state = rig.control("GET", "/state?reveal=true", &Value::Null).await;
        let all = state["subscriptions"].as_object().unwrap().values();
        all.filter(|one| one["integration"] == self.installed.integration_id.as_str())
            .map(|one| Subscription {
                id: one["id"].as_str().unwrap().to_owned(),
                url: one["url"].as_str().unwrap().to_owned(),
                secret: one["secret"].as_str().unwrap().to_owned(),
            })
            .collect()
    }

    /// Whether OfficeRnD itself has given its word for this installation.
    async fn officernd_agrees(&self, rig: &Rig) -> bool {
        let state = rig.control("GET", "/state?reveal=true", &Value::Null).await;
        let mut grants = state["grants"].as_object().unwrap().values();
        grants.any(|grant| grant["integration"] == self.installed.integration_id.as_str() && grant["revoked"] == false)
    }

    /// All that show this connection agree, with each other and with OfficeRnD; and what was promised is there.
    pub async fn agrees(&self, rig: &Rig) {
        let mut state = self.state(rig).await;
        // What was accepted before the crash may be acted on while we look.
        let (status, account) = loop {
            let health = self.health(rig).await;
            let now = self.state(rig).await;
            if now == state {
                break health;
            }
            state = now;
        };
        match state.as_str() {
            "none" => assert_eq!((status, &account), (401, &None), "nothing is known of it"),
            "connected" => {
                assert_eq!((status, account.as_deref()), (200, Some("Harbour doors")));
                assert!(self.officernd_agrees(rig).await, "connected without a grant of OfficeRnD's");
            }
            _ => assert_eq!((status, &account), (200, &None), "{state} is not shown as connected"),
        }
        if !matches!(state.as_str(), "none" | "disconnected") {
            let stored = self.stored_text(rig, "subscription_id").await;
            let known = self.subscriptions(rig).await;
            assert!(known.iter().any(|one| Some(&one.id) == stored.as_ref()), "{stored:?} is not among {known:?}");
        }
        for told in &self.told {
            match told {
                Told::Made => assert_ne!(state, "none", "the connection was shown and is lost"),
                Told::CredentialsDone => self.is_done(rig, "credentials").await,
                Told::SiteDone => self.is_done(rig, "site").await,
                Told::Connected => assert_eq!(state, "connected", "the pop-up ended at OfficeRnD"),
                Told::Disconnected => assert_eq!(state, "disconnected", "the admin was told"),
            }
        }
    }

    async fn is_done(&self, rig: &Rig, step: &str) {
        let id = self.connection(rig).await.expect("a step was done").simple().to_string();
        let rows = rig.rows("SELECT connection_id, step FROM connection_steps").await;
        let done = rows.iter().any(|row| {
            let (connection, known): (uuid::Uuid, String) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            connection.simple().to_string() == id && known == step
        });
        assert!(done, "the step {step} was accepted and is lost");
    }

    pub async fn stored_text(&self, rig: &Rig, column: &str) -> Option<String> {
        let sql =
            format!("SELECT {column} FROM connections WHERE integration_id = '{}'", self.installed.integration_id);
        rig.rows(&sql).await[0].try_get_by_index(0).unwrap()
    }

    /// How often something happened to this connection.
    pub async fn happened(&self, rig: &Rig, kind: &str) -> i64 {
        let id = self.installed.integration_id.as_str();
        rig.number(&format!(
            "SELECT COUNT(*) FROM activity WHERE kind = '{kind}' AND connection_id IN \
             (SELECT id FROM connections WHERE integration_id = '{id}')"
        ))
        .await
    }

    /// Codes and refresh tokens that OfficeRnD received for this journey: each once.
    pub async fn nothing_was_sent_twice(&self, rig: &Rig) {
        let log = rig.control("GET", "/log?reveal=true&limit=1000", &Value::Null).await;
        let mut sent = BTreeSet::new();
        for entry in log.as_array().unwrap() {
            let name = match entry["endpoint"].as_str() {
                Some("exchange") => "code",
                Some("refresh") => "refresh_token",
                _ => continue,
            };
            let form = entry["request"].as_str().unwrap().to_owned();
            let secret = form_urlencoded::parse(form.as_bytes()).find(|(key, _)| key == name).unwrap().1.into_owned();
            assert!(sent.insert(secret), "a {name} was sent twice: {entry}");
        }
    }

    /// Waits until the partner system has heard the end, and that it heard one only.
    pub async fn the_partner_hears_the_end(&self, rig: &Rig) {
        let id = app::ids::ConnectionId(self.connection(rig).await.unwrap()).to_string();
        let heard = || {
            let calls = rig.partner.calls("disconnected").into_iter();
            calls.filter(|call| call.body()["connection"] == id.as_str()).map(|call| call.id).collect::<BTreeSet<_>>()
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        while heard().is_empty() {
            assert!(Instant::now() < deadline, "the partner system was not told of the end of {id} of {DOORS}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(heard().len(), 1, "one message, whatever number of times");
    }

    /// Waits for a state that comes by itself.
    pub async fn becomes(&self, rig: &Rig, state: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.state(rig).await != state {
            assert!(Instant::now() < deadline, "{} does not become {state}", self.state(rig).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
