//! `/webhooks` of the REST API. Version 1 answers a new subscription as an array of one, version 2 as the object;
//! an application sees its own subscriptions only.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::answer::{iso, message};
use super::api::{Caller, Needs, Version, WRITE, call, page};
use super::serve::Connection;
use super::shared::Shared;
use super::switches::{Endpoint, SubscriptionSecret};
use super::world::{Subscription, World, new_id};

const CHANGES: &[&str] = &["company", "member", "membership", "contract", "booking", "fee", "invoice", "ticket"];
const OTHERS: &[&str] = &[
    "company.paymentdetails.created",
    "company.paymentdetails.removed",
    "member.paymentdetails.created",
    "member.paymentdetails.removed",
    "invoice.charge.created",
    "invoice.charge.updated",
    "invoice.charge.removed",
    "invoice.allocation.created",
    "invoice.allocation.removed",
    "pass.created",
    "pass.updated",
    "occupancyslot.created",
    "occupancyslot.removed",
    "integration.removed",
];

/// Every event type that one can subscribe to.
pub(super) fn event_types() -> Vec<String> {
    let changes =
        CHANGES.iter().flat_map(|what| ["created", "updated", "removed"].map(|happened| format!("{what}.{happened}")));
    changes.chain(OTHERS.iter().map(|other| (*other).to_owned())).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    url: String,
    event_types: Vec<String>,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let needs = Needs { fine: "flex.settings.webhooks.create", coarse: WRITE };
    let what = (Endpoint::WebhookCreate, needs);
    let is_json = is_json(&headers);
    call(&shared, &connection, &headers, (&version, &slug), what, |world, version, caller| {
        if !is_json {
            return message(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be application/json");
        }
        let new: New = match serde_json::from_slice(&body) {
            Ok(new) => new,
            Err(error) => return message(StatusCode::BAD_REQUEST, &format!("Invalid body: {error}")),
        };
        if let Err(text) = check(&new) {
            return message(StatusCode::BAD_REQUEST, &text);
        }
        let id = new_id(&shared.random);
        let subscription = Subscription {
            id: id.clone(),
            sequence: world.next_sequence(),
            organization: caller.organization.id.clone(),
            client_id: caller.grant.client_id.clone(),
            integration: caller.grant.integration.clone(),
            url: new.url,
            event_types: new.event_types,
            description: new.description,
            secret: hex::encode(shared.random.bytes::<32>()),
            enabled: version == Version::V2 || new.enabled,
            created_at: shared.clock.now(),
        };
        let how = world.rules.take::<SubscriptionSecret>(Some(&caller.organization.id));
        let answer = shown(&subscription, version, how != SubscriptionSecret::Never);
        world.subscriptions.insert(id, subscription);
        match version {
            Version::V1 => Json(json!([answer])).into_response(),
            Version::V2 => (StatusCode::CREATED, Json(answer)).into_response(),
        }
    })
    .await
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn check(new: &New) -> Result<(), String> {
    let url = Url::parse(&new.url).map_err(|_| "url must be an absolute URL".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("url must be http or https".to_owned());
    }
    if new.event_types.is_empty() {
        return Err("eventTypes must not be empty".to_owned());
    }
    let known = event_types();
    match new.event_types.iter().find(|wanted| !known.iter().any(|known| known.eq_ignore_ascii_case(wanted))) {
        Some(unknown) => Err(format!("Unknown event type {unknown}")),
        None => Ok(()),
    }
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let what = (Endpoint::WebhookList, Needs::read("flex.settings.webhooks.read"));
    call(&shared, &connection, &headers, (&version, &slug), what, |world, version, caller| {
        let secret = secret_in_reads(world, caller);
        let mut own: Vec<&Subscription> =
            world.subscriptions.values().filter(|subscription| is_own(subscription, caller)).collect();
        own.sort_by_key(|subscription| subscription.sequence);
        let all: Vec<Value> = own.into_iter().map(|subscription| shown(subscription, version, secret)).collect();
        page(version, query.as_deref(), &all)
    })
    .await
}

pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let what = (Endpoint::WebhookRead, Needs::read("flex.settings.webhooks.read"));
    call(&shared, &connection, &headers, (&version, &slug), what, |world, version, caller| {
        let secret = secret_in_reads(world, caller);
        match world.subscriptions.get(&id).filter(|subscription| is_own(subscription, caller)) {
            Some(subscription) => Json(shown(subscription, version, secret)).into_response(),
            None => message(StatusCode::NOT_FOUND, "Webhook not found"),
        }
    })
    .await
}

pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let needs = Needs { fine: "flex.settings.webhooks.delete", coarse: WRITE };
    let what = (Endpoint::WebhookDelete, needs);
    call(&shared, &connection, &headers, (&version, &slug), what, |world, version, caller| {
        if !world.subscriptions.get(&id).is_some_and(|subscription| is_own(subscription, caller)) {
            return message(StatusCode::NOT_FOUND, "Webhook not found");
        }
        world.subscriptions.remove(&id);
        match version {
            Version::V1 => Json(json!({ "_id": id })).into_response(),
            Version::V2 => StatusCode::NO_CONTENT.into_response(),
        }
    })
    .await
}

fn secret_in_reads(world: &mut World, caller: &Caller) -> bool {
    world.rules.peek::<SubscriptionSecret>(Some(&caller.organization.id)) == SubscriptionSecret::Always
}

fn is_own(subscription: &Subscription, caller: &Caller) -> bool {
    subscription.organization == caller.organization.id && subscription.client_id == caller.grant.client_id
}

fn shown(subscription: &Subscription, version: Version, with_secret: bool) -> Value {
    let mut shown = json!({
        "_id": subscription.id,
        "url": subscription.url,
        "eventTypes": subscription.event_types,
        "description": subscription.description,
        "createdAt": iso(subscription.created_at),
    });
    if version == Version::V1 {
        shown["enabled"] = subscription.enabled.into();
    }
    if with_secret {
        shown["secret"] = subscription.secret.clone().into();
    }
    shown
}
