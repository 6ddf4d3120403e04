//! `POST /staff` and `POST /account`.

use std::sync::Arc;

use app::ids::StaffId;
use app::pages::message::Message;
use app::ports::{AccountMistake, AccountSaid, InviteMistake, InviteView, PasswordMistake, StaffLinkView, TeamSaid};
use app::role::{Act, Role};
use app::time::Zone;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::door::{mistake, put, seconds};
use super::{act, again, staff as desk};
use crate::backend::staff::StaffMember;
use crate::backend::staff::team::{Account, Team};
use crate::domain::form::Form;
use crate::http::{message_page, see_other};
use crate::services::ServiceError;
use crate::services::staff::account::{self, Done};
use crate::services::staff::invite::{self, LIFETIME, NotInvited};
use crate::services::staff::permit::acts;
use crate::services::staff::team::{self, Change, Outcome};
use crate::state::App;

pub(super) async fn team(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let permit = match desk::permit::<acts::Team>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let unreadable = || message_page(&app, Message::Unreadable, None);
    let role = form.first("role").and_then(Role::from_slug);
    let Some(pressed) = act(&form) else { return unreadable() };
    if pressed == "invite" {
        let Some(role) = role else { return unreadable() };
        let (email, name) = (typed(&form, "email"), typed(&form, "name"));
        return match invite::invite(&app, &permit, email.clone(), name.clone(), role).await {
            Ok(Ok(token)) => linked(&app, parts, member, name, &token, false).await,
            Ok(Err(why)) => {
                let mistake = Some(match why {
                    NotInvited::NoAddress => InviteMistake::NoAddress,
                    NotInvited::NoName => InviteMistake::NoName,
                    NotInvited::Known => InviteMistake::Known,
                });
                let team = Team { invite: InviteView { email, name, role, mistake }, link: None };
                again(&app, parts, member.prepared(team)).await
            }
            Err(error) => failed(&app, &error),
        };
    }
    if pressed == "withdraw" {
        let Some(id) = form.first("invitation").and_then(|id| Uuid::try_parse(id).ok()) else { return unreadable() };
        return match invite::withdraw(&app, &permit, id).await {
            Ok(()) => said(TeamSaid::Withdrawn),
            Err(error) => failed(&app, &error),
        };
    }
    let Some(StaffId(whom)) = form.first("staff").and_then(|id| id.parse().ok()) else { return unreadable() };
    if pressed == "reset" {
        return match invite::reset(&app, &permit, whom).await {
            Ok(Some((staff, token))) => linked(&app, parts, member, staff.name, &token, true).await,
            Ok(None) => message_page(&app, Message::NotFound, None),
            Err(error) => failed(&app, &error),
        };
    }
    let (change, after) = match (pressed.as_str(), role) {
        ("role", Some(role)) => (Change::Role(role), TeamSaid::Saved),
        ("disable", _) => (Change::Disable, TeamSaid::Disabled),
        ("enable", _) => (Change::Enable, TeamSaid::Enabled),
        ("forget-app", _) => (Change::ForgetApp, TeamSaid::AppForgotten),
        ("unlink", _) => (Change::Unlink, TeamSaid::Unlinked),
        _ => return unreadable(),
    };
    match team::change(&app, &permit, whom, change).await {
        Ok(Outcome::Done) => said(after),
        Ok(Outcome::LastOwner) => said(TeamSaid::LastOwner),
        Ok(Outcome::Unknown) => message_page(&app, Message::NotFound, None),
        Err(error) => failed(&app, &error),
    }
}

fn said(said: TeamSaid) -> Response {
    see_other(&format!("/staff?said={}", said.slug()))
}

/// The page with a link that is shown this once.
async fn linked(
    app: &App,
    parts: Parts,
    member: StaffMember,
    name: String,
    token: &SecretString,
    is_reset: bool,
) -> Response {
    let link = StaffLinkView {
        name,
        url: app.config.public(&format!("/invitations/{}", token.expose_secret())),
        until: app.clock.now() + LIFETIME,
        is_reset,
    };
    again(app, parts, member.prepared(Team { invite: InviteView::default(), link: Some(link) })).await
}

pub(super) async fn account(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let post = Post { app, member, parts };
    if let Some(session) = form.first("end") {
        let Ok(session) = Uuid::try_parse(session) else { return message_page(&post.app, Message::Unreadable, None) };
        return post.end(Some(session)).await;
    }
    let Some(pressed) = act(&form) else { return message_page(&post.app, Message::Unreadable, None) };
    // Who finds an open browser must not be able to keep its owner out.
    let guarded = matches!(pressed.as_str(), "app-begin" | "app-confirm" | "app-remove" | "codes");
    if guarded && !post.member.member().is_fresh(post.app.clock.now()) {
        return see_other(&app::paths::sign_in_again("/account"));
    }
    let done = match pressed.as_str() {
        "save" => return post.save(&form).await,
        "password" => return post.password(&form).await,
        "app-confirm" => return post.confirm(&form).await,
        "end-others" => return post.end(None).await,
        "app-begin" => account::begin_app(&post.app, post.member.member()).await.map(|()| "/account#app".to_owned()),
        "app-remove" => account::remove_app(&post.app, post.member.member())
            .await
            .map(|()| format!("/account?said={}", AccountSaid::AppRemoved.slug())),
        "codes" => match account::new_codes(&post.app, post.member.member()).await {
            Ok(Some(codes)) => return post.codes(&codes).await,
            Ok(None) => Ok("/account".to_owned()),
            Err(error) => Err(error),
        },
        _ => return message_page(&post.app, Message::Unreadable, None),
    };
    match done {
        Ok(next) => see_other(&next),
        Err(error) => failed(&post.app, &error),
    }
}

/// A form of one's own account.
struct Post {
    app: App,
    member: StaffMember,
    parts: Parts,
}

impl Post {
    async fn wrong(self, mistake: AccountMistake, typed: Option<(String, String)>) -> Response {
        let account = Account { mistake: Some(mistake), typed, codes: Arc::default() };
        again(&self.app, self.parts, self.member.prepared(account)).await
    }

    async fn codes(self, codes: &[SecretString]) -> Response {
        let account = Account { mistake: None, typed: None, codes: codes.to_vec().into() };
        again(&self.app, self.parts, self.member.prepared(account)).await
    }

    async fn save(self, form: &Form) -> Response {
        let (name, zone) = (typed(form, "name"), typed(form, "zone"));
        let mistake = if name.is_empty() || name.chars().count() > invite::LONGEST {
            Some(AccountMistake::NoName)
        } else if !zone.is_empty() && !Zone::is_known(&zone) {
            Some(AccountMistake::UnknownZone)
        } else {
            None
        };
        if let Some(mistake) = mistake {
            return self.wrong(mistake, Some((name, zone))).await;
        }
        match account::save(&self.app, self.member.member(), name, (!zone.is_empty()).then_some(zone)).await {
            Ok(()) => see_other(&format!("/account?said={}", AccountSaid::Saved.slug())),
            Err(error) => failed(&self.app, &error),
        }
    }

    async fn password(self, form: &Form) -> Response {
        let secret = |name: &str| SecretString::from(form.first(name).unwrap_or_default());
        if secret("new").expose_secret() != secret("repeat").expose_secret() {
            return self.wrong(AccountMistake::Password(PasswordMistake::Differs), None).await;
        }
        let done = account::change_password(&self.app, self.member.member(), secret("password"), secret("new")).await;
        let wrong = match done {
            Ok(Done::Yes(cookie)) => {
                let mut response = see_other(&format!("/account?said={}", AccountSaid::Password.slug()));
                let left = self.member.member().session().expires_at - self.app.clock.now();
                put(&mut response, desk::session_cookie(&self.app), &cookie, left);
                return response;
            }
            Ok(Done::Refused) => AccountMistake::WrongPassword,
            Ok(Done::Unfit(unfit)) => AccountMistake::Password(mistake(unfit)),
            Ok(Done::Wait(wait)) => AccountMistake::Wait(seconds(wait)),
            Ok(Done::Busy) => AccountMistake::Busy,
            Err(error) => return failed(&self.app, &error),
        };
        self.wrong(wrong, None).await
    }

    async fn confirm(self, form: &Form) -> Response {
        match account::confirm_app(&self.app, self.member.member(), typed(form, "code")).await {
            Ok(Done::Yes(codes)) => self.codes(&codes).await,
            Ok(_) => self.wrong(AccountMistake::WrongCode, None).await,
            Err(error) => failed(&self.app, &error),
        }
    }

    async fn end(self, session: Option<Uuid>) -> Response {
        match account::end_sessions(&self.app, self.member.member(), session).await {
            Ok(()) => see_other(&format!("/account?said={}", AccountSaid::SessionsEnded.slug())),
            Err(error) => failed(&self.app, &error),
        }
    }
}

fn typed(form: &Form, name: &str) -> String {
    form.first(name).unwrap_or_default().trim().to_owned()
}

fn failed(app: &App, error: &ServiceError) -> Response {
    tracing::error!(%error, act = Act::Team.slug(), "an act on accounts could not be stored");
    message_page(app, Message::Unavailable, None)
}
