//! The page of a reconnect link: which connection, and what to do. It shows no settings, and loads no scripts.

use leptos::prelude::*;

use crate::components::deskpage::languages;
use crate::components::setting::said;
use crate::components::{SpanArt, help_link, todo};
use crate::fragment::fragment;
use crate::pages::Page;
use crate::pages::message::bar;
use crate::ports::{SupportView, Words};
use crate::shell::head;
use crate::texts::{self, name, rich, text, text_with};
use crate::time::{self, Zone};

/// What is to be renewed.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkView {
    pub integration: String,
    pub organization: String,
    /// Where OfficeRnD is, if its permission has to be given again.
    pub officernd_url: Option<String>,
    /// The partner's steps by their titles.
    pub steps: Vec<Words>,
    /// The first of them.
    pub first_step: Option<String>,
    pub completed: bool,
    pub until: i64,
    pub support: Option<SupportView>,
}

pub fn page(link: &LinkView) -> Page {
    let arguments = [("integration", name(&link.integration)), ("organization", name(&link.organization))];
    let title = text_with(
        "page-title",
        &[("page", text("link-title").into()), ("integration", link.integration.as_str().into())],
    );
    let main = if link.completed {
        view! {
            <h1>{rich("link-done", &arguments)}</h1>
            <p>{rich("link-done.what", &arguments)}</p>
        }
        .into_any()
    } else {
        let grant = link.officernd_url.clone().map(|url| {
            view! {
                {todo("reconnect-page-steps", text("link-officernd"), "officernd", &arguments)}
                <div class="actions"><a class="btn btn--primary" href=url>{text("reconnect-page-open")}</a></div>
            }
        });
        let titles = link.steps.iter().map(|title| view! { <li>{said(title)}</li> }).collect_view();
        let account = link.first_step.clone().map(|href| {
            view! {
                <section class="flow-s" aria-labelledby="account">
                    <h2 id="account">{rich("link-account", &arguments)}</h2>
                    <ol>{titles}</ol>
                    <div class="actions"><a class="btn btn--primary" href=href>{text("link-begin")}</a></div>
                </section>
            }
        });
        let nothing = (link.officernd_url.is_none() && link.first_step.is_none())
            .then(|| view! { <p>{rich("link-nothing", &arguments)}</p> });
        let until = text_with("link-until", &[("until", time::moment(link.until, &Zone::utc()).into())]);
        let help = help_link(link.support.as_ref(), &link.integration, None, text("ask-for-help"));
        view! {
            <h1>{rich("link-heading", &arguments)}</h1>
            <p>{text("link-lead")}</p>
            {grant}
            {account}
            {nothing}
            <p class="small muted">{until}{help}</p>
        }
        .into_any()
    };
    let body = view! {
        <a class="skip" href="#main">{text("skip-link")}</a>
        {bar(&link.integration)}
        <main id="main" class="wrap"><div class="message-page"><SpanArt/>{main}</div></main>
        <footer class="foot"><div class="wrap">{languages()}</div></footer>
    };
    Page { title, status: 200, body: body.into_any() }
}

/// A page as a whole document, outside the router. `goes_on`: an address that the browser goes on to by itself.
pub fn document(make: impl FnOnce() -> Page, site_pkg_dir: &str, goes_on: Option<&str>) -> (u16, String) {
    let mut answered = 200;
    let html = fragment(|| {
        let Page { title, body, status } = make();
        answered = status;
        let goes_on = goes_on.map(|address| {
            view! { <meta http-equiv="refresh" content=format!("0; url={address}")/> }
        });
        view! {
            <!DOCTYPE html>
            <html lang=texts::spoken().tag()>
                <head>{head(site_pkg_dir)}{goes_on}<title>{title}</title></head>
                <body>{body}</body>
            </html>
        }
    });
    (answered, html)
}
