//! The history of a connection's settings, and one version of it before it is restored.

use app::paths;
use app::ports::{Fault, HistoryView, Mark as Marked, Origin as From, RestoreView, RevisionView};
use app::texts::Language;

use super::ConnectionDesk;
use super::form::unavailable;
use crate::backend::page::{Builder, change_views, told};
use crate::domain::settings::edits::Of;
use crate::domain::settings::record::{Origin, Revision, diff};
use crate::services::settings::later::{self, Question};
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
        let restored = self.address.saved.map(|(saved, _)| saved).filter(|saved| *saved > 0);
        Ok(HistoryView { revisions, older, newer, restored })
    }

    fn revision_view(&self, builder: &Builder<'_>, revision: &Revision, current: i64) -> RevisionView {
        let told = told(builder, revision);
        RevisionView {
            id: revision.version.to_string(),
            mark: Marked {
                actor: revision.mark.by.clone().unwrap_or(app::ports::Actor::Deskbridge),
                name: None,
                at: revision.mark.at,
            },
            from: match revision.origin {
                Origin::SetUp => From::Connect,
                Origin::Page => From::Page,
                Origin::Restore => From::Restore,
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
        Ok(RestoreView {
            revision: self.revision_view(&builder, &revision, scene.stored.version),
            version: scene.version(),
            changes: change_views(&builder, &changes),
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
        let of = |page: &str| self.of_page(page);
        let found = later::question(&self.app, &self.integration, self.connection.id, member, draft, of).await;
        found.map_err(|error| unavailable(&error))
    }
}

fn builder_id(desk: &ConnectionDesk) -> app::ids::ConnectionId {
    app::ids::ConnectionId(desk.connection.id)
}
