//! Words for slugs: causes, outcomes, states of runs and deliveries. What a newer version wrote is shown as it is.

use crate::components::Sign;
use crate::texts::text;

/// Why the state is what it is; its part `act` says what helps.
pub(super) fn cause(slug: &str) -> &'static str {
    match slug {
        "removed" => "tenant-cause-removed",
        "login_refused" => "tenant-cause-login-refused",
        "open_steps" => "tenant-cause-open-steps",
        "overlap" => "tenant-cause-overlap",
        "switched_off" => "tenant-cause-switched-off",
        "paused_by_partner" => "tenant-cause-paused",
        "removal_guard" => "tenant-cause-guard",
        "vendor_outage" => "tenant-cause-outage",
        "settings" => "tenant-cause-settings",
        "failures" => "tenant-cause-failures",
        "settings_and_failures" => "tenant-cause-both",
        "late" => "tenant-cause-late",
        "hook_failures" => "tenant-cause-hooks",
        _ => "tenant-cause-none",
    }
}

pub(super) fn who(slug: &str) -> String {
    text(match slug {
        "admin" => "tenant-who-admin",
        "partner" => "tenant-who-partner",
        _ => "tenant-who-nobody",
    })
}

/// Tone, icon and word of a run's state.
pub(super) fn run_state(slug: &str, skipped: u64, failed: u64) -> (&'static str, Sign, String) {
    match slug {
        "running" => ("quiet", Sign::Sync, text("tenant-run-running")),
        "waiting_for_approval" => ("warn", Sign::Approval, text("tenant-run-waiting")),
        "succeeded" if skipped > 0 || failed > 0 => ("warn", Sign::Some, text("tenant-run-good-but")),
        "succeeded" => ("ok", Sign::Ok, text("tenant-run-good")),
        "partial" => ("warn", Sign::Some, text("tenant-run-partial")),
        "failed" => ("bad", Sign::Error, text("tenant-run-failed")),
        "refused" => ("quiet", Sign::Approval, text("tenant-run-refused")),
        "superseded" => ("quiet", Sign::Gone, text("tenant-run-superseded")),
        "lapsed" => ("warn", Sign::Delayed, text("tenant-run-lapsed")),
        other => ("quiet", Sign::Sync, other.to_owned()),
    }
}

/// Who wanted a run.
pub(super) fn run_reason(reason: &str) -> String {
    match reason {
        "schedule" => text("tenant-run-by-schedule"),
        "officernd" => text("tenant-run-by-officernd"),
        "admin" => text("tenant-run-by-admin"),
        "staff" => text("tenant-run-by-staff"),
        other => other.to_owned(),
    }
}

/// Whose fault a failure was.
pub(super) fn fault(slug: &str) -> String {
    match slug {
        "partner" => text("tenant-fault-partner"),
        "officernd" => text("tenant-fault-officernd"),
        "integration" => text("tenant-fault-integration"),
        other => other.to_owned(),
    }
}

pub(super) fn delivery(state: &str) -> (&'static str, Sign, String) {
    match state {
        "delivered" => ("ok", Sign::Ok, text("tenant-delivery-arrived")),
        "dead" => ("bad", Sign::Error, text("tenant-delivery-dead")),
        _ => ("quiet", Sign::Delayed, text("tenant-delivery-waiting")),
    }
}

/// What came of an act: tone, icon, the message.
pub(super) fn outcome(act: &str, outcome: &str) -> (&'static str, Sign, &'static str) {
    let done = match (act, outcome) {
        ("run", "done") => "tenant-said-run",
        ("refresh", "done") => "tenant-said-refresh",
        ("refresh", "fresh") => "tenant-said-fresh",
        ("pause", "done") => "tenant-said-pause",
        ("resume", "done") => "tenant-said-resume",
        ("note", "done") => "tenant-said-note",
        ("edit", "done") => "tenant-said-edit",
        ("unmask", "done") => "tenant-said-unmask",
        ("since" | "event" | "hook", "done") => "tenant-said-replay",
        ("disconnect", "done") => "tenant-said-disconnect",
        _ => return ("warn", Sign::Info, not_done(outcome)),
    };
    ("ok", Sign::Ok, done)
}

/// Why nothing was done; of many it is what stands beside each.
pub(super) fn not_done(outcome: &str) -> &'static str {
    match outcome {
        "done" => "tenant-outcome-done",
        "asked" => "tenant-outcome-asked",
        "already" => "tenant-outcome-already",
        "fresh" => "tenant-outcome-fresh",
        "under_way" => "tenant-outcome-under-way",
        "waiting" => "tenant-outcome-waiting",
        "off" => "tenant-outcome-off",
        "finish_set_up" => "tenant-outcome-finish-set-up",
        "reconnect" => "tenant-outcome-reconnect",
        "disconnected" => "tenant-outcome-disconnected",
        "too_many" => "tenant-outcome-too-many",
        "unavailable" => "tenant-outcome-unavailable",
        "stopped" => "tenant-outcome-stopped",
        _ => "tenant-outcome-nothing",
    }
}

pub(super) fn bulk_act(slug: &str) -> String {
    text(match slug {
        "refresh" => "tenant-act-refresh",
        "run" => "tenant-act-run",
        "pause" => "tenant-act-pause",
        "resume" => "tenant-act-resume",
        "links" => "tenant-act-links",
        _ => "tenant-act-since",
    })
}
