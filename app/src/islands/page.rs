//! The page again, for what runs in it.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, DomParser, Headers, RequestInit, Response, SupportedType};

/// What asks: a person, or the page by itself, which keeps no session from ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    Person,
    Page,
}

/// What came.
pub(crate) enum Came {
    Page(Document),
    /// The session is over.
    SignedOut,
    /// Something else was asked for meanwhile.
    Late,
}

thread_local! {
    /// The number of what was asked last; answers to anything before it come too late.
    static NEWEST: Cell<u32> = const { Cell::new(0) };
    /// A person waits for an answer, so that the page itself asks nothing.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a person waits for an answer.
pub(crate) fn is_asked() -> bool {
    ASKED.get()
}

/// The page at this address, as it is now.
pub(crate) async fn fetch(address: &str, asker: Asker) -> Result<Came, JsValue> {
    let number = NEWEST.get().wrapping_add(1);
    NEWEST.set(number);
    ASKED.set(asker == Asker::Person);
    let came = answer(address, asker).await;
    if NEWEST.get() != number {
        return Ok(Came::Late);
    }
    ASKED.set(false);
    came
}

async fn answer(address: &str, asker: Asker) -> Result<Came, JsValue> {
    let headers = Headers::new()?;
    headers.set("fragment", if asker == Asker::Person { "page" } else { "live" })?;
    let request = RequestInit::new();
    request.set_headers(&headers);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(address, &request)).await?.dyn_into()?;
    if response.status() == 401 {
        return Ok(Came::SignedOut);
    }
    let html = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let page = DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml)?;
    // A failure in between has a page of its own, which is none to take the place of this one.
    if !response.ok() || page.get_element_by_id("main").is_none() {
        return Err(JsValue::NULL);
    }
    Ok(Came::Page(page))
}

/// Islands run: styles and tests see it.
pub(crate) fn mark_script() {
    if let Some(root) = document().document_element() {
        // Only a malformed attribute name is refused, and this one is not.
        drop(root.set_attribute("data-script", ""));
    }
}
