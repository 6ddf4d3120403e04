//! The systems we call.

pub mod officernd;
