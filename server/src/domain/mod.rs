//! Plain types and pure rules: no async, no I/O, and `now` is an argument.

pub mod signed_query;
