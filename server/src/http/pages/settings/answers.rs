//! Answers to the pages that ask before something is saved: a conflict, something dangerous, a version to restore.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::forms::{Act, Path as At};
use app::ids::ConnectionId;
use app::pages::message::Message;
use app::paths;
use app::ports::ConfirmView;
use axum::response::Response;
use uuid::Uuid;

use super::{Post, again};
use crate::backend::settings::Prepared;
use crate::backend::settings::address::{unpressed, with};
use crate::backend::settings::form::Shown;
use crate::domain::form::Form;
use crate::http::{query, see_other};
use crate::services::settings::guards::same_name;
use crate::services::settings::later::{self, Question, Restoring, Subject, Wish};
use crate::services::settings::lists::Wanted;
use crate::services::settings::locks::{self, Confirmed, Press};
use crate::services::settings::save::{self, Outcome, Request as Save};
use crate::services::settings::scene::version_of;
use crate::services::settings::waiting;

impl Post {
    /// The answer to the page of a conflict.
    pub(super) async fn decide(self, form: Form) -> Response {
        let one = |name: &str| query::single(&form.0, name).ok().flatten();
        let (Some(draft), Some(version), Some(act)) = (
            one("draft").and_then(|draft| draft.parse::<Uuid>().ok()),
            one("version"),
            one("act").and_then(|act| act.parse::<Act>().ok()),
        ) else {
            return self.message(Message::Unreadable);
        };
        let mut decisions: BTreeMap<At, bool> = BTreeMap::new();
        for (name, value) in &form.0 {
            let Some(path) = name.strip_prefix("decide.") else { continue };
            match (path.parse(), value.as_str()) {
                (Ok(path), "theirs") => _ = decisions.insert(path, false),
                (Ok(path), "yours") => _ = decisions.insert(path, true),
                _ => return self.message(Message::Unreadable),
            }
        }
        let entries = match self.desk.draft(draft).await {
            Ok(Some(entries)) => entries,
            // It was decided already, or waited too long.
            Ok(None) => return see_other(&self.desk.page()),
            Err(fault) => return self.fault(fault),
        };
        match act {
            Act::Discard => {
                if let Err(error) = waiting::forget(&self.app, self.desk.connection().id, draft).await {
                    return self.failed(&error);
                }
                see_other(&self.desk.page())
            }
            Act::Edit => {
                // What the others saved has been seen now.
                let mut entries = entries;
                entries.version = version;
                let page = self.desk.typed_form(entries, Shown::Typed, &Wanted::default(), self.language).await;
                self.shown(page).await
            }
            Act::Save => {
                let request = Save { decisions: decisions.clone(), ..self.request(entries) };
                let outcome = match save::save(&self.app, request.clone()).await {
                    Ok(outcome) => outcome,
                    Err(error) => return self.failed(&error),
                };
                match outcome {
                    Outcome::Conflict(clash) => self.conflict(&clash, &decisions, true).await,
                    Outcome::Saved { revision, seen } => {
                        if let Err(error) = waiting::forget(&self.app, self.desk.connection().id, draft).await {
                            tracing::warn!(%error, "a draft that was saved is still there");
                        }
                        let version = revision.map_or(0, |revision| revision.version);
                        see_other(&with(&request.page, &format!("saved={version}&seen={seen}")))
                    }
                    Outcome::Refused(refused) => {
                        let page = self.desk.refused(&refused, self.language).await;
                        self.shown(page).await
                    }
                    Outcome::Confirm(draft) => self.to_confirm(draft),
                    Outcome::Gone => self.message(Message::NotFound),
                }
            }
            _ => self.message(Message::Unreadable),
        }
    }

    /// The answer to the page of a confirmation.
    pub(super) async fn confirm(self, form: &Form) -> Response {
        let act = query::single(&form.0, "act").ok().flatten().and_then(|act| act.parse::<Act>().ok());
        let question = match self.desk.asked_to_confirm().await {
            Ok(Some(question)) => question,
            Ok(None) => return self.over().await,
            Err(fault) => return self.fault(fault),
        };
        match act {
            Some(Act::Edit) => see_other(&back(&question)),
            Some(Act::Discard) => {
                let draft = question.draft.id;
                if let Err(error) = waiting::forget(&self.app, self.desk.connection().id, draft).await {
                    return self.failed(&error);
                }
                see_other(unpressed(&question.draft.page))
            }
            Some(Act::Save) => {
                let typed = form.first("typed").unwrap_or_default().to_owned();
                let view = match self.desk.question(&question, Some(typed.clone()), self.language) {
                    Ok(view) => view,
                    Err(fault) => return self.fault(fault),
                };
                let name_fits = view.type_name.as_ref().is_none_or(|name| same_name(name, &typed));
                // Others saved since the counts were made: they are shown anew.
                let moved = form.first("version") != Some(view.version.as_str());
                if !name_fits || moved || !view.broken.is_empty() {
                    return self.asked(ConfirmView { wrong_name: !name_fits, moved, ..view }).await;
                }
                Box::pin(self.confirmed(question, typed)).await
            }
            _ => self.message(Message::Unreadable),
        }
    }

    /// The page of the question.
    async fn asked(self, view: ConfirmView) -> Response {
        let desk = self.desk.clone().prepared(Prepared::Confirm(Arc::new(view)));
        again(&self.app, self.parts, desk).await
    }

    /// The question once more, as things stand now, with the name that was typed. `moved`: since others saved.
    async fn asked_anew(self, moved: bool, typed: String) -> Response {
        match self.desk.asked_to_confirm().await {
            Ok(Some(question)) => match self.desk.question(&question, Some(typed), self.language) {
                Ok(view) => self.asked(ConfirmView { moved, ..view }).await,
                Err(fault) => self.fault(fault),
            },
            Ok(None) => self.over().await,
            Err(fault) => self.fault(fault),
        }
    }

    /// It waited too long: its page says so. Or it was answered already: the page says how things stand, with what was
    /// typed beside it.
    async fn over(self) -> Response {
        match (self.desk.set_aside().await, self.desk.over().await) {
            (Ok(Some(page)), _) => see_other(&page),
            (Ok(None), Ok(over)) if over.waited => again(&self.app, self.parts, self.desk).await,
            (Ok(None), Ok(_)) => see_other(&self.desk.page()),
            (Err(fault), _) | (_, Err(fault)) => self.fault(fault),
        }
    }

    /// Does what was asked about. `typed`: the name, should it be asked once more.
    async fn confirmed(self, question: Question, typed: String) -> Response {
        let (draft, page) = (question.draft.id, question.draft.page.clone());
        // What was answered: the version on the page is that of the question.
        let version = question.scene.stored.version;
        let of = match question.subject {
            Subject::Place(of) => of,
            Subject::Version(wanted) => {
                let wish = Wish { member: None, version: wanted, seen: version, confirmed: Some(draft), page };
                return self.back_to(wish, typed).await;
            }
            Subject::Lock(act) => {
                let page = unpressed(&page).to_owned();
                let done = if question.entries.is_empty() { page.clone() } else { with_draft(&page, draft) };
                let press = Press {
                    act,
                    member: self.desk.member(),
                    entries: question.entries,
                    confirmed: Some(Confirmed { draft, version }),
                    page,
                    language: self.language,
                };
                let set = locks::set(&self.app, self.desk.integration(), self.desk.connection().id, press).await;
                return match set {
                    Ok(locks::Outcome::Done) => see_other(&done),
                    Ok(locks::Outcome::Moved) => Box::pin(self.asked_anew(true, typed)).await,
                    Ok(locks::Outcome::Refused(_) | locks::Outcome::Confirm(_)) => {
                        Box::pin(self.asked_anew(false, typed)).await
                    }
                    Ok(locks::Outcome::Unknown) => self.message(Message::NotFound),
                    Err(error) => self.failed(&error),
                };
            }
        };
        let request = Save { of, confirmed: Some(draft), page: page.clone(), ..self.request(question.entries) };
        match save::save(&self.app, request).await {
            Ok(Outcome::Saved { revision, seen }) => {
                let version = revision.map_or(0, |revision| revision.version);
                see_other(&with(&page, &format!("saved={version}&seen={seen}")))
            }
            // What was typed is still there, and the form says what is wrong now.
            Ok(Outcome::Refused(_) | Outcome::Conflict(_) | Outcome::Confirm(_)) => {
                see_other(&with_draft(&page, draft))
            }
            Ok(Outcome::Gone) => self.message(Message::NotFound),
            Err(error) => self.failed(&error),
        }
    }

    pub(super) async fn restore(self, form: &Form) -> Response {
        let act = query::single(&form.0, "act").ok().flatten().and_then(|act| act.parse::<Act>().ok());
        let seen = form.first("version").and_then(version_of);
        let (Some(Act::Restore(id)), Some(seen)) = (act, seen) else { return self.message(Message::Unreadable) };
        let Ok(version) = id.parse::<i64>() else { return self.message(Message::Unreadable) };
        let page = paths::revision(ConnectionId(self.desk.connection().id), &id);
        self.back_to(Wish { member: None, version, seen, confirmed: None, page }, String::new()).await
    }

    async fn back_to(self, wish: Wish, typed: String) -> Response {
        let (version, page, confirmed) = (wish.version, wish.page.clone(), wish.confirmed.is_some());
        let wish = Wish { member: self.desk.member(), ..wish };
        match later::restore(&self.app, self.desk.integration(), self.desk.connection().id, wish).await {
            Ok(Restoring::Done(revision)) => {
                let made = revision.map_or(0, |revision| revision.version);
                let home = paths::history(ConnectionId(self.desk.connection().id));
                see_other(&with(&home, &format!("saved={made}&seen={version}")))
            }
            Ok(Restoring::Confirm(draft)) => self.to_confirm(draft),
            Ok(Restoring::Moved) if confirmed => Box::pin(self.asked_anew(true, typed)).await,
            // Others saved meanwhile, or a rule is in the way: the page says what would change and what is wrong.
            Ok(Restoring::Refused | Restoring::Moved) => see_other(&page),
            Err(error) => self.failed(&error),
        }
    }
}

/// Where a question came from, with what was typed there.
fn back(question: &Question) -> String {
    let page = unpressed(&question.draft.page);
    match question.subject {
        Subject::Version(_) => page.to_owned(),
        Subject::Lock(_) if question.entries.is_empty() => page.to_owned(),
        Subject::Place(_) | Subject::Lock(_) => with_draft(page, question.draft.id),
    }
}

fn with_draft(page: &str, draft: Uuid) -> String {
    with(page, &format!("draft={}", draft.simple()))
}
