//! The question before a dangerous value is saved: what would happen, counted now, and the safe way by its name.

use leptos::prelude::*;

use super::form::{applies, here};
use super::outcome::{effect, label};
use super::{outcome, titled};
use crate::components::setting::words::{path_of, wrong};
use crate::components::setting::{Here, said, shown};
use crate::components::{DeskHead, DeskPage, Icon, Notice, Sign};
use crate::forms::Act;
use crate::pages::Page;
use crate::ports::{Asking, ConfirmView, ConnectionView, DangerView, Mistake, MistakeView, OverView, Words};
use crate::texts::{Value, mistake, name, number, rich, text, text_with};
use crate::time;

pub(super) fn page(connection: &ConnectionView, confirm: &ConfirmView) -> Page {
    let here = here(connection, confirm.location.as_ref());
    let place = confirm.location.as_ref().map_or(connection.organization.name.as_str(), |location| &location.name);
    let arguments = |place: &str| [("count", Value::from(confirm.dangers.len())), ("place", name(place))];
    let (question, yes, back) = match confirm.asking {
        Asking::Save => ("confirm-question", "confirm-button", "confirm-back"),
        Asking::Restore => ("confirm-restore", "confirm-restore-button", "confirm-restore-back"),
        Asking::Lock => ("confirm-lock", "confirm-lock-button", "confirm-lock-back"),
    };
    let heading = rich(question, &arguments(place));
    let dangers: Vec<_> = confirm.dangers.iter().map(|danger| one(danger, &here)).collect();
    let counted = time::clock(confirm.counted_at, &here.zone);
    let places = confirm.effect.places.len();
    let ledger = ledger(confirm, &counted);
    let may = confirm.broken.is_empty();
    let wrong_name = confirm.wrong_name && may;
    let refused = wrong_name || confirm.moved || !may;
    let summary = wrong_name.then(|| {
        let line = MistakeView {
            at: None,
            name: Some("typed".to_owned()),
            page: None,
            label: vec![Words::new(text("confirm-name-short"))],
            mistake: Mistake::WrongName,
        };
        outcome::summary(&[line], text_with("summary", &[("count", 1.into())]))
    });
    let moved = confirm.moved.then(|| {
        let title = text("confirm-moved").into_any();
        view! { <Notice tone="warn" sign=Sign::Warn title role="alert"><p>{text("confirm-moved.text")}</p></Notice> }
    });
    let broken = (!may).then(|| {
        let lines: Vec<_> =
            confirm.broken.iter().map(|found| view! { <p>{wrong(&found.label, &found.mistake)}</p> }).collect();
        let title = text("confirm-broken").into_any();
        view! { <Notice tone="bad" sign=Sign::Error title role="alert">{lines}<p>{text("confirm-broken.text")}</p></Notice> }
    });
    let typed = confirm.type_name.as_ref().filter(|_| may).map(|wanted| type_name(wanted, confirm));
    let list = (confirm.effect.count > 0).then(|| {
        view! {
            <details class="pick">
                <summary>{text_with("confirm-show", &[("count", places.into())])}<Icon sign=Sign::Down class="icon--chevron"/></summary>
                <div class="pick__body flow-s">{effect(&confirm.effect, &here)}</div>
            </details>
        }
    });
    let (applies, version) = (applies(&confirm.applies, &here), confirm.version.clone());
    let button = may.then(|| {
        let words = rich(yes, &arguments(place));
        view! { <button class="btn btn--danger" type="submit" name="act" value="save"><span>{words}</span></button> }
    });
    let frame = DeskHead::at(connection, here.zone);
    let body = view! {
        <DeskPage head=frame narrow=true>
            <div class="page-head"><h1>{heading}</h1><p>{text("confirm-lead")}</p></div>
            {summary}
            {moved}
            {broken}
            {dangers}
            {ledger}
            {list}
            <p class="muted">{applies}</p>
            <form class="flow" method="post" novalidate>
                <input type="hidden" name="version" value=version/>
                {typed}
                <div class="actions">
                    {button}
                    <button class="btn" type="submit" name="act" value=Act::Edit.to_string() formnovalidate>{text(back)}</button>
                </div>
            </form>
        </DeskPage>
    };
    let title = text_with("confirm-title", &[("place", place.into())]);
    let title = titled(connection, title);
    let title = if refused { text_with("title-error", &[("page", title.into())]) } else { title };
    Page { title, status: if refused { 422 } else { 200 }, body: body.into_any() }
}

/// Nobody can answer it any more: what became of it, and the way to what was typed.
pub(super) fn over(connection: &ConnectionView, over: &OverView) -> Page {
    let here = here(connection, None);
    let key = if over.waited { "confirm-lapsed" } else { "confirm-over" };
    let (kept, resume) = match &over.kept {
        Some((form, until)) => {
            let until = time::date_and_time(*until, &here.zone);
            let words = text_with("confirm-lapsed.kept", &[("moment", until.into())]);
            let form = form.clone();
            (
                Some(view! { <p>{words}</p> }),
                Some(view! { <a class="btn btn--primary" href=form>{text("draft-resume")}</a> }),
            )
        }
        None => (None, None),
    };
    let settings = over.settings.clone();
    let head = DeskHead::at(connection, here.zone);
    let body = view! {
        <DeskPage head narrow=true>
            <div class="page-head"><h1>{text(key)}</h1><p>{text(&format!("{key}.text"))}</p>{kept}</div>
            <div class="actions">{resume}<a class="btn" href=settings>{text("confirm-lock-back")}</a></div>
        </DeskPage>
    };
    let status = if over.waited { 410 } else { 404 };
    Page { title: titled(connection, text(key)), status, body: body.into_any() }
}

fn one(danger: &DangerView, here: &Here) -> AnyView {
    let title = view! {
        {label(&danger.label)}": "{shown::inline(&danger.before, &here.zone)}" "<span aria-hidden="true">"→"</span>" "
        <strong>{shown::inline(&danger.after, &here.zone)}</strong>
    };
    let text = said(&danger.text);
    view! { <Notice tone="bad" sign=Sign::Warn title=title.into_any()><p>{text}</p></Notice> }.into_any()
}

/// Numbers, made now.
fn ledger(confirm: &ConfirmView, counted: &str) -> AnyView {
    let counts: Vec<_> = confirm
        .dangers
        .iter()
        .filter_map(|danger| {
            let count = danger.count?;
            Some(view! {
                <div>
                    <dt>{path_of(&danger.label)}</dt>
                    <dd>{number(&count.to_string())}</dd>
                    <dd>{text_with("confirm-counted", &[("time", counted.into())])}</dd>
                </div>
            })
        })
        .collect();
    let changed = confirm.effect.places.len();
    view! {
        <dl class="ledger">
            {counts}
            <div><dt>{text("confirm-locations")}</dt><dd>{changed}</dd><dd>{text_with("confirm-values", &[("count", confirm.effect.count.into())])}</dd></div>
            <div><dt>{text("confirm-untouched")}</dt><dd>{confirm.effect.untouched}</dd></div>
        </dl>
    }
    .into_any()
}

fn type_name(wanted: &str, confirm: &ConfirmView) -> AnyView {
    let label = text("confirm-name");
    let typed = confirm.typed.clone().unwrap_or_default();
    let invalid = confirm.wrong_name.then_some("true");
    let wrong = invalid.map(|_| {
        view! {
            <p class="field-error" id="typed-e">
                <Icon sign=Sign::Error/>
                <span><span class="vh">{text("error-prefix")}" "</span>{mistake(&text("confirm-name-short"), &Mistake::WrongName)}</span>
            </p>
        }
    });
    let described = if confirm.wrong_name { "typed-e typed-h" } else { "typed-h" };
    view! {
        <div class="field">
            <label class="label" for="typed">{label}</label>
            <p class="help" id="typed-h">{rich("confirm-name.text", &[("name", name(wanted))])}</p>
            {wrong}
            <input type="text" class="w-20" id="typed" name="typed" value=typed autocomplete="off"
                autocapitalize="none" spellcheck="false" aria-describedby=described aria-invalid=invalid required/>
        </div>
    }
    .into_any()
}
