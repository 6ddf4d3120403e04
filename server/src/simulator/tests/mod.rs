//! The simulator, driven over HTTP through the whole contract.

mod api;
mod by_hand;
mod calls;
mod docs;
mod edit;
mod faults;
mod look;
mod pages;
mod restart;
mod tokens;
mod webhooks;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use reqwest::Client;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Application, Running, Simulator, SimulatorOptions};
use crate::clock::Clock;
use crate::random::Random;

/// 3 May 2026, 12:00 UTC.
const START: i64 = 1_777_809_600_000;
const FINE_SCOPES: &[&str] = &[
    "flex.settings.integrations.read",
    "flex.settings.webhooks.read",
    "flex.settings.webhooks.create",
    "flex.settings.webhooks.delete",
    "flex.settings.organization.read",
    "flex.space.locations.read",
];

/// What the stand-in for the product received.
#[derive(Clone, Debug)]
struct Received {
    method: Method,
    path: String,
    query: String,
    signature: Option<String>,
    body: String,
}

#[derive(Clone)]
struct Product {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<(u16, Value)>>,
}

impl Product {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let product = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            received: Arc::default(),
            answer: Arc::new(Mutex::new((200, json!({ "accountName": "hl-prod-7" })))),
        };
        let app = Router::new().fallback(receive).with_state(product.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        product
    }

    fn answers(&self, status: u16, body: Value) {
        *self.answer.lock().unwrap() = (status, body);
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn receive(
    State(product): State<Product>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    product.received.lock().unwrap().push(Received {
        method,
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        signature: headers.get("officernd-signature").map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let (status, body) = product.answer.lock().unwrap().clone();
    (StatusCode::from_u16(status).unwrap(), body.to_string())
}

/// A running simulator, a stand-in for the product, and a clock that stands still.
struct Lab {
    simulator: Running,
    product: Product,
    http: Client,
    clock: Clock,
}

/// An answer, read whole.
#[derive(Debug)]
struct Got {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

#[expect(clippy::disallowed_methods, reason = "a plain client that follows nothing")]
fn client() -> Client {
    // One connection for each request: a cut one must not be tried again behind the test's back.
    Client::builder().redirect(reqwest::redirect::Policy::none()).pool_max_idle_per_host(0).build().unwrap()
}

fn application(slug: &str, product: &str, scopes: &[&str]) -> Application {
    Application {
        slug: slug.to_owned(),
        name: format!("The <{slug}>"),
        client_id: format!("client-{slug}"),
        client_secret: SecretString::from(format!("secret-{slug}")),
        redirect_uri: format!("{product}/i/{slug}/connect"),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    }
}

fn options(product: &str, clock: &Clock) -> SimulatorOptions {
    SimulatorOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: None,
        product_url: product.to_owned(),
        clock: clock.clone(),
        random: Random::from_system().unwrap(),
        state_file: None,
        applications: vec![
            application("portunus", product, FINE_SCOPES),
            application("ledgerline", product, &["officernd.api.read", "officernd.api.write"]),
        ],
        rate_limit: None,
        deliver_to_loopback: true,
        seed_organizations: true,
    }
}

/// An exchanged code.
struct Connected {
    id: String,
    access: String,
    refresh: String,
}

impl Lab {
    async fn start() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut SimulatorOptions)) -> Self {
        let product = Product::start().await;
        let clock = Clock::fixed(START);
        let mut options = options(&product.url, &clock);
        change(&mut options);
        let simulator = Simulator::start(options).await.unwrap();
        Self { simulator, product, http: client(), clock }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.url)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Got {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Got { status, headers, text: response.text().await.unwrap() }
    }

    async fn get(&self, path: &str) -> Got {
        self.send(self.http.get(self.url(path))).await
    }

    async fn post(&self, path: &str, body: Value) -> Got {
        self.send(self.http.post(self.url(path)).json(&body)).await
    }

    /// A control request that must succeed.
    async fn control(&self, path: &str, body: Value) -> Value {
        self.post(path, body).await.is(200)
    }

    async fn switch(&self, key: &str, value: &str) {
        let request = self.http.put(self.url(&format!("/control/switches/{key}"))).json(&json!({ "value": value }));
        self.send(request).await.is(200);
    }

    async fn switch_once(&self, key: &str, value: &str) {
        let body = json!({ "value": value, "times": 1 });
        self.send(self.http.put(self.url(&format!("/control/switches/{key}"))).json(&body)).await.is(200);
    }

    async fn install(&self, organization: &str, application: &str) -> Value {
        self.control("/control/integrations", json!({ "organization": organization, "application": application })).await
    }

    async fn token(&self, form: &[(&str, &str)]) -> Got {
        self.send(self.http.post(self.url("/oauth/token")).form(form)).await
    }

    async fn exchange(&self, application: &str, code: &str) -> Got {
        let (id, secret) = (format!("client-{application}"), format!("secret-{application}"));
        let redirect = format!("{}/i/{application}/connect", self.product.url);
        self.token(&[
            ("client_id", &id),
            ("client_secret", &secret),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect),
        ])
        .await
    }

    async fn refresh(&self, application: &str, token: &str) -> Got {
        let (id, secret) = (format!("client-{application}"), format!("secret-{application}"));
        self.token(&[
            ("client_id", &id),
            ("client_secret", &secret),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
        ])
        .await
    }

    async fn connected(&self, organization: &str, application: &str) -> Connected {
        let installed = self.install(organization, application).await;
        let tokens = self.exchange(application, installed["code"].as_str().unwrap()).await.is(200);
        Connected {
            id: installed["integrationId"].as_str().unwrap().to_owned(),
            access: tokens["access_token"].as_str().unwrap().to_owned(),
            refresh: tokens["refresh_token"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// A call to the REST API.
    async fn api(&self, token: &str, path: &str) -> Got {
        self.send(self.http.get(self.url(path)).bearer_auth(token)).await
    }

    async fn subscribe(&self, token: &str, organization: &str, path: &str) -> Value {
        let body = json!({
            "url": format!("{}{path}", self.product.url),
            "eventTypes": ["integration.removed", "member.created"],
            "description": "test",
        });
        let url = self.url(&format!("/api/v2/organizations/{organization}/webhooks"));
        self.send(self.http.post(url).bearer_auth(token).json(&body)).await.is(201)
    }
}

const HARBOUR: &str = "harbour-and-loom";
