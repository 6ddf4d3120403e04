//! Deskbridge: connects a partner's product with OfficeRnD organizations.
//!
//! `http`, `backend` and `jobs` call `services`; a service is one use case and owns its transaction.
//! Services use `domain` (pure rules), `storage` (the only module that knows SeaORM),
//! `upstream` (OfficeRnD's API) and `crypto`. Nothing below calls upwards.

pub mod clock;
pub mod crypto;
pub mod domain;
pub mod manifest;
pub mod random;
pub mod simulator;
pub mod site;
pub mod upstream;
