//! The keys of each kind: that limits make sense and names exist.

use std::collections::BTreeSet;

use crate::manifest::field::{Choice, Item};
use crate::manifest::kind::{Kind, Line, Secret, Template};
use crate::manifest::problem::{Place, Problems};
use crate::manifest::scalar::is_dotted;
use crate::manifest::typed::list;

use super::{Index, filled, no_such, text};

/// The action that starts a run; every other is the partner system's.
const SYNC_RUN: &str = "sync.run";

pub(super) fn check(index: &Index<'_>, kind: &Kind, place: &Place, problems: &mut Problems) {
    for (key, id) in kind.sources() {
        index.known_source(id, &place.key(key), problems);
    }
    match kind {
        Kind::Enum(kind) => choices(&kind.options, &[kind.source.is_some()], "or a `source`", place, problems),
        Kind::MultiEnum(kind) => {
            choices(&kind.options, &[kind.source.is_some()], "or a `source`", place, problems);
            items(kind.min_items, kind.max_items, place, problems);
        }
        Kind::PriorityList(kind) => choices(&kind.options, &[kind.source.is_some()], "or a `source`", place, problems),
        Kind::AnyAll(kind) => {
            let others = [kind.source.is_some(), kind.item.is_some()];
            choices(&kind.options, &others, "a `source` or an `item`", place, problems);
            items(kind.min_items, kind.max_items, place, problems);
            if let Some(item) = &kind.item {
                line(item, &place.key("item"), problems);
            }
        }
        Kind::MultiRef(kind) => items(kind.min_items, kind.max_items, place, problems),
        Kind::PropertyMap(kind) => {
            unique(kind.directions.iter().map(|direction| direction.as_str()), &place.key("directions"), problems);
        }
        Kind::Number(kind) => numbers(kind.min, kind.max, kind.step, place, problems),
        Kind::Duration(kind) => {
            numbers(kind.min, kind.max, kind.step, place, problems);
            unique(kind.units.iter().map(|unit| unit.as_str()), &place.key("units"), problems);
            if !kind.units.is_empty() && !kind.units.contains(&kind.unit) {
                problems.add(&place.key("units"), format!("has to contain the `unit`, `{}`", kind.unit.as_str()));
            }
        }
        Kind::Rate(kind) => numbers(kind.min, kind.max, kind.step, place, problems),
        Kind::DataSize(kind) => numbers(kind.min, kind.max, kind.step, place, problems),
        Kind::Percent(kind) => numbers(kind.min, kind.max, kind.step, place, problems),
        Kind::NumberList(kind) => {
            numbers(kind.min, kind.max, None, place, problems);
            items(kind.min_items, kind.max_items, place, problems);
        }
        Kind::Money(kind) => {
            if kind.currency != "location" && !text::is_currency(&kind.currency) {
                problems
                    .add(&place.key("currency"), format!("`{}` is not `location` or a code like `EUR`", kind.currency));
            }
            ordered(kind.min.as_ref(), kind.max.as_ref(), "min", "max", place, problems);
            if kind.decimals.is_some_and(|decimals| decimals > 6) {
                problems.add(&place.key("decimals"), "is at most 6");
            }
        }
        Kind::Text(kind) => {
            ordered(kind.min_length, kind.max_length, "min_length", "max_length", place, problems);
            if let Some((pattern, example)) = kind.pattern.as_ref().zip(kind.example.as_ref())
                && !pattern.matches(example)
            {
                problems.add(&place.key("example"), format!("does not fit the pattern {}", pattern.as_str()));
            }
        }
        Kind::Template(kind) => template(kind, place, problems),
        Kind::Secret(kind) => secret(index, kind, place, problems),
        Kind::Url(kind) => {
            for (i, scheme) in kind.schemes.iter().enumerate() {
                if scheme.is_empty()
                    || !scheme.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'0'..=b'9' | b'+' | b'.' | b'-'))
                {
                    problems.add(&place.key("schemes").index(i), format!("`{scheme}` is not a scheme like `https`"));
                }
            }
        }
        Kind::HostPort(kind) if kind.default_port == Some(0) => {
            problems.add(&place.key("default_port"), "is from 1 to 65535");
        }
        Kind::TimeOfDay(kind) => zone(&kind.time_zone, place, problems),
        Kind::WeeklySchedule(kind) => zone(&kind.time_zone, place, problems),
        Kind::Date(kind) => ordered(kind.not_before, kind.not_after, "not_before", "not_after", place, problems),
        Kind::DateRanges(kind) => ordered(kind.not_before, kind.not_after, "not_before", "not_after", place, problems),
        Kind::StringList(kind) => {
            items(kind.min_items, kind.max_items, place, problems);
            line(&kind.item, &place.key("item"), problems);
        }
        Kind::EmailList(kind) => items(kind.min_items, kind.max_items, place, problems),
        Kind::Artifact(kind) => {
            action(&kind.action, place, problems);
            if kind.action == SYNC_RUN {
                problems.add(&place.key("action"), "makes no file");
            }
            if kind.media_type.split('/').filter(|part| !part.is_empty()).count() != 2 {
                problems.add(
                    &place.key("media_type"),
                    format!("`{}` is not a type like `application/zip`", kind.media_type),
                );
            }
        }
        Kind::Action(kind) => action(&kind.action, place, problems),
        Kind::Map(kind) => rows(kind.default_row, kind.default_row_required, place, problems),
        Kind::Table(kind) => {
            rows(kind.default_row, kind.default_row_required, place, problems);
            if kind.columns.is_empty() {
                problems.add(&place.key("columns"), "must not be empty");
            }
        }
        Kind::List(kind) => {
            items(kind.min_items, kind.max_items, place, problems);
            if kind.item.is_empty() {
                problems.add(&place.key("item"), "must not be empty");
            }
            if let Some(label) =
                kind.item_label.as_deref().filter(|label| kind.item.iter().all(|item| item.key() != *label))
            {
                problems.add(
                    &place.key("item_label"),
                    no_such("field of the things", label, kind.item.iter().map(Item::key)),
                );
            }
        }
        Kind::Boolean(_) | Kind::Ref(_) | Kind::Acknowledgement(_) | Kind::HostPort(_) | Kind::Info(_) => {}
    }
}

/// Exactly one of options and what may stand for them.
fn choices(options: &[Choice], others: &[bool], or: &str, place: &Place, problems: &mut Problems) {
    if usize::from(!options.is_empty()) + others.iter().filter(|given| **given).count() != 1 {
        problems.add(place, format!("needs either `options` {or}").replace("`options` a", "`options`, a"));
    }
    let place = place.key("options");
    let mut seen = BTreeSet::new();
    for (i, option) in options.iter().enumerate() {
        let place = place.index(i);
        filled(&option.value, &place.key("value"), problems);
        filled(&option.label, &place.key("label"), problems);
        if !seen.insert(&option.value) {
            problems.add(&place.key("value"), format!("the option `{}` stands here twice", option.value));
        }
        for (j, code) in option.only_currencies.iter().enumerate().filter(|(_, code)| !text::is_currency(code)) {
            problems.add(&place.key("only_currencies").index(j), format!("`{code}` is not a currency code like `EUR`"));
        }
        for (j, code) in option.only_countries.iter().enumerate().filter(|(_, code)| !text::is_country(code)) {
            problems.add(&place.key("only_countries").index(j), format!("`{code}` is not a country code like `NL`"));
        }
    }
}

fn items(min: Option<u32>, max: Option<u32>, place: &Place, problems: &mut Problems) {
    ordered(min, max, "min_items", "max_items", place, problems);
    if max == Some(0) {
        problems.add(&place.key("max_items"), "is at least 1");
    }
}

fn numbers(min: Option<f64>, max: Option<f64>, step: Option<f64>, place: &Place, problems: &mut Problems) {
    ordered(min, max, "min", "max", place, problems);
    if step.is_some_and(|step| step <= 0.0) {
        problems.add(&place.key("step"), "is greater than 0");
    }
}

fn ordered<T: PartialOrd>(
    low: Option<T>,
    high: Option<T>,
    low_key: &str,
    high_key: &str,
    place: &Place,
    problems: &mut Problems,
) {
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        problems.add(&place.key(low_key), format!("is greater than `{high_key}`"));
    }
}

fn unique<'a>(words: impl Iterator<Item = &'a str>, place: &Place, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (i, word) in words.enumerate() {
        if !seen.insert(word) {
            problems.add(&place.index(i), format!("`{word}` stands here twice"));
        }
    }
}

fn line(line: &Line, place: &Place, problems: &mut Problems) {
    if line.max_length == Some(0) {
        problems.add(&place.key("max_length"), "is at least 1");
    }
}

fn template(kind: &Template, place: &Place, problems: &mut Problems) {
    unique(kind.placeholders.iter().map(String::as_str), &place.key("placeholders"), problems);
    for (i, name) in kind.placeholders.iter().enumerate() {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '{' || c == '}') {
            problems.add(&place.key("placeholders").index(i), "is one word, written without braces");
        }
    }
    for (i, name) in kind.must_contain_one.iter().enumerate().filter(|(_, name)| !kind.placeholders.contains(name)) {
        let known: Vec<&str> = kind.placeholders.iter().map(String::as_str).collect();
        problems.add(
            &place.key("must_contain_one").index(i),
            format!("`{name}` is not among the placeholders {}", list(&known)),
        );
    }
}

fn secret(index: &Index<'_>, kind: &Secret, place: &Place, problems: &mut Problems) {
    ordered(kind.min_length, kind.max_length, "min_length", "max_length", place, problems);
    let place = place.key("bound_to");
    unique(kind.bound_to.iter().map(String::as_str), &place, problems);
    for (i, key) in kind.bound_to.iter().enumerate() {
        let place = place.index(i);
        if let Some(field) = index.known(key, &place, problems)
            && (matches!(field.kind, Kind::Secret(_)) || !field.kind.has_value())
        {
            problems.add(
                &place,
                format!("`{key}` is of kind `{}`; a secret is bound to where it is sent", field.kind.name()),
            );
        }
    }
}

fn zone(name: &str, place: &Place, problems: &mut Problems) {
    if name != "location" && name.parse::<chrono_tz::Tz>().is_err() {
        problems.add(&place.key("time_zone"), format!("`{name}` is not `location` or a zone like `Europe/Lisbon`"));
    }
}

fn action(name: &str, place: &Place, problems: &mut Problems) {
    if name != SYNC_RUN && !(name.starts_with("partner.") && is_dotted(name)) {
        problems.add(&place.key("action"), format!("`{name}` is not `{SYNC_RUN}` or an action like `partner.test`"));
    }
}

fn rows(default_row: bool, default_row_required: bool, place: &Place, problems: &mut Problems) {
    if default_row_required && !default_row {
        problems.add(&place.key("default_row_required"), "needs `\"default_row\": true`");
    }
}
