//! Configure and the page behind it: one visit of one admin to one connection.

mod as_shown;
mod asked;
mod beside;
mod buttons;
pub mod desk;
mod disconnect;
mod editors;
mod large;
mod pages;
mod save;
mod visit;

use serde_json::json;

use crate::support::{Browser, Installed, TestApp};

/// Opens a fresh Configure link. The browser's next pages are of that visit.
pub async fn configure(app: &TestApp, browser: &mut Browser, installed: &Installed) -> String {
    app.clock.advance(1_000);
    let url = app.signed_url(installed, "configure", &json!({})).await;
    let answer = browser.get(&url).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.location
}
