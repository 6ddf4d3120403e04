//! How every simulated endpoint answers: the fault that waits for the request, or the right answer; and the layer
//! that keeps the journal.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use chrono::DateTime;
use serde_json::{Value, json};

use super::journal::{Entry, TokenRequest};
use super::rules::Fault;
use super::serve::Connection;
use super::shared::Shared;
use super::switches::{Answer, Endpoint};

/// Larger requests are refused.
const BODY_LIMIT: usize = 1 << 20;
const HUGE_ANSWER: usize = 8 << 20;

/// What a request turned out to be about; handlers put it on the answer for the journal.
#[derive(Clone)]
pub(super) struct About {
    pub(super) endpoint: Endpoint,
    /// The organization's id.
    pub(super) organization: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) note: Option<String>,
}

impl About {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, organization: None, client_id: None, note: None }
    }
}

/// `{"message": …}` as OfficeRnD's API says what is wrong.
pub(super) fn message(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "message": text }))).into_response()
}

/// Lets the waiting fault answer, or else `process`.
pub(super) async fn answer(
    shared: &Shared,
    connection: &Connection,
    mut about: About,
    process: impl FnOnce() -> Response,
) -> Response {
    let fault = shared.change(|world| {
        world.rules.take_fault(about.endpoint, about.organization.as_deref(), about.client_id.as_deref())
    });
    let mut response = match fault {
        None => process(),
        Some((fault, answer)) => {
            about.note = Some(format!("fault: {} at {}", fault.answer, fault.at));
            if fault.milliseconds > 0 {
                tokio::time::sleep(Duration::from_millis(fault.milliseconds)).await;
            }
            faulty(connection, &fault, answer, process)
        }
    };
    response.extensions_mut().insert(about);
    response
}

fn faulty(connection: &Connection, fault: &Fault, answer: Answer, process: impl FnOnce() -> Response) -> Response {
    let json_text = |text: &'static [u8]| ([(header::CONTENT_TYPE, "application/json")], text).into_response();
    match answer {
        Answer::Slow => process(),
        Answer::ResetBefore => {
            connection.cut();
            StatusCode::OK.into_response()
        }
        Answer::ResetAfter => {
            let response = process();
            connection.cut();
            response
        }
        Answer::Status500 => status(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", fault),
        Answer::Status502 => status(StatusCode::BAD_GATEWAY, "Bad Gateway", fault),
        Answer::Status503 => status(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", fault),
        Answer::Status429 => status(StatusCode::TOO_MANY_REQUESTS, "Too many requests, please try again later", fault),
        Answer::Status401 => status(StatusCode::UNAUTHORIZED, "Unauthorized", fault),
        Answer::Status403 => status(StatusCode::FORBIDDEN, "Forbidden", fault),
        Answer::Status404 => status(StatusCode::NOT_FOUND, "Not Found", fault),
        Answer::Html => Html("<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>").into_response(),
        Answer::Empty => json_text(b""),
        Answer::NotJson => json_text(b"{\"access_token\":\"eyJhb"),
        Answer::Huge => {
            let body = format!("{{\"filler\":\"{}\"}}", "x".repeat(HUGE_ANSWER));
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Answer::Redirect => (StatusCode::FOUND, [(header::LOCATION, "https://example.net/elsewhere")]).into_response(),
    }
}

fn status(status: StatusCode, text: &str, fault: &Fault) -> Response {
    let mut response = message(status, text);
    if let Some(seconds) = fault.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Records request and answer, waits until what they changed is on disk, and dates the answer by OfficeRnD's clock.
pub(super) async fn keep_journal(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let at = shared.clock.now();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large");
    };
    let method = parts.method.to_string();
    let url = parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string);
    let sent = lossy(&body);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;

    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let about = parts.extensions.remove::<About>().unwrap_or_else(|| About::new(Endpoint::Unknown));
    record(
        &shared,
        &about,
        Entry {
            id: 0,
            at,
            direction: "in",
            endpoint: about.endpoint.name(),
            method,
            url,
            organization: slug_of(&shared, about.organization.as_deref()),
            client_id: about.client_id.clone(),
            status: Some(parts.status.as_u16()),
            milliseconds: shared.clock.now() - at,
            request: sent,
            answer: lossy(&body),
            note: about.note.clone(),
            signed: None,
        },
    );
    shared.saved().await;
    if let Some(date) = DateTime::from_timestamp(shared.office_seconds(about.organization.as_deref()), 0)
        && let Ok(date) = HeaderValue::from_str(&date.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    {
        parts.headers.insert(header::DATE, date);
    }
    Response::from_parts(parts, Body::from(body))
}

fn record(shared: &Shared, about: &About, entry: Entry) {
    let kind = match about.endpoint {
        Endpoint::Exchange => Some("authorization_code"),
        Endpoint::Refresh => Some("refresh_token"),
        Endpoint::Token => Some("other"),
        _ => None,
    };
    let mut journal = shared.journal();
    if let (Some(kind), Some(status)) = (kind, entry.status) {
        let client_id = about.client_id.clone().unwrap_or_default();
        journal.record_token_request(TokenRequest { at: entry.at, client_id, kind, status });
    }
    journal.record(entry);
}

pub(super) fn slug_of(shared: &Shared, organization: Option<&str>) -> Option<String> {
    let id = organization?;
    shared.look(|world| world.organization(id).map(|organization| organization.slug.clone()))
}

fn lossy(body: &Bytes) -> String {
    String::from_utf8_lossy(&body[..body.len().min(16_384)]).into_owned()
}

/// RFC 3339 in UTC, as OfficeRnD writes times.
pub(super) fn iso(at: i64) -> Value {
    DateTime::from_timestamp_millis(at)
        .map_or(Value::Null, |at| Value::from(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)))
}
