//! The time line: entries as they were written, with words for who did it, and notes where they belong.

use std::collections::HashMap;

use app::ids::{NoteId, RunId};
use app::ports::{Actor, MomentView, NoteView, TimelineView};
use uuid::Uuid;

use super::super::StaffMember;
use super::Found;
use crate::domain::moment::{Before, Group, Source, Window};
use crate::storage::notes::Note;
use crate::storage::timeline::{self, Entry, Wanted};
use crate::storage::{StorageError, notes};

const ON_A_PAGE: u64 = 50;

pub(super) async fn view(desk: &StaffMember, found: &Found) -> Result<TimelineView, StorageError> {
    let group = desk.at.query("kind").and_then(Group::from_slug).unwrap_or_default();
    let window = desk.at.query("window").and_then(Window::from_slug).unwrap_or_default();
    let before: Option<Before> = desk.at.query("before").and_then(|mark| mark.parse().ok());
    let since = window.since(desk.app.clock.now());
    let wanted = Wanted { group, since, before, limit: ON_A_PAGE + 1 };
    let mut entries = timeline::page(desk.app.db.read(), found.connection.id, wanted).await?;
    let on_page = usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    let more = entries.len() > on_page;
    entries.truncate(on_page);
    let last = entries.last().map(|entry| Before { at: entry.at, id: entry.id }.to_string());
    Ok(TimelineView {
        head: found.head(),
        moments: moments(desk, found, entries).await?,
        group: group.slug(),
        window: window.slug(),
        older: last.filter(|_| more),
        is_older: before.is_some(),
    })
}

/// The newest of everything.
pub(super) async fn newest(desk: &StaffMember, found: &Found, limit: u64) -> Result<Vec<MomentView>, StorageError> {
    let wanted = Wanted { group: Group::All, since: 0, before: None, limit };
    let entries = timeline::page(desk.app.db.read(), found.connection.id, wanted).await?;
    moments(desk, found, entries).await
}

async fn moments(desk: &StaffMember, found: &Found, entries: Vec<Entry>) -> Result<Vec<MomentView>, StorageError> {
    let named: Vec<Uuid> = entries.iter().filter_map(note_of).collect();
    let known = notes::by_ids(desk.app.db.read(), found.connection.id, &named).await?;
    let known: HashMap<Uuid, NoteView> =
        known.into_iter().map(|note| (note.id, note_view(desk, found, note))).collect();
    Ok(entries.into_iter().map(|entry| moment(found, entry, &known)).collect())
}

/// The note that an entry of the record is about.
fn note_of(entry: &Entry) -> Option<Uuid> {
    let about = entry.source == Source::Activity && entry.kind.starts_with("note.");
    about.then(|| entry.detail.as_deref().and_then(|id| Uuid::try_parse(id).ok())).flatten()
}

/// Their authors read notes as they wrote them, since they may change them.
pub(super) fn note_view(desk: &StaffMember, found: &Found, note: Note) -> NoteView {
    let own = note.author_id == desk.member.staff().id;
    NoteView {
        id: NoteId(note.id),
        own,
        author: note.author,
        text: if own { note.text } else { found.shown(&note.text) },
        at: note.created_at,
        edited_at: note.edited_at,
    }
}

fn moment(found: &Found, entry: Entry, notes: &HashMap<Uuid, NoteView>) -> MomentView {
    let note = note_of(&entry).and_then(|id| notes.get(&id).cloned());
    let is_record = entry.source == Source::Activity;
    let actor = is_record.then(|| match entry.state.as_deref() {
        // That it was somebody, and not who.
        Some("admin") => Actor::Admin(entry.actor.clone().filter(|_| found.unmasked)),
        Some("officernd") => Actor::OfficeRnD,
        Some("key") => Actor::Key(entry.actor.clone().unwrap_or_default()),
        Some("staff") => Actor::Staff { id: Uuid::nil(), name: entry.actor.clone().unwrap_or_default() },
        _ => Actor::Deskbridge,
    });
    let detail = entry.detail.as_deref().map(|detail| found.shown(detail));
    let (detail, reason) = match (&actor, entry.kind.as_str(), detail) {
        (_, "note.added" | "note.edited" | "data.unmasked", _) => (None, None),
        // What staff give as reason stands behind the fact, where the kind has one.
        (Some(Actor::Staff { .. }), kind, Some(detail)) if has_fact(kind) => match detail.split_once("; ") {
            Some((fact, reason)) => (Some(fact.to_owned()), Some(reason.to_owned())),
            None => (Some(detail), None),
        },
        (Some(Actor::Staff { .. }), _, Some(detail)) => (None, Some(detail)),
        (_, _, detail) => (detail, None),
    };
    let run = match entry.source {
        Source::Run => Some(RunId(entry.id)),
        Source::Activity => detail.as_deref().and_then(|detail| detail.parse().ok()),
        _ => None,
    };
    MomentView {
        at: entry.at,
        source: match entry.source {
            Source::Activity => "activity",
            Source::Run => "run",
            Source::Received => "received",
            Source::Event => "event",
            Source::Hook => "hook",
            Source::Notice => "notice",
        },
        kind: entry.kind,
        state: match (entry.source, entry.state) {
            (Source::Activity, _) => None,
            // As deliveries are called.
            (Source::Notice, Some(state)) if state == "sent" => Some("delivered".to_owned()),
            (Source::Notice, Some(state)) if state == "given_up" => Some("dead".to_owned()),
            (_, state) => state,
        },
        actor,
        detail: detail.filter(|_| run.is_none() || entry.source == Source::Run),
        reason,
        note,
        run,
    }
}

fn has_fact(kind: &str) -> bool {
    matches!(
        kind,
        "events.replayed"
            | "delivery.repeated"
            | "approval.granted"
            | "approval.refused"
            | "connection.disconnected"
            | "data.exported"
            | "explain.asked"
            | "sync.requested"
    )
}
