//! The page of one of the API's problems: what its `type` leads to. For the people who write the partner system.

use leptos::prelude::*;

use crate::components::todo;
use crate::fragment::fragment;
use crate::pages::Page;
use crate::problems::ProblemCode;
use crate::shell::head;
use crate::texts::{self, problem_key, problem_title, rich, text, text_with};

pub fn page(code: ProblemCode) -> Page {
    let key = problem_key(code);
    let facts = text_with("problem-page-facts", &[("status", code.status().into()), ("code", code.slug().into())]);
    let body = view! {
        <a class="skip" href="#main">{text("skip-link")}</a>
        <main id="main" class="wrap">
            <div class="message-page">
                <h1>{problem_title(code)}</h1>
                <p class="muted">{facts}</p>
                <p>{rich(&format!("{key}.what"), &[])}</p>
                {todo(key, text("what-to-do"), "do", &[])}
            </div>
        </main>
    };
    Page { title: text_with("problem-page-title", &[("code", code.slug().into())]), status: 200, body: body.into_any() }
}

/// The page as a whole document, outside the router.
pub fn document(code: ProblemCode, site_pkg_dir: &str) -> String {
    fragment(|| {
        let Page { title, body, .. } = page(code);
        view! {
            <!DOCTYPE html>
            <html lang=texts::spoken().tag()>
                <head>{head(site_pkg_dir)}<title>{title}</title></head>
                <body>{body}</body>
            </html>
        }
    })
}
