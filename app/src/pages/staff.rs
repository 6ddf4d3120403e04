//! The dashboard: pages of the partner's staff.

mod account;
mod activity;
mod alerts;
mod integrations;
mod overview;
mod team;
mod tenant;
mod tenants;

use leptos::prelude::*;

use super::message::{self, Around, Message};
use super::{Page, loaded};
use crate::ports::{Fault, SharedStaffDesk, StaffView};

pub use account::*;
pub use activity::*;
pub use alerts::*;
pub use integrations::*;
pub use overview::*;
pub use team::*;
pub use tenant::*;
pub use tenants::*;

/// Loads what a page shows, then shows it to who has signed in.
pub(crate) fn staff_load<T: 'static, F>(
    load: impl FnOnce(SharedStaffDesk) -> F + Send + 'static,
    view: impl FnOnce(&StaffView, &T) -> Page + Send + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<T, Fault>> + Send + 'static,
{
    let desk = use_context::<SharedStaffDesk>();
    loaded(
        async move {
            let desk = desk.ok_or(Fault::NotFound)?;
            let who = desk.who();
            Ok((who, load(desk).await?))
        },
        move |(who, loaded): &(StaffView, T)| view(who, loaded),
        |fault| {
            let message = match fault {
                Fault::NotFound | Fault::Ended => Message::NotFound,
                Fault::Unavailable => Message::Unavailable,
            };
            message::page(message, &Around::default())
        },
    )
}
