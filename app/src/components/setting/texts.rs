//! Texts with placeholders, in one language or in several.

use leptos::prelude::*;

use super::super::icon::Sign;
use super::control::{self, Asked};
use super::value::{errors, plain_button};
use super::words::{language, path_of, wrong};
use super::{Here, shown};
use crate::forms::{Act, Part};
use crate::ports::{Change, Control, LanguageName, LanguageView, Placeholders, SettingBody, Words};
use crate::texts::{name, rich, text, text_with};

pub(super) fn template(
    value: &str,
    single_line: bool,
    most: Option<u32>,
    placeholders: &Placeholders,
    asked: &Asked<'_>,
) -> AnyView {
    let input = if single_line {
        view! {
            <input type="text" id=asked.id() name=asked.id() value=value.to_owned() maxlength=most autocomplete="off"
                spellcheck="false" required=asked.required() aria-invalid=asked.invalid()
                aria-describedby=asked.described.clone() aria-label=asked.spoken.clone()/>
        }
        .into_any()
    } else {
        control::area(value, most, 5, asked)
    };
    view! { {input}{known(placeholders)} }.into_any()
}

fn known(placeholders: &Placeholders) -> AnyView {
    let names: Vec<_> =
        placeholders.known.iter().map(|name| view! { <li><code>{format!("{{{name}}}")}</code></li> }).collect();
    let must = (!placeholders.must_contain_one.is_empty()).then(|| {
        let names = control::placeholders(&placeholders.must_contain_one);
        let key = if placeholders.must_contain_one.len() == 1 { "template-must" } else { "template-must-one" };
        view! { <p class="help">{text_with(key, &[("names", names.into())])}</p> }
    });
    view! { <p class="help">{text("template-placeholders")}</p><ul class="links" role="list">{names}</ul>{must} }
        .into_any()
}

pub(super) fn templates(
    texts: &[LanguageView],
    placeholders: &Placeholders,
    more: &[LanguageName],
    asked: &Asked<'_>,
    here: &Here,
) -> AnyView {
    let parts: Vec<_> = texts.iter().map(|one| in_language(one, asked, here)).collect();
    let add = (!more.is_empty()).then(|| {
        let name = asked.path.part(&Part::Add);
        let options: Vec<_> =
            more.iter().map(|one| view! { <option value=one.tag.clone()>{language(one)}</option> }).collect();
        view! {
            <div class="search">
                <select class="w-10" id=name.clone() name=name aria-label=text("template-language")>{options}</select>
                {plain_button(&Act::Add(asked.path.clone()), text("template-add"), &asked.spoken())}
            </div>
        }
    });
    view! { <div class="languages" id=asked.id() tabindex="-1">{parts}</div>{add}{known(placeholders)} }.into_any()
}

fn in_language(one: &LanguageView, asked: &Asked<'_>, here: &Here) -> AnyView {
    let body = &one.text;
    let title = language(&one.language);
    let head = asked.spoken.as_ref().map_or_else(|| asked.label.clone(), Words::new);
    let label = [head, Words::new(title.as_str())];
    let spoken = path_of(&label);
    let own = here.is_own(body.layer);
    let inner = match &body.control {
        _ if body.change == Change::Reset => view! {
            <input type="hidden" name="reset" value=body.path.to_string()/>
            {shown::shown(&body.shown, &here.zone)}
            <p class="inherit">
                <span>{text("setting-reset-pending")}</span>
                {plain_button(&Act::Own(body.path.clone()), text("setting-take-back"), &spoken)}
            </p>
        }
        .into_any(),
        Some(Control::Template { value, single_line, most, .. }) => {
            let marker = if own || body.change == Change::Typed { "own" } else { "see" };
            let asked = part(body, asked.label, &spoken);
            let input = if *single_line {
                view! {
                    <input type="text" id=asked.id() name=asked.id() value=value.clone() lang=one.language.tag.clone()
                        maxlength=*most autocomplete="off" aria-label=spoken.clone() aria-invalid=asked.invalid()
                        aria-describedby=asked.described.clone()/>
                }
                .into_any()
            } else {
                let lang = one.language.tag.clone();
                view! { <div lang=lang>{control::area(value, *most, 5, &asked)}</div> }.into_any()
            };
            let back = own.then(|| {
                let otherwise = body.otherwise.as_ref().map(|(_, value)| shown::plain(value, &here.zone));
                let line = otherwise
                    .map(|value| text_with("setting-organization-value", &[("value", value.into()), ("same", "other".into())]));
                let words = if line.is_some() { "setting-reset" } else { "template-drop" };
                view! {
                    <p class="inherit"><span>{line}</span>{plain_button(&Act::Reset(body.path.clone()), text(words), &spoken)}</p>
                }
            });
            view! {
                <input type="hidden" name=marker value=body.path.to_string()/>
                {errors(body, |found| wrong(&label, found))}{input}{back}
            }
            .into_any()
        }
        _ => {
            let open = body.may_change.then(|| super::value::change(&body.path, &spoken, here));
            view! { {shown::shown(&body.shown, &here.zone)}{open} }.into_any()
        }
    };
    let source = match (&here.location, own) {
        (Some(location), true) => {
            super::chip(Some("accent"), Sign::Pin, rich("setting-own", &[("location", name(location))]))
        }
        (Some(_), false) => super::source(body, here),
        (None, _) => ().into_any(),
    };
    view! {
        <section class="language">
            <h4 class="label">{title}" "{source}{super::unsaved(body.change)}</h4>
            {inner}
        </section>
    }
    .into_any()
}

fn part<'a>(body: &'a SettingBody, label: &'a Words, spoken: &str) -> Asked<'a> {
    let described: Vec<String> =
        (0..body.mistakes.len()).map(|place| super::value::error_id(&body.path, place)).collect();
    Asked {
        path: &body.path,
        label,
        required: false,
        described: (!described.is_empty()).then(|| described.join(" ")),
        wrong: !body.mistakes.is_empty(),
        parts: Vec::new(),
        sometimes: true,
        spoken: Some(spoken.to_owned()),
    }
}
