//! The other way round: a value as its control would post it. Reading that back gives the value again.

use app::forms::Path;
use app::ports::Weekday;
use serde_json::Value;

use super::{Where, bits, bytes, seconds};
use crate::domain::settings::entries::Entries;
use crate::manifest::kind::units::TimeUnit;
use crate::manifest::kind::{Kind, Money};

/// Fills a control in. A value that is no value of the kind stands there word for word.
pub fn fill(kind: &Kind, at: &Path, value: &Value, place: Where<'_>, entries: &mut Entries) {
    match (kind, value) {
        (_, Value::Null) => {}
        (Kind::Boolean(_), Value::Bool(on)) => entries.set(at, if *on { vec!["on".to_owned()] } else { Vec::new() }),
        (Kind::Acknowledgement(_), Value::Bool(yes)) => {
            entries.set(at, if *yes { vec!["yes".to_owned()] } else { Vec::new() });
        }
        (Kind::Duration(kind), Value::Number(number)) => {
            let stored = number.as_f64().unwrap_or_default();
            let unit = best_unit(kind.unit, &kind.units, stored);
            let factor = seconds(kind.unit) / seconds(unit);
            entries.set(at, vec![text(stored * factor)]);
            entries.set_part(at, "unit", unit.as_str());
        }
        (Kind::Rate(kind), Value::Number(number)) => {
            let factor = kind.stored_unit.map_or(1.0, |stored| bits(stored) / bits(kind.unit));
            entries.set(at, vec![text(number.as_f64().unwrap_or_default() * factor)]);
        }
        (Kind::DataSize(kind), Value::Number(number)) => {
            let factor = kind.stored_unit.map_or(1.0, |stored| bytes(stored) / bytes(kind.unit));
            entries.set(at, vec![text(number.as_f64().unwrap_or_default() * factor)]);
        }
        (Kind::Money(kind), value) => money(kind, at, value, place, entries),
        (Kind::WeeklySchedule(_), Value::Object(week)) => {
            for day in Weekday::ALL {
                spans(&at.at(day.slug()), week.get(day.slug()), entries);
            }
        }
        (Kind::DateRanges(_), periods) => spans(at, Some(periods), entries),
        (Kind::StringList(_) | Kind::EmailList(_), Value::Array(lines)) => {
            entries.set(at, vec![lines.iter().map(plain).collect::<Vec<_>>().join("\n")]);
        }
        (Kind::AnyAll(kind), value) => {
            let items = value.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
            let items: Vec<String> = items.iter().map(plain).collect();
            entries.set(at, if kind.item.is_some() { vec![items.join("\n")] } else { items });
            entries.set_part(at, "operator", value.get("operator").and_then(Value::as_str).unwrap_or("any"));
        }
        (Kind::List(kind), Value::Array(things)) => {
            entries.set(at, (0..things.len()).map(|place| place.to_string()).collect());
            for (i, thing) in things.iter().enumerate() {
                for item in &kind.item {
                    let value = thing.get(item.key()).unwrap_or(&Value::Null);
                    fill(&item.kind, &at.at(i.to_string()).at(item.key()), value, place, entries);
                }
            }
        }
        (Kind::PropertyMap(_), Value::Array(pairs)) => {
            entries.set(at, (0..pairs.len()).map(|place| place.to_string()).collect());
            for (i, pair) in pairs.iter().enumerate() {
                let at = at.at(i.to_string());
                for part in ["left", "right", "direction"] {
                    entries.set_part(&at, part, pair.get(part).and_then(Value::as_str).unwrap_or_default());
                }
                let values = pair.get("values").and_then(Value::as_object);
                let lines = values.into_iter().flatten().map(|(one, other)| format!("{one} = {}", plain(other)));
                entries.set_part(&at, "values", &lines.collect::<Vec<_>>().join("\n"));
            }
        }
        (_, Value::Array(list)) => entries.set(at, list.iter().map(plain).collect()),
        (_, one) => entries.set(at, vec![plain(one)]),
    }
}

pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn text(number: f64) -> String {
    let rounded = (number * 1e9).round() / 1e9;
    format!("{rounded}")
}

/// The largest unit in which it is a whole number.
fn best_unit(stored: TimeUnit, offered: &[TimeUnit], value: f64) -> TimeUnit {
    let whole = |unit: &&TimeUnit| {
        let shown = value * seconds(stored) / seconds(**unit);
        (shown - shown.round()).abs() < 1e-9
    };
    let fits = offered.iter().filter(whole).filter(|_| value != 0.0);
    let best = fits.max_by(|one, other| seconds(**one).total_cmp(&seconds(**other)));
    best.copied().unwrap_or_else(|| if offered.is_empty() || offered.contains(&stored) { stored } else { offered[0] })
}

fn money(kind: &Money, at: &Path, value: &Value, place: Where<'_>, entries: &mut Entries) {
    let fixed = (kind.currency != "location").then_some(kind.currency.as_str());
    let currencies: Vec<&str> = match fixed.or(place.currency) {
        Some(one) => vec![one],
        None => place.currencies.iter().map(String::as_str).collect(),
    };
    for currency in currencies {
        let amount = match value {
            Value::Object(amounts) => amounts.get(currency).map(plain),
            one => Some(plain(one)),
        };
        if let Some(amount) = amount {
            entries.set_part(at, currency, &amount);
        }
    }
}

fn spans(at: &Path, spans: Option<&Value>, entries: &mut Entries) {
    for (i, span) in spans.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = at.at(i.to_string());
        for (part, place) in [("from", 0), ("to", 1)] {
            entries.set_part(&at, part, span.get(place).and_then(Value::as_str).unwrap_or_default());
        }
    }
}
