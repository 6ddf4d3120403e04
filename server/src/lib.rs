//! Deskbridge: connects a partner's product with OfficeRnD organizations.
//!
//! `http`, `backend` and `jobs` call `services`; a service is one use case and owns its transaction.
//! Services use `domain` (pure rules), `storage` (the only module that knows SeaORM),
//! `upstream` (OfficeRnD's API) and `crypto`. Nothing below calls upwards.

pub mod backend;
pub mod bootstrap;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod demo;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod lifecycle;
pub mod manifest;
pub mod random;
pub mod router;
pub mod services;
pub mod simulator;
pub mod site;
pub mod state;
pub mod storage;
pub mod telemetry;
pub mod upstream;
