//! The partner system's side: what it is told, and what happens when it does not listen.

mod dead;
mod guide;
mod logged;
mod outbox;
mod sample;
mod told;

use serde_json::{Value, json};

use crate::support::{Answer, Installed, TestApp};

/// A signed sync call, a second later than whatever was before.
async fn sync(app: &TestApp, installed: &Installed, parameters: Value) -> Answer {
    app.clock.advance(1_000);
    let answer = app.call(installed, "sync", &json!({ "parameters": parameters })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// The state of every delivery with its failures, oldest first.
async fn states(app: &TestApp) -> Vec<String> {
    let states = app.texts("SELECT state || ' ' || CAST(failures AS TEXT) FROM outbox ORDER BY created_at, id").await;
    states.into_iter().flatten().collect()
}
