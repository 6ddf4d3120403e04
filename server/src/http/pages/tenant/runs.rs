//! `POST /connections/{connection}/runs/{run}`: the word of staff about a run that the removal guard held, and its list.
//! `POST /connections/{connection}/runs`: all runs as a file.

use app::ids::{ConnectionId, RunId};
use app::pages::message::Message;
use app::paths;
use app::ports::TenantDesk as _;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;

use super::super::download;
use super::Post;
use crate::backend::staff::StaffMember;
use crate::backend::staff::tenant::runs_file;
use crate::domain::csv;
use crate::http::see_other;
use crate::services::acts;
use crate::services::runs::{Answer, Decided};
use crate::services::staff::permit::acts as of;
use crate::state::App;

pub(in crate::http::pages) async fn decide(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Result<Response, Response> {
    let post = Post::open(app, member, request).await?;
    let Ok(RunId(run)) = post.member.at().segment(3).parse() else { return Ok(post.say(Message::NotFound)) };
    if post.typed.act == "list" {
        return Ok(list(&post).await);
    }
    let permit = post.permit::<of::DecideRun>()?;
    let answer = match post.typed.act.as_str() {
        "approve" => Answer::Approve { seen: post.form.first("question").unwrap_or_default().to_owned() },
        "refuse" => Answer::Refuse,
        _ => return Ok(post.say(Message::Unreadable)),
    };
    if post.wrong_reason(true) {
        return Ok(post.refused(&["reason"]).await);
    }
    Ok(match acts::decide(&post.app, &permit, post.id(), run, answer, &post.typed.reason).await {
        // Who was second sees what the first one chose, and who looked at other numbers those that count.
        Ok(Decided::Done | Decided::Already | Decided::Changed) => {
            see_other(&paths::tenant_run(ConnectionId(post.id()), RunId(run)))
        }
        Ok(Decided::Unknown) => post.say(Message::NotFound),
        Err(error) => post.unavailable(&error),
    })
}

pub(in crate::http::pages) async fn export(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Result<Response, Response> {
    let (post, permit) = Post::permitted::<of::Export>(app, member, request).await?;
    if post.typed.act != "export" {
        return Ok(post.say(Message::Unreadable));
    }
    if let Err(error) = acts::runs_taken(&post.app, &permit, &post.found.connection).await {
        return Ok(post.unavailable(&error));
    }
    let name = format!("{}-runs.csv", ConnectionId(post.id()));
    let mut answer = download(&name, "text/csv; charset=utf-8", Vec::new());
    *answer.body_mut() = Body::from_stream(runs_file(post.app, post.found));
    Ok(answer)
}

/// Who would be removed, as far as this reader may know their names.
async fn list(post: &Post) -> Response {
    let permit = match post.permit::<of::Export>() {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let Ok(view) = post.member.tenant_run().await else { return post.say(Message::Unavailable) };
    let Some(approval) = view.approval else { return post.say(Message::NotFound) };
    let RunId(run) = view.run.id;
    if let Err(error) = acts::list_taken(&post.app, &permit, &post.found.connection, run).await {
        return post.unavailable(&error);
    }
    let mut text = csv::MARK.to_owned() + &csv::line(["location", "member"]);
    for place in &approval.places {
        for member in &place.members {
            text.push_str(&csv::line([place.location.as_str(), member.as_str()]));
        }
    }
    download(&format!("{}.csv", view.run.id), "text/csv; charset=utf-8", text.into_bytes())
}
