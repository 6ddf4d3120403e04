//! Says to open pages of the dashboard that something changed, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use app::ids::ConnectionId;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Serialize;

use super::staff::session_cookie;
use crate::http::{cookies, query};
use crate::services::live::{self, Numbers, Refused};
use crate::services::staff::session::Member;
use crate::state::App;

/// A browser whose stream broke comes again after that long at least, and after twice that at most: those who were cut
/// off together do not come back together.
const AGAIN_MILLIS: u64 = 3_000;
/// A comment that often keeps proxies from taking the line for dead.
const ALIVE: Duration = Duration::from_secs(15);
const LAST: &str = "last-event-id";
/// Stamps are of 16 signs; what is longer is none of ours.
const LONGEST: usize = 40;

#[derive(Serialize)]
struct Said {
    changed: bool,
    #[serde(flatten)]
    numbers: Numbers,
}

/// `?connection=con_…` for the page of a tenant, `?known=…` for what the page shows already.
pub(super) async fn live(State(app): State<App>, request: Request) -> Response {
    let member = match cookies::read(request.headers(), session_cookie(&app)) {
        Some(cookie) => Member::glance(&app, &cookie).await,
        None => Ok(None),
    };
    let member = match member {
        Ok(Some(member)) => member,
        Ok(None) => return refused(StatusCode::UNAUTHORIZED, "Sign in first.\n"),
        Err(error) => return unavailable(&error),
    };
    let pairs = query::parse(request.uri().query().unwrap_or_default()).unwrap_or_default();
    let asked = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let of = match asked("connection").map(str::parse::<ConnectionId>).transpose() {
        Ok(of) => of.map(|ConnectionId(connection)| connection),
        Err(_) => return refused(StatusCode::BAD_REQUEST, "connection: not the id of a connection.\n"),
    };
    // A browser that comes again knows more than the address it came with first.
    let known = last(request.headers()).or(asked("known")).filter(|known| known.len() <= LONGEST);
    let listener = match live::listen(&app, &member, of, known.map(str::to_owned)).await {
        Ok(listener) => listener,
        Err(Refused::SessionFull) => {
            return wait(refused(StatusCode::TOO_MANY_REQUESTS, "Too many pages of this session listen. Close one.\n"));
        }
        Err(error @ (Refused::Full | Refused::Closed)) => {
            tracing::info!(%error, "a page is not told of changes");
            return wait(refused(StatusCode::SERVICE_UNAVAILABLE, "No more pages can listen now. Come again.\n"));
        }
        Err(Refused::Storage(error)) => return unavailable(&error),
    };
    let again = Duration::from_millis(AGAIN_MILLIS + app.random.below(AGAIN_MILLIS + 1));
    let events = stream::unfold((listener, Some(again)), async |(mut listener, again)| {
        let heard = listener.next().await?;
        let said = Said { changed: heard.changed, numbers: heard.numbers };
        let event = Event::default().id(heard.stamp).json_data(said).unwrap_or_default();
        // The first one says it for all.
        let event = again.into_iter().fold(event, Event::retry);
        Some((Ok::<_, Infallible>(event), (listener, None)))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    safe(response.headers_mut());
    // Of nginx, which would collect events until it has a page full of them.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn last(headers: &HeaderMap) -> Option<&str> {
    headers.get(LAST)?.to_str().ok().filter(|id| !id.is_empty())
}

fn refused(status: StatusCode, words: &'static str) -> Response {
    let mut response = (status, words).into_response();
    safe(response.headers_mut());
    response
}

fn wait(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    response
}

fn unavailable(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a page cannot be told of changes");
    wait(refused(StatusCode::SERVICE_UNAVAILABLE, "The database does not answer. Come again.\n"))
}

fn safe(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
