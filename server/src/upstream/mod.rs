//! The systems we call.

mod answer;
pub mod collector;
#[cfg(test)]
mod fake;
mod guard;
pub mod mail;
pub mod officernd;
pub mod oidc;
pub mod partner;
pub mod probe;

pub use answer::retry_after;
