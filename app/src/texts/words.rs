//! Words that more than one place needs: states, healthcheck messages, API problems, activity.
//! The API, OfficeRnD's healthcheck and the pages all take them from here.

use super::{Value, text, text_with};
use crate::problems::ProblemCode;
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

/// Where the words about a connection's state stand: who paused it makes a difference to the admin.
pub fn connection_key(state: ConnectionState, paused_by_partner: bool) -> &'static str {
    match state {
        ConnectionState::Paused if paused_by_partner => "state-paused-by-partner",
        _ => state_key(state),
    }
}

/// OfficeRnD's healthcheck of a connection whose set-up goes on with this step of the manifest.
pub fn healthcheck_open_step(integration_name: &str, step: &str) -> String {
    text_with("open-step-healthcheck", &[("integration", integration_name.into()), ("step", step.into())])
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

/// Title of an API problem.
pub fn problem_title(code: ProblemCode) -> String {
    text(problem_key(code))
}

/// The message of a problem: its title, with what it means and what to do as parts.
pub fn problem_key(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::InvalidRequest => "api-invalid-request",
        ProblemCode::Unauthorized => "api-unauthorized",
        ProblemCode::Forbidden => "api-forbidden",
        ProblemCode::PathReserved => "api-path-reserved",
        ProblemCode::NotFound => "api-not-found",
        ProblemCode::MethodNotAllowed => "api-method-not-allowed",
        ProblemCode::ReconnectRequired => "api-reconnect-required",
        ProblemCode::FinishSetUp => "api-finish-set-up",
        ProblemCode::ConfirmationRequired => "api-confirmation-required",
        ProblemCode::StillRunning => "api-still-running",
        ProblemCode::WaitingForApproval => "api-waiting-for-approval",
        ProblemCode::RunEnded => "api-run-ended",
        ProblemCode::TooManyRuns => "api-too-many-runs",
        ProblemCode::TooManyEndpoints => "api-too-many-endpoints",
        ProblemCode::EndpointDisabled => "api-endpoint-disabled",
        ProblemCode::AddressRefused => "api-address-refused",
        ProblemCode::Disconnected => "api-disconnected",
        ProblemCode::Stale => "api-stale",
        ProblemCode::TooLarge => "api-too-large",
        ProblemCode::InvalidFields => "api-invalid-fields",
        ProblemCode::ValidForSeconds => "api-valid-for-seconds",
        ProblemCode::IdempotencyKeyReused => "api-idempotency-key-reused",
        ProblemCode::IfMatchRequired => "api-if-match-required",
        ProblemCode::TooManyRequests => "api-too-many-requests",
        ProblemCode::OfficerndLimited => "api-officernd-limited",
        ProblemCode::InternalError => "api-internal-error",
        ProblemCode::UpstreamRedirect => "api-upstream-redirect",
        ProblemCode::TokenBudgetExhausted => "api-token-budget-exhausted",
        ProblemCode::OfficerndUnavailable => "api-officernd-unavailable",
        ProblemCode::Unavailable => "api-unavailable",
    }
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
pub const ACTIVITY_KINDS: [&str; 52] = [
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
    "connection.paused",
    "connection.resumed",
    "run.first_success",
    "run.failed",
    "run.lapsed",
    "run.held",
    "approval.granted",
    "approval.refused",
    "data.purged",
    "settings.secrets_read",
    "reconnect_link.made",
    "reconnect_link.completed",
    "outage.acknowledged",
    "grant.refresh_asked",
    "events.replayed",
    "delivery.repeated",
    "note.added",
    "note.edited",
    "data.unmasked",
    "explain.asked",
    "data.exported",
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
        "connection.paused" => "activity-paused",
        "connection.resumed" => "activity-resumed",
        "run.first_success" => "activity-first-success",
        "run.failed" => "activity-run-failed",
        "run.lapsed" => "activity-run-lapsed",
        "run.held" => "activity-run-held",
        "approval.granted" => "activity-approval-granted",
        "approval.refused" => "activity-approval-refused",
        "data.purged" => "activity-purged",
        "settings.secrets_read" => "activity-secrets-read",
        "reconnect_link.made" => "activity-reconnect-link-made",
        "reconnect_link.completed" => "activity-reconnect-link-completed",
        "outage.acknowledged" => "activity-outage-acknowledged",
        "grant.refresh_asked" => "activity-refresh-asked",
        "events.replayed" => "activity-replayed",
        "delivery.repeated" => "activity-repeated",
        "note.added" => "activity-note-added",
        "note.edited" => "activity-note-edited",
        "data.unmasked" => "activity-unmasked",
        "explain.asked" => "activity-explained",
        "data.exported" => "activity-exported",
        _ => return None,
    })
}
