//! The settings of a connection: reading them with all that they are judged by, and changing them.

pub mod acts;
pub mod change;
pub mod facts;
pub mod guards;
pub mod judged;
pub mod later;
pub mod lists;
pub mod locks;
pub mod patch;
pub mod people;
mod refused;
pub mod reveal;
pub mod save;
pub mod scene;
pub mod waiting;
