//! The settings of a connection: reading them with all that they are judged by, and changing them.

pub mod change;
