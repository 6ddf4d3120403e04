//! Pause and resume, as staff do it in the dashboard.

use app::ports::Actor;
use axum::Json;
use axum::extract::{Path, State};

use super::caller::Caller;
use super::connections::{ConnectionBody, body_of};
use super::problem::Problem;
use crate::domain::scope::Scope;
use crate::services::pause;
use crate::state::App;

/// Pause a connection
///
/// Deskbridge starts no more runs for it, and it reads *Paused*. Tokens and the proxy go on working. What the
/// administrator switched off in OfficeRnD is a switch of its own.
#[utoipa::path(
    post,
    path = "/connections/{connection}/pause",
    operation_id = "pause_connection",
    tag = "connections",
    params(("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 200, description = "The connection as it is now", body = ConnectionBody)),
    extensions(("x-problem-codes" = json!(["disconnected"]))),
    security(("key" = ["connections:write"]))
)]
pub(super) async fn pause(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ConnectionBody>, Problem> {
    set(&app, &caller, &id, true).await
}

/// Resume a connection
///
/// Takes back a pause of the partner's. One of the administrator's stays.
#[utoipa::path(
    post,
    path = "/connections/{connection}/resume",
    operation_id = "resume_connection",
    tag = "connections",
    params(("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 200, description = "The connection as it is now", body = ConnectionBody)),
    extensions(("x-problem-codes" = json!(["disconnected"]))),
    security(("key" = ["connections:write"]))
)]
pub(super) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ConnectionBody>, Problem> {
    set(&app, &caller, &id, false).await
}

async fn set(app: &App, caller: &Caller, id: &str, paused: bool) -> Result<Json<ConnectionBody>, Problem> {
    caller.must_have(Scope::ConnectionsWrite)?;
    let connection = caller.connection(app, id).await?;
    let name = caller.0.name.clone();
    let after = pause::set(app, connection.id, paused, Actor::Key(name.clone()), name, None).await?;
    let after = after.ok_or_else(Problem::disconnected)?;
    Ok(Json(body_of(app, &after).await?))
}
