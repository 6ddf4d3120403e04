//! The way to the people behind an integration, where its manifest names one. It is a link and nothing more.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::ports::SupportView;

/// A plain button for beside the one that goes on. `number` is what the page shows for support, if it shows one.
pub fn help_button(
    support: Option<&SupportView>,
    integration: &str,
    number: Option<&str>,
    words: String,
) -> Option<AnyView> {
    let href = help_address(support?, integration, number);
    Some(view! { <a class="btn btn--plain" href=href>{words}</a> }.into_any())
}

/// The same as a link behind a sentence.
pub fn help_link(
    support: Option<&SupportView>,
    integration: &str,
    number: Option<&str>,
    words: String,
) -> Option<AnyView> {
    let href = help_address(support?, integration, number);
    Some(view! { " "<a href=href>{words}</a> }.into_any())
}

/// A mail says in its subject what it is about.
fn help_address(support: &SupportView, integration: &str, number: Option<&str>) -> String {
    match support {
        SupportView::Page(url) => url.clone(),
        SupportView::Mail(address) => {
            let subject = match number {
                Some(number) => format!("{integration} {number}"),
                None => integration.to_owned(),
            };
            format!("mailto:{address}?subject={}", encoded(&subject))
        }
    }
}

/// As RFC 6068 wants it: a space is `%20`, since mail programs show a `+` as it is.
fn encoded(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            written.push(char::from(byte));
        } else {
            // Nothing can go wrong while a text is written into a text.
            let _ = write!(written, "%{byte:02X}");
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_text_whatever_the_name_holds() {
        let mail = SupportView::Mail("help@example.com".to_owned());
        assert_eq!(
            help_address(&mail, "Doors & Köln?", Some("CA-7K2M-41")),
            "mailto:help@example.com?subject=Doors%20%26%20K%C3%B6ln%3F%20CA-7K2M-41"
        );
        assert_eq!(help_address(&mail, "Acme+", None), "mailto:help@example.com?subject=Acme%2B");
        let page = SupportView::Page("https://example.com/help?a=1".to_owned());
        assert_eq!(help_address(&page, "Acme", Some("CA-7K2M-41")), "https://example.com/help?a=1");
    }
}
