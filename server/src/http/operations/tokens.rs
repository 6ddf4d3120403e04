//! What metrics say of token grants and their budget. What is in the database is read when it is asked for, so that
//! every replica says the same, but for grants, which are counted now and then; the rest is this process's own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::clock::SECOND;
use crate::services::{ServiceError, refresh};
use crate::state::App;
use crate::storage::budget;

pub(super) async fn lines(app: &App) -> Result<String, ServiceError> {
    let now = app.clock.now();
    let mut gauges: BTreeMap<&str, Vec<(String, i64)>> = BTreeMap::new();
    let mut clients: Vec<String> =
        app.integrations.all().iter().map(|integration| integration.client.client_id.clone()).collect();
    clients.sort_unstable();
    clients.dedup();
    for client in &clients {
        let limits = budget::limits(app.db.read(), client).await?;
        let used = budget::used(app.db.read(), client, now).await?;
        let limit = app.config.refresh.requests_per_minute.map_or(0, |limit| limits.effective(limit));
        let plan = app.refresh.plan(&app.db, &app.config.refresh, client, now, |outlook| {
            (outlook.due, outlook.spare(), outlook.keeps_slot)
        });
        let (due, spare, keeps_slot) = plan.await?;
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let of_client = || format!("{{client=\"{}\"}}", label(client));
        // While the first count is under way these lines are left out, so that nobody reads that there are no grants.
        if let Some(counted) = refresh::counted(app, client).await? {
            let counts = counted.counts;
            for (name, value) in [
                ("grants_alive", number(counts.alive)),
                // Those whose end comes near, and those whose access token is wanted.
                ("grants_due", number(due.max(counts.due))),
                ("grants_late", number(counts.late)),
                ("grants_failing", number(counts.failing)),
                ("grants_leased", number(counts.leased)),
                ("grants_refused", number(counts.refused)),
                ("grants_counted_seconds_ago", (now - counted.at).max(0) / SECOND),
            ] {
                gauges.entry(name).or_default().push((of_client(), value));
            }
        }
        for (name, value) in [
            ("token_budget_used", i64::from(used)),
            ("token_budget_limit", i64::from(limit)),
            ("token_budget_spare", number(spare)),
            ("token_budget_keeps_slot", i64::from(keeps_slot)),
            ("token_client_refused", i64::from(limits.client_refused_at.is_some())),
        ] {
            gauges.entry(name).or_default().push((of_client(), value));
        }
    }
    gauges.insert("token_circuit_open", vec![(String::new(), i64::from(!app.refresh.host_is_well()))]);
    if let Some(skew) = app.refresh.skew() {
        gauges.insert("clock_skew_seconds", vec![(String::new(), skew)]);
    }
    let mut text = String::new();
    for (name, values) in gauges {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "# TYPE deskbridge_{name} gauge");
        for (labels, value) in values {
            let _ = writeln!(text, "deskbridge_{name}{labels} {value}");
        }
    }
    Ok(text)
}

/// Client ids come from manifests, and a quote in one must not end the label.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
