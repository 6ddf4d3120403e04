//! Plain types and pure rules: no async, no I/O, and `now` is an argument.

pub mod address;
pub mod attempt;
pub mod budget;
pub mod circuit;
pub mod connection;
pub mod delivery;
pub mod entry;
pub mod forecast;
pub mod form;
pub mod grant;
pub mod lanes;
pub mod lease;
pub mod organization;
pub mod overlap;
pub mod process;
pub mod proxy_path;
pub mod schedule;
pub mod settings;
pub mod sign_in;
pub mod signed_query;
