//! Configure and the page behind it: one visit of one admin to one connection.

mod again;
mod as_shown;
mod asked;
mod beside;
mod buttons;
mod by_step;
pub mod desk;
mod disconnect;
mod editors;
mod facts;
mod hanging;
mod lapsed;
mod large;
mod others;
mod pages;
mod save;
mod sections;
mod uses;
mod visit;

use serde_json::json;
use server::domain::connection::Connection;
use server::services::health;
use uuid::Uuid;

use crate::support::{Browser, Installed, Manifests, TestApp};

/// The samples, with one manifest that says something otherwise.
fn samples_with(file: &str, otherwise: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for sample in std::fs::read_dir(Manifests::default().folder).unwrap().map(|entry| entry.unwrap().path()) {
        std::fs::copy(&sample, folder.path().join(sample.file_name().unwrap())).unwrap();
    }
    let path = folder.path().join(file);
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (from, to) in otherwise {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    std::fs::write(path, text).unwrap();
    folder
}

/// As the last step of the set-up would leave the connection.
async fn finished(app: &TestApp, connection: Uuid) {
    let (now, stored) = (app.clock.now(), app.stored(connection).await);
    let mut tx = app.app.db.begin().await.unwrap();
    health::save(&app.app, &mut tx, &Connection { finished_at: Some(now), ..stored }, false, now).await.unwrap();
    tx.commit().await.unwrap();
}

/// Opens a fresh Configure link. The browser's next pages are of that visit.
pub async fn configure(app: &TestApp, browser: &mut Browser, installed: &Installed) -> String {
    app.clock.advance(1_000);
    let url = app.signed_url(installed, "configure", &json!({})).await;
    let answer = browser.get(&url).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.location
}
