//! The only code compiled for the browser. Props are readable in the page: no secrets, no lists.

pub mod copy_field;

pub use copy_field::*;
