//! Values to read: in a page with names isolated, in a title or summary as one text.

use leptos::prelude::*;

use super::super::icon::Sign;
use super::chip;
use super::words::{self, said};
use crate::ports::{Direction, LanguageName, NameView, Shown, Weekday};
use crate::texts::{all_of, amount, text, text_with};
use crate::time::{self, Zone};

/// More names than this are counted.
const NAMES: usize = 12;

/// As the value of a field.
pub fn shown(value: &Shown, zone: &Zone) -> AnyView {
    match value {
        Shown::Nothing | Shown::Empty(_) | Shown::Confirmed(false) => {
            view! { <p class="value value--none">{inline(value, zone)}</p> }.into_any()
        }
        Shown::Text(text) if text.contains('\n') => {
            view! { <p class="value value--lines"><bdi>{text.clone()}</bdi></p> }.into_any()
        }
        Shown::Names(names) if names.iter().any(|name| name.gone.is_some()) => {
            let lines: Vec<_> = names.iter().map(|name| view! { <li>{one(name)}</li> }).collect();
            view! { <ul class="lines value" role="list">{lines}</ul> }.into_any()
        }
        Shown::Schedule(days) => {
            let lines: Vec<_> = days
                .iter()
                .map(|(day, spans)| view! { <li>{format!("{} {}", time::weekday(*day), spans_of(spans))}</li> })
                .collect();
            view! { <ul class="lines value" role="list">{lines}</ul> }.into_any()
        }
        Shown::Languages(languages) => {
            let lines: Vec<_> = languages
                .iter()
                .map(|(language, text)| {
                    let lang = language.tag.clone();
                    view! {
                        <div>
                            <dt>{words::language(language)}</dt>
                            <dd class="value--lines"><bdi lang=lang>{text.clone()}</bdi></dd>
                        </div>
                    }
                })
                .collect();
            view! { <dl class="facts facts--rows value">{lines}</dl> }.into_any()
        }
        _ => view! { <p class="value">{inline(value, zone)}</p> }.into_any(),
    }
}

/// As part of a line.
pub fn inline(value: &Shown, zone: &Zone) -> AnyView {
    match value {
        Shown::Names(names) => {
            let more = names.len().saturating_sub(NAMES);
            let names: Vec<_> = names
                .iter()
                .take(NAMES)
                .enumerate()
                .map(|(place, name)| {
                    let comma = (place > 0).then(|| text("list-comma"));
                    view! { {comma}{one(name)} }
                })
                .collect();
            let more = (more > 0).then(|| format!(" {}", text_with("names-more", &[("count", more.into())])));
            view! { {names}{more} }.into_any()
        }
        Shown::Empty(Some(means)) => said(means),
        Shown::Switch { words: Some(words), .. } => said(words),
        Shown::Text(text) => view! { <bdi>{text.clone()}</bdi> }.into_any(),
        other => plain(other, zone).into_any(),
    }
}

/// A name, and why it leads nowhere.
pub fn one(name: &NameView) -> AnyView {
    match &name.gone {
        None => said(&name.name),
        Some(gone) => {
            let why = words::gone(gone);
            chip(Some("bad"), Sign::Error, view! { {said(&name.name)}": "{why} }.into_any())
        }
    }
}

/// The same as one text.
pub fn plain(value: &Shown, zone: &Zone) -> String {
    match value {
        Shown::Nothing => text("value-nothing"),
        Shown::Empty(None) => text("value-empty"),
        Shown::Empty(Some(means)) => means.text.clone(),
        Shown::Switch { words: Some(words), .. } => words.text.clone(),
        Shown::Switch { on, words: None } => text(if *on { "value-yes" } else { "value-no" }),
        Shown::Names(names) => names_of(names),
        Shown::Number { value, zero_means: Some(means), .. } if value.trim_start_matches(['0', '.']).is_empty() => {
            means.text.clone()
        }
        Shown::Number { value, unit, .. } => words::with_unit(value, unit.as_ref()),
        Shown::Money(amounts) => {
            let amounts: Vec<String> = amounts
                .iter()
                .map(|(currency, value)| match value {
                    Some(value) => amount(value, currency),
                    None => text_with("value-no-amount", &[("currency", currency.as_str().into())]),
                })
                .collect();
            if amounts.is_empty() { text("value-nothing") } else { amounts.join(&text("list-comma")) }
        }
        Shown::Time { value, zone } => {
            text_with("value-time", &[("time", value.as_str().into()), ("zone", zone.as_str().into())])
        }
        Shown::Day(day) => time::day(day),
        Shown::Periods(periods) => {
            let periods: Vec<String> = periods.iter().map(|(from, to)| period(from, to)).collect();
            periods.join(&text("list-comma"))
        }
        Shown::Numbers { values, unit } => {
            let (last, heads) = match values.split_last() {
                Some(split) => split,
                None => return text("value-empty"),
            };
            let mut numbers: Vec<String> = heads.iter().map(|value| words::with_unit(value, None)).collect();
            numbers.push(words::with_unit(last, unit.as_ref()));
            numbers.join(&text("list-comma"))
        }
        Shown::Schedule(days) if days.is_empty() => text("value-empty"),
        Shown::Schedule(days) => {
            let days: Vec<String> = grouped(days);
            days.join(&text("list-semicolon"))
        }
        Shown::Text(text) => shortened(text),
        Shown::Languages(languages) => {
            let names: Vec<String> =
                languages.iter().map(|(language, _): &(LanguageName, _)| words::language(language)).collect();
            if names.is_empty() { text("value-nothing") } else { all_of(&names) }
        }
        Shown::Secret(secret) => match &secret.set {
            Some(mark) => text_with("secret-set-on", &[("date", time::date(mark.at, zone).into())]),
            None => text(if secret.is_set { "secret-set" } else { "secret-not-set" }),
        },
        Shown::Confirmed(confirmed) => text(if *confirmed { "value-confirmed" } else { "value-not-confirmed" }),
        Shown::AnyAll { all, items } => {
            let key = if *all { "value-all-of" } else { "value-any-of" };
            text_with(key, &[("items", names_of(items).into())])
        }
        Shown::Pairs(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(left, direction, right)| format!("{} {} {}", left.name.text, arrow(*direction), right.name.text))
                .collect();
            if pairs.is_empty() { text("value-empty") } else { pairs.join(&text("list-comma")) }
        }
        Shown::Rows(count) => text_with("value-rows", &[("count", (*count).into())]),
        Shown::Unreadable => text("value-unreadable"),
    }
}

fn names_of(names: &[NameView]) -> String {
    let more = names.len().saturating_sub(NAMES);
    let listed: Vec<String> = names
        .iter()
        .take(NAMES)
        .map(|name| match &name.gone {
            None => name.name.text.clone(),
            Some(gone) => format!("{} ({})", name.name.text, words::gone(gone)),
        })
        .collect();
    let listed = listed.join(&text("list-comma"));
    if more == 0 { listed } else { format!("{listed} {}", text_with("names-more", &[("count", more.into())])) }
}

fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::ToPartner => "→",
        Direction::ToOfficeRnd => "←",
        Direction::Both => "↔",
    }
}

/// `24 December 2026 to 26 December 2026`, or the one day.
pub fn period(from: &str, to: &str) -> String {
    if from == to {
        return time::day(from);
    }
    text_with("period", &[("from", time::day(from).into()), ("to", time::day(to).into())])
}

fn spans_of(spans: &[(String, String)]) -> String {
    let spans: Vec<String> = spans
        .iter()
        .map(|(from, to)| {
            let key = if to <= from { "span-overnight" } else { "span" };
            text_with(key, &[("from", from.as_str().into()), ("to", to.as_str().into())])
        })
        .collect();
    if spans.is_empty() { text("day-closed") } else { spans.join(&text("list-comma")) }
}

/// Days that follow each other with the same spans are one: "Monday to Friday 08:30 to 18:00".
fn grouped(days: &[(Weekday, Vec<(String, String)>)]) -> Vec<String> {
    struct Group<'a> {
        first: Weekday,
        last: Weekday,
        spans: &'a [(String, String)],
    }
    let mut groups: Vec<Group> = Vec::new();
    for (day, spans) in days {
        match groups.last_mut() {
            Some(group) if group.spans == spans && group.last.number() + 1 == day.number() => group.last = *day,
            _ => groups.push(Group { first: *day, last: *day, spans }),
        }
    }
    groups
        .into_iter()
        .map(|Group { first, last, spans }| {
            let days = if first == last {
                time::weekday(first)
            } else {
                text_with("period", &[("from", time::weekday(first).into()), ("to", time::weekday(last).into())])
            };
            format!("{days} {}", spans_of(spans))
        })
        .collect()
}

/// The beginning of a long text, in one line.
fn shortened(long: &str) -> String {
    const MOST: usize = 80;
    let line = long.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return line;
    }
    let head: String = line.chars().take(MOST).collect();
    format!("{}…", head.trim_end())
}
