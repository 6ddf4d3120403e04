//! The systems we call.

pub mod officernd;
pub mod probe;
