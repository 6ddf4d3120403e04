//! The database: its schema, its durability, and what is kept of it in memory.

mod directory;
mod dropped;
mod full;
mod rights;
pub mod schema;
