//! Pure pieces of pages: values in, HTML out; no signals, no context, no ports.

pub mod deskpage;
pub mod facts;
pub mod fields;
pub mod icon;
pub mod pieces;
pub mod popup;
pub mod setting;
pub mod sign_in;
pub mod trouble;

pub use deskpage::{DeskHead, DeskPage};
pub use icon::{Icon, Sign};
pub use pieces::{Bridge, Notice, Span, SpanArt, StateBadge, state_sign, todo};
pub use popup::{PopUp, Progress};
