//! The sample partner's own sign-in: a page with Allow and Deny, and the endpoint that gives tokens for its codes.
//! As strict as a partner's should be: registered address, PKCE, codes that work once and soon end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::{State, page};
use crate::clock::{MINUTE, Millis};
use crate::manifest::Integration;
use crate::random::Random;
use crate::simulator::html::escape;

const CODE_LIVES: Millis = 5 * MINUTE;
/// More are forgotten: nobody signs in that often here.
const MOST: usize = 1_000;

/// What the partner knows of Deskbridge as an application of its own.
pub(super) struct Registered {
    client_id: String,
    client_secret: SecretString,
    redirect_uri: String,
}

impl Registered {
    pub(super) fn of(integration: &Integration, product_url: &str) -> Option<Self> {
        let oauth = integration.partner.as_ref()?.oauth.as_ref()?;
        Some(Self {
            client_id: oauth.client_id.clone(),
            client_secret: oauth.client_secret.clone(),
            redirect_uri: format!("{}/i/{}/partner-return", product_url.trim_end_matches('/'), integration.slug),
        })
    }
}

struct Code {
    integration: String,
    account: String,
    challenge: String,
    ends: Millis,
}

/// Codes that were not used yet, and tokens that were given.
pub(super) struct SignIns {
    random: Random,
    codes: Mutex<HashMap<String, Code>>,
    tokens: Mutex<HashMap<String, String>>,
}

impl SignIns {
    pub(super) fn new(random: Random) -> Self {
        Self { random, codes: Mutex::default(), tokens: Mutex::default() }
    }

    /// Whether this access token was given out for the integration.
    pub(super) fn gave(&self, integration: &str, token: &str) -> bool {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(token).is_some_and(|known| known == integration)
    }
}

/// What a sign-in is asked for, once it is right.
struct Request {
    name: String,
    redirect_uri: Url,
    state: String,
    challenge: String,
    scope: String,
}

fn request(state: &State, integration: &str, query: &str) -> Result<Request, &'static str> {
    let account = state.accounts.get(integration).ok_or("There is no such application.")?;
    let registered = account.sign_in.as_ref().ok_or("This application has no sign-in.")?;
    let value = |name: &str| {
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        let first = values.next().map(|(_, value)| value.into_owned()).unwrap_or_default();
        if values.next().is_some() { String::new() } else { first }
    };
    if value("client_id") != registered.client_id {
        return Err("This application is not known.");
    }
    if value("redirect_uri") != registered.redirect_uri {
        return Err("This application has registered another address to come back to.");
    }
    if value("response_type") != "code" || value("code_challenge_method") != "S256" {
        return Err("Only codes with PKCE (S256) are given.");
    }
    let (challenge, state) = (value("code_challenge"), value("state"));
    if challenge.len() != 43 || state.is_empty() {
        return Err("The call is not complete.");
    }
    let redirect_uri = Url::parse(&registered.redirect_uri).map_err(|_| "The registered address is none.")?;
    Ok(Request { name: account.name.clone(), redirect_uri, state, challenge, scope: value("scope") })
}

/// `GET`: asks the person.
pub(super) async fn ask(
    Shared(state): Shared<Arc<State>>,
    Path(integration): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    match request(&state, &integration, query.as_deref().unwrap_or_default()) {
        Ok(request) => question(&state, &request),
        Err(why) => refused(&state, why),
    }
}

fn question(state: &State, request: &Request) -> Response {
    let scopes: String =
        request.scope.split_whitespace().map(|scope| format!("<li><code>{}</code></li>", escape(scope))).collect();
    let main = format!(
        r#"<div class="message-page"><h1>Let Deskbridge use your {name} account?</h1>
<p>This stands for your own sign-in page: here your customer would sign in and decide. No password is asked.</p>
<p>Deskbridge would then be allowed to:</p><ul>{scopes}</ul>
<form class="flow" method="post">
<fieldset class="field"><legend class="label">Account</legend><div class="choices">
<div class="choice"><input type="radio" id="a1" name="account" value="1" checked><label for="a1">The first account</label></div>
<div class="choice"><input type="radio" id="a2" name="account" value="2"><label for="a2">The second account</label></div>
</div></fieldset>
<div class="actions"><button class="btn btn--primary" type="submit" name="act" value="allow">Allow</button>
<button class="btn" type="submit" name="act" value="deny">Deny</button></div>
</form></div>"#,
        name = escape(&request.name),
    );
    page::document(state, &main, &form_policy(&request.redirect_uri))
}

/// Browsers check each hop after a form, and the last one is the product.
fn form_policy(redirect_uri: &Url) -> String {
    format!("form-action 'self' {}", redirect_uri.origin().ascii_serialization())
}

fn refused(state: &State, why: &str) -> Response {
    let main = format!(r#"<div class="message-page"><h1>Nobody can sign in here</h1><p>{}</p></div>"#, escape(why));
    let mut response = page::document(state, &main, "form-action 'none'");
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

/// `POST`: the person decided.
pub(super) async fn decide(
    Shared(state): Shared<Arc<State>>,
    Path(integration): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let request = match request(&state, &integration, query.as_deref().unwrap_or_default()) {
        Ok(request) => request,
        Err(why) => return refused(&state, why),
    };
    let decided = |name: &str| form_urlencoded::parse(&body).find(|(key, _)| key == name).map(|(_, value)| value);
    let mut back = request.redirect_uri.clone();
    if decided("act").as_deref() == Some("allow") {
        let code = state.sign_ins.random.token().expose_secret().to_owned();
        let account = if decided("account").as_deref() == Some("2") { "2" } else { "1" };
        let account = format!("{integration}-{account}");
        let ends = state.clock.now() + CODE_LIVES;
        let mut codes = state.sign_ins.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, code| code.ends > state.clock.now());
        if codes.len() < MOST {
            codes.insert(code.clone(), Code { integration, account, challenge: request.challenge, ends });
        }
        back.query_pairs_mut().append_pair("code", &code);
    } else {
        back.query_pairs_mut().append_pair("error", "access_denied");
    }
    back.query_pairs_mut().append_pair("state", &request.state);
    Redirect::to(back.as_str()).into_response()
}

/// `POST {token_url}`.
pub(super) async fn token(
    Shared(state): Shared<Arc<State>>,
    Path(integration): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let registered = state.accounts.get(&integration).and_then(|account| account.sign_in.as_ref());
    let Some(registered) = registered else { return StatusCode::NOT_FOUND.into_response() };
    let (status, answer) = match give(&state, &integration, registered, &headers, &body) {
        Ok(answer) => (StatusCode::OK, answer),
        Err("invalid_client") => (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_client" })),
        Err(error) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

fn give(
    state: &State,
    integration: &str,
    registered: &Registered,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, &'static str> {
    let value = |name: &str| {
        let found = form_urlencoded::parse(body).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (id, secret) = basic(headers).ok_or("invalid_client")?;
    if id != registered.client_id || secret != registered.client_secret.expose_secret() {
        return Err("invalid_client");
    }
    if value("grant_type") != "authorization_code" {
        return Err("unsupported_grant_type");
    }
    // Taken out before it is looked at: a code is good for one try.
    let code = state.sign_ins.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(&value("code"));
    let code = code.filter(|code| code.integration == integration && code.ends > state.clock.now());
    let code = code.ok_or("invalid_grant")?;
    let proved = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier"))) == code.challenge;
    if !proved || value("redirect_uri") != registered.redirect_uri {
        return Err("invalid_grant");
    }
    let token = format!("{}.{}", code.account, state.sign_ins.random.token().expose_secret());
    let refresh = state.sign_ins.random.token();
    let mut tokens = state.sign_ins.tokens.lock().unwrap_or_else(PoisonError::into_inner);
    if tokens.len() >= MOST {
        tokens.clear();
    }
    tokens.insert(token.clone(), integration.to_owned());
    Ok(json!({
        "access_token": token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh.expose_secret(),
    }))
}

/// Client id and secret of the header, each decoded as in a form.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
    Some((decoded(id)?, decoded(secret)?))
}
