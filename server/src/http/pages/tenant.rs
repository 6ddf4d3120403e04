//! `POST /connections/{connection}` and the pages below it: acts of staff on one connection.

pub(super) mod bulk;
pub(super) mod data;
pub(super) mod runs;

use app::ids::{ConnectionId, EventId};
use app::pages::message::Message;
use app::paths;
use app::ports::{StaffDesk as _, TypedAct};
use app::role::Act;
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;
use uuid::Uuid;

use super::{again, staff};
use crate::backend::staff::StaffMember;
use crate::backend::staff::tenant::Found;
use crate::domain::form::Form;
use crate::http::{message_page, see_other};
use crate::services::ServiceError;
use crate::services::acts::{self, Outcome};
use crate::services::staff::permit::Proved;
use crate::state::App;

/// Longer reasons belong into a note.
const LONGEST_REASON: usize = 500;

/// A form of the dashboard about one connection.
struct Post {
    app: App,
    member: StaffMember,
    found: Found,
    parts: Parts,
    typed: TypedAct,
    form: Form,
}

impl Post {
    /// # Errors
    /// With the answer for who posts about nothing that there is, or nothing that can be read.
    async fn open(app: App, member: StaffMember, request: Request) -> Result<Self, Response> {
        let found = match member.tenant_found().await {
            Ok(Some(found)) => found,
            Ok(None) => return Err(message_page(&app, Message::NotFound, None)),
            Err(error) => return Err(super::unavailable(&app, &error)),
        };
        let (parts, form) = staff::read(&app, request).await?;
        let of = |name: &str| form.first(name).unwrap_or_default().trim().to_owned();
        let typed = TypedAct { act: of("act"), reason: of("reason"), since: of("since"), wrong: Vec::new() };
        Ok(Self { app, member, found, parts, typed, form })
    }

    fn id(&self) -> Uuid {
        self.found.connection.id
    }

    /// The same, of somebody who may do the act.
    async fn permitted<A: Proved>(
        app: App,
        member: StaffMember,
        request: Request,
    ) -> Result<(Self, crate::services::staff::permit::Permit<A>), Response> {
        let post = Self::open(app, member, request).await?;
        let permit = post.permit()?;
        Ok((post, permit))
    }

    fn say(&self, message: Message) -> Response {
        message_page(&self.app, message, self.found.integration.as_deref())
    }

    fn unavailable(&self, error: &ServiceError) -> Response {
        tracing::error!(connection.id = %self.id(), act = self.typed.act, %error, "an act of staff was not done");
        self.say(Message::Unavailable)
    }

    #[expect(clippy::result_large_err, reason = "the answer goes out at once")]
    fn permit<A: Proved>(&self) -> Result<crate::services::staff::permit::Permit<A>, Response> {
        staff::permit(&self.app, &self.member)
    }

    /// The page again with what was typed, and what is wrong with it (422).
    async fn refused(self, wrong: &[&str]) -> Response {
        let wrong = wrong.iter().map(|name| (*name).to_owned()).collect();
        let typed = TypedAct { wrong, ..self.typed };
        again(&self.app, self.parts, self.member.prepared(typed)).await
    }

    /// The page of the connection, which says what was done.
    fn done(&self, outcome: &str) -> Response {
        let act = self.typed.act.split(':').next().unwrap_or_default();
        see_other(&paths::connection_said(ConnectionId(self.id()), act, outcome, self.app.clock.now()))
    }

    /// A reason is missing where one is needed, or longer than one is.
    fn wrong_reason(&self, needed: bool) -> bool {
        let most = if self.typed.act == "note" { acts::LONGEST_NOTE } else { LONGEST_REASON };
        (needed && self.typed.reason.is_empty()) || self.typed.reason.chars().count() > most
    }

    /// The name of the organization was typed, as it is asked for before what cannot be taken back.
    fn is_named(&self) -> bool {
        let typed = self.form.first("name").unwrap_or_default();
        crate::services::settings::guards::same_name(typed, &self.found.organization.name)
    }
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let post = match Post::open(app, member, request).await {
        Ok(post) => post,
        Err(answer) => return answer,
    };
    match Box::pin(press(post)).await {
        Ok(answer) | Err(answer) => answer,
    }
}

async fn press(post: Post) -> Result<Response, Response> {
    let (app, id, reason) = (&post.app, post.id(), post.typed.reason.clone());
    // Who may not do it does not learn what it would take.
    let role = post.member.member().staff().role;
    if !role.may(needs(&post.typed.act)) {
        return Ok(post.say(Message::NotFound));
    }
    if post.wrong_reason(matches!(post.typed.act.as_str(), "pause" | "since" | "note")) {
        return Ok(post.refused(&["reason"]).await);
    }
    let outcome = match post.typed.act.as_str() {
        "run" => acts::run_now(app, &post.permit()?, id, &reason).await,
        "refresh" => acts::refresh(app, &post.permit()?, id, &reason).await,
        "pause" => acts::pause(app, &post.permit()?, id, &reason).await,
        "resume" => acts::resume(app, &post.permit()?, id, &reason).await,
        "note" => acts::add_note(app, &post.permit()?, id, &reason).await.map(done_if),
        "unmask" => acts::unmask(app, &post.permit()?, id).await.map(|done| done_if(done.then_some(id))),
        "since" => {
            let permit = post.permit()?;
            let zone = post.member.who().zone;
            let Some(since) = app::time::local(&post.typed.since, &zone).filter(|at| *at <= app.clock.now()) else {
                return Ok(post.refused(&["since"]).await);
            };
            acts::replay_since(app, &permit, id, since, &reason).await
        }
        other => match other.split_once(':') {
            Some(("event", event)) => {
                let Ok(EventId(event)) = event.parse() else { return Ok(post.say(Message::Unreadable)) };
                acts::replay_event(app, &post.permit()?, id, event, &reason).await
            }
            Some(("hook", hook)) => {
                let Ok(hook) = Uuid::try_parse(hook) else { return Ok(post.say(Message::Unreadable)) };
                acts::repeat_delivery(app, &post.permit()?, id, hook, &reason).await
            }
            _ => return Ok(post.refused(&["act"]).await),
        },
    };
    Ok(match outcome {
        Ok(outcome) => post.done(outcome.slug()),
        Err(error) => post.unavailable(&error),
    })
}

/// An act that there is not is nobody's who may do nothing.
fn needs(act: &str) -> Act {
    match act.split(':').next().unwrap_or_default() {
        "refresh" => Act::Refresh,
        "pause" => Act::Pause,
        "resume" => Act::Resume,
        "note" => Act::Note,
        "unmask" => Act::Unmask,
        "since" | "event" | "hook" => Act::Replay,
        _ => Act::RunNow,
    }
}

fn done_if(done: Option<Uuid>) -> Outcome {
    if done.is_some() { Outcome::Done } else { Outcome::Nothing }
}
