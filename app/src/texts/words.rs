//! Words that more than one place needs: states, healthcheck messages, API problems, activity.
//! The API, OfficeRnD's healthcheck and the pages all take them from here.

use super::{Value, text, text_with};
use crate::state::ConnectionState;
use crate::time::{self, Zone};

/// The one word for a state, the same wherever people meet it.
pub fn state_word(state: ConnectionState) -> String {
    text(state_key(state))
}

/// The message of the catalogue that holds a state's word and, in its parts, its sentences.
pub(crate) fn state_key(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Disconnected => "state-disconnected",
        ConnectionState::Reconnect => "state-reconnect",
        ConnectionState::FinishSetUp => "state-finish-set-up",
        ConnectionState::Paused => "state-paused",
        ConnectionState::WaitingForApproval => "state-waiting-for-approval",
        ConnectionState::VendorOutage => "state-vendor-outage",
        ConnectionState::SomeLocations => "state-some-locations",
        ConnectionState::Delayed => "state-delayed",
        ConnectionState::Connected => "state-connected",
    }
}

/// What OfficeRnD shows for a connection in this state: what is wrong and what to do.
///
/// `since` is when the state began, `kept_until` when the data of a disconnected organization are
/// deleted. Days are in UTC, because OfficeRnD does not say where the reader is.
pub fn healthcheck(
    state: ConnectionState,
    integration_name: &str,
    since: Option<i64>,
    kept_until: Option<i64>,
) -> String {
    let zone = Zone::utc();
    // An empty text chooses the variant without a date.
    let day = |at: Option<i64>| at.map(|at| time::date(at, &zone)).unwrap_or_default();
    let minute = |at: Option<i64>| at.map(|at| time::date_and_time_with_zone(at, &zone)).unwrap_or_default();
    let arguments: [(&str, Value<'_>); 5] = [
        ("integration", integration_name.into()),
        ("dated", if since.is_some() { "yes" } else { "no" }.into()),
        ("since", if state == ConnectionState::VendorOutage { minute(since) } else { day(since) }.into()),
        ("kept", if kept_until.is_some() { "yes" } else { "no" }.into()),
        ("until", day(kept_until).into()),
    ];
    text_with(&format!("{}.healthcheck", state_key(state)), &arguments)
}

/// OfficeRnD's healthcheck of a connection that waits for another one.
pub fn healthcheck_overlaps(integration_name: &str, account: &str) -> String {
    text_with("overlap-healthcheck", &[("integration", integration_name.into()), ("account", account.into())])
}

/// Answer to a signed call whose organization, signature or time stamp is not accepted (401).
pub fn signature_refused() -> String {
    text("signed-refused")
}

/// Answer to a sync call for a disconnected organization (409).
pub fn sync_disconnected(integration_name: &str) -> String {
    text_with("sync-disconnected", &[("integration", integration_name.into())])
}

/// Answer to a sync call with a switch that says neither on nor off (400).
pub fn sync_switch_unreadable() -> String {
    text("sync-switch-unreadable")
}

/// Title of an API problem by its stable code; a code without a title is a mistake of ours.
pub fn problem_title(code: &str) -> String {
    text(match code {
        "reconnect_required" => "api-reconnect-required",
        "finish_set_up" => "api-finish-set-up",
        "disconnected" => "api-disconnected",
        "token_budget_exhausted" => "api-token-budget-exhausted",
        "officernd_unavailable" => "api-officernd-unavailable",
        "officernd_limited" => "api-officernd-limited",
        "upstream_redirect" => "api-upstream-redirect",
        "path_reserved" => "api-path-reserved",
        "not_found" => "api-not-found",
        "method_not_allowed" => "api-method-not-allowed",
        "unavailable" => "api-unavailable",
        "unauthorized" => "api-unauthorized",
        "forbidden" => "api-forbidden",
        "invalid_request" => "api-invalid-request",
        "valid_for_seconds" => "api-valid-for-seconds",
        other => {
            debug_assert!(false, "no title for the problem code {other}");
            "api-other"
        }
    })
}

/// What happened, in words. A kind written by a newer version is named as it is.
pub fn activity(kind: &str, integration_name: &str) -> String {
    let integration = [("integration", Value::from(integration_name))];
    match activity_key(kind) {
        Some(key) => text_with(key, &integration),
        None => text_with("activity-other", &[("kind", kind.into())]),
    }
}

/// Every kind of activity there is.
pub const ACTIVITY_KINDS: [&str; 32] = [
    "connection.connected",
    "connection.reconnected",
    "connection.finish_set_up",
    "connection.disconnected",
    "connection.locations_changed",
    "connection.state_changed",
    "attempt.failed",
    "attempt.replaced",
    "grant.refreshed",
    "grant.revoked",
    "grant.token_note",
    "webhooks.subscribed",
    "webhooks.resubscribed",
    "webhooks.lost",
    "webhook.unreadable",
    "sync.on",
    "sync.off",
    "sync.requested",
    "secret.renewed",
    "configure.opened",
    "settings.changed",
    "settings.action",
    "settings.downloaded",
    "organization.slug_changed",
    "organization.renamed",
    "partner.linked",
    "partner.changed",
    "connection.overlaps",
    "connection.overlap_ended",
    "partner.not_told",
    "acknowledgement.confirmed",
    "data.purged",
];

fn activity_key(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "connection.connected" => "activity-connected",
        "connection.reconnected" => "activity-reconnected",
        "connection.finish_set_up" => "activity-finish-set-up",
        "connection.disconnected" => "activity-disconnected",
        "connection.locations_changed" => "activity-locations-changed",
        "connection.state_changed" => "activity-state-changed",
        "partner.changed" => "activity-partner-changed",
        "connection.overlaps" => "activity-overlaps",
        "connection.overlap_ended" => "activity-overlap-ended",
        "attempt.failed" => "activity-attempt-failed",
        "attempt.replaced" => "activity-attempt-replaced",
        "grant.refreshed" => "activity-grant-refreshed",
        "grant.revoked" => "activity-grant-revoked",
        "grant.token_note" => "activity-token-note",
        "webhooks.subscribed" => "activity-subscribed",
        "webhooks.resubscribed" => "activity-resubscribed",
        "webhooks.lost" => "activity-subscription-lost",
        "webhook.unreadable" => "activity-webhook-unreadable",
        "sync.on" => "activity-sync-on",
        "sync.off" => "activity-sync-off",
        "sync.requested" => "activity-sync-requested",
        "secret.renewed" => "activity-secret-renewed",
        "configure.opened" => "activity-configure-opened",
        "settings.changed" => "activity-settings-changed",
        "settings.action" => "activity-settings-action",
        "settings.downloaded" => "activity-settings-downloaded",
        "organization.slug_changed" => "activity-slug-changed",
        "organization.renamed" => "activity-renamed",
        "partner.linked" => "activity-partner-linked",
        "partner.not_told" => "activity-partner-not-told",
        "acknowledgement.confirmed" => "activity-confirmed",
        "data.purged" => "activity-purged",
        _ => return None,
    })
}
