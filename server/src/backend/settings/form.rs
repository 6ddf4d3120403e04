//! The settings page of one place for a visit: as it is stored, as it was typed, and the questions before it is saved.

use std::collections::BTreeMap;

use app::forms::{Act, Path as At};
use app::ports::{
    Asking, ClashView, ConfirmView, ConflictView, DangerView, DraftView, ExplainedView, Fault, Mark as Marked, Outcome,
    RanView, SavedView, SettingsPageView, SettingsView, Side, Words,
};
use app::texts::{Language, speaking, text, text_with};
use uuid::Uuid;

use super::ConnectionDesk;
use crate::backend::page::{Builder, Typed, change_views, effect, told};
use crate::domain::settings::Layers;
use crate::domain::settings::edits::{Edit, Of, Path};
use crate::domain::settings::entries::Entries;
use crate::domain::settings::judge::{TypedSecret, Wrong};
use crate::domain::settings::record::{Changed, Mark};
use crate::domain::settings::typed::empty;
use crate::manifest::field::DangerLevel;
use crate::services::ServiceError;
use crate::services::settings::acts::Ran;
use crate::services::settings::later::{self, Question, Subject};
use crate::services::settings::lists::{State, Wanted, sources_of};
use crate::services::settings::save::{self, Clash, Plan, Refused};
use crate::services::settings::scene::Scene;
use crate::storage::settings::drafts::Why;

/// What a typed form is shown with.
pub enum Shown {
    /// A button that stores nothing.
    Typed,
    Preview,
    Ran(Ran),
    Explained(ExplainedView),
    /// The lists of this field were read again.
    Refreshed(String),
    /// Judged: refused if anything is wrong.
    Judged,
}

impl ConnectionDesk {
    pub(super) async fn scene(&self, wanted: &Wanted) -> Result<Scene, Fault> {
        let location = self.address.of.location().map(str::to_owned);
        let wanted = Wanted { location, ..wanted.clone() };
        let scene = Scene::load(&self.app, &self.integration, &self.organization, &self.connection, &wanted).await;
        let scene = scene.map_err(|error| unavailable(&error))?;
        Ok(Scene { language: self.language, ..scene })
    }

    pub(super) fn builder<'b>(
        &'b self,
        scene: &'b Scene,
        of: &'b Of,
        layers: &'b Layers,
        typed: Option<&Typed<'b>>,
        language: Language,
    ) -> Result<Builder<'b>, Fault> {
        let place = scene.place(of).ok_or(Fault::NotFound)?;
        let now = self.app.clock.now();
        Ok(Builder::new(scene, (of, place), layers, typed, language, &self.app.answers, now))
    }

    /// The page as it is stored; after a save with what it changed, or with what waits in a draft.
    pub(super) async fn stored_form(&self, language: Language) -> Result<SettingsPageView, Fault> {
        let kept = match self.address.draft {
            Some(draft) => self.kept(draft).await?,
            None => None,
        };
        if let Some((draft, entries)) = kept {
            // What stood beside a button was not to be saved yet, so nobody has asked what is wrong with it.
            let beside = draft.why == Why::Beside || matches!(self.subject_of(&draft.page), Some(Subject::Lock(_)));
            let shown = if beside { Shown::Typed } else { Shown::Judged };
            return self.typed_form(entries, shown, &Wanted::default(), language).await;
        }
        let scene = self.scene(&Wanted::default()).await?;
        let layers = scene.stored.layers.clone();
        let builder = self.builder(&scene, &self.address.of, &layers, None, language)?;
        let outcome = match self.address.saved {
            Some((saved, seen)) => self.saved(&scene, &builder, saved, seen).await?,
            // An address outlives what was kept for it.
            None if self.address.draft.is_some() => Outcome::Lapsed,
            None => Outcome::Opened,
        };
        let draft = self.interrupted(&scene).await?;
        let draft = draft.map(|(draft, changes)| DraftView { at: draft.created_at, changes });
        let view = builder.view(&self.address.look, scene.version(), outcome, draft);
        Ok(SettingsPageView::Form(Box::new(view)))
    }

    async fn saved(&self, scene: &Scene, builder: &Builder<'_>, saved: i64, seen: i64) -> Result<Outcome, Fault> {
        let fault = |error: ServiceError| unavailable(&error);
        if saved == 0 {
            return Ok(Outcome::Unchanged);
        }
        let revisions = crate::storage::settings::history::before(self.app.db.read(), self.connection.id, saved + 1, 1);
        let revisions = revisions.await.map_err(|error| super::unavailable(&error))?;
        // An address that somebody made up says nothing.
        let Some(revision) = revisions.first().filter(|revision| revision.version == saved) else {
            return Ok(Outcome::Opened);
        };
        let (Some(before), Some(after)) =
            (scene.at(&self.app, saved - 1).await.map_err(fault)?, scene.at(&self.app, saved).await.map_err(fault)?)
        else {
            return Ok(Outcome::Opened);
        };
        let merged = later::merged_with(&self.app, self.connection.id, seen, saved).await.map_err(fault)?;
        let told = told(builder, revision);
        Ok(Outcome::Saved(SavedView {
            changes: told.changes,
            count: told.count,
            places: builder.touched(&before, &after),
            merged_with: merged.as_ref().map(|mark| marked(scene, mark)),
        }))
    }

    /// The page as it was typed.
    pub async fn typed_form(
        &self,
        entries: Entries,
        shown: Shown,
        wanted: &Wanted,
        language: Language,
    ) -> Result<SettingsPageView, Fault> {
        let fault = |error: ServiceError| unavailable(&error);
        let typed = save::typed_ids(&self.integration, &entries);
        let wanted = Wanted { anew: wanted.anew.clone(), typed, ..Wanted::default() };
        let scene = self.scene(&wanted).await?;
        let of = &self.address.of;
        scene.place(of).ok_or(Fault::NotFound)?;
        let plan = save::plan(&self.app, &scene, of, &entries, &BTreeMap::new()).await.map_err(fault)?;
        let Some(plan) = plan else {
            let layers = scene.stored.layers.clone();
            let wrong = [Wrong { at: At::field("version"), name: None, mistake: app::ports::Mistake::Unknown }];
            let builder = self.builder(&scene, of, &layers, None, language)?;
            let outcome = Outcome::Refused(builder.summary(&wrong));
            let view = builder.view(&self.address.look, scene.version(), outcome, None);
            return Ok(SettingsPageView::Form(Box::new(view)));
        };
        let wrong: &[Wrong] = match &shown {
            Shown::Judged | Shown::Preview => &plan.judged.wrong,
            Shown::Ran(ran) => &ran.wrong,
            Shown::Typed | Shown::Explained(_) | Shown::Refreshed(_) => &[],
        };
        let typed = Typed { entries: &entries, wrong, edits: &plan.judged.edits };
        let builder = self.builder(&scene, of, &plan.seen, Some(&typed), language)?;
        // They do not come back with the page.
        let secrets = plan.judged.secrets.iter().any(|(_, typed)| matches!(typed, TypedSecret::Text { .. }));
        let outcome = match &shown {
            Shown::Judged | Shown::Preview if !wrong.is_empty() => Outcome::Refused(builder.summary(wrong)),
            Shown::Typed | Shown::Judged => Outcome::Typed,
            Shown::Preview => Outcome::Preview(effect(&builder, &scene.stored.layers, &plan.after)),
            Shown::Ran(ran) => {
                let ran = RanView { mistakes: builder.summary(wrong), ..ran.view.clone() };
                Outcome::Ran(with_secrets(ran, secrets, language))
            }
            Shown::Explained(explained) => Outcome::Explained(ExplainedView { secrets, ..explained.clone() }),
            Shown::Refreshed(field) => {
                Outcome::Ran(with_secrets(refreshed(&scene, &builder, field, language), secrets, language))
            }
        };
        let view = builder.view(&self.address.look, entries.version.clone(), outcome, None);
        Ok(SettingsPageView::Form(Box::new(view)))
    }

    /// The page with what is wrong with it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refused(&self, refused: &Refused, language: Language) -> Result<SettingsPageView, Fault> {
        let of = &self.address.of;
        let plan = save::plan(&self.app, &refused.scene, of, &refused.entries, &BTreeMap::new()).await;
        let plan: Option<Plan> = plan.map_err(|error| unavailable(&error))?;
        let current = refused.scene.stored.layers.clone();
        let (seen, edits) = match &plan {
            Some(plan) => (&plan.seen, plan.judged.edits.as_slice()),
            None => (&current, &[][..]),
        };
        let typed = Typed { entries: &refused.entries, wrong: &refused.wrong, edits };
        let typed = plan.is_some().then_some(&typed);
        let builder = self.builder(&refused.scene, of, seen, typed, language)?;
        let outcome = Outcome::Refused(builder.summary(&refused.wrong));
        let version = match &plan {
            Some(_) => refused.entries.version.clone(),
            None => refused.scene.version(),
        };
        let view: SettingsView = builder.view(&self.address.look, version, outcome, None);
        Ok(SettingsPageView::Form(Box::new(view)))
    }

    /// What two people changed, side by side. `chosen`: what was decided before the form came back.
    ///
    /// # Errors
    /// For a location that is none of the connection's.
    pub fn conflict(
        &self,
        clash: &Clash,
        draft: Uuid,
        chosen: &BTreeMap<At, bool>,
        undecided: bool,
        language: Language,
    ) -> Result<SettingsPageView, Fault> {
        let of = &self.address.of;
        let current = clash.scene.stored.layers.clone();
        let builder = self.builder(&clash.scene, of, &current, None, language)?;
        let decide = clash.conflicts.iter().map(|conflict| {
            let path = save::at_of(&conflict.path);
            ClashView {
                label: builder.labels(&conflict.path),
                original: builder.shown_at(&conflict.path, conflict.original.as_ref()),
                theirs: builder.shown_at(&conflict.path, conflict.theirs.as_ref()),
                mine: builder.shown_at(&conflict.path, conflict.mine.as_ref()),
                chosen: chosen.get(&path).map(|mine| if *mine { Side::Mine } else { Side::Theirs }),
                path,
            }
        });
        let mut clear = Vec::new();
        for (path, edit) in &clash.mine {
            let new = match edit {
                Edit::Set(value) => Some(value.clone()),
                Edit::Reset => None,
            };
            let change = Changed { path: path.clone(), old: clash.seen.said(path).cloned(), new };
            clear.extend(change_views(&builder, &[change]).into_iter().map(|view| (view, true)));
        }
        if let Some(they) = &clash.they {
            let others: Vec<Changed> = they
                .values
                .iter()
                .filter(|change| clash.conflicts.iter().all(|conflict| conflict.path != change.path))
                .cloned()
                .collect();
            clear.extend(change_views(&builder, &others).into_iter().map(|view| (view, false)));
        }
        let they = clash.they.as_ref().map(|revision| &revision.mark);
        let nobody = Mark { at: self.app.clock.now(), by: None };
        Ok(SettingsPageView::Conflict(Box::new(ConflictView {
            location: builder.location_view(),
            draft: draft.simple().to_string(),
            version: clash.scene.version(),
            opened_at: clash.seen_at,
            they: marked(&clash.scene, they.unwrap_or(&nobody)),
            decide: decide.collect(),
            clear,
            again: clash.secrets.iter().map(|field| builder.label(field)).collect(),
            applies: builder.applies(),
            undecided,
        })))
    }

    /// The question before something dangerous is saved.
    ///
    /// # Errors
    /// For a location that is none of the connection's.
    pub fn question(
        &self,
        question: &Question,
        typed: Option<String>,
        language: Language,
    ) -> Result<ConfirmView, Fault> {
        let of = question.of();
        let scene = &question.scene;
        let current = scene.stored.layers.clone();
        let builder = self.builder(scene, &of, &current, None, language)?;
        let dangers = question.dangers.iter().map(|danger| {
            let path = Path::field(danger.of.clone(), &danger.field);
            DangerView {
                label: builder.labels(&path),
                before: builder.shown_at(&path, Some(&danger.before).filter(|value| !empty(value))),
                after: builder.shown_at(&path, Some(&danger.after)),
                text: builder.danger_text(danger),
                count: danger.count,
            }
        });
        let types = question.dangers.iter().any(|danger| danger.level == DangerLevel::TypeName);
        Ok(ConfirmView {
            location: builder.location_view(),
            version: scene.version(),
            dangers: dangers.collect(),
            type_name: types.then(|| self.name_to_type(scene, &of)),
            typed,
            wrong_name: false,
            effect: effect(&builder, &current, &question.after),
            applies: builder.applies(),
            counted_at: self.app.clock.now(),
            moved: false,
            broken: builder.summary(&question.broken),
            asking: match question.subject {
                Subject::Place(_) => Asking::Save,
                Subject::Version(_) => Asking::Restore,
                Subject::Lock(_) => Asking::Lock,
            },
        })
    }

    /// The name of the location on its page, else of the organization.
    pub fn name_to_type(&self, scene: &Scene, of: &Of) -> String {
        let location = scene.place(of).and_then(crate::domain::settings::Place::location);
        location.map_or_else(|| self.organization.name.clone(), |location| location.name.clone())
    }

    /// What a button does to a form that is not saved.
    pub fn pressed(&self, entries: &mut Entries, act: &Act) {
        let manifest = &self.integration.manifest;
        entries.press(act, |at| crate::domain::settings::judge::controls(manifest, at));
        if let Act::Add(at) = act {
            super::adding::add(manifest, entries, at);
        }
    }
}

/// What came of a button; after a secret was typed, that it has to be typed again.
fn with_secrets(mut ran: RanView, secrets: bool, language: Language) -> RanView {
    if secrets {
        ran.said.push(Words::new(speaking(language, || text("action-secret-again"))));
    }
    ran
}

/// What came of reading the lists of a field again.
fn refreshed(scene: &Scene, builder: &Builder<'_>, key: &str, language: Language) -> RanView {
    let sources = scene.manifest().field(key).map(sources_of).unwrap_or_default();
    let lists: Vec<_> = scene
        .lists
        .0
        .iter()
        .filter(|((source, _), _)| sources.contains(&source.as_str()))
        .map(|(_, list)| list)
        .collect();
    let good = lists.iter().all(|list| list.state == State::Fresh);
    let count = lists.iter().map(|list| list.entities.len()).sum::<usize>();
    let said = speaking(language, || match good {
        true => text_with("list-read", &[("count", count.into())]),
        false => text("list-failed"),
    });
    RanView { label: builder.label(key), good, said: vec![Words::new(said)], mistakes: Vec::new() }
}

pub(super) fn marked(scene: &Scene, mark: &Mark) -> Marked {
    let actor = mark.by.clone().unwrap_or(app::ports::Actor::Deskbridge);
    Marked { actor, name: scene.name_of(mark.by.as_ref()), at: mark.at }
}

pub(super) fn unavailable(error: &ServiceError) -> Fault {
    tracing::error!(%error, "a page could not be read");
    Fault::Unavailable
}
