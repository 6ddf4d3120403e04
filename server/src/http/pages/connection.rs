//! `POST /settings/{connection}/disconnect` and `…/review`.

use app::ids::ConnectionId;
use app::pages::message::Message;
use app::paths;
use app::ports::Actor;
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::pressed;
use crate::backend::settings::ConnectionDesk;
use crate::http::{message_page, see_other};
use crate::services::{disconnect as service, finish as set_up};
use crate::state::App;

pub(super) async fn disconnect(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    match pressed(&app, request).await {
        Ok(act) if act == "disconnect" => {}
        Ok(_) => return message_page(&app, Message::Unreadable, Some(desk.integration())),
        Err(answer) => return answer,
    }
    match service::by_admin(&app, desk.integration(), desk.connection(), desk.member()).await {
        Ok(service::Outcome::Done) => see_other(&paths::settings(ConnectionId(desk.connection().id))),
        // The page says what it waits for.
        Ok(service::Outcome::Held(_)) => see_other(&paths::disconnect(ConnectionId(desk.connection().id))),
        Err(error) => {
            tracing::error!(connection.id = %desk.connection().id, %error, "a disconnect could not be stored");
            message_page(&app, Message::Unavailable, Some(desk.integration()))
        }
    }
}

pub(super) async fn finish(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    match pressed(&app, request).await {
        Ok(act) if act == "next" => {}
        Ok(_) => return message_page(&app, Message::Unreadable, Some(desk.integration())),
        Err(answer) => return answer,
    }
    let connection = desk.connection().id;
    match set_up::finish(&app, desk.integration(), connection, None, Actor::Admin(desk.member())).await {
        Ok(()) => see_other(&paths::settings(ConnectionId(connection))),
        Err(error) => {
            tracing::error!(connection.id = %connection, %error, "a set-up could not be finished");
            message_page(&app, Message::Unavailable, Some(desk.integration()))
        }
    }
}
