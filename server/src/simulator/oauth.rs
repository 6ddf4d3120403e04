//! `POST /oauth/token` of the identity server, strict: form bodies only, codes and refresh tokens work once, the
//! redirect address must be the registered one, nothing grows beyond what was granted, and everything ends in time.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::Application;
use super::answer::{About, answer, message};
use super::serve::Connection;
use super::shared::Shared;
use super::switches::{Endpoint, LimitBy, RefreshReuse, RefreshRotation, RetryAfter, TokenAnswer};
use super::world::{ACCESS_LIFE, AccessToken, Grant, REFRESH_LIFE, RefreshToken, Stage, World, new_id};
use crate::clock::{MINUTE, Millis};
use crate::random::Random;

/// OfficeRnD's answers say one second less than the hour.
const EXPIRES_IN: i64 = 3_599;
/// How long a used refresh token works on, where the switch says that it does.
const GRACE: Millis = MINUTE;

type Form = BTreeMap<String, String>;

/// A refusal in OAuth's words.
struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

fn refuse(error: &'static str, description: &'static str) -> Refusal {
    let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    Refusal { status, error, description }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.error, "error_description": self.description }))).into_response()
    }
}

pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = read_form(&headers, &body);
    let about = about(&shared, form.as_ref().ok());
    let client_id = about.client_id.clone().unwrap_or_default();
    if let Some(limit) = shared.token_requests() {
        let by = shared.look(|world| world.rules.peek::<LimitBy>(None));
        // Everybody here has the same address.
        let whose = if by == LimitBy::Address { "" } else { &client_id };
        let admitted = shared.journal().admit(whose, limit, shared.clock.now());
        if let Err(seconds) = admitted {
            return too_many(&shared, about, seconds);
        }
    }
    answer(&shared, &connection, about, || {
        let result = form.and_then(|form| {
            let application = client(&shared, &form)?;
            shared.change(|world| grant(world, &shared.random, shared.clock.now(), application, &form))
        });
        let mut response = match result {
            Ok(tokens) => Json(tokens).into_response(),
            Err(refusal) => refusal.into_response(),
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    })
    .await
}

fn too_many(shared: &Shared, mut about: About, seconds: i64) -> Response {
    let mut response = message(StatusCode::TOO_MANY_REQUESTS, "Too many requests, please try again later");
    let header_sent = shared.change(|world| world.rules.take::<RetryAfter>(about.organization.as_deref()));
    if header_sent == RetryAfter::Sent {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    about.note = Some("over the rate limit".to_owned());
    response.extensions_mut().insert(about);
    response
}

fn read_form(headers: &HeaderMap, body: &Bytes) -> Result<Form, Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    if !content_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(refuse("invalid_request", "The body must be application/x-www-form-urlencoded"));
    }
    let mut form = Form::new();
    for (name, value) in form_urlencoded::parse(body) {
        if form.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(refuse("invalid_request", "A parameter is repeated"));
        }
    }
    Ok(form)
}

/// Who asks, for which organization: before anything is decided, so that faults and limits find their target.
fn about(shared: &Shared, form: Option<&Form>) -> About {
    let field = |name: &str| form.and_then(|form| form.get(name)).map(String::as_str);
    let endpoint = match field("grant_type") {
        Some("authorization_code") => Endpoint::Exchange,
        Some("refresh_token") => Endpoint::Refresh,
        _ => Endpoint::Token,
    };
    let organization = shared.look(|world| match endpoint {
        Endpoint::Exchange => {
            let code = world.codes.get(field("code")?)?;
            Some(world.integrations.get(&code.integration)?.organization.clone())
        }
        Endpoint::Refresh => {
            let token = world.refresh_tokens.get(field("refresh_token")?)?;
            Some(world.grants.get(&token.grant)?.organization.clone())
        }
        _ => None,
    });
    About { endpoint, organization, client_id: field("client_id").map(ToOwned::to_owned), note: None }
}

fn client<'a>(shared: &'a Shared, form: &Form) -> Result<&'a Application, Refusal> {
    let refused = || refuse("invalid_client", "Client authentication failed");
    let client_id = form.get("client_id").ok_or_else(refused)?;
    let application = shared.application_of(client_id).ok_or_else(refused)?;
    let secret = form.get("client_secret").ok_or_else(refused)?;
    if application.client_secret.expose_secret() == secret { Ok(application) } else { Err(refused()) }
}

fn grant(
    world: &mut World,
    random: &Random,
    now: Millis,
    application: &Application,
    form: &Form,
) -> Result<Value, Refusal> {
    match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => exchange(world, random, now, application, form),
        Some("refresh_token") => refresh(world, random, now, application, form),
        Some(_) => Err(refuse("unsupported_grant_type", "Only authorization_code and refresh_token")),
        None => Err(refuse("invalid_request", "grant_type is missing")),
    }
}

fn exchange(
    world: &mut World,
    random: &Random,
    now: Millis,
    application: &Application,
    form: &Form,
) -> Result<Value, Refusal> {
    let code_text = form.get("code").ok_or_else(|| refuse("invalid_request", "code is missing"))?;
    if form.get("redirect_uri").is_none_or(|uri| *uri != application.redirect_uri) {
        return Err(refuse("invalid_grant", "redirect_uri is not the registered one"));
    }
    let mut scopes = scopes(form.get("scope"), &application.scopes)?;
    let code = world.codes.get(code_text).filter(|code| code.client_id == application.client_id);
    let Some(code) = code.filter(|code| !code.used && code.expires_at > now).cloned() else {
        return Err(refuse("invalid_grant", "The code is unknown, used or expired"));
    };
    let integration = world.integrations.get(&code.integration).filter(|found| found.stage != Stage::Removed);
    let Some(organization) = integration.map(|integration| integration.organization.clone()) else {
        return Err(refuse("invalid_grant", "The integration was removed"));
    };
    let shape = world.rules.take::<TokenAnswer>(Some(&organization));
    if shape == TokenAnswer::EmptyAccessToken {
        return Ok(json!({ "access_token": "", "expires_in": EXPIRES_IN, "token_type": "Bearer" }));
    }
    if let Some(code) = world.codes.get_mut(code_text) {
        code.used = true;
    }
    if let Some(integration) = world.integrations.get_mut(&code.integration) {
        integration.stage = Stage::Connected;
    }
    scopes.retain(|scope| !code.without.contains(scope));
    let id = new_id(random);
    let grant = Grant {
        client_id: application.client_id.clone(),
        organization,
        integration: code.integration,
        scopes,
        revoked: false,
    };
    let scope = grant.scopes.join(" ");
    world.grants.insert(id.clone(), grant);
    let refresh = (shape != TokenAnswer::NoRefreshToken).then(|| mint_refresh(world, random, now, &id));
    let access = mint_access(world, random, now, &id);
    Ok(tokens(shape, &access, refresh, &scope))
}

fn refresh(
    world: &mut World,
    random: &Random,
    now: Millis,
    application: &Application,
    form: &Form,
) -> Result<Value, Refusal> {
    let sent = form.get("refresh_token").ok_or_else(|| refuse("invalid_request", "refresh_token is missing"))?;
    let unknown = || refuse("invalid_grant", "The refresh token is unknown, used, expired or revoked");
    let token = world.refresh_tokens.get(sent).cloned().ok_or_else(unknown)?;
    let grant = world.grants.get(&token.grant).cloned().ok_or_else(unknown)?;
    if grant.client_id != application.client_id || grant.revoked || token.expires_at <= now {
        return Err(unknown());
    }
    if let Some(used_at) = token.used_at {
        match world.rules.take::<RefreshReuse>(Some(&grant.organization)) {
            RefreshReuse::Grace if now - used_at < GRACE => {}
            RefreshReuse::Grace | RefreshReuse::Refused => return Err(unknown()),
            RefreshReuse::Revokes => {
                if let Some(grant) = world.grants.get_mut(&token.grant) {
                    grant.revoked = true;
                }
                return Err(unknown());
            }
        }
    }
    let scope = scopes(form.get("scope"), &grant.scopes)?.join(" ");
    let shape = world.rules.take::<TokenAnswer>(Some(&grant.organization));
    if shape == TokenAnswer::EmptyAccessToken {
        return Ok(json!({ "access_token": "", "expires_in": EXPIRES_IN, "token_type": "Bearer" }));
    }
    let rotation = world.rules.take::<RefreshRotation>(Some(&grant.organization));
    let refresh = match (shape, rotation) {
        // Where none is answered the old one must go on working.
        (TokenAnswer::NoRefreshToken, _) => None,
        (_, RefreshRotation::Stays) => {
            if let Some(token) = world.refresh_tokens.get_mut(sent) {
                token.expires_at = now + REFRESH_LIFE;
            }
            Some(sent.clone())
        }
        (_, RefreshRotation::Rotates) => {
            if let Some(token) = world.refresh_tokens.get_mut(sent) {
                token.used_at = token.used_at.or(Some(now));
            }
            Some(mint_refresh(world, random, now, &token.grant))
        }
    };
    let access = mint_access(world, random, now, &token.grant);
    Ok(tokens(shape, &access, refresh, &scope))
}

/// What was asked for, at most what is allowed; all of it where nothing was asked for.
fn scopes(asked: Option<&String>, allowed: &[String]) -> Result<Vec<String>, Refusal> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else { return Ok(allowed.to_vec()) };
    let asked: Vec<String> = asked.split_ascii_whitespace().map(ToOwned::to_owned).collect();
    if asked.iter().all(|scope| allowed.contains(scope)) {
        Ok(asked)
    } else {
        Err(refuse("invalid_scope", "A scope is beyond what was granted"))
    }
}

fn mint_access(world: &mut World, random: &Random, now: Millis, grant: &str) -> String {
    let token = random.token().expose_secret().to_owned();
    world.access_tokens.insert(token.clone(), AccessToken { grant: grant.to_owned(), expires_at: now + ACCESS_LIFE });
    token
}

fn mint_refresh(world: &mut World, random: &Random, now: Millis, grant: &str) -> String {
    let token = random.token().expose_secret().to_owned();
    let refresh = RefreshToken { grant: grant.to_owned(), expires_at: now + REFRESH_LIFE, used_at: None };
    world.refresh_tokens.insert(token.clone(), refresh);
    token
}

/// The answer, in the shape that the switch asks for.
fn tokens(shape: TokenAnswer, access: &str, refresh: Option<String>, scope: &str) -> Value {
    let mut answer = Map::new();
    if shape != TokenAnswer::NoAccessToken {
        answer.insert("access_token".to_owned(), access.into());
    }
    if let Some(refresh) = refresh {
        answer.insert("refresh_token".to_owned(), refresh.into());
    }
    let expires_in = match shape {
        TokenAnswer::NoExpiresIn => None,
        TokenAnswer::ExpiresInText => Some(Value::from(EXPIRES_IN.to_string())),
        TokenAnswer::ExpiresInZero => Some(Value::from(0)),
        TokenAnswer::ExpiresInNegative => Some(Value::from(-EXPIRES_IN)),
        TokenAnswer::ExpiresInHuge => Some(Value::from(99_999_999_999_i64)),
        _ => Some(Value::from(EXPIRES_IN)),
    };
    if let Some(expires_in) = expires_in {
        answer.insert("expires_in".to_owned(), expires_in);
    }
    let token_type = if shape == TokenAnswer::LowerCaseType { "bearer" } else { "Bearer" };
    answer.insert("token_type".to_owned(), token_type.into());
    if shape != TokenAnswer::NoScope {
        answer.insert("scope".to_owned(), scope.into());
    }
    Value::Object(answer)
}
