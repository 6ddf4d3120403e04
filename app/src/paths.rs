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

/// The settings of one location of a connection.
pub fn location_settings(connection: ConnectionId, location: &str) -> String {
    format!("/settings/{connection}/locations/{}", segment(location))
}

/// The same page with one section of it, where each is a page of its own.
pub fn section(page: &str, section: &str) -> String {
    format!("{page}?section={}", segment(section))
}

/// Asks before a dangerous value is saved.
pub fn confirm(connection: ConnectionId, draft: &str) -> String {
    format!("/settings/{connection}/confirm/{}", segment(draft))
}

/// Every change of the settings.
pub fn history(connection: ConnectionId) -> String {
    format!("/settings/{connection}/history")
}

/// One version of the settings, to be restored.
pub fn revision(connection: ConnectionId, revision: &str) -> String {
    format!("/settings/{connection}/history/{}", segment(revision))
}

/// An id of somebody else's as part of an address.
fn segment(id: &str) -> String {
    let mut written = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => written.push(byte as char),
            other => written.push_str(&format!("%{other:02X}")),
        }
    }
    written
}
