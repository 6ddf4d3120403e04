//! `POST /bulk` and `/bulk/{bulk}`: an act on many connections is asked about, ordered, and stopped.

use app::ids::{BulkId, ConnectionId};
use app::pages::message::Message;
use app::paths;
use app::ports::{StaffDesk as _, TypedAct};
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use secrecy::ExposeSecret as _;

use super::super::{again, download, posted_up_to, staff};
use super::data::why_not;
use crate::backend::staff::StaffMember;
use crate::backend::staff::tenant::{BulkAsked, read_connections};
use crate::clock::rfc3339;
use crate::domain::csv;
use crate::http::{message_page, see_other};
use crate::services::acts::Order;
use crate::services::acts::bulk::{self, MOST};
use crate::services::staff::permit::acts as of;
use crate::state::App;

/// Ids of a thousand connections, and of some more that are then too many.
const MOST_BYTES: usize = 512 * 1024;
const MOST_FIELDS: usize = 20;

/// Without `confirm` the page asks; with it the act is ordered.
pub(in crate::http::pages) async fn order(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let permit = match staff::permit::<of::Bulk>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let form = match posted_up_to(&app, whole, MOST_BYTES, MOST_FIELDS).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let of = |name: &str| form.first(name).unwrap_or_default().trim().to_owned();
    let connections = read_connections(&of("connections"));
    let id = of("id").parse().map_or_else(|_| app.random.uuid(app.clock.now()), |BulkId(id)| id);
    let mut typed = TypedAct { act: of("act"), reason: of("reason"), since: of("since"), wrong: Vec::new() };
    if of("confirm").is_empty() {
        let asked = BulkAsked { id, connections, typed };
        return again(&app, parts, member.prepared(asked)).await;
    }
    let since = app::time::local(&typed.since, &member.who().zone).filter(|at| *at <= app.clock.now());
    let order = Order::from_slug(&typed.act, since);
    if typed.reason.is_empty() || typed.reason.chars().count() > super::LONGEST_REASON {
        typed.wrong.push("reason".to_owned());
    }
    if typed.act == "replay" && since.is_none() {
        typed.wrong.push("since".to_owned());
    } else if order.is_none() && typed.act != "links" {
        typed.wrong.push("act".to_owned());
    }
    // The number that was shown is the number that is meant.
    if connections.is_empty() || connections.len() > MOST || of("confirm") != connections.len().to_string() {
        typed.wrong.push("connections".to_owned());
    }
    if !typed.wrong.is_empty() {
        return again(&app, parts, member.prepared(BulkAsked { id, connections, typed })).await;
    }
    let Some(order) = order else {
        return match bulk::links(&app, &permit, &connections, &typed.reason).await {
            Ok(links) => file(&app, &links),
            Err(error) => {
                tracing::error!(%error, "reconnect links were not made");
                message_page(&app, Message::Unavailable, None)
            }
        };
    };
    match bulk::order(&app, &permit, id, order, &connections, &typed.reason).await {
        Ok(Ok(())) => see_other(&paths::bulk_act(BulkId(id))),
        Ok(Err(_)) => {
            typed.wrong.push("connections".to_owned());
            again(&app, parts, member.prepared(BulkAsked { id, connections, typed })).await
        }
        Err(error) => {
            tracing::error!(%error, "an act on many was not ordered");
            message_page(&app, Message::Unavailable, None)
        }
    }
}

fn file(
    app: &App,
    links: &[(uuid::Uuid, Result<crate::services::reconnect::Made, crate::services::reconnect::NotMade>)],
) -> Response {
    let mut text = csv::MARK.to_owned() + &csv::line(["connection", "link", "good_until", "why_not"]);
    for (connection, made) in links {
        let id = ConnectionId(*connection).to_string();
        let (address, until, why) = match made {
            Ok(made) => (
                app.config.public(&paths::reconnect_link(made.token.expose_secret())),
                rfc3339(made.expires_at).unwrap_or_default(),
                "",
            ),
            Err(why) => (String::new(), String::new(), why_not(*why)),
        };
        text.push_str(&csv::line([id.as_str(), address.as_str(), until.as_str(), why]));
    }
    download("reconnect-links.csv", "text/csv; charset=utf-8", text.into_bytes())
}

pub(in crate::http::pages) async fn stop(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    _request: Request,
) -> Response {
    let permit = match staff::permit::<of::Bulk>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let Ok(BulkId(id)) = member.at().segment(1).parse() else { return message_page(&app, Message::NotFound, None) };
    match bulk::stop(&app, &permit, id).await {
        Ok(_) => see_other(&paths::bulk_act(BulkId(id))),
        Err(error) => {
            tracing::error!(%error, "an act on many was not stopped");
            message_page(&app, Message::Unavailable, None)
        }
    }
}
