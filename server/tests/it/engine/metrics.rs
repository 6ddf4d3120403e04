//! What operations read of grants and tokens, after each act of a story.

use std::collections::BTreeMap;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use server::clock::{DAY, MINUTE, SECOND};
use server::http::operations;

use super::{CLIENT, NO_LIMIT, leave_leases, many, pass, to_their_time};
use crate::support::{Database, Manifests, TestApp, has_postgres, limit};

type Numbers = BTreeMap<String, f64>;

/// Every number of `/metrics` that is about grants and tokens, without what their names have in common.
async fn read(app: &TestApp, counted: &PrometheusHandle) -> Numbers {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let router = operations::router(app.app.clone(), Some(counted.clone()));
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let text = app.request("GET", &url).send().await.unwrap().text().await.unwrap();
    server.abort();
    let own = format!("{{client=\"{CLIENT}\"}}");
    text.lines()
        .filter_map(|line| line.strip_prefix("deskbridge_")?.rsplit_once(' '))
        .filter(|(name, _)| !name.contains("client=") || name.ends_with(&own))
        .filter(|(name, _)| ["grants_", "token_", "clock_"].iter().any(|start| name.starts_with(start)))
        .map(|(name, value)| (name.replace(&own, ""), value.parse().unwrap()))
        .collect()
}

#[track_caller]
fn are(numbers: &Numbers, expected: &[(&str, f64)]) {
    for (name, value) in expected {
        assert_eq!(numbers.get(*name), Some(value), "{name} in {numbers:#?}");
    }
}

fn outcome(kind: &str) -> String {
    format!("token_refreshes_total{{outcome=\"{kind}\"}}")
}

async fn story(database: Database, counted: PrometheusHandle) {
    let app = TestApp::start_with(database, &[NO_LIMIT]).await;
    let all = many(&app, 6).await;
    let begun = read(&app, &counted).await;
    are(
        &begun,
        &[
            ("grants_alive", 6.0),
            ("grants_due", 0.0),
            ("grants_late", 0.0),
            ("grants_failing", 0.0),
            ("grants_leased", 0.0),
            ("grants_refused", 0.0),
            ("grants_counted_seconds_ago", 0.0),
            ("token_client_refused", 0.0),
            ("token_circuit_open", 0.0),
        ],
    );
    assert_eq!(begun.get("clock_skew_seconds"), None, "nobody has seen the other clock yet");

    to_their_time(&app);
    are(&read(&app, &counted).await, &[("grants_leased", 0.0)]);
    leave_leases(&app, 30).await;
    // Counted a moment ago, and that is said.
    app.clock.advance(9 * SECOND);
    are(&read(&app, &counted).await, &[("grants_leased", 0.0), ("grants_counted_seconds_ago", 9.0)]);
    app.clock.advance(SECOND);
    are(&read(&app, &counted).await, &[("grants_leased", 6.0), ("grants_counted_seconds_ago", 0.0)]);

    app.clock.advance(30 * SECOND);
    app.fault("refresh", "html", &json!({})).await;
    pass(&app, 10, SECOND).await;
    are(
        &read(&app, &counted).await,
        &[
            (&outcome("renewed"), 5.0),
            (&outcome("unreadable"), 1.0),
            ("token_refreshes_in_flight", 0.0),
            ("grants_failing", 1.0),
            ("grants_leased", 0.0),
            ("clock_skew_seconds", 0.0),
        ],
    );
    app.clock.advance(MINUTE);
    pass(&app, 3, 5 * SECOND).await;
    are(&read(&app, &counted).await, &[(&outcome("renewed"), 6.0), ("grants_failing", 0.0)]);

    // One is refused, and one goes.
    to_their_time(&app);
    app.control("POST", &format!("/integrations/{}/revoke", all[0].integration_id), &json!({})).await;
    pass(&app, 3, 5 * SECOND).await;
    app.clock.advance(MINUTE);
    are(
        &read(&app, &counted).await,
        &[
            (&outcome("renewed"), 11.0),
            (&outcome("invalid_grant"), 1.0),
            ("grants_refused", 1.0),
            ("grants_alive", 5.0),
        ],
    );
    app.remove(&all[1]).await;
    app.run_jobs().await;
    app.clock.advance(MINUTE);
    are(&read(&app, &counted).await, &[("grants_refused", 1.0), ("grants_alive", 4.0)]);

    // OfficeRnD is away until the last refresh token has ended.
    many(&app, 2).await;
    to_their_time(&app);
    app.fault("refresh", "503", &json!({ "times": 100_000 })).await;
    pass(&app, 30, 20 * SECOND).await;
    let numbers = read(&app, &counted).await;
    are(&numbers, &[("token_circuit_open", 1.0), ("grants_alive", 6.0), ("grants_late", 0.0)]);
    assert!(numbers["grants_failing"] >= 5.0 && numbers[&outcome("down")] >= 5.0, "{numbers:#?}");
    app.clock.advance(5 * DAY);
    are(&read(&app, &counted).await, &[("grants_late", 6.0), ("grants_alive", 6.0)]);
    app.no_more_faults().await;
}

async fn the_budget(database: Database, counted: PrometheusHandle) {
    let app = TestApp::start_with(database, &[("REFRESH__REQUESTS_PER_MINUTE", "100")]).await;
    many(&app, 6).await;
    let begun = read(&app, &counted).await;
    let expected = [("token_budget_used", 6.0), ("token_budget_limit", 100.0), ("token_budget_keeps_slot", 1.0)];
    are(&begun, &expected);
    are(&begun, &[("grants_alive", 6.0), ("grants_due", 0.0)]);
    assert!(begun["token_budget_spare"] > 1_000.0, "{begun:#?}");
    to_their_time(&app);
    are(&read(&app, &counted).await, &[("grants_due", 6.0), ("token_budget_used", 0.0)]);
    pass(&app, 10, SECOND).await;
    let renewed = read(&app, &counted).await;
    are(&renewed, &[(&outcome("renewed"), 6.0), ("grants_due", 0.0), ("token_budget_used", 6.0)]);
    // A 429 halves the limit for a while.
    to_their_time(&app);
    app.fault("refresh", "429", &json!({ "retry_after": 5 })).await;
    app.refresh_due().await;
    are(&read(&app, &counted).await, &[(&outcome("limited"), 1.0), ("token_budget_limit", 50.0)]);
    app.clock.advance(MINUTE);
    pass(&app, 20, 2 * SECOND).await;
    are(&read(&app, &counted).await, &[("grants_due", 0.0), ("grants_failing", 0.0), ("grants_refused", 0.0)]);
    app.clock.advance(DAY);
    pass(&app, 2, SECOND).await;
    are(&read(&app, &counted).await, &[("token_budget_used", 0.0)]);
}

async fn a_refused_client_is_seen(database: Database, counted: PrometheusHandle) {
    let app = TestApp::start(database).await;
    many(&app, 1).await;
    to_their_time(&app);
    let folder = tempfile::tempdir().unwrap();
    let samples = Manifests::default().folder;
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(samples.join("tally-desk.json")).unwrap()).unwrap();
    manifest["client_secret"] = "not-the-secret-of-this-client".into();
    std::fs::write(folder.path().join("tally-desk.json"), manifest.to_string()).unwrap();
    std::fs::copy(samples.join("tally-desk.svg"), folder.path().join("tally-desk.svg")).unwrap();
    let wrong = app.replica_beside(Manifests { folder: folder.path().to_owned(), ..Manifests::default() }).await;
    wrong.refresh_due().await;
    // Every replica says so, and that it is nobody's fault among the tenants.
    for one in [&wrong, &app] {
        let expected = [("token_client_refused", 1.0), ("grants_failing", 0.0), ("grants_refused", 0.0)];
        are(&read(one, &counted).await, &expected);
    }
    app.clock.advance(MINUTE);
    app.refresh_due().await;
    are(&read(&app, &counted).await, &[("token_client_refused", 0.0), (&outcome("invalid_client"), 1.0)]);
}

/// What a process counts goes to the recorder of its thread here, so there is one thread.
fn alone<F: Future<Output = ()>>(test: impl FnOnce(PrometheusHandle) -> F) {
    let _limit = limit();
    let recorder = PrometheusBuilder::new().build_recorder();
    let counted = recorder.handle();
    let _recorded = metrics::set_default_local_recorder(&recorder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(counted));
}

macro_rules! alone_on_both_databases {
    ($($name:ident: $body:ident;)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn on_sqlite() {
                alone(|counted| super::$body(Database::Sqlite, counted));
            }

            #[test]
            fn on_postgresql() {
                if has_postgres() {
                    alone(|counted| super::$body(Database::Postgres, counted));
                }
            }
        }
    )+};
}

alone_on_both_databases! {
    metrics_tell_the_story: story;
    metrics_tell_of_the_budget: the_budget;
    metrics_tell_of_a_refused_client: a_refused_client_is_seen;
}
