//! Runs as the partner system reports them, and the states that follow.

mod gap;
mod guard;
mod outage;
mod reports;
mod schedule;
mod settings;
mod states;

use serde_json::{Value, json};
use server::domain::connection::Connection;

use crate::support::{Answer, Browser, Database, Installed, TestApp};

const SCOPES: &[&str] = &["connections:read", "connections:write", "runs:write", "tokens:read"];

/// A connected organization, and the partner system that reports on it.
struct Flow {
    app: TestApp,
    installed: Installed,
    id: String,
    partner: Browser,
}

impl Flow {
    async fn start(database: Database, application: &str) -> Self {
        let app = TestApp::start(database).await;
        Self::of(app, "harbour-and-loom", application, &[]).await
    }

    async fn of(app: TestApp, organization: &str, application: &str, locations: &[&str]) -> Self {
        let installed = app.connected(organization, application, locations).await;
        let id = app.connection_id(&installed).await.to_string();
        let key = app.api_key(&[application], SCOPES).await;
        let partner = app.api(&key);
        Self { app, installed, id, partner }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/connections/{}{rest}", self.id)
    }

    /// Starts a run; its id.
    async fn begin(&mut self) -> String {
        let path = self.path("/runs");
        let started = self.partner.post(&path, &json!({ "reason": "test" })).await;
        assert_eq!((started.status, &started.json()["state"]), (201, &json!("running")), "{}", started.text);
        started.json()["id"].as_str().unwrap().to_owned()
    }

    async fn report(&mut self, run: &str, body: &Value) -> Answer {
        patch(&mut self.partner, run, body).await
    }

    /// A whole run with that outcome.
    async fn run(&mut self, body: &Value) -> Answer {
        let run = self.begin().await;
        let answer = self.report(&run, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    async fn read(&mut self) -> Value {
        let path = self.path("");
        let answer = self.partner.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    async fn state(&mut self) -> String {
        self.read().await["state"].as_str().unwrap().to_owned()
    }

    async fn stored(&self) -> Connection {
        let id: app::ids::ConnectionId = self.id.parse().unwrap();
        server::storage::connections::get(self.app.app.db.read(), id.0).await.unwrap().unwrap()
    }

    async fn health(&self, asked: &[&str]) -> Value {
        let answer = self.app.call(&self.installed, "healthcheck", &parameters(asked)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

fn parameters(locations: &[&str]) -> Value {
    if locations.is_empty() { json!({}) } else { json!({ "parameters": { "locations": locations.join(",") } }) }
}

async fn patch(partner: &mut Browser, run: &str, body: &Value) -> Answer {
    let body = Some(("application/json", body.to_string().into_bytes()));
    partner.send("PATCH", &format!("/api/v1/runs/{run}"), body).await
}
