//! The OpenID provider that staff may sign in with: asked only when somebody does, within limits, and believed only
//! what it signed for this very sign-in.

mod error;
mod metadata;
mod token;

use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::CoreJsonWebKeySet;
use openidconnect::{JsonWebKey as _, JsonWebKeyUse, PkceCodeChallenge, PkceCodeVerifier};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

pub use self::error::{Asked, OidcError};
pub use self::metadata::Metadata;
pub use self::token::{Email, Expected, Identity, Tokens};

use self::token::{Unverified, verify};
use super::answer::{Unread, cause, read_capped};
use crate::clock::{Clock, HOUR, MINUTE, Millis, SECOND};
use crate::config::StaffOidc;

/// Of any answer, unpacked.
const MOST_BYTES: usize = 256 * 1024;
const CONNECT: Duration = Duration::from_secs(3);
/// A person waits for it.
const PATIENCE: Duration = Duration::from_secs(8);
/// What a provider says of itself, and its keys, are believed that long.
const KEPT: Millis = HOUR;
/// A provider that did not answer is asked again so long after that, however many people try. Longer than `PATIENCE`, so
/// that people do not wait most of the time for one that says nothing.
const FAILED_KEPT: Millis = 30 * SECOND;
/// An unknown key makes us ask again, not more often than that: tokens with invented keys cost nothing.
const KEYS_AGAIN: Millis = MINUTE;

/// Cheap to clone; what is known of the provider is shared.
#[derive(Clone)]
pub struct Oidc(Arc<Inner>);

struct Inner {
    settings: StaffOidc,
    http: reqwest::Client,
    clock: Clock,
    /// Each is held while the provider is asked for it, so that many people at once ask once. Keys that hang do not hold
    /// up people who only leave for the provider.
    metadata: Mutex<Known<Metadata>>,
    keys: Mutex<Known<CoreJsonWebKeySet>>,
}

/// What was read last, and what went wrong since.
struct Known<T> {
    read: Option<(Millis, Arc<T>)>,
    failed: Option<(Millis, OidcError)>,
}

impl<T> Known<T> {
    fn nothing() -> Self {
        Self { read: None, failed: None }
    }

    /// The answer without asking.
    fn answer(&self, kept: Millis, now: Millis) -> Option<Result<Arc<T>, OidcError>> {
        if let Some((at, read)) = &self.read
            && is_within(*at, kept, now)
        {
            return Some(Ok(read.clone()));
        }
        let failed = self.failed.as_ref().filter(|(at, _)| is_within(*at, FAILED_KEPT, now));
        failed.map(|(_, error)| Err(error.clone()))
    }

    /// `now` is when the answer came: a failure that took long must not be over before the next person's turn.
    fn keep(&mut self, answer: Result<T, OidcError>, now: Millis) -> Result<Arc<T>, OidcError> {
        match answer {
            Ok(read) => {
                let read = Arc::new(read);
                (self.read, self.failed) = (Some((now, read.clone())), None);
                Ok(read)
            }
            Err(error) => {
                self.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }
}

/// What a browser is sent to the provider with.
pub struct Leaving<'a> {
    pub redirect_uri: &'a str,
    pub state: &'a SecretString,
    pub nonce: &'a SecretString,
    pub verifier: &'a SecretString,
    /// The person has to prove again who it is.
    pub again: bool,
}

impl Oidc {
    /// # Errors
    /// When no client can be made.
    pub fn new(settings: StaffOidc, clock: Clock) -> Result<Self, reqwest::Error> {
        Self::with_patience(settings, clock, PATIENCE)
    }

    #[expect(clippy::disallowed_methods, reason = "the client that all calls to the provider share")]
    fn with_patience(settings: StaffOidc, clock: Clock, patience: Duration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("Deskbridge/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the client secret to wherever an answer says.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            .timeout(patience)
            .build()?;
        let (metadata, keys) = (Mutex::new(Known::nothing()), Mutex::new(Known::nothing()));
        Ok(Self(Arc::new(Inner { settings, http, clock, metadata, keys })))
    }

    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    pub fn issuer(&self) -> &str {
        &self.0.settings.issuer
    }

    /// # Errors
    /// When it does not answer, or cannot be used safely.
    pub async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        let mut known = self.0.metadata.lock().await;
        // Only now: whoever waited for its turn comes after the answer that it waited for.
        if let Some(answer) = known.answer(KEPT, self.0.clock.now()) {
            return answer;
        }
        let answer = self.discover().await;
        known.keep(answer, self.0.clock.now())
    }

    async fn discover(&self) -> Result<Metadata, OidcError> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer().trim_end_matches('/'));
        let body = self.get(Asked::Discovery, &address).await?;
        Metadata::read(self.issuer(), &body)
    }

    /// Keys that are not older than asked for.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn keys(&self, metadata: &Metadata, kept: Millis) -> Result<Arc<CoreJsonWebKeySet>, OidcError> {
        let mut known = self.0.keys.lock().await;
        if let Some(answer) = known.answer(kept, self.0.clock.now()) {
            return answer;
        }
        let answer = self.read_keys(metadata).await;
        known.keep(answer, self.0.clock.now())
    }

    async fn read_keys(&self, metadata: &Metadata) -> Result<CoreJsonWebKeySet, OidcError> {
        let body = self.get(Asked::Keys, metadata.jwks_uri.as_str()).await?;
        let keys: CoreJsonWebKeySet =
            serde_json::from_slice(&body).map_err(|_| OidcError::WrongShape { asked: Asked::Keys })?;
        let verifies = keys.keys().iter().any(|key| key.key_use().is_none_or(JsonWebKeyUse::allows_signature));
        if verifies { Ok(keys) } else { Err(OidcError::NoKeys) }
    }

    /// Where the browser goes.
    pub fn authorize_url(&self, metadata: &Metadata, leaving: &Leaving<'_>) -> SecretString {
        let settings = &self.0.settings;
        let verifier = PkceCodeVerifier::new(leaving.verifier.expose_secret().to_owned());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let mut url: Url = metadata.authorization_endpoint.clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", leaving.redirect_uri)
            .append_pair("scope", &settings.scopes.join(" "))
            .append_pair("state", leaving.state.expose_secret())
            .append_pair("nonce", leaving.nonce.expose_secret())
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        if !settings.acr_values.is_empty() {
            query.append_pair("acr_values", &settings.acr_values.join(" "));
        }
        if leaving.again {
            // Both: some providers know only one of them.
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        }
        drop(query);
        SecretString::from(String::from(url))
    }

    /// One request: a code is good for one.
    ///
    /// # Errors
    /// When it is refused, or nothing that can be read comes back.
    pub async fn exchange(
        &self,
        metadata: &Metadata,
        code: &SecretString,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<Tokens, OidcError> {
        let settings = &self.0.settings;
        let (id, secret) = (settings.client_id.as_str(), settings.client_secret.expose_secret());
        let own = [("client_id", id), ("client_secret", secret)];
        let own = if metadata.secret_in_body { own.as_slice() } else { &[] };
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose_secret())
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("code_verifier", verifier.expose_secret())
            .extend_pairs(own)
            .finish();
        let mut request = self.0.http.post(metadata.token_endpoint.clone());
        if !metadata.secret_in_body {
            // What stands in it is encoded as in a form (RFC 6749, 2.3.1).
            let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            request = request.basic_auth(encoded(id), Some(encoded(secret)));
        }
        let request = request
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(form);
        let response = send(Asked::Token, request).await?;
        let status = response.status();
        let body = read(Asked::Token, response).await?;
        let wrong_shape = || OidcError::WrongShape { asked: Asked::Token };
        if !status.is_success() {
            let refused = serde_json::from_slice::<Value>(&body).is_ok_and(|json| json["error"] == "invalid_grant");
            let other = OidcError::Status { asked: Asked::Token, status: status.as_u16() };
            return Err(if refused && status.is_client_error() { OidcError::Refused } else { other });
        }
        let json: Value = serde_json::from_slice(&body).map_err(|_| wrong_shape())?;
        let token = |name: &str| json[name].as_str().filter(|token| !token.is_empty()).map(SecretString::from);
        match (token("id_token"), token("access_token")) {
            (Some(id_token), Some(access_token)) => Ok(Tokens { id_token, access_token }),
            _ => Err(wrong_shape()),
        }
    }

    /// Who signed in. A key that is not known is asked for once more, in case the provider has changed its keys.
    ///
    /// # Errors
    /// When the token is not to be believed, or the keys cannot be read.
    pub async fn identify(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        expected: &Expected<'_>,
        now: Millis,
    ) -> Result<Identity, OidcError> {
        let settings = &self.0.settings;
        let mut unknown = OidcError::Forged("it is signed with a key that the provider does not have");
        for kept in [KEPT, KEYS_AGAIN] {
            let keys = self.keys(metadata, kept).await?;
            match verify(settings, &metadata.algorithms, &keys, tokens, expected, now) {
                Ok(identity) => return Ok(identity),
                Err(Unverified::Wrong(error)) => {
                    unknown = error;
                    break;
                }
                Err(Unverified::UnknownKey) => {}
            }
        }
        Err(unknown)
    }

    /// The address of who signed in, where the id_token does not say it.
    ///
    /// # Errors
    /// When the provider does not answer, or speaks of somebody else.
    pub async fn email(&self, metadata: &Metadata, tokens: &Tokens, subject: &str) -> Result<Option<Email>, OidcError> {
        let asked = Asked::UserInfo;
        let Some(endpoint) = &metadata.userinfo_endpoint else { return Ok(None) };
        let request = self
            .0
            .http
            .get(endpoint.clone())
            .bearer_auth(tokens.access_token.expose_secret())
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        let response = send(asked, request).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(OidcError::Status { asked, status: status.as_u16() });
        }
        let body = read(asked, response).await?;
        let json: Value = serde_json::from_slice(&body).map_err(|_| OidcError::WrongShape { asked })?;
        if json["sub"].as_str() != Some(subject) {
            return Err(OidcError::Forged("its userinfo_endpoint speaks of somebody else"));
        }
        let verified = json["email_verified"] == Value::Bool(true);
        Ok(json["email"].as_str().map(|address| Email { address: address.to_owned(), verified }))
    }

    async fn get(&self, asked: Asked, address: &str) -> Result<Vec<u8>, OidcError> {
        let request = self.0.http.get(address).header(ACCEPT, HeaderValue::from_static("application/json"));
        let response = send(asked, request).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(OidcError::Status { asked, status: status.as_u16() });
        }
        read(asked, response).await
    }
}

fn is_within(at: Millis, kept: Millis, now: Millis) -> bool {
    (at..at + kept).contains(&now)
}

async fn send(asked: Asked, request: RequestBuilder) -> Result<Response, OidcError> {
    request.send().await.map_err(|error| unreachable(asked, &error))
}

async fn read(asked: Asked, response: Response) -> Result<Vec<u8>, OidcError> {
    read_capped(response, MOST_BYTES).await.map_err(|unread| match unread {
        Unread::TooLarge => OidcError::TooLarge { asked, limit: MOST_BYTES },
        Unread::Lost(error) => unreachable(asked, &error),
    })
}

fn unreachable(asked: Asked, error: &reqwest::Error) -> OidcError {
    let cause = if error.is_timeout() { "no answer in time".to_owned() } else { cause(error) };
    OidcError::Unreachable { asked, cause }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::net::TcpListener;

    use super::*;

    /// Takes every connection and says nothing, for longer than a failure is kept.
    async fn silent(clock: Clock) -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                clock.advance(FAILED_KEPT);
                held.push(stream);
            }
        });
        (url, asked)
    }

    #[tokio::test]
    async fn one_that_says_nothing_holds_up_one_try_and_not_everybody() {
        let clock = Clock::fixed(0);
        let (url, asked) = silent(clock.clone()).await;
        let settings = StaffOidc {
            issuer: url.clone(),
            client_id: "deskbridge".to_owned(),
            client_secret: SecretString::from("a secret that nobody reads"),
            scopes: vec!["openid".to_owned()],
            name: "Partner accounts".to_owned(),
            acr_values: Vec::new(),
            required_claims: Default::default(),
        };
        let oidc = Oidc::with_patience(settings, clock.clone(), Duration::from_millis(100)).unwrap();
        let slow = |asked| OidcError::Unreachable { asked, cause: "no answer in time".to_owned() };
        let (first, second) = tokio::join!(oidc.metadata(), oidc.metadata());
        assert_eq!((first.unwrap_err(), second.unwrap_err()), (slow(Asked::Discovery), slow(Asked::Discovery)));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        clock.advance(FAILED_KEPT - 1);
        assert_eq!(oidc.metadata().await.unwrap_err(), slow(Asked::Discovery));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        clock.advance(1);
        assert_eq!(oidc.metadata().await.unwrap_err(), slow(Asked::Discovery));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        // Its keys are another question, with the same answer for everybody.
        let said = serde_json::json!({
            "issuer": url, "authorization_endpoint": url, "token_endpoint": url, "jwks_uri": url,
        });
        let metadata = Metadata::read(&url, said.to_string().as_bytes()).unwrap();
        for _ in 0..2 {
            assert_eq!(oidc.keys(&metadata, KEPT).await.unwrap_err(), slow(Asked::Keys));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }
}
