//! `POST /i/{integration}/webhooks/{connection}`: verified over the raw bytes, durable, then answered.

use app::ids::ConnectionId;
use app::texts;
use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::clock::SECOND;
use crate::crypto::digest::{Digest, digest};
use crate::crypto::signature::NOBODY;
use crate::domain::signed_query::SignatureHeader;
use crate::jobs::{self, Job};
use crate::services::events;
use crate::services::inbox::NotStored;
use crate::services::sightings::saw;
use crate::state::App;
use crate::storage::attempts;
use crate::storage::sightings::Call;
use crate::storage::webhook_events::WebhookEvent;

/// OfficeRnD's entities are small; more is no event.
const MOST_BYTES: usize = 1024 * 1024;
/// OfficeRnD's clock may be ahead of ours by that much (`pinned.md` 20).
const AHEAD_SECONDS: u64 = 300;
const SIGNATURE: &str = "officernd-signature";

pub async fn receive(
    State(app): State<App>,
    Path((integration, connection)): Path<(String, String)>,
    request: Request,
) -> Response {
    if app.integrations.get(&integration).is_none() {
        return unknown_integration();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, "webhook-too-large");
    };
    let signature = parts
        .headers
        .get(SIGNATURE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| SignatureHeader::parse(text).ok());
    let Some(signature) = signature else { return unsigned() };
    let Ok(ConnectionId(connection)) = connection.parse::<ConnectionId>() else {
        NOBODY.verify_webhook(&body, &signature);
        return unsigned();
    };
    let known = match app.directory.of_connection(&app.db, &app.vault, connection).await {
        Ok(known) => known,
        Err(error) => {
            tracing::error!(%error, "a delivery could not be checked");
            return come_again();
        }
    };
    let found = known.as_ref().and_then(|known| {
        known
            .connections
            .iter()
            .find(|known| known.connection.id == connection && known.connection.integration == integration)
    });
    let key = found.and_then(|found| found.subscription_key.as_ref());
    let genuine = key.unwrap_or(&NOBODY).verify_webhook(&body, &signature) && key.is_some();
    let recent = signature.is_within(
        app.clock.now_seconds(),
        app.config.webhook_tolerance_seconds.unsigned_abs(),
        AHEAD_SECONDS,
    );
    let (Some(found), true, true) = (found, genuine, recent) else {
        // While a subscription is being made its secret is not stored yet; a refusal would lose the event.
        return match attempts::is_registering(app.db.read(), connection, app.clock.now()).await {
            Ok(true) => come_again(),
            Ok(false) => unsigned(),
            Err(error) => {
                tracing::error!(%error, "a delivery could not be checked");
                come_again()
            }
        };
    };
    let now = app.clock.now();
    let subscription = found.connection.subscription_id.as_deref().unwrap_or_default();
    let event_type = event_type(&body);
    let waits = jobs::acts_on(event_type.as_deref());
    // A removal is passed on with the end of the connection that it means. After an end nothing is told.
    let told = match (&event_type, &known) {
        (Some(kind), Some(known)) if !waits && found.connection.disconnected.is_none() => {
            Some(events::passed_on(&app, &found.connection, &known.organization, kind, &body, now))
        }
        _ => None,
    };
    let event = WebhookEvent {
        id: app.random.uuid(now),
        digest: identity(connection, subscription, &signature, &body),
        organization: found.connection.organization,
        connection,
        event_type,
        body: body.to_vec(),
        signed_at: signature.t() * SECOND,
        received_at: now,
        processed_at: (!waits).then_some(now),
    };
    let is_told = told.is_some();
    match app.inbox.store(event, told).await {
        Ok(()) => {
            saw(&app, &integration, Call::Webhook);
            if is_told {
                app.outbox.wake();
            }
            if waits {
                app.jobs.send(Job::Webhooks);
            }
            (StatusCode::OK, Json(json!({}))).into_response()
        }
        Err(error @ (NotStored::Full | NotStored::Stopped)) => {
            tracing::warn!(%error, "a delivery was asked to come again");
            come_again()
        }
        Err(error) => {
            tracing::error!(%error, "a delivery could not be stored");
            come_again()
        }
    }
}

/// The same for an exact repetition only. It begins with the time of the signature, which a repetition
/// shares, so that what arrives together stands together in the index, and 192 bits of digest follow.
fn identity(connection: Uuid, subscription: &str, signature: &SignatureHeader, body: &[u8]) -> Digest {
    let mut identity = digest("delivery", &[connection.as_bytes(), subscription.as_bytes(), signature.mac(), body]);
    identity[..8].copy_from_slice(&signature.t().to_be_bytes());
    identity
}

/// None for a body that is no event; it is kept and shown to staff.
fn event_type(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Event {
        event_type: String,
    }
    // A whole value is read in any case, so that what is no JSON at its end is no event either.
    let event: Event = serde_json::from_slice(body).ok()?;
    Some(event.event_type).filter(|kind| !kind.is_empty() && kind.len() <= 200 && !kind.contains(char::is_control))
}

pub async fn wrong_method(State(app): State<App>, Path((integration, _)): Path<(String, String)>) -> Response {
    if app.integrations.get(&integration).is_none() {
        return unknown_integration();
    }
    let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, "webhook-wrong-method");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

fn unknown_integration() -> Response {
    answer(StatusCode::NOT_FOUND, "signed-unknown-integration")
}

fn unsigned() -> Response {
    answer(StatusCode::UNAUTHORIZED, "webhook-unsigned")
}

fn come_again() -> Response {
    let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, "signed-unavailable");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn answer(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "message": texts::text(text) }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_repetition_has_the_same_identity() {
        let header =
            |t: i64, mac: &str| SignatureHeader::parse(&format!("t={t},signature={}", mac.repeat(64))).unwrap();
        let of = |connection: u128, subscription: &str, header: &SignatureHeader, body: &[u8]| {
            identity(Uuid::from_u128(connection), subscription, header, body)
        };
        let first = of(1, "s", &header(17, "a"), b"body");
        assert_eq!(first, of(1, "s", &header(17, "A"), b"body"));
        for other in [
            of(2, "s", &header(17, "a"), b"body"),
            of(1, "other", &header(17, "a"), b"body"),
            of(1, "s", &header(18, "a"), b"body"),
            of(1, "s", &header(17, "b"), b"body"),
            of(1, "s", &header(17, "a"), b"bodx"),
        ] {
            assert_ne!(first, other);
        }
        assert!(first < of(1, "s", &header(18, "a"), b"body"), "later ones stand behind");
    }

    #[test]
    fn only_a_whole_object_with_a_type_is_an_event() {
        assert_eq!(event_type(br#"{"data":{"eventType":"inner"},"eventType":"a.b"}"#), Some("a.b".into()));
        for wrong in [
            &br#"{"eventType":""}"#[..],
            br#"{"eventType":1}"#,
            br#"{"data":{"eventType":"inner"}}"#,
            br#"{"eventType":"a.b"} x"#,
            br#"{"eventType":"a.b""#,
            b"[]",
            b"\xff",
            b"",
        ] {
            assert_eq!(event_type(wrong), None, "{}", String::from_utf8_lossy(wrong));
        }
        let long = format!(r#"{{"eventType":"{}"}}"#, "x".repeat(201));
        assert_eq!(event_type(long.as_bytes()), None);
    }
}
