//! OfficeRnD's signed calls: Healthcheck, Sync and Configure.

use app::ids::ConnectionId;
use app::pages::message::Message;
use app::{paths, texts};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::cookies::{self, Opens};
use super::{connect, headers, is_head, message_page, see_other};
use crate::manifest::Integration;
use crate::services::configure::{self, LONGEST};
use crate::services::sightings::saw;
use crate::services::signed_calls::{self, Unverified, Verified};
use crate::services::sync;
use crate::state::App;
use crate::storage::sightings::Call;

/// From stored state, without calling anybody.
pub async fn healthcheck(State(app): State<App>, Path(slug): Path<String>, request: Request) -> Response {
    let Some(integration) = app.integrations.get(&slug) else { return unknown_integration() };
    match verify(&app, &integration, &request.into_parts().0).await {
        Ok(verified) => {
            saw(&app, &integration.slug, Call::Healthcheck);
            let (key, value) = signed_calls::healthcheck(&integration, &verified);
            json(StatusCode::OK, key, &value)
        }
        Err(refused) => refused,
    }
}

pub async fn sync(State(app): State<App>, Path(slug): Path<String>, request: Request) -> Response {
    let Some(integration) = app.integrations.get(&slug) else { return unknown_integration() };
    if is_head(request.method()) {
        return only_get();
    }
    let verified = match verify(&app, &integration, &request.into_parts().0).await {
        Ok(verified) => verified,
        Err(refused) => return refused,
    };
    saw(&app, &integration.slug, Call::Sync);
    match sync::sync(&app, &verified).await {
        Ok(sync::Outcome::Answered(body)) => {
            no_store((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response())
        }
        Ok(sync::Outcome::Disconnected) => {
            json(StatusCode::CONFLICT, "message", &texts::sync_disconnected(&integration.name))
        }
        Ok(sync::Outcome::WrongSwitch) => json(StatusCode::BAD_REQUEST, "message", &texts::sync_switch_unreadable()),
        Err(error) => {
            tracing::error!(%error, "a sync call could not be stored");
            unavailable()
        }
    }
}

/// Opens a visit of the configuration page and goes to its clean address.
pub async fn configure(State(app): State<App>, Path(slug): Path<String>, request: Request) -> Response {
    let Some(integration) = app.integrations.get(&slug) else {
        let mut response = message_page(&app, Message::UnknownIntegration, None);
        headers::no_referrer(response.headers_mut());
        return response;
    };
    let mut response = open(&app, &integration, &request.into_parts().0).await;
    headers::no_referrer(response.headers_mut());
    response
}

async fn open(app: &App, integration: &Integration, request: &Parts) -> Response {
    if is_head(&request.method) {
        return connect::only_get(app, integration);
    }
    let verified = match signed_calls::verify(app, integration, request.uri.query().unwrap_or_default()).await {
        Ok(verified) => verified,
        Err(Unverified::Refused(why)) => {
            tracing::info!(integration = %integration.slug, why, "a Configure link was refused");
            return message_page(app, Message::StaleLink, Some(integration));
        }
        Err(Unverified::Storage(error)) => {
            tracing::error!(%error, "a Configure link could not be checked");
            return message_page(app, Message::Unavailable, Some(integration));
        }
    };
    saw(app, &integration.slug, Call::Configure);
    let connection = verified.known().connection.id;
    let opens = Opens::Connection(connection);
    match configure::open(app, &verified, cookies::read(&request.headers, opens)).await {
        Ok(configure::Outcome::Used) => message_page(app, Message::StaleLink, Some(integration)),
        Ok(outcome) => {
            let mut response = see_other(&paths::settings(ConnectionId(connection)));
            if let configure::Outcome::Opened(cookie) = outcome
                && let Some(cookie) = cookies::set(opens, &cookie, LONGEST)
            {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            headers::page(app, response.headers_mut(), None, false);
            response
        }
        Err(error) => {
            tracing::error!(%error, "a visit could not be opened");
            message_page(app, Message::Unavailable, Some(integration))
        }
    }
}

/// All refusals look alike from outside; the log says which it was.
async fn verify(app: &App, integration: &Integration, request: &Parts) -> Result<Verified, Response> {
    match signed_calls::verify(app, integration, request.uri.query().unwrap_or_default()).await {
        Ok(verified) => Ok(verified),
        Err(Unverified::Refused(why)) => {
            tracing::debug!(integration = %integration.slug, why, "a signed call was refused");
            Err(json(StatusCode::UNAUTHORIZED, "message", &texts::signature_refused()))
        }
        Err(Unverified::Storage(error)) => {
            tracing::error!(%error, "a signed call could not be checked");
            Err(unavailable())
        }
    }
}

/// Any other method than GET on what OfficeRnD's servers call.
pub async fn wrong_method(State(app): State<App>, Path(slug): Path<String>) -> Response {
    if app.integrations.get(&slug).is_some() { only_get() } else { unknown_integration() }
}

fn only_get() -> Response {
    let mut response = json(StatusCode::METHOD_NOT_ALLOWED, "message", &texts::text("signed-wrong-method"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}

fn unknown_integration() -> Response {
    json(StatusCode::NOT_FOUND, "message", &texts::text("signed-unknown-integration"))
}

fn unavailable() -> Response {
    let mut response = json(StatusCode::SERVICE_UNAVAILABLE, "message", &texts::text("signed-unavailable"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// An object with this one member; `key` is a plain name.
fn json(status: StatusCode, key: &'static str, value: &str) -> Response {
    let mut body = Vec::with_capacity(key.len() + value.len() + 16);
    body.extend_from_slice(b"{\"");
    body.extend_from_slice(key.as_bytes());
    body.extend_from_slice(b"\":");
    serde_json::to_writer(&mut body, value).expect("a text can always be written to memory");
    body.push(b'}');
    no_store((status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
