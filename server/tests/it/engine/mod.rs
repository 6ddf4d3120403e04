//! The engine keeps grants alive, whatever OfficeRnD, the network, the clock and other processes do.

mod budget;
mod clock;
mod commands;
mod life;
mod metrics;
mod plan;
mod replicas;
mod traces;
mod trouble;

use server::clock::{DAY, MINUTE, SECOND};
use uuid::Uuid;

use crate::support::{Installed, TestApp};

const CLIENT: &str = "demo-tally-desk";
const FIVE: (&str, &str) = ("REFRESH__REQUESTS_PER_MINUTE", "5");
const NO_LIMIT: (&str, &str) = ("REFRESH__REQUESTS_PER_MINUTE", "0");

/// So many connections of one organization.
async fn many(app: &TestApp, count: usize) -> Vec<Installed> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(app.connected("studio-17", "tally-desk", &[]).await);
    }
    all
}

/// Eleven days later every grant is to be renewed.
fn to_their_time(app: &TestApp) {
    app.clock.advance(11 * DAY);
}

async fn lost(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM grants WHERE state <> 'alive'").await
}

/// Grants with a pair from the last minute.
async fn renewed(app: &TestApp) -> i64 {
    let since = app.clock.now() - MINUTE;
    app.number(&format!("SELECT COUNT(*) FROM grants WHERE refreshed_at > {since} AND state = 'alive'")).await
}

/// As time goes by, with the engine at work.
async fn pass(app: &TestApp, steps: usize, step: i64) {
    for _ in 0..steps {
        app.refresh_due().await;
        app.clock.advance(step);
    }
}

/// SQL's way to write an id.
fn literal(app: &TestApp, id: Uuid) -> String {
    match app.database() {
        crate::support::Database::Sqlite => format!("x'{}'", id.simple()),
        crate::support::Database::Postgres => format!("'{id}'"),
    }
}

/// A process that died has left these leases.
async fn leave_leases(app: &TestApp, seconds: i64) {
    let until = app.clock.now() + seconds * SECOND;
    let lease = literal(app, Uuid::from_u128(0x0198_c0de_0000_7000_8000_0000_0000_0001));
    app.execute(&format!("UPDATE grants SET lease_id = {lease}, lease_until = {until}, number = number + 1")).await;
}
