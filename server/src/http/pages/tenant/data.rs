//! Acts with a page of their own: disconnect, purge, a reconnect link, a note, an explanation, and files.

use app::ids::{ConnectionId, NoteId, OrganizationId};
use app::pages::message::Message;
use app::paths;
use app::texts::{self, Language, speaking};
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use secrecy::ExposeSecret as _;

use super::super::{again, download, staff};
use super::Post;
use crate::backend::staff::StaffMember;
use crate::backend::staff::tenant::MadeLink;
use crate::http::{message_page, see_other};
use crate::services::acts::{self, Purged};
use crate::services::explain::{self, Explained, LONGEST_SUBJECT};
use crate::services::reconnect::NotMade;
use crate::services::{disconnect as ending, staff::permit::acts as of};
use crate::state::App;
use crate::upstream::partner::Told;

pub(in crate::http::pages) async fn disconnect(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Result<Response, Response> {
    let (post, permit) = Post::permitted::<of::Disconnect>(app, member, request).await?;
    let Some(integration) = post.found.integration.clone() else { return Ok(post.say(Message::NotFound)) };
    let mut wrong = Vec::new();
    if post.wrong_reason(true) {
        wrong.push("reason");
    }
    if !post.is_named() {
        wrong.push("name");
    }
    if !wrong.is_empty() {
        return Ok(post.refused(&wrong).await);
    }
    let reason = post.typed.reason.clone();
    Ok(match ending::by_staff(&post.app, &permit, &integration, &post.found.connection, reason).await {
        Ok(ending::Outcome::Done) => post.done("done"),
        // The page says what it waits for.
        Ok(ending::Outcome::Held(_)) => post.refused(&["guarded"]).await,
        Err(error) => post.unavailable(&error),
    })
}

pub(in crate::http::pages) async fn purge(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Result<Response, Response> {
    let (post, permit) = Post::permitted::<of::Purge>(app, member, request).await?;
    let mut wrong = Vec::new();
    if post.wrong_reason(true) {
        wrong.push("reason");
    }
    if !post.is_named() {
        wrong.push("name");
    }
    if !wrong.is_empty() {
        return Ok(post.refused(&wrong).await);
    }
    Ok(match acts::purge(&post.app, &permit, post.id(), &post.typed.reason).await {
        Ok(Purged::Done) => see_other(paths::section_of(app::role::Section::Tenants)),
        // The page says what comes first.
        Ok(Purged::StillConnected) => post.refused(&["act"]).await,
        Ok(Purged::Gone) => post.say(Message::NotFound),
        Err(error) => post.unavailable(&error),
    })
}

/// The link stands in this answer and nowhere else; who wants to see it again makes another, which ends it.
pub(in crate::http::pages) async fn reconnect_link(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Result<Response, Response> {
    let (post, permit) = Post::permitted::<of::ReconnectLink>(app, member, request).await?;
    if post.wrong_reason(false) {
        return Ok(post.refused(&["reason"]).await);
    }
    let made = match acts::reconnect_link(&post.app, &permit, post.id(), &post.typed.reason).await {
        Ok(Ok(made)) => {
            let address = post.app.config.public(&paths::reconnect_link(made.token.expose_secret()));
            MadeLink { made: Some((address, made.expires_at)), refused: None }
        }
        Ok(Err(why)) => MadeLink { made: None, refused: Some(why_not(why).to_owned()) },
        Err(error) => return Ok(post.unavailable(&error)),
    };
    let mut answer = again(&post.app, post.parts, post.member.prepared(made)).await;
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(answer)
}

pub(super) fn why_not(why: NotMade) -> &'static str {
    match why {
        NotMade::Ended => "disconnected",
        NotMade::FinishSetUp => "finish_set_up",
    }
}

pub(in crate::http::pages) async fn note(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Result<Response, Response> {
    let (post, permit) = Post::permitted::<of::Note>(app, member, request).await?;
    let Ok(NoteId(note)) = post.member.at().segment(3).parse() else { return Ok(post.say(Message::NotFound)) };
    if post.typed.reason.is_empty() || post.typed.reason.chars().count() > acts::LONGEST_NOTE {
        return Ok(post.refused(&["reason"]).await);
    }
    Ok(match acts::edit_note(&post.app, &permit, post.id(), note, &post.typed.reason).await {
        Ok(true) => see_other(&paths::connection_said(ConnectionId(post.id()), "edit", "done", post.app.clock.now())),
        Ok(false) => post.say(Message::NotFound),
        Err(error) => post.unavailable(&error),
    })
}

pub(in crate::http::pages) async fn ask(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Result<Response, Response> {
    let (post, permit) = Post::permitted::<of::Explain>(app, member, request).await?;
    let of = |name: &str| post.form.first(name).unwrap_or_default().trim().to_owned();
    let (subject, location) = (of("subject"), Some(of("location")).filter(|id| !id.is_empty()));
    if subject.chars().count() > LONGEST_SUBJECT {
        return Ok(post.say(Message::TooLarge));
    }
    let mut explained = Explained { subject: subject.clone(), location: location.clone(), answer: None };
    if let Some(integration) = post.found.integration.as_ref().filter(|_| !subject.is_empty()) {
        let (organization, connection) = (&post.found.organization, &post.found.connection);
        if explain::can_be_asked(integration)
            && let Err(error) = acts::asked_about(&post.app, &permit, connection, &subject).await
        {
            return Ok(post.unavailable(&error));
        }
        let asked =
            explain::ask(&post.app, &permit, integration, organization, connection, location.as_deref(), &subject);
        explained.answer = match asked.await {
            Ok(answer) => answer.map(|answer| answer.unwrap_or_else(|told| (false, trouble(&post, told)))),
            Err(error) => return Ok(post.unavailable(&error)),
        };
    }
    Ok(again(&post.app, post.parts, post.member.prepared(explained)).await)
}

fn trouble(post: &Post, told: Told) -> String {
    let key = match told {
        Told::NoAnswer => "action-no-answer",
        Told::BadAnswer => "action-bad-answer",
    };
    let name = post.found.head().integration;
    speaking(Language::of(&post.parts.headers), || texts::text_with(key, &[("integration", name.into())]))
}

/// Everything that is kept of the organization, as a file.
pub(in crate::http::pages) async fn export(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    _request: Request,
) -> Response {
    let permit = match staff::permit::<of::Export>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let organization = match member.organization_found().await {
        Ok(Some(organization)) => organization,
        Ok(None) => return message_page(&app, Message::NotFound, None),
        Err(error) => return super::super::unavailable(&app, &error),
    };
    let names = member.member().staff().role.may(app::role::Act::Unmask);
    match Box::pin(acts::export(&app, &permit, &organization, names)).await {
        Ok(bytes) => {
            let name = format!("{}.json", OrganizationId(organization.id));
            let mut answer = download(&name, "application/json", bytes);
            *answer.status_mut() = StatusCode::OK;
            answer
        }
        Err(error) => {
            tracing::error!(organization.id = %organization.id, %error, "an export was not made");
            message_page(&app, Message::Unavailable, None)
        }
    }
}
