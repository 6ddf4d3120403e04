//! `POST /sign-in/provider` sends staff to the partner's OpenID provider, `GET /sign-in/return` is where they come back.
//!
//! A return changes something though it is a GET: its state was given out by us, to this browser, and is good once.

use app::pages::message::Message;
use app::pages::provider::{self as pages, Trouble};
use app::paths;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::door::{document_of, from, let_in, member, put, seconds, shown};
use super::staff as desk;
use crate::domain::next::local;
use crate::http::cookies::{self, Opens};
use crate::http::query::{self, Unreadable};
use crate::http::{headers, is_head, message_page, see_other};
use crate::services::ServiceError;
use crate::services::staff::oidc::{self as service, Back, LIFETIME, Leaves, NotIn, Returned};
use crate::state::App;
use crate::upstream::oidc::Oidc;

/// Longer values are no codes and no states of ours.
const MOST_BYTES: usize = 8 * 1024;

fn cookie_of(app: &App, id: Uuid) -> Opens {
    Opens::StaffOidc { id, plain: !desk::is_https(app) }
}

pub(super) async fn leave(State(app): State<App>, request: Request) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let next = form.first("next").map(local).unwrap_or_default();
    let Some(oidc) = app.oidc.clone() else { return see_other(&paths::sign_in(&next)) };
    let member = match form.first("again") {
        None => None,
        Some(_) => match member(&app, &parts.headers).await {
            Ok(Some(member)) => Some(member),
            Ok(None) => return see_other(&paths::sign_in(&next)),
            Err(answer) => return answer,
        },
    };
    let again = member.is_some();
    match service::leave(&app, &oidc, member.as_ref(), next.clone(), from(&app, &parts)).await {
        Ok(Leaves::To { url, id, cookie }) => {
            // A page that goes on by itself: browsers check each hop after a form, and the provider is no target of
            // our forms.
            let page = || pages::leaving(oidc.name(), url.expose_secret());
            let mut response = document_of(&app, &parts.headers, page, Some(url.expose_secret()));
            put(&mut response, cookie_of(&app, id), &cookie, LIFETIME);
            response
        }
        Ok(Leaves::Wait(wait)) => {
            let wait = seconds(wait);
            let mut response = trouble(&app, &parts, &oidc, Trouble::Wait(wait), &next, again);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
            response
        }
        Ok(Leaves::Busy) => trouble(&app, &parts, &oidc, Trouble::Busy, &next, again),
        Ok(Leaves::NoAnswer) => trouble(&app, &parts, &oidc, Trouble::NoAnswer, &next, again),
        Err(error) => failed(&app, &error),
    }
}

pub(super) async fn come_back(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = answer(&app, &parts).await;
    // The address carries a code.
    headers::no_referrer(response.headers_mut());
    response
}

async fn answer(app: &App, parts: &Parts) -> Response {
    if is_head(&parts.method) {
        return message_page(app, Message::MethodNotAllowed, None);
    }
    let Ok(read) = read(parts.uri.query().unwrap_or_default()) else {
        return message_page(app, Message::Unreadable, None);
    };
    let Some(oidc) = app.oidc.clone() else { return see_other(&paths::sign_in("")) };
    let sign_in = match service::find(app, &read.state).await {
        Ok(sign_in) => sign_in,
        Err(error) => return super::unavailable(app, &error),
    };
    // Unknown, foreign and forged states have one answer.
    let known = sign_in.filter(|sign_in| {
        let cookie = cookies::read(&parts.headers, cookie_of(app, sign_in.id));
        service::is_of(sign_in, cookie.as_ref())
    });
    let Some(sign_in) = known else { return trouble(app, parts, &oidc, Trouble::Over, "", false) };
    let member = match member(app, &parts.headers).await {
        Ok(member) => member,
        Err(answer) => return answer,
    };
    let (id, next, again) = (sign_in.id, sign_in.next.clone(), sign_in.session.is_some());
    let goes_on = if next.is_empty() { "/" } else { next.as_str() };
    let expires_at = member.as_ref().map(|member| member.session().expires_at);
    let is_in = member.is_some();
    let from = from(app, parts);
    let mut response = match service::come_back(app, &oidc, sign_in, (read.returned, read.iss), member, from).await {
        Ok(Back::In { cookie, known }) => let_in(app, goes_on, &cookie, &known),
        Ok(Back::Proved(cookie)) => {
            let mut response = see_other(goes_on);
            let left = expires_at.unwrap_or_default() - app.clock.now();
            put(&mut response, desk::session_cookie(app), &cookie, left);
            response
        }
        Ok(Back::Ended) => see_other(&paths::sign_in(&next)),
        // The browser's back button, after the first return let the person in.
        Ok(Back::Not(NotIn::Over)) if is_in && !again => see_other(goes_on),
        Ok(Back::Not(why)) => trouble(app, parts, &oidc, why.into(), &next, again),
        Err(error) => return failed(app, &error),
    };
    put(&mut response, cookie_of(app, id), &SecretString::from(String::new()), 0);
    response
}

struct Read {
    state: SecretString,
    returned: Returned,
    iss: Option<String>,
}

fn read(raw: &str) -> Result<Read, Unreadable> {
    let parameters = query::parse(raw)?;
    let value = |name: &str| match query::single(&parameters, name)? {
        Some(value) if value.len() > MOST_BYTES || value.contains(char::is_control) => Err(Unreadable),
        value => Ok(value),
    };
    let (state, code, error, iss) = (value("state")?, value("code")?, value("error")?, value("iss")?);
    let returned = match (error.as_deref(), code.filter(|code| !code.is_empty())) {
        (Some("access_denied"), _) => Returned::Declined,
        (Some(error), _) => Returned::Error(error.to_owned()),
        (None, Some(code)) => Returned::Code(SecretString::from(code)),
        (None, None) => Returned::Nothing,
    };
    Ok(Read { state: SecretString::from(state.unwrap_or_default()), returned, iss })
}

impl From<NotIn> for Trouble {
    fn from(why: NotIn) -> Self {
        match why {
            NotIn::Declined => Trouble::Declined,
            NotIn::Over => Trouble::Over,
            NotIn::NoAnswer => Trouble::NoAnswer,
            NotIn::Doubted => Trouble::Doubted,
            NotIn::Weak => Trouble::Weak,
            NotIn::Outside => Trouble::Outside,
            NotIn::Stranger => Trouble::Stranger,
            NotIn::Unverified => Trouble::Unverified,
            NotIn::Another => Trouble::Another,
        }
    }
}

fn trouble(app: &App, parts: &Parts, oidc: &Oidc, trouble: Trouble, next: &str, again: bool) -> Response {
    let back = if again { paths::sign_in_again(next) } else { paths::sign_in(next) };
    shown(app, &parts.headers, || pages::trouble(trouble, oidc.name(), &back))
}

fn failed(app: &App, error: &ServiceError) -> Response {
    tracing::error!(%error, "a sign-in by the provider could not be stored");
    message_page(app, Message::Unavailable, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_says_one_thing_or_is_refused() {
        let said = |raw: &str| {
            read(raw).ok().map(|read| {
                let what = match read.returned {
                    Returned::Code(code) => format!("code {}", code.expose_secret()),
                    Returned::Declined => "declined".to_owned(),
                    Returned::Error(error) => format!("error {error}"),
                    Returned::Nothing => "nothing".to_owned(),
                };
                (read.state.expose_secret().to_owned(), what, read.iss)
            })
        };
        let is = |state: &str, what: &str, iss: Option<&str>| {
            Some((state.to_owned(), what.to_owned(), iss.map(str::to_owned)))
        };
        assert_eq!(said("code=c&state=s"), is("s", "code c", None));
        assert_eq!(said("code=c&state=s&iss=https%3A%2F%2Fa"), is("s", "code c", Some("https://a")));
        assert_eq!(said("state=s&error=access_denied&code=c"), is("s", "declined", None), "an error outweighs a code");
        assert_eq!(said("state=s&error=&code=c"), is("s", "error ", None));
        assert_eq!(said("state=s&error=login_required"), is("s", "error login_required", None));
        assert_eq!(said("state=s&code="), is("s", "nothing", None));
        assert_eq!(said(""), is("", "nothing", None));
        for wrong in ["state=a&state=b", "state=s&code=a&code=b", "iss=a&iss=b", "state=%00", "code=%ff", "error=%0d"] {
            assert_eq!(said(wrong), None, "{wrong}");
        }
        assert_eq!(said(&format!("state=s&code={}", "c".repeat(MOST_BYTES + 1))), None);
    }
}
