//! Webhook deliveries: signed over the raw body with the subscription's own secret, repeated with growing pauses
//! until somebody answers 2xx. How long OfficeRnD goes on is not known; these pauses are an assumption.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use super::answer::{iso, slug_of};
use super::explain::Signing;
use super::journal::Entry;
use super::shared::Shared;
use super::signing::{signature, written};
use super::switches::{Duplicates, RetryTimestamp, SignatureForm, WebhookIds, WebhookSignature};
use super::world::{Attempt, Delivery, DeliveryState, Subscription, World, new_id};
use crate::clock::{HOUR, MINUTE, Millis};

/// The pauses after a failed attempt; after the last one the delivery is given up.
const PAUSES: [Millis; 6] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];
const ATTEMPT_LIMIT: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(500);
/// Deliveries under way at the same time.
const AT_ONCE: usize = 16;

/// Something that happened in an organization and that subscriptions may want to know.
pub(super) struct Event {
    pub(super) organization: String,
    pub(super) event_type: String,
    /// The entity after the change.
    pub(super) object: Value,
    pub(super) previous: Option<Value>,
    /// Only subscriptions of this application.
    pub(super) client_id: Option<String>,
    /// Only subscriptions that this integration's token created.
    pub(super) integration: Option<String>,
}

/// What an attempt came to, as the control API answers it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) delivery: String,
    pub(super) subscription: String,
    pub(super) event_type: String,
    pub(super) state: DeliveryState,
    pub(super) attempts: usize,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
}

/// Makes a delivery for every subscription that wants the event; they are due at once.
pub(super) fn enqueue(shared: &Shared, world: &mut World, event: &Event) -> Vec<String> {
    let now = shared.clock.now();
    let with_ids = world.rules.take::<WebhookIds>(Some(&event.organization)) == WebhookIds::With;
    let mut subscriptions: Vec<Subscription> =
        world.subscriptions.values().filter(|subscription| wants(subscription, event)).cloned().collect();
    subscriptions.sort_by_key(|subscription| subscription.sequence);
    let mut made = Vec::new();
    for subscription in subscriptions {
        let body = body(shared, event, with_ids, now).to_string();
        let t = shared.clock.now_seconds()
            + world.rules.peek::<super::switches::OfficeClock>(Some(&event.organization)).seconds();
        let times: &[Option<i64>] = match world.rules.take::<Duplicates>(Some(&event.organization)) {
            Duplicates::Once => &[None],
            Duplicates::Twice => &[Some(t), Some(t)],
            Duplicates::TwiceSignedAnew => &[Some(t), Some(t + 1)],
        };
        for fixed_t in times {
            let id = new_id(&shared.random);
            made.push(id.clone());
            world.deliveries.push(Delivery {
                id,
                organization: event.organization.clone(),
                subscription: subscription.id.clone(),
                url: subscription.url.clone(),
                secret: subscription.secret.clone(),
                event_type: event.event_type.clone(),
                body: body.clone(),
                fixed_t: *fixed_t,
                attempts: Vec::new(),
                next_at: now,
                state: DeliveryState::Due,
            });
        }
    }
    made
}

fn wants(subscription: &Subscription, event: &Event) -> bool {
    subscription.enabled
        && subscription.organization == event.organization
        && event.client_id.as_ref().is_none_or(|id| *id == subscription.client_id)
        && event.integration.as_ref().is_none_or(|id| *id == subscription.integration)
        && subscription.event_types.iter().any(|wanted| wanted.eq_ignore_ascii_case(&event.event_type))
}

fn body(shared: &Shared, event: &Event, with_ids: bool, now: Millis) -> Value {
    let mut body = json!({});
    if with_ids {
        body["_id"] = new_id(&shared.random).into();
        body["organization"] = event.organization.clone().into();
        body["createdAt"] = iso(now);
    }
    body["eventType"] = event.event_type.clone().into();
    body["data"] = json!({ "object": event.object });
    if let Some(previous) = &event.previous {
        body["data"]["previousAttributes"] = previous.clone();
    }
    body
}

/// Delivers what is due, and tells what came of it. `only` narrows it to these deliveries.
pub(super) async fn deliver_due(shared: &Arc<Shared>, only: Option<&[String]>) -> Vec<Outcome> {
    let _one_round = shared.delivering.lock().await;
    let now = shared.clock.now();
    let due: Vec<Delivery> = shared.look(|world| {
        let is_due = |delivery: &&Delivery| {
            delivery.state == DeliveryState::Due
                && delivery.next_at <= now
                && only.is_none_or(|only| only.contains(&delivery.id))
        };
        world.deliveries.iter().filter(is_due).cloned().collect()
    });
    let mut outcomes = Vec::new();
    for batch in due.chunks(AT_ONCE) {
        let mut running = JoinSet::new();
        for delivery in batch {
            running.spawn(attempt(shared.clone(), delivery.clone()));
        }
        outcomes.extend(running.join_all().await);
    }
    outcomes
}

async fn attempt(shared: Arc<Shared>, delivery: Delivery) -> Outcome {
    if is_loopback(&delivery.url) && !shared.delivers_to_loopback() {
        let error = "addresses on this machine are not delivered to".to_owned();
        return finish(&shared, &delivery, DeliveryState::NotDelivered, (None, Some(error), 0), None);
    }
    let organization = Some(delivery.organization.as_str());
    let (how, form, keep_first) = shared.change(|world| {
        let how = world.rules.take::<WebhookSignature>(organization);
        let form = world.rules.take::<SignatureForm>(organization);
        (how, form, world.rules.peek::<RetryTimestamp>(organization) == RetryTimestamp::First)
    });
    let t = delivery.fixed_t.unwrap_or_else(|| shared.office_seconds(organization));
    let started = shared.clock.now();
    let secret = if how == WebhookSignature::Wrong { "a wrong secret" } else { &delivery.secret };
    let sent = match how {
        WebhookSignature::Missing => String::new(),
        _ => written(form, t, &signature(secret, delivery.body.as_bytes(), t)),
    };
    let mut request = shared
        .http
        .post(&delivery.url)
        .timeout(ATTEMPT_LIMIT)
        .header("content-type", "application/json")
        .body(delivery.body.clone());
    if !sent.is_empty() {
        request = request.header("officernd-signature", &sent);
    }
    let (status, error, answer) = match request.send().await {
        Ok(response) => (Some(response.status().as_u16()), None, response.text().await.unwrap_or_default()),
        Err(error) => (None, Some(error.without_url().to_string()), String::new()),
    };
    let milliseconds = shared.clock.now() - started;
    let key = format!(
        "the secret of subscription {}, GET {}/control/state?reveal=true shows it",
        delivery.subscription, shared.public_url
    );
    let signing = Signing::new(key, &delivery.secret, &delivery.body, t, sent);
    shared.journal().record(Entry {
        id: 0,
        at: started,
        direction: "out",
        endpoint: "webhook",
        method: "POST".to_owned(),
        url: delivery.url.clone(),
        organization: slug_of(&shared, organization),
        client_id: None,
        status,
        milliseconds,
        request: delivery.body.clone(),
        answer,
        note: Some(match &error {
            Some(error) => format!("{}; {error}", delivery.event_type),
            None => delivery.event_type.clone(),
        }),
        signed: Some(signing),
    });
    let state = match status {
        Some(200..=299) => DeliveryState::Delivered,
        _ if delivery.attempts.len() >= PAUSES.len() => DeliveryState::GivenUp,
        _ => DeliveryState::Due,
    };
    finish(&shared, &delivery, state, (status, error, milliseconds), keep_first.then_some(t))
}

fn finish(
    shared: &Shared,
    delivery: &Delivery,
    state: DeliveryState,
    (status, error, milliseconds): (Option<u16>, Option<String>, i64),
    first_t: Option<i64>,
) -> Outcome {
    let now = shared.clock.now();
    let attempts = shared.change(|world| {
        let Some(kept) = world.deliveries.iter_mut().find(|kept| kept.id == delivery.id) else { return 0 };
        let pause = PAUSES.get(kept.attempts.len()).copied().unwrap_or(HOUR);
        kept.attempts.push(Attempt { at: now, status, error: error.clone(), milliseconds });
        kept.state = state;
        kept.next_at = now + pause;
        kept.fixed_t = kept.fixed_t.or(first_t);
        kept.attempts.len()
    });
    Outcome {
        delivery: delivery.id.clone(),
        subscription: delivery.subscription.clone(),
        event_type: delivery.event_type.clone(),
        state,
        attempts,
        status,
        error,
    }
}

fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback() || address.is_unspecified(),
        None => false,
    }
}

/// Delivers by itself as time passes. A clock that stands still belongs to a test, which calls
/// `POST /control/deliver-due` when it wants something to happen, and nothing happens behind its back.
pub(super) async fn keep_delivering(shared: Arc<Shared>, stop: CancellationToken) {
    let before = shared.clock.now();
    tokio::time::sleep(Duration::from_millis(5)).await;
    if shared.clock.now() == before {
        return;
    }
    while stop.run_until_cancelled(tokio::time::sleep(TICK)).await.is_some() {
        if stop.run_until_cancelled(deliver_due(&shared, None)).await.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_this_machine_are_known_in_every_form() {
        for url in [
            "http://localhost:3000/x",
            "http://app.localhost/x",
            "http://127.0.0.1/x",
            "http://127.9.9.9/x",
            "http://[::1]/x",
            "http://[::ffff:127.0.0.1]/x",
            "http://0.0.0.0/x",
            "http://2130706433/x",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        assert!(!is_loopback("https://partner.example/x"));
        assert!(!is_loopback("http://10.0.0.1/x"));
    }
}
