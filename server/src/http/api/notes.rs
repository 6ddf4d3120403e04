//! `POST /api/v1/connections/{connection}/notes`: what the partner system leaves for the partner's staff.

use app::ids::{ConnectionId, NoteId};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::caller::Caller;
use super::checks::Checks;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::domain::scope::Scope;
use crate::services::acts::{self, LONGEST_NOTE};
use crate::state::App;

/// What to note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Ticket 4711: the vendor replaces the door controller on Friday." }))]
pub(super) struct NewNote {
    /// At most 4,000 characters. The organization's administrators never see it.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// A note for the partner's staff.
#[derive(Serialize, ToSchema)]
#[schema(as = Note, example = json!({
    "id": "note_01a20dabfb5e73a4802d535f1878039c",
    "connection": "con_01a20dabfb5e73a4802d535f1878039c",
    "text": "Ticket 4711: the vendor replaces the door controller on Friday.",
    "by": "print server",
    "created_at": "2026-11-24T13:08:24.640Z"
}))]
pub(super) struct NoteBody {
    #[schema(pattern = "^note_[0-9a-f]{32}$")]
    id: String,
    #[schema(pattern = "^con_[0-9a-f]{32}$")]
    connection: String,
    text: String,
    /// The key's name.
    by: String,
    #[schema(required, format = DateTime)]
    created_at: Option<String>,
}

/// Add a note
///
/// Staff read it in the connection's time line, with the name of the key.
#[utoipa::path(
    post,
    path = "/connections/{connection}/notes",
    operation_id = "add_note",
    tag = "connections",
    params(("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c")),
    request_body = NewNote,
    responses((status = 201, description = "The note", body = NoteBody)),
    extensions(("x-problem-codes" = json!(["invalid_fields"]))),
    security(("key" = ["connections:write"]))
)]
pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<NoteBody>), Problem> {
    caller.must_have(Scope::ConnectionsWrite)?;
    let connection = caller.connection(&app, &id).await?;
    let wish: NewNote = body::read(request).await?;
    let mut checks = Checks::default();
    checks.filled("text", &wish.text, LONGEST_NOTE);
    checks.done()?;
    let key = (caller.0.id, caller.0.name.clone());
    let note = acts::add_note_by_key(&app, key, connection.id, &wish.text).await?.ok_or_else(Problem::not_found)?;
    let body = NoteBody {
        id: NoteId(note.id).to_string(),
        connection: ConnectionId(note.connection).to_string(),
        text: note.text,
        by: note.author,
        created_at: rfc3339(note.created_at),
    };
    Ok((StatusCode::CREATED, Json(body)))
}
