//! OfficeRnD's side through the simulator's control API, and the partner system with a key of its own.

use anyhow::{Context as _, ensure};
use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::browser::{Got, read};
use crate::clock::DAY;
use crate::crypto::digest::secret_digest;
use crate::domain::scope::Scope;
use crate::state::App;
use crate::storage::api_keys::{self, ApiKey};

/// Where the calls of one scenario go.
pub(super) struct Outside {
    pub(super) http: Client,
    pub(super) product_url: String,
    pub(super) simulator_url: String,
    key: SecretString,
}

impl Outside {
    pub(super) async fn new(app: &App, product_url: &str, simulator_url: &str) -> anyhow::Result<Self> {
        Self::with_scopes(app, product_url, simulator_url, &[Scope::ConnectionsRead, Scope::TokensRead]).await
    }

    /// With a key that may do this.
    pub(super) async fn with_scopes(
        app: &App,
        product_url: &str,
        simulator_url: &str,
        scopes: &[Scope],
    ) -> anyhow::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "a client of both sides, which are on this machine")]
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self {
            http,
            product_url: product_url.trim_end_matches('/').to_owned(),
            simulator_url: simulator_url.trim_end_matches('/').to_owned(),
            key: make_key(app, scopes).await?,
        })
    }

    /// A request to the control API that must succeed.
    pub(super) async fn control(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let address = format!("{}/control{path}", self.simulator_url);
        let mut request = self.http.request(method.parse()?, address);
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.send().await.context("the simulator did not answer")?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "the simulator says {}", text.trim());
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// A request of the partner system to Deskbridge's API.
    pub(super) async fn api(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Got> {
        let address = format!("{}/api/v1{path}", self.product_url);
        let mut request = self.http.request(method.parse()?, address).bearer_auth(self.key.expose_secret());
        if !body.is_null() {
            // Whatever the settings are by now: nobody else changes them meanwhile.
            request = request.header("If-Match", "*").json(body);
        }
        read(request.send().await.context("Deskbridge did not answer")?).await
    }

    /// Every connection as the API shows it.
    pub(super) async fn connections(&self) -> anyhow::Result<Vec<Value>> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let got = self.api("GET", &format!("/connections?limit=100{cursor}"), &Value::Null).await?;
            ensure!(got.status == 200, "the API answers {}: {}", got.status, got.text);
            let mut page = got.json();
            all.extend(page["data"].as_array_mut().map(std::mem::take).unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }

    /// Whether OfficeRnD takes this access token for this organization.
    pub(super) async fn accepts(&self, token: &str, organization: &str) -> anyhow::Result<bool> {
        let address = format!("{}/api/v1/organizations/{organization}", self.simulator_url);
        Ok(self.http.get(address).bearer_auth(token).send().await?.status().is_success())
    }
}

/// A key for every integration, as the partner system of a scenario has one.
async fn make_key(app: &App, scopes: &[Scope]) -> anyhow::Result<SecretString> {
    let key = SecretString::from(format!("dbk_{}", app.random.token().expose_secret()));
    let now = app.clock.now();
    let record = ApiKey {
        id: app.random.uuid(now),
        name: "scenario".to_owned(),
        integrations: app.integrations.all().iter().map(|integration| integration.slug.clone()).collect(),
        scopes: scopes.to_vec(),
        created_at: now,
        expires_at: Some(now + 400 * DAY),
        last_used_at: None,
        revoked_at: None,
    };
    let mut tx = app.db.begin().await?;
    api_keys::create(&mut tx, &record, &secret_digest("api key", &key)).await?;
    tx.commit().await?;
    Ok(key)
}

/// A body without the members that were not given.
pub(super) fn given(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    body
}
