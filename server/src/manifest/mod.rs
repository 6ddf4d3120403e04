//! Manifests: what an integration is.
//!
//! A manifest is `integrations/<slug>.json`, written by partner engineers. [`Manifest::read`] turns it
//! into types and reports everything that is wrong at once, each problem with its place; [`load_dir`]
//! fills in variables and hands the rest of the server its [`Integration`]s; [`schema`] publishes the
//! grammar, which `docs/MANIFEST.md` explains.

mod against;
mod check;
pub mod condition;
pub mod event;
pub mod field;
mod integration;
pub mod kind;
mod model;
pub mod pattern;
mod problem;
mod read;
mod report;
mod resolve;
pub mod rule;
pub mod scalar;
mod schema;
#[cfg(test)]
mod tests;
mod typed;
mod words;

pub use against::{Hurt, hurts};
pub use integration::{Integration, load_dir};
pub use model::{
    Connection, Hook, Manifest, OAuthKeys, PartnerKeys, Per, Refresh, Section, Source, Step, StepKind, Support, Sync,
};
pub(crate) use problem::nearest;
pub use problem::{Place, Problem, Problems};
pub use read::ReadMode;
pub use report::{Report, check as check_files};
pub use resolve::{Client, Environment, Partner, PartnerOAuth, Variable};
pub use schema::schema;
