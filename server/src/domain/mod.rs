//! Plain types and pure rules: no async, no I/O, and `now` is an argument.

pub mod address;
pub mod attempt;
pub mod connection;
pub mod delivery;
pub mod entry;
pub mod form;
pub mod grant;
pub mod lanes;
pub mod organization;
pub mod overlap;
pub mod process;
pub mod proxy_path;
pub mod settings;
pub mod sign_in;
pub mod signed_query;
