//! What stands around every call of the API: who calls, how often, and whether the call came before.

use app::problems::ProblemCode;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::caller::{self, Caller, Identified};
use super::problem::{Problem, completed};
use super::{proxy, repeated};
use crate::clock::{Millis, SECOND};
use crate::crypto::digest::Digest;
use crate::http::{address, query, request_log};
use crate::services::api_keys;
use crate::services::limits::{Allowance, WINDOW};
use crate::state::App;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_LIMIT_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Lets a call through with what is known of its caller. What is wrong with a key is said where one is needed, so
/// that an address that does not exist is 404 for everybody.
pub(super) async fn frame(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let now = app.clock.now();
    let presented = caller::presented(request.headers());
    let remembered = presented.and_then(|digest| Some((digest, api_keys::remembered(&app, &digest, now)?)));
    let admitted = match remembered {
        Some((digest, key)) => allowed(&app, &digest, Caller(key), now),
        None => {
            let address = address::client(request.headers(), request.extensions(), &app.config.trusted_proxies);
            looked_up(&app, &address, presented, now).await
        }
    };
    let Admitted { identified, allowance, policy } = admitted;
    // Anybody can name a trace, and it would be kept: theirs goes on who have a key.
    let span = request_log::span(&app.traces, &request, identified.is_ok());
    let answering = span.around(async {
        match identified {
            Err(problem) if problem.code() == ProblemCode::TooManyRequests => problem.into_response(),
            Ok(caller) => {
                request.extensions_mut().insert(Identified(Ok(caller.clone())));
                repeated::carried_out(&app, &caller, request, next).await
            }
            Err(problem) => {
                request.extensions_mut().insert(Identified(Err(problem)));
                next.run(request).await
            }
        }
    });
    let mut answer = completed(&app, answering.await);
    request_log::answered(&span, &answer);
    if let Some(allowance) = allowance {
        limited(&mut answer, policy, allowance);
    }
    answer
}

struct Admitted {
    identified: Result<Caller, Problem>,
    allowance: Option<Allowance>,
    /// Whose limit it is.
    policy: &'static str,
}

fn allowed(app: &App, digest: &Digest, caller: Caller, now: Millis) -> Admitted {
    let allowance = app.limits.call(digest, now);
    let over = allowance.filter(|allowance| allowance.over);
    Admitted { identified: over.map_or(Ok(caller), |over| Err(too_many(over))), allowance, policy: "key" }
}

async fn looked_up(app: &App, address: &str, presented: Option<Digest>, now: Millis) -> Admitted {
    let of_address = |allowance: Allowance, problem: Problem| {
        let problem = if allowance.over { too_many(allowance) } else { problem };
        Admitted { identified: Err(problem), allowance: Some(allowance), policy: "address" }
    };
    let before = app.limits.stranger(address, now);
    // Only who has tried too often already is not even looked up; good keys of that address go on.
    let is_looked_up = !before.over || presented.is_some_and(|digest| app.limits.knows(&digest));
    let found = match presented.filter(|_| is_looked_up) {
        None => Ok(None),
        Some(digest) => api_keys::live(app, &digest, now).await.map(|found| found.map(|key| (digest, Caller(key)))),
    };
    match found {
        Ok(Some((digest, caller))) => allowed(app, &digest, caller, now),
        Ok(None) => {
            if let Some(digest) = presented {
                app.limits.forget(&digest);
            }
            of_address(app.limits.failed(address, now), Problem::unauthorized())
        }
        Err(error) => Admitted { identified: Err(error.into()), allowance: None, policy: "" },
    }
}

fn too_many(allowance: Allowance) -> Problem {
    Problem::of(ProblemCode::TooManyRequests).retry_after(allowance.seconds)
}

/// As draft-ietf-httpapi-ratelimit-headers-10 writes it, and in the three fields of its earlier versions, which more
/// clients read.
fn limited(answer: &mut Response, policy: &str, allowance: Allowance) {
    let headers = answer.headers_mut();
    let said = [
        (RATE_LIMIT_POLICY, format!("\"{policy}\";q={};w={}", allowance.limit, WINDOW / SECOND)),
        (RATE_LIMIT, format!("\"{policy}\";r={};t={}", allowance.left, allowance.seconds)),
    ];
    for (name, value) in said {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(RATE_LIMIT_LIMIT, allowance.limit.into());
    headers.insert(RATE_LIMIT_REMAINING, allowance.left.into());
    headers.insert(RATE_LIMIT_RESET, allowance.seconds.into());
}

/// A query that cannot be read is refused everywhere, also where nothing of it would be used. The proxy's is
/// OfficeRnD's to read.
pub(super) async fn readable(request: Request, next: Next) -> Response {
    if proxy::is_path(request.uri().path()) {
        return next.run(request).await;
    }
    match query::parse(request.uri().query().unwrap_or_default()) {
        Ok(_) => next.run(request).await,
        Err(_) => Problem::invalid_request("query").into_response(),
    }
}
