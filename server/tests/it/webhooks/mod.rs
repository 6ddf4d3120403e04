//! OfficeRnD's deliveries: verified, stored once, answered, then acted on.

mod purge;
mod receive;
mod removal;
mod subscriptions;
