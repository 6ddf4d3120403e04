//! `/sign-in`, its second step, the password again, `/sign-out`, and `/invitations/{token}`. Whole documents without
//! scripts, for people who have no session yet.

use app::pages::Page;
use app::pages::link::document;
use app::pages::message::Message;
use app::pages::sign_in::{self as pages, AgainView, Before, InvitationView, NotIn, SignInView};
use app::paths;
use app::ports::PasswordMistake;
use app::texts::{Language, speaking};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};

use super::staff::{self as desk, step_cookie};
use crate::clock::{Millis, SECOND};
use crate::domain::agent;
use crate::domain::form::Form;
use crate::domain::next::local;
use crate::http::cookies::{self, Opens};
use crate::http::{address, headers, message_page, query, see_other};
use crate::services::ServiceError;
use crate::services::staff::again;
use crate::services::staff::invite::{self, Accepted};
use crate::services::staff::passwords::Unfit;
use crate::services::staff::session::{LONGEST, Member};
use crate::services::staff::sign_in::{self, KNOWN_LIFETIME, Outcome, STEP_LIFETIME, Whence};
use crate::state::App;

pub(super) async fn sign_in(State(app): State<App>, RawQuery(raw): RawQuery, request: HeaderMap) -> Response {
    let Ok(asked) = query::parse(raw.as_deref().unwrap_or_default()) else {
        return message_page(&app, Message::Unreadable, None);
    };
    let of = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let next = of("next").map(local).unwrap_or_default();
    match member(&app, &request).await {
        Ok(Some(_)) => return see_other(if next.is_empty() { "/" } else { &next }),
        Ok(None) => {}
        Err(answer) => return answer,
    }
    let before = match of("said") {
        Some("out") => Some(Before::SignedOut),
        Some("ready") => Some(Before::Ready),
        _ => None,
    };
    let view = SignInView { next, before, ..door(&app) };
    shown(&app, &request, || pages::sign_in(&view))
}

/// The first step, before anything was typed.
fn door(app: &App) -> SignInView {
    SignInView { provider: app.oidc.as_ref().map(|oidc| oidc.name().to_owned()), ..SignInView::default() }
}

pub(super) async fn sign_in_post(State(app): State<App>, request: Request) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let (email, password) = (form.first("email").unwrap_or_default().to_owned(), secret(&form, "password"));
    let next = form.first("next").map(local).unwrap_or_default();
    let outcome = sign_in::with_password(&app, email.clone(), password, from(&app, &parts)).await;
    match outcome {
        Ok(Outcome::Code(step)) => {
            let mut response = see_other(&paths::sign_in_code(&next));
            put(&mut response, step_cookie(&app), &step, STEP_LIFETIME);
            response
        }
        Ok(outcome) => answered(&app, &parts, outcome, &next, |not_in| {
            pages::sign_in(&SignInView { email, next: next.clone(), not_in: Some(not_in), ..door(&app) })
        }),
        Err(error) => failed(&app, &error),
    }
}

pub(super) async fn code(State(app): State<App>, RawQuery(raw): RawQuery, request: HeaderMap) -> Response {
    let asked = query::parse(raw.as_deref().unwrap_or_default()).unwrap_or_default();
    let next = asked.iter().find(|(name, _)| name == "next").map(|(_, value)| local(value)).unwrap_or_default();
    let waiting = match cookies::read(&request, step_cookie(&app)) {
        Some(step) => sign_in::is_waiting(&app, &step).await,
        None => Ok(false),
    };
    match waiting {
        Ok(true) => shown(&app, &request, || pages::code(None, &next)),
        Ok(false) => see_other(&paths::sign_in(&next)),
        Err(error) => super::unavailable(&app, &error),
    }
}

pub(super) async fn code_post(State(app): State<App>, request: Request) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let next = form.first("next").map(local).unwrap_or_default();
    let Some(step) = cookies::read(&parts.headers, step_cookie(&app)) else { return see_other(&paths::sign_in(&next)) };
    let code = form.first("code").unwrap_or_default().to_owned();
    match sign_in::with_code(&app, step, code, from(&app, &parts)).await {
        Ok(Outcome::Over) => {
            let view = SignInView { next, not_in: Some(NotIn::Over), ..door(&app) };
            shown(&app, &parts.headers, || pages::sign_in(&view))
        }
        Ok(outcome) => answered(&app, &parts, outcome, &next, |not_in| pages::code(Some(not_in), &next)),
        Err(error) => failed(&app, &error),
    }
}

pub(super) async fn again_page(State(app): State<App>, RawQuery(raw): RawQuery, request: HeaderMap) -> Response {
    let asked = query::parse(raw.as_deref().unwrap_or_default()).unwrap_or_default();
    let next = asked.iter().find(|(name, _)| name == "next").map_or_else(|| "/".to_owned(), |(_, value)| local(value));
    match member(&app, &request).await {
        Ok(Some(member)) => asked_again(&app, &request, &member, None, &next).await,
        Ok(None) => see_other(&paths::sign_in(&next)),
        Err(answer) => answer,
    }
}

pub(super) async fn again_post(State(app): State<App>, request: Request) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let next = form.first("next").map_or_else(|| "/".to_owned(), local);
    let member = match member(&app, &parts.headers).await {
        Ok(Some(member)) => member,
        Ok(None) => return see_other(&paths::sign_in(&next)),
        Err(answer) => return answer,
    };
    let not_in = match again::prove(&app, &member, secret(&form, "password")).await {
        Ok(again::Outcome::Proved(cookie)) => {
            let mut response = see_other(&next);
            let left = member.session().expires_at - app.clock.now();
            put(&mut response, desk::session_cookie(&app), &cookie, left);
            return response;
        }
        Ok(again::Outcome::Refused) => NotIn::Refused,
        Ok(again::Outcome::Wait(wait)) => NotIn::Wait(seconds(wait)),
        Ok(again::Outcome::Busy) => NotIn::Busy,
        Err(error) => return failed(&app, &error),
    };
    asked_again(&app, &parts.headers, &member, Some(not_in), &next).await
}

/// The page that asks for a proof, with the ways that this person has.
async fn asked_again(app: &App, request: &HeaderMap, member: &Member, not_in: Option<NotIn>, next: &str) -> Response {
    match again::ways(app, member).await {
        Ok(ways) => {
            let provider = app.oidc.as_ref().filter(|_| ways.provider).map(|oidc| oidc.name().to_owned());
            let view = AgainView {
                who: member.staff().name.clone(),
                next: next.to_owned(),
                password: ways.password,
                provider,
            };
            shown(app, request, || pages::again(not_in, &view))
        }
        Err(error) => super::unavailable(app, &error),
    }
}

pub(super) async fn sign_out(State(app): State<App>, request: HeaderMap) -> Response {
    if let Some(cookie) = cookies::read(&request, desk::session_cookie(&app))
        && let Err(error) = sign_in::sign_out(&app, &cookie).await
    {
        return failed(&app, &error);
    }
    let mut response = see_other("/sign-in?said=out");
    put(&mut response, desk::session_cookie(&app), &SecretString::from(String::new()), 0);
    response
}

pub(super) async fn invitation(State(app): State<App>, Path(token): Path<String>, request: HeaderMap) -> Response {
    match invite::look(&app, &SecretString::from(token)).await {
        Ok(Some(invitation)) => {
            let view = invited(&invitation);
            shown(&app, &request, || pages::invitation(&view))
        }
        Ok(None) => shown(&app, &request, pages::invitation_gone),
        Err(error) => super::unavailable(&app, &error),
    }
}

pub(super) async fn invitation_post(State(app): State<App>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let token = SecretString::from(token);
    let found = match invite::look(&app, &token).await {
        Ok(found) => found,
        Err(error) => return super::unavailable(&app, &error),
    };
    let Some(found) = found else { return shown(&app, &parts.headers, pages::invitation_gone) };
    let name = form.first("name").unwrap_or_default().to_owned();
    let again = InvitationView { name: name.clone(), ..invited(&found) };
    let password = secret(&form, "new");
    if password.expose_secret() != secret(&form, "repeat").expose_secret() {
        let view = InvitationView { mistake: Some(PasswordMistake::Differs), ..again };
        return shown(&app, &parts.headers, || pages::invitation(&view));
    }
    let view = match invite::accept(&app, token, name, password).await {
        Ok(Accepted::Yes) => return see_other("/sign-in?said=ready"),
        Ok(Accepted::Gone) => return shown(&app, &parts.headers, pages::invitation_gone),
        Ok(Accepted::Unfit(unfit)) => InvitationView { mistake: Some(mistake(unfit)), ..again },
        Ok(Accepted::NoName) => InvitationView { no_name: true, ..again },
        Ok(Accepted::Busy) => InvitationView { busy: true, ..again },
        Err(error) => return failed(&app, &error),
    };
    shown(&app, &parts.headers, || pages::invitation(&view))
}

fn invited(invitation: &crate::storage::staff::invitations::Invitation) -> InvitationView {
    InvitationView {
        email: invitation.email.clone(),
        name: invitation.name.clone(),
        role: invitation.role,
        is_reset: invitation.staff.is_some(),
        no_name: false,
        mistake: None,
        busy: false,
    }
}

pub(super) fn mistake(unfit: Unfit) -> PasswordMistake {
    match unfit {
        Unfit::TooShort => PasswordMistake::TooShort,
        Unfit::TooLong => PasswordMistake::TooLong,
        Unfit::Guessable => PasswordMistake::Guessable,
    }
}

pub(super) async fn member(app: &App, request: &HeaderMap) -> Result<Option<Member>, Response> {
    let Some(cookie) = cookies::read(request, desk::session_cookie(app)) else { return Ok(None) };
    Member::open(app, &cookie).await.map_err(|error| super::unavailable(app, &error))
}

/// Where this request comes from.
pub(super) fn from(app: &App, parts: &Parts) -> Whence {
    let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Whence {
        address: address::client(&parts.headers, &parts.extensions, &app.config.trusted_proxies),
        agent: agent::summary(agent),
        known: cookies::read(&parts.headers, known_cookie(app)),
    }
}

fn known_cookie(app: &App) -> Opens {
    Opens::StaffKnown { plain: !desk::is_https(app) }
}

/// The way in, or the page again with what is in the way.
fn answered(app: &App, parts: &Parts, outcome: Outcome, next: &str, page: impl FnOnce(NotIn) -> Page) -> Response {
    let not_in = match outcome {
        Outcome::In { cookie, known } => {
            return let_in(app, if next.is_empty() { "/" } else { next }, &cookie, &known);
        }
        Outcome::Wait(wait) => NotIn::Wait(seconds(wait)),
        Outcome::Busy => NotIn::Busy,
        Outcome::Over => NotIn::Over,
        Outcome::Refused | Outcome::Code(_) => NotIn::Refused,
    };
    let mut response = shown(app, &parts.headers, || page(not_in));
    let after = match not_in {
        NotIn::Wait(seconds) => HeaderValue::from(seconds),
        NotIn::Busy => HeaderValue::from_static("2"),
        _ => return response,
    };
    response.headers_mut().insert(header::RETRY_AFTER, after);
    response
}

/// On to the page, with a new session.
pub(super) fn let_in(app: &App, next: &str, cookie: &SecretString, known: &SecretString) -> Response {
    let mut response = see_other(next);
    put(&mut response, desk::session_cookie(app), cookie, LONGEST);
    put(&mut response, step_cookie(app), &SecretString::from(String::new()), 0);
    put(&mut response, known_cookie(app), known, KNOWN_LIFETIME);
    response
}

pub(super) fn seconds(wait: Millis) -> i64 {
    (wait + SECOND - 1).div_euclid(SECOND).max(1)
}

fn secret(form: &Form, name: &str) -> SecretString {
    SecretString::from(form.first(name).unwrap_or_default())
}

/// Appends a cookie.
pub(super) fn put(response: &mut Response, opens: Opens, value: &SecretString, lifetime: Millis) {
    if let Some(cookie) = cookies::set(opens, value, lifetime) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

pub(super) fn shown(app: &App, request: &HeaderMap, page: impl FnOnce() -> Page) -> Response {
    document_of(app, request, page, None)
}

/// The same for a page from which the browser goes on by itself.
pub(super) fn document_of(
    app: &App,
    request: &HeaderMap,
    page: impl FnOnce() -> Page,
    goes_on: Option<&str>,
) -> Response {
    let (status, html) = speaking(Language::of(request), || document(page, &app.site.pkg_dir(), goes_on));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    headers::staff(response.headers_mut(), None, false);
    response
}

fn failed(app: &App, error: &ServiceError) -> Response {
    tracing::error!(%error, "a sign-in could not be stored");
    message_page(app, Message::Unavailable, None)
}
