//! Webhook deliveries.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::*;
use crate::clock::{HOUR, MINUTE};

/// The header as a receiver checks it, by hand.
fn is_signed(received: &Received, secret: &str, t: i64) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(received.body.as_bytes());
    mac.update(b".");
    mac.update(t.to_string().as_bytes());
    let expected = format!("t={t},signature={}", hex::encode(mac.finalize().into_bytes()));
    received.signature.as_deref() == Some(expected.as_str())
}

async fn lab() -> (Lab, String) {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let subscription = lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    (lab, subscription["secret"].as_str().unwrap().to_owned())
}

async fn member_created(lab: &Lab) -> Value {
    lab.control("/control/events", json!({ "organization": HARBOUR, "event_type": "member.created" })).await
}

#[tokio::test]
async fn an_event_is_delivered_signed_over_its_raw_body() {
    let (lab, secret) = lab().await;
    let sent = member_created(&lab).await;
    assert_eq!((&sent["deliveries"][0]["state"], &sent["deliveries"][0]["status"]), (&json!("delivered"), &json!(200)));
    let received = lab.product.received();
    assert_eq!(received.len(), 1);
    assert!(is_signed(&received[0], &secret, START / 1_000));
    let body: Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!(
        (&body["eventType"], &body["organization"]),
        (&json!("member.created"), &json!("65f0a1b2c3d4e5f600000001"))
    );
    assert!(body["_id"].is_string() && body["data"]["object"]["_id"].is_string());
    // Nobody subscribed to this one, and the other organization has no subscription.
    let unwanted = json!({ "organization": HARBOUR, "event_type": "booking.created" });
    assert_eq!(lab.control("/control/events", unwanted).await["made"], json!([]));
    let elsewhere = json!({ "organization": "studio-17", "event_type": "member.created" });
    assert_eq!(lab.control("/control/events", elsewhere).await["made"], json!([]));
    assert_eq!(lab.product.received().len(), 1);
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_by_the_clock_and_given_up() {
    let (lab, secret) = lab().await;
    lab.product.answers(503, json!({}));
    assert_eq!(member_created(&lab).await["deliveries"][0]["state"], "due");
    let due = async || lab.control("/control/deliver-due", json!({})).await["deliveries"].clone();
    lab.clock.advance(MINUTE - 1);
    assert_eq!(due().await, json!([]));
    lab.clock.advance(1);
    assert_eq!(due().await[0]["attempts"], 2);
    for pause in [5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR] {
        lab.clock.advance(pause);
        assert_eq!(due().await[0]["state"], "due");
    }
    lab.clock.advance(10 * HOUR);
    assert_eq!(due().await[0]["state"], "given_up");
    lab.clock.advance(100 * HOUR);
    assert_eq!(due().await, json!([]));
    let received = lab.product.received();
    assert_eq!(received.len(), 7);
    assert!(received.iter().all(|one| one.body == received[0].body));
    assert!(is_signed(&received[1], &secret, START / 1_000 + 60), "signed anew");
    let kept = lab.get("/control/deliveries?organization=harbour-and-loom&state=given_up").await.is(200);
    assert_eq!(kept[0]["attempts"].as_array().unwrap().len(), 7);
    assert!(kept[0].get("secret").is_none());
}

#[tokio::test]
async fn repetitions_may_keep_their_first_timestamp() {
    let (lab, secret) = lab().await;
    lab.switch("retry_timestamp", "first").await;
    lab.product.answers(500, json!({}));
    member_created(&lab).await;
    lab.clock.advance(MINUTE);
    lab.product.answers(200, json!({}));
    assert_eq!(lab.control("/control/deliver-due", json!({})).await["deliveries"][0]["state"], "delivered");
    let received = lab.product.received();
    assert!(received.len() == 2 && received.iter().all(|one| is_signed(one, &secret, START / 1_000)));
}

#[tokio::test]
async fn addresses_on_this_machine_are_not_delivered_to_unless_switched_on() {
    let lab = Lab::with(|options| options.deliver_to_loopback = false).await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    assert_eq!(member_created(&lab).await["deliveries"][0]["state"], "not_delivered");
    assert!(lab.product.received().is_empty());
    lab.send(lab.http.put(lab.url("/control/limits")).json(&json!({ "deliver_to_loopback": true }))).await.is(200);
    assert_eq!(member_created(&lab).await["deliveries"][0]["state"], "delivered");
    assert_eq!(lab.product.received().len(), 1);
}

#[tokio::test]
async fn duplicates_are_exact_or_signed_anew() {
    let (lab, secret) = lab().await;
    lab.switch_once("duplicate_deliveries", "twice").await;
    member_created(&lab).await;
    let received = lab.product.received();
    assert_eq!(received.len(), 2);
    assert_eq!((&received[0].body, &received[0].signature), (&received[1].body, &received[1].signature));
    lab.switch_once("duplicate_deliveries", "twice_signed_anew").await;
    member_created(&lab).await;
    let mut received = lab.product.received().split_off(2);
    received.sort_by(|a, b| a.signature.cmp(&b.signature));
    assert!(is_signed(&received[0], &secret, START / 1_000) && is_signed(&received[1], &secret, START / 1_000 + 1));
    assert_eq!(received[0].body, received[1].body);
}

#[tokio::test]
async fn signatures_can_be_wrong_or_missing() {
    let (lab, secret) = lab().await;
    lab.switch_once("webhook_signature", "wrong").await;
    member_created(&lab).await;
    lab.switch_once("webhook_signature", "missing").await;
    member_created(&lab).await;
    let received = lab.product.received();
    assert!(received[0].signature.is_some() && !is_signed(&received[0], &secret, START / 1_000));
    assert_eq!(received[1].signature, None);
}

#[tokio::test]
async fn a_running_clock_delivers_by_itself() {
    let product = Product::start().await;
    let clock = Clock::system();
    let simulator = Simulator::start(options(&product.url, &clock)).await.unwrap();
    let lab = Lab { simulator, product, http: client(), clock };
    let connected = lab.connected(HARBOUR, "portunus").await;
    lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    let body = json!({ "organization": HARBOUR, "event_type": "member.created", "now": false });
    assert_eq!(lab.control("/control/events", body).await["deliveries"], json!([]));
    for _ in 0..100 {
        if !lab.product.received().is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nothing was delivered in five seconds");
}
