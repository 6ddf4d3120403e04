//! `POST /api/v1/connections/{connection}/reconnect-link`

use app::paths;
use app::ports::Actor;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::caller::Caller;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::domain::scope::Scope;
use crate::services::reconnect::{self, NotMade};
use crate::state::App;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// A link for the organization's administrator.
#[derive(Serialize, ToSchema)]
#[schema(as = ReconnectLink, example = json!({
    "url": "https://deskbridge.example/reconnect/6yJm2Rr9o2b8Vn1xWc0PqA",
    "expires_at": "2026-12-01T12:00:00.000Z"
}))]
pub(super) struct LinkBody {
    /// Whoever has it can renew the connection: send it to the administrator and nobody else.
    #[schema(format = "uri")]
    url: String,
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
}

/// Make a reconnect link
///
/// A page that says to an administrator how to renew OfficeRnD's permission, and asks the steps of the partner account
/// again; it shows no settings. It lasts for 7 days and one completion, and ends the link before it.
#[utoipa::path(
    post,
    path = "/connections/{connection}/reconnect-link",
    operation_id = "make_reconnect_link",
    tag = "connections",
    params(("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 201, description = "The link", body = LinkBody)),
    extensions(("x-problem-codes" = json!(["finish_set_up", "disconnected"]))),
    security(("key" = ["connections:write"]))
)]
pub(super) async fn link(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    caller.must_have(Scope::ConnectionsWrite)?;
    let connection = caller.connection(&app, &id).await?;
    let Nothing {} = body::read_or_default(request).await?;
    let made = match reconnect::make(&app, connection.id, Actor::Key(caller.0.name.clone()), None).await? {
        Ok(made) => made,
        Err(NotMade::Ended) => return Err(Problem::disconnected()),
        Err(NotMade::FinishSetUp) => return Err(Problem::finish_set_up()),
    };
    let body = LinkBody {
        url: app.config.public(&paths::reconnect_link(made.token.expose_secret())),
        expires_at: rfc3339(made.expires_at),
    };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
