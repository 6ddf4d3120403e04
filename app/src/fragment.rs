//! A view as a plain function to HTML: no runtime, no server, no browser.

use std::sync::Arc;

use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;

/// Renders what needs no context: a piece of a page, a whole document, a view under test.
pub fn fragment<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let shared = SsrSharedContext::new();
    shared.set_is_hydrating(false);
    let owner = Owner::new_root(Some(Arc::new(shared)));
    let html = owner.with(|| view().into_view().to_html());
    owner.unset_with_forced_cleanup();
    html
}
