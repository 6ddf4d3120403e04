//! Pages: per page a pure view (values in, [`Page`] out) and a loader that asks a port.
//!
//! Views know neither context nor ports, so a test, a static file or an error handler can render
//! them; [`show`] and [`loaded`] are the only way from a view into the router.

pub mod connect;
pub mod link;
pub mod message;
pub mod problem;
pub mod provider;
pub mod settings;
pub mod sign_in;
pub mod staff;

use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

use crate::ports::Fault;
use crate::texts::{Language, asked_with, speaking};

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
    let language = language();
    let request = use_context::<Parts>();
    let query = request.as_ref().and_then(|request| request.uri.query()).unwrap_or_default().to_owned();
    Suspend::new(async move {
        let loaded = load.await;
        let make = || match loaded {
            Ok(value) => view(&value),
            Err(error) => fault(error),
        };
        show(asked_with(&query, || speaking(language, make)))
    })
}

/// The language of the page that is answered: the one its address asks for, else the reader's.
pub fn language() -> Language {
    let Some(request) = use_context::<Parts>() else { return Language::default() };
    asked_for(&request).unwrap_or_else(|| Language::of(&request.headers))
}

/// The language that the address asks for.
fn asked_for(request: &Parts) -> Option<Language> {
    Language::asked_for(request.uri.query().unwrap_or_default())
}

/// Keeps the choice of a language for all later pages of this browser.
pub fn remember_language() {
    let (Some(request), Some(answer)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) else { return };
    let Some(language) = asked_for(&request) else { return };
    if let Ok(cookie) = HeaderValue::from_str(&language.cookie()) {
        answer.append_header(SET_COOKIE, cookie);
    }
}

/// The page of an address that is no page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    show(speaking(language(), || message::page(message::Message::NotFound, &message::Around::of(None))))
}
