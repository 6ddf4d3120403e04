//! `POST …/steps/{step}`: Continue, Refresh list, Show more; in the pop-up and from Configure.

use app::ids::{AttemptId, ConnectionId};
use app::pages::message::Message;
use app::paths;
use app::ports::Actor;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;

use super::{act, again, posted};
use crate::backend::connect::AttemptDesk;
use crate::backend::set_up::{Asked, SetUp};
use crate::backend::settings::ConnectionDesk;
use crate::domain::entry::Echo;
use crate::domain::form::Form;
use crate::http::cookies::{self, LINKED};
use crate::http::{language, message_page, see_other};
use crate::services::ServiceError;
use crate::services::steps::{self, By, Submitted};
use crate::state::App;

pub(super) async fn of_attempt(
    State(app): State<App>,
    desk: Option<Extension<AttemptDesk>>,
    request: Request,
) -> Response {
    let Some(Extension(desk)) = desk else { return message_page(&app, Message::AttemptGone, None) };
    let home = paths::attempt(AttemptId(desk.attempt().id));
    // Finished, removed or taken over meanwhile: the window's own page says which.
    let Some(set_up) = desk.set_up().cloned() else { return see_other(&home) };
    let done = take(&app, &set_up, Actor::Admin(None), request).await;
    match done {
        Taken::Answered(response) => response,
        Taken::Later => see_other(&desk.return_url()),
        // The window's own address leads to the first open step, or to the review.
        Taken::Next(..) => see_other(&home),
        Taken::Again(parts, asked) => again(&app, *parts, desk.asked(*asked)).await,
    }
}

pub(super) async fn of_connection(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    let id = ConnectionId(desk.connection().id);
    if desk.connection().disconnected.is_some() {
        return see_other(&paths::settings(id));
    }
    let set_up = match desk.set_up().await {
        Ok(set_up) => set_up,
        Err(error) => return failed(&app, &error.into()),
    };
    match take(&app, &set_up, Actor::Admin(desk.member()), request).await {
        Taken::Answered(response) => response,
        Taken::Later => see_other(&paths::settings(id)),
        Taken::Next(step, linked) => after_step(&app, &desk, &step, linked).await,
        Taken::Again(parts, asked) => again(&app, *parts, desk.asked(*asked)).await,
    }
}

/// Where a visit goes once this step is done. The next page says so when an account was linked.
pub(crate) async fn after_step(app: &App, desk: &ConnectionDesk, step: &str, linked: bool) -> Response {
    let id = ConnectionId(desk.connection().id);
    // What this step has changed decides what comes after it.
    let set_up = match desk.set_up().await {
        Ok(set_up) => set_up,
        Err(error) => return failed(app, &error.into()),
    };
    let mut response = see_other(&match set_up.after(step) {
        Some(next) => paths::settings_step(id, &next.id),
        None if set_up.connection.finished_at.is_none() => paths::review(id),
        None => paths::settings(id),
    });
    if linked {
        cookies::say(response.headers_mut(), id.0, LINKED);
    }
    response
}

pub(super) enum Taken {
    Answered(Response),
    /// The admin goes on another time.
    Later,
    /// This step is done, with an account that was not linked before or without.
    Next(String, bool),
    Again(Box<Parts>, Box<Asked>),
}

fn shown(parts: Parts, asked: Asked) -> Taken {
    Taken::Again(Box::new(parts), Box::new(asked))
}

pub(super) async fn take(app: &App, set_up: &SetUp, actor: Actor, request: Request) -> Taken {
    let integration = &set_up.integration;
    let step = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    if set_up.ready(&step).is_none() {
        return Taken::Answered(message_page(app, Message::NotFound, Some(integration)));
    }
    let (parts, body) = request.into_parts();
    let read = Request::from_parts(parts.clone(), body);
    let form = match posted(app, read).await {
        Ok(form) => form,
        Err(answer) => return Taken::Answered(answer),
    };
    let mut form = form;
    if let Some(key) = searched(&form) {
        form.0.retain(|(name, _)| *name != format!("p-{key}") && name != "act");
        return shown(parts, Asked::again(step, Echo::of(form)));
    }
    match act(&form).unwrap_or_default().as_str() {
        "cancel" => Taken::Later,
        "refresh" => shown(parts, Asked::again(step, Echo::of(form))),
        "next" => match submit(app, set_up, &step, form, actor).await {
            Ok(Submitted::Done { linked }) => Taken::Next(step, linked),
            Ok(Submitted::SignIn(url)) => shown(parts, Asked { step, sign_in: Some(url), ..Asked::default() }),
            Ok(Submitted::Again(echo)) => shown(parts, Asked::again(step, echo)),
            Ok(Submitted::Gone) => Taken::Answered(message_page(app, Message::NotFound, Some(integration))),
            Err(error) => Taken::Answered(failed(app, &error)),
        },
        more => match more.strip_prefix("more-") {
            Some(key) => {
                let name = format!("p-{key}");
                let pages: u32 = form.first(&name).and_then(|pages| pages.parse().ok()).unwrap_or(1);
                form.0.retain(|(known, _)| *known != name);
                form.0.push((name, pages.saturating_add(1).to_string()));
                shown(parts, Asked::again(step, Echo::of(form)))
            }
            None => Taken::Answered(message_page(app, Message::Unreadable, Some(integration))),
        },
    }
}

/// The field in whose list something is looked for: its button was pressed, or Return in its line, which a browser
/// takes for the first button of the form.
fn searched(form: &Form) -> Option<String> {
    let act = act(form)?;
    if let Some(key) = act.strip_prefix("find-") {
        return Some(key.to_owned());
    }
    let changed = |(name, typed): &(String, String)| {
        let key = name.strip_prefix("q-")?;
        let shown = form.first(&format!("s-{key}")).unwrap_or_default();
        (typed.trim() != shown.trim()).then(|| key.to_owned())
    };
    if act == "next" { form.0.iter().find_map(changed) } else { None }
}

async fn submit(app: &App, set_up: &SetUp, step: &str, form: Form, actor: Actor) -> Result<Submitted, ServiceError> {
    let by = By { actor, opener: set_up.opener, language: language::now().language };
    steps::submit(app, &set_up.integration, set_up.connection.id, step, form, by).await
}

fn failed(app: &App, error: &ServiceError) -> Response {
    tracing::error!(%error, "a step could not be stored");
    message_page(app, Message::Unavailable, None)
}
