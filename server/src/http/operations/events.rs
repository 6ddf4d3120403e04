//! What metrics say of events: how every endpoint fares, and what nobody has numbered yet. Read when it is asked for.

use std::collections::HashMap;
use std::fmt::Write as _;

use app::ids::EndpointId;

use crate::clock::SECOND;
use crate::domain::event::Endpoint;
use crate::state::App;
use crate::storage::outbox::endpoints::{Backlog, backlog};
use crate::storage::{StorageError, endpoints};

pub(super) async fn lines(app: &App) -> Result<String, StorageError> {
    let now = app.clock.now();
    let backlog: HashMap<String, Backlog> =
        backlog(app.db.read()).await?.into_iter().map(|one| (one.receiver.clone(), one)).collect();
    let endpoints = endpoints::all(app.db.read()).await?;
    let age = |since: Option<i64>| since.map_or(0, |since| (now - since).max(0) / SECOND);
    type Value<'a> = &'a dyn Fn(&Endpoint, Option<&Backlog>) -> i64;
    let gauges: [(&str, Value<'_>); 5] = [
        ("event_deliveries_waiting", &|_, backlog| backlog.map_or(0, |one| one.waiting)),
        ("event_deliveries_oldest_seconds", &|_, backlog| age(backlog.and_then(|one| one.oldest))),
        ("event_deliveries_dead", &|_, backlog| backlog.map_or(0, |one| one.dead)),
        ("event_endpoint_failing_seconds", &|endpoint, _| age(endpoint.failing_since)),
        ("event_endpoint_disabled", &|endpoint, _| i64::from(endpoint.disabled_at.is_some())),
    ];
    let mut text = String::new();
    for (name, value) in gauges {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "# TYPE deskbridge_{name} gauge");
        for endpoint in &endpoints {
            let id = EndpointId(endpoint.id).to_string();
            let value = value(endpoint, backlog.get(&id));
            let integration = &endpoint.integration;
            let _ = writeln!(text, "deskbridge_{name}{{integration=\"{integration}\",endpoint=\"{id}\"}} {value}");
        }
    }
    Ok(text)
}
