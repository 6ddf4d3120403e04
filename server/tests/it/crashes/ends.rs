//! What OfficeRnD tells by webhook, up to a removal; and the admin's own disconnect.

use serde_json::{Value, json};

use super::connect;
use super::rig::Rig;
use super::scene::{Scene, Stop, Told};
use crate::support::{Answer, Subscription, signature_header, try_answer};

/// Deliveries of one connection, in the order in which OfficeRnD makes them.
pub struct Deliveries {
    subscription: Subscription,
    bodies: Vec<Vec<u8>>,
    /// Each with its first time, as OfficeRnD repeats it.
    signed_at: i64,
    acknowledged: usize,
}

/// A connection that is made, and what happens in its organization next.
pub async fn prepare_deliveries(rig: &mut Rig) -> (Scene, Deliveries) {
    let mut scene = connected(rig).await;
    scene.told.clear();
    let [subscription] = &scene.subscriptions(rig).await[..] else { panic!("one subscription") };
    let id = &scene.installed.integration_id;
    let bodies = [
        json!({ "eventType": "member.created", "data": { "object": { "_id": format!("{id}-1") } } }).to_string(),
        format!("unreadable, and of {id}"),
        json!({ "eventType": "member.updated", "data": { "object": { "_id": format!("{id}-2") } } }).to_string(),
        json!({ "eventType": "integration.removed", "data": { "object": { "_id": id } } }).to_string(),
    ];
    let deliveries = Deliveries {
        subscription: subscription.clone(),
        bodies: bodies.map(String::into_bytes).into(),
        signed_at: server::clock::Clock::system().now_seconds(),
        acknowledged: 0,
    };
    (scene, deliveries)
}

async fn connected(rig: &mut Rig) -> Scene {
    let mut scene = Scene::new(rig).await;
    connect::walk(rig, &mut scene).await.unwrap_or_else(|stop| panic!("a usual connect ends well: {stop:?}"));
    scene
}

async fn deliver(rig: &Rig, deliveries: &Deliveries, index: usize) -> Result<Answer, reqwest::Error> {
    let body = &deliveries.bodies[index];
    let header = signature_header(&deliveries.subscription.secret, body, deliveries.signed_at);
    let request = rig.http.post(&deliveries.subscription.url).header("officernd-signature", header);
    try_answer(request.header("content-type", "application/json").body(body.clone())).await
}

pub async fn walk_deliveries(rig: &Rig, scene: &mut Scene, deliveries: &mut Deliveries) -> Result<(), Stop> {
    for index in 0..deliveries.bodies.len() {
        if scene.requests_left == Some(0) {
            return Err(Stop::Lost);
        }
        scene.requests_left = scene.requests_left.map(|left| left - 1);
        scene.requests += 1;
        let answer = match deliver(rig, deliveries, index).await {
            Err(error) if error.is_timeout() => panic!("delivery {index} hangs"),
            Err(_) => return Err(Stop::Lost),
            Ok(answer) => answer,
        };
        match answer.status {
            200..=299 => deliveries.acknowledged = index + 1,
            500..=599 => return Err(Stop::Refused(answer)),
            _ => panic!("{} {}", answer.status, answer.text),
        }
    }
    Ok(())
}

async fn stored(rig: &Rig, scene: &Scene) -> Vec<Vec<u8>> {
    let id = scene.connection(rig).await.unwrap();
    let rows = rig.rows("SELECT connection_id, body FROM webhook_events").await;
    let all = rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()));
    all.filter(|(of, _): &(uuid::Uuid, Vec<u8>)| *of == id).map(|(_, body)| body).collect()
}

pub async fn recover_deliveries(rig: &Rig, scene: &Scene, deliveries: &Deliveries) {
    scene.agrees(rig).await;
    let kept = stored(rig, scene).await;
    for (index, body) in deliveries.bodies.iter().enumerate() {
        let times = kept.iter().filter(|kept| *kept == body).count();
        let promised = usize::from(index < deliveries.acknowledged);
        assert!((promised..=1).contains(&times), "delivery {index} is stored {times} times");
    }
    // OfficeRnD repeats what was not acknowledged, and may repeat what was.
    for index in 0..deliveries.bodies.len() {
        let answer = deliver(rig, deliveries, index).await.unwrap();
        assert_eq!(answer.status, 200, "delivery {index}: {}", answer.text);
    }
    scene.becomes(rig, "disconnected").await;
    let mut kept = stored(rig, scene).await;
    kept.sort();
    let mut expected = deliveries.bodies.clone();
    expected.sort();
    assert_eq!(kept, expected, "each is stored once");
    assert_eq!(scene.happened(rig, "webhook.unreadable").await, 1);
    over(rig, scene).await;
}

/// The connection is over, once, for everybody.
async fn over(rig: &Rig, scene: &Scene) {
    assert_eq!(scene.happened(rig, "connection.disconnected").await, 1);
    let id = &scene.installed.integration_id;
    for table in ["grants", "grant_tokens"] {
        let of = format!("connection_id IN (SELECT id FROM connections WHERE integration_id = '{id}')");
        assert_eq!(rig.number(&format!("SELECT COUNT(*) FROM {table} WHERE {of}")).await, 0, "{table}");
    }
    rig.a_minute_passes().await;
    scene.the_partner_hears_the_end(rig).await;
    scene.agrees(rig).await;
    scene.nothing_was_sent_twice(rig).await;
}

/// A connection whose token is used up, so that the disconnect has to renew it.
pub async fn prepare_disconnect(rig: &mut Rig) -> Scene {
    let mut scene = connected(rig).await;
    let id = scene.installed.integration_id.clone();
    rig.execute(&format!(
        "UPDATE grants SET access_expires_at = refreshed_at WHERE connection_id IN \
         (SELECT id FROM connections WHERE integration_id = '{id}')"
    ))
    .await;
    rig.control("DELETE", "/log", &Value::Null).await;
    scene.told.clear();
    scene.browser = rig.browser();
    scene.home = None;
    scene
}

/// Configure, the page that asks, and the button.
pub async fn walk_disconnect(rig: &Rig, scene: &mut Scene) -> Result<(), Stop> {
    let path = format!("/integrations/{}/signed-url", scene.installed.integration_id);
    let link = rig.control("POST", &path, &json!({ "call": "configure" })).await["url"].as_str().unwrap().to_owned();
    let visit = scene.get(&link).await?;
    assert_eq!(visit.status, 303, "{}", visit.text);
    let home = visit.location;
    let page = scene.get(&home).await?;
    assert_eq!(page.status, 200, "{}", page.text);
    let over = page.text.contains("is disconnected");
    if !over {
        scene.get(&format!("{home}/disconnect")).await?;
        let done = scene.submit(&format!("{home}/disconnect"), &[("act", "disconnect")]).await?;
        assert_eq!((done.status, &done.location), (303, &home), "{}", done.text);
    }
    scene.told.insert(Told::Disconnected);
    let page = scene.get(&home).await?;
    assert!(page.text.contains("is disconnected"), "{}", page.text);
    Ok(())
}

pub async fn recover_disconnect(rig: &Rig, scene: &mut Scene) {
    scene.requests_left = None;
    scene.agrees(rig).await;
    scene.browser = rig.browser();
    // Signed links are good once; the next one is of another second.
    tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
    walk_disconnect(rig, scene).await.unwrap_or_else(|stop| panic!("a disconnect ends well: {stop:?}"));
    assert_eq!(scene.state(rig).await, "disconnected");
    // What could not be taken back arrives, and changes nothing.
    for subscription in scene.subscriptions(rig).await {
        let body = br#"{"eventType":"member.created"}"#;
        let t = server::clock::Clock::system().now_seconds();
        let request = rig.http.post(&subscription.url).body(body.to_vec());
        let request = request.header("officernd-signature", signature_header(&subscription.secret, body, t));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    over(rig, scene).await;
}
