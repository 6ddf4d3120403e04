//! From what a control posted to the value of its kind.

mod fill;
mod lists;
mod spans;

use app::forms::{Part, Path};
use app::ports::Mistake;
use serde_json::{Map, Value, json};

use super::entries::Entries;
use crate::domain::entry::{self, Limits, typed_number, written};
use crate::manifest::kind::units::{RateUnit, SizeUnit, TimeUnit};
use crate::manifest::kind::{Kind, Money, Template};
use crate::manifest::scalar::{Amount, Day};

pub use fill::{fill, plain};

/// A mistake, with the part of the control that it is in.
pub type Wrong = (Option<String>, Mistake);

/// Where something is typed, as far as its form depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Where<'w> {
    /// The currency of the location. None at the organization, where there is an amount for each currency.
    pub currency: Option<&'w str>,
    /// All currencies of the connection's locations.
    pub currencies: &'w [String],
}

/// Reads a control. What stands for nothing is null, or the empty list of its kind. Secrets are read elsewhere.
///
/// # Errors
/// With what is wrong with it.
pub fn typed(kind: &Kind, path: &Path, entries: &Entries, at: Where<'_>) -> Result<Value, Wrong> {
    let text = entries.text(path).trim();
    let plain = |mistake: Mistake| (None, mistake);
    match kind {
        Kind::Boolean(_) => Ok(Value::Bool(text == "on")),
        Kind::Acknowledgement(_) => Ok(Value::Bool(text == "yes")),
        Kind::Text(_) | Kind::Url(_) | Kind::HostPort(_) | Kind::Number(_) => {
            Ok(entry::line(kind, entries.text(path)).map_err(plain)?.unwrap_or_default())
        }
        Kind::Enum(_) | Kind::Ref(_) if text.is_empty() => Ok(Value::Null),
        Kind::Enum(_) | Kind::Ref(_) => Ok(entry::id(entries.text(path)).map_err(plain)?.into()),
        Kind::MultiEnum(kind) => {
            let all = entries.all(path).iter().map(String::as_str);
            Ok(entry::several(kind.min_items, kind.max_items, all).map_err(plain)?.into())
        }
        Kind::MultiRef(kind) => {
            let all = entries.all(path).iter().map(String::as_str);
            Ok(entry::several(kind.min_items, kind.max_items, all).map_err(plain)?.into())
        }
        Kind::PriorityList(_) => {
            let all = entries.all(path).iter().map(String::as_str);
            Ok(entry::several(None, None, all).map_err(plain)?.into())
        }
        Kind::Duration(kind) => {
            let unit = entries.part(path, "unit").and_then(TimeUnit::from_word).unwrap_or(kind.unit);
            let factor = seconds(unit) / seconds(kind.unit);
            let limits = Limits { min: kind.min, max: kind.max, step: kind.step, ..Limits::default() };
            number(text, limits, factor).map_err(plain)
        }
        Kind::Percent(kind) => {
            let limits = Limits {
                min: kind.min.or(Some(0.0)),
                max: kind.max.or(Some(100.0)),
                step: kind.step,
                decimals: kind.decimals.or(Some(0)),
                whole: false,
            };
            number(text, limits, 1.0).map_err(plain)
        }
        Kind::Rate(kind) => {
            let limits = Limits { min: kind.min.or(Some(0.0)), max: kind.max, step: kind.step, ..Limits::default() };
            let stored = kind.stored_unit.unwrap_or(kind.unit);
            measured(text, limits, bits(kind.unit) / bits(stored)).map_err(plain)
        }
        Kind::DataSize(kind) => {
            let limits = Limits { min: kind.min.or(Some(0.0)), max: kind.max, step: kind.step, ..Limits::default() };
            let stored = kind.stored_unit.unwrap_or(kind.unit);
            measured(text, limits, bytes(kind.unit) / bytes(stored)).map_err(plain)
        }
        Kind::Money(kind) => money(kind, path, entries, at),
        Kind::Template(kind) => {
            let typed = entries.text(path).replace("\r\n", "\n");
            if typed.trim().is_empty() {
                return Ok(Value::Null);
            }
            template(kind, typed.trim_end()).map_err(plain)
        }
        Kind::TimeOfDay(_) if text.is_empty() => Ok(Value::Null),
        Kind::TimeOfDay(_) => spans::time(text).map(Value::from).ok_or((None, Mistake::NotATime)),
        Kind::Date(_) if text.is_empty() => Ok(Value::Null),
        Kind::Date(kind) => day(text, kind.not_before, kind.not_after).map(Value::from).map_err(plain),
        Kind::WeeklySchedule(kind) => spans::week(kind, path, entries),
        Kind::DateRanges(kind) => spans::periods(kind, path, entries),
        Kind::NumberList(kind) => lists::numbers(kind, path, entries).map_err(plain),
        Kind::StringList(kind) => {
            lists::lines(&kind.item, kind.min_items, kind.max_items, entries.text(path)).map_err(plain)
        }
        Kind::EmailList(kind) => lists::mails(kind, entries.text(path)).map_err(plain),
        Kind::AnyAll(kind) => lists::any_all(kind, path, entries).map_err(plain),
        Kind::List(kind) => lists::things(kind, path, entries, at),
        Kind::PropertyMap(kind) => lists::pairs(kind, path, entries).map_err(plain),
        // Rows and columns have controls of their own; the rest has no value that could be typed.
        Kind::Map(_) | Kind::Table(_) | Kind::Secret(_) | Kind::Info(_) | Kind::Artifact(_) | Kind::Action(_) => {
            Err((None, Mistake::Unknown))
        }
    }
}

/// A number in the unit that is shown, stored in another: limits are those of the stored one.
fn number(text: &str, limits: Limits, factor: f64) -> Result<Value, Mistake> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let stored = typed_number(text)? * factor;
    limits.check(stored)?;
    written(clean(stored))
}

/// The same where limits are those of the unit that is shown.
fn measured(text: &str, limits: Limits, factor: f64) -> Result<Value, Mistake> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let shown = typed_number(text)?;
    limits.check(shown)?;
    written(clean(shown * factor))
}

/// Without what multiplying leaves behind the twelfth digit.
fn clean(number: f64) -> f64 {
    let rounded = number.round();
    if (number - rounded).abs() < 1e-9 * number.abs().max(1.0) { rounded } else { number }
}

/// A month counts as 30 days; it is compared and converted, never laid on a calendar.
pub fn seconds(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Seconds => 1.0,
        TimeUnit::Minutes => 60.0,
        TimeUnit::Hours => 3_600.0,
        TimeUnit::Days => 86_400.0,
        TimeUnit::Weeks => 604_800.0,
        TimeUnit::Months => 2_592_000.0,
    }
}

pub fn bits(unit: RateUnit) -> f64 {
    match unit {
        RateUnit::Bit => 1.0,
        RateUnit::Kilobit => 1e3,
        RateUnit::Megabit => 1e6,
        RateUnit::Gigabit => 1e9,
    }
}

pub fn bytes(unit: SizeUnit) -> f64 {
    match unit {
        SizeUnit::Byte => 1.0,
        SizeUnit::Kilobyte => 1e3,
        SizeUnit::Megabyte => 1e6,
        SizeUnit::Gigabyte => 1e9,
        SizeUnit::Terabyte => 1e12,
        SizeUnit::Kibibyte => 1_024.0,
        SizeUnit::Mebibyte => 1_048_576.0,
        SizeUnit::Gibibyte => 1_073_741_824.0,
        SizeUnit::Tebibyte => 1_099_511_627_776.0,
    }
}

/// At a location one amount; at the organization one for each currency, or none.
fn money(kind: &Money, path: &Path, entries: &Entries, at: Where<'_>) -> Result<Value, Wrong> {
    let fixed = (kind.currency != "location").then_some(kind.currency.as_str());
    let one = |currency: &str| -> Result<Option<String>, Wrong> {
        let part = Part::Currency(currency);
        let name = path.part(&part);
        let typed = entries.part(path, currency).unwrap_or_default().trim();
        if typed.is_empty() {
            return Ok(None);
        }
        amount(kind, typed).map(Some).map_err(|mistake| (Some(name), mistake))
    };
    if let Some(currency) = fixed.or(at.currency) {
        return Ok(one(currency)?.map_or(Value::Null, Value::from));
    }
    let mut amounts = Map::new();
    for currency in at.currencies {
        if let Some(amount) = one(currency)? {
            amounts.insert(currency.clone(), amount.into());
        }
    }
    Ok(if amounts.is_empty() { Value::Null } else { Value::Object(amounts) })
}

fn amount(kind: &Money, typed: &str) -> Result<String, Mistake> {
    // Checks the form; the text itself stays, so that no rounding can happen.
    typed_number(typed)?;
    let plain = match (typed.rfind(','), typed.rfind('.')) {
        (Some(comma), Some(point)) if point > comma => typed.replace(',', ""),
        (Some(_), _) => typed.replace(',', "."),
        _ => typed.to_owned(),
    };
    let Ok(amount) = Amount::new(&plain) else { return Err(Mistake::NotANumber) };
    let most = kind.decimals.unwrap_or(2);
    if amount.decimals() > most {
        return Err(Mistake::TooManyDecimals { most });
    }
    let low = kind.min.as_ref().is_some_and(|min| amount < *min);
    let high = kind.max.as_ref().is_some_and(|max| amount > *max);
    if low || high {
        let shown = |limit: &Option<Amount>| limit.as_ref().map(|limit| limit.as_str().to_owned());
        return Err(Mistake::OutOfRange { from: shown(&kind.min), to: shown(&kind.max) });
    }
    Ok(plain)
}

fn template(kind: &Template, text: &str) -> Result<Value, Mistake> {
    if kind.single_line && text.contains('\n') {
        return Err(Mistake::OneLine);
    }
    entry::within(text, None, kind.max_length)?;
    let used = placeholders(text);
    if let Some(name) = used.iter().find(|name| !kind.placeholders.iter().any(|known| known == *name)) {
        return Err(Mistake::UnknownPlaceholder { name: (*name).to_owned() });
    }
    let one = kind.must_contain_one.iter().any(|name| used.contains(&name.as_str()));
    if !kind.must_contain_one.is_empty() && !one {
        return Err(Mistake::NeedsPlaceholder { names: kind.must_contain_one.clone() });
    }
    let value = if kind.localized { json!({ "en": text }) } else { json!(text) };
    if !Kind::Template(kind.clone()).accepts(&value) {
        return Err(Mistake::WrongForm { example: None });
    }
    Ok(text.into())
}

fn placeholders(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

pub(super) fn day(text: &str, first: Option<Day>, last: Option<Day>) -> Result<String, Mistake> {
    let Ok(day) = Day::new(text) else { return Err(Mistake::NotADay) };
    if first.is_some_and(|first| day < first) || last.is_some_and(|last| day > last) {
        let shown = |day: Option<Day>| day.map(|day| day.to_string());
        return Err(Mistake::DayOutOfRange { first: shown(first), last: shown(last) });
    }
    Ok(text.to_owned())
}

/// Whether two values of a kind mean the same, however they are written: sets in any order, 5 and 5.0, an amount for
/// all currencies and the same amount for each, a field of a thing that is missing and one that is empty.
pub fn same(kind: &Kind, left: &Value, right: &Value) -> bool {
    if left == right || (empty(left) && empty(right)) {
        return true;
    }
    match (kind, left, right) {
        // A box that nobody ticked says no more than one that was never there.
        (Kind::Acknowledgement(_), Value::Null, Value::Bool(false))
        | (Kind::Acknowledgement(_), Value::Bool(false), Value::Null) => true,
        (_, Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Kind::MultiRef(_) | Kind::MultiEnum(_), Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().all(|one| right.contains(one))
        }
        (Kind::Money(_), Value::String(left), Value::String(right)) => {
            let amounts = Amount::new(left).ok().zip(Amount::new(right).ok());
            amounts.is_some_and(|(left, right)| left == right || left.partial_cmp(&right).is_none())
        }
        (Kind::Money(_), Value::String(one), Value::Object(each))
        | (Kind::Money(_), Value::Object(each), Value::String(one)) => {
            each.values().all(|amount| same(kind, amount, &Value::String(one.clone())))
        }
        (Kind::Money(_), Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(currency, amount)| right.get(currency).is_some_and(|other| same(kind, amount, other)))
        }
        (Kind::List(list), Value::Array(left), Value::Array(right)) => {
            let same_thing = |(left, right): (&Value, &Value)| {
                list.item.iter().all(|item| {
                    let of = |thing: &Value| match thing.get(item.key()) {
                        Some(value) => value.clone(),
                        None if matches!(item.kind, Kind::Boolean(_)) => Value::Bool(false),
                        None => Value::Null,
                    };
                    same(&item.kind, &of(left), &of(right))
                })
            };
            left.len() == right.len() && left.iter().zip(right).all(same_thing)
        }
        _ => false,
    }
}

/// Null, or the empty list, object or text of a kind.
pub fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a value leaves open what is required: it is empty, or combines nothing.
pub fn unfilled(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::AnyAll(_), Value::Object(parts)) => parts.get("items").is_none_or(empty),
        _ => empty(value),
    }
}
