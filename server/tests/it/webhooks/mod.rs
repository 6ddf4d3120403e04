//! OfficeRnD's deliveries: verified, stored once, answered, then acted on.

mod purge;
mod races;
mod receive;
pub(crate) mod removal;
mod subscriptions;
