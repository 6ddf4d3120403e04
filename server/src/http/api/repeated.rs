//! `Idempotency-Key`: a write that comes twice is carried out once, and answered twice.

use app::problems::ProblemCode;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::caller::Caller;
use super::openapi;
use super::problem::{Problem, completed};
use crate::crypto::digest::digest;
use crate::services::idempotency::{self, Answer, Begun};
use crate::state::App;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says that a call was carried out before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Bodies of calls to us; the proxy's are streamed and have no limit.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
const LONGEST_KEY: usize = 255;

/// Answers as it was answered before, or hands the call on.
pub(super) async fn carried_out(app: &App, caller: &Caller, request: Request, next: Next) -> Response {
    if !super::repeats(request.method().as_str(), request.uri().path()) {
        return next.run(request).await;
    }
    // What no call answers, is told so whatever it brings along.
    let matched = request.extensions().get::<MatchedPath>();
    if !matched.is_some_and(|path| openapi::describes(request.method().as_str(), path.as_str())) {
        return next.run(request).await;
    }
    let key = match key(&request) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(problem) => return problem.into_response(),
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return Problem::of(ProblemCode::TooLarge).into_response();
    };
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let call = digest("idempotent call", &[parts.method.as_str().as_bytes(), target.as_bytes(), &body]);
    let id = idempotency::id(caller.0.id, &key);
    let lease = match idempotency::begin(app, id, caller.0.id, &call).await {
        Ok(Begun::First(lease)) => lease,
        Ok(Begun::Before(answer)) => return written(answer),
        Ok(Begun::Running { seconds }) => {
            return Problem::of(ProblemCode::StillRunning).retry_after(seconds).into_response();
        }
        Ok(Begun::Other) => return Problem::of(ProblemCode::IdempotencyKeyReused).into_response(),
        Err(error) => return Problem::from(error).into_response(),
    };
    let request = Request::from_parts(parts, Body::from(body));
    // A caller who hangs up gets the answer with the next try, so the call goes on to its end without him.
    let working = app.clone();
    let work = async move {
        let response = completed(&working, next.run(request).await);
        let (response, answer) = taken_apart(response).await;
        // What may be different a moment later is not kept.
        let kept = answer.filter(|answer| is_kept(answer.status));
        if let Err(error) = idempotency::end(&working, id, lease, kept).await {
            // The lease ends by itself; until then the caller hears that the call is still running.
            tracing::warn!(%error, "the answer of a call with an Idempotency-Key was not kept");
        }
        response
    };
    match app.unfinished.spawn(work).await {
        Ok(response) => response,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Problem::of(ProblemCode::InternalError).into_response(),
    }
}

/// Nothing was carried out where something stands in the way, or the caller did not know what counts: once that is
/// settled, the same call is a good one.
fn is_kept(status: u16) -> bool {
    status < 500 && !matches!(status, 409 | 412 | 428 | 429)
}

/// As a text or, as the draft has it, as a quoted text.
fn key(request: &Request) -> Result<Option<String>, Problem> {
    let wrong = || Problem::invalid_request("Idempotency-Key");
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(wrong());
    }
    let text = value.to_str().map_err(|_| wrong())?.trim();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(Some(key.to_owned())) } else { Err(wrong()) }
}

/// The response again, and what of it can be kept.
async fn taken_apart(response: Response) -> (Response, Option<Answer>) {
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return (Problem::of(ProblemCode::InternalError).into_response(), None);
    };
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| value.to_str().ok().map(|value| (name.as_str().to_owned(), value.to_owned())));
    let text = std::str::from_utf8(&body).ok().map(str::to_owned);
    let answer = text.map(|body| Answer { status: parts.status.as_u16(), headers: headers.collect(), body });
    (Response::from_parts(parts, Body::from(body)), answer)
}

fn written(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
