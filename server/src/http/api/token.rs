//! `POST /api/v1/connections/{connection}/token`: an OfficeRnD access token good for the time asked.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::caller::Caller;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::domain::connection::ConnectionState;
use crate::domain::scope::Scope;
use crate::services::tokens;
use crate::state::App;
use crate::upstream::officernd::Region;

/// OfficeRnD's tokens live 3,600 s, so a longer wish could rarely be granted.
const LONGEST_SECONDS: i64 = 3_000;

/// How long the token has to be good.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenWish, example = json!({ "valid_for_seconds": 300 }))]
pub(super) struct Wish {
    /// For at least that many seconds; without it for 10 minutes, as the deployment is configured.
    #[serde(default, deserialize_with = "body::whole")]
    #[schema(minimum = 1, maximum = 3000)]
    valid_for_seconds: Option<i64>,
}

/// Access to OfficeRnD. Its `Debug` would tell the token, so it has none.
#[derive(Serialize, ToSchema)]
#[schema(as = Token, example = json!({
    "access_token": "XuRzwUJeyyQUk4pJ0uJ7FbOA6v2wKXYuuf8a_iI97Kg",
    "token_type": "Bearer",
    "scope": "flex.space.locations.read flex.community.members.read",
    "expires_at": "2026-11-24T13:00:13.009Z",
    "region_url": "https://app.officernd.com"
}))]
pub(super) struct TokenBody {
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// What OfficeRnD lets it do, separated by spaces.
    scope: String,
    /// May be sooner than what was asked for, where OfficeRnD's tokens live shorter.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    /// Where the organization lives: call `{region_url}/api/v2/organizations/{slug}/…`.
    #[schema(format = "uri")]
    region_url: String,
}

/// Get an OfficeRnD access token
///
/// The stored token is handed out as long as it is good for the time asked; a new one costs one of a few requests a
/// minute that all connections share. The body may be left out.
#[utoipa::path(
    post,
    path = "/connections/{connection}/token",
    operation_id = "get_token",
    tag = "officernd",
    params(("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c")),
    request_body = Wish,
    responses((status = 200, description = "A token", body = TokenBody)),
    extensions(("x-problem-codes" = json!([
        "reconnect_required", "finish_set_up", "disconnected", "too_large", "valid_for_seconds",
        "token_budget_exhausted", "officernd_unavailable"
    ]))),
    security(("key" = ["tokens:read"]))
)]
pub(super) async fn token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    caller.must_have(Scope::TokensRead)?;
    let found = caller.find(&app, &id).await?;
    let connection = found.connection();
    let wish: Wish = body::read_or_default(request).await?;
    if wish.valid_for_seconds.is_some_and(|seconds| !(1..=LONGEST_SECONDS).contains(&seconds)) {
        return Err(Problem::valid_for_seconds());
    }
    match connection.state {
        ConnectionState::Disconnected => return Err(Problem::disconnected()),
        ConnectionState::FinishSetUp => return Err(Problem::finish_set_up()),
        _ => {}
    }
    let integration = app.integrations.get(&connection.integration).ok_or_else(Problem::not_found)?;
    let region = Region::parse_stored(&found.organization().region_url, app.officernd.settings())
        .unwrap_or_else(|_| app.officernd.app_region());
    let token = tokens::token(&app, &integration, connection, wish.valid_for_seconds).await?;
    let body = TokenBody {
        access_token: token.access.expose_secret().to_owned(),
        token_type: "Bearer",
        scope: token.scope.clone(),
        expires_at: rfc3339(token.expires_at),
        region_url: region.as_str().to_owned(),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
