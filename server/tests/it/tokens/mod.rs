//! Access tokens for the partner system: handed out, renewed once, lost and refused.

mod budget;
mod lost;
mod refresh;
mod refused;

use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestApp};

/// What the partner system asks with.
#[derive(Clone)]
struct Asker {
    id: String,
}

impl Asker {
    /// For a fresh connection of this organization.
    async fn of(app: &TestApp, organization: &str) -> Self {
        let installed = app.connected(organization, "tally-desk", &[]).await;
        Self { id: app.connection_id(&installed).await }
    }

    async fn ask(&self, partner: &mut Browser, body: &Value) -> Answer {
        partner.post(&format!("/api/v1/connections/{}/token", self.id), body).await
    }

    /// A token that works.
    async fn token(&self, partner: &mut Browser) -> String {
        let answer = self.ask(partner, &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
}

/// A problem with this status and code.
#[track_caller]
fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

/// Seconds after which the partner system should ask again.
#[track_caller]
fn retry_after(answer: &Answer) -> i64 {
    answer.header("retry-after").parse().unwrap_or_else(|_| panic!("no Retry-After: {}", answer.text))
}

/// OfficeRnD accepts this token for this organization.
async fn works(app: &TestApp, slug: &str, token: &str) -> bool {
    let key = secrecy::SecretString::from(token);
    let url = format!("{}/api/v1/organizations/{slug}", app.simulator_url);
    app.browser().with_bearer(&key).get(&url).await.status == 200
}
