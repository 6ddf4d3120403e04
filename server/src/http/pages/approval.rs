//! `POST /settings/{connection}/runs/{run}`: the admin's word about a run that the removal guard held.

use app::ids::{ConnectionId, RunId};
use app::pages::message::Message;
use app::paths;
use app::ports::Actor;
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::{download, posted};
use crate::backend::settings::ConnectionDesk;
use crate::domain::csv;
use crate::http::{message_page, query, see_other};
use crate::services::runs::{self, Answer, Decided};
use crate::state::App;

pub(super) async fn decide(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    let say = |message| message_page(&app, message, Some(desk.integration()));
    let form = match posted(&app, request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let field = |name| query::single(&form.0, name).ok().flatten();
    let decision = match field("act").as_deref() {
        Some("approve") => Answer::Approve { seen: field("question").unwrap_or_default() },
        Some("refuse") => Answer::Refuse,
        Some("list") => return list(&app, &desk).await,
        _ => return say(Message::Unreadable),
    };
    let connection = desk.connection().id;
    let Some(run) = desk.address().run else { return say(Message::NotFound) };
    match runs::decide(&app, connection, run, decision, Actor::Admin(desk.member()), None).await {
        // Who was second sees what the first one chose, and who looked at other numbers those that count.
        Ok(Decided::Done | Decided::Already | Decided::Changed) => {
            see_other(&paths::approval(ConnectionId(connection), RunId(run)))
        }
        Ok(Decided::Unknown) => say(Message::NotFound),
        Err(error) => {
            tracing::error!(connection.id = %connection, %error, "an approval could not be stored");
            say(Message::Unavailable)
        }
    }
}

async fn list(app: &App, desk: &ConnectionDesk) -> Response {
    match desk.held_rows().await {
        Ok(Some((run, rows))) => {
            let mut text = csv::MARK.to_owned() + &csv::line(["location", "member_id", "member"]);
            for row in &rows {
                text.push_str(&csv::line(row.iter().map(String::as_str)));
            }
            download(&format!("{}.csv", RunId(run)), "text/csv; charset=utf-8", text.into_bytes())
        }
        Ok(None) => message_page(app, Message::NotFound, Some(desk.integration())),
        Err(error) => {
            tracing::error!(connection.id = %desk.connection().id, %error, "a list of removals could not be read");
            message_page(app, Message::Unavailable, Some(desk.integration()))
        }
    }
}
