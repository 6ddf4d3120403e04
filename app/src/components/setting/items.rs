//! Lists of things with fields, orders of preference, pairs of properties: everything with a place among others.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::choices::{self, about, button, group};
use super::control::{self, Asked};
use super::lists::{add, remove};
use super::words::{condition, gone, said, wrong};
use super::{Here, shown};
use crate::forms::{Act, Part, Path};
use crate::ports::{ChoiceView, Direction, ItemView, ListState, ListView, NameView, PairView, ThingView};
use crate::texts::{text, text_with};

pub(super) fn things(
    things: &[ThingView],
    (least, most): (Option<u32>, Option<u32>),
    asked: &Asked<'_>,
    here: &Here,
) -> AnyView {
    let last = things.len().saturating_sub(1);
    let parts: Vec<_> = things
        .iter()
        .enumerate()
        .map(|(place, thing)| {
            let path = asked.path.at(thing.place.to_string());
            let name = thing.name.clone().unwrap_or_else(|| {
                text_with("one-of-several", &[("field", asked.spoken().into()), ("number", (place + 1).into())])
            });
            let fields: Vec<_> = thing.fields.iter().map(|field| item(field, &name, here)).collect();
            let wrong = thing.fields.iter().any(|field| !field.mistakes.is_empty());
            view! {
                <fieldset class="thing" data-error=wrong.then_some("")>
                    <legend class="label"><bdi>{name.clone()}</bdi></legend>
                    <input type="hidden" name=asked.id() value=thing.place.to_string()/>
                    <div class="thing__fields">{fields}</div>
                    {moves(&path, &name, place == 0, place == last)}
                </fieldset>
            }
        })
        .collect();
    let none = things.is_empty().then(|| view! { <p class="value value--none">{text("things-none")}</p> });
    let count = match (least, most) {
        (Some(least), Some(most)) => Some(text_with("things-between", &[("from", least.into()), ("to", most.into())])),
        (Some(least), None) => Some(text_with("things-least", &[("count", least.into())])),
        (None, Some(most)) => Some(text_with("things-most", &[("count", most.into())])),
        (None, None) => None,
    };
    let count = count.map(|count| view! { <p class="help">{count}</p> });
    let add = most
        .is_none_or(|most| things.len() < most as usize)
        .then(|| add(&Act::Add(asked.path.clone()), "add-thing", asked));
    group(asked, view! { {count}{none}<div class="things">{parts}</div>{add} }.into_any())
}

/// A field of a thing: label, help, mistakes and control.
fn item(field: &ItemView, thing: &str, here: &Here) -> AnyView {
    let id = field.path.name();
    let help_id = format!("h.{}", field.path);
    let errors: Vec<_> = field
        .mistakes
        .iter()
        .enumerate()
        .map(|(place, found)| {
            let id = super::value::error_id(&field.path, place);
            view! {
                <p class="field-error" id=id>
                    <Icon sign=Sign::Error/>
                    <span><span class="vh">{text("error-prefix")}" "</span>{wrong(std::slice::from_ref(&field.label), found)}</span>
                </p>
            }
        })
        .collect();
    let mut described: Vec<String> =
        (0..field.mistakes.len()).map(|place| super::value::error_id(&field.path, place)).collect();
    described.extend(field.help.is_some().then(|| help_id.clone()));
    let single = control::is_single(&field.control);
    let spoken = text_with("label-inside", &[("head", thing.into()), ("next", field.label.text.as_str().into())]);
    let asked = Asked {
        path: &field.path,
        label: &field.label,
        required: field.required,
        described: (!described.is_empty()).then(|| described.join(" ")),
        wrong: !field.mistakes.is_empty(),
        parts: Vec::new(),
        sometimes: field.only_when.is_some(),
        spoken: (!single).then_some(spoken),
    };
    let optional = (!field.required && single)
        .then(|| view! { <span class="muted">{format!(" ({})", text("field-optional"))}</span> });
    let label = said(&field.label);
    let label = if single {
        view! { <label class="label" for=id>{label}{optional}</label> }.into_any()
    } else {
        view! { <p class="label" aria-hidden="true">{label}</p> }.into_any()
    };
    let help = field.help.as_ref().map(|help| view! { <p class="help" id=help_id>{said(help)}</p> });
    let only = field.only_when.as_ref().map(|only_when| {
        view! { <p class="help">{text_with("setting-only-when", &[("condition", condition(only_when).into())])}</p> }
    });
    view! { <div class="field">{label}{help}{only}{errors}{control::control(&field.control, &asked, here)}</div> }
        .into_any()
}

/// Up, down, away. By buttons, so that nobody has to drag.
fn moves(path: &Path, name: &str, is_first: bool, is_last: bool) -> AnyView {
    let step = |act: Act, sign: Sign, key: &str, disabled: bool| {
        view! {
            <button class="btn btn--plain btn--small" type="submit" name="act" value=act.to_string() formnovalidate
                disabled=disabled>
                <Icon sign/>{text(key)}<span class="vh">": "{name.to_owned()}</span>
            </button>
        }
    };
    view! {
        <div class="actions">
            {step(Act::Up(path.clone()), Sign::Up, "move-up", is_first)}
            {step(Act::Down(path.clone()), Sign::Down, "move-down", is_last)}
            {remove(&Act::Drop(path.clone()), name.to_owned())}
        </div>
    }
    .into_any()
}

pub(super) fn order(
    listed: &[ChoiceView],
    rest: &[ChoiceView],
    state: &ListState,
    left_out: bool,
    asked: &Asked<'_>,
    here: &Here,
) -> AnyView {
    let last = listed.len().saturating_sub(1);
    let items: Vec<_> = listed
        .iter()
        .enumerate()
        .map(|(place, option)| {
            let path = asked.path.at(&option.value);
            let shown = NameView { name: option.label.clone(), gone: option.gone.clone() };
            view! {
                <li>
                    <input type="hidden" name=asked.id() value=option.value.clone()/>
                    <span>{shown::one(&shown)}</span>
                    {moves(&path, &option.label.text, place == 0, place == last)}
                </li>
            }
        })
        .collect();
    let none = listed.is_empty().then(|| view! { <p class="value value--none">{text("order-none")}</p> });
    let name = asked.path.part(&Part::Add);
    let add = (!rest.is_empty()).then(|| {
        let options: Vec<_> = rest
            .iter()
            .map(|option| {
                let lang = option.label.lang.clone();
                view! { <option value=option.value.clone() lang=lang>{option.label.text.clone()}</option> }
            })
            .collect();
        let label = text_with("order-add", &[("field", asked.spoken().into())]);
        view! {
            <div class="search">
                <select class="w-20" id=name.clone() name=name aria-label=label>{options}</select>
                {button(&Act::Add(asked.path.clone()), "order-add-button", asked)}
            </div>
        }
    });
    let unlisted = text(if left_out { "order-left-out" } else { "order-after" });
    let inner = view! {
        {choices::state(state, here)}{none}
        <ol class="order">{items}</ol>{add}
        <p class="help">{unlisted}</p>
    };
    group(asked, inner.into_any())
}

pub(super) fn pairs(
    pairs: &[PairView],
    (left, right): (&ListView, &ListView),
    directions: &[Direction],
    pairs_values: bool,
    most: Option<u32>,
    asked: &Asked<'_>,
    here: &Here,
) -> AnyView {
    let rows: Vec<_> = pairs
        .iter()
        .enumerate()
        .map(|(place, pair)| one_pair(pair, place, (left, right), directions, pairs_values, asked))
        .collect();
    let none = pairs.is_empty().then(|| view! { <p class="value value--none">{text("pairs-none")}</p> });
    let add = most
        .is_none_or(|most| pairs.len() < most as usize)
        .then(|| add(&Act::Add(asked.path.clone()), "add-pair", asked));
    let inner =
        view! { {none}<div class="things">{rows}</div>{add}{about(left, asked, here)}{about(right, asked, here)} };
    group(asked, inner.into_any())
}

fn one_pair(
    pair: &PairView,
    place: usize,
    (left, right): (&ListView, &ListView),
    directions: &[Direction],
    pairs_values: bool,
    asked: &Asked<'_>,
) -> AnyView {
    let path = asked.path.at(place.to_string());
    let spoken = text_with("one-of-several", &[("field", asked.spoken().into()), ("number", (place + 1).into())]);
    let side = |list: &ListView, chosen: Option<&str>, part: &Part<'_>, key: &str| {
        let name = path.part(part);
        let options: Vec<_> = list
            .options
            .iter()
            .map(|option| {
                let on = chosen == Some(option.value.as_str());
                let label = match &option.gone {
                    Some(why) => format!("{} ({})", option.label.text, gone(why)),
                    None => option.label.text.clone(),
                };
                view! { <option value=option.value.clone() selected=on>{label}</option> }
            })
            .collect();
        view! {
            <div class="field">
                <label class="label" for=name.clone()>{text(key)}<span class="vh">": "{spoken.clone()}</span></label>
                <select id=name.clone() name=name.clone() aria-invalid=asked.invalid_part(&name).filter(|_| asked.parts.contains(&name.as_str()))>
                    <option value="">{text("choice-first")}</option>{options}
                </select>
            </div>
        }
    };
    let direction = (directions.len() > 1).then(|| {
        let name = path.part(&Part::Direction);
        let options: Vec<_> = directions
            .iter()
            .map(|direction| {
                let key = match direction {
                    Direction::ToPartner => "direction-to-partner",
                    Direction::ToOfficeRnd => "direction-to-officernd",
                    Direction::Both => "direction-both",
                };
                view! { <option value=direction.slug() selected=pair.direction == Some(*direction)>{text(key)}</option> }
            })
            .collect();
        view! {
            <div class="field">
                <label class="label" for=name.clone()>{text("pair-direction")}<span class="vh">": "{spoken.clone()}</span></label>
                <select id=name.clone() name=name>{options}</select>
            </div>
        }
    });
    let values = pairs_values.then(|| {
        let name = path.part(&Part::Values);
        let help = format!("{name}:h");
        view! {
            <div class="field">
                <label class="label" for=name.clone()>{text("pair-values")}<span class="vh">": "{spoken.clone()}</span></label>
                <p class="help" id=help.clone()>{text("pair-values.text")}</p>
                <textarea id=name.clone() name=name rows="3" aria-describedby=help>{format!("\n{}", pair.values)}</textarea>
            </div>
        }
    });
    view! {
        <fieldset class="thing">
            <legend class="vh">{spoken.clone()}</legend>
            <input type="hidden" name=asked.id() value=place.to_string()/>
            <div class="thing__fields">
                {side(left, pair.left.as_deref(), &Part::Left, "pair-left")}
                {direction}
                {side(right, pair.right.as_deref(), &Part::Right, "pair-right")}
                {values}
            </div>
            <div class="actions">{remove(&Act::Drop(path.clone()), spoken.clone())}</div>
        </fieldset>
    }
    .into_any()
}
