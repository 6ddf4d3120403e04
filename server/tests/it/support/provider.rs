//! An OpenID provider on a loopback port that does what a test tells it, the right thing first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey as _};
use serde_json::{Value, json};
use server::clock::Clock;
use server::random::Random;
use sha2::{Digest as _, Sha256, Sha512};
use tokio::net::TcpListener;
use url::Url;

use super::{Answer, Browser, Database, NOON, TestApp, new_secret};

pub const CLIENT: &str = "deskbridge at partner";

/// How an id_token is signed.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Signed {
    #[default]
    Right,
    /// With a key that is not the provider's, under the name of one that is.
    ByAnother,
    /// `alg: none`, without a signature.
    Not,
    /// `alg: HS256` with this key.
    ByHmac(Vec<u8>),
}

/// What the next id_tokens are like.
#[derive(Debug, Clone, Default)]
pub struct Token {
    /// Laid over the claims; null takes one away.
    pub claims: Value,
    /// The same for the header.
    pub header: Value,
    pub signed: Signed,
    /// In place of the whole token.
    pub raw: Option<String>,
}

/// Who signs in.
#[derive(Debug, Clone)]
pub struct Person {
    pub subject: String,
    pub email: Option<String>,
    pub verified: Value,
}

impl Person {
    pub fn new(subject: &str, email: &str) -> Self {
        Self { subject: subject.to_owned(), email: Some(email.to_owned()), verified: json!(true) }
    }
}

struct Grant {
    challenge: String,
    redirect_uri: String,
    claims: Value,
    token: Token,
}

struct Inner {
    key: CoreEdDsaPrivateSigningKey,
    kid: String,
    codes: HashMap<String, Grant>,
    access_tokens: HashMap<String, Value>,
    /// Laid over what it says of itself.
    metadata: Value,
    /// In place of it.
    raw_metadata: Option<(u16, String)>,
    userinfo: Value,
    asked: HashMap<&'static str, usize>,
    secrets: Vec<(&'static str, String)>,
}

pub struct Provider {
    pub url: String,
    pub secret: String,
    pub clock: Clock,
    inner: Arc<Mutex<Inner>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Clone)]
struct Shared {
    url: String,
    secret: String,
    inner: Arc<Mutex<Inner>>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (key, kid) = new_key();
        let inner = Arc::new(Mutex::new(Inner {
            key,
            kid,
            codes: HashMap::new(),
            access_tokens: HashMap::new(),
            metadata: json!({}),
            raw_metadata: None,
            userinfo: json!({}),
            asked: HashMap::new(),
            secrets: Vec::new(),
        }));
        let secret = new_secret();
        let shared = Shared { url: url.clone(), secret: secret.clone(), inner: inner.clone() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(userinfo))
            .with_state(shared);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, secret, clock: Clock::fixed(NOON), inner, server }
    }

    /// A product beside it.
    pub async fn with_product(database: Database, more: &[(&str, &str)]) -> (TestApp, Self) {
        let mut provider = Self::start().await;
        let mut keys = vec![
            ("STAFF_OIDC__ISSUER", provider.url.as_str()),
            ("STAFF_OIDC__CLIENT_ID", CLIENT),
            ("STAFF_OIDC__CLIENT_SECRET", provider.secret.as_str()),
            ("STAFF_OIDC__NAME", "Partner Accounts"),
        ];
        keys.extend(more);
        let app = TestApp::start_with(database, &keys).await;
        app.watch.know(|secrets| secrets.add("provider's client secret", &provider.secret));
        provider.clock = app.clock.clone();
        (app, provider)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().unwrap())
    }

    /// How often this endpoint was asked.
    pub fn asked(&self, endpoint: &str) -> usize {
        self.change(|inner| inner.asked.get(endpoint).copied().unwrap_or(0))
    }

    pub fn says_of_itself(&self, over: Value) {
        self.change(|inner| inner.metadata = over);
    }

    /// In place of its metadata; none: the right thing again.
    pub fn answers(&self, raw: Option<(u16, String)>) {
        self.change(|inner| inner.raw_metadata = raw);
    }

    pub fn says_of_people(&self, userinfo: Value) {
        self.change(|inner| inner.userinfo = userinfo);
    }

    /// Signs with a new key from now on.
    pub fn rotate(&self) {
        let (key, kid) = new_key();
        self.change(|inner| (inner.key, inner.kid) = (key, kid));
    }

    /// The bytes of its public key, which everybody knows.
    pub fn public_key(&self) -> Vec<u8> {
        let jwk = self.change(|inner| serde_json::to_value(inner.key.as_verification_key()).unwrap());
        URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap()
    }

    /// Tells the test's watch what nobody may be told.
    pub fn tell(&self, app: &TestApp) {
        let known = self.change(|inner| std::mem::take(&mut inner.secrets));
        app.watch.know(|secrets| known.iter().for_each(|(what, secret)| secrets.add(what, secret)));
    }

    /// The person signs in at the address that the browser was sent to: where the browser is sent back.
    pub fn authorize(&self, address: &Url, person: &Person, token: Token) -> String {
        let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(address.as_str().split('?').next().unwrap(), format!("{}/auth", self.url));
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let now = self.clock.now_seconds();
        let code = new_secret();
        let mut claims = json!({
            "iss": self.url,
            "aud": CLIENT,
            "sub": person.subject,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
        });
        if let Some(email) = &person.email {
            claims["email"] = json!(email);
            claims["email_verified"] = person.verified.clone();
        }
        let grant = Grant {
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
            claims,
            token,
        };
        self.change(|inner| {
            inner.secrets.push(("provider's code", code.clone()));
            inner.codes.insert(code.clone(), grant);
        });
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &asked["state"])
            .append_pair("iss", &self.url)
            .finish();
        format!("/sign-in/return?{query}")
    }
}

fn new_key() -> (CoreEdDsaPrivateSigningKey, String) {
    let random = Random::from_system().unwrap();
    // PKCS #8 of an Ed25519 key is this and 32 random bytes.
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend(random.bytes::<32>());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
    let kid = hex::encode(random.bytes::<4>());
    (CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(kid.clone()))).unwrap(), kid)
}

/// Leaves for the provider by the form of a page: the address that the browser goes on to.
pub async fn leave(browser: &mut Browser, fields: &[(&str, &str)]) -> Url {
    let page = browser.submit("/sign-in/provider", fields).await;
    assert_eq!(page.status, 200, "{}", page.text);
    address_of(&page)
}

pub fn address_of(page: &Answer) -> Url {
    let address = page.text.split("content=\"0; url=").nth(1).unwrap_or_else(|| panic!("leads nowhere: {}", page.text));
    Url::parse(&address.split('"').next().unwrap().replace("&amp;", "&")).unwrap()
}

/// Signs in by the provider, from the sign-in page on, and returns the answer to the return.
pub async fn sign_in(
    app: &TestApp,
    provider: &Provider,
    browser: &mut Browser,
    person: &Person,
    token: Token,
) -> Answer {
    let address = leave(browser, &[("next", "/account")]).await;
    let back = provider.authorize(&address, person, token);
    let answer = browser.get(&back).await;
    provider.tell(app);
    answer
}

fn lay(over: &Value, under: &mut Value) {
    for (key, value) in over.as_object().into_iter().flatten() {
        if value.is_null() {
            under.as_object_mut().unwrap().remove(key);
        } else {
            under[key] = value.clone();
        }
    }
}

fn count(inner: &mut Inner, endpoint: &'static str) {
    *inner.asked.entry(endpoint).or_default() += 1;
}

fn json_answer(status: u16, value: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

async fn discovery(State(shared): State<Shared>) -> Response {
    let mut inner = shared.inner.lock().unwrap();
    count(&mut inner, "discovery");
    if let Some((status, body)) = inner.raw_metadata.clone() {
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let url = &shared.url;
    let mut metadata = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/auth"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "userinfo_endpoint": format!("{url}/me"),
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256", "EdDSA"],
        "authorization_response_iss_parameter_supported": true,
    });
    lay(&inner.metadata, &mut metadata);
    json_answer(200, &metadata)
}

async fn keys(State(shared): State<Shared>) -> Response {
    let mut inner = shared.inner.lock().unwrap();
    count(&mut inner, "keys");
    let key = serde_json::to_value(inner.key.as_verification_key()).unwrap();
    json_answer(200, &json!({ "keys": [key, { "kty": "unknown to us" }] }))
}

async fn token(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let mut inner = shared.inner.lock().unwrap();
    count(&mut inner, "token");
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let encoded =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(&shared.secret))));
    let in_header = headers.get(header::AUTHORIZATION).is_some_and(|value| value.to_str().unwrap() == basic);
    let in_body = form.get("client_id").is_some_and(|id| id == CLIENT)
        && form.get("client_secret").is_some_and(|secret| *secret == shared.secret);
    let wants_body = inner.metadata["token_endpoint_auth_methods_supported"] == json!(["client_secret_post"]);
    if (wants_body && !in_body) || (!wants_body && !in_header) {
        return json_answer(401, &json!({ "error": "invalid_client" }));
    }
    let refused = || json_answer(400, &json!({ "error": "invalid_grant" }));
    let Some(grant) = inner.codes.remove(&form["code"]) else { return refused() };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    if challenge != grant.challenge || form["redirect_uri"] != grant.redirect_uri {
        return refused();
    }
    let access = new_secret();
    let made = id_token(&inner, grant.claims.clone(), &grant.token, &access);
    inner.secrets.push(("provider's access token", access.clone()));
    if made.len() >= super::canaries::SHORTEST {
        inner.secrets.push(("id_token", made.clone()));
    }
    inner.access_tokens.insert(access.clone(), grant.claims);
    json_answer(200, &json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": made }))
}

fn id_token(inner: &Inner, mut claims: Value, token: &Token, access: &str) -> String {
    if let Some(raw) = &token.raw {
        return raw.clone();
    }
    claims["at_hash"] = json!(URL_SAFE_NO_PAD.encode(&Sha512::digest(access.as_bytes())[..32]));
    lay(&token.claims, &mut claims);
    let algorithm = match token.signed {
        Signed::Right | Signed::ByAnother => "EdDSA",
        Signed::Not => "none",
        Signed::ByHmac(_) => "HS256",
    };
    let mut header = json!({ "alg": algorithm, "kid": inner.kid, "typ": "JWT" });
    lay(&token.header, &mut header);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    let by = |key: &CoreEdDsaPrivateSigningKey| key.sign(&CoreJwsSigningAlgorithm::EdDsa, message.as_bytes()).unwrap();
    let signature = match &token.signed {
        Signed::Right => by(&inner.key),
        Signed::ByAnother => by(&new_key().0),
        Signed::Not => Vec::new(),
        Signed::ByHmac(key) => {
            use hmac::{Hmac, KeyInit as _, Mac as _};
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn userinfo(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let mut inner = shared.inner.lock().unwrap();
    count(&mut inner, "userinfo");
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(claims) = inner.access_tokens.get(bearer.trim_start_matches("Bearer ")) else {
        return json_answer(401, &json!({ "error": "invalid_token" }));
    };
    let mut said = json!({ "sub": claims["sub"] });
    lay(&inner.userinfo, &mut said);
    json_answer(200, &said)
}

/// Whether this browser is signed in.
pub async fn is_in(browser: &mut Browser) -> bool {
    browser.get("/account").await.status == 200
}
