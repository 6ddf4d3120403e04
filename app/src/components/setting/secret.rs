//! Secrets: set and replaced here, never shown. Replace and Remove are two acts.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::Here;
use super::control::Asked;
use super::lists::remove;
use crate::forms::{Act, Part};
use crate::ports::SecretView;
use crate::texts::{all_of, name, rich, text, text_with};
use crate::time;

pub(super) struct Wanted {
    pub can_make: bool,
    pub asks_expiry: bool,
    pub least: Option<u32>,
    pub most: Option<u32>,
    pub overlap_hours: Option<u32>,
}

pub(super) fn secret(state: &SecretView, wanted: &Wanted, asked: &Asked<'_>, here: &Here) -> AnyView {
    let status = status(state, here);
    let entry = entry(state, wanted, asked);
    if !state.is_set {
        return view! { {status}{entry} }.into_any();
    }
    let removal = remove(&Act::Reset(asked.path.clone()), asked.spoken());
    view! {
        {status}
        <details class="pick" open=asked.wrong || state.again || state.make>
            <summary>
                {text("secret-replace")}<span class="vh">": "{asked.spoken()}</span>
                <Icon sign=Sign::Down class="icon--chevron"/>
            </summary>
            <div class="pick__body field">{entry}</div>
        </details>
        {removal}
    }
    .into_any()
}

fn status(state: &SecretView, here: &Here) -> AnyView {
    if !state.bound_to.is_empty() && !state.is_set {
        let labels: Vec<String> = state.bound_to.iter().map(|label| label.text.clone()).collect();
        let words = text_with("secret-bound", &[("fields", all_of(&labels).into())]);
        return view! { <p class="secret"><Icon sign=Sign::Key/><span>{words}</span></p> }.into_any();
    }
    let words = match &state.set {
        _ if !state.is_set => text("secret-not-set").into_any(),
        Some(mark) => {
            let date = time::date(mark.at, &here.zone);
            match &mark.name {
                Some(who) => rich("secret-set-by", &[("date", date.into()), ("who", name(who))]),
                None => text_with("secret-set-on", &[("date", date.into())]).into_any(),
            }
        }
        None => text("secret-set").into_any(),
    };
    let expires = state.expires.as_deref().map(|day| {
        view! { <p class="help">{text_with("secret-expires", &[("date", time::day(day).into())])}</p> }
    });
    let old = state.old_until.map(|until| {
        let until = time::date_and_time(until, &here.zone);
        view! { <p class="help">{text_with("secret-old", &[("moment", until.into())])}</p> }
    });
    view! { <p class="secret"><Icon sign=Sign::Key/><span>{words}</span></p>{expires}{old} }.into_any()
}

fn entry(state: &SecretView, wanted: &Wanted, asked: &Asked<'_>) -> AnyView {
    let id = asked.id();
    let label =
        text_with(if state.is_set { "secret-new" } else { "secret-enter" }, &[("field", asked.spoken().into())]);
    let keep = state.is_set.then(|| text("secret-keep"));
    let overlap = wanted
        .overlap_hours
        .filter(|_| state.is_set)
        .map(|hours| text_with("secret-overlap", &[("count", hours.into())]));
    let length = match (wanted.least, wanted.most) {
        (Some(least), Some(most)) => Some(text_with("secret-length", &[("from", least.into()), ("to", most.into())])),
        (Some(least), None) => Some(text_with("secret-least", &[("count", least.into())])),
        (None, Some(most)) => Some(text_with("text-most", &[("count", most.into())])),
        (None, None) => None,
    };
    let hints: Vec<String> = keep.into_iter().chain(overlap).chain(length).collect();
    let (help_id, again_id) = (format!("{id}:h"), format!("{id}:n"));
    let described: Vec<String> = asked
        .described
        .clone()
        .into_iter()
        .chain(state.again.then(|| again_id.clone()))
        .chain((!hints.is_empty()).then(|| help_id.clone()))
        .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let hints = (!hints.is_empty()).then(|| view! { <p class="help" id=help_id>{hints.join(" ")}</p> });
    let again = state.again.then(|| {
        let words = text_with("secret-again", &[("field", asked.spoken().into())]);
        let name = asked.path.part(&Part::Again);
        view! {
            <p class="field-note" data-tone="warn" id=again_id><Icon sign=Sign::Warn/><span>{words}</span></p>
            <input type="hidden" name=name value="yes"/>
        }
    });
    let make = wanted.can_make.then(|| {
        let name = asked.path.part(&Part::Make);
        view! {
            <div class="choice">
                <input type="checkbox" id=name.clone() name=name.clone() value="yes" checked=state.make/>
                <label for=name>{text("secret-make")}</label>
                <p class="help">{text("secret-make.text")}</p>
            </div>
        }
    });
    let expires = wanted.asks_expiry.then(|| {
        let name = asked.path.part(&Part::Expires);
        let value = state.typed_expires.as_ref().or(state.expires.as_ref()).cloned().unwrap_or_default();
        view! {
            <label class="label" for=name.clone()>{text("secret-expiry")}</label>
            <input type="date" class="w-10" id=name.clone() name=name.clone() value=value aria-invalid=asked.invalid_part(&name)/>
        }
    });
    view! {
        <label class="label" for=id.clone()>{label}</label>
        {again}
        {hints}
        <input type="password" class="w-20" id=id.clone() name=id autocomplete="off" aria-invalid=asked.invalid()
            aria-describedby=described required=asked.required() && !state.is_set && !wanted.can_make/>
        {make}{expires}
    }
    .into_any()
}
