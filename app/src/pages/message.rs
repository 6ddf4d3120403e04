//! Pages that only say something: answers where there is no attempt and no connection to show.
//! The server also sends them as whole documents, without the router and without scripts.

use leptos::prelude::*;

use crate::components::deskpage::languages;
use crate::components::{Icon, Sign, SpanArt, help_button, help_link, todo};
use crate::fragment::fragment;
use crate::pages::Page;
use crate::paths;
use crate::ports::{IntegrationView, ReturnUrl, SupportView};
use crate::role::Section;
use crate::shell::head;
use crate::texts::{self, name, rich, text, text_with};

/// What a page says. Each has one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// No page, or none this visitor may know of.
    NotFound,
    UnknownIntegration,
    /// A query that is cut off, oversized or not text.
    Unreadable,
    MethodNotAllowed,
    /// Too many refused codes from one address.
    TooManyCodes,
    /// Our database does not answer.
    Unavailable,
    /// A configure link that is bad, old or of an unknown organization, or a visit that has ended.
    /// One page for all of them, the same to the byte, so that nobody learns which.
    StaleLink,
    /// A visit that ended while somebody typed: what was typed is kept for the next one.
    StaleKept,
    /// The pop-up's cookie opens no attempt.
    AttemptGone,
    /// A return from the partner's sign-in page whose state this browser did not get.
    SignInGone,
    /// Used, ended, or deleted after its time.
    Gone,
    /// A form posted from another site.
    ForeignForm,
    /// A body beyond the limit.
    TooLarge,
    /// Our own fault; the cause is in the log under the reference.
    Broken,
}

impl Message {
    pub const ALL: [Message; 14] = [
        Message::NotFound,
        Message::UnknownIntegration,
        Message::Unreadable,
        Message::MethodNotAllowed,
        Message::TooManyCodes,
        Message::Unavailable,
        Message::StaleLink,
        Message::StaleKept,
        Message::AttemptGone,
        Message::SignInGone,
        Message::Gone,
        Message::ForeignForm,
        Message::TooLarge,
        Message::Broken,
    ];

    pub fn status(self) -> u16 {
        match self {
            Message::NotFound | Message::UnknownIntegration | Message::AttemptGone => 404,
            Message::Unreadable | Message::SignInGone => 400,
            Message::MethodNotAllowed => 405,
            Message::TooManyCodes => 429,
            Message::Unavailable => 503,
            Message::StaleLink | Message::StaleKept => 401,
            Message::Gone => 410,
            Message::ForeignForm => 403,
            Message::TooLarge => 413,
            Message::Broken => 500,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Message::NotFound => "message-not-found",
            Message::UnknownIntegration => "message-unknown-integration",
            Message::Unreadable => "message-unreadable",
            Message::MethodNotAllowed => "message-wrong-method",
            Message::TooManyCodes => "message-too-many-codes",
            Message::Unavailable => "message-unavailable",
            Message::StaleLink => "message-stale-link",
            Message::StaleKept => "message-stale-kept",
            Message::AttemptGone => "attempt-gone",
            Message::SignInGone => "message-sign-in-gone",
            Message::Gone => "message-gone",
            Message::ForeignForm => "message-foreign-form",
            Message::TooLarge => "message-too-large",
            Message::Broken => "message-broken",
        }
    }
}

/// What is known around a message. Everything may be missing.
#[derive(Debug, Clone, Default)]
pub struct Around {
    pub integration: Option<String>,
    /// Where the people behind the integration help.
    pub support: Option<SupportView>,
    /// OfficeRnD's page that closes the pop-up.
    pub return_url: Option<String>,
    /// Number to read out to support.
    pub reference: Option<String>,
    /// Whether its address can be asked again in another language.
    pub languages: bool,
}

impl Around {
    /// Around a routed page that could not be loaded.
    pub(crate) fn of(return_url: Option<ReturnUrl>) -> Self {
        Around { return_url: return_url.map(|url| url.0), languages: true, ..Around::default() }
    }
}

/// The message as a page of the router.
pub fn page(message: Message, around: &Around) -> Page {
    let key = message.key();
    let integration = around.integration.as_deref();
    let shown = integration.map_or_else(|| text("the-integration").into(), name);
    let arguments = vec![("integration", shown)];
    let title = text(&format!("{key}.title"));
    let title = match integration {
        Some(integration) => text_with("page-title", &[("page", title.into()), ("integration", integration.into())]),
        None => title,
    };
    // The stale page has no number.
    let is_stale = message == Message::StaleLink;
    let number = around.reference.as_deref().filter(|number| !is_stale && !number.is_empty());
    let reference = number.map(|number| view! { <p>{rich("ask-with-reference", &[("reference", name(number))])}</p> });
    let subject = integration.unwrap_or_default();
    let (in_words, beside) = if is_stale {
        (around.support.as_ref().map(|support| at_last(support, subject)), None)
    } else {
        (None, help_button(around.support.as_ref(), subject, number, text("ask-for-help")))
    };
    let back = around.return_url.clone().filter(|url| !url.is_empty()).map(|url| way_back(message, url));
    let actions = (back.is_some() || beside.is_some()).then(|| view! { <div class="actions">{back}{beside}</div> });
    // Where an integration is known it is an admin who came here.
    let for_staff = (message == Message::NotFound && integration.is_none()).then(|| {
        let overview = paths::section_of(Section::Overview);
        view! { <p>{text("message-staff")}" "<a href=overview>{text("message-overview")}</a></p> }
    });
    let body = view! {
        <a class="skip" href="#main">{text("skip-link")}</a>
        {integration.map(bar)}
        <main id="main" class="wrap">
            <div class="message-page">
                <SpanArt/>
                <h1>{rich(key, &arguments)}</h1>
                <p>{rich(&format!("{key}.what"), &arguments)}</p>
                {todo(key, text("what-to-do"), "do", &arguments)}
                {actions}
                <div class="flow-s small muted">{more(message)}{in_words}{for_staff}{reference}</div>
            </div>
        </main>
        {around.languages.then(|| view! { <footer class="foot"><div class="wrap">{languages()}</div></footer> })}
    };
    Page { title, status: message.status(), body: body.into_any() }
}

/// The message as a whole document, for answers outside the router.
pub fn document(
    message: Message,
    site_pkg_dir: &str,
    integration: Option<&IntegrationView>,
    return_url: &str,
    reference: &str,
    languages: bool,
) -> String {
    let around = Around {
        integration: integration.map(|integration| integration.name.clone()),
        support: integration.and_then(|integration| integration.support.clone()),
        return_url: Some(return_url.to_owned()),
        reference: Some(reference.to_owned()),
        languages,
    };
    fragment(|| {
        let Page { title, body, .. } = page(message, &around);
        view! {
            <!DOCTYPE html>
            <html lang=texts::spoken().tag()>
                <head>{head(site_pkg_dir)}<title>{title}</title></head>
                <body>{body}</body>
            </html>
        }
    })
}

/// Whose page it is, where no connection is known yet.
pub(super) fn bar(integration: &str) -> AnyView {
    view! {
        <header class="deskbar">
            <div class="wrap">
                <div class="tile">
                    <span class="glyph"><Icon sign=Sign::Door/></span>
                    <div><strong><bdi>{integration.to_owned()}</bdi></strong></div>
                </div>
            </div>
        </header>
    }
    .into_any()
}

fn way_back(message: Message, url: String) -> AnyView {
    let words = if matches!(message, Message::StaleLink | Message::StaleKept) {
        "go-to-officernd"
    } else {
        "return-to-officernd"
    };
    view! { <a class="btn btn--primary" href=url>{text(words)}</a> }.into_any()
}

/// Whom to ask, with the address in sight: a browser may have no program for mail.
fn at_last(support: &SupportView, integration: &str) -> AnyView {
    let words = match support {
        SupportView::Mail(address) => address.clone(),
        SupportView::Page(_) => text("ask-for-help"),
    };
    let link = help_link(Some(support), integration, None, words);
    view! { <p>{rich("ask-at-last", &[("integration", name(integration))])}{link}</p> }.into_any()
}

/// What helps when it comes up again.
fn more(message: Message) -> Option<AnyView> {
    match message {
        Message::AttemptGone => {
            Some(view! { <p><strong>{text("cookies")}</strong>" "{text("cookies.text")}</p> }.into_any())
        }
        Message::StaleLink => {
            let key = message.key();
            let hints = ["reloaded", "clock"]
                .map(|part| format!("{key}.{part}"))
                .into_iter()
                .filter(|part| texts::has(part))
                .map(|part| view! { <p>{text(&part)}</p> })
                .collect_view()
                .into_any();
            Some(hints)
        }
        _ => None,
    }
}
