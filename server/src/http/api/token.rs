//! `POST /api/v1/connections/{connection}/token`: an OfficeRnD access token good for the time asked.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;

use super::caller::Caller;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::domain::connection::ConnectionState;
use crate::services::tokens;
use crate::state::App;
use crate::storage::organizations;
use crate::upstream::officernd::Region;

const MOST_BYTES: usize = 16 * 1024;
/// OfficeRnD's tokens live 3,600 s, so a longer wish could rarely be granted.
const LONGEST_SECONDS: i64 = 3_000;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Wish {
    valid_for_seconds: Option<i64>,
}

pub(super) async fn token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    caller.must_have("tokens:read")?;
    let connection = caller.connection(&app, &id).await?;
    let wish = read(request).await?;
    if wish.valid_for_seconds.is_some_and(|seconds| !(1..=LONGEST_SECONDS).contains(&seconds)) {
        return Err(Problem::valid_for_seconds());
    }
    match connection.state {
        ConnectionState::Disconnected => return Err(Problem::disconnected()),
        ConnectionState::FinishSetUp => return Err(Problem::finish_set_up()),
        _ => {}
    }
    let integration = app.integrations.get(&connection.integration).ok_or_else(Problem::not_found)?;
    let organization =
        organizations::get(app.db.read(), connection.organization).await?.ok_or_else(Problem::not_found)?;
    let region = Region::parse_stored(&organization.region_url, app.officernd.settings())
        .unwrap_or_else(|_| app.officernd.app_region());
    let token = tokens::token(&app, &integration, &connection, wish.valid_for_seconds).await?;
    let body = json!({
        "access_token": token.access.expose_secret(),
        "token_type": "Bearer",
        "scope": token.scope,
        "expires_at": rfc3339(token.expires_at),
        "region_url": region.as_str(),
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

async fn read(request: Request) -> Result<Wish, Problem> {
    let body = to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| Problem::invalid_request("body"))?;
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Wish::default());
    }
    serde_json::from_slice(&body).map_err(|_| Problem::invalid_request("body"))
}
