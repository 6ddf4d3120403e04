//! A partner system that answers as a test wants, and remembers what it was sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::Value;
use server::crypto::hook::HookKey;
use tokio::net::TcpListener;

use super::canaries::{SHORTEST, Secrets};
use super::{Manifests, TestApp};

/// What an integration's hooks answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// That status, with an empty object.
    Status(u16),
    Late(Duration, u16),
    /// Never answers.
    Hangs,
}

/// An answer that is none of a well-behaved partner system.
#[derive(Debug, Clone)]
pub struct Raw {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// A call of a hook.
#[derive(Debug, Clone)]
pub struct Received {
    pub integration: String,
    pub hook: String,
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub authorization: String,
    pub traceparent: Option<String>,
    pub raw: Bytes,
}

impl Received {
    /// A value of a posted form.
    pub fn form(&self, name: &str) -> String {
        let found = url::form_urlencoded::parse(&self.raw).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.raw).unwrap()
    }
}

#[derive(Default)]
struct Shared {
    /// By integration, or by integration and hook.
    moods: Mutex<HashMap<String, Mood>>,
    /// Bodies by integration and hook; an empty object where there is none.
    answers: Mutex<HashMap<(String, String), Value>>,
    /// By integration and hook; these go before answers, and after moods that wait.
    raw: Mutex<HashMap<(String, String), Raw>>,
    received: Mutex<Vec<Received>>,
    /// What the token endpoint was told to answer.
    tokens: Mutex<Vec<Value>>,
}

/// Listens at a port of its own until it is dropped.
pub struct TestPartner {
    url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for TestPartner {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What a partner system has given and got, for the end of the test.
#[derive(Clone)]
pub struct Witness(Arc<Shared>);

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Witness")
    }
}

impl Witness {
    /// Tokens of its sign-in, with the verifiers and codes that they were given for, and the signatures that it got.
    pub fn tell(&self, secrets: &mut Secrets) {
        let long = |secret: &&str| secret.len() >= SHORTEST;
        let tokens = self.0.tokens.lock().unwrap();
        for answer in tokens.iter() {
            for key in ["access_token", "refresh_token"] {
                answer[key].as_str().filter(long).inspect(|token| secrets.add("partner's token", token));
            }
        }
        for call in self.0.received.lock().unwrap().iter() {
            let forms = [("partner's code", call.form("code")), ("code verifier", call.form("code_verifier"))];
            for (what, secret) in forms.iter().filter(|(_, secret)| call.hook == "token" && long(&secret.as_str())) {
                secrets.add(what, secret);
            }
            call.signature.strip_prefix("v1,").filter(long).inspect(|one| secrets.add("hook signature", one));
            call.authorization.strip_prefix("Basic ").inspect(|basic| secrets.add("partner's client secret", basic));
        }
    }
}

impl TestPartner {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::<Shared>::default();
        let router = Router::new().route("/{integration}/{hook}", post(receive)).with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, server }
    }

    /// The samples, with their hooks here.
    pub fn manifests(&self) -> Manifests {
        let mut manifests = Manifests { partner: Some(Witness(self.shared.clone())), ..Manifests::default() };
        for (slug, variable) in [
            ("portunus-access", "PORTUNUS_HOOKS_URL"),
            ("meshfern-wifi", "MESHFERN_HOOKS_URL"),
            ("ledgerline-pay", "LEDGERLINE_HOOKS_URL"),
        ] {
            manifests.variables.insert(variable.to_owned(), self.url(slug));
        }
        for (page, variable) in [("authorize", "LEDGERLINE_AUTHORIZE_URL"), ("token", "LEDGERLINE_TOKEN_URL")] {
            manifests.variables.insert(variable.to_owned(), format!("{}/{page}", self.url("ledgerline-pay")));
        }
        manifests
    }

    /// Where hooks of an integration are called.
    pub fn url(&self, integration: &str) -> String {
        format!("{}/{integration}", self.url)
    }

    pub fn mood(&self, integration: &str, mood: Mood) {
        self.shared.moods.lock().unwrap().insert(integration.to_owned(), mood);
    }

    /// The mood of one hook, which goes before that of its integration. `token` is the token endpoint.
    pub fn mood_of(&self, integration: &str, hook: &str, mood: Mood) {
        self.mood(&format!("{integration}/{hook}"), mood);
    }

    /// What a hook of an integration answers from now on.
    pub fn answers(&self, integration: &str, hook: &str, answer: Value) {
        if hook == "token" {
            self.shared.tokens.lock().unwrap().push(answer.clone());
        }
        self.shared.answers.lock().unwrap().insert((integration.to_owned(), hook.to_owned()), answer);
    }

    /// What a hook of the only integration that has one set answers.
    pub fn given(&self, hook: &str) -> Value {
        let answers = self.shared.answers.lock().unwrap();
        answers.iter().find(|((_, known), _)| known == hook).map(|(_, answer)| answer.clone()).unwrap()
    }

    /// What a hook answers byte by byte from now on; none again as before.
    pub fn answers_raw(&self, integration: &str, hook: &str, raw: Option<Raw>) {
        let key = (integration.to_owned(), hook.to_owned());
        let mut all = self.shared.raw.lock().unwrap();
        match raw {
            Some(raw) => _ = all.insert(key, raw),
            None => _ = all.remove(&key),
        }
    }

    /// The calls of one hook.
    pub fn calls(&self, hook: &str) -> Vec<Received> {
        self.received().into_iter().filter(|received| received.hook == hook).collect()
    }

    /// Everything so far, in the order in which it arrived.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    pub fn count(&self, integration: &str) -> usize {
        self.received().iter().filter(|received| received.integration == integration).count()
    }

    /// Waits until so many calls of an integration's hooks have arrived.
    pub async fn arrives(&self, integration: &str, count: usize) {
        let arrived = async {
            while self.count(integration) < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let patience = Duration::from_secs(20);
        tokio::time::timeout(patience, arrived).await.unwrap_or_else(|_| panic!("{:?}", self.received()));
    }
}

async fn receive(
    State(shared): State<Arc<Shared>>,
    Path((integration, hook)): Path<(String, String)>,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let header = |name: &str| {
        let value = headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        assert!(value.is_some() || hook == "token" || name == "authorization", "{hook}: {name}");
        value.unwrap_or_default()
    };
    let moods = shared.moods.lock().unwrap().clone();
    let mood = moods.get(&format!("{integration}/{hook}")).or_else(|| moods.get(&integration)).copied();
    let mood = mood.unwrap_or(Mood::Status(202));
    let raw_answer = shared.raw.lock().unwrap().get(&(integration.clone(), hook.clone())).cloned();
    let answer = shared.answers.lock().unwrap().get(&(integration.clone(), hook.clone())).map(Value::to_string);
    let received = Received {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        authorization: header("authorization"),
        traceparent: headers.get("traceparent").map(|value| value.to_str().unwrap().to_owned()),
        integration,
        hook,
        raw,
    };
    shared.received.lock().unwrap().push(received);
    let status = match mood {
        Mood::Status(status) => status,
        Mood::Late(by, status) => {
            tokio::time::sleep(by).await;
            status
        }
        Mood::Hangs => std::future::pending().await,
    };
    if let Some(raw) = raw_answer {
        let mut response = Response::builder().status(raw.status);
        for (name, value) in raw.headers {
            response = response.header(name, value);
        }
        return response.body(Body::from(raw.body)).unwrap();
    }
    (StatusCode::from_u16(status).unwrap(), answer.unwrap_or_else(|| "{}".to_owned())).into_response()
}

impl TestApp {
    /// Whether an integration's partner system has reason to believe what it received.
    pub fn is_signed(&self, received: &Received) -> bool {
        let integration = self.integrations.iter().find(|known| known.slug == received.integration).unwrap();
        let key = HookKey::parse(&integration.partner.as_ref().unwrap().secret).unwrap();
        key.verify(&received.id, &received.timestamp, &received.signature, &received.raw, self.clock.now_seconds())
    }
}
