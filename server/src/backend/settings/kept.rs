//! What somebody typed and could not save yet, for the visit of the same person.

use std::collections::{BTreeMap, BTreeSet};

use app::forms::Path as At;
use app::ids::ConnectionId;
use app::paths;
use app::ports::{Fault, OverView};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::ConnectionDesk;
use super::address::{unpressed, with};
use super::form::unavailable;
use crate::domain::settings::entries::Entries;
use crate::domain::settings::record::diff;
use crate::services::settings::later::Subject;
use crate::services::settings::lists::Wanted;
use crate::services::settings::save::{self, ASKED};
use crate::services::settings::scene::Scene;
use crate::services::settings::waiting;
use crate::storage::settings::drafts::{self, Draft, Why};

impl ConnectionDesk {
    /// What can be gone on with, as the page that is stored offers it.
    pub async fn offered(&self) -> Result<Option<Draft>, Fault> {
        let scene = self.scene(&Wanted::default()).await?;
        Ok(self.interrupted(&scene).await?.map(|(draft, _)| draft))
    }

    /// The newest that this person was interrupted in and that would still change something, and how much: what was
    /// saved since is not offered once more.
    pub(super) async fn interrupted(&self, scene: &Scene) -> Result<Option<(Draft, usize)>, Fault> {
        let found = waiting::interrupted(&self.app, &self.connection, self.session.member_id.as_deref()).await;
        for draft in found.map_err(|error| unavailable(&error))? {
            let (of, entries) = (self.of_page(&draft.page), self.draft(draft.id).await?);
            let Some((of, entries)) = of.zip(entries) else { continue };
            let plan = save::plan(&self.app, scene, &of, &entries, &BTreeMap::new()).await;
            let Some(plan) = plan.map_err(|error| unavailable(&error))? else { continue };
            let wrong: BTreeSet<&At> = plan.judged.wrong.iter().map(|wrong| &wrong.at).collect();
            let edits = match plan.conflicts.is_empty() {
                true => diff(scene.manifest(), &scene.stored.layers, &plan.after).len(),
                false => plan.judged.edits.len(),
            };
            if edits + wrong.len() > 0 {
                return Ok(Some((draft, edits + wrong.len())));
            }
        }
        Ok(None)
    }

    /// What became of a question that nobody can answer any more.
    pub async fn over(&self) -> Result<OverView, Fault> {
        let home = paths::settings(ConnectionId(self.connection.id));
        let found = match self.address.draft {
            Some(id) => self.kept(id).await?,
            None => None,
        };
        let Some((draft, entries)) = found else { return Ok(OverView { waited: false, kept: None, settings: home }) };
        let waited = match draft.why {
            Why::Lapsed => true,
            Why::Confirm => draft.created_at + ASKED <= self.app.clock.now(),
            Why::Expired | Why::Conflict | Why::Beside => false,
        };
        // A version of the history can be asked for anew; nothing was typed there.
        let Some(Subject::Place(_) | Subject::Lock(_)) = self.subject_of(&draft.page) else {
            return Ok(OverView { waited, kept: None, settings: home });
        };
        let settings = unpressed(&draft.page).to_owned();
        let form = with(&settings, &format!("draft={}", draft.id.simple()));
        Ok(OverView { waited, kept: (!entries.is_empty()).then_some((form, draft.expires_at)), settings })
    }

    /// What waits in a draft of this person.
    pub async fn draft(&self, id: Uuid) -> Result<Option<Entries>, Fault> {
        Ok(self.kept(id).await?.map(|(_, entries)| entries))
    }

    /// Where what was typed beside a button waits, after the question about the button was answered.
    pub async fn set_aside(&self) -> Result<Option<String>, Fault> {
        let Some(id) = self.address.draft else { return Ok(None) };
        let found = self.kept(id).await?.filter(|(draft, _)| draft.why == Why::Beside);
        Ok(found.map(|(draft, _)| with(&draft.page, &format!("draft={}", id.simple()))))
    }

    pub(super) async fn kept(&self, id: Uuid) -> Result<Option<(Draft, Entries)>, Fault> {
        let now = self.app.clock.now();
        let member = self.session.member_id.as_deref();
        let found = drafts::get(self.app.db.read(), &self.app.vault, &self.connection, member, id, now).await;
        let found = found.map_err(|error| super::unavailable(&error))?;
        Ok(found.and_then(|(draft, text)| Some((draft, Entries::of_kept(text.expose_secret()).ok()?))))
    }
}
