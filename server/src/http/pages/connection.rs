//! `POST /settings/{connection}/disconnect` and `…/review`.

use app::forms::Act;
use app::ids::ConnectionId;
use app::pages::message::Message;
use app::paths;
use app::ports::Actor;
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::{download, pressed};
use crate::backend::settings::ConnectionDesk;
use crate::http::{message_page, see_other};
use crate::services::settings::waiting::{self, Format};
use crate::services::{disconnect as service, finish as set_up};
use crate::state::App;

pub(super) async fn disconnect(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    let act = match pressed(&app, request).await {
        Ok(act) => act,
        Err(answer) => return answer,
    };
    if act != "disconnect" {
        return Box::pin(export(&app, &desk, &act)).await;
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

/// The settings as a file, offered before they can be had no more.
async fn export(app: &App, desk: &ConnectionDesk, act: &str) -> Response {
    let format = match act.parse() {
        Ok(Act::Export(format)) => Format::of(&format),
        _ => None,
    };
    let Some(format) = format else { return message_page(app, Message::Unreadable, Some(desk.integration())) };
    match waiting::export(app, desk.integration(), desk.connection(), format).await {
        Ok(Some(file)) => download(&file.name, &file.media_type, file.bytes),
        Ok(None) => message_page(app, Message::NotFound, Some(desk.integration())),
        Err(error) => {
            tracing::error!(connection.id = %desk.connection().id, %error, "settings could not be written to a file");
            message_page(app, Message::Unavailable, Some(desk.integration()))
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
