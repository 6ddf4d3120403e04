//! Notes for colleagues: written once, changed by their author only.

use app::ports::Actor;
use uuid::Uuid;

use super::By;
use crate::services::ServiceError;
use crate::services::staff::permit::{Permit, acts};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections;
use crate::storage::notes::{self, Note};

/// A page of text; longer things belong elsewhere.
pub const LONGEST_NOTE: usize = 4_000;

/// None for a connection that is no more, or a text without a word or longer than a page.
///
/// # Errors
/// When the database does not answer; nothing is written then.
pub async fn add_note(
    app: &App,
    permit: &Permit<acts::Note>,
    connection: Uuid,
    text: &str,
) -> Result<Option<Uuid>, ServiceError> {
    let by = By::of(permit, "");
    let actor = by.actor();
    Ok(add(app, (by.id, by.name), actor, connection, text).await?.map(|note| note.id))
}

/// The same by the partner system, whose key has the scope for it. Nobody edits it.
///
/// # Errors
/// When the database does not answer; nothing is written then.
pub async fn add_note_by_key(
    app: &App,
    (key, name): (Uuid, String),
    connection: Uuid,
    text: &str,
) -> Result<Option<Note>, ServiceError> {
    let actor = Actor::Key(name.clone());
    add(app, (key, name), actor, connection, text).await
}

async fn add(
    app: &App,
    (author_id, author): (Uuid, String),
    actor: Actor,
    connection: Uuid,
    text: &str,
) -> Result<Option<Note>, ServiceError> {
    let Some(text) = usable(text) else { return Ok(None) };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(current) = connections::lock(&tx, connection).await? else { return Ok(None) };
    let text = text.to_owned();
    let note = Note { id: app.random.uuid(now), connection, author_id, author, text, created_at: now, edited_at: None };
    notes::add(&mut tx, &current, &note).await?;
    let detail = Some(note.id.simple().to_string());
    let happened = Activity { at: now, kind: "note.added".to_owned(), actor, detail };
    activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(Some(note))
}

/// `false` when this person has no such note, or the text is none.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn edit_note(
    app: &App,
    permit: &Permit<acts::Note>,
    connection: Uuid,
    note: Uuid,
    text: &str,
) -> Result<bool, ServiceError> {
    let Some(text) = usable(text) else { return Ok(false) };
    let now = app.clock.now();
    let by = By::of(permit, "");
    let mut tx = app.db.begin().await?;
    let Some(current) = connections::lock(&tx, connection).await? else { return Ok(false) };
    if !notes::edit(&mut tx, connection, by.id, note, text, now).await? {
        return Ok(false);
    }
    let happened = by.did("note.edited", Some(note.simple().to_string()), now);
    activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(true)
}

fn usable(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= LONGEST_NOTE).then_some(text)
}
