//! The questions before acts that have a page of their own: what would happen, in numbers of this moment.

use std::sync::Arc;

use app::ids::NoteId;
use app::ports::{ActQuestion, Fault, NotePageView, TenantActView};

use super::super::StaffMember;
use super::{Found, timeline};
use crate::backend::unavailable;
use crate::clock::Millis;
use crate::services::disconnect::{self, Held};
use crate::storage::{StorageError, connections, notes, tallies};

/// A link that was just made: shown once, and nowhere else.
pub struct MadeLink {
    pub made: Option<(String, Millis)>,
    /// Why there is none.
    pub refused: Option<String>,
}

pub(super) async fn view(desk: &StaffMember, found: &Found) -> Result<Option<TenantActView>, Fault> {
    let question = match desk.at.segment(2) {
        "disconnect" => ask_disconnect(desk, found).await?,
        "purge" => purge(desk, found).await.map_err(|error| unavailable(&error))?,
        "reconnect-link" => {
            let made: Option<Arc<MadeLink>> = desk.found();
            let (made, refused) = made.map_or((None, None), |link| (link.made.clone(), link.refused.clone()));
            ActQuestion::Link { made, refused }
        }
        _ => return Ok(None),
    };
    Ok(Some(TenantActView { head: found.head(), question, typed: desk.typed_act() }))
}

async fn ask_disconnect(desk: &StaffMember, found: &Found) -> Result<ActQuestion, Fault> {
    let locations = connections::locations(desk.app.db.read(), found.connection.id).await;
    let locations = locations.map_err(|error| unavailable(&error))?.len();
    let held = held(desk, found).await?;
    Ok(ActQuestion::Disconnect {
        locations,
        days: desk.app.config.retention_days,
        guarded: held.iter().filter_map(|one| one.count).reduce(u64::saturating_add),
        unknown: held.iter().any(|one| one.count.is_none()),
    })
}

/// What the manifest guards a disconnect by, counted by the partner system now.
async fn held(desk: &StaffMember, found: &Found) -> Result<Vec<Held>, Fault> {
    let Some(integration) = &found.integration else { return Ok(Vec::new()) };
    let held = disconnect::held(&desk.app, integration, &found.organization, &found.connection, false).await;
    held.map_err(|error| {
        tracing::error!(%error, "what guards a disconnect could not be read");
        Fault::Unavailable
    })
}

async fn purge(desk: &StaffMember, found: &Found) -> Result<ActQuestion, StorageError> {
    let counted = tallies::of_connection(desk.app.db.read(), &found.connection).await?;
    Ok(ActQuestion::Purge {
        activities: counted.activities,
        runs: counted.runs,
        notes: counted.notes,
        settings: counted.settings,
        last: counted.siblings == 0,
        kept_until: found.connection.disconnected.map(|ended| ended.purge_at),
    })
}

/// The note that the address names.
pub(super) async fn note(desk: &StaffMember, found: &Found) -> Result<Option<NotePageView>, StorageError> {
    let Ok(NoteId(id)) = desk.at.segment(3).parse() else { return Ok(None) };
    let note = notes::get(desk.app.db.read(), found.connection.id, id).await?;
    let note = note.map(|note| timeline::note_view(desk, found, note)).filter(|note| note.own);
    Ok(note.map(|note| NotePageView { head: found.head(), note, typed: desk.typed_act() }))
}
