//! `POST /connect/{attempt}`: Connect, Continue, Try again, Cancel.

use std::time::Duration;

use app::ids::AttemptId;
use app::pages::message::Message;
use app::paths;
use app::ports::Actor;
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::pressed;
use crate::backend::connect::AttemptDesk;
use crate::domain::attempt::{Attempt, Stage};
use crate::http::{address, message_page, see_other};
use crate::services::{ServiceError, connect, finish, link};
use crate::state::App;
use crate::storage::attempts;

/// How long a second click waits for what the first one started.
const PATIENCE: Duration = Duration::from_secs(25);
const POLL: Duration = Duration::from_millis(150);

pub(super) async fn act(
    State(app): State<App>,
    Path(id): Path<String>,
    desk: Option<Extension<AttemptDesk>>,
    request: Request,
) -> Response {
    let (Some(Extension(desk)), Ok(_)) = (desk, id.parse::<AttemptId>()) else {
        return message_page(&app, Message::AttemptGone, None);
    };
    let from = address::client(request.headers(), request.extensions(), &app.config.trusted_proxies);
    let act = match pressed(&app, request).await {
        Ok(act) => act,
        Err(answer) => return answer,
    };
    let done = match act.as_str() {
        "cancel" => connect::cancel(&app, desk.attempt().clone()).await,
        "next" | "retry" => go_on(&app, &desk, &from).await,
        _ => return message_page(&app, Message::Unreadable, Some(desk.integration())),
    };
    match done {
        Ok(()) => after(&app, &desk, act == "cancel").await,
        Err(error) => failed(&app, &desk, &error),
    }
}

async fn go_on(app: &App, desk: &AttemptDesk, from: &str) -> Result<(), ServiceError> {
    let mut attempt = desk.attempt().clone();
    if attempt.is_busy(app.clock.now()) {
        let left = settled(app, desk).await?.filter(|left| !left.is_busy(app.clock.now()));
        // What another press has done meanwhile is not done again. Left as it was, nobody lives who was at it.
        let Some(left) = left.filter(|left| left.updated_at == attempt.updated_at) else { return Ok(()) };
        attempt = left;
    }
    match attempt.stage {
        Stage::Waiting | Stage::Exchanged => connect::advance(app, desk.integration(), attempt, from).await,
        Stage::Ready => link::link(app, desk.integration(), attempt).await,
        Stage::FinishSetUp if desk.set_up().is_some() => {
            let (integration, connection) = (desk.integration(), attempt.connection);
            finish::finish(app, integration, connection, Some(attempt), Actor::Admin(None)).await
        }
        _ => Ok(()),
    }
}

/// Back to OfficeRnD when the pop-up has done its work, else to the page that says how things are.
async fn after(app: &App, desk: &AttemptDesk, cancelled: bool) -> Response {
    let attempt = match settled(app, desk).await {
        Ok(Some(attempt)) => attempt,
        Ok(None) => return message_page(app, Message::AttemptGone, None),
        Err(error) => return failed(app, desk, &error),
    };
    // Finished from Configure while this window was open is as good.
    if cancelled || attempt.stage == Stage::Connected {
        return see_other(&desk.return_url());
    }
    see_other(&paths::attempt(AttemptId(attempt.id)))
}

/// The attempt once nobody works on it any more. What is over stays as it is, and may never have been stored.
async fn settled(app: &App, desk: &AttemptDesk) -> Result<Option<Attempt>, ServiceError> {
    if desk.attempt().stage.is_over() {
        return Ok(Some(desk.attempt().clone()));
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let attempt = attempts::get(app.db.read(), desk.attempt().id).await?;
        let busy = attempt.as_ref().is_some_and(|attempt| attempt.is_busy(app.clock.now()));
        if !busy || tokio::time::Instant::now() >= deadline {
            return Ok(attempt);
        }
        tokio::time::sleep(POLL).await;
    }
}

fn failed(app: &App, desk: &AttemptDesk, error: &ServiceError) -> Response {
    tracing::error!(attempt = %desk.attempt().reference, %error, "a connect could not go on");
    message_page(app, Message::Unavailable, Some(desk.integration()))
}
