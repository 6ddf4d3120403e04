//! The browser entry. Everything it starts is an island of `app`; nothing else belongs here.

pub use app::islands::*;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
