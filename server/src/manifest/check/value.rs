//! Values that a manifest writes: whether a default, a dangerous value or a compared value fits its kind.

use serde_json::Value;

use crate::manifest::field::{Choice, Item};
use crate::manifest::kind::{Kind, List, Map, Money, Table, Template};
use crate::manifest::problem::{Place, Problems};
use crate::manifest::scalar::{Amount, Day};
use crate::manifest::typed::{list, type_of, unknown};

use super::{lists, text, time};

/// Reports at `place` and below what is wrong with `value` for a field of this kind.
pub(in crate::manifest) fn check(kind: &Kind, place: &Place, value: &Value, problems: &mut Problems) {
    // An empty value of these kinds is null; lists, maps and switches have their own.
    let may_be_null = matches!(
        kind,
        Kind::Ref(_)
            | Kind::Number(_)
            | Kind::Duration(_)
            | Kind::Rate(_)
            | Kind::DataSize(_)
            | Kind::Money(_)
            | Kind::Percent(_)
            | Kind::Text(_)
            | Kind::Url(_)
            | Kind::HostPort(_)
            | Kind::TimeOfDay(_)
            | Kind::Date(_)
    );
    if value.is_null() && may_be_null {
        return;
    }
    match kind {
        Kind::Boolean(_) => {
            if !value.is_boolean() {
                problems.add(place, format!("expected true or false, found {}", type_of(value)));
            }
        }
        Kind::Enum(kind) => one_of(&kind.options, place, value, problems),
        Kind::Ref(_) => _ = as_text(place, value, problems),
        Kind::MultiEnum(kind) => {
            lists::count(kind.min_items, kind.max_items, place, value, problems);
            lists::unique(place, value, problems, |place, value, problems| {
                one_of(&kind.options, place, value, problems);
            });
        }
        Kind::MultiRef(kind) => {
            lists::count(kind.min_items, kind.max_items, place, value, problems);
            lists::unique(place, value, problems, |place, value, problems| _ = as_text(place, value, problems));
        }
        Kind::PriorityList(kind) => {
            lists::unique(place, value, problems, |place, value, problems| {
                one_of(&kind.options, place, value, problems);
            });
        }
        Kind::Number(kind) => {
            Numbers { integer: kind.integer, min: kind.min, max: kind.max, step: kind.step, decimals: kind.decimals }
                .check(place, value, problems);
        }
        Kind::Duration(kind) => Numbers { min: kind.min, max: kind.max, step: kind.step, ..Numbers::default() }
            .check(place, value, problems),
        Kind::Rate(kind) if kind.stored_unit.is_none_or(|stored| stored == kind.unit) => {
            Numbers { min: kind.min, max: kind.max, step: kind.step, ..Numbers::default() }
                .check(place, value, problems);
        }
        Kind::DataSize(kind) if kind.stored_unit.is_none_or(|stored| stored == kind.unit) => {
            Numbers { min: kind.min, max: kind.max, step: kind.step, ..Numbers::default() }
                .check(place, value, problems);
        }
        // Limits are in the unit shown; a value is in the unit stored.
        Kind::Rate(_) | Kind::DataSize(_) => {
            Numbers { min: Some(0.0), ..Numbers::default() }.check(place, value, problems);
        }
        Kind::Percent(kind) => Numbers {
            integer: false,
            min: kind.min.or(Some(0.0)),
            max: kind.max.or(Some(100.0)),
            step: kind.step,
            decimals: kind.decimals.or(Some(0)),
        }
        .check(place, value, problems),
        Kind::NumberList(kind) => {
            lists::count(kind.min_items, kind.max_items, place, value, problems);
            let numbers = Numbers { integer: kind.integer, min: kind.min, max: kind.max, ..Numbers::default() };
            lists::each(place, value, problems, |place, value, problems| numbers.check(place, value, problems));
            if kind.strictly_increasing {
                lists::increasing(place, value, problems);
            }
        }
        Kind::Money(kind) => money(kind, place, value, problems),
        Kind::Text(kind) => text::plain(kind, place, value, problems),
        Kind::Template(kind) => template(kind, place, value, problems),
        Kind::Url(kind) => text::url(kind, place, value, problems),
        Kind::HostPort(_) => text::host_port(place, value, problems),
        Kind::StringList(kind) => {
            lists::count(kind.min_items, kind.max_items, place, value, problems);
            lists::unique(place, value, problems, |place, value, problems| {
                text::line(&kind.item, place, value, problems);
            });
        }
        Kind::EmailList(kind) => {
            lists::count(kind.min_items, kind.max_items, place, value, problems);
            lists::unique(place, value, problems, text::email);
        }
        Kind::TimeOfDay(_) => time::of_day(place, value, problems),
        Kind::WeeklySchedule(kind) => time::weekly(kind, place, value, problems),
        Kind::Date(kind) => {
            if let Some(day) = as_text(place, value, problems) {
                within_days(day, kind.not_before, kind.not_after, place, problems);
            }
        }
        Kind::DateRanges(kind) => {
            lists::count(None, kind.max_items, place, value, problems);
            lists::each(place, value, problems, |place, value, problems| {
                time::range(place, value, problems, |day, place, problems| {
                    within_days(day, kind.not_before, kind.not_after, place, problems)
                });
            });
        }
        Kind::AnyAll(kind) => lists::any_all(kind, place, value, problems),
        Kind::PropertyMap(kind) => lists::property_map(kind, place, value, problems),
        Kind::Map(kind) => map(kind, place, value, problems),
        Kind::Table(kind) => table(kind, place, value, problems),
        Kind::List(kind) => things(kind, place, value, problems),
        Kind::Secret(_) | Kind::Acknowledgement(_) | Kind::Info(_) | Kind::Artifact(_) | Kind::Action(_) => {
            problems.add(place, format!("a field of kind `{}` has no value that a manifest could write", kind.name()));
        }
    }
}

pub(super) fn as_text<'v>(place: &Place, value: &'v Value, problems: &mut Problems) -> Option<&'v str> {
    let text = value.as_str();
    if text.is_none() {
        problems.add(place, format!("expected a text, found {}", type_of(value)));
    }
    text
}

pub(super) fn one_of(options: &[Choice], place: &Place, value: &Value, problems: &mut Problems) {
    let Some(text) = as_text(place, value, problems) else { return };
    if !options.is_empty() && options.iter().all(|option| option.value != text) {
        let known: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
        problems.add(place, format!("`{text}` is not among the options {}", list(&known)));
    }
}

/// The limits of a number.
#[derive(Clone, Copy, Default)]
struct Numbers {
    integer: bool,
    min: Option<f64>,
    max: Option<f64>,
    step: Option<f64>,
    decimals: Option<u32>,
}

impl Numbers {
    fn check(&self, place: &Place, value: &Value, problems: &mut Problems) {
        let Some(number) = value.as_f64() else {
            return problems.add(place, format!("expected a number, found {}", type_of(value)));
        };
        let whole = |number: f64| (number - number.round()).abs() < 1e-9;
        if self.integer && !whole(number) {
            problems.add(place, format!("{number} is not a whole number"));
        }
        if self.min.is_some_and(|min| number < min) || self.max.is_some_and(|max| number > max) {
            let from = self.min.map_or("any".to_owned(), |min| min.to_string());
            let to = self.max.map_or("any".to_owned(), |max| max.to_string());
            problems.add(place, format!("{number} is outside {from} to {to}"));
        } else if let Some(step) = self.step.filter(|step| !whole((number - self.min.unwrap_or(0.0)) / step)) {
            problems.add(place, format!("{number} is not a multiple of the step {step}"));
        }
        if let Some(decimals) =
            self.decimals.filter(|decimals| !whole(number * 10_f64.powi(i32::try_from(*decimals).unwrap_or(0))))
        {
            problems.add(place, format!("{number} has more than {decimals} digits after the point"));
        }
    }
}

fn money(kind: &Money, place: &Place, value: &Value, problems: &mut Problems) {
    let amounts: Vec<(Place, &Value)> = match value {
        Value::Object(by_currency) => {
            for code in by_currency.keys().filter(|code| !text::is_currency(code)) {
                problems.add(&place.key(code), format!("`{code}` is not a currency code like `EUR`"));
            }
            by_currency.iter().map(|(code, amount)| (place.key(code), amount)).collect()
        }
        amount => vec![(place.clone(), amount)],
    };
    for (place, amount) in amounts {
        let Some(text) = amount.as_str() else {
            problems.add(&place, format!("an amount is a text like \"12.50\", found {}", type_of(amount)));
            continue;
        };
        match Amount::new(text) {
            Err(reason) => problems.add(&place, reason),
            Ok(amount) => {
                if kind.min.as_ref().is_some_and(|min| amount < *min)
                    || kind.max.as_ref().is_some_and(|max| amount > *max)
                {
                    let limit = |limit: &Option<Amount>| {
                        limit.as_ref().map_or("any".to_owned(), |limit| limit.as_str().to_owned())
                    };
                    problems.add(&place, format!("{text} is outside {} to {}", limit(&kind.min), limit(&kind.max)));
                }
                let decimals = kind.decimals.unwrap_or(2);
                if amount.decimals() > decimals {
                    problems.add(&place, format!("{text} has more than {decimals} digits after the point"));
                }
            }
        }
    }
}

fn template(kind: &Template, place: &Place, value: &Value, problems: &mut Problems) {
    match (value, kind.localized) {
        (Value::Object(by_language), true) => {
            for (language, value) in by_language {
                let place = place.key(language);
                if !text::is_language(language) {
                    problems.add(&place, format!("`{language}` is not a language like `en` or `pt-BR`"));
                }
                if let Some(text) = as_text(&place, value, problems) {
                    text::template(kind, text, &place, problems);
                }
            }
        }
        (value, true) => problems.add(
            place,
            format!("a localized template is an object with a text for each language, found {}", type_of(value)),
        ),
        (value, false) => {
            if let Some(text) = as_text(place, value, problems) {
                text::template(kind, text, place, problems);
            }
        }
    }
}

fn within_days(day: &str, from: Option<Day>, to: Option<Day>, place: &Place, problems: &mut Problems) -> Option<Day> {
    match Day::new(day) {
        Err(reason) => {
            problems.add(place, reason);
            None
        }
        Ok(day) => {
            if from.is_some_and(|from| day < from) || to.is_some_and(|to| day > to) {
                problems.add(place, format!("{day} is outside the days allowed"));
            }
            Some(day)
        }
    }
}

fn rows<'v>(default_row: bool, place: &Place, value: &'v Value, problems: &mut Problems) -> Vec<(Place, &'v Value)> {
    let Value::Object(rows) = value else {
        problems.add(place, format!("expected an object with a value for each row, found {}", type_of(value)));
        return Vec::new();
    };
    if rows.contains_key("*") && !default_row {
        problems.add(&place.key("*"), "a row `*` needs `\"default_row\": true`");
    }
    rows.iter().map(|(row, value)| (place.key(row), value)).collect()
}

fn map(kind: &Map, place: &Place, value: &Value, problems: &mut Problems) {
    for (place, value) in rows(kind.default_row, place, value, problems) {
        check(&kind.value, &place, value, problems);
    }
}

fn table(kind: &Table, place: &Place, value: &Value, problems: &mut Problems) {
    for (place, cells) in rows(kind.default_row, place, value, problems) {
        // A cell that is missing falls through to another row, so it is never a mistake here.
        inner(&kind.columns, false, &place, cells, problems);
    }
}

fn things(kind: &List, place: &Place, value: &Value, problems: &mut Problems) {
    lists::count(kind.min_items, kind.max_items, place, value, problems);
    lists::each(place, value, problems, |place, thing, problems| inner(&kind.item, true, place, thing, problems));
    let ids: Vec<&Value> = value.as_array().into_iter().flatten().filter_map(|thing| thing.get("id")).collect();
    if let Some(twice) = ids.iter().enumerate().find(|(i, id)| ids[..*i].contains(id)).map(|(_, id)| id) {
        problems.add(place, format!("two things have the id {twice}"));
    }
}

fn inner(items: &[Item], complete: bool, place: &Place, value: &Value, problems: &mut Problems) {
    let Value::Object(values) = value else {
        return problems.add(place, format!("expected an object, found {}", type_of(value)));
    };
    for (key, value) in values {
        match items.iter().find(|item| item.key() == key) {
            Some(item) => check(&item.kind, &place.key(key), value, problems),
            None => problems.add(place, unknown(key, &items.iter().map(Item::key).collect::<Vec<_>>())),
        }
    }
    for item in items.iter().filter(|item| complete && item.common.required && item.common.visible_when.is_none()) {
        if !values.contains_key(item.key()) && item.common.default.is_none() {
            problems.add(place, format!("missing key `{}`, which is required", item.key()));
        }
    }
}
