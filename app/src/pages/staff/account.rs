//! `/account`: one's own name, password, authenticator app and sessions.

use leptos::prelude::*;

use super::staff_load;
use crate::components::entry::{Entry, entry, said as said_wrong, shown_once};
use crate::components::{Notice, Sign, StaffPage, staff_title};
use crate::pages::Page;
use crate::pages::sign_in::{code_entry, new_password, waits};
use crate::ports::{
    AccountMistake, AccountSaid, AccountView, AppView, Picture, ProviderView, SessionView, SharedStaffDesk, StaffView,
};
use crate::role::Section;
use crate::texts::{name, rich, role_word, text, text_with};
use crate::time;

#[component]
pub fn AccountPage() -> impl IntoView {
    staff_load(|desk: SharedStaffDesk| async move { desk.account().await }, account_page)
}

pub fn account_page(staff: &StaffView, account: &AccountView) -> Page {
    let title = text("staff-nav-account");
    let status = match account.mistake {
        None => 200,
        Some(AccountMistake::Wait(_)) => 429,
        Some(AccountMistake::Busy) => 503,
        Some(_) => 422,
    };
    let lead = rich("account-lead", &[("email", name(&staff.email)), ("role", role_word(staff.role).into())]);
    let content = view! {
        {account.said.map(said)}
        {(!account.codes.is_empty()).then(|| codes(&account.codes))}
        {you(account)}
        {account.provider.as_ref().map(|provider| by_provider(provider, staff))}
        {app(account)}
        {if account.has_password { password(account) } else { no_password() }}
        {sessions(&account.sessions, staff)}
    }
    .into_any();
    let body = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Account
            heading=title.clone().into_any()
            lead=Some(view! { <p>{lead}</p> }.into_any())
        >
            {content}
        </StaffPage>
    };
    let title = if status == 200 { title } else { text_with("error-title", &[("title", title.into())]) };
    Page { title: staff_title(&title), status, body: body.into_any() }
}

fn said(said: AccountSaid) -> AnyView {
    let key = match said {
        AccountSaid::Saved => "account-said-saved",
        AccountSaid::Password => "account-said-password",
        AccountSaid::AppRemoved => "account-said-app-removed",
        AccountSaid::SessionsEnded => "account-said-ended",
    };
    let title = text(key).into_any();
    view! { <Notice tone="ok" sign=Sign::Ok title role="status"><p>{text(&format!("{key}.text"))}</p></Notice> }
        .into_any()
}

fn codes(codes: &[String]) -> AnyView {
    view! {
        <section class="card" aria-labelledby="codes">
            <header><h2 id="codes">{text("account-codes-title")}</h2></header>
            {shown_once("codes-text", text("account-codes-label"), text("account-codes-help"), codes.join("\n"))}
        </section>
    }
    .into_any()
}

fn you(account: &AccountView) -> AnyView {
    let no_name = (account.mistake == Some(AccountMistake::NoName)).then(|| text("staff-name-missing"));
    let no_zone = (account.mistake == Some(AccountMistake::UnknownZone)).then(|| text("account-zone-unknown"));
    view! {
        <section class="card" aria-labelledby="you">
            <header><h2 id="you">{text("account-you")}</h2></header>
            <form class="card__body flow" method="post" novalidate>
                {entry(Entry {
                    name: "name",
                    label: text("staff-name"),
                    kind: "text",
                    value: account.name.clone(),
                    help: Some(text("staff-name-help")),
                    mistake: no_name,
                    autocomplete: "name",
                    ..Entry::default()
                })}
                {entry(Entry {
                    name: "zone",
                    label: text("account-zone"),
                    kind: "text",
                    value: account.zone.clone(),
                    help: Some(text("account-zone-help")),
                    mistake: no_zone,
                    autocomplete: "off",
                    ..Entry::default()
                })}
                <div class="actions">
                    <button class="btn btn--primary" type="submit" name="act" value="save">{text("account-save")}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// How one signs in without a password.
fn by_provider(provider: &ProviderView, staff: &StaffView) -> AnyView {
    let of_provider = ("provider", name(&provider.name));
    let words = match provider.linked {
        Some((since, used)) => {
            let since = time::date_and_time(since, &staff.zone);
            let used = time::date_and_time(used, &staff.zone);
            rich("account-provider-linked", &[of_provider, ("since", since.into()), ("used", used.into())])
        }
        None => rich("account-provider-unlinked", &[of_provider, ("email", name(&staff.email))]),
    };
    view! {
        <section class="card" aria-labelledby="provider">
            <header><h2 id="provider">{rich("account-provider", &[("provider", name(&provider.name))])}</h2></header>
            <div class="card__body"><p>{words}</p></div>
        </section>
    }
    .into_any()
}

/// An owner makes the link with which one sets a first one.
fn no_password() -> AnyView {
    view! {
        <section class="card" aria-labelledby="password-title">
            <header><h2 id="password-title">{text("account-password-title")}</h2></header>
            <div class="card__body"><p>{text("account-password-none")}</p></div>
        </section>
    }
    .into_any()
}

fn app(account: &AccountView) -> AnyView {
    let wrong = match account.mistake {
        Some(AccountMistake::WrongCode) => Some(text("account-code-wrong")),
        _ => None,
    };
    let body = match &account.app {
        AppView::None => view! {
            {wrong.is_some().then(|| said_wrong("app-e".to_owned(), text("account-app-lapsed")))}
            <p>{text(if account.has_password { "account-app-none" } else { "account-app-no-password" })}</p>
            <div class="actions">
                <button class="btn btn--primary" type="submit" name="act" value="app-begin">{text("account-app-begin")}</button>
            </div>
        }
        .into_any(),
        AppView::Begun { secret, uri, picture: seen } => view! {
            <ol>
                <li>{text("account-app-scan")}</li>
                <li>{text("account-app-type")}</li>
            </ol>
            {picture(seen)}
            <p>{text("account-app-by-hand")}" "<code>{secret.clone()}</code></p>
            <p><a href=uri.clone()>{text("account-app-open")}</a></p>
            {code_entry(wrong)}
            <div class="actions">
                <button class="btn btn--primary" type="submit" name="act" value="app-confirm">{text("account-app-confirm")}</button>
                <button class="btn" type="submit" name="act" value="app-remove">{text("account-app-give-up")}</button>
            </div>
        }
        .into_any(),
        AppView::Set { codes_left } => view! {
            <p>{text_with("account-app-set", &[("count", (*codes_left).into())])}</p>
            <div class="actions">
                <button class="btn" type="submit" name="act" value="codes">{text("account-codes-new")}</button>
                <button class="btn" type="submit" name="act" value="app-remove">{text("account-app-remove")}</button>
            </div>
        }
        .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="app">
            <header><h2 id="app">{text("account-app-title")}</h2></header>
            <form class="card__body flow" method="post" novalidate>{body}</form>
        </section>
    }
    .into_any()
}

/// Dark on light whatever the colours of the page are: cameras want it so.
fn picture(picture: &Picture) -> AnyView {
    let box_of = format!("-4 -4 {0} {0}", picture.size + 8);
    let side = (picture.size + 8) * 4;
    view! {
        <svg viewBox=box_of width=side.to_string() height=side.to_string() role="img" aria-label=text("account-app-picture")>
            <rect x="-4" y="-4" width="100%" height="100%" fill="#fff"/>
            <path d=picture.path.clone() fill="#000"/>
        </svg>
    }
    .into_any()
}

fn password(account: &AccountView) -> AnyView {
    let present = match account.mistake {
        Some(AccountMistake::WrongPassword) => Some(text("account-password-wrong")),
        Some(AccountMistake::Wait(seconds)) => Some(waits(seconds)),
        Some(AccountMistake::Busy) => Some(text("sign-in-busy.text")),
        _ => None,
    };
    let new = match account.mistake {
        Some(AccountMistake::Password(mistake)) => Some(mistake),
        _ => None,
    };
    view! {
        <section class="card" aria-labelledby="password-title">
            <header><h2 id="password-title">{text("account-password-title")}</h2></header>
            <form class="card__body flow" method="post" novalidate>
                {entry(Entry {
                    name: "password",
                    label: text("account-password-present"),
                    kind: "password",
                    mistake: present,
                    autocomplete: "current-password",
                    ..Entry::default()
                })}
                {new_password(new)}
                <div class="actions">
                    <button class="btn btn--primary" type="submit" name="act" value="password">{text("account-password-do")}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn sessions(sessions: &[SessionView], staff: &StaffView) -> AnyView {
    let items = sessions.iter().map(|session| {
        let arguments = [
            ("agent", name(&session.agent)),
            ("address", name(&session.address)),
            ("began", time::date_and_time(session.created_at, &staff.zone).into()),
            ("seen", time::date_and_time(session.seen_at, &staff.zone).into()),
        ];
        let end = if session.is_this {
            view! { <span class="muted">{text("account-session-this")}</span> }.into_any()
        } else {
            view! {
                <button class="btn btn--small" type="submit" name="end" value=session.id.clone()>
                    {text("account-session-end")}<span class="vh">": "{session.agent.clone()}", "{session.address.clone()}</span>
                </button>
            }
            .into_any()
        };
        view! { <li class="row row--between"><span>{rich("account-session", &arguments)}</span>{end}</li> }
    });
    let others = (sessions.len() > 1).then(|| {
        view! {
            <div class="actions">
                <button class="btn" type="submit" name="act" value="end-others">{text("account-sessions-end")}</button>
            </div>
        }
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <header><h2 id="sessions">{text("account-sessions")}</h2></header>
            <form class="card__body flow" method="post">
                <ul class="flow-s" role="list">{items.collect_view()}</ul>
                {others}
            </form>
        </section>
    }
    .into_any()
}
