//! Several of something: numbers, lines, things, pairs.

use std::collections::BTreeSet;

use app::forms::Path;
use app::ports::{LinesKind, Mistake};
use serde_json::{Map, Value, json};

use super::{Where, Wrong, typed};
use crate::domain::entry::{self, Limits, typed_number, written};
use crate::domain::settings::entries::Entries;
use crate::manifest::kind::units::{Direction, LineKind};
use crate::manifest::kind::{AnyAll, EmailList, Kind, Line, List, NumberList, PropertyMap, StringList};

/// More are no list that somebody typed.
const MOST_THINGS: usize = 1_000;

pub(super) fn numbers(kind: &NumberList, path: &Path, entries: &Entries) -> Result<Value, Mistake> {
    let limits = Limits { whole: kind.integer, min: kind.min, max: kind.max, ..Limits::default() };
    let mut numbers: Vec<f64> = Vec::new();
    for typed in entries.all(path).iter().map(|typed| typed.trim()).filter(|typed| !typed.is_empty()) {
        let number = typed_number(typed)?;
        limits.check(number)?;
        numbers.push(number);
    }
    entry::count(numbers.len(), kind.min_items.filter(|_| !numbers.is_empty()), kind.max_items)?;
    if kind.strictly_increasing && numbers.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Mistake::NotIncreasing);
    }
    numbers.into_iter().map(written).collect()
}

/// One a line, also with the separators that people paste.
fn split(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())).filter(|(_, line)| !line.is_empty())
}

fn checked(
    text: &str,
    least: Option<u32>,
    most: Option<u32>,
    kind: LinesKind,
    fits: impl Fn(&str) -> bool,
) -> Result<Value, Mistake> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut lines: Vec<&str> = Vec::new();
    for (line, text) in split(text) {
        if !fits(text) {
            return Err(Mistake::WrongLine { line, text: text.chars().take(100).collect(), kind });
        }
        // Pasted twice is meant once.
        if known.insert(text) {
            lines.push(text);
        }
    }
    entry::count(lines.len(), least.filter(|_| !lines.is_empty()), most)?;
    Ok(lines.into())
}

pub(super) fn lines(item: &Line, least: Option<u32>, most: Option<u32>, text: &str) -> Result<Value, Mistake> {
    let kind = match item.kind {
        LineKind::Text => LinesKind::Text,
        LineKind::Email => LinesKind::Mail,
        LineKind::Domain => LinesKind::Domain,
        LineKind::Cidr => LinesKind::Network,
        LineKind::Url => LinesKind::Address,
    };
    let one = Kind::StringList(StringList { item: item.clone(), min_items: None, max_items: None });
    checked(text, least, most, kind, |line| one.accepts(&json!([line])))
}

pub(super) fn mails(kind: &EmailList, text: &str) -> Result<Value, Mistake> {
    let one = Kind::EmailList(EmailList { min_items: None, max_items: None });
    checked(text, kind.min_items, kind.max_items, LinesKind::Mail, |line| one.accepts(&json!([line])))
}

pub(super) fn any_all(kind: &AnyAll, path: &Path, entries: &Entries) -> Result<Value, Mistake> {
    let items = match &kind.item {
        Some(item) => lines(item, kind.min_items, kind.max_items, entries.text(path))?,
        None => {
            let all = entries.all(path).iter().map(String::as_str);
            entry::several(kind.min_items, kind.max_items, all)?.into()
        }
    };
    let operator = if entries.part(path, "operator") == Some("all") { "all" } else { "any" };
    Ok(json!({ "operator": operator, "items": items }))
}

/// Places that a list names in its own order, each once.
fn order(path: &Path, entries: &Entries) -> Result<Vec<usize>, Mistake> {
    let mut places: Vec<usize> = Vec::new();
    for place in entries.all(path) {
        let place: usize = place.parse().map_err(|_| Mistake::Unknown)?;
        if place >= MOST_THINGS || places.contains(&place) {
            return Err(Mistake::Unknown);
        }
        places.push(place);
    }
    Ok(places)
}

pub(super) fn things(kind: &List, path: &Path, entries: &Entries, at: Where<'_>) -> Result<Value, Wrong> {
    let mut things: Vec<Value> = Vec::new();
    let mut ids: BTreeSet<String> = BTreeSet::new();
    for place in order(path, entries).map_err(|mistake| (None, mistake))? {
        let mut thing = Map::new();
        for item in &kind.item {
            let of_item = path.at(place.to_string()).at(item.key());
            let named = |wrong: Wrong| (wrong.0.or_else(|| Some(of_item.name())), wrong.1);
            let value = typed(&item.kind, &of_item, entries, at).map_err(named)?;
            let asked = item.common.visible_when.as_ref().is_none_or(|when| when.holds(&|key| thing.get(key)));
            if item.common.required && asked && super::unfilled(&item.kind, &value) {
                return Err(named((None, Mistake::Missing)));
            }
            if !value.is_null() {
                thing.insert(item.key().to_owned(), value);
            }
        }
        if let Some(Value::String(id)) = thing.get("id")
            && !ids.insert(id.clone())
        {
            let id = id.clone();
            return Err((Some(path.at(place.to_string()).at("id").name()), Mistake::Twice { text: id }));
        }
        things.push(Value::Object(thing));
    }
    entry::count(things.len(), kind.min_items, kind.max_items).map_err(|mistake| (None, mistake))?;
    let things = Value::Array(things);
    if Kind::List(kind.clone()).accepts(&things) {
        Ok(things)
    } else {
        Err((None, Mistake::WrongForm { example: None }))
    }
}

pub(super) fn pairs(kind: &PropertyMap, path: &Path, entries: &Entries) -> Result<Value, Mistake> {
    let mut pairs: Vec<Value> = Vec::new();
    for place in order(path, entries)? {
        let at = path.at(place.to_string());
        let part = |part| entries.part(&at, part).unwrap_or_default().trim();
        let (left, right) = (part("left"), part("right"));
        if left.is_empty() && right.is_empty() {
            continue;
        }
        if left.is_empty() || right.is_empty() {
            return Err(Mistake::Choose);
        }
        let direction = Direction::from_word(part("direction")).or_else(|| kind.directions.first().copied());
        let direction = direction.unwrap_or(Direction::Both);
        if !kind.directions.is_empty() && !kind.directions.contains(&direction) {
            return Err(Mistake::UnknownChoice);
        }
        let mut pair = json!({ "left": entry::id(left)?, "right": entry::id(right)?, "direction": direction.as_str() });
        if kind.map_values {
            let mut values = Map::new();
            for (line, text) in split(part("values")) {
                let Some((one, other)) = text.split_once('=').map(|(one, other)| (one.trim(), other.trim())) else {
                    return Err(Mistake::WrongLine { line, text: text.to_owned(), kind: LinesKind::Text });
                };
                values.insert(one.to_owned(), other.into());
            }
            if !values.is_empty() {
                pair["values"] = Value::Object(values);
            }
        }
        pairs.push(pair);
    }
    entry::count(pairs.len(), None, kind.max_items)?;
    let pairs = Value::Array(pairs);
    let whole = Kind::PropertyMap(kind.clone());
    if whole.accepts(&pairs) { Ok(pairs) } else { Err(Mistake::WrongForm { example: None }) }
}
