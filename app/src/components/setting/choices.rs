//! Choosing from a list: radio buttons, a drop-down, check boxes with a filter.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::Here;
use super::control::Asked;
use super::words::{gone, said};
use crate::forms::{Act, Path};
use crate::ports::{ChoiceView, Closed, ListState, ListView};
use crate::texts::{name, one_of, rich, text, text_with};
use crate::time;

/// More options of one choice than this are a drop-down.
const IN_VIEW: usize = 5;
/// More check boxes than this get a filter above them, and a box that scrolls.
const FILTERED: usize = 8;

/// Whether one of this list is chosen in a drop-down.
pub(super) fn is_drop_down(list: &ListView, clearable: bool) -> bool {
    let explained = list.options.iter().any(|option| {
        option.help.is_some() || option.closed.is_some() || option.danger.is_some() || option.gone.is_some()
    });
    let all = list.options.len() + usize::from(clearable);
    matches!(list.state, ListState::Fresh | ListState::Stale { .. })
        && all > if explained { 2 * IN_VIEW } else { IN_VIEW }
}

/// Several inputs of one value.
pub(super) fn group(asked: &Asked<'_>, inner: AnyView) -> AnyView {
    let spoken = asked.spoken();
    let id = format!("g.{}", asked.path);
    view! {
        <fieldset class="field" id=id tabindex="-1" aria-describedby=asked.described.clone()>
            <legend class="vh">{spoken}</legend>
            {inner}
        </fieldset>
    }
    .into_any()
}

pub(super) fn one(list: &ListView, chosen: Option<&str>, clearable: bool, asked: &Asked<'_>, here: &Here) -> AnyView {
    let around = about(list, asked, here);
    if list.options.is_empty() {
        let kept = chosen.map(|chosen| view! { <input type="hidden" name=asked.id() value=chosen.to_owned()/> });
        return view! { {around}{kept} }.into_any();
    }
    if is_drop_down(list, clearable) {
        return view! { {drop_down(list, chosen, asked)}{around} }.into_any();
    }
    let chosen: Vec<String> = chosen.map(str::to_owned).into_iter().collect();
    let none = clearable.then(|| ChoiceView {
        value: String::new(),
        label: crate::ports::Words::new(text("choice-none")),
        ..ChoiceView::default()
    });
    let options = list.options.iter().chain(&none).enumerate();
    let boxes: Vec<_> = options.map(|(place, option)| choice("radio", place, option, &chosen, asked)).collect();
    group(asked, view! { <div class="choices">{boxes}</div>{around} }.into_any())
}

fn drop_down(list: &ListView, chosen: Option<&str>, asked: &Asked<'_>) -> AnyView {
    let first = text(if asked.required { "choice-first" } else { "choice-none" });
    let options = list.options.iter().map(|option| {
        let on = chosen == Some(option.value.as_str());
        let label = match &option.gone {
            Some(why) => format!("{} ({})", option.label.text, gone(why)),
            None => option.label.text.clone(),
        };
        let lang = option.label.lang.clone();
        view! {
            <option value=option.value.clone() lang=lang selected=on disabled=option.closed.is_some() && !on>{label}</option>
        }
    });
    view! {
        <select class="w-20" id=asked.id() name=asked.id() required=asked.required() aria-invalid=asked.invalid()
            aria-describedby=asked.described.clone() aria-label=asked.spoken.clone()>
            <option value="">{first}</option>
            {options.collect_view()}
        </select>
    }
    .into_any()
}

pub(super) fn several(
    list: &ListView,
    chosen: &[String],
    (least, most): (Option<u32>, Option<u32>),
    asked: &Asked<'_>,
    here: &Here,
) -> AnyView {
    let around = about(list, asked, here);
    // What was chosen and cannot be shown goes along.
    let known = |value: &String| list.options.iter().any(|option| option.value == *value);
    let kept: Vec<_> = chosen
        .iter()
        .filter(|value| !known(value))
        .map(|value| view! { <input type="hidden" name=asked.id() value=value.clone()/> })
        .collect();
    // What is chosen stands first: in a long list nobody has to look for it.
    let (on, off): (Vec<&ChoiceView>, Vec<&ChoiceView>) = if list.options.len() > FILTERED {
        list.options.iter().partition(|option| chosen.contains(&option.value))
    } else {
        (list.options.iter().collect(), Vec::new())
    };
    let boxes: Vec<_> = on
        .into_iter()
        .chain(off)
        .enumerate()
        .map(|(place, option)| choice("checkbox", place, option, chosen, asked))
        .collect();
    let limits = match (least, most) {
        (Some(least), Some(most)) if least == most => Some(text_with("choose-exactly", &[("count", least.into())])),
        (Some(least), Some(most)) => Some(text_with("choose-between", &[("from", least.into()), ("to", most.into())])),
        (Some(least), None) if least > 1 || !asked.required => {
            Some(text_with("choose-least", &[("count", least.into())]))
        }
        (None, Some(most)) => Some(text_with("choose-most", &[("count", most.into())])),
        _ => None,
    };
    let limits = limits.map(|limits| view! { <p class="help">{limits}</p> });
    // Nothing is chosen on purpose, or not yet: the difference is told.
    let none = (least.unwrap_or_default() == 0 && !list.options.is_empty())
        .then(|| view! { <p class="help">{text("choose-none")}</p> });
    let long = list.options.len() > FILTERED;
    let filter = long.then(|| filter(asked));
    let class = if long { "choices choices--long" } else { "choices" };
    group(asked, view! { {limits}{none}{filter}<div class=class>{boxes}</div>{kept}{around} }.into_any())
}

/// A box that narrows the list while somebody types; its script shows it.
fn filter(asked: &Asked<'_>) -> AnyView {
    let label = text_with("filter-label", &[("field", asked.spoken().into())]);
    view! {
        <div class="filterbox" hidden>
            <input type="search" aria-label=label placeholder=text("filter-hint") autocomplete="off" data-filter=""/>
            <span class="help" role="status" data-filtered=""></span>
        </div>
    }
    .into_any()
}

fn choice(kind: &'static str, place: usize, option: &ChoiceView, chosen: &[String], asked: &Asked<'_>) -> AnyView {
    let name = asked.id();
    // What leads to the field leads to its first option.
    let id = if place == 0 { name.clone() } else { format!("{name}:{place}") };
    let on = chosen.contains(&option.value) || (option.value.is_empty() && chosen.is_empty());
    let hint = hint(option);
    let hint_id = hint.is_some().then(|| format!("{id}:h"));
    let hint = hint.map(|hint| view! { <p class="help" id=hint_id.clone()>{hint}</p> });
    let broken = option.gone.as_ref().map(|why| {
        view! { " "<span class="chip" data-tone="bad"><Icon sign=Sign::Error/><span>{gone(why)}</span></span> }
    });
    // An option that is closed stays where it was chosen before.
    let disabled = option.closed.is_some() && !on;
    let invalid = asked.invalid().filter(|_| kind == "checkbox");
    view! {
        <div class="choice">
            <input type=kind id=id.clone() name=name value=option.value.clone() checked=on disabled=disabled
                aria-describedby=hint_id.clone() aria-invalid=invalid/>
            <label for=id>{said(&option.label)}{broken}</label>
            {hint}
        </div>
    }
    .into_any()
}

/// Why it is closed, what it means, what follows from it.
fn hint(option: &ChoiceView) -> Option<AnyView> {
    let closed = option.closed.as_ref().map(|closed| match closed {
        Closed::Currencies(codes) => text_with("closed-currencies", &[("codes", one_of(codes).into())]).into_any(),
        Closed::Countries(codes) => text_with("closed-countries", &[("codes", one_of(codes).into())]).into_any(),
        Closed::Withdrawn => text("closed-withdrawn").into_any(),
        Closed::Said(words) => said(words),
    });
    let help = option.help.as_ref().map(said);
    let danger = option.danger.as_ref().map(|danger| {
        view! { <span class="chip" data-tone="bad"><Icon sign=Sign::Warn/>{said(danger)}</span> }.into_any()
    });
    if closed.is_none() && help.is_none() && danger.is_none() {
        return None;
    }
    let space = (help.is_some() && (closed.is_some() || danger.is_some())).then_some(" ");
    Some(view! { {help}{space}{closed}{danger} }.into_any())
}

/// How the list stands: searched, cut, old, not to be had; and what can be done about it.
pub(super) fn about(list: &ListView, asked: &Asked<'_>, here: &Here) -> AnyView {
    let path = asked.path;
    let words = state(&list.state, here);
    let search = list.search.as_ref().map(|looked_for| search(looked_for, asked));
    let pages =
        (list.pages > 1).then(|| view! { <input type="hidden" name=path.pages() value=list.pages.to_string()/> });
    let empty = (list.options.is_empty() && list.state == ListState::Fresh).then(|| {
        let looked_for = list.search.as_ref().is_some_and(|search| !search.is_empty());
        let words = match (&list.made_in, looked_for) {
            (_, true) => text("list-none-found").into_any(),
            (Some(made_in), false) => rich("list-empty-there", &[("there", name(made_in))]),
            (None, false) => text("list-empty-here").into_any(),
        };
        view! { <p class="help">{words}</p> }
    });
    let cut = list.cut.map(|cut| view! { <p class="help">{text_with("list-cut", &[("count", cut.into())])}</p> });
    let more = list.more.then(|| button(&Act::More(path.clone()), "list-more", asked));
    let again = matches!(list.state, ListState::Failed(_) | ListState::Stale { .. });
    // A table has one such button for all its rows.
    let refresh = (list.can_refresh && (again || list.options.is_empty() || asked.spoken.is_none()))
        .then(|| button(&Act::Refresh(path.field.clone()), if again { "list-again" } else { "list-refresh" }, asked));
    let buttons = (more.is_some() || refresh.is_some()).then(|| view! { <div class="actions">{more}{refresh}</div> });
    view! { {search}{pages}{words}{empty}{cut}{buttons} }.into_any()
}

pub(super) fn state(state: &ListState, here: &Here) -> AnyView {
    match state {
        ListState::Fresh => ().into_any(),
        ListState::Stale { at, .. } => {
            let at = time::date_and_time(*at, &here.zone);
            view! {
                <p class="help"><Icon sign=Sign::Outage/>" "{text_with("list-stale", &[("moment", at.into())])}</p>
            }
            .into_any()
        }
        ListState::Failed(_) => view! {
            <p class="field-error" data-tone="away"><Icon sign=Sign::Outage/><span>{text("list-failed")}</span></p>
        }
        .into_any(),
        ListState::First(field) => {
            view! { <p class="help">{rich("list-first", &[("field", name(&field.text))])}</p> }.into_any()
        }
    }
}

fn search(looked_for: &str, asked: &Asked<'_>) -> AnyView {
    let id = asked.path.search();
    let label = text_with("list-search", &[("field", asked.spoken().into())]);
    view! {
        <div class="search">
            <input type="hidden" name=asked.path.searched() value=looked_for.to_owned()/>
            <input type="search" id=id.clone() name=id value=looked_for.to_owned() aria-label=label autocomplete="off"/>
            {button(&Act::Find(asked.path.clone()), "list-find", asked)}
        </div>
    }
    .into_any()
}

pub(super) fn button(act: &Act, key: &str, asked: &Asked<'_>) -> AnyView {
    view! {
        <button class="btn btn--small" type="submit" name="act" value=act.to_string() formnovalidate>
            {text(key)}<span class="vh">": "{asked.spoken()}</span>
        </button>
    }
    .into_any()
}

/// The path of one of several, as buttons name it.
pub(super) fn of(asked: &Asked<'_>, place: usize) -> Path {
    asked.path.at(place.to_string())
}
