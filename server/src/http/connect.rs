//! `GET /i/{integration}/connect`: OfficeRnD opens the pop-up. The code is used at once and never
//! appears in a later address, a referrer or a log.

use app::ids::AttemptId;
use app::pages::message::Message;
use app::paths;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use secrecy::SecretString;

use super::cookies::{self, Opens};
use super::query::{self, Unreadable};
use super::{address, headers, is_head, message_page, see_other};
use crate::domain::attempt::LIFETIME;
use crate::manifest::Integration;
use crate::services::connect::{Begun, ConnectCall, begin};
use crate::services::sightings::saw;
use crate::state::App;
use crate::storage::sightings::Call;

/// Longer values are no ids, slugs or codes.
const MOST_BYTES: usize = 4 * 1024;
const MOST_LOCATIONS: usize = 1_000;

pub async fn connect(State(app): State<App>, Path(slug): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = answer(&app, &slug, &parts).await;
    headers::no_referrer(response.headers_mut());
    response
}

async fn answer(app: &App, slug: &str, request: &Parts) -> Response {
    let Some(integration) = app.integrations.get(slug) else {
        return message_page(app, Message::UnknownIntegration, None);
    };
    if is_head(&request.method) {
        return only_get(app, &integration);
    }
    let Ok(call) = read(request.uri.query().unwrap_or_default()) else {
        return message_page(app, Message::Unreadable, Some(&integration));
    };
    let from = address::client(&request.headers, &request.extensions, &app.config.trusted_proxies);
    // What is over before it begins tells nothing of how far the set-up is.
    let tried = call.code.is_some() && !call.org_slug.is_empty() && !call.integration_id.is_empty();
    let cookie_of = |attempt| cookies::read(&request.headers, Opens::Attempt(attempt));
    match begin(app, &integration, call, &from, cookie_of).await {
        Ok(Begun::Attempt { attempt, cookie }) => {
            if tried {
                saw(app, &integration.slug, Call::Connect);
            }
            let mut response = see_other(&paths::attempt(AttemptId(attempt)));
            if let Some(cookie) = cookies::set(Opens::Attempt(attempt), &cookie, LIFETIME) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            headers::page(app, response.headers_mut(), None, false);
            response
        }
        Ok(Begun::Same { attempt }) => {
            let mut response = see_other(&paths::attempt(AttemptId(attempt)));
            headers::page(app, response.headers_mut(), None, false);
            response
        }
        Ok(Begun::TooManyCodes) => message_page(app, Message::TooManyCodes, Some(&integration)),
        Err(error) => {
            tracing::error!(%error, "a connect could not be stored");
            message_page(app, Message::Unavailable, Some(&integration))
        }
    }
}

fn read(raw: &str) -> Result<ConnectCall, Unreadable> {
    let parameters = query::parse(raw)?;
    let value = |name: &str| match query::single(&parameters, name)? {
        Some(value) if value.len() > MOST_BYTES || value.contains(char::is_control) => Err(Unreadable),
        value => Ok(value.unwrap_or_default()),
    };
    let locations = query::single(&parameters, "locations")?.unwrap_or_default();
    if locations.contains(char::is_control) {
        return Err(Unreadable);
    }
    let mut ids: Vec<String> = Vec::new();
    for id in locations.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    if ids.len() > MOST_LOCATIONS {
        return Err(Unreadable);
    }
    let code = value("code")?;
    Ok(ConnectCall {
        code: (!code.is_empty()).then(|| SecretString::from(code)),
        org_slug: value("org_slug")?.trim().to_owned(),
        integration_id: value("integrationId")?.trim().to_owned(),
        locations: ids,
        declined: !value("error")?.is_empty(),
    })
}

/// Any other method on OfficeRnD's pages.
pub async fn wrong_method(State(app): State<App>, Path(slug): Path<String>) -> Response {
    let mut response = match app.integrations.get(&slug) {
        Some(integration) => only_get(&app, &integration),
        None => message_page(&app, Message::UnknownIntegration, None),
    };
    headers::no_referrer(response.headers_mut());
    response
}

/// Not even HEAD, since a GET there does something.
pub(super) fn only_get(app: &App, integration: &Integration) -> Response {
    let mut response = message_page(app, Message::MethodNotAllowed, Some(integration));
    response.headers_mut().insert(header::ALLOW, axum::http::HeaderValue::from_static("GET"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_a_set_and_empty_means_all() {
        let ids = |raw: &str| read(raw).map(|call| call.locations);
        assert_eq!(ids("code=x&locations=a,%20b,a,,"), Ok(vec!["a".into(), "b".into()]));
        assert_eq!(ids("code=x&locations="), Ok(vec![]));
        assert_eq!(ids("code=x"), Ok(vec![]));
    }

    #[test]
    fn what_has_two_readings_is_refused() {
        for wrong in ["code=a&code=b", "org_slug=a&org_slug=b&code=x", "code=%0d%0a", "locations=%00", "code=%ff"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&format!("code={}", "x".repeat(MOST_BYTES + 1))).is_err());
    }

    #[test]
    fn a_missing_code_and_an_error_are_told_apart_from_a_good_call() {
        assert!(read("").unwrap().code.is_none());
        assert!(read("code=").unwrap().code.is_none());
        assert!(read("code=x&error=access_denied").unwrap().declined);
        assert!(!read("code=x&error=").unwrap().declined);
    }
}
