//! `/reconnect/{token}`: an admin renews what a connection lives on. Looking consumes nothing.

use std::collections::BTreeSet;

use app::pages::link::{self, LinkView};
use app::pages::message::Message;
use app::pages::{Page, connect};
use app::paths;
use app::ports::{Actor, Fault};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};

use super::step::{Taken, take};
use crate::backend::integration_view;
use crate::backend::set_up::{Asked, SetUp};
use crate::domain::connection::ConnectionState;
use crate::http::cookies::{self, Opens};
use crate::http::{headers, language, message_page, see_other};
use crate::manifest::Step;
use crate::services::ServiceError;
use crate::services::reconnect::{self, Link};
use crate::state::App;
use crate::storage::settings;
use crate::upstream::officernd::Region;

pub(super) async fn page(State(app): State<App>, Path(token): Path<String>, request: HeaderMap) -> Response {
    let link = match opened(&app, token, &request).await {
        Ok(link) => link,
        Err(answer) => return answer,
    };
    let region = Region::parse_stored(&link.organization.region_url, app.officernd.settings())
        .unwrap_or_else(|_| app.officernd.app_region());
    let refused = link.connection.state == ConnectionState::Reconnect;
    let (set_up, renewed) = match (set_up(&app, &link).await, renewed(&app, &link).await) {
        (Ok(set_up), Ok(renewed)) => (set_up, renewed),
        (Err(error), _) | (_, Err(error)) => return unavailable(&app, &error),
    };
    let shown = integration_view(&link.integration, language::now().language);
    let titled = link.integration.steps().iter().zip(shown.steps);
    let steps: Vec<_> = titled.filter(|(step, _)| !renewed.contains(&step.id)).collect();
    let ready = steps.iter().find(|(step, _)| set_up.ready(&step.id).is_some());
    let view = LinkView {
        integration: shown.name,
        organization: link.organization.name.clone(),
        officernd_url: refused.then(|| region.as_str().to_owned()),
        first_step: ready.map(|(step, _)| step_path(&link, &step.id)),
        steps: steps.into_iter().map(|(_, title)| title).collect(),
        completed: link.completed,
        until: link.expires_at,
        support: shown.support,
    };
    document(&app, &link, || link::page(&view), None)
}

pub(super) async fn step(
    State(app): State<App>,
    Path((token, step)): Path<(String, String)>,
    request: HeaderMap,
) -> Response {
    match asked(&app, token, &request).await {
        Ok((link, set_up)) => shown(&app, &link, &set_up, &Asked { step, ..Asked::default() }).await,
        Err(answer) => answer,
    }
}

pub(super) async fn submit(
    State(app): State<App>,
    Path((token, _)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (link, set_up) = match asked(&app, token, request.headers()).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match take(&app, &set_up, Actor::Admin(None), request).await {
        Taken::Answered(response) => response,
        Taken::Later => see_other(&home(&link)),
        Taken::Next(step, _) => after_step(&app, &link, &step).await,
        Taken::Again(_, asked) => shown(&app, &link, &set_up, &asked).await,
    }
}

/// Where the link leads once this step is done: to the next one, or to its end.
pub(crate) async fn after_step(app: &App, link: &Link, step: &str) -> Response {
    let set_up = match set_up(app, link).await {
        Ok(set_up) => set_up,
        Err(error) => return unavailable(app, &error),
    };
    let steps = link.integration.steps();
    let is_ready = |next: &&Step| set_up.ready(&next.id).is_some();
    let later = steps.iter().skip_while(|known| known.id != step).skip(1).find(is_ready);
    let open = || steps.iter().filter(|known| !set_up.done.contains(&known.id)).find(is_ready);
    if let Some(next) = later.or_else(open) {
        return see_other(&step_path(link, &next.id));
    }
    match reconnect::complete(app, link).await {
        Ok(()) => see_other(&home(link)),
        Err(error) => unavailable(app, &error),
    }
}

/// Steps that were done since there is this link.
async fn renewed(app: &App, link: &Link) -> Result<BTreeSet<String>, ServiceError> {
    Ok(settings::steps_done_after(app.db.read(), link.connection.id, link.created_at).await?)
}

/// # Errors
/// When the database does not answer.
pub(crate) async fn set_up(app: &App, link: &Link) -> Result<SetUp, ServiceError> {
    let set_up = SetUp::of(app, &link.integration, &link.organization, &link.connection, link.opener()).await?;
    Ok(set_up.speaking(language::now().language))
}

pub(crate) fn home(link: &Link) -> String {
    paths::reconnect_link(link.token.expose_secret())
}

pub(crate) fn step_path(link: &Link, step: &str) -> String {
    paths::reconnect_link_step(link.token.expose_secret(), step)
}

async fn opened(app: &App, token: String, request: &HeaderMap) -> Result<Link, Response> {
    let token = SecretString::from(token);
    match reconnect::open(app, &token, None).await {
        // The cookie is named after the connection, which only the link says.
        Ok(Some(mut link)) => {
            let kept = cookies::read(request, Opens::Link(link.connection.id));
            link.keep(kept);
            Ok(link)
        }
        // Unknown, over and replaced look alike.
        Ok(None) => Err(message_page(app, Message::Gone, None)),
        Err(error) => Err(unavailable(app, &error.into())),
    }
}

/// A link whose steps may be asked.
async fn asked(app: &App, token: String, request: &HeaderMap) -> Result<(Link, SetUp), Response> {
    let link = opened(app, token, request).await?;
    if link.completed {
        return Err(see_other(&home(&link)));
    }
    let set_up = set_up(app, &link).await.map_err(|error| unavailable(app, &error))?;
    Ok((link, set_up))
}

async fn shown(app: &App, link: &Link, set_up: &SetUp, asked: &Asked) -> Response {
    let view = match set_up.step(asked, Some(home(link)), home(link)).await {
        Ok(view) => view,
        Err(Fault::NotFound | Fault::Ended) => return message_page(app, Message::NotFound, Some(&link.integration)),
        Err(Fault::Unavailable) => return message_page(app, Message::Unavailable, Some(&link.integration)),
    };
    document(app, link, || connect::step_page(&view), asked.sign_in.as_ref())
}

/// With the cookie that a return from the partner's sign-in page has to bring along.
fn document(app: &App, link: &Link, make: impl FnOnce() -> Page, goes_on: Option<&SecretString>) -> Response {
    let goes_on = goes_on.map(secrecy::ExposeSecret::expose_secret);
    let made = || link::document(make, &app.site.pkg_dir(), goes_on);
    let mut kept = HeaderMap::new();
    let (status, html) = language::now().page(&mut kept, made);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, kept, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    headers::page(app, response.headers_mut(), None, false);
    let lifetime = link.expires_at - app.clock.now();
    if let Some(cookie) = cookies::set(Opens::Link(link.connection.id), &link.cookie, lifetime) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn unavailable(app: &App, error: &ServiceError) -> Response {
    tracing::error!(%error, "a reconnect link could not be opened");
    message_page(app, Message::Unavailable, None)
}
