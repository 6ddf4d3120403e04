//! `GET /i/{integration}/partner-return`: the browser comes back from the partner's sign-in page.
//!
//! Its state says which run of the pop-up or which visit it belongs to, and only the browser that holds that one's
//! cookie gets further. Unknown, foreign and forged states have one answer.

use std::time::Duration;

use app::ids::{AttemptId, ConnectionId};
use app::pages::message::Message;
use app::paths;
use app::ports::Actor;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use secrecy::SecretString;

use super::cookies::{self, Opens};
use super::pages::{after_step, link};
use super::query::{self, Unreadable};
use super::{connect, headers, is_head, language, message_page, see_other};
use crate::backend::connect::AttemptDesk;
use crate::backend::set_up::SetUp;
use crate::backend::settings::ConnectionDesk;
use crate::domain::sign_in::{Opener, SignIn};
use crate::manifest::Integration;
use crate::services::ServiceError;
use crate::services::reconnect::{self, Link};
use crate::services::steps::{self, Back, By, Returned};
use crate::state::App;
use crate::storage::sign_ins;

/// Longer values are no codes and no states of ours.
const MOST_BYTES: usize = 8 * 1024;
/// How long a second return waits for what the first one started.
const PATIENCE: Duration = Duration::from_secs(25);
const POLL: Duration = Duration::from_millis(150);

pub async fn partner_return(State(app): State<App>, Path(slug): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = answer(&app, &slug, &parts).await;
    headers::page(&app, response.headers_mut(), None, false);
    headers::no_referrer(response.headers_mut());
    response
}

async fn answer(app: &App, slug: &str, request: &Parts) -> Response {
    let Some(integration) = app.integrations.get(slug) else {
        return message_page(app, Message::UnknownIntegration, None);
    };
    if is_head(&request.method) {
        return connect::only_get(app, &integration);
    }
    let Ok((state, returned)) = read(request.uri.query().unwrap_or_default()) else {
        return message_page(app, Message::Unreadable, Some(&integration));
    };
    match proved(app, &integration, state, request).await {
        Ok(Some((desk, sign_in))) => go_on(app, desk, sign_in, returned).await,
        Ok(None) => message_page(app, Message::SignInGone, Some(&integration)),
        Err(error) => unavailable(app, &integration, &error),
    }
}

fn read(raw: &str) -> Result<(SecretString, Returned), Unreadable> {
    let parameters = query::parse(raw)?;
    let value = |name: &str| match query::single(&parameters, name)? {
        Some(value) if value.len() > MOST_BYTES || value.contains(char::is_control) => Err(Unreadable),
        value => Ok(value.unwrap_or_default()),
    };
    let (state, code, error) = (value("state")?, value("code")?, value("error")?);
    let returned = match (error.as_str(), code.is_empty()) {
        ("access_denied", _) => Returned::Declined,
        ("", false) => Returned::Code(SecretString::from(code)),
        _ => Returned::Nothing,
    };
    Ok((SecretString::from(state), returned))
}

/// The permission that the cookie beside a state gives.
enum Desk {
    Attempt(Box<AttemptDesk>),
    Visit(Box<ConnectionDesk>),
    Link(Box<Link>),
}

/// None for a state that is none of ours, or not of this browser.
async fn proved(
    app: &App,
    integration: &Integration,
    state: SecretString,
    request: &Parts,
) -> Result<Option<(Desk, SignIn)>, ServiceError> {
    let Some(sign_in) = steps::find(app, integration, &state).await? else { return Ok(None) };
    let desk = match sign_in.opener {
        Opener::Attempt { id, cookie } => {
            let presented = cookies::read(&request.headers, Opens::Attempt(id));
            let desk = AttemptDesk::open(app, id, presented.as_ref()).await?;
            desk.filter(|desk| desk.attempt().cookie_digest == cookie).map(|desk| Desk::Attempt(Box::new(desk)))
        }
        Opener::Visit { .. } => {
            let presented = cookies::read(&request.headers, Opens::Connection(sign_in.connection));
            let desk = ConnectionDesk::open(app, sign_in.connection, presented.as_ref()).await?;
            // Another visit of the same browser has another cookie.
            match desk.filter(|desk| desk.opener() == sign_in.opener) {
                Some(desk) => Some(Desk::Visit(Box::new(desk))),
                None => by_link(app, &sign_in, request).await?.map(|link| Desk::Link(Box::new(link))),
            }
        }
    };
    Ok(desk.map(|desk| (desk, sign_in)))
}

/// The reconnect link that a sign-in was begun with, if this browser holds its cookie.
async fn by_link(app: &App, sign_in: &SignIn, request: &Parts) -> Result<Option<Link>, ServiceError> {
    let Some(cookie) = cookies::read(&request.headers, Opens::Link(sign_in.connection)) else { return Ok(None) };
    let Some(token) = reconnect::token_of(&cookie) else { return Ok(None) };
    let link = reconnect::open(app, &token, Some(cookie)).await?.filter(|link| !link.completed);
    Ok(link.filter(|link| link.opener() == sign_in.opener && link.connection.id == sign_in.connection))
}

async fn go_on(app: &App, desk: Desk, sign_in: SignIn, returned: Returned) -> Response {
    match desk {
        Desk::Attempt(desk) => {
            let id = AttemptId(desk.attempt().id);
            let home = paths::attempt(id);
            // Finished, removed or taken over meanwhile: the window's own page says which.
            let set_up = desk.set_up().filter(|set_up| set_up.connection.id == sign_in.connection);
            let Some(set_up) = set_up else { return see_other(&home) };
            let step = paths::attempt_step(id, &sign_in.step);
            match come_back(app, set_up, sign_in, returned, Actor::Admin(None)).await {
                Ok(Back::Again) => see_other(&step),
                // The window's own address leads to the first open step, or to the review.
                Ok(Back::Done { .. } | Back::Used | Back::Gone) => see_other(&home),
                Err(error) => unavailable(app, desk.integration(), &error),
            }
        }
        Desk::Visit(desk) => {
            let id = ConnectionId(desk.connection().id);
            let settings = paths::settings(id);
            if desk.connection().disconnected.is_some() {
                return see_other(&settings);
            }
            let set_up = match desk.set_up().await {
                Ok(set_up) => set_up,
                Err(error) => return unavailable(app, desk.integration(), &error.into()),
            };
            let step = sign_in.step.clone();
            match come_back(app, &set_up, sign_in, returned, Actor::Admin(desk.member())).await {
                Ok(Back::Done { linked }) => after_step(app, &desk, &step, linked).await,
                Ok(Back::Again) => see_other(&paths::settings_step(id, &step)),
                Ok(Back::Used | Back::Gone) => see_other(&settings),
                Err(error) => unavailable(app, desk.integration(), &error),
            }
        }
        Desk::Link(link) => {
            let set_up = match link::set_up(app, &link).await {
                Ok(set_up) => set_up,
                Err(error) => return unavailable(app, &link.integration, &error),
            };
            let step = sign_in.step.clone();
            match come_back(app, &set_up, sign_in, returned, Actor::Admin(None)).await {
                Ok(Back::Done { .. }) => link::after_step(app, &link, &step).await,
                Ok(Back::Again) => see_other(&link::step_path(&link, &step)),
                Ok(Back::Used | Back::Gone) => see_other(&link::home(&link)),
                Err(error) => unavailable(app, &link.integration, &error),
            }
        }
    }
}

/// The first return goes on; later ones wait for what became of it.
async fn come_back(
    app: &App,
    set_up: &SetUp,
    sign_in: SignIn,
    returned: Returned,
    actor: Actor,
) -> Result<Back, ServiceError> {
    let (connection, id) = (sign_in.connection, sign_in.id);
    let by = By { actor, opener: sign_in.opener, language: language::now().language };
    let back = steps::come_back(app, &set_up.integration, sign_in, returned, by).await?;
    if !matches!(back, Back::Used) {
        return Ok(back);
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < deadline {
        match sign_ins::get(app.db.read(), connection, id).await? {
            // The return that got there first says what was linked.
            None => return Ok(Back::Done { linked: false }),
            Some(sign_in) if sign_in.outcome.is_some() => return Ok(Back::Again),
            // Cut off long ago: nothing is under way any more.
            Some(sign_in) if sign_in.used_at.is_none_or(|used| used + steps::CUT_OFF <= app.clock.now()) => {
                return Ok(Back::Again);
            }
            Some(_) => tokio::time::sleep(POLL).await,
        }
    }
    Ok(Back::Used)
}

fn unavailable(app: &App, integration: &Integration, error: &ServiceError) -> Response {
    tracing::error!(%error, "a return from the partner's sign-in page could not go on");
    message_page(app, Message::Unavailable, Some(integration))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_return_says_one_thing_or_is_refused() {
        let said = |raw: &str| {
            read(raw).ok().map(|(state, returned)| {
                let what = match returned {
                    Returned::Code(code) => format!("code {}", code.expose_secret()),
                    Returned::Declined => "declined".to_owned(),
                    Returned::Nothing => "nothing".to_owned(),
                };
                (state.expose_secret().to_owned(), what)
            })
        };
        let is = |state: &str, what: &str| Some((state.to_owned(), what.to_owned()));
        assert_eq!(said("code=c&state=s"), is("s", "code c"));
        assert_eq!(said("state=s&error=access_denied&error_description=No"), is("s", "declined"));
        assert_eq!(said("state=s&error=access_denied&code=c"), is("s", "declined"), "an error outweighs a code");
        assert_eq!(said("state=s&error=server_error&code=c"), is("s", "nothing"));
        assert_eq!(said("state=s"), is("s", "nothing"));
        assert_eq!(said(""), is("", "nothing"));
        for wrong in ["state=a&state=b&code=c", "state=s&code=a&code=b", "state=%00", "code=%ff&state=s", "error=%0d"] {
            assert_eq!(said(wrong), None, "{wrong}");
        }
        assert_eq!(said(&format!("state=s&code={}", "c".repeat(MOST_BYTES + 1))), None);
    }
}
