//! Times of a week and periods of days.

use app::forms::{Part, Path};
use app::ports::{Mistake, Weekday};
use serde_json::{Map, Value, json};

use super::{Wrong, day};
use crate::domain::entry;
use crate::domain::settings::entries::Entries;
use crate::manifest::kind::{DateRanges, WeeklySchedule};

const MIDNIGHT: u32 = 24 * 60;

/// `HH:MM` as it is stored. A single digit may stand for the hour, and seconds that browsers add are dropped.
pub(super) fn time(text: &str) -> Option<String> {
    let minutes = minutes(text).filter(|minutes| *minutes < MIDNIGHT)?;
    Some(format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

fn minutes(text: &str) -> Option<u32> {
    let mut parts = text.split(':');
    let (hour, minute, rest) = (parts.next()?, parts.next()?, parts.next());
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour, 2) || minute.len() != 2 || !digits(minute, 2) || rest.is_some_and(|rest| rest != "00") {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= MIDNIGHT && parts.next().is_none()).then_some(hour * 60 + minute)
}

/// From and to of each place of a list; both empty is none.
fn spans<'e>(path: &Path, entries: &'e Entries) -> Vec<(Path, &'e str, &'e str)> {
    let span = |place: usize| {
        let at = path.at(place.to_string());
        let part = |part| entries.part(&at, part).unwrap_or_default().trim();
        let (from, to) = (part("from"), part("to"));
        (at, from, to)
    };
    entries.places(path).into_iter().map(span).filter(|(_, from, to)| !(from.is_empty() && to.is_empty())).collect()
}

pub(super) fn week(kind: &WeeklySchedule, path: &Path, entries: &Entries) -> Result<Value, Wrong> {
    let mut week = Map::new();
    for day in Weekday::ALL {
        let mut open: Vec<(u32, u32)> = Vec::new();
        for (at, from, to) in spans(&path.at(day.slug()), entries) {
            let name = |part| Some(at.part(&part));
            if from.is_empty() || to.is_empty() {
                return Err((name(if from.is_empty() { Part::From } else { Part::To }), Mistake::HalfASpan));
            }
            let Some(opens) = minutes(from).filter(|from| *from < MIDNIGHT) else {
                return Err((name(Part::From), Mistake::NotATime));
            };
            let Some(closes) = minutes(to) else { return Err((name(Part::To), Mistake::NotATime)) };
            if opens == closes {
                return Err((name(Part::To), Mistake::ClosesWhenOpens { day }));
            }
            if closes < opens && !kind.allow_overnight {
                return Err((name(Part::To), Mistake::PastMidnight { day }));
            }
            open.push((opens, closes));
        }
        open.sort_unstable();
        for pair in open.windows(2) {
            let ends = if pair[0].1 < pair[0].0 { MIDNIGHT } else { pair[0].1 };
            if pair[1].0 < ends {
                return Err((None, Mistake::Overlap { day: Some(day) }));
            }
        }
        if !open.is_empty() {
            let text = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
            let spans: Vec<Value> = open.iter().map(|(from, to)| json!([text(*from), text(*to)])).collect();
            week.insert(day.slug().to_owned(), spans.into());
        }
    }
    Ok(Value::Object(week))
}

pub(super) fn periods(kind: &DateRanges, path: &Path, entries: &Entries) -> Result<Value, Wrong> {
    let mut periods: Vec<(String, String)> = Vec::new();
    for (at, from, to) in spans(path, entries) {
        let name = |part| Some(at.part(&part));
        if from.is_empty() || to.is_empty() {
            return Err((name(if from.is_empty() { Part::From } else { Part::To }), Mistake::HalfASpan));
        }
        let read =
            |text: &str, part| day(text, kind.not_before, kind.not_after).map_err(|mistake| (name(part), mistake));
        let (from, to) = (read(from, Part::From)?, read(to, Part::To)?);
        if to < from {
            return Err((name(Part::To), Mistake::EndsBefore));
        }
        if !periods.contains(&(from.clone(), to.clone())) {
            periods.push((from, to));
        }
    }
    entry::count(periods.len(), None, kind.max_items).map_err(|mistake| (None, mistake))?;
    Ok(periods.into_iter().map(|(from, to)| json!([from, to])).collect())
}
