//! On the way to the provider that staff sign in with, and what went wrong there. Whole documents, without scripts.

use leptos::prelude::*;

use crate::components::staff_title;
use crate::components::staffpage::Mark;
use crate::pages::Page;
use crate::pages::sign_in::waits;
use crate::texts::{name, rich, text, text_with};

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Declined,
    /// Too late, used before, or begun in another browser.
    Over,
    NoAnswer,
    Doubted,
    Weak,
    /// Of another organization at the provider.
    Outside,
    Stranger,
    Unverified,
    /// Somebody else than who is signed in here.
    Another,
    /// Seconds until the next try.
    Wait(i64),
    Busy,
}

impl Trouble {
    pub const ALL: [Trouble; 11] = [
        Trouble::Declined,
        Trouble::Over,
        Trouble::NoAnswer,
        Trouble::Doubted,
        Trouble::Weak,
        Trouble::Outside,
        Trouble::Stranger,
        Trouble::Unverified,
        Trouble::Another,
        Trouble::Wait(61),
        Trouble::Busy,
    ];

    fn status(self) -> u16 {
        match self {
            Trouble::Declined
            | Trouble::Weak
            | Trouble::Outside
            | Trouble::Stranger
            | Trouble::Unverified
            | Trouble::Another => 403,
            Trouble::Over => 410,
            Trouble::NoAnswer | Trouble::Busy => 503,
            Trouble::Doubted => 422,
            Trouble::Wait(_) => 429,
        }
    }
}

/// The browser goes on by itself; who is in its way has a link.
pub fn leaving(provider: &str, address: &str) -> Page {
    let title = text_with("provider-leaving", &[("provider", provider.into())]);
    let body = view! {
        <h1>{rich("provider-leaving", &[("provider", name(provider))])}</h1>
        <p>{text("provider-leaving.text")}</p>
        <a class="btn btn--primary" href=address.to_owned()>
            <span>{rich("provider-leaving.go", &[("provider", name(provider))])}</span>
        </a>
    };
    page(&title, 200, body.into_any())
}

/// What went wrong, and what to do. `back` leads to another try.
pub fn trouble(trouble: Trouble, provider: &str, back: &str) -> Page {
    let arguments = [("provider", name(provider))];
    let (key, words) = match trouble {
        Trouble::Declined => ("provider-declined", rich("provider-declined.text", &arguments)),
        Trouble::Over => ("provider-over", text("provider-over.text").into_any()),
        Trouble::NoAnswer => ("provider-no-answer", rich("provider-no-answer.text", &arguments)),
        Trouble::Doubted => ("provider-doubted", rich("provider-doubted.text", &arguments)),
        Trouble::Weak => ("provider-weak", rich("provider-weak.text", &arguments)),
        Trouble::Outside => ("provider-outside", rich("provider-outside.text", &arguments)),
        Trouble::Stranger => ("provider-stranger", rich("provider-stranger.text", &arguments)),
        Trouble::Unverified => ("provider-unverified", rich("provider-unverified.text", &arguments)),
        Trouble::Another => ("provider-another", rich("provider-another.text", &arguments)),
        Trouble::Wait(seconds) => ("sign-in-wait", waits(seconds).into_any()),
        Trouble::Busy => ("sign-in-busy", text("provider-busy").into_any()),
    };
    let title = text(key);
    let body = view! {
        <h1>{title.clone()}</h1>
        <p>{words}</p>
        <a class="btn btn--primary" href=back.to_owned()>{text("provider-back")}</a>
    };
    page(&text_with("error-title", &[("title", title.into())]), trouble.status(), body.into_any())
}

fn page(title: &str, status: u16, content: AnyView) -> Page {
    let body = view! {
        <a class="skip" href="#main">{text("skip-link")}</a>
        <main id="main" class="signin">
            <div class="brand"><Mark/>{text("product")}</div>
            <div class="card"><div class="card__body flow">{content}</div></div>
        </main>
    };
    Page { title: staff_title(title), status, body: body.into_any() }
}
