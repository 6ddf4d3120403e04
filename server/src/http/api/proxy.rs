//! `ANY /api/v1/connections/{connection}/officernd/{path}`: OfficeRnD's API with the connection's token.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header, request};
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};

use super::caller::Caller;
use super::problem::Problem;
use crate::clock::{Millis, SECOND};
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::proxy_path::{self, PathRefused, ProxyPath};
use crate::domain::scope::Scope;
use crate::manifest::Integration;
use crate::services::calls::Outcome;
use crate::services::tokens;
use crate::services::turns::NoTurn;
use crate::state::App;
use crate::upstream::officernd::{OfficeRndError, Payload, Region, SILENCE, Target, passed_on};
use crate::upstream::retry_after;

const PREFIX: &str = "/officernd";
/// What is small enough is kept, so that it can be sent again with a new token.
const KEPT_BYTES: u64 = 64 * 1024;
/// Says that a status is OfficeRnD's own and not ours about OfficeRnD.
const ORIGIN: HeaderName = HeaderName::from_static("deskbridge-answer-of");

/// Call OfficeRnD
///
/// Any method; `path` begins with the version of OfficeRnD's API, `v1` or `v2`, and may have any number of segments. The
/// call goes to `{region_url}/api/{version}/organizations/{slug}/…` with the connection's token. The query is passed on.
#[utoipa::path(
    method(get, post, put, patch, delete),
    path = "/connections/{connection}/officernd/{path}",
    operation_id = "officernd",
    tag = "officernd",
    params(
        ("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c"),
        ("path" = String, Path, description = "Version and path at OfficeRnD", example = "v2/locations")
    ),
    responses((
        status = "default",
        description = "OfficeRnD's own answer, with the header `deskbridge-answer-of: officernd`; without it, ours"
    )),
    extensions(("x-problem-codes" = json!([
        "path_reserved", "method_not_allowed", "reconnect_required", "finish_set_up", "disconnected",
        "officernd_limited", "upstream_redirect", "token_budget_exhausted", "officernd_unavailable"
    ]))),
    security(("key" = ["proxy"]))
)]
pub(super) async fn proxy(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Result<Response, Problem> {
    caller.must_have(Scope::Proxy)?;
    let (id, path) = parts(uri.path()).ok_or_else(Problem::not_found)?;
    let found = caller.find(&app, id).await?;
    let connection = found.connection();
    if request.method() == Method::TRACE || request.method() == Method::CONNECT {
        return Err(Problem::method_not_allowed().allowing("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"));
    }
    let path = proxy_path::check(path).map_err(refused)?;
    match connection.state {
        ConnectionState::Disconnected => return Err(Problem::disconnected()),
        ConnectionState::FinishSetUp => return Err(Problem::finish_set_up()),
        _ => {}
    }
    let integration = app.integrations.get(&connection.integration).ok_or_else(Problem::not_found)?;
    let (parts, body) = request.into_parts();
    let call = Forwarded { app: &app, caller: &caller, id, integration, connection, path, query: uri.query() };
    let answered = call.run(&parts, body).await;
    let outcome = match &answered {
        Ok(response) => Outcome::of_status(response.status().as_u16()),
        Err(problem) if problem.is_limit() => Outcome::Limited,
        Err(_) => Outcome::Unavailable,
    };
    app.calls.count(connection.id, outcome, app.clock.now());
    let response = answered?;
    if response.status().is_redirection() && response.status() != 304 {
        return Err(Problem::upstream_redirect());
    }
    Ok(handed_back(response))
}

/// The connection and what stands behind it, as they were sent: a decoded path would hide what was encoded.
fn parts(path: &str) -> Option<(&str, &str)> {
    let (_, behind) = path.split_once("/connections/")?;
    let (id, rest) = behind.split_once('/')?;
    let rest = rest.strip_prefix(PREFIX.trim_start_matches('/'))?;
    Some((id, rest.strip_prefix('/')?))
}

/// Whether an address is the proxy's.
pub(super) fn is_path(path: &str) -> bool {
    parts(path).is_some()
}

fn refused(why: PathRefused) -> Problem {
    match why {
        PathRefused::Reserved => Problem::path_reserved(),
        PathRefused::Unsafe | PathRefused::Version => Problem::invalid_request("path"),
    }
}

struct Forwarded<'a> {
    app: &'a App,
    caller: &'a Caller,
    /// The connection's, as it was sent.
    id: &'a str,
    integration: Arc<Integration>,
    connection: &'a Connection,
    path: ProxyPath<'a>,
    query: Option<&'a str>,
}

impl Forwarded<'_> {
    /// Sends, and once more with a new token where OfficeRnD no longer takes the first.
    async fn run(&self, parts: &request::Parts, body: Body) -> Result<reqwest::Response, Problem> {
        let (first, again) = payloads(parts, body).await?;
        let token = tokens::token(self.app, &self.integration, self.connection, None).await?;
        let answer = self.send(parts, first, &token).await?;
        if answer.status() != 401 {
            return Ok(answer);
        }
        let other = tokens::token_instead_of(self.app, &self.integration, self.connection, &token.access).await?;
        match (other, again) {
            (Some(token), Some(payload)) => self.send(parts, payload, &token).await,
            // The next call has the new token; whether this one may be made again, its caller knows.
            _ => Ok(answer),
        }
    }

    async fn send(
        &self,
        parts: &request::Parts,
        payload: Payload<axum::body::BodyDataStream>,
        token: &tokens::Token,
    ) -> Result<reqwest::Response, Problem> {
        let (app, now) = (self.app, self.app.clock.now());
        // Anew each time: the organization may have moved.
        let found = self.caller.find(app, self.id).await?;
        let organization = found.organization();
        let region = Region::parse_stored(&organization.region_url, app.officernd.settings())
            .map_err(|_| Problem::officernd_unavailable(60))?;
        let turn = app.turns.take(organization.id, self.caller.0.id, now).await.map_err(|none| match none {
            NoTurn::Paused { until } => Problem::officernd_limited(tokens::seconds_until(until, now)),
            NoTurn::Crowded => Problem::officernd_limited(1),
        })?;
        let target = Target {
            region: &region,
            slug: &organization.slug,
            version: self.path.version,
            rest: self.path.rest,
            query: self.query,
        };
        let answer = app
            .officernd
            .forward(&target, parts.method.clone(), &parts.headers, payload, &token.access)
            .await
            .map_err(|error| self.failed(&error))?;
        drop(turn);
        if answer.status() == 429 {
            let now = app.clock.now();
            let wait = retry_after(answer.headers(), Some(now / SECOND));
            let wait = wait.and_then(|wait| Millis::try_from(wait.as_millis()).ok());
            app.turns.pause(organization.id, wait, now);
        }
        Ok(answer)
    }

    fn failed(&self, error: &OfficeRndError) -> Problem {
        tracing::warn!(connection.id = %self.connection.id, %error, "a call of the partner system was not answered");
        Problem::officernd_unavailable(5)
    }
}

type Sent = Payload<axum::body::BodyDataStream>;

/// What is sent, and what can be sent again: safe and idempotent methods, with nothing or little in them.
async fn payloads(parts: &request::Parts, body: Body) -> Result<(Sent, Option<Sent>), Problem> {
    let again = parts.method.is_idempotent();
    if body.is_end_stream() {
        return Ok((Payload::Empty, again.then_some(Payload::Empty)));
    }
    if again && body.size_hint().upper().is_some_and(|most| most <= KEPT_BYTES) {
        let most = usize::try_from(KEPT_BYTES).unwrap_or(usize::MAX);
        let bytes = to_bytes(body, most).await.map_err(|_| Problem::invalid_request("body"))?;
        return Ok((Payload::Whole(bytes.clone()), Some(Payload::Whole(bytes))));
    }
    Ok((Payload::Stream(body.into_data_stream()), None))
}

/// OfficeRnD's answer with its body as it comes in.
fn handed_back(answer: reqwest::Response) -> Response {
    let status = answer.status();
    let mut headers = passed_on(answer.headers());
    headers.insert(ORIGIN, HeaderValue::from_static("officernd"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let chunks = stream::try_unfold(answer, |mut answer| async {
        let chunk = tokio::time::timeout(SILENCE, answer.chunk()).await.map_err(std::io::Error::from)?;
        let chunk = chunk.map_err(|_| std::io::Error::from(std::io::ErrorKind::ConnectionAborted))?;
        Ok::<_, std::io::Error>(chunk.map(|chunk| (chunk, answer)))
    });
    (status, headers, Body::from_stream(chunks.fuse())).into_response()
}
