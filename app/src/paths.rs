//! Every page address of the product. Links are built here and nowhere else.

use crate::ids::{AttemptId, ConnectionId};

/// The pop-up of one connect attempt.
pub fn attempt(attempt: AttemptId) -> String {
    format!("/connect/{attempt}")
}

/// One step of the partner's part of the pop-up.
pub fn attempt_step(attempt: AttemptId, step: &str) -> String {
    format!("/connect/{attempt}/steps/{step}")
}

/// The configuration page of one connection.
pub fn settings(connection: ConnectionId) -> String {
    format!("/settings/{connection}")
}

/// Asks what disconnecting would do, and does it.
pub fn disconnect(connection: ConnectionId) -> String {
    format!("/settings/{connection}/disconnect")
}

/// Says how to renew OfficeRnD's permission.
pub fn reconnect(connection: ConnectionId) -> String {
    format!("/settings/{connection}/reconnect")
}

/// One step of the set-up, from the configuration page.
pub fn settings_step(connection: ConnectionId, step: &str) -> String {
    format!("/settings/{connection}/steps/{step}")
}

/// Everything that was entered, before set-up is finished.
pub fn review(connection: ConnectionId) -> String {
    format!("/settings/{connection}/review")
}
