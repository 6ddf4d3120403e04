//! The document around every page, and the head that documents outside the router share.

use http::request::Parts;
use leptos::hydration::HydrationScripts;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::app::{App, holds_islands};

/// An address outside that the browser goes on to by itself; the page has a link to it as well. The server puts it
/// into a page's context.
#[derive(Debug, Clone)]
pub struct GoesOn(pub String);

/// The document of a routed page. Scripts are named only where a page holds an island.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    // Nothing of a page's data may be written into it for hydration: only islands run in the browser.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let scripts = use_context::<Parts>().is_some_and(|request| holds_islands(&request));
    let language = crate::pages::language().tag();
    let goes_on = use_context::<GoesOn>().map(|GoesOn(address)| {
        view! { <meta http-equiv="refresh" content=format!("0; url={address}")/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=language>
            <head>
                {head(&options.site_pkg_dir)}
                {goes_on}
                {scripts.then(|| view! { <HydrationScripts options islands=true/> })}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Everything in `<head>` but the title. A form needs a referrer of its own origin, or the browser
/// sends `Origin: null` with it and the post is taken for a foreign one.
pub(crate) fn head(site_pkg_dir: &str) -> impl IntoView + use<> {
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="referrer" content="same-origin"/>
        <link rel="icon" href=format!("/{site_pkg_dir}/mark.svg") type="image/svg+xml"/>
        <link rel="stylesheet" href=format!("/{site_pkg_dir}/app.css")/>
    }
}
