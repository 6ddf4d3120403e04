//! The dashboard.

mod accounts;
mod command;
mod door;
mod live;
mod oidc;
mod oidc_forged;
mod record;
mod roles;
mod set_up;
mod tenant;
mod tenants;
