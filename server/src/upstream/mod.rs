//! The systems we call.

mod answer;
#[cfg(test)]
mod fake;
mod guard;
pub mod officernd;
pub mod partner;
pub mod probe;
