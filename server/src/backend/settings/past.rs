//! The history of a connection's settings, and one version of it before it is restored.

use app::paths;
use app::ports::{Fault, HistoryView, Origin as From, RestoreView, RevisionView};
use app::texts::Language;

use super::ConnectionDesk;
use super::form::{marked, unavailable};
use crate::backend::page::{Builder, change_views, told};
use crate::clock::Millis;
use crate::domain::settings::edits::Of;
use crate::domain::settings::judge::Wrong;
use crate::domain::settings::record::{Origin, Revision, diff, lock_diff};
use crate::services::settings::later::{self, Question, Subject};
use crate::services::settings::lists::Wanted;
use crate::storage::settings::history;

/// Acts on a page.
const PAGE: u64 = 25;

impl ConnectionDesk {
    pub(super) async fn past(&self, language: Language) -> Result<HistoryView, Fault> {
        let scene = self.scene(&Wanted::default()).await?;
        let before = self.address.version.unwrap_or(i64::MAX);
        let found = history::before(self.app.db.read(), self.connection.id, before, PAGE + 1).await;
        let mut found = found.map_err(|error| super::unavailable(&error))?;
        let more = found.len() as u64 > PAGE;
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let of = Of::Organization;
        let layers = scene.stored.layers.clone();
        let builder = self.builder(&scene, &of, &layers, None, language)?;
        let home = paths::history(builder_id(self));
        let revisions: Vec<RevisionView> =
            found.iter().map(|revision| self.revision_view(&builder, revision, scene.stored.version)).collect();
        let older = found.last().filter(|_| more).map(|last| format!("{home}?before={}", last.version));
        let newer = self.address.version.map(|_| home);
        let restored = self.restored_at().await?;
        Ok(HistoryView { revisions, older, newer, restored })
    }

    /// When the version was made that was just restored.
    async fn restored_at(&self) -> Result<Option<Millis>, Fault> {
        let Some((made, of)) = self.address.saved.filter(|(made, _)| *made > 0) else { return Ok(None) };
        let found = history::before(self.app.db.read(), self.connection.id, made.saturating_add(1), 1).await;
        let found = found.map_err(|error| super::unavailable(&error))?;
        // An address that somebody made up says nothing.
        let is_one = found.first().is_some_and(|one| one.version == made && one.origin == Origin::Restore);
        let source = history::before(self.app.db.read(), self.connection.id, of.saturating_add(1), 1).await;
        let source = source.map_err(|error| super::unavailable(&error))?;
        Ok(source.first().filter(|source| is_one && source.version == of).map(|source| source.mark.at))
    }

    fn revision_view(&self, builder: &Builder<'_>, revision: &Revision, current: i64) -> RevisionView {
        let told = told(builder, revision);
        RevisionView {
            id: revision.version.to_string(),
            mark: marked(builder.scene(), &revision.mark),
            from: match revision.origin {
                Origin::SetUp => From::Connect,
                Origin::Page => From::Page,
                Origin::Restore => From::Restore,
                Origin::Api => From::Api,
            },
            changes: told.changes,
            count: told.count,
            current: revision.version == current,
            can_restore: revision.version < current,
        }
    }

    pub(super) async fn one_revision(&self, language: Language) -> Result<RestoreView, Fault> {
        let version = self.address.version.ok_or(Fault::NotFound)?;
        let scene = self.scene(&Wanted::default()).await?;
        let found = history::before(self.app.db.read(), self.connection.id, version.saturating_add(1), 1).await;
        let found = found.map_err(|error| super::unavailable(&error))?;
        let revision =
            found.into_iter().next().filter(|revision| revision.version == version).ok_or(Fault::NotFound)?;
        let restored = later::restored(&self.app, &scene, version).await.map_err(|error| unavailable(&error))?;
        let restored = restored.ok_or(Fault::NotFound)?;
        let of = Of::Organization;
        let layers = scene.stored.layers.clone();
        let builder = self.builder(&scene, &of, &layers, None, language)?;
        let changes = diff(scene.manifest(), &scene.stored.layers, &restored.layers);
        let mut views = change_views(&builder, &changes);
        let locks = lock_diff(&scene.stored.layers, &restored.layers);
        views.extend(locks.iter().map(|lock| builder.lock_change(lock)));
        let broken: Vec<Wrong> = restored.broken.into_iter().map(|(_, wrong)| wrong).collect();
        Ok(RestoreView {
            revision: self.revision_view(&builder, &revision, scene.stored.version),
            version: scene.version(),
            changes: views,
            broken: builder.summary(&broken),
            left_out: restored.left_out.iter().map(|field| builder.label(field)).collect(),
        })
    }

    /// What waits for a confirmation at this address.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asked_to_confirm(&self) -> Result<Option<Question>, Fault> {
        let Some(draft) = self.address.draft else { return Ok(None) };
        let member = self.session.member_id.as_deref();
        let subject = |page: &str| -> Option<Subject> { self.subject_of(page) };
        let (connection, language) = (self.connection.id, self.language);
        let asked = later::question(&self.app, &self.integration, connection, member, draft, language, subject);
        let found = Box::pin(asked).await;
        found.map_err(|error| unavailable(&error))
    }
}

fn builder_id(desk: &ConnectionDesk) -> app::ids::ConnectionId {
    app::ids::ConnectionId(desk.connection.id)
}
