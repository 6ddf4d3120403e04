//! The little HTML that the simulator's pages need: escaping, the document around a page, a select.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::DateTime;
use sha2::{Digest as _, Sha256};

use super::world::World;
use crate::clock::Millis;

pub(crate) const STYLE: &str = include_str!("../../../style/main.css");
/// The style sheet's address, with a hash so that browsers may keep it. A style sheet that comes late would also
/// take back a page's transition after it began, which Chromium reports as an error of the page.
pub(crate) static STYLE_URL: LazyLock<String> =
    LazyLock::new(|| format!("/style.css?v={}", hex::encode(&Sha256::digest(STYLE)[..8])));

/// Safe as text and as a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// No form-action: Connect and Configure end on the product and come back over redirects.
pub(super) const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                                      base-uri 'none'; frame-ancestors 'none'";

/// A whole page under the hazard bar. `main` is markup.
pub(super) fn document(title: &str, product_url: &str, main: &str) -> Response {
    let (before, after) = document_parts(title, product_url);
    with_headers(Html(format!("{before}{main}{after}")).into_response(), PAGE_POLICY)
}

/// What stands before and after a page's own markup.
pub(super) fn document_parts(title: &str, product_url: &str) -> (String, String) {
    let frame = Frame {
        title: &format!("SIMULATOR: {title}"),
        icon: "/simulator.svg",
        script: Some("/simulator.js"),
        warning: "SIMULATOR. This is not OfficeRnD.",
        invented: "Invented data. No door, invoice or person is real.",
        links: &[("Go to Deskbridge", product_url)],
        foot: "OfficeRnD simulator, part of Deskbridge’s test tools",
    };
    frame.parts()
}

/// The frame of everything that stands for somebody else: nobody may take it for the real thing.
pub(crate) struct Frame<'a> {
    pub(crate) title: &'a str,
    pub(crate) icon: &'a str,
    pub(crate) script: Option<&'a str>,
    pub(crate) warning: &'a str,
    pub(crate) invented: &'a str,
    /// Words and addresses.
    pub(crate) links: &'a [(&'a str, &'a str)],
    pub(crate) foot: &'a str,
}

impl Frame<'_> {
    pub(crate) fn around(&self, main: &str) -> String {
        let (before, after) = self.parts();
        format!("{before}{main}{after}")
    }

    fn parts(&self) -> (String, String) {
        let Self { icon, warning, invented, foot, .. } = self;
        let (title, style) = (escape(self.title), STYLE_URL.as_str());
        let script =
            self.script.map(|script| format!("<script src=\"{script}\" defer></script>\n")).unwrap_or_default();
        let links: Vec<String> = self
            .links
            .iter()
            .map(|(words, address)| format!(r#"<a href="{}">{}</a>"#, escape(address), escape(words)))
            .collect();
        let links = links.join(" · ");
        let before = format!(
            r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
{script}</head>
<body class="sim">
<a class="skip" href="#main">Skip to the main content</a>
<header class="hazard">
<div class="wrap"><strong>{warning}</strong><span>{invented} {links}</span></div>
</header>
<main id="main" class="wrap page">
"##
        );
        let after = format!(
            r#"
</main>
<footer class="foot"><div class="wrap"><span>{foot}</span></div></footer>
</body>
</html>
"#
        );
        (before, after)
    }
}

/// The headers of every page.
pub(crate) fn with_headers(mut response: Response, policy: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

/// A card with its heading; `id` is the heading's.
pub(crate) fn card(id: &str, title: &str, body: &str) -> String {
    format!(
        r#"<section class="card" aria-labelledby="{id}"><header><h2 id="{id}">{title}</h2></header><div class="card__body flow">{body}</div></section>"#
    )
}

/// Chooses the organization that a page is about.
pub(super) fn switcher(page: &str, world: &World, chosen: &str) -> String {
    format!(
        r#"<form class="row" method="get" action="{page}"><label class="label" for="org">Organization</label><select id="org" name="org" class="w-20">{}</select><button class="btn" type="submit">Switch</button></form>"#,
        organization_options(world, chosen, None),
    )
}

/// A labelled select; options are value and text.
pub(super) fn select(id: &str, label: &str, options: &[(&str, &str)], chosen: &str) -> String {
    select_with_help(id, label, options, chosen, "")
}

/// The same with a sentence below it; none where it is empty.
pub(super) fn select_with_help(id: &str, label: &str, options: &[(&str, &str)], chosen: &str, help: &str) -> String {
    let options: String = options
        .iter()
        .map(|(value, text)| {
            let selected = if *value == chosen { " selected" } else { "" };
            format!(r#"<option value="{}"{selected}>{}</option>"#, escape(value), escape(text))
        })
        .collect();
    let (described, help) = match help {
        "" => (String::new(), String::new()),
        help => (
            format!(r#" aria-describedby="{id}-help""#),
            format!(r#"<p class="help" id="{id}-help">{}</p>"#, escape(help)),
        ),
    };
    format!(
        r#"<div class="field"><label class="label" for="{id}">{}</label><select id="{id}" name="{id}"{described}>{options}</select>{help}</div>"#,
        escape(label)
    )
}

/// A labelled line of text with its id, name and value.
pub(super) fn input(id: &str, name: &str, label: &str, value: &str) -> String {
    format!(
        r#"<div class="field"><label class="label" for="{id}">{}</label><input type="text" id="{id}" name="{name}" value="{}"></div>"#,
        escape(label),
        escape(value)
    )
}

/// The options of a select of organizations, by slug. `first` is value and text of one that is none.
pub(super) fn organization_options(world: &World, chosen: &str, first: Option<&(String, String)>) -> String {
    let known = world.organizations.iter().map(|one| (one.slug.clone(), format!("{} ({})", one.name, one.slug)));
    first
        .cloned()
        .into_iter()
        .chain(known)
        .map(|(slug, text)| {
            let selected = if slug == chosen { " selected" } else { "" };
            format!(r#"<option value="{}"{selected}>{}</option>"#, escape(&slug), escape(&text))
        })
        .collect()
}

pub(crate) fn time_of_day(at: Millis) -> String {
    DateTime::from_timestamp_millis(at).map(|at| at.format("%H:%M:%S").to_string()).unwrap_or_default()
}

pub(crate) fn date_and_time(at: Millis) -> String {
    DateTime::from_timestamp_millis(at).map(|at| at.format("%-d %B %Y, %H:%M:%S").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_outside_cannot_become_markup() {
        assert_eq!(escape(r#"<b title="x">1 & 2</b>'"#), "&lt;b title=&quot;x&quot;&gt;1 &amp; 2&lt;/b&gt;&#39;");
        assert!(select("a", "<", &[("\"", ">")], "").contains(r#"<option value="&quot;">&gt;</option>"#));
    }
}
