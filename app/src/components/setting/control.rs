//! The control of each kind. What it posts is said at [`Control`].

use leptos::prelude::*;

use super::words::{said, unit};
use super::{Here, choices, items, lists, secret, texts, value};
use crate::forms::{Part, Path};
use crate::ports::{AmountView, Control, Limits, LineKind, SettingBody, SettingView, Unit, Words};
use crate::texts::{all_of, amount, in_field, name, number, rich, text, text_with};
use crate::time;

/// What is asked, for whom.
pub(super) struct Asked<'a> {
    pub path: &'a Path,
    pub label: &'a Words,
    pub required: bool,
    /// Ids of help and errors.
    pub described: Option<String>,
    pub wrong: bool,
    /// Names of the controls that are wrong, where it is not the whole value.
    pub parts: Vec<&'a str>,
    /// Shown with some values of others only, so that the browser must not insist.
    pub sometimes: bool,
    /// The label of a control that has no visible one: in a table, "Groups for Hot desk".
    pub spoken: Option<String>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(body: &'a SettingBody, view: &'a SettingView, _help: bool) -> Self {
        Asked {
            path: &body.path,
            label: &view.label,
            required: view.required,
            described: value::described(view, body),
            wrong: !body.mistakes.is_empty(),
            parts: body.mistakes.iter().filter_map(|(part, _)| part.as_deref()).collect(),
            sometimes: view.only_when.is_some(),
            spoken: None,
        }
    }

    pub(super) fn id(&self) -> String {
        self.path.name()
    }

    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.wrong.then_some("true")
    }

    /// Of the part that has this name: all are wrong where none is named.
    pub(super) fn invalid_part(&self, name: &str) -> Option<&'static str> {
        (self.wrong && (self.parts.is_empty() || self.parts.contains(&name))).then_some("true")
    }

    pub(super) fn required(&self) -> bool {
        self.required && !self.sometimes
    }

    /// What a screen reader calls a control inside.
    pub(super) fn spoken(&self) -> String {
        self.spoken.clone().unwrap_or_else(|| self.label.text.clone())
    }
}

/// One input, which a label can name.
pub(super) fn is_single(control: &Control) -> bool {
    match control {
        Control::Number { .. }
        | Control::Length { .. }
        | Control::Line { .. }
        | Control::Text { .. }
        | Control::Template { .. }
        | Control::Time { .. }
        | Control::Day { .. }
        | Control::Lines { .. } => true,
        Control::One { list, clearable, .. } => choices::is_drop_down(list, *clearable),
        _ => false,
    }
}

pub(super) fn control(control: &Control, asked: &Asked<'_>, here: &Here) -> AnyView {
    match control {
        Control::Switch { on, on_text, off_text } => switch(*on, on_text.as_ref(), off_text.as_ref(), asked),
        Control::ThreeWay { chosen, inherited, on_text, off_text } => {
            three_way(*chosen, *inherited, on_text.as_ref(), off_text.as_ref(), asked, here)
        }
        Control::One { list, chosen, clearable } => choices::one(list, chosen.as_deref(), *clearable, asked, here),
        Control::Several { list, chosen, least, most } => choices::several(list, chosen, (*least, *most), asked, here),
        Control::Number { value, unit, limits } => numbered(value, unit.as_ref(), limits, asked),
        Control::Length { value, unit, units, limits } => length(value, unit, units, limits, asked),
        Control::Money { amounts, least, most } => money(amounts, least.as_deref(), most.as_deref(), asked),
        Control::Line { value, kind, most, bytes, example } => {
            line(value, kind, *most, *bytes, example.as_deref(), asked)
        }
        Control::Text { value, most, bytes } => {
            let hint = limits_of_text(*most, *bytes);
            view! { {area(value, *most, 4, asked)}{hint} }.into_any()
        }
        Control::Template { value, single_line, most, placeholders } => {
            texts::template(value, *single_line, *most, placeholders, asked)
        }
        Control::Templates { texts, placeholders, more, .. } => {
            texts::templates(texts, placeholders, more, asked, here)
        }
        Control::Secret { state, can_make, asks_expiry, least, most, overlap_hours } => {
            let wanted = secret::Wanted {
                can_make: *can_make,
                asks_expiry: *asks_expiry,
                least: *least,
                most: *most,
                overlap_hours: *overlap_hours,
            };
            secret::secret(state, &wanted, asked, here)
        }
        Control::Confirmation { on } => confirmation(*on, asked),
        Control::Time { value, zone } => {
            let zone = match zone.as_str() {
                "" => text("time-of-each"),
                zone => text_with("time-zone", &[("zone", zone.into())]),
            };
            view! {
                <div class="affix">
                    <input type="time" class="w-10" id=asked.id() name=asked.id() value=value.clone()
                        required=asked.required() aria-invalid=asked.invalid() aria-describedby=asked.described.clone()
                        aria-label=asked.spoken.clone()/>
                    <span>{zone}</span>
                </div>
            }
            .into_any()
        }
        Control::Day { value, first, last } => view! {
            <input type="date" class="w-10" id=asked.id() name=asked.id() value=value.clone() min=first.clone()
                max=last.clone() required=asked.required() aria-invalid=asked.invalid()
                aria-describedby=asked.described.clone() aria-label=asked.spoken.clone()/>
            {days_allowed(first.as_deref(), last.as_deref())}
        }
        .into_any(),
        Control::Schedule { days, zone, overnight } => lists::schedule(days, zone, *overnight, asked),
        Control::Periods { own, inherited, first, last, most } => {
            lists::periods(own, inherited, (first.as_deref(), last.as_deref()), *most, asked)
        }
        Control::Numbers { values, unit, limits, most } => lists::numbers(values, unit.as_ref(), limits, *most, asked),
        Control::Lines { values, kind, inherited, most } => lists::lines(values, *kind, inherited, *most, asked),
        Control::AnyAll { all, items } => any_all(*all, items, asked, here),
        Control::Order { listed, rest, list, left_out } => items::order(listed, rest, list, *left_out, asked, here),
        Control::Things { things, least, most } => items::things(things, (*least, *most), asked, here),
        Control::Pairs { pairs, left, right, directions, pairs_values, most } => {
            items::pairs(pairs, (left, right), directions, *pairs_values, *most, asked, here)
        }
    }
}

fn switch(on: bool, on_text: Option<&Words>, off_text: Option<&Words>, asked: &Asked<'_>) -> AnyView {
    let id = asked.id();
    let label = match on_text {
        Some(words) => said(words),
        None => text("value-yes").into_any(),
    };
    let off = off_text.map(|words| {
        view! { <p class="help">{text("switch-off")}" "{said(words)}</p> }
    });
    let spoken = asked.spoken();
    view! {
        <div class="choice">
            <input type="checkbox" id=id.clone() name=id.clone() value="on" checked=on aria-invalid=asked.invalid()
                aria-describedby=asked.described.clone()/>
            <label for=id>{label}<span class="vh">": "{spoken}</span></label>
            {off}
        </div>
    }
    .into_any()
}

fn three_way(
    chosen: Option<bool>,
    inherited: bool,
    on_text: Option<&Words>,
    off_text: Option<&Words>,
    asked: &Asked<'_>,
    here: &Here,
) -> AnyView {
    let words_of = |on: bool| match if on { on_text } else { off_text } {
        Some(words) => words.text.clone(),
        None => text(if on { "value-yes" } else { "value-no" }),
    };
    let location = || name(here.location.as_deref().unwrap_or_default());
    let at_place = |key: &str, words: Option<&Words>| match words {
        Some(words) => said(words),
        None => rich(key, &[("location", location())]),
    };
    let now = text_with("three-way-inherit", &[("now", words_of(inherited).into())]);
    let options = [
        ("inherit", now.into_any(), chosen.is_none()),
        ("on", at_place("three-way-on", on_text), chosen == Some(true)),
        ("off", at_place("three-way-off", off_text), chosen == Some(false)),
    ];
    let name = asked.id();
    let options = options.map(|(value, words, on)| {
        let id = if value == "inherit" { name.clone() } else { format!("{name}:{value}") };
        view! {
            <div class="choice">
                <input type="radio" id=id.clone() name=name.clone() value=value checked=on/>
                <label for=id>{words}</label>
            </div>
        }
    });
    choices::group(asked, view! { <div class="choices">{options.into_iter().collect_view()}</div> }.into_any())
}

fn numbered(value: &str, behind: Option<&Unit>, limits: &Limits, asked: &Asked<'_>) -> AnyView {
    let id = asked.id();
    let mode = if limits.whole { "numeric" } else { "decimal" };
    let behind = behind.map(|behind| view! { <span>{unit(behind, value)}</span> });
    view! {
        <div class="affix">
            <input type="text" class="w-4" id=id.clone() name=id value=in_field(value) inputmode=mode autocomplete="off"
                required=asked.required() aria-invalid=asked.invalid() aria-describedby=asked.described.clone()
                aria-label=asked.spoken.clone()/>
            {behind}
        </div>
        {allowed(limits)}
    }
    .into_any()
}

/// `From 0 to 120`, and what 0 means.
pub(super) fn allowed(limits: &Limits) -> AnyView {
    let range = match (&limits.least, &limits.most) {
        (Some(least), Some(most)) => {
            Some(text_with("limits-between", &[("from", number(least).into()), ("to", number(most).into())]))
        }
        (Some(least), None) => Some(text_with("limits-from", &[("from", number(least).into())])),
        (None, Some(most)) => Some(text_with("limits-to", &[("to", number(most).into())])),
        (None, None) => None,
    };
    let zero =
        limits.zero_means.as_ref().map(|means| text_with("limits-zero", &[("means", means.text.as_str().into())]));
    let words: Vec<String> = range.into_iter().chain(zero).collect();
    if words.is_empty() { ().into_any() } else { view! { <p class="help">{words.join(" ")}</p> }.into_any() }
}

fn length(value: &str, chosen: &str, units: &[Unit], limits: &Limits, asked: &Asked<'_>) -> AnyView {
    let id = asked.id();
    let name = asked.path.part(&Part::Unit);
    let options = units.iter().map(|one| {
        let on = one.0 == chosen;
        view! { <option value=one.0.clone() selected=on>{unit(one, "2")}</option> }
    });
    view! {
        <div class="affix">
            <input type="text" class="w-4" id=id.clone() name=id value=in_field(value) inputmode="decimal" autocomplete="off"
                required=asked.required() aria-invalid=asked.invalid() aria-describedby=asked.described.clone()
                aria-label=asked.spoken.clone()/>
            <select class="w-10" id=name.clone() name=name aria-label=text_with("length-unit", &[("field", asked.spoken().into())])>
                {options.collect_view()}
            </select>
        </div>
        {allowed(limits)}
    }
    .into_any()
}

fn money(amounts: &[AmountView], least: Option<&str>, most: Option<&str>, asked: &Asked<'_>) -> AnyView {
    let spoken = asked.spoken();
    let lines = amounts.iter().enumerate().map(|(place, one)| {
        let name = asked.path.part(&Part::Currency(&one.currency));
        // What leads to the field leads to its first amount.
        let id = if place == 0 { asked.id() } else { name.clone() };
        let wrong = asked.invalid_part(&name);
        let counts = one.locations.map(|count| {
            view! { <span class="small">{text_with("money-locations", &[("count", count.into())])}</span> }
        });
        let label = text_with("money-in", &[("field", spoken.as_str().into()), ("currency", one.currency.as_str().into())]);
        view! {
            <div class="affix">
                <input type="text" class="w-6" id=id name=name value=in_field(&one.value) inputmode="decimal" autocomplete="off"
                    aria-label=label aria-invalid=wrong aria-describedby=asked.described.clone()/>
                <span>{one.currency.clone()}</span>{counts}
            </div>
        }
    });
    let only = match amounts {
        [only] => only.currency.as_str(),
        _ => "",
    };
    let spoken_amount = |value: &str| if only.is_empty() { number(value) } else { amount(value, only) };
    let allowed = match (least, most) {
        (Some(least), Some(most)) => Some(text_with(
            "limits-between",
            &[("from", spoken_amount(least).into()), ("to", spoken_amount(most).into())],
        )),
        (Some(least), None) => Some(text_with("limits-from", &[("from", spoken_amount(least).into())])),
        (None, Some(most)) => Some(text_with("limits-to", &[("to", spoken_amount(most).into())])),
        (None, None) => None,
    };
    let allowed = allowed.map(|allowed| view! { <p class="help">{allowed}</p> });
    view! { <div class="lines">{lines.collect_view()}</div>{allowed} }.into_any()
}

fn line(
    value: &str,
    kind: &LineKind,
    most: Option<u32>,
    bytes: Option<u32>,
    example: Option<&str>,
    asked: &Asked<'_>,
) -> AnyView {
    let id = asked.id();
    let (mode, class) = match kind {
        LineKind::Number { .. } => ("decimal", "w-10"),
        LineKind::Address => ("url", ""),
        LineKind::Plain | LineKind::Host { .. } => ("text", "w-20"),
    };
    let port = match kind {
        LineKind::Host { port: Some(port) } => Some(text_with("host-port", &[("port", port.to_string().into())])),
        _ => None,
    };
    let example = example.map(|example| text_with("line-example", &[("example", example.into())]));
    let hints: Vec<String> = example.into_iter().chain(port).collect();
    let hints = (!hints.is_empty()).then(|| view! { <p class="help">{hints.join(" ")}</p> });
    view! {
        <input type="text" id=id.clone() name=id class=class value=value.to_owned() maxlength=most inputmode=mode
            autocomplete="off" autocapitalize="none" spellcheck="false" required=asked.required()
            aria-invalid=asked.invalid() aria-describedby=asked.described.clone() aria-label=asked.spoken.clone()/>
        {hints}{limits_of_text(None, bytes)}
    }
    .into_any()
}

/// A text of several lines. HTML drops the first line break, so there is one more.
pub(super) fn area(value: &str, most: Option<u32>, rows: usize, asked: &Asked<'_>) -> AnyView {
    let id = asked.id();
    view! {
        <textarea id=id.clone() name=id rows=rows.to_string() maxlength=most required=asked.required()
            aria-invalid=asked.invalid() aria-describedby=asked.described.clone()
            aria-label=asked.spoken.clone()>{format!("\n{value}")}</textarea>
    }
    .into_any()
}

pub(super) fn limits_of_text(most: Option<u32>, bytes: Option<u32>) -> AnyView {
    let most = most.map(|most| text_with("text-most", &[("count", most.into())]));
    let bytes = bytes.map(|bytes| text_with("text-bytes", &[("count", bytes.into())]));
    let words: Vec<String> = most.into_iter().chain(bytes).collect();
    if words.is_empty() { ().into_any() } else { view! { <p class="help">{words.join(" ")}</p> }.into_any() }
}

fn confirmation(on: bool, asked: &Asked<'_>) -> AnyView {
    let id = asked.id();
    view! {
        <div class="choice">
            <input type="checkbox" id=id.clone() name=id.clone() value="yes" checked=on required=asked.required()
                aria-invalid=asked.invalid() aria-describedby=asked.described.clone()/>
            <label for=id>{text("confirm-yes")}<span class="vh">": "{asked.spoken()}</span></label>
        </div>
    }
    .into_any()
}

pub(super) fn days_allowed(first: Option<&str>, last: Option<&str>) -> AnyView {
    let day = |day: &str| time::day(day);
    let words = match (first, last) {
        (Some(first), Some(last)) => {
            text_with("limits-between", &[("from", day(first).into()), ("to", day(last).into())])
        }
        (Some(first), None) => text_with("limits-day-from", &[("from", day(first).into())]),
        (None, Some(last)) => text_with("limits-day-to", &[("to", day(last).into())]),
        (None, None) => return ().into_any(),
    };
    view! { <p class="help">{words}</p> }.into_any()
}

fn any_all(all: bool, inside: &Control, asked: &Asked<'_>, here: &Here) -> AnyView {
    let name = asked.path.part(&Part::Operator);
    let options = [("any", "any-all-any", !all), ("all", "any-all-all", all)].map(|(value, key, on)| {
        let id = format!("{name}:{value}");
        view! {
            <div class="choice">
                <input type="radio" id=id.clone() name=name.clone() value=value checked=on/>
                <label for=id>{text(key)}</label>
            </div>
        }
    });
    let operator = view! {
        <fieldset class="field">
            <legend class="vh">{text_with("any-all", &[("field", asked.spoken().into())])}</legend>
            <div class="choices choices--across">{options.into_iter().collect_view()}</div>
        </fieldset>
    };
    view! { {operator}{control(inside, asked, here)} }.into_any()
}

/// Names of placeholders as they are written.
pub(super) fn placeholders(names: &[String]) -> String {
    all_of(&names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>())
}
