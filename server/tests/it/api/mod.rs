//! The partner system's API: who may ask, what is found, and how a no looks.

mod auth;
mod list;
mod proxy;
mod token;

use crate::support::Answer;

/// RFC 9457, with a stable code.
#[track_caller]
fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!((&body["code"], &body["status"], &body["type"]), (&code.into(), &status.into(), &"about:blank".into()));
    assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{body}");
}
