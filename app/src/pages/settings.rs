//! One connection, `/settings/{connection}`: what OfficeRnD's Configure opens.

mod activity;
mod approval;
mod confirm;
mod conflict;
mod connection;
mod disconnect;
mod disconnected;
mod form;
mod history;
mod outcome;
mod reconnect;
mod side;
mod step;

pub(crate) use self::activity::{actor as activity_actor, detail as activity_detail, look as activity_look};

use leptos::prelude::*;

use super::message::{self, Around, Message};
use super::{Page, language, loaded};
use crate::ports::{
    ApprovalView, ConfirmPageView, ConfirmView, ConnectionView, DisconnectView, Fault, HistoryView, OverView,
    RestoreView, ReturnUrl, ReviewView, SettingsPageView, SharedSettingsDesk, StepView,
};
use crate::state::ConnectionState;
use crate::texts::{Value, name, text_with};

/// The settings of the organization or of a location; with whose they are, how the connection stands, what happened.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let language = language();
    desk_load(
        move |desk: SharedSettingsDesk| async move { desk.settings(language).await },
        |(connection, settings)| settings_page(connection, settings),
    )
}

/// Asks before a dangerous value is saved.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let language = language();
    desk_load(
        move |desk: SharedSettingsDesk| async move { desk.confirm(language).await },
        |(connection, page)| match page {
            ConfirmPageView::Asked(confirm) => confirm_page(connection, confirm),
            ConfirmPageView::Over(over) => question_over_page(connection, over),
        },
    )
}

/// Every change of the settings.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let language = language();
    desk_load(
        move |desk: SharedSettingsDesk| async move { desk.history(language).await },
        |(connection, history)| history_page(connection, history),
    )
}

/// Asks before a version is restored.
#[component]
pub fn RestorePage() -> impl IntoView {
    let language = language();
    desk_load(
        move |desk: SharedSettingsDesk| async move { desk.revision(language).await },
        |(connection, revision)| restore_page(connection, revision),
    )
}

/// Asks whether a run may remove so many.
#[component]
pub fn ApprovalPage() -> impl IntoView {
    desk_load(
        |desk: SharedSettingsDesk| async move { desk.approval().await },
        |(connection, approval)| approval_page(connection, approval),
    )
}

/// Asks before disconnecting.
#[component]
pub fn DisconnectPage() -> impl IntoView {
    let language = language();
    desk_load(
        move |desk: SharedSettingsDesk| async move { desk.disconnect(language).await },
        |(connection, view)| disconnect_page(connection, view),
    )
}

/// How to get a new login for OfficeRnD.
#[component]
pub fn ReconnectPage() -> impl IntoView {
    desk_page(reconnect_page)
}

/// One step of the set-up.
#[component]
pub fn StepPage() -> impl IntoView {
    desk_load(
        |desk: SharedSettingsDesk| async move { desk.step().await },
        |(connection, step)| step_page(connection, step),
    )
}

/// All entries, before set-up is finished.
#[component]
pub fn ReviewPage() -> impl IntoView {
    desk_load(
        |desk: SharedSettingsDesk| async move { desk.review().await },
        |(connection, review)| review_page(connection, review),
    )
}

/// The step, or that the connection is no more.
pub fn step_page(connection: &ConnectionView, view: &StepView) -> Page {
    if connection.state == ConnectionState::Disconnected {
        return disconnected::page(connection);
    }
    step::page(connection, view)
}

/// The entries, or that the connection is no more.
pub fn review_page(connection: &ConnectionView, view: &ReviewView) -> Page {
    if connection.state == ConnectionState::Disconnected {
        return disconnected::page(connection);
    }
    step::review(connection, view)
}

/// The settings, what has to be decided before they are saved, or that the connection is no more.
pub fn settings_page(connection: &ConnectionView, settings: &SettingsPageView) -> Page {
    while_connected(connection, |connection| match settings {
        // The steps come first: what they link is where most settings come from.
        SettingsPageView::Form(_) if connection.set_up.next.is_some() && is_unfinished(connection) => {
            connection::page(connection)
        }
        SettingsPageView::Form(settings) => form::page(connection, settings),
        SettingsPageView::Conflict(conflict) => conflict::page(connection, conflict),
    })
}

fn is_unfinished(connection: &ConnectionView) -> bool {
    connection.state == ConnectionState::FinishSetUp
}

pub fn confirm_page(connection: &ConnectionView, confirm: &ConfirmView) -> Page {
    while_connected(connection, |connection| confirm::page(connection, confirm))
}

/// That a question cannot be answered any more, and where what was typed is.
pub fn question_over_page(connection: &ConnectionView, over: &OverView) -> Page {
    while_connected(connection, |connection| confirm::over(connection, over))
}

pub fn approval_page(connection: &ConnectionView, approval: &ApprovalView) -> Page {
    while_connected(connection, |connection| approval::page(connection, approval))
}

pub fn history_page(connection: &ConnectionView, history: &HistoryView) -> Page {
    while_connected(connection, |connection| history::page(connection, history))
}

pub fn restore_page(connection: &ConnectionView, revision: &RestoreView) -> Page {
    while_connected(connection, |connection| history::restore(connection, revision))
}

/// The question, or that it is disconnected already.
pub fn disconnect_page(connection: &ConnectionView, view: &DisconnectView) -> Page {
    while_connected(connection, |connection| disconnect::page(connection, view))
}

/// The instructions, or how to connect anew.
pub fn reconnect_page(connection: &ConnectionView) -> Page {
    while_connected(connection, reconnect::page)
}

fn while_connected(connection: &ConnectionView, page: impl FnOnce(&ConnectionView) -> Page) -> Page {
    if connection.state == ConnectionState::Disconnected { disconnected::page(connection) } else { page(connection) }
}

fn desk_page(view: fn(&ConnectionView) -> Page) -> impl IntoView {
    desk_load(|desk: SharedSettingsDesk| async move { desk.connection().await }, view)
}

fn desk_load<T: 'static, F>(
    load: impl FnOnce(SharedSettingsDesk) -> F + Send + 'static,
    view: fn(&T) -> Page,
) -> impl IntoView
where
    F: Future<Output = Result<T, Fault>> + Send + 'static,
{
    let desk = use_context::<SharedSettingsDesk>();
    let around = Around::of(use_context::<ReturnUrl>());
    loaded(
        async move {
            match desk {
                Some(desk) => load(desk).await,
                None => Err(Fault::NotFound),
            }
        },
        view,
        move |fault| {
            let message = match fault {
                Fault::NotFound => Message::NotFound,
                Fault::Ended => Message::StaleLink,
                Fault::Unavailable => Message::Unavailable,
            };
            message::page(message, &around)
        },
    )
}

/// The same for what is said of the state: in an outage it is about who does not answer.
fn state_names(connection: &ConnectionView) -> Vec<(&'static str, Value<'static>)> {
    vec![("integration", name(&connection.vendor)), ("organization", name(&connection.organization.name))]
}

/// Both names, as texts of these pages want them.
fn names(connection: &ConnectionView) -> Vec<(&'static str, Value<'static>)> {
    vec![("integration", name(&connection.integration.name)), ("organization", name(&connection.organization.name))]
}

/// The title of a page of this connection.
fn titled(connection: &ConnectionView, page: String) -> String {
    text_with("page-title", &[("page", page.into()), ("integration", connection.integration.name.as_str().into())])
}
