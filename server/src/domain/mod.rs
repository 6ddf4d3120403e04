//! Plain types and pure rules: no async, no I/O, and `now` is an argument.

pub mod address;
pub mod agent;
pub mod alerting;
pub mod attempt;
pub mod budget;
pub mod circuit;
pub mod connection;
pub mod csv;
pub mod delivery;
pub mod entry;
pub mod event;
pub mod forecast;
pub mod form;
pub mod grant;
pub mod health;
pub mod incident;
pub mod lanes;
pub mod lease;
pub mod mask;
pub mod moment;
pub mod next;
pub mod organization;
pub mod outage;
pub mod overlap;
pub mod process;
pub mod proxy_path;
pub mod run;
pub mod schedule;
pub mod scope;
pub mod settings;
pub mod sign_in;
pub mod signed_query;
#[cfg(test)]
mod simulation;
pub mod slowdown;
pub mod tenants;
