//! `POST /settings/{connection}`, `…/locations/{location}`, `…/confirm/{draft}`, `…/history/{version}`.

mod answers;

use std::collections::BTreeMap;
use std::sync::Arc;

use app::forms::{Act, Path as At};
use app::ids::ConnectionId;
use app::pages::message::Message;
use app::paths;
use app::ports::{ExplainedView, Fault, SettingsPageView, Words};
use app::texts::Language;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use secrecy::SecretString;
use uuid::Uuid;

use super::{again, posted_up_to};
use crate::backend::settings::address::{pressed, unpressed, with};
use crate::backend::settings::form::Shown;
use crate::backend::settings::{ConnectionDesk, Prepared};
use crate::domain::form::Form;
use crate::domain::settings::edits::Of;
use crate::domain::settings::entries::Entries;
use crate::http::{message_page, see_other};
use crate::services::settings::lists::Wanted;
use crate::services::settings::save::{self, Clash, Outcome, Request as Save};
use crate::services::settings::{acts, locks, waiting};
use crate::services::{ServiceError, explain};
use crate::state::App;

/// A page of 200 plans with groups, all opened.
const MOST_BYTES: usize = 1024 * 1024;
const MOST_FIELDS: usize = 20_000;

pub(super) async fn settings(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    if desk.connection().disconnected.is_some() {
        return see_other(&paths::settings(ConnectionId(desk.connection().id)));
    }
    let (parts, form) = match read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let post = Post { language: Language::of(&parts.headers), app, desk, parts };
    if form.first("draft").is_some() {
        return Box::pin(post.decide(form)).await;
    }
    let Ok((entries, act)) = Entries::read(&form) else { return post.message(Message::Unreadable) };
    Box::pin(post.press(entries, act)).await
}

pub(super) async fn confirm(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    let (parts, form) = match read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let post = Post { language: Language::of(&parts.headers), app, desk, parts };
    Box::pin(post.confirm(&form)).await
}

pub(super) async fn restore(
    State(app): State<App>,
    Extension(desk): Extension<ConnectionDesk>,
    request: Request,
) -> Response {
    let (parts, form) = match read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let post = Post { language: Language::of(&parts.headers), app, desk, parts };
    post.restore(&form).await
}

async fn read(app: &App, request: Request) -> Result<(Parts, Form), Response> {
    let (parts, body) = request.into_parts();
    let read = Request::from_parts(parts.clone(), body);
    let form = posted_up_to(app, read, MOST_BYTES, MOST_FIELDS).await?;
    Ok((parts, form))
}

/// Keeps what was posted under a visit that has ended, for the next one of the same person. Under a visit that nobody
/// knows nothing is kept.
pub(super) async fn interrupted(app: &App, connection: Uuid, cookie: &SecretString, request: Request) {
    let ended = match ConnectionDesk::ended(app, connection, cookie).await {
        Ok(ended) => ended,
        Err(error) => return tracing::error!(%error, "a visit that had ended could not be read"),
    };
    let Some(desk) = ended else { return };
    // Not the address as it is: of a draft that was gone on with, it would name that one for ever.
    let address = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let Ok((_, form)) = read(app, request).await else { return };
    let Ok((entries, _)) = Entries::read(&form) else { return };
    let Some(page) = desk.page_of(&address) else { return };
    let kept = waiting::keep_interrupted(app, desk.integration(), desk.connection(), desk.member(), &entries, &page);
    if let Err(error) = kept.await {
        tracing::error!(connection.id = %connection, %error, "what was typed in a visit that had ended could not be kept");
    }
}

/// A form that was posted in a visit.
struct Post {
    app: App,
    desk: ConnectionDesk,
    parts: Parts,
    language: Language,
}

impl Post {
    fn message(&self, message: Message) -> Response {
        message_page(&self.app, message, Some(self.desk.integration()))
    }

    fn fault(&self, fault: Fault) -> Response {
        self.message(match fault {
            Fault::NotFound => Message::NotFound,
            Fault::Ended => Message::StaleLink,
            Fault::Unavailable => Message::Unavailable,
        })
    }

    fn failed(&self, error: &ServiceError) -> Response {
        tracing::error!(connection.id = %self.desk.connection().id, %error, "settings could not be stored");
        self.message(Message::Unavailable)
    }

    fn request(&self, entries: Entries) -> Save {
        Save {
            integration: self.desk.integration().clone(),
            connection: self.desk.connection().id,
            of: self.desk.address().of.clone(),
            member: self.desk.member(),
            entries,
            decisions: BTreeMap::new(),
            confirmed: None,
            page: self.desk.page(),
            language: self.language,
        }
    }

    async fn shown(self, page: Result<SettingsPageView, Fault>) -> Response {
        match page {
            Ok(page) => {
                let desk = self.desk.clone().prepared(Prepared::Settings(Arc::new(page)));
                again(&self.app, self.parts, desk).await
            }
            Err(fault) => self.fault(fault),
        }
    }

    async fn press(self, mut entries: Entries, act: Act) -> Response {
        let (language, connection) = (self.language, self.desk.connection().clone());
        match &act {
            Act::Save => {
                let request = self.request(entries);
                return self.saved(request).await;
            }
            Act::Run(key) => {
                let of = &self.desk.address().of;
                let press = acts::Press { of, key, member: self.desk.member(), entries: &entries, language };
                let run = acts::run(&self.app, self.desk.integration(), &connection, press);
                let ran = match Box::pin(run).await {
                    Ok(Some(ran)) => ran,
                    Ok(None) => return self.message(Message::NotFound),
                    Err(error) => return self.failed(&error),
                };
                let page = self.desk.typed_form(entries, Shown::Ran(ran), &Wanted::default(), language).await;
                return self.shown(page).await;
            }
            Act::File(key) => {
                let place = self.desk.address().of.clone();
                let file = acts::file(
                    &self.app,
                    self.desk.integration(),
                    &connection,
                    &place,
                    key,
                    self.desk.member(),
                    language,
                );
                return match file.await {
                    Ok(acts::File::Made(download)) => {
                        super::download(&download.name, &download.media_type, download.bytes)
                    }
                    Ok(acts::File::Refused(ran)) => {
                        let page = self.desk.typed_form(entries, Shown::Ran(ran), &Wanted::default(), language).await;
                        self.shown(page).await
                    }
                    Ok(acts::File::Unknown) => self.message(Message::NotFound),
                    Err(error) => self.failed(&error),
                };
            }
            Act::Export(format) => {
                let Some(format) = waiting::Format::of(format) else { return self.message(Message::Unreadable) };
                return match waiting::export(&self.app, self.desk.integration(), &connection, format).await {
                    Ok(Some(file)) => super::download(&file.name, &file.media_type, file.bytes),
                    Ok(None) => self.message(Message::NotFound),
                    Err(error) => self.failed(&error),
                };
            }
            Act::Lock(_) | Act::Unlock(_) | Act::Except(_) | Act::Unexcept(_) => {
                if self.desk.address().of != Of::Organization {
                    return self.message(Message::NotFound);
                }
                let press = locks::Press {
                    act: act.clone(),
                    member: self.desk.member(),
                    entries: entries.clone(),
                    confirmed: None,
                    page: pressed(&self.desk.page(), &act),
                    language,
                };
                match locks::set(&self.app, self.desk.integration(), connection.id, press).await {
                    // After a change of somebody else the page shows that, and the lock as it is.
                    Ok(locks::Outcome::Done | locks::Outcome::Moved) => {}
                    Ok(locks::Outcome::Confirm(draft)) => return self.to_confirm(draft),
                    Ok(locks::Outcome::Refused(refused)) => {
                        let page = self.desk.refused(&refused, language).await;
                        return self.shown(page).await;
                    }
                    Ok(locks::Outcome::Unknown) => return self.message(Message::NotFound),
                    Err(error) => return self.failed(&error),
                }
            }
            Act::Discard => {
                let member = self.desk.member();
                if let Err(error) = waiting::forget_interrupted(&self.app, &connection, member.as_deref()).await {
                    return self.failed(&error);
                }
                return see_other(&self.desk.page());
            }
            Act::Resume => return self.resume().await,
            Act::Explain => return Box::pin(self.explain(entries)).await,
            Act::Edit | Act::Restore(_) => return self.message(Message::Unreadable),
            _ => self.desk.pressed(&mut entries, &act),
        }
        let mut wanted = Wanted::default();
        if let Act::Refresh(key) = &act {
            wanted.anew.insert(key.clone());
        }
        let shown = match &act {
            Act::Preview => Shown::Preview,
            Act::Refresh(key) => Shown::Refreshed(key.clone()),
            _ => Shown::Typed,
        };
        let page = self.desk.typed_form(entries, shown, &wanted, language).await;
        self.shown(page).await
    }

    /// Why it is so for a member or booking, at this place.
    async fn explain(self, entries: Entries) -> Response {
        let (language, integration) = (self.language, self.desk.integration().clone());
        let subject = entries.about.clone().unwrap_or_default();
        if subject.chars().count() > explain::LONGEST_SUBJECT {
            return self.message(Message::TooLarge);
        }
        let shown = if subject.is_empty() {
            Shown::Typed
        } else {
            let (of, member) = (&self.desk.address().of, self.desk.member());
            let asked = explain::by_admin(&self.app, &integration, self.desk.connection().id, of, member, &subject);
            let (good, said) = match asked.await {
                Ok(Some(Ok((good, said)))) => (good, Words::new(said)),
                Ok(Some(Err(told))) => (false, acts::trouble_in_words(told, &integration, language)),
                Ok(None) => return self.message(Message::NotFound),
                Err(error) => return self.failed(&error),
            };
            Shown::Explained(ExplainedView { subject, good, said, secrets: false })
        };
        let page = self.desk.typed_form(entries, shown, &Wanted::default(), language).await;
        self.shown(page).await
    }

    async fn resume(self) -> Response {
        match self.desk.offered().await {
            Ok(Some(draft)) => see_other(&with(unpressed(&draft.page), &format!("draft={}", draft.id.simple()))),
            Ok(None) => see_other(&self.desk.page()),
            Err(fault) => self.fault(fault),
        }
    }

    /// Saves, and says what came of it.
    async fn saved(self, request: Save) -> Response {
        let outcome = match save::save(&self.app, request.clone()).await {
            Ok(outcome) => outcome,
            Err(error) => return self.failed(&error),
        };
        match outcome {
            Outcome::Saved { revision, seen } => {
                self.forget_draft().await;
                let version = revision.map_or(0, |revision| revision.version);
                let page = match &request.entries.then {
                    Some(section) => paths::section(request.page.split('?').next().unwrap_or_default(), section),
                    None => request.page,
                };
                see_other(&with(&page, &format!("saved={version}&seen={seen}")))
            }
            Outcome::Refused(refused) => {
                let page = self.desk.refused(&refused, self.language).await;
                self.shown(page).await
            }
            Outcome::Conflict(clash) => self.conflict(&clash, &BTreeMap::new(), false).await,
            Outcome::Confirm(draft) => self.to_confirm(draft),
            Outcome::Gone => self.message(Message::NotFound),
        }
    }

    /// What this form was filled in from waits no more: it is saved.
    async fn forget_draft(&self) {
        let Some(id) = self.desk.address().draft else { return };
        // An address can name what is somebody else's.
        if !matches!(self.desk.draft(id).await, Ok(Some(_))) {
            return;
        }
        if let Err(error) = waiting::forget(&self.app, self.desk.connection().id, id).await {
            tracing::warn!(%error, "a draft that was saved is still there");
        }
    }

    /// The page that asks about what waits there.
    fn to_confirm(&self, draft: Uuid) -> Response {
        see_other(&paths::confirm(ConnectionId(self.desk.connection().id), &draft.simple().to_string()))
    }

    async fn conflict(self, clash: &Clash, chosen: &BTreeMap<At, bool>, undecided: bool) -> Response {
        let page = self.desk.page();
        let kept = waiting::keep_conflict(
            &self.app,
            self.desk.integration(),
            self.desk.connection(),
            self.desk.member(),
            &clash.entries,
            &page,
        );
        let draft = match kept.await {
            Ok(draft) => draft,
            Err(error) => return self.failed(&error),
        };
        let page = self.desk.conflict(clash, draft, chosen, undecided, self.language);
        self.shown(page).await
    }
}
