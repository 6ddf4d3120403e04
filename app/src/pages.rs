//! Pages: per page a pure view (values in, [`Page`] out) and a loader that asks a port.
//!
//! Views know neither context nor ports, so a test, a static file or an error handler can render
//! them; [`show`] and [`loaded`] are the only way from a view into the router.

pub mod connect;
pub mod message;
pub mod settings;

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

use crate::ports::Fault;

/// What a view makes: everything of an answer but its frame.
pub struct Page {
    pub title: String,
    pub status: u16,
    pub body: AnyView,
}

/// Puts a page into the router's answer.
pub fn show(page: Page) -> AnyView {
    let Page { title, status, body } = page;
    if let (Ok(status), Some(answer)) = (StatusCode::from_u16(status), use_context::<ResponseOptions>()) {
        answer.set_status(status);
    }
    view! {
        <Title text=escaped(&title)/>
        {body}
    }
    .into_any()
}

/// `leptos_meta` writes a title as it is, and titles hold names that others chose.
fn escaped(title: &str) -> String {
    title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Loads on the server, then shows the page or what the fault means here.
///
/// Rendering waits for it (`SsrMode::Async`), so status and title are in time. A desk that is not
/// in the context was not proved by a cookie: to this visitor the page does not exist.
pub fn loaded<T: 'static>(
    load: impl Future<Output = Result<T, Fault>> + Send + 'static,
    view: impl FnOnce(&T) -> Page + Send + 'static,
    fault: impl FnOnce(Fault) -> Page + Send + 'static,
) -> impl IntoView {
    Suspend::new(async move {
        match load.await {
            Ok(value) => show(view(&value)),
            Err(error) => show(fault(error)),
        }
    })
}

/// The page of an address that is no page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    show(message::page(message::Message::NotFound, &message::Around::default()))
}
