//! The partner system's API: who may ask, what is found, and how a no looks.

mod auth;
mod described;
mod fuzzed;
mod isolation;
mod limits;
mod list;
mod proxy;
mod repeated;
mod settings;
mod token;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::support::{Answer, TestApp, answer};

/// RFC 9457, with a stable code.
#[track_caller]
pub fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!((&body["code"], &body["status"]), (&code.into(), &status.into()));
    let page = body["type"].as_str().unwrap();
    assert!(page.starts_with("http://127.0.0.1:") && page.ends_with(&format!("/problems/{code}")), "{page}");
    assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{body}");
}

/// A call with headers of its own.
pub async fn call(
    app: &TestApp,
    key: &SecretString,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = app.request(method, path).bearer_auth(key.expose_secret());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    answer(request).await
}
