//! Lists that are typed: lines, numbers, periods, the hours of a week.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::choices::{button, group, of};
use super::control::{self, Asked};
use super::shown;
use super::words::unit;
use crate::forms::{Act, Part};
use crate::ports::{DayView, Limits, LinesKind, Unit};
use crate::texts::{in_field, text, text_with};
use crate::time;

/// Lines a text area shows at least and at most.
const LINES: (usize, usize) = (3, 10);

pub(super) fn lines(
    values: &[String],
    kind: LinesKind,
    inherited: &[String],
    most: Option<u32>,
    asked: &Asked<'_>,
) -> AnyView {
    let rows = (values.len() + 1).clamp(LINES.0, LINES.1);
    let hint = text(match kind {
        LinesKind::Text => "lines-text",
        LinesKind::Mail => "lines-mail",
        LinesKind::Domain => "lines-domain",
        LinesKind::Network => "lines-network",
        LinesKind::Address => "lines-address",
    });
    let most = most.map(|most| format!(" {}", text_with("lines-most", &[("count", most.into())])));
    view! {
        {added_to(inherited)}
        {control::area(&values.join("\n"), None, rows, asked)}
        <p class="help">{hint}{most}</p>
    }
    .into_any()
}

/// What the organization says already, and what is added to it here.
fn added_to(inherited: &[String]) -> Option<AnyView> {
    if inherited.is_empty() {
        return None;
    }
    let items: Vec<_> = inherited.iter().map(|item| view! { <li><bdi>{item.clone()}</bdi></li> }).collect();
    let title = text_with("union-inherited", &[("count", inherited.len().into())]);
    let list = view! { <ul class="lines small" role="list">{items}</ul> };
    let list = if inherited.len() > LINES.1 {
        view! {
            <details class="more"><summary>{title}<Icon sign=Sign::Down class="icon--chevron"/></summary>{list}</details>
        }
        .into_any()
    } else {
        view! { <p class="help">{title}</p>{list} }.into_any()
    };
    Some(view! { <div class="union">{list}<p class="help">{text("union-own")}</p></div> }.into_any())
}

pub(super) fn numbers(
    values: &[String],
    behind: Option<&Unit>,
    limits: &Limits,
    most: Option<u32>,
    asked: &Asked<'_>,
) -> AnyView {
    let name = asked.id();
    let mode = if limits.whole { "numeric" } else { "decimal" };
    let inputs: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(place, value)| {
            let id = if place == 0 { name.clone() } else { format!("{name}:{place}") };
            let label =
                text_with("one-of-several", &[("field", asked.spoken().into()), ("number", (place + 1).into())]);
            let behind = behind.map(|behind| view! { <span>{unit(behind, value)}</span> });
            view! {
                <div class="affix">
                    <input type="text" class="w-4" id=id name=name.clone() value=in_field(value) inputmode=mode
                        autocomplete="off" aria-label=label.clone() aria-invalid=asked.invalid()
                        aria-describedby=asked.described.clone()/>
                    {behind}
                    {remove(&Act::Drop(of(asked, place)), label)}
                </div>
            }
        })
        .collect();
    let add = most
        .is_none_or(|most| values.len() < most as usize)
        .then(|| add(&Act::Add(asked.path.clone()), "add-number", asked));
    group(asked, view! { <div class="lines">{inputs}</div>{add}{control::allowed(limits)} }.into_any())
}

pub(super) fn periods(
    own: &[(String, String)],
    inherited: &[(String, String)],
    (first, last): (Option<&str>, Option<&str>),
    most: Option<u32>,
    asked: &Asked<'_>,
) -> AnyView {
    let inherited: Vec<String> = inherited.iter().map(|(from, to)| shown::period(from, to)).collect();
    let inputs: Vec<_> = own
        .iter()
        .enumerate()
        .map(|(place, (from, to))| {
            let path = of(asked, place);
            let (from_name, to_name) = (path.part(&Part::From), path.part(&Part::To));
            let id = if place == 0 { asked.id() } else { from_name.clone() };
            let spoken = |key: &str| {
                text_with(key, &[("field", asked.spoken().into()), ("number", (place + 1).into())])
            };
            let name = text_with("one-of-several", &[("field", asked.spoken().into()), ("number", (place + 1).into())]);
            let wrong = (asked.invalid_part(&from_name), asked.invalid_part(&to_name));
            let (min, max) = (first.map(str::to_owned), last.map(str::to_owned));
            view! {
                <div class="hours">
                    <input type="date" id=id name=from_name value=from.clone() min=min.clone() max=max.clone()
                        aria-label=spoken("period-first") aria-invalid=wrong.0 aria-describedby=asked.described.clone()/>
                    <span>{text("to")}</span>
                    <input type="date" name=to_name value=to.clone() min=min max=max aria-label=spoken("period-last")
                        aria-invalid=wrong.1 aria-describedby=asked.described.clone()/>
                    {remove(&Act::Drop(path), name)}
                </div>
            }
        })
        .collect();
    let none = own.is_empty().then(|| view! { <p class="value value--none">{text("periods-none")}</p> });
    let add = most
        .is_none_or(|most| own.len() < most as usize)
        .then(|| add(&Act::Add(asked.path.clone()), "add-period", asked));
    let inner = view! {
        {added_to(&inherited)}{none}<div class="lines">{inputs}</div>{add}{control::days_allowed(first, last)}
    };
    group(asked, inner.into_any())
}

pub(super) fn schedule(days: &[DayView], zone: &str, overnight: bool, asked: &Asked<'_>) -> AnyView {
    let items: Vec<_> = days.iter().enumerate().map(|(place, day)| weekday(day, place == 0, asked)).collect();
    let zone = match zone {
        "" => text("schedule-zones"),
        zone => text_with("schedule-zone", &[("zone", zone.to_owned().into())]),
    };
    let overnight = overnight.then(|| format!(" {}", text("schedule-overnight")));
    let inner = view! { <p class="help">{zone}{overnight}</p><ul class="schedule" role="list">{items}</ul> };
    group(asked, inner.into_any())
}

fn weekday(day: &DayView, is_first: bool, asked: &Asked<'_>) -> AnyView {
    let path = asked.path.at(day.day.slug());
    let name = time::weekday(day.day);
    let id = format!("d.{path}");
    let is_wrong = asked.wrong && asked.parts.iter().any(|part| part.starts_with(&format!("{}.", path.name())));
    let add = view! {
        <button class="btn btn--plain btn--small" type="submit" name="act" value=Act::Add(path.clone()).to_string() formnovalidate>
            <Icon sign=Sign::Plus/>{text("add-hours")}<span class="vh">": "{name.clone()}</span>
        </button>
    }
    .into_any();
    let mut add = Some(add);
    let last = day.spans.len().saturating_sub(1);
    let spans: Vec<_> = day
        .spans
        .iter()
        .enumerate()
        .map(|(place, (from, to))| {
            let span = path.at(place.to_string());
            let (opens, closes) = (span.part(&Part::From), span.part(&Part::To));
            let wrong = |part: &str| (asked.wrong && asked.parts.contains(&part)).then_some("true");
            let (opens_wrong, closes_wrong) = (wrong(&opens), wrong(&closes));
            let next_day = (!to.is_empty() && !from.is_empty() && to < from)
                .then(|| view! { <span class="muted">{text("next-day")}</span> });
            let spoken = |key: &str| text_with(key, &[("day", name.as_str().into())]);
            let input_id = if is_first && place == 0 { asked.id() } else { opens.clone() };
            view! {
                <div class="hours">
                    <input type="time" id=input_id name=opens value=from.clone() aria-label=spoken("day-opens")
                        aria-invalid=opens_wrong aria-describedby=opens_wrong.and(asked.described.clone())/>
                    <span>{text("to")}</span>
                    <input type="time" id=closes.clone() name=closes value=to.clone() aria-label=spoken("day-closes")
                        aria-invalid=closes_wrong aria-describedby=closes_wrong.and(asked.described.clone())/>
                    {next_day}
                    {remove(&Act::Drop(span), spoken("day-span"))}
                    {(place == last).then(|| add.take())}
                </div>
            }
        })
        .collect();
    let closed = add.map(|add| view! { <div class="hours"><span class="muted">{text("day-closed")}</span>{add}</div> });
    view! {
        <li data-error=is_wrong.then_some("")>
            <span class="day" id=id.clone()>{name}</span>
            <div class="spans" role="group" aria-labelledby=id>
                {spans}{closed}
            </div>
        </li>
    }
    .into_any()
}

/// One of several goes. Named by what it removes.
pub(super) fn remove(act: &Act, name: String) -> AnyView {
    view! {
        <button class="btn btn--plain btn--small" type="submit" name="act" value=act.to_string() formnovalidate>
            <Icon sign=Sign::Cross/>{text("remove")}<span class="vh">": "{name}</span>
        </button>
    }
    .into_any()
}

pub(super) fn add(act: &Act, key: &str, asked: &Asked<'_>) -> AnyView {
    view! { <div class="actions">{button(act, key, asked)}</div> }.into_any()
}
