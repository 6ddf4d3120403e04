//! Where staff get in: the password, the code, the password again, and invitations. Whole documents, without scripts.

use leptos::prelude::*;

use crate::components::entry::{Entry, entry};
use crate::components::staffpage::Mark;
use crate::components::{Icon, Notice, Sign, staff_title};
use crate::pages::Page;
use crate::ports::PasswordMistake;
use crate::role::Role;
use crate::texts::{name, rich, role_word, text, text_with};

/// Why somebody is not in yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIn {
    /// Something was wrong, and nobody says what.
    Refused,
    /// Seconds until the next try.
    Wait(i64),
    Busy,
    /// The second step took too long, or too many codes were wrong.
    Over,
}

/// What happened before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    SignedOut,
    /// An invitation was accepted.
    Ready,
}

/// The first step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SignInView {
    pub email: String,
    /// Where to go on.
    pub next: String,
    pub not_in: Option<NotIn>,
    pub before: Option<Before>,
    /// What people call the provider that they may sign in with.
    pub provider: Option<String>,
}

pub fn sign_in(view: &SignInView) -> Page {
    let before = view.before.map(|before| {
        let key = match before {
            Before::SignedOut => "sign-in-signed-out",
            Before::Ready => "sign-in-ready",
        };
        let there = view.provider.as_ref().filter(|_| before == Before::SignedOut);
        let there = there.map(|provider| {
            view! { <p>{rich("sign-in-signed-out.provider", &[("provider", name(provider))])}</p> }
        });
        view! { <Notice tone="ok" sign=Sign::Ok title=text(key).into_any() role="status"><p>{text(&format!("{key}.text"))}</p>{there}</Notice> }
    });
    let fields = view! {
        <h1>{text("sign-in-title")}</h1>
        <p class="muted">{rich("sign-in-lead", &[])}</p>
        {trouble(view.not_in)}
        {before}
        {hidden("next", &view.next)}
        {entry(Entry {
            name: "email",
            label: text("sign-in-email"),
            kind: "email",
            value: view.email.clone(),
            autocomplete: "username",
            ..Entry::default()
        })}
        {entry(Entry {
            name: "password",
            label: text("sign-in-password"),
            kind: "password",
            autocomplete: "current-password",
            ..Entry::default()
        })}
        <button class="btn btn--primary" type="submit">{text("sign-in-do")}</button>
    };
    let provider = view.provider.as_ref().map(|provider| by_provider(provider, &view.next, false));
    page_with(&text("sign-in-title"), status(view.not_in), fields.into_any(), provider, Some(text("sign-in-forgot")))
}

/// The other way in.
fn by_provider(provider: &str, next: &str, again: bool) -> AnyView {
    let key = if again { "sign-in-again-provider" } else { "sign-in-provider" };
    view! {
        <form method="post" action=crate::paths::sign_in_provider()>
            <p class="or">{text("sign-in-or")}</p>
            {hidden("next", next)}
            {again.then(|| hidden("again", "1"))}
            <button class="btn" type="submit"><span>{rich(key, &[("provider", name(provider))])}</span></button>
        </form>
    }
    .into_any()
}

/// The code of an app, after the right password.
pub fn code(not_in: Option<NotIn>, next: &str) -> Page {
    let fields = view! {
        <h1>{text("sign-in-code-title")}</h1>
        <p class="muted">{text("sign-in-code-lead")}</p>
        {trouble(not_in)}
        {hidden("next", next)}
        {code_entry(None)}
        <button class="btn btn--primary" type="submit">{text("sign-in-do")}</button>
        <a class="btn" href=crate::paths::sign_in(next)>{text("sign-in-code-back")}</a>
    };
    page(&text("sign-in-code-title"), status(not_in), fields.into_any(), Some(text("sign-in-code-lost")))
}

pub(crate) fn code_entry(mistake: Option<String>) -> AnyView {
    entry(Entry {
        name: "code",
        label: text("sign-in-code"),
        kind: "text",
        help: Some(text("sign-in-code-help")),
        mistake,
        autocomplete: "one-time-code",
        ..Entry::default()
    })
}

/// Who is asked for a proof once more.
#[derive(Debug, Clone, PartialEq)]
pub struct AgainView {
    pub who: String,
    pub next: String,
    /// Has a password or an app.
    pub password: bool,
    /// The provider that can vouch for this person.
    pub provider: Option<String>,
}

/// A proof, once more, before something dangerous.
pub fn again(not_in: Option<NotIn>, view: &AgainView) -> Page {
    let by_password = view.password.then(|| {
        view! {
            {entry(Entry {
                name: "password",
                label: text("sign-in-again-field"),
                kind: "password",
                autocomplete: "current-password",
                ..Entry::default()
            })}
            <button class="btn btn--primary" type="submit">{text("sign-in-again-do")}</button>
        }
    });
    let fields = view! {
        <h1>{text("sign-in-again-title")}</h1>
        <p class="muted">{rich("sign-in-again-lead", &[("name", name(&view.who))])}</p>
        {trouble(not_in)}
        {hidden("next", &view.next)}
        {by_password}
        <a class="btn" href=back_from(&view.next).to_owned()>{text("sign-in-again-back")}</a>
    };
    let provider = view.provider.as_ref().map(|provider| by_provider(provider, &view.next, true));
    page_with(&text("sign-in-again-title"), status(not_in), fields.into_any(), provider, None)
}

/// Where one goes on without the password. Pages of nothing but a dangerous act would ask for it again.
fn back_from(next: &str) -> &str {
    let path = next.split('?').next().unwrap_or_default();
    if path == crate::paths::bulk() {
        return crate::paths::section_of(crate::role::Section::Tenants);
    }
    path.strip_suffix("/disconnect").or_else(|| path.strip_suffix("/purge")).unwrap_or(next)
}

/// What an invitation opens.
#[derive(Debug, Clone, PartialEq)]
pub struct InvitationView {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Sets a new password of an account that there is.
    pub is_reset: bool,
    pub no_name: bool,
    pub mistake: Option<PasswordMistake>,
    pub busy: bool,
}

pub fn invitation(view: &InvitationView) -> Page {
    let (title, lead, press) = if view.is_reset {
        ("invitation-reset-title", "invitation-reset-lead", "invitation-reset-do")
    } else {
        ("invitation-title", "invitation-lead", "invitation-do")
    };
    let role = role_word(view.role);
    let arguments = [("email", name(&view.email)), ("role", role.into())];
    let name_field = (!view.is_reset).then(|| {
        entry(Entry {
            name: "name",
            label: text("staff-name"),
            kind: "text",
            value: view.name.clone(),
            help: Some(text("staff-name-help")),
            mistake: view.no_name.then(|| text("staff-name-missing")),
            autocomplete: "name",
            ..Entry::default()
        })
    });
    let fields = view! {
        <h1>{text(title)}</h1>
        <p class="muted">{rich(lead, &arguments)}</p>
        {trouble(view.busy.then_some(NotIn::Busy))}
        // For the password manager: whose password it keeps.
        <input type="hidden" name="username" value=view.email.clone() autocomplete="username"/>
        {name_field}
        {new_password(view.mistake)}
        <button class="btn btn--primary" type="submit">{text(press)}</button>
    };
    let wrong = view.no_name || view.mistake.is_some();
    let status = if view.busy {
        503
    } else if wrong {
        422
    } else {
        200
    };
    page(&text(title), status, fields.into_any(), None)
}

/// A link that is good no longer.
pub fn invitation_gone() -> Page {
    let body = view! {
        <h1>{text("invitation-gone-title")}</h1>
        <p>{text("invitation-gone-text")}</p>
        <a class="btn" href=crate::paths::sign_in("")>{text("sign-in-title")}</a>
    };
    page(&text("invitation-gone-title"), 410, body.into_any(), None)
}

/// A new password, twice.
pub(crate) fn new_password(mistake: Option<PasswordMistake>) -> AnyView {
    let (first, second) = match mistake {
        Some(PasswordMistake::Differs) => (None, Some(text("password-differs"))),
        other => (other.map(password_mistake), None),
    };
    view! {
        {entry(Entry {
            name: "new",
            label: text("password-new"),
            kind: "password",
            help: Some(text("password-new-help")),
            mistake: first,
            autocomplete: "new-password",
            ..Entry::default()
        })}
        {entry(Entry {
            name: "repeat",
            label: text("password-repeat"),
            kind: "password",
            mistake: second,
            autocomplete: "new-password",
            ..Entry::default()
        })}
    }
    .into_any()
}

fn password_mistake(mistake: PasswordMistake) -> String {
    text(match mistake {
        PasswordMistake::TooShort => "password-too-short",
        PasswordMistake::TooLong => "password-too-long",
        PasswordMistake::Guessable => "password-guessable",
        PasswordMistake::Differs => "password-differs",
    })
}

fn status(not_in: Option<NotIn>) -> u16 {
    match not_in {
        None => 200,
        Some(NotIn::Refused | NotIn::Over) => 422,
        Some(NotIn::Wait(_)) => 429,
        Some(NotIn::Busy) => 503,
    }
}

pub(crate) fn waits(seconds: i64) -> String {
    text_with("sign-in-wait.text", &[("seconds", seconds.into()), ("minutes", (seconds + 59).div_euclid(60).into())])
}

fn trouble(not_in: Option<NotIn>) -> Option<AnyView> {
    let (key, words) = match not_in? {
        NotIn::Refused => ("sign-in-refused", text("sign-in-refused.text")),
        NotIn::Wait(seconds) => ("sign-in-wait", waits(seconds)),
        NotIn::Busy => ("sign-in-busy", text("sign-in-busy.text")),
        NotIn::Over => ("sign-in-over", text("sign-in-over.text")),
    };
    Some(
        view! {
            <section class="error-summary" aria-labelledby="es" role="alert" tabindex="-1" autofocus>
                <h2 id="es"><Icon sign=Sign::Error/>{text(key)}</h2>
                <p>{words}</p>
            </section>
        }
        .into_any(),
    )
}

fn hidden(name: &'static str, value: &str) -> Option<AnyView> {
    (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value.to_owned()/> }.into_any())
}

fn page(title: &str, status: u16, fields: AnyView, under: Option<String>) -> Page {
    page_with(title, status, fields, None, under)
}

/// The same with a second form.
fn page_with(title: &str, status: u16, fields: AnyView, other: Option<AnyView>, under: Option<String>) -> Page {
    let body = view! {
        <a class="skip" href="#main">{text("skip-link")}</a>
        <main id="main" class="signin">
            <div class="brand"><Mark/>{text("product")}</div>
            <div class="card"><form method="post" novalidate>{fields}</form>{other}</div>
            {under.map(|words| view! { <p class="small muted">{words}</p> })}
        </main>
    };
    Page { title: staff_title(title), status, body: body.into_any() }
}
