//! What happened is told: to whoever asks, and to every endpoint that wants it.

mod deliveries;
mod endpoints;
mod guide;
mod poll;
mod told;

use serde_json::{Value, json};
use server::domain::event::EventType;
use server::jobs::deliver_outbox;
use server::services::events::tell;
use standardwebhooks::Webhook;
use uuid::Uuid;

use crate::support::partner::{Received, TestPartner};
use crate::support::{Answer, Browser, Database, TestApp};

const DOORS: &str = "portunus-access";
const WIFI: &str = "meshfern-wifi";

/// An endpoint with what its answer said.
#[derive(Debug, Clone)]
struct Ear {
    id: String,
    secret: String,
    /// Its address at the partner system.
    hook: String,
}

async fn start(database: Database) -> (TestPartner, TestApp) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    (partner, app)
}

async fn api(app: &TestApp, integrations: &[&str]) -> Browser {
    app.api(&app.api_key(integrations, &["events:read", "events:write"]).await)
}

/// Makes an endpoint of an integration with a partner system here.
async fn listen(
    app: &TestApp,
    api: &mut Browser,
    partner: &TestPartner,
    (integration, hook): (&str, &str),
    types: &[&str],
) -> Ear {
    let url = format!("{}/{hook}", partner.url(integration));
    let wish = json!({ "integration": integration, "url": url, "types": types });
    let made = api.post("/api/v1/event-endpoints", &wish).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    know(app, &secret);
    Ear { id: made["id"].as_str().unwrap().to_owned(), secret, hook: hook.to_owned() }
}

/// It is looked for at the end of the test.
fn know(app: &TestApp, secret: &str) {
    app.watch.know(|secrets| secrets.add("endpoint's secret", secret.trim_start_matches("whsec_")));
}

/// What one page of `GET /events` says.
async fn read(api: &mut Browser, query: &str) -> (Vec<Value>, Option<String>) {
    let answer = api.get(&format!("/api/v1/events{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let page = answer.json();
    (page["data"].as_array().unwrap().clone(), page["next"].as_str().map(str::to_owned))
}

async fn types(api: &mut Browser, query: &str) -> Vec<String> {
    read(api, query).await.0.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

/// As if settings of a connection were changed so often; the ids of the events.
async fn happen(app: &TestApp, connection: Uuid, count: usize) {
    let connection = app.stored(connection).await;
    let mut tx = app.app.db.begin().await.unwrap();
    for number in 0..count {
        let more = json!({ "number": number });
        tell(&app.app.random, &mut tx, &connection, EventType::SettingsChanged, &more, app.clock.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn deliver(app: &TestApp) {
    deliver_outbox(&app.app).await.unwrap();
}

/// What an endpoint received, each right by the reference implementation of Standard Webhooks.
fn heard(partner: &TestPartner, ear: &Ear) -> Vec<Received> {
    let received = partner.calls(&ear.hook);
    for one in &received {
        assert!(is_signed(one, &ear.secret), "{one:?}");
        let body = one.body();
        assert_eq!(body["id"], one.id);
        assert!(one.id.starts_with("evt_"));
    }
    received
}

fn is_signed(received: &Received, secret: &str) -> bool {
    let theirs = Webhook::new(secret).unwrap();
    let signature = theirs.sign(&received.id, received.timestamp.parse().unwrap(), &received.raw).unwrap();
    received.signature.split(' ').any(|one| one == signature)
}

/// An endpoint as the API shows it.
async fn shown(api: &mut Browser, ear: &Ear) -> Value {
    let answer = api.get(&format!("/api/v1/event-endpoints/{}", ear.id)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn act(api: &mut Browser, ear: &Ear, act: &str, body: Value) -> crate::support::Answer {
    api.post(&format!("/api/v1/event-endpoints/{}/{act}", ear.id), &body).await
}

/// A problem that names the part: one that cannot be read, or one that says what cannot be.
#[track_caller]
fn names(refused: &Answer, part: &str) {
    let body = refused.json();
    let unread = body["code"] == "invalid_request"
        && body["detail"].as_str().unwrap().starts_with(&format!("Cannot read {part}"));
    let wrong = body["code"] == "invalid_fields" && body["errors"][0]["field"] == part;
    assert!((refused.status == 400 && unread) || (refused.status == 422 && wrong), "{part}: {}", refused.text);
}
