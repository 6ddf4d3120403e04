//! Pure pieces of pages: values in, HTML out; no signals, no context, no ports.

pub mod deskpage;
pub mod entry;
pub mod facts;
pub mod fields;
pub mod help;
pub mod icon;
pub mod live;
pub mod pieces;
pub mod popup;
pub mod setting;
pub mod sign_in;
pub mod staffpage;
pub mod trouble;

pub use deskpage::{DeskHead, DeskPage};
pub use help::{help_button, help_link};
pub use icon::{Icon, Sign};
pub use live::live_line;
pub use pieces::{Bridge, Notice, Span, SpanArt, StateBadge, headed_table, state_sign, todo};
pub use popup::{PopUp, Progress};
pub use staffpage::{StaffPage, staff_title};
