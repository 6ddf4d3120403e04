//! Every page address of the product. Links are built here and nowhere else.

use crate::ids::{AttemptId, ConnectionId};

/// The pop-up of one connect attempt.
pub fn attempt(attempt: AttemptId) -> String {
    format!("/connect/{attempt}")
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
