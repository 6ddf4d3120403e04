//! Words about incidents, on the page and in notices.

use super::{text, text_with};

/// Every kind of incident, as it is stored.
pub const INCIDENT_KINDS: [&str; 11] = [
    "runs_fail",
    "delayed",
    "runs_lapse",
    "reconnect",
    "settings",
    "approval",
    "subscription_lost",
    "hooks_fail",
    "endpoint_fails",
    "client_refused",
    "budget_short",
];

fn key(kind: &str) -> &'static str {
    match kind {
        "runs_fail" => "incident-runs-fail",
        "delayed" => "incident-delayed",
        "runs_lapse" => "incident-runs-lapse",
        "reconnect" => "incident-reconnect",
        "settings" => "incident-settings",
        "approval" => "incident-approval",
        "subscription_lost" => "incident-subscription-lost",
        "hooks_fail" => "incident-hooks-fail",
        "endpoint_fails" => "incident-endpoint-fails",
        "client_refused" => "incident-client-refused",
        "budget_short" => "incident-budget-short",
        _ => "incident-other",
    }
}

/// What it is, how many organizations have it (0: it concerns the deployment), and where.
pub fn incident_title(kind: &str, count: u64, integration: &str) -> String {
    let what = text(key(kind));
    text_with("incident-title", &[("what", what.into()), ("count", count.into()), ("integration", integration.into())])
}

pub fn incident_what(kind: &str) -> String {
    text(&format!("{}.what", key(kind)))
}

pub fn incident_do(kind: &str) -> String {
    text(&format!("{}.do", key(kind)))
}

/// How the troubles of an incident belong together. A lost subscription is noticed by the look of the day.
pub fn incident_grouped(kind: &str, basis: &str, count: u64) -> String {
    let key = match basis {
        "burst" if kind == "subscription_lost" => "alerts-grouping-burst-day",
        "alone" if kind == "subscription_lost" => return text("alerts-grouping-alone-day"),
        "outage" => "alerts-grouping-outage",
        "burst" => "alerts-grouping-burst",
        "deployment" => return text("alerts-grouping-deployment"),
        _ => return text("alerts-grouping-alone"),
    };
    text_with(key, &[("count", count.into())])
}
