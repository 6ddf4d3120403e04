//! A value to read out or copy.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Words of a copy field. They come with the page, since the browser has no catalogue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CopyWords {
    pub label: String,
    pub help: String,
    pub button: String,
    /// Announced after the value was copied.
    pub done: String,
    /// Announced when the browser refused.
    pub failed: String,
}

/// Shows a value; its button appears when it works, copies, and says so.
///
/// The first effect also marks the document with `data-script`, which is how styles and tests know
/// that islands run.
#[island]
pub fn CopyField(id: String, value: String, words: CopyWords) -> impl IntoView {
    let CopyWords { label, help, button, done, failed } = words;
    let can_copy = RwSignal::new(false);
    let said = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            // Only a malformed attribute name is refused, and this one is not.
            drop(root.set_attribute("data-script", ""));
        }
        // Browsers have a clipboard only where the address is https or this machine.
        can_copy.set(window().is_secure_context());
    });
    let copied = value.clone();
    let copy = move |_| {
        let (copied, done, failed) = (copied.clone(), done.clone(), failed.clone());
        // Emptied first, so that a second press is announced again.
        said.set(String::new());
        leptos::task::spawn_local(async move {
            let promise = window().navigator().clipboard().write_text(&copied);
            let outcome = wasm_bindgen_futures::JsFuture::from(promise).await;
            said.set(if outcome.is_ok() { done } else { failed });
        });
    };
    let name = format!("{button} {label}");
    let help_id = format!("{id}-help");
    view! {
        <div class="copyfield">
            <label class="label" for=id.clone()>{label}</label>
            <p class="help" id=help_id.clone()>{help}</p>
            <div class="box">
                <textarea rows="1" readonly id=id aria-describedby=help_id>{value}</textarea>
                <button class="btn" type="button" aria-label=name hidden=move || !can_copy.get() on:click=copy>
                    {button}
                </button>
            </div>
            <p class="help" role="status">{move || said.get()}</p>
        </div>
    }
}
