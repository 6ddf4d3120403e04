//! Encryption keys that change while everything runs.

mod command;
mod places;
mod presence;
mod rotation;

/// A second key, which [`crate::support::command::TEST_KEY`] is older than.
pub const KEY_2: &str = "2:AgMFBwsNERMXHR8lKSsvNTs9Q0dJT1NZYWVna21xf4M=";
