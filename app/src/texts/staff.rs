//! Words about what staff did that concerns no tenant, and about their roles.

use super::{text, text_with};
use crate::role::Role;

/// The one word for a role.
pub fn role_word(role: Role) -> String {
    text(match role {
        Role::Viewer => "role-viewer",
        Role::Support => "role-support",
        Role::Engineer => "role-engineer",
        Role::Owner => "role-owner",
    })
}

/// Every kind of what staff do that concerns no tenant.
pub const STAFF_ACTIVITY_KINDS: [&str; 41] = [
    "staff.signed_in",
    "staff.signed_out",
    "staff.confirmed",
    "staff.password_changed",
    "staff.recovery_code_used",
    "staff.app_set_up",
    "staff.codes_renewed",
    "staff.app_removed",
    "staff.saved",
    "staff.sessions_ended",
    "staff.invited",
    "staff.reset_link_made",
    "staff.invitation_withdrawn",
    "staff.joined",
    "staff.role_changed",
    "staff.disabled",
    "staff.enabled",
    "staff.app_reset",
    "staff.added",
    "staff.oidc_linked",
    "staff.oidc_unlinked",
    "staff.oidc_refused",
    "audit.exported",
    "bulk.ordered",
    "bulk.stopped",
    "tenants.exported",
    "outage.taken",
    "incident.taken",
    "alerts.rules_saved",
    "alerts.webhook_set",
    "alerts.webhook_removed",
    "alerts.subscribed",
    "alerts.tested",
    "api_key.made",
    "api_key.replaced",
    "api_key.revoked",
    "endpoint.made",
    "endpoint.rotated",
    "endpoint.enabled",
    "endpoint.deleted",
    "endpoint.replayed",
];

/// What was done, in words. A kind written by a newer version is named as it is.
pub fn staff_activity(kind: &str) -> String {
    let key = match kind {
        "staff.signed_in" => "staff-did-signed-in",
        "staff.signed_out" => "staff-did-signed-out",
        "staff.confirmed" => "staff-did-confirmed",
        "staff.password_changed" => "staff-did-password-changed",
        "staff.recovery_code_used" => "staff-did-recovery-code-used",
        "staff.app_set_up" => "staff-did-app-set-up",
        "staff.codes_renewed" => "staff-did-codes-renewed",
        "staff.app_removed" => "staff-did-app-removed",
        "staff.saved" => "staff-did-saved",
        "staff.sessions_ended" => "staff-did-sessions-ended",
        "staff.invited" => "staff-did-invited",
        "staff.reset_link_made" => "staff-did-reset-link-made",
        "staff.invitation_withdrawn" => "staff-did-invitation-withdrawn",
        "staff.joined" => "staff-did-joined",
        "staff.role_changed" => "staff-did-role-changed",
        "staff.disabled" => "staff-did-disabled",
        "staff.enabled" => "staff-did-enabled",
        "staff.app_reset" => "staff-did-app-reset",
        "staff.added" => "staff-did-added",
        "staff.oidc_linked" => "staff-did-oidc-linked",
        "staff.oidc_unlinked" => "staff-did-oidc-unlinked",
        "staff.oidc_refused" => "staff-did-oidc-refused",
        "audit.exported" => "staff-did-audit-exported",
        "bulk.ordered" => "staff-did-bulk-ordered",
        "bulk.stopped" => "staff-did-bulk-stopped",
        "tenants.exported" => "staff-did-tenants-exported",
        "outage.taken" => "staff-did-outage-taken",
        "incident.taken" => "staff-did-incident-taken",
        "alerts.rules_saved" => "staff-did-alerts-rules-saved",
        "alerts.webhook_set" => "staff-did-alerts-webhook-set",
        "alerts.webhook_removed" => "staff-did-alerts-webhook-removed",
        "alerts.subscribed" => "staff-did-alerts-subscribed",
        "alerts.tested" => "staff-did-alerts-tested",
        "api_key.made" => "staff-did-api-key-made",
        "api_key.replaced" => "staff-did-api-key-replaced",
        "api_key.revoked" => "staff-did-api-key-revoked",
        "endpoint.made" => "staff-did-endpoint-made",
        "endpoint.rotated" => "staff-did-endpoint-rotated",
        "endpoint.enabled" => "staff-did-endpoint-enabled",
        "endpoint.deleted" => "staff-did-endpoint-deleted",
        "endpoint.replayed" => "staff-did-endpoint-replayed",
        _ => return text_with("activity-other", &[("kind", kind.into())]),
    };
    text(key)
}
