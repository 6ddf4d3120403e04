//! The only code compiled for the browser. Props are readable in the page: no secrets, no lists.

pub mod copy_field;
pub mod edit_form;
pub mod live_line;
mod page;
mod patch;
pub mod tenant_list;

pub use copy_field::*;
pub use edit_form::*;
pub use live_line::*;
pub use tenant_list::*;
